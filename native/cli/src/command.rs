//! The command line. Its options are described in `docs/command-line.md`.

use crate::arguments::{Arguments, Line};
use crate::memory;
use crate::report::{self, report};
use crate::terminal;
use clap::error::ErrorKind;
use parity_engine::run::{self, Answer};
use parity_report::document::VERSION;
use parity_report::shown::MASKED;
use parity_report::{Look, Rest};
use parity_source::{Code, ParityError};
use parity_steps::ask::caller::Caller;
use parity_steps::ask::catalog::Opt;
use parity_steps::ask::options::Duplicates;
use parity_steps::ask::rules::Rules;
use parity_steps::ask::run::Run;
use serde_json::json;
use std::hash::{BuildHasher, RandomState};
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EQUAL: u8 = 0;
const DIFFERENT: u8 = 1;
const FAILED: u8 = 2;

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
    main_with(run::compare_and_report)
}

/// Runs the command of this process with another way to compare.
pub fn main_with(compare: impl FnOnce(&Run, usize, bool) -> Result<Answer, ParityError>) -> ExitCode {
    let json = std::env::args_os().any(|arg| arg == "--json");
    // A decoder that panics over a damaged file is reported as a corrupt file. PARITY_BACKTRACE shows
    // where it happened.
    if std::env::var_os("PARITY_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let args = match Line::read(std::env::args_os()) {
        Ok(Line::Compare(args)) => args,
        Ok(Line::Report(document, page)) => return tell(report(&document, page)),
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
                let hint = "parity compare --help shows the options";
                return fail(&ParityError::bad_option(misread(&error), hint), json);
            }
        },
    };
    let json = args.is_set(Opt::Json);
    if args.is_set(Opt::Verbose) {
        // Fails only when a logger is set already.
        let _ = log::set_logger(&StandardError);
        log::set_max_level(log::LevelFilter::Info);
    }
    let result = catch_unwind(AssertUnwindSafe(|| {
        let threads = threads(usize::try_from(args.number(Opt::Threads)).unwrap_or(usize::MAX));
        let page = args.text(Opt::Report).map(PathBuf::from);
        let answer = compare(&asked(&args)?, threads, page.is_some())?;
        if let (Some(path), Some(page)) = (page, &answer.page) {
            report::write(&path, page)?;
        }
        Ok(answer)
    }))
    .unwrap_or_else(|_| Err(ParityError::internal("the comparison stopped unexpectedly")));
    match result {
        Ok(answer) => succeed(&answer, json),
        Err(error) => fail(&error, json),
    }
}

/// Worker threads of a run that asks for this many.
fn threads(asked: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = 4 * cores;
    if asked == 0 {
        return cores.min(memory::most_threads());
    }
    if asked > most {
        let warning = format!(
            "parity: warning: {} {asked} is more than four for each of the {cores} cores; going on with {most}\n",
            spell(Opt::Threads)
        );
        let _ = write_all(std::io::stderr(), &warning);
    }
    asked.min(most)
}

/// What is wrong with arguments that cannot be read: the parser's text up to its usage lines, as one sentence. Where columns may be
/// masked no argument is repeated: a quote that is missing makes an argument of what belongs to a predicate.
fn misread(error: &clap::Error) -> String {
    if std::env::args_os().any(|argument| may_mask(argument.as_encoded_bytes())) {
        let kind = error.kind();
        return format!("{kind}, which is not shown because columns are masked");
    }
    let text = error.to_string();
    let lines = text.lines().map(str::trim);
    let said: Vec<&str> = lines
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .collect();
    said.join(" ").trim().trim_start_matches("error: ").to_owned()
}

/// Whether an argument may be, or may have been torn out of, options that mask columns.
fn may_mask(argument: &[u8]) -> bool {
    let lead = format!("{}=", spell(Opt::Options));
    let text = argument.strip_prefix(lead.as_bytes()).unwrap_or(argument);
    // Paths are arguments too, and may hold the word.
    text.iter().any(|byte| b"{\"".contains(byte)) && Rules::may_mask(text)
}

/// How this command calls an option.
fn spell(option: Opt) -> String {
    Caller::CommandLine.spell(option)
}

fn asked(args: &Arguments) -> Result<Run, ParityError> {
    let rules = match args.text(Opt::Options) {
        Some(text) => Rules::from_json(&text, &spell(Opt::Options))?,
        None => Rules::default(),
    };
    let is_masking = rules.is_masking();
    let rename = args
        .texts(Opt::Rename)
        .into_iter()
        .map(|pair| match pair.split_once('=') {
            Some((left, right)) if !left.is_empty() && !right.is_empty() => Ok((left.to_owned(), right.to_owned())),
            _ => {
                let shown = if is_masking { MASKED } else { &pair };
                let message = format!("{} {shown} does not name two columns", spell(Opt::Rename));
                Err(ParityError::bad_option(message, "write LEFT=RIGHT"))
            }
        });
    let rename = rename.collect::<Result<_, _>>()?;
    let side = |option| local_path(args.text(option).unwrap_or_default(), is_masking);
    let (left, right) = (side(Opt::Left)?, side(Opt::Right)?);
    let (keys, columns) = (args.texts(Opt::Keys), args.texts(Opt::Columns));
    let defaults = Run::of(left, right);
    let run = Run {
        rules,
        keys: (!keys.is_empty()).then(|| keys.iter().map(|text| key(text)).collect()),
        columns: (!columns.is_empty()).then_some(columns),
        exclude: args.texts(Opt::Exclude),
        rename,
        both_where: args.text(Opt::Where),
        left_where: args.text(Opt::LeftWhere),
        right_where: args.text(Opt::RightWhere),
        duplicates: match args.text(Opt::Duplicates).as_deref() {
            Some("fail") => Duplicates::Fail,
            _ => Duplicates::Pair,
        },
        samples: u32::try_from(args.number(Opt::Samples)).unwrap_or(u32::MAX),
        report_rows: u32::try_from(args.number(Opt::ReportRows)).unwrap_or(u32::MAX),
        case_sensitive: args.is_set(Opt::CaseSensitive),
        zone: args.text(Opt::TimeZone).unwrap_or(defaults.zone),
        // Drawn anew for each run: results never depend on it.
        seed: RandomState::new().hash_one(std::process::id()).to_string(),
        caller: Caller::CommandLine,
        look: Look {
            report: args.text(Opt::Report),
            ..look(args.is_set(Opt::Json))
        },
        ..defaults
    };
    // What is wrong with the options is said before anything is read.
    run.options()?;
    Ok(run)
}

/// The local path of a side. A path that is there as it is written is that one; `file:` is the scheme of local paths, and what has
/// another scheme is not here. Where columns are masked a message shows no path, whose folders may be values of theirs.
fn local_path(text: String, is_masking: bool) -> Result<String, ParityError> {
    let Some((scheme, rest)) = text.split_once(":/") else {
        return Ok(text);
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme || Path::new(&text).exists() {
        return Ok(text);
    }
    let shown = if is_masking {
        format!("{scheme}:{MASKED}")
    } else {
        text.clone()
    };
    if !scheme.eq_ignore_ascii_case("file") {
        return Err(ParityError::new(
            Code::PathUnreadable,
            format!("{shown}: this command reads local files alone, and {scheme} is not a scheme of theirs"),
            "copy the files here, or compare them on Spark with compare_datasets, which reads whatever Spark reads",
        ));
    }
    // `file:/path`, `file:///path` and `file://localhost/path`.
    let path = match rest.strip_prefix('/') {
        None => format!("/{rest}"),
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest).to_owned(),
    };
    if path.starts_with('/') {
        return Ok(path);
    }
    Err(ParityError::new(
        Code::PathUnreadable,
        format!("{shown}: this command reads the files of this machine, not those of another"),
        "write file:///folder/file.parquet, or the path alone",
    ))
}

/// How the summary suits the stream that it goes to.
fn look(json: bool) -> Look {
    let (width, colour, rest) = match json {
        true => (
            terminal::width(std::io::stderr()),
            terminal::colour(&std::io::stderr()),
            Rest::Document,
        ),
        false => (
            terminal::width(std::io::stdout()),
            terminal::colour(&std::io::stdout()),
            Rest::Nowhere,
        ),
    };
    Look {
        width,
        charset: terminal::charset(),
        colour,
        rest,
        ..Look::default()
    }
}

/// `NAME` or `LEFT=RIGHT`. Which one it is depends on the columns, so the plan tries the whole text as a name first.
fn key(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() => (left.to_owned(), Some(right.to_owned())),
        _ => (text.to_owned(), None),
    }
}

/// Says in which file a page was written.
fn tell(page: Result<Option<PathBuf>, ParityError>) -> ExitCode {
    match page {
        Ok(page) => {
            if let Some(page) = page {
                let line = terminal::charset().line(&page.to_string_lossy());
                let _ = write_all(std::io::stdout(), &format!("{line}\n"));
            }
            ExitCode::from(EQUAL)
        }
        Err(error) => fail(&error, false),
    }
}

fn succeed(answer: &Answer, json: bool) -> ExitCode {
    memory::begin_answer();
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

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
