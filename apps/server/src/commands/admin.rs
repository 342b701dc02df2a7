//! `bastide admin …`: what an operator needs, without ever seeing content.

use base::{Context, Result};
use gate::{CertificateSource, Tls};
use serde_json::{Value, json};

use crate::{
    cli,
    config::Config,
    control::{self, Request},
    output::{Form, text},
};

pub(crate) async fn run(config: Config, command: &cli::Admin, form: Form) -> Result<()> {
    match command {
        cli::Admin::Ca => authority(&config, form),
        cli::Admin::Tenants => {
            let value = ask(&config, "identity.tenant.list", json!({})).await?;
            form.print(&value, &tenants(&value))
        }
        cli::Admin::Suspend { tenant } => set_state(&config, tenant, "suspended", form).await,
        cli::Admin::Resume { tenant } => set_state(&config, tenant, "active", form).await,
        cli::Admin::SignUp { mode } => {
            let value = ask(&config, "identity.sign_up.set", json!({ "sign_up": mode })).await?;
            form.print(&value, &format!("Sign-up is now: {mode}"))
        }
        cli::Admin::SignUpCode => {
            let value = ask(&config, "identity.sign_up_code.create", json!({})).await?;
            form.print(&value, &text(&value, "code"))
        }
        cli::Admin::ResetPassword { mail } => {
            let value = ask(
                &config,
                "identity.password_reset.start",
                json!({ "mail": mail }),
            )
            .await?;
            let link = text(&value, "link");
            form.print(
                &value,
                if link.is_empty() {
                    "The letter is on its way to the registered address."
                } else {
                    &link
                },
            )
        }
    }
}

async fn set_state(config: &Config, tenant: &str, state: &str, form: Form) -> Result<()> {
    let input = json!({ "tenant": tenant, "state": state });
    let value = ask(config, "identity.tenant.set_state", input).await?;
    form.print(&value, &format!("{tenant} is now {state}."))
}

fn authority(config: &Config, form: Form) -> Result<()> {
    // Makes the authority if the server has never been started.
    drop(Tls::open(
        config.certificate.clone(),
        std::sync::Arc::new(base::SystemClock),
    )?);
    let pem = match &config.certificate {
        CertificateSource::LocalAuthority { directory, .. } => {
            gate::local_authority_pem(directory)?
        }
        CertificateSource::Files { chain, .. } => {
            std::fs::read_to_string(chain).context("reading the certificate chain")?
        }
    };
    form.print(&json!({ "pem": pem }), &pem)
}

async fn ask(config: &Config, operation: &str, input: Value) -> Result<Value> {
    let operation = operation.to_owned();
    let done = control::ask(config, Request::Operate { operation, input }).await?;
    Ok(done.value)
}

fn tenants(value: &Value) -> String {
    let rows = value
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut lines = vec![format!(
        "{:<34} {:<13} {:<9} {:>8}  created",
        "tenant", "kind", "state", "accounts"
    )];
    lines.extend(rows.iter().map(|row| {
        format!(
            "{:<34} {:<13} {:<9} {:>8}  {}",
            text(row, "id"),
            text(row, "kind"),
            text(row, "state"),
            row.get("accounts")
                .and_then(Value::as_i64)
                .unwrap_or_default(),
            text(row, "created_at"),
        )
    }));
    lines.join("\n")
}
