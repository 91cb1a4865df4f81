//! Compares damaged copies of a file with the file itself, thousands a second, for `tests/damage`.
//!
//! `damaged INTACT FOLDER KEY` reads a change a line from standard input: a label and then pairs of a place and the byte that stands
//! there afterwards, all separated by blanks. Of each it answers a line of JSON for a comparison by the key and one without keys:
//! the label, `equal`, `different` or the code of the error, and its message. The damaged file is FOLDER/damaged.parquet, each time.
//! Whoever runs this watches it, because a change may make it hang or end.

use parity_engine::run::compare;
use parity_source::{Code, ParityError};
use parity_steps::ask::caller::Caller;
use parity_steps::ask::run::Run;
use serde_json::json;
use std::error::Error;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [intact, folder, key] = arguments.as_slice() else {
        return Err("damaged INTACT FOLDER KEY".into());
    };
    std::panic::set_hook(Box::new(|_| {}));
    let bytes = std::fs::read(intact)?;
    let damaged = format!("{folder}/damaged.parquet");
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split_whitespace();
        let label = words.next().ok_or("a line without a label")?;
        let mut copy = bytes.clone();
        while let Some(place) = words.next() {
            let byte = words.next().ok_or("a place without a byte")?;
            *copy.get_mut(place.parse::<usize>()?).ok_or("a place beyond the file")? = byte.parse()?;
        }
        std::fs::write(&damaged, copy)?;
        for keyed in [true, false] {
            let run = Run {
                keys: keyed.then(|| vec![(key.clone(), None)]),
                samples: 1,
                zone: "UTC".to_owned(),
                seed: "1".to_owned(),
                caller: Caller::CommandLine,
                ..Run::of(damaged.clone(), intact.clone())
            };
            let (outcome, message) = outcome(&run);
            let answer = json!({"label": label, "keyed": keyed, "outcome": outcome, "message": message});
            writeln!(output, "{answer}")?;
        }
        output.flush()?;
    }
    Ok(())
}

fn outcome(run: &Run) -> (String, String) {
    match catch_unwind(AssertUnwindSafe(|| compare(run, 1))) {
        Ok(Ok(answer)) if answer.passed => ("equal".to_owned(), String::new()),
        Ok(Ok(_)) => ("different".to_owned(), String::new()),
        Ok(Err(ParityError { code, message, .. })) => (code.to_string(), message),
        Err(_) => (Code::Internal.to_string(), "a panic".to_owned()),
    }
}
