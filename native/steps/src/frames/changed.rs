//! Changed rows, whole.

use crate::call::TaskArgs;
use crate::compare::column::compare_column;
use crate::fetch::arriving::{Arriving, Gathered};
use crate::fetch::layout::Layout;
use crate::fetch::route::{LeftRows, kind};
use crate::frames::schemas::value_columns;
use crate::frames::{batch, key_values, rows_of_batch, shown, struct_of};
use crate::plan::run::{OwnSplit, RunPlan};
use crate::step::Step;
use crate::wire::block;
use arrow::array::{ArrayRef, BooleanArray, ListBuilder, RecordBatch, StringBuilder, UInt32Array};
use arrow::compute::filter_record_batch;
use parity_source::{OpenSplit, ParityError, Sources, wire};
use std::collections::VecDeque;
use std::sync::Arc;

/// Changed rows, whole: keys, which columns differ, both sides.
pub struct ChangedRows {
    plan: RunPlan,
    layout: Layout,
    sources: Sources,
    split: Option<OwnSplit>,
    open: Option<Arc<dyn OpenSplit>>,
    left: LeftRows,
    is_sorted: bool,
    arriving: Arriving,
    ready: VecDeque<RecordBatch>,
    rows: usize,
}

impl ChangedRows {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], sources: Sources) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let args = TaskArgs::read(args)?;
        Ok(ChangedRows {
            layout: args.layout()?,
            split: plan.left_split(&args)?,
            plan,
            sources,
            open: None,
            left: LeftRows::default(),
            is_sorted: false,
            arriving: Arriving::default(),
            ready: VecDeque::new(),
            rows: 0,
        })
    }

    /// All values of some rows have arrived.
    fn portion(&mut self, blocks: &[Vec<u8>]) -> Result<(), ParityError> {
        let wrong = || ParityError::internal("the right values of other rows arrived");
        if !std::mem::replace(&mut self.is_sorted, true) {
            self.left.changed.sort_unstable_by_key(|row| row.row);
        }
        let mut rows: Vec<u32> = Vec::new();
        let mut right: Vec<Option<ArrayRef>> = vec![None; self.plan.plan.values.len()];
        for (number, slab) in self.layout.slabs.iter().enumerate() {
            let gathered = Gathered::of(blocks, slab.columns.len(), |values| values.slab as usize == number)?;
            let arrived: Vec<u32> = gathered.rows.iter().map(|location| location.row).collect();
            let mut order: Vec<u32> = (0..arrived.len() as u32).collect();
            order.sort_unstable_by_key(|&i| arrived[i as usize]);
            let sorted: Vec<u32> = order.iter().map(|&i| arrived[i as usize]).collect();
            if number == 0 {
                rows = sorted;
            } else if sorted != rows {
                return Err(wrong());
            }
            let columns = gathered.in_order(&UInt32Array::from(order))?;
            for (&number, column) in slab.columns.iter().zip(columns) {
                right[number as usize] = Some(column);
            }
        }
        // Portions come in the order of the left rows.
        let changed = self.left.changed.iter().skip(self.rows).take(rows.len());
        if !changed.map(|row| row.row).eq(rows.iter().copied()) {
            return Err(wrong());
        }
        self.rows += rows.len();
        let right = right.into_iter().collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
        let batches = self.batches(&rows, &right)?;
        self.ready.extend(batches);
        Ok(())
    }

    fn batches(&mut self, rows: &[u32], right: &[ArrayRef]) -> Result<Vec<RecordBatch>, ParityError> {
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let split = self.split.as_ref();
                let split =
                    split.ok_or_else(|| ParityError::internal("there is no left split, yet its rows changed"))?;
                none.insert(self.plan.open_again(split, &self.sources, &self.left.marks)?)
            }
        };
        let zone = self.plan.zone;
        let plan = &self.plan.plan;
        let mut names: Vec<Vec<&str>> = vec![Vec::new(); rows.len()];
        let mut all_left: Vec<ArrayRef> = Vec::with_capacity(right.len());
        for (leaf, (pair, right)) in plan.values.iter().zip(right).enumerate() {
            let left = open.fetch(pair.columns[0], rows)?;
            let own = [&left, right];
            let cells = compare_column(pair, leaf, self.plan.seed, zone, own, |_, _| {});
            for row in cells.differing.set_indices() {
                names[row].push(&pair.name);
            }
            all_left.push(left);
        }
        let keys = plan.keys.iter().flatten();
        let mut arrays = keys
            .map(|key| key_values(key, &**open, rows, zone))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        open.check()?;
        // Rows that differ within their relaxations only are not changed.
        let changed: BooleanArray = names.iter().map(|names| Some(!names.is_empty())).collect();
        let mut lists = ListBuilder::new(StringBuilder::new());
        for names in names {
            lists.append_value(names.into_iter().map(Some));
        }
        arrays.push(Arc::new(lists.finish()));
        for (side, own) in [all_left.as_slice(), right].into_iter().enumerate() {
            let columns = value_columns(&self.plan, side);
            let values = columns
                .iter()
                .map(|column| {
                    let own = |number: usize| shown(Arc::clone(&own[number]), plan.values[number].masked);
                    column.values(&mut |number| Ok(own(number)), zone)
                })
                .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
            arrays.push(Arc::new(struct_of(values, rows.len())));
        }
        let whole = filter_record_batch(&batch(arrays)?, &changed)?;
        let width = rows_of_batch(2 * plan.values.len());
        let starts = (0..whole.num_rows()).step_by(width);
        Ok(starts
            .map(|start| whole.slice(start, width.min(whole.num_rows() - start)))
            .collect())
    }
}

impl Step for ChangedRows {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block.is_empty() {
            if let Some(blocks) = self.arriving.take() {
                self.portion(&blocks)?;
            }
            return if self.rows == self.left.changed.len() {
                Ok(())
            } else {
                Err(ParityError::internal("the right values of some rows did not arrive"))
            };
        }
        let mut payload = block::payload(block)?;
        match payload.split_off_first() {
            Some(&kind::ROWS) => {
                let mut more: LeftRows = wire::get(&mut payload)?;
                self.left.changed.append(&mut more.changed);
                self.left.marks.append(&mut more.marks);
                Ok(())
            }
            Some(&kind::VALUES) => match self.arriving.add(block)? {
                Some(blocks) => self.portion(&blocks),
                None => Ok(()),
            },
            _ => Err(ParityError::internal("a block of an unknown kind")),
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        Ok(self.ready.pop_front())
    }

    fn rows(&self) -> u64 {
        self.rows as u64
    }
}
