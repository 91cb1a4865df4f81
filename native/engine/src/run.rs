//! Runs a comparison: the steps of [`parity_steps`], on the threads of this process.

use crate::progress;
use parity_report::Look;
use parity_scan::files::source::LocalSource;
use parity_scan::parquet::ParquetSource;
use parity_source::{Code, ParityError, Sources, budget};
use parity_steps::ask::caller::Caller;
use parity_steps::ask::catalog::Opt;
use parity_steps::ask::run::Run;
use parity_steps::call::{Concluded, Next, Planned, TaskArgs, Told, json_of};
use parity_steps::graph::{Sizes, Stage};
use parity_steps::matching::Summary;
use parity_steps::wire::block::{DRIVER, begin, order, payload, target};
use parity_steps::{Kind, Step, open, page};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Bytes of values that are fetched before they are taken, about, where threads need not wait for it.
const FETCHED_BYTES: usize = 64 << 20;
/// Rows of one match partition, about: few enough for the processor's cache. Tasks and exchanges cost nothing here.
const PARTITION_ROWS: u64 = 1 << 18;
/// Rows of duplicate keys that are paired at a time, about; a match partition is never divided.
const GROUP_ROWS: u64 = 1 << 23;

type Blocks = Vec<Vec<u8>>;

/// What a comparison answers.
#[derive(Debug)]
pub struct Answer {
    /// The result document.
    pub json: String,
    /// The summary.
    pub summary: String,
    /// Whether the differences are within the thresholds.
    pub passed: bool,
    /// `report.html`, where it was asked for.
    pub page: Option<Vec<u8>>,
}

impl Answer {
    /// The answer in the document's block.
    pub fn of(document: &Vec<u8>, look: &Look) -> Result<Answer, ParityError> {
        #[derive(Deserialize)]
        struct Verdict {
            passed: bool,
        }
        #[derive(Deserialize)]
        struct Renderings {
            text: String,
        }
        let args = json!({"as": ["text"], "look": look});
        let render = open(Kind::Render, &[], args.to_string().as_bytes(), sources())?;
        let rendered = the_block(fed(render, std::slice::from_ref(document))?)?;
        let Renderings { text } = json_of(&rendered)?;
        let Verdict { passed } = json_of(document)?;
        Ok(Answer {
            json: String::from_utf8_lossy(payload(document)?).into_owned(),
            summary: text,
            passed,
            page: None,
        })
    }
}

/// The page of a result document, and of what is known of its run.
pub fn page(document: &[u8], run: Option<&[u8]>) -> Result<Vec<u8>, ParityError> {
    page_of(document, run, None)
}

fn page_of(document: &[u8], run: Option<&[u8]>, rows: Option<&[u8]>) -> Result<Vec<u8>, ParityError> {
    let block = |order, text: &[u8]| {
        let mut block = begin(DRIVER, order);
        block.extend_from_slice(text);
        block
    };
    let mut blocks = vec![block(page::DOCUMENT, document)];
    blocks.extend(run.map(|run| block(page::RUN, run)));
    blocks.extend(rows.map(|rows| block(page::ROWS, rows)));
    let made = the_block(fed(open(Kind::Page, &[], b"{}", sources())?, &blocks)?)?;
    Ok(payload(&made)?.to_vec())
}

/// Compares two datasets on `threads` threads; 0 means one for each core.
pub fn compare(run: &Run, threads: usize) -> Result<Answer, ParityError> {
    compare_and_report(run, threads, false)
}

/// The same; makes the page where it `is_reported`.
pub fn compare_and_report(run: &Run, threads: usize, is_reported: bool) -> Result<Answer, ParityError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|n| format!("parity-{n}"))
        .build()
        .map_err(|e| {
            ParityError::new(
                Code::OutOfResources,
                format!("{threads} worker threads cannot be started: {e}"),
                match run.caller {
                    Caller::CommandLine => format!("ask for fewer with {}", run.caller.spell(Opt::Threads)),
                    Caller::Python => "ask for fewer".to_owned(),
                },
            )
        })?;
    let _shown = progress::shown();
    pool.install(|| {
        let started = Instant::now();
        let comparison = timed("plan", || Comparison::planned(run))?;
        let (document, rows) = comparison.document(is_reported)?;
        let seconds = started.elapsed().as_secs_f64();
        let look = Look {
            seconds: Some(seconds),
            ..run.look.clone()
        };
        let mut answer = Answer::of(&document, &look)?;
        if is_reported {
            let record = record(seconds, rayon::current_num_threads());
            let made = timed("make the page", || {
                page_of(payload(&document)?, Some(record.as_bytes()), rows.as_deref())
            });
            answer.page = Some(made?);
        }
        Ok(answer)
    })
}

/// What is known of a run, as `run.json` has it.
fn record(seconds: f64, threads: usize) -> String {
    let source = |side| json!({"side": side, "kind": "parquet", "read_on": "this machine"});
    let record = json!({
        "version": 1,
        "product": format!("parity {}", env!("CARGO_PKG_VERSION")),
        "seconds": (seconds * 1e3).round() / 1e3,
        "cores": threads,
        "sources": [source("left"), source("right")],
    });
    record.to_string()
}

/// Runs a phase and says how long it took.
fn timed<T>(phase: &'static str, work: impl FnOnce() -> T) -> T {
    progress::begin(phase);
    let started = Instant::now();
    let result = work();
    log::info!("{phase}: {:.3} s", started.elapsed().as_secs_f64());
    result
}

/// Parquet files of this machine.
fn sources() -> Sources {
    Sources::both(ParquetSource::new(Arc::new(LocalSource)))
}

fn drained(step: &mut dyn Step) -> Result<Blocks, ParityError> {
    let mut output = Blocks::new();
    while let Some(blocks) = step.next()? {
        output.extend(blocks);
    }
    Ok(output)
}

/// What a step gives for blocks that stay.
fn fed(mut step: Box<dyn Step>, blocks: &[Vec<u8>]) -> Result<Blocks, ParityError> {
    blocks.iter().try_for_each(|block| step.feed(block))?;
    drained(&mut *step)
}

/// The block of a step that gives one.
fn the_block(blocks: Blocks) -> Result<Vec<u8>, ParityError> {
    let [block] = <[Vec<u8>; 1]>::try_from(blocks)
        .map_err(|blocks| ParityError::internal(format!("a step gave {} blocks in place of one", blocks.len())))?;
    Ok(block)
}

/// Feeds blocks, each of which is freed once it is taken.
fn feed(step: &mut dyn Step, blocks: Blocks) -> Result<(), ParityError> {
    blocks.into_iter().try_for_each(|block| {
        budget::ensure(block.len() as u64)?;
        step.feed(&block)
    })
}

/// Blocks by target, of `targets` targets from `first` on.
fn exchanged(
    blocks: impl IntoIterator<Item = Vec<u8>>,
    first: usize,
    targets: usize,
) -> Result<Vec<Blocks>, ParityError> {
    let mut exchanged = vec![Blocks::new(); targets];
    for block in blocks {
        let target = target(&block)? as usize;
        let place = target.checked_sub(first).and_then(|place| exchanged.get_mut(place));
        place
            .ok_or_else(|| ParityError::internal(format!("there is no task {target}")))?
            .push(block);
    }
    Ok(exchanged)
}

/// Blocks in the order in which their step takes them.
fn in_order(blocks: &mut Blocks) {
    blocks.sort_by_key(|block| order(block).unwrap_or_default());
}

/// A planned comparison.
struct Comparison {
    plan: Vec<u8>,
    told: Told,
    sizes: Sizes,
}

impl Comparison {
    fn planned(run: &Run) -> Result<Comparison, ParityError> {
        let no_plan = |step: Kind, args: Value, input: &[Vec<u8>]| {
            let step = open(step, &[], args.to_string().as_bytes(), sources())?;
            fed(step, input)
        };
        let list = |side: usize| no_plan(Kind::List, json!({"run": run, "side": side}), &[]);
        let (left, right) = rayon::join(|| list(0), || list(1));
        let listed = [left?, right?];
        let portions = listed.iter().enumerate();
        let portions: Vec<(usize, &Vec<u8>)> = portions
            .flat_map(|(side, portions)| portions.iter().map(move |portion| (side, portion)))
            .collect();
        let described = portions
            .into_par_iter()
            .with_max_len(1)
            .map(|(side, portion)| {
                let args = json!({"run": run, "side": side});
                no_plan(Kind::Describe, args, std::slice::from_ref(portion))
            })
            .collect::<Result<Vec<Blocks>, ParityError>>()?;
        let input: Blocks = listed.into_iter().chain(described).flatten().collect();
        let run = Run {
            partition_rows: run.partition_rows.or(Some(PARTITION_ROWS)),
            ..run.clone()
        };
        let planned = no_plan(
            Kind::Plan,
            json!({"run": run, "cores": rayon::current_num_threads()}),
            &input,
        )?;
        let Planned {
            sizes,
            masked,
            plan,
            sources,
        } = Planned::of(&planned)?;
        // Blocks stay in memory and need no seal.
        let told = Told {
            sources,
            masked,
            ..Told::default()
        };
        Ok(Comparison { plan, told, sizes })
    }

    /// Opens the step of a task.
    fn open(&self, stage: Stage, number: usize) -> Result<Box<dyn Step>, ParityError> {
        let node = stage.node();
        let args = node.args(number, &self.told).to_bytes()?;
        open(node.step, &self.plan, &args, sources())
    }

    /// Runs a task for each input.
    fn tasks(&self, stage: Stage, inputs: Vec<Blocks>) -> Result<Vec<Blocks>, ParityError> {
        progress::expect(inputs.len());
        let inputs = inputs.into_par_iter().enumerate().with_max_len(1);
        let ran = inputs.map(|(number, input)| {
            let mut step = self.open(stage, number)?;
            feed(&mut *step, input)?;
            let output = drained(&mut *step);
            progress::done();
            output
        });
        ran.collect()
    }

    /// Asks a step on the driver about all partitions.
    fn ask(&self, step: Kind, blocks: Blocks) -> Result<Blocks, ParityError> {
        let args = json!({"masked": self.told.masked}).to_string();
        let mut step = open(step, &self.plan, args.as_bytes(), sources())?;
        feed(&mut *step, blocks)?;
        drained(&mut *step)
    }

    /// The block of the result document, and where they are wanted the rows of a page.
    fn document(mut self, with_rows: bool) -> Result<(Vec<u8>, Option<Vec<u8>>), ParityError> {
        let all_splits = vec![Blocks::new(); self.sizes.left + self.sizes.right];
        let entries = timed("fingerprint", || self.tasks(Stage::Fingerprint, all_splits))?;
        let entries = exchanged(entries.into_iter().flatten(), 0, self.sizes.partitions)?;
        let mut outcomes = timed("match", || self.tasks(Stage::Match, entries))?;
        let next = Next::of(&self.ask(Kind::SettlePlan, summaries(&outcomes)?)?)?;
        self.told.layout = Some(next.layout);
        if next.groups {
            timed("pair duplicate keys", || self.settle(&mut outcomes))?;
        }
        let next = Next::of(&self.ask(Kind::CellsPlan, summaries(&outcomes)?)?)?;
        self.told.layout = Some(next.layout);
        let mut conclusion = summaries(&outcomes)?;
        if next.work {
            conclusion.extend(timed("fetch and compare", || self.cells(&outcomes, next.mergers))?);
        }
        let concluded = Concluded::of(self.ask(Kind::Document, conclusion)?)?;
        self.told.offsets = Some(concluded.offsets);
        let mut document = concluded.document;
        if concluded.sampled.is_some() {
            self.told.chosen = concluded.sampled;
            let text = String::from_utf8_lossy(payload(&document)?).into_owned();
            document = timed("fetch example rows", || {
                self.with_rows(Kind::Complete, Some(text), &outcomes)
            })?;
        }
        if !with_rows || concluded.chosen.is_none() {
            return Ok((document, None));
        }
        self.told.chosen = concluded.chosen;
        let rows = timed("fetch the rows of the page", || {
            self.with_rows(Kind::GatherRows, None, &outcomes)
        })?;
        Ok((document, Some(payload(&rows)?.to_vec())))
    }

    /// What a step on the driver makes of the rows that were chosen.
    fn with_rows(&self, step: Kind, document: Option<String>, outcomes: &[Blocks]) -> Result<Vec<u8>, ParityError> {
        let stages = [
            Stage::AskRightChosen,
            Stage::FetchChosen,
            Stage::TellLeftChosen,
            Stage::Show,
        ];
        let shown = self.at_left_splits(outcomes, stages)?;
        let args = TaskArgs {
            chosen: self.told.chosen.clone(),
            document,
            masked: self.told.masked,
            ..TaskArgs::default()
        };
        let step = open(step, &self.plan, &args.to_bytes()?, sources())?;
        the_block(fed(step, &shown.into_iter().flatten().collect::<Blocks>())?)
    }

    fn route<'a>(
        &self,
        stage: Stage,
        outcomes: impl IndexedParallelIterator<Item = (usize, &'a Blocks)>,
    ) -> Result<Blocks, ParityError> {
        let routed = outcomes
            .map(|(partition, outcome)| fed(self.open(stage, partition)?, outcome))
            .collect::<Result<Vec<Blocks>, ParityError>>()?;
        Ok(routed.into_iter().flatten().collect())
    }

    /// Steps that fetch, fed with what is asked of them.
    fn fetchers(&self, stage: Stage, requests: Blocks) -> Result<Vec<Box<dyn Step>>, ParityError> {
        let (first, count) = stage.node().tasks.range(self.sizes);
        let requests = exchanged(requests, first, count)?;
        let asked = requests
            .into_iter()
            .enumerate()
            .filter(|(_, blocks)| !blocks.is_empty());
        asked
            .map(|(split, blocks)| {
                let mut step = self.open(stage, first + split)?;
                feed(&mut *step, blocks)?;
                Ok(step)
            })
            .collect()
    }

    /// Pairs the rows of duplicate keys, some partitions at a time.
    fn settle(&self, outcomes: &mut [Blocks]) -> Result<(), ParityError> {
        let rows = |outcome: &Blocks| -> Result<u64, ParityError> {
            let summaries = outcome
                .iter()
                .filter(|block| target(block).is_ok_and(|target| target == DRIVER));
            summaries.map(|block| Ok(Summary::of(block)?.group_rows)).sum()
        };
        let mut first = 0;
        while first < outcomes.len() {
            let mut end = first + 1;
            let mut total = rows(&outcomes[first])?;
            while end < outcomes.len() {
                total += rows(&outcomes[end])?;
                if total > GROUP_ROWS {
                    break;
                }
                end += 1;
            }
            let some = &mut outcomes[first..end];
            let numbered = some.par_iter().enumerate().map(|(i, outcome)| (first + i, outcome));
            let fetchers = self.fetchers(Stage::FetchGroups, self.route(Stage::AskGroups, numbered)?)?;
            let arrived = some.iter_mut().map(std::mem::take).collect();
            let settled = self.meet(Stage::Settle, first, arrived, fetchers)?;
            for (outcome, settled) in some.iter_mut().zip(settled) {
                *outcome = settled;
            }
            first = end;
        }
        Ok(())
    }

    /// What a stage gives at left splits, where their rows meet the right values that are asked for and fetched.
    fn at_left_splits(&self, outcomes: &[Blocks], stages: [Stage; 4]) -> Result<Vec<Blocks>, ParityError> {
        let [ask, fetch, tell, stage] = stages;
        let numbered = || outcomes.par_iter().enumerate();
        let fetchers = self.fetchers(fetch, self.route(ask, numbered())?)?;
        let (first, count) = stage.node().tasks.range(self.sizes);
        let arrived = exchanged(self.route(tell, numbered())?, first, count)?;
        self.meet(stage, first, arrived, fetchers)
    }

    /// Compares changed rows.
    fn cells(&self, outcomes: &[Blocks], mergers: usize) -> Result<Blocks, ParityError> {
        let stages = [Stage::AskRight, Stage::FetchCells, Stage::TellLeft, Stage::Compare];
        let results = self.at_left_splits(outcomes, stages)?;
        let results = exchanged(results.into_iter().flatten(), 0, mergers)?;
        let merged = self.tasks(Stage::Merge, results)?;
        Ok(merged.into_iter().flatten().collect())
    }

    /// Feeds tasks what has arrived for them, and then the values that are fetched for them. Fetchers give slab after slab, and the
    /// tasks, numbered from `first` on, take each before the next is read, so that there is one slab a split in memory.
    fn meet(
        &self,
        stage: Stage,
        first: usize,
        arrived: Vec<Blocks>,
        mut fetchers: Vec<Box<dyn Step>>,
    ) -> Result<Vec<Blocks>, ParityError> {
        let tasks = arrived.len();
        let mut open: Vec<Option<Box<dyn Step>>> = (0..tasks).map(|_| None).collect();
        let mut take = |arrived: Vec<Blocks>| {
            open.par_iter_mut()
                .zip(arrived)
                .enumerate()
                .with_max_len(1)
                .try_for_each(|(task, (open, mut blocks))| {
                    if blocks.is_empty() {
                        return Ok(());
                    }
                    in_order(&mut blocks);
                    let open = match open {
                        Some(open) => open,
                        none => none.insert(self.open(stage, first + task)?),
                    };
                    feed(&mut **open, blocks)
                })
        };
        take(arrived)?;
        // How many fetchers give values before these are taken: large ones must not pile up.
        let few = rayon::current_num_threads().max(1);
        let mut together = few;
        let mut is_done = false;
        while !is_done {
            is_done = true;
            let mut largest_bytes = 0;
            for some in fetchers.chunks_mut(together) {
                let fetched = some
                    .par_iter_mut()
                    .with_max_len(1)
                    .map(|step| step.next())
                    .collect::<Result<Vec<Option<Blocks>>, ParityError>>()?;
                is_done &= fetched.iter().all(Option::is_none);
                let fetched: Blocks = fetched.into_iter().flatten().flatten().collect();
                let bytes: usize = fetched.iter().map(Vec::len).sum();
                largest_bytes = largest_bytes.max(bytes / some.len());
                take(exchanged(fetched, first, tasks)?)?;
            }
            together = if largest_bytes * fetchers.len() > FETCHED_BYTES {
                few
            } else {
                fetchers.len().max(few)
            };
        }
        let drained = open.into_par_iter().with_max_len(1).map(|step| match step {
            Some(mut step) => drained(&mut *step),
            None => Ok(Blocks::new()),
        });
        drained.collect()
    }
}

/// The blocks for the driver.
pub fn summaries(outcomes: &[Blocks]) -> Result<Blocks, ParityError> {
    let mut found = Blocks::new();
    for block in outcomes.iter().flatten() {
        if target(block)? == DRIVER {
            found.push(block.clone());
        }
    }
    Ok(found)
}
