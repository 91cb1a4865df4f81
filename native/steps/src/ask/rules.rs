//! What callers write about relaxations and thresholds, as JSON, and what it means for each column.
//!
//! `tolerance`, `text` and `null_equals` name columns, types (`type:double`) or everything (`*`, or a bare value). The most specific
//! entry replaces the others.

use crate::ask::caller::Caller;
use crate::ask::catalog::{self, Opt};
use crate::ask::json;
use parity_kernels::compare::relaxation::{Literal, Relaxation};
use parity_kernels::compare::text_rules::TextRules;
use parity_kernels::compare::tolerance::{ExactNumber, Tolerance, parse_duration};
use parity_kernels::domain::Domain;
use parity_kernels::types::LeafType;
use parity_kernels::types::interval::Interval;
use parity_kernels::types::nested::{has_text, reached_type};
use parity_source::ParityError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The options of a run that are written as JSON, by their names in the catalog. A member that is null is as if it were
/// not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Rules(Map<String, Value>);

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// A column by its left name.
    Column(String),
    /// Every column whose left type is called so.
    Type(String),
    /// Every column.
    All,
}

/// Entries of one option.
pub type Entries<T> = Vec<(Selector, T)>;

/// The relaxations that were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relaxations {
    /// How far apart values may be.
    pub tolerance: Entries<Tolerance>,
    /// What text is brought to first.
    pub text: Entries<TextRules>,
    /// What null may stand for.
    pub null_equals: Entries<Literal>,
    /// Arrays, by name, whose elements may stand in any order.
    pub unordered: Vec<String>,
    /// Members of a tolerance for all columns that was written as a plain mapping, so that each might also be meant as the name of a
    /// column.
    pub plain_members: Vec<String>,
}

/// The names of types, as `type:` takes them.
const TYPES: [&str; 15] = [
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "decimal",
    "string",
    "binary",
    "boolean",
    "date",
    "timestamp",
    "timestamp_ntz",
    "time",
    "interval",
];

impl Selector {
    fn of(name: &str, option: &str) -> Result<Selector, ParityError> {
        if name == "*" {
            return Ok(Selector::All);
        }
        let Some(kind) = name.strip_prefix("type:") else {
            return Ok(Selector::Column(name.to_owned()));
        };
        let kind = match kind.trim().to_lowercase().as_str() {
            "byte" => "tinyint".to_owned(),
            "short" => "smallint".to_owned(),
            "integer" => "int".to_owned(),
            "long" => "bigint".to_owned(),
            "timestamp_ltz" => "timestamp".to_owned(),
            other if Interval::parse(other).is_some() => other.to_owned(),
            other if other.starts_with("varchar") || other.starts_with("char") => "string".to_owned(),
            other => other.replace(' ', ""),
        };
        let base = kind.split('(').next().unwrap_or_default();
        if TYPES.contains(&base) || Interval::parse(&kind).is_some() {
            return Ok(Selector::Type(kind));
        }
        Err(ParityError::bad_option(
            format!("{option} names {name}, which is not a type"),
            format!("the types are {}", TYPES.join(", ")),
        ))
    }

    /// Whether it is about columns of a left type.
    pub fn covers(&self, leaf: &LeafType) -> bool {
        match self {
            Selector::Column(_) => false,
            Selector::All => true,
            Selector::Type(name) => {
                let own = leaf.to_string();
                *name == own
                    || name == "interval" && matches!(leaf, LeafType::Interval(_))
                    || own
                        .strip_prefix(name.as_str())
                        .is_some_and(|rest| rest.starts_with('('))
            }
        }
    }
}

/// The entry for a column: by its name, else by that of the nearest struct that it is in, else by its type, else the one for all. It
/// replaces the others also where it means nothing for the column. `above` says how far above the column a name's own stands.
pub fn chosen<'a, T>(
    entries: &'a Entries<T>,
    above: impl Fn(&str) -> Option<usize>,
    leaf: &LeafType,
    applies: impl Fn(&T) -> bool,
) -> Option<&'a T> {
    if entries.is_empty() {
        return None;
    }
    let about = |of: &dyn Fn(&Selector) -> bool| entries.iter().find(|(selector, _)| of(selector));
    let named = || {
        let columns = entries.iter().filter_map(|entry| match &entry.0 {
            Selector::Column(name) => Some((above(name)?, entry)),
            _ => None,
        });
        columns.min_by_key(|(levels, _)| *levels).map(|(_, entry)| entry)
    };
    // `type:decimal(10,2)` says more than `type:decimal`.
    let own = leaf.to_string();
    let of_type = || about(&|selector| matches!(selector, Selector::Type(name) if *name == own));
    let of_family = || about(&|selector| selector.covers(leaf) && *selector != Selector::All);
    let of_all = || about(&|selector| *selector == Selector::All);
    let (_, value) = named().or_else(of_type).or_else(of_family).or_else(of_all)?;
    applies(value).then_some(value)
}

/// Columns that entries name.
pub fn named<T>(entries: &Entries<T>) -> impl Iterator<Item = (&str, &T)> {
    entries.iter().filter_map(|(selector, value)| match selector {
        Selector::Column(name) => Some((name.as_str(), value)),
        _ => None,
    })
}

/// Rules come from an object alone: a derived reader would take a list for its members in their order.
impl TryFrom<Map<String, Value>> for Rules {
    type Error = String;

    fn try_from(members: Map<String, Value>) -> Result<Self, String> {
        if let Some(name) = members
            .keys()
            .find(|name| catalog::rules().all(|entry| entry.rule() != Some(name.as_str())))
        {
            return Err(format!("there is no option {name}"));
        }
        Ok(Rules(
            members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        ))
    }
}

impl Rules {
    /// What is written for an option.
    fn asked(&self, option: Opt) -> Option<&Value> {
        self.0.get(option.entry().rule()?)
    }

    /// The rules in the text of an option: one JSON object. `option` is how messages call it.
    pub fn from_json(text: &str, option: &str) -> Result<Rules, ParityError> {
        let refused = |why: String| {
            let hint = format!("write one JSON object with {}", catalog::rule_names("or"));
            ParityError::bad_option(format!("{option} {why}"), hint)
        };
        let read = || match json::read(text.as_bytes()).map_err(|e| format!("cannot be read: {e}"))? {
            Value::Object(members) => Rules::try_from(members).map_err(|e| format!("cannot be read: {e}")),
            _ => Err("is not a JSON object".to_owned()),
        };
        read().map_err(|why| match json::may_mask(text.as_bytes()) {
            false => refused(why),
            true => refused("cannot be read, and is not shown because columns are masked".to_owned()),
        })
    }

    /// The relaxations, once they are understood.
    pub fn relaxations(&self, caller: Caller) -> Result<Relaxations, ParityError> {
        let mut relaxations = Relaxations::default();
        if let Some(asked) = self.asked(Opt::Tolerance) {
            relaxations.tolerance = self.read(caller, Opt::Tolerance, |option| match asked {
                Value::Object(members) if !is_tolerance(members) && !is_tagged(members) => {
                    entries(members, option, |value| tolerance(value, option))
                }
                bare => Ok(vec![(Selector::All, tolerance(bare, option)?)]),
            })?;
            if let Value::Object(members) = asked
                && is_tolerance(members)
            {
                relaxations.plain_members = members.keys().cloned().collect();
            }
        }
        if let Some(asked) = self.asked(Opt::Text) {
            relaxations.text = self.read(caller, Opt::Text, |option| match asked {
                Value::Object(members) => entries(members, option, |value| text_rules(value, option)),
                bare => Ok(vec![(Selector::All, text_rules(bare, option)?)]),
            })?;
        }
        if let Some(asked) = self.asked(Opt::NullEquals) {
            relaxations.null_equals = self.read(caller, Opt::NullEquals, |option| match asked {
                Value::Object(members) if !is_tagged(members) => {
                    entries(members, option, |value| literal(value, option))
                }
                bare => Ok(vec![(Selector::All, literal(bare, option)?)]),
            })?;
        }
        if let Some(asked) = self.asked(Opt::Unordered) {
            let hint = "name the arrays whose elements may stand in any order";
            relaxations.unordered = self.read(caller, Opt::Unordered, |option| names(asked, option, hint))?;
        }
        Ok(relaxations)
    }

    /// Names of the masked columns.
    pub fn mask(&self, caller: Caller) -> Result<Vec<String>, ParityError> {
        let hint = "name the columns whose values nobody may see";
        let asked = self.asked(Opt::Mask);
        asked.map_or(Ok(Vec::new()), |asked| names(asked, &caller.spell(Opt::Mask), hint))
    }

    /// Whether there are columns whose values nobody may see.
    pub fn is_masking(&self) -> bool {
        self.asked(Opt::Mask)
            .is_some_and(|names| names.as_array().is_none_or(|names| !names.is_empty()))
    }

    /// Whether a text that cannot be read may hold rules that mask columns.
    pub fn may_mask(text: &[u8]) -> bool {
        json::may_mask(text)
    }

    /// Reads an option. Where columns are masked, no error repeats what the caller wrote: it may be one of their values.
    fn read<T>(
        &self,
        caller: Caller,
        option: Opt,
        read: impl FnOnce(&str) -> Result<T, ParityError>,
    ) -> Result<T, ParityError> {
        let option = caller.spell(option);
        read(&option).map_err(|error| match self.is_masking() {
            false => error,
            true => ParityError::bad_option(
                format!("{option} holds something that is not understood, and not shown because columns are masked"),
                error.hint.unwrap_or_default(),
            ),
        })
    }

    /// The limits: of rows, and of columns by name; `None` without thresholds.
    pub fn thresholds(&self, caller: Caller) -> Result<Option<Limits>, ParityError> {
        self.read(caller, Opt::Thresholds, |option| self.limits(option))
    }

    fn limits(&self, option: &str) -> Result<Option<Limits>, ParityError> {
        let wrong = |what: String| {
            let hint =
                "write {\"rows\": 0.001, \"columns\": {\"price\": 0.0}, \"schema\": 0}, each a share from 0 to 1";
            ParityError::bad_option(format!("{option} {what}"), hint)
        };
        let share = |name: &str, value: &Value| {
            let number = value.as_f64().filter(|share| (0.0..=1.0).contains(share));
            number.ok_or_else(|| wrong(format!("limits {name} to {value}, which is not a share from 0 to 1")))
        };
        let Some(asked) = self.asked(Opt::Thresholds) else {
            return Ok(None);
        };
        let members = asked
            .as_object()
            .ok_or_else(|| wrong("is not a mapping of limits".to_owned()))?;
        if members.is_empty() {
            return Ok(None);
        }
        let mut limits = Limits::default();
        for (name, value) in members {
            match (name.as_str(), value) {
                ("rows", value) => limits.rows = Some(share("rows", value)?),
                ("columns", Value::Object(columns)) => {
                    for (column, value) in columns {
                        limits
                            .columns
                            .push((column.clone(), share(&format!("the column {column}"), value)?));
                    }
                }
                ("columns", _) => return Err(wrong("has columns without names".to_owned())),
                ("schema", value) if value.as_f64() == Some(0.0) => limits.schema = true,
                ("schema", value) => return Err(wrong(format!("has schema {value}; only 0 means something"))),
                (other, _) => return Err(wrong(format!("names {other}; it takes rows, columns and schema"))),
            }
        }
        Ok(Some(limits))
    }
}

/// Limits as they are written, columns by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Share of rows that may differ.
    pub rows: Option<f64>,
    /// Share of matched pairs that may differ in a column.
    pub columns: Vec<(String, f64)>,
    /// Whether schema differences count.
    pub schema: bool,
}

/// A list of names.
fn names(asked: &Value, option: &str, hint: &str) -> Result<Vec<String>, ParityError> {
    let wrong = || ParityError::bad_option(format!("{option} is {asked}, not a list of names"), hint);
    let listed = asked.as_array().ok_or_else(wrong)?.iter();
    listed
        .map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

fn entries<T>(
    members: &Map<String, Value>,
    option: &str,
    read: impl Fn(&Value) -> Result<T, ParityError>,
) -> Result<Entries<T>, ParityError> {
    members
        .iter()
        .map(|(name, value)| Ok((Selector::of(name, option)?, read(value)?)))
        .collect()
}

/// Whether members are those of one tolerance rather than names of columns: the values of a column named like one of them are
/// mappings or numbers, so a mapping means the column.
fn is_tolerance(members: &Map<String, Value>) -> bool {
    let known = |name: &str| matches!(name, "absolute" | "relative" | "symmetric" | "time");
    let is_part = |value: &Value| match value {
        Value::Object(members) => is_tagged(members) && !members.contains_key(TOLERANCE),
        _ => true,
    };
    let mut members = members.iter();
    members.len() > 0 && members.all(|(name, value)| known(name) && is_part(value))
}

/// The member that says that its value is one tolerance, whatever columns are called like the members of a tolerance.
pub(crate) const TOLERANCE: &str = "$tolerance";

/// A value that JSON cannot write, or cannot write without doubt: one member whose name says what it is.
pub(crate) fn is_tagged(members: &Map<String, Value>) -> bool {
    let is_tag = |name: &String| matches!(name.as_str(), "$decimal" | "$date" | "$ts" | "$ts_ntz" | TOLERANCE);
    members.len() == 1 && members.keys().all(is_tag)
}

fn tolerance(value: &Value, option: &str) -> Result<Tolerance, ParityError> {
    let wrong = |what: String| {
        let hint = "write a number, or absolute, relative, symmetric and time (\"2 seconds\")";
        ParityError::bad_option(format!("{option}: {what}"), hint)
    };
    let distance = |name: &str, value: &Value| -> Result<Option<ExactNumber>, ParityError> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::Number(number) => number.to_string(),
            Value::Object(members) => match members.get("$decimal") {
                Some(Value::String(text)) => text.clone(),
                _ => return Err(wrong(format!("{name} is {value}, not a number"))),
            },
            _ => return Err(wrong(format!("{name} is {value}, not a number"))),
        };
        let number =
            ExactNumber::parse(&text).ok_or_else(|| wrong(format!("{name} is {text}, not a finite number")))?;
        if number.is_negative() {
            return Err(wrong(format!("{name} is {text}; a tolerance cannot be negative")));
        }
        Ok(Some(number))
    };
    let mut tolerance = Tolerance {
        absolute: None,
        relative: None,
        symmetric: false,
        time: None,
    };
    let members = match value {
        Value::Object(members) => match members.get(TOLERANCE) {
            Some(Value::Object(told)) if is_tagged(members) => told,
            _ if !is_tagged(members) => members,
            _ => {
                tolerance.absolute = distance("it", value)?;
                return Ok(tolerance);
            }
        },
        bare => {
            tolerance.absolute = distance("it", bare)?;
            return Ok(tolerance);
        }
    };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("absolute", value) => tolerance.absolute = distance("absolute", value)?,
            ("relative", value) => tolerance.relative = distance("relative", value)?,
            ("symmetric", Value::Bool(symmetric)) => tolerance.symmetric = *symmetric,
            ("symmetric", value) => return Err(wrong(format!("symmetric is {value}, neither true nor false"))),
            ("time", Value::Null) => {}
            ("time", Value::String(text)) => {
                let duration =
                    parse_duration(text).ok_or_else(|| wrong(format!("time is {text:?}, not a duration")))?;
                if duration < 0 {
                    return Err(wrong(format!("time is {text:?}; a tolerance cannot be negative")));
                }
                tolerance.time = Some(duration);
            }
            ("time", value) => return Err(wrong(format!("time is {value}, not a duration"))),
            (other, _) => return Err(wrong(format!("{other} is not a part of a tolerance"))),
        }
    }
    Ok(tolerance)
}

fn text_rules(value: &Value, option: &str) -> Result<TextRules, ParityError> {
    let wrong = |what: String| {
        let hint = "the rules are trim, collapse_spaces, ignore_case and normalize";
        ParityError::bad_option(format!("{option} {what}"), hint)
    };
    let names = value
        .as_array()
        .ok_or_else(|| wrong(format!("has {value} where a list of rules belongs")))?;
    let mut rules = TextRules::default();
    for name in names {
        match name.as_str() {
            Some("trim") => rules.trim = true,
            Some("collapse_spaces") => rules.collapse_spaces = true,
            Some("ignore_case") => rules.ignore_case = true,
            Some("normalize") => rules.normalize = true,
            _ => return Err(wrong(format!("names the rule {name}, which does not exist"))),
        }
    }
    Ok(rules)
}

fn literal(value: &Value, option: &str) -> Result<Literal, ParityError> {
    let wrong = || {
        ParityError::bad_option(
            format!("{option} has {value}, which is not a literal"),
            "write a text, a number, true or false, a date or a timestamp",
        )
    };
    let number = |text: &str| {
        let (digits, scale) = ExactNumber::parse(text)?.stripped();
        let scale = i8::try_from(scale).ok()?;
        if scale < 0 {
            let digits = digits.checked_mul(10i128.checked_pow(scale.unsigned_abs().into())?)?;
            return Some(Literal::Number { digits, scale: 0 });
        }
        Some(Literal::Number { digits, scale })
    };
    let found = match value {
        Value::Bool(value) => Some(Literal::Boolean(*value)),
        Value::String(text) => Some(Literal::Text(text.clone())),
        Value::Number(value) => number(&value.to_string()),
        Value::Object(members) => {
            let mut tagged = members.iter();
            match (tagged.next(), tagged.next()) {
                (Some((tag, Value::String(text))), None) => match tag.as_str() {
                    "$decimal" => number(text),
                    "$date" => parse_date(text).map(Literal::Date),
                    "$ts" => parse_timestamp(text).map(|micros| Literal::Timestamp { micros, zoned: true }),
                    "$ts_ntz" => parse_timestamp(text).map(|micros| Literal::Timestamp { micros, zoned: false }),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    };
    found.ok_or_else(wrong)
}

fn parse_date(text: &str) -> Option<i32> {
    let date: chrono::NaiveDate = text.parse().ok()?;
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1)?;
    i32::try_from(date.signed_duration_since(epoch).num_days()).ok()
}

fn parse_timestamp(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text).replace(' ', "T");
    let time: chrono::NaiveDateTime = text.parse().ok()?;
    Some(time.and_utc().timestamp_micros())
}

/// What a column is given. `above` says how far above it the column of a name stands: not at all, or as a struct that it is in.
pub fn of_column(
    relaxations: &Relaxations,
    above: impl Fn(&str) -> Option<usize> + Copy,
    leaves: [&LeafType; 2],
    domain: &Domain,
) -> Relaxation {
    if matches!(domain, Domain::Apart { .. }) {
        // Whatever is done to the values, only null meets null.
        return Relaxation::default();
    }
    let itself = |name: &str| above(name).filter(|levels| *levels == 0);
    // A struct's text is that of its leaves, which have rules of their own.
    let is_text = *domain != Domain::Struct && leaves.into_iter().any(has_text);
    // Into arrays and maps reach all but literals for null.
    let reached = reached_type(leaves[0]);
    let tolerance = chosen(&relaxations.tolerance, above, reached, |tolerance| {
        tolerance.applies_to(domain, leaves)
    });
    let text = chosen(&relaxations.text, above, reached, |_| is_text);
    let null_equals = chosen(&relaxations.null_equals, itself, leaves[0], |literal| {
        literal.fits(leaves[0])
    });
    Relaxation {
        tolerance: tolerance.cloned(),
        text: text.copied().unwrap_or_default(),
        null_equals: null_equals.cloned(),
        unordered: relaxations.unordered.iter().any(|name| itself(name).is_some()),
    }
}
