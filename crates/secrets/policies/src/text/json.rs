//! A policy as JSON (RFC 8259).

use super::{Cursor, Item, Node, Value, is_blank};
use crate::error::Mistake;

/// The names and values of the one object that the text is.
pub(super) fn parse(mut cursor: Cursor<'_>) -> Result<Vec<Item>, Mistake> {
    skip_blanks(&mut cursor);
    let items = object(&mut cursor)?;
    skip_blanks(&mut cursor);
    match cursor.peek() {
        None => Ok(items),
        Some(_) => Err(cursor.expected("the end of the text")),
    }
}

fn value(cursor: &mut Cursor<'_>) -> Result<Value, Mistake> {
    let at = cursor.at();
    let node = match cursor.peek() {
        Some('{') => Node::Block(object(cursor)?),
        Some('[') => Node::List(list(cursor)?),
        Some('"') => Node::Text(string(cursor)?),
        Some('-' | '0'..='9') => Node::Number(cursor.number()?),
        _ if cursor.eat("true") => Node::Truth(true),
        _ if cursor.eat("false") => Node::Truth(false),
        _ if cursor.eat("null") => Node::Null,
        _ => return Err(cursor.expected("a value")),
    };
    Ok(Value { at, node })
}

fn object(cursor: &mut Cursor<'_>) -> Result<Vec<Item>, Mistake> {
    let mut items = Vec::new();
    members(cursor, ("{", "}"), |cursor| {
        let at = cursor.at();
        let name = string(cursor)?;
        skip_blanks(cursor);
        if !cursor.eat(":") {
            return Err(cursor.expected("a colon"));
        }
        skip_blanks(cursor);
        let value = value(cursor)?;
        items.push(Item { at, name, value });
        Ok(())
    })?;
    Ok(items)
}

fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Value>, Mistake> {
    let mut values = Vec::new();
    members(cursor, ("[", "]"), |cursor| {
        values.push(value(cursor)?);
        Ok(())
    })?;
    Ok(values)
}

/// What stands between two brackets, with commas between its members.
fn members(
    cursor: &mut Cursor<'_>,
    (open, close): (&str, &str),
    mut member: impl FnMut(&mut Cursor<'_>) -> Result<(), Mistake>,
) -> Result<(), Mistake> {
    cursor.enter()?;
    if !cursor.eat(open) {
        return Err(cursor.expected("an object"));
    }
    skip_blanks(cursor);
    let mut is_over = cursor.eat(close);
    while !is_over {
        skip_blanks(cursor);
        member(cursor)?;
        skip_blanks(cursor);
        is_over = cursor.eat(close);
        if !is_over && !cursor.eat(",") {
            return Err(cursor.expected(&format!("a comma or {close:?}")));
        }
    }
    cursor.leave();
    Ok(())
}

fn string(cursor: &mut Cursor<'_>) -> Result<String, Mistake> {
    let at = cursor.at();
    let whole = cursor.rest();
    if !cursor.eat("\"") {
        return Err(cursor.expected("a text in quotes"));
    }
    loop {
        match cursor.take() {
            Some('"') => break,
            Some('\\') => {
                cursor.take();
            }
            Some(_) => {}
            None => return Err(Mistake::new(at, "the quotes opened here are not closed")),
        }
    }
    let written = whole.get(..cursor.at() - at).unwrap_or_default();
    serde_json::from_str(written).map_err(|_| {
        let reason = "this text has a line break or a wrong escape in it";
        Mistake::new(at, reason)
    })
}

fn skip_blanks(cursor: &mut Cursor<'_>) {
    cursor.take_while(is_blank);
}
