//! The plan: which column meets which, and by what rule.
//!
//! Everything that can be wrong with the options is found here, before any data is read, and said with names and a
//! suggestion.

use crate::error::ParityError;
use crate::masking::Masks;
use crate::names::{NameIndex, family, shown_name};
use crate::options::{Caller, CompareOptions, Key};
use crate::relaxations::{Entries, named, of_column};
use parity_kernels::digest::{GROUPS, group_of};
use parity_kernels::domain::{Domain, Side};
use parity_kernels::hash::{LeafSeed, Role};
use parity_kernels::nested::{NestedDomain, has_text, is_array, is_same_type, reaches};
use parity_kernels::relaxation::{Before, Relaxation};
use parity_kernels::tolerance::has_distance;
use parity_kernels::types::{Kind, LeafType};
use parity_kernels::zone::Zone;
use parity_report::document::{SchemaDifference, Thresholds, TypeChange};
use parity_scan::dataset::{Column, Dataset};
use parity_scan::fingerprint::{LeafPlan, SidePlan};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// A pair of columns that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeafPair {
    /// Left name.
    pub name: String,
    /// Number of the column on each side.
    pub columns: [usize; 2],
    /// Type on each side.
    pub leaves: [LeafType; 2],
    /// Where they meet.
    pub domain: Domain,
    /// What counts as equal although it differs.
    pub relaxation: Relaxation,
    /// Column group, of a compared pair.
    pub group: usize,
    /// Whether nobody may see its values.
    pub masked: bool,
}

/// A dataset as a plan sees it.
#[derive(Clone, Copy, Debug)]
pub struct SideColumns<'a> {
    /// How messages call it.
    pub path: &'a str,
    /// Its columns.
    pub columns: &'a [Column],
}

impl<'a> From<&'a Dataset> for SideColumns<'a> {
    fn from(dataset: &'a Dataset) -> Self {
        SideColumns {
            path: &dataset.path,
            columns: &dataset.columns,
        }
    }
}

/// What will be compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Key leaves, in the order given; `None` for multisets.
    pub keys: Option<Vec<LeafPair>>,
    /// Right names of the keys, in the same order.
    pub right_key_names: Vec<String>,
    /// Compared leaves in left schema order.
    pub values: Vec<LeafPair>,
    /// How the schemas differ.
    pub schema: SchemaDifference,
    /// Limits within which differences pass.
    pub thresholds: Option<Thresholds>,
    /// Columns whose values nobody may see.
    pub masks: Masks,
}

impl Plan {
    /// Settles names and types.
    pub fn new<'a>(
        left: impl Into<SideColumns<'a>>,
        right: impl Into<SideColumns<'a>>,
        options: &CompareOptions,
    ) -> Result<Plan, ParityError> {
        let (left, right) = (left.into(), right.into());
        let names = Names {
            left: left.columns,
            right: right.columns,
            index: [
                NameIndex::new(left.columns, options.case_sensitive),
                NameIndex::new(right.columns, options.case_sensitive),
            ],
            case_sensitive: options.case_sensitive,
            caller: options.caller,
        };
        let partners = names.partners(options)?;
        let keys = options
            .keys
            .as_ref()
            .map(|_| names.keys(&names.split_keys(options), &partners))
            .transpose()?;
        let looked_at = names.looked_at(options, &partners, keys.as_deref())?;
        let schema = names.schema(&partners, &looked_at);
        let key_columns: HashSet<usize> = keys.iter().flatten().map(|k| k[0]).collect();
        let keys = keys.map(|keys| {
            keys.iter()
                .map(|&[l, r]| names.key_pair(l, r))
                .collect::<Result<Vec<_>, _>>()
        });
        let keys = keys.transpose()?;
        let mut values = Vec::new();
        for (l, partner) in partners.iter().enumerate() {
            let Some(r) = *partner else { continue };
            let is_compared = if names.are_structs(l, r) {
                names.is_struct_compared(l, &partners, &looked_at[0], |below| {
                    options.columns.is_none() || !key_columns.contains(&below)
                })
            } else {
                looked_at[0].contains(&l) && !key_columns.contains(&l)
            };
            if is_compared {
                values.push(names.pair(l, r)?);
            }
        }
        if values.is_empty() && keys.is_none() {
            return Err(ParityError::new(
                "NO_COMMON_COLUMNS",
                format!(
                    "{} and {} have no column in common that could be compared",
                    left.path, right.path
                ),
                format!(
                    "name the columns that belong together with {}, or give keys",
                    options.caller.renaming()
                ),
            ));
        }
        let mut keys = keys;
        let thresholds = names.relax(options, keys.as_deref_mut(), &mut values)?;
        set_groups(&mut values);
        let masks = names.masks(options, &partners)?;
        for pair in keys.iter_mut().flatten().chain(&mut values) {
            pair.masked = masks.has(Side::Left, pair.columns[0]);
        }
        let right_keys = keys.iter().flatten().map(|key| key.columns[1]);
        let right_key_names = right_keys.map(|r| names.shown(Side::Right, r)).collect();
        Ok(Plan {
            keys,
            right_key_names,
            values,
            schema,
            thresholds,
            masks,
        })
    }

    /// The leaves that identify a row in samples: the keys, or all compared columns.
    pub fn identity(&self) -> &[LeafPair] {
        self.keys.as_deref().unwrap_or(&self.values)
    }

    /// Something is in a struct only if it is in a column that is compared, and is not what null stands for there.
    pub fn narrow(&self, side: Side, columns: &mut [Column], zone: Zone) {
        let number = |pair: &LeafPair| pair.columns[side.index()];
        let (structs, others): (Vec<_>, Vec<_>) = self.values.iter().partition(|pair| pair.domain == Domain::Struct);
        for column in structs.into_iter().map(number) {
            let compared = others.iter().map(|pair| number(pair));
            columns[column].below = compared
                .filter(|&other| columns[other].is_below(&columns[column]))
                .collect();
        }
        for pair in others.iter().filter(|pair| pair.relaxation.null_equals.is_some()) {
            columns[number(pair)].null_stands = Some((pair.relaxation.before(&pair.domain, side), zone));
        }
    }

    /// The plan of one side's scan.
    pub fn side(&self, side: Side, run_seed: u64, partitions: usize, zone: Zone) -> SidePlan {
        let leaf_plans = |leaves: &[LeafPair], role| -> Vec<LeafPlan> {
            leaves
                .iter()
                .enumerate()
                .map(|(number, leaf)| LeafPlan {
                    // Cells of matched rows are compared later; keys and rows of a multiset are not.
                    before: match role {
                        Role::Value if self.keys.is_some() => Before::default(),
                        _ => leaf.relaxation.before(&leaf.domain, side),
                    },
                    ..leaf.plan(side, run_seed, role, number)
                })
                .collect()
        };
        let mut values = leaf_plans(&self.values, Role::Value);
        values.sort_by_key(|leaf| leaf.group);
        SidePlan {
            keys: leaf_plans(self.keys.as_deref().unwrap_or(&[]), Role::Key),
            values,
            zone,
            partitions,
            filter: None,
        }
    }
}

impl LeafPair {
    /// One side's half.
    pub fn plan(&self, side: Side, run_seed: u64, role: Role, number: usize) -> LeafPlan {
        let apart = matches!(self.domain, Domain::Apart { .. }).then_some(side);
        LeafPlan {
            column: self.columns[side.index()],
            leaf: self.leaves[side.index()],
            domain: self.domain.side(side).clone(),
            seed: LeafSeed::new(run_seed, role, number, apart),
            group: self.group,
            before: Before::default(),
        }
    }
}

/// Relaxed columns have groups of their own: where all of them differ in the last bit, only they are fetched.
fn set_groups(values: &mut [LeafPair]) {
    let relaxed = values.iter().filter(|pair| !pair.relaxation.is_empty()).count();
    let exact = values.len() - relaxed;
    let relaxed_groups = match (exact, relaxed) {
        (_, 0) => 0,
        (0, _) => GROUPS,
        _ => (GROUPS * relaxed / values.len()).clamp(1, GROUPS - 1),
    };
    let exact_groups = GROUPS - relaxed_groups;
    let (mut exact_seen, mut relaxed_seen) = (0, 0);
    for pair in values {
        let (seen, all, first, groups) = if pair.relaxation.is_empty() {
            (&mut exact_seen, exact, 0, exact_groups)
        } else {
            (&mut relaxed_seen, relaxed, exact_groups, relaxed_groups)
        };
        pair.group = first + group_of(*seen, all, groups);
        *seen += 1;
    }
}

/// Whether a pair has values of these kinds, also inside arrays and maps.
fn has(pair: &LeafPair, kinds: &[Kind]) -> bool {
    let mut leaves = pair.leaves.into_iter();
    leaves.any(|leaf| reaches(leaf, &|inner| kinds.contains(&inner.kind())))
}

struct Names<'a> {
    left: &'a [Column],
    right: &'a [Column],
    index: [NameIndex; 2],
    case_sensitive: bool,
    caller: Caller,
}

impl Names<'_> {
    fn find(&self, side: Side, name: &str) -> Option<usize> {
        self.index[side.index()].find(name)
    }

    /// How a column is called in everything that is shown.
    fn shown(&self, side: Side, number: usize) -> String {
        let sides = [self.left, self.right];
        shown_name(&self.columns(side)[number], sides, self.case_sensitive)
    }

    /// Whether these two columns are structs, whose fields are compared instead.
    fn are_structs(&self, l: usize, r: usize) -> bool {
        self.left[l].is_struct() && self.right[r].is_struct()
    }

    /// Whether it is looked at whether a struct is there: when one of its fields is compared.
    fn is_struct_compared(
        &self,
        l: usize,
        partners: &[Option<usize>],
        looked_at: &HashSet<usize>,
        counts: impl Fn(usize) -> bool,
    ) -> bool {
        family(self.left, l).any(|below| {
            let is_leaf = partners[below].is_some_and(|r| !self.are_structs(below, r));
            is_leaf && looked_at.contains(&below) && counts(below)
        })
    }

    /// The right column of the name of a left one: of a field, in the struct that its own struct meets.
    fn namesake(&self, l: usize, partners: &[Option<usize>]) -> Option<usize> {
        let path = &self.left[l].path;
        let (name, above) = path.split_last()?;
        if above.is_empty() {
            return self.index[1].at(path);
        }
        let parent = partners.get(self.index[0].at(above)?)?.as_ref()?;
        let mut path = self.right[*parent].path.clone();
        path.push(name.clone());
        self.index[1].at(&path)
    }

    /// Columns below a struct that meets something else than a struct: they are compared with it, as a whole.
    fn swallowed(&self, partners: &[Option<usize>]) -> [HashSet<usize>; 2] {
        let mut swallowed: [HashSet<usize>; 2] = Default::default();
        for (l, partner) in partners.iter().enumerate() {
            if let Some(r) = partner.filter(|&r| self.left[l].is_struct() != self.right[r].is_struct()) {
                swallowed[0].extend(family(self.left, l).skip(1));
                swallowed[1].extend(family(self.right, r).skip(1));
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
    fn partners(&self, options: &CompareOptions) -> Result<Vec<Option<usize>>, ParityError> {
        let mut told: HashMap<usize, usize> = HashMap::new();
        let mut taken: HashMap<usize, String> = HashMap::new();
        for (left_name, right_name) in &options.rename {
            let l = self
                .find(Side::Left, left_name)
                .ok_or_else(|| self.unknown(self.caller.rename(), Side::Left, left_name))?;
            let r = self
                .find(Side::Right, right_name)
                .ok_or_else(|| self.unknown(self.caller.rename(), Side::Right, right_name))?;
            if self.left[l].path.len() > 1 || self.right[r].path.len() > 1 {
                return Err(ParityError::bad_option(
                    format!("{left_name}={right_name} renames a field of a struct"),
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
    fn split_keys(&self, options: &CompareOptions) -> Vec<Key> {
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

    fn keys(&self, keys: &[Key], partners: &[Option<usize>]) -> Result<Vec<[usize; 2]>, ParityError> {
        if keys.is_empty() {
            return Err(ParityError::bad_option(
                "keys is empty",
                "name a key column, or leave keys out to compare multisets",
            ));
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
            if found.iter().any(|k| k[0] == l) {
                return Err(twice(&key.left));
            }
            found.push([l, r]);
        }
        Ok(found)
    }

    /// The columns of each side that are looked at: not excluded, and among `columns` or the keys.
    fn looked_at(
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
                    .ok_or_else(|| self.unknown(self.caller.columns(), Side::Left, name))?;
                if partners[l].is_none() {
                    return Err(match self.find(Side::Right, name) {
                        Some(_) => self.taken(&format!("the column {name}")),
                        None => self.unknown(self.caller.columns(), Side::Right, name),
                    });
                }
                named.extend(family(self.left, l));
                named_right.extend(partners[l].into_iter().flat_map(|r| family(self.right, r)));
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
                return Err(self.unknown(self.caller.exclude(), Side::Left, name));
            }
            if l.is_some_and(|l| family(self.left, l).any(|l| key_columns.contains(&l))) {
                return Err(ParityError::bad_option(
                    format!("the key {name} is excluded"),
                    "a key cannot be left out of the comparison",
                ));
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
                        self.caller.columns(),
                        self.caller.exclude()
                    ),
                    "name it in one of them",
                ));
            }
            if let Some(l) = l {
                for below in family(self.left, l) {
                    looked_at[0].remove(&below);
                }
            }
            if let Some(r) = l.map_or(r, |l| partners[l]) {
                for below in family(self.right, r) {
                    looked_at[1].remove(&below);
                }
            }
        }
        Ok(looked_at)
    }

    fn schema(&self, partners: &[Option<usize>], looked_at: &[HashSet<usize>; 2]) -> SchemaDifference {
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
                (Ok(left), Ok(right)) => is_same_type(*left, *right, self.case_sensitive),
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

    fn pair(&self, l: usize, r: usize) -> Result<LeafPair, ParityError> {
        let (left, right) = (&self.left[l], &self.right[r]);
        let name = self.shown(Side::Left, l);
        let leaf = |column: &Column, side: &str| {
            column.leaf.clone().map_err(|name| {
                ParityError::new(
                    "UNSUPPORTED_TYPE",
                    format!(
                        "the column {} is {name} on the {side}, which cannot be compared yet",
                        self.shown(Side::Left, l)
                    ),
                    format!("leave it out with {}", self.caller.excluding(&left.name)),
                )
            })
        };
        let leaves = [leaf(left, "left")?, leaf(right, "right")?];
        Ok(LeafPair {
            name,
            columns: [l, r],
            leaves,
            domain: match (leaves[0].kind(), leaves[1].kind()) {
                (Kind::Nested, Kind::Nested) => NestedDomain::of(leaves[0], leaves[1], self.case_sensitive),
                _ => Domain::of(leaves[0], leaves[1]),
            },
            relaxation: Relaxation::default(),
            group: 0,
            masked: false,
        })
    }

    fn key_pair(&self, l: usize, r: usize) -> Result<LeafPair, ParityError> {
        let (left, right) = (&self.left[l], &self.right[r]);
        for (column, side) in [(left, "left"), (right, "right")] {
            if let Ok(leaf @ (LeafType::Struct(_) | LeafType::Nested(_))) = column.leaf {
                return Err(ParityError::new(
                    "UNSUPPORTED_TYPE",
                    format!("the key {} is {leaf} on the {side}, which cannot be a key", left.name),
                    if column.is_struct() {
                        format!("name fields of it, such as {}", self.some_field(left))
                    } else {
                        "name columns that are neither arrays nor maps".to_owned()
                    },
                ));
            }
        }
        if let (Ok(a), Ok(b)) = (&left.leaf, &right.leaf)
            && matches!(Domain::of(*a, *b), Domain::Apart { .. } | Domain::Parsed { .. })
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
    fn some_field(&self, column: &Column) -> &str {
        let below = self
            .left
            .iter()
            .find(|other| other.is_below(column) && !other.is_struct());
        below.map_or("struct.field", |field| &field.name)
    }

    /// The masked columns. A name means a left column and what it meets, or a right column that meets none, each with everything below
    /// it; and a struct that is compared as a whole is masked as a whole.
    fn masks(&self, options: &CompareOptions, partners: &[Option<usize>]) -> Result<Masks, ParityError> {
        let mut masks = Masks::none([self.left.len(), self.right.len()]);
        for name in &options.mask {
            let found = [self.find(Side::Left, name), self.find(Side::Right, name)];
            let right = found[1].filter(|r| found[0].is_some() || !partners.contains(&Some(*r)));
            if found[0].is_none() && right.is_none() {
                return Err(self.unknown(&self.caller.option("mask"), Side::Left, name));
            }
            let left: Vec<usize> = found[0].into_iter().flat_map(|l| family(self.left, l)).collect();
            let met = left.iter().filter_map(|&l| partners[l]).chain(right);
            for r in met.flat_map(|r| family(self.right, r)) {
                masks.add(Side::Right, r);
            }
            for l in left {
                masks.add(Side::Left, l);
            }
        }
        for (l, partner) in partners.iter().enumerate() {
            let is_whole = |r: &usize| self.left[l].is_struct() != self.right[*r].is_struct();
            let Some(r) = partner.filter(is_whole) else { continue };
            let left = family(self.left, l).any(|l| masks.has(Side::Left, l));
            if left || family(self.right, r).any(|r| masks.has(Side::Right, r)) {
                family(self.left, l).for_each(|l| masks.add(Side::Left, l));
                family(self.right, r).for_each(|r| masks.add(Side::Right, r));
            }
        }
        Ok(masks)
    }

    /// Gives every pair its relaxation, and finds the columns that thresholds name.
    fn relax(
        &self,
        options: &CompareOptions,
        keys: Option<&mut [LeafPair]>,
        values: &mut [LeafPair],
    ) -> Result<Option<Thresholds>, ParityError> {
        let asked = &options.relaxations;
        let option = |name: &str| self.caller.option(name);
        if keys.is_none() && !asked.tolerance.is_empty() {
            return Err(ParityError::bad_option(
                format!(
                    "{} needs keys: rows of a multiset have no partner to be near",
                    option("tolerance")
                ),
                format!("name the key columns with {}", self.caller.keys()),
            ));
        }
        self.refuse_twice(&option("tolerance"), &asked.tolerance)?;
        self.refuse_twice(&option("text"), &asked.text)?;
        self.refuse_twice(&option("null_equals"), &asked.null_equals)?;
        let keys = keys.unwrap_or(&mut []);
        for (name, tolerance) in named(&asked.tolerance) {
            let (pair, mut meant) = self.meant(&option("tolerance"), name, values, &[])?;
            meant.retain(|pair| has(pair, &[Kind::Exact, Kind::Floating, Kind::Instant, Kind::Time]));
            if meant.is_empty() {
                return Err(ParityError::bad_option(
                    format!(
                        "{} names {name}, which is {} and has neither numbers nor times",
                        option("tolerance"),
                        pair.leaves[0]
                    ),
                    "a tolerance is for numbers, dates and timestamps",
                ));
            }
            let says_nothing = |pair: &&LeafPair| {
                has_distance(&pair.domain, pair.leaves) && !tolerance.applies_to(&pair.domain, pair.leaves)
            };
            if !tolerance.is_empty() && meant.iter().all(says_nothing) {
                let numbers = meant.iter().any(|pair| has(pair, &[Kind::Exact, Kind::Floating]));
                return Err(ParityError::bad_option(
                    format!(
                        "{} of {name}, which is {}, says nothing about {}",
                        option("tolerance"),
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
        for (name, _) in named(&asked.text) {
            let (pair, meant) = self.meant(&option("text"), name, values, keys)?;
            if !meant.iter().any(|pair| pair.leaves.into_iter().any(has_text)) {
                return Err(ParityError::bad_option(
                    format!(
                        "{} names {name}, which is {} and not text",
                        option("text"),
                        pair.leaves[0]
                    ),
                    "text rules are for strings",
                ));
            }
        }
        for (name, literal) in named(&asked.null_equals) {
            let pair = self.compared(&option("null_equals"), name, values, &[])?;
            if !literal.fits(pair.leaves[0]) {
                return Err(ParityError::bad_option(
                    format!(
                        "{} gives {name} a literal that is not {}",
                        option("null_equals"),
                        pair.leaves[0]
                    ),
                    "write a literal of the column's type",
                ));
            }
        }
        for name in &asked.unordered {
            let pair = self.compared(&option("unordered"), name, values, &[])?;
            if !is_array(pair.leaves[0]) {
                return Err(ParityError::bad_option(
                    format!(
                        "{} names {name}, which is {} and not an array",
                        option("unordered"),
                        pair.leaves[0]
                    ),
                    "only the elements of arrays have an order; that of a map's entries never matters",
                ));
            }
        }
        // Rows of a multiset are hashed as they are compared.
        let is_keyless = options.keys.is_none();
        for pair in values.iter_mut() {
            let l = pair.columns[0];
            let above = |name: &str| self.levels_above(self.find(Side::Left, name)?, l);
            pair.relaxation = of_column(asked, above, pair.leaves, &pair.domain);
            if let Domain::Nested(nested) = &mut pair.domain
                && is_keyless
                && pair.relaxation.unordered
            {
                **nested = nested.as_ref().clone().unordered();
            }
        }
        for pair in keys.iter_mut().filter(|pair| pair.leaves.contains(&LeafType::String)) {
            let l = pair.columns[0];
            let mut rules = named(&asked.text).filter(|(name, _)| self.find(Side::Left, name) == Some(l));
            if let Some((_, rules)) = rules.next() {
                pair.relaxation.text = *rules;
            }
        }
        let Some(limits) = &options.limits else {
            return Ok(None);
        };
        // A struct's name means all of its fields, but one that is named itself has its own limit.
        let mut columns: Vec<(String, f64)> = Vec::with_capacity(limits.columns.len());
        let mut by_struct = Vec::new();
        for (name, share) in &limits.columns {
            let pair = self.compared(&option("thresholds"), name, values, &[])?;
            columns.push((pair.name.clone(), *share));
            let fields: Vec<usize> = family(self.left, pair.columns[0]).skip(1).collect();
            let fields = values.iter().filter(|pair| fields.contains(&pair.columns[0]));
            by_struct.extend(fields.map(|field| (field.name.clone(), *share)));
        }
        by_struct.retain(|(name, _)| columns.iter().all(|(named, _)| named != name));
        columns.append(&mut by_struct);
        Ok(Some(Thresholds {
            rows: limits.rows,
            columns,
            schema: limits.schema,
        }))
    }

    /// Entries for one column that go by two spellings of its name.
    fn refuse_twice<T>(&self, option: &str, entries: &Entries<T>) -> Result<(), ParityError> {
        let mut seen: HashMap<usize, &str> = HashMap::new();
        for (name, _) in named(entries) {
            let first = self.find(Side::Left, name).and_then(|l| seen.insert(l, name));
            if let Some(first) = first {
                return Err(ParityError::bad_option(
                    format!("{option} names one column as {first} and as {name}"),
                    "name it once",
                ));
            }
        }
        Ok(())
    }

    /// How many levels of structs the left column `number` stands above the column `l`, if `l` is it or in it.
    fn levels_above(&self, number: usize, l: usize) -> Option<usize> {
        let (own, other) = (&self.left[l], &self.left[number]);
        (number == l || own.is_below(other)).then(|| own.path.len() - other.path.len())
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
        let is_leaf = |other: &&LeafPair| {
            other.domain != Domain::Struct && self.left[other.columns[0]].is_below(&self.left[pair.columns[0]])
        };
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

    /// A left column whose namesake on the right belongs to another left column, because the caller said so.
    fn taken(&self, what: &str) -> ParityError {
        ParityError::bad_option(
            format!("{what} has no column on the right: the column of that name there is taken by another one"),
            format!("look at {} and at the key mapping", self.caller.rename()),
        )
    }

    fn unknown_key(&self, side: Side, name: &str) -> ParityError {
        self.missing("KEY_NOT_FOUND", &format!("the key {name} is not a column"), side, name)
    }

    fn unknown(&self, option: &str, side: Side, name: &str) -> ParityError {
        self.missing(
            "COLUMN_NOT_FOUND",
            &format!("{option} names {name}, which is not a column"),
            side,
            name,
        )
    }

    fn missing(&self, code: &'static str, fact: &str, side: Side, name: &str) -> ParityError {
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
                    self.caller.pairing(name)
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
