//! Walks the chain and the entries, and finds what was changed, taken away or slipped in.

use std::{collections::HashMap, sync::Arc};

use base::{EntryId, Error, Hex, Result, TenantId};
use cipher::{DataKey, open_record};
use db::{Row, params};

use crate::{
    Log,
    chain::{Head, Last, Leaf},
    log::{SALT_BYTES, commitment},
    months::{self, Month},
    store, wire,
};

/// How many rows are looked at together.
const PAGE: u32 = 200;

/// What a walk over the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Numbered entries that were walked, up to the first problem.
    pub entries: i64,
    /// The head after the last of them, in hex: who notes it can tell later that nothing before it was changed.
    pub head: String,
    /// Entries whose body was erased; their commitments hold.
    pub erased: i64,
    /// Entries whose body could not be compared, because the key of their month is gone.
    pub unopened: i64,
    /// The first thing that is wrong.
    pub problem: Option<String>,
}

/// A link with its entry, if there is one.
struct Link {
    number: i64,
    head: Head,
    entry: Option<Entry>,
}

/// An entry as stored.
struct Entry {
    leaf: Leaf,
    body: Option<Vec<u8>>,
}

/// What can be said of a body.
enum Body {
    Holds,
    Erased,
    Unopened,
    Wrong,
}

type Keys = HashMap<(TenantId, Month), Option<Arc<DataKey>>>;

impl Log {
    /// Walks the whole log.
    ///
    /// # Errors
    /// [`act::SEALED`], or a fault when the database or the key store fails. What is wrong with the log is no error but
    /// stands in the report.
    pub async fn verify(&self) -> Result<Report> {
        let mut report = Report {
            entries: 0,
            head: String::new(),
            erased: 0,
            unopened: 0,
            problem: None,
        };
        let last = self.walk(&mut report).await?;
        report.entries = last.number;
        report.head = Hex(&last.head).to_string();
        if report.problem.is_none() {
            report.problem = self.strays().await?;
        }
        if report.problem.is_none() {
            report.problem = self.waiting().await?;
        }
        Ok(report)
    }

    /// Follows the chain from its beginning to its end or the first problem.
    async fn walk(&self, report: &mut Report) -> Result<Last> {
        let mut last = Last::NONE;
        let mut keys = Keys::new();
        // From below every number, so that none stands in front of the chain unseen.
        let mut after = i64::MIN;
        loop {
            let links = self.links(after).await?;
            if links.is_empty() {
                return Ok(last);
            }
            for link in links {
                let Ok(link) = Link::take(link) else {
                    let next = last.number + 1;
                    report.problem = Some(format!("number {next} or its entry is malformed"));
                    return Ok(last);
                };
                after = link.number;
                match self.judge(&last, &link, &mut keys).await? {
                    Ok((next, body)) => {
                        last = next;
                        report.erased += i64::from(matches!(body, Body::Erased));
                        report.unopened += i64::from(matches!(body, Body::Unopened));
                    }
                    Err(problem) => {
                        report.problem = Some(problem);
                        return Ok(last);
                    }
                }
            }
        }
    }

    async fn links(&self, after: i64) -> Result<Vec<Row>> {
        let mut snapshot = self.database.snapshot().await?;
        let page = params! { after: after, limit: PAGE };
        snapshot.rows(TenantId::NIL, &store::LIST_LINKS, page).await
    }

    /// Whether this link follows the last one with its entry as it was.
    async fn judge(
        &self,
        last: &Last,
        link: &Link,
        keys: &mut Keys,
    ) -> Result<Result<(Last, Body), String>> {
        let expected = last.number + 1;
        if link.number != expected {
            return Ok(Err(format!("number {expected} is missing")));
        }
        let Some(entry) = &link.entry else {
            return Ok(Err(format!("the entry of number {expected} is missing")));
        };
        let next = last.next(&entry.leaf);
        if next.head != link.head {
            return Ok(Err(format!(
                "number {expected} was changed or does not follow the one before it"
            )));
        }
        Ok(match self.body(entry, keys).await? {
            Body::Wrong => Err(format!(
                "the body of number {expected} is not the one that was recorded"
            )),
            body => Ok((next, body)),
        })
    }

    async fn body(&self, entry: &Entry, keys: &mut Keys) -> Result<Body> {
        let Entry { leaf, body } = entry;
        let Some(sealed) = body else {
            return Ok(Body::Erased);
        };
        let month = Month::of(leaf.at);
        let key = match keys.get(&(leaf.tenant, month)) {
            Some(key) => key.clone(),
            None => {
                let key = self.month_key(leaf.tenant, month).await?;
                keys.insert((leaf.tenant, month), key.clone());
                key
            }
        };
        let Some(key) = key else {
            return Ok(Body::Unopened);
        };
        let place = months::place(leaf.tenant, month, leaf.entry);
        let holds = open_record(&key, &place, sealed).is_ok_and(|content| {
            let content = content.expose();
            let body = content.get(SALT_BYTES..).unwrap_or_default();
            // The chain binds the time only once there is a number; the body has it from the beginning.
            commitment(content) == leaf.commitment && wire::time_of(body) == Some(leaf.at)
        });
        Ok(if holds { Body::Holds } else { Body::Wrong })
    }

    /// The key of a month; none when it was never founded here or is destroyed.
    async fn month_key(&self, tenant: TenantId, month: Month) -> Result<Option<Arc<DataKey>>> {
        let Some(id) = months::find(&self.database, tenant, month).await? else {
            return Ok(None);
        };
        let purpose = months::purpose(
            "audit.log.verify",
            tenant,
            self.clock.as_ref(),
            self.entropy.as_ref(),
        );
        match self.vault.keys(purpose, tenant, &[id]).await {
            Ok(keys) => Ok(keys.into_iter().next()),
            Err(refused @ Error::Refusal(_)) => Err(refused),
            Err(Error::Fault(fault)) => {
                tracing::warn!(%fault, %tenant, "the key of a month of entries is not to be had");
                Ok(None)
            }
        }
    }

    /// Entries that neither the chain nor the sequencer knows of, and what waits wrongly for a number.
    async fn strays(&self) -> Result<Option<String>> {
        let (mut tenant, mut after) = (TenantId::NIL, EntryId::NIL);
        loop {
            let mut snapshot = self.database.snapshot().await?;
            let page = params! { tenant_after: tenant, after: after, limit: PAGE };
            let rows = snapshot
                .rows(TenantId::NIL, &store::LIST_ENTRIES, page)
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let Ok(entry) = Known::take(row) else {
                    return Ok(Some(format!(
                        "the entry after {after} of {tenant} is malformed"
                    )));
                };
                (tenant, after) = (entry.tenant, entry.id);
                if !entry.is_known {
                    return Ok(Some(format!(
                        "{after} of {tenant} is an entry that nobody recorded"
                    )));
                }
            }
        }
        let mut snapshot = self.database.snapshot().await?;
        let row = snapshot
            .row(TenantId::NIL, &store::WRONGLY_PENDING, params! {})
            .await?;
        Ok(row.map(|_| "what waits for a number is no entry, or has one already".to_owned()))
    }

    /// Entries that wait for their number and are not what was recorded.
    async fn waiting(&self) -> Result<Option<String>> {
        let mut after = EntryId::NIL;
        let mut keys = Keys::new();
        loop {
            let mut snapshot = self.database.snapshot().await?;
            let page = params! { after: after, limit: PAGE };
            let rows = snapshot
                .rows(TenantId::NIL, &store::LIST_WAITING, page)
                .await?;
            drop(snapshot);
            if rows.is_empty() {
                return Ok(None);
            }
            for mut row in rows {
                after = row.take("id")?;
                let holds = match Entry::take(after, &mut row) {
                    Ok(Some(entry)) => !matches!(self.body(&entry, &mut keys).await?, Body::Wrong),
                    Ok(None) | Err(_) => false,
                };
                if !holds {
                    let problem =
                        format!("{after}, which has no number yet, is not what was recorded");
                    return Ok(Some(problem));
                }
            }
        }
    }
}

/// An entry, and whether the chain or the sequencer knows of it.
struct Known {
    tenant: TenantId,
    id: EntryId,
    is_known: bool,
}

impl Known {
    fn take(mut row: Row) -> Result<Self> {
        let number: Option<i64> = row.take("number")?;
        let pending: Option<Vec<u8>> = row.take("pending")?;
        Ok(Self {
            tenant: row.take("tenant")?,
            id: row.take("id")?,
            is_known: number.is_some() || pending.is_some(),
        })
    }
}

impl Link {
    fn take(mut row: Row) -> Result<Self> {
        let entry = row.take("entry")?;
        Ok(Self {
            number: row.take("number")?,
            head: row.take("head")?,
            entry: Entry::take(entry, &mut row)?,
        })
    }
}

impl Entry {
    fn take(id: EntryId, row: &mut Row) -> Result<Option<Self>> {
        let (at, commitment) = (row.take("at")?, row.take("commitment")?);
        let (Some(at), Some(commitment)) = (at, commitment) else {
            return Ok(None);
        };
        let leaf = Leaf {
            tenant: row.take("of_tenant")?,
            entry: id,
            at,
            commitment,
        };
        let body = row.take("body_sealed")?;
        Ok(Some(Self { leaf, body }))
    }
}
