//! The structs of a footer and a page index, field by field.
//!
//! The parquet crate takes a field by its number and decodes its bytes as what that number should hold, even where the
//! footer says that it holds something else. What another reader passes over, or refuses, is refused here.

use super::thrift::{Field, Reader, damaged, kind};
use parquet::errors::Result;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    Bool,
    Byte,
    I16,
    I32,
    I64,
    Binary,
    List(&'static Holds),
    Struct(&'static Fields),
}

/// Fields by their numbers. Others may come in later versions of the format; they are passed over.
pub(super) type Fields = [(i16, Holds)];

use Holds::{Binary, Bool, Byte, I16, I32, I64, List, Struct};

const NOTHING: &Fields = &[];
const STATISTICS: &Fields = &[
    (1, Binary),
    (2, Binary),
    (3, I64),
    (4, I64),
    (5, Binary),
    (6, Binary),
    (7, Bool),
    (8, Bool),
];
const KEY_VALUE: &Fields = &[(1, Binary), (2, Binary)];
const TIME_UNIT: &Fields = &[(1, Struct(NOTHING)), (2, Struct(NOTHING)), (3, Struct(NOTHING))];
const TIME: &Fields = &[(1, Bool), (2, Struct(TIME_UNIT))];
const LOGICAL_TYPE: &Fields = &[
    (1, Struct(NOTHING)),
    (2, Struct(NOTHING)),
    (3, Struct(NOTHING)),
    (4, Struct(NOTHING)),
    (5, Struct(&[(1, I32), (2, I32)])),
    (6, Struct(NOTHING)),
    (7, Struct(TIME)),
    (8, Struct(TIME)),
    (10, Struct(&[(1, Byte), (2, Bool)])),
    (11, Struct(NOTHING)),
    (12, Struct(NOTHING)),
    (13, Struct(NOTHING)),
    (14, Struct(NOTHING)),
    (15, Struct(NOTHING)),
    (16, Struct(NOTHING)),
    (17, Struct(NOTHING)),
    (18, Struct(NOTHING)),
];
pub(super) const SCHEMA_ELEMENT: &Fields = &[
    (1, I32),
    (2, I32),
    (3, I32),
    (4, Binary),
    (5, I32),
    (6, I32),
    (7, I32),
    (8, I32),
    (9, I32),
    (10, Struct(LOGICAL_TYPE)),
];
pub(super) const COLUMN_METADATA: &Fields = &[
    (1, I32),
    (2, List(&I32)),
    (3, List(&Binary)),
    (4, I32),
    (5, I64),
    (6, I64),
    (7, I64),
    (8, List(&Struct(KEY_VALUE))),
    (9, I64),
    (10, I64),
    (11, I64),
    (12, Struct(STATISTICS)),
    (13, List(&Struct(&[(1, I32), (2, I32), (3, I32)]))),
    (14, I64),
    (15, I32),
    (16, Struct(&[(1, I64), (2, List(&I64)), (3, List(&I64))])),
    (17, Struct(NOTHING)),
];
pub(super) const COLUMN_CHUNK: &Fields = &[
    (1, Binary),
    (2, I64),
    (3, Struct(COLUMN_METADATA)),
    (4, I64),
    (5, I32),
    (6, I64),
    (7, I32),
    (8, Struct(NOTHING)),
    (9, Binary),
];
pub(super) const ROW_GROUP: &Fields = &[
    (1, List(&Struct(COLUMN_CHUNK))),
    (2, I64),
    (3, I64),
    (4, List(&Struct(&[(1, I32), (2, Bool), (3, Bool)]))),
    (5, I64),
    (6, I64),
    (7, I16),
];
/// A footer.
pub(super) const FOOTER: &Fields = &[
    (1, I32),
    (2, List(&Struct(SCHEMA_ELEMENT))),
    (3, I64),
    (4, List(&Struct(ROW_GROUP))),
    (5, List(&Struct(KEY_VALUE))),
    (6, Binary),
    (7, List(&Struct(&[(1, Struct(NOTHING)), (2, Struct(NOTHING))]))),
    (8, Struct(NOTHING)),
    (9, Binary),
];
/// Where the pages of a column chunk are.
const OFFSET_INDEX: &Fields = &[(1, List(&Struct(&[(1, I64), (2, I32), (3, I64)]))), (2, List(&I64))];
/// Minima and maxima of the pages of a column chunk.
const COLUMN_INDEX: &Fields = &[
    (1, List(&Bool)),
    (2, List(&Binary)),
    (3, List(&Binary)),
    (4, I32),
    (5, List(&I64)),
    (6, List(&I64)),
    (7, List(&I64)),
];

/// Checks that an offset index's fields hold what they should.
pub(crate) fn check_offset_index(bytes: &[u8]) -> Result<()> {
    check_struct(&mut Reader::new(bytes), OFFSET_INDEX)
}

/// The same of a column index.
pub(crate) fn check_column_index(bytes: &[u8]) -> Result<()> {
    check_struct(&mut Reader::new(bytes), COLUMN_INDEX)
}

fn check_struct(reader: &mut Reader<'_>, fields: &'static Fields) -> Result<()> {
    reader.fields(|reader, field| check_field(reader, field, fields))
}

/// Passes over a field of a struct that has these fields, and checks that it holds what it should.
pub(super) fn check_field(reader: &mut Reader<'_>, field: Field, fields: &'static Fields) -> Result<()> {
    match fields.iter().find(|(id, _)| *id == field.id) {
        Some((_, holds)) => check(reader, field, *holds),
        None => reader.skip(field),
    }
}

fn check(reader: &mut Reader<'_>, field: Field, holds: Holds) -> Result<()> {
    if !is_kind(field.kind, holds) {
        return Err(damaged("a field of its metadata holds something else than it should"));
    }
    match holds {
        Struct(fields) => check_struct(reader, fields),
        List(element) => {
            let (len, element_kind) = reader.list()?;
            // An empty list of an old writer may have any kind.
            if len > 0 && !is_kind(element_kind, *element) {
                return Err(damaged("a list of its metadata holds something else than it should"));
            }
            (0..len).try_for_each(|_| match *element {
                Struct(fields) => check_struct(reader, fields),
                _ => reader.skip_element(element_kind),
            })
        }
        _ => reader.skip(field),
    }
}

fn is_kind(found: u8, holds: Holds) -> bool {
    match holds {
        Bool => matches!(found, kind::TRUE | kind::FALSE),
        Byte => found == kind::BYTE,
        I16 => found == kind::I16,
        I32 => found == kind::I32,
        I64 => found == kind::I64,
        Binary => found == kind::BINARY,
        List(_) => found == kind::LIST,
        Struct(_) => found == kind::STRUCT,
    }
}
