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
    Reader::new(footer).fields(|reader, field| match (field.id, field.kind) {
        (2, kind::LIST) => check_schema(reader),
        (4, kind::LIST) => each_struct(reader, &mut |reader, field| match (field.id, field.kind) {
            (1, kind::LIST) => each_struct(reader, &mut |reader, field| {
                // How a column is encrypted, or its encrypted metadata.
                encrypted |= matches!(field.id, 8 | 9);
                reader.skip(field)
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

/// Gives each field of each struct of a list to `take`.
fn each_struct(reader: &mut Reader<'_>, take: &mut dyn FnMut(&mut Reader<'_>, Field) -> Result<()>) -> Result<()> {
    let (len, element) = reader.list()?;
    if element != kind::STRUCT {
        return Err(damaged("a list of its metadata holds something else than structs"));
    }
    (0..len).try_for_each(|_| reader.fields(&mut *take))
}

fn check_schema(reader: &mut Reader<'_>) -> Result<()> {
    let (len, element) = reader.list()?;
    if element != kind::STRUCT {
        return Err(damaged("its schema holds something else than structs"));
    }
    // Children still to come of each group that is open.
    let mut open: Vec<usize> = Vec::new();
    for number in 0..len {
        let mut children = None;
        reader.fields(|reader, field| match field.id {
            5 => {
                children = Some(reader.i32(field)?);
                Ok(())
            }
            _ => reader.skip(field),
        })?;
        let children = usize::try_from(children.unwrap_or(0)).ok();
        let children = children.filter(|&children| children <= len - number - 1);
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
    Ok(())
}
