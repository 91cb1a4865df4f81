//! What can go wrong with a dataset, in words for its owner.

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
    /// Two columns that differ only by case.
    #[error("{path}: the columns {first} and {second} differ only by case")]
    AmbiguousColumn {
        /// The dataset.
        path: String,
        /// One name.
        first: String,
        /// The other.
        second: String,
    },
    /// A folder of a table format.
    #[error("{path} is a {format} table; its plain files hold rows that the table no longer has")]
    TableFormat {
        /// The folder.
        path: String,
        /// Delta, Iceberg or Hudi.
        format: &'static str,
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
    /// Whoever runs the scan does not want it any more.
    #[error("the comparison was cancelled")]
    Cancelled,
}

impl From<arrow::error::ArrowError> for ScanError {
    fn from(error: arrow::error::ArrowError) -> Self {
        ScanError::Internal(error.to_string())
    }
}

impl ScanError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ScanError::PathNotFound { .. } => "PATH_NOT_FOUND",
            ScanError::Unreadable { .. } => "PATH_UNREADABLE",
            ScanError::CorruptFile { .. } => "CORRUPT_FILE",
            ScanError::EncryptedFile { .. } => "ENCRYPTED_FILE",
            ScanError::SchemaConflict(_) => "SCHEMA_CONFLICT",
            ScanError::AmbiguousColumn { .. } => "AMBIGUOUS_COLUMN",
            ScanError::TableFormat { .. } => "TABLE_FORMAT",
            ScanError::SourceChanged { .. } => "SOURCE_CHANGED",
            ScanError::Cancelled => "CANCELLED",
            ScanError::Internal(_) => "INTERNAL",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            ScanError::PathNotFound { .. } => "check the spelling of the path",
            ScanError::Unreadable { .. } => "check the permissions of the path",
            ScanError::CorruptFile { .. } => "write the file again, or remove it from the folder",
            ScanError::EncryptedFile { .. } => {
                "encrypted Parquet files cannot be read; write a copy without encryption and compare that"
            }
            ScanError::SchemaConflict(_) => "compare the files apart, or write them with one schema",
            ScanError::AmbiguousColumn { .. } => "match names by case (--case-sensitive)",
            ScanError::TableFormat { .. } => "export the table's current rows as plain Parquet files and compare those",
            ScanError::Internal(_) => "this is a defect: please report it with the data's schema",
            ScanError::SourceChanged { .. } => "run the comparison again when nothing writes to the path",
            ScanError::Cancelled => "run the comparison again",
        }
    }

    pub(crate) fn corrupt(path: &str, reason: impl Into<String>) -> Self {
        ScanError::CorruptFile {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
