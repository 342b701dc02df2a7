//! What callers invent must not stop the house: the assembly as it is served, with the real key store.

use std::path::Path;

use act::{Call, Caller};
use base::Secret;
use db::{Statement, conformance::fresh_sqlite, params};
use serde_json::json;

use crate::{cli, config::Config, house::House};

static ENTRIES: Statement =
    Statement::read("SELECT count(*) AS count FROM audit_entry WHERE tenant = :cell");

/// An invitation token that names a tenant of sevens, which nobody has founded.
const INVENTED: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_into_an_invented_tenant_leaves_the_log_going() {
    let ground = fresh_sqlite().unwrap();
    let path = ground.url().strip_prefix("sqlite://").unwrap();
    let options = cli::Options {
        data_dir: Path::new(path).parent().map(Path::to_path_buf),
        ..cli::Options::default()
    };
    let mut config = Config::read(&options).unwrap();
    config.database_url = Secret::new(ground.url().to_owned());
    let house = House::open(&config).await.unwrap();
    let call = Call::internal(Caller::Nobody, house.runtime.new_id());
    let input = json!({ "token": INVENTED });
    let refused = house
        .runtime
        .execute("identity.invitation.inspect", call, input)
        .await;
    let refusal = *refused.err().unwrap().refusal().unwrap();
    assert_eq!(refusal.code, "identity.invitation_invalid");

    house.log.flush().await.unwrap();
    let mut snapshot = house.runtime.ports().database.snapshot().await.unwrap();
    let tenant = base::TenantId::NIL;
    let row = snapshot.row(tenant, &ENTRIES, params! {}).await.unwrap();
    assert_eq!(row.unwrap().take::<i64>("count").unwrap(), 1);
}
