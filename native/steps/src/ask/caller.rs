//! Who asks, and so how messages spell options.

use crate::ask::catalog::Opt;
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

/// What a message gives an option.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// The name of a column.
    Column(&'a str),
    /// A left name and a right name.
    Pair(&'a str, &'a str),
    /// A word of a choice.
    Word(&'a str),
    /// Yes, of a switch.
    Yes,
    /// Something that stands for a value, as help and pages show it.
    Form,
}

impl Caller {
    /// How the caller calls an option.
    ///
    /// | option | command line | Python |
    /// |---|---|---|
    /// | [`Opt::Exclude`] | `--exclude` | `exclude` |
    /// | [`Opt::Tolerance`] | `tolerance in --options` | `tolerance` |
    /// | [`Opt::CaseSensitive`] | `--case-sensitive` | `spark.sql.caseSensitive` |
    ///
    /// An option that the caller cannot give is called by what it does.
    pub fn spell(self, option: Opt) -> String {
        let entry = option.entry();
        let spelled = match self {
            Caller::CommandLine => match (entry.flag, entry.rule()) {
                (Some(flag), _) => Some(format!("--{}", flag.long)),
                (None, Some(rule)) => Some(format!("{rule} in {}", self.spell(Opt::Options))),
                (None, None) => None,
            },
            Caller::Python => {
                let keyword = entry.keyword.map(|keyword| keyword.name);
                keyword.or(entry.setting).map(str::to_owned)
            }
        };
        spelled.unwrap_or_else(|| entry.help.to_owned())
    }

    /// How the caller gives an option something.
    ///
    /// | option, given | command line | Python |
    /// |---|---|---|
    /// | [`Opt::Exclude`], the column `a` | `--exclude a` | `exclude=["a"]` |
    /// | [`Opt::Duplicates`], the word `fail` | `--duplicates fail` | `duplicates="fail"` |
    /// | [`Opt::CaseSensitive`], yes | `--case-sensitive` | `spark.sql.caseSensitive=true` |
    /// | [`Opt::Rename`], its form | `--rename LEFT=RIGHT` | `rename={"left": "right"}` |
    pub fn give(self, option: Opt, given: Given<'_>) -> String {
        let name = self.spell(option);
        let entry = option.entry();
        match self {
            Caller::CommandLine => match given {
                Given::Column(column) if column.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                    format!("{name} {column}")
                }
                Given::Column(column) => format!("{name} '{column}'"),
                Given::Pair(left, right) => format!("{name} {left}={right}"),
                Given::Word(word) => format!("{name} {word}"),
                Given::Yes => name,
                Given::Form => format!("{name} {}", entry.flag.map_or("VALUE", |flag| flag.value)),
            },
            Caller::Python => match given {
                Given::Column(column) => format!("{name}=[{column:?}]"),
                Given::Pair(left, right) => format!("{name}={{{left:?}: {right:?}}}"),
                Given::Word(word) => format!("{name}={word:?}"),
                Given::Yes => format!("{name}=true"),
                Given::Form => format!("{name}={}", entry.example),
            },
        }
    }

    /// How the caller writes what the right side calls a left column, where an option pairs names.
    pub fn pair(self, left: &str) -> String {
        match self {
            Caller::CommandLine => format!("{left}=RIGHT"),
            Caller::Python => format!("{{{left:?}: \"right\"}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::catalog::CATALOG;

    #[test]
    fn options_are_spelled_as_their_caller_writes_them() {
        let both = |option| [Caller::CommandLine, Caller::Python].map(|caller| caller.spell(option));
        assert_eq!(both(Opt::Exclude), ["--exclude", "exclude"]);
        assert_eq!(both(Opt::LeftWhere), ["--left-where", "left_where"]);
        assert_eq!(both(Opt::Mask), ["mask in --options", "mask"]);
        assert_eq!(
            both(Opt::CaseSensitive),
            ["--case-sensitive", "spark.sql.caseSensitive"]
        );
        assert_eq!(Caller::CommandLine.spell(Opt::Threads), "--threads");
    }

    #[test]
    fn options_are_given_as_their_caller_writes_them() {
        let both = |option, given| [Caller::CommandLine, Caller::Python].map(|caller| caller.give(option, given));
        assert_eq!(
            both(Opt::Exclude, Given::Column("a")),
            ["--exclude a", "exclude=[\"a\"]"]
        );
        assert_eq!(
            both(Opt::Exclude, Given::Column("a b")),
            ["--exclude 'a b'", "exclude=[\"a b\"]"]
        );
        assert_eq!(
            both(Opt::Duplicates, Given::Word("fail")),
            ["--duplicates fail", "duplicates=\"fail\""]
        );
        assert_eq!(
            both(Opt::Rename, Given::Pair("a", "b")),
            ["--rename a=b", "rename={\"a\": \"b\"}"]
        );
        assert_eq!(
            both(Opt::CaseSensitive, Given::Yes),
            ["--case-sensitive", "spark.sql.caseSensitive=true"]
        );
        assert_eq!(
            both(Opt::Rename, Given::Form),
            ["--rename LEFT=RIGHT", "rename={\"left\": \"right\"}"]
        );
    }

    #[test]
    fn no_python_user_reads_a_flag_and_no_command_reads_a_keyword() {
        for entry in CATALOG {
            assert!(!Caller::Python.spell(entry.option).contains("--"), "{entry:?}");
            if entry.flag.is_some() || entry.rule().is_some() {
                assert!(Caller::CommandLine.spell(entry.option).contains("--"), "{entry:?}");
            }
        }
    }
}
