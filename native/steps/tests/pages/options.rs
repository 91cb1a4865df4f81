//! The tables of options in the pages of the command and of Python, and the JSON Schema.

use crate::{COMMAND, check, file};
use parity_steps::ask::catalog::{self, Acts, CATALOG, Entry, Flag, Kind, Opt};
use parity_steps::ask::schema;
use serde_json::Value;

/// The default as a page shows it after the help.
fn default(entry: &Entry) -> String {
    match (entry.kind, entry.default()) {
        (Kind::Switch, _) | (_, Value::Null) => String::new(),
        (_, Value::String(text)) => format!(" (`{text}` unless given)"),
        (_, other) => format!(" (default {other})"),
    }
}

/// How a page writes a flag with its value.
fn usage(entry: &Entry, flag: Flag) -> String {
    let value = match entry.kind {
        Kind::Switch => return format!("`--{}`", flag.long),
        Kind::Choice(words) => words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("\\|"),
        _ => flag.value.to_owned(),
    };
    format!("`--{} {value}`", flag.long)
}

fn flags() -> String {
    let rows = CATALOG.iter().filter_map(|entry| {
        let flag = entry.flag?;
        let names = match entry.kind {
            Kind::Object => {
                let names: Vec<String> = catalog::rules()
                    .filter_map(|e| Some(format!("`{}`", e.rule()?)))
                    .collect();
                format!(": {}", names.join(", "))
            }
            _ => String::new(),
        };
        let Flag { note, more, .. } = flag;
        let meaning = format!("{}{note}{names}{}{more}", entry.help, default(entry));
        Some(format!("| {} | {meaning} |\n", usage(entry, flag)))
    });
    format!("| option | meaning |\n|---|---|\n{}", rows.collect::<String>())
}

fn keywords() -> String {
    let rows = CATALOG.iter().filter_map(|entry| {
        let keyword = entry.keyword?;
        let default = match (entry.kind, entry.default()) {
            (Kind::Dataset, _) => String::new(),
            (_, Value::Null) => "`None`".to_owned(),
            (_, other) => format!("`{other}`"),
        };
        let acts = match entry.acts {
            Acts::Plan => "names and types",
            Acts::Scan => "reading",
            Acts::Match => "matching",
            Acts::Compare => "comparing",
            Acts::Document => "the document",
            Acts::Driver => "the driver",
        };
        let meaning = format!("{}{}", entry.help, keyword.more);
        Some(format!("| `{}` | {default} | {acts} | {meaning} |\n", keyword.name))
    });
    format!(
        "| argument | default | where it acts | meaning |\n|---|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

/// Checks the part of a page between the marks of a table.
fn check_table(page: &str, table: &str) {
    let begin = format!("<!-- Options, written from native/steps/src/ask/catalog.rs: {COMMAND} -->\n\n");
    let end = "\n<!-- The end of the options. -->";
    let text = std::fs::read_to_string(file(page)).expect("the page can be read");
    let (before, rest) = text.split_once(&begin).expect("the page has the mark before its table");
    let (_, after) = rest.split_once(end).expect("the page has the mark after its table");
    check(page, &format!("{before}{begin}{table}{end}{after}"));
}

#[test]
fn the_page_of_the_command_has_the_flags_of_the_catalog() {
    check_table("docs/command-line.md", &flags());
}

#[test]
fn the_page_of_python_has_the_keywords_of_the_catalog() {
    check_table("docs/python.md", &keywords());
}

#[test]
fn the_json_schema_is_that_of_the_catalog() {
    let schema = serde_json::to_string_pretty(&schema::options()).unwrap();
    check("docs/options.schema.json", &format!("{schema}\n"));
}

#[test]
fn every_option_has_a_name_and_a_line_of_help_that_is_a_clause() {
    for entry in CATALOG {
        assert!(
            entry.flag.is_some() || entry.keyword.is_some() || entry.setting.is_some(),
            "{entry:?}"
        );
        assert!(entry.help.starts_with(|c: char| c.is_lowercase()), "{entry:?}");
        assert!(!entry.help.ends_with('.') && entry.help.len() < 100, "{entry:?}");
        assert_eq!(entry.option.entry().help, entry.help);
        assert!(entry.option == Opt::Spark || !entry.example().is_null(), "{entry:?}");
    }
}
