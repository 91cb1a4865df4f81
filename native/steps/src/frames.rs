//! Frames: the rows behind a result as Arrow batches in the layout of Spark's types.
//!
//! Own values become what Spark stores for the column's type. Text keeps its bytes, valid UTF-8 or not, so it travels as Arrow's
//! binary layout; the frame's Spark schema ([`schemas`]) says that it is text. Times of day, for which Spark has no type, are
//! shown as text. Structs stand as structs, whatever columns of their own their fields were compared as ([`crate::framed`]).

use crate::arriving::{Arriving, Gathered};
use crate::block::{self, DRIVER};
use crate::column::compare_column;
use crate::comparing::{Compared, Work};
use crate::error::ParityError;
use crate::framed::{self, Framed, Part};
use crate::layout::Layout;
use crate::masking::shown;
use crate::offsets::ColumnOffsets;
use crate::plan::LeafPair;
use crate::routing::{LeftRows, Requests, kind};
use crate::run::{OpenSplit, RunPlan};
use crate::{Once, Step, wire};
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray, Date32Array, Decimal128Array, Int64Array, ListBuilder,
    RecordBatch, StringArray, StringBuilder, StructArray, TimestampMicrosecondArray, UInt32Array,
};
use arrow::compute::{cast, filter_record_batch, take};
use arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Int64Type, Schema};
use parity_kernels::domain::Side;
use parity_kernels::show;
use parity_kernels::types::LeafType;
use parity_kernels::values;
use parity_kernels::zone::Zone;
use parity_scan::fetch::SplitRows;
use parity_scan::source::ByteSource;
use parity_scan::split::Split;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Cells of a batch, about.
const BATCH_CELLS: usize = 1 << 20;
/// Rows of a batch at most.
const BATCH_ROWS: usize = 1 << 13;
/// Bytes of a batch of one-sided rows, about, where a single row is not larger, and rows of the first one, before their size is known.
const BATCH_BYTES: usize = 32 << 20;
const FIRST_ROWS: usize = 64;

/// Spark's name of a type, as in the JSON of a schema.
pub(crate) fn spark_type(leaf: LeafType) -> String {
    match leaf {
        // A column of nulls is text that is not there: Spark has a type void, and cannot write it.
        LeafType::Time { .. } | LeafType::Void | LeafType::Struct(_) | LeafType::Nested(_) => "string".to_owned(),
        LeafType::Integer { .. } => match leaf.to_string().as_str() {
            "tinyint" => "byte".to_owned(),
            "smallint" => "short".to_owned(),
            "int" => "integer".to_owned(),
            "bigint" => "long".to_owned(),
            other => other.to_owned(),
        },
        _ => leaf.to_string(),
    }
}

pub(crate) fn spark_field(name: &str, kind: &Value) -> Value {
    json!({"name": name, "type": kind, "nullable": true, "metadata": {}})
}

pub(crate) fn spark_struct(fields: &[Value]) -> Value {
    json!({"type": "struct", "fields": fields})
}

/// Own values as Spark stores them.
pub(crate) fn in_spark(own: &ArrayRef, leaf: LeafType, zone: Zone) -> Result<ArrayRef, ParityError> {
    let integers = || -> Result<Int64Array, ParityError> {
        match own.data_type() {
            DataType::Int64 => Ok(own.as_primitive::<Int64Type>().clone()),
            _ => Ok((0..own.len())
                .map(|row| own.is_valid(row).then(|| values::integer_at(own, row) as i64))
                .collect()),
        }
    };
    Ok(match leaf {
        LeafType::Boolean | LeafType::Double => Arc::clone(own),
        LeafType::Float => Arc::new(own.as_primitive::<Float64Type>().unary::<_, Float32Type>(|v| v as f32)),
        LeafType::Integer { .. } => match spark_type(leaf).as_str() {
            "byte" => cast(own, &DataType::Int8)?,
            "short" => cast(own, &DataType::Int16)?,
            "integer" => cast(own, &DataType::Int32)?,
            "long" => Arc::new(integers()?),
            _ => Arc::new(decimals(own).with_precision_and_scale(20, 0)?),
        },
        LeafType::Decimal { precision, scale } => Arc::new(decimals(own).with_precision_and_scale(precision, scale)?),
        LeafType::String | LeafType::Binary | LeafType::Void => {
            let mut builder = BinaryBuilder::with_capacity(own.len(), 0);
            for row in 0..own.len() {
                builder.append_option(own.is_valid(row).then(|| values::bytes_at(own.as_ref(), row)));
            }
            Arc::new(builder.finish())
        }
        LeafType::Date => {
            let days = integers()?;
            let days = days.iter().map(|day| day.map(|day| day as i32));
            Arc::new(days.collect::<Date32Array>())
        }
        LeafType::Timestamp { unit, .. } => {
            let to_micros = |value: i128| match unit.scale() {
                3 => value * 1000,
                6 => value,
                _ => value.div_euclid(1000),
            };
            let micros = (0..own.len()).map(|row| {
                own.is_valid(row)
                    .then(|| to_micros(values::integer_at(own.as_ref(), row)) as i64)
            });
            Arc::new(micros.collect::<TimestampMicrosecondArray>())
        }
        LeafType::Interval(interval) if interval.counts_months() => cast(own, &DataType::Int32)?,
        LeafType::Interval(_) => Arc::clone(own),
        LeafType::Time { .. } | LeafType::Struct(_) | LeafType::Nested(_) => {
            let texts = (0..own.len()).map(|row| show::show(own.as_ref(), row, leaf, zone));
            Arc::new(texts.collect::<StringArray>())
        }
    })
}

fn decimals(own: &ArrayRef) -> Decimal128Array {
    (0..own.len())
        .map(|row| own.is_valid(row).then(|| values::integer_at(own.as_ref(), row)))
        .collect()
}

/// Texts as Arrow text.
fn texts(values: Vec<Option<String>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

/// A batch of these columns. Names in the Arrow schema matter to nobody.
fn batch(columns: Vec<ArrayRef>) -> Result<RecordBatch, ParityError> {
    let fields: Vec<Field> = columns
        .iter()
        .zip(0..)
        .map(|(column, number)| Field::new(format!("c{number}"), column.data_type().clone(), true))
        .collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn rows_of_batch(columns: usize) -> usize {
    (BATCH_CELLS / columns.max(1)).clamp(1, BATCH_ROWS)
}

/// Key columns before columns of ours: a key that is called like one of these gets an underscore.
fn key_fields(plan: &RunPlan, ours: &[&str]) -> Vec<Value> {
    let keys = plan.plan.keys.iter().flatten();
    keys.map(|key| {
        let mut name = key.name.clone();
        while ours.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            name.push('_');
        }
        spark_field(&name, &json!(spark_type(key.leaves[0])))
    })
    .collect()
}

/// Columns of a side that rows are made of: those that can be read and shown.
fn row_columns(plan: &RunPlan, side: Side) -> Vec<Framed> {
    framed::columns(&framed::parts(&plan.sides[side.index()].columns))
}

/// Compared columns of a side as they stand in changed rows: by their left names, without those that only one side could show.
fn value_columns(plan: &RunPlan, side: usize) -> Vec<Framed> {
    let columns = &plan.sides[0].columns;
    let pairs = &plan.plan.values;
    let places: HashMap<usize, usize> = pairs.iter().map(|pair| pair.columns[0]).zip(0..).collect();
    let parts = |side: usize| -> Vec<Part<'_>> {
        let numbered = pairs.iter().enumerate();
        let parts = numbered.map(|(number, pair)| {
            let column = &columns[pair.columns[0]];
            Part {
                parent: column.parent.and_then(|parent| places.get(&parent).copied()),
                name: &column.field,
                number,
                leaf: Some(pair.leaves[side]),
            }
        });
        parts.collect()
    };
    let of_both = [framed::columns(&parts(0)), framed::columns(&parts(1))];
    let shown = |name: &str| {
        of_both
            .iter()
            .all(|columns| columns.iter().any(|column| column.name == name))
    };
    let own = of_both[side].iter().filter(|column| shown(&column.name));
    own.cloned().collect()
}

/// A key of duplicate keys has one type for both sides: its own, or text where the sides differ.
fn duplicate_key_type(key: &LeafPair) -> Option<LeafType> {
    (key.leaves[0] == key.leaves[1]).then_some(key.leaves[0])
}

/// The Spark schemas of all frames, as JSON.
pub fn schemas(plan: &[u8]) -> Result<Once, ParityError> {
    let plan = RunPlan::from_bytes(plan)?;
    let rows = |side: Side| {
        let columns = row_columns(&plan, side);
        spark_struct(&columns.iter().map(Framed::spark_field).collect::<Vec<_>>())
    };
    let values = |side: usize| {
        let columns = value_columns(&plan, side);
        spark_struct(&columns.iter().map(Framed::spark_field).collect::<Vec<_>>())
    };
    let string = json!("string");
    let strings = json!({"type": "array", "elementType": "string", "containsNull": false});
    let mut changed = key_fields(&plan, &["columns", "left", "right"]);
    changed.push(spark_field("columns", &strings));
    changed.push(spark_field("left", &values(0)));
    changed.push(spark_field("right", &values(1)));
    let mut differences = key_fields(&plan, &["column", "left", "right", "cause"]);
    differences.extend(["column", "left", "right", "cause"].map(|name| spark_field(name, &string)));
    let mut duplicates = vec![spark_field("side", &string)];
    let keys = plan.plan.keys.iter().flatten();
    for (field, key) in key_fields(&plan, &["side", "rows"]).into_iter().zip(keys) {
        let kind = duplicate_key_type(key).map_or("string".to_owned(), spark_type);
        duplicates.push(spark_field(field["name"].as_str().unwrap_or_default(), &json!(kind)));
    }
    duplicates.push(spark_field("rows", &json!("long")));
    let all = json!({
        "only_left": rows(Side::Left),
        "only_right": rows(Side::Right),
        "changed": spark_struct(&changed),
        "differences": spark_struct(&differences),
        "duplicates": spark_struct(&duplicates),
    });
    let mut block = block::begin(DRIVER, 0);
    block.extend_from_slice(all.to_string().as_bytes());
    Ok(Once::of(vec![block]))
}

#[derive(Deserialize)]
struct Args {
    split: usize,
}

/// Rows of a split that exist on one side only, whole.
pub struct Rows {
    plan: RunPlan,
    split: Split,
    source: Arc<dyn ByteSource>,
    wanted: Vec<u32>,
    /// The open split and how many rows are done.
    open: Option<(OpenSplit, usize)>,
    /// Rows of the next batch at most, by the size of the batch before.
    most_rows: usize,
}

impl Rows {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let Args { split } = crate::args(args)?;
        Ok(Rows {
            split: plan.split(split)?,
            plan,
            source,
            wanted: Vec::new(),
            open: None,
            most_rows: FIRST_ROWS,
        })
    }
}

impl Step for Rows {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block.is_empty() {
            if !self.wanted.is_empty() {
                self.wanted.sort_unstable();
                self.open = Some((self.plan.open(self.split, &self.source)?, 0));
            }
            return Ok(());
        }
        let mut more: Requests = wire::get(&mut block::payload(block)?)?;
        self.wanted.append(&mut more.only);
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        let Some((open, done)) = &mut self.open else {
            return Ok(None);
        };
        if *done == self.wanted.len() {
            open.rows().check()?;
            return Ok(None);
        }
        let columns = row_columns(&self.plan, self.split.side);
        let width = columns.iter().map(Framed::width).sum();
        let rows = rows_of_batch(width).min(self.most_rows).min(self.wanted.len() - *done);
        let rows = &self.wanted[*done..*done + rows];
        *done += rows.len();
        let arrays = columns
            .into_iter()
            .map(|column| {
                column.values(
                    &mut |number| {
                        let own = open.rows().fetch_values(number, rows)?;
                        Ok(shown(own, self.plan.plan.masks.has(self.split.side, number)))
                    },
                    self.plan.zone,
                )
            })
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        if arrays.is_empty() {
            return Ok(None);
        }
        let bytes: usize = arrays.iter().map(|array| array.get_array_memory_size()).sum();
        self.most_rows = (rows.len() * BATCH_BYTES / bytes.max(1)).clamp(1, 4 * rows.len());
        batch(arrays).map(Some)
    }

    fn rows(&self) -> u64 {
        self.wanted.len() as u64
    }
}

/// Duplicate keys of a split's rows.
pub struct DuplicateKeys {
    plan: RunPlan,
    split: Split,
    source: Arc<dyn ByteSource>,
    wanted: Vec<(u32, u64)>,
    is_complete: bool,
}

impl DuplicateKeys {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let Args { split } = crate::args(args)?;
        Ok(DuplicateKeys {
            split: plan.split(split)?,
            plan,
            source,
            wanted: Vec::new(),
            is_complete: false,
        })
    }
}

impl Step for DuplicateKeys {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block.is_empty() {
            self.is_complete = true;
            return Ok(());
        }
        let mut more: Vec<(u32, u64)> = wire::get(&mut block::payload(block)?)?;
        self.wanted.append(&mut more);
        Ok(())
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        if !std::mem::replace(&mut self.is_complete, false) || self.wanted.is_empty() {
            return Ok(None);
        }
        self.wanted.sort_unstable();
        let open = self.plan.open(self.split, &self.source)?;
        let rows: Vec<u32> = self.wanted.iter().map(|&(row, _)| row).collect();
        let side = self.split.side;
        let name = if side == Side::Left { "left" } else { "right" };
        let mut arrays = vec![texts(vec![Some(name.to_owned()); rows.len()])];
        for key in self.plan.plan.keys.iter().flatten() {
            let own = shown(open.rows().fetch(key.columns[side.index()], &rows)?, key.masked);
            let leaf = key.leaves[side.index()];
            arrays.push(match duplicate_key_type(key) {
                Some(leaf) => in_spark(&own, leaf, self.plan.zone)?,
                None => texts(
                    (0..own.len())
                        .map(|row| show::show(own.as_ref(), row, leaf, self.plan.zone))
                        .collect(),
                ),
            });
        }
        let counts = self.wanted.iter().map(|&(_, rows)| rows.cast_signed());
        arrays.push(Arc::new(Int64Array::from_iter_values(counts)));
        open.rows().check()?;
        batch(arrays).map(Some)
    }

    fn rows(&self) -> u64 {
        self.wanted.len() as u64
    }
}

/// The left keys of all changed rows.
fn keys(work: &mut Work) -> Result<Vec<ArrayRef>, ParityError> {
    let numbers: Vec<u32> = work.pairs.left.changed.iter().map(|row| row.row).collect();
    let zone = work.plan.zone;
    let keys = work.plan.plan.keys.clone().unwrap_or_default();
    let open = work.left()?;
    keys.iter()
        .map(|key| key_values(key, &open.rows(), &numbers, zone))
        .collect()
}

/// A key of some left rows as Spark stores it.
fn key_values(key: &LeafPair, open: &SplitRows<'_>, rows: &[u32], zone: Zone) -> Result<ArrayRef, ParityError> {
    let own = open.fetch(key.columns[0], rows)?;
    in_spark(&shown(own, key.masked), key.leaves[0], zone)
}

/// Changed cells, a row for each.
pub struct Differences {
    work: Work,
    found: DifferingCells,
}

#[derive(Deserialize)]
struct DifferencesArgs {
    offsets: Option<String>,
}

/// What of them is ready.
#[derive(Default)]
struct DifferingCells {
    offsets: ColumnOffsets,
    /// Keys of all changed rows, once one was needed.
    keys: Option<Vec<ArrayRef>>,
    ready: VecDeque<RecordBatch>,
    rows: u64,
}

impl Differences {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let DifferencesArgs { offsets } = crate::args(args)?;
        Ok(Differences {
            work: Work::open(plan, args, source)?,
            found: DifferingCells {
                offsets: ColumnOffsets::from_text(offsets.as_deref())?,
                ..DifferingCells::default()
            },
        })
    }
}

impl DifferingCells {
    fn take(&mut self, work: &mut Work, compared: &Compared<'_>) -> Result<(), ParityError> {
        let cells: Vec<usize> = compared.cells.differing.set_indices().collect();
        if cells.is_empty() {
            return Ok(());
        }
        let all_keys = match &mut self.keys {
            Some(keys) => keys,
            none => none.insert(keys(work)?),
        };
        let pair = &work.plan.plan.values[compared.column];
        for cells in cells.chunks(BATCH_ROWS) {
            let rows = UInt32Array::from_iter_values(cells.iter().map(|&i| compared.rows[i]));
            let mut arrays = all_keys
                .iter()
                .map(|key| Ok(take(key, &rows, None)?))
                .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
            let texts_of = |side: usize| {
                let own = compared.own[side].as_ref();
                let texts = cells.iter();
                texts
                    .map(|&i| show::show(own, i, pair.leaves[side], work.plan.zone))
                    .collect()
            };
            arrays.push(texts(vec![Some(pair.name.clone()); cells.len()]));
            if pair.masked {
                arrays.extend(vec![texts(vec![None; cells.len()]); 3]);
            } else {
                arrays.push(texts(texts_of(0)));
                arrays.push(texts(texts_of(1)));
                let causes = compared.cells.causes(pair, work.plan.zone);
                let causes = causes.with_offset(self.offsets.of(compared.column));
                arrays.push(texts(cells.iter().map(|&i| Some(causes.of(i).to_string())).collect()));
            }
            self.ready.push_back(batch(arrays)?);
        }
        self.rows += cells.len() as u64;
        Ok(())
    }
}

impl Step for Differences {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        let found = &mut self.found;
        let take = |work: &mut Work, compared: Compared<'_>| found.take(work, &compared);
        if block.is_empty() {
            self.work.finish(take)
        } else {
            self.work.feed(block, take)
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        Ok(self.found.ready.pop_front())
    }

    fn rows(&self) -> u64 {
        self.found.rows
    }
}

/// Changed rows, whole: keys, which columns differ, both sides.
pub struct ChangedRows {
    plan: RunPlan,
    layout: Layout,
    source: Arc<dyn ByteSource>,
    split: Option<Split>,
    open: Option<OpenSplit>,
    left: LeftRows,
    is_sorted: bool,
    arriving: Arriving,
    ready: VecDeque<RecordBatch>,
    rows: usize,
}

#[derive(Deserialize)]
struct ChangedArgs {
    split: usize,
    layout: Option<String>,
}

impl ChangedRows {
    /// Opens the step.
    pub fn open(plan: &[u8], args: &[u8], source: Arc<dyn ByteSource>) -> Result<Self, ParityError> {
        let plan = RunPlan::from_bytes(plan)?;
        let args: ChangedArgs = crate::args(args)?;
        Ok(ChangedRows {
            layout: Layout::from_text(args.layout.as_deref())?,
            split: plan.sides[0].splits.get(args.split).copied(),
            plan,
            source,
            open: None,
            left: LeftRows::default(),
            is_sorted: false,
            arriving: Arriving::default(),
            ready: VecDeque::new(),
            rows: 0,
        })
    }

    /// All values of some rows have arrived.
    fn portion(&mut self, blocks: &[Vec<u8>]) -> Result<(), ParityError> {
        let wrong = || ParityError::internal("the right values of other rows arrived");
        if !std::mem::replace(&mut self.is_sorted, true) {
            self.left.changed.sort_unstable_by_key(|row| row.row);
        }
        let mut rows: Vec<u32> = Vec::new();
        let mut right: Vec<Option<ArrayRef>> = vec![None; self.plan.plan.values.len()];
        for (number, slab) in self.layout.slabs.iter().enumerate() {
            let gathered = Gathered::of(blocks, slab.columns.len(), |values| values.slab as usize == number)?;
            let arrived: Vec<u32> = gathered.rows.iter().map(|location| location.row).collect();
            let mut order: Vec<u32> = (0..arrived.len() as u32).collect();
            order.sort_unstable_by_key(|&i| arrived[i as usize]);
            let sorted: Vec<u32> = order.iter().map(|&i| arrived[i as usize]).collect();
            if number == 0 {
                rows = sorted;
            } else if sorted != rows {
                return Err(wrong());
            }
            let columns = gathered.in_order(&UInt32Array::from(order))?;
            for (&number, column) in slab.columns.iter().zip(columns) {
                right[number as usize] = Some(column);
            }
        }
        // Portions come in the order of the left rows.
        let changed = self.left.changed.iter().skip(self.rows).take(rows.len());
        if !changed.map(|row| row.row).eq(rows.iter().copied()) {
            return Err(wrong());
        }
        self.rows += rows.len();
        let right = right.into_iter().collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
        let batches = self.batches(&rows, &right)?;
        self.ready.extend(batches);
        Ok(())
    }

    fn batches(&mut self, rows: &[u32], right: &[ArrayRef]) -> Result<Vec<RecordBatch>, ParityError> {
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let split = self.split;
                let split =
                    split.ok_or_else(|| ParityError::internal("there is no left split, yet its rows changed"))?;
                none.insert(self.plan.open(split, &self.source)?)
            }
        };
        let zone = self.plan.zone;
        let plan = &self.plan.plan;
        let open = open.rows();
        let mut names: Vec<Vec<&str>> = vec![Vec::new(); rows.len()];
        let mut all_left: Vec<ArrayRef> = Vec::with_capacity(right.len());
        for (leaf, (pair, right)) in plan.values.iter().zip(right).enumerate() {
            let left = open.fetch(pair.columns[0], rows)?;
            let own = [&left, right];
            let cells = compare_column(pair, leaf, self.plan.seed, zone, own, |_, _| {});
            for row in cells.differing.set_indices() {
                names[row].push(&pair.name);
            }
            all_left.push(left);
        }
        let keys = plan.keys.iter().flatten();
        let mut arrays = keys
            .map(|key| key_values(key, &open, rows, zone))
            .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
        open.check()?;
        // Rows that differ within their relaxations only are not changed.
        let changed: BooleanArray = names.iter().map(|names| Some(!names.is_empty())).collect();
        let mut lists = ListBuilder::new(StringBuilder::new());
        for names in names {
            lists.append_value(names.into_iter().map(Some));
        }
        arrays.push(Arc::new(lists.finish()));
        for (side, own) in [all_left.as_slice(), right].into_iter().enumerate() {
            let columns = value_columns(&self.plan, side);
            let values = columns
                .iter()
                .map(|column| {
                    let own = |number: usize| shown(Arc::clone(&own[number]), plan.values[number].masked);
                    column.values(&mut |number| Ok(own(number)), zone)
                })
                .collect::<Result<Vec<ArrayRef>, ParityError>>()?;
            arrays.push(Arc::new(struct_of(values, rows.len())));
        }
        let whole = filter_record_batch(&batch(arrays)?, &changed)?;
        let width = rows_of_batch(2 * plan.values.len());
        let starts = (0..whole.num_rows()).step_by(width);
        Ok(starts
            .map(|start| whole.slice(start, width.min(whole.num_rows() - start)))
            .collect())
    }
}

pub(crate) fn struct_of(columns: Vec<ArrayRef>, rows: usize) -> StructArray {
    let fields: Vec<Field> = columns
        .iter()
        .zip(0..)
        .map(|(column, number)| Field::new(format!("c{number}"), column.data_type().clone(), true))
        .collect();
    if columns.is_empty() {
        return StructArray::new_empty_fields(rows, None);
    }
    StructArray::new(fields.into(), columns, None)
}

impl Step for ChangedRows {
    fn feed(&mut self, block: &[u8]) -> Result<(), ParityError> {
        if block.is_empty() {
            if let Some(blocks) = self.arriving.take() {
                self.portion(&blocks)?;
            }
            return if self.rows == self.left.changed.len() {
                Ok(())
            } else {
                Err(ParityError::internal("the right values of some rows did not arrive"))
            };
        }
        let mut payload = block::payload(block)?;
        match payload.split_off_first() {
            Some(&kind::ROWS) => {
                let mut more: LeftRows = wire::get(&mut payload)?;
                self.left.changed.append(&mut more.changed);
                Ok(())
            }
            Some(&kind::VALUES) => match self.arriving.add(block)? {
                Some(blocks) => self.portion(&blocks),
                None => Ok(()),
            },
            _ => Err(ParityError::internal("a block of an unknown kind")),
        }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, ParityError> {
        Ok(self.ready.pop_front())
    }

    fn rows(&self) -> u64 {
        self.rows as u64
    }
}
