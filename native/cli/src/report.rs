//! `parity report`: the page of a result document that lies in a file.

use parity_engine::run;
use parity_source::{Code, ParityError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file that a run leaves beside its document.
const RUN: &str = "run.json";
/// The file that is written where none is named.
const PAGE: &str = "report.html";

/// Makes the page of a document and writes it, beside the document unless a file is named. Says in which file it lies; what
/// went into a pipe lies in none.
pub(crate) fn report(document: &Path, page: Option<PathBuf>) -> Result<Option<PathBuf>, ParityError> {
    let page = page.unwrap_or_else(|| document.with_file_name(PAGE));
    let text = read(document)?;
    let run = match read(&document.with_file_name(RUN)) {
        Err(error) if error.code == Code::PathNotFound => None,
        run => Some(run?),
    };
    let made = run::page(&text, run.as_deref())?;
    write(&page, &made)?;
    Ok(is_file_place(&page).then_some(page))
}

/// Writes a page in place of what is there.
pub(crate) fn write(path: &Path, page: &[u8]) -> Result<(), ParityError> {
    written(path, page).map_err(|e| {
        ParityError::new(
            Code::OutputUnwritable,
            format!("{} cannot be written: {e}", path.display()),
            "name a place that you may write to",
        )
    })
}

fn read(path: &Path) -> Result<Vec<u8>, ParityError> {
    std::fs::read(path).map_err(|e| match e.kind() {
        ErrorKind::NotFound => ParityError::new(
            Code::PathNotFound,
            format!("{}: there is no such file", path.display()),
            "check the spelling of the path",
        ),
        _ => ParityError::new(
            Code::PathUnreadable,
            format!("{} cannot be read: {e}", path.display()),
            "look at the path and at the permissions",
        ),
    })
}

/// Puts a file in its place whole or not at all, and writes straight into what is no file: a pipe, a terminal.
fn written(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if !is_file_place(path) {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    // A link stays one, and the file that it names is replaced.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let put = || {
        let mut file = std::fs::File::create_new(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&draft, &path)
    };
    put().inspect_err(|_| {
        let _ = std::fs::remove_file(&draft);
    })
}

/// Whether a file lies there, or nothing that would be in its way.
fn is_file_place(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |there| there.is_file())
}
