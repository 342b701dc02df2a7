//! One SQL text with named parameters, and what the two databases are sent for it.

use std::sync::{Arc, OnceLock};

use base::{Fault, Refusal, Result, TenantId};

use crate::value::{Params, Value};

/// How many rows a write must touch for its act to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Any,
    /// Exactly one; otherwise the act conflicts and runs again.
    One,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    Append,
}

/// A statement of SQL that both databases understand.
///
/// Parameters are `:name`; `:tenant` is bound by the act and `:cell` to the cell's own tenant. Every text names one of the
/// two. Declared as a `static`, so that prepared forms can be kept by address.
pub struct Statement {
    text: &'static str,
    kind: Kind,
    expect: Expect,
    on_duplicate: Option<Refusal>,
    parsed: OnceLock<Parsed>,
    columns: OnceLock<Arc<[String]>>,
}

pub(crate) struct Parsed {
    /// For both databases: parameters as `?1`/`$1` in the order of `names`.
    pub(crate) sqlite: String,
    pub(crate) postgres: String,
    pub(crate) names: Vec<&'static str>,
    /// Whether it goes through the rows of all tenants: those from the cell's on.
    spans_tenants: bool,
    /// For [`Statement::append`]: what stands before the tuple of values, and the tuple as pieces between parameters.
    pub(crate) insert: Option<Insert>,
}

pub(crate) struct Insert {
    head: String,
    /// Text pieces of the tuple; a parameter (index into `names`) follows each but the last.
    pieces: Vec<(String, Option<usize>)>,
}

impl Statement {
    /// A `SELECT`.
    pub const fn read(text: &'static str) -> Self {
        Self::new(text, Kind::Read)
    }

    /// An `INSERT`, `UPDATE` or `DELETE`.
    pub const fn write(text: &'static str) -> Self {
        Self::new(text, Kind::Write)
    }

    /// An `INSERT … VALUES (…)` without more, whose order among the other writes of its batch does not matter, nor among
    /// those of other batches that do not conflict with it: the committer may join many of them into one, ahead of the rest.
    pub const fn append(text: &'static str) -> Self {
        Self::new(text, Kind::Append)
    }

    const fn new(text: &'static str, kind: Kind) -> Self {
        Self {
            text,
            kind,
            expect: Expect::Any,
            on_duplicate: None,
            parsed: OnceLock::new(),
            columns: OnceLock::new(),
        }
    }

    /// A row that breaks a unique index is answered with this refusal. Without one, the act runs again.
    #[must_use]
    pub const fn or_duplicate(mut self, refusal: Refusal) -> Self {
        self.on_duplicate = Some(refusal);
        self
    }

    /// The write must touch exactly one row; otherwise the act conflicts and runs again. On PostgreSQL, a group with such a
    /// write takes one round trip more.
    #[must_use]
    pub const fn exactly_one(mut self) -> Self {
        self.expect = Expect::One;
        self
    }

    pub const fn text(&self) -> &'static str {
        self.text
    }

    pub const fn is_read(&self) -> bool {
        matches!(self.kind, Kind::Read)
    }

    const fn is_append(&self) -> bool {
        matches!(self.kind, Kind::Append)
    }

    /// How several rows of an append are written at once.
    pub(crate) fn joined(&'static self) -> Option<&'static Insert> {
        self.parsed().insert.as_ref()
    }

    /// Whether an append is what it must be.
    ///
    /// # Errors
    /// A fault when its text does not end with the tuple of values.
    pub(crate) fn check_joined(&'static self) -> Result<()> {
        if self.is_append() && self.joined().is_none() {
            let what = format!("«{}» is no INSERT … VALUES (…) without more", self.text);
            return Err(Fault::new(what).into());
        }
        Ok(())
    }

    pub(crate) const fn expect(&self) -> Expect {
        match self.kind {
            // It inserts its row or fails, and is joined with others.
            Kind::Append => Expect::Any,
            Kind::Read | Kind::Write => self.expect,
        }
    }

    pub(crate) const fn on_duplicate(&self) -> Option<Refusal> {
        self.on_duplicate
    }

    /// Distinguishes statements for the caches of prepared forms.
    pub(crate) fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(crate) fn parsed(&'static self) -> &'static Parsed {
        self.parsed
            .get_or_init(|| Parsed::of(self.text, self.is_append()))
    }

    /// The names of a read's columns, asked of the driver once.
    pub(crate) fn columns(&'static self, names: impl FnOnce() -> Arc<[String]>) -> Arc<[String]> {
        Arc::clone(self.columns.get_or_init(names))
    }

    /// Whether the text is bound to a tenant or to the cell, as every statement must be.
    pub fn is_bound(&'static self) -> bool {
        self.parsed()
            .names
            .iter()
            .any(|name| matches!(*name, "tenant" | "cell"))
    }

    /// Whether the text goes through the rows of all tenants, as `tenant >= :cell` does.
    pub fn spans_tenants(&'static self) -> bool {
        self.parsed().spans_tenants
    }

    /// Puts the parameters in the order of the text.
    pub(crate) fn bind(&'static self, tenant: TenantId, mut params: Params) -> Result<Vec<Value>> {
        let parsed = self.parsed();
        let mut values = Vec::with_capacity(parsed.names.len());
        for name in &parsed.names {
            let value = match *name {
                "tenant" => Value::Bytes(tenant.to_bytes().to_vec()),
                "cell" => Value::Bytes(TenantId::NIL.to_bytes().to_vec()),
                name => {
                    let given = params.iter().position(|(given, _)| *given == name);
                    let index = given
                        .ok_or_else(|| Fault::new(format!("parameter :{name} is not given")))?;
                    params.swap_remove(index).1
                }
            };
            values.push(value);
        }
        match params.first() {
            None => Ok(values),
            Some((name, _)) => {
                Err(Fault::new(format!("parameter :{name} is not in the statement")).into())
            }
        }
    }
}

impl Parsed {
    fn of(text: &'static str, is_append: bool) -> Self {
        let (mut sqlite, mut postgres) = (String::new(), String::new());
        let mut names: Vec<&'static str> = Vec::new();
        let tuple_at = tuple_at(text).filter(|_| is_append);
        let mut insert = tuple_at.map(|at| Insert {
            head: text.get(..at).unwrap_or_default().to_owned(),
            pieces: vec![(String::new(), None)],
        });
        for token in (Tokens { rest: text }) {
            let at = text.len() - token.rest.len();
            let in_tuple = tuple_at.is_some_and(|tuple| at > tuple);
            match token.part {
                Part::Text(part) => {
                    sqlite.push_str(part);
                    postgres.push_str(part);
                    if let Some(insert) = insert.as_mut().filter(|_| in_tuple) {
                        let start = tuple_at.unwrap_or(0).saturating_sub(at - part.len());
                        insert.push_text(part.get(start..).unwrap_or(part));
                    }
                }
                Part::Name(name) => {
                    let index = names
                        .iter()
                        .position(|known| *known == name)
                        .unwrap_or_else(|| {
                            names.push(name);
                            names.len() - 1
                        });
                    sqlite.push_str(&format!("?{}", index + 1));
                    postgres.push_str(&format!("${}", index + 1));
                    if let Some(insert) = insert.as_mut().filter(|_| in_tuple) {
                        insert.push_parameter(index);
                    }
                }
            }
        }
        Self {
            sqlite,
            postgres,
            names,
            spans_tenants: text.contains(">= :cell"),
            insert,
        }
    }
}

impl Insert {
    fn push_text(&mut self, text: &str) {
        if let Some((piece, None)) = self.pieces.last_mut() {
            piece.push_str(text);
        } else {
            self.pieces.push((text.to_owned(), None));
        }
    }

    fn push_parameter(&mut self, index: usize) {
        if let Some((_, parameter @ None)) = self.pieces.last_mut() {
            *parameter = Some(index);
        } else {
            self.pieces.push((String::new(), Some(index)));
        }
    }

    /// The text for `rows` tuples at once; each tuple has its own parameters, in the order of the statement's names.
    pub(crate) fn text(&self, rows: usize, names: usize) -> String {
        let mut text = self.head.clone();
        for row in 0..rows {
            if row > 0 {
                text.push(',');
            }
            for (piece, parameter) in &self.pieces {
                text.push_str(piece);
                if let Some(index) = parameter {
                    text.push_str(&format!("${}", row * names + index + 1));
                }
            }
        }
        text
    }
}

/// Where the tuple of values begins, if it is all that stands behind the word.
fn tuple_at(text: &str) -> Option<usize> {
    const WORD: &str = "VALUES";
    let at = text.to_ascii_uppercase().rfind(WORD)? + WORD.len();
    let tuple = text.get(at..)?.trim();
    let mut depth = 0_usize;
    for (index, c) in tuple.char_indices() {
        depth = match c {
            '(' => depth + 1,
            ')' => depth.checked_sub(1)?,
            _ => depth,
        };
        if depth == 0 {
            return (index > 0 && index + 1 == tuple.len()).then_some(at);
        }
    }
    None
}

enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

struct Token<'a> {
    part: Part<'a>,
    rest: &'a str,
}

/// Splits SQL into text and `:name` parameters. `::` is a cast, and what stands in quotes is text.
struct Tokens<'a> {
    rest: &'a str,
}

impl Iterator for Tokens<'static> {
    type Item = Token<'static>;

    fn next(&mut self) -> Option<Token<'static>> {
        if self.rest.is_empty() {
            return None;
        }
        let (part, rest) = match parameter_at_start(self.rest) {
            Some((name, rest)) => (Part::Name(name), rest),
            None => {
                let end = end_of_text(self.rest);
                let (text, rest) = self.rest.split_at(end);
                (Part::Text(text), rest)
            }
        };
        self.rest = rest;
        Some(Token { part, rest })
    }
}

fn parameter_at_start(text: &str) -> Option<(&str, &str)> {
    let after = text.strip_prefix(':')?;
    let length = after
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(after.len());
    (length > 0).then(|| after.split_at(length))
}

/// Where the run of plain text ends that begins here: before the next parameter, or at the end.
fn end_of_text(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut quoted) = (0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' => quoted = !quoted,
            b':' if !quoted && bytes.get(at + 1) == Some(&b':') => at += 1,
            b':' if !quoted
                && at > 0
                && text
                    .get(at..)
                    .is_some_and(|t| parameter_at_start(t).is_some()) =>
            {
                return at;
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_positions_and_repeat() {
        static READ: Statement = Statement::read(
            "SELECT a::text, ':no' FROM t WHERE tenant = :tenant AND (b = :b OR c = :b) LIMIT :limit",
        );
        let parsed = READ.parsed();
        assert_eq!(
            parsed.postgres,
            "SELECT a::text, ':no' FROM t WHERE tenant = $1 AND (b = $2 OR c = $2) LIMIT $3"
        );
        assert_eq!(parsed.sqlite.matches("?2").count(), 2);
        assert_eq!(parsed.names, ["tenant", "b", "limit"]);
        assert!(READ.is_bound());
    }

    #[test]
    fn appends_join_into_many_rows() {
        static INSERT: Statement =
            Statement::append("INSERT INTO t (tenant, a, b) VALUES (:tenant, :a, 7)");
        let parsed = INSERT.parsed();
        let text = parsed.insert.as_ref().unwrap().text(2, parsed.names.len());
        assert_eq!(
            text,
            "INSERT INTO t (tenant, a, b) VALUES ($1, $2, 7), ($3, $4, 7)"
        );
    }

    #[test]
    fn only_a_tuple_at_the_end_can_be_joined() {
        static LOWER: Statement =
            Statement::append("insert into t (tenant, a) values (:tenant, lower(:a)) ");
        static MORE: Statement =
            Statement::append("INSERT INTO t (tenant) VALUES (:tenant) ON CONFLICT DO NOTHING");
        static TWO: Statement =
            Statement::append("INSERT INTO t (tenant) VALUES (:tenant), (:tenant)");
        static WRITE: Statement = Statement::write("INSERT INTO t (tenant) VALUES (:tenant)");
        let text = LOWER.joined().unwrap().text(2, 2);
        assert!(
            text.ends_with("values ($1, lower($2)) , ($3, lower($4)) "),
            "{text}"
        );
        assert!(MORE.joined().is_none() && MORE.check_joined().is_err());
        assert!(TWO.joined().is_none() && TWO.check_joined().is_err());
        assert!(WRITE.joined().is_none() && WRITE.check_joined().is_ok());
    }

    #[test]
    fn parameters_that_do_not_fit_are_faults() {
        static READ: Statement =
            Statement::read("SELECT 1 FROM t WHERE tenant = :tenant AND a = :a");
        assert!(READ.bind(TenantId::NIL, vec![]).is_err());
        assert!(
            READ.bind(
                TenantId::NIL,
                vec![("a", Value::Int(1)), ("b", Value::Int(1))]
            )
            .is_err()
        );
        assert_eq!(
            READ.bind(TenantId::NIL, vec![("a", Value::Int(1))])
                .unwrap()
                .len(),
            2
        );
    }
}
