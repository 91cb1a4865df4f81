//! The options of a comparison: one table, from which everything that lists them is made.
//!
//! The parser and the help of the native command, the check of unknown members, the spelling of options in messages
//! ([`Caller::spell`](crate::ask::caller::Caller::spell)), the tables of `docs/command-line.md` and `docs/python.md`
//! and the JSON Schema in `docs/options.schema.json` come from here; the signature of `compare_datasets` is tested
//! against it. The same tests see that an option of the table reaches the run, so one that is only half there fails.

use crate::ask::schema;
use serde_json::Value;

/// Where an option acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// When names and types are settled.
    Plan,
    /// When files are read.
    Scan,
    /// When rows find their partners.
    Match,
    /// When the cells of rows are compared.
    Compare,
    /// When the result document is written.
    Document,
    /// In the driver, around the steps.
    Driver,
}

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A dataset: a path, a list of paths, or a table.
    Dataset,
    /// Key columns: names, or left names with right names.
    Keys,
    /// Names of columns, at least this many.
    Names(u8),
    /// Left names with right names.
    Pairs,
    /// A SQL predicate.
    Predicate,
    /// One of these words, each with what it does. The first is the default.
    Choice(&'static [(&'static str, &'static str)]),
    /// A whole number.
    Number {
        /// The number where none is given.
        default: u64,
        /// The largest.
        most: u64,
    },
    /// Yes or no; no where it is not given.
    Switch,
    /// A text, and the one where none is given.
    Text(Option<&'static str>),
    /// A value of JSON, with its own JSON Schema.
    Json(fn() -> Value),
    /// One JSON object of options that have no flag of their own.
    Object,
    /// The Spark session, which only Python can give.
    Session,
}

/// A keyword of `compare_datasets`.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// The keyword.
    pub name: &'static str,
    /// What the page says beside the help, in Markdown.
    pub more: &'static str,
}

/// A flag of the native command.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// What follows the two hyphens.
    pub long: &'static str,
    /// What stands for the value; empty for a switch.
    pub value: &'static str,
    /// What help and page say right after the help, of this flag alone.
    pub note: &'static str,
    /// What the page says beside that, in Markdown.
    pub more: &'static str,
}

/// What is known of an option.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The option.
    pub option: Opt,
    /// What it takes.
    pub kind: Kind,
    /// Where it acts.
    pub acts: Acts,
    /// What it is, in one line that begins small and ends without a full stop.
    pub help: &'static str,
    /// A value other than the default, as JSON.
    pub example: &'static str,
    /// The member of a run in JSON. `rules.text` is the member `text` of the member `rules`.
    pub member: Option<&'static str>,
    /// How Python calls it.
    pub keyword: Option<Keyword>,
    /// The setting of the Spark session that says it, where Python has no keyword.
    pub setting: Option<&'static str>,
    /// How the native command calls it.
    pub flag: Option<Flag>,
}

impl Entry {
    /// The name in the JSON object of `--options` and of a run's `rules`, of an option that has one.
    pub fn rule(&self) -> Option<&'static str> {
        self.member?.strip_prefix("rules.")
    }

    /// The example as a value.
    pub fn example(&self) -> Value {
        serde_json::from_str(self.example).unwrap_or_default()
    }

    /// The value where none is given, as JSON: null where there is none.
    pub fn default(&self) -> Value {
        match self.kind {
            Kind::Choice(words) => words.first().map(|(word, _)| *word).into(),
            Kind::Number { default, .. } => default.into(),
            Kind::Switch => false.into(),
            Kind::Text(default) => default.into(),
            _ => Value::Null,
        }
    }
}

/// The options that stand in a JSON object of rules.
pub fn rules() -> impl Iterator<Item = &'static Entry> {
    CATALOG.iter().filter(|entry| entry.rule().is_some())
}

/// The names of these options as a list for people: `a, b or c`.
pub fn rule_names(last: &str) -> String {
    let names: Vec<&str> = rules().filter_map(Entry::rule).collect();
    match names.split_last() {
        Some((name, others)) if !others.is_empty() => format!("{} {last} {name}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Members of a run that drivers add, and no caller writes.
pub const DRIVER_MEMBERS: [&str; 11] = [
    "id",
    "partition_types",
    "table_columns",
    "read",
    "writer_zone",
    "seed",
    "split_bytes",
    "partition_rows",
    "most_blocks",
    "caller",
    "look",
];

macro_rules! catalog {
    ($($(#[$doc:meta])+ $name:ident { $($field:ident: $value:expr,)+ })+) => {
        /// An option of a comparison, or of the program that makes it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Opt {
            $($(#[$doc])+ $name,)+
        }

        /// Every option, in the order of pages and help.
        pub const CATALOG: &[Entry] = &[
            $(Entry { option: Opt::$name, $($field: $value,)+ }),+
        ];
    };
}

impl Opt {
    /// What is known of it.
    pub fn entry(self) -> &'static Entry {
        // The macro writes variants and entries in one order.
        &CATALOG[self as usize]
    }
}

catalog! {
    /// The left dataset.
    Left {
        kind: Kind::Dataset,
        acts: Acts::Scan,
        help: "the left dataset",
        example: r#""old/""#,
        member: Some("left"),
        keyword: Some(Keyword {
            name: "left",
            more: ": a path, a list of paths, or a table's name. Text with a slash or a scheme, or that names an \
                   existing file, is a path. A path means what it means to `spark.read.parquet` with merged schemas, \
                   patterns (`*`, `{a,b}`) included, on any file system that Spark reaches. A table is one of plain \
                   Parquet files, read by the columns of its catalog; [more](session-settings.md#tables)",
        }),
        setting: None,
        flag: None,
    }
    /// The right dataset.
    Right {
        kind: Kind::Dataset,
        acts: Acts::Scan,
        help: "the right dataset",
        example: r#""new/""#,
        member: Some("right"),
        keyword: Some(Keyword { name: "right", more: ", likewise" }),
        setting: None,
        flag: None,
    }
    /// The key columns.
    Keys {
        kind: Kind::Keys,
        acts: Acts::Match,
        help: "columns that tell which rows belong together",
        example: r#"["id", "day"]"#,
        member: Some("keys"),
        keyword: Some(Keyword {
            name: "keys",
            more: ": a list, or `{\"left name\": \"right name\"}`. Without keys both sides are multisets of rows",
        }),
        setting: None,
        flag: Some(Flag {
            long: "key",
            value: "NAME",
            note: ", LEFT=RIGHT where the sides name one differently; repeat it for a composite key",
            more: ". Without a key both sides are compared as multisets of rows",
        }),
    }
    /// The Spark session.
    Spark {
        kind: Kind::Session,
        acts: Acts::Driver,
        help: "the session",
        example: "null",
        member: None,
        keyword: Some(Keyword { name: "spark", more: "; without one, [what is there](#which-session) is used" }),
        setting: None,
        flag: None,
    }
    /// The columns to compare.
    Columns {
        kind: Kind::Names(1),
        acts: Acts::Plan,
        help: "compare only these columns (and the keys)",
        example: r#"["price"]"#,
        member: Some("columns"),
        keyword: Some(Keyword {
            name: "columns",
            more: ". An empty list is `BAD_OPTION`: one that a script computed as empty must not report equal",
        }),
        setting: None,
        flag: Some(Flag { long: "column", value: "NAME", note: "; repeat it", more: "" }),
    }
    /// The columns to leave out.
    Exclude {
        kind: Kind::Names(0),
        acts: Acts::Plan,
        help: "do not look at these columns",
        example: r#"["loaded_at"]"#,
        member: Some("exclude"),
        keyword: Some(Keyword {
            name: "exclude",
            more: ". A column that is left out blocks nothing, whatever is wrong with it",
        }),
        setting: None,
        flag: Some(Flag { long: "exclude", value: "NAME", note: "; repeat it", more: "" }),
    }
    /// Columns that the sides name differently.
    Rename {
        kind: Kind::Pairs,
        acts: Acts::Plan,
        help: "columns that the sides name differently",
        example: r#"{"left": "right"}"#,
        member: Some("rename"),
        keyword: Some(Keyword { name: "rename", more: ": `{\"left name\": \"right name\"}`" }),
        setting: None,
        flag: Some(Flag {
            long: "rename",
            value: "LEFT=RIGHT",
            note: ": the left column LEFT is the right column RIGHT; repeat it",
            more: "",
        }),
    }
    /// Several options as JSON.
    Options {
        kind: Kind::Object,
        acts: Acts::Driver,
        help: "further arguments of compare_datasets as one JSON object",
        example: r#"{"tolerance": 0.01}"#,
        member: Some("rules"),
        keyword: None,
        setting: None,
        flag: Some(Flag {
            long: "options",
            value: "JSON",
            note: "",
            more: " ([relaxations](relaxations.md), [masking](masking.md), [JSON Schema](options.schema.json)). \
                   Nothing but an object is taken, a member that does not exist or stands twice is `BAD_OPTION`, and \
                   null is as if the member were not there. Literals that JSON has no form for are written \
                   `{\"$decimal\": \"1.50\"}`, `{\"$date\": \"2026-01-31\"}`, `{\"$ts\": \"2026-01-31T12:00:00Z\"}`, \
                   `{\"$ts_ntz\": …}`",
        }),
    }
    /// The predicate on the rows of both sides.
    Where {
        kind: Kind::Predicate,
        acts: Acts::Scan,
        help: "only the rows of both sides that satisfy this SQL predicate, in the names of each side",
        example: r#""day >= '2026-01-01'""#,
        member: Some("where"),
        keyword: Some(Keyword { name: "where", more: ": [filters.md](filters.md)" }),
        setting: None,
        flag: Some(Flag { long: "where", value: "PREDICATE", note: "", more: ": [filters.md](filters.md)" }),
    }
    /// The predicate on the rows of the left side.
    LeftWhere {
        kind: Kind::Predicate,
        acts: Acts::Scan,
        help: "only the rows of the left side that satisfy this SQL predicate",
        example: r#""day >= '2026-01-01'""#,
        member: Some("left_where"),
        keyword: Some(Keyword { name: "left_where", more: "" }),
        setting: None,
        flag: Some(Flag { long: "left-where", value: "PREDICATE", note: "", more: "" }),
    }
    /// The predicate on the rows of the right side.
    RightWhere {
        kind: Kind::Predicate,
        acts: Acts::Scan,
        help: "only the rows of the right side that satisfy this SQL predicate",
        example: r#""day >= '2026-01-01'""#,
        member: Some("right_where"),
        keyword: Some(Keyword { name: "right_where", more: "" }),
        setting: None,
        flag: Some(Flag { long: "right-where", value: "PREDICATE", note: "", more: "" }),
    }
    /// How far apart values may be.
    Tolerance {
        kind: Kind::Json(schema::tolerance),
        acts: Acts::Compare,
        help: "how far apart two values may be and still count as equal",
        example: r#"{"price": 0.01}"#,
        member: Some("rules.tolerance"),
        keyword: Some(Keyword {
            name: "tolerance",
            more: ": a number or `Tolerance(absolute, relative, symmetric, time)`, for all columns, or by column or \
                   type; [relaxations](relaxations.md)",
        }),
        setting: None,
        flag: None,
    }
    /// What text is brought to first.
    Text {
        kind: Kind::Json(schema::text),
        acts: Acts::Compare,
        help: "rules for text that differs and counts as equal: trim, collapse_spaces, ignore_case, normalize",
        example: r#"{"name": ["trim", "ignore_case"]}"#,
        member: Some("rules.text"),
        keyword: Some(Keyword {
            name: "text",
            more: "; a list, or lists by column or type; [relaxations](relaxations.md)",
        }),
        setting: None,
        flag: None,
    }
    /// What null may stand for.
    NullEquals {
        kind: Kind::Json(schema::null_equals),
        acts: Acts::Compare,
        help: "literals that null stands for",
        example: r#"{"status": ""}"#,
        member: Some("rules.null_equals"),
        keyword: Some(Keyword {
            name: "null_equals",
            more: ", for all columns, or by column or type; [relaxations](relaxations.md)",
        }),
        setting: None,
        flag: None,
    }
    /// Arrays in any order.
    Unordered {
        kind: Kind::Names(0),
        acts: Acts::Compare,
        help: "arrays whose elements may stand in any order",
        example: r#"["tags"]"#,
        member: Some("rules.unordered"),
        keyword: Some(Keyword { name: "unordered", more: "; [relaxations](relaxations.md)" }),
        setting: None,
        flag: None,
    }
    /// What becomes of duplicate keys.
    Duplicates {
        kind: Kind::Choice(&[
            ("pair", "pair the rows of a duplicate key so that the fewest cells differ"),
            ("fail", "refuse duplicate keys"),
        ]),
        acts: Acts::Match,
        help: "what becomes of keys that occur more than once",
        example: r#""fail""#,
        member: Some("duplicates"),
        keyword: Some(Keyword {
            name: "duplicates",
            more: ": `\"pair\"` pairs the rows of such a key, `\"fail\"` refuses it",
        }),
        setting: None,
        flag: Some(Flag {
            long: "duplicates",
            value: "DUPLICATES",
            note: "",
            more: ": `pair` pairs the rows of such a key, `fail` refuses it",
        }),
    }
    /// Which differences pass.
    Thresholds {
        kind: Kind::Json(schema::thresholds),
        acts: Acts::Document,
        help: "the shares of differing rows and cells with which the result still passes",
        example: r#"{"rows": 0.001, "columns": {"price": 0.0}, "schema": 0}"#,
        member: Some("rules.thresholds"),
        keyword: Some(Keyword { name: "thresholds", more: "; [relaxations](relaxations.md#thresholds)" }),
        setting: None,
        flag: None,
    }
    /// How many examples are kept.
    Samples {
        kind: Kind::Number { default: 20, most: u32::MAX as u64 },
        acts: Acts::Document,
        help: "examples kept for each column and each kind of difference",
        example: "5",
        member: Some("samples"),
        keyword: Some(Keyword { name: "samples", more: "" }),
        setting: None,
        flag: Some(Flag { long: "samples", value: "N", note: "", more: "" }),
    }
    /// How many rows a page shows.
    ReportRows {
        kind: Kind::Number { default: 1000, most: u32::MAX as u64 },
        acts: Acts::Document,
        help: "rows of each kind that report.html shows",
        example: "50",
        member: Some("report_rows"),
        keyword: Some(Keyword { name: "report_rows", more: "; without keys as many as `samples` at most" }),
        setting: None,
        flag: Some(Flag { long: "report-rows", value: "N", note: "", more: "; without keys as many as samples at most" }),
    }
    /// The columns whose values nobody may see.
    Mask {
        kind: Kind::Names(0),
        acts: Acts::Document,
        help: "columns whose values nobody gets to see",
        example: r#"["ssn"]"#,
        member: Some("rules.mask"),
        keyword: Some(Keyword { name: "mask", more: ": [masking.md](masking.md)" }),
        setting: None,
        flag: None,
    }
    /// Where the page goes.
    Report {
        kind: Kind::Text(None),
        acts: Acts::Driver,
        help: "write the page that people open to this file",
        example: r#""report.html""#,
        member: None,
        keyword: None,
        setting: None,
        flag: Some(Flag { long: "report", value: "FILE", note: "", more: "" }),
    }
    /// The folder for results.
    Output {
        kind: Kind::Text(None),
        acts: Acts::Driver,
        help: "a folder for the results, on any Hadoop file system",
        example: r#""results/""#,
        member: Some("output"),
        keyword: Some(Keyword { name: "output", more: "; [more](#output)" }),
        setting: None,
        flag: None,
    }
    /// Whether results may replace others.
    Overwrite {
        kind: Kind::Switch,
        acts: Acts::Driver,
        help: "let results replace others in their folder",
        example: "true",
        member: Some("overwrite"),
        keyword: None,
        setting: Some("spark.parity.output.overwrite"),
        flag: None,
    }
    /// Whether names match by case.
    CaseSensitive {
        kind: Kind::Switch,
        acts: Acts::Plan,
        help: "match names by case too",
        example: "true",
        member: Some("case_sensitive"),
        keyword: None,
        setting: Some("spark.sql.caseSensitive"),
        flag: Some(Flag {
            long: "case-sensitive",
            value: "",
            note: "",
            more: " (`spark.sql.caseSensitive`)",
        }),
    }
    /// The session time zone.
    TimeZone {
        kind: Kind::Text(Some("UTC")),
        acts: Acts::Scan,
        help: "the session time zone: how times are shown, and what midnight of a date is",
        example: r#""Europe/Berlin""#,
        member: Some("zone"),
        keyword: None,
        setting: Some("spark.sql.session.timeZone"),
        flag: Some(Flag { long: "time-zone", value: "ZONE", note: "", more: "" }),
    }
    /// Worker threads.
    Threads {
        kind: Kind::Number { default: 0, most: u64::MAX },
        acts: Acts::Driver,
        help: "worker threads, at most four for each core; 0 for one a core, as far as memory allows",
        example: "2",
        member: None,
        keyword: None,
        setting: None,
        flag: Some(Flag {
            long: "threads",
            value: "N",
            note: "",
            more: ". A larger number is lowered, with a warning on standard error ([memory](reliability.md#memory))",
        }),
    }
    /// Whether steps are timed in a log.
    Verbose {
        kind: Kind::Switch,
        acts: Acts::Driver,
        help: "log on standard error how long each step took",
        example: "true",
        member: None,
        keyword: None,
        setting: None,
        flag: Some(Flag { long: "verbose", value: "", note: "", more: "" }),
    }
    /// Whether the document is written.
    Json {
        kind: Kind::Switch,
        acts: Acts::Driver,
        help: "write the result document as the last line of standard output",
        example: "true",
        member: None,
        keyword: None,
        setting: None,
        flag: Some(Flag { long: "json", value: "", note: "", more: ", and nothing else on that stream" }),
    }
}
