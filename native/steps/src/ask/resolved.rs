//! The options of a run as its document tells them: all that shape the answer, the ones that were not given with their defaults.
//!
//! Keys and thresholds have members of their own in a document, where they stand as they were understood.

use crate::ask::catalog::{Acts, CATALOG, Entry, Kind, Opt};
use crate::ask::rules::is_tagged;
use crate::ask::run::Run;
use parity_report::shown::MASKED;
use parity_source::ParityError;
use serde_json::{Map, Value, json};

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
