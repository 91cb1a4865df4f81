use super::*;
use crate::digest::entry::{Entries, Entry, LEAD_BYTES, Shape, partition_of};
use crate::generated;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A row of a small world: few keys, few digests.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    key: u8,
    digest: u8,
    split: u32,
    /// Which of the blocks of its split it comes in.
    block: u8,
}

/// Keys whose halves agree with those of other keys, as no real hash would have it.
fn key_hash(key: u8) -> Hash128 {
    Hash128 {
        lo: u64::from(key % 3),
        hi: u64::from(key / 3) << 61,
    }
}

fn digest_hash(digest: u8) -> Hash128 {
    Hash128 {
        lo: u64::from(digest / 2),
        hi: u64::from(digest % 2) << 40,
    }
}

fn tags_of(digest: u8) -> [u16; GROUPS] {
    // Digests 0 and 5 have the same tags: equal tags are no proof. The last is what the others leave of the digest.
    let [first, third] = [u16::from(digest % 5), u16::from(digest % 5 / 2)];
    let last = (digest_hash(digest).hi as u16).wrapping_sub(first + 7 + third);
    [first, 7, third, 0, 0, last]
}

/// Entries of one split of one side.
#[derive(Clone, Debug)]
struct Block {
    side: Side,
    split: u32,
    entries: Vec<Entry>,
}

/// The rows of a side in blocks; row numbers count within each split.
fn blocks(side: Side, rows: &[Drawn], keyless: bool) -> Vec<Block> {
    let mut blocks: BTreeMap<(u32, u8), Block> = BTreeMap::new();
    let mut next_row: BTreeMap<u32, u32> = BTreeMap::new();
    for drawn in rows {
        let row = next_row.entry(drawn.split).or_default();
        let entry = Entry {
            key: if keyless {
                digest_hash(drawn.digest)
            } else {
                key_hash(drawn.key)
            },
            digest: if keyless {
                Hash128::default()
            } else {
                digest_hash(drawn.digest)
            },
            tags: if keyless { [0; GROUPS] } else { tags_of(drawn.digest) },
            row: *row,
        };
        *row += 1;
        let block = blocks.entry((drawn.split, drawn.block)).or_insert_with(|| Block {
            side,
            split: drawn.split,
            entries: Vec::new(),
        });
        block.entries.push(entry);
    }
    blocks.into_values().collect()
}

/// What matching makes of blocks.
fn match_blocks(blocks: &[Block], options: MatchOptions) -> Outcome {
    let shape = Shape {
        is_keyed: true,
        is_word: false,
        groups: GROUPS,
    };
    let mut arrived = Arrived::default();
    for block in blocks {
        let mut entries = Entries::new(block.side, block.split, shape, 1, 0);
        block.entries.iter().for_each(|entry| entries.push(entry, false));
        for (_, block) in entries.rest() {
            arrived.add(BlockView::of(&block.into_bytes()[LEAD_BYTES..]).unwrap());
        }
    }
    let located = |side| {
        let blocks = blocks.iter().filter(move |block| block.side == side);
        let entries = blocks.flat_map(|block| block.entries.iter().map(|entry| (block.split, *entry)));
        entries.map(|(split, entry)| (Location { split, row: entry.row }, entry.key, entry.digest))
    };
    for side in [Side::Left, Side::Right] {
        let mut rows: Vec<_> = arrived.rows(side).collect();
        let mut expected: Vec<_> = located(side).collect();
        rows.sort();
        expected.sort();
        assert_eq!(rows, expected);
    }
    arrived.matched(options)
}

/// Rows of one digest of one key, by location, left and right.
type Copies = [Vec<Location>; 2];

/// What the rules say, without hashes, sorting of entries or anything clever: multisets of multisets.
fn naive(blocks: &[Block], respelled: bool) -> Outcome {
    let mut keys: BTreeMap<Hash128, BTreeMap<Hash128, Copies>> = BTreeMap::new();
    let mut tags: BTreeMap<(usize, Location), [u16; GROUPS]> = BTreeMap::new();
    for block in blocks {
        for entry in &block.entries {
            let location = Location {
                split: block.split,
                row: entry.row,
            };
            let copies = keys.entry(entry.key).or_default().entry(entry.digest).or_default();
            copies[block.side.index()].push(location);
            tags.insert((block.side.index(), location), entry.tags);
        }
    }
    let mut outcome = Outcome::default();
    for digests in keys.into_values() {
        let mut count = [0u64; 2];
        let mut rest: [Vec<Member>; 2] = Default::default();
        let mut equals: [Vec<Member>; 2] = Default::default();
        for (digest, mut copies) in digests {
            for (copies, count) in copies.iter_mut().zip(&mut count) {
                copies.sort();
                *count += copies.len() as u64;
            }
            let identical = copies[0].len().min(copies[1].len());
            outcome.identical += identical as u64;
            for side in 0..2 {
                let mut members = copies[side].iter().map(|&location| Member {
                    location,
                    digest,
                    tags: tags[&(side, location)],
                });
                let paired: Vec<Member> = members.by_ref().take(identical).collect();
                if respelled && copies[side].len() > identical {
                    equals[side].extend(paired);
                }
                rest[side].extend(members);
            }
        }
        for (side, count) in count.into_iter().enumerate() {
            outcome.rows[side] += count;
            outcome.duplicate_keys[side] += u64::from(count > 1);
        }
        match rest {
            [left, right] if !equals.concat().is_empty() => outcome.groups.push(Group { left, right, equals }),
            [left, right] if right.is_empty() => outcome.only[0].extend(left.iter().map(|m| m.location)),
            [left, right] if left.is_empty() => outcome.only[1].extend(right.iter().map(|m| m.location)),
            [left, right] if left.len() == 1 && right.len() == 1 => {
                let mut groups = 0;
                for g in 0..GROUPS {
                    if left[0].tags[g] != right[0].tags[g] {
                        groups |= 1 << g;
                    }
                }
                outcome.changed.push(Changed {
                    left: left[0].location,
                    right: right[0].location,
                    groups,
                    delta: left[0].digest.minus(right[0].digest),
                });
            }
            [left, right] => outcome.groups.push(Group { left, right, equals }),
        }
    }
    outcome
}

/// The outcome without the order in which keys came, and without the list of duplicates.
fn unordered(mut outcome: Outcome) -> Outcome {
    outcome.only.iter_mut().for_each(|only| only.sort());
    outcome.changed.sort_by_key(|c| c.left);
    for group in &mut outcome.groups {
        group.left.sort_by_key(|m| m.location);
        group.right.sort_by_key(|m| m.location);
        group
            .equals
            .iter_mut()
            .for_each(|equals| equals.sort_by_key(|m| m.location));
    }
    let first = |members: &[Member]| members.first().map(|m| m.location);
    outcome.groups.sort_by_key(|g| (first(&g.left), first(&g.right)));
    outcome.duplicates = Default::default();
    outcome
}

fn reconciles(outcome: &Outcome) {
    for side in 0..2 {
        let in_groups: usize = outcome
            .groups
            .iter()
            .map(|g| if side == 0 { g.left.len() } else { g.right.len() })
            .sum();
        let found = outcome.identical + (outcome.changed.len() + outcome.only[side].len() + in_groups) as u64;
        assert_eq!(outcome.rows[side], found, "side {side}");
    }
    for group in outcome.groups.iter().filter(|group| group.equals.concat().is_empty()) {
        assert!(!group.left.is_empty() && !group.right.is_empty());
        assert!(
            group.left.len() + group.right.len() > 2,
            "one row a side is a changed row"
        );
    }
}

fn matched(blocks: &[Block]) -> Outcome {
    let options = MatchOptions {
        list_duplicates: true,
        respelled: false,
    };
    match_blocks(blocks, options)
}

fn drawn(keys: u8, digests: u8) -> impl Strategy<Value = Vec<Drawn>> {
    let row = (0..keys, 0..digests, 0..3u32, 0..2u8).prop_map(|(key, digest, split, block)| Drawn {
        key,
        digest,
        split,
        block,
    });
    proptest::collection::vec(row, 0..24)
}

type World = (Vec<Drawn>, Vec<Drawn>);

/// Many keys with few rows, or few keys with many rows; many or few different rows.
fn worlds() -> impl Strategy<Value = World> {
    proptest::sample::select(vec![(1u8, 3u8), (2, 2), (4, 6), (20, 2), (24, 8)])
        .prop_flat_map(|(keys, digests)| (drawn(keys, digests), drawn(keys, digests)))
}

fn shuffled(mut blocks: Vec<Block>, order: &[usize]) -> Vec<Block> {
    for (i, &at) in order.iter().enumerate() {
        if !blocks.is_empty() {
            let (i, at) = (i % blocks.len(), at % blocks.len());
            blocks.swap(i, at);
        }
    }
    blocks
}

proptest! {
    #![proptest_config(generated::cases(3000))]

    #[test]
    fn matching_does_what_multisets_of_rows_do(
        ((left, right), keyless) in (worlds(), proptest::bool::weighted(0.2))
    ) {
        let all = [blocks(Side::Left, &left, keyless), blocks(Side::Right, &right, keyless)].concat();
        let outcome = matched(&all);
        reconciles(&outcome);
        for side in 0..2 {
            prop_assert_eq!(outcome.duplicates[side].len() as u64, outcome.duplicate_keys[side]);
            prop_assert!(outcome.duplicates[side].iter().all(|d| d.rows > 1));
        }
        prop_assert_eq!(unordered(outcome), unordered(naive(&all, false)));
        let respelled = MatchOptions { respelled: true, ..MatchOptions::default() };
        prop_assert_eq!(unordered(match_blocks(&all, respelled)), unordered(naive(&all, true)));
    }

    #[test]
    fn the_order_of_blocks_changes_nothing(
        ((left, right), order) in (worlds(), proptest::collection::vec(any::<usize>(), 12))
    ) {
        let all = [blocks(Side::Left, &left, false), blocks(Side::Right, &right, false)].concat();
        // Not even the order of what is found: the outcomes are equal as they are.
        prop_assert_eq!(matched(&shuffled(all.clone(), &order)), matched(&all));
    }

    #[test]
    fn partitions_merge_into_what_one_partition_yields(
        ((left, right), partitions) in (worlds(), 1..6usize)
    ) {
        let all = [blocks(Side::Left, &left, false), blocks(Side::Right, &right, false)].concat();
        let mut merged = Outcome::default();
        for partition in 0..partitions {
            let part: Vec<Block> = all
                .iter()
                .map(|block| {
                    let mut block = block.clone();
                    block.entries.retain(|entry| partition_of(entry.key, partitions) == partition);
                    block
                })
                .collect();
            merged.merge(matched(&part));
        }
        let whole = matched(&all);
        prop_assert_eq!(&merged.rows, &whole.rows);
        prop_assert_eq!(merged.duplicates.each_ref().map(Vec::len), whole.duplicates.each_ref().map(Vec::len));
        prop_assert_eq!(unordered(merged), unordered(whole));
    }

    #[test]
    fn the_sides_are_mirror_images((left, right) in worlds()) {
        let straight = matched(&[blocks(Side::Left, &left, false), blocks(Side::Right, &right, false)].concat());
        let mirrored = matched(&[blocks(Side::Left, &right, false), blocks(Side::Right, &left, false)].concat());
        prop_assert_eq!(straight.identical, mirrored.identical);
        prop_assert_eq!(&straight.only[0], &mirrored.only[1]);
        prop_assert_eq!(&straight.only[1], &mirrored.only[0]);
        prop_assert_eq!(straight.changed.len(), mirrored.changed.len());
        prop_assert_eq!(straight.groups.len(), mirrored.groups.len());
        prop_assert_eq!(straight.duplicate_keys[0], mirrored.duplicate_keys[1]);
    }
}

fn row(key: u8, digest: u8) -> Drawn {
    Drawn {
        key,
        digest,
        split: 0,
        block: 0,
    }
}

fn at(row: u32) -> Location {
    Location { split: 0, row }
}

fn of(left: &[Drawn], right: &[Drawn]) -> Outcome {
    matched(&[blocks(Side::Left, left, false), blocks(Side::Right, right, false)].concat())
}

#[test]
fn no_rows_give_an_empty_outcome() {
    assert_eq!(matched(&[]), Outcome::default());
    assert_eq!(of(&[], &[]), Outcome::default());
    let empty = Block {
        side: Side::Left,
        split: 0,
        entries: Vec::new(),
    };
    assert_eq!(matched(&[empty]), Outcome::default());
}

#[test]
fn one_row_a_side_is_identical_changed_or_alone() {
    assert_eq!(of(&[row(1, 1)], &[row(1, 1)]).identical, 1);
    let changed = of(&[row(1, 1)], &[row(1, 2)]).changed;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].groups, 0b100101);
    assert_eq!(changed[0].delta, digest_hash(1).minus(digest_hash(2)));
    let apart = of(&[row(1, 1)], &[row(2, 1)]);
    assert_eq!(apart.only, [vec![at(0)], vec![at(0)]]);
    assert_eq!((apart.identical, apart.changed.len()), (0, 0));
}

#[test]
fn rows_of_equal_tags_and_other_digests_are_changed_without_a_group() {
    let changed = of(&[row(1, 0)], &[row(1, 5)]).changed;
    assert_eq!(changed[0].groups, 0);
    assert_ne!(changed[0].delta, Hash128::default());
}

#[test]
fn keys_that_share_half_of_their_hash_are_different_keys() {
    // Keys 0, 1, 2 share the second half; 0, 3, 6 the first.
    for (a, b) in [(0, 1), (1, 2), (0, 3), (3, 6)] {
        let outcome = of(&[row(a, 1)], &[row(b, 1)]);
        assert_eq!(outcome.identical, 0, "{a} {b}");
        assert_eq!(outcome.only, [vec![at(0)], vec![at(0)]], "{a} {b}");
    }
}

#[test]
fn identical_copies_pair_first_and_leave_the_rest() {
    // Left: a, a, b; right: a, c. One a is identical; a and b against c are a group.
    let outcome = of(&[row(1, 1), row(1, 1), row(1, 2)], &[row(1, 3), row(1, 1)]);
    assert_eq!(
        (outcome.identical, outcome.changed.len(), outcome.groups.len()),
        (1, 0, 1)
    );
    let locations = |members: &[Member]| members.iter().map(|m| m.location).collect::<Vec<_>>();
    let mut left = locations(&outcome.groups[0].left);
    left.sort();
    assert_eq!(left, [at(1), at(2)]);
    assert_eq!(locations(&outcome.groups[0].right), [at(0)]);
    // Left: a, b; right: a, c. What is left is one changed row, although the key is duplicate on both sides.
    let outcome = of(&[row(1, 1), row(1, 2)], &[row(1, 3), row(1, 1)]);
    assert_eq!(
        (outcome.identical, outcome.changed.len(), outcome.groups.len()),
        (1, 1, 0)
    );
    assert_eq!((outcome.changed[0].left, outcome.changed[0].right), (at(1), at(0)));
    assert_eq!(outcome.duplicate_keys, [1, 1]);
    // Left: a, a, a; right: a, a. The surplus copy is only-left.
    let outcome = of(&[row(1, 1); 3], &[row(1, 1); 2]);
    assert_eq!((outcome.identical, &outcome.only[0][..]), (2, &[at(2)][..]));
}

#[test]
fn duplicate_keys_are_counted_by_side_and_listed_on_request() {
    let left = [row(1, 1), row(1, 2), row(2, 1), row(3, 1), row(3, 1), row(3, 1)];
    let right = [row(1, 1), row(4, 1), row(4, 2)];
    let all = [blocks(Side::Left, &left, false), blocks(Side::Right, &right, false)].concat();
    let outcome = matched(&all);
    assert_eq!(outcome.duplicate_keys, [2, 1]);
    let rows = |side: usize| {
        let mut rows: Vec<u64> = outcome.duplicates[side].iter().map(|d| d.rows).collect();
        rows.sort_unstable();
        rows
    };
    assert_eq!((rows(0), rows(1)), (vec![2, 3], vec![2]));
    let silent = match_blocks(&all, MatchOptions::default());
    assert_eq!(silent.duplicate_keys, [2, 1]);
    assert_eq!(silent.duplicates, [vec![], vec![]]);
}

#[test]
fn a_duplicate_key_is_shown_by_its_first_row_whatever_the_digests() {
    for digests in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
        let left = digests.map(|digest| row(1, digest));
        let all = [blocks(Side::Left, &left, false), blocks(Side::Right, &[], false)].concat();
        let outcome = matched(&all);
        assert_eq!(
            outcome.duplicates[0].iter().map(|d| d.location).collect::<Vec<_>>(),
            [at(0)]
        );
    }
}

#[test]
fn without_keys_whole_rows_are_counted_in_both_directions() {
    let keyless = |digests: &[u8], side| {
        let rows: Vec<Drawn> = digests.iter().map(|&d| row(0, d)).collect();
        blocks(side, &rows, true)
    };
    let outcome = matched(
        &[
            keyless(&[1, 1, 1, 2, 3], Side::Left),
            keyless(&[3, 1, 4, 4], Side::Right),
        ]
        .concat(),
    );
    assert_eq!(outcome.identical, 2);
    assert_eq!((outcome.only[0].len(), outcome.only[1].len()), (3, 2));
    assert_eq!((outcome.changed.len(), outcome.groups.len()), (0, 0));
    reconciles(&outcome);
}

#[test]
fn every_differing_tag_is_a_bit_of_the_mask() {
    let member = |tags| Member {
        location: at(0),
        digest: Hash128::default(),
        tags,
    };
    for group in 0..GROUPS {
        let mut tags = [9; GROUPS];
        tags[group] = 8;
        assert_eq!(changed(&member([9; GROUPS]), &member(tags)).groups, 1 << group);
    }
    assert_eq!(changed(&member([1; GROUPS]), &member([2; GROUPS])).groups, ALL_GROUPS);
}
