//! Nested types in messages: by number, from a table that travels with the message.
//!
//! The type of a struct holds those of the structs in it, and each of them is also the type of a column of its own.
//! Written out in full, a plan over structs in structs would grow with the square of their depth, and reading it would
//! need a call within a call for each level. In a table each type stands once, after the types that it is made of.
//!
//! The table belongs to the thread while a message is written or read ([`with_table`]).

use crate::types::nested::{Nested, NestedType};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::cell::RefCell;
use std::collections::HashMap;

/// The types of a message by their numbers.
#[derive(Default)]
struct Table {
    types: Vec<Nested>,
    numbers: HashMap<Nested, u32>,
}

impl Table {
    fn add(&mut self, nested: Nested) {
        self.numbers.insert(nested.clone(), self.types.len() as u32);
        self.types.push(nested);
    }

    /// The number of a type, which is added after those that it is made of.
    fn number(&mut self, nested: &Nested) -> Option<u32> {
        let mut open = vec![nested];
        while let Some(&last) = open.last() {
            let known = open.len();
            if !self.numbers.contains_key(last) {
                open.extend(last.parts().filter(|part| !self.numbers.contains_key(part)));
            }
            if open.len() == known {
                open.pop();
                if !self.numbers.contains_key(last) {
                    self.add(last.clone());
                }
            }
        }
        self.numbers.get(nested).copied()
    }
}

thread_local! {
    static TABLE: RefCell<Option<Table>> = const { RefCell::new(None) };
}

/// Writes or reads a message with a table of its own.
pub fn with_table<T>(message: impl FnOnce() -> T) -> T {
    /// The value that comes back when the message is done, also if it panics.
    struct Outer(Option<Table>);
    impl Drop for Outer {
        fn drop(&mut self) {
            TABLE.set(self.0.take());
        }
    }
    let _outer = Outer(TABLE.replace(Some(Table::default())));
    message()
}

/// The types of the message that is being written, each after those that it is made of.
pub fn table() -> Vec<NestedType> {
    TABLE.with_borrow(|table| {
        let types = table.iter().flat_map(|table| &table.types);
        types.map(|nested| nested.get().clone()).collect()
    })
}

/// Adds the next type of the message that is being read.
pub fn learn(nested: NestedType) {
    TABLE.with_borrow_mut(|table| {
        if let Some(table) = table {
            table.add(Nested::new(nested));
        }
    });
}

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = TABLE.with_borrow_mut(|table| table.as_mut().and_then(|table| table.number(self)));
        let outside = || ser::Error::custom("a nested type stands outside a message");
        serializer.serialize_u32(number.ok_or_else(outside)?)
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(deserializer)? as usize;
        let found = TABLE.with_borrow(|table| table.as_ref().and_then(|table| table.types.get(number).cloned()));
        found.ok_or_else(|| de::Error::custom("a nested type is not in the table of its message"))
    }
}
