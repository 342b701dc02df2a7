//! Whatever is changed in the log is found.

use base::{Entropy, EntryId, SystemEntropy, TenantId};
use db::{Batch, CommitError, Params, Plain, Row, Statement, Value, params};

use super::Recorded;

static ENTRIES: Statement = Statement::read(
    "SELECT tenant, id, at, commitment, body_sealed FROM audit_entry WHERE (tenant, id) > (:cell, :cell) ORDER BY tenant, id",
);
static LINKS: Statement = Statement::read(
    "SELECT number, of_tenant, entry, head FROM audit_link WHERE tenant = :cell ORDER BY number",
);
static PENDING: Statement =
    Statement::read("SELECT id, of_tenant FROM audit_pending WHERE tenant = :cell ORDER BY id");
static INSERT_ENTRY: Statement = Statement::write(
    "INSERT INTO audit_entry (tenant, id, at, commitment, body_sealed) VALUES (:tenant, :id, :at, :commitment, :body_sealed)",
);
static INSERT_LINK: Statement = Statement::write(
    "INSERT INTO audit_link (tenant, number, of_tenant, entry, head) VALUES (:cell, :number, :of_tenant, :entry, :head)",
);
static INSERT_PENDING: Statement = Statement::write(
    "INSERT INTO audit_pending (tenant, id, of_tenant) VALUES (:cell, :id, :of_tenant)",
);
static DELETE_ENTRIES: Statement =
    Statement::write("DELETE FROM audit_entry WHERE (tenant, id) > (:cell, :cell)");
static DELETE_LINKS: Statement = Statement::write("DELETE FROM audit_link WHERE tenant = :cell");
static DELETE_PENDING: Statement =
    Statement::write("DELETE FROM audit_pending WHERE tenant = :cell");

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    tenant: TenantId,
    id: EntryId,
    at: i64,
    commitment: Vec<u8>,
    body: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    number: i64,
    tenant: TenantId,
    entry: EntryId,
    head: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    id: EntryId,
    tenant: TenantId,
}

/// All rows of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rows {
    entries: Vec<Entry>,
    links: Vec<Link>,
    pending: Vec<Waiting>,
}

impl Rows {
    async fn read(recorded: &Recorded) -> Self {
        let mut snapshot = recorded.database().snapshot().await.unwrap();
        let mut all = async |statement| {
            let rows = snapshot.rows(TenantId::NIL, statement, params! {}).await;
            rows.unwrap()
        };
        let entry = |mut row: Row| Entry {
            tenant: row.take("tenant").unwrap(),
            id: row.take("id").unwrap(),
            at: row.take("at").unwrap(),
            commitment: row.take("commitment").unwrap(),
            body: row.take("body_sealed").unwrap(),
        };
        let link = |mut row: Row| Link {
            number: row.take("number").unwrap(),
            tenant: row.take("of_tenant").unwrap(),
            entry: row.take("entry").unwrap(),
            head: row.take("head").unwrap(),
        };
        let waiting = |mut row: Row| Waiting {
            id: row.take("id").unwrap(),
            tenant: row.take("of_tenant").unwrap(),
        };
        Self {
            entries: all(&ENTRIES).await.into_iter().map(entry).collect(),
            links: all(&LINKS).await.into_iter().map(link).collect(),
            pending: all(&PENDING).await.into_iter().map(waiting).collect(),
        }
    }

    /// Puts these rows in place of all that are there. False when the database itself refuses them.
    async fn write(&self, recorded: &Recorded) -> bool {
        let mut batch = Batch::new();
        let mut execute =
            |tenant, statement, row: Params| batch.execute(tenant, statement, row).unwrap();
        for delete in [&DELETE_ENTRIES, &DELETE_LINKS, &DELETE_PENDING] {
            execute(TenantId::NIL, delete, params! {});
        }
        for entry in self.entries.clone() {
            let row = params! { id: entry.id, at: entry.at, commitment: Plain::bytes(entry.commitment), body_sealed: entry.body.map_or(Value::Null, Value::Bytes) };
            execute(entry.tenant, &INSERT_ENTRY, row);
        }
        for link in self.links.clone() {
            let row = params! { number: link.number, of_tenant: link.tenant, entry: link.entry, head: Plain::bytes(link.head) };
            execute(TenantId::NIL, &INSERT_LINK, row);
        }
        for waiting in self.pending.clone() {
            let row = params! { id: waiting.id, of_tenant: waiting.tenant };
            execute(TenantId::NIL, &INSERT_PENDING, row);
        }
        match recorded.database().commit(batch).await {
            Ok(_) => true,
            Err(CommitError::Conflict) => false,
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// A small generator with a seed that a failing run prints.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    /// Flips a bit, cuts a byte off or adds one.
    fn spoil(&mut self, bytes: &mut Vec<u8>) {
        match self.roll(6) {
            0 => drop(bytes.pop()),
            1 => bytes.push(0),
            _ => {
                let at = self.roll(bytes.len());
                bytes[at] ^= 1 << self.roll(8);
            }
        }
    }

    fn spoil_id<K>(&mut self, id: base::Id<K>) -> base::Id<K> {
        let mut bytes = id.to_bytes();
        bytes[self.roll(16)] ^= 1 << self.roll(8);
        base::Id::from_bytes(bytes)
    }
}

/// Changes something somewhere.
fn tamper(rows: &mut Rows, dice: &mut Dice) {
    let (entry, link) = (dice.roll(rows.entries.len()), dice.roll(rows.links.len()));
    let (other_entry, other_link) = (dice.roll(rows.entries.len()), dice.roll(rows.links.len()));
    match dice.roll(18) {
        0 => drop(rows.entries.remove(entry)),
        1 => rows.entries[entry].at += 1 + i64::try_from(dice.roll(1_000)).unwrap(),
        2 => dice.spoil(&mut rows.entries[entry].commitment),
        3 => dice.spoil(rows.entries[entry].body.as_mut().unwrap()),
        4 => rows.entries[entry].id = dice.spoil_id(rows.entries[entry].id),
        5 => rows.entries[entry].tenant = dice.spoil_id(rows.entries[entry].tenant),
        6 => rows.entries[entry].body = rows.entries[other_entry].body.clone(),
        7 => rows.entries[entry].commitment = rows.entries[other_entry].commitment.clone(),
        8 => {
            let mut slipped_in = rows.entries[entry].clone();
            slipped_in.id = dice.spoil_id(slipped_in.id);
            rows.entries.push(slipped_in);
        }
        9 => drop(rows.links.remove(link)),
        10 => rows.links[link].number = -rows.links[link].number,
        11 => rows.links[link].number += 1_000,
        12 => rows.links[link].entry = dice.spoil_id(rows.links[link].entry),
        13 => rows.links[link].tenant = dice.spoil_id(rows.links[link].tenant),
        14 => dice.spoil(&mut rows.links[link].head),
        15 => {
            let (one, two) = (rows.links[link].entry, rows.links[other_link].entry);
            (rows.links[link].entry, rows.links[other_link].entry) = (two, one);
        }
        16 => drop(rows.pending.pop()),
        _ => {
            let id = match dice.roll(2) {
                0 => rows.links[link].entry,
                _ => dice.spoil_id(rows.links[link].entry),
            };
            rows.pending.push(Waiting {
                id,
                tenant: rows.links[link].tenant,
            });
        }
    }
}

/// Twelve entries of two tenants that are numbered, and one that waits.
async fn log_of_thirteen() -> Recorded {
    let recorded = Recorded::new().await;
    let mut sequencer = recorded.sequencer();
    for _ in 0..3 {
        recorded.writes(3).await;
        recorded.house.people(["ana"]).await;
        recorded.passes(1);
    }
    recorded.number(&mut sequencer).await;
    recorded.writes(1).await;
    recorded
}

#[tokio::test]
async fn whatever_is_changed_is_found() {
    let mut seed = [0; 8];
    SystemEntropy.fill(&mut seed);
    let seed = u64::from_le_bytes(seed) | 1;
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let recorded = log_of_thirteen().await;
    let sound = Rows::read(&recorded).await;
    assert_eq!(
        (sound.entries.len(), sound.links.len(), sound.pending.len()),
        (13, 12, 1)
    );
    assert_eq!(recorded.log.verify().await.unwrap().problem, None);

    for _ in 0..300 {
        let mut tampered = sound.clone();
        tamper(&mut tampered, &mut dice);
        if tampered == sound || !tampered.write(&recorded).await {
            continue;
        }
        let report = recorded.log.verify().await.unwrap();
        assert!(
            report.problem.is_some(),
            "{:?} {:?}",
            tampered.links,
            tampered.pending
        );
    }
    assert!(sound.write(&recorded).await);
    assert_eq!(recorded.log.verify().await.unwrap().problem, None);
}

#[tokio::test]
async fn an_erased_body_leaves_a_chain_that_holds() {
    let recorded = log_of_thirteen().await;
    let head = recorded.log.verify().await.unwrap().head;
    let mut rows = Rows::read(&recorded).await;
    let numbered = rows.links[3].entry;
    for entry in rows.entries.iter_mut().filter(|entry| entry.id == numbered) {
        entry.body = None;
    }
    assert!(rows.write(&recorded).await);
    let report = recorded.log.verify().await.unwrap();
    assert_eq!(
        (report.entries, report.erased, &report.problem),
        (12, 1, &None)
    );
    assert_eq!(report.head, head);

    // What is left of it is still bound.
    for entry in rows.entries.iter_mut().filter(|entry| entry.id == numbered) {
        entry.at += 1;
    }
    assert!(rows.write(&recorded).await);
    let problem = recorded.log.verify().await.unwrap().problem.unwrap();
    assert!(problem.starts_with("number 4 "), "{problem}");
}

#[tokio::test]
async fn a_month_without_its_key_is_said_to_be_unopened() {
    static FORGET: Statement =
        Statement::write("DELETE FROM db_resource WHERE tenant = :cell AND kind = 'audit.month'");
    let recorded = log_of_thirteen().await;
    let mut batch = Batch::new();
    batch.execute(TenantId::NIL, &FORGET, params! {}).unwrap();
    recorded.database().commit(batch).await.unwrap();
    let report = recorded.log.verify().await.unwrap();
    assert_eq!((report.entries, report.problem), (12, None));
    assert!(report.unopened > 0);
}
