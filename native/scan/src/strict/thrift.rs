//! Thrift's compact protocol, as far as Parquet uses it: read with every length bounded by the bytes that are there.
//!
//! The parquet crate takes memory for as many elements as a list claims to have. What it is given to decode is walked
//! here first, so that a list that claims more than its bytes can hold is an error before memory is taken.

use parquet::errors::{ParquetError, Result};

/// Kinds of values, by their numbers in the protocol.
pub(super) mod kind {
    pub(crate) const TRUE: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const BYTE: u8 = 3;
    pub(crate) const I16: u8 = 4;
    pub(crate) const I32: u8 = 5;
    pub(crate) const I64: u8 = 6;
    pub(crate) const DOUBLE: u8 = 7;
    pub(crate) const BINARY: u8 = 8;
    pub(crate) const LIST: u8 = 9;
    pub(crate) const SET: u8 = 10;
    pub(crate) const MAP: u8 = 11;
    pub(crate) const STRUCT: u8 = 12;
}

/// Structs, lists and maps inside each other. Parquet's own have a depth of about ten.
const MAX_DEPTH: u32 = 60;

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Its number.
    pub(super) id: i16,
    /// The kind of its value.
    pub(super) kind: u8,
}

/// Reads one value after the other.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

pub(super) fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

fn ended() -> ParquetError {
    ParquetError::EOF("its metadata end too early".to_owned())
}

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = *self.bytes.get(self.at).ok_or_else(ended)?;
        self.at += 1;
        Ok(byte)
    }

    fn pass(&mut self, count: u64) -> Result<()> {
        if count > self.remaining() as u64 {
            return Err(ended());
        }
        self.at += count as usize;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged("a number of its metadata has too many bytes"))
    }

    fn integer(&mut self) -> Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// The next field of a struct, after the field numbered `last`; `None` at the struct's end.
    pub(super) fn field(&mut self, last: i16) -> Result<Option<Field>> {
        let byte = self.byte()?;
        let (delta, kind) = (byte >> 4, byte & 0xf);
        if kind == 0 {
            return Ok(None);
        }
        let id = match delta {
            0 => i16::try_from(self.integer()?).ok(),
            delta => last.checked_add(i16::from(delta)),
        };
        let id = id.ok_or_else(|| damaged("a field of its metadata has no valid number"))?;
        Ok(Some(Field { id, kind }))
    }

    /// The fields of a struct, each taken or passed over by `take`.
    pub(super) fn fields(&mut self, mut take: impl FnMut(&mut Self, Field) -> Result<()>) -> Result<()> {
        let mut last = 0;
        while let Some(field) = self.field(last)? {
            take(self, field)?;
            last = field.id;
        }
        Ok(())
    }

    /// The value of a field that must be a 32-bit number.
    pub(super) fn i32(&mut self, field: Field) -> Result<i32> {
        let value = (field.kind == kind::I32).then(|| self.integer()).transpose()?;
        value
            .and_then(|value| i32::try_from(value).ok())
            .ok_or_else(|| damaged("a field of its metadata is not a 32-bit number"))
    }

    /// The value of a field that must be bytes.
    pub(super) fn binary(&mut self, field: Field) -> Result<&'a [u8]> {
        if field.kind != kind::BINARY {
            return Err(damaged("a field of its metadata is not a string"));
        }
        let len_bytes = self.varint()?;
        let start = self.at;
        self.pass(len_bytes)?;
        Ok(&self.bytes[start..self.at])
    }

    /// The value of a field that must be true or false.
    pub(super) fn bool(&mut self, field: Field) -> Result<bool> {
        match field.kind {
            kind::TRUE => Ok(true),
            kind::FALSE => Ok(false),
            _ => Err(damaged("a field of its metadata is neither true nor false")),
        }
    }

    /// Length and element kind of a field that must be a list. The bytes that follow can hold that many elements.
    pub(super) fn list(&mut self) -> Result<(usize, u8)> {
        let byte = self.byte()?;
        let len = match byte >> 4 {
            15 => self.varint()?,
            len => u64::from(len),
        };
        let element = byte & 0xf;
        let least_bytes = match element {
            // Every struct that Parquet has in a list has a required field with a value.
            kind::STRUCT => 3,
            kind::DOUBLE => 8,
            _ => 1,
        };
        if len
            .checked_mul(least_bytes)
            .is_none_or(|bytes| bytes > self.remaining() as u64)
        {
            return Err(damaged("a list of its metadata is longer than their bytes"));
        }
        Ok((len as usize, element))
    }

    /// Passes over a field's value.
    pub(super) fn skip(&mut self, field: Field) -> Result<()> {
        match field.kind {
            // The kind is the value.
            kind::TRUE | kind::FALSE => Ok(()),
            kind => self.skip_value(kind, MAX_DEPTH),
        }
    }

    /// Passes over an element of a list.
    pub(super) fn skip_element(&mut self, kind: u8) -> Result<()> {
        self.skip_value(kind, MAX_DEPTH)
    }

    fn skip_value(&mut self, kind: u8, depth: u32) -> Result<()> {
        let depth = depth
            .checked_sub(1)
            .ok_or_else(|| damaged("its metadata are nested too deep"))?;
        match kind {
            kind::TRUE | kind::FALSE | kind::BYTE => self.pass(1),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(drop),
            kind::DOUBLE => self.pass(8),
            kind::BINARY => {
                let len_bytes = self.varint()?;
                self.pass(len_bytes)
            }
            kind::LIST | kind::SET => {
                let (len, element) = self.list()?;
                (0..len).try_for_each(|_| self.skip_value(element, depth))
            }
            kind::MAP => {
                let len = self.varint()?;
                if len == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                if len > self.remaining() as u64 {
                    return Err(ended());
                }
                (0..len).try_for_each(|_| {
                    self.skip_value(kinds >> 4, depth)?;
                    self.skip_value(kinds & 0xf, depth)
                })
            }
            kind::STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(last)? {
                    match field.kind {
                        kind::TRUE | kind::FALSE => {}
                        kind => self.skip_value(kind, depth)?,
                    }
                    last = field.id;
                }
                Ok(())
            }
            _ => Err(damaged("its metadata hold a value of no known kind")),
        }
    }
}
