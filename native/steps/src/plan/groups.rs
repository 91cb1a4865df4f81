//! Column groups: which of a row's tags a compared column goes into.
//!
//! Relaxed columns have groups of their own: where all of them differ in the last bit, only they are fetched. How columns are
//! put into groups is a part of the layout of entry blocks (`docs/entry-blocks.md`), and of their version.

use parity_kernels::digest::{GROUPS, group_of};

/// How many groups there are for `columns` compared columns. Each but one costs two bytes a row, so that few columns
/// share few.
pub(super) fn count(columns: usize) -> usize {
    columns.div_ceil(4).clamp(1, GROUPS)
}

/// The group of each compared column. `relaxed` tells, in the order of the columns, which have a relaxation.
pub(super) fn of(relaxed: &[bool]) -> Vec<usize> {
    let groups = count(relaxed.len());
    let relaxed_count = relaxed.iter().filter(|&&is_relaxed| is_relaxed).count();
    let exact_count = relaxed.len() - relaxed_count;
    let relaxed_groups = match (exact_count, relaxed_count) {
        (_, 0) => 0,
        (0, _) => groups,
        _ if groups == 1 => return vec![0; relaxed.len()],
        _ => (groups * relaxed_count / relaxed.len()).clamp(1, groups - 1),
    };
    let exact_groups = groups - relaxed_groups;
    let (mut exact_seen, mut relaxed_seen) = (0, 0);
    let group = |&is_relaxed: &bool| {
        let (seen, all, first, groups) = if is_relaxed {
            (&mut relaxed_seen, relaxed_count, exact_groups, relaxed_groups)
        } else {
            (&mut exact_seen, exact_count, 0, exact_groups)
        };
        *seen += 1;
        first + group_of(*seen - 1, all, groups)
    };
    relaxed.iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::{count, of};

    /// Whoever changes these numbers raises `parity_kernels::digest::entry::VERSION` in the same change.
    #[test]
    fn the_groups_are_frozen() {
        let (exact, relaxed) = (false, true);
        assert_eq!(of(&[]), Vec::<usize>::new());
        assert_eq!(of(&[exact; 12]), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
        assert_eq!(of(&[relaxed; 7]), [0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(of(&[relaxed, exact, exact]), [0, 0, 0]);
        assert_eq!(of(&[relaxed, exact, exact, exact, exact]), [1, 0, 0, 0, 0]);
        assert_eq!(
            of(&[relaxed, relaxed, relaxed, relaxed, relaxed, relaxed, exact]),
            [1, 1, 1, 1, 1, 1, 0]
        );
        let many = [
            [exact; 4],
            [exact; 4],
            [relaxed; 4],
            [exact; 4],
            [relaxed; 4],
            [exact; 4],
        ]
        .concat();
        let first_of_four: Vec<usize> = of(&many).into_iter().step_by(4).collect();
        assert_eq!(first_of_four, [0, 1, 4, 2, 5, 3]);
        assert_eq!([0, 1, 4, 5, 20, 21, 200].map(count), [1, 1, 1, 2, 5, 6, 6]);
    }
}
