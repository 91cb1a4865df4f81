//! Masked columns: compared like all others, shown nowhere.
//!
//! Within a task masked values are values like any others. What leaves it is kept from readers in two ways. Everything that is
//! shown (documents, frames, messages) leaves masked values out where it is made. And where blocks travel through files of the cluster,
//! drivers give each task a secret of the run, and blocks are sealed with it whole ([`crate::sealing`]).

use crate::Step;
use crate::block::{self, DRIVER};
use crate::error::ParityError;
use crate::resolving::Names;
use crate::sealing::Secret;
use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use parity_kernels::domain::Side;
use parity_report::shown::MASKED;
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
            let left: Vec<usize> = found[0].into_iter().flat_map(|l| names.family(Side::Left, l)).collect();
            let met = left.iter().filter_map(|&l| partners[l]).chain(right);
            for r in met.flat_map(|r| names.family(Side::Right, r)) {
                masks.add(Side::Right, r);
            }
            for l in left {
                masks.add(Side::Left, l);
            }
        }
        for (l, partner) in partners.iter().enumerate() {
            let Some(r) = *partner else { continue };
            // Columns that meet show each other's values; and a struct that meets something else is compared with all that is in it.
            let is_whole = names.left[l].is_struct() != names.right[r].is_struct();
            let is_masked = if is_whole {
                names.family(Side::Left, l).iter().any(|&l| masks.has(Side::Left, l))
                    || names.family(Side::Right, r).iter().any(|&r| masks.has(Side::Right, r))
            } else {
                masks.has(Side::Left, l) || masks.has(Side::Right, r)
            };
            if is_masked {
                names
                    .family(Side::Left, l)
                    .into_iter()
                    .for_each(|l| masks.add(Side::Left, l));
                names
                    .family(Side::Right, r)
                    .into_iter()
                    .for_each(|r| masks.add(Side::Right, r));
            }
        }
        Ok(masks)
    }

    /// Masks a column.
    fn add(&mut self, side: Side, column: usize) {
        self.0[side.index()][column] = true;
    }

    /// Whether there is any.
    pub fn is_any(&self) -> bool {
        self.0.iter().flatten().any(|&masked| masked)
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

/// What the arguments of a step say of masks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MaskArgs {
    /// Whether columns are masked, of a run that is planned.
    masked: bool,
    /// The secret of the run, where blocks are sealed.
    secret: Option<String>,
    /// The options of a run that is being planned. Whoever plans it checks them.
    run: serde_json::Value,
}

impl MaskArgs {
    fn is_any(&self) -> bool {
        let asked = &self.run["rules"]["mask"];
        self.masked || !asked.is_null() && asked.as_array().is_none_or(|names| !names.is_empty())
    }
}

/// Whether the arguments of a step say that columns are masked.
pub fn is_any(args: &[u8]) -> Result<bool, ParityError> {
    Ok(crate::args::<MaskArgs>(args)?.is_any())
}

/// Which blocks of a step are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// None: a driver reads them.
    None,
    /// The plan, which tasks are given later.
    Plan,
    /// All.
    All,
}

/// Opens a step so that masked values stay in it, if its arguments say that columns are masked.
pub fn guarded(
    plan: &[u8],
    args: &[u8],
    sealed: Sealed,
    open: impl FnOnce(&[u8]) -> Result<Box<dyn Step>, ParityError>,
) -> Result<Box<dyn Step>, ParityError> {
    let mask: MaskArgs = crate::args(args)?;
    if !mask.is_any() {
        return open(plan);
    }
    let secret = mask.secret.as_deref().map(Secret::from_text).transpose()?;
    let step = match &secret {
        Some(secret) if !plan.is_empty() => {
            let block = secret.open(&[&block::begin(DRIVER, 0), plan].concat())?;
            open(block::payload(&block)?)
        }
        _ => open(plan),
    };
    Ok(Box::new(Guarded {
        step: step.map_err(without_values)?,
        secret,
        sealed,
    }))
}

/// A step of a run that masks columns.
struct Guarded {
    step: Box<dyn Step>,
    secret: Option<Secret>,
    sealed: Sealed,
}

impl Step for Guarded {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let fed = match &self.secret {
            Some(secret) if !block.is_empty() && self.sealed != Sealed::Plan => self.step.feed(&secret.open(block)?),
            _ => self.step.feed(block),
        };
        fed.map_err(without_values)
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let mut blocks = self.step.next().map_err(without_values)?;
        if let (Some(secret), Some(blocks)) = (&self.secret, &mut blocks) {
            let count = match self.sealed {
                Sealed::None => 0,
                Sealed::Plan => 1,
                Sealed::All => blocks.len(),
            };
            for block in blocks.iter_mut().take(count) {
                *block = secret.seal(block)?;
            }
        }
        Ok(blocks)
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        self.step.next_batch().map_err(without_values)
    }

    fn rows(&self) -> u64 {
        self.step.rows()
    }
}

/// Errors that show no path.
const PATHLESS: [&str; 5] = [
    "BAD_OPTION",
    "COLUMN_NOT_FOUND",
    "DUPLICATE_KEYS",
    "KEY_NOT_FOUND",
    "UNSUPPORTED_TYPE",
];

/// The error without the values that folders of a path show (`name=value`), whichever columns are masked: names may be spelled in many
/// ways. Where a value ends is not known before the next folder, so what follows the last one is left out as well.
fn without_values(error: ParityError) -> ParityError {
    if PATHLESS.contains(&error.code) {
        return error;
    }
    let hidden = |text: &str| -> String {
        let folders = text.split('/').map(|folder| match folder.split_once('=') {
            Some((name, _)) => format!("{name}={MASKED}"),
            None => folder.to_owned(),
        });
        folders.collect::<Vec<_>>().join("/")
    };
    ParityError {
        message: hidden(&error.message),
        hint: error.hint.map(|hint| hidden(&hint)),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_folders_are_hidden() {
        let error = ParityError::new(
            "CORRUPT_FILE",
            "/data/ssn=SECRET-1/day=1/a.parquet: not a Parquet file; /b/SSN=SECRET 2",
            "conflicting columns: a=SECRET-3/b=SECRET-4 and more",
        );
        let hidden = without_values(error);
        assert_eq!(
            hidden.message,
            "/data/ssn=(masked)/day=(masked)/a.parquet: not a Parquet file; /b/SSN=(masked)"
        );
        assert_eq!(
            hidden.hint.as_deref(),
            Some("conflicting columns: a=(masked)/b=(masked)")
        );
    }

    #[test]
    fn runs_and_their_steps_say_whether_anything_is_masked() {
        for (args, expected) in [
            (r#"{"run": {"rules": {"mask": ["ssn"]}}}"#, true),
            (r#"{"run": {"rules": {"mask": []}}}"#, false),
            (r#"{"run": {"rules": {"mask": "ssn"}}}"#, true),
            (r#"{"split": 3, "masked": true}"#, true),
            (r#"{"split": 3}"#, false),
        ] {
            assert_eq!(is_any(args.as_bytes()).unwrap(), expected, "{args}");
        }
    }
}
