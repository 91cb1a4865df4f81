//! The domain in which two arrays, two maps or two structs inside them meet: a shape that says level by level how.

use crate::domain::Domain;
use crate::types::LeafType;
use crate::types::nested::{NestedType, partners};
use serde::{Deserialize, Serialize};

/// How the values of two arrays or maps meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestedDomain {
    /// How, level by level.
    pub shape: Shape,
    /// Whether both sides' own bytes are the domain's already.
    pub plain: bool,
    /// Whether the array is a multiset: its elements may stand in any order. Arrays inside it keep theirs.
    pub unordered: bool,
}

/// How values meet at one level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// A flat value meets in this domain.
    Flat(Domain),
    /// Element by element.
    Array(Box<Shape>),
    /// Entry by entry, whatever their order.
    Map(Box<Shape>, Box<Shape>),
    /// Field by field.
    Struct(Vec<ShapeField>),
    /// Not at all: two that are not null differ.
    Apart,
}

/// A field of two structs that meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShapeField {
    /// Left and right name, which may differ by case.
    pub names: [String; 2],
    /// How its values meet.
    pub shape: Shape,
}

impl NestedDomain {
    /// The domain in which two nested types meet; [`Domain::Apart`] where they never do.
    pub fn of(left: &LeafType, right: &LeafType, case_sensitive: bool) -> Domain {
        match shape_of(left, right, case_sensitive) {
            Shape::Apart => Domain::Apart {
                left: Box::new(Domain::own(left)),
                right: Box::new(Domain::own(right)),
            },
            shape => Domain::Nested(Box::new(NestedDomain {
                plain: is_plain(left, right, &shape),
                shape,
                unordered: false,
            })),
        }
    }

    /// The same with the array as a multiset.
    #[must_use]
    pub fn unordered(self) -> Self {
        NestedDomain {
            plain: false,
            unordered: true,
            ..self
        }
    }

    /// Whether this holds of how flat values meet anywhere that relaxations reach. `leaves` are the types of both
    /// sides.
    pub fn reaches(&self, leaves: [&LeafType; 2], is_so: &dyn Fn(&Domain, [&LeafType; 2]) -> bool) -> bool {
        shape_reaches(&self.shape, leaves, is_so)
    }
}

fn shape_reaches(shape: &Shape, leaves: [&LeafType; 2], is_so: &dyn Fn(&Domain, [&LeafType; 2]) -> bool) -> bool {
    if let Shape::Flat(domain) = shape {
        return is_so(domain, leaves);
    }
    let [LeafType::Nested(left), LeafType::Nested(right)] = leaves else {
        return false;
    };
    match (shape, left.get(), right.get()) {
        (Shape::Array(inner), NestedType::Array(l), NestedType::Array(r))
        | (Shape::Map(_, inner), NestedType::Map(_, l), NestedType::Map(_, r)) => shape_reaches(inner, [l, r], is_so),
        (Shape::Struct(shapes), NestedType::Struct(l), NestedType::Struct(r)) => {
            shapes.iter().any(
                |field| match (field_named(l, &field.names[0]), field_named(r, &field.names[1])) {
                    (Some(l), Some(r)) => shape_reaches(&field.shape, [l, r], is_so),
                    _ => false,
                },
            )
        }
        _ => false,
    }
}

fn field_named<'a>(fields: &'a [(String, LeafType)], name: &str) -> Option<&'a LeafType> {
    fields.iter().find(|(own, _)| own == name).map(|(_, leaf)| leaf)
}

fn shape_of(left: &LeafType, right: &LeafType, case_sensitive: bool) -> Shape {
    let meet = |l: &LeafType, r: &LeafType| Box::new(shape_of(l, r, case_sensitive));
    let (l, r) = match (left, right) {
        (LeafType::Nested(l), LeafType::Nested(r)) => (l.get(), r.get()),
        (LeafType::Nested(_) | LeafType::Struct(_), _) | (_, LeafType::Nested(_) | LeafType::Struct(_)) => {
            return Shape::Apart;
        }
        _ => {
            return match Domain::of(left, right) {
                Domain::Apart { .. } => Shape::Apart,
                domain => Shape::Flat(domain),
            };
        }
    };
    match (l, r) {
        (NestedType::Array(a), NestedType::Array(b)) => Shape::Array(meet(a, b)),
        (NestedType::Map(k, v), NestedType::Map(l, w)) => Shape::Map(meet(k, l), meet(v, w)),
        (NestedType::Struct(a), NestedType::Struct(b)) => match partners(a, b, case_sensitive) {
            None => Shape::Apart,
            Some(places) => Shape::Struct(
                a.iter()
                    .zip(places)
                    .map(|((name, leaf), place)| ShapeField {
                        names: [name.clone(), b[place].0.clone()],
                        shape: *meet(leaf, &b[place].1),
                    })
                    .collect(),
            ),
        },
        _ => Shape::Apart,
    }
}

/// Whether own bytes of both types are equal exactly if the values are.
fn is_plain(left: &LeafType, right: &LeafType, shape: &Shape) -> bool {
    match shape {
        Shape::Flat(domain) => {
            let same_bytes = left.own_type() == right.own_type();
            same_bytes && *domain == Domain::own(left) && *domain == Domain::own(right)
        }
        Shape::Apart => false,
        _ => match (left, right) {
            (LeafType::Nested(l), LeafType::Nested(r)) => match (l.get(), r.get(), shape) {
                (NestedType::Array(a), NestedType::Array(b), Shape::Array(element)) => is_plain(a, b, element),
                (NestedType::Map(k, v), NestedType::Map(l, w), Shape::Map(key, value)) => {
                    is_plain(k, l, key) && is_plain(v, w, value)
                }
                (NestedType::Struct(a), NestedType::Struct(b), Shape::Struct(fields)) => {
                    let aligned = a.iter().zip(b).zip(fields);
                    a.len() == b.len()
                        && a.len() == fields.len()
                        && aligned.into_iter().all(|(((name, l), (other, r)), field)| {
                            field.names == [name.as_str(), other.as_str()] && is_plain(l, r, &field.shape)
                        })
                }
                _ => false,
            },
            _ => false,
        },
    }
}

#[cfg(test)]
#[path = "nested_tests.rs"]
mod tests;
