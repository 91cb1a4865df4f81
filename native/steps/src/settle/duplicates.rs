//! Duplicate keys: which rows of a key belong together, decided by their values.

use crate::ask::caller::{Caller, Given};
use crate::ask::catalog::Opt;
use parity_kernels::matching::pairing::{EXACT_ROWS, Pairing};
use parity_kernels::matching::{Changed, Group, Location, changed};
use parity_report::document::KeyText;
use parity_report::figures::{counted, grouped};
use parity_report::shown::key_text;
use parity_source::{Code, ParityError};

/// Duplicate keys that a refusal names.
pub const NAMED_DUPLICATES: usize = 5;

/// What duplicate keys come to.
#[derive(Debug, Default)]
pub struct Settled {
    /// Paired rows, each with its place among the pairs of its key.
    pub changed: Vec<(Changed, u32)>,
    /// Rows without a partner, for each side.
    pub only: [Vec<Location>; 2],
    /// Keys with too many rows for the exact pairing.
    pub large_groups: u64,
}

impl Settled {
    /// Takes in what became of a group, whose rows the pairing numbers by side.
    pub fn add(&mut self, group: &Group, pairing: &Pairing) {
        for (&(l, r), place) in pairing.pairs.iter().zip(0u32..) {
            self.changed.push((changed(&group.left[l], &group.right[r]), place));
        }
        self.only[0].extend(pairing.surplus_left.iter().map(|&l| group.left[l].location));
        self.only[1].extend(pairing.surplus_right.iter().map(|&r| group.right[r].location));
        self.large_groups += u64::from(pairing.sorted_only);
    }
}

/// The warning about keys whose rows were paired in order.
pub fn large_groups_warning(keys: u64) -> String {
    let (noun, verb) = if keys == 1 {
        ("key has", "its")
    } else {
        ("keys have", "their")
    };
    format!(
        "{keys} {noun} more than {EXACT_ROWS} differing rows on a side; {verb} rows were sorted by their values and paired in order"
    )
}

/// Duplicate keys of one side, for a refusal.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// How many keys.
    pub keys: u64,
    /// How many rows they have.
    pub rows: u64,
    /// The smallest of them.
    pub examples: Vec<KeyText>,
}

/// The refusal of duplicate keys, with the smallest of them.
pub fn refusal(sides: [&Refused; 2], caller: Caller) -> ParityError {
    let said: Vec<String> = sides
        .into_iter()
        .zip(["left", "right"])
        .filter(|(refused, _)| refused.keys > 0)
        .map(|(refused, side)| {
            let examples = refused.examples.iter().map(|key| format!("({})", key_text(key)));
            format!(
                "{} {} on the {side} side ({}): {}",
                grouped(refused.keys),
                if refused.keys == 1 {
                    "key occurs more than once"
                } else {
                    "keys occur more than once"
                },
                counted(refused.rows, "row", "rows"),
                examples.collect::<Vec<_>>().join(", "),
            )
        })
        .collect();
    ParityError::new(
        Code::DuplicateKeys,
        said.join("; "),
        format!(
            "add a key column that tells the rows apart, or let the rows be paired with {}",
            caller.give(Opt::Duplicates, Given::Word("pair"))
        ),
    )
}
