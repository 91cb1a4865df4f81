//! In a left split: its rows of the page, and those that right splits have sent.

use crate::call::TaskArgs;
use crate::chosen::{MOST_CHARACTERS, Shown, ShownCell, Texts};
use crate::compare::samples::each_piece;
use crate::compare::{Compared, Work};
use crate::conclude::offsets::ColumnOffsets;
use crate::plan::pair::LeafPair;
use crate::plan::run::RunPlan;
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::domain::Side;
use parity_kernels::matching::Location;
use parity_kernels::spark::show;
use parity_report::document::CellCut;
use parity_source::{OpenSplit, ParityError, Sources, wire};

/// Shows the rows of a page.
pub struct Show {
    work: Work,
    split: u32,
    cells: Cells,
    done: bool,
}

/// The cells that differ, by the numbers of their rows.
struct Cells {
    offsets: ColumnOffsets,
    of_rows: Vec<Vec<ShownCell>>,
}

impl Show {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let read = TaskArgs::read(args)?;
        Ok(Show {
            work: Work::open(plan, args, sources)?,
            split: read.split()?,
            cells: Cells {
                offsets: read.offsets()?,
                of_rows: Vec::new(),
            },
            done: false,
        })
    }
}

impl Cells {
    fn take(&mut self, work: &Work, compared: &Compared<'_>) {
        let pair = &work.plan.plan.values[compared.column];
        let zone = work.plan.zone;
        self.of_rows.resize(work.pairs.left.changed.len(), Vec::new());
        let causes = compared.cells.causes(pair, zone);
        let causes = causes.with_offset(self.offsets.of(compared.column));
        for i in compared.cells.differing.set_indices() {
            let mut cell = ShownCell {
                column: compared.column as u32,
                texts: [None, None],
                cut: None,
                cause: None,
            };
            if !pair.masked {
                let own = compared.own.map(AsRef::as_ref);
                let (texts, cut) = show::show_pair_within(MOST_CHARACTERS, own, i, pair.leaves.each_ref(), zone);
                cell.texts = texts;
                cell.cut = cut.map(CellCut::from);
                cell.cause = Some(causes.of(i).to_string());
            }
            self.of_rows[compared.rows[i] as usize].push(cell);
        }
    }
}

/// Some columns of some rows, which ascend, row by row.
fn texts_of(
    open: &dyn OpenSplit,
    plan: &RunPlan,
    pairs: &[LeafPair],
    side: Side,
    rows: &[u32],
) -> Result<Vec<Texts>, ParityError> {
    let mut texts = vec![Texts::with_capacity(pairs.len()); rows.len()];
    for pair in pairs {
        if pair.masked {
            texts.iter_mut().for_each(|row| row.push(None));
            continue;
        }
        let leaf = &pair.leaves[side.index()];
        each_piece(open, pair.columns[side.index()], rows, |start, values| {
            for (i, row) in texts[start..start + values.len()].iter_mut().enumerate() {
                row.push(show::show_within(MOST_CHARACTERS, values.as_ref(), i, leaf, plan.zone));
            }
            Ok(())
        })?;
    }
    Ok(texts)
}

/// Rows on one side only, which ascend, as they are shown.
pub fn only(
    open: &dyn OpenSplit,
    plan: &RunPlan,
    side: Side,
    split: u32,
    rows: &[u32],
) -> Result<Vec<(Location, Texts, Texts)>, ParityError> {
    let keys = plan.plan.keys.as_deref().unwrap_or_default();
    let keys = texts_of(open, plan, keys, side, rows)?;
    let values = texts_of(open, plan, &plan.plan.values, side, rows)?;
    let rows = rows.iter().map(|&row| Location { split, row });
    Ok(rows
        .zip(keys.into_iter().zip(values))
        .map(|(at, (key, values))| (at, key, values))
        .collect())
}

impl Step for Show {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let cells = &mut self.cells;
        self.work.feed(block, |work, compared| {
            cells.take(work, &compared);
            Ok(())
        })
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        let cells = &mut self.cells;
        self.work.finish(|work, compared| {
            cells.take(work, &compared);
            Ok(())
        })?;
        let mut shown = Shown::default();
        for right in std::mem::take(&mut self.work.pairs.shown) {
            shown.only[1].extend(right);
        }
        shown.only[1].sort();
        let changed: Vec<u32> = self.work.pairs.left.changed.iter().map(|row| row.row).collect();
        let left = std::mem::take(&mut self.work.pairs.left.only);
        if !changed.is_empty() || !left.is_empty() {
            self.work.left()?;
        }
        let plan = &self.work.plan;
        if let Some(open) = self.work.open.as_deref() {
            let keys = texts_of(
                open,
                plan,
                plan.plan.keys.as_deref().unwrap_or_default(),
                Side::Left,
                &changed,
            )?;
            self.cells.of_rows.resize(changed.len(), Vec::new());
            let cells = std::mem::take(&mut self.cells.of_rows);
            let rows = changed.iter().zip(keys.into_iter().zip(cells));
            shown.changed.extend(rows.map(|(&row, (key, mut cells))| {
                cells.sort();
                (Location { split: self.split, row }, key, cells)
            }));
            shown.only[0] = only(open, plan, Side::Left, self.split, &left)?;
            open.check()?;
        }
        let mut block = block::begin(DRIVER, 0);
        wire::put(&mut block, &shown)?;
        Ok(Some(vec![block]))
    }
}
