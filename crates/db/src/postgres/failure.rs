//! What went wrong in a transaction, and what its acts are told.

use base::Fault;
use tokio_postgres::error::SqlState;

use crate::{CommitError, DISK_FULL, UNAVAILABLE};

/// Why a transaction did not stand.
pub(super) enum Failure {
    /// One of the batches is at fault; nothing stands.
    Batch(CommitError),
    /// The server says no; nothing stands.
    Database(tokio_postgres::Error),
    /// There is no connection to be had.
    Unreachable,
    /// The connection broke before COMMIT left: nothing stands, and another connection may do better.
    Lost,
    /// The connection broke when COMMIT was under way.
    Unknown,
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        if is_lost(&error) {
            Self::Lost
        } else {
            Self::Database(error)
        }
    }
}

impl Failure {
    /// The same failure when COMMIT had left behind what failed.
    pub(super) fn with_commit_under_way(self) -> Self {
        match self {
            Self::Lost => Self::Unknown,
            other => other,
        }
    }

    /// Whether each batch has to be tried by itself, to find the one at fault.
    pub(super) const fn is_of_a_batch(&self) -> bool {
        matches!(self, Self::Batch(_) | Self::Database(_))
    }

    /// Whether somebody else held a lock for too long.
    pub(super) fn is_of_waiting(&self) -> bool {
        matches!(self, Self::Database(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE))
    }

    pub(super) fn answer(&self) -> CommitError {
        match self {
            Self::Batch(error) => copy(error),
            Self::Database(error) => answer_of(error),
            Self::Unreachable | Self::Lost => CommitError::Refused(UNAVAILABLE),
            Self::Unknown => CommitError::Fault(Fault::new(
                "the connection broke while committing: the outcome is not known",
            )),
        }
    }
}

/// Faults are not copied elsewhere; here the same one concerns every batch of the group.
fn copy(error: &CommitError) -> CommitError {
    match error {
        CommitError::Conflict => CommitError::Conflict,
        CommitError::Refused(refusal) => CommitError::Refused(*refusal),
        CommitError::Fault(fault) => CommitError::Fault(Fault::new(fault.to_string())),
    }
}

fn answer_of(error: &tokio_postgres::Error) -> CommitError {
    let Some(code) = error.code() else {
        return CommitError::Fault(Fault::new(format!("writing: {error}")));
    };
    // By class: 40 a transaction rolled back for another's sake, 53 resources that ran out, 57 an operator stepped in.
    match code.code().get(..2) {
        _ if *code == SqlState::DISK_FULL => CommitError::Refused(DISK_FULL),
        _ if *code == SqlState::LOCK_NOT_AVAILABLE => CommitError::Refused(UNAVAILABLE),
        _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION => CommitError::Refused(UNAVAILABLE),
        Some("40") => CommitError::Conflict,
        Some("53" | "57") => CommitError::Refused(UNAVAILABLE),
        _ => CommitError::Fault(describe("writing", error)),
    }
}

/// The server's words without its detail, which would show the row.
pub(super) fn describe(what: &str, error: &tokio_postgres::Error) -> Fault {
    match error.as_db_error() {
        None => Fault::new(format!("{what}: {error}")),
        Some(said) => {
            let place = said.constraint().or(said.table()).unwrap_or_default();
            let (code, message) = (said.code().code(), said.message());
            Fault::new(format!("{what}: {code} {message} {place}"))
        }
    }
}

/// Whether the connection is gone. The server's last word before it closes is an error of class 08 or 57P.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        None => true,
        Some(code) => code.code().starts_with("08") || code.code().starts_with("57P"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_only_unknown_when_the_commit_had_left() {
        assert!(
            matches!(Failure::Lost.answer(), CommitError::Refused(refusal) if refusal == UNAVAILABLE)
        );
        let unknown = Failure::Lost.with_commit_under_way();
        assert!(!unknown.is_of_a_batch());
        assert!(matches!(unknown.answer(), CommitError::Fault(_)));
        let conflict = Failure::Batch(CommitError::Conflict).with_commit_under_way();
        assert!(matches!(conflict.answer(), CommitError::Conflict));
    }
}
