//! Any bytes are a Parquet file that can be read in both ways with the same outcome, or an error. Start it with real files as
//! its corpus: `cargo fuzz run parquet_file CORPUS_FOLDER`.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use parity_kernels::compare::relaxation::Before;
use parity_kernels::digest::entry::Shape;
use parity_kernels::digest::hash::{LeafSeed, Role};
use parity_kernels::domain::{Domain, Side};
use parity_kernels::spark::zone::Zone;
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::{Dataset, ReadOptions};
use parity_scan::files::source::{ByteSource, FileBytes, Listed, Stamp};
use parity_scan::files::split::splits;
use parity_scan::fingerprint::fingerprint;
use parity_scan::{ScanError, ScanResult};
use parity_source::plan::{LeafPlan, SidePlan};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// One file in memory.
#[derive(Debug)]
struct Memory(Bytes);

impl Memory {
    fn stamp(&self) -> Stamp {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        Stamp {
            len_bytes: self.0.len() as u64,
            modified_ns: 0,
            identity: 0,
            // Footers are kept by name and stamp.
            etag: Some(hasher.finish().to_string()),
        }
    }
}

impl ByteSource for Memory {
    fn look(&self, path: &str) -> ScanResult<Option<Listed>> {
        Ok(Some(Listed {
            path: path.to_owned(),
            name: path.to_owned(),
            stamp: Some(self.stamp()),
        }))
    }

    fn list(&self, _folder: &str) -> ScanResult<Vec<Listed>> {
        Ok(Vec::new())
    }

    fn open(&self, _path: &str, _stamp: &Stamp) -> ScanResult<Box<dyn FileBytes>> {
        Ok(Box::new(Memory(self.0.clone())))
    }
}

impl FileBytes for Memory {
    fn read(&self, range: Range<u64>) -> ScanResult<Bytes> {
        let range = range.start as usize..range.end as usize;
        if range.start > range.end || range.end > self.0.len() {
            return Err(ScanError::CorruptFile {
                path: "memory".to_owned(),
                reason: "its end".to_owned(),
            });
        }
        Ok(self.0.slice(range))
    }

    fn is_local(&self) -> bool {
        // Both ways to read a file are tried.
        self.0.len() % 2 == 1
    }

    fn check(&self) -> ScanResult<()> {
        Ok(())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let source: Arc<dyn ByteSource> = Arc::new(Memory(Bytes::copy_from_slice(bytes)));
    let options = ReadOptions::new(true, Zone::UTC);
    let opened = Dataset::open(source, "memory", options, |files, footer| {
        files.iter().map(footer).collect()
    });
    let Ok(dataset) = opened else { return };
    if dataset.rows() > 100_000 || dataset.columns.len() > 64 {
        return;
    }
    let leaves: Vec<(usize, _)> = dataset
        .columns
        .iter()
        .enumerate()
        .filter_map(|(i, c)| Some((i, c.leaf.clone().ok()?)))
        .collect();
    let plan = SidePlan {
        keys: Vec::new(),
        values: leaves
            .iter()
            .map(|(column, leaf)| LeafPlan {
                column: *column,
                leaf: leaf.clone(),
                domain: Domain::own(leaf),
                seed: LeafSeed::new(1, Role::Value, *column, None),
                group: 0,
                before: Before::default(),
            })
            .collect(),
        zone: Zone::UTC,
        shape: Shape {
            is_keyed: false,
            is_word: false,
            groups: 1,
        },
        partitions: 1,
        filter: None,
    };
    for split in splits(&dataset, Side::Left, 1 << 20) {
        if fingerprint(&dataset, split, &plan).is_err() {
            continue;
        }
        let Ok(rows) = SplitRows::open(&dataset, split) else {
            return;
        };
        let all: Vec<u32> = (0..split.rows).collect();
        let some: Vec<u32> = (0..split.rows).step_by(17).collect();
        for &(column, _) in &leaves {
            // What could be read in sequence can be read by position, and gives the same values.
            if let (Ok(every), Ok(picked)) = (rows.fetch(column, &all), rows.fetch(column, &some)) {
                for (at, &row) in some.iter().enumerate() {
                    assert_eq!(
                        every.slice(row as usize, 1).as_ref(),
                        picked.slice(at, 1).as_ref(),
                        "row {row}"
                    );
                }
            }
        }
    }
});
