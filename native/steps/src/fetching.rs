//! Step 3: the values of requested rows leave their split for whoever asked.
//!
//! Values go slab by slab; within a slab, the rows of each target and order make a block. Splits without requests are never opened.

use crate::block;
use crate::error::ParityError;
use crate::layout::Layout;
use crate::merging::{ExampleKind, Examples};
use crate::routing::{Requests, Wanted, kind};
use crate::run::{OpenSplit, RunPlan};
use crate::samples::row_examples;
use crate::{Step, wire};
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use parity_kernels::domain::Side;
use parity_kernels::matching::Location;
use parity_scan::source::ByteSource;
use parity_scan::split::Split;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Left rows of which one order of a block of changed rows consists.
const ROWS_OF_ORDER: u32 = 1 << 13;

/// What the values are fetched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum For {
    /// The comparison of cells: blocks come slab after slab.
    Cells,
    /// The pairing of duplicate keys: blocks come portion after portion.
    Groups,
    /// Whole changed rows: blocks come some rows after the other.
    Changed,
}

/// What precedes the columns in a block of values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Values {
    /// The slab, whose columns follow as arrays.
    pub slab: u32,
    /// Where the rows come from.
    pub side: Side,
    /// Their split.
    pub split: u32,
    /// For each row what it is to the receiver: the left row it is compared with; for duplicate keys, its own number.
    pub rows: Vec<u32>,
}

impl Values {
    /// Where a row comes from, for receivers that know rows by that.
    pub fn location(&self, row: usize) -> Location {
        Location {
            split: self.split,
            row: self.rows[row],
        }
    }
}

#[derive(Deserialize)]
struct Args {
    split: usize,
    #[serde(rename = "for")]
    purpose: For,
    layout: Option<String>,
}

/// Fetches rows of a split.
pub struct Fetch {
    plan: RunPlan,
    split: Split,
    purpose: For,
    layout: Layout,
    source: Arc<dyn ByteSource>,
    requests: Requests,
    open: Option<OpenSplit>,
    next_slab: usize,
    rows: u64,
}

impl Fetch {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let args: Args = crate::args(args)?;
        Ok(Fetch {
            split: plan.split(args.split)?,
            plan,
            purpose: args.purpose,
            layout: Layout::from_text(args.layout.as_deref())?,
            source,
            requests: Requests::default(),
            open: None,
            next_slab: 0,
            rows: 0,
        })
    }

    /// Opens the file and gives the example rows, which a receiver only passes on.
    fn begin(&mut self) -> Result<Vec<Vec<u8>>, ParityError> {
        let columns = self.columns();
        let open = self.open.insert(self.plan.open(self.split, &self.source)?);
        self.requests.wanted.sort_unstable_by_key(|wanted| wanted.row);
        self.rows = self.requests.wanted.len() as u64;
        let mut blocks = Vec::new();
        let targets = self.plan.sides[0].splits.len().max(1) as u32;
        for (kind_of, rows) in [
            (ExampleKind::OnlyRight, &mut self.requests.only),
            (ExampleKind::DuplicateRight, &mut self.requests.duplicates),
        ] {
            if rows.is_empty() {
                continue;
            }
            rows.sort_unstable();
            let examples = row_examples(&open.rows(), &self.plan, Side::Right, rows)?;
            let mut block = block::begin(self.split.number % targets, u32::MAX);
            block.push(kind::EXAMPLES);
            wire::put(
                &mut block,
                &Examples {
                    kind: kind_of,
                    rows: examples,
                },
            )?;
            blocks.push(block);
        }
        open.rows().announce(columns);
        Ok(blocks)
    }

    /// The columns of all slabs in their order, and how many rows of each are wanted.
    fn columns(&self) -> Vec<(usize, usize)> {
        let side = self.split.side.index();
        let columns = self.layout.slabs.iter().flat_map(|slab| {
            let wanted = self.requests.wanted.iter();
            let rows = wanted.filter(|wanted| wanted.groups & (1 << slab.group) != 0).count();
            let leaves = &self.plan.plan.values[slab.columns.clone()];
            leaves.iter().map(move |leaf| (leaf.columns[side], rows))
        });
        columns.filter(|&(_, rows)| rows > 0).collect()
    }

    /// The order of a row's block at its receiver.
    fn order(&self, slab: usize, wanted: &Wanted) -> u32 {
        1 + match self.purpose {
            For::Cells => slab as u32,
            For::Groups => wanted.number,
            For::Changed => wanted.number / ROWS_OF_ORDER,
        }
    }

    fn slab(&self, open: &OpenSplit, number: usize) -> Result<Vec<Vec<u8>>, ParityError> {
        let slab = &self.layout.slabs[number];
        let wanted = self.requests.wanted.iter();
        let wanted: Vec<&Wanted> = wanted.filter(|wanted| wanted.groups & (1 << slab.group) != 0).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<u32> = wanted.iter().map(|wanted| wanted.row).collect();
        let side = self.split.side;
        let leaves = &self.plan.plan.values[slab.columns.clone()];
        let columns: Vec<usize> = leaves.iter().map(|leaf| leaf.columns[side.index()]).collect();
        let open = open.rows();
        let columns = columns
            .into_iter()
            .map(|column| Ok(open.fetch(column, &rows)?))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        let mut order: Vec<u32> = (0..wanted.len() as u32).collect();
        let key = |&i: &u32| {
            let wanted = wanted[i as usize];
            (wanted.target, self.order(number, wanted), wanted.number, wanted.row)
        };
        order.sort_unstable_by_key(key);
        order
            .chunk_by(|a, b| (key(a).0, key(a).1) == (key(b).0, key(b).1))
            .map(|chunk| {
                let (target, order, ..) = key(&chunk[0]);
                let name = |&i: &u32| match self.purpose {
                    For::Groups => wanted[i as usize].row,
                    For::Cells | For::Changed => wanted[i as usize].number,
                };
                let mut block = block::begin(target, order);
                block.push(kind::VALUES);
                wire::put(
                    &mut block,
                    &Values {
                        slab: number as u32,
                        side,
                        split: self.split.number,
                        rows: chunk.iter().map(name).collect(),
                    },
                )?;
                let places = UInt32Array::from(chunk.to_vec());
                for column in &columns {
                    wire::put_array(&mut block, &take(column, &places, None)?);
                }
                Ok(block)
            })
            .collect()
    }
}

impl Step for Fetch {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let mut more: Requests = wire::get(&mut block::payload(block)?)?;
        self.requests.wanted.append(&mut more.wanted);
        self.requests.only.append(&mut more.only);
        self.requests.duplicates.append(&mut more.duplicates);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Requests {
            wanted,
            only,
            duplicates,
        } = &self.requests;
        if wanted.is_empty() && only.is_empty() && duplicates.is_empty() {
            return Ok(None);
        }
        if self.open.is_none() {
            return Ok(Some(self.begin()?));
        }
        let Some(open) = &self.open else {
            return Ok(None);
        };
        if self.next_slab == self.layout.slabs.len() {
            open.bytes.check()?;
            return Ok(None);
        }
        let blocks = self.slab(open, self.next_slab)?;
        self.next_slab += 1;
        Ok(Some(blocks))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
