//! What a user asks for.

use crate::ask::caller::Caller;
use crate::ask::rules::{Limits, Relaxations};
use parity_kernels::spark::zone::Zone;
use serde::{Deserialize, Serialize};

/// A key column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Name on the left.
    pub left: String,
    /// Name on the right, where the sides name it differently.
    pub right: Option<String>,
}

impl Key {
    /// A key that both sides name alike.
    pub fn named(name: impl Into<String>) -> Self {
        Key {
            left: name.into(),
            right: None,
        }
    }
}

/// What to do with keys that occur more than once on a side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Pair their rows.
    #[default]
    Pair,
    /// Refuse them.
    Fail,
}

/// The options of a comparison.
#[derive(Clone, Debug)]
pub struct CompareOptions {
    /// Path of the left side.
    pub left: String,
    /// Path of the right side.
    pub right: String,
    /// Key columns; `None` compares multisets of rows.
    pub keys: Option<Vec<Key>>,
    /// Only these columns, and the keys.
    pub columns: Option<Vec<String>>,
    /// Not these columns.
    pub exclude: Vec<String>,
    /// Left names and the right names they go by.
    pub rename: Vec<(String, String)>,
    /// Relaxations.
    pub relaxations: Relaxations,
    /// Columns whose values nobody may see.
    pub mask: Vec<String>,
    /// Limits within which differences pass.
    pub limits: Option<Limits>,
    /// Which rows of both sides there are, in the names of each side.
    pub both_where: Option<String>,
    /// Which rows of the left side there are.
    pub left_where: Option<String>,
    /// Which rows of the right side there are.
    pub right_where: Option<String>,
    /// Duplicate keys.
    pub duplicates: Duplicates,
    /// Examples of each kind.
    pub samples: usize,
    /// Rows of each kind for a page.
    pub report_rows: usize,
    /// Whether names match by case.
    pub case_sensitive: bool,
    /// Session time zone.
    pub zone: Zone,
    /// Seed of the hashes. Results never depend on it.
    pub seed: u64,
    /// Who asks.
    pub caller: Caller,
}
