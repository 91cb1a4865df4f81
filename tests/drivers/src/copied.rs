//! Parquet files that are copied into record batches before they are compared, so that tests of values also test that source.

use arrow::array::ArrayRef;
use parity_scan::files::source::LocalSource;
use parity_scan::parquet::ParquetSource;
use parity_source::batches::{Batches, Builder};
use parity_source::{Ask, Described, OpenSplit, ParityError, Portion, Source, SplitOf};
use std::sync::{Arc, Mutex, PoisonError};

/// A side has about so many splits, of so many bytes at least.
const SPLITS: u64 = 16;
const SPLIT_BYTES: u64 = 1 << 10;

/// Copies the files of both sides when they are listed.
#[derive(Debug)]
pub struct Copied {
    parquet: ParquetSource,
    is_reordering: bool,
    held: Mutex<[Option<Batches>; 2]>,
}

impl Copied {
    /// Local files; `is_reordering` gives their rows in another order each time a split is opened.
    pub fn new(is_reordering: bool) -> Self {
        Copied {
            parquet: ParquetSource::new(Arc::new(LocalSource)),
            is_reordering,
            held: Mutex::default(),
        }
    }

    fn copy(&self, ask: &Ask<'_>, portions: &[Portion]) -> Result<Batches, ParityError> {
        let described = portions
            .iter()
            .map(|portion| self.parquet.describe(ask, &portion.bytes));
        let described = described.collect::<Result<Vec<Vec<u8>>, ParityError>>()?;
        let both: Vec<(&[u8], &[u8])> = portions
            .iter()
            .map(|portion| &*portion.bytes)
            .zip(described.iter().map(|bytes| &**bytes))
            .collect();
        let described = self.parquet.merge(ask, &both)?;
        let len_bytes = described.len_bytes();
        let columns = described.columns();
        let mut builder = Builder::new(
            columns.to_vec(),
            portions.iter().map(|portion| portion.parts).sum(),
            len_bytes,
        );
        if self.is_reordering {
            builder = builder.reordering();
        }
        let cut = described.cut((len_bytes / SPLITS).max(SPLIT_BYTES))?;
        for (split, number) in cut.splits.iter().zip(0..) {
            let open = self.parquet.open(&SplitOf {
                side: ask.side,
                number,
                bytes: &split.bytes,
                shared: &cut.shared,
                columns,
            })?;
            let rows: Vec<u32> = (0..split.rows).collect();
            let own = columns.iter().enumerate().map(|(number, column)| match &column.leaf {
                Ok(_) => open.fetch_there(number, &rows).map(Some),
                Err(_) => Ok(None),
            });
            let own = own.collect::<Result<Vec<Option<ArrayRef>>, ParityError>>()?;
            builder.split();
            builder.add(&own)?;
        }
        Ok(builder.finish())
    }

    fn held(&self, side: usize) -> Result<Batches, ParityError> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner)[side].clone();
        held.ok_or_else(|| ParityError::internal("a side was not listed"))
    }
}

impl Source for Copied {
    fn list(&self, ask: &Ask<'_>) -> Result<Vec<Portion>, ParityError> {
        let batches = self.copy(ask, &self.parquet.list(ask)?)?;
        self.held.lock().unwrap_or_else(PoisonError::into_inner)[ask.side.index()] = Some(batches.clone());
        batches.list(ask)
    }

    fn describe(&self, ask: &Ask<'_>, portion: &[u8]) -> Result<Vec<u8>, ParityError> {
        self.held(ask.side.index())?.describe(ask, portion)
    }

    fn merge(&self, ask: &Ask<'_>, portions: &[(&[u8], &[u8])]) -> Result<Box<dyn Described>, ParityError> {
        self.held(ask.side.index())?.merge(ask, portions)
    }

    fn open(&self, split: &SplitOf<'_>) -> Result<Arc<dyn OpenSplit>, ParityError> {
        self.held(split.side.index())?.open(split)
    }
}
