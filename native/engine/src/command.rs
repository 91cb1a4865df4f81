//! The command line. Its options are described in `docs/command-line.md`.

use crate::run::{self, Answer};
use crate::terminal;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use parity_report::document::VERSION;
use parity_report::summary::{Look, Rest};
use parity_steps::error::ParityError;
use parity_steps::options::{Caller, Duplicates};
use parity_steps::relaxations::Rules;
use parity_steps::run::Run;
use serde_json::json;
use std::hash::{BuildHasher, RandomState};
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

const EQUAL: u8 = 0;
const DIFFERENT: u8 = 1;
const FAILED: u8 = 2;

#[derive(Debug, Parser)]
#[command(
    name = "parity",
    version,
    about = "Are two datasets the same, and if not, where, how much and why?"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare two Parquet datasets.
    Compare(CompareArgs),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DuplicatesArg {
    /// Pair the rows of a duplicate key so that the fewest cells differ.
    Pair,
    /// Refuse duplicate keys.
    Fail,
}

#[derive(Debug, Args)]
struct CompareArgs {
    /// Left dataset: a Parquet file or a folder of them.
    left: String,
    /// Right dataset.
    right: String,
    /// Key column, LEFT=RIGHT where the sides name it differently; repeat it for a composite key.
    #[arg(long = "key", value_name = "NAME")]
    keys: Vec<String>,
    /// Compare only this column (and the keys); repeat it.
    #[arg(long = "column", value_name = "NAME")]
    columns: Vec<String>,
    /// Do not look at this column; repeat it.
    #[arg(long, value_name = "NAME")]
    exclude: Vec<String>,
    /// The left column LEFT is the right column RIGHT; repeat it.
    #[arg(long, value_name = "LEFT=RIGHT")]
    rename: Vec<String>,
    /// Further arguments of compare_datasets as one JSON object: tolerance, text, null_equals, unordered, thresholds, mask.
    #[arg(long, value_name = "JSON")]
    options: Option<String>,
    /// Only the rows of both sides that satisfy this SQL predicate, in the names of each side.
    #[arg(long = "where", value_name = "PREDICATE")]
    both_where: Option<String>,
    /// Only such rows of the left side.
    #[arg(long, value_name = "PREDICATE")]
    left_where: Option<String>,
    /// Only such rows of the right side.
    #[arg(long, value_name = "PREDICATE")]
    right_where: Option<String>,
    /// What to do with keys that occur more than once.
    #[arg(long, value_enum, default_value = "pair")]
    duplicates: DuplicatesArg,
    /// Examples kept for each column and each kind of difference.
    #[arg(long, value_name = "N", default_value_t = 20)]
    samples: u32,
    /// Match names by case too.
    #[arg(long)]
    case_sensitive: bool,
    /// Session time zone.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// Worker threads; 0 for one a core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Say on standard error what each step took.
    #[arg(long)]
    verbose: bool,
    /// Write the result document as the last line of standard output.
    #[arg(long)]
    json: bool,
}

/// Log lines on standard error.
struct StandardError;

impl log::Log for StandardError {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let _ = writeln!(std::io::stderr(), "parity: {}", record.args());
    }

    fn flush(&self) {}
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    main_with(run::compare)
}

/// Runs the command of this process with another way to compare.
pub fn main_with(compare: impl FnOnce(&Run, usize) -> Result<Answer, ParityError>) -> ExitCode {
    let json = std::env::args_os().any(|arg| arg == "--json");
    // A decoder that panics over a damaged file is reported as a corrupt file. PARITY_BACKTRACE shows
    // where it happened.
    if std::env::var_os("PARITY_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let parsed = match Cli::try_parse() {
        Ok(parsed) => parsed,
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                let _ = error.print();
                return ExitCode::from(EQUAL);
            }
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                let hint = "parity compare LEFT RIGHT --key NAME; parity --help shows more";
                return fail(&ParityError::bad_option("there is no command", hint), json);
            }
            _ => {
                // The parser's text up to its usage lines, as one clause; where to find help is said by the hint.
                let text = error.to_string();
                let said: Vec<&str> = text
                    .lines()
                    .map(str::trim)
                    .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
                    .collect();
                let message = said.join(" ").trim().trim_start_matches("error: ").to_owned();
                return fail(
                    &ParityError::bad_option(message, "parity compare --help shows the options"),
                    json,
                );
            }
        },
    };
    let Command::Compare(args) = parsed.command;
    let json = args.json;
    if args.verbose {
        // Fails only when a logger is set already.
        let _ = log::set_logger(&StandardError);
        log::set_max_level(log::LevelFilter::Info);
    }
    let result = catch_unwind(AssertUnwindSafe(|| {
        let threads = args.threads;
        compare(&asked(args)?, threads)
    }))
    .unwrap_or_else(|_| Err(ParityError::internal("the comparison stopped unexpectedly")));
    match result {
        Ok(answer) => succeed(&answer, json),
        Err(error) => fail(&error, json),
    }
}

fn asked(args: CompareArgs) -> Result<Run, ParityError> {
    let rename = args.rename.iter().map(|pair| match pair.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => Ok((left.to_owned(), right.to_owned())),
        _ => Err(ParityError::bad_option(
            format!("--rename {pair} does not name two columns"),
            "write LEFT=RIGHT",
        )),
    });
    let rules = match &args.options {
        Some(text) => serde_json::from_str(text).map_err(|e| {
            let hint = "write one JSON object with tolerance, text, null_equals, unordered, thresholds or mask";
            ParityError::bad_option(format!("--options cannot be read: {e}"), hint)
        })?,
        None => Rules::default(),
    };
    let run = Run {
        rules,
        keys: (!args.keys.is_empty()).then(|| args.keys.iter().map(|text| key(text)).collect()),
        columns: (!args.columns.is_empty()).then_some(args.columns),
        exclude: args.exclude,
        rename: rename.collect::<Result<_, _>>()?,
        both_where: args.both_where,
        left_where: args.left_where,
        right_where: args.right_where,
        duplicates: match args.duplicates {
            DuplicatesArg::Pair => Duplicates::Pair,
            DuplicatesArg::Fail => Duplicates::Fail,
        },
        samples: args.samples,
        case_sensitive: args.case_sensitive,
        zone: args.time_zone,
        // Drawn anew for each run: results never depend on it.
        seed: RandomState::new().hash_one(std::process::id()).to_string(),
        caller: Caller::CommandLine,
        look: look(args.json),
        ..Run::of(args.left, args.right)
    };
    // What is wrong with the options is said before anything is read.
    run.options()?;
    Ok(run)
}

/// How the summary suits the stream that it goes to.
fn look(json: bool) -> Look {
    let (width, rest) = match json {
        true => (terminal::width(std::io::stderr()), Rest::Document),
        false => (terminal::width(std::io::stdout()), Rest::Nowhere),
    };
    Look {
        width,
        charset: terminal::charset(),
        rest,
    }
}

/// `NAME` or `LEFT=RIGHT`. Which one it is depends on the columns, so the plan tries the whole text as a name first.
fn key(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => (left.to_owned(), Some(right.to_owned())),
        _ => (text.to_owned(), None),
    }
}

fn succeed(answer: &Answer, json: bool) -> ExitCode {
    let written = if json {
        // The document counts; whether anybody reads the summary does not.
        let written = write_all(std::io::stdout(), &format!("{}\n", answer.json));
        let _ = write_all(std::io::stderr(), &answer.summary);
        written
    } else {
        write_all(std::io::stdout(), &answer.summary)
    };
    match written {
        // Whoever reads the output has closed it: there is nobody left to tell.
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            let _ = write_all(
                std::io::stderr(),
                &format!("parity: standard output cannot be written: {e}\n"),
            );
            ExitCode::from(FAILED)
        }
        _ => ExitCode::from(if answer.passed { EQUAL } else { DIFFERENT }),
    }
}

fn fail(error: &ParityError, json: bool) -> ExitCode {
    let charset = terminal::charset();
    let hint = error.hint.as_deref();
    let hint = hint.map_or(String::new(), |hint| format!("\n  hint: {}", charset.line(hint)));
    let _ = write_all(
        std::io::stderr(),
        &format!("parity: {}{hint}\n", charset.line(&error.to_string())),
    );
    if json {
        let document = json!({
            "version": VERSION,
            "error": {"code": error.code, "message": error.message, "hint": error.hint},
        });
        let _ = write_all(std::io::stdout(), &format!("{document}\n"));
    }
    ExitCode::from(FAILED)
}

fn write_all(mut stream: impl Write + IsTerminal, text: &str) -> std::io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
