//! Arrays and maps as bytes: one string for each value, which can be hashed, compared, ordered and sent like any other.
//!
//! *Own* bytes hold a value in the type of its side. Their order as bytes is Spark's sort order:
//!
//! | value | bytes |
//! |---|---|
//! | null inside another value | 0 |
//! | anything else inside another value | 1, then as below |
//! | boolean | 0 or 1 |
//! | integers, decimals, dates, times | 8 or 16 bytes, the highest first, the sign bit flipped |
//! | floating point | 8 bytes, the highest first: negative numbers inverted, others with the sign bit flipped; one NaN, one zero |
//! | text, binary | the bytes, with 0 as 0 1; then 0 0 |
//! | struct | its fields in order |
//! | array | 1 and the element for each, then 0 |
//! | map | the same with keys and values as elements, sorted by their bytes, then 0 |
//!
//! *Domain* bytes are built the same way from values in their domains ([`Shape`]), and are equal exactly if the values
//! are. Where both sides' own bytes are so already ([`NestedDomain::plain`]), they are taken as they are.
//!
//! The outermost value is never null: nulls of a column are those of its Arrow array.

use crate::compare::text_rules::TextRules;
use crate::digest::hash::double_bits;
use crate::domain::Domain;
use crate::domain::nested::{NestedDomain, Shape, ShapeField};
use crate::domain::values::{self, InDomain, in_domain};
use crate::spark::zone::Zone;
use crate::types::nested::NestedType;
use crate::types::{Kind, LeafType};
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, BinaryViewBuilder, BooleanArray, Decimal128Array, Float64Array,
    Int64Array,
};
use arrow::datatypes::{DataType, Float64Type};
use std::sync::Arc;

/// Before an element, an entry, or a value that is not null.
pub const PRESENT: u8 = 1;
/// In place of a null; after the last element or entry.
pub const ABSENT: u8 = 0;

const SIGN: u64 = 1 << 63;
const WIDE_SIGN: u128 = 1 << 127;

/// Appends a value of an own array of a flat type, which is not null.
pub fn put_flat(out: &mut Vec<u8>, own: &dyn Array, row: usize) {
    match own.data_type() {
        DataType::Boolean => out.push(u8::from(values::boolean_at(own, row))),
        DataType::Int64 => {
            let value = values::integer_at(own, row) as i64;
            out.extend_from_slice(&(value.cast_unsigned() ^ SIGN).to_be_bytes());
        }
        DataType::Float64 => {
            let bits = double_bits(own.as_primitive::<Float64Type>().value(row));
            let ordered = if bits & SIGN == 0 { bits ^ SIGN } else { !bits };
            out.extend_from_slice(&ordered.to_be_bytes());
        }
        DataType::Decimal128(_, _) => {
            let value = values::integer_at(own, row);
            out.extend_from_slice(&(value.cast_unsigned() ^ WIDE_SIGN).to_be_bytes());
        }
        _ => put_bytes(out, values::bytes_at(own, row)),
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        out.push(byte);
        if byte == 0 {
            out.push(1);
        }
    }
    out.extend_from_slice(&[0, 0]);
}

/// Appends the entries of a map, each the bytes of its key and its value: sorted, because their order means nothing.
pub fn put_entries(out: &mut Vec<u8>, mut entries: Vec<Vec<u8>>) {
    entries.sort_unstable();
    for entry in entries {
        out.push(PRESENT);
        out.extend_from_slice(&entry);
    }
    out.push(ABSENT);
}

/// Own bytes that are being read. Every method returns `None` where they end too early.
#[derive(Clone, Copy, Debug)]
pub struct OwnBytes<'a>(pub &'a [u8]);

impl<'a> OwnBytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Whether another element, or a value, follows.
    pub fn is_present(&mut self) -> Option<bool> {
        Some(*self.take(1)?.first()? == PRESENT)
    }

    /// A flat value.
    pub fn flat(&mut self, leaf: &LeafType) -> Option<FlatValue> {
        Some(match leaf.own_type() {
            DataType::Boolean => FlatValue::Boolean(*self.take(1)?.first()? != 0),
            DataType::Int64 => {
                let bits = u64::from_be_bytes(self.array()?) ^ SIGN;
                FlatValue::Integer(bits.cast_signed())
            }
            DataType::Float64 => {
                let ordered = u64::from_be_bytes(self.array()?);
                let bits = if ordered & SIGN == 0 { !ordered } else { ordered ^ SIGN };
                FlatValue::Double(f64::from_bits(bits))
            }
            DataType::BinaryView => {
                let mut bytes = Vec::new();
                loop {
                    let run = self.0.iter().position(|&byte| byte == 0)?;
                    bytes.extend_from_slice(self.take(run)?);
                    match self.take(2)? {
                        [_, 1] => bytes.push(0),
                        _ => break FlatValue::Bytes(bytes),
                    }
                }
            }
            _ => {
                let bits = u128::from_be_bytes(self.array()?) ^ WIDE_SIGN;
                FlatValue::Wide(bits.cast_signed())
            }
        })
    }

    /// Passes over a value that is not null: its bytes.
    pub(crate) fn skip(&mut self, leaf: &LeafType) -> Option<&'a [u8]> {
        let whole = self.0;
        match nested(leaf) {
            None => {
                self.flat(leaf)?;
            }
            Some(NestedType::Struct(fields)) => {
                for (_, field) in fields {
                    self.skip_nullable(field)?;
                }
            }
            Some(NestedType::Array(element)) => {
                while self.is_present()? {
                    self.skip_nullable(element)?;
                }
            }
            Some(NestedType::Map(key, value)) => {
                while self.is_present()? {
                    self.skip_nullable(key)?;
                    self.skip_nullable(value)?;
                }
            }
            Some(NestedType::Unknown(_)) => return None,
        }
        whole.get(..whole.len() - self.0.len())
    }

    fn skip_nullable(&mut self, leaf: &LeafType) -> Option<()> {
        if self.is_present()? {
            self.skip(leaf)?;
        }
        Some(())
    }
}

/// Own bytes after text rules, which reach all text but keys of maps. Text that reads as a value of the other side's
/// type stays.
pub fn ruled(own: &ArrayRef, leaf: &LeafType, text: TextRules, domain: &Domain, zone: Zone) -> ArrayRef {
    let shape = match domain {
        Domain::Nested(nested) => Some(&nested.shape),
        _ => None,
    };
    let rules = Rules { text, zone };
    rewritten(own, |bytes, out| rules.put(out, bytes, leaf, shape))
}

/// Each row's own bytes as `put` writes them anew. Bytes that end too early, which nobody writes, leave their values
/// out.
fn rewritten(own: &ArrayRef, mut put: impl FnMut(&mut OwnBytes<'_>, &mut Vec<u8>) -> Option<()>) -> ArrayRef {
    let mut builder = BinaryViewBuilder::with_capacity(own.len());
    let mut out = Vec::new();
    for row in 0..own.len() {
        if own.is_null(row) {
            builder.append_null();
            continue;
        }
        out.clear();
        let _ = put(&mut OwnBytes(values::bytes_at(own.as_ref(), row)), &mut out);
        builder.append_value(&out);
    }
    Arc::new(builder.finish())
}

/// Text rules on their way through own bytes.
struct Rules {
    text: TextRules,
    zone: Zone,
}

impl Rules {
    fn put(&self, out: &mut Vec<u8>, bytes: &mut OwnBytes<'_>, leaf: &LeafType, shape: Option<&Shape>) -> Option<()> {
        match nested(leaf) {
            None if *leaf == LeafType::String => {
                if let FlatValue::Bytes(value) = bytes.flat(leaf)? {
                    if self.reads(&value, shape) {
                        put_bytes(out, &value);
                    } else {
                        put_bytes(out, &self.text.apply(&value));
                    }
                }
            }
            None => out.extend_from_slice(bytes.skip(leaf)?),
            Some(NestedType::Struct(fields)) => {
                for (name, field) in fields {
                    let inner = match shape {
                        Some(Shape::Struct(shapes)) => shapes.iter().find(|other| other.names.contains(name)),
                        _ => None,
                    };
                    self.put_nullable(out, bytes, field, inner.map(|field| &field.shape))?;
                }
            }
            Some(NestedType::Array(element)) => {
                let inner = match shape {
                    Some(Shape::Array(inner)) => Some(inner.as_ref()),
                    _ => None,
                };
                while bytes.is_present()? {
                    out.push(PRESENT);
                    self.put_nullable(out, bytes, element, inner)?;
                }
                out.push(ABSENT);
            }
            Some(NestedType::Map(key, value)) => {
                let inner = match shape {
                    Some(Shape::Map(_, inner)) => Some(inner.as_ref()),
                    _ => None,
                };
                let none = Rules {
                    text: TextRules::default(),
                    ..*self
                };
                let mut entries = Vec::new();
                while bytes.is_present()? {
                    let mut entry = Vec::new();
                    none.put_nullable(&mut entry, bytes, key, None)?;
                    self.put_nullable(&mut entry, bytes, value, inner)?;
                    entries.push(entry);
                }
                put_entries(out, entries);
            }
            Some(NestedType::Unknown(_)) => return None,
        }
        Some(())
    }

    fn put_nullable(
        &self,
        out: &mut Vec<u8>,
        bytes: &mut OwnBytes<'_>,
        leaf: &LeafType,
        shape: Option<&Shape>,
    ) -> Option<()> {
        if bytes.is_present()? {
            out.push(PRESENT);
            self.put(out, bytes, leaf, shape)
        } else {
            out.push(ABSENT);
            Some(())
        }
    }

    /// Whether text is read as another type here, and can be.
    fn reads(&self, text: &[u8], shape: Option<&Shape>) -> bool {
        let Some(Shape::Flat(domain @ Domain::Parsed { .. })) = shape else {
            return false;
        };
        let own: ArrayRef = Arc::new(BinaryViewArray::from_iter_values([text]));
        !in_domain(&own, &LeafType::String, domain, self.zone).is_displaced(0)
    }
}

/// The type that a nested one stands for.
pub(crate) fn nested(leaf: &LeafType) -> Option<&NestedType> {
    match leaf {
        LeafType::Nested(nested) | LeafType::Struct(nested) => Some(nested.get()),
        _ => None,
    }
}

/// A flat value inside another.
#[derive(Clone, Debug, PartialEq)]
pub enum FlatValue {
    /// A boolean.
    Boolean(bool),
    /// A scaled integer of 64 bits.
    Integer(i64),
    /// A scaled integer of 128 bits.
    Wide(i128),
    /// A floating-point number.
    Double(f64),
    /// Text or binary.
    Bytes(Vec<u8>),
}

/// Flat values of one own type as an own array.
pub fn own_array(leaf: &LeafType, flat: &[FlatValue]) -> ArrayRef {
    match leaf.own_type() {
        DataType::Boolean => {
            let booleans = flat.iter().map(|value| matches!(value, FlatValue::Boolean(true)));
            Arc::new(BooleanArray::from(booleans.collect::<Vec<bool>>()))
        }
        DataType::Int64 => Arc::new(Int64Array::from_iter_values(flat.iter().map(|value| match value {
            FlatValue::Integer(integer) => *integer,
            _ => 0,
        }))),
        DataType::Float64 => Arc::new(Float64Array::from_iter_values(flat.iter().map(|value| match value {
            FlatValue::Double(double) => *double,
            _ => 0.0,
        }))),
        DataType::BinaryView => Arc::new(BinaryViewArray::from_iter_values(flat.iter().map(
            |value| match value {
                FlatValue::Bytes(bytes) => bytes.as_slice(),
                _ => b"",
            },
        ))),
        _ => Arc::new(Decimal128Array::from_iter_values(flat.iter().map(
            |value| match value {
                FlatValue::Wide(integer) => *integer,
                _ => 0,
            },
        ))),
    }
}

impl NestedDomain {
    /// Own bytes of values of type `leaf` as domain bytes.
    pub fn bytes(&self, own: &ArrayRef, leaf: &LeafType, zone: Zone) -> ArrayRef {
        if self.plain {
            return Arc::clone(own);
        }
        let mut flat_leaves = Vec::new();
        let tree = Tree::new(leaf, &self.shape, &mut flat_leaves);
        let mut gathered: Vec<Vec<FlatValue>> = vec![Vec::new(); flat_leaves.len()];
        for row in (0..own.len()).filter(|&row| own.is_valid(row)) {
            // Bytes that end too early, which nobody writes, leave their values out.
            let _ = tree.gather(&mut OwnBytes(values::bytes_at(own.as_ref(), row)), &mut gathered);
        }
        let in_domain: Vec<InDomain> = flat_leaves
            .iter()
            .zip(gathered)
            .map(|((leaf, domain), flat)| in_domain(&own_array(leaf, &flat), leaf, domain, zone))
            .collect();
        let mut walk = Walk {
            places: vec![0; in_domain.len()],
            in_domain,
        };
        rewritten(own, |bytes, out| tree.convert(bytes, &mut walk, out, self.unordered))
    }
}

/// A side's own type beside the shape in which both sides meet.
enum Tree<'a> {
    /// Number among the flat leaves.
    Flat(usize, &'a LeafType),
    Array(Box<Tree<'a>>),
    Map(Box<Tree<'a>>, Box<Tree<'a>>),
    /// Fields in own order, and for each field of the shape its place among them.
    Struct(Vec<Tree<'a>>, Vec<usize>),
    /// The own type, whose name keeps its values apart from the other side's.
    Apart(&'a LeafType),
}

/// Flat values in their domains, and how many of each are used up.
struct Walk {
    in_domain: Vec<InDomain>,
    places: Vec<usize>,
}

impl<'a> Tree<'a> {
    fn new(leaf: &'a LeafType, shape: &'a Shape, flat_leaves: &mut Vec<(&'a LeafType, &'a Domain)>) -> Self {
        match (shape, nested(leaf)) {
            (Shape::Flat(domain), _) => {
                // Text that is to be read as another type keeps the whole domain, which says how.
                let is_text = leaf.kind() == Kind::Text;
                flat_leaves.push((leaf, if is_text { domain } else { domain.meeting() }));
                Tree::Flat(flat_leaves.len() - 1, leaf)
            }
            (Shape::Array(shape), Some(NestedType::Array(element))) => {
                Tree::Array(Box::new(Tree::new(element, shape, flat_leaves)))
            }
            (Shape::Map(key_shape, value_shape), Some(NestedType::Map(key, value))) => Tree::Map(
                Box::new(Tree::new(key, key_shape, flat_leaves)),
                Box::new(Tree::new(value, value_shape, flat_leaves)),
            ),
            (Shape::Struct(shapes), Some(NestedType::Struct(fields))) => {
                let mut order = vec![0; shapes.len()];
                let mut taken = vec![false; shapes.len()];
                let trees = fields.iter().zip(0..).map(|((name, field), place)| {
                    let meets = |(i, shape): &(usize, &ShapeField)| !taken[*i] && shape.names.contains(name);
                    match shapes.iter().enumerate().find(meets) {
                        Some((i, shape)) => {
                            order[i] = place;
                            taken[i] = true;
                            Tree::new(field, &shape.shape, flat_leaves)
                        }
                        None => Tree::Apart(field),
                    }
                });
                let trees = trees.collect();
                Tree::Struct(trees, order)
            }
            _ => Tree::Apart(leaf),
        }
    }

    fn gather(&self, bytes: &mut OwnBytes<'_>, gathered: &mut [Vec<FlatValue>]) -> Option<()> {
        match self {
            Tree::Flat(number, leaf) => gathered[*number].push(bytes.flat(leaf)?),
            Tree::Array(element) => {
                while bytes.is_present()? {
                    element.gather_nullable(bytes, gathered)?;
                }
            }
            Tree::Map(key, value) => {
                while bytes.is_present()? {
                    key.gather_nullable(bytes, gathered)?;
                    value.gather_nullable(bytes, gathered)?;
                }
            }
            Tree::Struct(fields, _) => {
                for field in fields {
                    field.gather_nullable(bytes, gathered)?;
                }
            }
            Tree::Apart(leaf) => {
                bytes.skip(leaf)?;
            }
        }
        Some(())
    }

    fn gather_nullable(&self, bytes: &mut OwnBytes<'_>, gathered: &mut [Vec<FlatValue>]) -> Option<()> {
        if bytes.is_present()? {
            self.gather(bytes, gathered)?;
        }
        Some(())
    }

    fn convert(&self, bytes: &mut OwnBytes<'_>, walk: &mut Walk, out: &mut Vec<u8>, unordered: bool) -> Option<()> {
        match self {
            Tree::Flat(number, leaf) => {
                bytes.flat(leaf)?;
                let place = &mut walk.places[*number];
                put_in_domain(out, &walk.in_domain[*number], *place);
                *place += 1;
            }
            Tree::Array(element) => {
                let mut elements = Vec::new();
                while bytes.is_present()? {
                    let mut one = Vec::new();
                    element.convert_nullable(bytes, walk, &mut one)?;
                    elements.push(one);
                }
                if unordered {
                    elements.sort_unstable();
                }
                for one in elements {
                    out.push(PRESENT);
                    out.extend_from_slice(&one);
                }
                out.push(ABSENT);
            }
            Tree::Map(key, value) => {
                let mut entries = Vec::new();
                while bytes.is_present()? {
                    let mut entry = Vec::new();
                    key.convert_nullable(bytes, walk, &mut entry)?;
                    value.convert_nullable(bytes, walk, &mut entry)?;
                    entries.push(entry);
                }
                put_entries(out, entries);
            }
            Tree::Struct(fields, order) => {
                let mut converted = Vec::with_capacity(fields.len());
                for field in fields {
                    let mut one = Vec::new();
                    field.convert_nullable(bytes, walk, &mut one)?;
                    converted.push(one);
                }
                for &place in order {
                    out.extend_from_slice(&converted[place]);
                }
            }
            Tree::Apart(leaf) => {
                let own = bytes.skip(leaf)?;
                put_framed(out, leaf.to_string().as_bytes());
                put_framed(out, own);
            }
        }
        Some(())
    }

    fn convert_nullable(&self, bytes: &mut OwnBytes<'_>, walk: &mut Walk, out: &mut Vec<u8>) -> Option<()> {
        if bytes.is_present()? {
            out.push(PRESENT);
            self.convert(bytes, walk, out, false)?;
        } else {
            out.push(ABSENT);
        }
        Some(())
    }
}

fn put_framed(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Appends a value in its domain. A value of one width, whatever its array's.
fn put_in_domain(out: &mut Vec<u8>, values: &InDomain, row: usize) {
    let array = values.array.as_ref();
    out.push(u8::from(values.is_displaced(row)));
    match array.data_type() {
        DataType::Int64 | DataType::Decimal128(_, _) => {
            out.extend_from_slice(&values::integer_at(array, row).to_le_bytes());
        }
        DataType::Float64 => {
            let bits = double_bits(array.as_primitive::<Float64Type>().value(row));
            out.extend_from_slice(&bits.to_le_bytes());
        }
        DataType::Boolean => out.push(u8::from(values::boolean_at(array, row))),
        _ => put_framed(out, values::bytes_at(array, row)),
    }
}

#[cfg(test)]
#[path = "bytes_tests.rs"]
mod tests;
