//! What the JVM does for a step: files of Hadoop's file systems, memory accounting, the sign that the task was killed.
//!
//! A trait, so that the logic of [`crate::source`] is tested without a JVM; [`crate::callbacks`] is the real one.

use parity_source::Code;
use std::fmt::Debug;

/// Why a call came back without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The code of the exception.
    pub(crate) code: Code,
    /// Its text.
    pub(crate) message: String,
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: String,
    /// `None` for a folder.
    pub(crate) len_bytes: Option<u64>,
    pub(crate) modified_ms: i64,
    /// A store's mark of the content, where it lists one.
    pub(crate) etag: Option<String>,
}

/// The bytes of a finished read. They stay where they are until the value is dropped, also after the request was freed.
pub(crate) trait Filled: AsRef<[u8]> + Send + Sync {}

impl<T: AsRef<[u8]> + Send + Sync> Filled for T {}

/// One to one with the methods of `org.sparkparity.TaskIo`; called on the task's thread only.
pub(crate) trait TaskIo: Send + Sync + Debug {
    /// The plain path of a path of the local file system.
    fn local_path(&self, path: &str) -> Result<Option<String>, Refusal>;
    /// Looks at the path: the file or folder there, or `None`.
    fn look(&self, path: &str) -> Result<Option<Entry>, Refusal>;
    /// Lists the files and folders directly below a folder.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, Refusal>;
    /// Opens a file that must still have this length, time and mark.
    fn open(&self, path: &str, len_bytes: u64, modified_ms: i64, etag: Option<&str>) -> Result<i64, Refusal>;
    /// Checks that it still has.
    fn check(&self, file: i64) -> Result<(), Refusal>;
    /// Starts a read.
    fn submit(&self, file: i64, offset: u64, len_bytes: i32) -> Result<i64, Refusal>;
    /// Waits for a read.
    fn wait(&self, request: i64) -> Result<Box<dyn Filled>, Refusal>;
    /// Gives a request's buffer back, once its read has ended.
    fn free(&self, request: i64) -> Result<(), Refusal>;
    /// Accounts for this much native memory; gives what was granted.
    fn memory(&self, used_bytes: i64) -> Result<i64, Refusal>;
    /// Where copies lie that an earlier task made of what it read for this one's split.
    fn copies(&self) -> Result<Option<String>, Refusal>;
    /// Where this task's reads are to be copied to: the most bytes, a number that no other file of copies of the run has,
    /// and a path, with colons between them.
    fn copy_to(&self) -> Result<Option<String>, Refusal>;
    /// Whether the task was killed.
    fn is_killed(&self) -> Result<bool, Refusal>;
}
