//! Every refusal is noted, wherever it comes from.

use act::{Act, Action, Migration, MigrationSet, Module, Operation, Outcome, Statement, params};
use base::{KeyId, Refusal, Result, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use testkit::House;

const TAKEN: Refusal = Refusal::conflict("test.taken", "This is taken.");

static TAKE: Operation = Operation::write("test.thing.take", Action::Serve).system();
static LOSE: Operation = Operation::write("test.thing.lose", Action::Serve).system();

/// Any table with a key will do.
static INSERT: Statement = Statement::write(
    "INSERT INTO db_lease (tenant, id, holder, held_until) VALUES (:tenant, :id, :id, 0)",
)
.or_duplicate(TAKEN);
static UPDATE_NOTHING: Statement =
    Statement::write("UPDATE db_lease SET held_until = 1 WHERE tenant = :tenant AND id = :id")
        .exactly_one();

#[derive(Deserialize, JsonSchema)]
struct Thing {
    id: KeyId,
}

#[derive(Serialize, JsonSchema)]
struct Done {}

async fn take(act: &mut Act, input: Thing) -> Result<Done> {
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    act.execute(&permit, &INSERT, params! { id: input.id })?;
    Ok(Done {})
}

/// Conflicts at every commit.
async fn lose(act: &mut Act, input: Thing) -> Result<Done> {
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    act.execute(&permit, &UPDATE_NOTHING, params! { id: input.id })?;
    Ok(Done {})
}

#[tokio::test]
async fn refusals_are_noted_wherever_they_come_from() {
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let module = Module::new("test", migrations)
        .with(&TAKE, take)
        .with(&LOSE, lose);
    let house = House::with(vec![module]).await;
    let (system, nobody) = (house.system("test", TenantId::NIL), house.anonymous());
    let input = json!({ "id": KeyId::from_bytes([7; 16]) });
    system.does(&TAKE, input.clone()).await;
    let noted = |operation: &'static str| {
        let notes = house.audit().all().into_iter();
        let mine = notes.filter(|note| note.operation == operation);
        let refused = mine.filter(|note| note.outcome != Outcome::Done);
        let told: Vec<_> = refused.map(|note| (note.outcome, note.resources)).collect();
        told
    };

    let before_it_begins = nobody.is_refused(&TAKE, input.clone()).await;
    let by_the_table = system.is_refused(&TAKE, input).await;
    let elsewhere = json!({ "id": KeyId::from_bytes([8; 16]) });
    let after_all_runs = system.is_refused(&LOSE, elsewhere).await;

    assert_eq!(
        noted(TAKE.name),
        [
            (Outcome::Refused(before_it_begins.code), 0),
            (Outcome::Refused(TAKEN.code), 1),
        ]
    );
    assert_eq!(by_the_table.code, TAKEN.code);
    assert_eq!(after_all_runs.code, "act.contended");
    assert_eq!(noted(LOSE.name), [(Outcome::Refused("act.contended"), 1)]);
}
