//! The plan: which column meets which, and by what rule.
//!
//! Everything that can be wrong with the options is found here, before any data is read, and said with names and a
//! suggestion.

pub mod filter;
mod groups;
pub mod masks;
pub mod names;
pub mod pair;
mod relax;
mod resolve;
pub mod run;
mod sizes;
pub mod step;

use crate::ask::caller::Given;
use crate::ask::catalog::Opt;
use crate::ask::options::CompareOptions;
use crate::plan::masks::Masks;
use crate::plan::names::NameIndex;
use crate::plan::pair::LeafPair;
use crate::plan::resolve::Names;
use parity_kernels::compare::relaxation::Before;
use parity_kernels::digest::entry::Shape;
use parity_kernels::digest::hash::Role;
use parity_kernels::domain::{Domain, Side};
use parity_kernels::spark::zone::Zone;
use parity_report::document::{SchemaDifference, Thresholds};
use parity_source::column::Column;
use parity_source::plan::{LeafPlan, SidePlan};
use parity_source::{Code, ParityError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// A dataset as a plan sees it.
#[derive(Clone, Copy, Debug)]
pub struct SideColumns<'a> {
    /// How messages call it.
    pub path: &'a str,
    /// Its columns.
    pub columns: &'a [Column],
}

/// What will be compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Key leaves, in the order given; `None` for multisets.
    pub keys: Option<Vec<LeafPair>>,
    /// Right names of the keys, in the same order.
    pub right_key_names: Vec<String>,
    /// Compared leaves in left schema order.
    pub values: Vec<LeafPair>,
    /// How the schemas differ.
    pub schema: SchemaDifference,
    /// Limits within which differences pass.
    pub thresholds: Option<Thresholds>,
    /// Columns whose values nobody may see.
    pub masks: Masks,
}

impl Plan {
    /// Settles names and types.
    pub fn new(left: SideColumns<'_>, right: SideColumns<'_>, options: &CompareOptions) -> Result<Plan, ParityError> {
        let names = Names {
            left: left.columns,
            right: right.columns,
            index: [
                NameIndex::new(left.columns, options.case_sensitive),
                NameIndex::new(right.columns, options.case_sensitive),
            ],
            case_sensitive: options.case_sensitive,
            caller: options.caller,
        };
        let partners = names.partners(options)?;
        let keys = options
            .keys
            .as_ref()
            .map(|_| names.keys(&names.split_keys(options), &options.exclude, &partners))
            .transpose()?;
        let looked_at = names.looked_at(options, &partners, keys.as_deref())?;
        names.refuse_ambiguous(&looked_at)?;
        let schema = names.schema(&partners, &looked_at);
        let key_columns: HashSet<usize> = keys.iter().flatten().map(|k| k[0]).collect();
        let keys = keys.map(|keys| {
            keys.iter()
                .map(|&[l, r]| names.key_pair(l, r))
                .collect::<Result<Vec<_>, _>>()
        });
        let keys = keys.transpose()?;
        let with_leaves = names.with_leaves(&partners, &looked_at[0], |leaf| {
            options.columns.is_none() || !key_columns.contains(&leaf)
        });
        let mut values = Vec::new();
        for (l, partner) in partners.iter().enumerate() {
            let Some(r) = *partner else { continue };
            let is_compared = if names.are_structs(l, r) {
                with_leaves[l]
            } else {
                looked_at[0].contains(&l) && !key_columns.contains(&l)
            };
            if is_compared {
                values.push(names.pair(l, r)?);
            }
        }
        if values.is_empty() && keys.is_none() {
            return Err(ParityError::new(
                Code::NoCommonColumns,
                format!(
                    "{} and {} have no column in common that could be compared",
                    left.path, right.path
                ),
                format!(
                    "name the columns that belong together with {}, or give keys",
                    options.caller.give(Opt::Rename, Given::Form)
                ),
            ));
        }
        let mut keys = keys;
        names.relax(options, keys.as_deref_mut(), &mut values)?;
        let limits = options.limits.as_ref();
        let thresholds = limits.map(|limits| names.thresholds(limits, &values)).transpose()?;
        let relaxed: Vec<bool> = values.iter().map(|pair| !pair.relaxation.is_empty()).collect();
        for (pair, group) in values.iter_mut().zip(groups::of(&relaxed)) {
            pair.group = group;
        }
        let masks = Masks::of(&names, &options.mask, &partners)?;
        for pair in keys.iter_mut().flatten().chain(&mut values) {
            pair.masked = masks.has(Side::Left, pair.columns[0]);
        }
        let right_keys = keys.iter().flatten().map(|key| key.columns[1]);
        let right_key_names = right_keys.map(|r| names.shown(Side::Right, r)).collect();
        Ok(Plan {
            keys,
            right_key_names,
            values,
            schema,
            thresholds,
            masks,
        })
    }

    /// The leaves that identify a row in samples: the keys, or all compared columns.
    pub fn identity(&self) -> &[LeafPair] {
        self.keys.as_deref().unwrap_or(&self.values)
    }

    /// Tells each struct which fields decide whether it is empty: compared fields only; null, or the literal that null stands
    /// for, counts as empty.
    pub fn narrow(&self, side: Side, columns: &mut [Column], zone: Zone) {
        let number = |pair: &LeafPair| pair.columns[side.index()];
        let (structs, others): (Vec<_>, Vec<_>) = self.values.iter().partition(|pair| pair.domain == Domain::Struct);
        let structs: HashSet<usize> = structs.into_iter().map(number).collect();
        for &column in &structs {
            columns[column].below.clear();
        }
        for other in others.iter().map(|pair| number(pair)) {
            let mut above = columns[other].parent;
            while let Some(column) = above {
                if structs.contains(&column) {
                    columns[column].below.push(other);
                }
                above = columns[column].parent;
            }
        }
        for pair in others.iter().filter(|pair| pair.relaxation.null_equals.is_some()) {
            columns[number(pair)].null_stands = Some((pair.relaxation.before(&pair.domain, side), zone));
        }
    }

    /// The plan of one side's scan.
    pub fn side(&self, side: Side, run_seed: u64, partitions: usize, zone: Zone) -> SidePlan {
        let leaf_plans = |leaves: &[LeafPair], role| -> Vec<LeafPlan> {
            leaves
                .iter()
                .enumerate()
                .map(|(number, leaf)| LeafPlan {
                    // Cells of matched rows are compared later; keys and rows of a multiset are not.
                    before: match role {
                        Role::Value if self.keys.is_some() => Before::default(),
                        _ => leaf.relaxation.before(&leaf.domain, side),
                    },
                    ..leaf.plan(side, run_seed, role, number)
                })
                .collect()
        };
        let mut values = leaf_plans(&self.values, Role::Value);
        values.sort_by_key(|leaf| leaf.group);
        let is_word = |key: &LeafPair| key.relaxation.is_empty() && key.domain.is_of_words(&key.leaves);
        let shape = Shape {
            is_keyed: self.keys.is_some(),
            is_word: matches!(self.keys.as_deref(), Some([key]) if is_word(key)),
            groups: groups::count(values.len()),
        };
        SidePlan {
            keys: leaf_plans(self.keys.as_deref().unwrap_or(&[]), Role::Key),
            values,
            zone,
            shape,
            partitions,
            filter: None,
        }
    }
}
