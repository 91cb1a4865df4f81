//! How far apart the cells of numbers and times lie: a histogram over powers of ten, and both ends.

use crate::compare::Distance;
use crate::profile::counted;
use serde::{Deserialize, Serialize};

/// The lowest decade, which also has all that is nearer.
pub const LOWEST: i32 = -10;
/// The highest decade, which also has all that is farther.
pub const HIGHEST: i32 = 18;
const DECADES: usize = (HIGHEST - LOWEST + 1) as usize;

/// Where the decades of doubles begin, but for the lowest.
const BEGINNINGS: [f64; DECADES - 1] = [
    1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
];

/// The distances of the cells that became lower, or of those that became higher.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    decades: [u64; DECADES],
    /// The smallest and the largest.
    ends: Option<[Distance; 2]>,
}

impl Direction {
    fn add(&mut self, distance: Distance, places: i32) {
        self.decades[(decade(distance, places) - LOWEST) as usize] += 1;
        self.ends = Some(match self.ends {
            None => [distance; 2],
            Some([near, far]) => [near.min(distance), far.max(distance)],
        });
    }

    fn merge(&mut self, other: &Direction) {
        for (cells, more) in self.decades.iter_mut().zip(&other.decades) {
            *cells += more;
        }
        self.ends = match (self.ends, other.ends) {
            (Some([near, far]), Some([other_near, other_far])) => Some([near.min(other_near), far.max(other_far)]),
            (one, other) => one.or(other),
        };
    }

    /// How many there are.
    pub fn cells(&self) -> u64 {
        self.decades.iter().sum()
    }

    /// How many there are in each decade that has any: `d` has distances from 10^d on and below 10^(d+1).
    pub fn decades(&self) -> Vec<(i32, u64)> {
        counted(&self.decades, LOWEST)
    }
}

/// The differences, right less left, of the cells that have one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Distances {
    /// Of cells that are lower on the right.
    pub lower: Direction,
    /// Of cells that are higher on the right.
    pub higher: Direction,
}

impl Distances {
    /// Adds a cell. An exact distance counts units of 10^-places.
    pub fn add(&mut self, distance: Distance, is_lower: bool, places: i32) {
        let direction = if is_lower { &mut self.lower } else { &mut self.higher };
        direction.add(distance, places);
    }

    /// Adds those of further cells of the same column.
    pub fn merge(&mut self, other: &Distances) {
        self.lower.merge(&other.lower);
        self.higher.merge(&other.higher);
    }

    /// Cells that have a difference.
    pub fn cells(&self) -> u64 {
        self.lower.cells() + self.higher.cells()
    }

    /// The largest distance.
    pub fn largest(&self) -> Option<Distance> {
        match (self.lower.ends, self.higher.ends) {
            (Some([_, lower]), Some([_, higher])) => Some(lower.max(higher)),
            (one, other) => one.or(other).map(|[_, far]| far),
        }
    }

    /// The least and the greatest difference, each as a distance and whether it is lower on the right.
    pub fn ends(&self) -> Option<[(Distance, bool); 2]> {
        let least = match (self.lower.ends, self.higher.ends) {
            (Some([_, far]), _) => (far, true),
            (None, Some([near, _])) => (near, false),
            (None, None) => return None,
        };
        let greatest = match (self.higher.ends, self.lower.ends) {
            (Some([_, far]), _) => (far, false),
            (None, Some([near, _])) => (near, true),
            (None, None) => return None,
        };
        Some([least, greatest])
    }
}

/// The power of ten at or below a distance, within those that are told apart.
fn decade(distance: Distance, places: i32) -> i32 {
    let decade = match distance {
        Distance::Double(value) => LOWEST + BEGINNINGS.partition_point(|&beginning| beginning <= value) as i32,
        Distance::Exact(units) => match units.to_i128() {
            Some(0) => LOWEST,
            Some(units) => units.unsigned_abs().ilog10() as i32 - places,
            None => units.to_string().len() as i32 - 1 - places,
        },
    };
    decade.clamp(LOWEST, HIGHEST)
}

#[cfg(test)]
#[path = "distances_tests.rs"]
mod tests;
