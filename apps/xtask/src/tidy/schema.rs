//! Each column has a class of sensitivity and, if it stays readable, a reason; each key begins with the tenant.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding,
    sql::{self, Change, Column, Table},
};
use crate::sources::Source;

const CLASSES: [&str; 8] = [
    "identifier",
    "content",
    "person",
    "secret",
    "state",
    "count",
    "time",
    "operational",
];
/// The types that mean the same on both databases.
const TYPES: [&str; 3] = ["BIGINT", "BYTEA", "TEXT"];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for home in homes(sources) {
        let schema = schema_of(&home, sources, &mut findings);
        for table in schema.keys() {
            if let Some(other) = owners.insert(table.clone(), home.clone()) {
                findings.push(Finding::new(
                    &home,
                    format!("{table} is a table of {other} too"),
                ));
            }
        }
        let page = format!("{home}/migrations/plain.toml");
        match sources.iter().find(|source| source.path == page) {
            Some(source) => findings.extend(compare(&page, &source.text, &schema)),
            None if schema.is_empty() => {}
            None => findings.push(Finding::new(page, "is missing: each column needs a class")),
        }
    }
    findings
}

/// Table → column names.
type Schema = BTreeMap<String, BTreeSet<String>>;

/// The crates that have migrations.
fn homes(sources: &[Source]) -> BTreeSet<String> {
    sources
        .iter()
        .filter(|source| source.has_extension(&["sql", "toml"]))
        .filter_map(|source| source.path.split_once("/migrations/"))
        .map(|(home, _)| home.to_owned())
        .collect()
}

/// The tables that the migrations of `home` end with, and those that its code makes by itself (a ledger of migrations).
fn schema_of(home: &str, sources: &[Source], findings: &mut Vec<Finding>) -> Schema {
    let mut schema = Schema::new();
    for source in sources {
        let inside = source
            .path
            .strip_prefix(home)
            .and_then(|rest| rest.strip_prefix('/'))
            .unwrap_or_default();
        if inside.starts_with("migrations/") && source.has_extension(&["sql"]) {
            apply(&source.path, 0, &source.text, &mut schema, findings);
            findings.extend(judge_layout(source));
        } else if inside.starts_with("src/") && source.is_rust() && !source.is_test() {
            let text = source.without_test_modules();
            for (line, definition) in embedded(&text) {
                apply(&source.path, line, definition, &mut schema, findings);
            }
        }
    }
    schema
}

/// The closing line of a table is where SQLite's strictness and row order are put in.
fn judge_layout(source: &Source) -> Option<Finding> {
    let tables = source.text.matches("CREATE TABLE").count();
    let closed = source.text.matches("\n);").count();
    (closed < tables)
        .then(|| Finding::new(&source.path, "a table ends with «);» on a line of its own"))
}

/// Table definitions in string literals, each with the lines before it.
fn embedded(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (offset, _) in text.match_indices("\"CREATE TABLE") {
        let literal = text.get(offset.saturating_add(1)..).unwrap_or_default();
        let end = literal.find('"').unwrap_or(literal.len());
        let before = super::line_of(text, offset).saturating_sub(1);
        found.push((before, literal.get(..end).unwrap_or_default()));
    }
    found
}

fn apply(
    path: &str,
    lines_before: usize,
    text: &str,
    schema: &mut Schema,
    findings: &mut Vec<Finding>,
) {
    let place = |line: usize| format!("{path}:{}", line.saturating_add(lines_before));
    for change in sql::changes(text) {
        match change {
            Change::Create(table) => {
                findings.extend(
                    judge_table(&table)
                        .into_iter()
                        .map(|(line, what)| Finding::new(place(line), what)),
                );
                let columns = table.columns.into_iter().map(|column| column.name);
                schema.entry(table.name).or_default().extend(columns);
            }
            Change::Add { table, column } => {
                findings.extend(
                    judge_column(&column).map(|what| Finding::new(place(column.line), what)),
                );
                match schema.get_mut(&table) {
                    Some(columns) => {
                        columns.insert(column.name);
                    }
                    None => findings.push(Finding::new(
                        place(column.line),
                        format!("{table} is not a table of this crate"),
                    )),
                }
            }
            Change::DropColumn { table, column } => {
                if let Some(columns) = schema.get_mut(&table) {
                    columns.remove(&column);
                }
            }
            Change::DropTable { table } => {
                schema.remove(&table);
            }
            Change::UniqueIndex { columns, line } => {
                if !begins_with_tenant(&columns) {
                    findings.push(Finding::new(
                        place(line),
                        "a unique index begins with tenant",
                    ));
                }
            }
            Change::Unclear { what, line } => findings.push(Finding::new(place(line), what)),
        }
    }
}

fn judge_table(table: &Table) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if !begins_with_tenant(&table.primary_key) {
        found.push((
            table.line,
            format!("the primary key of {} begins with tenant", table.name),
        ));
    }
    for constraint in &table.constraints {
        if !begins_with_tenant(constraint) {
            let what = format!(
                "the key ({}) of {} begins with tenant",
                constraint.join(", "),
                table.name
            );
            found.push((table.line, what));
        }
    }
    for column in &table.columns {
        found.extend(judge_column(column).map(|what| (column.line, what)));
    }
    found
}

fn judge_column(column: &Column) -> Option<String> {
    (!TYPES.contains(&column.kind.as_str())).then(|| {
        format!(
            "{} is {}; {} mean the same on both databases",
            column.name,
            column.kind,
            TYPES.join(", ")
        )
    })
}

fn begins_with_tenant(columns: &[String]) -> bool {
    columns.first().is_some_and(|column| column == "tenant")
}

/// What `plain.toml` says against what the tables are. A column that stands there twice is not TOML.
fn compare(page: &str, text: &str, schema: &Schema) -> Vec<Finding> {
    let listed: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            return vec![Finding::new(page, format!("cannot be read: {error}"))];
        }
    };
    let mut findings = Vec::new();
    let mut complain = |what: String| findings.push(Finding::new(page, what));
    for (table, columns) in schema {
        let rows = listed.get(table).and_then(toml::Value::as_table);
        for column in columns {
            match rows.and_then(|rows| rows.get(column)) {
                None => complain(format!("{table}.{column} has no class")),
                Some(row) => {
                    if let Some(what) = judge_row(column, row) {
                        complain(format!("{table}.{column} {what}"));
                    }
                }
            }
        }
    }
    for (table, rows) in &listed {
        let columns = schema.get(table);
        for column in rows.as_table().into_iter().flat_map(toml::Table::keys) {
            if columns.is_none_or(|columns| !columns.contains(column)) {
                complain(format!("{table}.{column} is not a column any more"));
            }
        }
    }
    findings
}

fn judge_row(column: &str, row: &toml::Value) -> Option<&'static str> {
    let row = row.as_table()?;
    let text = |key: &str| {
        row.get(key)
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
    };
    if !CLASSES.contains(&text("class")) {
        return Some("has a class that does not exist");
    }
    let is_sealed = column.ends_with("_sealed");
    if !is_sealed && text("reason").trim().is_empty() {
        return Some("stays readable without a reason");
    }
    if row
        .keys()
        .any(|key| !matches!(key.as_str(), "class" | "reason"))
    {
        return Some("has a key that means nothing");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "CREATE TABLE a_row (tenant BYTEA NOT NULL, id BYTEA NOT NULL, body_sealed BYTEA, PRIMARY KEY (tenant, id)\n);";
    const PLAIN: &str = "[a_row]\ntenant = { class = \"identifier\", reason = \"r\" }\nid = { class = \"identifier\", reason = \"r\" }\n\
                         body_sealed = { class = \"content\" }\n";

    fn found(sql: &str, plain: &str) -> Vec<String> {
        let sources = [
            Source::new("crates/a/migrations/0001_a.sql", sql),
            Source::new("crates/a/migrations/plain.toml", plain),
        ];
        check(&sources)
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn a_classified_schema_has_no_findings() {
        assert_eq!(found(SQL, PLAIN), Vec::<String>::new());
    }

    #[test]
    fn a_column_without_a_class_is_found_also_when_added_later() {
        let later = format!("{SQL}\nALTER TABLE a_row ADD COLUMN note TEXT;");
        assert_eq!(found(&later, PLAIN), ["a_row.note has no class"]);
        let unsealed = PLAIN.replace("body_sealed = { class = \"content\" }\n", "");
        assert_eq!(found(SQL, &unsealed), ["a_row.body_sealed has no class"]);
    }

    #[test]
    fn rows_are_judged() {
        let cases = [
            (
                "id = { class = \"thing\", reason = \"r\" }",
                "a_row.id has a class that does not exist",
            ),
            (
                "id = { class = \"identifier\" }",
                "a_row.id stays readable without a reason",
            ),
            (
                "id = { class = \"identifier\", reason = \"r\", why = \"\" }",
                "a_row.id has a key that means nothing",
            ),
        ];
        for (row, expected) in cases {
            let plain = PLAIN.replace("id = { class = \"identifier\", reason = \"r\" }", row);
            assert_eq!(found(SQL, &plain), [expected]);
        }
        let stale = format!("{PLAIN}old = {{ class = \"state\", reason = \"r\" }}\n");
        assert_eq!(found(SQL, &stale), ["a_row.old is not a column any more"]);
        let twice = format!("{PLAIN}id = {{ class = \"state\", reason = \"r\" }}\n");
        assert!(found(SQL, &twice)[0].starts_with("cannot be read"));
    }

    #[test]
    fn keys_that_do_not_begin_with_the_tenant_are_found() {
        let swapped = SQL.replace("(tenant, id)", "(id, tenant)");
        assert_eq!(
            found(&swapped, PLAIN),
            ["the primary key of a_row begins with tenant"]
        );
        let index = format!("{SQL} CREATE UNIQUE INDEX i ON a_row (id);");
        assert_eq!(found(&index, PLAIN), ["a unique index begins with tenant"]);
        let inline = SQL.replace("id BYTEA NOT NULL", "id BYTEA UNIQUE");
        assert_eq!(
            found(&inline, PLAIN),
            ["the key (id) of a_row begins with tenant"]
        );
    }

    #[test]
    fn types_of_one_database_only_are_found() {
        let boolean = SQL.replace("id BYTEA", "id BOOLEAN");
        assert_eq!(found(&boolean, PLAIN).len(), 1);
    }

    #[test]
    fn a_table_that_the_databases_would_lay_out_differently_is_found() {
        let flat = SQL.replace('\n', "");
        assert_eq!(
            found(&flat, PLAIN),
            ["a table ends with «);» on a line of its own"]
        );
    }

    #[test]
    fn tables_made_by_code_count_and_a_table_has_one_owner() {
        let sources = [
            Source::new("crates/a/migrations/0001_a.sql", SQL),
            Source::new("crates/a/migrations/plain.toml", PLAIN),
            Source::new(
                "crates/a/src/ledger.rs",
                "const L: &str = \"CREATE TABLE a_ledger (\n tenant BYTEA, PRIMARY KEY (tenant))\";",
            ),
            Source::new("crates/b/migrations/0001_a.sql", SQL),
        ];
        let found: Vec<_> = check(&sources)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect();
        assert_eq!(
            found,
            [
                "crates/a/migrations/plain.toml: a_ledger.tenant has no class",
                "crates/b: a_row is a table of crates/a too",
                "crates/b/migrations/plain.toml: is missing: each column needs a class",
            ]
        );
    }
}
