//! Duplicate keys: which rows of a key belong together, decided by their values.

use crate::error::ParityError;
use crate::options::Caller;
use crate::plan::Plan;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_kernels::matching::{Changed, Group, Location, Member, changed};
use parity_kernels::order;
use parity_kernels::pairing::{self, EXACT_ROWS, Pairing};
use parity_kernels::relaxation::RelaxedColumn;
use parity_kernels::zone::Zone;
use parity_report::document::KeyText;
use parity_report::summary::key_text;

/// Cells of the groups that are paired together, both sides counted.
pub const PORTION_CELLS: usize = 1 << 22;
/// Duplicate keys that a refusal names.
pub const NAMED_DUPLICATES: usize = 5;

/// What duplicate keys come to.
#[derive(Debug, Default)]
pub struct Settled {
    /// Paired rows, each with its place among the pairs of its key.
    pub changed: Vec<(Changed, u32)>,
    /// Rows without a partner, for each side.
    pub only: [Vec<Location>; 2],
    /// Keys with too many rows for the exact pairing.
    pub large_groups: u64,
}

/// How many of the groups, at least one, fit a portion of [`PORTION_CELLS`]. A single key with very many rows is a portion of
/// its own.
pub fn portion(groups: &[Group], columns: usize) -> usize {
    let rows_in_portion = (PORTION_CELLS / columns.max(1)).max(1);
    let mut rows = 0;
    let taken = groups.iter().take_while(|group| {
        let first = rows == 0;
        rows += group.left.len() + group.right.len();
        first || rows <= rows_in_portion
    });
    taken.count()
}

/// Where each group's rows begin among the rows of its portion, for each side.
pub fn starts(groups: &[Group]) -> Vec<[usize; 2]> {
    let mut next = [0usize; 2];
    let begin = |group: &Group| {
        let start = next;
        next[0] += group.left.len();
        next[1] += group.right.len();
        start
    };
    groups.iter().map(begin).collect()
}

/// Where the rows of a portion are on one side, group after group.
pub fn locations(groups: &[Group], side: Side) -> Vec<Location> {
    let members = |group: &'_ Group| -> Vec<Location> {
        let members = if side == Side::Left { &group.left } else { &group.right };
        members.iter().map(|member| member.location).collect()
    };
    groups.iter().flat_map(members).collect()
}

/// The values of all rows of a portion on one side, group after group.
#[derive(Debug)]
pub struct SideValues {
    own: Vec<ArrayRef>,
    /// Place of each row in the sort order of the portion.
    rank: Vec<u32>,
}

impl SideValues {
    /// Of own values, a column for each compared leaf.
    pub fn new(own: Vec<ArrayRef>, rows: usize) -> Result<Self, ParityError> {
        let mut rank = vec![0u32; rows];
        if !own.is_empty() {
            for (place, row) in order::sorted(&order::sortable(&own)?).into_iter().enumerate() {
                rank[row as usize] = place as u32;
            }
        }
        Ok(SideValues { own, rank })
    }

    fn in_order(&self, rows: std::ops::Range<usize>) -> Vec<usize> {
        let mut ordered: Vec<usize> = rows.collect();
        ordered.sort_by_key(|&row| self.rank[row]);
        ordered
    }
}

/// The columns of a portion, ready to be compared within their relaxations.
pub fn relaxed<'a>(plan: &'a Plan, values: &[SideValues; 2], zone: Zone) -> Vec<RelaxedColumn<'a>> {
    let own = values[0].own.iter().zip(&values[1].own);
    let columns = plan.values.iter().zip(own);
    columns
        .map(|(pair, (left, right))| {
            RelaxedColumn::new([left, right], pair.leaves, &pair.domain, zone, &pair.relaxation)
        })
        .collect()
}

/// Pairs the rows of one group, whose rows begin at `start` among those of the portion.
pub fn pair_group(
    columns: &[RelaxedColumn<'_>],
    values: &[SideValues; 2],
    group: &Group,
    start: [usize; 2],
) -> Pairing {
    let differing_cells = |l: usize, r: usize| columns.iter().filter(|column| !column.equal(l, r)).count() as u32;
    let ordered = [
        values[0].in_order(start[0]..start[0] + group.left.len()),
        values[1].in_order(start[1]..start[1] + group.right.len()),
    ];
    pairing::pair(&ordered[0], &ordered[1], differing_cells)
}

impl Settled {
    /// Takes in what became of a group.
    pub fn add(&mut self, group: &Group, start: [usize; 2], pairing: &Pairing) {
        let left = |row: usize| -> &Member { &group.left[row - start[0]] };
        let right = |row: usize| -> &Member { &group.right[row - start[1]] };
        for (place, &(l, r)) in pairing.pairs.iter().enumerate() {
            self.changed.push((changed(left(l), right(r)), place as u32));
        }
        self.only[0].extend(pairing.surplus_left.iter().map(|&l| left(l).location));
        self.only[1].extend(pairing.surplus_right.iter().map(|&r| right(r).location));
        self.large_groups += u64::from(pairing.sorted_only);
    }
}

/// The warning about keys whose rows were paired in order.
pub fn large_groups_warning(keys: u64) -> String {
    let (noun, verb) = if keys == 1 {
        ("key has", "its")
    } else {
        ("keys have", "their")
    };
    format!(
        "{keys} {noun} more than {EXACT_ROWS} differing rows on a side; {verb} rows were sorted by their values and paired in order"
    )
}

/// Duplicate keys of one side, for a refusal.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// How many keys.
    pub keys: u64,
    /// How many rows they have.
    pub rows: u64,
    /// The smallest of them.
    pub examples: Vec<KeyText>,
}

/// The refusal of duplicate keys, with the smallest of them.
pub fn refusal(sides: [&Refused; 2], caller: Caller) -> ParityError {
    let said: Vec<String> = sides
        .into_iter()
        .zip(["left", "right"])
        .filter(|(refused, _)| refused.keys > 0)
        .map(|(refused, side)| {
            let examples = refused.examples.iter().map(|key| format!("({})", key_text(key)));
            format!(
                "{} {} on the {side} side ({} rows): {}",
                refused.keys,
                if refused.keys == 1 {
                    "key occurs more than once"
                } else {
                    "keys occur more than once"
                },
                refused.rows,
                examples.collect::<Vec<_>>().join(", "),
            )
        })
        .collect();
    ParityError::new(
        "DUPLICATE_KEYS",
        said.join("; "),
        format!(
            "add a key column that tells the rows apart, or let the rows be paired with {}",
            caller.pairing_duplicates()
        ),
    )
}
