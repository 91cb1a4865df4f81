//! On the driver: what splits have shown becomes the rows of a page, in key order.

use crate::call::TaskArgs;
use crate::chosen::{Chosen, Shown, Texts};
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::matching::Location;
use parity_report::rows::{ChangedCell, ChangedRow, Cut, Listed, OneSidedRow, Rows};
use parity_source::{ParityError, wire};
use std::collections::HashMap;

/// Puts the rows of a page together.
pub struct Gather {
    chosen: Chosen,
    changed: HashMap<Location, ChangedRow>,
    only: [HashMap<Location, OneSidedRow>; 2],
    done: bool,
}

impl Gather {
    /// Opens the step.
    pub fn open(args: &[u8]) -> Result<Self, ParityError> {
        Ok(Gather {
            chosen: TaskArgs::read(args)?.chosen()?,
            changed: HashMap::new(),
            only: Default::default(),
            done: false,
        })
    }
}

/// Rows in the order in which they were chosen.
pub fn ordered<T>(chosen: &[Location], mut rows: HashMap<Location, T>) -> Result<Vec<T>, ParityError> {
    let missing = || ParityError::internal("rows that were chosen to be shown did not arrive");
    chosen.iter().map(|at| rows.remove(at).ok_or_else(missing)).collect()
}

/// Sorts rows that follow each other and whose keys read alike by their values: where they stand in the data is no order that another
/// layout has as well.
pub fn sort_alike<T, K: PartialEq>(mut rows: &mut [T], keys: &[K], values: impl Fn(&T) -> &Texts) {
    for alike in keys[..rows.len()].chunk_by(PartialEq::eq) {
        let (run, rest) = rows.split_at_mut(alike.len());
        run.sort_by(|a, b| values(a).cmp(values(b)));
        rows = rest;
    }
}

impl Step for Gather {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let shown: Shown = wire::get(&mut block::payload(block)?)?;
        for (at, key, cells) in shown.changed {
            let cells = cells.into_iter().map(|cell| {
                let [left, right] = cell.texts;
                ChangedCell {
                    column: cell.column as usize,
                    left,
                    right,
                    cause: cell.cause,
                    cut: cell.cut.map(Cut::from),
                }
            });
            let cells = cells.collect();
            self.changed.insert(at, ChangedRow { key, cells });
        }
        for (rows, shown) in self.only.iter_mut().zip(shown.only) {
            rows.extend(
                shown
                    .into_iter()
                    .map(|(at, key, values)| (at, OneSidedRow { key, values })),
            );
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let [left, right] = std::mem::take(&mut self.only);
        let Chosen { totals, only, .. } = &self.chosen;
        let only = [ordered(&only[0], left)?, ordered(&only[1], right)?];
        let [only_left, only_right] = only.map(|mut rows| {
            let keys: Vec<Texts> = rows.iter().map(|row| row.key.clone()).collect();
            if keys.first().is_none_or(Texts::is_empty) {
                // Without keys rows are in the order of their values as they are.
                return rows;
            }
            sort_alike(&mut rows, &keys, |row| &row.values);
            rows
        });
        let rows = Rows {
            limit: self.chosen.limit,
            changed: Listed {
                total: totals[0],
                rows: ordered(&self.chosen.changed, std::mem::take(&mut self.changed))?,
            },
            only_left: Listed {
                total: totals[1],
                rows: only_left,
            },
            only_right: Listed {
                total: totals[2],
                rows: only_right,
            },
            duplicates: Listed {
                total: self.chosen.duplicate_keys,
                rows: std::mem::take(&mut self.chosen.duplicates),
            },
        };
        let mut block = block::begin(DRIVER, 0);
        serde_json::to_writer(&mut block, &rows).map_err(|e| ParityError::internal(e.to_string()))?;
        Ok(Some(vec![block]))
    }
}
