//! `bastide kms …`

use base::{Context, Result, TenantId, Timestamp};
use kms::{Embedded, Kms, Seal, SealState, Status, TENANT_ABSENT, TenantKey, UNINITIALISED};
use serde_json::{Value, json};

use crate::{
    cli,
    config::Config,
    house::{self, House},
    output::Form,
    turning,
};

pub(crate) async fn run(config: &Config, command: &cli::Kms, form: Form) -> Result<()> {
    let Some(kms) = house::look_at_kms(config).await? else {
        return match command {
            cli::Kms::Status => report(&empty(), &[], form),
            cli::Kms::Serve(_) | cli::Kms::Seal | cli::Kms::Unseal | cli::Kms::Rotate { .. } => {
                Err(UNINITIALISED.into())
            }
        };
    };
    let recorded = match command {
        cli::Kms::Status | cli::Kms::Serve(_) => Ok(()),
        cli::Kms::Seal => seal(config, &kms).await?,
        cli::Kms::Unseal => unseal(config, &kms).await?,
        cli::Kms::Rotate { tenant } => return rotate(config, tenant.as_deref(), form).await,
    };
    let keys = turning::tenant_keys(&kms).await?;
    report(&kms.status().await?, &keys, form)?;
    recorded
}

/// Seals the store, after the entry: once sealed, nothing can be written. A log that takes no entry does not keep the store
/// open, since sealing is what one does when something is wrong; the command fails all the same, with the inner result.
async fn seal(config: &Config, kms: &Embedded) -> Result<Result<()>> {
    let recorded = match kms.status().await?.state {
        SealState::Unsealed { .. } => note(config, vault::SEAL.name).await,
        SealState::Sealed { .. } | SealState::Uninitialised => Ok(()),
    };
    kms.seal().await?;
    Ok(recorded
        .map_err(|error| error.while_doing("the store is sealed, and the log took no entry of it")))
}

/// Unseals the store and leaves the entry, which could not be written before.
async fn unseal(config: &Config, kms: &Embedded) -> Result<Result<()>> {
    let before = kms.status().await?.state;
    kms.unseal_with_root_file().await?;
    let recorded = match before {
        SealState::Sealed { .. } => note(config, vault::UNSEAL.name).await,
        SealState::Unsealed { .. } | SealState::Uninitialised => Ok(()),
    };
    Ok(recorded.map_err(|error| {
        error.while_doing("the store is unsealed, and the log took no entry of it")
    }))
}

/// Gives tenants newer keys, each after its entry. Whatever ends it, the server or another call goes on where it was.
async fn rotate(config: &Config, tenant: Option<&str>, form: Form) -> Result<()> {
    let wanted: Option<TenantId> = tenant
        .map(|tenant| tenant.parse().context("reading the tenant's id"))
        .transpose()?;
    let house = House::open(config).await?;
    let turned = async {
        let mut keys = turning::tenant_keys(&house.kms).await?;
        keys.retain(|key| wanted.is_none_or(|wanted| wanted == key.tenant));
        if keys.is_empty() {
            return Err(TENANT_ABSENT.into());
        }
        let mut rewrapped = 0;
        for key in &keys {
            let of = json!({ "tenant": key.tenant });
            house.operate(vault::ROTATE.name, of).await?;
            house.kms.rotate_tenant(key.tenant).await?;
            rewrapped += turning::rewrap_all(&house.kms, key.tenant).await?;
        }
        let value = json!({ "tenant_keys": keys.len(), "rewrapped": rewrapped });
        let text = format!("{} newer keys; {rewrapped} wrapped anew.", keys.len());
        form.print(&value, &text)
    };
    let outcome = turned.await;
    house.end(outcome).await
}

async fn note(config: &Config, operation: &str) -> Result<()> {
    let house = House::open(config).await?;
    let noted = house.operate(operation, Value::Null).await.map(drop);
    house.end(noted).await
}

fn empty() -> Status {
    Status {
        state: SealState::Uninitialised,
        quorum: None,
        counts: kms::KeyCounts::default(),
    }
}

fn report(status: &Status, tenant_keys: &[TenantKey], form: Form) -> Result<()> {
    let (state, seal) = match status.state {
        SealState::Uninitialised => ("uninitialised", None),
        SealState::Sealed { .. } => ("sealed", None),
        SealState::Unsealed {
            seal: Seal::Development,
        } => ("unsealed", Some("development")),
        SealState::Unsealed { seal: Seal::Quorum } => ("unsealed", Some("quorum")),
    };
    let counts = &status.counts;
    let oldest: Option<Timestamp> = tenant_keys.iter().map(|key| key.made_at).min();
    let rewrapping = tenant_keys.iter().filter(|key| key.has_older).count();
    let since = oldest.map_or_else(String::new, |oldest| {
        format!("\nOldest     tenant key of {oldest}; {rewrapping} being followed by newer ones")
    });
    let value = json!({
        "state": state, "seal": seal,
        "keys": {
            "tenants": counts.tenants, "reserved": counts.reserved, "used": counts.used, "destroyed": counts.destroyed,
        },
        "tenant_keys": { "oldest_made_at": oldest, "being_rewrapped": rewrapping },
    });
    let seal = seal.map_or_else(String::new, |seal| format!(" ({seal} seal)"));
    let text = format!(
        "State      {state}{seal}\nTenants    {}\nKeys       {} used, {} in reserve, {} destroyed{since}",
        counts.tenants, counts.used, counts.reserved, counts.destroyed
    );
    form.print(&value, &text)
}
