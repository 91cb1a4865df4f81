//! Own values as text.
//!
//! A result shows at most [`SHOWN_CHARACTERS`] of a value, and says how long it is where that is not all. Two values of
//! a sample are shown from the same character on, so that their first difference is in sight ([`show_pair`]).

use crate::digest::hash::double_bits;
use crate::domain::values;
use crate::nested;
use crate::spark::text;
use crate::spark::zone::Zone;
use crate::types::LeafType;
use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Characters of a value that a result shows; few where the code is interpreted, to which long texts are hours.
pub const SHOWN_CHARACTERS: usize = if cfg!(miri) { 64 } else { 64 << 10 };

/// A double as it is compared: -0.0 equals 0.0, and which of two equal rows is shown must not be seen in a result.
fn double_at(own: &dyn Array, row: usize) -> f64 {
    f64::from_bits(double_bits(own.as_primitive::<Float64Type>().value(row)))
}

/// The value in row `row` of an own array of type `leaf`, as Spark's cast to string shows it; `None` for null.
pub fn show(own: &dyn Array, row: usize, leaf: &LeafType, zone: Zone) -> Option<String> {
    if own.is_null(row) {
        return None;
    }
    let nanos = |scale: i32| values::integer_at(own, row) * 10i128.pow((9 - scale).unsigned_abs());
    Some(match leaf {
        LeafType::Boolean => values::boolean_at(own, row).to_string(),
        LeafType::Integer { .. } => values::integer_at(own, row).to_string(),
        LeafType::Float => text::float_text(double_at(own, row) as f32),
        LeafType::Double => text::double_text(double_at(own, row)),
        LeafType::Decimal { scale, .. } => text::decimal_text(values::integer_at(own, row), i32::from(*scale)),
        // Nothing is there to be shown.
        LeafType::Void => return None,
        LeafType::String => text::string_text(values::bytes_at(own, row)),
        LeafType::Binary => text::binary_text(values::bytes_at(own, row)),
        LeafType::Date => text::date_text(i64::try_from(values::integer_at(own, row)).unwrap_or(i64::MAX)),
        LeafType::Timestamp { unit, zoned } => {
            text::timestamp_text(nanos(unit.scale()), if *zoned { zone } else { Zone::UTC })
        }
        // What is in it is shown field by field.
        LeafType::Struct(_) if values::boolean_at(own, row) => "{...}".to_owned(),
        LeafType::Struct(_) => "{}".to_owned(),
        LeafType::Nested(_) => nested::text::json(values::bytes_at(own, row), leaf, zone),
        LeafType::Interval(interval) => interval.text(i64::try_from(values::integer_at(own, row)).unwrap_or(i64::MAX)),
        LeafType::Time { unit } => text::time_text(i64::try_from(nanos(unit.scale())).unwrap_or(i64::MAX)),
    })
}

/// What of two values is shown, where that is not all of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Characters before the first one that is shown.
    pub from: u64,
    /// Characters of the whole values; `None` for null.
    pub lengths: [Option<u64>; 2],
}

/// The values in row `row` of both sides as [`show`] shows them, or a part of both.
pub fn show_pair(
    own: [&dyn Array; 2],
    row: usize,
    leaves: [&LeafType; 2],
    zone: Zone,
) -> ([Option<String>; 2], Option<Cut>) {
    show_pair_within(SHOWN_CHARACTERS, own, row, leaves, zone)
}

/// The same, of each value at most so many characters.
pub fn show_pair_within(
    most: usize,
    own: [&dyn Array; 2],
    row: usize,
    leaves: [&LeafType; 2],
    zone: Zone,
) -> ([Option<String>; 2], Option<Cut>) {
    let [left, right] = [0, 1].map(|side| Shown::of(own[side], row, leaves[side], zone));
    if [&left, &right]
        .into_iter()
        .flatten()
        .all(|shown| shown.is_surely_within(most))
    {
        return ([left, right].map(|shown| shown.map(|shown| shown.part(0, most))), None);
    }
    let lengths = [&left, &right].map(|shown| shown.as_ref().map(Shown::characters));
    if lengths.into_iter().flatten().all(|length| length <= most) {
        return ([left, right].map(|shown| shown.map(|shown| shown.part(0, most))), None);
    }
    let alike = match (&left, &right) {
        (Some(left), Some(right)) => left.alike(right),
        _ => 0,
    };
    let from = alike.saturating_sub(most / 2);
    let cut = Cut {
        from: from as u64,
        lengths: lengths.map(|length| length.map(|length| length as u64)),
    };
    (
        [left, right].map(|shown| shown.map(|shown| shown.part(from, most))),
        Some(cut),
    )
}

/// A value of a key as [`show`] shows it; a long one is cut and says how long it is.
pub fn show_key(own: &dyn Array, row: usize, leaf: &LeafType, zone: Zone) -> Option<String> {
    show_within(SHOWN_CHARACTERS, own, row, leaf, zone)
}

/// The same, of a value at most so many characters.
pub fn show_within(most: usize, own: &dyn Array, row: usize, leaf: &LeafType, zone: Zone) -> Option<String> {
    let shown = Shown::of(own, row, leaf, zone)?;
    if shown.is_surely_within(most) {
        return Some(shown.part(0, most));
    }
    let length = shown.characters();
    let mut part = shown.part(0, most);
    if length > most {
        part.push_str(&format!("\u{2026} ({length} characters)"));
    }
    Some(part)
}

/// A value's text, which is not copied as long as it need not be.
enum Shown<'a> {
    Text(Cow<'a, str>),
    /// Two hexadecimal digits a byte.
    Bytes(&'a [u8]),
}

impl<'a> Shown<'a> {
    fn of(own: &'a dyn Array, row: usize, leaf: &LeafType, zone: Zone) -> Option<Shown<'a>> {
        if own.is_null(row) {
            return None;
        }
        Some(match leaf {
            LeafType::String => Shown::Text(String::from_utf8_lossy(values::bytes_at(own, row))),
            LeafType::Binary => Shown::Bytes(values::bytes_at(own, row)),
            _ => Shown::Text(Cow::Owned(show(own, row, leaf, zone)?)),
        })
    }

    /// Whether its length need not be counted to know that all of it is shown.
    fn is_surely_within(&self, most: usize) -> bool {
        match self {
            Shown::Text(text) => text.len() <= most,
            Shown::Bytes(bytes) => bytes.len() <= most / 2,
        }
    }

    fn characters(&self) -> usize {
        match self {
            Shown::Text(text) => text.chars().count(),
            Shown::Bytes(bytes) => 2 * bytes.len(),
        }
    }

    /// Characters with which both begin.
    fn alike(&self, other: &Shown<'_>) -> usize {
        match (self, other) {
            (Shown::Text(l), Shown::Text(r)) => {
                let mut same = same_bytes(l.as_bytes(), r.as_bytes());
                while !l.is_char_boundary(same) {
                    same -= 1;
                }
                l[..same].chars().count()
            }
            (Shown::Bytes(l), Shown::Bytes(r)) => {
                let same = same_bytes(l, r);
                let half = matches!((l.get(same), r.get(same)), (Some(a), Some(b)) if a >> 4 == b >> 4);
                2 * same + usize::from(half)
            }
            (Shown::Text(text), Shown::Bytes(bytes)) | (Shown::Bytes(bytes), Shown::Text(text)) => {
                let most = bytes.len().min(text.len());
                let digits = text::binary_text(&bytes[..most]);
                same_bytes(digits.as_bytes(), text.as_bytes())
            }
        }
    }

    /// At most so many characters of it, from one on.
    fn part(self, from: usize, most: usize) -> String {
        match self {
            Shown::Text(text) if from == 0 && text.len() <= most => text.into_owned(),
            Shown::Text(text) if text.is_ascii() => {
                let end = text.len().min(from + most);
                text[from.min(end)..end].to_owned()
            }
            Shown::Text(text) => text.chars().skip(from).take(most).collect(),
            Shown::Bytes(bytes) => {
                let end = (2 * bytes.len()).min(from + most);
                let from = from.min(end);
                let digits = text::binary_text(&bytes[from / 2..end.div_ceil(2)]);
                digits[from % 2..from % 2 + end - from].to_owned()
            }
        }
    }
}

/// Bytes with which both begin.
pub(crate) fn same_bytes(l: &[u8], r: &[u8]) -> usize {
    const STRIDE: usize = 4096;
    let strides = l.chunks_exact(STRIDE).zip(r.chunks_exact(STRIDE));
    let same = STRIDE * strides.take_while(|(l, r)| l == r).count();
    same + l[same..].iter().zip(&r[same..]).take_while(|(l, r)| l == r).count()
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
