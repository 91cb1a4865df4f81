//! The page's template, style and script. The script is written as modules, which a type checker reads; here they become
//! one script without imports, in which every module sees the ones before it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The page with slots.
pub(super) const TEMPLATE: &str = include_str!("page.html");

/// Its style.
pub(super) const STYLE: &str = include_str!("page.css");

/// The modules, each after those that it imports.
const MODULES: [&str; 14] = [
    include_str!("text.js"),
    include_str!("quote.js"),
    include_str!("dom.js"),
    include_str!("list.js"),
    include_str!("state.js"),
    include_str!("words.js"),
    include_str!("copy.js"),
    include_str!("detail.js"),
    include_str!("whole.js"),
    include_str!("sampled.js"),
    include_str!("packed.js"),
    include_str!("columns.js"),
    include_str!("rows.js"),
    include_str!("main.js"),
];

/// Its script.
pub(super) static SCRIPT: LazyLock<String> = LazyLock::new(|| joined(&MODULES));

/// Modules as one script: imports and the word `export` are left out, for all of it stands in one function.
fn joined(modules: &[&str]) -> String {
    let mut out = String::from("(() => {\n\"use strict\";\n");
    for module in modules {
        let mut is_import = false;
        for line in module.lines() {
            is_import = is_import || line.starts_with("import ");
            if is_import {
                is_import = !line.ends_with(';');
                continue;
            }
            out.push_str(line.strip_prefix("export ").unwrap_or(line));
            out.push('\n');
        }
    }
    out.push_str("})();\n");
    out
}

/// How a policy names an inline script or style.
pub(super) fn hash_source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_become_one_script() {
        let modules = [
            "export function one() {}\n",
            "import { one } from \"./one.js\";\nimport {\n  two,\n} from \"./two.js\";\nexport const two = one;\n",
        ];
        let script = joined(&modules);
        assert_eq!(
            script,
            "(() => {\n\"use strict\";\nfunction one() {}\nconst two = one;\n})();\n"
        );
    }

    #[test]
    fn nothing_in_script_or_style_ends_its_element() {
        for text in [SCRIPT.as_str(), STYLE] {
            let text = text.to_lowercase();
            assert!(!text.contains("</script") && !text.contains("</style") && !text.contains("<!--"));
        }
    }

    #[test]
    fn every_module_is_joined() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/html");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        let modules = files.filter(|name| name.to_string_lossy().ends_with(".js")).count();
        assert_eq!(modules, MODULES.len());
    }

    #[test]
    fn the_hash_is_that_of_the_standard() {
        assert_eq!(
            hash_source("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
        );
    }
}
