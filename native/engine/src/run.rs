//! Runs a comparison: the steps of [`parity_steps`], on the threads of this process.

use crate::progress;
use parity_report::Look;
use parity_scan::files::source::LocalSource;
use parity_scan::parquet::ParquetSource;
use parity_source::{Code, ParityError};
use parity_source::{Sources, budget};
use parity_steps::ask::caller::Caller;
use parity_steps::ask::catalog::Opt;
use parity_steps::ask::run::Run;
use parity_steps::matching::Summary;
use parity_steps::wire::block::{DRIVER, order, payload, take_u32, target};
use parity_steps::{Step, open};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// How many files a task describes.
const FILES_OF_TASK: u32 = 16;
/// Bytes of values that are fetched before they are taken, about, where threads need not wait for it.
const FETCHED_BYTES: usize = 64 << 20;
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
        let render = open("render", &[], args.to_string().as_bytes(), sources())?;
        let rendered = fed(render, std::slice::from_ref(document))?;
        let [rendered] = rendered.as_slice() else {
            return Err(ParityError::internal("there is no summary"));
        };
        let Renderings { text } = json_of(rendered)?;
        let Verdict { passed } = json_of(document)?;
        Ok(Answer {
            json: String::from_utf8_lossy(payload(document)?).into_owned(),
            summary: text,
            passed,
        })
    }
}

/// Reads the JSON of a block.
pub fn json_of<T: DeserializeOwned>(block: &[u8]) -> Result<T, ParityError> {
    serde_json::from_slice(payload(block)?).map_err(|e| ParityError::internal(e.to_string()))
}

/// Compares two datasets on `threads` threads; 0 means one for each core.
pub fn compare(run: &Run, threads: usize) -> Result<Answer, ParityError> {
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
        let document = comparison.document()?;
        let seconds = Some(started.elapsed().as_secs_f64());
        Answer::of(&document, &Look { seconds, ..run.look })
    })
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

/// What a planning step on the driver answers.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Next {
    groups: bool,
    work: bool,
    mergers: usize,
}

/// A planned comparison.
struct Comparison {
    plan: Vec<u8>,
    /// What each split is opened with.
    sources: Vec<String>,
    /// Splits of each side.
    splits: [usize; 2],
    partitions: usize,
    /// Whether columns are masked.
    masked: bool,
}

impl Comparison {
    fn planned(run: &Run) -> Result<Comparison, ParityError> {
        let no_plan = |step: &str, args: Value, input: &[Vec<u8>]| {
            let step = open(step, &[], args.to_string().as_bytes(), sources())?;
            fed(step, input)
        };
        let list = |side: usize| no_plan("list", json!({"run": run, "side": side}), &[]);
        let (left, right) = rayon::join(|| list(0), || list(1));
        let listings = [left?, right?];
        let mut portions = Vec::new();
        for (side, listing) in listings.iter().enumerate() {
            let files = take_u32(&mut payload(&listing[0])?)?;
            portions.extend(
                (0..files)
                    .step_by(FILES_OF_TASK as usize)
                    .map(|from| (side, from, files)),
            );
        }
        let described = portions
            .into_par_iter()
            .with_max_len(1)
            .map(|(side, from, files)| {
                let args = json!({"run": run, "side": side, "from": from, "to": files.min(from + FILES_OF_TASK)});
                no_plan("describe", args, &listings[side])
            })
            .collect::<Result<Vec<Blocks>, ParityError>>()?;
        let input: Blocks = listings.into_iter().chain(described).flatten().collect();
        let planned = no_plan(
            "plan",
            json!({"run": run, "cores": rayon::current_num_threads()}),
            &input,
        )?;
        #[derive(Deserialize)]
        struct About {
            splits: [usize; 2],
            partitions: usize,
            masked: bool,
        }
        let About {
            splits,
            partitions,
            masked,
        } = json_of(&planned[0])?;
        Ok(Comparison {
            plan: payload(&planned[1])?.to_vec(),
            sources: planned[2..]
                .iter()
                .map(|split| argument_text(split))
                .collect::<Result<_, _>>()?,
            splits,
            partitions,
            masked,
        })
    }

    fn open(&self, step: &str, args: &Value) -> Result<Box<dyn Step>, ParityError> {
        let mut args = args.clone();
        let split = args["split"].as_u64().and_then(|split| usize::try_from(split).ok());
        if let Some(source) = split.and_then(|split| self.sources.get(split)) {
            args["source"] = json!(source);
        }
        if self.masked {
            // Blocks stay in memory and need no seal.
            args["masked"] = json!(true);
        }
        open(step, &self.plan, args.to_string().as_bytes(), sources())
    }

    fn task(&self, step: &str, args: &Value, input: Blocks) -> Result<Blocks, ParityError> {
        let mut step = self.open(step, args)?;
        feed(&mut *step, input)?;
        drained(&mut *step)
    }

    /// Runs a task for each input, its number and the input in its arguments.
    fn tasks(
        &self,
        step: &str,
        inputs: Vec<Blocks>,
        args: impl Fn(usize) -> Value + Sync,
    ) -> Result<Vec<Blocks>, ParityError> {
        progress::expect(inputs.len());
        let inputs = inputs.into_par_iter().enumerate().with_max_len(1);
        let ran = inputs.map(|(i, input)| {
            let output = self.task(step, &args(i), input);
            progress::done();
            output
        });
        ran.collect()
    }

    /// The block of the result document.
    fn document(&self) -> Result<Vec<u8>, ParityError> {
        let all_splits = self.splits[0] + self.splits[1];
        let entries = timed("fingerprint", || {
            self.tasks(
                "fingerprint",
                vec![Blocks::new(); all_splits],
                |split| json!({"split": split}),
            )
        })?;
        let entries = exchanged(entries.into_iter().flatten(), 0, self.partitions)?;
        let mut outcomes = timed("match", || {
            self.tasks("match", entries, |partition| json!({"partition": partition}))
        })?;
        let (next, layout) = self.ask("settle-plan", &outcomes)?;
        if next.groups {
            timed("pair duplicate keys", || self.settle(&mut outcomes, &layout))?;
        }
        let (next, layout) = self.ask("cells-plan", &outcomes)?;
        let cells = if next.work {
            timed("fetch and compare", || self.cells(&outcomes, &layout, next.mergers))?
        } else {
            Blocks::new()
        };
        let mut conclusion = summaries(&outcomes)?;
        conclusion.extend(cells);
        let concluded = self.task("document", &json!({}), conclusion)?;
        let document = concluded.into_iter().next();
        document.ok_or_else(|| ParityError::internal("there is no document"))
    }

    /// What is left to do, and how values travel for it.
    fn ask(&self, step: &str, outcomes: &[Blocks]) -> Result<(Next, String), ParityError> {
        let answer = self.task(step, &json!({}), summaries(outcomes)?)?;
        let [about, layout] = answer.as_slice() else {
            return Err(ParityError::internal("a plan has two blocks"));
        };
        Ok((json_of(about)?, argument_text(layout)?))
    }

    fn route<'a>(
        &self,
        outcomes: impl IndexedParallelIterator<Item = (usize, &'a Blocks)>,
        to: &str,
    ) -> Result<Blocks, ParityError> {
        let routed = outcomes
            .map(|(partition, outcome)| {
                let step = self.open("route", &json!({"partition": partition, "to": to}))?;
                fed(step, outcome)
            })
            .collect::<Result<Vec<Blocks>, ParityError>>()?;
        Ok(routed.into_iter().flatten().collect())
    }

    /// Steps that fetch, fed with what is asked of them.
    fn fetchers(&self, requests: Blocks, purpose: &str, layout: &str) -> Result<Vec<Box<dyn Step>>, ParityError> {
        let requests = exchanged(requests, 0, self.splits[0] + self.splits[1])?;
        let asked = requests
            .into_iter()
            .enumerate()
            .filter(|(_, blocks)| !blocks.is_empty());
        asked
            .map(|(split, blocks)| {
                let mut step = self.open("fetch", &json!({"split": split, "for": purpose, "layout": layout}))?;
                feed(&mut *step, blocks)?;
                Ok(step)
            })
            .collect()
    }

    /// Pairs the rows of duplicate keys, some partitions at a time.
    fn settle(&self, outcomes: &mut [Blocks], layout: &str) -> Result<(), ParityError> {
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
            let fetchers = self.fetchers(self.route(numbered, "groups")?, "groups", layout)?;
            let arrived = some.iter_mut().map(std::mem::take).collect();
            let settled = self.meet("settle", "partition", first, arrived, fetchers, layout)?;
            for (outcome, settled) in some.iter_mut().zip(settled) {
                *outcome = settled;
            }
            first = end;
        }
        Ok(())
    }

    /// Compares changed rows.
    fn cells(&self, outcomes: &[Blocks], layout: &str, mergers: usize) -> Result<Blocks, ParityError> {
        let left_tasks = self.splits[0].max(1);
        let fetchers = self.fetchers(self.route(outcomes.par_iter().enumerate(), "right")?, "cells", layout)?;
        let arrived = exchanged(self.route(outcomes.par_iter().enumerate(), "left")?, 0, left_tasks)?;
        let results = self.meet("compare", "split", 0, arrived, fetchers, layout)?;
        let results = exchanged(results.into_iter().flatten(), 0, mergers)?;
        let merged = self.tasks("merge", results, |part| json!({"part": part}))?;
        Ok(merged.into_iter().flatten().collect())
    }

    /// Feeds tasks what has arrived for them, and then the values that are fetched for them. Fetchers give slab after slab, and the
    /// tasks, numbered by `number` from `first` on, take each before the next is read, so that there is one slab a split in memory.
    fn meet(
        &self,
        step: &str,
        number: &str,
        first: usize,
        arrived: Vec<Blocks>,
        mut fetchers: Vec<Box<dyn Step>>,
        layout: &str,
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
                        none => none.insert(self.open(step, &json!({number: first + task, "layout": layout}))?),
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

/// A layout, offsets or a split, as the arguments of steps carry them.
pub fn argument_text(block: &[u8]) -> Result<String, ParityError> {
    use base64::Engine;
    Ok(base64::engine::general_purpose::STANDARD.encode(payload(block)?))
}
