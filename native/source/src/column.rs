//! The columns of a side.

use crate::{Code, ParityError};
use parity_kernels::compare::relaxation::Before;
use parity_kernels::spark::zone::Zone;
use parity_kernels::types::LeafType;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What to do about parts of a side that do not fit together.
pub const CONFLICT_HINT: &str = "compare the files apart, or write them with one schema";

/// Why a column has no type by which it could be compared. That is an obstacle only where the column is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoType {
    /// Its type, by this name, cannot be compared.
    Unsupported(String),
    /// Files hold it in ways that do not fit together; a sentence with the files.
    Conflict(String),
    /// A file has two columns whose names differ only by case.
    Ambiguous {
        /// The file.
        path: String,
        /// One name.
        first: String,
        /// The other.
        second: String,
    },
}

impl NoType {
    /// The error of a column that is looked at all the same.
    pub fn error(&self, column: &str) -> ParityError {
        let conflict = |sentence| ParityError::new(Code::SchemaConflict, sentence, CONFLICT_HINT);
        match self {
            NoType::Unsupported(name) => conflict(format!("column {column}: {name}")),
            NoType::Conflict(sentence) => conflict(sentence.clone()),
            NoType::Ambiguous { path, first, second } => ParityError::new(
                Code::AmbiguousColumn,
                format!("{path}: the columns {first} and {second} differ only by case"),
                "match names by case",
            ),
        }
    }
}

/// A column of a dataset: a top-level one, or a field of a struct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, as the first file that has it spells it; a field's names from the top down, with points between them.
    pub name: String,
    /// Its own name: of a field without those of the structs that it is in.
    pub field: String,
    /// The struct that a field is in, by its number among the columns; it stands before the field. `None` for a
    /// top-level column.
    pub parent: Option<usize>,
    /// Its type, or why it has none.
    pub leaf: Result<LeafType, NoType>,
    /// The columns below a struct whose values tell that something is in it.
    pub below: Vec<usize>,
    /// The `null_equals` literal of this column. A struct whose fields are all null, or such a literal, counts as
    /// empty.
    pub null_stands: Option<(Before, Zone)>,
}

impl Column {
    /// A top-level column.
    pub fn new(name: String, leaf: Result<LeafType, NoType>) -> Self {
        Column {
            field: name.clone(),
            name,
            parent: None,
            leaf,
            below: Vec::new(),
            null_stands: None,
        }
    }

    /// A field of a struct, which is column `parent`.
    pub fn field(parent: usize, above: &Column, name: String, leaf: Result<LeafType, NoType>) -> Self {
        let prefix = match above.parent {
            None => quoted(&above.name),
            Some(_) => above.name.clone(),
        };
        Column {
            name: format!("{prefix}.{}", quoted(&name)),
            field: name,
            parent: Some(parent),
            leaf,
            below: Vec::new(),
            null_stands: None,
        }
    }

    /// Its type, of a column that the comparison has accepted.
    pub fn typed(&self) -> Result<&LeafType, ParityError> {
        self.leaf.as_ref().map_err(|no_type| no_type.error(&self.name))
    }

    /// Whether it is a struct, whose fields are columns of their own.
    pub fn is_struct(&self) -> bool {
        matches!(self.leaf, Ok(LeafType::Struct(_)))
    }

    /// The type's name.
    pub fn type_name(&self) -> String {
        match &self.leaf {
            Ok(leaf) => leaf.to_string(),
            Err(NoType::Unsupported(name)) => name.clone(),
            Err(NoType::Conflict(_) | NoType::Ambiguous { .. }) => "of several types".to_owned(),
        }
    }
}

/// A name as a part of a path: with points in it, it stands in backquotes.
pub fn quoted(name: &str) -> String {
    match name.contains(['.', '`']) {
        true => format!("`{}`", name.replace('`', "``")),
        false => name.to_owned(),
    }
}

/// The numbers of columns by their names: of a field, below its struct.
#[derive(Clone, Debug)]
pub struct ColumnIndex {
    by_name: HashMap<(Option<usize>, String), usize>,
    case_sensitive: bool,
}

impl ColumnIndex {
    /// An index of these columns.
    pub fn new(columns: &[Column], case_sensitive: bool) -> Self {
        let mut index = ColumnIndex {
            by_name: HashMap::with_capacity(columns.len()),
            case_sensitive,
        };
        for (number, column) in columns.iter().enumerate() {
            index.add(column, number);
        }
        index
    }

    /// Adds a column.
    pub fn add(&mut self, column: &Column, number: usize) {
        let name = fold_name(&column.field, self.case_sensitive);
        self.by_name.insert((column.parent, name), number);
    }

    /// The column of this name: a field of the struct `parent`, or a top-level column.
    pub fn get(&self, parent: Option<usize>, name: &str) -> Option<usize> {
        let name = fold_name(name, self.case_sensitive);
        self.by_name.get(&(parent, name)).copied()
    }
}

/// A name as names are matched.
pub fn fold_name(name: &str, case_sensitive: bool) -> String {
    if case_sensitive {
        name.to_owned()
    } else {
        name.to_lowercase()
    }
}
