//! What Spark makes of the names of files and folders.

/// Whether a dataset leaves out the files and folders of this name.
pub(crate) fn is_hidden(name: &str) -> bool {
    (name.starts_with('_') && !name.contains('=')) || name.starts_with('.') || name.ends_with("._COPYING_")
}
