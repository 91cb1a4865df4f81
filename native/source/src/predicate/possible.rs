//! What a predicate can be for rows of which only bounds are known.

use super::spot::ordered;
use super::{Condition, Predicate, Set, Tree, Verdict, View};

/// Verdicts that rows may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Possible(u8);

impl Possible {
    /// Any of the three.
    pub const ANY: Possible = Possible(0b111);

    /// This one.
    pub fn only(verdict: Verdict) -> Possible {
        Possible(1 << verdict as u8)
    }

    /// Any of both.
    pub fn or(self, other: Possible) -> Possible {
        Possible(self.0 | other.0)
    }

    /// The same where it is known not to be true. What would then be nothing at all is contradicted, and stays.
    pub fn but_true(self) -> Possible {
        match self.0 & !Possible::only(Verdict::True).0 {
            0 => self,
            rest => Possible(rest),
        }
    }

    fn verdicts(self) -> impl Iterator<Item = Verdict> {
        let all = [Verdict::False, Verdict::Null, Verdict::True];
        all.into_iter()
            .filter(move |&verdict| self.0 & (1 << verdict as u8) != 0)
    }

    fn join(self, other: Possible, join: fn(Verdict, Verdict) -> Verdict) -> Possible {
        let pairs = self.verdicts().flat_map(|a| other.verdicts().map(move |b| join(a, b)));
        pairs.map(Possible::only).fold(Possible::default(), Possible::or)
    }

    /// Whether some row may be kept.
    pub fn some_kept(self) -> bool {
        self.verdicts().any(|verdict| verdict == Verdict::True)
    }

    /// Whether every row is kept.
    pub fn all_kept(self) -> bool {
        self == Possible::only(Verdict::True)
    }
}

impl Predicate {
    /// What it can be where the conditions can be what `of` says of each.
    pub fn possible(&self, of: &impl Fn(&Condition) -> Possible) -> Possible {
        self.possible_by_number(&|number| of(&self.conditions[number]))
    }

    /// The same by the conditions' numbers.
    pub fn possible_by_number(&self, of: &impl Fn(usize) -> Possible) -> Possible {
        possible(&self.tree, of)
    }
}

fn possible(tree: &Tree, of: &impl Fn(usize) -> Possible) -> Possible {
    let all = |trees: &[Tree], start, join| {
        trees.iter().fold(Possible::only(start), |joined: Possible, tree| {
            joined.join(possible(tree, of), join)
        })
    };
    match tree {
        Tree::And(trees) => all(trees, Verdict::True, Verdict::min),
        Tree::Or(trees) => all(trees, Verdict::False, Verdict::max),
        Tree::Not(inner) => {
            let negated = possible(inner, of).verdicts().map(|verdict| Possible::only(!verdict));
            negated.fold(Possible::default(), Possible::or)
        }
        Tree::Known(verdict) => Possible::only(*verdict),
        Tree::Condition(number) => of(*number),
    }
}

/// Bounds of own values.
#[derive(Clone, Debug)]
pub enum Bounds {
    /// Numbers from the first to the second.
    Numbers(i128, i128),
    /// The same of floating point, where any row may be NaN besides.
    Doubles(i128, i128),
    /// Byte strings, likewise.
    Bytes(Vec<u8>, Vec<u8>),
    /// Nothing is known.
    Unknown,
}

impl Condition {
    /// What it can be for values within bounds.
    pub fn within(&self, bounds: &Bounds) -> Possible {
        if self.holds == Set::Nothing && self.unknown == Set::Nothing {
            return Possible::only(Verdict::False);
        }
        if self.view != View::Own {
            return Possible::ANY;
        }
        let (holds, surely, unknown) = match bounds {
            Bounds::Unknown => return Possible::ANY,
            Bounds::Numbers(low, high) => (
                self.holds.meets_numbers(*low, *high),
                self.holds.covers_numbers(*low, *high),
                self.unknown.meets_numbers(*low, *high),
            ),
            Bounds::Doubles(low, high) => {
                let nan = self.within(&Bounds::Numbers(ordered(f64::NAN), ordered(f64::NAN)));
                return nan.or(self.within(&Bounds::Numbers(*low, *high)));
            }
            Bounds::Bytes(low, high) => (
                self.holds.meets_bytes(low, high),
                self.holds.covers_bytes(low, high),
                self.unknown.meets_bytes(low, high),
            ),
        };
        if surely {
            return Possible::only(Verdict::True);
        }
        let mut possible = Possible::only(Verdict::False);
        if holds {
            possible = possible.or(Possible::only(Verdict::True));
        }
        if unknown {
            possible = possible.or(Possible::only(Verdict::Null));
        }
        possible
    }
}
