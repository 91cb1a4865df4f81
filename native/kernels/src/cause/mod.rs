//! Causes: what explains that two cells differ.
//!
//! A cause is named only where it explains the difference exactly: undone, the cells would be equal. It is about the
//! values as they are stored, whatever rules for text or tolerances a run has. The first variant of [`Cause`] that
//! holds wins. One cell is enough to tell, except for [`Cause::Offset`], which needs the whole column
//! ([`crate::cause::offset`]). The definitions are in `docs/causes.md`.

pub mod offset;

use crate::cause::offset::{Difference, Measure};
use crate::compare::text_rules::TextRules;
use crate::domain::Domain;
use crate::domain::values::{self, InDomain};
use crate::profile::texts::characters;
use crate::spark::calendar::{civil_from_days, offset_at};
use crate::spark::decimal::Decimal;
use crate::spark::text;
use crate::spark::trim::java_trimmed;
use crate::spark::zone::Zone;
use crate::types::{Kind, LeafType};
use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use caseless::Caseless;
use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Text or bytes longer than this have no cause, unless one begins with the whole other.
pub const LONGEST_BYTES: usize = 64 << 10;

/// Why two cells differ. What a cause counts is said from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// Null on the left.
    NullLeft,
    /// Null on the right.
    NullRight,
    /// Text in another case.
    Case,
    /// White space around text.
    OuterSpace,
    /// White space anywhere in text.
    InnerSpace,
    /// Another form of the same Unicode text.
    UnicodeForm,
    /// Text that was read in the wrong encoding, or lost what the encoding lacks.
    Encoding,
    /// The same number in other words.
    NumberAsText,
    /// One text or byte string is the beginning of the other; how many characters or bytes that is.
    Truncated(u32),
    /// The number with the other sign.
    Sign,
    /// The number times this power of ten.
    Scale(i32),
    /// A double against the float nearest to it.
    FloatPrecision,
    /// One number is the other rounded to this many decimal places.
    Rounding(u32),
    /// One number or time is the other cut off after this many decimal places (of a second).
    Cut(u32),
    /// So many days later, one or minus one.
    DayShift(i32),
    /// Day and month of a date have changed places.
    DayAndMonth,
    /// So many minutes later: the clocks of another zone.
    TimeShift(i32),
    /// One is the midnight before the other.
    DateTruncated,
    /// So much more, as most cells of the column that nothing else explains.
    Offset(Difference),
    /// None of these.
    Other,
}

impl Cause {
    /// Its name, without what it counts.
    pub fn kind(self) -> &'static str {
        match self {
            Cause::NullLeft => "null_left",
            Cause::NullRight => "null_right",
            Cause::Case => "case",
            Cause::OuterSpace => "outer_space",
            Cause::InnerSpace => "inner_space",
            Cause::UnicodeForm => "unicode_form",
            Cause::Encoding => "encoding",
            Cause::NumberAsText => "number_as_text",
            Cause::Truncated(_) => "truncated",
            Cause::Sign => "sign",
            Cause::Scale(_) => "scale",
            Cause::FloatPrecision => "float_precision",
            Cause::Rounding(_) => "rounding",
            Cause::Cut(_) => "cut",
            Cause::DayShift(_) => "day_shift",
            Cause::DayAndMonth => "day_and_month",
            Cause::TimeShift(_) => "time_shift",
            Cause::DateTruncated => "date_truncated",
            Cause::Offset(_) => "offset",
            Cause::Other => "other",
        }
    }
}

/// Two columns whose cells meet row by row, and what explains that some of them differ.
#[derive(Clone, Copy, Debug)]
pub struct Causes<'a> {
    values: [&'a InDomain; 2],
    leaves: [&'a LeafType; 2],
    domain: &'a Domain,
    zone: Zone,
    offset: Option<Difference>,
}

impl<'a> Causes<'a> {
    /// Causes in a pair of columns: their values in their domain, before any rule for text, and the types of both
    /// sides.
    pub fn new(values: [&'a InDomain; 2], leaves: [&'a LeafType; 2], domain: &'a Domain, zone: Zone) -> Self {
        Causes {
            values,
            leaves,
            domain,
            zone,
            offset: None,
        }
    }

    /// The same, for columns that have this offset.
    pub fn with_offset(self, offset: Option<Difference>) -> Self {
        Causes { offset, ..self }
    }

    /// The cause that explains why the cells of row `i` differ.
    pub fn of(&self, i: usize) -> Cause {
        self.of_cell(i).unwrap_or_else(|| {
            let offset = self.offset.filter(|_| self.difference(i) == self.offset);
            offset.map_or(Cause::Other, Cause::Offset)
        })
    }

    /// The difference of the cells of row `i`, where they are numbers or times.
    pub fn difference(&self, i: usize) -> Option<Difference> {
        let [left, right] = self.values;
        if left.array.is_null(i) || right.array.is_null(i) {
            return None;
        }
        let (leaf, both) = (self.leaf(), [(left, i), (right, i)]);
        match self.domain.meeting() {
            Domain::Double => difference_of_numbers(both, self.leaves.map(|own| read_as(own, leaf)), 0),
            Domain::Exact { scale } if leaf.kind() == Kind::Exact => {
                difference_of_numbers(both, self.leaves.map(|own| read_as(own, leaf)), *scale)
            }
            Domain::Exact { .. } if *leaf == LeafType::Date => difference_of_times(both, 0, Measure::Days),
            Domain::Exact { scale } | Domain::Instant { scale, .. } => {
                difference_of_times(both, *scale, Measure::Seconds)
            }
            Domain::Boolean
            | Domain::Bytes
            | Domain::Apart { .. }
            | Domain::Parsed { .. }
            | Domain::Interval
            | Domain::Struct
            | Domain::Nested(_) => None,
        }
    }

    /// The type of what meets, where that is one for both sides.
    fn leaf(&self) -> &'a LeafType {
        match self.domain {
            Domain::Parsed { leaf, .. } => leaf,
            _ => self.leaves[0],
        }
    }

    /// The cause that the cells alone tell.
    fn of_cell(&self, i: usize) -> Option<Cause> {
        let Causes { leaves, domain, .. } = *self;
        let [left, right] = self.values;
        match (left.array.is_null(i), right.array.is_null(i)) {
            (true, _) => return Some(Cause::NullLeft),
            (_, true) => return Some(Cause::NullRight),
            _ => {}
        }
        let (leaf, both) = (self.leaf(), [(left, i), (right, i)]);
        match domain.meeting() {
            Domain::Bytes => {
                let [l, r] = both.map(|(side, row)| values::bytes_at(side.array.as_ref(), row));
                of_bytes(l, r, *leaf == LeafType::String)
            }
            Domain::Double => {
                float_precision(both, leaves).or_else(|| of_numbers(both, leaves.map(|own| read_as(own, leaf)), 0))
            }
            Domain::Exact { scale } if leaf.kind() == Kind::Exact => {
                of_numbers(both, leaves.map(|own| read_as(own, leaf)), *scale)
            }
            Domain::Exact { scale } | Domain::Instant { scale, .. } => {
                let [l, r] = integers_of(both)?;
                match domain.meeting() {
                    Domain::Instant { zoned, .. } => {
                        of_instants(l, r, *scale, if *zoned { self.zone } else { Zone::UTC })
                    }
                    _ if *leaf == LeafType::Date => of_dates(l, r),
                    _ => cut_of_times(l, r, *scale),
                }
            }
            Domain::Boolean
            | Domain::Apart { .. }
            | Domain::Parsed { .. }
            | Domain::Interval
            | Domain::Struct
            | Domain::Nested(_) => None,
        }
    }
}

impl fmt::Display for Cause {
    /// `case`, `rounding:2`, `scale:-3`, `day_shift:+1`, `time_shift:-5h30m`, `offset:+3d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Cause::Truncated(count) | Cause::Rounding(count) | Cause::Cut(count) => write!(f, ":{count}"),
            Cause::Scale(power) => write!(f, ":{power}"),
            Cause::DayShift(days) => write!(f, ":{days:+}"),
            Cause::Offset(difference) => write!(f, ":{difference}"),
            Cause::TimeShift(minutes) => {
                let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
                f.write_str(if *minutes < 0 { ":-" } else { ":+" })?;
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if rest > 0 {
                    write!(f, "{rest}m")?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Text stands for a value of the type that it is read as.
fn read_as<'a>(own: &'a LeafType, other: &'a LeafType) -> &'a LeafType {
    if *own == LeafType::String { other } else { own }
}

type Cell<'a> = (&'a InDomain, usize);

/// The numbers that two dates or times count; `None` if one of them is text that says none.
fn integers_of(both: [Cell<'_>; 2]) -> Option<[i128; 2]> {
    let is_displaced = both.iter().any(|(side, row)| side.is_displaced(*row));
    (!is_displaced).then(|| both.map(|(side, row)| values::integer_at(side.array.as_ref(), row)))
}

fn difference_of_times(both: [Cell<'_>; 2], scale: i32, measure: Measure) -> Option<Difference> {
    let [l, r] = integers_of(both)?;
    Difference::between((l, scale), (r, scale), measure)
}

fn difference_of_numbers(both: [Cell<'_>; 2], leaves: [&LeafType; 2], scale: i32) -> Option<Difference> {
    let (l, r) = (
        number_at(both[0], leaves[0], scale)?,
        number_at(both[1], leaves[1], scale)?,
    );
    Difference::between((l.digits, l.places), (r.digits, r.places), Measure::Number)
}

fn of_bytes(l: &[u8], r: &[u8], is_text: bool) -> Option<Cause> {
    if l.len().max(r.len()) > LONGEST_BYTES {
        return of_long_bytes(l, r, is_text);
    }
    if !is_text {
        return truncated(l, r, <[u8]>::len);
    }
    let is_number = || number_of_text(l).is_some_and(|number| Some(number) == number_of_text(r));
    if let Some(cause) = of_form(l, r) {
        Some(cause)
    } else if is_wrongly_encoded(l, r) || is_wrongly_encoded(r, l) {
        Some(Cause::Encoding)
    } else if is_number() {
        Some(Cause::NumberAsText)
    } else {
        let (l, r) = (std::str::from_utf8(l).ok()?, std::str::from_utf8(r).ok()?);
        // A character that is cut in half leaves no text, so a beginning in bytes is one in characters.
        truncated(l.as_bytes(), r.as_bytes(), characters)
    }
}

/// A value that is cut off shows by its first bytes; what else it could be would take its characters one by one.
fn of_long_bytes(l: &[u8], r: &[u8], is_text: bool) -> Option<Cause> {
    if !is_text {
        return truncated(l, r, <[u8]>::len);
    }
    let rest = l.get(r.len()..).or_else(|| r.get(l.len()..))?;
    let (l, r) = (std::str::from_utf8(l).ok()?, std::str::from_utf8(r).ok()?);
    let is_space = std::str::from_utf8(rest).is_ok_and(|rest| rest.chars().all(char::is_whitespace));
    if is_space {
        return None;
    }
    truncated(l.as_bytes(), r.as_bytes(), |shorter| {
        String::from_utf8_lossy(shorter).chars().count()
    })
}

/// Case, space and Unicode form. Most cells differ in other ways, which characters show one by one without a copy.
fn of_form(l: &[u8], r: &[u8]) -> Option<Cause> {
    let (Ok(l), Ok(r)) = (std::str::from_utf8(l), std::str::from_utf8(r)) else {
        return of_form_around_invalid(l, r);
    };
    let is_ascii = l.is_ascii() && r.is_ascii();
    let is_kept = |c: &char| !c.is_whitespace();
    let is_same_folded = match is_ascii {
        true => l.eq_ignore_ascii_case(r),
        false => l.chars().default_case_fold().eq(r.chars().default_case_fold()),
    };
    if is_same_folded {
        Some(Cause::Case)
    } else if l.trim() == r.trim() {
        Some(Cause::OuterSpace)
    } else if l.chars().filter(is_kept).eq(r.chars().filter(is_kept)) {
        Some(Cause::InnerSpace)
    } else {
        (!is_ascii && l.nfc().eq(r.nfc())).then_some(Cause::UnicodeForm)
    }
}

/// The cause where text holds bytes that are not UTF-8, by the rules for text, which see the valid stretches between
/// them.
fn of_form_around_invalid(l: &[u8], r: &[u8]) -> Option<Cause> {
    let same = |rules: TextRules| rules.apply(l) == rules.apply(r);
    let none = TextRules::default();
    if same(TextRules {
        ignore_case: true,
        ..none
    }) {
        Some(Cause::Case)
    } else if same(TextRules { trim: true, ..none }) {
        Some(Cause::OuterSpace)
    } else if without_space(l) == without_space(r) {
        Some(Cause::InnerSpace)
    } else {
        same(TextRules {
            normalize: true,
            ..none
        })
        .then_some(Cause::UnicodeForm)
    }
}

fn truncated(l: &[u8], r: &[u8], length: impl Fn(&[u8]) -> usize) -> Option<Cause> {
    let (shorter, longer) = if l.len() < r.len() { (l, r) } else { (r, l) };
    let is_beginning = !shorter.is_empty() && longer.starts_with(shorter);
    is_beginning.then(|| Cause::Truncated(u32::try_from(length(shorter)).unwrap_or(u32::MAX)))
}

fn without_space(text: &[u8]) -> Vec<u8> {
    let rules = TextRules {
        collapse_spaces: true,
        ..TextRules::default()
    };
    let collapsed = rules.apply(text);
    collapsed.iter().copied().filter(|&byte| byte != b' ').collect()
}

/// Characters of Windows-1252 in place of the control characters of ISO 8859-1, by code point.
#[rustfmt::skip]
const WINDOWS_1252: [(u32, u8); 27] = [
    (0x0152, 0x8c), (0x0153, 0x9c), (0x0160, 0x8a), (0x0161, 0x9a), (0x0178, 0x9f), (0x017d, 0x8e), (0x017e, 0x9e),
    (0x0192, 0x83), (0x02c6, 0x88), (0x02dc, 0x98), (0x2013, 0x96), (0x2014, 0x97), (0x2018, 0x91), (0x2019, 0x92),
    (0x201a, 0x82), (0x201c, 0x93), (0x201d, 0x94), (0x201e, 0x84), (0x2020, 0x86), (0x2021, 0x87), (0x2022, 0x95),
    (0x2026, 0x85), (0x2030, 0x89), (0x2039, 0x8b), (0x203a, 0x9b), (0x20ac, 0x80), (0x2122, 0x99),
];

/// Whether the characters of `text` in a Western 8-bit encoding are the bytes of `other`, or `other` has a `?` or
/// U+FFFD for characters of `text` beyond ASCII.
fn is_wrongly_encoded(text: &[u8], other: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let byte = |c: char| match WINDOWS_1252.binary_search_by_key(&u32::from(c), |&(code, _)| code) {
        Ok(at) => Some(WINDOWS_1252[at].1),
        Err(_) => u8::try_from(u32::from(c)).ok(),
    };
    if text.chars().map(byte).eq(other.iter().map(|&byte| Some(byte))) {
        return true;
    }
    let Ok(other) = std::str::from_utf8(other) else {
        return false;
    };
    let mut characters = text.chars();
    let is_kept = |found: char| {
        let c = characters.next();
        c == Some(found) || matches!(found, '?' | '\u{fffd}') && c.is_some_and(|c| !c.is_ascii())
    };
    other.chars().all(is_kept) && characters.next().is_none()
}

/// A decimal number without zeros at the end of its digits: digits × 10^-places.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Number {
    digits: i128,
    places: i32,
}

impl Number {
    fn of(digits: i128, places: i32) -> Number {
        let (mut digits, mut places) = (digits, places);
        if digits == 0 {
            return Number { digits, places: 0 };
        }
        if let Ok(mut narrow) = i64::try_from(digits) {
            // Divisions of 64 bits take a fraction of the time.
            while narrow % 10 == 0 {
                narrow /= 10;
                places -= 1;
            }
            digits = i128::from(narrow);
        }
        while digits % 10 == 0 {
            digits /= 10;
            places -= 1;
        }
        Number { digits, places }
    }

    /// The number that is shown for a double of at most 15 digits or a float of at most 6. There is one such number at
    /// most for each, so that no shorter one can be shown.
    fn of_short(value: f64, is_float: bool) -> Option<Number> {
        let most = if is_float { 1e6 } else { 1e15 };
        let mut power = 1.0;
        for places in 0..=22 {
            let digits = (value * power).round();
            if digits.abs() >= most {
                return None;
            }
            let read = digits / power;
            if read == value || is_float && f64::from(read as f32) == value {
                return Some(Number::of(digits as i128, places));
            }
            power *= 10.0;
        }
        None
    }

    /// The number that a decimal of any length is; `None` beyond 128 bits.
    fn of_decimal(decimal: &Decimal) -> Option<Number> {
        let (digits, places) = decimal.exact();
        Some(Number::of(i128::try_from(digits).ok()?, places))
    }

    /// The number at `places`, rounded half up, half to even, and cut off. In units of 10^-places.
    fn at(self, places: i32) -> Option<[i128; 3]> {
        let divisor = 10_i128.checked_pow(u32::try_from(self.places.checked_sub(places)?).ok()?)?;
        let (cut, rest) = match (i64::try_from(self.digits), i64::try_from(divisor)) {
            (Ok(digits), Ok(divisor)) => (
                i128::from(digits / divisor),
                u128::from((digits % divisor).unsigned_abs()),
            ),
            _ => (self.digits / divisor, (self.digits % divisor).unsigned_abs()),
        };
        let away = cut + self.digits.signum();
        let half = divisor.unsigned_abs() / 2;
        let up = if rest >= half { away } else { cut };
        let even = if rest > half || rest == half && cut % 2 != 0 {
            away
        } else {
            cut
        };
        Some([up, even, cut])
    }
}

/// A number that is text, with what Java's `trim` takes off.
fn number_of_text(text: &[u8]) -> Option<Number> {
    if text.len() > LONGEST_BYTES {
        return None;
    }
    Number::of_decimal(&Decimal::parse(java_trimmed(text)?)?)
}

/// The number in a cell; a floating-point one is the number that is shown for it.
fn number_at((side, row): Cell<'_>, leaf: &LeafType, scale: i32) -> Option<Number> {
    if let Some(double) = side.array.as_primitive_opt::<Float64Type>() {
        if side.is_displaced(row) {
            return None;
        }
        let (value, is_float) = (double.value(row), *leaf == LeafType::Float);
        if let Some(number) = Number::of_short(value, is_float) {
            return Some(number);
        }
        if is_float {
            return Number::of_decimal(&Decimal::parse(&text::float_text(value as f32))?);
        }
        return text::double_digits(value).map(|(digits, places)| Number::of(i128::from(digits), places));
    }
    if !side.is_displaced(row) {
        return Some(Number::of(values::integer_at(side.array.as_ref(), row), scale));
    }
    let (digits, places) = values::exact_at(side, row, scale, leaf.scale())?;
    Some(Number::of(i128::try_from(digits).ok()?, places))
}

/// Doubles that are no smaller, and that are no number of at most 15 digits and 22 places, are shown with more digits.
const SHORTER: f64 = 1e-7;

/// Whether two doubles that differ may have a cause. What is shown for long ones takes a while to find.
fn may_have_cause(both: [Cell<'_>; 2], leaves: [&LeafType; 2]) -> bool {
    let value = |(side, row): Cell<'_>| {
        let array = side.array.as_primitive_opt::<Float64Type>()?;
        (!side.is_displaced(row)).then(|| array.value(row))
    };
    let (Some(l), Some(r)) = (value(both[0]), value(both[1])) else {
        return true;
    };
    // Another sign or scale: the ratio is a power of ten but for what a float rounds.
    let ratio = (r / l).abs().log10();
    if !ratio.is_finite() || (ratio - ratio.round()).abs() < 1e-6 {
        return true;
    }
    let apart = (l - r).abs();
    if apart > 1.0 {
        return false;
    }
    // Rounded and cut off numbers are at most a unit of their last place apart.
    let short = |side: usize, value| Number::of_short(value, *leaves[side] == LeafType::Float);
    match (short(0, l), short(1, r)) {
        // Both are shown with 16 digits or more, of which one unit of the last place is a 10^15th at most.
        (None, None) if leaves.iter().all(|leaf| **leaf == LeafType::Double) && l.abs().min(r.abs()) >= SHORTER => {
            apart <= 1e-14 * l.abs()
        }
        (None, None) | (Some(_), Some(_)) => true,
        (Some(number), None) | (None, Some(number)) => apart <= 10_f64.powi(1 - number.places.max(0)),
    }
}

fn of_numbers(both: [Cell<'_>; 2], leaves: [&LeafType; 2], scale: i32) -> Option<Cause> {
    if may_have_cause(both, leaves) {
        cause_of_numbers(both, leaves, scale)
    } else {
        None
    }
}

fn cause_of_numbers(both: [Cell<'_>; 2], leaves: [&LeafType; 2], scale: i32) -> Option<Cause> {
    let numbers = [0, 1].map(|side| number_at(both[side], leaves[side], scale));
    let (l, r) = match numbers {
        [Some(l), Some(r)] => (l, r),
        [l, r] => {
            // Text that the type of the other side does not take for a number.
            let text = |(side, row): Cell<'_>| number_of_text(side.displaced_text(row)?);
            let said = [l.or_else(|| text(both[0]))?, r.or_else(|| text(both[1]))?];
            return (said[0] == said[1]).then_some(Cause::NumberAsText);
        }
    };
    if l == r || l.digits == 0 || r.digits == 0 {
        return None;
    }
    if l.places == r.places && l.digits == -r.digits {
        return Some(Cause::Sign);
    }
    if l.digits == r.digits {
        return Some(Cause::Scale(l.places - r.places));
    }
    let (coarse, fine) = if l.places < r.places { (l, r) } else { (r, l) };
    let places = coarse.places.max(0);
    let digits = coarse
        .digits
        .checked_mul(10_i128.checked_pow(u32::try_from(places - coarse.places).ok()?)?)?;
    let places_shown = u32::try_from(places).ok()?;
    if fine.places <= places {
        return None;
    }
    let [up, even, cut] = fine.at(places)?;
    if digits == up || digits == even {
        Some(Cause::Rounding(places_shown))
    } else {
        (digits == cut).then_some(Cause::Cut(places_shown))
    }
}

/// A float against the double that it is the nearest to.
fn float_precision(both: [Cell<'_>; 2], leaves: [&LeafType; 2]) -> Option<Cause> {
    let value = |(side, row): Cell<'_>| {
        side.array
            .as_primitive_opt::<Float64Type>()
            .map(|array| array.value(row))
    };
    let (l, r) = (value(both[0])?, value(both[1])?);
    let is_nearest = match leaves {
        [LeafType::Float, LeafType::Double] => f64::from(r as f32) == l,
        [LeafType::Double, LeafType::Float] => f64::from(l as f32) == r,
        _ => false,
    };
    (is_nearest && l.is_finite() && r.is_finite()).then_some(Cause::FloatPrecision)
}

fn of_dates(l: i128, r: i128) -> Option<Cause> {
    match r - l {
        1 => return Some(Cause::DayShift(1)),
        -1 => return Some(Cause::DayShift(-1)),
        _ => {}
    }
    let ((year, month, day), (other_year, other_month, other_day)) = (civil_from_days(l), civil_from_days(r));
    ((year, month, day) == (other_year, other_day, other_month)).then_some(Cause::DayAndMonth)
}

fn of_instants(l: i128, r: i128, scale: i32, zone: Zone) -> Option<Cause> {
    const DAY: i128 = 86_400;
    const QUARTER: i128 = 900;
    const MOST: i128 = 14 * 3_600;
    let second = 10_i128.pow(scale.unsigned_abs());
    let later = r - l;
    if later.abs() == DAY * second {
        return Some(Cause::DayShift(later.signum() as i32));
    }
    if later % (QUARTER * second) == 0 && later.abs() <= MOST * second {
        return i32::try_from(later / (60 * second)).ok().map(Cause::TimeShift);
    }
    let local = |instant: i128| {
        let seconds = i64::try_from(instant.div_euclid(second)).unwrap_or(i64::MAX);
        instant + i128::from(offset_at(seconds, zone)) * second
    };
    let [l_local, r_local] = [local(l), local(r)];
    let day = DAY * second;
    let is_midnight = |local: i128| local.rem_euclid(day) == 0;
    let is_same_day = l_local.div_euclid(day) == r_local.div_euclid(day);
    if is_same_day && (is_midnight(l_local) || is_midnight(r_local)) {
        return Some(Cause::DateTruncated);
    }
    cut_of_times(l, r, scale)
}

/// One time is the other without what is finer than seconds, milli- or microseconds.
fn cut_of_times(l: i128, r: i128, scale: i32) -> Option<Cause> {
    let (early, late) = if l < r { (l, r) } else { (r, l) };
    [0, 3, 6].into_iter().find_map(|places: u32| {
        let unit = 10_i128.pow(u32::try_from(scale).ok()?.checked_sub(places)?);
        (unit > 1 && early == late.div_euclid(unit) * unit).then_some(Cause::Cut(places))
    })
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;
