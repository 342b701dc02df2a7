//! What is outdated goes, from the beginning of each topic; what is not stays.

use std::time::Duration;

use act::{
    Act, Action, Call, Event, EventName, Kind, Migration, MigrationSet, Module, Operation,
    Relation, Resource, ResourceRef, Statement, params,
};
use base::{Context, KeyId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use testkit::{Actor, House};

const DIRECTORY: Kind = Kind("identity.directory");
const DAY: Duration = Duration::from_secs(86_400);

/// Says something in the topic of the caller's tenant.
static SAY: Operation = Operation::write("test.topic.say", Action::Create);
static HEAR: Operation = Operation::read("test.topic.hear", Action::Read);
static MAKE: Operation =
    Operation::write("test.thing.make", Action::Create).idempotent("test.thing.read", "thing");
static READ: Operation = Operation::read("test.thing.read", Action::Read);

static TOPIC: Statement =
    Statement::read("SELECT version, key_id FROM db_resource WHERE tenant = :tenant AND id = :id");

struct Topic(ResourceRef);

impl Resource for Topic {
    fn reference(&self) -> &ResourceRef {
        &self.0
    }
    fn relation(&self) -> Relation {
        Relation::Member
    }
}

async fn topic(act: &mut Act) -> Result<Topic> {
    let tenant = act.tenant();
    let row = act.row(&TOPIC, params! { id: tenant }).await?;
    let mut row = row.context("a tenant has a directory")?;
    Ok(Topic(ResourceRef::take(
        DIRECTORY, tenant, tenant, &mut row,
    )?))
}

#[derive(Deserialize, JsonSchema)]
struct Say {
    times: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Thing {
    thing: KeyId,
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

async fn say(act: &mut Act, input: Say) -> Result<Value> {
    let topic = topic(act).await?;
    let permit = act.permit(&topic).await?;
    for _ in 0..input.times {
        act.emit(&permit, Event::new(EventName("test.said")))?;
    }
    Ok(json!({}))
}

async fn hear(act: &mut Act, _: Nothing) -> Result<Vec<i64>> {
    let topic = topic(act).await?;
    let permit = act.permit(&topic).await?;
    let events = act.events(&permit, 0, 1_000).await?;
    Ok(events.iter().map(|event| event.change).collect())
}

async fn make(act: &mut Act, _: Nothing) -> Result<Thing> {
    let topic = topic(act).await?;
    act.permit(&topic).await?;
    let thing = act.new_id();
    act.refer(thing);
    Ok(Thing { thing })
}

async fn read(act: &mut Act, input: Thing) -> Result<Thing> {
    let topic = topic(act).await?;
    act.permit(&topic).await?;
    Ok(input)
}

async fn house() -> House {
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let module = Module::new("test", migrations)
        .with(&SAY, say)
        .with(&HEAR, hear)
        .with(&MAKE, make)
        .with(&READ, read);
    House::with(vec![act::module(), module]).await
}

#[tokio::test]
async fn events_go_after_thirty_days_and_the_numbers_go_on() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let [bo] = house.people(["bo"]).await;
    ana.does(&SAY, json!({ "times": 450 })).await;
    let mut others = Vec::new();
    for _ in 0..60 {
        let [other] = house.people(["other"]).await;
        other.does(&SAY, json!({ "times": 3 })).await;
        others.push(other);
    }
    house.passes(29 * DAY);
    bo.does(&SAY, json!({ "times": 2 })).await;
    house.runtime().purge_outdated().await.unwrap();
    let heard: Vec<i64> = ana.gets(&HEAR, json!({})).await;
    assert_eq!(heard.len(), 450, "they are too young");

    house.passes(2 * DAY);
    ana.does(&SAY, json!({ "times": 1 })).await;
    for other in &others {
        other.does(&SAY, json!({ "times": 1 })).await;
    }
    house.runtime().purge_outdated().await.unwrap();

    let heard: Vec<i64> = ana.gets(&HEAR, json!({})).await;
    assert_eq!(heard, [451]);
    let heard: Vec<i64> = bo.gets(&HEAR, json!({})).await;
    assert_eq!(heard, [1, 2]);
    for other in &others {
        let heard: Vec<i64> = other.gets(&HEAR, json!({})).await;
        assert_eq!(heard, [4], "more topics than one act removes from");
    }
    assert!(house.audit().has_written("act.event.purge"));
}

async fn makes(who: &Actor) -> Value {
    let with_key = |call| Call {
        idempotency_key: Some("k-1".to_owned()),
        ..call
    };
    let answer = who.calls_with(&MAKE, json!({}), with_key).await.unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn an_idempotency_key_holds_for_seven_days() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let first = makes(&ana).await;
    house.passes(6 * DAY);
    house.runtime().purge_outdated().await.unwrap();
    assert_eq!(makes(&ana).await, first);

    house.passes(2 * DAY);
    house.runtime().purge_outdated().await.unwrap();

    assert_ne!(makes(&ana).await, first);
}
