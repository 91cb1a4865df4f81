//! Values as they arrive: block after block in their order, put together once all of one order are there.

use crate::fetch::Values;
use crate::wire::block;
use arrow::array::{ArrayRef, UInt32Array, new_empty_array};
use arrow::compute::take;
use parity_kernels::matching::Location;
use parity_kernels::types::LeafType;
use parity_source::values::put_together;
use parity_source::{ParityError, wire};

/// Blocks of values of the order that is arriving.
#[derive(Default)]
pub struct Arriving(Option<(u32, Vec<Vec<u8>>)>);

impl Arriving {
    /// Takes a block; gives those of the order before it, which are all there now.
    pub fn add(&mut self, block: &[u8]) -> Result<Option<Vec<Vec<u8>>>, ParityError> {
        let order = block::order(block)?;
        if let Some((arriving, blocks)) = &mut self.0
            && *arriving == order
        {
            blocks.push(block.to_vec());
            return Ok(None);
        }
        let before = self.0.replace((order, vec![block.to_vec()]));
        Ok(before.map(|(_, blocks)| blocks))
    }

    /// The last ones.
    pub fn take(&mut self) -> Option<Vec<Vec<u8>>> {
        self.0.take().map(|(_, blocks)| blocks)
    }
}

/// What precedes the columns in a block of values, and the bytes of the columns.
pub fn values(block: &[u8]) -> Result<(Values, &[u8]), ParityError> {
    let payload = block::payload(block)?;
    let mut columns = payload
        .get(1..)
        .ok_or_else(|| ParityError::internal("an empty block"))?;
    Ok((wire::get(&mut columns)?, columns))
}

/// Rows of some blocks, by split and then in the order of their block: what each is to the receiver, and their columns in pieces.
pub struct Gathered {
    /// The rows.
    pub rows: Vec<Location>,
    columns: Vec<Vec<ArrayRef>>,
}

impl Gathered {
    /// The rows of the blocks that are `wanted`, all of `columns` columns.
    pub fn of<B: AsRef<[u8]>>(
        blocks: &[B],
        columns: usize,
        wanted: impl Fn(&Values) -> bool,
    ) -> Result<Self, ParityError> {
        let mut gathered = Gathered {
            rows: Vec::new(),
            columns: vec![Vec::with_capacity(blocks.len()); columns],
        };
        let blocks = blocks.iter().map(|block| values(block.as_ref()));
        let mut blocks = blocks.collect::<Result<Vec<_>, _>>()?;
        blocks.retain(|(values, _)| wanted(values));
        blocks.sort_by_key(|(values, _)| values.split);
        for (values, mut bytes) in blocks {
            let rows = 0..values.rows.len();
            gathered.rows.extend(rows.map(|row| values.location(row)));
            for column in &mut gathered.columns {
                column.push(wire::get_array(&mut bytes)?);
            }
        }
        Ok(gathered)
    }

    /// The columns, each of its type and put together once it is asked for.
    pub fn columns<'a>(
        self,
        leaves: impl Iterator<Item = &'a LeafType>,
    ) -> impl Iterator<Item = Result<ArrayRef, ParityError>> {
        self.columns
            .into_iter()
            .zip(leaves)
            .map(|(pieces, leaf)| match &pieces[..] {
                [] => Ok(new_empty_array(&leaf.own_type())),
                pieces => Ok(put_together(pieces)?),
            })
    }

    /// The columns with their rows in this order.
    pub fn in_order(&self, order: &UInt32Array) -> Result<Vec<ArrayRef>, ParityError> {
        let columns = self.columns.iter();
        columns
            .map(|pieces| Ok(take(&put_together(pieces)?, order, None)?))
            .collect()
    }
}
