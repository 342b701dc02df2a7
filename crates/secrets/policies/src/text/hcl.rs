//! A policy in the configuration language HCL, version 1: as much of it as policies use.

use super::{Cursor, DEPTH_MAX, Item, Node, Value, is_blank};
use crate::error::{Mistake, quoted};

/// The names and values of the text.
pub(super) fn parse(mut cursor: Cursor<'_>) -> Result<Vec<Item>, Mistake> {
    let items = items(&mut cursor)?;
    match cursor.peek() {
        None => Ok(items),
        Some(_) => Err(cursor.expected("a name")),
    }
}

/// Names and values up to something that is neither: the end, or a brace.
fn items(cursor: &mut Cursor<'_>) -> Result<Vec<Item>, Mistake> {
    let mut items = Vec::new();
    loop {
        skip_blanks(cursor)?;
        if !begins_name(cursor) {
            return Ok(items);
        }
        items.push(item(cursor)?);
        skip_blanks(cursor)?;
        cursor.eat(",");
    }
}

/// `name = value`, `name { … }`, or `name "more names" { … }`, which is a block in a block.
fn item(cursor: &mut Cursor<'_>) -> Result<Item, Mistake> {
    let (at, outer) = name(cursor)?;
    let mut inner = Vec::new();
    skip_blanks(cursor)?;
    while begins_name(cursor) {
        if inner.len() == DEPTH_MAX {
            return Err(Mistake::new(cursor.at(), "too many names in a row"));
        }
        inner.push(name(cursor)?);
        skip_blanks(cursor)?;
    }
    let is_block = cursor.peek() == Some('{');
    let is_value = inner.is_empty() && cursor.eat("=");
    if !is_block && !is_value {
        let what = if inner.is_empty() {
            "\"=\" or a block"
        } else {
            "a block"
        };
        return Err(cursor.expected(what));
    }
    skip_blanks(cursor)?;
    let mut value = value(cursor)?;
    while let Some((at, name)) = inner.pop() {
        let node = Node::Block(vec![Item { at, name, value }]);
        value = Value { at, node };
    }
    Ok(Item {
        at,
        name: outer,
        value,
    })
}

fn begins_name(cursor: &Cursor<'_>) -> bool {
    let first = cursor.peek();
    first.is_some_and(|c| c == '"' || c == '_' || c.is_alphabetic())
}

fn name(cursor: &mut Cursor<'_>) -> Result<(usize, String), Mistake> {
    let at = cursor.at();
    let name = match cursor.peek() {
        Some('"') => string(cursor)?,
        _ => word(cursor).to_owned(),
    };
    Ok((at, name))
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn value(cursor: &mut Cursor<'_>) -> Result<Value, Mistake> {
    let at = cursor.at();
    let node = match cursor.peek() {
        Some('"') => Node::Text(string(cursor)?),
        Some('<') => Node::Text(heredoc(cursor)?),
        Some('[') => Node::List(list(cursor)?),
        Some('{') => Node::Block(block(cursor)?),
        Some('-' | '0'..='9') => Node::Number(cursor.number()?),
        Some(c) if c == '_' || c.is_alphabetic() => match word(cursor) {
            "true" => Node::Truth(true),
            "false" => Node::Truth(false),
            other => {
                let reason = format!("{} has to be in quotes", quoted(other));
                return Err(Mistake::new(at, reason));
            }
        },
        _ => return Err(cursor.expected("a value")),
    };
    Ok(Value { at, node })
}

fn block(cursor: &mut Cursor<'_>) -> Result<Vec<Item>, Mistake> {
    let at = cursor.at();
    cursor.enter()?;
    cursor.eat("{");
    let items = items(cursor)?;
    if cursor.peek().is_none() {
        return Err(Mistake::new(at, "the brace opened here is not closed"));
    }
    if !cursor.eat("}") {
        return Err(cursor.expected("a name or \"}\""));
    }
    cursor.leave();
    Ok(items)
}

fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Value>, Mistake> {
    let at = cursor.at();
    cursor.enter()?;
    cursor.eat("[");
    let mut values = Vec::new();
    loop {
        skip_blanks(cursor)?;
        if cursor.peek() == Some(']') {
            break;
        }
        if cursor.peek().is_none() {
            return Err(Mistake::new(at, "the bracket opened here is not closed"));
        }
        values.push(value(cursor)?);
        skip_blanks(cursor)?;
        if !cursor.eat(",") && cursor.peek() != Some(']') {
            return Err(cursor.expected("a comma or \"]\""));
        }
    }
    cursor.eat("]");
    cursor.leave();
    Ok(values)
}

fn string(cursor: &mut Cursor<'_>) -> Result<String, Mistake> {
    let opened = cursor.at();
    cursor.eat("\"");
    let mut text = String::new();
    loop {
        let at = cursor.at();
        match cursor.take() {
            Some('"') => return Ok(text),
            Some('\\') => {
                let escaped = escape(cursor);
                let escaped = escaped.ok_or_else(|| Mistake::new(at, "this escape is unknown"))?;
                text.push(escaped);
            }
            Some('\n') | None => {
                return Err(Mistake::new(
                    opened,
                    "the quotes opened here are not closed on their line",
                ));
            }
            Some(c) => text.push(c),
        }
    }
}

/// The character that an escape means, behind its backslash.
fn escape(cursor: &mut Cursor<'_>) -> Option<char> {
    let digits = match cursor.take()? {
        'a' => return Some('\u{7}'),
        'b' => return Some('\u{8}'),
        'f' => return Some('\u{c}'),
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'v' => return Some('\u{b}'),
        same @ ('"' | '\\') => return Some(same),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let written = cursor.rest().get(..digits)?;
    if !written.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    cursor.skip(digits);
    let code = u32::from_str_radix(written, 16).ok()?;
    // Two digits are a byte, and only those of ASCII are characters by themselves.
    char::from_u32(code).filter(|c| digits > 2 || c.is_ascii())
}

/// `<<MARK`, lines, `MARK`; with `<<-MARK` the lines lose the indentation that the closing mark has, if all of them have it.
fn heredoc(cursor: &mut Cursor<'_>) -> Result<String, Mistake> {
    let at = cursor.at();
    if !cursor.eat("<<") {
        return Err(cursor.expected("a value"));
    }
    let is_indented = cursor.eat("-");
    let mark = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    cursor.eat("\r");
    if mark.is_empty() || !cursor.eat("\n") {
        return Err(cursor.expected("a word alone, which also ends the text,"));
    }
    let mut lines = Vec::new();
    loop {
        let rest = cursor.rest();
        let (line, bytes) = match rest.split_once('\n') {
            Some((line, _)) => (line, line.len() + 1),
            None => (rest, rest.len()),
        };
        let indentation = line.strip_suffix('\r').unwrap_or(line).strip_suffix(mark);
        let is_last = indentation.is_some_and(|before| before.trim_start().is_empty());
        if is_last {
            // The line break stays: it ends the value.
            cursor.skip(line.len());
            let indentation = indentation.filter(|_| is_indented).unwrap_or_default();
            return Ok(unindented(&lines, indentation));
        }
        cursor.skip(bytes);
        if cursor.peek().is_none() {
            let reason = format!("the text that begins here is not ended by {}", quoted(mark));
            return Err(Mistake::new(at, reason));
        }
        lines.push(line);
    }
}

fn unindented(lines: &[&str], indentation: &str) -> String {
    let are_indented = lines.iter().all(|line| line.starts_with(indentation));
    let mut text = String::new();
    for line in lines {
        let shorter = line.strip_prefix(indentation).filter(|_| are_indented);
        text.push_str(shorter.unwrap_or(line));
        text.push('\n');
    }
    text
}

/// White space and comments: `#` and `//` to the end of the line, `/* … */`.
fn skip_blanks(cursor: &mut Cursor<'_>) -> Result<(), Mistake> {
    loop {
        cursor.take_while(is_blank);
        let at = cursor.at();
        if cursor.eat("#") || cursor.eat("//") {
            cursor.take_while(|c| c != '\n');
        } else if cursor.eat("/*") {
            let end = cursor.rest().find("*/");
            let end =
                end.ok_or_else(|| Mistake::new(at, "the comment that begins here is not ended"))?;
            cursor.skip(end + 2);
        } else {
            return Ok(());
        }
    }
}
