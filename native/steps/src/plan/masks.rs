//! Which columns are masked: compared like all others, shown nowhere.
//!
//! Within a task masked values are values like any others. What leaves it is kept from readers in two ways. Everything that is
//! shown (documents, frames, messages) leaves masked values out where it is made. And where blocks travel through files of the
//! cluster, drivers give each task a secret of the run, and blocks are sealed with it whole ([`crate::wire::guard`]).

use crate::ask::catalog::Opt;
use crate::plan::resolve::Names;
use parity_kernels::domain::Side;
use parity_source::ParityError;
use serde::{Deserialize, Serialize};

/// Which columns of each side are masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masks([Vec<bool>; 2]);

impl Masks {
    /// The masked columns. A name means a left column and what it meets, or a right column that meets none, each with everything below
    /// it; and a struct that is compared as a whole is masked as a whole.
    pub(crate) fn of(names: &Names<'_>, asked: &[String], partners: &[Option<usize>]) -> Result<Masks, ParityError> {
        let mut masks = Masks([vec![false; names.left.len()], vec![false; names.right.len()]]);
        for name in asked {
            let found = [names.find(Side::Left, name), names.find(Side::Right, name)];
            let right = found[1].filter(|r| found[0].is_some() || !partners.contains(&Some(*r)));
            if found[0].is_none() && right.is_none() {
                return Err(names.unknown(&names.caller.spell(Opt::Mask), Side::Left, name));
            }
            let left: Vec<usize> = found[0].into_iter().flat_map(|l| names.family(Side::Left, l)).collect();
            let met = left.iter().filter_map(|&l| partners[l]).chain(right);
            for r in met.flat_map(|r| names.family(Side::Right, r)) {
                masks.add(Side::Right, r);
            }
            for l in left {
                masks.add(Side::Left, l);
            }
        }
        for (l, partner) in partners.iter().enumerate() {
            let Some(r) = *partner else { continue };
            // Columns that meet show each other's values; and a struct that meets something else is compared with all that is in it.
            let is_whole = names.left[l].is_struct() != names.right[r].is_struct();
            let is_masked = if is_whole {
                names.family(Side::Left, l).iter().any(|&l| masks.has(Side::Left, l))
                    || names.family(Side::Right, r).iter().any(|&r| masks.has(Side::Right, r))
            } else {
                masks.has(Side::Left, l) || masks.has(Side::Right, r)
            };
            if is_masked {
                names
                    .family(Side::Left, l)
                    .into_iter()
                    .for_each(|l| masks.add(Side::Left, l));
                names
                    .family(Side::Right, r)
                    .into_iter()
                    .for_each(|r| masks.add(Side::Right, r));
            }
        }
        Ok(masks)
    }

    /// Masks a column.
    fn add(&mut self, side: Side, column: usize) {
        self.0[side.index()][column] = true;
    }

    /// Whether there is any.
    pub fn is_any(&self) -> bool {
        self.0.iter().flatten().any(|&masked| masked)
    }

    /// Whether a column is masked.
    pub fn has(&self, side: Side, column: usize) -> bool {
        self.0[side.index()].get(column).copied().unwrap_or_default()
    }
}
