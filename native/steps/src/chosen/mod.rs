//! The rows of a page: the first ones of each kind in key order, whole.
//!
//! Which rows these are is known with the document ([`Chosen`]). Their values are fetched when somebody asks for a page: the outcomes
//! are sent once more, of the chosen rows alone, and what splits find ([`show`]) is put together on the driver ([`gather`]). The
//! document gets the values of its few rows on one side only in the same way ([`complete`]).

pub mod complete;
pub mod gather;
pub mod show;

use crate::matching::Outcome;
use crate::wire::block::{self, DRIVER};
use parity_kernels::matching::Location;
use parity_report::document::CellCut;
use parity_report::rows::DuplicateKey;
use parity_source::{ParityError, wire};
use serde::{Deserialize, Serialize};

/// Where the rows of a page are, each kind in key order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// How many of each kind were asked for.
    pub limit: u64,
    /// How many there are: changed, on the left only, on the right only.
    pub totals: [u64; 3],
    /// Duplicate keys of both sides.
    pub duplicate_keys: u64,
    /// Changed rows, by their left rows.
    pub changed: Vec<Location>,
    /// Rows on one side only.
    pub only: [Vec<Location>; 2],
    /// Duplicate keys, which are whole already.
    pub duplicates: Vec<DuplicateKey>,
}

impl Chosen {
    /// A block for the driver, which passes its payload on as it is. The payload is empty where there is no row.
    pub fn block(&self, order: u32) -> Result<Vec<u8>, ParityError> {
        let mut block = block::begin(DRIVER, order);
        let is_empty = self.changed.is_empty() && self.only.iter().all(Vec::is_empty);
        if !is_empty || !self.duplicates.is_empty() {
            wire::put(&mut block, self)?;
        }
        Ok(block)
    }
}

/// The chosen rows, to be looked up.
pub struct Filter {
    changed: Vec<Location>,
    only: [Vec<Location>; 2],
}

impl Filter {
    /// Of these rows.
    pub fn of(chosen: &Chosen) -> Filter {
        let sorted = |rows: &[Location]| {
            let mut rows = rows.to_vec();
            rows.sort_unstable();
            rows
        };
        Filter {
            changed: sorted(&chosen.changed),
            only: chosen.only.each_ref().map(|rows| sorted(rows)),
        }
    }

    /// Forgets all other rows of an outcome.
    pub fn keep(&self, outcome: &mut Outcome) {
        outcome
            .changed
            .retain(|(row, _)| self.changed.binary_search(&row.left).is_ok());
        for (rows, chosen) in outcome.only.iter_mut().zip(&self.only) {
            rows.retain(|row| chosen.binary_search(row).is_ok());
        }
        outcome.duplicates = Default::default();
    }
}

/// Characters of a value that a page or the document shows of a row on one side only.
pub const MOST_CHARACTERS: usize = 2000;

/// Values as they are shown; `None` for null and for what is masked.
pub type Texts = Vec<Option<String>>;

/// A changed cell as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShownCell {
    /// The column's number.
    pub column: u32,
    /// Both values.
    pub texts: [Option<String>; 2],
    /// What of long values the two are.
    pub cut: Option<CellCut>,
    /// What explains the change; `None` of a masked column.
    pub cause: Option<String>,
}

/// Some rows as they are shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shown {
    /// Changed rows: the left row, its key, the cells that differ.
    pub changed: Vec<(Location, Texts, Vec<ShownCell>)>,
    /// Rows on one side only: the row, its key, its values.
    pub only: [Vec<(Location, Texts, Texts)>; 2],
}
