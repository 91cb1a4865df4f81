//! A dataset: the files that a path means, and the columns they have together.
//!
//! Files of one dataset may have their columns in different orders, lack some, and store them in different widths; the
//! dataset's column has the widest type, and a file without it has nulls. Types that no reader would widen into each
//! other are a conflict, said with both files.

use crate::error::{ScanError, ScanResult};
use crate::files::catalog::Catalog;
use crate::files::listing::{self, FoundFile};
use crate::files::partition::{self, PartitionError, PartitionType, PartitionValue};
use crate::files::source::ByteSource;
use crate::footer::schema::{Node, StoredColumn, StructPlace};
use crate::footer::{self, Footer};
use arrow::array::{
    ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, new_null_array,
};
use parity_kernels::domain::values::Stored;
use parity_kernels::types::nested::{Nested, NestedType};
use parity_kernels::types::{LeafType, Unit};
use parity_source::Code;
use parity_source::column::{Column, ColumnIndex, NoType, quoted};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

pub use crate::settings::ReadOptions;

/// How one file has one column of its dataset.
#[derive(Clone, Debug)]
pub enum ColumnInFile {
    /// A flat column: its leaf number in the file and how it is stored.
    Stored(usize, Stored),
    /// A struct: the levels of one leaf tell where it is.
    Struct(StructPlace),
    /// An array or a map.
    Nested(Arc<Node>),
    /// One value for all rows, from the names of the folders: an own array of one element.
    Constant(ArrayRef),
    /// Not at all: its rows are null there.
    Missing,
}

impl ColumnInFile {
    /// The file's leaves that are read.
    pub fn leaves(&self) -> Vec<usize> {
        match self {
            ColumnInFile::Stored(leaf, _) => vec![*leaf],
            ColumnInFile::Struct(place) => vec![place.number],
            ColumnInFile::Nested(node) => node.leaves(),
            ColumnInFile::Constant(_) | ColumnInFile::Missing => Vec::new(),
        }
    }
}

/// A column of a file, as its footer tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileField {
    /// The number of the struct that it is a field of, which stands before it; `None` at the top level.
    pub parent: Option<usize>,
    /// Its own name.
    pub name: String,
    /// Its type as stored; else the name of a type that cannot be compared.
    pub leaf: Result<LeafType, String>,
}

/// The columns of a file, as its footer tells of them.
pub type FileSchema = Vec<FileField>;

/// The columns of a footer, for [`Schema::of`].
pub fn file_schema(footer: &Footer) -> FileSchema {
    let columns = footer.columns.iter();
    columns
        .map(|column| FileField {
            parent: column.parent,
            name: column.name.clone(),
            leaf: column
                .stored
                .as_ref()
                .map(|stored| stored.leaf().clone())
                .map_err(Clone::clone),
        })
        .collect()
}

/// The columns that files have together.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Columns in the order in which files bring them; partition columns last.
    pub columns: Vec<Column>,
    /// For each file, the columns whose value its folders tell.
    pub constants: Vec<Vec<(usize, PartitionValue)>>,
}

impl Schema {
    /// Brings the schemas of files together, each of which has one of the `schemas`: the numbers are `of_file`, and first
    /// appear in ascending order. `path` is how messages call the dataset; `catalog` is what is declared about it, if it
    /// is a table.
    pub fn of(
        path: &str,
        options: ReadOptions,
        files: &[FoundFile],
        schemas: &[FileSchema],
        of_file: &[usize],
        catalog: &Catalog,
    ) -> ScanResult<Schema> {
        let mut merge = Merge {
            path,
            columns: Vec::new(),
            origin: Vec::new(),
            index: ColumnIndex::new(&[], options.case_sensitive),
        };
        // The same columns once more change nothing.
        let mut merged = 0;
        for (file, &number) in files.iter().zip(of_file) {
            if number == merged {
                merge.add_file(file, &schemas[number], catalog);
                merged += 1;
            }
        }
        let defaults = merge.declare(catalog);
        let folders: Vec<&str> = files.iter().map(|f| f.folders.as_str()).collect();
        let partitions = partition::resolve(&folders, &catalog.partitions, options, options.case_sensitive).map_err(
            |e| match e {
                PartitionError::OldTimeParser { .. } => ScanError::ReadOtherwise {
                    code: Code::BadOption,
                    reason: format!("{path}: {e}"),
                    hint: "set spark.sql.legacy.timeParserPolicy to CORRECTED in the session that compares",
                },
                e => ScanError::SchemaConflict(format!("{path}: {e}")),
            },
        )?;
        let partition_columns = merge.add_partitions(&partitions.columns);
        let missing = schemas.iter().map(|schema| {
            let missing = defaults.iter().filter(|(number, _)| {
                let is_it =
                    |field: &FileField| field.parent.is_none() && merge.index.get(None, &field.name) == Some(*number);
                !schema.iter().any(is_it)
            });
            missing.cloned().collect()
        });
        let missing: Vec<Vec<(usize, PartitionValue)>> = missing.collect();
        let constants = partitions.values.into_iter().zip(of_file).map(|(values, &schema)| {
            let folders = partition_columns.iter().copied().zip(values);
            missing[schema].iter().cloned().chain(folders).collect()
        });
        let constants = constants.collect();
        Ok(Schema {
            columns: merge.finished(),
            constants,
        })
    }
}

/// A file of a dataset.
#[derive(Debug)]
pub struct DataFile {
    /// Where it is and what pins it.
    pub found: FoundFile,
    /// Its footer.
    pub footer: Footer,
    /// How it has each column of the dataset.
    pub columns: Vec<ColumnInFile>,
}

impl DataFile {
    /// A file among the columns of its dataset, `index` among `columns`. A folder's value replaces what the file itself
    /// holds under that name, as in Spark.
    pub fn new(
        found: FoundFile,
        footer: Footer,
        columns: &[Column],
        index: &ColumnIndex,
        constants: &[(usize, PartitionValue)],
    ) -> Self {
        let mut in_file = vec![ColumnInFile::Missing; columns.len()];
        let mut numbers: Vec<Option<usize>> = Vec::with_capacity(footer.columns.len());
        for column in &footer.columns {
            let number = match column.parent.map(|parent| numbers[parent]) {
                None => index.get(None, &column.name),
                Some(parent) => parent.and_then(|parent| index.get(Some(parent), &column.name)),
            };
            numbers.push(number);
            if let (Some(number), Ok(stored)) = (number, &column.stored) {
                in_file[number] = match stored {
                    // Nothing but nulls is as good as nothing at all.
                    StoredColumn::Flat(_, stored) if stored.leaf == LeafType::Void => ColumnInFile::Missing,
                    StoredColumn::Flat(leaf, stored) => ColumnInFile::Stored(*leaf, stored.clone()),
                    StoredColumn::Struct(place) => ColumnInFile::Struct(place.clone()),
                    StoredColumn::Nested(node) => ColumnInFile::Nested(Arc::clone(node)),
                };
            }
        }
        for (number, value) in constants {
            in_file[*number] = ColumnInFile::Constant(constant(value, &columns[*number]));
        }
        DataFile {
            found,
            footer,
            columns: in_file,
        }
    }

    /// The file's path.
    pub fn path(&self) -> &str {
        &self.found.path
    }
}

/// Files and columns of one side.
#[derive(Debug)]
pub struct Dataset {
    /// Path as given.
    pub path: String,
    /// Where its bytes come from.
    pub source: Arc<dyn ByteSource>,
    /// Files in the order of their paths.
    pub files: Vec<DataFile>,
    /// Columns in the order in which files bring them; partition columns last.
    pub columns: Vec<Column>,
}

impl Dataset {
    /// Lists the path and reads all footers. `footers` runs the given function over all files, in parallel if it likes,
    /// and returns the results in order.
    pub fn open(
        source: Arc<dyn ByteSource>,
        path: &str,
        options: ReadOptions,
        footers: impl FnOnce(&[FoundFile], &(dyn Fn(&FoundFile) -> ScanResult<Footer> + Sync)) -> ScanResult<Vec<Footer>>,
    ) -> ScanResult<Dataset> {
        let found = listing::files(&*source, path)?;
        let footers = footers(&found, &|file| footer::read(&*source, file, options))?;
        let schemas: Vec<FileSchema> = footers.iter().map(file_schema).collect();
        let of_file: Vec<usize> = (0..schemas.len()).collect();
        let schema = Schema::of(path, options, &found, &schemas, &of_file, &Catalog::default())?;
        let index = ColumnIndex::new(&schema.columns, options.case_sensitive);
        let files = found
            .into_iter()
            .zip(footers)
            .zip(&schema.constants)
            .map(|((found, footer), constants)| DataFile::new(found, footer, &schema.columns, &index, constants))
            .collect();
        Ok(Dataset {
            path: path.to_owned(),
            source,
            files,
            columns: schema.columns,
        })
    }

    /// The type of a column that the comparison has accepted.
    pub fn leaf(&self, column: usize) -> ScanResult<&LeafType> {
        self.columns[column].typed().map_err(ScanError::NoType)
    }

    /// Bytes of all files.
    pub fn len_bytes(&self) -> u64 {
        self.files.iter().map(|f| f.found.stamp.len_bytes).sum()
    }

    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files
            .iter()
            .map(|f| f.footer.metadata.file_metadata().num_rows().max(0).cast_unsigned())
            .sum()
    }

    /// Checks that every file is still the one that was planned.
    pub fn check(&self) -> ScanResult<()> {
        self.files
            .iter()
            .try_for_each(|file| self.source.open(&file.found.path, &file.found.stamp).map(drop))
    }
}

/// The columns of the files seen so far. What is wrong with one of them is kept as its [`NoType`]: whoever does not
/// look at the column has nothing to do with it.
struct Merge<'a> {
    path: &'a str,
    columns: Vec<Column>,
    /// The file that brought each column.
    origin: Vec<String>,
    index: ColumnIndex,
}

impl Merge<'_> {
    /// Adds a file's columns, of a table those that it declares.
    fn add_file(&mut self, file: &FoundFile, schema: &FileSchema, catalog: &Catalog) {
        let declared = catalog.numbers(schema.iter().map(|field| (field.parent, field.name.as_str())));
        let mut seen: HashMap<usize, usize> = HashMap::with_capacity(schema.len());
        let mut numbers: Vec<usize> = Vec::with_capacity(schema.len());
        for (place, FileField { parent, name, leaf }) in schema.iter().enumerate() {
            if declared.as_ref().is_some_and(|declared| declared[place].is_none()) {
                // Nothing asks for the number: what a table does not declare has no declared field either.
                numbers.push(usize::MAX);
                continue;
            }
            let parent = parent.map(|parent| numbers[parent]);
            let Some(number) = self.index.get(parent, name) else {
                let leaf = leaf.clone().map_err(NoType::Unsupported);
                let number = self.push(self.column(parent, name.clone(), leaf), &file.path);
                seen.insert(number, place);
                numbers.push(number);
                continue;
            };
            numbers.push(number);
            let Some(first) = seen.insert(number, place) else {
                self.widen(number, leaf, file);
                continue;
            };
            let spelled = |place: usize| spelled(schema, place);
            self.columns[number].leaf = Err(if schema[first].name == *name {
                NoType::Conflict(format!("{}: two columns are called {}", file.path, spelled(place)))
            } else {
                NoType::Ambiguous {
                    path: file.path.clone(),
                    first: spelled(first),
                    second: spelled(place),
                }
            });
        }
    }

    fn column(&self, parent: Option<usize>, name: String, leaf: Result<LeafType, NoType>) -> Column {
        match parent {
            None => Column::new(name, leaf),
            Some(parent) => Column::field(parent, &self.columns[parent], name, leaf),
        }
    }

    /// Gives the columns of a table the names and types that its catalog declares, where that loses nothing, and adds
    /// those that no file has. Returns the numbers of columns that have a default in older files.
    fn declare(&mut self, catalog: &Catalog) -> Vec<(usize, PartitionValue)> {
        let mut defaults = Vec::new();
        let mut numbers: Vec<usize> = Vec::new();
        for declared in catalog.columns.iter().flatten() {
            let parent = declared.parent.map(|parent| numbers[parent]);
            let leaf = declared.leaf.clone().map_err(NoType::Unsupported);
            let wanted = self.column(parent, declared.name.clone(), leaf);
            let number = match self.index.get(parent, &declared.name) {
                Some(number) => {
                    let column = &mut self.columns[number];
                    column.field = wanted.field;
                    column.name = wanted.name;
                    if let (Ok(own), Ok(wanted)) = (&column.leaf, &wanted.leaf)
                        && let Some(widened) = own.widen(wanted)
                        && (own.to_string() != wanted.to_string() || declared.default.is_some())
                        && widened.to_string() == wanted.to_string()
                    {
                        column.leaf = Ok(widened);
                    }
                    number
                }
                None => self.push(wanted, self.path),
            };
            numbers.push(number);
            let column = &self.columns[number];
            let is_declared = matches!(&declared.leaf, Ok(wanted) if column.type_name() == wanted.to_string());
            if let Some(default) = declared.default.clone().filter(|_| is_declared) {
                defaults.push((number, default));
            }
        }
        defaults
    }

    fn push(&mut self, column: Column, origin: &str) -> usize {
        let number = self.columns.len();
        self.index.add(&column, number);
        self.columns.push(column);
        self.origin.push(origin.to_owned());
        number
    }

    /// Widens a column by what one more file holds.
    fn widen(&mut self, number: usize, leaf: &Result<LeafType, String>, file: &FoundFile) {
        let column = &self.columns[number];
        let widened = match (&column.leaf, leaf) {
            (Ok(a), Ok(b)) => a.widen(b).map(Ok),
            (Err(NoType::Unsupported(a)), Err(b)) if a == b => Some(column.leaf.clone()),
            // Nothing but nulls fits whatever other files hold.
            (Err(NoType::Unsupported(_)), Ok(LeafType::Void)) => Some(column.leaf.clone()),
            (Ok(LeafType::Void), Err(b)) => Some(Err(NoType::Unsupported(b.clone()))),
            (Err(NoType::Conflict(_) | NoType::Ambiguous { .. }), _) => Some(column.leaf.clone()),
            _ => None,
        };
        let widened = widened.unwrap_or_else(|| {
            let other = leaf.as_ref().map_or_else(Clone::clone, LeafType::to_string);
            Err(NoType::Conflict(format!(
                "{}: column {} is {} in {} and {other} in {}",
                self.path,
                column.name,
                column.type_name(),
                self.origin[number],
                file.path
            )))
        });
        self.columns[number].leaf = widened;
    }

    /// Adds partition columns: their numbers among the columns.
    fn add_partitions(&mut self, partitions: &[(String, PartitionType)]) -> Vec<usize> {
        let mut numbers = Vec::with_capacity(partitions.len());
        for (name, kind) in partitions {
            let leaf = Ok(partition_leaf(*kind));
            let number = match self.index.get(None, name) {
                Some(number) => number,
                None => self.push(Column::new(name.clone(), leaf.clone()), self.path),
            };
            let column = &mut self.columns[number];
            if numbers.contains(&number) {
                column.leaf = Err(NoType::Ambiguous {
                    path: self.path.to_owned(),
                    first: column.name.clone(),
                    second: name.clone(),
                });
            } else if !matches!(column.leaf, Err(NoType::Ambiguous { .. })) {
                // What files hold under the name is not read, and may be of any type.
                column.leaf = leaf;
            }
            numbers.push(number);
        }
        numbers
    }

    /// The columns. Structs have the types that their fields have in all files together and know what is below them;
    /// and what keeps a struct from being read keeps its fields from being read too: in some file they are not its
    /// fields.
    fn finished(self) -> Vec<Column> {
        let mut columns = self.columns;
        for number in 0..columns.len() {
            let above = columns[number].parent.map(|parent| &columns[parent].leaf);
            if let Some(Err(no_type @ (NoType::Conflict(_) | NoType::Ambiguous { .. }))) = above {
                columns[number].leaf = Err(no_type.clone());
            }
        }
        let mut fields: Vec<Vec<usize>> = vec![Vec::new(); columns.len()];
        for (number, column) in columns.iter().enumerate() {
            if let Some(parent) = column.parent {
                fields[parent].push(number);
            }
        }
        // From the last to the first: a struct's type holds those of the structs in it, which stand after it.
        for number in (0..columns.len()).rev().filter(|&number| !fields[number].is_empty()) {
            if !columns[number].is_struct() {
                continue;
            }
            let mut below = Vec::new();
            let mut types = Vec::with_capacity(fields[number].len());
            for &field in &fields[number] {
                let column = &columns[field];
                let leaf = match &column.leaf {
                    Ok(LeafType::Struct(nested)) => LeafType::Nested(nested.clone()),
                    Ok(leaf) => leaf.clone(),
                    Err(_) => LeafType::Nested(Nested::new(NestedType::Unknown(column.type_name()))),
                };
                match column.is_struct() {
                    true => below.extend_from_slice(&column.below),
                    false => below.push(field),
                }
                types.push((column.field.clone(), leaf));
            }
            below.sort_unstable();
            columns[number].leaf = Ok(LeafType::Struct(Nested::new(NestedType::Struct(types))));
            columns[number].below = below;
        }
        columns
    }
}

/// The name of a file's column as the file spells it, with those of the structs that it is in.
fn spelled(schema: &FileSchema, place: usize) -> String {
    let FileField { parent, name, .. } = &schema[place];
    match parent {
        None => name.clone(),
        Some(_) => {
            let mut names = vec![quoted(name)];
            let mut above = *parent;
            while let Some(place) = above {
                names.push(quoted(&schema[place].name));
                above = schema[place].parent;
            }
            names.reverse();
            names.join(".")
        }
    }
}

fn partition_leaf(kind: PartitionType) -> LeafType {
    match kind {
        PartitionType::Int => LeafType::Integer { bits: 32, signed: true },
        PartitionType::Long => LeafType::Integer { bits: 64, signed: true },
        PartitionType::Decimal(precision) => LeafType::Decimal { precision, scale: 0 },
        PartitionType::Double => LeafType::Double,
        PartitionType::Date => LeafType::Date,
        PartitionType::Timestamp => LeafType::Timestamp {
            unit: Unit::Micros,
            zoned: true,
        },
        PartitionType::LocalTimestamp => LeafType::Timestamp {
            unit: Unit::Micros,
            zoned: false,
        },
        PartitionType::String => LeafType::String,
    }
}

/// A partition value as an own array of one element.
pub(crate) fn constant(value: &PartitionValue, column: &Column) -> ArrayRef {
    let own_type = column
        .leaf
        .as_ref()
        .map_or(arrow::datatypes::DataType::Int64, LeafType::own_type);
    match value {
        PartitionValue::Null => new_null_array(&own_type, 1),
        PartitionValue::Boolean(v) => Arc::new(BooleanArray::from(vec![*v])),
        PartitionValue::Int(v) => integer(i128::from(*v), &own_type),
        PartitionValue::Date(v) => integer(i128::from(*v), &own_type),
        PartitionValue::Long(v) => integer(i128::from(*v), &own_type),
        PartitionValue::Timestamp(v) => {
            // Files may bring the column in nanoseconds.
            let places = column
                .leaf
                .as_ref()
                .map_or(0, |leaf| leaf.scale() - Unit::Micros.scale());
            integer(i128::from(*v) * 10_i128.pow(places.max(0).cast_unsigned()), &own_type)
        }
        PartitionValue::Decimal(v) => integer(*v, &own_type),
        PartitionValue::Double(v) => Arc::new(Float64Array::from(vec![*v])),
        PartitionValue::String(v) => Arc::new(BinaryViewArray::from_iter_values([v.as_bytes()])),
    }
}

fn integer(value: i128, own_type: &arrow::datatypes::DataType) -> ArrayRef {
    match (i64::try_from(value), own_type) {
        (Ok(narrow), arrow::datatypes::DataType::Int64) => Arc::new(Int64Array::from(vec![narrow])),
        _ => Arc::new(Decimal128Array::from(vec![value])),
    }
}
