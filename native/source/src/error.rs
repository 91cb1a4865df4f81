//! Errors of a comparison: a stable code, a sentence with names, and a hint.

use crate::code::Code;
use thiserror::Error;

/// Why there is no result.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{code}: {message}")]
pub struct ParityError {
    /// The stable code.
    pub code: Code,
    /// The fact, with the names concerned.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl ParityError {
    /// An error with a hint.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        ParityError {
            code,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// A defect of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        ParityError::new(
            Code::Internal,
            message,
            "this is a defect: please report it with the data's schema",
        )
    }

    /// A malformed or contradictory option.
    pub fn bad_option(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ParityError::new(Code::BadOption, message, hint)
    }
}

impl From<arrow::error::ArrowError> for ParityError {
    fn from(error: arrow::error::ArrowError) -> Self {
        ParityError::internal(error.to_string())
    }
}
