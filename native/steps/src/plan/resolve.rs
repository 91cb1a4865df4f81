//! Which column meets which, by name or by what the caller says.

use crate::ask::caller::{Caller, Given};
use crate::ask::catalog::Opt;
use crate::ask::options::{CompareOptions, Key};
use crate::plan::names::{NameIndex, shown_name};
use crate::plan::pair::LeafPair;
use parity_kernels::compare::relaxation::Relaxation;
use parity_kernels::domain::nested::NestedDomain;
use parity_kernels::domain::{Domain, Side};
use parity_kernels::types::nested::is_same_type;
use parity_kernels::types::{Kind, LeafType};
use parity_report::document::{SchemaDifference, TypeChange};
use parity_source::column::{Column, NoType};
use parity_source::{Code, ParityError};
use std::collections::{HashMap, HashSet};

/// The columns of both sides by their names.
pub(crate) struct Names<'a> {
    pub(crate) left: &'a [Column],
    pub(crate) right: &'a [Column],
    pub(crate) index: [NameIndex; 2],
    pub(crate) case_sensitive: bool,
    pub(crate) caller: Caller,
}

impl Names<'_> {
    pub(crate) fn find(&self, side: Side, name: &str) -> Option<usize> {
        self.index[side.index()].find(name)
    }

    /// How a column is called in everything that is shown.
    pub(crate) fn shown(&self, side: Side, number: usize) -> String {
        let sides = [self.left, self.right];
        shown_name(&self.columns(side)[number], sides, self.case_sensitive)
    }

    /// Whether these two columns are structs, whose fields are compared instead.
    pub(crate) fn are_structs(&self, l: usize, r: usize) -> bool {
        self.left[l].is_struct() && self.right[r].is_struct()
    }

    /// A left column, and where it is a struct everything below it.
    pub(crate) fn family(&self, side: Side, number: usize) -> Vec<usize> {
        self.index[side.index()].family(number)
    }

    /// For each left column whether a compared leaf is it or below it. Whether a struct is there is looked at when one of its fields is
    /// compared.
    pub(crate) fn with_leaves(
        &self,
        partners: &[Option<usize>],
        looked_at: &HashSet<usize>,
        counts: impl Fn(usize) -> bool,
    ) -> Vec<bool> {
        let is_leaf = |l: usize| partners[l].is_some_and(|r| !self.are_structs(l, r));
        let mut with_leaves = vec![false; self.left.len()];
        // Fields stand after their structs.
        for (l, column) in self.left.iter().enumerate().rev() {
            with_leaves[l] |= is_leaf(l) && looked_at.contains(&l) && counts(l);
            if let Some(parent) = column.parent.filter(|_| with_leaves[l]) {
                with_leaves[parent] = true;
            }
        }
        with_leaves
    }

    /// The right column with the same name. For a field of a struct: the field of that name in the struct that its struct meets.
    fn namesake(&self, l: usize, partners: &[Option<usize>]) -> Option<usize> {
        let Column { parent, field, .. } = &self.left[l];
        let right_parent = match parent {
            None => None,
            Some(parent) => Some((*partners.get(*parent)?)?),
        };
        self.index[1].field(right_parent, field)
    }

    /// Columns below a struct that meets something else than a struct: they are compared with it, as a whole.
    fn swallowed(&self, partners: &[Option<usize>]) -> [HashSet<usize>; 2] {
        let mut swallowed: [HashSet<usize>; 2] = Default::default();
        for (l, partner) in partners.iter().enumerate() {
            if let Some(r) = partner.filter(|&r| self.left[l].is_struct() != self.right[r].is_struct()) {
                swallowed[0].extend(self.family(Side::Left, l).into_iter().skip(1));
                swallowed[1].extend(self.family(Side::Right, r).into_iter().skip(1));
            }
        }
        swallowed
    }

    fn columns(&self, side: Side) -> &[Column] {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    /// For each left column the right column it meets, by name or by what the caller says.
    pub(crate) fn partners(&self, options: &CompareOptions) -> Result<Vec<Option<usize>>, ParityError> {
        let mut told: HashMap<usize, usize> = HashMap::new();
        let mut taken: HashMap<usize, String> = HashMap::new();
        for (left_name, right_name) in &options.rename {
            let l = self
                .find(Side::Left, left_name)
                .ok_or_else(|| self.unknown(&self.caller.spell(Opt::Rename), Side::Left, left_name))?;
            let r = self
                .find(Side::Right, right_name)
                .ok_or_else(|| self.unknown(&self.caller.spell(Opt::Rename), Side::Right, right_name))?;
            if self.left[l].parent.is_some() || self.right[r].parent.is_some() {
                return Err(ParityError::bad_option(
                    format!(
                        "{} renames a field of a struct",
                        self.caller.give(Opt::Rename, Given::Pair(left_name, right_name))
                    ),
                    "rename the whole struct; its fields meet by their names",
                ));
            }
            if told.insert(l, r).is_some() {
                return Err(ParityError::bad_option(
                    format!("the column {left_name} is renamed twice"),
                    "name each left column once",
                ));
            }
            if let Some(first) = taken.insert(r, left_name.clone()) {
                return Err(ParityError::bad_option(
                    format!("{first} and {left_name} are both renamed to {right_name}"),
                    "name each right column once",
                ));
            }
        }
        for key in &self.split_keys(options) {
            let Some(right_name) = &key.right else { continue };
            let l = self
                .find(Side::Left, &key.left)
                .ok_or_else(|| self.unknown_key(Side::Left, &key.left))?;
            let r = self
                .find(Side::Right, right_name)
                .ok_or_else(|| self.unknown_key(Side::Right, right_name))?;
            if told.contains_key(&l)
                && options
                    .rename
                    .iter()
                    .any(|(name, _)| self.find(Side::Left, name) == Some(l))
            {
                return Err(ParityError::bad_option(
                    format!("the key {} is named in a key mapping and renamed as well", key.left),
                    "name it in one of them",
                ));
            }
            if told.insert(l, r).is_some() {
                return Err(twice(&key.left));
            }
            if let Some(first) = taken.insert(r, key.left.clone()) {
                return Err(ParityError::bad_option(
                    format!("{first} and {} both meet the right column {right_name}", key.left),
                    "name each right column once",
                ));
            }
        }
        let mut partners = Vec::with_capacity(self.left.len());
        for l in 0..self.left.len() {
            let namesake = || self.namesake(l, &partners).filter(|r| !taken.contains_key(r));
            let partner = told.get(&l).copied().or_else(namesake);
            partners.push(partner);
        }
        Ok(partners)
    }

    /// The keys, where a text `a=b` that is itself the name of a left column means that column.
    pub(crate) fn split_keys(&self, options: &CompareOptions) -> Vec<Key> {
        let whole = |key: &Key| {
            let text = format!("{}={}", key.left, key.right.as_deref()?);
            self.find(Side::Left, &text).map(|_| Key::named(text))
        };
        options
            .keys
            .iter()
            .flatten()
            .map(|key| whole(key).unwrap_or_else(|| key.clone()))
            .collect()
    }

    pub(crate) fn keys(
        &self,
        keys: &[Key],
        exclude: &[String],
        partners: &[Option<usize>],
    ) -> Result<Vec<[usize; 2]>, ParityError> {
        if keys.is_empty() {
            return Err(ParityError::bad_option(
                format!("{} is empty", self.caller.spell(Opt::Keys)),
                format!(
                    "name a key column, or leave {} out to compare multisets",
                    self.caller.spell(Opt::Keys)
                ),
            ));
        }
        // A key that is named twice or left out is said whatever else is wrong with it.
        let mut named = HashSet::with_capacity(keys.len());
        for key in keys {
            if self.find(Side::Left, &key.left).is_some_and(|l| !named.insert(l)) {
                return Err(twice(&key.left));
            }
        }
        for name in exclude {
            let left_out = self.find(Side::Left, name).map(|l| self.family(Side::Left, l));
            if left_out.into_iter().flatten().any(|l| named.contains(&l)) {
                return Err(ParityError::bad_option(
                    format!("the key {name} is excluded"),
                    "a key cannot be left out of the comparison",
                ));
            }
        }
        let mut found: Vec<[usize; 2]> = Vec::with_capacity(keys.len());
        for key in keys {
            let l = self
                .find(Side::Left, &key.left)
                .ok_or_else(|| self.unknown_key(Side::Left, &key.left))?;
            let r = partners[l].ok_or_else(|| match self.find(Side::Right, &key.left) {
                Some(_) => self.taken(&format!("the key {}", key.left)),
                None => self.unknown_key(Side::Right, &key.left),
            })?;
            found.push([l, r]);
        }
        Ok(found)
    }

    /// The columns of each side that are looked at: not excluded, and among `columns` or the keys.
    pub(crate) fn looked_at(
        &self,
        options: &CompareOptions,
        partners: &[Option<usize>],
        keys: Option<&[[usize; 2]]>,
    ) -> Result<[HashSet<usize>; 2], ParityError> {
        let met: HashSet<usize> = partners.iter().flatten().copied().collect();
        let key_columns: HashSet<usize> = keys.unwrap_or(&[]).iter().map(|k| k[0]).collect();
        let swallowed = self.swallowed(partners);
        let all = |side: usize, columns: &[Column]| -> HashSet<usize> {
            (0..columns.len()).filter(|c| !swallowed[side].contains(c)).collect()
        };
        let mut looked_at = [all(0, self.left), all(1, self.right)];
        if let Some(columns) = &options.columns {
            let mut named: HashSet<usize> = key_columns.clone();
            let mut named_right: HashSet<usize> = HashSet::new();
            for name in columns {
                let l = self
                    .find(Side::Left, name)
                    .ok_or_else(|| self.unknown(&self.caller.spell(Opt::Columns), Side::Left, name))?;
                if partners[l].is_none() {
                    return Err(match self.find(Side::Right, name) {
                        Some(_) => self.taken(&format!("the column {name}")),
                        None => self.unknown(&self.caller.spell(Opt::Columns), Side::Right, name),
                    });
                }
                named.extend(self.family(Side::Left, l));
                named_right.extend(partners[l].into_iter().flat_map(|r| self.family(Side::Right, r)));
            }
            named_right.extend(named.iter().filter_map(|&l| partners[l]));
            looked_at[0].retain(|l| named.contains(l));
            looked_at[1].retain(|r| named_right.contains(r));
        }
        for name in &options.exclude {
            // Options use left names; a name that is on the right only is meant there.
            let l = self.find(Side::Left, name);
            let r = if l.is_none() {
                self.find(Side::Right, name).filter(|r| !met.contains(r))
            } else {
                None
            };
            if l.is_none() && r.is_none() {
                return Err(self.unknown(&self.caller.spell(Opt::Exclude), Side::Left, name));
            }
            if options
                .columns
                .iter()
                .flatten()
                .any(|column| self.find(Side::Left, column) == l && l.is_some())
            {
                return Err(ParityError::bad_option(
                    format!(
                        "the column {name} is named in {} and in {}",
                        &self.caller.spell(Opt::Columns),
                        &self.caller.spell(Opt::Exclude)
                    ),
                    "name it in one of them",
                ));
            }
            if let Some(l) = l {
                for below in self.family(Side::Left, l) {
                    looked_at[0].remove(&below);
                }
            }
            if let Some(r) = l.map_or(r, |l| partners[l]) {
                for below in self.family(Side::Right, r) {
                    looked_at[1].remove(&below);
                }
            }
        }
        Ok(looked_at)
    }

    pub(crate) fn schema(&self, partners: &[Option<usize>], looked_at: &[HashSet<usize>; 2]) -> SchemaDifference {
        let mut schema = SchemaDifference::default();
        let met: HashSet<usize> = partners.iter().flatten().copied().collect();
        for (l, column) in self.left.iter().enumerate().filter(|(l, _)| looked_at[0].contains(l)) {
            let name = self.shown(Side::Left, l);
            let Some(r) = partners[l] else {
                if !column.is_struct() {
                    schema.only_left.push(name);
                }
                continue;
            };
            if self.are_structs(l, r) {
                continue;
            }
            schema.common.push(name.clone());
            let (left_type, right_type) = (column.type_name(), self.right[r].type_name());
            let is_same = match (&column.leaf, &self.right[r].leaf) {
                (Ok(left), Ok(right)) => is_same_type(left, right, self.case_sensitive),
                _ => left_type == right_type,
            };
            if !is_same {
                schema.type_changes.push(TypeChange {
                    name,
                    left_type,
                    right_type,
                });
            }
        }
        let one_sided = self
            .right
            .iter()
            .enumerate()
            .filter(|(r, column)| looked_at[1].contains(r) && !met.contains(r) && !column.is_struct());
        schema.only_right = one_sided.map(|(r, _)| self.shown(Side::Right, r)).collect();
        schema
    }

    pub(crate) fn pair(&self, l: usize, r: usize) -> Result<LeafPair, ParityError> {
        let (left, right) = (&self.left[l], &self.right[r]);
        let name = self.shown(Side::Left, l);
        let leaf = |column: &Column, side: &str| {
            let leaf = column.leaf.as_ref();
            leaf.cloned()
                .map_err(|no_type| self.without_type(no_type, &name, side, &left.name))
        };
        let leaves = [leaf(left, "left")?, leaf(right, "right")?];
        let domain = match (leaves[0].kind(), leaves[1].kind()) {
            (Kind::Nested, Kind::Nested) => NestedDomain::of(&leaves[0], &leaves[1], self.case_sensitive),
            _ => Domain::of(&leaves[0], &leaves[1]),
        };
        Ok(LeafPair {
            name,
            columns: [l, r],
            leaves,
            domain,
            relaxation: Relaxation::default(),
            group: 0,
            masked: false,
        })
    }

    /// The refusal of a column without a type. `name` is how it is shown, `named` how options name it.
    fn without_type(&self, no_type: &NoType, name: &str, side: &str, named: &str) -> ParityError {
        let excluding = self.caller.give(Opt::Exclude, Given::Column(named));
        match no_type {
            NoType::Unsupported(kind) => ParityError::new(
                Code::UnsupportedType,
                format!("the column {name} is {kind} on the {side}, which cannot be compared yet"),
                format!("leave it out with {excluding}"),
            ),
            NoType::Conflict(_) => ParityError {
                hint: Some(format!(
                    "write the files with one schema, or leave the column out with {excluding}"
                )),
                ..no_type.error(name)
            },
            NoType::Ambiguous { .. } => ParityError {
                hint: Some(format!(
                    "match names by case with {}, or leave both columns out with {excluding}",
                    self.caller.give(Opt::CaseSensitive, Given::Yes)
                )),
                ..no_type.error(name)
            },
        }
    }

    /// Columns that are looked at have names of their own, also where they are on one side only: else nobody could tell how many there
    /// are.
    pub(crate) fn refuse_ambiguous(&self, looked_at: &[HashSet<usize>; 2]) -> Result<(), ParityError> {
        for (side, name) in [(Side::Left, "left"), (Side::Right, "right")] {
            let numbered = self.columns(side).iter().enumerate();
            for (_, column) in numbered.filter(|(number, _)| looked_at[side.index()].contains(number)) {
                if let Err(no_type @ NoType::Ambiguous { .. }) = &column.leaf {
                    return Err(self.without_type(no_type, &column.name, name, &column.name));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn key_pair(&self, l: usize, r: usize) -> Result<LeafPair, ParityError> {
        let (left, right) = (&self.left[l], &self.right[r]);
        for (column, side) in [(left, "left"), (right, "right")] {
            if let Ok(leaf @ (LeafType::Struct(_) | LeafType::Nested(_))) = &column.leaf {
                return Err(ParityError::new(
                    Code::UnsupportedType,
                    format!("the key {} is {leaf} on the {side}, which cannot be a key", left.name),
                    if column.is_struct() {
                        format!("name fields of it, such as {}", self.some_field(l))
                    } else {
                        "name columns that are neither arrays nor maps".to_owned()
                    },
                ));
            }
        }
        if let (Ok(a), Ok(b)) = (&left.leaf, &right.leaf)
            && matches!(Domain::of(a, b), Domain::Apart { .. } | Domain::Parsed { .. })
        {
            return Err(ParityError::bad_option(
                format!(
                    "the key {} is {a} on the left and {b} on the right, and the two never meet",
                    left.name
                ),
                "write both sides with one type, or choose another key",
            ));
        }
        self.pair(l, r)
    }

    /// A field of a left struct.
    fn some_field(&self, l: usize) -> &str {
        let below = self.family(Side::Left, l);
        let field = below
            .into_iter()
            .map(|l| &self.left[l])
            .find(|column| !column.is_struct());
        field.map_or("struct.field", |field| &field.name)
    }

    /// A left column whose namesake on the right belongs to another left column, because the caller said so.
    fn taken(&self, what: &str) -> ParityError {
        ParityError::bad_option(
            format!("{what} has no column on the right: the column of that name there is taken by another one"),
            format!("look at {} and at the key mapping", &self.caller.spell(Opt::Rename)),
        )
    }

    fn unknown_key(&self, side: Side, name: &str) -> ParityError {
        self.missing(
            Code::KeyNotFound,
            &format!("the key {name} is not a column"),
            side,
            name,
        )
    }

    pub(crate) fn unknown(&self, option: &str, side: Side, name: &str) -> ParityError {
        self.missing(
            Code::ColumnNotFound,
            &format!("{option} names {name}, which is not a column"),
            side,
            name,
        )
    }

    fn missing(&self, code: Code, fact: &str, side: Side, name: &str) -> ParityError {
        let side_name = if side == Side::Left { "left" } else { "right" };
        let near = nearest(name, self.columns(side));
        let other = if side == Side::Left { Side::Right } else { Side::Left };
        let hint = match (near, self.find(other, name)) {
            (Some(near), _) => format!("did you mean {near}?"),
            (None, Some(_)) if side == Side::Left => {
                format!("{name} is a column of the right side; options use left names")
            }
            (None, Some(_)) => {
                format!(
                    "{name} exists on the left only; say what the right side calls it: {}",
                    self.caller.pair(name)
                )
            }
            (None, None) => format!("the {side_name} side has: {}", listed(self.columns(side))),
        };
        ParityError::new(code, format!("{fact} of the {side_name} side"), hint)
    }
}

fn twice(key: &str) -> ParityError {
    ParityError::bad_option(format!("the key {key} is named twice"), "name each key once")
}

/// The column whose name is most like the given one, if any is like it at all.
pub(crate) fn nearest<'a>(name: &str, columns: &'a [Column]) -> Option<&'a str> {
    let folded = name.to_lowercase();
    columns
        .iter()
        .map(|c| (strsim::jaro_winkler(&folded, &c.name.to_lowercase()), c.name.as_str()))
        .filter(|&(likeness, _)| likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

fn listed(columns: &[Column]) -> String {
    const SHOWN: usize = 10;
    let names: Vec<&str> = columns.iter().take(SHOWN).map(|c| c.name.as_str()).collect();
    let more = columns.len().saturating_sub(SHOWN);
    if more == 0 {
        names.join(", ")
    } else {
        format!("{} and {more} more", names.join(", "))
    }
}
