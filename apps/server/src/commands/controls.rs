//! `bastide controls …`: promises, put to the test.

use base::Result;
use serde_json::{Value, json};

use crate::{
    cli,
    config::Config,
    control::{self, Request},
    output::{Form, text},
};

pub(crate) async fn run(config: Config, command: &cli::Controls, form: Form) -> Result<()> {
    match command {
        cli::Controls::Verify { control } => {
            let of = control.clone();
            let done = control::ask(&config, Request::VerifyControl { control: of }).await?;
            form.print(&done.value, &lines(control, &done.value))?;
            done.end()
        }
        cli::Controls::List { control } => {
            let list = Request::Operate {
                operation: "controls.finding.list".to_owned(),
                input: json!({ "control": control }),
            };
            let done = control::ask(&config, list).await?;
            form.print(&done.value, &history(&done.value))?;
            done.end()
        }
    }
}

fn lines(headline: &str, finding: &Value) -> String {
    let mut lines = vec![format!("{headline}  {}", text(finding, "state"))];
    let links = finding.get("links").and_then(Value::as_array);
    for link in links.into_iter().flatten() {
        let took = link.get("took_ms").and_then(Value::as_u64);
        lines.push(format!(
            "  {:<10} {:<10} {:>6} ms  {}",
            text(link, "name"),
            text(link, "outcome"),
            took.unwrap_or_default(),
            text(link, "words"),
        ));
    }
    lines.join("\n")
}

fn history(found: &Value) -> String {
    let items = found.get("items").and_then(Value::as_array);
    let line = |finding: &Value| lines(&text(finding, "found_at"), finding);
    let lines: Vec<String> = items.into_iter().flatten().map(line).collect();
    match lines.is_empty() {
        true => "Nothing was found yet: run `bastide controls verify` first.".to_owned(),
        false => lines.join("\n"),
    }
}
