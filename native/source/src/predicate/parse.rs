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
use super::literals::Literal;
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

/// The pattern of a `like`.
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

/// A predicate that is being read.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    pub(super) next: usize,
    nested: usize,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> &Kind {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, by: usize) -> &Kind {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.next + by).min(last)].kind
    }

    pub(super) fn at(&self) -> usize {
        self.tokens[self.next.min(self.tokens.len() - 1)].at
    }

    fn unreadable(&self, what: &str) -> PredicateError {
        PredicateError::unreadable(self.text, self.at(), what)
    }

    pub(super) fn unsupported(&self, at: usize, what: &str) -> PredicateError {
        PredicateError::unsupported(self.text, at, what)
    }

    /// The error about a token that fits nowhere.
    pub(super) fn unexpected(&self) -> PredicateError {
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

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Kind::Symbol(found) if *found == symbol);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), PredicateError> {
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
}

fn unless(negated: bool, expression: Expression) -> Expression {
    if negated {
        Expression::Not(Box::new(expression))
    } else {
        expression
    }
}

pub(super) fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}
