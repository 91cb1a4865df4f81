//! Step 3: the values of requested rows leave their split for whoever asked.
//!
//! Values go slab by slab; within a slab, the rows of each target and order make a block. The cells of a slab with large values go
//! portion by portion, so that a block never holds much more than one of them. Splits without requests are never opened.

pub mod arriving;
pub mod layout;
pub mod route;

use crate::call::TaskArgs;
use crate::chosen::show::only;
use crate::compare::beside::{Beside, Together};
use crate::compare::merge::{ExampleKind, ExampleRow, Examples};
use crate::compare::samples::{duplicate_examples, row_examples};
use crate::fetch::layout::{Layout, PORTION_BYTES};
use crate::fetch::route::{Requests, Wanted, kind};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use crate::wire::block;
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use parity_kernels::domain::Side;
use parity_kernels::matching::Location;
use parity_source::values::{ranges_of, value_bytes};
use parity_source::{Cursor, OpenSplit, ParityError, Sources, wire};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

/// Left rows of which one order of a block of changed rows consists.
const ROWS_OF_ORDER: u32 = 1 << 13;

/// What the values are fetched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The comparison of cells: blocks come slab after slab.
    Cells,
    /// The pairing of duplicate keys: blocks come slab after slab, too.
    Groups,
    /// Whole changed rows: blocks come some rows after the other.
    Changed,
    /// The rows of a page: as for cells, and rows on one side only as they are shown.
    Shown,
}

impl Purpose {
    /// Whether the cells of changed rows are compared.
    fn is_of_cells(self) -> bool {
        matches!(self, Purpose::Cells | Purpose::Shown)
    }
}

/// What precedes the columns in a block of values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Values {
    /// The slab.
    pub slab: u32,
    /// Which of its columns follow as arrays: the first one's place in the slab, and how many.
    pub columns: (u32, u32),
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

/// The rows that are wanted of a column group.
struct GroupRows {
    group: usize,
    /// They, and the rows beside them whose values are taken along.
    together: Together,
    blocks: Vec<ReceivedRows>,
}

/// Those that one receiver gets together.
struct ReceivedRows {
    target: u32,
    /// Which of the receiver's portions they belong to, where it takes portions.
    portion: u32,
    /// Their places among the rows that are read of the group.
    places: UInt32Array,
    /// What each is to the receiver.
    names: Vec<u32>,
}

/// How far a slab of cells has gone.
#[derive(Default)]
struct Progress {
    /// Portions so far.
    portions: u32,
    /// The place of the next column in the slab.
    column: usize,
    /// Rows of that column that were fetched.
    fetched_rows: usize,
    cursor: Cursor,
    /// What was fetched of the column and has not gone yet: rows, and their values.
    fetched: VecDeque<(Range<usize>, ArrayRef)>,
}

/// Fetches rows of a split.
pub struct Fetch {
    plan: RunPlan,
    split: OwnSplit,
    purpose: Purpose,
    layout: Layout,
    sources: Sources,
    requests: Requests,
    /// The wanted rows in the order in which receivers get them.
    order: Vec<u32>,
    open: Option<Arc<dyn OpenSplit>>,
    group_rows: Option<GroupRows>,
    next_slab: usize,
    progress: Progress,
    /// The smallest of the rows on the right only, as long as they have not gone.
    only: Vec<ExampleRow>,
    /// Those of them whose values are taken along.
    beside: Beside,
    rows: u64,
}

impl Fetch {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let args = TaskArgs::read(args)?;
        Ok(Fetch {
            split: plan.split(&args)?,
            plan,
            purpose: args.purpose()?,
            layout: args.layout()?,
            sources,
            requests: Requests::default(),
            order: Vec::new(),
            open: None,
            group_rows: None,
            next_slab: 0,
            progress: Progress::default(),
            only: Vec::new(),
            beside: Beside::default(),
            rows: 0,
        })
    }

    /// Opens the file and gives the example rows, which a receiver only passes on.
    fn begin(&mut self) -> Result<Vec<Vec<u8>>, ParityError> {
        self.requests.wanted.sort_unstable_by_key(|wanted| wanted.row);
        self.order = self.in_order();
        let columns = self.columns();
        let open = self.plan.open_again(&self.split, &self.sources, &self.requests.marks)?;
        let open = self.open.insert(open);
        self.rows = self.requests.wanted.len() as u64;
        let mut blocks = Vec::new();
        let (split, rows) = (self.split.number, &mut self.requests.only);
        rows.sort_unstable();
        if self.purpose == Purpose::Shown && !rows.is_empty() {
            let rows = only(&**open, &self.plan, Side::Right, split, rows)?;
            blocks.push(self.passed_on(kind::SHOWN, &rows)?);
        } else {
            let keys = &mut self.requests.duplicates;
            keys.sort_unstable();
            self.only = row_examples(&**open, &self.plan, Side::Right, split, rows)?;
            if self.purpose == Purpose::Cells {
                self.beside = Beside::of(&self.plan, &self.only);
            }
            let duplicates = duplicate_examples(&**open, &self.plan, Side::Right, split, keys)?;
            blocks.extend(self.examples(ExampleKind::DuplicateRight, duplicates)?);
        }
        if let Some(open) = &self.open {
            open.announce(&columns);
        }
        if self.purpose.is_of_cells() {
            let targets: BTreeSet<u32> = self.requests.wanted.iter().map(|wanted| wanted.target).collect();
            for target in targets {
                let mut block = block::begin(target, 0);
                block.push(kind::SPLIT);
                wire::put(&mut block, &(self.split.number, &self.split.bytes))?;
                blocks.push(block);
            }
        }
        Ok(blocks)
    }

    /// A block that its receiver only passes on.
    fn passed_on(&self, kind: u8, content: &impl Serialize) -> Result<Vec<u8>, ParityError> {
        let targets = self.plan.sides[0].splits.max(1);
        let mut block = block::begin(self.split.number % targets, u32::MAX);
        block.push(kind);
        wire::put(&mut block, content)?;
        Ok(block)
    }

    /// The block of some example rows, if there are any.
    fn examples(&self, kind: ExampleKind, rows: Vec<ExampleRow>) -> Result<Option<Vec<u8>>, ParityError> {
        let some = (!rows.is_empty()).then_some(Examples { kind, rows });
        some.map(|examples| self.passed_on(kind::EXAMPLES, &examples))
            .transpose()
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

    /// Who gets a wanted row, and in which of its portions.
    fn receiver(&self, wanted: &Wanted) -> (u32, u32) {
        let portion = match self.purpose {
            Purpose::Cells | Purpose::Groups | Purpose::Shown => 0,
            Purpose::Changed => wanted.number / ROWS_OF_ORDER,
        };
        (wanted.target, portion)
    }

    /// The wanted rows by their receivers and what they are to them.
    fn in_order(&self) -> Vec<u32> {
        // By value: sorting places of what lies elsewhere takes twice as long.
        let wanted = self.requests.wanted.iter().zip(0u32..);
        let mut order: Vec<((u32, u32), u32, u32)> = wanted
            .map(|(wanted, place)| (self.receiver(wanted), wanted.number, place))
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(.., place)| place).collect()
    }

    /// The rows that are wanted of a column group. Slabs of one group follow each other.
    fn rows_of(&self, group: usize) -> GroupRows {
        let wanted = &self.requests.wanted;
        let is_of_group = |wanted: &Wanted| wanted.groups & (1 << group) != 0;
        let mut rows = Vec::new();
        let mut places = vec![0; wanted.len()];
        for (wanted, place) in wanted.iter().zip(&mut places).filter(|(wanted, _)| is_of_group(wanted)) {
            *place = rows.len();
            rows.push(wanted.row);
        }
        let together = match rows.is_empty() {
            true => Together::alone(&rows),
            false => self.beside.with(&rows),
        };
        let order = self.order.iter().map(|&place| place as usize);
        let order: Vec<usize> = order.filter(|&place| is_of_group(&wanted[place])).collect();
        let blocks = order.chunk_by(|&a, &b| self.receiver(&wanted[a]) == self.receiver(&wanted[b]));
        let blocks = blocks.map(|chunk| {
            let (target, portion) = self.receiver(&wanted[chunk[0]]);
            ReceivedRows {
                target,
                portion,
                places: chunk.iter().map(|&place| together.wanted[places[place]]).collect(),
                names: chunk.iter().map(|&place| wanted[place].number).collect(),
            }
        });
        let blocks = blocks.collect();
        GroupRows {
            group,
            together,
            blocks,
        }
    }

    /// All columns of a slab.
    fn slab(&self, open: &dyn OpenSplit, number: usize, wanted: &GroupRows) -> Result<Vec<Vec<u8>>, ParityError> {
        if wanted.together.rows.is_empty() {
            return Ok(Vec::new());
        }
        let side = self.split.side;
        let columns = self
            .plan
            .pairs(&self.layout.slabs[number].columns)
            .map(|pair| open.fetch(pair.columns[side.index()], &wanted.together.rows))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        let order = |received: &ReceivedRows| match self.purpose {
            Purpose::Changed => 1 + received.portion,
            Purpose::Cells | Purpose::Groups | Purpose::Shown => self.layout.order(number, 0),
        };
        self.blocks(number, 0, &columns, &(0..wanted.together.rows.len()), wanted, order)
    }

    /// The next portion of a slab of cells.
    fn portion(
        &self,
        open: &dyn OpenSplit,
        number: usize,
        wanted: &GroupRows,
        progress: &mut Progress,
        beside: &mut Beside,
    ) -> Result<Vec<Vec<u8>>, ParityError> {
        let slab = &self.layout.slabs[number];
        let side = self.split.side.index();
        let rows = wanted.together.rows.len();
        let portion = self.layout.order(number, progress.portions);
        let first = progress.column;
        let mut whole: Vec<ArrayRef> = Vec::new();
        let mut bytes = 0;
        while rows > 0 && progress.fetched.is_empty() && progress.column < slab.columns.len() {
            let wanted_rows = &wanted.together.rows[progress.fetched_rows..];
            let leaf = slab.columns[progress.column] as usize;
            let column = self.plan.plan.values[leaf].columns[side];
            let values = open.fetch_some(&mut progress.cursor, column, wanted_rows, PORTION_BYTES)?;
            if beside.wants(leaf) {
                beside.take(
                    &self.plan,
                    self.split.side,
                    leaf,
                    &wanted.together,
                    progress.fetched_rows,
                    &values,
                );
            }
            let more = value_bytes(&values);
            if values.len() == rows && bytes + more <= PORTION_BYTES {
                bytes += more;
                whole.push(values);
                progress.next_column();
                continue;
            }
            let start = progress.fetched_rows;
            progress.fetched_rows += values.len();
            progress.fetched = ranges_of(&[&values], PORTION_BYTES)
                .into_iter()
                .map(|range| {
                    let rows = start + range.start..start + range.end;
                    (rows, values.slice(range.start, range.len()))
                })
                .collect();
        }
        progress.portions += 1;
        if !whole.is_empty() {
            return self.blocks(number, first, &whole, &(0..rows), wanted, |_| portion);
        }
        let Some((range, values)) = progress.fetched.pop_front() else {
            return Ok(Vec::new());
        };
        if range.end == rows {
            progress.next_column();
        }
        self.blocks(number, first, &[values], &range, wanted, |_| portion)
    }

    /// Blocks of values of some rows, by receiver. The columns begin with the one at `first` in the slab.
    fn blocks(
        &self,
        slab: usize,
        first: usize,
        columns: &[ArrayRef],
        rows: &Range<usize>,
        wanted: &GroupRows,
        order: impl Fn(&ReceivedRows) -> u32,
    ) -> Result<Vec<Vec<u8>>, ParityError> {
        let is_whole = *rows == (0..wanted.together.rows.len());
        let mut blocks = Vec::with_capacity(wanted.blocks.len());
        for received in &wanted.blocks {
            let (places, names) = if is_whole {
                (received.places.clone(), received.names.clone())
            } else {
                received.among(rows)
            };
            if names.is_empty() {
                continue;
            }
            let mut block = block::begin(received.target, order(received));
            block.push(kind::VALUES);
            wire::put(
                &mut block,
                &Values {
                    slab: slab as u32,
                    columns: (first as u32, columns.len() as u32),
                    side: self.split.side,
                    split: self.split.number,
                    rows: names,
                },
            )?;
            for column in columns {
                wire::put_array(&mut block, &take(column, &places, None)?)?;
            }
            blocks.push(block);
        }
        Ok(blocks)
    }
}

impl Progress {
    fn next_column(&mut self) {
        self.column += 1;
        self.fetched_rows = 0;
        self.cursor = Cursor::default();
    }
}

impl ReceivedRows {
    /// Those among a range of the group's rows: their places in the range, and their names.
    fn among(&self, rows: &Range<usize>) -> (UInt32Array, Vec<u32>) {
        let places = self.places.values().iter().zip(&self.names);
        let here = places.filter(|&(&place, _)| rows.contains(&(place as usize)));
        let (places, names): (Vec<u32>, Vec<u32>) =
            here.map(|(&place, &name)| (place - rows.start as u32, name)).unzip();
        (UInt32Array::from(places), names)
    }
}

impl Step for Fetch {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let mut more: Requests = wire::get(&mut block::payload(block)?)?;
        self.requests.wanted.append(&mut more.wanted);
        self.requests.only.append(&mut more.only);
        self.requests.duplicates.append(&mut more.duplicates);
        self.requests.marks.append(&mut more.marks);
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let Requests {
            wanted,
            only,
            duplicates,
            ..
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
            open.check()?;
            let mut only = std::mem::take(&mut self.only);
            std::mem::take(&mut self.beside).give(&mut only);
            return Ok(self.examples(ExampleKind::OnlyRight, only)?.map(|block| vec![block]));
        }
        let group = self.layout.slabs[self.next_slab].group;
        if self.group_rows.as_ref().is_none_or(|rows| rows.group != group) {
            self.group_rows = Some(self.rows_of(group));
        }
        let Some(wanted) = &self.group_rows else {
            return Ok(None);
        };
        if self.purpose.is_of_cells() {
            let mut progress = std::mem::take(&mut self.progress);
            let mut beside = std::mem::take(&mut self.beside);
            let blocks = self.portion(&**open, self.next_slab, wanted, &mut progress, &mut beside)?;
            self.beside = beside;
            // Splits without large values stay in step, slab by slab.
            if progress.column < self.layout.slabs[self.next_slab].columns.len() && !wanted.together.rows.is_empty() {
                self.progress = progress;
            } else {
                self.next_slab += 1;
            }
            return Ok(Some(blocks));
        }
        let blocks = self.slab(&**open, self.next_slab, wanted)?;
        self.next_slab += 1;
        Ok(Some(blocks))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
