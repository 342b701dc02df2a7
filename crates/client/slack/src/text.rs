//! Slack's markup as the Markdown of messages here: `*bold*` becomes `**bold**`, `<@U1>` the mention of an account.

use std::collections::HashMap;

use crate::emoji_named;

/// Characters between an angle bracket, a backtick or a marker and its counterpart.
const REACH: usize = 4_000;

/// Whom and what a text can name.
#[derive(Debug, Default)]
pub struct Names {
    /// By Slack's id of a person, what stands for them: `@{u_…}`, or a name.
    pub people: HashMap<String, String>,
    /// By Slack's id of a channel, its name.
    pub channels: HashMap<String, String>,
}

/// What a text consists of: characters that can be markers, and pieces that stay as they are.
enum Piece {
    Character(char),
    Whole(String),
}

/// A text in the Markdown of messages here. Nothing in it mentions anybody whom it did not mention there.
#[must_use]
pub fn markdown(text: &str, names: &Names) -> String {
    let mut written = String::with_capacity(text.len());
    format(&pieces(text, names), &mut written);
    written.trim_matches('\n').trim_end().to_owned()
}

/// A name without anything that would be read as markup or as a mention.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '{' | '}' | '[' | ']' | '<' | '>' | '`' | '*'))
        .take(100)
        .collect();
    match name.trim() {
        "" => "?".to_owned(),
        name => name.to_owned(),
    }
}

fn pieces(text: &str, names: &Names) -> Vec<Piece> {
    let mut found = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((piece, after)) = special(rest, first, names) {
            found.push(piece);
            rest = after;
            continue;
        }
        rest = rest.split_at(first.len_utf8()).1;
        match first {
            // Braces after this sign would name somebody.
            '@' if rest.starts_with('{') => found.push(Piece::Whole("@ ".to_owned())),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => found.push(Piece::Character(c)),
        }
    }
    found
}

/// What begins here and is more than a character, and what comes after it.
fn special<'a>(rest: &'a str, first: char, names: &Names) -> Option<(Piece, &'a str)> {
    match first {
        '`' => code(rest),
        '<' => {
            let (inner, after) = until(rest.strip_prefix('<')?, ">")?;
            (!inner.contains('\n')).then(|| (Piece::Whole(reference(inner, names)), after))
        }
        ':' => {
            let (name, after) = until(rest.strip_prefix(':')?, ":")?;
            let is_name =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '\'');
            if name.is_empty() || name.len() > 80 || !name.chars().all(is_name) {
                return None;
            }
            let toned = after
                .strip_prefix(":skin-tone-")
                .and_then(|tone| tone.split_once(':'))
                .and_then(|(tone, after)| {
                    Some((emoji_named(&format!("{name}::skin-tone-{tone}"))?, after))
                });
            if let Some((emoji, after)) = toned {
                return Some((Piece::Whole(emoji), after));
            }
            let emoji = emoji_named(name);
            // Between figures it is a time of day.
            let is_time = name.chars().all(|c| c.is_ascii_digit());
            match emoji {
                Some(emoji)
                    if name != "100"
                        || !is_time
                        || !after.starts_with(|c: char| c.is_ascii_digit()) =>
                {
                    Some((Piece::Whole(emoji), after))
                }
                _ if is_time => None,
                _ => Some((Piece::Whole(format!(":{name}:")), after)),
            }
        }
        '&' => [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')]
            .into_iter()
            .find_map(|(entity, c)| Some((Piece::Character(c), rest.strip_prefix(entity)?))),
        _ => None,
    }
}

fn code(rest: &str) -> Option<(Piece, &str)> {
    if let Some(fenced) = rest.strip_prefix("```") {
        let (inner, after) = fenced.split_once("```")?;
        let inner = literal(inner);
        let inner = inner.trim_matches('\n');
        let end = match after.is_empty() || after.starts_with('\n') {
            true => "",
            false => "\n",
        };
        return Some((Piece::Whole(format!("\u{0}```\n{inner}\n```{end}")), after));
    }
    let (inner, after) = until(rest.strip_prefix('`')?, "`")?;
    let is_code = !inner.trim().is_empty() && !inner.contains('\n');
    is_code.then(|| (Piece::Whole(format!("`{}`", literal(inner))), after))
}

/// Text in which nothing is markup but Slack's escapes.
fn literal(text: &str) -> String {
    let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = text.chars().filter(is_kept).collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&").replace("@{", "@ {")
}

/// What stands between angle brackets: a person, a channel, everyone, a link.
fn reference(inner: &str, names: &Names) -> String {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (
            target,
            Some(literal(label)).filter(|label| !label.is_empty()),
        ),
        None => (inner, None),
    };
    if let Some(person) = target.strip_prefix('@') {
        let known = names.people.get(person).cloned();
        let label = || label.map(|label| format!("@{}", plain_name(&label)));
        return known.or_else(label).unwrap_or_else(|| "@?".to_owned());
    }
    if let Some(channel) = target.strip_prefix('#') {
        let known = names.channels.get(channel).cloned();
        let name = label.or(known).unwrap_or_else(|| "?".to_owned());
        return format!("#{}", plain_name(&name));
    }
    match target {
        "!here" | "!channel" | "!everyone" => return "@{all}".to_owned(),
        _ if target.starts_with('!') => {
            return label.map_or_else(String::new, |label| plain_name(&label));
        }
        _ => {}
    }
    let address = literal(target);
    let is_link = address.starts_with("https://") || address.starts_with("http://");
    match label {
        Some(label) if is_link && label != address => {
            let label: String = label
                .chars()
                .filter(|c| !matches!(c, '[' | ']' | '\n'))
                .collect();
            let address = address
                .replace('(', "%28")
                .replace(')', "%29")
                .replace(' ', "%20");
            format!("[{label}]({address})")
        }
        Some(label) => label,
        None => address
            .strip_prefix("mailto:")
            .unwrap_or(&address)
            .to_owned(),
    }
}

/// What stands before `end`, if it is within reach, and what comes after it.
fn until<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    let near = text
        .char_indices()
        .nth(REACH)
        .map_or(text.len(), |(at, _)| at);
    let (near, _) = text.split_at(near);
    let (inner, _) = near.split_once(end)?;
    let after = text.get(inner.len() + end.len()..)?;
    Some((inner, after))
}

/// Writes the pieces, with the markers of one kind replaced where they stand in pairs on one line.
fn format(pieces: &[Piece], written: &mut String) {
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        if let Some((marker, end)) = pair_at(pieces, at)
            && let Some(inner) = pieces.get(at + 1..end)
        {
            written.push_str(marker);
            format(inner, written);
            written.push_str(marker);
            at = end + 1;
            continue;
        }
        match piece {
            Piece::Character(c) => push(written, c.encode_utf8(&mut [0; 4])),
            Piece::Whole(text) => match text.strip_prefix('\u{0}') {
                // A fence stands on a line of its own.
                Some(fence) => {
                    if !written.is_empty() && !written.ends_with('\n') {
                        written.push('\n');
                    }
                    written.push_str(fence);
                }
                None => push(written, text),
            },
        }
        at += 1;
    }
}

/// Adds a piece. What was put together out of two pieces names nobody.
fn push(written: &mut String, piece: &str) {
    if written.ends_with('@') && piece.starts_with('{') {
        written.push(' ');
    }
    written.push_str(piece);
}

/// The marker of Markdown for what begins here, and where it ends.
fn pair_at(pieces: &[Piece], at: usize) -> Option<(&'static str, usize)> {
    let Some(Piece::Character(mark)) = pieces.get(at) else {
        return None;
    };
    let marker = match mark {
        '*' => "**",
        '_' => "*",
        '~' => "~~",
        _ => return None,
    };
    let is_word = |place: Option<&Piece>| matches!(place, Some(Piece::Character(c)) if c.is_alphanumeric() || c == mark);
    let is_space = |place: Option<&Piece>| match place {
        None => true,
        Some(Piece::Character(c)) => c.is_whitespace(),
        Some(Piece::Whole(_)) => false,
    };
    let before = at.checked_sub(1).and_then(|before| pieces.get(before));
    if is_word(before) || is_space(pieces.get(at + 1)) {
        return None;
    }
    let reach = pieces.iter().enumerate().skip(at + 1).take(REACH / 4);
    for (place, piece) in reach {
        match piece {
            Piece::Character('\n') => return None,
            Piece::Character(c) if c == mark && place > at + 1 => {
                let last = pieces.get(place - 1);
                if !is_space(last) && !is_word(pieces.get(place + 1)) {
                    return Some((marker, place));
                }
            }
            Piece::Character(_) | Piece::Whole(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let owned = |(one, other): (&str, &str)| (one.to_owned(), other.to_owned());
        Names {
            people: [("U1", "@{u_1}"), ("U2", "@Bo")].map(owned).into(),
            channels: [owned(("C1", "news"))].into(),
        }
    }

    #[test]
    fn markup_becomes_markdown() {
        for (slack, ours) in [
            ("plain", "plain"),
            ("*bold* _leaning_ ~gone~", "**bold** *leaning* ~~gone~~"),
            ("*bold _and leaning_*", "**bold *and leaning***"),
            (
                "2 * 3 * 4, snake_case_name, a*b*c",
                "2 * 3 * 4, snake_case_name, a*b*c",
            ),
            ("*open\nnot closed*", "*open\nnot closed*"),
            ("`*code* &lt;b&gt;` *x*", "`*code* <b>` **x**"),
            ("see ```a\n*b*``` then", "see \n```\na\n*b*\n```\n then"),
            ("&gt; quoted &amp; kept", "> quoted & kept"),
            (
                "<@U1> and <@U2> and <@U9> <@U9|gone>",
                "@{u_1} and @Bo and @? @gone",
            ),
            ("<#C1> <#C2|old>", "#news #old"),
            (
                "<!here> <!channel> <!everyone> <!subteam^S1|@ops>",
                "@{all} @{all} @{all} @ops",
            ),
            ("<https://a.example/x_y_z>", "https://a.example/x_y_z"),
            (
                "<https://a.example/(x)|a [label]>",
                "[a label](https://a.example/%28x%29)",
            ),
            (
                "<mailto:a@b.example|a@b.example> <javascript:alert(1)|click>",
                "a@b.example click",
            ),
            (
                ":tada: :party_parrot: :+1::skin-tone-3: at 10:30:15",
                "🎉 :party_parrot: 👍🏼 at 10:30:15",
            ),
            (
                "not @{all} nor @{u_1} `@{all}`",
                "not @ {all} nor @ {u_1} `@ {all}`",
            ),
            ("a\u{0}b\u{7}c\r\nd", "abc\nd"),
            ("< open", "< open"),
        ] {
            assert_eq!(markdown(slack, &names()), ours, "{slack}");
        }
    }

    #[test]
    fn no_text_takes_long_or_mentions_by_stealth() {
        for piece in [
            "*a ",
            "_",
            "<@",
            "`",
            ":a",
            "&am",
            "```",
            "*_~",
            "<<|>",
            "@{",
            "<!channel|@{all}",
        ] {
            let text = piece.repeat(40_000 / piece.len());
            assert!(!markdown(&text, &Names::default()).is_empty());
        }
        for stealth in [
            "<@U9|@{all}>",
            "<https://x.example|@{all}>",
            "<!date^1|@{all}>",
            "@<!x>{all}",
            "@`{all}",
        ] {
            assert!(
                !markdown(stealth, &Names::default()).contains("@{"),
                "{stealth}"
            );
        }
    }
}
