//! What goes through the rows of all tenants is for operations that say that they cross them.

use act::{Act, Action, Migration, MigrationSet, Module, Operation, Statement, params};
use base::{KeyId, Result, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::House;

const fn counting(name: &'static str) -> Operation {
    Operation::write(name, Action::Serve).system()
}

static READ_WITHIN: Operation = counting("test.read.within");
static READ_ACROSS: Operation = counting("test.read.across").across_tenants();
static WRITE_WITHIN: Operation = counting("test.write.within");
static WRITE_ACROSS: Operation = counting("test.write.across").across_tenants();

static ALL: Statement = Statement::read("SELECT id FROM db_lease WHERE tenant >= :cell LIMIT 1");
static END_ALL: Statement =
    Statement::write("UPDATE db_lease SET held_until = 0 WHERE tenant >= :cell AND id = :id");

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Serialize, JsonSchema)]
struct Done {}

async fn read(act: &mut Act, _: Nothing) -> Result<Done> {
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    act.rows(&ALL, params! {}).await?;
    Ok(Done {})
}

async fn write(act: &mut Act, _: Nothing) -> Result<Done> {
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    act.execute(&permit, &END_ALL, params! { id: KeyId::NIL })?;
    Ok(Done {})
}

#[tokio::test]
async fn only_who_says_so_goes_through_all_tenants() {
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let module = Module::new("test", migrations)
        .with(&READ_WITHIN, read)
        .with(&READ_ACROSS, read)
        .with(&WRITE_WITHIN, write)
        .with(&WRITE_ACROSS, write);
    let house = House::with(vec![module]).await;
    let system = house.system("test", TenantId::NIL);

    for operation in [&READ_ACROSS, &WRITE_ACROSS] {
        system.does(operation, json!({})).await;
    }
    for operation in [&READ_WITHIN, &WRITE_WITHIN] {
        let fault = system.calls(operation, json!({})).await.err().unwrap();
        assert!(fault.refusal().is_none(), "{}", operation.name);
        assert!(fault.to_string().contains("over all tenants"), "{fault}");
    }
}
