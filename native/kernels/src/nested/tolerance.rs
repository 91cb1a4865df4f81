//! Arrays and maps within a tolerance.
//!
//! The bytes in which nested values are hashed and compared ([`crate::nested::bytes`]) say no more than whether two
//! values are equal. Here they are taken apart, level by level, until flat values are columns in the domain where both
//! sides meet, and any two rows can be asked about.
//!
//! | value | within the tolerance when |
//! |---|---|
//! | null | the other is null |
//! | flat | equal, or within it |
//! | array | as long, and element by element |
//! | unordered array | as long, and in some pairing of the elements |
//! | map | their keys are equal, and value by value; values under a key that occurs twice, in some pairing |
//! | struct | field by field |

use crate::compare::equal_at;
use crate::compare::tolerance::Tolerance;
use crate::digest::hash::double_bits;
use crate::domain::Side;
use crate::domain::nested::{NestedDomain, Shape};
use crate::domain::values::{self, InDomain, in_domain};
use crate::nested::bytes::{FlatValue, OwnBytes, nested, own_array};
use crate::nested::one_to_one::{self, EXACT_ELEMENTS};
use crate::spark::zone::Zone;
use crate::types::LeafType;
use crate::types::nested::NestedType;
use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray};
use arrow::datatypes::{DataType, Float64Type};
use std::ops::Range;
use std::sync::Arc;

/// Values of one side at one level.
#[derive(Debug)]
pub struct Level {
    valid: Vec<bool>,
    values: Values,
}

#[derive(Debug)]
enum Values {
    /// The values as they were gathered, and after that the same in their domain.
    Flat(LeafType, Vec<FlatValue>, InDomain),
    /// Where the elements of each array end.
    Array(Vec<usize>, Box<Level>),
    Map(Entries, Box<Level>),
    /// Fields in own order, and for each field of the shape its place among them.
    Struct(Vec<Level>, Vec<usize>),
    Apart(LeafType),
}

/// The entries of maps, all but their values.
#[derive(Debug)]
struct Entries {
    key: LeafType,
    /// Where those of each map end.
    ends: Vec<usize>,
    /// Own bytes of each key, in the end those where both sides meet.
    keys: Vec<Option<Vec<u8>>>,
    /// Each map's entries in the order of their keys.
    order: Vec<usize>,
}

fn range(ends: &[usize], row: usize) -> Range<usize> {
    let begin = row.checked_sub(1).map_or(0, |before| ends[before]);
    begin..ends[row]
}

impl Level {
    /// Own values of one side, which meet those of the other in `domain`.
    pub fn new(own: &ArrayRef, leaf: &LeafType, domain: &NestedDomain, side: Side, zone: Zone) -> Self {
        let mut level = Level::of(leaf, &domain.shape, side);
        for row in 0..own.len() {
            if own.is_null(row) {
                level.push_null();
            } else {
                // Bytes that end too early, which nobody writes, leave their values out.
                let _ = level.push(&mut OwnBytes(values::bytes_at(own.as_ref(), row)));
            }
        }
        level.settle(&domain.shape, side, zone);
        level
    }

    fn of(leaf: &LeafType, shape: &Shape, side: Side) -> Level {
        let values = match (shape, nested(leaf)) {
            (Shape::Flat(_), _) => Values::Flat(
                leaf.clone(),
                Vec::new(),
                InDomain {
                    array: Arc::new(BooleanArray::new_null(0)),
                    displaced: None,
                },
            ),
            (Shape::Array(shape), Some(NestedType::Array(element))) => {
                Values::Array(Vec::new(), Box::new(Level::of(element, shape, side)))
            }
            (Shape::Map(_, shape), Some(NestedType::Map(key, value))) => Values::Map(
                Entries {
                    key: key.clone(),
                    ends: Vec::new(),
                    keys: Vec::new(),
                    order: Vec::new(),
                },
                Box::new(Level::of(value, shape, side)),
            ),
            (Shape::Struct(shapes), Some(NestedType::Struct(fields))) => {
                let mut order = vec![0; shapes.len()];
                let levels = fields.iter().enumerate().map(|(place, (name, field))| {
                    let met = shapes.iter().position(|shape| shape.names[side.index()] == *name);
                    match met {
                        Some(at) => {
                            order[at] = place;
                            Level::of(field, &shapes[at].shape, side)
                        }
                        None => Level::of(field, &Shape::Apart, side),
                    }
                });
                Values::Struct(levels.collect(), order)
            }
            _ => Values::Apart(leaf.clone()),
        };
        Level {
            valid: Vec::new(),
            values,
        }
    }

    fn push_null(&mut self) {
        self.valid.push(false);
        match &mut self.values {
            Values::Flat(_, gathered, _) => gathered.push(FlatValue::Boolean(false)),
            Values::Array(ends, _) | Values::Map(Entries { ends, .. }, _) => {
                ends.push(ends.last().copied().unwrap_or(0));
            }
            Values::Struct(fields, _) => fields.iter_mut().for_each(Level::push_null),
            Values::Apart(_) => {}
        }
    }

    /// Takes a value that is not null. One whose bytes end too early leaves a slot all the same.
    fn push(&mut self, bytes: &mut OwnBytes<'_>) -> Option<()> {
        self.valid.push(true);
        match &mut self.values {
            Values::Flat(leaf, gathered, _) => {
                let value = bytes.flat(leaf);
                let is_whole = value.is_some();
                gathered.push(value.unwrap_or(FlatValue::Boolean(false)));
                is_whole.then_some(())
            }
            Values::Array(ends, elements) => {
                let mut read = || {
                    while bytes.is_present()? {
                        elements.push_nullable(bytes)?;
                    }
                    Some(())
                };
                let found = read();
                ends.push(elements.valid.len());
                found
            }
            Values::Map(entries, values) => {
                let found = entries.read(bytes, values);
                entries.ends.push(values.valid.len());
                found
            }
            Values::Struct(fields, _) => {
                let mut found = Some(());
                for field in fields {
                    found = found.and(field.push_nullable(bytes));
                }
                found
            }
            Values::Apart(leaf) => bytes.skip(leaf).map(|_| ()),
        }
    }

    fn push_nullable(&mut self, bytes: &mut OwnBytes<'_>) -> Option<()> {
        match bytes.is_present() {
            Some(true) => self.push(bytes),
            found => {
                self.push_null();
                found.map(|_| ())
            }
        }
    }

    /// Brings what was gathered to where both sides meet.
    fn settle(&mut self, shape: &Shape, side: Side, zone: Zone) {
        match (&mut self.values, shape) {
            (Values::Flat(leaf, gathered, met), Shape::Flat(domain)) => {
                *met = in_domain(&own_array(leaf, gathered), leaf, domain.side(side), zone);
                *gathered = Vec::new();
            }
            (Values::Array(_, elements), Shape::Array(shape)) => elements.settle(shape, side, zone),
            (Values::Map(entries, values), Shape::Map(key, shape)) => {
                entries.settle(key, zone);
                values.settle(shape, side, zone);
            }
            (Values::Struct(fields, order), Shape::Struct(shapes)) => {
                for (&place, shape) in order.iter().zip(shapes) {
                    fields[place].settle(&shape.shape, side, zone);
                }
            }
            _ => {}
        }
    }
}

impl Entries {
    fn read(&mut self, bytes: &mut OwnBytes<'_>, values: &mut Level) -> Option<()> {
        while bytes.is_present()? {
            let key = if bytes.is_present()? {
                Some(bytes.skip(&self.key)?.to_vec())
            } else {
                None
            };
            self.keys.push(key);
            values.push_nullable(bytes)?;
        }
        Some(())
    }

    fn settle(&mut self, shape: &Shape, zone: Zone) {
        let domain = NestedDomain {
            shape: shape.clone(),
            plain: false,
            unordered: false,
        };
        let own: ArrayRef = Arc::new(BinaryViewArray::from_iter(self.keys.drain(..)));
        let met = domain.bytes(&own, &self.key, zone);
        let bytes = |row| met.is_valid(row).then(|| values::bytes_at(met.as_ref(), row).to_vec());
        self.keys = (0..met.len()).map(bytes).collect();
        self.order = (0..self.keys.len()).collect();
        for map in 0..self.ends.len() {
            let keys = &self.keys;
            self.order[range(&self.ends, map)].sort_by(|&a, &b| keys[a].cmp(&keys[b]));
        }
    }
}

/// Values of both sides under a tolerance.
#[derive(Clone, Copy)]
struct Pair<'a> {
    sides: [&'a Level; 2],
    shape: &'a Shape,
    tolerance: &'a Tolerance,
}

/// Whether a left and a right value, in these rows, are equal within a tolerance.
pub fn within(sides: [&Level; 2], rows: [usize; 2], domain: &NestedDomain, tolerance: &Tolerance) -> bool {
    let pair = Pair {
        sides,
        shape: &domain.shape,
        tolerance,
    };
    pair.near(rows, domain.unordered)
}

impl Pair<'_> {
    fn near(self, [i, j]: [usize; 2], is_unordered: bool) -> bool {
        let [left, right] = self.sides;
        if !left.valid[i] || !right.valid[j] {
            return left.valid[i] == right.valid[j];
        }
        let at = |sides, shape| Pair { sides, shape, ..self };
        match (self.shape, &left.values, &right.values) {
            (Shape::Flat(domain), Values::Flat(l, _, lefts), Values::Flat(r, _, rights)) => {
                equal_at(lefts, i, rights, j, domain) || self.tolerance.within(lefts, i, rights, j, domain, [l, r])
            }
            (Shape::Array(shape), Values::Array(l_ends, lefts), Values::Array(r_ends, rights)) => {
                let (l, r) = (range(l_ends, i), range(r_ends, j));
                let elements = at([lefts, rights], shape);
                match is_unordered {
                    true => elements.pair_up(&l.collect::<Vec<_>>(), &r.collect::<Vec<_>>()),
                    false => l.len() == r.len() && l.zip(r).all(|(i, j)| elements.near([i, j], false)),
                }
            }
            (Shape::Map(_, shape), Values::Map(l, lefts), Values::Map(r, rights)) => {
                let (l_order, r_order) = (&l.order[range(&l.ends, i)], &r.order[range(&r.ends, j)]);
                let has_equal_keys = |(&i, &j): (&usize, &usize)| l.keys[i] == r.keys[j];
                if l_order.len() != r_order.len() || !l_order.iter().zip(r_order).all(has_equal_keys) {
                    return false;
                }
                let values = at([lefts, rights], shape);
                let mut same_key = l_order.chunk_by(|&a, &b| l.keys[a] == l.keys[b]);
                let mut done = 0;
                same_key.all(|l_run| {
                    let r_run = &r_order[done..done + l_run.len()];
                    done += l_run.len();
                    values.pair_up(l_run, r_run)
                })
            }
            (Shape::Struct(shapes), Values::Struct(lefts, l_order), Values::Struct(rights, r_order)) => {
                let mut fields = shapes.iter().zip(l_order.iter().zip(r_order));
                fields.all(|(field, (&l, &r))| at([&lefts[l], &rights[r]], &field.shape).near([i, j], false))
            }
            _ => false,
        }
    }

    /// Whether these left and right values can be paired so that each pair is near.
    fn pair_up(self, left: &[usize], right: &[usize]) -> bool {
        if left.len() != right.len() {
            return false;
        }
        let near = |i: usize, j: usize| self.near([i, j], false);
        if let (&[i], &[j]) = (left, right) {
            return near(i, j);
        }
        let is_short = left.len() <= EXACT_ELEMENTS;
        if let Shape::Flat(domain) = self.shape
            && (self.tolerance.is_of_neighbours(domain) || !is_short)
            && let (Some(mut left), Some(right)) = (self.sides[0].numbers(left), self.sides[1].numbers(right))
        {
            return left.others == right.others && one_to_one::in_order(&mut left.numbers, &right.numbers, near);
        }
        is_short && one_to_one::by_exchange(left.len(), |i, j| near(left[i], right[j]))
    }
}

/// Flat values that may be near to others, and those that are equal or not.
struct Numbers {
    numbers: Vec<(Number, usize)>,
    /// Nulls, and the bits of NaN and infinities, in order.
    others: Vec<Option<u64>>,
}

/// A number to be compared within a tolerance. All numbers of a column are of one kind.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Number {
    Exact(i128),
    Double(f64),
}

impl Level {
    /// The numbers in these slots; `None` where there is none, or one without a place in the domain.
    fn numbers(&self, slots: &[usize]) -> Option<Numbers> {
        let Values::Flat(_, _, met) = &self.values else {
            return None;
        };
        let mut found = Numbers {
            numbers: Vec::with_capacity(slots.len()),
            others: Vec::new(),
        };
        for &slot in slots {
            if !self.valid[slot] {
                found.others.push(None);
                continue;
            }
            if met.is_displaced(slot) {
                return None;
            }
            match met.array.data_type() {
                DataType::Float64 => {
                    let double = met.array.as_primitive::<Float64Type>().value(slot);
                    if double.is_finite() {
                        found.numbers.push((Number::Double(double), slot));
                    } else {
                        found.others.push(Some(double_bits(double)));
                    }
                }
                DataType::Int64 | DataType::Decimal128(_, _) => {
                    let integer = values::integer_at(met.array.as_ref(), slot);
                    found.numbers.push((Number::Exact(integer), slot));
                }
                _ => return None,
            }
        }
        found.others.sort_unstable();
        Some(found)
    }
}

#[cfg(test)]
#[path = "tolerance_tests.rs"]
mod tests;
