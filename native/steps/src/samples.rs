//! Example rows: those with the smallest keys in Spark's sort order.
//!
//! One-sided rows may be many, and without keys a row's identity is all of its columns. So the smallest rows of each
//! split are found column by column: rows that are already behind the wanted number are dropped before the next column is fetched,
//! and only one column is in memory at a time.

use crate::duplicates::NAMED_DUPLICATES;
use crate::error::ParityError;
use crate::merging::ExampleRow;
use crate::plan::LeafPair;
use crate::run::RunPlan;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_kernels::zone::Zone;
use parity_kernels::{order, show};
use parity_report::document::KeyText;
use parity_scan::ScanResult;
use parity_scan::fetch::SplitRows;

/// Identity columns of the smallest rows of one split, `samples` of them if there are as many. `rows` ascend.
pub fn smallest_of_split(
    open: &SplitRows<'_>,
    identity: &[LeafPair],
    side: Side,
    rows: &[u32],
    samples: usize,
) -> ScanResult<Vec<ArrayRef>> {
    let column = |pair: &LeafPair| pair.columns[side.index()];
    // Rows still in the running, ascending, and the place of the first row equal to each in the columns so far.
    let mut kept: Vec<(u32, u32)> = rows.iter().map(|&row| (row, 0)).collect();
    for pair in identity {
        if kept.len() <= samples {
            break;
        }
        let numbers: Vec<u32> = kept.iter().map(|&(row, _)| row).collect();
        let values = open.fetch(column(pair), &numbers)?;
        let sortable = order::sortable(&[values])?;
        let mut order: Vec<usize> = (0..kept.len()).collect();
        order.sort_by(|&a, &b| {
            kept[a]
                .1
                .cmp(&kept[b].1)
                .then_with(|| sortable.row(a).cmp(&sortable.row(b)))
        });
        let mut places = vec![0u32; kept.len()];
        for (place, pair) in order
            .iter()
            .enumerate()
            .map(|(place, &i)| (place, (place > 0).then(|| (order[place - 1], i))))
        {
            places[order[place]] = match pair {
                Some((before, i)) if kept[before].1 == kept[i].1 && sortable.row(before) == sortable.row(i) => {
                    places[before]
                }
                _ => place as u32,
            };
        }
        kept = kept
            .iter()
            .zip(&places)
            .filter(|&(_, &place)| (place as usize) < samples)
            .map(|(&(row, _), &place)| (row, place))
            .collect();
    }
    // Rows that are equal in every column are interchangeable: the first will do.
    kept.sort_by_key(|&(row, place)| (place, row));
    kept.truncate(samples);
    let mut numbers: Vec<u32> = kept.iter().map(|&(row, _)| row).collect();
    numbers.sort_unstable();
    identity.iter().map(|pair| open.fetch(column(pair), &numbers)).collect()
}

/// The identity of a row as text, without what is masked of it.
pub fn key_text(identity: &[LeafPair], side: Side, columns: &[ArrayRef], row: usize, zone: Zone) -> KeyText {
    identity
        .iter()
        .zip(columns)
        .map(|(pair, values)| {
            let shown = || show::show(values.as_ref(), row, pair.leaves[side.index()], zone);
            (pair.name.clone(), (!pair.masked).then(shown).flatten())
        })
        .collect()
}

/// The smallest of some rows of a split, to be merged with those of other splits. `rows` ascend.
pub fn row_examples(
    open: &SplitRows<'_>,
    plan: &RunPlan,
    side: Side,
    rows: &[u32],
) -> Result<Vec<ExampleRow>, ParityError> {
    let identity = plan.plan.identity();
    let columns = smallest_of_split(open, identity, side, rows, plan.samples.max(NAMED_DUPLICATES))?;
    let sortable = order::sortable(&columns)?;
    let rows = 0..sortable.num_rows();
    Ok(rows
        .map(|row| ExampleRow {
            sort: sortable.row(row).as_ref().to_vec(),
            key: key_text(identity, side, &columns, row, plan.zone),
        })
        .collect())
}
