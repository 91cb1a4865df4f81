//! A pair of columns that are compared.

use parity_kernels::compare::relaxation::{Before, Relaxation};
use parity_kernels::digest::hash::{LeafSeed, Role};
use parity_kernels::domain::{Domain, Side};
use parity_kernels::types::LeafType;
use parity_source::plan::LeafPlan;
use serde::{Deserialize, Serialize};

/// Two columns that meet, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeafPair {
    /// Left name.
    pub name: String,
    /// Number of the column on each side.
    pub columns: [usize; 2],
    /// Type on each side.
    pub leaves: [LeafType; 2],
    /// Where they meet.
    pub domain: Domain,
    /// What counts as equal although it differs.
    pub relaxation: Relaxation,
    /// Column group, of a compared pair.
    pub group: usize,
    /// Whether nobody may see its values.
    pub masked: bool,
}

impl LeafPair {
    /// Whether values that are equal where they meet may be several of a side's own, such as `04` and `4` of text that meets a
    /// number, or two whole numbers that are one double.
    pub fn respelled(&self) -> bool {
        self.leaves[0] != self.leaves[1] && !matches!(self.domain, Domain::Exact { .. } | Domain::Apart { .. })
    }

    /// One side's half.
    pub fn plan(&self, side: Side, run_seed: u64, role: Role, number: usize) -> LeafPlan {
        let apart = matches!(self.domain, Domain::Apart { .. }).then_some(side);
        LeafPlan {
            column: self.columns[side.index()],
            leaf: self.leaves[side.index()].clone(),
            domain: self.domain.side(side).clone(),
            seed: LeafSeed::new(run_seed, role, number, apart),
            group: self.group,
            before: Before::default(),
        }
    }
}
