//! The link to the page of a result.

use super::escaped;
use crate::shown::PAGE;

/// Schemes that a browser opens and that run nothing.
const OPENED: [&str; 3] = ["http", "https", "file"];

/// A link to the page, or its path as text where a browser cannot open it: on S3, on HDFS.
///
/// A relative path stays one: notebook servers serve what lies beside the notebook. Whatever else a path holds is
/// percent-encoded, so that none is another address than its file's.
pub(super) fn link(path: &str) -> String {
    let shown = escaped(&PAGE.line(path));
    let address = match scheme(path) {
        Some(scheme) if !OPENED.contains(&scheme.to_ascii_lowercase().as_str()) => return shown,
        Some(scheme) => {
            let rest = &path[scheme.len() + 1..];
            // Hadoop writes a local path with one slash.
            let slashes = if rest.starts_with("//") || !rest.starts_with('/') {
                ""
            } else {
                "//"
            };
            format!("{scheme}:{slashes}{}", encoded(rest, true))
        }
        None if path.starts_with('/') => format!("file:///{}", encoded(path.trim_start_matches('/'), false)),
        None => encoded(path, false),
    };
    format!(
        "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{shown}</a>",
        escaped(&address)
    )
}

/// The scheme of a path that has one.
fn scheme(path: &str) -> Option<&str> {
    let (scheme, _) = path.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme.then_some(scheme)
}

/// A path with everything percent-encoded that is not of a plain file name; an address keeps its delimiters.
fn encoded(path: &str, is_address: bool) -> String {
    let kept = if is_address { "-._~/:?=%@+,;&" } else { "-._~/" };
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a link leads; `None` where it is text only.
    fn address(path: &str) -> Option<String> {
        let link = link(path);
        let rest = link.strip_prefix("<a href=\"")?;
        rest.split_once('"').map(|(address, _)| address.to_owned())
    }

    #[test]
    fn what_a_browser_opens_is_a_link() {
        for (path, expected) in [
            ("report.html", "report.html"),
            ("out/my report.html", "out/my%20report.html"),
            ("../a#b?c.html", "../a%23b%3Fc.html"),
            ("/tmp/ü.html", "file:///tmp/%C3%BC.html"),
            ("//host/x", "file:///host/x"),
            ("file:/tmp/x.html", "file:///tmp/x.html"),
            ("file:///tmp/x.html", "file:///tmp/x.html"),
            ("https://host/x?a=1&b=2", "https://host/x?a=1&amp;b=2"),
        ] {
            assert_eq!(address(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_a_browser_does_not_open_is_text() {
        for path in [
            "s3://bucket/x.html",
            "hdfs://name/x",
            "javascript:alert(1)",
            "JavaScript://x",
            "data:text/html,x",
        ] {
            assert_eq!(link(path), path);
        }
    }

    #[test]
    fn hostile_paths_stay_in_their_link() {
        for path in [
            "\"><script>alert(1)</script>",
            "a' onclick='x",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
        ] {
            let link = link(path);
            assert!(!link.contains("<script") && !link.contains("' on"), "{link}");
            let address = address(path).unwrap();
            assert!(
                !address.contains(':') && !address.contains(['"', '\'', '<', ' ']),
                "{address}"
            );
        }
    }
}
