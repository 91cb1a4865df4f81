//! Rows of structs, arrays and maps.
//!
//! Parquet stores the leaves below a field one by one, each value with two levels: the *definition level* says down to
//! which field the value is there, the *repetition level* at which array it continues one that has begun. A
//! [`NestedReader`] reads the leaves side by side and puts each row together as own bytes
//! ([`parity_kernels::nested::bytes`]); a [`StructReader`] only asks the levels of one leaf whether a struct is there.

use crate::column::pages::HELD_BYTES;
use crate::column::{Access, BATCH_ROWS, ColumnReader, Levelled};
use crate::error::{ScanError, ScanResult};
use crate::files::source::FileBytes;
use crate::footer::Footer;
use crate::footer::schema::{Node, NodeKind, StructPlace};
use arrow::array::{Array, ArrayRef, BinaryViewBuilder, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use parity_kernels::domain::values;
use parity_kernels::nested::bytes::{ABSENT, PRESENT, put_entries, put_flat};
use parity_kernels::types::LeafType;
use parity_kernels::types::nested::NestedType;
use std::sync::Arc;

/// Rows of arrays and maps that are put together at a time: a row may hold thousands of values.
const NESTED_BATCH_ROWS: usize = 1024;

/// Something that gives the rows of a column of a row group, in order.
pub trait RowReader {
    /// Rows to read at a time.
    fn batch_rows(&self) -> usize;
    /// The next rows: as many, or fewer where they are large, but at least one. There must be as many.
    fn read(&mut self, rows: usize) -> ScanResult<ArrayRef>;
    /// How many rows have about this many bytes, by what the footer says; at least one.
    fn rows_of(&self, bytes: u64) -> u32;
    /// The definition level of each row that was read last, by its first entry; `None` where nulls tell it.
    fn levels(&self) -> Option<&[i16]>;
    /// Leaves out the next rows.
    fn skip(&mut self, rows: usize) -> ScanResult<()>;
    /// Checks that no rows are left.
    fn end(&mut self) -> ScanResult<()>;
}

impl RowReader for ColumnReader {
    fn batch_rows(&self) -> usize {
        BATCH_ROWS
    }

    fn read(&mut self, rows: usize) -> ScanResult<ArrayRef> {
        ColumnReader::read(self, rows)
    }

    fn rows_of(&self, bytes: u64) -> u32 {
        rows_of(self.row_bytes(), bytes)
    }

    fn levels(&self) -> Option<&[i16]> {
        ColumnReader::levels(self)
    }

    fn skip(&mut self, rows: usize) -> ScanResult<()> {
        ColumnReader::skip(self, rows)
    }

    fn end(&mut self) -> ScanResult<()> {
        ColumnReader::end(self)
    }
}

fn rows_of(row_bytes: u64, bytes: u64) -> u32 {
    u32::try_from(bytes / row_bytes.max(1)).unwrap_or(u32::MAX).max(1)
}

/// A row group of an open file.
#[derive(Clone, Copy, Debug)]
pub struct Group<'a> {
    /// The file's path.
    pub path: &'a str,
    /// The file.
    pub bytes: &'a Arc<dyn FileBytes>,
    /// Its footer.
    pub footer: &'a Footer,
    /// The row group.
    pub number: usize,
    /// How its columns are read.
    pub access: Access<'a>,
}

impl Group<'_> {
    /// A reader of one of its leaves.
    pub fn leaf(&self, leaf: usize) -> ScanResult<ColumnReader> {
        ColumnReader::open(self.path, self.bytes, self.footer, self.number, leaf, self.access)
    }

    fn max_def(&self, leaf: usize) -> i16 {
        let group = self.footer.metadata.row_group(self.number);
        group.column(leaf).column_descr().max_def_level()
    }
}

/// Tells of each row whether a struct is there: null or true.
#[derive(Debug)]
pub struct StructReader {
    reader: ColumnReader,
    def: i16,
    levels: Option<Vec<i16>>,
}

impl StructReader {
    /// A reader of the struct in a row group.
    pub fn open(group: Group<'_>, place: &StructPlace) -> ScanResult<Self> {
        Ok(StructReader {
            reader: group.leaf(place.number)?,
            def: place.def,
            levels: None,
        })
    }
}

impl RowReader for StructReader {
    fn batch_rows(&self) -> usize {
        BATCH_ROWS.min(self.rows_of(HELD_BYTES) as usize)
    }

    fn rows_of(&self, bytes: u64) -> u32 {
        self.reader.rows_of(bytes)
    }

    fn read(&mut self, rows: usize) -> ScanResult<ArrayRef> {
        let Levelled { array, def, rep } = self.reader.read_levels(rows)?;
        let is_there = |entry: usize| match &def {
            Some(def) => def[entry] >= self.def,
            // Without levels there is one at most.
            None => self.def == 0 || array.is_valid(entry),
        };
        let first_of_row = |entry: usize| rep.as_ref().is_none_or(|rep| rep[entry] == 0);
        let there: BooleanBuffer = (0..array.len()).filter(|&e| first_of_row(e)).map(is_there).collect();
        // A flat leaf may give fewer.
        if there.is_empty() || there.len() > rows || rep.is_some() && there.len() != rows {
            return Err(self.reader.damaged("its levels tell of other rows"));
        }
        self.levels = first_levels(def.as_deref(), rep.as_deref());
        let values = BooleanBuffer::new_set(there.len());
        Ok(Arc::new(BooleanArray::new(values, Some(NullBuffer::new(there)))))
    }

    fn levels(&self) -> Option<&[i16]> {
        self.levels.as_deref()
    }

    fn skip(&mut self, rows: usize) -> ScanResult<()> {
        self.reader.skip(rows)
    }

    fn end(&mut self) -> ScanResult<()> {
        self.reader.end()
    }
}

/// The definition level of each row's first entry.
fn first_levels(def: Option<&[i16]>, rep: Option<&[i16]>) -> Option<Vec<i16>> {
    let def = def?;
    let Some(rep) = rep else {
        return Some(def.to_vec());
    };
    let firsts = def.iter().zip(rep).filter(|(_, rep)| **rep == 0);
    Some(firsts.map(|(def, _)| *def).collect())
}

/// Reads arrays or maps as own bytes.
#[derive(Debug)]
pub struct NestedReader {
    path: String,
    what: String,
    plan: Assembly,
    leaves: Vec<LeafReader>,
    levels: Option<Vec<i16>>,
}

#[derive(Debug)]
struct LeafReader {
    reader: ColumnReader,
    stored: values::Stored,
    own: LeafType,
    max_def: i16,
}

impl NestedReader {
    /// A reader of the field `node` in a row group; `leaf` is the type of the side's column.
    pub fn open(group: Group<'_>, node: &Node, leaf: &LeafType) -> ScanResult<Self> {
        let mut wanted = Vec::new();
        let plan = Assembly::of(node, leaf, &mut wanted)
            .ok_or_else(|| ScanError::corrupt(group.path, format!("{} does not hold {leaf}", node.leaf)))?;
        let leaves = wanted.into_iter().map(|(number, stored, own)| {
            Ok(LeafReader {
                reader: group.leaf(number)?,
                stored,
                own,
                max_def: group.max_def(number),
            })
        });
        Ok(NestedReader {
            path: group.path.to_owned(),
            what: format!("row group {}", group.number),
            plan,
            leaves: leaves.collect::<ScanResult<_>>()?,
            levels: None,
        })
    }
}

impl RowReader for NestedReader {
    fn batch_rows(&self) -> usize {
        NESTED_BATCH_ROWS.min(self.rows_of(HELD_BYTES) as usize)
    }

    fn rows_of(&self, bytes: u64) -> u32 {
        rows_of(self.leaves.iter().map(|leaf| leaf.reader.row_bytes()).sum(), bytes)
    }

    fn read(&mut self, rows: usize) -> ScanResult<ArrayRef> {
        let mut entries = Vec::with_capacity(self.leaves.len());
        for leaf in &mut self.leaves {
            let Levelled { array, def, rep } = leaf.reader.read_levels(rows)?;
            let own = values::own(&array, &leaf.stored, &leaf.own)
                .map_err(|e| ScanError::corrupt(&self.path, format!("{}: {e}", self.what)))?;
            entries.push(Entries {
                own,
                def,
                rep,
                max_def: leaf.max_def,
                at: 0,
            });
        }
        let first = entries.first();
        self.levels = first.and_then(|leaf| first_levels(leaf.def.as_deref(), leaf.rep.as_deref()));
        let mut builder = BinaryViewBuilder::with_capacity(rows);
        let mut out = Vec::new();
        for _ in 0..rows {
            out.clear();
            let row = if entries.iter().all(|leaf| leaf.rep() == Some(0)) {
                self.plan.put(&mut entries, 0, &mut out)
            } else {
                None
            };
            match row {
                Some(true) => builder.append_value(&out[1..]),
                Some(false) => builder.append_null(),
                None => return Err(self.disagree()),
            }
        }
        if entries.iter().any(|leaf| leaf.at != leaf.own.len()) {
            return Err(self.disagree());
        }
        Ok(Arc::new(builder.finish()))
    }

    fn levels(&self) -> Option<&[i16]> {
        self.levels.as_deref()
    }

    fn skip(&mut self, rows: usize) -> ScanResult<()> {
        self.leaves.iter_mut().try_for_each(|leaf| leaf.reader.skip(rows))
    }

    fn end(&mut self) -> ScanResult<()> {
        self.leaves.iter_mut().try_for_each(|leaf| leaf.reader.end())
    }
}

impl NestedReader {
    fn disagree(&self) -> ScanError {
        ScanError::corrupt(
            &self.path,
            format!("{}: the leaves of a nested column disagree about its rows", self.what),
        )
    }
}

/// A leaf's values with their levels, and how far they are used up.
struct Entries {
    own: ArrayRef,
    def: Option<Vec<i16>>,
    rep: Option<Vec<i16>>,
    max_def: i16,
    at: usize,
}

impl Entries {
    /// The repetition level of the next entry; `None` when there is none.
    fn rep(&self) -> Option<i16> {
        if self.at >= self.own.len() {
            return None;
        }
        match &self.rep {
            Some(rep) => rep.get(self.at).copied(),
            None => Some(0),
        }
    }

    /// The definition level of the next entry; `None` when there is none.
    fn def(&self) -> Option<i16> {
        if self.at >= self.own.len() {
            return None;
        }
        match &self.def {
            Some(def) => def.get(self.at).copied(),
            None if self.own.is_null(self.at) => Some(self.max_def - 1),
            None => Some(self.max_def),
        }
    }
}

/// How a value is put together, in the order of the side's type.
#[derive(Debug)]
struct Assembly {
    def: i16,
    /// The first leaf below, and the leaf after the last one.
    first: usize,
    end: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Leaf,
    Struct(Vec<Assembly>),
    Array {
        rep: i16,
        element: Box<Assembly>,
    },
    Map {
        rep: i16,
        key: Box<Assembly>,
        value: Box<Assembly>,
    },
}

impl Assembly {
    fn of(node: &Node, own: &LeafType, wanted: &mut Vec<(usize, values::Stored, LeafType)>) -> Option<Assembly> {
        let first = wanted.len();
        let own_nested = match own {
            LeafType::Nested(nested) => Some(nested.get()),
            _ => None,
        };
        let kind = match (&node.kind, own_nested) {
            (NodeKind::Leaf { number, stored, .. }, None) => {
                wanted.push((*number, stored.clone()?, own.clone()));
                Kind::Leaf
            }
            // Other files hold something where this one has nothing but nulls.
            (NodeKind::Leaf { number, stored, .. }, Some(_))
                if stored.as_ref().is_some_and(|s| s.leaf == LeafType::Void) =>
            {
                wanted.push((*number, stored.clone()?, own.clone()));
                Kind::Leaf
            }
            (NodeKind::Struct(fields), Some(NestedType::Struct(own))) => {
                let fields = own.iter().map(|(name, own)| {
                    let (_, field) = fields.iter().find(|(other, _)| other == name)?;
                    Assembly::of(field, own, wanted)
                });
                Kind::Struct(fields.collect::<Option<_>>()?)
            }
            (NodeKind::Array { rep, element }, Some(NestedType::Array(own))) => Kind::Array {
                rep: *rep,
                element: Box::new(Assembly::of(element, own, wanted)?),
            },
            (NodeKind::Map { rep, key, value }, Some(NestedType::Map(own_key, own_value))) => Kind::Map {
                rep: *rep,
                key: Box::new(Assembly::of(key, own_key, wanted)?),
                value: Box::new(Assembly::of(value, own_value, wanted)?),
            },
            _ => return None,
        };
        Some(Assembly {
            def: node.def,
            first,
            end: wanted.len(),
            kind,
        })
    }

    /// Appends the next value, and says whether it is there; `None` when the leaves disagree, with each other or with
    /// what is above them, which is there from the definition level `above` on.
    fn put(&self, leaves: &mut [Entries], above: i16, out: &mut Vec<u8>) -> Option<bool> {
        let def = leaves[self.first].def().filter(|&def| def >= above)?;
        if def < self.def {
            out.push(ABSENT);
            self.pass(leaves, def)?;
            return Some(false);
        }
        out.push(PRESENT);
        match &self.kind {
            Kind::Leaf => {
                let leaf = &mut leaves[self.first];
                if leaf.own.is_null(leaf.at) {
                    return None;
                }
                put_flat(out, leaf.own.as_ref(), leaf.at);
                leaf.at += 1;
            }
            Kind::Struct(fields) => {
                for field in fields {
                    field.put(leaves, self.def, out)?;
                }
            }
            Kind::Array { element, .. } if def == self.def => {
                element.pass(leaves, def)?;
                out.push(ABSENT);
            }
            Kind::Array { rep, element } => {
                loop {
                    out.push(PRESENT);
                    element.put(leaves, self.def + 1, out)?;
                    if !self.continues(leaves, *rep)? {
                        break;
                    }
                }
                out.push(ABSENT);
            }
            Kind::Map { key, value, .. } if def == self.def => {
                key.pass(leaves, def)?;
                value.pass(leaves, def)?;
                out.push(ABSENT);
            }
            Kind::Map { rep, key, value } => {
                let mut entries = Vec::new();
                loop {
                    let mut entry = Vec::new();
                    key.put(leaves, self.def + 1, &mut entry)?;
                    value.put(leaves, self.def + 1, &mut entry)?;
                    entries.push(entry);
                    if !self.continues(leaves, *rep)? {
                        break;
                    }
                }
                put_entries(out, entries);
            }
        }
        Some(true)
    }

    /// Whether another element or entry follows; `None` where the leaves disagree about it.
    fn continues(&self, leaves: &[Entries], rep: i16) -> Option<bool> {
        let next = leaves[self.first].rep();
        let agree = leaves[self.first..self.end].iter().all(|leaf| leaf.rep() == next);
        (agree && next.is_none_or(|next| next <= rep)).then(|| next == Some(rep))
    }

    /// Passes over the one entry that every leaf has where a value above them is not there: they all say so by the same
    /// level.
    fn pass(&self, leaves: &mut [Entries], def: i16) -> Option<()> {
        for leaf in &mut leaves[self.first..self.end] {
            if leaf.def() != Some(def) {
                return None;
            }
            leaf.at += 1;
        }
        Some(())
    }
}
