//! How deep a file's schema is, read before the schema becomes a tree.
//!
//! A footer lists its schema flat, each element with the number of those below it. Decoders make a tree of it with a call within a call for
//! each level, and a footer that claims some thousands of levels would overflow the stack of whoever reads it, which ends the process. So
//! the list is walked here first, by the few rules of Thrift's compact protocol that it takes.

/// Levels of a schema that is read.
pub(crate) const MAX_LEVELS: usize = 1024;
/// Up to this many levels the stack of any thread is enough.
pub(crate) const FEW_LEVELS: usize = 32;
/// Structs in structs of the footer itself that are passed over. The format has three or four.
const MAX_STRUCTS: usize = 32;

/// How deep a schema is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Levels below the root.
    Levels(usize),
    /// More than [`MAX_LEVELS`], in the top-level column of this name.
    TooDeep(String),
}

/// The depth of the schema in a file's metadata; `None` where it cannot be told, because the metadata are damaged.
pub(crate) fn of(metadata: &[u8]) -> Option<Depth> {
    let mut bytes = Compact(metadata);
    let mut field = 0;
    loop {
        let kind = bytes.field(&mut field)?;
        if field == 2 && kind == LIST {
            return schema(&mut bytes);
        }
        if kind == STOP {
            return None;
        }
        bytes.pass(kind, MAX_STRUCTS)?;
    }
}

fn schema(bytes: &mut Compact<'_>) -> Option<Depth> {
    let (elements, kind) = bytes.list()?;
    if kind != STRUCT {
        return None;
    }
    // Of each open group, how many elements are still to come in it.
    let mut open: Vec<u64> = Vec::new();
    let mut deepest = 0;
    let mut column: &[u8] = &[];
    for _ in 0..elements {
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        let (name, children) = bytes.element()?;
        match open.len() {
            1 => column = name,
            levels if levels > MAX_LEVELS => return Some(Depth::TooDeep(String::from_utf8_lossy(column).into_owned())),
            _ => {}
        }
        deepest = deepest.max(open.len());
        if children > 0 {
            open.push(children);
        }
    }
    Some(Depth::Levels(deepest))
}

const STOP: u8 = 0;
const I32: u8 = 5;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Bytes in Thrift's compact protocol. Every method gives `None` where they end too early or mean nothing.
struct Compact<'a>(&'a [u8]);

impl<'a> Compact<'a> {
    fn byte(&mut self) -> Option<u8> {
        self.0.split_off_first().copied()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        self.0.split_off(..count)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn binary(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        self.take(length)
    }

    /// The type of the next field, whose number replaces that of the last one.
    fn field(&mut self, number: &mut i64) -> Option<u8> {
        let head = self.byte()?;
        if head & 0x0f == STOP {
            return Some(STOP);
        }
        *number = match head >> 4 {
            0 => self.zigzag()?,
            delta => number.checked_add(i64::from(delta))?,
        };
        Some(head & 0x0f)
    }

    /// The length of a list and the type of its elements.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => self.varint()?,
            length => u64::from(length),
        };
        Some((length, head & 0x0f))
    }

    /// Name of a schema's element and how many elements are directly below it.
    fn element(&mut self) -> Option<(&'a [u8], u64)> {
        let (mut name, mut children): (&[u8], _) = (&[], 0);
        let mut field = 0;
        loop {
            match (self.field(&mut field)?, field) {
                (STOP, _) => return Some((name, children)),
                (BINARY, 4) => name = self.binary()?,
                (I32, 5) => children = u64::try_from(self.zigzag()?).unwrap_or(0),
                (kind, _) => self.pass(kind, MAX_STRUCTS)?,
            }
        }
    }

    /// Passes over a value, with at most `levels` structs and lists in each other.
    fn pass(&mut self, kind: u8, levels: usize) -> Option<()> {
        let levels = levels.checked_sub(1)?;
        match kind {
            // Booleans stand in the type of their field.
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => drop(self.take(8)?),
            BINARY => drop(self.binary()?),
            LIST | 10 => {
                let (length, kind) = self.list()?;
                for _ in 0..length {
                    // In a list a boolean is a byte.
                    self.pass(if kind <= 2 { 3 } else { kind }, levels)?;
                }
            }
            11 => {
                let length = self.varint()?;
                let kinds = if length > 0 { self.byte()? } else { 0 };
                for _ in 0..length {
                    self.pass(kinds >> 4, levels)?;
                    self.pass(kinds & 0x0f, levels)?;
                }
            }
            STRUCT => {
                let mut field = 0;
                loop {
                    match self.field(&mut field)? {
                        STOP => break,
                        kind => self.pass(kind, levels)?,
                    }
                }
            }
            13 => drop(self.take(16)?),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
#[path = "depth_tests.rs"]
mod tests;
