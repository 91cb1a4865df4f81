//! A footer before the parquet crate decodes it.

use super::layout;
use super::thrift::{Field, Reader, damaged, kind};
use parquet::errors::Result;

/// Groups inside each other in a schema. Decoding goes down them by recursion, which must not exhaust a thread's stack.
const MAX_SCHEMA_DEPTH: usize = 3000;

/// Whether the file, or a column of it, is encrypted. Checks that every list of the footer fits into its bytes and that
/// the schema is a tree of bounded depth.
pub(crate) fn is_encrypted(footer: &[u8]) -> Result<bool> {
    layout::check_footer(footer)?;
    let mut encrypted = false;
    let mut types = Vec::new();
    Reader::new(footer).fields(|reader, field| match (field.id, field.kind) {
        (2, kind::LIST) => {
            types = check_schema(reader)?;
            Ok(())
        }
        (4, kind::LIST) => each_struct(reader, &mut |_, reader, field| match (field.id, field.kind) {
            (1, kind::LIST) => each_struct(reader, &mut |number, reader, field| match field.id {
                3 => check_column(reader, types.get(number).copied()),
                // How a column is encrypted, or its encrypted metadata.
                id => {
                    encrypted |= matches!(id, 8 | 9);
                    reader.skip(field)
                }
            }),
            _ => reader.skip(field),
        }),
        (8, _) => {
            encrypted = true;
            reader.skip(field)
        }
        _ => reader.skip(field),
    })?;
    Ok(encrypted)
}

/// Checks that a column's metadata name the type that the schema has for it.
fn check_column(reader: &mut Reader<'_>, expected: Option<i32>) -> Result<()> {
    reader.fields(|reader, field| match field.id {
        1 if Some(reader.i32(field)?) != expected => Err(damaged("a column has another type than in the schema")),
        1 => Ok(()),
        _ => reader.skip(field),
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

/// Checks the schema: the physical types of its leaves, by their numbers.
fn check_schema(reader: &mut Reader<'_>) -> Result<Vec<i32>> {
    let (len, element) = reader.list()?;
    if element != kind::STRUCT {
        return Err(damaged("its schema holds something else than structs"));
    }
    // Children still to come of each group that is open.
    let mut open: Vec<usize> = Vec::new();
    let mut types = Vec::new();
    for number in 0..len {
        let (mut physical, mut children) = (None, None);
        reader.fields(|reader, field| {
            match field.id {
                1 => physical = Some(reader.i32(field)?),
                5 => children = Some(reader.i32(field)?),
                _ => reader.skip(field)?,
            }
            Ok(())
        })?;
        // A group may be empty, but only a column has a type.
        types.extend(physical.filter(|_| children.unwrap_or(0) == 0));
        let children = usize::try_from(children.unwrap_or(0)).ok();
        let children = children.filter(|&children| children < len - number);
        let children = children.ok_or_else(|| damaged("its schema ends before its columns"))?;
        if let Some(last) = open.last_mut() {
            *last -= 1;
        }
        if children > 0 {
            open.push(children);
            if open.len() > MAX_SCHEMA_DEPTH {
                return Err(damaged(&format!("its schema is nested deeper than {MAX_SCHEMA_DEPTH}")));
            }
        }
        while open.last() == Some(&0) {
            open.pop();
        }
        if open.is_empty() && number + 1 < len {
            return Err(damaged("its schema goes on after its last column"));
        }
    }
    Ok(types)
}
