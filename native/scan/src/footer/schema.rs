//! The columns of a file, and the tree of fields below each.

use parity_kernels::domain::values::Stored;
use parity_kernels::types::LeafType;
use std::sync::Arc;

/// A column of a file: a top-level one, or a field of a struct.
#[derive(Clone, Debug)]
pub struct FileColumn {
    /// The number, among the file's columns, of the struct that it is a field of, which stands before it; `None` at the
    /// top level.
    pub parent: Option<usize>,
    /// Its own name.
    pub name: String,
    /// Where it is among the file's leaves and how it is stored; else the name of a type that cannot be compared.
    pub stored: Result<StoredColumn, String>,
}

/// How a file stores a column.
#[derive(Clone, Debug)]
pub enum StoredColumn {
    /// This leaf, a value for each row.
    Flat(usize, Stored),
    /// A struct: the levels of one of its leaves tell where it is.
    Struct(StructPlace),
    /// An array or a map.
    Nested(Arc<Node>),
}

impl StoredColumn {
    /// The type by the file's own schema.
    pub fn leaf(&self) -> &LeafType {
        match self {
            StoredColumn::Flat(_, stored) => &stored.leaf,
            StoredColumn::Struct(place) => &place.leaf,
            StoredColumn::Nested(node) => &node.leaf,
        }
    }
}

/// A field of a file's schema and what is below it.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its type.
    pub leaf: LeafType,
    /// The definition level from which on it is not null.
    pub def: i16,
    /// Its structure.
    pub kind: NodeKind,
}

/// The structure of a field, down to its leaves.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// Values of a leaf.
    Leaf {
        /// Number among the file's leaves.
        number: usize,
        /// How they are stored; `None` when the type cannot be compared.
        stored: Option<Stored>,
        /// Its repetition level: 0 when there is a value for each row.
        rep: i16,
    },
    /// Fields by name.
    Struct(Vec<(String, Node)>),
    /// Elements. The array has some from one definition level above its own on.
    Array {
        /// The repetition level at which further elements follow.
        rep: i16,
        /// Each of them.
        element: Box<Node>,
    },
    /// Entries, likewise.
    Map {
        /// The repetition level at which further entries follow.
        rep: i16,
        /// Their keys.
        key: Box<Node>,
        /// Their values.
        value: Box<Node>,
    },
}

/// Where a file tells whether a struct is there.
#[derive(Clone, Debug)]
pub struct StructPlace {
    /// The type.
    pub leaf: LeafType,
    /// The leaf whose levels tell it.
    pub number: usize,
    /// The definition level from which on the struct is not null.
    pub def: i16,
}

impl Node {
    /// Numbers of the file's leaves below, in order.
    pub fn leaves(&self) -> Vec<usize> {
        let mut leaves = Vec::new();
        self.each_leaf(&mut |number, _| leaves.push(number));
        leaves
    }

    /// Whether there are more than this many structs, arrays and maps in each other.
    pub(crate) fn is_deeper(&self, levels: usize) -> bool {
        let is_deeper = |inner: &Node| levels == 0 || inner.is_deeper(levels - 1);
        match &self.kind {
            NodeKind::Leaf { .. } => false,
            NodeKind::Struct(fields) => fields.iter().any(|(_, field)| is_deeper(field)),
            NodeKind::Array { element, .. } => is_deeper(element),
            NodeKind::Map { key, value, .. } => is_deeper(key) || is_deeper(value),
        }
    }

    /// Gives each leaf below to `f`: its number and its repetition level.
    pub(crate) fn each_leaf(&self, f: &mut impl FnMut(usize, i16)) {
        match &self.kind {
            NodeKind::Leaf { number, rep, .. } => f(*number, *rep),
            NodeKind::Struct(fields) => fields.iter().for_each(|(_, field)| field.each_leaf(f)),
            NodeKind::Array { element, .. } => element.each_leaf(f),
            NodeKind::Map { key, value, .. } => {
                key.each_leaf(f);
                value.each_leaf(f);
            }
        }
    }
}
