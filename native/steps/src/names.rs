//! Columns by the names that options give them.
//!
//! A field of a struct goes by its path with points (`address.zip`), a struct's name means all of its fields. A top-level column of that
//! very name wins; it is then shown in backquotes, and may be named so.

use parity_scan::dataset::{Column, ColumnIndex, fold_name};
use std::collections::HashMap;

/// The columns of one side by their names.
#[derive(Debug)]
pub struct NameIndex {
    by_name: HashMap<String, usize>,
    by_path: ColumnIndex,
    case_sensitive: bool,
}

impl NameIndex {
    /// Of these columns.
    pub fn new(columns: &[Column], case_sensitive: bool) -> Self {
        let mut by_name = HashMap::new();
        let fold = |name: &str| fold_name(name, case_sensitive);
        let (top, fields): (Vec<_>, Vec<_>) = columns
            .iter()
            .enumerate()
            .partition(|(_, column)| column.path.len() == 1);
        for (number, column) in &fields {
            by_name.entry(fold(&column.name)).or_insert(*number);
        }
        for (number, column) in &top {
            by_name.insert(fold(&quoted(&column.name)), *number);
        }
        for (number, column) in &top {
            by_name.insert(fold(&column.name), *number);
        }
        NameIndex {
            by_name,
            by_path: ColumnIndex::new(columns, case_sensitive),
            case_sensitive,
        }
    }

    /// The column that an option means by this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&fold_name(name, self.case_sensitive)).copied()
    }

    /// The column at this path.
    pub fn at(&self, path: &[String]) -> Option<usize> {
        self.by_path.get(path)
    }
}

/// A top-level name in backquotes.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The name of a column among those of both sides: a top-level name that is also the path of a field stands in backquotes.
pub fn shown_name(column: &Column, sides: [&[Column]; 2], case_sensitive: bool) -> String {
    let folded = fold_name(&column.name, case_sensitive);
    let is_field = |other: &Column| other.path.len() > 1 && fold_name(&other.name, case_sensitive) == folded;
    if column.path.len() == 1 && column.name.contains('.') && sides.into_iter().flatten().any(is_field) {
        quoted(&column.name)
    } else {
        column.name.clone()
    }
}

/// A column, and where it is a struct everything below it.
pub fn family(columns: &[Column], number: usize) -> impl Iterator<Item = usize> {
    let root = &columns[number];
    let below = columns.iter().enumerate();
    std::iter::once(number).chain(
        below
            .filter(|(_, column)| column.is_below(root))
            .map(|(number, _)| number),
    )
}
