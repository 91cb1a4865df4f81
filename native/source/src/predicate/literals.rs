//! Literals: what they are, and how they are read.

use super::error::PredicateError;
use super::parse::{Parser, is_one_of};
use super::tokens::Kind;

/// A value that the predicate spells out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    /// An integer with the decimal digits of its type, as Spark counts them: 3, 5, 10 or 20.
    Integer {
        value: i64,
        digits: u8,
    },
    Decimal {
        mantissa: i128,
        precision: u8,
        scale: i32,
    },
    Float(f32),
    Double(f64),
    Text(String),
    Binary(Vec<u8>),
    /// `date '…'` and its like: the text is read when the time zone is known.
    Date(String),
    Timestamp(String),
    TimestampNtz(String),
}

impl Literal {
    /// The name of its type.
    pub(super) fn type_name(&self) -> String {
        match self {
            Literal::Null => "null".to_owned(),
            Literal::Boolean(_) => "boolean".to_owned(),
            Literal::Integer { digits, .. } => match digits {
                3 => "tinyint",
                5 => "smallint",
                10 => "int",
                _ => "bigint",
            }
            .to_owned(),
            Literal::Decimal { precision, scale, .. } => format!("decimal({precision},{scale})"),
            Literal::Float(_) => "float".to_owned(),
            Literal::Double(_) => "double".to_owned(),
            Literal::Text(_) => "string".to_owned(),
            Literal::Binary(_) => "binary".to_owned(),
            Literal::Date(_) => "date".to_owned(),
            Literal::Timestamp(_) => "timestamp".to_owned(),
            Literal::TimestampNtz(_) => "timestamp_ntz".to_owned(),
        }
    }
}

impl Parser<'_> {
    /// The literal that must come next.
    pub(super) fn literal(&mut self) -> Result<Literal, PredicateError> {
        let at = self.at();
        let is_nested = self.take_symbol("(");
        let literal = self.try_literal()?;
        let Some(literal) = literal else {
            return Err(match self.peek() {
                Kind::End | Kind::Symbol(_) => self.unexpected(),
                _ => self.unsupported(at, "only a literal can stand here"),
            });
        };
        if is_nested {
            self.expect_symbol(")")?;
        }
        Ok(literal)
    }

    /// The literal that comes next, if it is one.
    pub(super) fn try_literal(&mut self) -> Result<Option<Literal>, PredicateError> {
        let at = self.at();
        let negative = matches!((self.peek(), self.ahead(1)), (Kind::Symbol("-"), Kind::Number { .. }));
        self.next += usize::from(negative);
        let literal = match (self.peek(), self.ahead(1)) {
            (Kind::Number { digits, suffix }, _) => {
                let literal = number(negative, digits, suffix);
                self.next += 1;
                literal.ok_or_else(|| PredicateError::unreadable(self.text, at, "this number does not fit its type"))?
            }
            (Kind::Text(_), _) => Literal::Text(self.text_literal()),
            (Kind::Word(word), Kind::Text(_)) => {
                let word = word.to_lowercase();
                if !is_one_of(&word, &["date", "timestamp", "timestamp_ltz", "timestamp_ntz", "x"]) {
                    return Err(self.unsupported(at, &format!("a literal {word} '…' is not supported")));
                }
                self.next += 1;
                let text = self.text_literal();
                match word.as_str() {
                    "date" => Literal::Date(text),
                    "timestamp" | "timestamp_ltz" => Literal::Timestamp(text),
                    "timestamp_ntz" => Literal::TimestampNtz(text),
                    _ => {
                        Literal::Binary(hexadecimal(&text).ok_or_else(|| {
                            PredicateError::unreadable(self.text, at, "these are no hexadecimal digits")
                        })?)
                    }
                }
            }
            (Kind::Word(word), _) if is_one_of(word, &["null", "true", "false"]) => {
                let literal = match word.to_ascii_lowercase().as_str() {
                    "null" => Literal::Null,
                    word => Literal::Boolean(word == "true"),
                };
                self.next += 1;
                literal
            }
            _ => return Ok(None),
        };
        Ok(Some(literal))
    }

    /// Strings that follow each other are one.
    fn text_literal(&mut self) -> String {
        let mut whole = String::new();
        while let Kind::Text(text) = self.peek() {
            whole.push_str(text);
            self.next += 1;
        }
        whole
    }
}

/// A number by its digits and its suffix; `None` where its type does not hold it.
fn number(negative: bool, digits: &str, suffix: &str) -> Option<Literal> {
    let signed = if negative {
        format!("-{digits}")
    } else {
        digits.to_owned()
    };
    let is_whole = digits.bytes().all(|b| b.is_ascii_digit());
    let has_exponent = digits.contains(['e', 'E']);
    match suffix {
        "F" => signed.parse().ok().filter(|v: &f32| v.is_finite()).map(Literal::Float),
        "D" => signed.parse().ok().filter(|v: &f64| v.is_finite()).map(Literal::Double),
        "" if has_exponent => signed.parse().ok().filter(|v: &f64| v.is_finite()).map(Literal::Double),
        "L" | "S" | "Y" if is_whole => {
            let value: i64 = signed.parse().ok()?;
            let (fits, digits) = match suffix {
                "S" => (i16::try_from(value).is_ok(), 5),
                "Y" => (i8::try_from(value).is_ok(), 3),
                _ => (true, 20),
            };
            fits.then_some(Literal::Integer { value, digits })
        }
        "" if is_whole && let Ok(value) = signed.parse::<i64>() => Some(Literal::Integer {
            value,
            digits: if i32::try_from(value).is_ok() { 10 } else { 20 },
        }),
        "" | "BD" if !has_exponent => decimal(negative, digits),
        _ => None,
    }
}

fn decimal(negative: bool, digits: &str) -> Option<Literal> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let size: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let scale = u8::try_from(fraction.len()).ok()?;
    let precision = size.checked_ilog10().map_or(1, |log| log as u8 + 1).max(scale);
    (precision <= 38).then_some(Literal::Decimal {
        mantissa: if negative { -size } else { size },
        precision,
        scale: i32::from(scale),
    })
}

/// Bytes of hexadecimal digits; the first of an odd number of digits stands for a byte of its own, as in Spark.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let padded = if text.len().is_multiple_of(2) {
        text.to_owned()
    } else {
        format!("0{text}")
    };
    if !padded.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = padded.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
