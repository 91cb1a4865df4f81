//! Causes in words, the same in every rendering.

use crate::figures::{counted, grouped};

/// A cause without its figure.
pub fn kind(cause: &str) -> &str {
    cause.split_once(':').map_or(cause, |(kind, _)| kind)
}

/// A cause in words, or all causes of a kind where it has no figure. One that is not known here, of a later version, stays
/// as it is written.
pub fn words(cause: &str) -> String {
    match cause.split_once(':') {
        Some((kind, figure)) => with_figure(kind, figure).unwrap_or_else(|| cause.to_owned()),
        None => alone(cause).unwrap_or(cause).to_owned(),
    }
}

fn alone(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "null_left" => "null vanishes",
        "null_right" => "null appears",
        "case" => "upper and lower case",
        "outer_space" => "spaces at the ends",
        "inner_space" => "spaces inside",
        "unicode_form" => "Unicode form",
        "encoding" => "broken encoding",
        "number_as_text" => "same number, other text",
        "truncated" => "cut off",
        "sign" => "the other sign",
        "scale" => "a power of ten",
        "float_precision" => "float against double",
        "rounding" => "rounded",
        "cut" => "digits cut off",
        "day_shift" => "shifted by a day",
        "day_and_month" => "day and month swapped",
        "time_shift" => "shifted in time",
        "date_truncated" => "time of day cut off",
        "offset" => "a constant offset",
        "other" => "no known cause",
        _ => return None,
    })
}

fn with_figure(kind: &str, figure: &str) -> Option<String> {
    let places = || match figure {
        "1" => "1 place".to_owned(),
        _ => format!("{figure} places"),
    };
    Some(match kind {
        "truncated" => format!(
            "cut off after {}",
            counted(figure.parse().ok()?, "character", "characters")
        ),
        "scale" => match figure.parse::<i32>() {
            Ok(power @ 1..=9) => format!("times {}", grouped(10_u64.pow(power.unsigned_abs()))),
            Ok(power @ -9..=-1) => format!("divided by {}", grouped(10_u64.pow(power.unsigned_abs()))),
            _ => format!("times 10^{figure}"),
        },
        "rounding" => format!("rounded to {}", places()),
        "cut" => format!("cut off after {}", places()),
        "day_shift" if figure.starts_with('-') => "a day earlier".to_owned(),
        "day_shift" => "a day later".to_owned(),
        "time_shift" => match figure.split_at_checked(1)? {
            ("-", time) => format!("{time} earlier"),
            ("+", time) => format!("{time} later"),
            _ => return None,
        },
        "offset" => figure.to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_said_in_words_and_unknown_ones_as_they_are() {
        for (cause, said) in [
            ("null_right", "null appears"),
            ("truncated:1", "cut off after 1 character"),
            ("truncated:12", "cut off after 12 characters"),
            ("scale", "a power of ten"),
            ("scale:2", "times 100"),
            ("scale:-3", "divided by 1,000"),
            ("scale:20", "times 10^20"),
            ("rounding:1", "rounded to 1 place"),
            ("cut:0", "cut off after 0 places"),
            ("day_shift:+1", "a day later"),
            ("day_shift:-1", "a day earlier"),
            ("time_shift:+2h", "2h later"),
            ("time_shift:-5h30m", "5h30m earlier"),
            ("offset:+5", "+5"),
            ("of tomorrow:x", "of tomorrow:x"),
            ("truncated:many", "truncated:many"),
            ("time_shift:", "time_shift:"),
            ("time_shift:\u{e9}", "time_shift:\u{e9}"),
            ("case:x", "case:x"),
            ("", ""),
        ] {
            assert_eq!(words(cause), said);
        }
    }

    #[test]
    fn every_cause_has_words() {
        let causes = include_str!("../../../docs/causes.md");
        let rows = causes
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let causes: Vec<&str> = rows.map(|(cause, _)| cause).collect();
        assert!(causes.len() > 15, "{causes:?}");
        for cause in causes {
            let has_words = |cause: &str| cause == "case" || words(cause) != cause;
            assert!(has_words(kind(cause)), "{cause}");
            let with_figure = format!("{}:+1", kind(cause));
            assert!(!cause.contains(':') || has_words(&with_figure), "{cause}");
        }
    }
}
