//! A domain as the house sees it: its operations with their functions, its schema, its words.

use std::{future::Future, sync::Arc, time::Duration};

use base::{Refusal, Result};
use bytes::Bytes;
use db::{MigrationSet, Statement};
use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Act, INPUT_INVALID, Kind, Operation};

/// An async function from an act and an input to an output. Implemented by `async fn run(act: &mut Act, input: I) -> Result<O>`.
pub trait Run<'a, I, O>: Send + Sync {
    type Future: Future<Output = Result<O>> + Send + 'a;
    fn run(&self, act: &'a mut Act, input: I) -> Self::Future;
}

impl<'a, F, T, I, O> Run<'a, I, O> for F
where
    F: Fn(&'a mut Act, I) -> T + Send + Sync,
    T: Future<Output = Result<O>> + Send + 'a,
{
    type Future = T;
    fn run(&self, act: &'a mut Act, input: I) -> T {
        self(act, input)
    }
}

/// A function of an operation together with the settings of its domain, which it takes as its last argument.
pub struct With<F, S> {
    pub run: F,
    pub settings: Arc<S>,
}

impl<'a, F, S, T, I, O> Run<'a, I, O> for With<F, S>
where
    F: Fn(&'a mut Act, I, Arc<S>) -> T + Send + Sync,
    S: Send + Sync,
    T: Future<Output = Result<O>> + Send + 'a,
{
    type Future = T;

    fn run(&self, act: &'a mut Act, input: I) -> T {
        (self.run)(act, input, Arc::clone(&self.settings))
    }
}

/// Writes the answer once the act's numbers are known.
pub(crate) type WriteAnswer = Box<dyn FnOnce() -> serde_json::Result<Bytes> + Send>;

type Handler = Arc<
    dyn for<'a> Fn(&'a mut Act, serde_json::Value) -> BoxFuture<'a, Result<WriteAnswer>>
        + Send
        + Sync,
>;
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// An operation and the function that does it.
#[derive(Clone)]
pub struct Binding {
    pub operation: &'static Operation,
    pub input: SchemaOf,
    pub output: SchemaOf,
    handler: Handler,
}

impl Binding {
    fn new<I, O, F>(operation: &'static Operation, run: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: for<'a> Run<'a, I, O> + 'static,
    {
        let run = Arc::new(run);
        let handler: Handler = Arc::new(
            move |act: &mut Act, input: serde_json::Value| -> BoxFuture<'_, _> {
                let run = Arc::clone(&run);
                Box::pin(async move {
                    let input = serde_path(input)?;
                    let output = run.run(act, input).await?;
                    let write: WriteAnswer =
                        Box::new(move || serde_json::to_vec(&output).map(Bytes::from));
                    Ok(write)
                })
            },
        );
        Self {
            operation,
            input: |g| g.subschema_for::<I>(),
            output: |g| g.subschema_for::<O>(),
            handler,
        }
    }

    pub(crate) fn run<'a>(
        &self,
        act: &'a mut Act,
        input: serde_json::Value,
    ) -> BoxFuture<'a, Result<WriteAnswer>> {
        (self.handler)(act, input)
    }
}

/// Reads the input; what serde says of it names fields and types, never values of text.
fn serde_path<I: DeserializeOwned>(input: serde_json::Value) -> Result<I> {
    serde_json::from_value(input).map_err(|error| INPUT_INVALID.at(field_in(&error.to_string())))
}

/// The field that serde's message names, if any. Whatever else it has between backquotes is somebody's value.
fn field_in(message: &str) -> String {
    message
        .split_once("field `")
        .and_then(|(_, rest)| rest.split_once('`'))
        .map(|(name, _)| name)
        .filter(|name| name.len() <= 64)
        .unwrap_or_default()
        .to_owned()
}

/// A piece of steady work: an operation of the system, run on one node at a time.
#[derive(Debug, Clone, Copy)]
pub struct Reconciler {
    pub operation: &'static str,
    pub every: Duration,
}

/// Everything a domain brings.
#[derive(Clone)]
pub struct Module {
    pub name: &'static str,
    pub bindings: Vec<Binding>,
    pub migrations: MigrationSet,
    pub statements: Vec<&'static Statement>,
    /// Reads that find the row which names the blob `:blob`, in any tenant. What none of them finds is removed.
    pub blobs: &'static [&'static Statement],
    pub kinds: &'static [Kind],
    pub refusals: Vec<Refusal>,
    /// The notices that its operations give. Only declared ones are given, and only these cross to other nodes.
    pub notices: &'static [&'static str],
    pub reconcilers: Vec<Reconciler>,
}

impl Module {
    pub const fn new(name: &'static str, migrations: MigrationSet) -> Self {
        Self {
            name,
            bindings: Vec::new(),
            migrations,
            statements: Vec::new(),
            blobs: &[],
            kinds: &[],
            refusals: Vec::new(),
            notices: &[],
            reconcilers: Vec::new(),
        }
    }

    /// Adds an operation.
    #[must_use]
    pub fn with<I, O, F>(mut self, operation: &'static Operation, run: F) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: for<'a> Run<'a, I, O> + 'static,
    {
        self.bindings.push(Binding::new(operation, run));
        self
    }

    /// Has an operation of the system run again and again, on one node at a time.
    #[must_use]
    pub fn reconciling(mut self, operation: &'static Operation, every: Duration) -> Self {
        self.reconcilers.push(Reconciler {
            operation: operation.name,
            every,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::field_in;

    #[test]
    fn a_refused_input_names_fields_and_never_values() {
        for (message, field) in [
            ("missing field `text`", "text"),
            ("unknown field `txt`, expected `text`", "txt"),
            ("invalid type: floating point `7.5`, expected u64", ""),
            ("unknown variant `secret`, expected `a` or `b`", ""),
            ("trailing characters", ""),
        ] {
            assert_eq!(field_in(message), field, "{message}");
        }
    }
}
