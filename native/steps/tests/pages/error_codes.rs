//! The page of error codes.

use crate::{COMMAND, check};
use parity_source::code::{Code, Raiser};

const BEFORE: &str = "\
Whatever keeps two datasets from being compared is an error with a stable code, a message and mostly a hint. The code is
for programs: it keeps its text and its meaning from version to version. The message is a fact with the names concerned,
the hint says what to do; both are for people, and their words may change.

The command writes `parity: CODE: message` and exits with status 2, and with `--json` the last line of standard output is
`{\"version\": 1, \"error\": {\"code\", \"message\", \"hint\"}}`. In Python the error is a `ParityError` with these three
members.

- *Raised by*: `native` is the native code, in the command and on Spark; `jvm` is Spark's side in Java and Scala;
  `python` is the Python package.
- *Tried again*: after such an error Spark tries the task again, because another executor or a moment's wait may mend
  it. After any other the stage ends at once.
";

#[test]
fn the_page_of_error_codes_is_what_the_code_says() {
    let rows = Code::ALL.iter().map(|code| {
        let raised_by = code.raised_by().iter().map(|raiser| match raiser {
            Raiser::Native => "native",
            Raiser::Jvm => "jvm",
            Raiser::Python => "python",
        });
        let raised_by = raised_by.collect::<Vec<_>>().join(", ");
        let tried_again = if code.is_mendable() { "yes" } else { "no" };
        format!("| `{code}` | {} | {raised_by} | {tried_again} |\n", code.when())
    });
    let page = format!(
        "# Error codes\n\n<!-- Written from native/source/src/code.rs: {COMMAND} -->\n\n{BEFORE}\n\
         | code | when | raised by | tried again |\n|---|---|---|---|\n{}",
        rows.collect::<String>()
    );
    check("docs/error-codes.md", &page);
}
