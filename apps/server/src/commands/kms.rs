//! `bastide kms …`

use base::Result;
use kms::{Kms, Seal, SealState};
use serde_json::json;

use crate::{cli, config::Config, house, output::Form};

pub(crate) async fn run(config: &Config, command: &cli::Kms, form: Form) -> Result<()> {
    let kms = house::open_kms(config).await?;
    match command {
        cli::Kms::Status => {}
        cli::Kms::Seal => kms.seal().await?,
        cli::Kms::Unseal => kms.unseal_with_root_file().await?,
    }
    let status = kms.status().await?;
    let (state, seal) = match status.state {
        SealState::Uninitialised => ("uninitialised", None),
        SealState::Sealed => ("sealed", None),
        SealState::Unsealed {
            seal: Seal::Development,
        } => ("unsealed", Some("development")),
        SealState::Unsealed { seal: Seal::Quorum } => ("unsealed", Some("quorum")),
    };
    let counts = status.counts;
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
