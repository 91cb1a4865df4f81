//! Steps of a run that masks columns: their blocks are sealed, and their errors show no values.

use crate::step::{self, Step};
use crate::wire::block::{self, DRIVER};
use crate::wire::seal::Secret;
use arrow::array::RecordBatch;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parity_report::shown::MASKED;
use parity_source::ParityError;
use serde::Deserialize;
use std::sync::Arc;

/// What the arguments of a step say of masks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MaskArgs {
    /// Whether columns are masked, of a run that is planned.
    masked: bool,
    /// The secret of the run, where blocks are sealed.
    secret: Option<String>,
    /// The split of the task and its bytes, which are sealed where blocks are.
    split: Option<u32>,
    source: Option<String>,
    /// The options of a run that is being planned. Whoever plans it checks them.
    run: serde_json::Value,
}

impl MaskArgs {
    fn is_any(&self) -> bool {
        let asked = &self.run["rules"]["mask"];
        self.masked || !asked.is_null() && asked.as_array().is_none_or(|names| !names.is_empty())
    }
}

/// How whoever opens a step has to treat what it reads, beyond what the step does by itself.
#[derive(Clone, Debug)]
pub enum Masking {
    /// No column is masked.
    None,
    /// Columns are masked, and there is no secret: nothing may be written.
    Secretless,
    /// Columns are masked: what is written is sealed.
    Sealed(Arc<Secret>),
}

impl Masking {
    /// What the arguments of a step say.
    pub fn of(args: &[u8]) -> Result<Masking, ParityError> {
        let args: MaskArgs = step::args(args)?;
        Ok(match args.secret.as_deref() {
            _ if !args.is_any() => Masking::None,
            Some(secret) => Masking::Sealed(Arc::new(Secret::from_text(secret)?)),
            None => Masking::Secretless,
        })
    }

    /// Whether columns are masked.
    pub fn is_any(&self) -> bool {
        !matches!(self, Masking::None)
    }
}

/// Which blocks of a step are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// None: a driver reads them.
    None,
    /// All but the first: what tasks are given later. The first is for the driver.
    Plan,
    /// All.
    All,
}

/// Opens a step so that masked values stay in it, if its arguments say that columns are masked.
pub fn guarded(
    plan: &[u8],
    args: &[u8],
    sealed: Sealed,
    open: impl FnOnce(&[u8], &[u8]) -> Result<Box<dyn Step>, ParityError>,
) -> Result<Box<dyn Step>, ParityError> {
    let mask: MaskArgs = step::args(args)?;
    if !mask.is_any() {
        return open(plan, args);
    }
    let secret = mask.secret.as_deref().map(Secret::from_text).transpose()?;
    let step = match &secret {
        Some(secret) => {
            let plan = if plan.is_empty() {
                Vec::new()
            } else {
                opened(secret, DRIVER, plan)?
            };
            match mask.source.as_deref().zip(mask.split) {
                Some((source, split)) => open(&plan, &with_source(args, &opened_text(secret, split, source)?)?),
                None => open(&plan, args),
            }
        }
        _ => open(plan, args),
    };
    Ok(Box::new(Guarded {
        step: step.map_err(without_values)?,
        secret,
        sealed,
    }))
}

/// What is in a sealed payload.
fn opened(secret: &Secret, target: u32, payload: &[u8]) -> Result<Vec<u8>, ParityError> {
    let block = secret.open(&[&block::begin(target, 0), payload].concat())?;
    Ok(block::payload(&block)?.to_vec())
}

/// The bytes of a split, sealed and in base64, as they are without the seal.
fn opened_text(secret: &Secret, split: u32, text: &str) -> Result<String, ParityError> {
    let sealed = STANDARD
        .decode(text)
        .map_err(|_| ParityError::internal("a split is damaged"))?;
    Ok(STANDARD.encode(opened(secret, split, &sealed)?))
}

fn with_source(args: &[u8], source: &str) -> Result<Vec<u8>, ParityError> {
    let mut args: serde_json::Value = step::args(args)?;
    args["source"] = source.into();
    Ok(args.to_string().into_bytes())
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
            let open = match self.sealed {
                Sealed::None => blocks.len(),
                Sealed::Plan => 1,
                Sealed::All => 0,
            };
            for block in blocks.iter_mut().skip(open) {
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

/// The error without the values that folders of a path show (`name=value`), whichever columns are masked: names may be spelled in many
/// ways. Where a value ends is not known before the next folder, so what follows the last one is left out as well.
fn without_values(error: ParityError) -> ParityError {
    if !error.code.shows_paths() {
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
    use parity_source::Code;

    #[test]
    fn values_in_folders_are_hidden() {
        let error = ParityError::new(
            Code::CorruptFile,
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
            assert_eq!(Masking::of(args.as_bytes()).unwrap().is_any(), expected, "{args}");
        }
    }

    #[test]
    fn what_a_masked_run_writes_is_sealed_or_not_written() {
        let of = |args: &str| Masking::of(args.as_bytes());
        let secret = STANDARD.encode([7; 32]);
        let sealed = of(&format!(r#"{{"masked": true, "secret": "{secret}"}}"#)).unwrap();
        assert!(matches!(sealed, Masking::Sealed(_)));
        assert!(matches!(of(r#"{"masked": true}"#).unwrap(), Masking::Secretless));
        assert!(matches!(
            of(&format!(r#"{{"secret": "{secret}"}}"#)).unwrap(),
            Masking::None
        ));
        assert!(of(r#"{"masked": true, "secret": "AAAA"}"#).is_err());
    }
}
