//! `bastide controls …`: promises, put to the test.

use base::{Context, Fault, Result};
use serde_json::{Value, json};

use crate::{
    cli,
    config::Config,
    controls,
    house::House,
    output::{Form, text},
};

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
    let target = controls::Target::at(config, config.listen);
    if !controls::is_enrolled(&house.runtime).await? {
        let made = house
            .operate("identity.sign_up_code.create", json!({}))
            .await?;
        controls::enrol(&house.runtime, &target, &text(&made, "code")).await?;
    }
    let finding = controls::verify(&house.runtime, &target).await?;
    let finding = finding.context("a probe that is enrolled finds something")?;
    let value = serde_json::to_value(&finding).context("writing JSON")?;
    form.print(&value, &lines(control, &value))?;
    match finding.state {
        ::controls::wire::State::Green => Ok(()),
        ::controls::wire::State::Red => Err(Fault::new(format!("control {control} is red")).into()),
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
