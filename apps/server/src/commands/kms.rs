//! `bastide kms …`

use base::Result;
use kms::{Embedded, Kms, Seal, SealState, Status, UNINITIALISED};
use serde_json::{Value, json};

use crate::{
    cli,
    config::Config,
    house::{self, House},
    output::Form,
};

pub(crate) async fn run(config: &Config, command: &cli::Kms, form: Form) -> Result<()> {
    let Some(kms) = house::look_at_kms(config).await? else {
        return match command {
            cli::Kms::Status => report(&empty(), form),
            cli::Kms::Seal | cli::Kms::Unseal => Err(UNINITIALISED.into()),
        };
    };
    let recorded = match command {
        cli::Kms::Status => Ok(()),
        cli::Kms::Seal => seal(config, &kms).await?,
        cli::Kms::Unseal => unseal(config, &kms).await?,
    };
    report(&kms.status().await?, form)?;
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

fn report(status: &Status, form: Form) -> Result<()> {
    let (state, seal) = match status.state {
        SealState::Uninitialised => ("uninitialised", None),
        SealState::Sealed { .. } => ("sealed", None),
        SealState::Unsealed {
            seal: Seal::Development,
        } => ("unsealed", Some("development")),
        SealState::Unsealed { seal: Seal::Quorum } => ("unsealed", Some("quorum")),
    };
    let counts = &status.counts;
    let value = json!({
        "state": state, "seal": seal,
        "keys": {
            "tenants": counts.tenants, "reserved": counts.reserved, "used": counts.used, "destroyed": counts.destroyed,
        },
    });
    let seal = seal.map_or_else(String::new, |seal| format!(" ({seal} seal)"));
    let text = format!(
        "State      {state}{seal}\nTenants    {}\nKeys       {} used, {} in reserve, {} destroyed",
        counts.tenants, counts.used, counts.reserved, counts.destroyed
    );
    form.print(&value, &text)
}
