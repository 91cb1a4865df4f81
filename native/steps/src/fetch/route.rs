//! Between match and fetch: what happened to which rows is sent to the splits they are in.
//!
//! Right rows are asked for by the left split they will be compared in; left splits are told which of their rows changed, and
//! where the partners are.

use crate::call::TaskArgs;
use crate::chosen::Filter;
use crate::matching::Outcome;
use crate::plan::run::RunPlan;
use crate::step::Step;
use crate::wire::block;
use parity_kernels::digest::hash::Hash128;
use parity_kernels::domain::Side;
use parity_kernels::matching::{ALL_GROUPS, Changed, Group, GroupMask, Location};
use parity_source::again::Mark;
use parity_source::{ParityError, budget, wire};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Bytes of a changed row while it is sent, in memory and in a block.
const ROUTE_BYTES: usize = 2 * size_of::<ChangedRow>();

/// A row whose values are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its number in the split.
    pub row: u32,
    /// Who asks: the left split, or the match partition.
    pub target: u32,
    /// What the row is to them: the left row it is compared with; for duplicate keys, its own number.
    pub number: u32,
    /// Column groups that are wanted.
    pub groups: GroupMask,
}

/// What a split is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Requests {
    /// Rows whose values are wanted.
    pub wanted: Vec<Wanted>,
    /// Rows that exist on this side only.
    pub only: Vec<u32>,
    /// A row of each duplicate key, with how many rows of the side have the key.
    pub duplicates: Vec<(u32, u64)>,
    /// What all of these rows are known by, where row numbers do not hold.
    pub marks: Vec<(u32, Mark)>,
}

/// A changed row, as its left split knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    /// Number of the left row.
    pub row: u32,
    /// Where the right row is.
    pub right: Location,
    /// Column groups to be looked at.
    pub groups: GroupMask,
    /// What the differing cells that are still to be found must add up to.
    pub delta: Hash128,
    /// Place among the pairs of one key.
    pub place: u32,
}

/// What a left split is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LeftRows {
    /// Rows that changed.
    pub changed: Vec<ChangedRow>,
    /// Rows that exist on the left only.
    pub only: Vec<u32>,
    /// A row of each duplicate key, with how many rows of the side have the key.
    pub duplicates: Vec<(u32, u64)>,
    /// What all of these rows are known by, where row numbers do not hold.
    pub marks: Vec<(u32, Mark)>,
    /// By the numbers of changed rows, what their partners are known by, where row numbers of the right side do not hold.
    pub partners: Vec<(u32, Mark)>,
}

/// First bytes of payloads that left splits get.
pub mod kind {
    /// [`super::LeftRows`].
    pub const ROWS: u8 = b'L';
    /// The number and the bytes of a right split that gives values.
    pub const SPLIT: u8 = b'S';
    /// Values of right rows.
    pub const VALUES: u8 = b'V';
    /// Example rows of the right side on their way to the merge.
    pub const EXAMPLES: u8 = b'E';
    /// Rows of the right side on their way to a page.
    pub const SHOWN: u8 = b'P';
}

/// Where an outcome is sent, and what of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum To {
    /// Requests for the rows of duplicate keys, to the splits of both sides.
    Groups,
    /// Requests for right rows.
    Right,
    /// The same, all of their columns.
    RightChanged,
    /// Changed and one-sided left rows.
    Left,
    /// Changed left rows.
    LeftCells,
    /// The same, all columns to be looked at.
    LeftChanged,
    /// Rows that exist on the left only.
    RowsLeft,
    /// Rows that exist on the right only.
    RowsRight,
    /// A row of each duplicate key, to the splits of both sides.
    Duplicates,
}

/// Sends the outcome of a partition to splits.
pub struct Route {
    plan: RunPlan,
    partition: u32,
    to: To,
    /// Of a page, its rows.
    chosen: Option<Filter>,
    outcomes: Vec<Outcome>,
    done: bool,
}

/// The groups to look at. Tags that are all equal tell nothing: then it is all of them.
fn mask(changed: &Changed) -> GroupMask {
    if changed.groups == 0 {
        ALL_GROUPS
    } else {
        changed.groups
    }
}

impl Route {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8]) -> Result<Self, ParityError> {
        let args = TaskArgs::read(args)?;
        Ok(Route {
            plan: RunPlan::from_bytes(plan)?,
            partition: args.partition()?,
            to: args.to()?,
            chosen: match args.chosen {
                Some(_) => Some(Filter::of(&args.chosen()?)),
                None => None,
            },
            outcomes: Vec::new(),
            done: false,
        })
    }

    fn groups(&self, groups: &[Group], requests: &mut BTreeMap<u32, Requests>) {
        for group in groups {
            for side in [Side::Left, Side::Right] {
                for member in group.asked(side) {
                    let split = self.plan.number(side, member.location.split);
                    requests.entry(split).or_default().wanted.push(Wanted {
                        row: member.location.row,
                        target: self.partition,
                        number: member.location.row,
                        groups: ALL_GROUPS,
                    });
                }
            }
        }
    }

    fn right(&self, outcome: &Outcome, requests: &mut BTreeMap<u32, Requests>) {
        for (row, _) in &outcome.changed {
            let split = self.plan.number(Side::Right, row.right.split);
            requests.entry(split).or_default().wanted.push(Wanted {
                row: row.right.row,
                target: row.left.split,
                number: row.left.row,
                groups: if self.to == To::RightChanged {
                    ALL_GROUPS
                } else {
                    mask(row)
                },
            });
        }
        if self.to == To::Right {
            for location in &outcome.only[1] {
                let split = self.plan.number(Side::Right, location.split);
                requests.entry(split).or_default().only.push(location.row);
            }
            self.duplicates(outcome, Side::Right, requests);
        }
    }

    fn duplicates(&self, outcome: &Outcome, side: Side, requests: &mut BTreeMap<u32, Requests>) {
        for key in &outcome.duplicates[side.index()] {
            let split = self.plan.number(side, key.location.split);
            let rows = &mut requests.entry(split).or_default().duplicates;
            rows.push((key.location.row, key.rows));
        }
    }

    fn left(&self, outcome: &Outcome, rows: &mut BTreeMap<u32, LeftRows>) {
        for (row, place) in &outcome.changed {
            rows.entry(row.left.split).or_default().changed.push(ChangedRow {
                row: row.left.row,
                right: row.right,
                groups: if self.to == To::LeftChanged {
                    ALL_GROUPS
                } else {
                    mask(row)
                },
                delta: row.delta,
                place: *place,
            });
        }
        if self.to == To::Left {
            for location in &outcome.only[0] {
                rows.entry(location.split).or_default().only.push(location.row);
            }
            for key in &outcome.duplicates[0] {
                let told = rows.entry(key.location.split).or_default();
                told.duplicates.push((key.location.row, key.rows));
            }
        }
    }

    /// Adds what rows are known by, of sides whose row numbers do not hold.
    fn mark(&self, requests: &mut BTreeMap<u32, Requests>, left: &mut BTreeMap<u32, LeftRows>) {
        let marks = [Side::Left, Side::Right].map(|side| self.marks(side));
        for (&split, requests) in requests.iter_mut() {
            let (side, split) = match split.checked_sub(self.plan.sides[0].splits) {
                None => (Side::Left, split),
                Some(split) => (Side::Right, split),
            };
            let wanted = requests.wanted.iter().map(|wanted| wanted.row);
            let rows = wanted
                .chain(requests.only.iter().copied())
                .chain(requests.duplicates.iter().map(|&(row, _)| row));
            requests.marks = marked(&marks[side.index()], split, rows);
        }
        for (&split, told) in left.iter_mut() {
            let changed = told.changed.iter().map(|changed| changed.row);
            let rows = changed
                .chain(told.only.iter().copied())
                .chain(told.duplicates.iter().map(|&(row, _)| row));
            told.marks = marked(&marks[0], split, rows);
            let partners = told.changed.iter();
            let partners = partners.filter_map(|row| Some((row.row, *marks[1].get(&row.right)?)));
            told.partners = partners.collect();
        }
    }

    fn marks(&self, side: Side) -> HashMap<Location, Mark> {
        let outcomes = self.outcomes.iter();
        outcomes
            .flat_map(|outcome| outcome.marks[side.index()].iter().copied())
            .collect()
    }
}

fn marked(marks: &HashMap<Location, Mark>, split: u32, rows: impl Iterator<Item = u32>) -> Vec<(u32, Mark)> {
    if marks.is_empty() {
        return Vec::new();
    }
    rows.filter_map(|row| Some((row, *marks.get(&Location { split, row })?)))
        .collect()
}

impl Step for Route {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if let Some(mut outcome) = Outcome::of(block)? {
            if let Some(chosen) = &self.chosen {
                chosen.keep(&mut outcome);
            }
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        budget::ensure_rows(self.rows() as usize, ROUTE_BYTES)?;
        let mut requests: BTreeMap<u32, Requests> = BTreeMap::new();
        let mut left: BTreeMap<u32, LeftRows> = BTreeMap::new();
        for outcome in &self.outcomes {
            match self.to {
                To::Groups => self.groups(&outcome.groups, &mut requests),
                To::Right | To::RightChanged => self.right(outcome, &mut requests),
                To::Left | To::LeftCells | To::LeftChanged => self.left(outcome, &mut left),
                To::RowsLeft => {
                    for location in &outcome.only[0] {
                        requests.entry(location.split).or_default().only.push(location.row);
                    }
                }
                To::RowsRight => {
                    for location in &outcome.only[1] {
                        let split = self.plan.number(Side::Right, location.split);
                        requests.entry(split).or_default().only.push(location.row);
                    }
                }
                To::Duplicates => {
                    for side in [Side::Left, Side::Right] {
                        self.duplicates(outcome, side, &mut requests);
                    }
                }
            }
        }
        self.mark(&mut requests, &mut left);
        let mut blocks = Vec::with_capacity(requests.len() + left.len());
        for (split, requests) in &requests {
            let mut block = block::begin(*split, 0);
            wire::put(&mut block, requests)?;
            blocks.push(block);
        }
        for (split, rows) in &left {
            let mut block = block::begin(*split, 0);
            block.push(kind::ROWS);
            wire::put(&mut block, rows)?;
            blocks.push(block);
        }
        Ok(Some(blocks))
    }

    fn rows(&self) -> u64 {
        self.outcomes.iter().map(|o| o.changed.len() as u64).sum()
    }
}
