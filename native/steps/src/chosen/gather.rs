//! On the driver: what splits have shown becomes the rows of a page, in key order.

use crate::call::TaskArgs;
use crate::chosen::{Chosen, Shown};
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::matching::Location;
use parity_report::rows::{ChangedCell, ChangedRow, Cut, Listed, OneSidedRow, Rows};
use parity_source::{ParityError, wire};
use std::collections::HashMap;

/// Puts the rows of a page together. How many rows there are of each kind stands in the document, and is left 0 here.
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
fn ordered<T>(chosen: &[Location], mut rows: HashMap<Location, T>) -> Result<Listed<T>, ParityError> {
    let missing = || ParityError::internal("rows that were chosen for the page did not arrive");
    let rows = chosen.iter().map(|at| rows.remove(at).ok_or_else(missing));
    Ok(Listed {
        total: 0,
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
                    cut: cell.cut.map(|cut| Cut {
                        from: cut.from,
                        left_length: cut.lengths[0],
                        right_length: cut.lengths[1],
                    }),
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
        let rows = Rows {
            limit: self.chosen.limit,
            changed: ordered(&self.chosen.changed, std::mem::take(&mut self.changed))?,
            only_left: ordered(&self.chosen.only[0], left)?,
            only_right: ordered(&self.chosen.only[1], right)?,
            duplicates: Listed::default(),
        };
        let mut block = block::begin(DRIVER, 0);
        serde_json::to_writer(&mut block, &rows).map_err(|e| ParityError::internal(e.to_string()))?;
        Ok(Some(vec![block]))
    }
}
