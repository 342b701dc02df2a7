//! For a probe: record what it found. The state follows from the links.

use act::{Act, Action, Operation, Place};
use base::{Context, Result, TenantId};

use crate::{FINDING_INVALID, LINKS, LINKS_MAX, TEXT_CHARS_MAX, store, wire};

pub static OP: Operation = Operation::write("controls.finding.record", Action::Serve)
    .system()
    .summary("Records what a probe found, and forgets what is older than 400 days.")
    .refusing(&[FINDING_INVALID]);

pub async fn run(act: &mut Act, input: wire::RecordFinding) -> Result<wire::Recorded> {
    super::name(&input.control, "control")?;
    if !(1..=LINKS_MAX).contains(&input.links.len()) {
        return Err(FINDING_INVALID.at("links"));
    }
    for link in &input.links {
        super::name(&link.name, "links")?;
        if link.words.chars().count() > TEXT_CHARS_MAX {
            return Err(FINDING_INVALID.at("links"));
        }
    }
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    let state = wire::State::of(&input.links);
    let id: store::FindingId = act.new_id();
    let links = serde_json::to_vec(&input.links).context("writing the links of a probe")?;
    let sealed = act.seal(&permit, Place::new(id, LINKS), &links);
    store::insert_finding(act, &permit, &input.control, state, (id, sealed))?;
    store::forget_findings(act, &permit)?;
    Ok(wire::Recorded {
        state,
        found_at: act.now(),
    })
}
