//! Who asks, and so how messages spell options.

use serde::{Deserialize, Serialize};

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    /// `parity compare LEFT RIGHT --exclude a`.
    CommandLine,
    /// `compare_datasets(left, right, exclude=["a"])`.
    #[default]
    Python,
}

impl Caller {
    /// How messages call an option that takes JSON.
    pub fn option(self, name: &str) -> String {
        match self {
            Caller::CommandLine => format!("{name} in --options"),
            Caller::Python => name.to_owned(),
        }
    }

    /// The option that names columns to compare.
    pub fn columns(self) -> &'static str {
        match self {
            Caller::CommandLine => "--column",
            Caller::Python => "columns",
        }
    }

    /// The option that names columns to leave out.
    pub fn exclude(self) -> &'static str {
        match self {
            Caller::CommandLine => "--exclude",
            Caller::Python => "exclude",
        }
    }

    /// The option that says which columns belong together.
    pub fn rename(self) -> &'static str {
        match self {
            Caller::CommandLine => "--rename",
            Caller::Python => "rename",
        }
    }

    /// The option with the predicate on the rows of both sides.
    pub fn both_where(self) -> &'static str {
        match self {
            Caller::CommandLine => "--where",
            Caller::Python => "where",
        }
    }

    /// The option with the predicate on the rows of the left side.
    pub fn left_where(self) -> &'static str {
        match self {
            Caller::CommandLine => "--left-where",
            Caller::Python => "left_where",
        }
    }

    /// The option with the predicate on the rows of the right side.
    pub fn right_where(self) -> &'static str {
        match self {
            Caller::CommandLine => "--right-where",
            Caller::Python => "right_where",
        }
    }

    /// How to leave out a column.
    pub fn excluding(self, name: &str) -> String {
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match self {
            Caller::CommandLine if is_plain => format!("--exclude {name}"),
            Caller::CommandLine => format!("--exclude '{name}'"),
            Caller::Python => format!("exclude=[{name:?}]"),
        }
    }

    /// How to have names matched by case.
    pub fn matching_case(self) -> &'static str {
        match self {
            Caller::CommandLine => "--case-sensitive",
            Caller::Python => "spark.sql.caseSensitive=true",
        }
    }

    /// How to say which columns belong together.
    pub fn renaming(self) -> &'static str {
        match self {
            Caller::CommandLine => "--rename LEFT=RIGHT",
            Caller::Python => "rename={\"left\": \"right\"}",
        }
    }

    /// How to say what the right side calls a left column.
    pub fn pairing(self, name: &str) -> String {
        match self {
            Caller::CommandLine => format!("{name}=RIGHT"),
            Caller::Python => format!("{{{name:?}: \"right\"}}"),
        }
    }

    /// The option that names the key columns.
    pub fn keys(self) -> &'static str {
        match self {
            Caller::CommandLine => "--key",
            Caller::Python => "keys",
        }
    }

    /// How to say whether a tolerance is for all columns or for the column of a name.
    pub fn telling_tolerance(self, name: &str) -> String {
        match self {
            Caller::CommandLine => format!(
                "write {{\"tolerance\": {{\"*\": {{{name:?}: …}}}}}} for all columns, {{\"tolerance\": {{{name:?}: {{\"absolute\": …}}}}}} \
                 for the column {name}"
            ),
            Caller::Python => format!(
                "write tolerance=Tolerance({name}=...) for all columns, tolerance={{\"{name}\": Tolerance(...)}} for the \
                 column {name}"
            ),
        }
    }

    /// What is said of something that is no time zone.
    pub fn no_zone(self, zone: &str) -> String {
        match self {
            Caller::CommandLine => format!("--time-zone {zone} is not a time zone"),
            Caller::Python => format!("the session time zone {zone} is not a time zone"),
        }
    }

    /// How to say the time zone.
    pub fn setting_zone(self) -> &'static str {
        match self {
            Caller::CommandLine => "use a name of the IANA list such as Europe/Berlin, or UTC",
            Caller::Python => "set spark.sql.session.timeZone to a name of the IANA list such as Europe/Berlin, or UTC",
        }
    }

    /// How to have duplicate keys refused.
    pub fn refusing_duplicates(self) -> &'static str {
        match self {
            Caller::CommandLine => "--duplicates fail",
            Caller::Python => "duplicates=\"fail\"",
        }
    }

    /// How to have duplicate keys paired.
    pub fn pairing_duplicates(self) -> &'static str {
        match self {
            Caller::CommandLine => "--duplicates pair",
            Caller::Python => "duplicates=\"pair\"",
        }
    }
}
