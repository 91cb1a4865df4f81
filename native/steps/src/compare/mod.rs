//! Step 4: the cells of a left split's changed rows are compared, and the whole difference is accounted for.
//!
//! The digests are sums, so the hashes of the cells found different must add up to the difference of the two rows' digests. Rows
//! for which they do not are compared once more in the groups that were left out; that is how tags of 16 bits cost no exactness. If
//! the sums still disagree, the rows fetched are not the rows that were fingerprinted.

pub mod beside;
pub mod column;
pub mod merge;
pub mod pairs;
pub mod samples;

use crate::call::TaskArgs;
use crate::compare::beside::{Beside, Together};
use crate::compare::column::{Cells, compare_column};
use crate::compare::merge::{CellExample, ChangedExample, ChosenRow, ColumnPart, ExampleKind, ExampleRow, Results};
use crate::compare::pairs::{Missed, Pairs, SlabValues};
use crate::compare::samples::{duplicate_examples, key_text, row_examples};
use crate::fetch::layout::{Layout, PORTION_BYTES};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::row::Rows;
use parity_kernels::digest::hash::Hash128;
use parity_kernels::domain::Side;
use parity_kernels::matching::{ALL_GROUPS, GroupMask, Location};
use parity_kernels::spark::{order, show};
use parity_report::document::{CellCut, KeyText};
use parity_source::values::ranges_of;
use parity_source::{Code, Cursor, OpenSplit, ParityError, Sources};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A column of some changed rows after its comparison.
pub struct Compared<'a> {
    /// Number among the compared columns.
    pub column: usize,
    /// Numbers of the changed rows.
    pub rows: &'a [u32],
    /// Own values of both sides.
    pub own: [&'a ArrayRef; 2],
    /// The comparison.
    pub cells: Cells,
}

/// The changed rows of a left split and the comparison of their cells.
pub struct Work {
    /// The run's plan.
    pub plan: RunPlan,
    layout: Layout,
    sources: Sources,
    split: Option<OwnSplit>,
    /// What arrives.
    pub pairs: Pairs,
    /// The left split, once it was needed.
    pub open: Option<Arc<dyn OpenSplit>>,
    /// It is known what will be read of the left split.
    is_announced: bool,
    /// Whether values of rows on the left only are taken along.
    takes_along: bool,
    /// The smallest of the rows on the left only, once they are known.
    only: Option<Vec<ExampleRow>>,
    /// Those of them whose values are taken along.
    beside: Beside,
    /// Where the left rows of a column are read on.
    cursor: Option<(usize, Cursor)>,
}

impl Work {
    /// Of the split and the layout in the arguments of a step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let args = TaskArgs::read(args)?;
        Ok(Work {
            layout: args.layout()?,
            sources,
            split: plan.left_split(&args)?,
            plan,
            pairs: Pairs::default(),
            open: None,
            is_announced: false,
            takes_along: false,
            only: None,
            beside: Beside::default(),
            cursor: None,
        })
    }

    /// The left split, opened once it is needed.
    pub fn left(&mut self) -> Result<&dyn OpenSplit, ParityError> {
        if self.open.is_none() {
            let split = self.split.as_ref();
            let split =
                split.ok_or_else(|| ParityError::internal("there is no left split, yet some of its rows changed"))?;
            let marks = &self.pairs.left.marks;
            self.open = Some(self.plan.open_again(split, &self.sources, marks)?);
        }
        self.open
            .as_deref()
            .ok_or_else(|| ParityError::internal("a split is not open"))
    }

    /// Checks that the left file is still the same.
    fn check(&self) -> Result<(), ParityError> {
        match &self.open {
            Some(open) => open.check(),
            None => Ok(()),
        }
    }

    /// Finds the smallest of the rows on the left only, whose values are taken along from here on.
    fn look_beside(&mut self) -> Result<(), ParityError> {
        let rows = std::mem::take(&mut self.pairs.left.only);
        let mut only = Vec::new();
        if !rows.is_empty() {
            self.left()?;
            if let (Some(open), Some(split)) = (self.open.as_deref(), &self.split) {
                only = row_examples(open, &self.plan, Side::Left, split.number, &rows)?;
            }
        }
        self.beside = Beside::of(&self.plan, &only);
        self.only = Some(only);
        Ok(())
    }

    /// The smallest of the rows on the left only, and of the left duplicate keys.
    fn examples(&mut self) -> Result<[Vec<ExampleRow>; 2], ParityError> {
        if self.only.is_none() {
            self.look_beside()?;
        }
        let mut only = self.only.take().unwrap_or_default();
        std::mem::take(&mut self.beside).give(&mut only);
        let duplicates = std::mem::take(&mut self.pairs.left.duplicates);
        if duplicates.is_empty() {
            return Ok([only, Vec::new()]);
        }
        let split = self.split.as_ref().map_or(0, |split| split.number);
        self.left()?;
        let Some(open) = self.open.as_deref() else {
            return Ok([only, Vec::new()]);
        };
        let duplicates = duplicate_examples(open, &self.plan, Side::Left, split, &duplicates)?;
        Ok([only, duplicates])
    }

    /// Takes a block; compares the values that are all there now.
    pub fn feed(
        &mut self,
        block: &[u8],
        mut each: impl FnMut(&mut Self, Compared<'_>) -> Result<(), ParityError>,
    ) -> Result<(), ParityError> {
        let slabs = self.pairs.feed(&self.layout, block)?;
        slabs.into_iter().try_for_each(|slab| self.compare(slab, &mut each))
    }

    /// Compares what is left, and accounts for the whole difference.
    pub fn finish(
        &mut self,
        mut each: impl FnMut(&mut Self, Compared<'_>) -> Result<(), ParityError>,
    ) -> Result<(), ParityError> {
        for slab in self.pairs.finish(&self.layout)? {
            self.compare(slab, &mut each)?;
        }
        let missed = self.unexplained();
        if !missed.is_empty() {
            let reader = Missed {
                plan: self.plan.clone(),
                sources: self.sources.clone(),
                changed: self.pairs.left.changed.clone(),
                partners: std::mem::take(&mut self.pairs.left.partners),
                splits: std::mem::take(&mut self.pairs.right_splits),
            };
            reader.read(&missed, |slab| self.compare(slab, &mut each))?;
        }
        self.check()?;
        if self.unexplained().is_empty() {
            return Ok(());
        }
        Err(ParityError::new(
            Code::SourceChanged,
            format!(
                "{} or {} gave other values when rows were read again",
                self.plan.sides[0].path, self.plan.sides[1].path
            ),
            "run the comparison again when nothing writes to the paths",
        ))
    }

    /// Changed rows whose differences do not add up, and the groups that were not looked at.
    fn unexplained(&self) -> Vec<(u32, GroupMask)> {
        let rows = self.pairs.left.changed.iter().zip(0u32..);
        rows.filter(|(row, _)| row.delta != Hash128::default())
            .map(|(row, number)| (number, ALL_GROUPS & !row.groups))
            .collect()
    }

    fn compare(
        &mut self,
        slab: SlabValues,
        mut each: impl FnMut(&mut Self, Compared<'_>) -> Result<(), ParityError>,
    ) -> Result<(), ParityError> {
        if !std::mem::replace(&mut self.is_announced, true) {
            if self.takes_along {
                self.look_beside()?;
            }
            let columns = self.pairs.columns(&self.plan, &self.layout);
            self.left()?.announce(&columns);
        }
        let changed = &self.pairs.left.changed;
        let numbers: Vec<u32> = slab.rows.iter().map(|&row| changed[row as usize].row).collect();
        let alone = Together::alone(&numbers);
        let together = self.beside.is_any().then(|| self.beside.with(&numbers));
        for (leaf, right) in slab.columns.into_iter().zip(slab.right) {
            let leaf = leaf as usize;
            let pair = &self.plan.plan.values[leaf];
            let column = pair.columns[0];
            // Of rows that come in portions each portion would read those beside.
            let is_whole = numbers.len() == self.pairs.expected_of(pair.group);
            let beside = together.as_ref().filter(|_| is_whole && self.beside.wants(leaf));
            let read = beside.unwrap_or(&alone);
            // Portions of large values follow each other, and their left rows are read on.
            let mut cursor = match self.cursor.take() {
                Some((of, cursor)) if of == column => cursor,
                _ => Cursor::default(),
            };
            let (mut done, mut compared) = (0, 0);
            while done < read.rows.len() {
                let open = self.left()?;
                let mut left = open.fetch_some(&mut cursor, column, &read.rows[done..], PORTION_BYTES)?;
                if beside.is_some() {
                    self.beside.take(&self.plan, Side::Left, leaf, read, done, &left);
                }
                done += left.len();
                let some = read.wanted_before(compared, done);
                if some.len() < left.len() {
                    let first = (done - left.len()) as u32;
                    let places = UInt32Array::from_iter_values(some.iter().map(|place| place - first));
                    left = take(&left, &places, None)?;
                }
                let right = right.slice(compared, left.len());
                for range in ranges_of(&[&left, &right], PORTION_BYTES) {
                    let own = [&left, &right].map(|own| own.slice(range.start, range.len()));
                    let rows = &slab.rows[compared + range.start..compared + range.end];
                    self.compare_rows(leaf, rows, [&own[0], &own[1]], &mut each)?;
                }
                compared += left.len();
            }
            self.cursor = Some((column, cursor));
        }
        Ok(())
    }

    /// Compares a column of some changed rows.
    fn compare_rows(
        &mut self,
        leaf: usize,
        rows: &[u32],
        own: [&ArrayRef; 2],
        each: &mut impl FnMut(&mut Self, Compared<'_>) -> Result<(), ParityError>,
    ) -> Result<(), ParityError> {
        let pair = &self.plan.plan.values[leaf];
        let changed = &mut self.pairs.left.changed;
        let cells = compare_column(pair, leaf, self.plan.seed, self.plan.zone, own, |i, difference| {
            let delta = &mut changed[rows[i] as usize].delta;
            *delta = delta.minus(difference);
        });
        let compared = Compared {
            column: leaf,
            rows,
            own,
            cells,
        };
        each(self, compared)
    }
}

/// The keys of the changed rows.
struct Keys {
    rows: Rows,
    columns: Vec<ArrayRef>,
}

/// Where a changed row stands among samples: its key's bytes, its place among the pairs of the key, and its number.
type Place = (Vec<u8>, u32, u32);

/// Compares the changed rows of a left split.
pub struct Compare {
    work: Work,
    gathered: Gathered,
    rows: u64,
    done: bool,
}

/// What the comparison yields so far.
#[derive(Default)]
struct Gathered {
    keys: Option<Keys>,
    columns: BTreeMap<u32, ColumnPart>,
    first_rows: FirstRows,
    /// Which changed rows differ by more than their relaxations.
    differs: Vec<bool>,
}

/// For each of the first rows that differ the columns in which they do.
#[derive(Default)]
struct FirstRows(BTreeMap<Place, Vec<u32>>);

impl FirstRows {
    fn add(&mut self, place: &Place, column: u32, samples: usize) {
        self.0.entry(place.clone()).or_default().push(column);
        // A row that is dropped stays behind as many others, whatever comes.
        if self.0.len() > samples {
            self.0.pop_last();
        }
    }
}

impl Compare {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let mut work = Work::open(plan, args, sources)?;
        work.takes_along = true;
        Ok(Compare {
            work,
            gathered: Gathered::default(),
            rows: 0,
            done: false,
        })
    }
}

impl Keys {
    fn of(work: &mut Work) -> Result<Keys, ParityError> {
        let numbers: Vec<u32> = work.pairs.left.changed.iter().map(|row| row.row).collect();
        let keys: Vec<usize> = work.plan.plan.keys.iter().flatten().map(|key| key.columns[0]).collect();
        // Not announced: that would replace the plan of the columns that are being compared.
        let open = work.left()?;
        let columns = keys
            .into_iter()
            .map(|column| open.fetch(column, &numbers))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        let rows = order::sortable(&columns)?;
        Ok(Keys { rows, columns })
    }

    fn text(&self, plan: &RunPlan, row: u32) -> KeyText {
        key_text(plan.plan.identity(), Side::Left, &self.columns, row as usize, plan.zone)
    }

    /// The first of some changed rows, in their order.
    fn first(&self, work: &Work, rows: impl Iterator<Item = u32>, most: usize) -> Vec<Place> {
        let changed = &work.pairs.left.changed;
        let bytes = |row: u32| self.rows.row(row as usize).data();
        let places = rows.map(|row| (bytes(row), (changed[row as usize].place, row)));
        let first = order::smallest(places, most).into_iter();
        first
            .map(|(bytes, (place, row))| (bytes.into_owned(), place, row))
            .collect()
    }
}

impl Gathered {
    fn take(&mut self, work: &mut Work, compared: &Compared<'_>) -> Result<(), ParityError> {
        let samples = work.plan.samples;
        let column = compared.column as u32;
        if compared.cells.tally.mismatches == 0 {
            if compared.cells.tally.relaxed > 0 {
                self.columns
                    .entry(column)
                    .or_default()
                    .tally
                    .merge(&compared.cells.tally);
            }
            return Ok(());
        }
        self.differs.resize(work.pairs.left.changed.len(), false);
        for i in compared.cells.differing.set_indices() {
            self.differs[compared.rows[i] as usize] = true;
        }
        let keys = match &mut self.keys {
            Some(keys) => keys,
            none => none.insert(Keys::of(work)?),
        };
        let rows = compared.cells.differing.set_indices().map(|i| compared.rows[i]);
        let first = keys.first(work, rows, samples);
        first
            .iter()
            .for_each(|place| self.first_rows.add(place, column, samples));
        let pair = &work.plan.plan.values[compared.column];
        if pair.masked {
            let part = ColumnPart::masked(&compared.cells.tally);
            self.columns.entry(column).or_default().add(part, samples);
            return Ok(());
        }
        let own = compared.own.map(AsRef::as_ref);
        let mut cells = Vec::with_capacity(first.len());
        for (sort, place, row) in first {
            // Rows ascend.
            let i = compared.rows.partition_point(|&before| before < row);
            let ([left, right], cut) = show::show_pair(own, i, pair.leaves.each_ref(), work.plan.zone);
            cells.push(CellExample {
                sort,
                place,
                key: keys.text(&work.plan, row),
                left,
                right,
                cut: cut.map(CellCut::from),
            });
        }
        let all = self.columns.entry(column).or_default();
        compared.cells.add_to(all, pair, compared.own, work.plan.zone)?;
        let cells = ColumnPart {
            cells,
            ..ColumnPart::default()
        };
        all.add(cells, samples);
        Ok(())
    }

    /// How many of all rows differ within their relaxations only.
    fn relaxed(&self, rows: usize) -> u64 {
        (rows - self.differs.iter().filter(|&&differs| differs).count()) as u64
    }

    /// The first changed rows for a page.
    fn chosen(&self, work: &Work, most: usize) -> Vec<ChosenRow> {
        let (Some(keys), Some(split)) = (&self.keys, &work.split) else {
            return Vec::new();
        };
        let rows = (0u32..).zip(&self.differs).filter(|(_, differs)| **differs);
        let first = keys.first(work, rows.map(|(row, _)| row), most).into_iter();
        let chosen = first.map(|(sort, place, row)| ChosenRow {
            sort,
            place,
            left: Location {
                split: split.number,
                row: work.pairs.left.changed[row as usize].row,
            },
        });
        chosen.collect()
    }

    /// The first changed rows.
    fn changed(&mut self, work: &Work) -> Vec<ChangedExample> {
        let Some(keys) = &self.keys else {
            return Vec::new();
        };
        let first = std::mem::take(&mut self.first_rows.0).into_iter();
        let changed = first.map(|((sort, place, row), mut columns)| {
            columns.sort_unstable();
            ChangedExample {
                sort,
                place,
                key: keys.text(&work.plan, row),
                columns,
            }
        });
        changed.collect()
    }
}

impl Step for Compare {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let gathered = &mut self.gathered;
        self.work.feed(block, |work, compared| gathered.take(work, &compared))
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let gathered = &mut self.gathered;
        let work = &mut self.work;
        work.finish(|work, compared| gathered.take(work, &compared))?;
        let keep = work.plan.keep();
        let mut all = Results {
            compared: work.pairs.left.changed.len() as u64,
            relaxed: gathered.relaxed(work.pairs.left.changed.len()),
            changed: gathered.changed(work),
            chosen: gathered.chosen(work, keep.rows),
            ..Results::default()
        };
        for examples in std::mem::take(&mut work.pairs.examples) {
            all.add_examples(examples.kind, examples.rows, keep);
        }
        self.rows = all.compared;
        let [only, duplicates] = work.examples()?;
        for (kind, rows) in [(ExampleKind::OnlyLeft, only), (ExampleKind::DuplicateLeft, duplicates)] {
            if !rows.is_empty() {
                all.add_examples(kind, rows, keep);
            }
        }
        work.check()?;
        let mut merged: BTreeMap<u32, Results> = BTreeMap::new();
        for (column, part) in std::mem::take(&mut gathered.columns) {
            let target = self.work.layout.merger(column as usize);
            merged.entry(target).or_default().columns.insert(column, part);
        }
        if !all.is_empty() {
            merged.entry(0).or_default().add(all, keep);
        }
        let blocks = merged.into_iter().map(|(target, results)| results.block(target));
        Ok(Some(blocks.collect::<Result<_, _>>()?))
    }

    fn rows(&self) -> u64 {
        self.rows
    }
}
