//! Frames: the rows behind a result as Arrow batches in the layout of Spark's types.
//!
//! Own values become what Spark stores for the column's type ([`spark_types`]). Text keeps its bytes, valid UTF-8 or not, so it
//! travels as Arrow's binary layout; the frame's Spark schema ([`schemas`]) says that it is text. Times of day, for which Spark
//! has no type, are shown as text. Structs stand as structs, whatever columns of their own their fields were compared as
//! ([`columns`]).

pub mod changed;
pub mod columns;
pub mod differences;
pub mod duplicates;
pub mod rows;
pub mod schemas;
mod spark_types;

use crate::frames::spark_types::in_spark;
use crate::plan::pair::LeafPair;
use arrow::array::{ArrayRef, RecordBatch, StringArray, StructArray, new_null_array};
use arrow::datatypes::{Field, Schema};
use parity_kernels::spark::zone::Zone;
use parity_source::{OpenSplit, ParityError};
use std::sync::Arc;

/// Cells of a batch, about.
const BATCH_CELLS: usize = 1 << 20;
/// Rows of a batch at most.
const BATCH_ROWS: usize = 1 << 13;

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

/// A key of some left rows as Spark stores it.
fn key_values(key: &LeafPair, open: &dyn OpenSplit, rows: &[u32], zone: Zone) -> Result<ArrayRef, ParityError> {
    let own = open.fetch(key.columns[0], rows)?;
    in_spark(&shown(own, key.masked), &key.leaves[0], zone)
}

/// Own values as frames show them: null where the column is masked.
fn shown(own: ArrayRef, is_masked: bool) -> ArrayRef {
    if is_masked {
        new_null_array(own.data_type(), own.len())
    } else {
        own
    }
}

fn struct_of(columns: Vec<ArrayRef>, rows: usize) -> StructArray {
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
