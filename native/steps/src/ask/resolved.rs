//! The options of a run as its document tells them: all that shape the answer, the ones that were not given with their defaults.
//!
//! Keys and thresholds have members of their own in a document, where they stand as they were understood.

use crate::ask::catalog::{Acts, CATALOG, Entry, Kind, Opt};
use crate::ask::rules::{TOLERANCE, is_tagged};
use crate::ask::run::Run;
use parity_report::shown::MASKED;
use parity_source::ParityError;
use serde_json::{Map, Number, Value, json};
use std::str::FromStr;

/// The options by their names. Where columns are masked, nothing that may hold one of their values is repeated: predicates, and what
/// null stands for.
pub fn resolved(run: &Run) -> Result<Map<String, Value>, ParityError> {
    let asked = serde_json::to_value(run).map_err(|e| ParityError::internal(e.to_string()))?;
    let is_masking = run.rules.is_masking();
    let told = CATALOG.iter().filter(|entry| is_told(entry));
    let named = told.filter_map(|entry| {
        let given = entry.member?.split('.').try_fold(&asked, |value, name| value.get(name));
        let value = match given {
            Some(value) if !value.is_null() => value.clone(),
            _ => entry.default(),
        };
        let value = match entry.kind {
            Kind::Pairs => paired(&value),
            _ if is_masking => unseen(entry, value),
            Kind::Json(_) => written_one_way(value),
            _ => value,
        };
        Some((name(entry), value))
    });
    Ok(named.collect())
}

/// Whether a document tells of an option.
fn is_told(entry: &Entry) -> bool {
    let is_elsewhere = matches!(entry.option, Opt::Keys | Opt::Thresholds);
    entry.acts != Acts::Driver && !matches!(entry.kind, Kind::Dataset) && !is_elsewhere
}

/// How a document calls an option: as Python does, else as the command does.
fn name(entry: &Entry) -> String {
    let keyword = entry.keyword.map(|keyword| keyword.name.to_owned());
    let flag = || entry.flag.map(|flag| flag.long.replace('-', "_"));
    keyword.or_else(flag).unwrap_or_default()
}

/// Pairs as the mapping that callers write.
fn paired(pairs: &Value) -> Value {
    let pairs = pairs.as_array().into_iter().flatten();
    let members = pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.clone())));
    members.collect()
}

/// A value as every caller writes it: numbers in one form, and of a tolerance what it says.
fn written_one_way(value: Value) -> Value {
    match value {
        Value::Number(number) => one_form(&number.to_string()).map_or(Value::Number(number), Value::Number),
        Value::Array(items) => items.into_iter().map(written_one_way).collect(),
        Value::Object(members) => {
            let kept = |(name, mut value): (String, Value)| {
                if let Value::Object(parts) = &mut value
                    && name == TOLERANCE
                {
                    parts.retain(|_, part| !part.is_null() && *part != json!(false));
                }
                (name, written_one_way(value))
            };
            members.into_iter().map(kept).collect()
        }
        value => value,
    }
}

/// A number with the digits that count, and with an exponent only where it would be long.
fn one_form(text: &str) -> Option<Number> {
    let (sign, size) = text.strip_prefix('-').map_or(("", text), |size| ("-", size));
    let (mantissa, exponent) = size.split_once(['e', 'E']).unwrap_or((size, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    // Digits that stand before the point.
    let point = exponent
        .parse::<i32>()
        .ok()?
        .checked_add(i32::try_from(whole.len()).ok()?)?;
    let point = point.checked_sub(i32::try_from(all.len() - digits.len()).ok()?)?;
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Number::from_str("0").ok();
    }
    let zeros = |count: i32| "0".repeat(count.unsigned_abs() as usize);
    let length = i32::try_from(digits.len()).ok()?;
    let written = match point {
        ..-6 | 22.. => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            format!("{first}{dot}{rest}e{}", point - 1)
        }
        ..=0 => format!("0.{}{digits}", zeros(point)),
        _ if length <= point => format!("{digits}{}", zeros(point - length)),
        _ => {
            let (whole, fraction) = digits.split_at(point.unsigned_abs() as usize);
            format!("{whole}.{fraction}")
        }
    };
    Number::from_str(&format!("{sign}{written}")).ok()
}

/// A value without its literals.
fn unseen(entry: &Entry, value: Value) -> Value {
    match (entry.option, value) {
        (Opt::Where | Opt::LeftWhere | Opt::RightWhere, Value::String(_)) => json!(MASKED),
        (Opt::NullEquals, Value::Object(entries)) if !is_tagged(&entries) => {
            entries.into_iter().map(|(name, _)| (name, json!(MASKED))).collect()
        }
        (Opt::NullEquals, value) if !value.is_null() => json!(MASKED),
        (_, value) => value,
    }
}

#[cfg(test)]
#[path = "resolved_tests.rs"]
mod tests;
