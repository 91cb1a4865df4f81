//! A predicate's text as tokens, by Spark's rules for words, names, numbers and strings.

use super::error::PredicateError;

/// One token of a predicate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it begins in the text, in bytes.
    pub(super) at: usize,
}

/// The kind of a token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A key word, or a name without quotes.
    Word(String),
    /// A name in backquotes.
    Quoted(String),
    /// A string, its escapes undone.
    Text(String),
    /// A number without its sign, and its suffix in upper case.
    Number { digits: String, suffix: String },
    /// An operator or a separator.
    Symbol(&'static str),
    /// Nothing more.
    End,
}

/// Longer ones first.
const SYMBOLS: [&str; 19] = [
    "<=>", "<=", ">=", "<>", "!=", "==", "||", "=", "<", ">", "(", ")", ",", ".", "-", "+", "*", "/", "%",
];

const SUFFIXES: [&str; 6] = ["BD", "L", "S", "Y", "D", "F"];

/// The tokens of a text; the last one is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, PredicateError> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            found.push(Token { kind: Kind::End, at });
            return Ok(found);
        };
        if rest.starts_with("--") || rest.starts_with("/*") {
            return Err(PredicateError::unreadable(text, at, "comments are not read"));
        }
        let (kind, length) = match first {
            '`' => quoted(text, at)?,
            '\'' | '"' => string(text, at, first)?,
            _ => match number(rest).or_else(|| word(rest)) {
                Some(token) => token,
                None => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
                    Some(symbol) => (Kind::Symbol(symbol), symbol.len()),
                    None => {
                        return Err(PredicateError::unreadable(
                            text,
                            at,
                            "this begins nothing that is known",
                        ));
                    }
                },
            },
        };
        found.push(Token { kind, at });
        at += length;
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Words may begin with a digit, as in Spark: `2024_sales` is a name.
fn word(rest: &str) -> Option<(Kind, usize)> {
    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    (length > 0).then(|| (Kind::Word(rest[..length].to_owned()), length))
}

/// `5`, `1.5`, `.5`, `1e3`, with a suffix; `None` where the digits go on as a word.
fn number(rest: &str) -> Option<(Kind, usize)> {
    let digits_from = |at: usize| rest[at..].bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits_from(0);
    let mut length = whole;
    if rest[length..].starts_with('.') {
        let fraction = digits_from(length + 1);
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if length == 0 {
        return None;
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits_from(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    let after = &rest[length..];
    let tail = &after[..after.find(|c| !is_word(c)).unwrap_or(after.len())];
    let suffix = tail.to_ascii_uppercase();
    (tail.is_empty() || SUFFIXES.contains(&suffix.as_str())).then(|| {
        let digits = rest[..length].to_owned();
        (Kind::Number { digits, suffix }, length + tail.len())
    })
}

/// A name in backquotes, where two of them stand for one.
fn quoted(text: &str, at: usize) -> Result<(Kind, usize), PredicateError> {
    let rest = &text[at + 1..];
    let mut name = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        if character != '`' {
            name.push(character);
        } else if characters.next_if(|&(_, next)| next == '`').is_some() {
            name.push('`');
        } else if name.is_empty() {
            break;
        } else {
            return Ok((Kind::Quoted(name), place + 2));
        }
    }
    Err(PredicateError::unreadable(
        text,
        at,
        "this name in backquotes has no end",
    ))
}

/// A string in quotes with Spark's escapes.
fn string(text: &str, at: usize, quote: char) -> Result<(Kind, usize), PredicateError> {
    let rest = &text[at + 1..];
    let mut plain = String::new();
    let mut place = 0;
    while let Some(character) = rest[place..].chars().next() {
        place += character.len_utf8();
        if character == quote {
            if rest[place..].starts_with(quote) {
                // Lines of Spark disagree: the second quote begins another string, or stands for itself.
                let what = format!("two quotes in a row; write \\{quote} for a quote in a string");
                return Err(PredicateError::unreadable(text, at + place, what));
            }
            return Ok((Kind::Text(plain), place + 1));
        }
        if character == '\\' {
            place += escape(&rest[place..], &mut plain)
                .ok_or_else(|| PredicateError::unreadable(text, at + place, "this escape stands for no character"))?;
        } else {
            plain.push(character);
        }
    }
    Err(PredicateError::unreadable(text, at, "this string has no end"))
}

/// Undoes what stands after a backslash: how many bytes of it there are.
fn escape(rest: &str, plain: &mut String) -> Option<usize> {
    let code = |digits: usize| {
        let hex = rest.get(1..=digits)?;
        let all_hex = hex.bytes().all(|b| b.is_ascii_hexdigit());
        all_hex.then(|| u32::from_str_radix(hex, 16).ok()).flatten()
    };
    let first = rest.chars().next()?;
    let unicode = match first {
        'u' => code(4).map(|code| (code, 5)),
        'U' => code(8).map(|code| (code, 9)),
        _ => octal(rest).map(|code| (code, 3)),
    };
    if let Some((code, length)) = unicode {
        plain.push(char::from_u32(code)?);
        return Some(length);
    }
    match first {
        '0' => plain.push('\0'),
        'b' => plain.push('\u{8}'),
        'n' => plain.push('\n'),
        'r' => plain.push('\r'),
        't' => plain.push('\t'),
        'Z' => plain.push('\u{1a}'),
        // These keep their backslash, for `like`.
        '%' | '_' => plain.extend(['\\', first]),
        other => plain.push(other),
    }
    Some(first.len_utf8())
}

/// Three octal digits up to 177.
fn octal(rest: &str) -> Option<u32> {
    let digits = rest.get(..3)?;
    let is_octal = digits.bytes().all(|b| (b'0'..=b'7').contains(&b)) && digits.as_bytes()[0] <= b'1';
    is_octal.then(|| u32::from_str_radix(digits, 8).ok()).flatten()
}
