//! `bastide controls …`: promises, put to the test.

use base::{Context, Fault, Result};
use serde_json::{Value, json};

use crate::{cli, config::Config, controls, house::House, output::Form};

pub(crate) async fn run(config: Config, command: &cli::Controls, form: Form) -> Result<()> {
    let house = House::open(&config).await?;
    let outcome = match command {
        cli::Controls::Verify { control } => verify(&config, &house, control, form).await,
        cli::Controls::List { control } => {
            let of = json!({ "control": control });
            let found = house.operate("controls.finding.list", of).await;
            found.and_then(|found| form.print(&found, &history(&found)))
        }
    };
    house.end(outcome).await
}

async fn verify(config: &Config, house: &House, control: &str, form: Form) -> Result<()> {
    let target = controls::Target::of(config)?;
    let code = house
        .operate("identity.sign_up_code.create", json!({}))
        .await?;
    let code = code.get("code").and_then(Value::as_str).unwrap_or_default();
    let finding = controls::verify_enrolled(&house.runtime, &target, code).await?;
    let value = serde_json::to_value(&finding).context("writing JSON")?;
    form.print(&value, &lines(control, &value))?;
    match finding.state {
        ::controls::wire::State::Green => Ok(()),
        ::controls::wire::State::Red => Err(Fault::new(format!("control {control} is red")).into()),
    }
}

fn lines(control: &str, finding: &Value) -> String {
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut lines = vec![format!(
        "{control}  {}",
        text(finding, "state").unwrap_or_default()
    )];
    let links = finding.get("links").and_then(Value::as_array);
    for link in links.into_iter().flatten() {
        let took = link
            .get("took_ms")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        lines.push(format!(
            "  {:<10} {:<10} {took:>6} ms  {}",
            text(link, "name").unwrap_or_default(),
            text(link, "outcome").unwrap_or_default(),
            text(link, "words").unwrap_or_default(),
        ));
    }
    lines.join("\n")
}

fn history(found: &Value) -> String {
    let items = found.get("items").and_then(Value::as_array);
    let line = |finding: &Value| {
        let at = finding
            .get("found_at")
            .and_then(Value::as_str)
            .unwrap_or_default();
        lines(at, finding)
    };
    let lines: Vec<String> = items.into_iter().flatten().map(line).collect();
    match lines.is_empty() {
        true => "Nothing was found yet: run `bastide controls verify` first.".to_owned(),
        false => lines.join("\n"),
    }
}
