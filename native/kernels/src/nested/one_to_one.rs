//! Whether the elements of two unordered arrays can be paired one to one so that every pair is near enough.
//!
//! Nearness is not equality: 1 may be near 2 and 2 near 3, but not 1 near 3. So a pair that looks best on its own, even
//! one of equal elements, may take from another element the only partner that it has, and pairs have to be given up
//! again. [`by_exchange`] looks for such chains of exchanges, which takes all pairs of elements into account.
//! [`in_order`] needs none of that for numbers, of which each is near to neighbours only.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// Elements a side up to which [`by_exchange`] is used: it looks at every pair.
pub const EXACT_ELEMENTS: usize = 256;

/// Whether `count` left and as many right elements of any kind can be paired (augmenting paths, each by a breadth-first
/// search).
pub fn by_exchange(count: usize, near: impl Fn(usize, usize) -> bool) -> bool {
    let mut candidates: Vec<Vec<usize>> = Vec::with_capacity(count);
    let mut right_of: Vec<Option<usize>> = vec![None; count];
    let mut left_of: Vec<Option<usize>> = vec![None; count];
    for left in 0..count {
        candidates.push((0..count).filter(|&right| near(left, right)).collect());
        let mut reached_from: Vec<Option<usize>> = vec![None; count];
        let mut queue = VecDeque::from([left]);
        let mut free = None;
        while let Some(from) = queue.pop_front().filter(|_| free.is_none()) {
            for &right in &candidates[from] {
                if reached_from[right].is_none() {
                    reached_from[right] = Some(from);
                    match left_of[right] {
                        Some(taker) => queue.push_back(taker),
                        None => {
                            free = Some(right);
                            break;
                        }
                    }
                }
            }
        }
        let Some(mut right) = free else {
            return false;
        };
        while let Some(taker) = reached_from[right] {
            left_of[right] = Some(taker);
            match right_of[taker].replace(right) {
                Some(given_up) => right = given_up,
                None => break,
            }
        }
    }
    true
}

/// Whether numbers can be paired, each with what it is called by: a right one is near to left ones that are neighbours
/// of it.
///
/// Both sides are walked upwards: the smallest left number takes, of the right ones that it is near to, the one that
/// the fewest left numbers after it are near to. That is exact for neighbours (Glover's rule for convex graphs). Every
/// pair is checked, so that the answer is never a wrong yes, whatever `near` is.
pub fn in_order<K: PartialOrd + Copy>(
    left: &mut [(K, usize)],
    right: &[(K, usize)],
    near: impl Fn(usize, usize) -> bool,
) -> bool {
    if left.len() != right.len() {
        return false;
    }
    left.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    let mut reaches: Vec<(usize, usize, usize)> = Vec::with_capacity(right.len());
    for &(number, name) in right {
        let (below, above) = left.split_at(left.partition_point(|(other, _)| *other < number));
        let begin = below.partition_point(|&(_, other)| !near(other, name));
        let end = below.len() + above.partition_point(|&(_, other)| near(other, name));
        reaches.push((begin, end, name));
    }
    reaches.sort_unstable();
    let mut waiting = BinaryHeap::new();
    let mut coming = reaches.into_iter().peekable();
    left.iter().enumerate().all(|(place, &(_, name))| {
        while let Some((_, end, other)) = coming.next_if(|&(begin, _, _)| begin <= place) {
            waiting.push(Reverse((end, other)));
        }
        let taken = waiting.pop();
        taken.is_some_and(|Reverse((end, other))| end > place && near(name, other))
    })
}

#[cfg(test)]
#[path = "one_to_one_tests.rs"]
mod tests;
