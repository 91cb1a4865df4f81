//! How large splits and match partitions are.
//!
//! Every split gives a block to every match partition, and whoever runs the steps keeps track of each block. Splits and
//! partitions of one size would make their number grow with the square of the data, so beyond [`MOST_BLOCKS`] both grow:
//! a split only takes longer, a partition must fit the memory of its task.

use crate::ask::run::Run;
use crate::matching::MATCH_BYTES;
use parity_kernels::digest::entry::Shape;
use parity_source::{Code, ParityError};

/// Rows of one match partition, at least and at most so many, as long as there are not too many partitions. The fewer
/// rows, the more of what is held of them stays in the processor's cache; but each partition is a task of several stages.
const PARTITION_ROWS: (u64, u64) = (1 << 18, 1 << 20);
/// Match partitions that each core gets to take, about, where they have neither the fewest nor the most rows.
const PARTITIONS_OF_CORE: u64 = 8;
/// Memory that matching one partition takes at most, about.
const PARTITION_BYTES: u64 = 256 << 20;
/// A cluster that must keep track of more than about so many blocks stands still.
const MOST_BLOCKS: u64 = 50_000_000;
/// Splits are at least and at most so large, as long as there are not too many.
const SPLIT_BYTES: (u64, u64) = (4 << 20, 256 << 20);
/// Splits that each core gets to take, about: of local files, and of others, whose tasks wait for their first bytes.
const SPLITS_OF_CORE: u64 = 8;
const FAR_SPLITS_OF_CORE: u64 = 4;
/// Times that they are as large where there are: a task of 16 GiB takes minutes.
const MOST_TIMES: u64 = 64;
/// Times that a partition is as large as the caller says at most.
const MOST_TIMES_ROWS: u64 = 8;

/// What the sizes of a run lie between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    split_bytes: u64,
    most_split_bytes: u64,
    partition_rows: u64,
    most_partition_rows: u64,
    most_blocks: u64,
}

impl Bounds {
    /// For so many rows in so many bytes on so many cores, and entries of this shape.
    pub(super) fn of(run: &Run, rows: u64, bytes: u64, is_far: bool, cores: u64, shape: Shape) -> Bounds {
        let splits = cores.max(1) * if is_far { FAR_SPLITS_OF_CORE } else { SPLITS_OF_CORE };
        let even = (bytes / splits).clamp(SPLIT_BYTES.0, SPLIT_BYTES.1);
        let even_rows = (rows / (cores.max(1) * PARTITIONS_OF_CORE)).clamp(PARTITION_ROWS.0, PARTITION_ROWS.1);
        let fitting = PARTITION_BYTES / (shape.entry_bytes() + MATCH_BYTES) as u64;
        Bounds {
            split_bytes: run.split_bytes.unwrap_or(even).max(1),
            most_split_bytes: run.split_bytes.unwrap_or(SPLIT_BYTES.1).saturating_mul(MOST_TIMES),
            partition_rows: run.partition_rows.unwrap_or(even_rows.min(fitting)).max(1),
            most_partition_rows: run
                .partition_rows
                .map_or(fitting, |rows| rows.saturating_mul(MOST_TIMES_ROWS))
                .max(1),
            most_blocks: run.most_blocks.unwrap_or(MOST_BLOCKS),
        }
    }

    /// Bytes of a split for so many rows in so many bytes. Where there would be too many blocks, splits and partitions
    /// grow alike, until partitions cannot.
    pub(super) fn split_bytes(&self, rows: u64, bytes: u64) -> u64 {
        let splits = bytes as f64 / self.split_bytes as f64;
        let partitions = rows as f64 / self.partition_rows as f64;
        let times = splits * partitions / self.most_blocks as f64;
        if times <= 1.0 {
            return self.split_bytes;
        }
        let of_partitions = self.most_partition_rows as f64 / self.partition_rows as f64;
        let of_splits = times.sqrt().max(times / of_partitions);
        ((self.split_bytes as f64 * of_splits) as u64).min(self.most_split_bytes)
    }

    /// The next larger size of splits, of which there were too many; none beyond the largest.
    pub(super) fn larger(&self, split_bytes: u64) -> Option<u64> {
        (split_bytes < self.most_split_bytes)
            .then(|| (split_bytes + split_bytes.div_ceil(4)).min(self.most_split_bytes))
    }

    /// How many match partitions there are for so many rows in so many splits; none where they would have too many rows
    /// each.
    pub(super) fn partitions(&self, rows: u64, splits: u64) -> Option<usize> {
        let most = self.most_blocks / splits.max(1);
        let partitions = rows.div_ceil(self.partition_rows).min(most).max(1);
        let fits = rows.div_ceil(partitions) <= self.most_partition_rows;
        usize::try_from(partitions).ok().filter(|_| fits)
    }

    /// What is said of rows in splits of which there are too many at any size.
    pub(super) fn refusal(&self, rows: u64, bytes: u64, splits: u64) -> ParityError {
        let partitions = rows.div_ceil(self.most_partition_rows);
        ParityError::new(
            Code::OutOfResources,
            format!(
                "both sides together have {rows} rows in {} GiB: {splits} splits and the {partitions} match partitions \
                 whose rows fit the memory of a task would exchange {} blocks, and Spark can keep track of about {}",
                bytes >> 30,
                u128::from(splits) * u128::from(partitions),
                self.most_blocks
            ),
            "compare some of the rows at a time: where keeps, for instance, one partition or a range of keys",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, MOST_BLOCKS, MOST_TIMES, PARTITION_BYTES, SPLIT_BYTES};
    use crate::ask::run::Run;
    use crate::matching::MATCH_BYTES;
    use parity_kernels::digest::entry::Shape;

    const SHAPE: Shape = Shape {
        is_keyed: true,
        is_word: false,
        groups: 8,
    };

    fn bounds(rows: u64, bytes: u64) -> Bounds {
        Bounds::of(&Run::of("l", "r"), rows, bytes, false, 400, SHAPE)
    }

    /// Splits and partitions of evenly filled files; none where no size will do.
    fn sizes(rows: u64, bytes: u64) -> Option<(u64, u64)> {
        let bounds = bounds(rows, bytes);
        let mut split_bytes = bounds.split_bytes(rows, bytes);
        loop {
            let splits = bytes.div_ceil(split_bytes);
            match bounds.partitions(rows, splits) {
                Some(partitions) => return Some((splits, partitions as u64)),
                None => split_bytes = bounds.larger(split_bytes)?,
            }
        }
    }

    #[test]
    fn what_fits_is_cut_small() {
        let gib = 1 << 30;
        assert_eq!(bounds(0, gib).partitions(0, 0), Some(1));
        assert_eq!(bounds(1 << 18, gib).partitions(1 << 18, 2), Some(1));
        assert_eq!(sizes(20_000_000, gib), Some((256, 77)));
        // 2 × 1 TB in splits of 256 MiB.
        assert_eq!(sizes(1_500_000_000, 2_000_000_000_000), Some((7_451, 3_200)));
    }

    #[test]
    fn splits_and_partitions_grow_together() {
        let (rows, bytes) = (1_500_000_000, 2_000_000_000_000);
        assert_eq!(sizes(2 * rows, 2 * bytes), Some((14_902, 3_200)));
        assert_eq!(sizes(10 * rows, 10 * bytes), Some((5_593, 8_939)));
        for times in [1, 2, 5, 10, 20] {
            let (splits, partitions) = sizes(times * rows, times * bytes).expect("it can be compared");
            assert!(splits * partitions <= MOST_BLOCKS, "{times}");
            let partition_bytes = times * rows / partitions * (SHAPE.entry_bytes() + MATCH_BYTES) as u64;
            assert!(partition_bytes <= PARTITION_BYTES, "{times}");
            assert!(times * bytes / splits <= SPLIT_BYTES.1 * MOST_TIMES, "{times}");
            assert!(
                times < 10 || splits * partitions > MOST_BLOCKS / 2,
                "{times}: larger than need be"
            );
        }
    }

    #[test]
    fn what_no_size_holds_is_refused_with_numbers() {
        let (rows, bytes) = (1_500_000_000_000, 2_000_000_000_000_000);
        assert_eq!(sizes(rows, bytes), None);
        let refused = bounds(rows, bytes).refusal(rows, bytes, 116_416).to_string();
        assert!(
            refused.contains("1500000000000 rows in 1862645 GiB: 116416 splits and the"),
            "{refused}"
        );
    }
}
