//! Which rows of a duplicate key belong together.
//!
//! Rows that are identical have paired already. The rest pair so that the fewest cells differ, exactly up to
//! [`EXACT_ROWS`] rows a side; beyond that both sides are sorted by their values and paired in order, and the result
//! says so. Either way the outcome depends on the values only: rows are taken in sort order before anything is decided.

use crate::matching::assign;

/// Rows of one key a side up to which the pairing is exact.
pub const EXACT_ROWS: usize = 64;

/// The pairs of one duplicate key, and what is left over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairing {
    /// (left, right) rows, by left sort order.
    pub pairs: Vec<(usize, usize)>,
    /// Left rows without a partner.
    pub surplus_left: Vec<usize>,
    /// Right rows without a partner.
    pub surplus_right: Vec<usize>,
    /// Whether the rows were too many for the exact pairing.
    pub sorted_only: bool,
}

/// Pairs rows `left` with rows `right`, each given in sort order; `differing_cells` tells in how many cells two rows
/// differ.
pub fn pair(left: &[usize], right: &[usize], differing_cells: impl Fn(usize, usize) -> u32) -> Pairing {
    let sorted_only = left.len().max(right.len()) > EXACT_ROWS && !left.is_empty() && !right.is_empty();
    let places: Vec<(usize, usize)> = if sorted_only {
        (0..left.len().min(right.len())).map(|i| (i, i)).collect()
    } else {
        let costs: Vec<u32> = left
            .iter()
            .flat_map(|&l| right.iter().map(move |&r| (l, r)))
            .map(|(l, r)| differing_cells(l, r))
            .collect();
        assign::assign(&costs, left.len(), right.len())
    };
    let mut taken = [vec![false; left.len()], vec![false; right.len()]];
    for &(l, r) in &places {
        taken[0][l] = true;
        taken[1][r] = true;
    }
    let surplus = |rows: &[usize], taken: &[bool]| -> Vec<usize> {
        rows.iter()
            .zip(taken)
            .filter(|&(_, &taken)| !taken)
            .map(|(&row, _)| row)
            .collect()
    };
    Pairing {
        surplus_left: surplus(left, &taken[0]),
        surplus_right: surplus(right, &taken[1]),
        pairs: places.into_iter().map(|(l, r)| (left[l], right[r])).collect(),
        sorted_only,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewest_cells_win_up_to_64_rows_a_side() {
        let cost = |l: usize, r: usize| u32::from(l != 9 - r);
        let rows: Vec<usize> = (0..10).collect();
        let pairing = pair(&rows, &rows, cost);
        assert!(pairing.pairs.iter().all(|&(l, r)| l + r == 9));
        assert!(!pairing.sorted_only);
    }

    #[test]
    fn beyond_64_rows_order_decides_and_the_surplus_is_the_end() {
        let left: Vec<usize> = (0..65).rev().collect();
        let right: Vec<usize> = (0..63).collect();
        let pairing = pair(&left, &right, |_, _| 1);
        assert!(pairing.sorted_only);
        assert_eq!(pairing.pairs[0], (64, 0));
        assert_eq!(pairing.surplus_left, [1, 0]);
        assert!(pairing.surplus_right.is_empty());
    }
}
