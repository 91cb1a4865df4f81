//! What the relaxations and thresholds that callers write mean for each pair of columns.

use crate::ask::caller::Caller;
use crate::ask::catalog::Opt;
use crate::ask::options::CompareOptions;
use crate::ask::rules::{Entries, Limits, Relaxations, named, of_column};
use crate::plan::pair::LeafPair;
use crate::plan::resolve::Names;
use parity_kernels::compare::tolerance::has_distance;
use parity_kernels::domain::{Domain, Side};
use parity_kernels::types::nested::{has_text, is_array, reaches};
use parity_kernels::types::{Kind, LeafType};
use parity_report::document::Thresholds;
use parity_source::ParityError;
use std::collections::{HashMap, HashSet};

impl Names<'_> {
    /// Gives every pair its relaxation.
    pub(crate) fn relax(
        &self,
        options: &CompareOptions,
        keys: Option<&mut [LeafPair]>,
        values: &mut [LeafPair],
    ) -> Result<(), ParityError> {
        let asked = &options.relaxations;
        let is_keyless = keys.is_none();
        if is_keyless && !asked.tolerance.is_empty() {
            return Err(ParityError::bad_option(
                format!(
                    "{} needs keys: rows of a multiset have no partner to be near",
                    self.caller.spell(Opt::Tolerance)
                ),
                format!("name the key columns with {}", self.caller.spell(Opt::Keys)),
            ));
        }
        let keys = keys.unwrap_or(&mut []);
        self.refuse_doubtful(&asked.plain_members, values)?;
        self.refuse_twice(Opt::Tolerance, &asked.tolerance)?;
        self.refuse_twice(Opt::Text, &asked.text)?;
        self.refuse_twice(Opt::NullEquals, &asked.null_equals)?;
        self.check_tolerance(asked, values)?;
        self.check_text(asked, values, keys)?;
        self.check_null_equals(asked, values)?;
        self.check_unordered(asked, values)?;
        // Each name is looked up once, however many columns there are.
        let named_by = [
            named_in(&asked.tolerance),
            named_in(&asked.text),
            named_in(&asked.null_equals),
        ];
        let names = named_by
            .into_iter()
            .flatten()
            .chain(asked.unordered.iter().map(String::as_str));
        let found: HashMap<&str, usize> = names
            .filter_map(|name| Some((name, self.find(Side::Left, name)?)))
            .collect();
        for pair in values.iter_mut() {
            let l = pair.columns[0];
            let above = |name: &str| self.levels_above(*found.get(name)?, l);
            pair.relaxation = of_column(asked, above, pair.leaves.each_ref(), &pair.domain);
            // Rows of a multiset are hashed as they are compared.
            if let Domain::Nested(nested) = &mut pair.domain
                && is_keyless
                && pair.relaxation.unordered
            {
                **nested = nested.as_ref().clone().unordered();
            }
        }
        for pair in keys.iter_mut().filter(|pair| pair.leaves.contains(&LeafType::String)) {
            let l = pair.columns[0];
            let mut rules = named(&asked.text).filter(|(name, _)| found.get(name) == Some(&l));
            if let Some((_, rules)) = rules.next() {
                pair.relaxation.text = *rules;
            }
        }
        Ok(())
    }

    /// A plain mapping with the members of a tolerance is one tolerance, unless a compared column is called like one of them: it may have
    /// been meant for that column, and would loosen every other.
    fn refuse_doubtful(&self, members: &[String], values: &[LeafPair]) -> Result<(), ParityError> {
        let is_compared = |name: &&String| {
            let l = self.find(Side::Left, name);
            l.is_some_and(|l| values.iter().any(|pair| pair.columns[0] == l))
        };
        match members.iter().find(is_compared) {
            None => Ok(()),
            Some(name) => Err(ParityError::bad_option(
                format!(
                    "{} has the member {name}, which is a part of a tolerance and also a compared column",
                    self.caller.spell(Opt::Tolerance)
                ),
                both_tolerances(self.caller, name),
            )),
        }
    }

    /// No column has two entries, by two spellings of its name.
    fn refuse_twice<T>(&self, option: Opt, entries: &Entries<T>) -> Result<(), ParityError> {
        let mut seen: HashMap<usize, &str> = HashMap::new();
        for (name, _) in named(entries) {
            let first = self.find(Side::Left, name).and_then(|l| seen.insert(l, name));
            if let Some(first) = first {
                return Err(ParityError::bad_option(
                    format!(
                        "{} names one column as {first} and as {name}",
                        self.caller.spell(option)
                    ),
                    "name it once",
                ));
            }
        }
        Ok(())
    }

    /// A tolerance is for what has numbers or times.
    fn check_tolerance(&self, asked: &Relaxations, values: &[LeafPair]) -> Result<(), ParityError> {
        let option = &self.caller.spell(Opt::Tolerance);
        for (name, tolerance) in named(&asked.tolerance) {
            let (pair, mut meant) = self.meant(option, name, values, &[])?;
            meant.retain(|pair| has(pair, &[Kind::Exact, Kind::Floating, Kind::Instant, Kind::Time]));
            if meant.is_empty() {
                return Err(ParityError::bad_option(
                    format!(
                        "{} names {name}, which is {} and has neither numbers nor times",
                        option, pair.leaves[0]
                    ),
                    "a tolerance is for numbers, dates and timestamps",
                ));
            }
            let says_nothing = |pair: &&LeafPair| {
                has_distance(&pair.domain, pair.leaves.each_ref())
                    && !tolerance.applies_to(&pair.domain, pair.leaves.each_ref())
            };
            if !tolerance.is_empty() && meant.iter().all(says_nothing) {
                let numbers = meant.iter().any(|pair| has(pair, &[Kind::Exact, Kind::Floating]));
                return Err(ParityError::bad_option(
                    format!(
                        "{} of {name}, which is {}, says nothing about {}",
                        option,
                        pair.leaves[0],
                        if numbers { "numbers" } else { "times" }
                    ),
                    if numbers {
                        "give it absolute or relative"
                    } else {
                        "give it time, such as \"2 seconds\""
                    },
                ));
            }
        }
        Ok(())
    }

    /// Text rules are for what has text.
    fn check_text(&self, asked: &Relaxations, values: &[LeafPair], keys: &[LeafPair]) -> Result<(), ParityError> {
        let option = &self.caller.spell(Opt::Text);
        for (name, _) in named(&asked.text) {
            let (pair, meant) = self.meant(option, name, values, keys)?;
            if !meant.iter().any(|pair| pair.leaves.iter().any(has_text)) {
                return Err(ParityError::bad_option(
                    format!("{} names {name}, which is {} and not text", option, pair.leaves[0]),
                    "text rules are for strings",
                ));
            }
        }
        Ok(())
    }

    /// A literal for null is of the column's type.
    fn check_null_equals(&self, asked: &Relaxations, values: &[LeafPair]) -> Result<(), ParityError> {
        let option = &self.caller.spell(Opt::NullEquals);
        for (name, literal) in named(&asked.null_equals) {
            let pair = self.compared(option, name, values, &[])?;
            if !literal.fits(&pair.leaves[0]) {
                return Err(ParityError::bad_option(
                    format!("{} gives {name} a literal that is not {}", option, pair.leaves[0]),
                    "write a literal of the column's type",
                ));
            }
        }
        Ok(())
    }

    /// Only arrays have an order.
    fn check_unordered(&self, asked: &Relaxations, values: &[LeafPair]) -> Result<(), ParityError> {
        let option = &self.caller.spell(Opt::Unordered);
        for name in &asked.unordered {
            let pair = self.compared(option, name, values, &[])?;
            if !is_array(&pair.leaves[0]) {
                return Err(ParityError::bad_option(
                    format!("{} names {name}, which is {} and not an array", option, pair.leaves[0]),
                    "only the elements of arrays have an order; that of a map's entries never matters",
                ));
            }
        }
        Ok(())
    }

    /// The columns that limits name.
    pub(crate) fn thresholds(&self, limits: &Limits, values: &[LeafPair]) -> Result<Thresholds, ParityError> {
        let option = &self.caller.spell(Opt::Thresholds);
        // A struct's name means all of its fields, but one that is named itself has its own limit.
        let mut columns: Vec<(String, f64)> = Vec::with_capacity(limits.columns.len());
        let mut by_struct = Vec::new();
        for (name, share) in &limits.columns {
            let pair = self.compared(option, name, values, &[])?;
            columns.push((pair.name.clone(), *share));
            let family = self.family(Side::Left, pair.columns[0]);
            let fields: HashSet<usize> = family.into_iter().skip(1).collect();
            let fields = values.iter().filter(|pair| fields.contains(&pair.columns[0]));
            by_struct.extend(fields.map(|field| (field.name.clone(), *share)));
        }
        by_struct.retain(|(name, _)| columns.iter().all(|(named, _)| named != name));
        columns.append(&mut by_struct);
        Ok(Thresholds {
            rows: limits.rows,
            columns,
            schema: limits.schema,
        })
    }

    /// How many levels of structs the left column `number` stands above the column `l`, if `l` is it or in it.
    fn levels_above(&self, number: usize, l: usize) -> Option<usize> {
        let (mut at, mut levels) = (l, 0);
        while at != number {
            at = self.left[at].parent?;
            levels += 1;
        }
        Some(levels)
    }

    /// The compared pair that an option names, or one of `keys`, and what is meant by it: of a struct, its leaves but for keys.
    fn meant<'a>(
        &self,
        option: &str,
        name: &str,
        values: &'a [LeafPair],
        keys: &'a [LeafPair],
    ) -> Result<(&'a LeafPair, Vec<&'a LeafPair>), ParityError> {
        let pair = self.compared(option, name, values, keys)?;
        if pair.domain != Domain::Struct {
            return Ok((pair, vec![pair]));
        }
        let below: HashSet<usize> = self.family(Side::Left, pair.columns[0]).into_iter().collect();
        let is_leaf = |other: &&LeafPair| other.domain != Domain::Struct && below.contains(&other.columns[0]);
        Ok((pair, values.iter().filter(is_leaf).collect()))
    }

    /// The compared pair that an option names by its left name, or one of `keys`.
    fn compared<'a>(
        &self,
        option: &str,
        name: &str,
        values: &'a [LeafPair],
        keys: &'a [LeafPair],
    ) -> Result<&'a LeafPair, ParityError> {
        let l = self
            .find(Side::Left, name)
            .ok_or_else(|| self.unknown(option, Side::Left, name))?;
        let mut pairs = values.iter().chain(keys);
        pairs.find(|pair| pair.columns[0] == l).ok_or_else(|| {
            if self.find(Side::Right, name).is_none() {
                return self.unknown(option, Side::Right, name);
            }
            ParityError::bad_option(
                format!("{option} names {name}, whose values are not compared"),
                "name a compared column, neither a key nor an excluded one",
            )
        })
    }
}

/// How to say whether a tolerance is for all columns or for the column of a name.
fn both_tolerances(caller: Caller, name: &str) -> String {
    match caller {
        Caller::CommandLine => format!(
            "write {{\"tolerance\": {{\"*\": {{{name:?}: …}}}}}} for all columns, {{\"tolerance\": {{{name:?}: \
             {{\"absolute\": …}}}}}} for the column {name}"
        ),
        Caller::Python => format!(
            "write tolerance=Tolerance({name}=...) for all columns, tolerance={{\"{name}\": Tolerance(...)}} for the \
             column {name}"
        ),
    }
}

fn named_in<T>(entries: &Entries<T>) -> Vec<&str> {
    named(entries).map(|(name, _)| name).collect()
}

/// Whether a pair has values of these kinds, also inside arrays and maps.
fn has(pair: &LeafPair, kinds: &[Kind]) -> bool {
    pair.leaves
        .iter()
        .any(|leaf| reaches(leaf, &|inner| kinds.contains(&inner.kind())))
}
