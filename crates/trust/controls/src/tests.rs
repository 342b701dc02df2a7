use std::time::Duration;

use base::TenantId;
use serde_json::{Value, json};
use testkit::{Actor, House};

use crate::{keep_place, list_findings, module, read_place, record_finding};

fn link(name: &str, outcome: &str) -> Value {
    json!({ "name": name, "outcome": outcome, "words": "seen", "took_ms": 3 })
}

async fn records(probe: &Actor, links: Vec<Value>) -> Value {
    let input = json!({ "control": "0.1", "links": links });
    probe.does(&record_finding::OP, input).await["state"].clone()
}

#[tokio::test]
async fn a_state_follows_from_the_links_alone() {
    let house = House::with(vec![module()]).await;
    let probe = house.system("probe", TenantId::NIL);
    let held = || link("sent", "held");
    assert_eq!(
        records(&probe, vec![held(), link("pushed", "held")]).await,
        "green"
    );
    house.passes(Duration::from_secs(1));
    for outcome in ["broke", "unreached"] {
        assert_eq!(
            records(&probe, vec![held(), link("pushed", outcome)]).await,
            "red"
        );
        house.passes(Duration::from_secs(1));
    }
    for links in [
        json!([]),
        json!(vec![held(); 21]),
        json!([link("<b>", "held")]),
    ] {
        let input = json!({ "control": "0.1", "links": links });
        let refusal = probe.is_refused(&record_finding::OP, input).await;
        assert_eq!(refusal.code, "controls.finding_invalid");
    }

    let operator = house.operator();
    let listed = operator
        .does(&list_findings::OP, json!({ "control": "0.1" }))
        .await;
    let states: Vec<&str> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["red", "red", "green"]);
    assert_eq!(listed["items"][2]["links"][1], link("pushed", "held"));
    let other = operator
        .does(&list_findings::OP, json!({ "control": "0.2" }))
        .await;
    assert_eq!(other["items"], json!([]));

    house.passes(Duration::from_secs(401 * 86_400));
    records(&probe, vec![held()]).await;
    let listed = operator
        .does(&list_findings::OP, json!({ "control": "0.1" }))
        .await;
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        1,
        "old ones are forgotten"
    );
}

#[tokio::test]
async fn a_probe_keeps_what_it_needs_to_be_somebody() {
    let house = House::with(vec![module()]).await;
    let probe = house.system("probe", TenantId::NIL);
    let of = json!({ "control": "0.1" });
    assert_eq!(
        probe.does(&read_place::OP, of.clone()).await["place"],
        Value::Null
    );
    for place in ["one", "two"] {
        let kept = json!({ "control": "0.1", "place": place });
        probe.does(&keep_place::OP, kept).await;
        assert_eq!(
            probe.does(&read_place::OP, of.clone()).await["place"],
            place
        );
    }
    let [ana] = house.people(["ana"]).await;
    let refusal = ana.is_refused(&read_place::OP, of).await;
    assert_eq!(refusal.code, "access.not_permitted");
}
