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
    /// The pairing of duplicate keys: blocks come slab after slab, too.
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

/// The rows that are wanted of a column group.
struct GroupRows {
    group: usize,
    rows: Vec<u32>,
    blocks: Vec<ReceivedRows>,
}

/// Those that one receiver gets together.
struct ReceivedRows {
    target: u32,
    /// Which of the receiver's portions they belong to, where it takes portions.
    portion: u32,
    /// Their places among the rows of the group.
    places: UInt32Array,
    /// What each is to the receiver.
    names: Vec<u32>,
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
    group_rows: Option<GroupRows>,
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
            group_rows: None,
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
            self.plan
                .pairs(&slab.columns)
                .map(move |pair| (pair.columns[side], rows))
        });
        columns.filter(|&(_, rows)| rows > 0).collect()
    }

    /// The rows that are wanted of a column group. Slabs of one group follow each other.
    fn rows_of(&self, group: usize) -> GroupRows {
        let wanted = self.requests.wanted.iter();
        let wanted: Vec<&Wanted> = wanted.filter(|wanted| wanted.groups & (1 << group) != 0).collect();
        let mut order: Vec<u32> = (0..wanted.len() as u32).collect();
        let receiver = |&i: &u32| {
            let wanted = wanted[i as usize];
            let portion = match self.purpose {
                For::Cells | For::Groups => 0,
                For::Changed => wanted.number / ROWS_OF_ORDER,
            };
            (wanted.target, portion)
        };
        order.sort_unstable_by_key(|i| {
            let wanted = wanted[*i as usize];
            (receiver(i), wanted.number, wanted.row)
        });
        let name = |&i: &u32| wanted[i as usize].number;
        let blocks = order.chunk_by(|a, b| receiver(a) == receiver(b)).map(|chunk| {
            let (target, portion) = receiver(&chunk[0]);
            ReceivedRows {
                target,
                portion,
                places: UInt32Array::from(chunk.to_vec()),
                names: chunk.iter().map(name).collect(),
            }
        });
        GroupRows {
            group,
            rows: wanted.iter().map(|wanted| wanted.row).collect(),
            blocks: blocks.collect(),
        }
    }

    fn slab(&self, open: &OpenSplit, number: usize, wanted: &GroupRows) -> Result<Vec<Vec<u8>>, ParityError> {
        let slab = &self.layout.slabs[number];
        if wanted.rows.is_empty() {
            return Ok(Vec::new());
        }
        let side = self.split.side;
        let open = open.rows();
        let columns = self
            .plan
            .pairs(&slab.columns)
            .map(|pair| Ok(open.fetch(pair.columns[side.index()], &wanted.rows)?))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        let blocks = wanted.blocks.iter().map(|received| {
            let portion = match self.purpose {
                For::Cells | For::Groups => number as u32,
                For::Changed => received.portion,
            };
            let mut block = block::begin(received.target, 1 + portion);
            block.push(kind::VALUES);
            wire::put(
                &mut block,
                &Values {
                    slab: number as u32,
                    side,
                    split: self.split.number,
                    rows: received.names.clone(),
                },
            )?;
            for column in &columns {
                wire::put_array(&mut block, &take(column, &received.places, None)?);
            }
            Ok(block)
        });
        blocks.collect()
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
        let group = self.layout.slabs[self.next_slab].group;
        if self.group_rows.as_ref().is_none_or(|rows| rows.group != group) {
            self.group_rows = Some(self.rows_of(group));
        }
        let Some(wanted) = &self.group_rows else {
            return Ok(None);
        };
        let blocks = self.slab(open, self.next_slab, wanted)?;
        self.next_slab += 1;
        Ok(Some(blocks))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
