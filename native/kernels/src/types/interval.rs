//! Spark's intervals: a number of months or of microseconds, and the fields in which it is counted and shown.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

/// A field of an interval, from the largest to the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum IntervalField {
    /// Years.
    Year,
    /// Months.
    Month,
    /// Days of 24 hours.
    Day,
    /// Hours.
    Hour,
    /// Minutes.
    Minute,
    /// Seconds and their fractions.
    Second,
}

const FIELDS: [(IntervalField, &str); 6] = [
    (IntervalField::Year, "year"),
    (IntervalField::Month, "month"),
    (IntervalField::Day, "day"),
    (IntervalField::Hour, "hour"),
    (IntervalField::Minute, "minute"),
    (IntervalField::Second, "second"),
];

impl IntervalField {
    fn name(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// Months or microseconds of one of it.
    fn units(self) -> u64 {
        match self {
            IntervalField::Year => 12,
            IntervalField::Month => 1,
            IntervalField::Day => 86_400_000_000,
            IntervalField::Hour => 3_600_000_000,
            IntervalField::Minute => 60_000_000,
            IntervalField::Second => 1_000_000,
        }
    }
}

/// A type of intervals. Those of years and months are numbers of months, the others numbers of microseconds, and the
/// two never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interval {
    first: IntervalField,
    last: IntervalField,
}

impl Interval {
    /// The type of a name as Spark writes it: `interval day to second`, `interval year`.
    pub fn parse(name: &str) -> Option<Interval> {
        let fields = name.strip_prefix("interval ")?;
        let (first, last) = fields.split_once(" to ").unwrap_or((fields, fields));
        let field = |name| FIELDS.iter().find(|(_, own)| *own == name).map(|(field, _)| *field);
        let interval = Interval {
            first: field(first)?,
            last: field(last)?,
        };
        let is_range = first == last || interval.first < interval.last;
        let counts_days = interval.last >= IntervalField::Day;
        (is_range && interval.counts_months() != counts_days).then_some(interval)
    }

    /// Whether it counts months; else it counts microseconds.
    pub fn counts_months(self) -> bool {
        self.first <= IntervalField::Month
    }

    /// Width of the integers that Spark stores it as.
    pub fn bits(self) -> u8 {
        if self.counts_months() { 32 } else { 64 }
    }

    /// The type with the fields of both, if they count the same.
    pub(crate) fn widen(self, other: Interval) -> Option<Interval> {
        (self.counts_months() == other.counts_months()).then(|| Interval {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
        })
    }

    /// A value as Spark's cast to string shows it: `INTERVAL '-1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO
    /// SECOND`. What is smaller than the last field is not shown.
    pub fn text(self, value: i64) -> String {
        let mut text = String::from("INTERVAL '");
        if value < 0 {
            text.push('-');
        }
        let mut rest = value.unsigned_abs();
        for (field, _) in FIELDS {
            if field < self.first || field > self.last {
                continue;
            }
            if field > self.first {
                text.push(match field {
                    IntervalField::Month => '-',
                    IntervalField::Hour => ' ',
                    _ => ':',
                });
            }
            let count = rest / field.units();
            rest %= field.units();
            // Writing to a string does not fail.
            let _ = match field {
                IntervalField::Year | IntervalField::Month | IntervalField::Day => write!(text, "{count}"),
                _ => write!(text, "{count:02}"),
            };
        }
        if self.last == IntervalField::Second && rest > 0 {
            let _ = write!(text, ".{rest:06}");
            text.truncate(text.trim_end_matches('0').len());
        }
        text.push_str("' ");
        text.push_str(&self.fields().to_uppercase());
        text
    }

    fn fields(self) -> String {
        if self.first == self.last {
            return self.first.name().to_owned();
        }
        format!("{} to {}", self.first.name(), self.last.name())
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interval {}", self.fields())
    }
}

#[cfg(test)]
#[path = "interval_tests.rs"]
mod tests;
