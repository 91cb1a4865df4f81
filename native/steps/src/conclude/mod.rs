//! On the driver between jobs: what is left to do, and in the end the document.

pub mod offsets;

use crate::ask::options::Duplicates;
use crate::chosen::Chosen;
use crate::chosen::complete::put_values;
use crate::compare::merge::{ColumnPart, ExampleKind, ExampleRow, Results};
use crate::conclude::offsets::ColumnOffsets;
use crate::fetch::layout::Layout;
use crate::matching::Summary;
use crate::plan::pair::LeafPair;
use crate::plan::run::RunPlan;
use crate::settle::duplicates::{NAMED_DUPLICATES, Refused, large_groups_warning, refusal};
use crate::step::Step;
use crate::wire::block::{self, DRIVER};
use parity_kernels::domain::Side;
use parity_kernels::matching::Location;
use parity_report::document::{
    self, CellSample, ChangedSample, Changes, ColumnResult, Counts, Distances, Document, DuplicateKey, KeyColumn,
    KeyText, RowSamples, RowValues, SideFiles, Texts, distance_number,
};
use parity_report::rows;
use parity_report::shown::seen;
use parity_source::ParityError;
use serde_json::json;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The question that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    /// Are there duplicate keys to pair, and how do their values travel?
    Settle,
    /// Are there rows to look at, and how do their values travel?
    Cells,
    /// What is the result?
    Document,
}

/// Concludes from what the tasks have counted.
pub struct Conclude {
    plan: RunPlan,
    question: Question,
    /// Partitions of which there must be a summary.
    summaries: usize,
    summary: Summary,
    /// Rows of duplicate keys in the partition that has most of them.
    most_group_rows: u64,
    results: Results,
    done: bool,
}

impl Conclude {
    fn new(plan: &[u8], question: Question) -> Result<Self, ParityError> {
        Ok(Conclude {
            plan: RunPlan::from_bytes(plan)?,
            question,
            summaries: 0,
            summary: Summary::default(),
            most_group_rows: 0,
            results: Results::default(),
            done: false,
        })
    }

    /// Opens the step before duplicate keys.
    pub fn settle(plan: &[u8]) -> Result<Self, ParityError> {
        Conclude::new(plan, Question::Settle)
    }

    /// Opens the step before the cells.
    pub fn cells(plan: &[u8]) -> Result<Self, ParityError> {
        Conclude::new(plan, Question::Cells)
    }

    /// Opens the last step.
    pub fn document(plan: &[u8]) -> Result<Self, ParityError> {
        Conclude::new(plan, Question::Document)
    }

    fn refused(&self) -> bool {
        self.plan.duplicates == Duplicates::Fail && self.summary.duplicate_keys != [0, 0]
    }

    fn answer(&self, info: &serde_json::Value, layout: &Layout) -> Result<Vec<Vec<u8>>, ParityError> {
        let mut text = block::begin(DRIVER, 0);
        text.extend_from_slice(info.to_string().as_bytes());
        let mut layout_block = block::begin(DRIVER, 1);
        layout_block.extend_from_slice(&layout.to_bytes()?);
        Ok(vec![text, layout_block])
    }

    /// The first rows of a kind.
    fn examples(&self, kind: ExampleKind, most: usize) -> impl Iterator<Item = &ExampleRow> {
        self.results.examples.get(&kind).into_iter().flatten().take(most)
    }

    fn keys(&self, kind: ExampleKind, most: usize) -> Vec<KeyText> {
        self.examples(kind, most).map(|row| row.key.clone()).collect()
    }

    /// The first duplicate keys, those of the left side first.
    fn duplicates(&self, most: usize) -> Vec<DuplicateKey> {
        let sides = [
            (document::Side::Left, ExampleKind::DuplicateLeft),
            (document::Side::Right, ExampleKind::DuplicateRight),
        ];
        let of_side = |(side, kind)| {
            self.examples(kind, most).map(move |row| DuplicateKey {
                side,
                key: row.key.clone(),
                rows: row.rows,
            })
        };
        sides.into_iter().flat_map(of_side).collect()
    }

    /// The rows of a page.
    fn chosen(&self, counts: &Counts) -> Chosen {
        let limit = self.plan.keep().rows;
        let key = |key: &DuplicateKey| rows::DuplicateKey {
            side: key.side,
            key: key.key.iter().map(|(_, text)| text.clone()).collect(),
            rows: key.rows,
        };
        Chosen {
            limit: limit as u64,
            totals: [counts.changed, counts.only_left, counts.only_right],
            duplicate_keys: counts.duplicate_keys_left + counts.duplicate_keys_right,
            changed: self.results.chosen.iter().map(|row| row.left).collect(),
            only: self.only(limit),
            duplicates: self.duplicates(limit).iter().map(key).collect(),
        }
    }

    /// The first rows on one side only.
    fn only(&self, most: usize) -> [Vec<Location>; 2] {
        let kinds = [ExampleKind::OnlyLeft, ExampleKind::OnlyRight];
        kinds.map(|kind| self.examples(kind, most).map(|row| row.at).collect())
    }

    /// The rows on one side only of which the document shows the values. Without keys its samples have them already; of a key that has
    /// more rows than are listed, which ones these are would depend on the layout of the data.
    fn sampled(&self, counts: &Counts) -> Chosen {
        let most = match self.plan.plan.keys {
            Some(_) if !self.plan.plan.values.is_empty() => self.plan.samples,
            _ => 0,
        };
        let kinds = [ExampleKind::OnlyLeft, ExampleKind::OnlyRight];
        let only = kinds.map(|kind| {
            let beyond = self.examples(kind, usize::MAX).nth(most);
            let listed = self.examples(kind, most);
            let whole = listed.take_while(|row| beyond.is_none_or(|beyond| beyond.sort != row.sort));
            whole.map(|row| row.at).collect()
        });
        Chosen {
            limit: most as u64,
            totals: [0, counts.only_left, counts.only_right],
            only,
            ..Chosen::default()
        }
    }

    /// The values of these rows, if all of them came along.
    fn values(&self, sampled: &Chosen) -> Option<[Vec<RowValues>; 2]> {
        let of_side = |kind, rows: &[Location]| {
            let rows = self.examples(kind, rows.len());
            rows.map(|row| row.values.clone()).collect::<Option<Vec<RowValues>>>()
        };
        let [left, right] = &sampled.only;
        Some([
            of_side(ExampleKind::OnlyLeft, left)?,
            of_side(ExampleKind::OnlyRight, right)?,
        ])
    }

    /// Keys as messages show them.
    fn named(&self, keys: &[KeyText]) -> Vec<KeyText> {
        let pairs = self.plan.plan.keys.iter().flatten();
        let is_masked = |name: &str| pairs.clone().any(|pair| pair.masked && pair.name == name);
        keys.iter().map(|key| seen(key, is_masked)).collect()
    }

    fn counts(&self) -> Result<Counts, ParityError> {
        let s = &self.summary;
        let relaxed = self.results.relaxed;
        let counts = Counts {
            left: s.rows[0],
            right: s.rows[1],
            matched: s.identical + s.changed,
            identical: s.identical + relaxed,
            changed: s.changed - relaxed.min(s.changed),
            only_left: s.only[0],
            only_right: s.only[1],
            duplicate_keys_left: s.duplicate_keys[0],
            duplicate_keys_right: s.duplicate_keys[1],
            null_keys_left: s.null_keys[0],
            null_keys_right: s.null_keys[1],
        };
        let planned = self.plan.sides.each_ref().map(|side| side.rows);
        let seen = [0, 1].map(|side: usize| s.rows[side] + s.dropped[side]);
        let wrong = match counts.unreconciled() {
            Some(sum) => Some(sum),
            None if planned != seen => Some(format!(
                "rows planned {planned:?}, rows matched {:?}, rows filtered out {:?}",
                s.rows, s.dropped
            )),
            None if self.results.compared != s.changed => Some(format!(
                "changed rows {}, rows compared {}",
                s.changed, self.results.compared
            )),
            None => None,
        };
        match wrong {
            None => Ok(counts),
            Some(sum) => Err(ParityError::internal(format!("the counts do not reconcile: {sum}"))),
        }
    }

    fn document_blocks(&mut self) -> Result<Vec<Vec<u8>>, ParityError> {
        if self.refused() {
            let refused = |side: usize, kind| Refused {
                keys: self.summary.duplicate_keys[side],
                rows: self.summary.duplicate_rows[side],
                examples: self.named(&self.keys(kind, NAMED_DUPLICATES)),
            };
            let left = refused(0, ExampleKind::DuplicateLeft);
            let right = refused(1, ExampleKind::DuplicateRight);
            return Err(refusal([&left, &right], self.plan.caller));
        }
        let counts = self.counts()?;
        let plan = &self.plan.plan;
        let columns = plan.values.iter().zip(0u32..);
        let rows = self.sampled_rows();
        let columns = columns.map(|(pair, number)| self.column(pair, number, &rows)).collect();
        let changed = self.results.changed.iter().map(|row| ChangedSample {
            key: row.key.clone(),
            row: rows.get(&(row.sort.as_slice(), row.place)).copied(),
            columns: row
                .columns
                .iter()
                .map(|&column| plan.values[column as usize].name.clone())
                .collect(),
        });
        let mut warnings = Vec::new();
        if self.summary.large_groups > 0 {
            warnings.push(large_groups_warning(self.summary.large_groups));
        }
        let samples = self.plan.samples;
        let options = serde_json::from_str(&self.plan.options).map_err(|e| ParityError::internal(e.to_string()))?;
        let files = |side: Side| {
            let planned = &self.plan.sides[side.index()];
            SideFiles {
                path: planned.path.clone(),
                files: planned.files,
                bytes: planned.len_bytes,
            }
        };
        let mut sampled = self.sampled(&counts);
        let mut document = Document {
            sides: [files(Side::Left), files(Side::Right)],
            keys: plan.keys.as_ref().map(|keys| key_columns(keys, &plan.right_key_names)),
            counts,
            schema: plan.schema.clone(),
            columns,
            samples: RowSamples {
                only_left: self.keys(ExampleKind::OnlyLeft, samples),
                only_right: self.keys(ExampleKind::OnlyRight, samples),
                values: Default::default(),
                duplicates: self.duplicates(samples),
                changed: changed.collect(),
            },
            thresholds: plan.thresholds.clone(),
            options,
            warnings,
            ..Document::default()
        };
        if let Some(values) = self.values(&sampled) {
            put_values(&mut document.samples, values);
            sampled.only = Default::default();
        }
        let mut json = block::begin(DRIVER, 0);
        json.extend_from_slice(document.concluded().to_json().to_string().as_bytes());
        let parts = self.results.columns.iter();
        let offsets = parts.filter_map(|(&number, part)| Some((number, part.offset()?)));
        let offsets = ColumnOffsets(offsets.collect()).block(1)?;
        Ok(vec![json, offsets, self.chosen(&counts).block(2)?, sampled.block(3)?])
    }

    /// The changed rows of which something is shown, numbered in their order.
    fn sampled_rows(&self) -> BTreeMap<SampledRow<'_>, u64> {
        let rows = self.results.changed.iter().map(|row| (row.sort.as_slice(), row.place));
        let cells = self.results.columns.values().flat_map(|part| &part.cells);
        let cells = cells.map(|cell| (cell.sort.as_slice(), cell.place));
        let all: BTreeSet<SampledRow<'_>> = rows.chain(cells).collect();
        all.into_iter().zip(0..).collect()
    }

    fn column(&self, pair: &LeafPair, number: u32, rows: &BTreeMap<SampledRow<'_>, u64>) -> ColumnResult {
        let none = ColumnPart::default();
        let part = self.results.columns.get(&number).unwrap_or(&none);
        let tally = &part.tally;
        let scale = pair.domain.decimal_places();
        let mut causes: Vec<_> = part.causes().into_iter().collect();
        causes.sort_by_key(|&(cause, cells)| (Reverse(cells), cause));
        let causes = causes.into_iter().map(|(cause, cells)| (cause.to_string(), cells));
        let samples = part.cells.iter().map(|cell| CellSample {
            key: cell.key.clone(),
            left: cell.left.clone(),
            right: cell.right.clone(),
            cut: cell.cut,
            row: rows.get(&(cell.sort.as_slice(), cell.place)).copied(),
        });
        let profile = &part.profile;
        let changes = (tally.mismatches > 0 && !pair.masked).then(|| Changes::of(&profile.changes));
        ColumnResult {
            name: pair.name.clone(),
            left_type: pair.leaves[0].to_string(),
            right_type: pair.leaves[1].to_string(),
            mismatches: tally.mismatches,
            null_left: tally.null_left,
            null_right: tally.null_right,
            max_difference: tally
                .distances
                .largest()
                .and_then(|distance| distance_number(distance, scale)),
            relaxed: tally.relaxed,
            causes: causes.collect(),
            distances: Distances::of(&tally.distances, scale, &profile.differences),
            changes,
            texts: profile.texts.as_ref().and_then(Texts::of),
            samples: samples.collect(),
            masked: pair.masked,
            ..ColumnResult::default()
        }
    }
}

/// A changed row by the order of its key and its place among the pairs of that key.
type SampledRow<'a> = (&'a [u8], u32);

fn key_columns(keys: &[LeafPair], right_names: &[String]) -> Vec<KeyColumn> {
    let named = keys.iter().zip(right_names);
    let columns = named.map(|(key, right)| KeyColumn {
        left: key.name.clone(),
        right: right.clone(),
        masked: key.masked,
    });
    columns.collect()
}

impl Step for Conclude {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if self.summaries < self.plan.partitions {
            self.summaries += 1;
            let summary = Summary::of(block)?;
            self.most_group_rows = self.most_group_rows.max(summary.group_rows);
            self.summary.add(&summary);
        } else {
            self.results.add(Results::of(block)?, self.plan.keep());
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        if self.summaries != self.plan.partitions {
            return Err(ParityError::internal(format!(
                "{} of {} partitions were matched",
                self.summaries, self.plan.partitions
            )));
        }
        let s = &self.summary;
        Ok(Some(match self.question {
            Question::Settle => {
                let groups = s.groups > 0 && !self.refused();
                let layout = Layout::of_groups(&self.plan, s.group_rows, self.most_group_rows);
                self.answer(&json!({"groups": groups}), &layout)?
            }
            Question::Cells => {
                let duplicates = s.duplicate_keys[0] + s.duplicate_keys[1];
                let any_work = s.changed + s.only[0] + s.only[1] + duplicates > 0;
                let layout = Layout::of_cells(&self.plan, s.changed);
                self.answer(&json!({"work": any_work, "mergers": layout.mergers}), &layout)?
            }
            Question::Document => self.document_blocks()?,
        }))
    }
}
