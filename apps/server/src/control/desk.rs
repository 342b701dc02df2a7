//! Carries out what the operator asks. One implementation, in the running server and in a command that opens the house itself.

use std::sync::Arc;

use act::{Answer, Call, Caller, Operation, Runtime};
use audit::Log;
use base::{Context, Error, Result, TenantId, Timestamp};
use kms::{
    Authority, Custodian, Embedded, Entered, Kms, Quorum, Seal, SealReading, SealState, Share,
    SharePlan, TENANT_ABSENT,
};
use serde_json::{Value, json};

use super::{Done, Handed, Keeper, Note, Notes, Plan, Request, Word};
use crate::{controls, output::text, turning};

/// In whose name shares are entered.
const CUSTODIAN: Caller = Caller::System {
    name: "custodian",
    tenant: TenantId::NIL,
};

/// Who is at the command line of the server's own machine.
pub(crate) const OPERATOR: Caller = Caller::Operator {
    tenant: TenantId::NIL,
};

/// What requests are carried out with.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) kms: Arc<Embedded>,
    pub(crate) log: Arc<Log>,
    pub(crate) notes: Arc<Notes>,
    /// The server that probes try.
    pub(crate) target: controls::Target,
}

impl Desk {
    /// Carries one request out.
    ///
    /// # Errors
    /// Its own.
    pub(crate) async fn carry_out(&self, request: Request) -> Result<Done> {
        match request {
            Request::Operate { operation, input } => {
                self.operate(&operation, input).await.map(Done::told)
            }
            Request::VerifyLog => self.verify_log().await,
            Request::VerifyControl { control } => self.verify_control(&control).await,
            Request::Status => self.status().await.map(Done::told),
            Request::Seal => self.seal().await,
            Request::Unseal => self.unseal().await,
            Request::Rotate { tenant } => self.rotate(tenant).await,
            Request::RotateBarrier => self.rotate_barrier().await,
            Request::GiveShares { plan, authority } => self.give_shares(plan, &authority).await,
            Request::TakeOver { authority, given } => self.take_over(&authority, &given).await,
            Request::EnterShare { share } => {
                let call = self.call(CUSTODIAN);
                self.enter_share(&call, share.0.expose()).await?;
                self.status().await.map(Done::told)
            }
            Request::ForgetShares => {
                self.forget_shares(&self.call(CUSTODIAN));
                self.status().await.map(Done::told)
            }
            Request::ProveShare { share } => self.prove_share(&share).await,
        }
    }

    /// Runs one operation as the operator.
    ///
    /// # Errors
    /// Its own.
    pub(crate) async fn operate(&self, operation: &str, input: Value) -> Result<Value> {
        let call = self.call(OPERATOR);
        let Answer { body, .. } = self.runtime.execute(operation, call, input).await?;
        serde_json::from_slice(&body).context("reading an answer")
    }

    /// A call that comes over the wire, in the name of the custodians: nobody is signed in to a sealed server.
    pub(crate) fn of_custodian(call: Call) -> Call {
        Call {
            caller: CUSTODIAN,
            ..call
        }
    }

    fn call(&self, caller: Caller) -> Call {
        Call::internal(caller, self.runtime.new_id())
    }

    async fn verify_log(&self) -> Result<Done> {
        let report = self.log.verify().await?;
        let value = json!({
            "entries": report.entries, "erased": report.erased, "unopened": report.unopened,
            "head": report.head, "problem": report.problem,
        });
        let is_broken = report.problem.is_some();
        let complaint = is_broken.then(|| "the chain of entries does not hold".to_owned());
        Ok(Done::told(value).but(complaint))
    }

    async fn verify_control(&self, control: &str) -> Result<Done> {
        if !controls::is_enrolled(&self.runtime).await? {
            let made = self
                .operate("identity.sign_up_code.create", json!({}))
                .await?;
            controls::enrol(&self.runtime, &self.target, &text(&made, "code")).await?;
        }
        let finding = controls::verify(&self.runtime, &self.target).await?;
        let finding = finding.context("a probe that is enrolled finds something")?;
        let value = serde_json::to_value(&finding).context("writing JSON")?;
        let is_red = finding.state == ::controls::wire::State::Red;
        let complaint = is_red.then(|| format!("control {control} is red"));
        Ok(Done::told(value).but(complaint))
    }

    /// Seals the store, after the entry: once sealed, nothing can be written. A log that takes no entry does not keep the
    /// store open, since sealing is what one does when something is wrong; it is complained of all the same.
    async fn seal(&self) -> Result<Done> {
        let recorded = match self.kms.read_seal().await?.is_marked {
            false => self.operate(vault::SEAL.name, Value::Null).await.map(drop),
            true => Ok(()),
        };
        self.kms.seal().await?;
        let complaint = complaint(
            recorded,
            "the store is sealed, and the log took no entry of it",
        );
        Ok(Done::told(self.status().await?).but(complaint))
    }

    /// Unseals the store with the root key file and leaves the entry, which could not be written before.
    async fn unseal(&self) -> Result<Done> {
        let before = self.kms.read_seal().await?.state;
        self.kms.unseal_with_root_file().await?;
        let recorded = match before {
            SealState::Sealed { .. } => {
                self.note(&vault::UNSEAL, self.call(OPERATOR));
                self.notes.write(&self.runtime).await
            }
            SealState::Unsealed { .. } | SealState::Uninitialised => Ok(()),
        };
        let complaint = complaint(
            recorded,
            "the store is unsealed, and the log took no entry of it",
        );
        Ok(Done::told(self.status().await?).but(complaint))
    }

    /// Gives tenants newer keys, each after its entry. Whatever ends it, the server or another call goes on where it was.
    async fn rotate(&self, tenant: Option<TenantId>) -> Result<Done> {
        let mut keys = turning::tenant_keys(&self.kms).await?;
        keys.retain(|key| tenant.is_none_or(|wanted| wanted == key.tenant));
        if keys.is_empty() {
            return Err(TENANT_ABSENT.into());
        }
        let mut rewrapped = 0;
        for key in &keys {
            let of = json!({ "tenant": key.tenant });
            self.operate(vault::ROTATE.name, of).await?;
            self.kms.rotate_tenant(key.tenant).await?;
            rewrapped += turning::rewrap_all(&self.kms, key.tenant).await?;
        }
        Ok(Done::told(
            json!({ "tenant_keys": keys.len(), "rewrapped": rewrapped }),
        ))
    }

    /// Gives the barrier a newer key, after the entry, and has the tenants' keys follow.
    async fn rotate_barrier(&self) -> Result<Done> {
        self.operate(vault::ROTATE_BARRIER.name, Value::Null)
            .await?;
        let version = self.kms.rotate_barrier().await?;
        let rewrapped = turning::follow_barrier(&self.kms).await?;
        Ok(Done::told(
            json!({ "barrier": version, "rewrapped": rewrapped }),
        ))
    }

    /// Gives a new root key out. The shares are handed over after the entry: those that the log knows nothing of are nobody's.
    async fn give_shares(&self, plan: Plan, authority: &[Word]) -> Result<Done> {
        if !self.kms.is_open() {
            return Err(act::SEALED.into());
        }
        let plan = SharePlan {
            custodians: plan
                .custodians
                .into_iter()
                .map(|Keeper { name, role }| Custodian { name, role })
                .collect(),
            threshold: plan.threshold,
        };
        let given = match read_all(authority) {
            Ok(held) => self.kms.give_shares(&authority_of(&held), &plan).await,
            Err(unreadable) => Err(unreadable),
        };
        let refused =
            |error: &Error| self.refused(&vault::GIVE_SHARES, &self.call(OPERATOR), error);
        let given = given.inspect_err(refused)?;
        self.operate(vault::GIVE_SHARES.name, Value::Null).await?;
        let count = given.len();
        let hand = |given: kms::Given| Handed {
            custodian: Keeper::of(given.custodian),
            share: Word(given.share.text()),
        };
        Ok(Done {
            value: json!({ "shares": count, "threshold": plan.threshold }),
            complaint: None,
            shares: given.into_iter().map(hand).collect(),
        })
    }

    /// Has the new root key hold, after the entry. One that is refused has an entry of that, too.
    async fn take_over(&self, authority: &[Word], given: &[Word]) -> Result<Done> {
        let (held, given) = (read_all(authority)?, read_all(given)?);
        self.operate(vault::TAKE_OVER.name, Value::Null).await?;
        let held = self.kms.hold_shares(&authority_of(&held), &given).await;
        held.inspect_err(|error| self.refused(&vault::TAKE_OVER, &self.call(OPERATOR), error))?;
        Ok(Done::told(self.status().await?))
    }

    /// Enters a share at this node. It is written down once the log can be.
    ///
    /// # Errors
    /// As [`Embedded::enter_share`].
    pub(crate) async fn enter_share(&self, call: &Call, share: &str) -> Result<()> {
        let entered = match Share::read(share) {
            Ok(share) => self.kms.enter_share(share).await,
            Err(unreadable) => Err(unreadable),
        };
        let refused = |error: &Error| self.refused(&vault::ENTER_SHARE, call, error);
        let entered = entered.inspect_err(refused)?;
        self.note(&vault::ENTER_SHARE, call.clone());
        if entered == Entered::Unsealed {
            self.note(&vault::OPEN, call.clone());
            tracing::info!("the custodians have opened the key store at this node");
            // What cannot be written now is written soon: the server is open all the same.
            if let Err(error) = self.notes.write(&self.runtime).await {
                tracing::warn!(%error, "the unsealing is not written down yet");
            }
        }
        Ok(())
    }

    /// Forgets what was entered at this node.
    pub(crate) fn forget_shares(&self, call: &Call) {
        self.kms.forget_shares();
        self.note(&vault::FORGET_SHARES, call.clone());
    }

    async fn prove_share(&self, share: &Word) -> Result<Done> {
        let proved = match Share::read(share.0.expose()) {
            Ok(share) => self.kms.prove_share(&share).await,
            Err(unreadable) => Err(unreadable),
        };
        let call = self.call(OPERATOR);
        let refused = |error: &Error| self.refused(&vault::PROVE_SHARE, &call, error);
        let kept = proved.inspect_err(refused)?;
        self.note(&vault::PROVE_SHARE, call);
        if self.kms.is_open() {
            self.notes.write(&self.runtime).await?;
        }
        Ok(Done::told(custodian(&kept)))
    }

    fn note(&self, operation: &'static Operation, call: Call) {
        self.notes.keep(Note { operation, call });
    }

    /// Has the log know of a refusal; it writes it once it can.
    fn refused(&self, operation: &'static Operation, call: &Call, error: &Error) {
        if let Some(refusal) = error.refusal() {
            self.runtime.note_refused(operation, call, refusal);
        }
    }

    async fn status(&self) -> Result<Value> {
        status(&self.kms).await
    }
}

fn read_all(words: &[Word]) -> Result<Vec<Share>> {
    words
        .iter()
        .map(|word| Share::read(word.0.expose()))
        .collect()
}

/// Without shares it is the file that shows who may.
const fn authority_of(held: &[Share]) -> Authority<'_> {
    match held.is_empty() {
        true => Authority::RootFile,
        false => Authority::Shares(held),
    }
}

fn complaint(recorded: Result<()>, what: &'static str) -> Option<String> {
    let error = recorded.err()?;
    Some(format!("{what}: {error}"))
}

/// What everybody at this machine may know of a key store.
///
/// # Errors
/// A fault when it does not answer.
pub(super) async fn status(kms: &Embedded) -> Result<Value> {
    let tenant_keys = turning::tenant_keys(kms).await?;
    let counts = kms.status().await?.counts;
    let reading = kms.read_seal().await?;
    let custodians = match reading.held {
        Some(_) => kms.custodians().await?,
        None => Vec::new(),
    };
    let oldest: Option<Timestamp> = tenant_keys.iter().map(|key| key.made_at).min();
    let rewrapping = tenant_keys.iter().filter(|key| key.has_older).count();
    let (state, seal) = words(&reading);
    Ok(json!({
        "state": state, "seal": seal,
        "quorum": reading.held.map(quorum), "given": reading.given.map(quorum),
        "custodians": custodians.iter().map(custodian).collect::<Vec<_>>(),
        "keys": {
            "tenants": counts.tenants, "reserved": counts.reserved, "used": counts.used, "destroyed": counts.destroyed,
        },
        "tenant_keys": { "oldest_made_at": oldest, "being_rewrapped": rewrapping },
    }))
}

/// The words for a state of the seal, and for the way in which the root key is held.
pub(crate) const fn words(reading: &SealReading) -> (&'static str, Option<&'static str>) {
    let (state, seal) = match reading.state {
        SealState::Uninitialised => return ("uninitialised", None),
        SealState::Sealed { seal } => ("sealed", seal),
        SealState::Unsealed { seal } => ("unsealed", seal),
    };
    match seal {
        Seal::Development => (state, Some("development")),
        Seal::Quorum => (state, Some("quorum")),
    }
}

fn quorum(quorum: Quorum) -> Value {
    json!({ "shares": quorum.shares, "threshold": quorum.threshold, "entered": quorum.entered })
}

fn custodian(kept: &kms::Kept) -> Value {
    json!({
        "place": kept.place, "name": kept.custodian.name, "role": kept.custodian.role,
        "proved_at": kept.proved_at,
    })
}
