//! On the driver: what splits have shown becomes the rows of a page, in key order.

use crate::call::TaskArgs;
use crate::chosen::{Chosen, Shown};
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
fn ordered<T>(total: u64, chosen: &[Location], mut rows: HashMap<Location, T>) -> Result<Listed<T>, ParityError> {
    let missing = || ParityError::internal("rows that were chosen for the page did not arrive");
    let rows = chosen.iter().map(|at| rows.remove(at).ok_or_else(missing));
    Ok(Listed {
        total,
        rows: rows.collect::<Result<_, _>>()?,
    })
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
        let rows = Rows {
            limit: self.chosen.limit,
            changed: ordered(totals[0], &self.chosen.changed, std::mem::take(&mut self.changed))?,
            only_left: ordered(totals[1], &only[0], left)?,
            only_right: ordered(totals[2], &only[1], right)?,
            duplicates: Listed {
                total: self.chosen.duplicate_keys,
                rows: Vec::new(),
            },
        };
        let mut block = block::begin(DRIVER, 0);
        serde_json::to_writer(&mut block, &rows).map_err(|e| ParityError::internal(e.to_string()))?;
        Ok(Some(vec![block]))
    }
}
