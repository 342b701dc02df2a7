//! `bastide kms …`

mod shares;

use base::{Context, Result, Secret};
use serde_json::Value;

use crate::{
    cli,
    config::Config,
    control::{self, Request, Word},
    keys,
    output::{self, Form, text},
    prompt,
};

pub(crate) async fn run(config: Config, command: &cli::Kms, form: Form) -> Result<()> {
    match command {
        cli::Kms::Serve(flags) => keys::run(config, flags, form).await,
        cli::Kms::Status => show(&config, Request::Status, form).await,
        cli::Kms::Seal => show(&config, Request::Seal, form).await,
        cli::Kms::Unseal => unseal(&config, form).await,
        cli::Kms::Rotate { barrier: true, .. } => rotate_barrier(&config, form).await,
        cli::Kms::Rotate { tenant, .. } => rotate(&config, tenant.as_deref(), form).await,
        cli::Kms::Drill => drill(&config, form).await,
        cli::Kms::Shares { command } => shares::run(&config, command, form).await,
    }
}

/// Carries out what answers with the state.
async fn show(config: &Config, request: Request, form: Form) -> Result<()> {
    let done = control::ask(config, request).await?;
    form.print(&done.value, &report(&done.value))?;
    done.end()
}

/// With the root key file, or with the share of whoever sits here; from a pipe with as many as it brings.
async fn unseal(config: &Config, form: Form) -> Result<()> {
    let status = control::ask(config, Request::Status).await?.value;
    if text(&status, "seal") != "quorum" {
        return show(config, Request::Unseal, form).await;
    }
    let mut status = status;
    while text(&status, "state") == "sealed" {
        let Some(share) = prompt::ask(&question(&status))? else {
            break;
        };
        let share = Word(share);
        let entered = control::ask(config, Request::EnterShare { share }).await?;
        status = entered.value;
        if prompt::is_terminal() {
            break;
        }
    }
    form.print(&status, &report(&status))
}

fn question(status: &Value) -> String {
    let quorum = status.get("quorum").cloned().unwrap_or_default();
    let count = |name| quorum.get(name).and_then(Value::as_u64).unwrap_or_default();
    format!(
        "{} of {} shares were entered here. Your share (nothing is shown): ",
        count("entered"),
        count("threshold")
    )
}

/// A custodian shows that they still hold their share.
async fn drill(config: &Config, form: Form) -> Result<()> {
    let share = needed(prompt::ask("Your share (nothing is shown): ")?)?;
    let share = Word(share);
    let done = control::ask(config, Request::ProveShare { share }).await?;
    let words = format!(
        "The share of {} ({}) is the right one. It opened nothing.",
        text(&done.value, "name"),
        text(&done.value, "role")
    );
    form.print(&done.value, &words)?;
    done.end()
}

async fn rotate(config: &Config, tenant: Option<&str>, form: Form) -> Result<()> {
    let tenant = tenant
        .map(|tenant| tenant.parse().context("reading the tenant's id"))
        .transpose()?;
    let done = control::ask(config, Request::Rotate { tenant }).await?;
    let count = |name| done.value.get(name).and_then(Value::as_u64);
    let words = format!(
        "{} newer keys; {} wrapped anew.",
        count("tenant_keys").unwrap_or_default(),
        count("rewrapped").unwrap_or_default()
    );
    form.print(&done.value, &words)?;
    done.end()
}

async fn rotate_barrier(config: &Config, form: Form) -> Result<()> {
    let done = control::ask(config, Request::RotateBarrier).await?;
    let count = |name| done.value.get(name).and_then(Value::as_u64);
    let words = format!(
        "The barrier has version {}; {} tenant keys wrapped anew.",
        count("barrier").unwrap_or_default(),
        count("rewrapped").unwrap_or_default()
    );
    form.print(&done.value, &words)?;
    done.end()
}

/// # Errors
/// A fault when standard input ended before it.
fn needed(share: Option<Secret<String>>) -> Result<Secret<String>> {
    share.context("standard input ended before the share")
}

fn report(status: &Value) -> String {
    let part = |name: &str| status.get(name).filter(|value| !value.is_null());
    let seal = part("seal").and_then(Value::as_str);
    let seal = seal.map_or_else(String::new, |seal| format!(" ({seal} seal)"));
    let mut lines = vec![format!("State      {}{seal}", text(status, "state"))];
    if let Some(quorum) = part("quorum") {
        lines.push(format!("Quorum     {}", of_quorum(quorum)));
        if text(status, "state") == "sealed" {
            lines.push(format!("Entered    {} here", number(quorum, "entered")));
        }
    }
    if let Some(given) = part("given") {
        lines.push(format!(
            "Given      {}, waiting to take over",
            of_quorum(given)
        ));
    }
    let custodians = part("custodians").and_then(Value::as_array);
    for custodian in custodians.into_iter().flatten() {
        let proved = custodian.get("proved_at").and_then(Value::as_str);
        let keeper = match text(custodian, "name") {
            name if name.is_empty() => "nobody yet".to_owned(),
            name => format!("{name} ({})", text(custodian, "role")),
        };
        lines.push(format!(
            "Share {:<4} {keeper}, shown {}",
            number(custodian, "place"),
            proved.unwrap_or("never"),
        ));
    }
    let keys = part("keys").cloned().unwrap_or_default();
    lines.push(format!("Tenants    {}", number(&keys, "tenants")));
    lines.push(format!(
        "Keys       {} used, {} in reserve, {} destroyed",
        number(&keys, "used"),
        number(&keys, "reserved"),
        number(&keys, "destroyed")
    ));
    let tenant_keys = part("tenant_keys").cloned().unwrap_or_default();
    if let Some(oldest) = tenant_keys.get("oldest_made_at").and_then(Value::as_str) {
        let followed = number(&tenant_keys, "being_rewrapped");
        lines.push(format!(
            "Oldest     tenant key of {oldest}; {followed} being followed by newer ones"
        ));
    }
    lines.join("\n")
}

fn of_quorum(quorum: &Value) -> String {
    format!(
        "{} of {} shares",
        number(quorum, "threshold"),
        number(quorum, "shares")
    )
}

fn number(of: &Value, name: &str) -> u64 {
    of.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// Says how it goes on, to the person at the terminal.
fn advise(words: &str) {
    if prompt::is_terminal() {
        output::tell(words);
    }
}
