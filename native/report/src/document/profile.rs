//! What all changed cells of a column look like together.

use super::{CellCut, distance_number};
use parity_kernels::cause::offset::Offsets;
use parity_kernels::compare::Distance;
use parity_kernels::profile;
use serde_json::Number;

/// Counts by the powers of a base, as JSON lists of two.
pub type Powers = Vec<(i32, u64)>;

/// By how much numbers and times differ: right less left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distances {
    /// Cells that have a difference.
    pub cells: u64,
    /// The least difference; `None` where no JSON number holds it.
    pub least: Option<Number>,
    /// The greatest.
    pub greatest: Option<Number>,
    /// Cells that are lower on the right, by the power of ten at or below their distance.
    pub lower: Powers,
    /// Cells that are higher on the right.
    pub higher: Powers,
    /// The difference that most cells have, and how many these are; `None` where more than 256 are different.
    pub commonest: Option<(String, u64)>,
}

impl Distances {
    /// Of a column whose exact distances have so many decimal places; `None` where no cell has one.
    pub fn of(distances: &profile::distances::Distances, scale: i32, differences: &Offsets) -> Option<Distances> {
        let signed = |(distance, is_lower): (Distance, bool)| {
            let number = distance_number(distance, scale)?;
            let is_zero = number.as_f64() == Some(0.0);
            match is_lower && !is_zero {
                true => format!("-{number}").parse().ok(),
                false => Some(number),
            }
        };
        let [least, greatest] = distances.ends()?.map(signed);
        let commonest = differences.commonest();
        Some(Distances {
            cells: distances.cells(),
            least,
            greatest,
            lower: distances.lower.decades(),
            higher: distances.higher.decades(),
            commonest: commonest.map(|(difference, cells)| (difference.to_string(), cells)),
        })
    }
}

/// A left value that became a right one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The left value.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// What of long values the two are; `None` where they are whole.
    pub cut: Option<CellCut>,
    /// Cells that changed so.
    pub cells: u64,
}

/// Which values became which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// How many different changes there are; `None` where they are more than 256.
    pub distinct: Option<u64>,
    /// The most frequent ones.
    pub top: Vec<Change>,
}

impl Changes {
    /// The changes of a column.
    pub fn of(changes: &profile::changes::Changes) -> Changes {
        let top = changes.told().into_iter().map(|change| {
            let [left, right] = change.texts.clone();
            Change {
                left,
                right,
                cut: change.cut.map(CellCut::from),
                cells: change.cells,
            }
        });
        Changes {
            distinct: changes.distinct(),
            top: top.collect(),
        }
    }
}

/// Where texts changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Cells with text on both sides.
    pub cells: u64,
    /// Characters before the change, by the power of two above their number.
    pub from: Powers,
    /// Characters that changed on the left.
    pub left_length: Powers,
    /// Characters that changed on the right.
    pub right_length: Powers,
}

impl Texts {
    /// The texts of a column; `None` where no cell has one on both sides.
    pub fn of(texts: &profile::texts::Texts) -> Option<Texts> {
        let [left_length, right_length] = texts.lengths.each_ref().map(profile::texts::Lengths::powers);
        (texts.cells > 0).then(|| Texts {
            cells: texts.cells,
            from: texts.from.powers(),
            left_length,
            right_length,
        })
    }
}
