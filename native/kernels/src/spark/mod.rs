//! What Spark holds values to be: its calendar and time zones, its casts, its texts and its order.

pub mod calendar;
pub mod cast;
pub mod cast_times;
pub(crate) mod decimal;
pub mod numbers;
pub mod order;
pub mod show;
pub mod text;
pub(crate) mod trim;
pub mod zone;
