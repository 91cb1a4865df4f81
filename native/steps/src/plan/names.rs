//! Columns by the names that options give them.
//!
//! A field of a struct goes by its path with points (`address.zip`), a struct's name means all of its fields. A top-level column of that
//! very name wins; it is then shown in backquotes, and may be named so.

use parity_source::column::fold_name;
use parity_source::column::{Column, ColumnIndex};
use std::collections::HashMap;

/// The columns of one side by their names.
#[derive(Debug)]
pub struct NameIndex {
    by_name: HashMap<String, usize>,
    by_field: ColumnIndex,
    /// The fields of each column.
    fields: Vec<Vec<usize>>,
    case_sensitive: bool,
}

impl NameIndex {
    /// An index of these columns.
    pub fn new(columns: &[Column], case_sensitive: bool) -> Self {
        let mut by_name = HashMap::new();
        let fold = |name: &str| fold_name(name, case_sensitive);
        let (top, fields): (Vec<_>, Vec<_>) = columns
            .iter()
            .enumerate()
            .partition(|(_, column)| column.parent.is_none());
        let mut below = vec![Vec::new(); columns.len()];
        for (number, column) in &fields {
            if let Some(parent) = column.parent {
                below[parent].push(*number);
            }
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
            by_field: ColumnIndex::new(columns, case_sensitive),
            fields: below,
            case_sensitive,
        }
    }

    /// The column that an option means by this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&fold_name(name, self.case_sensitive)).copied()
    }

    /// The field of this name in a struct, or the top-level column.
    pub fn field(&self, parent: Option<usize>, name: &str) -> Option<usize> {
        self.by_field.get(parent, name)
    }

    /// A column, and where it is a struct everything below it, in the order of the columns.
    pub fn family(&self, number: usize) -> Vec<usize> {
        let mut family = vec![number];
        let mut next = 0;
        while let Some(&number) = family.get(next) {
            family.extend_from_slice(&self.fields[number]);
            next += 1;
        }
        family.sort_unstable();
        family
    }
}

/// A top-level name in backquotes.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The name of a column among those of both sides: a top-level name that is also the path of a field stands in backquotes.
pub fn shown_name(column: &Column, sides: [&[Column]; 2], case_sensitive: bool) -> String {
    let folded = fold_name(&column.name, case_sensitive);
    let is_field = |other: &Column| other.parent.is_some() && fold_name(&other.name, case_sensitive) == folded;
    if column.parent.is_none() && column.name.contains('.') && sides.into_iter().flatten().any(is_field) {
        quoted(&column.name)
    } else {
        column.name.clone()
    }
}
