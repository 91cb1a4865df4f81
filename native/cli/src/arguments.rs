//! The arguments of the command, as the catalog of options describes them.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use parity_steps::ask::catalog::{self, CATALOG, Entry, Kind, Opt};
use std::ffi::OsString;
use std::path::PathBuf;

/// A command line.
#[derive(Debug)]
pub(crate) enum Line {
    /// `parity compare`.
    Compare(Arguments),
    /// `parity report`: the document, and where the page goes.
    Report(PathBuf, Option<PathBuf>),
}

impl Line {
    /// Reads the command line of a process, whose first argument is its name.
    pub(crate) fn read<T: Into<OsString> + Clone>(line: impl IntoIterator<Item = T>) -> Result<Self, clap::Error> {
        let mut read = parser().try_get_matches_from(line)?;
        // No command at all is an error.
        let (name, mut matches) = read.remove_subcommand().unwrap_or_default();
        Ok(match name.as_str() {
            REPORT => Line::Report(
                matches.remove_one(RESULT).unwrap_or_default(),
                matches.remove_one(OUTPUT),
            ),
            _ => Line::Compare(Arguments(matches)),
        })
    }
}

const REPORT: &str = "report";
const RESULT: &str = "result";
const OUTPUT: &str = "output";

/// The arguments of `parity compare`.
#[derive(Debug)]
pub(crate) struct Arguments(ArgMatches);

impl Arguments {
    /// The text that an option was given, or its default.
    pub(crate) fn text(&self, option: Opt) -> Option<String> {
        self.0.get_one(id(option.entry())).cloned()
    }

    /// The texts that an option was given.
    pub(crate) fn texts(&self, option: Opt) -> Vec<String> {
        self.0
            .get_many(id(option.entry()))
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// The number that an option was given, or its default.
    pub(crate) fn number(&self, option: Opt) -> u64 {
        self.0.get_one(id(option.entry())).copied().unwrap_or_default()
    }

    /// Whether a switch was given.
    pub(crate) fn is_set(&self, option: Opt) -> bool {
        self.0.get_flag(id(option.entry()))
    }
}

/// The parser of the command line, which also writes its help.
fn parser() -> Command {
    let compare = Command::new("compare").about("Compare two Parquet datasets");
    let report = Command::new(REPORT)
        .about("Make report.html of a result document")
        .args([
            Arg::new(RESULT)
                .required(true)
                .value_name("RESULT")
                .value_parser(value_parser!(PathBuf))
                .help("The document: result.json, or what compare --json printed; a run.json beside it is shown too"),
            Arg::new(OUTPUT)
                .long(OUTPUT)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Write the page to this file [default: report.html beside the document]"),
        ]);
    Command::new("parity")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Are two datasets the same, and if not, where, how much and why?")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(compare.args(CATALOG.iter().filter_map(argument)))
        .subcommand(report)
}

fn id(entry: &Entry) -> &'static str {
    match (entry.flag, entry.keyword) {
        (Some(flag), _) => flag.long,
        (None, Some(keyword)) => keyword.name,
        (None, None) => "",
    }
}

/// The argument of an option; `None` of an option that the command does not have.
fn argument(entry: &Entry) -> Option<Arg> {
    let argument = Arg::new(id(entry));
    let Some(flag) = entry.flag else {
        let is_side = matches!(entry.kind, Kind::Dataset);
        let help = format!("{}: a Parquet file or a folder of them", capital(entry.help));
        return is_side.then(|| argument.required(true).value_name(id(entry).to_uppercase()).help(help));
    };
    let argument = argument.long(flag.long).help(help(entry, flag.note));
    let argument = match entry.kind {
        Kind::Switch => return Some(argument.action(ArgAction::SetTrue)),
        Kind::Dataset | Kind::Keys | Kind::Names(_) | Kind::Pairs => argument.action(ArgAction::Append),
        Kind::Choice(words) => {
            let words = words
                .iter()
                .map(|(word, help)| PossibleValue::new(*word).help(capital(help)));
            argument.value_parser(PossibleValuesParser::new(words))
        }
        Kind::Number { most, .. } => argument.value_parser(value_parser!(u64).range(0..=most)),
        Kind::Predicate | Kind::Text(_) | Kind::Json(_) | Kind::Object | Kind::Session => argument,
    };
    let argument = match entry.default() {
        serde_json::Value::Null => argument,
        serde_json::Value::String(text) => argument.default_value(text),
        other => argument.default_value(other.to_string()),
    };
    Some(argument.value_name(flag.value))
}

/// What the help says of an option.
fn help(entry: &Entry, note: &str) -> String {
    let within = match entry.kind {
        Kind::Object => format!(": {}", catalog::rule_names("or")),
        _ => String::new(),
    };
    format!("{}{note}{within}", capital(entry.help))
}

fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
