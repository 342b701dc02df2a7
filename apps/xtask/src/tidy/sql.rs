//! Reads the data definitions of a migration: enough SQL for what migrations here may say, and a complaint about the rest.

/// What a statement does to the schema.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    Create(Table),
    Add {
        table: String,
        column: Column,
    },
    DropColumn {
        table: String,
        column: String,
    },
    DropTable {
        table: String,
    },
    UniqueIndex {
        columns: Vec<String>,
        line: usize,
    },
    /// Not understood; `what` says why that matters.
    Unclear {
        what: String,
        line: usize,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) columns: Vec<Column>,
    pub(super) primary_key: Vec<String>,
    /// The columns of each `UNIQUE` and `FOREIGN KEY`, those of single columns included.
    pub(super) constraints: Vec<Vec<String>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// In upper case.
    pub(super) kind: String,
    pub(super) line: usize,
}

/// The changes that `text` makes, in order. Statements that define nothing (`INSERT`, plain indexes) are left out.
pub(super) fn changes(text: &str) -> Vec<Change> {
    tokens(text)
        .split(|token| token.text == ";")
        .filter_map(change)
        .collect()
}

#[derive(Debug, Clone)]
struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is(&self, keyword: &str) -> bool {
        self.text.eq_ignore_ascii_case(keyword)
    }
}

/// Words and signs, with quotes taken off names, without comments and texts.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut line = 1_usize;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => line = line.saturating_add(1),
            '-' if characters.peek() == Some(&'-') => {
                while characters.next_if(|c| *c != '\n').is_some() {}
            }
            '\'' => {
                let begun = line;
                for inner in characters.by_ref() {
                    match inner {
                        '\'' => break,
                        '\n' => line = line.saturating_add(1),
                        _ => {}
                    }
                }
                tokens.push(Token {
                    text: "''".to_owned(),
                    line: begun,
                });
            }
            '"' => {}
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(next) = characters.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(next);
                }
                tokens.push(Token { text: word, line });
            }
            c if c.is_whitespace() => {}
            c => tokens.push(Token {
                text: c.to_string(),
                line,
            }),
        }
    }
    tokens
}

fn change(statement: &[Token]) -> Option<Change> {
    let line = statement.first()?.line;
    let unclear = |what: &str| {
        Some(Change::Unclear {
            what: what.to_owned(),
            line,
        })
    };
    let words: Vec<String> = statement
        .iter()
        .map(|token| token.text.to_ascii_uppercase())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["CREATE", "TABLE", "IF", "NOT", "EXISTS", ..] => table(statement.get(5..)?),
        ["CREATE", "TABLE", ..] => table(statement.get(2..)?),
        ["CREATE", "UNIQUE", "INDEX", ..] => {
            let on = statement.iter().position(|token| token.is("ON"))?;
            let columns = names(statement.get(on.saturating_add(2)..)?);
            Some(Change::UniqueIndex { columns, line })
        }
        ["CREATE", "INDEX", ..] => None,
        [
            "ALTER",
            "TABLE",
            _,
            "ADD",
            "CONSTRAINT" | "PRIMARY" | "UNIQUE" | "FOREIGN",
            ..,
        ] => unclear("a constraint is declared with its table"),
        ["ALTER", "TABLE", _, "ADD", rest @ ..] => {
            let skipped = if rest.first() == Some(&"COLUMN") {
                5
            } else {
                4
            };
            let table = statement.get(2)?.text.clone();
            let column = column(statement.get(skipped..)?)?;
            Some(Change::Add { table, column })
        }
        ["ALTER", "TABLE", _, "DROP", "COLUMN", _] => Some(Change::DropColumn {
            table: statement.get(2)?.text.clone(),
            column: statement.get(5)?.text.clone(),
        }),
        ["DROP", "TABLE", "IF", "EXISTS", _] => Some(Change::DropTable {
            table: statement.get(4)?.text.clone(),
        }),
        ["DROP", "TABLE", _] => Some(Change::DropTable {
            table: statement.get(2)?.text.clone(),
        }),
        ["ALTER" | "CREATE" | "DROP", ..] => {
            unclear("only tables, columns and indexes are defined here; a rename is a new column")
        }
        _ => None,
    }
}

fn table(tokens: &[Token]) -> Option<Change> {
    let name = tokens.first()?;
    let mut table = Table {
        name: name.text.clone(),
        line: name.line,
        columns: Vec::new(),
        primary_key: Vec::new(),
        constraints: Vec::new(),
    };
    for part in parts(tokens.get(1..)?) {
        let words: Vec<String> = part
            .iter()
            .map(|token| token.text.to_ascii_uppercase())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["PRIMARY", "KEY", ..] => table.primary_key = names(part.get(2..)?),
            ["UNIQUE", ..] => table.constraints.push(names(part.get(1..)?)),
            ["FOREIGN", "KEY", ..] => table.constraints.push(names(part.get(2..)?)),
            ["CHECK", ..] => {}
            ["CONSTRAINT", ..] => {
                return Some(Change::Unclear {
                    what: "constraints have no names here".to_owned(),
                    line: part.first()?.line,
                });
            }
            _ => {
                let column = column(part)?;
                if words
                    .windows(2)
                    .any(|pair| matches!(pair, ["PRIMARY", "KEY"]))
                {
                    table.primary_key = vec![column.name.clone()];
                }
                if words
                    .iter()
                    .any(|word| matches!(*word, "UNIQUE" | "REFERENCES"))
                {
                    table.constraints.push(vec![column.name.clone()]);
                }
                table.columns.push(column);
            }
        }
    }
    Some(Change::Create(table))
}

fn column(tokens: &[Token]) -> Option<Column> {
    let name = tokens.first()?;
    Some(Column {
        name: name.text.clone(),
        kind: tokens
            .get(1)
            .map(|kind| kind.text.to_ascii_uppercase())
            .unwrap_or_default(),
        line: name.line,
    })
}

/// What stands between the commas of the first parenthesis.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut begin = 0_usize;
    for (position, token) in tokens.iter().enumerate() {
        let next = position.saturating_add(1);
        match token.text.as_str() {
            "(" => {
                depth = depth.saturating_add(1);
                if depth == 1 {
                    begin = next;
                }
            }
            ")" | "," if depth == 1 => {
                parts.extend(tokens.get(begin..position).filter(|part| !part.is_empty()));
                begin = next;
                if token.text == ")" {
                    return parts;
                }
            }
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts
}

/// The first word of each part: column names of a key or an index.
fn names(tokens: &[Token]) -> Vec<String> {
    parts(tokens)
        .iter()
        .filter_map(|part| part.first())
        .map(|token| token.text.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_with_their_columns_and_keys() {
        let text = "-- a; comment, (with signs)\nCREATE TABLE IF NOT EXISTS a_b (\n  tenant BYTEA NOT NULL,\n  \"name\" TEXT DEFAULT 'x, y; z',\n\
                    n BIGINT CHECK (n > 0 AND n < 9),\n  PRIMARY KEY (tenant, name),\n  UNIQUE (tenant, n)\n);\n";
        let changes = changes(text);
        let [Change::Create(table)] = changes.as_slice() else {
            panic!("{changes:?}")
        };
        assert_eq!(table.name, "a_b");
        let columns: Vec<_> = table
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.kind.as_str(), column.line))
            .collect();
        assert_eq!(
            columns,
            [
                ("tenant", "BYTEA", 3),
                ("name", "TEXT", 4),
                ("n", "BIGINT", 5)
            ]
        );
        assert_eq!(table.primary_key, ["tenant", "name"]);
        assert_eq!(table.constraints, [["tenant", "n"]]);
    }

    #[test]
    fn later_changes_are_read() {
        let text = "ALTER TABLE a ADD COLUMN b TEXT; ALTER TABLE a ADD c BIGINT NOT NULL;\nALTER TABLE a DROP COLUMN d;\n\
                    DROP TABLE e; CREATE UNIQUE INDEX i ON a (tenant, b); CREATE INDEX j ON a (b); INSERT INTO a VALUES (1, 2);";
        let found: Vec<String> = changes(text)
            .iter()
            .map(|change| match change {
                Change::Add { table, column } => format!("add {table}.{}", column.name),
                Change::DropColumn { table, column } => format!("drop {table}.{column}"),
                Change::DropTable { table } => format!("drop {table}"),
                Change::UniqueIndex { columns, .. } => format!("unique {}", columns.join(" ")),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            found,
            [
                "add a.b",
                "add a.c",
                "drop a.d",
                "drop e",
                "unique tenant b"
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for text in [
            "ALTER TABLE a RENAME TO b",
            "CREATE TRIGGER t",
            "ALTER TABLE a ADD CONSTRAINT c CHECK (d)",
        ] {
            assert!(
                matches!(changes(text).as_slice(), [Change::Unclear { .. }]),
                "{text}"
            );
        }
    }
}
