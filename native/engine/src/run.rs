//! Runs a comparison: plan, fingerprint, match, fetch, compare.

use crate::cells;
use crate::duplicates;
use crate::samples;
use parity_kernels::domain::Side;
use parity_kernels::entry::Block;
use parity_kernels::matching::{DuplicateKey, Location, MatchOptions, Outcome, match_blocks};
use parity_kernels::zone::Zone;
use parity_report::document::{ColumnResult, Counts, Document, RowSamples, SideFiles};
use parity_scan::ScanResult;
use parity_scan::dataset::{Dataset, ReadOptions};
use parity_scan::fingerprint::{SidePlan, fingerprint};
use parity_scan::source::LocalSource;
use parity_scan::split::{Split, splits};
use parity_steps::duplicates::{NAMED_DUPLICATES, Refused, large_groups_warning, refusal};
use parity_steps::error::ParityError;
use parity_steps::options::{Caller, CompareOptions, Duplicates};
use parity_steps::plan::Plan;
use rayon::prelude::*;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Instant;

/// Rows of one match partition, about: small enough that its handles stay in the processor's cache.
const PARTITION_ROWS: u64 = 1 << 18;
/// Splits are at least and at most so large.
const SPLIT_BYTES: (u64, u64) = (4 << 20, 256 << 20);

/// Both datasets of a run, as every step sees them.
#[derive(Debug)]
pub struct Sides<'a> {
    /// Left and right.
    pub datasets: [&'a Dataset; 2],
    /// Their splits.
    pub splits: [Vec<Split>; 2],
    /// Session time zone.
    pub zone: Zone,
    /// Seed of the hashes.
    pub run_seed: u64,
}

/// Compares two datasets.
pub fn compare(options: &CompareOptions) -> Result<Document, ParityError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .thread_name(|n| format!("parity-{n}"))
        .build()
        .map_err(|e| {
            ParityError::new(
                "OUT_OF_RESOURCES",
                format!("{} worker threads cannot be started: {e}", options.threads),
                "ask for fewer with --threads",
            )
        })?;
    pool.install(|| compare_in_pool(options))
}

/// Opens one side, its footers in parallel.
pub fn open(path: &str, options: &CompareOptions) -> ScanResult<Dataset> {
    let read = ReadOptions {
        case_sensitive: options.case_sensitive,
        zone: options.zone,
    };
    Dataset::open(Arc::new(LocalSource), path, read, |files, footer| {
        files.par_iter().map(footer).collect()
    })
}

/// Cuts both datasets so that every thread has several splits to take.
pub fn cut(datasets: [&Dataset; 2]) -> [Vec<Split>; 2] {
    let total = datasets[0].len_bytes() + datasets[1].len_bytes();
    let target = (total / (8 * rayon::current_num_threads() as u64)).clamp(SPLIT_BYTES.0, SPLIT_BYTES.1);
    [
        splits(datasets[0], Side::Left, target),
        splits(datasets[1], Side::Right, target),
    ]
}

/// Runs a step and says how long it took.
fn timed<T>(step: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    log::info!("{step}: {:.3} s", started.elapsed().as_secs_f64());
    result
}

fn compare_in_pool(options: &CompareOptions) -> Result<Document, ParityError> {
    let (left, right) = timed("plan", || {
        rayon::join(|| open(&options.left, options), || open(&options.right, options))
    });
    let datasets = [&left?, &right?];
    let plan = Plan::new(datasets[0], datasets[1], options)?;
    let run_seed = options
        .seed
        .unwrap_or_else(|| RandomState::new().hash_one(std::process::id()));
    let sides = Sides {
        datasets,
        splits: cut(datasets),
        zone: options.zone,
        run_seed,
    };

    let (outcome, null_keys) = fingerprint_and_match(&sides, &plan, options)?;
    if options.duplicates == Duplicates::Fail && outcome.duplicate_keys != [0, 0] {
        return Err(refuse_duplicates(&sides, &plan, &outcome, options.caller)?);
    }
    let document = build(&sides, &plan, options, outcome, null_keys)?;
    datasets[0].check()?;
    datasets[1].check()?;
    match document.counts.unreconciled() {
        None => Ok(document),
        Some(sum) => Err(ParityError::internal(format!("the counts do not reconcile: {sum}"))),
    }
}

/// Steps 1 and 2: entries of all splits, exchanged in memory, matched partition by partition.
fn fingerprint_and_match(
    sides: &Sides<'_>,
    plan: &Plan,
    options: &CompareOptions,
) -> Result<(Outcome, [u64; 2]), ParityError> {
    let rows = sides.datasets[0].rows() + sides.datasets[1].rows();
    let partitions = usize::try_from(rows.div_ceil(PARTITION_ROWS))
        .unwrap_or(usize::MAX)
        .max(1);
    let side_plans: [SidePlan; 2] =
        [Side::Left, Side::Right].map(|side| plan.side(side, sides.run_seed, partitions, sides.zone));
    let all: Vec<Split> = sides.splits.iter().flatten().copied().collect();
    let fingerprints = timed("fingerprint", || {
        all.par_iter()
            .with_max_len(1)
            .map(|split| {
                fingerprint(
                    sides.datasets[split.side.index()],
                    *split,
                    &side_plans[split.side.index()],
                )
            })
            .collect::<ScanResult<Vec<_>>>()
    })?;
    let mut exchanged: Vec<Vec<Block>> = (0..partitions).map(|_| Vec::with_capacity(all.len())).collect();
    let mut null_keys = [0; 2];
    for (split, result) in all.iter().zip(fingerprints) {
        null_keys[split.side.index()] += result.null_keys;
        for (partition, block) in exchanged.iter_mut().zip(result.blocks) {
            partition.push(block);
        }
    }
    // Listing duplicate keys only serves a refusal.
    let match_options = MatchOptions {
        list_duplicates: options.duplicates == Duplicates::Fail,
    };
    let mut outcome = timed("match", || {
        exchanged
            .into_par_iter()
            .with_max_len(1)
            .map(|blocks| match_blocks(&blocks, match_options))
            .reduce(Outcome::default, |mut a, b| {
                a.merge(b);
                a
            })
    });
    if plan.keys.is_none() {
        // Rows that occur more than once in a multiset are no duplicate keys.
        outcome.duplicate_keys = [0, 0];
        outcome.duplicates = Default::default();
    }
    Ok((outcome, null_keys))
}

/// Steps 3 and 4, and the document.
fn build(
    sides: &Sides<'_>,
    plan: &Plan,
    options: &CompareOptions,
    outcome: Outcome,
    null_keys: [u64; 2],
) -> Result<Document, ParityError> {
    let settled = timed("pair duplicate keys", || {
        duplicates::settle(sides, plan, &outcome.groups)
    })?;
    let mut only = outcome.only;
    for (side, rows) in settled.only.into_iter().enumerate() {
        only[side].extend(rows);
    }
    let mut changed: Vec<_> = outcome.changed.into_iter().map(|row| (row, 0)).collect();
    changed.extend(settled.changed);
    let ranked = timed("order changed rows", || samples::ranked(sides, plan, changed))?;
    let columns = timed("fetch and compare", || {
        cells::compare_cells(sides, plan, &ranked.changed, options.samples)
    })?;

    let changed_rows = ranked.changed.rows.len() as u64;
    let counts = Counts {
        left: outcome.rows[0],
        right: outcome.rows[1],
        matched: outcome.identical + changed_rows,
        identical: outcome.identical,
        changed: changed_rows,
        only_left: only[0].len() as u64,
        only_right: only[1].len() as u64,
        duplicate_keys_left: outcome.duplicate_keys[0],
        duplicate_keys_right: outcome.duplicate_keys[1],
        null_keys_left: null_keys[0],
        null_keys_right: null_keys[1],
    };
    let rows = RowSamples {
        only_left: samples::one_sided(sides, plan, Side::Left, &only[0], options.samples)?,
        only_right: samples::one_sided(sides, plan, Side::Right, &only[1], options.samples)?,
        changed: ranked.first_rows(sides, plan, &columns, options.samples),
    };
    let results = plan
        .values
        .iter()
        .zip(&columns)
        .map(|(pair, cells)| ColumnResult {
            name: pair.name.clone(),
            left_type: pair.leaves[0].to_string(),
            right_type: pair.leaves[1].to_string(),
            mismatches: cells.tally.mismatches,
            null_left: cells.tally.null_left,
            null_right: cells.tally.null_right,
            max_difference: cells.tally.max_distance.map(|d| (d, scale_of(&pair.domain))),
            samples: ranked.cells(sides, plan, cells),
        })
        .collect();
    let mut warnings = Vec::new();
    if settled.large_groups > 0 {
        warnings.push(large_groups_warning(settled.large_groups));
    }
    let files = |side: usize| {
        let dataset = sides.datasets[side];
        SideFiles {
            path: dataset.path.clone(),
            files: dataset.files.len() as u64,
            bytes: dataset.len_bytes(),
        }
    };
    Ok(Document {
        sides: [files(0), files(1)],
        keys: plan.key_names.clone(),
        counts,
        schema: plan.schema.clone(),
        columns: results,
        samples: rows,
        warnings,
    })
}

fn scale_of(domain: &parity_kernels::domain::Domain) -> i32 {
    use parity_kernels::domain::Domain;
    match domain {
        Domain::Exact { scale } | Domain::Instant { scale, .. } => *scale,
        _ => 0,
    }
}

/// The refusal of duplicate keys, with the smallest of them.
fn refuse_duplicates(
    sides: &Sides<'_>,
    plan: &Plan,
    outcome: &Outcome,
    caller: Caller,
) -> Result<ParityError, ParityError> {
    let refused = |side: Side| {
        let duplicates: &[DuplicateKey] = &outcome.duplicates[side.index()];
        let locations: Vec<Location> = duplicates.iter().map(|d| d.location).collect();
        Ok::<Refused, ParityError>(Refused {
            keys: duplicates.len() as u64,
            rows: duplicates.iter().map(|d| d.rows).sum(),
            examples: samples::one_sided(sides, plan, side, &locations, NAMED_DUPLICATES)?,
        })
    };
    Ok(refusal([&refused(Side::Left)?, &refused(Side::Right)?], caller))
}
