//! A run: what was asked.

use crate::ask::caller::{Caller, Given};
use crate::ask::catalog::Opt;
use crate::ask::json;
use crate::ask::options::{CompareOptions, Duplicates, Key};
use crate::ask::rules::Rules;
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use parity_report::Look;
use parity_report::shown::MASKED;
use parity_source::{Ask, ParityError};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What a driver asks for, as JSON. Most of it is what the caller wrote, so a member that is not known is refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Name of the run.
    pub id: String,
    /// Paths of the left side.
    pub left: Vec<String>,
    /// Paths of the right side.
    pub right: Vec<String>,
    /// Partition columns of each side with the types that a catalog tells, by Spark's names.
    #[serde(default)]
    pub partition_types: [Vec<(String, String)>; 2],
    /// The other columns of each side, where a catalog tells them, as Spark's JSON of a schema.
    #[serde(default)]
    pub table_columns: [Option<serde_json::Value>; 2],
    /// The session's settings that change what is read, for the sources.
    #[serde(default)]
    pub read: serde_json::Value,
    /// Time zone of old writers whose files do not name one; the session's without it.
    #[serde(default)]
    pub writer_zone: Option<String>,
    /// Key columns with what the right side calls them; `None` compares multisets.
    pub keys: Option<Vec<(String, Option<String>)>>,
    /// Only these columns.
    pub columns: Option<Vec<String>>,
    /// Columns to leave out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Left names and right names.
    #[serde(default)]
    pub rename: Vec<(String, String)>,
    /// Relaxations and thresholds.
    #[serde(default)]
    pub rules: Rules,
    /// Which rows of both sides there are, in the names of each side.
    #[serde(default, rename = "where")]
    pub both_where: Option<String>,
    /// Which rows of the left side there are.
    #[serde(default)]
    pub left_where: Option<String>,
    /// Which rows of the right side there are.
    #[serde(default)]
    pub right_where: Option<String>,
    /// Duplicate keys.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Examples of each kind.
    pub samples: u32,
    /// Rows of each kind for a page.
    #[serde(default = "report_rows")]
    pub report_rows: u32,
    /// Whether names match by case.
    pub case_sensitive: bool,
    /// Session time zone.
    pub zone: String,
    /// Seed of the hashes, in decimal digits.
    pub seed: String,
    /// Size of splits, where the caller knows better.
    #[serde(default)]
    pub split_bytes: Option<u64>,
    /// Rows of a match partition, likewise.
    #[serde(default)]
    pub partition_rows: Option<u64>,
    /// Blocks between splits and match partitions at most, likewise.
    #[serde(default)]
    pub most_blocks: Option<u64>,
    /// Who asks.
    #[serde(default)]
    pub caller: Caller,
    /// Where the driver writes results. No step needs to know.
    #[serde(default, skip_serializing)]
    pub output: Option<String>,
    /// Whether they may replace others there.
    #[serde(default, skip_serializing)]
    pub overwrite: Option<bool>,
    /// How the summary is laid out.
    #[serde(default)]
    pub look: Look,
}

/// The rows of each kind that a page shows where nobody asks for more or less.
fn report_rows() -> u32 {
    1000
}

impl Run {
    /// The defaults for two paths.
    pub fn of(left: impl Into<String>, right: impl Into<String>) -> Self {
        Run {
            id: String::new(),
            left: vec![left.into()],
            right: vec![right.into()],
            partition_types: Default::default(),
            table_columns: Default::default(),
            read: serde_json::Value::Null,
            writer_zone: None,
            keys: None,
            columns: None,
            exclude: Vec::new(),
            rename: Vec::new(),
            rules: Rules::default(),
            both_where: None,
            left_where: None,
            right_where: None,
            duplicates: Duplicates::Pair,
            samples: 20,
            report_rows: report_rows(),
            case_sensitive: false,
            zone: "UTC".to_owned(),
            seed: "0".to_owned(),
            split_bytes: None,
            partition_rows: None,
            most_blocks: None,
            caller: Caller::Python,
            output: None,
            overwrite: None,
            look: Look::default(),
        }
    }

    /// Reads the arguments of a step that plans a run. All of them but the run are the driver's own; what is wrong with the run is for
    /// the caller to mend.
    pub(crate) fn args<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ParityError> {
        let refused = |why: String| {
            let hint = "the arguments of compare_datasets, and their JSON, are described in docs/python.md";
            ParityError::bad_option(format!("the options of the run {why}"), hint)
        };
        let read = || {
            let args = json::read(bytes).map_err(|e| format!("cannot be read: {e}"))?;
            if !args["run"].is_object() {
                return Err("are not a JSON object".to_owned());
            }
            serde_json::from_value(args).map_err(|e| format!("cannot be read: {e}"))
        };
        read().map_err(|why| match json::may_mask(bytes) {
            false => refused(why),
            true => refused("cannot be read, and are not shown because columns are masked".to_owned()),
        })
    }

    /// The paths of a side.
    pub fn paths(&self, side: Side) -> &[String] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// How messages and documents call a side.
    pub fn path(&self, side: Side) -> String {
        self.paths(side).join(", ")
    }

    /// What the source of a side is told.
    pub fn ask(&self, side: Side) -> Result<Ask<'_>, ParityError> {
        Ok(Ask {
            side,
            path: self.path(side),
            paths: self.paths(side),
            case_sensitive: self.case_sensitive,
            zone: self.zone()?,
            writer_zone: self.parse_zone(self.writer_zone.as_ref().unwrap_or(&self.zone))?,
            partition_types: &self.partition_types[side.index()],
            table_columns: self.table_columns[side.index()].as_ref(),
            settings: &self.read,
        })
    }

    fn zone(&self) -> Result<Zone, ParityError> {
        self.parse_zone(&self.zone)
    }

    fn parse_zone(&self, name: &str) -> Result<Zone, ParityError> {
        let shown = if self.rules.is_masking() { MASKED } else { name };
        name.parse().map_err(|_| {
            ParityError::bad_option(
                format!("{} {shown} is not a time zone", self.caller.spell(Opt::TimeZone)),
                "use a name of the IANA list such as Europe/Berlin, or UTC",
            )
        })
    }

    /// The options of the comparison.
    pub fn options(&self) -> Result<CompareOptions, ParityError> {
        if self.duplicates == Duplicates::Fail && self.keys.is_none() {
            return Err(ParityError::bad_option(
                format!(
                    "{} needs keys: rows of a multiset have none",
                    self.caller.give(Opt::Duplicates, Given::Word("fail"))
                ),
                format!("name the key columns with {}", self.caller.spell(Opt::Keys)),
            ));
        }
        if self.columns.as_ref().is_some_and(Vec::is_empty) {
            return Err(ParityError::bad_option(
                format!("{} is empty", self.caller.spell(Opt::Columns)),
                format!(
                    "name a column to compare, or leave {} out to compare all",
                    self.caller.spell(Opt::Columns)
                ),
            ));
        }
        let seed = self.seed.parse::<u64>();
        let keys = self.keys.as_ref().map(|keys| {
            let keys = keys.iter().cloned();
            keys.map(|(left, right)| Key { left, right }).collect()
        });
        Ok(CompareOptions {
            left: self.path(Side::Left),
            right: self.path(Side::Right),
            keys,
            columns: self.columns.clone(),
            exclude: self.exclude.clone(),
            rename: self.rename.clone(),
            mask: self.rules.mask(self.caller)?,
            relaxations: self.rules.relaxations(self.caller)?,
            limits: self.rules.thresholds(self.caller)?,
            both_where: self.both_where.clone(),
            left_where: self.left_where.clone(),
            right_where: self.right_where.clone(),
            duplicates: self.duplicates,
            samples: self.samples as usize,
            report_rows: self.report_rows as usize,
            case_sensitive: self.case_sensitive,
            zone: self.zone()?,
            seed: seed.map_err(|_| ParityError::bad_option("the seed is not a number of 64 bits", "leave it out"))?,
            caller: self.caller,
        })
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
