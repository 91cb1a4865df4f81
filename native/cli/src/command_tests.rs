use super::*;
use parity_steps::ask::catalog::{CATALOG, Entry, Kind};
use serde_json::Value;

/// The run that the command makes of these arguments.
fn run_of(arguments: &[String]) -> Value {
    let line = ["parity", "compare", "left.parquet", "right.parquet"].map(str::to_owned);
    let Line::Compare(arguments) = Line::read(line.iter().chain(arguments)).unwrap() else {
        panic!("another command");
    };
    serde_json::to_value(asked(&arguments).unwrap()).unwrap()
}

/// The arguments that give an option its example.
fn given(entry: &Entry) -> Vec<String> {
    let name = spell(entry.option);
    let texts: Vec<String> = match (entry.kind, entry.example()) {
        (Kind::Switch, _) => return vec![name],
        (Kind::Object, value) => vec![value.to_string()],
        (_, Value::Array(names)) => names
            .iter()
            .filter_map(|name| Some(name.as_str()?.to_owned()))
            .collect(),
        (_, Value::Object(pairs)) => pairs
            .iter()
            .map(|(l, r)| format!("{l}={}", r.as_str().unwrap()))
            .collect(),
        (_, Value::String(text)) => vec![text],
        (_, value) => vec![value.to_string()],
    };
    texts.into_iter().flat_map(|text| [name.clone(), text]).collect()
}

#[test]
fn every_flag_of_the_catalog_reaches_the_run() {
    let key = ["--key".to_owned(), "k".to_owned()];
    let plain = run_of(&key);
    for entry in CATALOG.iter().filter(|entry| entry.flag.is_some()) {
        let Some(member) = entry.member else { continue };
        // Keys are given alone, all others beside one.
        let beside: &[String] = if entry.option == Opt::Keys { &[] } else { &key };
        let run = run_of(&[beside, &given(entry)].concat());
        assert_ne!(run[member], plain[member], "{entry:?}");
    }
}

#[test]
fn every_option_that_has_no_flag_is_taken_in_the_object_of_options() {
    for entry in CATALOG {
        let Some(rule) = entry.rule() else { continue };
        let text = json!({rule: entry.example()}).to_string();
        let key = "--key k --options".split(' ').map(str::to_owned);
        let run = run_of(&key.chain([text]).collect::<Vec<_>>());
        assert_eq!(run["rules"][rule], entry.example());
    }
}

#[test]
fn flags_of_the_driver_are_read() {
    let driver = [Opt::Report, Opt::Threads, Opt::Verbose, Opt::Json];
    let of_driver = CATALOG
        .iter()
        .filter(|entry| entry.flag.is_some() && entry.member.is_none());
    assert_eq!(of_driver.map(|entry| entry.option).collect::<Vec<_>>(), driver);
    let line = "parity compare l r --threads 2 --verbose --json --report r.html".split(' ');
    let Line::Compare(arguments) = Line::read(line).unwrap() else {
        panic!("another command");
    };
    assert_eq!(arguments.number(Opt::Threads), 2);
    assert_eq!(arguments.text(Opt::Report).as_deref(), Some("r.html"));
    assert!(arguments.is_set(Opt::Verbose) && arguments.is_set(Opt::Json));
}
