//! Row digests, built column by column.
//!
//! A row's digest is the sum of one 128-bit hash per leaf, its key hash the sum over its key leaves. Columns arrive one
//! after the other, each as a run of batches, so [`Sums`] keeps one running sum per row of a window and a task never
//! holds more than the column it is reading.
//!
//! Leaves belong to [`GROUPS`] column groups. A group's *tag* is the end of the second half of the group's part of the
//! digest: when two rows with equal keys differ, the tags tell which groups to fetch. Summing each group on its own and
//! folding it into the digest when the next group starts costs less than a third accumulator per value.
//!
//! A dictionary is hashed once. The cache *holds* the dictionary that it describes: were it known by its address only,
//! the next dictionary could come to lie at the same address, and rows would get hashes of other values.

pub mod entry;
pub mod hash;
mod lanes;
mod sums;

pub use sums::Sums;

use crate::compare::relaxation::Before;
use crate::digest::hash::{Hash128, LeafSeed, double_bits};
use crate::domain::Domain;
use crate::domain::values::{self, InDomain, Stored, ValueError};
use crate::spark::zone::Zone;
use crate::types::LeafType;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int32Type, Int64Type};
use std::sync::Arc;

/// Number of column groups.
pub const GROUPS: usize = 6;

/// The group of leaf number `leaf` among `leaves` leaves that share `groups` groups: neighbours share one, because
/// columns that change together tend to stand together.
///
/// ```
/// use parity_kernels::digest::group_of;
///
/// let groups: Vec<usize> = (0..8).map(|leaf| group_of(leaf, 8, 3)).collect();
/// assert_eq!(groups, [0, 0, 0, 1, 1, 1, 2, 2]);
/// ```
pub fn group_of(leaf: usize, leaves: usize, groups: usize) -> usize {
    leaf * groups / leaves.max(1)
}

/// The digests of a window of rows while its columns are being read.
#[derive(Debug, Default)]
pub struct RowDigests {
    digest: Sums,
    group: Sums,
    tags: Vec<[u16; GROUPS]>,
}

impl RowDigests {
    /// Starts a window of `rows` rows.
    pub fn reset(&mut self, rows: usize) {
        self.digest.reset(rows);
        self.group.reset(rows);
        self.tags.clear();
        self.tags.resize(rows, [0; GROUPS]);
    }

    /// The sums of the group that is being read.
    pub fn group_sums(&mut self) -> &mut Sums {
        &mut self.group
    }

    /// Ends group `group`: its tag is taken and its sums enter the digest.
    pub fn end_group(&mut self, group: usize) {
        for (tags, hi) in self.tags.iter_mut().zip(&self.group.hi) {
            tags[group] = *hi as u16;
        }
        let halves = [
            (&mut self.digest.lo, &mut self.group.lo),
            (&mut self.digest.hi, &mut self.group.hi),
        ];
        for (total, part) in halves {
            for (total, part) in total.iter_mut().zip(part.iter_mut()) {
                *total = total.wrapping_add(*part);
                *part = 0;
            }
        }
    }

    /// The digest of one row, after its last group.
    pub fn digest(&self, row: usize) -> Hash128 {
        self.digest.get(row)
    }

    /// The tags of one row.
    pub fn tags(&self, row: usize) -> [u16; GROUPS] {
        self.tags[row]
    }
}

/// Hashes the values of one leaf of one side.
#[derive(Debug)]
pub struct LeafHasher {
    seed: LeafSeed,
    leaf: LeafType,
    domain: Domain,
    zone: Zone,
    before: Before,
    /// The hash of what null stands for, where it stands for something.
    stand_in: Option<Hash128>,
    dictionary: Option<(ArrayRef, Vec<Hash128>)>,
}

impl LeafHasher {
    /// A hasher for a side's column of type `leaf`, whose values meet the other side's in `domain` (already the side's
    /// half: [`Domain::side`]).
    pub fn new(seed: LeafSeed, leaf: LeafType, domain: Domain, zone: Zone) -> Self {
        LeafHasher {
            seed,
            leaf,
            domain,
            zone,
            before: Before::default(),
            stand_in: None,
            dictionary: None,
        }
    }

    /// The same with something done to values before they are hashed.
    #[must_use]
    pub fn with(mut self, before: Before) -> Self {
        let stand_in = before.stand_in(self.zone);
        self.stand_in = stand_in.map(|literal| hash_at(&self.seed, &literal, 0));
        self.before = before;
        self
    }

    /// The hash of null in this leaf.
    pub fn null(&self) -> Hash128 {
        self.stand_in.unwrap_or_else(|| self.seed.null())
    }

    /// Adds the hashes of a batch of stored values to the sums from row `from` on.
    pub fn add(&mut self, stored: &ArrayRef, how: &Stored, sums: &mut Sums, from: usize) -> Result<(), ValueError> {
        if stored.data_type() == &DataType::Int32 && self.stand_in.is_none() && self.takes_as_it_stands(how) {
            // Saves a pass that only widens.
            let words = stored.as_primitive::<Int32Type>().values();
            lanes::add_words(sums, from, &self.seed, stored.nulls(), words, |v| i64::from(v) as u64);
            return Ok(());
        }
        let own = values::own(stored, how, &self.leaf)?;
        self.add_own(&own, sums, from);
        Ok(())
    }

    /// Adds the hashes of a batch of own values to the sums from row `from` on.
    pub fn add_own(&mut self, own: &ArrayRef, sums: &mut Sums, from: usize) {
        let values = self.to_domain(own);
        self.add_in_domain(&values, sums, from);
        if let (Some(stand_in), Some(nulls)) = (self.stand_in, values.array.nulls()) {
            sums.replace_nulls(from, nulls, stand_in, |_| self.seed.null());
        }
    }

    /// Whether 32-bit integers stored like that are the numbers of the domain.
    fn takes_as_it_stands(&self, how: &Stored) -> bool {
        let is_signed = match how.leaf {
            LeafType::Integer { bits, signed } => bits == 32 && signed,
            LeafType::Decimal { .. } | LeafType::Time { .. } => true,
            LeafType::Date => how.julian.is_none(),
            _ => false,
        };
        is_signed
            && self.domain
                == Domain::Exact {
                    scale: how.leaf.scale(),
                }
    }

    /// Adds the hashes of values that are in the domain already.
    pub fn add_in_domain(&mut self, values: &InDomain, sums: &mut Sums, from: usize) {
        let seed = self.seed;
        let array = &values.array;
        let nulls = array.nulls();
        if array.null_count() == array.len() {
            sums.add_constant(from, array.len(), seed.null());
            return;
        }
        match array.data_type() {
            DataType::Int64 if values.displaced.is_none() => {
                let words = array.as_primitive::<Int64Type>().values();
                lanes::add_words(sums, from, &seed, nulls, words, |v| v as u64);
            }
            DataType::Float64 if values.displaced.is_none() => {
                let words = array.as_primitive::<Float64Type>().values();
                lanes::add_words(sums, from, &seed, nulls, words, double_bits);
            }
            DataType::Boolean if values.displaced.is_none() => {
                let words: Vec<u64> = array.as_boolean().values().iter().map(u64::from).collect();
                lanes::add_words(sums, from, &seed, nulls, &words, |v| v);
            }
            DataType::Decimal128(_, _) if values.displaced.is_none() => {
                let integers = array.as_primitive::<Decimal128Type>().values();
                add_each(sums, from, &seed, nulls, integers.iter().map(|&v| seed.integer(v)));
            }
            DataType::BinaryView => {
                let texts = array.as_binary_view();
                add_each(
                    sums,
                    from,
                    &seed,
                    nulls,
                    (0..texts.len()).map(|i| seed.bytes(texts.value(i))),
                );
            }
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_dictionary::<Int32Type>();
                let hashes = dictionary_hashes(&mut self.dictionary, dictionary.values(), &seed);
                let keys = dictionary.keys().values();
                // The key of a null may be anything.
                let hash = |&key: &i32| hashes.get(key as usize).copied().unwrap_or_default();
                sums.add(from, keys.iter().map(hash));
                if let Some(nulls) = nulls {
                    sums.replace_nulls(from, nulls, seed.null(), |row| hash(&keys[row]));
                }
            }
            _ => sums.add(from, (0..array.len()).map(|row| hash_at(&seed, values, row))),
        }
    }

    /// The hash of one own value.
    pub fn hash_own(&self, own: &ArrayRef, row: usize) -> Hash128 {
        if own.is_null(row) {
            return self.null();
        }
        self.hash(&self.to_domain(own), row)
    }

    /// The hashes of values in the domain, all of them at once.
    pub fn hashes(&mut self, values: &InDomain) -> Sums {
        let mut sums = Sums::default();
        sums.reset(values.array.len());
        if self.domain == Domain::Struct {
            let hashes: Vec<Hash128> = (0..values.array.len()).map(|row| self.hash(values, row)).collect();
            sums.add(0, hashes.into_iter());
        } else {
            self.add_in_domain(values, &mut sums, 0);
        }
        sums
    }

    /// Own values in the domain where both sides meet.
    pub fn to_domain(&self, own: &ArrayRef) -> InDomain {
        let own = self.before.apply(own, &self.leaf, &self.domain, self.zone);
        values::in_domain(&own, &self.leaf, &self.domain, self.zone)
    }

    /// The hash of one value.
    pub fn hash(&self, values: &InDomain, row: usize) -> Hash128 {
        if self.domain == Domain::Struct && values.array.is_valid(row) {
            // Whether anything is in a struct is for its fields to say.
            return self.seed.word(1);
        }
        hash_at(&self.seed, values, row)
    }
}

/// Adds one hash a row. `hashes` yields something for null rows too, which is not used.
#[inline]
fn add_each(
    sums: &mut Sums,
    from: usize,
    seed: &LeafSeed,
    nulls: Option<&NullBuffer>,
    hashes: impl ExactSizeIterator<Item = Hash128>,
) {
    match nulls {
        None => sums.add(from, hashes),
        Some(nulls) => {
            let null = seed.null();
            sums.add(
                from,
                hashes
                    .zip(nulls.iter())
                    .map(|(hash, valid)| if valid { hash } else { null }),
            );
        }
    }
}

fn hash_at(seed: &LeafSeed, values: &InDomain, row: usize) -> Hash128 {
    let array = &values.array;
    if array.is_null(row) {
        return seed.null();
    }
    if let Some(text) = values.displaced_text(row) {
        // Unlike every hash of a value that was read, as those are of words and integers.
        return seed.bytes(text);
    }
    match array.data_type() {
        DataType::Int64 | DataType::Decimal128(_, _) => {
            let value = match array.data_type() {
                DataType::Int64 => i128::from(array.as_primitive::<Int64Type>().value(row)),
                _ => array.as_primitive::<Decimal128Type>().value(row),
            };
            if values.is_displaced(row) {
                seed.displaced(value)
            } else {
                seed.integer(value)
            }
        }
        DataType::Float64 => seed.double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => seed.word(u64::from(values::boolean_at(array, row))),
        _ => seed.bytes(values::bytes_at(array, row)),
    }
}

fn dictionary_hashes<'a>(
    cache: &'a mut Option<(ArrayRef, Vec<Hash128>)>,
    dictionary: &ArrayRef,
    seed: &LeafSeed,
) -> &'a [Hash128] {
    let known = cache.as_ref().is_some_and(|(held, _)| Arc::ptr_eq(held, dictionary));
    if !known {
        let values = dictionary.as_binary::<i32>();
        let hashes = (0..values.len()).map(|i| seed.bytes(values.value(i))).collect();
        *cache = Some((Arc::clone(dictionary), hashes));
    }
    cache.as_ref().map_or(&[], |(_, hashes)| hashes)
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;
