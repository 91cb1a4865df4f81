//! What a side of a comparison is: the contract between the steps, which compare, and a source, which has the data.
//!
//! # The way of a side
//!
//! A driver has the side *listed* ([`Source::list`]): it consists of a number of parts, files for instance, and they
//! come in portions. Each portion is *described*, by a task where there are many ([`Source::describe`]); the driver
//! *merges* all descriptions ([`Source::merge`]) into what is known of the side as a whole ([`Described`]): its columns
//! and how large it is. It tells the side the predicate, which may leave out parts, and has it *cut* into splits. From
//! there on the side is its splits: a task is given the bytes of its own, and *opens* it ([`Source::open`]) to
//! fingerprint all of its rows, or to fetch some of them.
//!
//! # What must hold
//!
//! - *Bytes.* What a source gives as bytes (portions, descriptions, splits) it alone reads. They cross machines, so
//!   they say everything that is needed there, and no more than that: a task never gets the bytes of other portions or
//!   splits than its own. Where columns are masked they are sealed on the way; within a task they may hold values.
//! - *Values* are own values (`parity_kernels::domain::values`) of the type of their column.
//! - *The predicate* in a [`plan::SidePlan`] is the source's to apply: rows for which it is not true have no entries,
//!   and are counted as dropped. A source may leave out what surely has no wanted row unread, and counts it all the
//!   same.
//! - *Row numbers* count all rows of a split, wanted or not. Where they hold when a split is opened again, the source
//!   says so in its [`Cut`]; where they do not, whoever fetches brings the key hash and digest of each row, and finds
//!   the rows by them ([`again`]).
//! - *Determinism.* The same side gives the same entries but for the order of its rows and where its splits begin, and
//!   a row that is fetched has the values that were fingerprinted, or the split is not what it was: `SOURCE_CHANGED`,
//!   from [`OpenSplit::check`] at the latest.
//! - *Ownership.* An open split belongs to one step and lives as long; nothing of it outlives the step. What it holds
//!   is bounded by a window of rows and one column, never by the split.
//! - *Threads.* A [`Source`] is shared by all threads of its process. An open split is used by one thread at a time,
//!   which may change between two calls.
//! - *Errors* are those of the comparison: a code, a sentence that names the place, a hint. A source never panics on
//!   what its data holds, and asks the [`budget`] before it takes memory whose size the data decides.

pub mod again;
pub mod batches;
pub mod budget;
pub mod code;
pub mod column;
mod error;
pub mod plan;
pub mod predicate;
pub mod values;
pub mod wire;

pub use code::Code;
pub use error::ParityError;

use crate::column::Column;
use crate::plan::{Fingerprints, SidePlan};
use crate::predicate::Predicate;
use arrow::array::ArrayRef;
use parity_kernels::domain::Side;
use parity_kernels::spark::zone::Zone;
use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

/// A side as whoever wants it compared describes it.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Which side it is.
    pub side: Side,
    /// How messages and documents call it.
    pub path: String,
    /// Where it is.
    pub paths: &'a [String],
    /// Whether names that differ by case are different names.
    pub case_sensitive: bool,
    /// Session time zone.
    pub zone: Zone,
    /// Time zone of old writers that do not name theirs.
    pub writer_zone: Zone,
    /// Partition columns with the types that a catalog tells, by Spark's names.
    pub partition_types: &'a [(String, String)],
    /// The other columns, where a catalog tells them, as Spark's JSON of a schema.
    pub table_columns: Option<&'a serde_json::Value>,
    /// The settings of the session that change what is read; null for their defaults.
    pub settings: &'a serde_json::Value,
}

/// Parts of a side that are described together.
#[derive(Clone, Debug, Default)]
pub struct Portion {
    /// How many parts these are.
    pub parts: usize,
    /// What the source knows of them.
    pub bytes: Vec<u8>,
}

/// How many parts of a side that has so many make a portion: enough portions for all threads, and no more than a driver
/// can well keep.
pub fn parts_of_portion(parts: usize) -> usize {
    match parts {
        0..=64 => 4,
        _ => (parts / 1024).max(16),
    }
}

/// A kind of data that a side can be.
pub trait Source: Send + Sync + Debug {
    /// Lists the parts of a side: one portion or more.
    fn list(&self, ask: &Ask<'_>) -> Result<Vec<Portion>, ParityError>;

    /// Describes the parts of a portion.
    fn describe(&self, ask: &Ask<'_>, portion: &[u8]) -> Result<Vec<u8>, ParityError>;

    /// Brings all portions together, in their order and each with its description.
    fn merge(&self, ask: &Ask<'_>, portions: &[(&[u8], &[u8])]) -> Result<Box<dyn Described>, ParityError>;

    /// Opens a split.
    fn open(&self, split: &SplitOf<'_>) -> Result<Arc<dyn OpenSplit>, ParityError>;
}

/// The sources of both sides.
#[derive(Clone, Debug)]
pub struct Sources([Arc<dyn Source>; 2]);

impl Sources {
    /// A source for each side.
    pub fn new(left: Arc<dyn Source>, right: Arc<dyn Source>) -> Self {
        Sources([left, right])
    }

    /// One source for both.
    pub fn both(source: impl Source + 'static) -> Self {
        let source = Arc::new(source);
        Sources([Arc::clone(&source) as _, source])
    }

    /// That of a side.
    pub fn of(&self, side: Side) -> &dyn Source {
        &*self.0[side.index()]
    }
}

/// A side as a whole, as its source describes it.
pub trait Described {
    /// Its columns, each struct before its fields.
    fn columns(&self) -> &[Column];

    /// Rows of all parts that are not left out.
    fn rows(&self) -> u64;

    /// Bytes of all parts.
    fn len_bytes(&self) -> u64;

    /// Whether its bytes come over a network, so that whoever opens a split waits for the first of them.
    fn is_far(&self) -> bool {
        false
    }

    /// Leaves out parts that surely hold no row for which the predicate is true.
    fn leave_out(&mut self, predicate: &Predicate);

    /// Cuts the side into splits of about `target_bytes`.
    fn cut(&self, target_bytes: u64) -> Result<Cut, ParityError>;
}

/// A side in splits.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// Its splits, by number.
    pub splits: Vec<Split>,
    /// What every task of the side is told.
    pub shared: Vec<u8>,
    /// Whether a row has the same number whenever its split is opened.
    pub rows_hold: bool,
}

/// A split before it is opened.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// Its rows, all of them.
    pub rows: u32,
    /// What the source must know to open it.
    pub bytes: Vec<u8>,
    /// How much there is to read of it, about; 0 where it reads no files.
    pub len_bytes: u64,
    /// Hosts on which it is best opened; none where it does not matter.
    pub places: Vec<String>,
}

/// A split that is to be opened.
#[derive(Clone, Copy, Debug)]
pub struct SplitOf<'a> {
    /// Its side.
    pub side: Side,
    /// Its number among the side's splits.
    pub number: u32,
    /// Its own bytes.
    pub bytes: &'a [u8],
    /// What every task of the side is told.
    pub shared: &'a [u8],
    /// The columns of the side. [`Column::below`] of a struct names the fields that decide whether something is in it.
    pub columns: &'a [Column],
}

/// An open split.
pub trait OpenSplit: Send + Sync {
    /// Fingerprints all rows.
    fn fingerprint(self: Arc<Self>, plan: &SidePlan) -> Result<Box<dyn Fingerprint>, ParityError>;

    /// Says which columns will be fetched next, in this order, and how many rows of each. Replaces what was said
    /// before.
    fn announce(&self, _columns: &[(usize, usize)]) {}

    /// Own values of a column in the first of the given rows, which ascend: in all of them, or in as many as come to
    /// `most_bytes`, which may be one. Whoever wants the others asks again with the same cursor.
    ///
    /// A struct's own value is null where the struct is not there, else whether something is in it.
    fn fetch_some(
        &self,
        cursor: &mut Cursor,
        column: usize,
        rows: &[u32],
        most_bytes: u64,
    ) -> Result<ArrayRef, ParityError>;

    /// The same in all of the rows, but of a struct no more than whether it is there: null or true.
    fn fetch_there(&self, column: usize, rows: &[u32]) -> Result<ArrayRef, ParityError>;

    /// Checks that the data are still those that were described.
    fn check(&self) -> Result<(), ParityError>;

    /// Own values of a column in the given rows, which ascend.
    fn fetch(&self, column: usize, rows: &[u32]) -> Result<ArrayRef, ParityError> {
        self.fetch_some(&mut Cursor::default(), column, rows, u64::MAX)
    }
}

/// The entries of a split on their way.
pub trait Fingerprint: Send {
    /// The entries of the next rows, about `rows` of them; `None` when all are done and the data are still those that
    /// were described.
    fn next(&mut self, rows: usize) -> Result<Option<Fingerprints>, ParityError>;
}

/// Where the rows of a column are read on. What is in it is the source's.
#[derive(Default)]
pub struct Cursor(Option<Box<dyn Any + Send>>);

impl Cursor {
    /// What the source keeps in it.
    pub fn get<T: Any + Send + Default>(&mut self) -> &mut T {
        if !self.0.as_ref().is_some_and(|kept| kept.is::<T>()) {
            self.0 = Some(Box::<T>::default());
        }
        match self.0.as_mut().and_then(|kept| kept.downcast_mut()) {
            Some(kept) => kept,
            None => unreachable!("a cursor holds what was just put into it"),
        }
    }
}
