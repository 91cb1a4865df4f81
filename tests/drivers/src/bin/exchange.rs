//! `parity compare` by way of the graph that a cluster carries out: every task of its own, every exchange as bytes.
//!
//! The differential tests run this command over thousands of pairs, so that what Spark carries is tested without Spark. Blocks
//! arrive in a random order where a cluster does not sort them, every task runs twice and must give the same bytes, splits and
//! match partitions are as small as they get, and all rows behind the result are read and counted, with their causes.

use arrow::array::{Array, AsArray, RecordBatch};
use base64::Engine;
use parity_cli::command::main_with;
use parity_drivers::copied::Copied;
use parity_engine::run::{Answer, summaries};
use parity_report::document::{Document, KeyText, Side};
use parity_report::rows::{self, ChangedRow, OneSidedRow, Rows, RowsJson, Text, UnreadableRows};
use parity_scan::files::source::LocalSource;
use parity_scan::parquet::ParquetSource;
use parity_source::{ParityError, Sources};
use parity_steps::ask::run::Run;
use parity_steps::call::{Concluded, Next, Planned, TaskArgs, Told, json_of};
use parity_steps::graph::{Kept, Node, Sizes, Stage, Way};
use parity_steps::wire::block::{order, payload, target};
use parity_steps::wire::seal::SECRET_BYTES;
use parity_steps::{Kind, Step, open};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
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

fn secret() -> String {
    base64::engine::general_purpose::STANDARD.encode([42; SECRET_BYTES])
}

fn main() -> ExitCode {
    main_with(compare)
}

fn parquet() -> ParquetSource {
    ParquetSource::new(Arc::new(LocalSource))
}

/// How sides are read: as Parquet files; copied into record batches, with their rows in another order each time; or the right one alone
/// as record batches.
fn sources() -> Sources {
    static SOURCES: LazyLock<Sources> = LazyLock::new(|| match std::env::var("PARITY_TEST_SOURCE").as_deref() {
        Ok("reordering") => Sources::both(Copied::new(true)),
        Ok("mixed") => Sources::new(Arc::new(parquet()), Arc::new(Copied::new(false))),
        Ok(other) => panic!("PARITY_TEST_SOURCE is reordering or mixed, not {other}"),
        Err(_) => Sources::both(parquet()),
    });
    SOURCES.clone()
}

/// Feeds a step all of its input.
fn once(mut open: Box<dyn Step>, input: &Blocks) -> Result<Blocks, ParityError> {
    for block in input {
        open.feed(block)?;
    }
    let mut output = Blocks::new();
    while let Some(blocks) = open.next()? {
        output.extend(blocks);
    }
    Ok(output)
}

/// Runs a step on the driver, before there is a plan.
fn planning(step: Kind, args: &Value, input: &Blocks) -> Result<Blocks, ParityError> {
    once(open(step, &[], args.to_string().as_bytes(), sources())?, input)
}

fn shuffle(blocks: &mut Blocks) {
    let random = RandomState::new();
    blocks.sort_by_cached_key(|block| random.hash_one(block));
}

/// Bytes of all files below a path.
fn len_bytes(path: &Path) -> u64 {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| len_bytes(&entry.path())).sum(),
        Err(_) => std::fs::metadata(path).map_or(0, |file| file.len()),
    }
}

struct Cluster {
    plan: Vec<u8>,
    told: Told,
    sizes: Sizes,
    /// What is kept of stages, by target or by task.
    kept: HashMap<Stage, BTreeMap<u32, Blocks>>,
    /// The stage whose outcomes are the last.
    outcome: Stage,
}

impl Cluster {
    fn open(&self, node: &Node, number: usize) -> Result<Box<dyn Step>, ParityError> {
        let args = node.args(number, &self.told).to_bytes()?;
        open(node.step, &self.plan, &args, sources())
    }

    /// Asks a step on the driver.
    fn ask(&self, step: Kind, input: &Blocks) -> Result<Blocks, ParityError> {
        self.asked(step, &self.driver_args(), input)
    }

    fn asked(&self, step: Kind, args: &TaskArgs, input: &Blocks) -> Result<Blocks, ParityError> {
        once(open(step, &self.plan, &args.to_bytes()?, sources())?, input)
    }

    fn driver_args(&self) -> TaskArgs {
        TaskArgs {
            masked: self.told.masked,
            secret: self.told.secret.clone(),
            chosen: self.told.chosen.clone(),
            ..TaskArgs::default()
        }
    }

    /// Runs a task twice, its input in another order the second time if the order may be any.
    fn task(&self, node: &Node, number: usize, input: &Blocks) -> Result<Blocks, ParityError> {
        let first = once(self.open(node, number)?, input)?;
        let step = node.step.name();
        let is_shown = |block: &Vec<u8>| block.windows(MARKER.len()).any(|bytes| bytes == MARKER);
        if self.told.masked && first.iter().any(is_shown) {
            return Err(ParityError::internal(format!("{step} gave a masked value away")));
        }
        if node.step == Kind::Fingerprint {
            // Rows may have other numbers when a split is read again, and then they are matched by these.
            return Ok(first);
        }
        let mut again = input.clone();
        if node.inputs.iter().any(|input| input.way == Way::Sorted) {
            again.reverse();
            again.sort_by_key(|block| order(block).unwrap_or_default());
        } else {
            shuffle(&mut again);
        }
        let mut second = once(self.open(node, number)?, &again)?;
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

    /// What the tasks of a stage are fed, by their numbers.
    fn inputs(&mut self, node: &Node) -> Result<BTreeMap<u32, Blocks>, ParityError> {
        let (first, count) = node.tasks.range(self.sizes);
        let mut all: BTreeMap<u32, Blocks> = (first..first + count)
            .map(|task| (task as u32, Blocks::new()))
            .collect();
        for input in node.inputs {
            let mut together: BTreeMap<u32, Blocks> = BTreeMap::new();
            for from in input.from {
                for (task, blocks) in self.stage(*from, input.way != Way::Straight)? {
                    together.entry(task).or_default().extend(blocks);
                }
            }
            for (task, mut blocks) in together {
                let fed = all.get_mut(&task);
                let fed = fed.ok_or_else(|| ParityError::internal(format!("there is no task {task}")))?;
                if input.way != Way::Straight {
                    shuffle(&mut blocks);
                }
                if input.way == Way::Sorted {
                    blocks.sort_by_key(|block| order(block).unwrap_or_default());
                }
                fed.extend(blocks);
            }
        }
        Ok(all)
    }

    /// The blocks of a stage, by target where they are exchanged and else by task.
    fn stage(&mut self, stage: Stage, is_exchanged: bool) -> Result<BTreeMap<u32, Blocks>, ParityError> {
        let stage = if stage == Stage::Outcome { self.outcome } else { stage };
        if let Some(kept) = self.kept.get(&stage) {
            return Ok(kept.clone());
        }
        let node = stage.node();
        let mut given: BTreeMap<u32, Blocks> = BTreeMap::new();
        for (task, input) in self.inputs(&node)? {
            for block in self.task(&node, task as usize, &input)? {
                let place = if is_exchanged { target(&block)? } else { task };
                given.entry(place).or_default().push(block);
            }
        }
        if node.kept != Kept::No {
            self.kept.insert(stage, given.clone());
        }
        Ok(given)
    }

    /// The blocks that a stage has for the driver.
    fn for_driver(&mut self, stage: Stage) -> Result<Blocks, ParityError> {
        let outcomes: Vec<Blocks> = self.stage(stage, false)?.into_values().collect();
        summaries(&outcomes)
    }

    /// The rows that a stage gives, counted; `each` sees them.
    fn rows(&mut self, stage: Stage, mut each: impl FnMut(&RecordBatch)) -> Result<u64, ParityError> {
        let node = stage.node();
        let mut rows = 0;
        for (task, input) in self.inputs(&node)? {
            let mut step = self.open(&node, task as usize)?;
            for block in input.iter().chain([&Vec::new()]) {
                step.feed(block)?;
                while let Some(batch) = step.next_batch()? {
                    rows += batch.num_rows() as u64;
                    assert!(batch.columns().iter().all(|column| column.len() == batch.num_rows()));
                    each(&batch);
                }
            }
        }
        Ok(rows)
    }
}

fn compare(run: &Run, _threads: usize, _is_reported: bool) -> Result<Answer, ParityError> {
    let paths = run.left.iter().chain(&run.right);
    let all_bytes: u64 = paths.map(|path| len_bytes(Path::new(path))).sum();
    let run = Run {
        split_bytes: Some((all_bytes / SPLITS).max(SPLIT_BYTES)),
        partition_rows: Some(PARTITION_ROWS),
        ..run.clone()
    };
    let mut listings = Blocks::new();
    let mut descriptions = Blocks::new();
    for side in 0..2 {
        let listed = planning(Kind::List, &json!({"run": run, "side": side}), &Blocks::new())?;
        let args = json!({"run": run, "side": side});
        for portion in listed {
            descriptions.extend(planning(Kind::Describe, &args, &vec![portion.clone()])?);
            listings.push(portion);
        }
    }
    listings.extend(descriptions);
    shuffle(&mut listings);
    let args = json!({"run": run, "cores": 2, "secret": secret()});
    let planned = Planned::of(&planning(Kind::Plan, &args, &listings)?)?;
    let mut cluster = Cluster {
        plan: planned.plan,
        told: Told {
            sources: planned.sources,
            masked: planned.masked,
            secret: planned.masked.then(secret),
            ..Told::default()
        },
        sizes: planned.sizes,
        kept: HashMap::new(),
        outcome: Stage::Match,
    };

    let mut conclusion = cluster.for_driver(Stage::Match)?;
    let next = Next::of(&cluster.ask(Kind::SettlePlan, &conclusion)?)?;
    cluster.told.layout = Some(next.layout);
    if next.groups {
        conclusion = cluster.for_driver(Stage::Settle)?;
        cluster.outcome = Stage::Settle;
    }
    let next = Next::of(&cluster.ask(Kind::CellsPlan, &conclusion)?)?;
    cluster.told.layout = Some(next.layout);
    if next.work {
        cluster.sizes.mergers = next.mergers;
        conclusion.extend(cluster.for_driver(Stage::Merge)?);
    }
    let concluded = Concluded::of(cluster.ask(Kind::Document, &conclusion)?)?;
    cluster.told.offsets = Some(concluded.offsets);
    let mut document = concluded.document;
    if concluded.sampled.is_some() {
        cluster.told.chosen = concluded.sampled;
        let shown = cluster.for_driver(Stage::Show)?;
        let args = TaskArgs {
            document: Some(String::from_utf8_lossy(payload(&document)?).into_owned()),
            ..cluster.driver_args()
        };
        document = cluster.asked(Kind::Complete, &args, &shown)?.remove(0);
    }
    read_frames(&mut cluster, &document)?;
    if concluded.chosen.is_some() {
        cluster.told.chosen = concluded.chosen;
        let shown = cluster.for_driver(Stage::Show)?;
        let rows = cluster.ask(Kind::GatherRows, &shown)?;
        check_rows(payload(&rows[0])?, &document, run.report_rows as usize)?;
    }
    Answer::of(&document, &run.look)
}

/// The rows of a page begin with those of which the document has samples, and are as many as were asked for.
fn check_rows(rows: &[u8], document: &[u8], most: usize) -> Result<(), ParityError> {
    let text = String::from_utf8_lossy(payload(document)?).into_owned();
    let document = Document::from_json(&text).map_err(|e| ParityError::internal(e.to_string()))?;
    let contradiction = |e: UnreadableRows| ParityError::internal(e.to_string());
    let text = String::from_utf8_lossy(rows);
    let read = RowsJson::of(&text, &document).map_err(contradiction)?;
    let changed = read.changed.read::<ChangedRow<Text<'_>>>().map(|row| row.map(drop));
    let only = read.only.iter().flat_map(|side| side.read::<OneSidedRow<Text<'_>>>());
    let duplicates = read
        .duplicates
        .read::<rows::DuplicateKey<Text<'_>>>()
        .map(|key| key.map(drop));
    let mut all = changed.chain(only.map(|row| row.map(drop))).chain(duplicates);
    all.try_for_each(|row| row).map_err(contradiction)?;
    let rows: Rows = serde_json::from_slice(rows).map_err(|e| ParityError::internal(e.to_string()))?;
    let wrong = |what: &str| {
        Err(ParityError::internal(format!(
            "the rows of the page have other {what} than the document"
        )))
    };
    let has_keys = document.keys.is_some();
    // Rows without a number are found again by what they come to, and of rows that come to the same any may be shown.
    let has_numbers = std::env::var("PARITY_TEST_SOURCE").is_err();
    let texts = |key: &KeyText| key.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    for (sample, row) in document.samples.changed.iter().zip(&rows.changed.rows) {
        let columns = row.cells.iter().map(|cell| &document.columns[cell.column].name);
        if texts(&sample.key) != row.key || !columns.eq(&sample.columns) {
            return wrong("changed rows");
        }
    }
    let cells = rows
        .changed
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(move |cell| (&row.key, cell)));
    let mut cells: HashMap<usize, Vec<_>> = cells.fold(HashMap::new(), |mut all, (key, cell)| {
        all.entry(cell.column)
            .or_default()
            .push((key.clone(), cell.left.clone(), cell.right.clone()));
        all
    });
    for (number, column) in document.columns.iter().enumerate() {
        let shown = cells.remove(&number).unwrap_or_default();
        let samples = column.samples.iter().filter(|sample| sample.cut.is_none());
        let samples = samples.map(|sample| (texts(&sample.key), sample.left.clone(), sample.right.clone()));
        let is_short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.chars().count() <= 2000);
        let expected: Vec<_> = samples
            .filter(|(_, left, right)| is_short(left) && is_short(right))
            .collect();
        if document.counts.changed <= most as u64 && !expected.iter().all(|sample| shown.contains(sample)) {
            return wrong("changed cells");
        }
    }
    let counts = &document.counts;
    for (kind, rows, samples, count) in [
        (
            "only-left rows",
            &rows.only_left.rows,
            &document.samples.only_left,
            counts.only_left,
        ),
        (
            "only-right rows",
            &rows.only_right.rows,
            &document.samples.only_right,
            counts.only_right,
        ),
    ] {
        let is_same = |(sample, row): (&KeyText, &OneSidedRow)| {
            texts(sample) == if has_keys { row.key.clone() } else { row.values.clone() }
        };
        let expected = if has_keys {
            (count as usize).min(most)
        } else {
            samples.len().min(most)
        };
        let are_same = !has_numbers || samples.iter().zip(rows).all(is_same);
        if !are_same || rows.len() != expected {
            return wrong(kind);
        }
    }
    let lists = [&rows.only_left, &rows.only_right];
    for (listed, samples) in lists.into_iter().zip(&document.samples.values) {
        let are_all = listed.rows.len() > samples.len() || listed.rows.len() as u64 == listed.total;
        let mut told = samples.iter().flatten();
        if has_numbers && are_all && !told.all(|sample| listed.rows.iter().any(|row| row.values == *sample)) {
            return wrong("values of one-sided rows");
        }
    }
    let of_side = |side| {
        let samples = document.samples.duplicates.iter().filter(move |key| key.side == side);
        let keys = rows.duplicates.rows.iter().filter(move |key| key.side == side);
        samples
            .zip(keys)
            .all(|(sample, key)| (texts(&sample.key), sample.rows) == (key.key.clone(), key.rows))
    };
    if !of_side(Side::Left) || !of_side(Side::Right) {
        return wrong("duplicate keys");
    }
    if rows.changed.rows.len() != (counts.changed as usize).min(most) {
        return wrong("numbers of changed rows");
    }
    Ok(())
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
fn read_frames(cluster: &mut Cluster, document: &[u8]) -> Result<(), ParityError> {
    let document: Value = json_of(document)?;
    cluster.ask(Kind::Frames, &Blocks::new())?;
    let mut read = BTreeMap::new();
    for (name, stage) in [
        ("only_left", Stage::OnlyLeft),
        ("only_right", Stage::OnlyRight),
        ("changed", Stage::Changed),
        ("duplicates", Stage::Duplicates),
    ] {
        read.insert(name, cluster.rows(stage, |_| {})?);
    }
    let mut causes = Causes::new();
    let cells = cluster.rows(Stage::Differences, |batch| count_causes(batch, &mut causes))?;
    read.insert("differences", cells);
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
