//! Takes the letters that are due to whoever sends them. At least once: a letter whose sending was not noted goes again.

use std::sync::Arc;

use act::Runtime;
use base::{Error, EventId, Fault, Result};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::{inside, ops, wire};

/// Who sends mail.
pub trait Mailer: Send + Sync {
    /// Hands a letter to the next mail server.
    /// Errors: a fault when it was not taken; it is tried again later.
    fn send<'a>(&'a self, letter: &'a wire::RenderedLetter) -> BoxFuture<'a, Result<()>>;
}

/// What became of a round of letters.
#[derive(Debug, Default)]
pub struct Round {
    pub sent: usize,
    /// Letters that could not be read, which is nobody else's fault: they wait, and the others go.
    pub unreadable: Vec<(EventId, Fault)>,
}

/// Brings letters to the mailer. One node at a time should call it; two would only send twice.
pub struct Postman {
    runtime: Arc<Runtime>,
    mailer: Arc<dyn Mailer>,
}

impl Postman {
    pub fn new(runtime: Arc<Runtime>, mailer: Arc<dyn Mailer>) -> Self {
        Self { runtime, mailer }
    }

    /// Sends what is due, and says what became of it. To be called every few seconds.
    ///
    /// # Errors
    /// A refusal while the server is sealed; a fault when the database cannot be read. A letter that the mailer does not
    /// take is no error: it waits.
    pub async fn round(&self) -> Result<Round> {
        let due: wire::DueLetters = self.execute(ops::DUE_LETTERS, &json!({})).await?;
        let mut round = Round::default();
        for letter in due.letters {
            let outcome = match self.deliver(letter, &mut round).await {
                Ok(outcome) => outcome,
                Err(Error::Fault(fault)) => {
                    round.unreadable.push((letter, fault));
                    wire::LetterOutcome::Failed
                }
                // A refusal keeps all letters: the server is sealed, or the database is away.
                Err(refusal) => return Err(refusal),
            };
            let settle = wire::SettleLetter { letter, outcome };
            self.execute::<wire::Done>(ops::SETTLE_LETTER, &settle)
                .await?;
        }
        Ok(round)
    }

    async fn deliver(&self, letter: EventId, round: &mut Round) -> Result<wire::LetterOutcome> {
        let read = wire::ReadLetter { letter };
        let opened: wire::LetterToSend = self.execute(ops::READ_LETTER, &read).await?;
        Ok(match opened.letter {
            // Its reader is gone: nothing is left to do.
            None => wire::LetterOutcome::Sent,
            Some(letter) => match self.mailer.send(&letter).await {
                Ok(()) => {
                    round.sent += 1;
                    wire::LetterOutcome::Sent
                }
                Err(_) => wire::LetterOutcome::Failed,
            },
        })
    }

    async fn execute<O: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        input: &impl serde::Serialize,
    ) -> Result<O> {
        inside::execute(&self.runtime, "postman", operation, input).await
    }
}
