use super::*;
use crate::generated;
use proptest::prelude::*;

/// Tries every pairing.
fn naive(taken: &mut Vec<bool>, left: usize, near: &dyn Fn(usize, usize) -> bool) -> bool {
    left == taken.len()
        || (0..taken.len()).any(|right| {
            if taken[right] || !near(left, right) {
                return false;
            }
            taken[right] = true;
            let found = naive(taken, left + 1, near);
            taken[right] = false;
            found
        })
}

fn numbered(numbers: &[i64]) -> Vec<(i64, usize)> {
    numbers.iter().copied().zip(0..).collect()
}

#[test]
fn equal_elements_may_have_to_part() {
    let (left, right) = ([0_i64, 1], [1_i64, 2]);
    let near = |i: usize, j: usize| left[i].abs_diff(right[j]) <= 1;
    assert!(by_exchange(2, near));
    assert!(in_order(&mut numbered(&left), &numbered(&right), near));
    assert!(by_exchange(0, near));
}

#[test]
fn long_arrays_of_numbers_take_no_time_for_all_pairs() {
    let count = if cfg!(miri) { 200 } else { 200_000 };
    let left: Vec<i64> = (0..count).map(|n| n * 7_919 % count).collect();
    let right: Vec<i64> = (1..=count).collect();
    let near = |i: usize, j: usize| left[i].abs_diff(right[j]) <= 1;
    assert!(in_order(&mut numbered(&left), &numbered(&right), near));
    let apart = |i: usize, j: usize| left[i].abs_diff(right[j] + 1) <= 1;
    assert!(!in_order(&mut numbered(&left), &numbered(&right), apart));
}

proptest! {
    #![proptest_config(generated::cases(3000))]

    #[test]
    fn any_nearness_pairs_as_by_trying_everything(
        count in 0_usize..7,
        edges in proptest::collection::vec(proptest::bool::weighted(0.4), 49),
    ) {
        let near = |i: usize, j: usize| edges[i * 7 + j];
        prop_assert_eq!(by_exchange(count, near), naive(&mut vec![false; count], 0, &near));
    }

    #[test]
    fn numbers_pair_in_order_as_by_trying_everything(
        pairs in proptest::collection::vec((-12_i64..12, -12_i64..12), 0..7),
        absolute in 0_i64..5,
        tenths in 0_i64..15,
    ) {
        let (left, right): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
        let near = |i: usize, j: usize| 10 * (left[i] - right[j]).abs() <= 10 * absolute + tenths * right[j].abs();
        let expected = naive(&mut vec![false; left.len()], 0, &near);
        prop_assert_eq!(in_order(&mut numbered(&left), &numbered(&right), near), expected);
        prop_assert_eq!(by_exchange(left.len(), near), expected);
    }

    #[test]
    fn in_order_never_pairs_what_is_not_near(
        count in 0_usize..7,
        edges in proptest::collection::vec(proptest::bool::weighted(0.6), 49),
    ) {
        let near = |i: usize, j: usize| edges[i * 7 + j];
        let numbers: Vec<(i64, usize)> = (0..count).map(|n| (n as i64, n)).collect();
        if in_order(&mut numbers.clone(), &numbers, near) {
            prop_assert!(by_exchange(count, near));
        }
    }
}
