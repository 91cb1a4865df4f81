//! Partition columns: what the folders between a dataset's path and its files say.
//!
//! A file in `day=2026-01-31/country=se` has two columns more than its own. Their values are text; Spark guesses their
//! types from all folders of the dataset together. This module guesses the same way, as a column that Spark reads as
//! a number must not be compared as text. With Spark's default settings ([`ReadOptions`] has others):
//!
//! | text | type |
//! |---|---|
//! | digits with a sign | `int`, else `bigint`, else `decimal(n,0)` up to 38 digits; leading zeros do not matter |
//! | other integers that `BigDecimal` reads (`1.`, `1E5`, `1.5E3`) | `decimal(n,0)` |
//! | what `Double.parseDouble` reads (`1.5`, `NaN`, also `7f` and `12d`) | `double` |
//! | `2026-01-31 23:59:59`, with at most one digit of a fraction | `timestamp` in the session time zone |
//! | `2026-01-31` | `date` |
//! | `__HIVE_DEFAULT_PARTITION__` | null of any type |
//! | anything else | `string` |
//!
//! Folders that disagree get the wider type, if there is one that loses nothing: the integers and decimals among
//! themselves, `int` and `double`, `date` and `timestamp`. All others become strings, and then every value is the
//! folder's text again, so `01` stays `01`. Which type results does not depend on the order of the folders.
//!
//! Names and strings have their `%XX` undone. Numbers and dates are read as they stand, so `%31` is the string `1`;
//! timestamps are the exception, as their colons are always escaped. `%XX` is one character, not one byte of UTF-8: so
//! Spark reads it, and it writes nothing beyond ASCII that way.
//!
//! # Where this differs from Spark
//!
//! - Files beside partition folders are an error here. Spark leaves them out without a word, and a comparison that
//!   misses rows must not pass.
//! - Where `spark.sql.legacy.timeParserPolicy` is `LEGACY`, texts that Spark 2 may take for a date or timestamp are
//!   refused.
//! - A column of nulls only has the type `void` in Spark and is a string here; no value tells the difference.
//! - Hexadecimal floating point (`0x1p3`) is a string here, and `%+1` is not an escape.

use crate::settings::ReadOptions;
use parity_kernels::spark::calendar::{days_from_civil, local_to_instant_micros};
use parity_kernels::spark::zone::Zone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The folder name that stands for null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Digits of the widest decimal.
const MOST_DIGITS: usize = 38;

/// Digits of a `bigint` in decimal places, as Spark counts them when it meets a decimal.
const LONG_DIGITS: u8 = 20;

/// Digits of an `int`, likewise.
const INT_DIGITS: u8 = 10;

const DAY_MICROS: i64 = 86_400_000_000;

/// Type of a partition column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionType {
    /// Spark's `int`.
    Int,
    /// Spark's `bigint`.
    Long,
    /// A decimal with this many digits, none of them after the point.
    Decimal(u8),
    /// Spark's `double`.
    Double,
    /// Spark's `date`.
    Date,
    /// Spark's `timestamp`.
    Timestamp,
    /// Spark's `timestamp_ntz`.
    LocalTimestamp,
    /// Spark's `string`.
    String,
}

impl PartitionType {
    /// The type of Spark's name; `None` for one that folders are not read as.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "int" => PartitionType::Int,
            "bigint" => PartitionType::Long,
            "double" => PartitionType::Double,
            "date" => PartitionType::Date,
            "timestamp" => PartitionType::Timestamp,
            "timestamp_ntz" => PartitionType::LocalTimestamp,
            "string" => PartitionType::String,
            _ => return None,
        })
    }
}

/// Value of a partition column; of the column's type or null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PartitionValue {
    /// No value.
    Null,
    /// A value of a `boolean` column, which only a default fills.
    Boolean(bool),
    /// A value of an `int` column.
    Int(i32),
    /// A value of a `bigint` column.
    Long(i64),
    /// A value of a decimal column; the scale is 0.
    Decimal(i128),
    /// A value of a `double` column.
    Double(f64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00Z, or since that local time.
    Timestamp(i64),
    /// A value of a `string` column.
    String(String),
}

/// The partition columns of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Partitions {
    /// Names and types, outermost folder first. Names are spelled as in the first file's folders. Empty if the dataset
    /// is not partitioned.
    pub columns: Vec<(String, PartitionType)>,
    /// For every file the value of every column.
    pub values: Vec<Vec<PartitionValue>>,
}

/// Folders that make no table together.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PartitionError {
    /// A folder `=value`.
    #[error("the folder {folder} has no column name before the '='")]
    EmptyName {
        /// The folder's own name.
        folder: String,
    },
    /// A folder `name=`.
    #[error("the folder {folder} has no value after the '='; null is written {NULL}")]
    EmptyValue {
        /// The folder's own name.
        folder: String,
    },
    /// Folders that name different columns.
    #[error("conflicting partition columns: {folder} has ({names}), {other_folder} has ({other_names})")]
    Columns {
        /// Folders of one file.
        folder: String,
        /// Its columns.
        names: String,
        /// Folders of another file.
        other_folder: String,
        /// Its columns.
        other_names: String,
    },
    /// Partition folders that start in different places.
    #[error("conflicting directory structures: partition folders begin below {base} and below {other_base}")]
    Structure {
        /// Where those of one file begin.
        base: String,
        /// Where those of another file begin.
        other_base: String,
    },
    /// A folder whose value Spark 2 may have read as another date or time.
    #[error("the folder value {value} may be a date or a timestamp to the parser that the session asks for")]
    OldTimeParser {
        /// The text after the '='.
        value: String,
    },
    /// Files with and without partition folders.
    #[error("conflicting directory structures: files lie in the partition folder {folder} and beside it in {beside}")]
    Beside {
        /// A folder with partition columns.
        folder: String,
        /// A folder without.
        beside: String,
    },
}

/// One step of a path, `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The column, with `%XX` undone.
    pub name: String,
    /// The text after the first `=`, as it stands.
    pub raw: String,
}

impl Segment {
    /// The value as text with `%XX` undone, `None` for null.
    pub fn text(&self) -> Option<String> {
        (self.raw != NULL).then(|| unescaped(&self.raw))
    }
}

/// The partition columns of one folder, and the folder in which they begin. `relative_dir` are the folders between the
/// dataset's path and a file, joined by `/`.
///
/// Counting starts at the file: folders without `=` next to it are skipped, and one further up ends the search.
///
/// ```
/// use parity_scan::files::partition::parse_segments;
///
/// let (base, segments) = parse_segments("lake/day=2026-01-31/city=S%3Do")?;
/// assert_eq!(base, "lake");
/// assert_eq!(segments[0].text().as_deref(), Some("2026-01-31"));
/// assert_eq!((segments[1].name.as_str(), segments[1].text().as_deref()), ("city", Some("S=o")));
/// assert!(parse_segments("day=").is_err());
/// # Ok::<(), parity_scan::files::partition::PartitionError>(())
/// ```
pub fn parse_segments(relative_dir: &str) -> Result<(String, Vec<Segment>), PartitionError> {
    let mut segments = Vec::new();
    let mut base = relative_dir;
    let mut rest = relative_dir;
    while !rest.is_empty() {
        let (parent, own) = rest.rsplit_once('/').unwrap_or(("", rest));
        match own.split_once('=') {
            Some(("", _)) => return Err(PartitionError::EmptyName { folder: own.to_owned() }),
            Some((_, "")) => return Err(PartitionError::EmptyValue { folder: own.to_owned() }),
            Some((name, raw)) => {
                segments.push(Segment {
                    name: unescaped(name),
                    raw: raw.to_owned(),
                });
                base = parent;
            }
            None if own.is_empty() && !segments.is_empty() => base = parent,
            None if segments.is_empty() => {}
            None => break,
        }
        rest = parent;
    }
    segments.reverse();
    Ok((base.to_owned(), segments))
}

/// The partition columns of a dataset, given the folders of each of its files as [`parse_segments`] takes them.
///
/// Without `case_sensitive`, folders whose names differ only by case belong to the same column. Columns that are
/// `declared`, by the catalog of a table, have the type of their declaration; a text that is not a value of it is null,
/// as in Spark.
pub fn resolve(
    relative_dirs: &[&str],
    declared: &[(String, PartitionType)],
    options: impl Into<ReadOptions>,
    case_sensitive: bool,
) -> Result<Partitions, PartitionError> {
    let options = options.into();
    let zone = options.zone;
    let files = relative_dirs
        .iter()
        .map(|dir| parse_segments(dir))
        .collect::<Result<Vec<_>, _>>()?;
    let Some(model) = files.iter().position(|(_, segments)| !segments.is_empty()) else {
        return Ok(Partitions {
            columns: Vec::new(),
            values: vec![Vec::new(); files.len()],
        });
    };
    let (base, first) = &files[model];
    for ((other_base, segments), &folder) in files.iter().zip(relative_dirs) {
        agree(
            (relative_dirs[model], base, first),
            (folder, other_base, segments),
            case_sensitive,
        )?;
    }
    let mut partitions = Partitions {
        columns: Vec::new(),
        values: vec![Vec::new(); files.len()],
    };
    for (column, segment) in first.iter().enumerate() {
        let raws = || files.iter().map(|(_, segments)| segments[column].raw.as_str());
        let of_this =
            |name: &str| name == segment.name || !case_sensitive && name.to_lowercase() == segment.name.to_lowercase();
        let declared = declared.iter().find(|(name, _)| of_this(name));
        let resolved = match declared {
            Some((_, kind)) => *kind,
            None if !options.settings.infer_partition_types => PartitionType::String,
            None => {
                let types = raws().filter(|&raw| raw != NULL).map(|raw| infer(raw, options));
                let resolved = types.reduce(wider).unwrap_or(PartitionType::String);
                if options.settings.old_time_parser {
                    check_old_parser(resolved, raws())?;
                }
                resolved
            }
        };
        for (values, raw) in partitions.values.iter_mut().zip(raws()) {
            values.push(cast(raw, resolved, zone));
        }
        partitions.columns.push((segment.name.clone(), resolved));
    }
    Ok(partitions)
}

/// The parser of Spark 2 takes more texts for dates and timestamps: those that begin as one, roughly.
fn check_old_parser<'a>(
    resolved: PartitionType,
    mut raws: impl Iterator<Item = &'a str>,
) -> Result<(), PartitionError> {
    use PartitionType::{Date, LocalTimestamp, String, Timestamp};
    let begins_with_year = |raw: &&str| {
        let year = unescaped(raw).trim_start().trim_start_matches(['+', '-']).to_owned();
        year.starts_with(|character: char| character.is_ascii_digit()) && year.contains('-')
    };
    match raws.find(begins_with_year) {
        Some(value) if matches!(resolved, Date | LocalTimestamp | String | Timestamp) => {
            Err(PartitionError::OldTimeParser {
                value: value.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

/// A file's folders, where its partition columns begin, and what they are.
type Place<'a> = (&'a str, &'a String, &'a [Segment]);

fn agree(one: Place<'_>, other: Place<'_>, case_sensitive: bool) -> Result<(), PartitionError> {
    let ((folder, base, segments), (other_folder, other_base, other_segments)) = (one, other);
    let shown = |folder: &str| {
        if folder.is_empty() {
            "the path itself".to_owned()
        } else {
            folder.to_owned()
        }
    };
    if other_segments.is_empty() {
        return Err(PartitionError::Beside {
            folder: shown(folder),
            beside: shown(other_folder),
        });
    }
    if base.to_lowercase() != other_base.to_lowercase() {
        return Err(PartitionError::Structure {
            base: shown(base),
            other_base: shown(other_base),
        });
    }
    let same = |(a, b): (&Segment, &Segment)| {
        a.name == b.name || !case_sensitive && a.name.to_lowercase() == b.name.to_lowercase()
    };
    if segments.len() == other_segments.len() && segments.iter().zip(other_segments).all(same) {
        return Ok(());
    }
    let names = |segments: &[Segment]| segments.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
    Err(PartitionError::Columns {
        folder: folder.to_owned(),
        names: names(segments),
        other_folder: other_folder.to_owned(),
        other_names: names(other_segments),
    })
}

/// The type of one text that is not null.
fn infer(raw: &str, options: ReadOptions) -> PartitionType {
    let (of_text, zone) = match options.settings.local_partition_timestamps {
        true => (PartitionType::LocalTimestamp, None),
        false => (PartitionType::Timestamp, Some(options.zone)),
    };
    if let Some(number) = Integer::parse(raw) {
        return match number {
            Integer { plain: true, value, .. } if i32::try_from(value).is_ok() => PartitionType::Int,
            Integer { plain: true, value, .. } if i64::try_from(value).is_ok() => PartitionType::Long,
            Integer { digits, .. } => PartitionType::Decimal(digits),
        };
    }
    if double(raw).is_some() {
        PartitionType::Double
    } else if timestamp(&unescaped(raw), zone).is_some() {
        of_text
    } else if date(raw).is_some() {
        PartitionType::Date
    } else {
        PartitionType::String
    }
}

/// The type that holds the values of both.
fn wider(a: PartitionType, b: PartitionType) -> PartitionType {
    use PartitionType::{Date, Decimal, Double, Int, LocalTimestamp, Long, String, Timestamp};
    match (a, b) {
        (a, b) if a == b => a,
        (Int, Long) | (Long, Int) => Long,
        (Int, Decimal(digits)) | (Decimal(digits), Int) => Decimal(digits.max(INT_DIGITS)),
        (Long, Decimal(digits)) | (Decimal(digits), Long) => Decimal(digits.max(LONG_DIGITS)),
        (Decimal(digits), Decimal(others)) => Decimal(digits.max(others)),
        (Int, Double) | (Double, Int) => Double,
        (Date, Timestamp) | (Timestamp, Date) => Timestamp,
        (Date, LocalTimestamp) | (LocalTimestamp, Date) => LocalTimestamp,
        _ => String,
    }
}

/// The text as a value of the column's type, which is at least as wide as the text's own. Null for a date too far away
/// for the timestamps of its column, as in Spark.
fn cast(raw: &str, kind: PartitionType, zone: Zone) -> PartitionValue {
    if raw == NULL {
        return PartitionValue::Null;
    }
    let integer = || Integer::parse(raw).map(|number| number.value);
    let value = match kind {
        PartitionType::Int => integer()
            .and_then(|value| value.try_into().ok())
            .map(PartitionValue::Int),
        PartitionType::Long => integer()
            .and_then(|value| value.try_into().ok())
            .map(PartitionValue::Long),
        PartitionType::Decimal(_) => integer().map(PartitionValue::Decimal),
        // An `int` among doubles may have digits that only `int` knows.
        PartitionType::Double => double(raw)
            .or(integer().map(|value| value as f64))
            .map(PartitionValue::Double),
        PartitionType::Date => date(raw).map(PartitionValue::Date),
        PartitionType::Timestamp | PartitionType::LocalTimestamp => {
            let zone = (kind == PartitionType::Timestamp).then_some(zone);
            let midnight = || instant(date(raw)?, 0, zone);
            timestamp(&unescaped(raw), zone)
                .or_else(midnight)
                .map(PartitionValue::Timestamp)
        }
        PartitionType::String => Some(PartitionValue::String(unescaped(raw))),
    };
    value.unwrap_or(PartitionValue::Null)
}

/// Undoes `%XX`; a `%` without two hexadecimal digits stays.
pub fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let code = after
            .get(..2)
            .filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                plain.push('%');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// An integer of at most 38 digits.
struct Integer {
    value: i128,
    /// Decimal digits as `BigDecimal` counts them: zeros in front do not count, those that an exponent adds do.
    digits: u8,
    /// Whether the text is digits and a sign only.
    plain: bool,
}

impl Integer {
    fn parse(raw: &str) -> Option<Integer> {
        let (negative, unsigned) = signed(raw);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut value: i128 = 0;
        for character in whole.chars().chain(fraction.chars()) {
            value = value.checked_mul(10)?.checked_add(i128::from(digit(character)?))?;
        }
        // What the exponent leaves after it has moved the point to the end.
        let zeros = exponent.map_or(Some(0), power)?.checked_sub(fraction.chars().count())?;
        let digits = value
            .checked_ilog10()
            .map_or(1, |log| log as usize + 1)
            .saturating_add(zeros);
        if mantissa.len() == usize::from(mantissa.contains('.')) || digits > MOST_DIGITS {
            return None;
        }
        let size = value.checked_mul(10_i128.checked_pow(u32::try_from(zeros).ok()?)?)?;
        let plain = exponent.is_none() && !mantissa.contains('.');
        Some(Integer {
            value: if negative { -size } else { size },
            digits: u8::try_from(digits).ok()?,
            plain,
        })
    }
}

/// A sign if there is one, and the rest.
fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// An exponent that is not negative.
fn power(text: &str) -> Option<usize> {
    let (negative, unsigned) = signed(text);
    let mut value = 0_usize;
    for character in unsigned.chars() {
        value = value.saturating_mul(10).saturating_add(digit(character)?.into());
    }
    if unsigned.is_empty() || (negative && value > 0) {
        None
    } else {
        Some(value)
    }
}

/// The decimal digits of all scripts in the basic plane count, as in Java.
fn digit(character: char) -> Option<u8> {
    const ZEROS: [u32; 36] = [
        0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
        0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
        0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    ];
    let code = u32::from(character);
    let zero = if character.is_ascii() {
        u32::from('0')
    } else {
        let after = ZEROS.partition_point(|&zero| zero <= code);
        *ZEROS.get(after.checked_sub(1)?)?
    };
    let value = code.checked_sub(zero).filter(|&value| value < 10)?;
    u8::try_from(value).ok()
}

/// What Java's `Double.parseDouble` reads, hexadecimal notation apart.
fn double(raw: &str) -> Option<f64> {
    let text = raw.trim_matches(|character| character <= ' ');
    let (negative, unsigned) = signed(text);
    let size = match unsigned {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        _ => {
            let number = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
            // The standard library reads words and nothing else that Java does not read; a sign is already gone.
            let starts = number.starts_with(|character: char| character.is_ascii_digit() || character == '.');
            if !starts {
                return None;
            }
            number.parse().ok()?
        }
    };
    Some(if negative { -size } else { size })
}

/// Days of a date `yyyy-MM-dd`. A year of more than four digits has a plus sign, up to seven digits are read.
fn date(text: &str) -> Option<i32> {
    let (negative, unsigned) = signed(text);
    let (year, rest) = unsigned.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let digits = year.len();
    let plus = text.starts_with('+');
    let year = i64::from(number(year)?);
    let fits = (4..=7).contains(&digits) && (negative || plus == (digits > 4)) && !(negative && year == 0);
    if !fits {
        return None;
    }
    let year = if negative { -year } else { year };
    let (month, day) = (two_digits(month)?, two_digits(day)?);
    let february = if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) {
        29
    } else {
        28
    };
    let length = match month {
        2 => february,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    i32::try_from(days_from_civil(year, month, day)).ok()
}

/// Microseconds of a timestamp `yyyy-MM-dd HH:mm:ss` with or without one digit of a fraction; a local time without a
/// zone.
fn timestamp(text: &str, zone: Option<Zone>) -> Option<i64> {
    let (day, time) = text.split_once(' ')?;
    let (time, tenths) = match time.split_once('.') {
        Some((time, fraction)) if fraction.len() == 1 => (time, number(fraction)?),
        Some(_) => return None,
        None => (time, 0),
    };
    let (hour, rest) = time.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    let (hour, minute, second) = (two_digits(hour)?, two_digits(minute)?, two_digits(second)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let of_day = seconds * 1_000_000 + i64::from(tenths) * 100_000;
    instant(date(day)?, of_day, zone)
}

/// The instant of a local time, `None` where 64 bits of microseconds do not reach.
fn instant(days: i32, of_day: i64, zone: Option<Zone>) -> Option<i64> {
    let local = i64::from(days).checked_mul(DAY_MICROS)?.checked_add(of_day)?;
    let Some(zone) = zone else {
        return Some(local);
    };
    let micros = local_to_instant_micros(local, zone);
    (micros != i64::MAX && micros != i64::MIN).then_some(micros)
}

fn two_digits(text: &str) -> Option<u8> {
    if text.len() == 2 {
        u8::try_from(number(text)?).ok()
    } else {
        None
    }
}

/// ASCII digits only.
fn number(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
#[path = "partition_tests.rs"]
mod tests;
