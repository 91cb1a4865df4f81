//! What Spark makes of names: of files and folders, and of columns.

/// Whether a dataset leaves out the files and folders of this name.
pub(crate) fn is_hidden(name: &str) -> bool {
    (name.starts_with('_') && !name.contains('=')) || name.starts_with('.') || name.ends_with("._COPYING_")
}

/// A name as names are matched.
pub fn fold_name(name: &str, case_sensitive: bool) -> String {
    if case_sensitive {
        name.to_owned()
    } else {
        name.to_lowercase()
    }
}
