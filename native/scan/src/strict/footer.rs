//! A footer before the parquet crate decodes it.
//!
//! It is walked once: what is asked of a field is read on the way, and all others are checked against the layout and
//! passed over.

use super::layout::{COLUMN_CHUNK, COLUMN_METADATA, FOOTER, ROW_GROUP, SCHEMA_ELEMENT, check_field};
use super::thrift::{Field, Reader, damaged, kind};
use parquet::errors::Result;

/// Levels of a schema that is read. Decoding goes down them by recursion, which must not exhaust a thread's stack.
pub(crate) const MAX_LEVELS: usize = 1024;

/// The facts that a footer tells before it is decoded.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Whether the file, or a column of it, is encrypted.
    pub(crate) is_encrypted: bool,
    /// How deep its schema is.
    pub(crate) depth: Depth,
}

/// How deep a schema is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Levels below the root.
    Levels(usize),
    /// More than [`MAX_LEVELS`], in the top-level column of this name.
    TooDeep(String),
}

/// Checks that every list of a footer fits into its bytes, that its fields hold what they should and that the schema is
/// a tree, and tells what the footer says.
pub(crate) fn facts(footer: &[u8]) -> Result<Facts> {
    let mut is_encrypted = false;
    let mut schema = Schema::default();
    Reader::new(footer).fields(|reader, field| match (field.id, field.kind) {
        (2, kind::LIST) => {
            schema = check_schema(reader)?;
            Ok(())
        }
        (4, kind::LIST) => each_struct(reader, &mut |_, reader, field| match (field.id, field.kind) {
            (1, kind::LIST) => each_struct(reader, &mut |number, reader, field| match (field.id, field.kind) {
                (3, kind::STRUCT) => check_column(reader, schema.types.get(number).copied()),
                // How a column is encrypted, or its encrypted metadata.
                (id, _) => {
                    is_encrypted |= matches!(id, 8 | 9);
                    check_field(reader, field, COLUMN_CHUNK)
                }
            }),
            _ => check_field(reader, field, ROW_GROUP),
        }),
        (id, _) => {
            // How the file is encrypted.
            is_encrypted |= id == 8;
            check_field(reader, field, FOOTER)
        }
    })?;
    let depth = schema.too_deep.map_or(Depth::Levels(schema.levels), Depth::TooDeep);
    Ok(Facts { is_encrypted, depth })
}

/// Checks that a column's metadata name the type that the schema has for it.
fn check_column(reader: &mut Reader<'_>, expected: Option<i32>) -> Result<()> {
    reader.fields(|reader, field| match field.id {
        1 if Some(reader.i32(field)?) != expected => Err(damaged("a column has another type than in the schema")),
        1 => Ok(()),
        _ => check_field(reader, field, COLUMN_METADATA),
    })
}

/// Takes a field of the struct with this number in a list.
type TakeField<'a> = dyn FnMut(usize, &mut Reader<'_>, Field) -> Result<()> + 'a;

/// Gives each field of each struct of a list to `take`.
fn each_struct(reader: &mut Reader<'_>, take: &mut TakeField<'_>) -> Result<()> {
    let (len, element) = reader.list()?;
    if element != kind::STRUCT {
        return Err(damaged("a list of its metadata holds something else than structs"));
    }
    (0..len).try_for_each(|number| reader.fields(|reader, field| take(number, reader, field)))
}

/// A schema that is a tree.
#[derive(Default)]
struct Schema {
    /// Physical types of its leaves, by their numbers.
    types: Vec<i32>,
    levels: usize,
    /// The first top-level column with more than [`MAX_LEVELS`].
    too_deep: Option<String>,
}

/// Checks that the elements of the schema, listed flat, are a tree.
fn check_schema(reader: &mut Reader<'_>) -> Result<Schema> {
    let (len, element) = reader.list()?;
    if element != kind::STRUCT {
        return Err(damaged("its schema holds something else than structs"));
    }
    // Children still to come of each group that is open.
    let mut open: Vec<usize> = Vec::new();
    let mut schema = Schema::default();
    let mut column: &[u8] = &[];
    for number in 0..len {
        let (mut physical, mut children, mut name): (_, _, &[u8]) = (None, None, &[]);
        reader.fields(|reader, field| {
            match field.id {
                1 => physical = Some(reader.i32(field)?),
                4 => name = reader.binary(field)?,
                5 => children = Some(reader.i32(field)?),
                _ => check_field(reader, field, SCHEMA_ELEMENT)?,
            }
            Ok(())
        })?;
        match open.len() {
            1 => column = name,
            levels if levels > MAX_LEVELS && schema.too_deep.is_none() => {
                schema.too_deep = Some(String::from_utf8_lossy(column).into_owned());
            }
            _ => {}
        }
        schema.levels = schema.levels.max(open.len());
        // A group may be empty, but only a column has a type.
        schema.types.extend(physical.filter(|_| children.unwrap_or(0) == 0));
        let children = usize::try_from(children.unwrap_or(0)).ok();
        let children = children.filter(|&children| children < len - number);
        let children = children.ok_or_else(|| damaged("its schema ends before its columns"))?;
        if let Some(last) = open.last_mut() {
            *last -= 1;
        }
        if children > 0 {
            open.push(children);
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        if open.is_empty() && number + 1 < len {
            return Err(damaged("its schema goes on after its last column"));
        }
    }
    Ok(schema)
}
