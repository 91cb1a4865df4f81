//! Masked columns: compared like all others, shown nowhere.
//!
//! Within a task masked values are values like any others. What leaves it is kept from readers in two ways. Everything that is
//! shown (documents, frames, messages) leaves masked values out where it is made. And where blocks travel through files of the cluster,
//! drivers give each task a secret of the run, and blocks are sealed with it whole ([`crate::sealing`]).

use crate::Step;
use crate::error::ParityError;
use crate::names::family;
use crate::resolving::Names;
use crate::sealing::Secret;
use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use parity_kernels::domain::Side;
use parity_report::summary::MASKED;
use parity_scan::partition;
use serde::{Deserialize, Serialize};

/// Which columns of each side are masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masks([Vec<bool>; 2]);

impl Masks {
    /// The masked columns. A name means a left column and what it meets, or a right column that meets none, each with everything below
    /// it; and a struct that is compared as a whole is masked as a whole.
    pub(crate) fn of(names: &Names<'_>, asked: &[String], partners: &[Option<usize>]) -> Result<Masks, ParityError> {
        let mut masks = Masks([vec![false; names.left.len()], vec![false; names.right.len()]]);
        for name in asked {
            let found = [names.find(Side::Left, name), names.find(Side::Right, name)];
            let right = found[1].filter(|r| found[0].is_some() || !partners.contains(&Some(*r)));
            if found[0].is_none() && right.is_none() {
                return Err(names.unknown(&names.caller.option("mask"), Side::Left, name));
            }
            let left: Vec<usize> = found[0].into_iter().flat_map(|l| family(names.left, l)).collect();
            let met = left.iter().filter_map(|&l| partners[l]).chain(right);
            for r in met.flat_map(|r| family(names.right, r)) {
                masks.add(Side::Right, r);
            }
            for l in left {
                masks.add(Side::Left, l);
            }
        }
        for (l, partner) in partners.iter().enumerate() {
            let is_whole = |r: &usize| names.left[l].is_struct() != names.right[*r].is_struct();
            let Some(r) = partner.filter(is_whole) else { continue };
            let left = family(names.left, l).any(|l| masks.has(Side::Left, l));
            if left || family(names.right, r).any(|r| masks.has(Side::Right, r)) {
                family(names.left, l).for_each(|l| masks.add(Side::Left, l));
                family(names.right, r).for_each(|r| masks.add(Side::Right, r));
            }
        }
        Ok(masks)
    }

    /// Masks a column.
    fn add(&mut self, side: Side, column: usize) {
        self.0[side.index()][column] = true;
    }

    /// Whether a column is masked.
    pub fn has(&self, side: Side, column: usize) -> bool {
        self.0[side.index()].get(column).copied().unwrap_or_default()
    }
}

/// Own values as frames show them: null where the column is masked.
pub fn shown(own: ArrayRef, is_masked: bool) -> ArrayRef {
    if is_masked {
        new_null_array(own.data_type(), own.len())
    } else {
        own
    }
}

/// What drivers add to the arguments of a step where columns are masked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MaskArgs {
    /// Names of masked top-level columns, whose values paths may show.
    masked: Vec<String>,
    /// The secret of the run, where blocks are sealed.
    secret: Option<String>,
    run: MaskedRun,
}

/// What a step that plans knows of masks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MaskedRun {
    keys: Option<Vec<(String, Option<String>)>>,
    rename: Vec<(String, String)>,
    rules: MaskRules,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MaskRules {
    mask: Option<serde_json::Value>,
}

impl MaskArgs {
    /// Names whose values paths may show.
    fn names(&self) -> Vec<String> {
        let listed = self.run.rules.mask.iter().filter_map(|mask| mask.as_array()).flatten();
        let mut names: Vec<String> = listed.filter_map(|name| name.as_str()).map(str::to_owned).collect();
        names.extend(self.masked.iter().cloned());
        let keys = self.run.keys.iter().flatten();
        let keys = keys.filter_map(|(left, right)| Some((left, right.as_ref()?)));
        let renamed = self.run.rename.iter().map(|(left, right)| (left, right));
        let also: Vec<String> = keys
            .chain(renamed)
            .filter(|(left, _)| names.iter().any(|name| name.eq_ignore_ascii_case(left)))
            .map(|(_, right)| right.clone())
            .collect();
        names.extend(also);
        names
    }
}

/// Opens a step so that masked values stay in it, if its arguments say that columns are masked. `is_task` is false for steps whose
/// blocks a driver reads.
pub fn guarded(
    args: &[u8],
    is_task: bool,
    open: impl FnOnce() -> Result<Box<dyn Step>, ParityError>,
) -> Result<Box<dyn Step>, ParityError> {
    let mask: MaskArgs = crate::args(args)?;
    let names = mask.names();
    if names.is_empty() {
        return open();
    }
    let step = open().map_err(|error| without_values(error, &names))?;
    Ok(Box::new(Guarded {
        step,
        names,
        secret: mask.secret.as_deref().map(Secret::from_text).transpose()?,
        is_task,
    }))
}

/// A step of a run that masks columns.
struct Guarded {
    step: Box<dyn Step>,
    names: Vec<String>,
    secret: Option<Secret>,
    is_task: bool,
}

impl Step for Guarded {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let fed = match &self.secret {
            Some(secret) if !block.is_empty() => self.step.feed(&secret.open(block)?),
            _ => self.step.feed(block),
        };
        fed.map_err(|error| without_values(error, &self.names))
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let blocks = self.step.next().map_err(|error| without_values(error, &self.names))?;
        match (&self.secret, blocks) {
            (Some(secret), Some(blocks)) if self.is_task => {
                let sealed = blocks.iter().map(|block| secret.seal(block));
                Ok(Some(sealed.collect::<Result<_, _>>()?))
            }
            (_, blocks) => Ok(blocks),
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        self.step
            .next_batch()
            .map_err(|error| without_values(error, &self.names))
    }

    fn rows(&self) -> u64 {
        self.step.rows()
    }
}

/// The error without the values of masked columns that folders of a path show (`name=value`).
fn without_values(error: ParityError, names: &[String]) -> ParityError {
    if error.code == "DUPLICATE_KEYS" {
        // It shows keys, without what is masked of them, and no path.
        return error;
    }
    let hidden = |text: &str| -> String {
        let segments = text.split('/').map(|segment| {
            let mut before = segment.match_indices('=').map(|(at, _)| &segment[..at]);
            match before.find(|before| ends_in_name(before, names)) {
                Some(before) => format!("{before}={MASKED}"),
                None => segment.to_owned(),
            }
        });
        segments.collect::<Vec<_>>().join("/")
    };
    ParityError {
        message: hidden(&error.message),
        hint: error.hint.map(|hint| hidden(&hint)),
        ..error
    }
}

/// Whether a folder is named after one of these columns, or a sentence ends in such a name.
fn ends_in_name(text: &str, names: &[String]) -> bool {
    let word = text.rsplit([' ', '\'', '"', '(']).next().unwrap_or(text);
    let is_named = |text: &str| {
        let text = partition::unescaped(text).to_lowercase();
        names.iter().any(|name| name.to_lowercase() == text)
    };
    is_named(text) || is_named(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_the_folders_of_masked_columns_are_hidden() {
        let error = ParityError::new(
            "CORRUPT_FILE",
            "/data/ssn=SECRET-1/day=1/a.parquet: not a Parquet file; /b/SSN=SECRET 2",
            "look at /data/a%3Ab=SECRET-3/x: it holds ssn=SECRET-4 and more",
        );
        let hidden = without_values(error, &["ssn".to_owned(), "a:b".to_owned()]);
        assert_eq!(
            hidden.message,
            "/data/ssn=(masked)/day=1/a.parquet: not a Parquet file; /b/SSN=(masked)"
        );
        assert_eq!(
            hidden.hint.as_deref(),
            Some("look at /data/a%3Ab=(masked)/x: it holds ssn=(masked)")
        );
    }

    #[test]
    fn names_on_the_right_are_those_of_renamed_columns_and_keys() {
        let args = br#"{"run": {"keys": [["id", "key"], ["ssn", "number"]], "rename": [["pay", "salary"], ["a", "b"]],
            "rules": {"mask": ["SSN", "pay"]}}}"#;
        let args: MaskArgs = crate::args(args).unwrap();
        assert_eq!(args.names(), ["SSN", "pay", "number", "salary"]);
    }
}
