//! Types of structs, arrays and maps.
//!
//! A [`Nested`] is a handle that is cheap to clone and to compare. Equal types share one tree, of which the process has
//! one at any time; it goes with the last of its handles.

use crate::types::LeafType;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

/// A type that is made of types.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NestedType {
    /// Fields by name, in the order of the file.
    Struct(Vec<(String, LeafType)>),
    /// Elements in order.
    Array(LeafType),
    /// A set of entries: types of their keys and of their values.
    Map(LeafType, LeafType),
    /// A type that cannot be compared, by its name.
    Unknown(String),
}

/// A nested type, of which there is one tree: types are equal if they are in one place, however deep they are.
#[derive(Clone, Debug)]
pub struct Nested(Arc<Tree>);

/// A tree that takes itself off the list of those that are known when it goes.
#[derive(Debug)]
struct Tree {
    nested: NestedType,
    /// Whether it has yet to be taken off.
    is_listed: bool,
}

impl PartialEq for Nested {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Nested {}

impl Hash for Nested {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(Arc::as_ptr(&self.0), state);
    }
}

/// The trees that there are. A tree's parts are handles, so that comparing two trees looks at one level. An entry holds
/// its parts itself: it is never dropped under the lock, because the last handle of a part comes back for the lock.
static KNOWN: LazyLock<Mutex<HashMap<NestedType, Weak<Tree>>>> = LazyLock::new(Mutex::default);

impl Nested {
    /// The handle of a type.
    pub fn new(nested: NestedType) -> Self {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&nested).and_then(Weak::upgrade) {
            return Nested(found);
        }
        let tree = Arc::new(Tree {
            nested: nested.clone(),
            is_listed: true,
        });
        // In place of a dead tree, whose own end then leaves the new one alone.
        known.insert(nested, Arc::downgrade(&tree));
        Nested(tree)
    }

    /// The type itself.
    pub fn get(&self) -> &NestedType {
        &self.0.nested
    }

    /// Whether there is a tree of this type.
    #[cfg(test)]
    fn is_known(nested: &NestedType) -> bool {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains_key(nested)
    }

    /// The nested types that it is made of.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Nested> {
        let (fields, others): (&[(String, LeafType)], [Option<&LeafType>; 2]) = match self.get() {
            NestedType::Struct(fields) => (fields, [None, None]),
            NestedType::Array(element) => (&[], [Some(element), None]),
            NestedType::Map(key, value) => (&[], [Some(key), Some(value)]),
            NestedType::Unknown(_) => (&[], [None, None]),
        };
        let leaves = fields.iter().map(|(_, leaf)| leaf).chain(others.into_iter().flatten());
        leaves.filter_map(|leaf| match leaf {
            LeafType::Nested(nested) | LeafType::Struct(nested) => Some(nested),
            _ => None,
        })
    }

    /// Whether there is a type in it that cannot be compared.
    pub fn has_unknown(&self) -> bool {
        let unknown = |leaf: &LeafType| matches!(leaf, LeafType::Nested(inner) if inner.has_unknown());
        match self.get() {
            NestedType::Struct(fields) => fields.iter().any(|(_, leaf)| unknown(leaf)),
            NestedType::Array(element) => unknown(element),
            NestedType::Map(key, value) => unknown(key) || unknown(value),
            NestedType::Unknown(_) => true,
        }
    }

    /// The type that holds the values of both, when two files of one side store a column differently. Structs inside
    /// arrays and maps need the same fields.
    pub fn widen(&self, other: &Nested) -> Option<Nested> {
        Some(Nested::new(match (self.get(), other.get()) {
            (NestedType::Array(a), NestedType::Array(b)) => NestedType::Array(a.widen(b)?),
            (NestedType::Map(k, v), NestedType::Map(l, w)) => NestedType::Map(k.widen(l)?, v.widen(w)?),
            (NestedType::Struct(a), NestedType::Struct(b)) if a.len() == b.len() => {
                let widened = a.iter().map(|(name, leaf)| {
                    let (_, other) = b.iter().find(|(other, _)| other == name)?;
                    Some((name.clone(), leaf.widen(other)?))
                });
                NestedType::Struct(widened.collect::<Option<_>>()?)
            }
            (a, b) if a == b => a.clone(),
            _ => return None,
        }))
    }
}

impl Tree {
    /// Takes it off the list. The parts that it was made of, and those that its entry held, go to `open`.
    fn dissolve(&mut self, open: &mut Vec<Nested>) {
        if !std::mem::take(&mut self.is_listed) {
            return;
        }
        let nested = std::mem::replace(&mut self.nested, NestedType::Unknown(String::new()));
        let entry = {
            let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
            // A dead tree stays dead. One that lives is another one of the same type, made since nothing held this one.
            let is_dead = known.get(&nested).is_some_and(|tree| tree.strong_count() == 0);
            if is_dead { known.remove_entry(&nested) } else { None }
        };
        for nested in [Some(nested), entry.map(|(nested, _)| nested)].into_iter().flatten() {
            let mut take = |leaf| {
                if let LeafType::Nested(part) | LeafType::Struct(part) = leaf {
                    open.push(part);
                }
            };
            match nested {
                NestedType::Struct(fields) => fields.into_iter().for_each(|(_, leaf)| take(leaf)),
                NestedType::Array(element) => take(element),
                NestedType::Map(key, value) => [key, value].into_iter().for_each(take),
                NestedType::Unknown(_) => {}
            }
        }
    }
}

impl Drop for Tree {
    /// Part by part from a list: a type may be too deep for a drop within a drop.
    fn drop(&mut self) {
        let mut open = Vec::new();
        self.dissolve(&mut open);
        while let Some(part) = open.pop() {
            if let Some(mut tree) = Arc::into_inner(part.0) {
                tree.dissolve(&mut open);
            }
        }
    }
}

/// Levels of a type that its name tells. What is deeper stands as `...`, so that names of columns in deep structs stay
/// readable.
const NAMED_LEVELS: usize = 100;

impl fmt::Display for Nested {
    /// The name of the type, from a list of what is still to be written: a type may be too deep for a call within a
    /// call.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        enum Part<'a> {
            Text(&'a str),
            Type(&'a LeafType, usize),
            Nested(&'a Nested, usize),
        }
        let mut parts = vec![Part::Nested(self, 0)];
        while let Some(part) = parts.pop() {
            let (nested, level) = match part {
                Part::Text(text) => {
                    f.write_str(text)?;
                    continue;
                }
                Part::Nested(nested, level)
                | Part::Type(LeafType::Nested(nested) | LeafType::Struct(nested), level) => (nested, level),
                Part::Type(flat, _) => {
                    flat.fmt(f)?;
                    continue;
                }
            };
            let (open, inner): (_, Vec<(Option<&str>, &LeafType)>) = match nested.get() {
                NestedType::Unknown(name) => {
                    f.write_str(name)?;
                    continue;
                }
                NestedType::Struct(fields) => (
                    "struct<",
                    fields.iter().map(|(name, leaf)| (Some(name.as_str()), leaf)).collect(),
                ),
                NestedType::Array(element) => ("array<", vec![(None, element)]),
                NestedType::Map(key, value) => ("map<", vec![(None, key), (None, value)]),
            };
            f.write_str(open)?;
            parts.push(Part::Text(">"));
            if level == NAMED_LEVELS {
                parts.push(Part::Text("..."));
                continue;
            }
            for (number, (name, leaf)) in inner.into_iter().enumerate().rev() {
                parts.push(Part::Type(leaf, level + 1));
                if let Some(name) = name {
                    parts.extend([Part::Text(":"), Part::Text(name)]);
                }
                if number > 0 {
                    parts.push(Part::Text(","));
                }
            }
        }
        Ok(())
    }
}

/// The partners of a struct's fields in another struct, by name; `None` unless every field of both has one.
pub(crate) fn partners(
    left: &[(String, LeafType)],
    right: &[(String, LeafType)],
    case_sensitive: bool,
) -> Option<Vec<usize>> {
    if left.iter().map(|(name, _)| name).eq(right.iter().map(|(name, _)| name)) {
        return Some((0..left.len()).collect());
    }
    let matching = |fold: &dyn Fn(&str) -> String| {
        let names: Vec<String> = right.iter().map(|(name, _)| fold(name)).collect();
        let places = left.iter().map(|(name, _)| {
            let folded = fold(name);
            names.iter().position(|other| *other == folded)
        });
        let places: Vec<usize> = places.collect::<Option<_>>()?;
        let distinct: HashSet<usize> = places.iter().copied().collect();
        (left.len() == right.len() && distinct.len() == places.len()).then_some(places)
    };
    matching(&str::to_owned).or_else(|| {
        if case_sensitive {
            None
        } else {
            matching(&str::to_lowercase)
        }
    })
}

/// Whether two types are the same but for what no comparison sees: the order of fields, units of time, the case of
/// names.
pub fn is_same_type(left: &LeafType, right: &LeafType, case_sensitive: bool) -> bool {
    let same = |l: &LeafType, r: &LeafType| is_same_type(l, r, case_sensitive);
    match (left, right) {
        // Fields that are leaves of their own say themselves what changed.
        (LeafType::Struct(_), LeafType::Struct(_)) => true,
        (LeafType::Nested(l), LeafType::Nested(r)) => match (l.get(), r.get()) {
            (NestedType::Struct(a), NestedType::Struct(b)) => partners(a, b, case_sensitive)
                .is_some_and(|places| a.iter().zip(places).all(|((_, l), place)| same(l, &b[place].1))),
            (NestedType::Array(a), NestedType::Array(b)) => same(a, b),
            (NestedType::Map(k, v), NestedType::Map(l, w)) => same(k, l) && same(v, w),
            (a, b) => a == b,
        },
        _ => left.to_string() == right.to_string(),
    }
}

/// Whether relaxations reach a flat type like this in a column: its own, or one inside an array or a map, but for keys
/// of maps.
pub fn reaches(leaf: &LeafType, is_like: &dyn Fn(&LeafType) -> bool) -> bool {
    match leaf {
        LeafType::Nested(nested) | LeafType::Struct(nested) => match nested.get() {
            NestedType::Struct(fields) => fields.iter().any(|(_, field)| reaches(field, is_like)),
            NestedType::Array(reached) | NestedType::Map(_, reached) => reaches(reached, is_like),
            NestedType::Unknown(_) => false,
        },
        _ => is_like(leaf),
    }
}

/// Whether text rules reach text in a column of this type.
pub fn has_text(leaf: &LeafType) -> bool {
    reaches(leaf, &|leaf| *leaf == LeafType::String)
}

/// Whether it is an array.
pub fn is_array(leaf: &LeafType) -> bool {
    matches!(leaf, LeafType::Nested(nested) if matches!(nested.get(), NestedType::Array(_)))
}

/// The type that options reach a column by: of arrays and maps, that of their elements or values.
pub fn reached_type(leaf: &LeafType) -> &LeafType {
    match leaf {
        LeafType::Nested(nested) => match nested.get() {
            NestedType::Array(reached) | NestedType::Map(_, reached) => reached_type(reached),
            _ => leaf,
        },
        _ => leaf,
    }
}

#[cfg(test)]
#[path = "nested_tests.rs"]
pub(crate) mod tests;
