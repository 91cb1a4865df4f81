//! From a predicate's text to a tree of conditions on columns; types come later, in [`super::bind`].
//!
//! ```text
//! or         = and ("or" and)*
//! and        = not ("and" not)*
//! not        = "not" not | condition
//! condition  = operand [comparison operand | ["not"] "in" "(" literal ("," literal)* ")"
//!              | ["not"] "between" literal "and" literal | "is" ["not"] "null" | ["not"] "like" string]
//! operand    = column | literal | "(" or ")"
//! ```

use super::error::PredicateError;
use super::tokens::{Kind, Token, tokens};

/// Parentheses and `not`s inside each other, at most.
const MOST_NESTED: usize = 100;

/// A column as the predicate calls it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub(super) parts: Vec<String>,
}

impl Name {
    /// The name as messages show it.
    pub(super) fn shown(&self) -> String {
        self.parts.join(".")
    }
}

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

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    /// `<=>`, which is never null.
    NullSafe,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// The operator with its sides swapped.
    fn flipped(self) -> Operator {
        match self {
            Operator::Less => Operator::Greater,
            Operator::LessOrEqual => Operator::GreaterOrEqual,
            Operator::Greater => Operator::Less,
            Operator::GreaterOrEqual => Operator::LessOrEqual,
            same => same,
        }
    }
}

/// What `like` asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    Exactly(String),
    Prefix(String),
}

/// A predicate by its syntax.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    /// A literal alone, or an operand.
    Value(Literal, usize),
    /// A column alone, or an operand.
    Column(Name),
    Compare(Name, Operator, Literal),
    In(Name, Vec<Literal>),
    IsNull(Name),
    Like(Name, Pattern),
}

/// Reads a predicate.
pub(super) fn parse(text: &str) -> Result<Expression, PredicateError> {
    let mut parser = Parser {
        text,
        tokens: tokens(text)?,
        next: 0,
        nested: 0,
    };
    if parser.peek() == &Kind::End {
        return Err(parser.unreadable("there is no predicate"));
    }
    let expression = parser.or()?;
    if parser.peek() != &Kind::End {
        return Err(parser.unexpected());
    }
    Ok(expression)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    nested: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Kind {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> &Kind {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.next + by).min(last)].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next.min(self.tokens.len() - 1)].at
    }

    fn unreadable(&self, what: &str) -> PredicateError {
        PredicateError::unreadable(self.text, self.at(), what)
    }

    fn unsupported(&self, at: usize, what: &str) -> PredicateError {
        PredicateError::unsupported(self.text, at, what)
    }

    /// The error about a token that fits nowhere.
    fn unexpected(&self) -> PredicateError {
        let at = self.at();
        match self.peek() {
            Kind::Symbol("+" | "-" | "*" | "/" | "%" | "||") => self.unsupported(at, "arithmetic is not supported"),
            Kind::Symbol("(") => self.unsupported(at, "functions and subqueries are not supported"),
            Kind::Symbol("=" | "==" | "<" | "<=" | ">" | ">=" | "<>" | "!=" | "<=>") => {
                self.unsupported(at, "a comparison of a comparison is not supported")
            }
            Kind::Word(word) if is_one_of(word, &["rlike", "regexp", "ilike", "escape", "collate", "div"]) => {
                self.unsupported(at, &format!("{} is not supported", word.to_lowercase()))
            }
            Kind::End => self.unreadable("the predicate ends too early"),
            _ => self.unreadable("this does not belong here"),
        }
    }

    fn is_word(&self, by: usize, word: &str) -> bool {
        matches!(self.ahead(by), Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        self.next += usize::from(found);
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<(), PredicateError> {
        if self.take_word(word) {
            return Ok(());
        }
        Err(self.unreadable(&format!("{word} is missing")))
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Kind::Symbol(found) if *found == symbol);
        self.next += usize::from(found);
        found
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), PredicateError> {
        if self.take_symbol(symbol) {
            return Ok(());
        }
        match self.peek() {
            Kind::Symbol("+" | "-" | "*" | "/" | "%" | "||" | "(") => Err(self.unexpected()),
            _ => Err(self.unreadable(&format!("{symbol} is missing"))),
        }
    }

    fn or(&mut self) -> Result<Expression, PredicateError> {
        self.chain("or", Self::and, Expression::Or)
    }

    fn and(&mut self) -> Result<Expression, PredicateError> {
        self.chain("and", Self::not, Expression::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression, PredicateError>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, PredicateError> {
        let first = part(self)?;
        if !self.is_word(0, word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, PredicateError>) -> Result<T, PredicateError> {
        if self.nested == MOST_NESTED {
            return Err(self.unsupported(self.at(), "the predicate is nested too deeply"));
        }
        self.nested += 1;
        let result = work(self);
        self.nested -= 1;
        result
    }

    fn not(&mut self) -> Result<Expression, PredicateError> {
        if self.take_word("not") {
            let inner = self.deeper(Self::not)?;
            return Ok(Expression::Not(Box::new(inner)));
        }
        self.condition()
    }

    fn condition(&mut self) -> Result<Expression, PredicateError> {
        let at = self.at();
        let operand = self.operand()?;
        if let Some((operator, negated)) = self.operator() {
            self.next += 1;
            let right_at = self.at();
            let right = self.operand()?;
            return self.comparison((operand, at), (operator, negated), (right, right_at));
        }
        if self.take_word("is") {
            let negated = self.take_word("not");
            if !self.take_word("null") {
                return Err(self.unsupported(self.at(), "only is null and is not null are supported"));
            }
            let column = self.column(operand, at)?;
            return Ok(unless(negated, Expression::IsNull(column)));
        }
        let negated = self.is_word(0, "not") && ["in", "between", "like"].iter().any(|word| self.is_word(1, word));
        self.next += usize::from(negated);
        if self.take_word("in") {
            let column = self.column(operand, at)?;
            let list = self.list()?;
            return Ok(unless(negated, Expression::In(column, list)));
        }
        if self.take_word("between") {
            let column = self.column(operand, at)?;
            let low = self.literal()?;
            self.expect_word("and")?;
            let high = self.literal()?;
            let within = vec![
                Expression::Compare(column.clone(), Operator::GreaterOrEqual, low),
                Expression::Compare(column, Operator::LessOrEqual, high),
            ];
            return Ok(unless(negated, Expression::And(within)));
        }
        if self.take_word("like") {
            let column = self.column(operand, at)?;
            return Ok(unless(negated, self.like(column)?));
        }
        Ok(operand)
    }

    /// The comparison that comes next, and whether its result is negated.
    fn operator(&self) -> Option<(Operator, bool)> {
        let Kind::Symbol(symbol) = self.peek() else { return None };
        Some(match *symbol {
            "=" | "==" => (Operator::Equal, false),
            "<>" | "!=" => (Operator::Equal, true),
            "<=>" => (Operator::NullSafe, false),
            "<" => (Operator::Less, false),
            "<=" => (Operator::LessOrEqual, false),
            ">" => (Operator::Greater, false),
            ">=" => (Operator::GreaterOrEqual, false),
            _ => return None,
        })
    }

    fn comparison(
        &self,
        (left, left_at): (Expression, usize),
        (operator, negated): (Operator, bool),
        (right, right_at): (Expression, usize),
    ) -> Result<Expression, PredicateError> {
        let compare = match (left, right) {
            (Expression::Column(column), Expression::Value(literal, _)) => {
                Expression::Compare(column, operator, literal)
            }
            (Expression::Value(literal, _), Expression::Column(column)) => {
                Expression::Compare(column, operator.flipped(), literal)
            }
            (Expression::Column(_), Expression::Column(_)) => {
                return Err(self.unsupported(left_at, "two columns are compared, which is not supported"));
            }
            (Expression::Value(..), Expression::Value(..)) => {
                return Err(self.unsupported(left_at, "two literals are compared, which is not supported"));
            }
            (Expression::Column(_) | Expression::Value(..), _) => {
                return Err(self.unsupported(right_at, "a comparison of a condition is not supported"));
            }
            _ => return Err(self.unsupported(left_at, "a comparison of a condition is not supported")),
        };
        Ok(unless(negated, compare))
    }

    fn column(&self, operand: Expression, at: usize) -> Result<Name, PredicateError> {
        match operand {
            Expression::Column(column) => Ok(column),
            _ => Err(self.unsupported(at, "only a column can stand here")),
        }
    }

    fn operand(&mut self) -> Result<Expression, PredicateError> {
        if self.take_symbol("(") {
            let inner = self.deeper(Self::or)?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        let at = self.at();
        if let Some(literal) = self.try_literal()? {
            return self.alone(Expression::Value(literal, at));
        }
        let mut parts = vec![self.name_part()?];
        while self.take_symbol(".") {
            parts.push(self.name_part()?);
        }
        self.alone(Expression::Column(Name { parts }))
    }

    /// The operand, unless something follows that would make it part of a larger one.
    fn alone(&self, operand: Expression) -> Result<Expression, PredicateError> {
        let is_refused = match self.peek() {
            Kind::Symbol("+" | "-" | "*" | "/" | "%" | "||" | "(") => true,
            Kind::Word(word) => is_one_of(word, &["rlike", "regexp", "ilike", "collate", "div"]),
            _ => false,
        };
        if is_refused {
            Err(self.unexpected())
        } else {
            Ok(operand)
        }
    }

    fn name_part(&mut self) -> Result<String, PredicateError> {
        let name = match self.peek() {
            Kind::Quoted(name) => name.clone(),
            Kind::Word(word) if is_one_of(word, &["case", "cast", "try_cast", "exists", "interval"]) => {
                return Err(self.unsupported(self.at(), &format!("{} is not supported", word.to_lowercase())));
            }
            Kind::Word(word) if !is_one_of(word, &["and", "or", "not", "in", "is", "like", "between", "select"]) => {
                word.clone()
            }
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(name)
    }

    fn list(&mut self) -> Result<Vec<Literal>, PredicateError> {
        self.expect_symbol("(")?;
        if self.is_word(0, "select") {
            return Err(self.unsupported(self.at(), "subqueries are not supported"));
        }
        let mut list = vec![self.literal()?];
        while self.take_symbol(",") {
            list.push(self.literal()?);
        }
        self.expect_symbol(")")?;
        Ok(list)
    }

    fn like(&mut self, column: Name) -> Result<Expression, PredicateError> {
        let at = self.at();
        match self.literal()? {
            Literal::Text(pattern) => {
                if self.is_word(0, "escape") {
                    return Err(self.unexpected());
                }
                let pattern = self.pattern(&pattern, at)?;
                Ok(Expression::Like(column, pattern))
            }
            _ => Err(self.unsupported(at, "like takes a string")),
        }
    }

    fn pattern(&self, pattern: &str, at: usize) -> Result<Pattern, PredicateError> {
        let mut plain = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some(escaped @ ('%' | '_' | '\\')) => plain.push(escaped),
                    _ => {
                        return Err(PredicateError::unreadable(
                            self.text,
                            at,
                            "\\ must precede %, _ or \\ in a pattern",
                        ));
                    }
                },
                '%' if characters.all(|rest| rest == '%') => return Ok(Pattern::Prefix(plain)),
                '%' | '_' => {
                    return Err(self.unsupported(at, "only patterns that end with their one % are supported"));
                }
                _ => plain.push(character),
            }
        }
        Ok(Pattern::Exactly(plain))
    }

    fn literal(&mut self) -> Result<Literal, PredicateError> {
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
    fn try_literal(&mut self) -> Result<Option<Literal>, PredicateError> {
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

fn unless(negated: bool, expression: Expression) -> Expression {
    if negated {
        Expression::Not(Box::new(expression))
    } else {
        expression
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
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
