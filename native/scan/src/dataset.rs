//! A dataset: the files that a path means, and the columns they have together.
//!
//! Files of one dataset may have their columns in different orders, lack some, and store them in different widths; the
//! dataset's column has the widest type, and a file without it has nulls. Types that no reader would widen into each other
//! are a conflict, said with both files.

use crate::catalog::Catalog;
use crate::error::{ScanError, ScanResult};
use crate::footer::{self, Footer, StoredColumn};
use crate::listing::{self, FoundFile};
use crate::partition::{self, PartitionError, PartitionType, PartitionValue};
use crate::source::ByteSource;
use crate::tree::{Node, StructPlace};
use arrow::array::{
    ArrayRef, BinaryViewArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, new_null_array,
};
use parity_kernels::nested::{Nested, NestedType};
use parity_kernels::relaxation::Before;
use parity_kernels::types::{LeafType, Unit};
use parity_kernels::values::{self, Stored};
use parity_kernels::zone::Zone;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use crate::settings::ReadOptions;

/// A column of a dataset: a top-level one, or a field of a struct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, as the first file that has it spells it; a field's names from the top down, with points between them.
    pub name: String,
    /// Its name below the names of the structs that it is in.
    pub path: Vec<String>,
    /// Its type; the name of a type that cannot be compared otherwise.
    pub leaf: Result<LeafType, String>,
    /// Of a struct: the columns below it whose values tell that something is in it.
    pub below: Vec<usize>,
    /// What its null stands for, if for something: a struct with nothing else in it has nothing in it.
    pub null_stands: Option<(Before, Zone)>,
}

impl Column {
    /// A column with this path.
    pub fn new(path: Vec<String>, leaf: Result<LeafType, String>) -> Self {
        Column {
            name: path_name(&path),
            path,
            leaf,
            below: Vec::new(),
            null_stands: None,
        }
    }

    /// Whether it is a struct, whose fields are columns of their own.
    pub fn is_struct(&self) -> bool {
        matches!(self.leaf, Ok(LeafType::Struct(_)))
    }

    /// Whether it is in the struct `other`, at any depth.
    pub fn is_below(&self, other: &Column) -> bool {
        self.path.len() > other.path.len() && self.path.starts_with(&other.path)
    }

    /// The type's name.
    pub fn type_name(&self) -> String {
        match &self.leaf {
            Ok(leaf) => leaf.to_string(),
            Err(name) => name.clone(),
        }
    }
}

/// A path as one name. Below the top, names with points in them stand in backquotes.
pub(crate) fn path_name(path: &[String]) -> String {
    let quoted = |name: &String| match name.contains(['.', '`']) && path.len() > 1 {
        true => format!("`{}`", name.replace('`', "``")),
        false => name.clone(),
    };
    path.iter().map(quoted).collect::<Vec<_>>().join(".")
}

/// How one file has one column of its dataset.
#[derive(Clone, Debug)]
pub enum ColumnInFile {
    /// As leaf number so-and-so, stored like that.
    Stored(usize, Stored),
    /// As a struct, which the levels of a leaf tell of.
    Struct(StructPlace),
    /// As an array or a map.
    Nested(Arc<Node>),
    /// As one value for all rows, from the names of the folders: an own array of one element.
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

/// What a file's footer tells about its columns: paths, and types as stored.
pub type FileSchema = Vec<(Vec<String>, Result<LeafType, String>)>;

/// The columns of a footer, for [`Schema::of`].
pub fn file_schema(footer: &Footer) -> FileSchema {
    let columns = footer.columns.iter();
    columns
        .map(|column| {
            let leaf = column.stored.as_ref().map(StoredColumn::leaf);
            (column.path.clone(), leaf.map_err(Clone::clone))
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
    /// Brings the schemas of files together. `path` is how messages call the dataset; `catalog` is
    /// what is declared about it, if it is a table.
    pub fn of(
        path: &str,
        options: ReadOptions,
        files: &[FoundFile],
        schemas: &[&FileSchema],
        catalog: &Catalog,
    ) -> ScanResult<Schema> {
        let mut merge = Merge {
            path,
            options,
            columns: Vec::new(),
            origin: Vec::new(),
            by_path: HashMap::new(),
            declared: catalog.paths(options.case_sensitive),
        };
        for (file, schema) in files.iter().zip(schemas) {
            merge.add_file(file, schema)?;
        }
        let defaults = merge.declare(catalog);
        let folders: Vec<&str> = files.iter().map(|f| f.folders.as_str()).collect();
        let partitions = partition::resolve(&folders, &catalog.partitions, options, options.case_sensitive).map_err(
            |e| match e {
                PartitionError::OldTimeParser { .. } => ScanError::ReadOtherwise {
                    code: "BAD_OPTION",
                    reason: format!("{path}: {e}"),
                    hint: "set spark.sql.legacy.timeParserPolicy to CORRECTED in the session that compares",
                },
                e => ScanError::SchemaConflict(format!("{path}: {e}")),
            },
        )?;
        let partition_columns = merge.add_partitions(&partitions.columns)?;
        let constants = partitions.values.into_iter().zip(schemas).map(|(values, schema)| {
            let missing = defaults.iter().filter(|(number, _)| {
                let path = merge.folded(&merge.columns[*number].path);
                schema.iter().all(|(other, _)| merge.folded(other) != path)
            });
            let folders = partition_columns.iter().copied().zip(values);
            missing.cloned().chain(folders).collect()
        });
        let constants = constants.collect();
        let mut columns = merge.columns;
        describe_structs(&mut columns);
        Ok(Schema { columns, constants })
    }
}

/// Gives structs the types that their fields have in all files together, and says what is below them.
fn describe_structs(columns: &mut [Column]) {
    // From the bottom up: a struct's type holds those of the structs in it.
    let mut structs: Vec<usize> = (0..columns.len()).filter(|&c| columns[c].is_struct()).collect();
    structs.sort_by_key(|&c| std::cmp::Reverse(columns[c].path.len()));
    for number in structs {
        let path = columns[number].path.clone();
        let mut below = Vec::new();
        let mut fields = Vec::new();
        for (other, column) in columns.iter().enumerate() {
            if !column.is_below(&columns[number]) {
                continue;
            }
            if !column.is_struct() {
                below.push(other);
            }
            if column.path.len() == path.len() + 1 {
                let leaf = match &column.leaf {
                    Ok(LeafType::Struct(nested)) => LeafType::Nested(*nested),
                    Ok(leaf) => *leaf,
                    Err(name) => LeafType::Nested(Nested::new(NestedType::Unknown(name.clone()))),
                };
                fields.push((column.path[path.len()].clone(), leaf));
            }
        }
        columns[number].leaf = Ok(LeafType::Struct(Nested::new(NestedType::Struct(fields))));
        columns[number].below = below;
    }
}

/// A path as paths are matched.
pub fn fold_path(path: &[String], case_sensitive: bool) -> Vec<String> {
    path.iter().map(|name| fold_name(name, case_sensitive)).collect()
}

/// The numbers of columns by the paths by which they are found.
#[derive(Clone, Debug)]
pub struct ColumnIndex {
    by_path: HashMap<Vec<String>, usize>,
    case_sensitive: bool,
}

impl ColumnIndex {
    /// Of these columns.
    pub fn new(columns: &[Column], case_sensitive: bool) -> Self {
        let names = columns.iter().enumerate();
        ColumnIndex {
            by_path: names.map(|(i, c)| (fold_path(&c.path, case_sensitive), i)).collect(),
            case_sensitive,
        }
    }

    /// The column with this path.
    pub fn get(&self, path: &[String]) -> Option<usize> {
        self.by_path.get(&fold_path(path, self.case_sensitive)).copied()
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
    /// A file among the columns of its dataset, `index` among `columns`. A folder's value replaces what the file itself holds
    /// under that name, as in Spark.
    pub fn new(
        found: FoundFile,
        footer: Footer,
        columns: &[Column],
        index: &ColumnIndex,
        constants: &[(usize, PartitionValue)],
    ) -> Self {
        let mut in_file = vec![ColumnInFile::Missing; columns.len()];
        for column in &footer.columns {
            if let (Some(number), Ok(stored)) = (index.get(&column.path), &column.stored) {
                in_file[number] = match stored {
                    StoredColumn::Flat(leaf, stored) => ColumnInFile::Stored(*leaf, *stored),
                    StoredColumn::Struct(place) => ColumnInFile::Struct(*place),
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
        let schema = Schema::of(
            path,
            options,
            &found,
            &schemas.iter().collect::<Vec<_>>(),
            &Catalog::default(),
        )?;
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
    pub fn leaf(&self, column: usize) -> ScanResult<LeafType> {
        let column = &self.columns[column];
        column
            .leaf
            .clone()
            .map_err(|name| ScanError::SchemaConflict(format!("column {}: {name}", column.name)))
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
            .try_for_each(|file| self.source.open(&file.found.path, file.found.stamp).map(drop))
    }
}

/// The columns of the files seen so far.
struct Merge<'a> {
    path: &'a str,
    options: ReadOptions,
    columns: Vec<Column>,
    /// The file that brought each column.
    origin: Vec<String>,
    by_path: HashMap<Vec<String>, usize>,
    /// The columns that a catalog declares, if one does.
    declared: Option<HashSet<Vec<String>>>,
}

impl Merge<'_> {
    fn folded(&self, path: &[String]) -> Vec<String> {
        fold_path(path, self.options.case_sensitive)
    }

    /// Adds a file's columns, of a table those that it declares.
    fn add_file(&mut self, file: &FoundFile, schema: &FileSchema) -> ScanResult<()> {
        let mut seen: HashMap<Vec<String>, &[String]> = HashMap::new();
        for (path, leaf) in schema {
            let folded = self.folded(path);
            if self
                .declared
                .as_ref()
                .is_some_and(|declared| !declared.contains(&folded))
            {
                continue;
            }
            if let Some(first) = seen.insert(folded.clone(), path) {
                if first == path {
                    return Err(ScanError::SchemaConflict(format!(
                        "{}: two columns are called {}",
                        file.path,
                        path_name(first)
                    )));
                }
                return Err(ScanError::AmbiguousColumn {
                    path: file.path.clone(),
                    first: path_name(first),
                    second: path_name(path),
                });
            }
            match self.by_path.get(&folded) {
                Some(&number) => self.widen(number, leaf.clone(), file)?,
                None => {
                    self.push(folded, Column::new(path.clone(), leaf.clone()), &file.path);
                }
            }
        }
        Ok(())
    }

    /// Gives the columns of a table the names and types that its catalog declares, where that loses nothing, and adds
    /// those that no file has. Returns the numbers of columns that have a default in older files.
    fn declare(&mut self, catalog: &Catalog) -> Vec<(usize, PartitionValue)> {
        let mut defaults = Vec::new();
        for declared in catalog.columns.iter().flatten() {
            let folded = self.folded(&declared.path);
            let number = match self.by_path.get(&folded) {
                Some(&number) => {
                    let column = &mut self.columns[number];
                    column.path.clone_from(&declared.path);
                    column.name = path_name(&column.path);
                    if let (Ok(own), Ok(wanted)) = (&column.leaf, &declared.leaf)
                        && let Some(widened) = own.widen(*wanted)
                        && (own.to_string() != wanted.to_string() || declared.default.is_some())
                        && widened.to_string() == wanted.to_string()
                    {
                        column.leaf = Ok(widened);
                    }
                    number
                }
                None => self.push(
                    folded,
                    Column::new(declared.path.clone(), declared.leaf.clone()),
                    self.path,
                ),
            };
            let column = &self.columns[number];
            let is_declared = matches!(&declared.leaf, Ok(wanted) if column.type_name() == wanted.to_string());
            if let Some(default) = declared.default.clone().filter(|_| is_declared) {
                defaults.push((number, default));
            }
        }
        defaults
    }

    fn push(&mut self, folded: Vec<String>, column: Column, origin: &str) -> usize {
        self.columns.push(column);
        self.origin.push(origin.to_owned());
        self.by_path.insert(folded, self.columns.len() - 1);
        self.columns.len() - 1
    }

    fn widen(&mut self, number: usize, leaf: Result<LeafType, String>, file: &FoundFile) -> ScanResult<()> {
        let column = &self.columns[number];
        let widened = match (&column.leaf, &leaf) {
            (Ok(a), Ok(b)) => a.widen(*b).map(Ok),
            (Err(a), Err(b)) if a == b => Some(Err(a.clone())),
            _ => None,
        };
        let Some(widened) = widened else {
            let other = Column::new(column.path.clone(), leaf);
            return Err(ScanError::SchemaConflict(format!(
                "{}: column {} is {} in {} and {} in {}",
                self.path,
                column.name,
                column.type_name(),
                self.origin[number],
                other.type_name(),
                file.path
            )));
        };
        self.columns[number].leaf = widened;
        Ok(())
    }

    /// Adds partition columns: their numbers among the columns.
    fn add_partitions(&mut self, partitions: &[(String, PartitionType)]) -> ScanResult<Vec<usize>> {
        let mut numbers = Vec::with_capacity(partitions.len());
        for (name, kind) in partitions {
            let path = vec![name.clone()];
            let folded = self.folded(&path);
            let leaf = Ok(partition_leaf(*kind));
            let number = match self.by_path.get(&folded) {
                Some(&number) => {
                    self.columns[number].leaf = leaf;
                    number
                }
                None => self.push(folded, Column::new(path, leaf), self.path),
            };
            if numbers.contains(&number) {
                return Err(ScanError::AmbiguousColumn {
                    path: self.path.to_owned(),
                    first: self.columns[number].name.clone(),
                    second: name.clone(),
                });
            }
            numbers.push(number);
        }
        Ok(numbers)
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
        .map_or(arrow::datatypes::DataType::Int64, |&leaf| values::own_type(leaf));
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
