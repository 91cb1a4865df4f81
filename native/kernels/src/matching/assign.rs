//! Which rows of one duplicate key belong together.
//!
//! A key that occurs more than once on both sides leaves a small matrix: how many cells differ between left row *i* and
//! right row *j*. [`assign`] picks `min(left, right)` pairs so that, in this order,
//!
//! 1. the fewest cells differ in total,
//! 2. the fewest pairs differ at all,
//! 3. the first left row gets the first right row that is possible, then the second left row, and so on. Being left
//!    over comes after every right row.
//!
//! With both sides in sort order the third rule leaves exactly one answer, so the answer depends neither on the order
//! in which files were read nor on the algorithm.
//!
//! # How
//!
//! The first two goals are one number: `cells * (n + 1) + (cells > 0)`. At most `n` pairs can differ, so the second
//! part never reaches the weight of one cell. The matrix is padded to a square with free rows or columns *behind* the
//! real ones; that makes "left over comes last" part of the order of columns instead of a special case.
//!
//! The Hungarian method (shortest augmenting paths with potentials, O(n³)) finds one cheapest assignment. It is not
//! yet *the* answer: among equals it returns whatever its search met first. Its potentials, however, describe all
//! cheapest assignments at once: they are the perfect matchings along the edges whose reduced cost is zero. Within that
//! graph every left row in turn takes the smallest column from which the column it gives up can be reached along an
//! alternating path; one backward search per row answers that for all columns together, again O(n³) in all.
//!
//! Breaking ties by perturbing the costs (adding `j * ε^i`) was the alternative; it needs numbers of `n * log n` bits,
//! where this needs 64.
//!
//! # Size
//!
//! Callers bound `left` and `right` to 64. Nothing here depends on it: the sums fit as long as
//! `largest cost * (n + 1)²` is below 2⁶³, which the largest `u32` reaches at 46,000 rows a side.

/// Marks a row or column that has no partner yet.
const NONE: usize = usize::MAX;

/// Pairs the rows of one key; see the module for the order among several possible pairings.
///
/// `costs` holds, row by row, the number of cells in which left row `i` and right row `j` differ, at
/// `i * right + j`. A missing entry counts as the largest cost. Returns `min(left, right)` pairs in the order of the
/// left rows.
///
/// ```
/// use parity_kernels::matching::assign::assign;
///
/// // The first left row equals the second right row; the other pair differs in two cells.
/// assert_eq!(assign(&[1, 0, 2, 1], 2, 2), [(0, 1), (1, 0)]);
/// ```
pub fn assign(costs: &[u32], left: usize, right: usize) -> Vec<(usize, usize)> {
    if left == 0 || right == 0 {
        return Vec::new();
    }
    let square = Square::new(costs, left, right);
    let mut matching = square.cheapest();
    square.first_in_order(&mut matching);
    let pairs = matching.column_of.iter().take(left).enumerate();
    pairs
        .filter(|&(_, &column)| column < right)
        .map(|(row, &column)| (row, column))
        .collect()
}

/// The padded matrix of combined costs.
struct Square {
    size: usize,
    costs: Vec<i64>,
}

/// A perfect matching and the potentials that prove it cheapest: `cost(i, j) >= row[i] + column[j]` everywhere, with
/// equality on every matched pair.
struct Matching {
    column_of: Vec<usize>,
    row_of: Vec<usize>,
    row_potential: Vec<i64>,
    column_potential: Vec<i64>,
}

impl Square {
    fn new(costs: &[u32], left: usize, right: usize) -> Square {
        let size = left.max(right);
        let weight = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
        let mut padded = vec![0; size.saturating_mul(size)];
        for (row, line) in padded.chunks_exact_mut(size).take(left).enumerate() {
            for (column, cost) in line.iter_mut().take(right).enumerate() {
                let at = row.saturating_mul(right).saturating_add(column);
                let cells = i64::from(costs.get(at).copied().unwrap_or(u32::MAX));
                *cost = cells.saturating_mul(weight).saturating_add(i64::from(cells > 0));
            }
        }
        Square { size, costs: padded }
    }

    fn line(&self, row: usize) -> &[i64] {
        &self.costs[row * self.size..(row + 1) * self.size]
    }

    /// One cheapest perfect matching, by adding one row after the other along a shortest augmenting path.
    fn cheapest(&self) -> Matching {
        let n = self.size;
        let mut found = Matching {
            column_of: vec![NONE; n],
            row_of: vec![NONE; n],
            row_potential: vec![0; n],
            column_potential: vec![0; n],
        };
        // Per column: the distance from the new row, the row from which it is reached, and whether that is final.
        let (mut distance, mut via, mut settled) = (vec![0_i64; n], vec![NONE; n], vec![false; n]);
        for start in 0..n {
            distance.fill(i64::MAX);
            settled.fill(false);
            let mut row = start;
            let mut end = NONE;
            let mut reach = 0;
            while end == NONE {
                let base = reach - found.row_potential[row];
                let (mut nearest, mut next) = (i64::MAX, NONE);
                for (column, &cost) in self.line(row).iter().enumerate() {
                    if settled[column] {
                        continue;
                    }
                    let length = base.saturating_add(cost).saturating_sub(found.column_potential[column]);
                    if length < distance[column] {
                        distance[column] = length;
                        via[column] = row;
                    }
                    if distance[column] < nearest || next == NONE {
                        nearest = distance[column];
                        next = column;
                    }
                }
                settled[next] = true;
                reach = nearest;
                row = found.row_of[next];
                if row == NONE {
                    end = next;
                }
            }
            // Rows and columns nearer than the end move by their slack, so that the path's edges become tight.
            found.row_potential[start] = found.row_potential[start].saturating_add(reach);
            for column in 0..n {
                if settled[column] && column != end {
                    let slack = reach - distance[column];
                    let partner = found.row_of[column];
                    found.row_potential[partner] = found.row_potential[partner].saturating_add(slack);
                    found.column_potential[column] = found.column_potential[column].saturating_sub(slack);
                }
            }
            let mut column = end;
            while column != NONE {
                let row = via[column];
                let before = found.column_of[row];
                found.column_of[row] = column;
                found.row_of[column] = row;
                column = before;
            }
        }
        found
    }

    /// Turns a cheapest matching into the one whose columns, read in row order, are lexicographically smallest.
    fn first_in_order(&self, matching: &mut Matching) {
        let n = self.size;
        let mut tight = vec![false; n * n];
        for row in 0..n {
            for (column, &cost) in self.line(row).iter().enumerate() {
                let paid = matching.row_potential[row].saturating_add(matching.column_potential[column]);
                tight[row * n + column] = cost == paid;
            }
        }
        // `next[row]`: the column that `row` takes over when its own is taken from it; the walk ends at the column that
        // the row under decision gives up. Rows before the one under decision are settled and never move.
        let (mut next, mut open) = (vec![NONE; n], Vec::with_capacity(n));
        for row in 0..n {
            let given_up = matching.column_of[row];
            next.fill(NONE);
            open.push(given_up);
            while let Some(target) = open.pop() {
                for other in row + 1..n {
                    if next[other] == NONE && tight[other * n + target] {
                        next[other] = target;
                        open.push(matching.column_of[other]);
                    }
                }
            }
            let better = (0..given_up).find(|&column| {
                tight[row * n + column] && matching.row_of[column] > row && next[matching.row_of[column]] != NONE
            });
            let Some(taken) = better else { continue };
            let (mut mover, mut column) = (row, taken);
            loop {
                let displaced = matching.row_of[column];
                matching.column_of[mover] = column;
                matching.row_of[column] = mover;
                if column == given_up {
                    break;
                }
                (mover, column) = (displaced, next[displaced]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated;
    use proptest::prelude::*;

    /// All ways to give the rows from `row` on a column or, where rows outnumber columns, none (`right`).
    fn all(row: usize, left: usize, right: usize, taken: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        if row == left {
            if taken.iter().filter(|&&column| column < right).count() == left.min(right) {
                found.push(taken.clone());
            }
            return;
        }
        for column in 0..=right {
            if column == right || !taken.contains(&column) {
                taken.push(column);
                all(row + 1, left, right, taken, found);
                taken.pop();
            }
        }
    }

    fn by_trying_all(costs: &[u32], left: usize, right: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        all(0, left, right, &mut Vec::new(), &mut found);
        let pairs = |columns: &[usize]| -> Vec<(usize, usize)> {
            columns
                .iter()
                .copied()
                .enumerate()
                .filter(|&(_, column)| column < right)
                .collect()
        };
        let rank = |columns: &Vec<usize>| {
            let cells: Vec<u32> = pairs(columns).iter().map(|&(i, j)| costs[i * right + j]).collect();
            let changed = cells.iter().filter(|&&c| c > 0).count();
            (
                cells.iter().map(|&c| u64::from(c)).sum::<u64>(),
                changed,
                columns.clone(),
            )
        };
        pairs(&found.into_iter().min_by_key(rank).unwrap())
    }

    fn matrices(most: usize, costs: std::ops::RangeInclusive<u32>) -> impl Strategy<Value = (Vec<u32>, usize, usize)> {
        (0..=most, 0..=most).prop_flat_map(move |(left, right)| {
            (
                proptest::collection::vec(costs.clone(), left * right),
                Just(left),
                Just(right),
            )
        })
    }

    proptest! {
        #![proptest_config(generated::cases(400))]

        #[test]
        fn few_distinct_costs_give_what_trying_all_gives((costs, left, right) in matrices(6, 0..=2)) {
            prop_assert_eq!(assign(&costs, left, right), by_trying_all(&costs, left, right));
        }

        #[test]
        fn several_distinct_costs_give_what_trying_all_gives((costs, left, right) in matrices(5, 0..=9)) {
            prop_assert_eq!(assign(&costs, left, right), by_trying_all(&costs, left, right));
        }

        #[test]
        fn extreme_costs_give_what_trying_all_gives((costs, left, right) in matrices(4, u32::MAX - 2..=u32::MAX)) {
            prop_assert_eq!(assign(&costs, left, right), by_trying_all(&costs, left, right));
        }

        #[test]
        fn large_groups_pair_every_row_of_the_smaller_side_once((costs, left, right) in matrices(if cfg!(miri) { 12 } else { 64 }, 0..=3)) {
            let pairs = assign(&costs, left, right);
            prop_assert_eq!(pairs.len(), left.min(right));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0));
            let mut columns: Vec<usize> = pairs.iter().map(|&(_, column)| column).collect();
            columns.sort_unstable();
            columns.dedup();
            prop_assert_eq!(columns.len(), left.min(right));
            prop_assert!(pairs.iter().all(|&(row, column)| row < left && column < right));
        }
    }

    #[test]
    fn no_rows_on_a_side_give_no_pairs() {
        assert_eq!(assign(&[], 0, 0), []);
        assert_eq!(assign(&[], 0, 3), []);
        assert_eq!(assign(&[], 3, 0), []);
    }

    #[test]
    fn interchangeable_rows_pair_in_order() {
        assert_eq!(assign(&[1; 12], 3, 4), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(assign(&[1; 12], 4, 3), [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn of_equal_totals_the_one_with_fewer_changed_rows_wins() {
        // (0,0) and (1,1) differ in one cell each; (0,1) and (1,0) in two and none.
        assert_eq!(assign(&[1, 2, 0, 1], 2, 2), [(0, 1), (1, 0)]);
    }

    #[test]
    fn a_left_row_that_could_be_left_over_is_paired_first() {
        assert_eq!(assign(&[3, 3, 3], 3, 1), [(0, 0)]);
        assert_eq!(assign(&[3, 2, 3], 3, 1), [(1, 0)]);
    }

    #[test]
    fn a_matrix_that_is_too_short_counts_as_the_largest_cost() {
        assert_eq!(assign(&[5], 1, 2), [(0, 0)]);
        assert_eq!(assign(&[], 2, 2), [(0, 0), (1, 1)]);
    }
}
