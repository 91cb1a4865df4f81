//! What the place can show that output goes to.

use parity_report::shown::Charset;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::fd::AsFd;

/// Columns where nobody says how many there are: in a file, a pipe, the log of a CI server.
const USUAL_COLUMNS: u32 = 80;

/// Columns of a line: those of `COLUMNS`, else of the terminal, else 80.
pub(crate) fn width(stream: impl AsFd) -> u32 {
    let told = std::env::var("COLUMNS").ok();
    let told = told
        .and_then(|text| text.trim().parse().ok())
        .filter(|&columns| columns > 0);
    let size = || rustix::termios::tcgetwinsize(stream).ok();
    let measured = || size().map(|size| u32::from(size.ws_col)).filter(|&columns| columns > 0);
    told.or_else(measured).unwrap_or(USUAL_COLUMNS)
}

/// Whether a stream shows colours: it is a terminal that knows them, and nobody asked for none.
pub(crate) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && wants_colour(std::env::var_os("NO_COLOR"), std::env::var_os("TERM"))
}

/// Whether these settings let a terminal be coloured. An empty `NO_COLOR` is as good as none (<https://no-color.org>).
fn wants_colour(no_color: Option<OsString>, terminal: Option<OsString>) -> bool {
    no_color.is_none_or(|set| set.is_empty()) && terminal.is_none_or(|name| name != "dumb")
}

/// The characters of the locale.
pub(crate) fn charset() -> Charset {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
    charset_of(&names)
}

/// The characters of the first of these locales that is set. Without any, as in most containers, they are UTF-8:
/// what reads the output there reads that.
fn charset_of(locales: &[String]) -> Charset {
    let locale = locales.iter().find(|name| !name.is_empty());
    let is_utf8 = |name: &String| {
        let name = name.to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    };
    match locale.is_none_or(is_utf8) {
        true => Charset::Utf8,
        false => Charset::Ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_and_a_dumb_terminal_want_no_colour() {
        let wants = |no_color: Option<&str>, terminal: Option<&str>| {
            wants_colour(no_color.map(OsString::from), terminal.map(OsString::from))
        };
        assert!(wants(None, Some("xterm")) && wants(None, None) && wants(Some(""), Some("xterm")));
        assert!(!wants(Some("1"), Some("xterm")) && !wants(None, Some("dumb")));
    }

    #[test]
    fn the_first_locale_that_is_set_tells_the_characters() {
        let charset = |locales: [&str; 3]| charset_of(&locales.map(str::to_owned));
        assert_eq!(charset(["", "", ""]), Charset::Utf8);
        assert_eq!(charset(["", "", "de_DE.UTF-8"]), Charset::Utf8);
        assert_eq!(charset(["C", "", "de_DE.UTF-8"]), Charset::Ascii);
        assert_eq!(charset(["", "C.utf8", "C"]), Charset::Utf8);
        assert_eq!(charset(["", "", "de_DE.ISO-8859-1"]), Charset::Ascii);
    }
}
