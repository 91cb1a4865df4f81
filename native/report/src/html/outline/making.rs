//! How the comparison was made: the sides, the keys, the options, and of the run what is known.

use super::{escaped, name};
use crate::figures::{grouped, size};
use crate::html::Page;
use crate::shown::PAGE;
use serde_json::{Map, Value};

/// Characters of an option's value that are shown.
const OPTION: usize = 2_000;

pub(super) fn making(page: &Page<'_>, json: &Value) -> String {
    let document = page.document;
    let mut out = String::from(
        "<div class=\"wide\"><table><caption>Sides</caption><thead><tr><th scope=\"col\">side</th><th scope=\"col\">path</th><th scope=\"col\" class=\"n\">files</th><th scope=\"col\" class=\"n\">size</th></tr></thead><tbody>",
    );
    for (side, files) in ["left", "right"].into_iter().zip(&document.sides) {
        let path = match files.path.is_empty() {
            true => "not from a path".to_owned(),
            false => name(&files.path),
        };
        out.push_str(&format!(
            "<tr><th scope=\"row\" class=\"kind-{side}\">{side}</th><td>{path}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            grouped(files.files),
            size(files.bytes)
        ));
    }
    out.push_str("</tbody></table></div>\n");
    let keys = document.keys.iter().flatten().map(|key| {
        let masked = if key.masked { " (masked)" } else { "" };
        match key.left == key.right {
            true => format!("{}{masked}", name(&key.left)),
            false => format!("{} = {}{masked}", name(&key.left), name(&key.right)),
        }
    });
    let keys: Vec<String> = keys.collect();
    out.push_str(&match keys.is_empty() {
        true => "<p>Compared without keys.</p>\n".to_owned(),
        false => format!("<p>Rows belong together by {}.</p>\n", keys.join(", ")),
    });
    if let Some(options) = json.get("options").and_then(Value::as_object) {
        let says_nothing = |value: &Value| match value {
            Value::Null => true,
            Value::Array(list) => list.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        let silent = options.iter().filter(|(_, value)| says_nothing(value));
        let silent: Vec<&str> = silent.map(|(name, _)| name.as_str()).collect();
        out.push_str(&members("Options", options, &silent));
    }
    if let Some(run) = page.run.and_then(Value::as_object) {
        out.push_str(&run_tables(run));
    }
    out
}

fn run_tables(run: &Map<String, Value>) -> String {
    let lists = ["steps", "sources"];
    let mut out = members("Run", run, &[&lists[..], &["version", "versions"]].concat());
    if let Some(versions) = run.get("versions").and_then(Value::as_object) {
        out.push_str(&members("Versions", versions, &[]));
    }
    for list in lists {
        if let Some(items) = run.get(list).and_then(Value::as_array) {
            out.push_str(&table(list, items));
        }
    }
    out
}

/// Names with their values.
fn members(caption: &str, members: &Map<String, Value>, without: &[&str]) -> String {
    let shown = members.iter().filter(|(name, _)| !without.contains(&name.as_str()));
    let rows: String = shown
        .map(|(key, value)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>",
                name(key),
                plain(key, value)
            )
        })
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => {
            format!("<div class=\"wide\"><table><caption>{caption}</caption><tbody>{rows}</tbody></table></div>\n")
        }
    }
}

/// A list of objects, a column for every member that one of them has.
fn table(caption: &str, items: &[Value]) -> String {
    let mut names: Vec<&String> = Vec::new();
    for name in items.iter().filter_map(Value::as_object).flat_map(Map::keys) {
        if !names.contains(&name) && names.len() < 20 {
            names.push(name);
        }
    }
    let is_number = |name: &String| items.iter().any(|item| item.get(name).is_some_and(Value::is_number));
    let class = |name: &String| if is_number(name) { " class=\"n\"" } else { "" };
    let head: String = names
        .iter()
        .map(|key| format!("<th scope=\"col\"{}>{}</th>", class(key), name(key)))
        .collect();
    let rows = items.iter().map(|item| {
        let cells = names.iter().map(|key| {
            let value = item.get(key.as_str()).map_or(String::new(), |value| plain(key, value));
            format!("<td{}>{value}</td>", class(key))
        });
        format!("<tr>{}</tr>", cells.collect::<String>())
    });
    let mut caption = caption.to_owned();
    if let Some(first) = caption.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!(
        "<div class=\"wide\"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{}</tbody></table></div>\n",
        rows.collect::<String>()
    )
}

/// A value as a reader wants it: counts grouped, seconds with one place, everything else as JSON without outer quotes.
fn plain(key: &str, value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match (key, number.as_u64(), number.as_f64()) {
            ("seconds", _, Some(seconds)) => format!("{seconds:.1} s"),
            ("bytes", Some(bytes), _) => size(bytes),
            (_, Some(count), _) if count >= 10_000 => grouped(count),
            _ => number.to_string(),
        },
        other => other.to_string(),
    };
    escaped(&PAGE.cut(&text, OPTION))
}
