//! The lines of the table, and how they are printed.

use serde_json::{Value, json};

use crate::{options::Form, usage::Spent};

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    PerSecond,
    Ms,
    MiB,
    KiB,
    /// One cost over another, or one rate over another.
    Ratio,
}

/// When a figure is good enough.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// What a bare program reached at the same thing.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    pub(crate) name: String,
    pub(crate) value: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) figure: f64,
    pub(crate) limits: Vec<Limit>,
    pub(crate) spent: Option<Spent>,
    /// Server time for one operation, in microseconds.
    pub(crate) cost_us: Option<f64>,
    pub(crate) goal: Option<Goal>,
}

impl Line {
    pub(crate) fn new(name: impl Into<String>, unit: Unit, figure: f64) -> Self {
        Self {
            name: name.into(),
            unit,
            figure,
            limits: Vec::new(),
            spent: None,
            cost_us: None,
            goal: None,
        }
    }

    pub(crate) fn limit(mut self, name: impl Into<String>, value: f64) -> Self {
        self.limits.push(Limit {
            name: name.into(),
            value,
        });
        self
    }

    /// What was spent on how many operations.
    pub(crate) fn spent(mut self, spent: Spent, operations: f64) -> Self {
        self.spent = Some(spent);
        self.cost_us = (operations > 0.0).then(|| spent.server_s * 1e6 / operations);
        self
    }

    pub(crate) const fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    fn is_met(&self) -> Option<bool> {
        self.goal.map(|goal| match goal {
            Goal::AtLeast(least) => self.figure >= least,
            Goal::AtMost(most) => self.figure <= most,
        })
    }
}

/// Everything that was measured, in order.
#[derive(Debug, Default)]
pub(crate) struct Table {
    lines: Vec<Line>,
}

const HEAD: [&str; 10] = [
    "", "figure", "limit", "share", "server s", "client s", "other s", "µs/op", "goal", "",
];

impl Table {
    pub(crate) fn add(&mut self, line: Line) {
        progress(&format!("{}: {}", line.name, shown(line.figure, line.unit)));
        self.lines.push(line);
    }

    pub(crate) fn print(&self, form: Form) {
        match form {
            Form::Text => say(&self.text()),
            Form::Json => say(&serde_json::to_string_pretty(&self.json()).unwrap()),
        }
    }

    fn json(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            let limits = line.limits.iter().map(|limit| {
                json!({ "name": limit.name, "value": limit.value, "share": line.figure / limit.value })
            });
            let goal = line.goal.map(|goal| match goal {
                Goal::AtLeast(least) => json!({ "at_least": least }),
                Goal::AtMost(most) => json!({ "at_most": most }),
            });
            let spent = line.spent.map(|spent| {
                json!({ "server_s": spent.server_s, "client_s": spent.client_s, "other_s": spent.other_s })
            });
            json!({
                "name": line.name, "unit": name(line.unit), "figure": line.figure, "limits": limits.collect::<Vec<_>>(),
                "processor": spent, "server_us_per_operation": line.cost_us, "goal": goal, "met": line.is_met(),
            })
        });
        json!({ "lines": lines.collect::<Vec<_>>() })
    }

    fn text(&self) -> String {
        let mut rows = vec![HEAD.map(str::to_owned)];
        self.lines
            .iter()
            .for_each(|line| push_rows(&mut rows, line));
        let widths: Vec<usize> = (0..HEAD.len())
            .map(|column| {
                rows.iter()
                    .map(|row| row[column].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let texts = rows.iter().map(|row| {
            let cells = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &width))| {
                    if column == 0 {
                        format!("{cell:<width$}")
                    } else {
                        format!("{cell:>width$}")
                    }
                });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// A row for the figure and its first limit, and one more for each further limit.
fn push_rows(rows: &mut Vec<[String; 10]>, line: &Line) {
    let mut row = <[String; 10]>::default();
    row[0].clone_from(&line.name);
    row[1] = shown(line.figure, line.unit);
    if let Some(spent) = line.spent {
        row[4] = format!("{:.1}", spent.server_s);
        row[5] = format!("{:.1}", spent.client_s);
        row[6] = format!("{:.1}", spent.other_s);
    }
    row[7] = line
        .cost_us
        .map_or_else(String::new, |cost| format!("{cost:.1}"));
    row[8] = match line.goal {
        Some(Goal::AtLeast(least)) => format!("≥ {}", shown(least, line.unit)),
        Some(Goal::AtMost(most)) => format!("≤ {}", shown(most, line.unit)),
        None => String::new(),
    };
    row[9] = match line.is_met() {
        Some(true) => "met".to_owned(),
        Some(false) => "MISSED".to_owned(),
        None => String::new(),
    };
    rows.push(row);
    for limit in &line.limits {
        let mut row = <[String; 10]>::default();
        row[0] = format!("    of {}", limit.name);
        row[2] = shown(limit.value, line.unit);
        row[3] = share(line.figure / limit.value);
        rows.push(row);
    }
}

fn share(ratio: f64) -> String {
    if ratio < 2.0 {
        format!("{:.0} %", ratio * 100.0)
    } else {
        format!("{ratio:.1}×")
    }
}

fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerSecond => format!("{}/s", grouped(value)),
        Unit::Ms => format!("{value:.1} ms"),
        Unit::MiB => format!("{value:.1} MiB"),
        Unit::KiB => format!("{value:.1} KiB"),
        Unit::Ratio => format!("{value:.2}"),
    }
}

const fn name(unit: Unit) -> &'static str {
    match unit {
        Unit::PerSecond => "per_second",
        Unit::Ms => "ms",
        Unit::MiB => "MiB",
        Unit::KiB => "KiB",
        Unit::Ratio => "ratio",
    }
}

/// Digits in groups of three.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count as a number to calculate with.
pub(crate) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("no count here is beyond 2^32"))
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn say(text: &str) {
    println!("{text}");
}

/// What is under way, beside the table.
pub(crate) fn progress(text: &str) {
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_its_goal_is_met_and_its_share_of_each_limit() {
        let mut table = Table::default();
        table.add(
            Line::new("messages", Unit::PerSecond, 6_999.0)
                .limit("rows", 69_990.0)
                .goal(Goal::AtLeast(7_000.0)),
        );
        table.add(Line::new("p99", Unit::Ms, 20.0).goal(Goal::AtMost(20.0)));
        let text = table.text();
        assert!(
            text.contains("6,999/s") && text.contains("10 %") && text.contains("MISSED"),
            "{text}"
        );
        assert_eq!(table.json()["lines"][1]["met"], true);
    }
}
