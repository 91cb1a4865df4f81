//! `parity-steps`: one step of a comparison on real files, timed apart from the others.
//!
//! `decode` reads every column with the same reader and throws the values away: the floor. `fingerprint` is step 1 of both
//! sides. `fetch` reads a scattered fraction of the rows of both sides, all columns. Each prints one line of JSON.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use parity_kernels::domain::Side;
use parity_scan::column::{Access, BATCH_ROWS, ColumnReader};
use parity_scan::fetch::SplitRows;
use parity_scan::files::dataset::{ColumnInFile, Dataset, ReadOptions};
use parity_scan::files::source::LocalSource;
use parity_scan::files::split::{Split, splits};
use parity_scan::fingerprint::fingerprint;
use parity_steps::ask::options::CompareOptions;
use parity_steps::ask::run::Run;
use parity_steps::plan::{Plan, SideColumns};
use rayon::prelude::*;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DECODE: &str = "decode";
const FINGERPRINT: &str = "fingerprint";
const FETCH: &str = "fetch";

fn command() -> Command {
    Command::new("parity-steps")
        .about("One step of a comparison, timed")
        .arg(
            Arg::new("step")
                .required(true)
                .value_parser([DECODE, FINGERPRINT, FETCH]),
        )
        .arg(Arg::new("left").required(true))
        .arg(Arg::new("right").required(true))
        .arg(Arg::new("key").long("key").action(ArgAction::Append))
        .arg(
            Arg::new("threads")
                .long("threads")
                .default_value("0")
                .value_parser(value_parser!(usize)),
        )
        .arg(
            Arg::new("fraction")
                .long("fraction")
                .default_value("0.01")
                .value_parser(value_parser!(f64))
                .help("Rows that `fetch` reads, as a share of all"),
        )
}

fn text<'a>(line: &'a ArgMatches, name: &str) -> &'a str {
    line.get_one::<String>(name).map_or("", String::as_str)
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    match measure(&command().get_matches()) {
        Ok(line) => {
            let written = writeln!(std::io::stdout(), "{line}");
            if written.is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "parity-steps: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(line: &ArgMatches) -> Result<String, Failure> {
    let threads = *line.get_one("threads").unwrap_or(&0);
    let fraction = *line.get_one("fraction").unwrap_or(&0.01);
    let [step, left, right] = ["step", "left", "right"].map(|name| text(line, name));
    let keys: Vec<String> = line.get_many("key").into_iter().flatten().cloned().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| {
        let run = Run {
            keys: (!keys.is_empty()).then(|| keys.into_iter().map(|key| (key, None)).collect()),
            ..Run::of(left, right)
        };
        let datasets = [open(left, &run)?, open(right, &run)?];
        let (started, cpu_before) = (Instant::now(), cpu_seconds()?);
        let rows = match step {
            DECODE => decode(&datasets)?,
            FINGERPRINT => fingerprint_both(&datasets, &run.options()?)?,
            _ => fetch(&datasets, fraction)?,
        };
        let (wall_s, cpu_s) = (started.elapsed().as_secs_f64(), cpu_seconds()? - cpu_before);
        let line =
            json!({"step": step, "wall_s": wall_s, "cpu_s": cpu_s, "rows": rows, "peak_rss_bytes": peak_rss_bytes()?});
        Ok(line.to_string())
    })
}

fn open(path: &str, run: &Run) -> Result<Dataset, Failure> {
    let read = ReadOptions::new(run.case_sensitive, run.options()?.zone);
    Ok(Dataset::open(Arc::new(LocalSource), path, read, |files, footer| {
        files.par_iter().map(footer).collect()
    })?)
}

fn all_splits(datasets: &[Dataset; 2]) -> [Vec<Split>; 2] {
    let total = datasets[0].len_bytes() + datasets[1].len_bytes();
    let target = (total / (8 * rayon::current_num_threads() as u64)).clamp(4 << 20, 256 << 20);
    [Side::Left, Side::Right].map(|side| splits(&datasets[side.index()], side, target))
}

fn decode(datasets: &[Dataset; 2]) -> Result<u64, Failure> {
    let splits = all_splits(datasets).concat();
    let rows = splits
        .par_iter()
        .with_max_len(1)
        .map(|split| decode_split(&datasets[split.side.index()], split))
        .sum::<Result<u64, Failure>>()?;
    Ok(rows)
}

fn decode_split(dataset: &Dataset, split: &Split) -> Result<u64, Failure> {
    let file = &dataset.files[split.file];
    let bytes = Arc::from(dataset.source.open(&file.found.path, &file.found.stamp)?);
    for row_group in split.first_row_group..split.first_row_group + split.row_groups {
        let rows = file.footer.metadata.row_group(row_group).num_rows() as usize;
        for column in &file.columns {
            if let ColumnInFile::Stored(leaf, _) = column {
                let mut reader =
                    ColumnReader::open(file.path(), &bytes, &file.footer, row_group, *leaf, Access::Sequential)?;
                for start in (0..rows).step_by(BATCH_ROWS) {
                    std::hint::black_box(reader.read(BATCH_ROWS.min(rows - start))?);
                }
            }
        }
    }
    Ok(u64::from(split.rows))
}

fn fingerprint_both(datasets: &[Dataset; 2], options: &CompareOptions) -> Result<u64, Failure> {
    let [left, right] = datasets.each_ref().map(|dataset| SideColumns {
        path: &dataset.path,
        columns: &dataset.columns,
    });
    let plan = Plan::new(left, right, options)?;
    let plans = [Side::Left, Side::Right].map(|side| plan.side(side, 1, 8, options.zone));
    let splits = all_splits(datasets).concat();
    let rows = splits
        .par_iter()
        .with_max_len(1)
        .map(|split| {
            let side = split.side.index();
            Ok(fingerprint(&datasets[side], *split, &plans[side])?.entries().count() as u64)
        })
        .sum::<Result<u64, Failure>>()?;
    Ok(rows)
}

fn fetch(datasets: &[Dataset; 2], fraction: f64) -> Result<u64, Failure> {
    let splits = all_splits(datasets).concat();
    splits
        .par_iter()
        .with_max_len(1)
        .map(|split| {
            let rows: Vec<u32> = (0..split.rows)
                .filter(|&row| is_chosen(*split, row, fraction))
                .collect();
            let dataset = &datasets[split.side.index()];
            let open = SplitRows::open(dataset, *split)?;
            for column in 0..dataset.columns.len() {
                std::hint::black_box(open.fetch(column, &rows)?);
            }
            Ok(rows.len() as u64)
        })
        .sum()
}

/// A scattered, repeatable choice.
fn is_chosen(split: Split, row: u32, fraction: f64) -> bool {
    let mut x = (u64::from(split.number) << 32 | u64::from(row)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 29;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((x >> 11) as f64) < fraction * (1u64 << 53) as f64
}

/// User and system time of this process, in clock ticks of a hundredth of a second.
fn cpu_seconds() -> Result<f64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("no process name")?.1;
    let ticks =
        |n: usize| -> Result<f64, Failure> { Ok(after_name.split_whitespace().nth(n).ok_or("no time")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

fn peak_rss_bytes() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .ok_or("no VmHWM")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no size")?.parse()?;
    Ok(kib * 1024)
}
