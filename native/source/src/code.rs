//! The codes of errors: all that there are, whoever raises them.
//!
//! Codes are what programs look at, so a code that was released keeps its text and its meaning. This table is the only
//! place in Rust that spells them; it stands here because this is the lowest crate that raises one. What runs on
//! Spark's side has its own list (`ErrorCode.java`, literals in Python), which tests hold against
//! `docs/error-codes.md`, and that page is generated from here.

use serde::{Serialize, Serializer};
use std::fmt;

/// Who raises an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raiser {
    /// The native steps and the native command.
    Native,
    /// Java and Scala, in driver and executors.
    Jvm,
    /// The Python package.
    Python,
}

/// The facts about a code.
struct About {
    text: &'static str,
    when: &'static str,
    raised_by: &'static [Raiser],
    is_mendable: bool,
    shows_paths: bool,
}

macro_rules! codes {
    ($($name:ident $text:literal {
        when: $when:literal,
        raised_by: [$($raiser:ident),+],
        is_mendable: $is_mendable:literal,
        shows_paths: $shows_paths:literal,
    })+) => {
        /// The stable code of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $when] $name,)+
        }

        impl Code {
            /// All codes, in the order of their page.
            pub const ALL: &[Code] = &[$(Code::$name),+];

            const fn about(self) -> About {
                match self {
                    $(Code::$name => About {
                        text: $text,
                        when: $when,
                        raised_by: &[$(Raiser::$raiser),+],
                        is_mendable: $is_mendable,
                        shows_paths: $shows_paths,
                    },)+
                }
            }
        }
    };
}

codes! {
    PathNotFound "PATH_NOT_FOUND" {
        when: "a path does not exist, a folder holds no Parquet file, a pattern matches nothing, or there is no \
               table of the name",
        raised_by: [Native, Jvm],
        is_mendable: false,
        shows_paths: true,
    }
    PathUnreadable "PATH_UNREADABLE" {
        when: "a path cannot be read, for want of permission, because the disk fails, or because its file system or \
               host is not known",
        raised_by: [Native, Jvm],
        is_mendable: true,
        shows_paths: true,
    }
    CorruptFile "CORRUPT_FILE" {
        when: "a file is not Parquet, truncated, or cannot be decoded; names the path, and the row group and column \
               where there is one",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    EncryptedFile "ENCRYPTED_FILE" {
        when: "a file, or a column of it, is encrypted; names the path",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    SchemaConflict "SCHEMA_CONFLICT" {
        when: "the files of one side disagree about a column's type beyond widening, its partition folders \
               disagree, or files lie in plain sub-folders beside others",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    AmbiguousColumn "AMBIGUOUS_COLUMN" {
        when: "two columns of a side differ only by case, and names are matched without case",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    TableFormat "TABLE_FORMAT" {
        when: "a folder of Delta, Iceberg, Hudi or a sink of Structured Streaming was given as plain files",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    UnsupportedTable "UNSUPPORTED_TABLE" {
        when: "a name is not that of a table of plain Parquet files: a view, another format, partitions elsewhere, \
               files wider than the catalog's columns",
        raised_by: [Native, Jvm],
        is_mendable: false,
        shows_paths: true,
    }
    KeyNotFound "KEY_NOT_FOUND" {
        when: "a key does not exist, or not on the side that needs it; with suggestions",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: false,
    }
    ColumnNotFound "COLUMN_NOT_FOUND" {
        when: "a name in an option exists on no side, or not on the side that needs it; with suggestions",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: false,
    }
    NoCommonColumns "NO_COMMON_COLUMNS" {
        when: "nothing is left to compare and there are no keys",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    BadOption "BAD_OPTION" {
        when: "contradictory or malformed options, key types without a common rule, a session setting that gives \
               files a meaning that is not followed, a frame of a closed result",
        raised_by: [Native, Jvm, Python],
        is_mendable: false,
        shows_paths: false,
    }
    DuplicateKeys "DUPLICATE_KEYS" {
        when: "keys that occur more than once are to be refused, and one does; names examples and counts",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: false,
    }
    UnsupportedType "UNSUPPORTED_TYPE" {
        when: "a compared column has a type that cannot be compared yet, or a file has a column of more than 1,024 \
               levels",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: false,
    }
    BadDocument "BAD_DOCUMENT" {
        when: "what was given as a result document is of another version, is an error document, or is malformed; names \
               the version or the member",
        raised_by: [Native],
        is_mendable: false,
        shows_paths: true,
    }
    SourceChanged "SOURCE_CHANGED" {
        when: "a file was replaced or modified while the comparison ran",
        raised_by: [Native, Jvm],
        is_mendable: false,
        shows_paths: true,
    }
    OutOfResources "OUT_OF_RESOURCES" {
        when: "the machine gives no more threads, or more memory is needed than the process [may \
               take](reliability.md#memory)",
        raised_by: [Native, Jvm],
        is_mendable: true,
        shows_paths: true,
    }
    OutputExists "OUTPUT_EXISTS" {
        when: "the folder for results holds results or something foreign, or another run writes to it",
        raised_by: [Jvm],
        is_mendable: false,
        shows_paths: true,
    }
    OutputUnwritable "OUTPUT_UNWRITABLE" {
        when: "the folder for results, or a file, cannot be written",
        raised_by: [Native, Jvm, Python],
        is_mendable: false,
        shows_paths: true,
    }
    PysparkMissing "PYSPARK_MISSING" {
        when: "there is no PySpark in this Python, or the client of Spark Connect alone and no session of it",
        raised_by: [Python],
        is_mendable: false,
        shows_paths: true,
    }
    JavaMissing "JAVA_MISSING" {
        when: "there is no Java on this machine, or none that this Spark starts on",
        raised_by: [Python],
        is_mendable: false,
        shows_paths: true,
    }
    SparkVersion "SPARK_VERSION" {
        when: "there is no jar for the session's Spark; names it, and those that there are",
        raised_by: [Python],
        is_mendable: false,
        shows_paths: true,
    }
    NativeUnavailable "NATIVE_UNAVAILABLE" {
        when: "the jar is missing, or for another Spark or Scala, or of another version than the Python package, or \
               its native library is missing, of another version, or cannot be loaded here; or a server of Spark Connect \
               was started without it",
        raised_by: [Jvm, Python],
        is_mendable: true,
        shows_paths: true,
    }
    SessionStopped "SESSION_STOPPED" {
        when: "the session was stopped, or its JVM is gone; a server of Spark Connect ended it, or cannot be reached",
        raised_by: [Jvm, Python],
        is_mendable: false,
        shows_paths: true,
    }
    SparkFailed "SPARK_FAILED" {
        when: "Spark itself failed: a lost cluster, a job that was aborted",
        raised_by: [Jvm, Python],
        is_mendable: false,
        shows_paths: true,
    }
    Cancelled "CANCELLED" {
        when: "the comparison was closed or its jobs were cancelled while it ran, by `cancelAllJobs`, by group or \
               by tag",
        raised_by: [Native, Jvm],
        is_mendable: true,
        shows_paths: true,
    }
    Internal "INTERNAL" {
        when: "a defect: numbers that do not reconcile, an unexpected failure. Never a result",
        raised_by: [Native, Jvm],
        is_mendable: true,
        shows_paths: true,
    }
}

impl Code {
    /// The text of the code, as programs see it.
    pub const fn text(self) -> &'static str {
        self.about().text
    }

    /// When the error is raised, as a sentence of Markdown without its full stop.
    pub const fn when(self) -> &'static str {
        self.about().when
    }

    /// Where the error is raised.
    pub const fn raised_by(self) -> &'static [Raiser] {
        self.about().raised_by
    }

    /// Whether another executor, or a moment's wait, may mend it: the error is not about the data. Spark tries a task
    /// again only after such an error.
    pub const fn is_mendable(self) -> bool {
        self.about().is_mendable
    }

    /// Whether the message may show a path, whose folders may hold values of masked columns.
    pub const fn shows_paths(self) -> bool {
        self.about().shows_paths
    }

    /// The code of a text, if it is one.
    pub fn of(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.text() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_found_by_its_own_text_alone() {
        let texts: HashSet<&str> = Code::ALL.iter().map(|code| code.text()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for &code in Code::ALL {
            assert_eq!(Code::of(code.text()), Some(code));
        }
        assert_eq!(Code::of("NO_SUCH_CODE"), None);
    }

    #[test]
    fn a_code_is_called_like_its_text() {
        for code in Code::ALL {
            let name = format!("{code:?}");
            let mut text = String::new();
            for letter in name.chars() {
                if letter.is_uppercase() && !text.is_empty() {
                    text.push('_');
                }
                text.push(letter.to_ascii_uppercase());
            }
            assert_eq!(text, code.text());
        }
    }
}
