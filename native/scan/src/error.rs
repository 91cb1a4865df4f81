//! What can go wrong with a dataset, in words for its owner.

use parity_source::budget::OverBudget;
use parity_source::column::CONFLICT_HINT;
use parity_source::{Code, ParityError};
use thiserror::Error;

/// Result of a scan.
pub type ScanResult<T> = Result<T, ScanError>;

/// An error about a dataset. The text states the fact with names; [`ScanError::hint`] says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ScanError {
    /// A path that does not exist, or holds no Parquet file.
    #[error("{path}: {reason}")]
    PathNotFound {
        /// The path as given.
        path: String,
        /// What is missing.
        reason: String,
    },
    /// A path that cannot be read.
    #[error("{path}: cannot be read: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// A file that is not a Parquet file, or a damaged one.
    #[error("{path}: {reason}")]
    CorruptFile {
        /// The file.
        path: String,
        /// What is wrong, with row group and column where known.
        reason: String,
    },
    /// An encrypted file.
    #[error("{path} is encrypted")]
    EncryptedFile {
        /// The file.
        path: String,
    },
    /// Files of one side that do not fit together.
    #[error("{0}")]
    SchemaConflict(String),
    /// A file whose schema has more levels than are read.
    #[error("{path}: the column {column} is nested more than {levels} levels deep")]
    TooDeep {
        /// The file.
        path: String,
        /// The top-level column.
        column: String,
        /// The most levels.
        levels: usize,
    },
    /// A folder of a table format.
    #[error("{path} is a {format} table; its plain files also hold rows that are not, or no longer, part of it")]
    TableFormat {
        /// The folder.
        path: String,
        /// Delta, Iceberg, Hudi, or the sink of Structured Streaming, which lists the files that were committed.
        format: &'static str,
    },
    /// A file that Spark would read otherwise than it is read here, because of the session or of the table.
    #[error("{reason}")]
    ReadOtherwise {
        /// The stable code.
        code: Code,
        /// What Spark makes of which file.
        reason: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// A defect of this program.
    #[error("{0}")]
    Internal(String),
    /// A file that is not the one that was planned.
    #[error("{path} was replaced or modified while the comparison ran")]
    SourceChanged {
        /// The file.
        path: String,
    },
    /// More memory is wanted than the process may take.
    #[error("{}{over}", .place.as_deref().map_or_else(String::new, |place| format!("{place}: ")))]
    OutOfMemory {
        /// The file that wants it, and for what part of it, where one does.
        place: Option<String>,
        /// How much is wanted, and how much there is.
        over: OverBudget,
    },
    /// A column that has no type is looked at.
    #[error("{}", .0.message)]
    NoType(ParityError),
    /// Whoever runs the scan does not want it any more.
    #[error("the comparison was cancelled")]
    Cancelled,
}

impl From<OverBudget> for ScanError {
    fn from(over: OverBudget) -> Self {
        ScanError::OutOfMemory { place: None, over }
    }
}

impl From<arrow::error::ArrowError> for ScanError {
    fn from(error: arrow::error::ArrowError) -> Self {
        ScanError::Internal(error.to_string())
    }
}

impl From<ScanError> for ParityError {
    fn from(error: ScanError) -> Self {
        ParityError::new(error.code(), error.to_string(), error.hint())
    }
}

impl ScanError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            ScanError::PathNotFound { .. } => Code::PathNotFound,
            ScanError::Unreadable { .. } => Code::PathUnreadable,
            ScanError::CorruptFile { .. } => Code::CorruptFile,
            ScanError::EncryptedFile { .. } => Code::EncryptedFile,
            ScanError::SchemaConflict(_) => Code::SchemaConflict,
            ScanError::TableFormat { .. } => Code::TableFormat,
            ScanError::TooDeep { .. } => Code::UnsupportedType,
            ScanError::SourceChanged { .. } => Code::SourceChanged,
            ScanError::OutOfMemory { .. } => Code::OutOfResources,
            ScanError::NoType(error) => error.code,
            ScanError::ReadOtherwise { code, .. } => *code,
            ScanError::Cancelled => Code::Cancelled,
            ScanError::Internal(_) => Code::Internal,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &str {
        match self {
            ScanError::PathNotFound { .. } => "check the spelling of the path",
            ScanError::Unreadable { .. } => "check the permissions of the path",
            ScanError::CorruptFile { .. } => "write the file again, or remove it from the folder",
            ScanError::EncryptedFile { .. } => {
                "encrypted Parquet files cannot be read; write a copy without encryption and compare that"
            }
            ScanError::SchemaConflict(_) => CONFLICT_HINT,
            ScanError::TooDeep { .. } => "write the files without the column, or with fewer levels",
            ScanError::TableFormat { .. } => "export the table's current rows as plain Parquet files and compare those",
            ScanError::Internal(_) => "this is a defect: please report it with the data's schema",
            ScanError::SourceChanged { .. } => "run the comparison again when nothing writes to the path",
            ScanError::OutOfMemory { over, .. } => over.hint,
            ScanError::NoType(error) => error.hint.as_deref().unwrap_or_default(),
            ScanError::ReadOtherwise { hint, .. } => hint,
            ScanError::Cancelled => "run the comparison again",
        }
    }

    /// The same error; memory that is missing names the part of a file that wants it.
    pub(crate) fn of(self, path: &str, what: &str) -> Self {
        match self {
            ScanError::OutOfMemory { place: None, over } => ScanError::OutOfMemory {
                place: Some(format!("{path}: {what}")),
                over,
            },
            other => other,
        }
    }

    pub(crate) fn corrupt(path: &str, reason: impl Into<String>) -> Self {
        ScanError::CorruptFile {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
