//! `parity compare` by way of the steps that a cluster runs: every task of its own, every exchange as bytes.
//!
//! The differential tests run this command over thousands of pairs, so that what Spark carries is tested without Spark. Blocks
//! arrive in a random order where a cluster does not sort them, every task runs twice and must give the same bytes, splits and
//! match partitions are as small as they get, and all rows behind the result are read and counted, with their causes.

use arrow::array::{Array, AsArray, RecordBatch};
use base64::Engine;
use parity_cli::command::main_with;
use parity_drivers::copied::Copied;
use parity_engine::run::{Answer, argument_text, json_of, summaries};
use parity_scan::files::source::LocalSource;
use parity_scan::parquet::ParquetSource;
use parity_source::{ParityError, Sources};
use parity_steps::Step;
use parity_steps::ask::run::Run;
use parity_steps::wire::block::{order, payload, target};
use parity_steps::wire::seal::SECRET_BYTES;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

type Blocks = Vec<Vec<u8>>;

/// Splits are at least so large, and a dataset has about so many: each of them reads its file's footer again, and files of a test may
/// have a row group for every row.
const SPLIT_BYTES: u64 = 1 << 10;
const SPLITS: u64 = 32;
/// Rows of a match partition.
const PARTITION_ROWS: u64 = 100;

/// What tests mark their masked values with.
const MARKER: &[u8] = b"SECRET-";

/// What the steps after planning are opened with.
#[derive(Default)]
struct Planned {
    plan: Vec<u8>,
    /// What each split is opened with.
    splits: Vec<String>,
    /// Whether columns are masked, and blocks sealed.
    masked: bool,
}

impl Planned {
    fn open(&self, step: &str, args: &Value) -> Result<Box<dyn Step>, ParityError> {
        let mut args = args.clone();
        if let Some(split) = args["split"].as_u64().and_then(|split| self.splits.get(split as usize)) {
            args["source"] = json!(split);
        }
        if self.masked {
            args["masked"] = json!(true);
            args["secret"] = json!(secret());
        }
        parity_steps::open(step, &self.plan, args.to_string().as_bytes(), sources())
    }
}

fn secret() -> String {
    base64::engine::general_purpose::STANDARD.encode([42; SECRET_BYTES])
}

fn main() -> ExitCode {
    main_with(compare)
}

/// How sides are read: as Parquet files, or copied into record batches, whose rows may come in another order each time.
fn sources() -> Sources {
    static SOURCES: LazyLock<Sources> = LazyLock::new(|| match std::env::var("PARITY_TEST_SOURCE").as_deref() {
        Ok("batches") => Sources::both(Copied::new(false)),
        Ok("reordering") => Sources::both(Copied::new(true)),
        Ok(other) => panic!("PARITY_TEST_SOURCE is batches or reordering, not {other}"),
        Err(_) => Sources::both(ParquetSource::new(Arc::new(LocalSource))),
    });
    SOURCES.clone()
}

/// Runs a step once.
fn once(step: &str, plan: &Planned, args: &Value, input: &Blocks) -> Result<Blocks, ParityError> {
    let mut open = plan.open(step, args)?;
    for block in input {
        open.feed(block)?;
    }
    let mut output = Blocks::new();
    while let Some(blocks) = open.next()? {
        output.extend(blocks);
    }
    let is_shown = |block: &Vec<u8>| block.windows(MARKER.len()).any(|bytes| bytes == MARKER);
    if plan.masked && output.iter().any(is_shown) {
        return Err(ParityError::internal(format!("{step} gave a masked value away")));
    }
    Ok(output)
}

/// Runs a step twice, its input in another order the second time if the order may be any.
fn task(step: &str, plan: &Planned, args: &Value, input: &Blocks, is_sorted: bool) -> Result<Blocks, ParityError> {
    let first = once(step, plan, args, input)?;
    let mut again = input.clone();
    if is_sorted {
        again.reverse();
        again.sort_by_key(|block| order(block).unwrap_or_default());
    } else {
        shuffle(&mut again);
    }
    let mut second = once(step, plan, args, &again)?;
    let mut sorted = first.clone();
    // Which block is given first is no promise; what is given is.
    sorted.sort();
    second.sort();
    if sorted != second {
        return Err(ParityError::internal(format!(
            "{step} gave other bytes when it ran again"
        )));
    }
    Ok(first)
}

fn shuffle(blocks: &mut Blocks) {
    let random = RandomState::new();
    blocks.sort_by_cached_key(|block| random.hash_one(block));
}

/// Blocks by target.
fn exchange(blocks: Blocks, is_sorted: bool) -> Result<BTreeMap<u32, Blocks>, ParityError> {
    let mut exchanged: BTreeMap<u32, Blocks> = BTreeMap::new();
    for block in blocks {
        exchanged.entry(target(&block)?).or_default().push(block);
    }
    for blocks in exchanged.values_mut() {
        shuffle(blocks);
        if is_sorted {
            blocks.sort_by_key(|block| order(block).unwrap_or_default());
        }
    }
    Ok(exchanged)
}

/// The rows that a step of rows gives, counted; `each` sees them.
fn rows(
    step: &str,
    plan: &Planned,
    args: &Value,
    input: &Blocks,
    mut each: impl FnMut(&RecordBatch),
) -> Result<u64, ParityError> {
    let mut step = plan.open(step, args)?;
    let mut rows = 0;
    for block in input.iter().chain([&Vec::new()]) {
        step.feed(block)?;
        while let Some(batch) = step.next_batch()? {
            rows += batch.num_rows() as u64;
            assert!(batch.columns().iter().all(|column| column.len() == batch.num_rows()));
            each(&batch);
        }
    }
    Ok(rows)
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap_or_default() as u32
}

/// Bytes of all files below a path.
fn len_bytes(path: &Path) -> u64 {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| len_bytes(&entry.path())).sum(),
        Err(_) => std::fs::metadata(path).map_or(0, |file| file.len()),
    }
}

struct Cluster {
    plan: Planned,
    splits: [u32; 2],
    partitions: u32,
}

impl Cluster {
    fn route(&self, outcomes: &[Blocks], to: &str) -> Result<Blocks, ParityError> {
        let mut routed = Blocks::new();
        for (partition, outcome) in outcomes.iter().enumerate() {
            let args = json!({"partition": partition, "to": to});
            routed.extend(task("route", &self.plan, &args, outcome, false)?);
        }
        Ok(routed)
    }

    fn fetch(&self, requests: Blocks, purpose: &str, layout: &str) -> Result<Blocks, ParityError> {
        let mut fetched = Blocks::new();
        for (split, requests) in exchange(requests, false)? {
            let args = json!({"split": split, "for": purpose, "layout": layout});
            fetched.extend(task("fetch", &self.plan, &args, &requests, false)?);
        }
        Ok(fetched)
    }
}

/// What a question to the driver's steps answers: a JSON text, and the layout as text.
fn ask(step: &str, plan: &Planned, input: &Blocks) -> Result<(Value, String), ParityError> {
    let answer = once(step, plan, &json!({}), input)?;
    Ok((json_of(&answer[0])?, argument_text(&answer[1])?))
}

fn compare(run: &Run, _threads: usize) -> Result<Answer, ParityError> {
    let paths = run.left.iter().chain(&run.right);
    let all_bytes: u64 = paths.map(|path| len_bytes(Path::new(path))).sum();
    let run = Run {
        split_bytes: Some((all_bytes / SPLITS).max(SPLIT_BYTES)),
        partition_rows: Some(PARTITION_ROWS),
        ..run.clone()
    };
    let mut planning = Blocks::new();
    let mut descriptions = Blocks::new();
    for side in 0..2 {
        let listed = once(
            "list",
            &Planned::default(),
            &json!({"run": run, "side": side}),
            &Blocks::new(),
        )?;
        let mut count = payload(&listed[0])?;
        let files = parity_steps::wire::block::take_u32(&mut count)?;
        for from in (0..files).step_by(3) {
            let args = json!({"run": run, "side": side, "from": from, "to": files.min(from + 3)});
            descriptions.extend(once("describe", &Planned::default(), &args, &listed)?);
        }
        planning.extend(listed);
    }
    shuffle(&mut descriptions);
    planning.extend(descriptions);
    let planned = once(
        "plan",
        &Planned::default(),
        &json!({"run": run, "cores": 2, "secret": secret()}),
        &planning,
    )?;
    let info: Value = json_of(&planned[0])?;
    let cluster = Cluster {
        plan: Planned {
            plan: payload(&planned[1])?.to_vec(),
            splits: planned[2..]
                .iter()
                .map(|split| argument_text(split))
                .collect::<Result<_, _>>()?,
            masked: info["masked"] == true,
        },
        splits: [number(&info["splits"][0]), number(&info["splits"][1])],
        partitions: number(&info["partitions"]),
    };
    let plan = &cluster.plan;

    let mut entries = Blocks::new();
    for split in 0..cluster.splits[0] + cluster.splits[1] {
        entries.extend(once("fingerprint", plan, &json!({"split": split}), &Blocks::new())?);
    }
    let mut entries = exchange(entries, false)?;
    let mut outcomes: Vec<Blocks> = Vec::new();
    for partition in 0..cluster.partitions {
        let args = json!({"partition": partition});
        let input = entries.entry(partition).or_default();
        outcomes.push(task("match", plan, &args, input, false)?);
    }
    let (info, layout) = ask("settle-plan", plan, &summaries(&outcomes)?)?;
    if info["groups"] == true {
        let fetched = cluster.fetch(cluster.route(&outcomes, "groups")?, "groups", &layout)?;
        let mut fetched = exchange(fetched, true)?;
        for (partition, outcome) in outcomes.iter_mut().enumerate() {
            let args = json!({"partition": partition, "layout": layout});
            let mut input = outcome.clone();
            input.extend(fetched.remove(&(partition as u32)).unwrap_or_default());
            *outcome = task("settle", plan, &args, &input, true)?;
        }
    }
    let mut conclusion = summaries(&outcomes)?;
    let (info, layout) = ask("cells-plan", plan, &conclusion)?;
    if info["work"] == true {
        let mut arriving = cluster.route(&outcomes, "left")?;
        arriving.extend(cluster.fetch(cluster.route(&outcomes, "right")?, "cells", &layout)?);
        let mut results = Blocks::new();
        for (split, blocks) in exchange(arriving, true)? {
            let args = json!({"split": split, "layout": layout});
            results.extend(task("compare", plan, &args, &blocks, true)?);
        }
        for (part, blocks) in exchange(results, false)? {
            conclusion.extend(task("merge", plan, &json!({"part": part}), &blocks, false)?);
        }
    }
    let document = once("document", plan, &json!({}), &conclusion)?;
    read_frames(&cluster, &outcomes, &entries, &layout, &document)?;
    Answer::of(&document[0], &run.look)
}

/// How often each column and cause occur.
type Causes = BTreeMap<(String, String), u64>;

/// The causes of a batch of changed cells, whose last columns are the column's name, both values and the cause.
fn count_causes(batch: &RecordBatch, causes: &mut Causes) {
    let width = batch.num_columns();
    let [names, found] = [width - 4, width - 1].map(|number| batch.column(number).as_string::<i32>());
    for (name, cause) in names.iter().flatten().zip(found.iter()) {
        if let Some(cause) = cause {
            *causes.entry((name.to_owned(), cause.to_owned())).or_default() += 1;
        }
    }
}

/// Reads every frame; their rows must be as many as the document counts, and have the causes that it counts.
fn read_frames(
    cluster: &Cluster,
    outcomes: &[Blocks],
    entries: &BTreeMap<u32, Blocks>,
    layout: &str,
    conclusion: &Blocks,
) -> Result<(), ParityError> {
    let document: Value = json_of(&conclusion[0])?;
    let offsets = argument_text(&conclusion[1])?;
    let plan = &cluster.plan;
    once("frames", plan, &json!({}), &Blocks::new())?;
    let mut read = BTreeMap::new();
    for (name, to) in [("only_left", "rows-left"), ("only_right", "rows-right")] {
        let mut count = 0;
        for (split, blocks) in exchange(cluster.route(outcomes, to)?, false)? {
            count += rows("rows", plan, &json!({"split": split}), &blocks, |_| {})?;
        }
        read.insert(name, count);
    }
    let mut causes = Causes::new();
    for (name, left, right, purpose) in [
        ("changed", "left-changed", "right-changed", "changed"),
        ("differences", "left-cells", "right", "cells"),
    ] {
        let mut arriving = cluster.route(outcomes, left)?;
        arriving.extend(cluster.fetch(cluster.route(outcomes, right)?, purpose, layout)?);
        let mut count = 0;
        for (split, blocks) in exchange(arriving, true)? {
            let args = json!({"split": split, "layout": layout, "offsets": offsets});
            count += rows(name, plan, &args, &blocks, |batch| {
                if name == "differences" {
                    count_causes(batch, &mut causes);
                }
            })?;
        }
        read.insert(name, count);
    }
    let mut keys = Blocks::new();
    for (partition, blocks) in entries {
        let args = json!({"partition": partition, "duplicates": true});
        keys.extend(once("match", plan, &args, blocks)?);
    }
    let mut count = 0;
    for (split, blocks) in exchange(keys, false)? {
        count += rows("duplicates", plan, &json!({"split": split}), &blocks, |_| {})?;
    }
    read.insert("duplicates", count);
    let counts = &document["counts"];
    let count = |name: &str| counts[name].as_u64().unwrap_or_default();
    let cells = document["columns"].as_array().into_iter().flatten();
    let counted = cells.clone().flat_map(|column| {
        let name = column["name"].as_str().unwrap_or_default();
        let counted = column["causes"].as_object().into_iter().flatten();
        counted.map(|(cause, cells)| ((name.to_owned(), cause.clone()), cells.as_u64().unwrap_or_default()))
    });
    let counted: Causes = counted.collect();
    if causes != counted {
        return Err(ParityError::internal(format!(
            "changed cells have the causes {causes:?}, the document counts {counted:?}"
        )));
    }
    let expected = BTreeMap::from([
        ("only_left", count("only_left")),
        ("only_right", count("only_right")),
        ("changed", count("changed")),
        (
            "differences",
            cells.map(|c| c["mismatches"].as_u64().unwrap_or_default()).sum(),
        ),
        (
            "duplicates",
            count("duplicate_keys_left") + count("duplicate_keys_right"),
        ),
    ]);
    if read != expected {
        return Err(ParityError::internal(format!(
            "frames have {read:?} rows, the document counts {expected:?}"
        )));
    }
    Ok(())
}
