//! One input or many: how they come, and how they are answered.

use data_encoding::BASE64;
use logical::{Failure, Fields, Outcome, Reply};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{problem::Problem, wire::base64_field};

/// Items of one batch.
pub const BATCH_MAX: usize = 10_000;
/// Items after which a batch of slow ones lets others go first.
pub(super) const SLOW_AT_ONCE: usize = 4;

/// What comes in one request.
pub(super) struct Inputs<'a> {
    is_batch: bool,
    /// Fields of the request for what an item does not say itself.
    pub(super) request: Fields<'a>,
    pub(super) items: Vec<Fields<'a>>,
}

/// What comes of one item.
pub(super) type Done = Result<Map<String, Value>, Problem>;

impl<'a> Inputs<'a> {
    /// The items of `batch_input`, or the request itself as the only one.
    pub(super) fn read(request: Fields<'a>) -> Result<Self, Failure> {
        let Some(batch) = request.get("batch_input") else {
            return Ok(Self {
                is_batch: false,
                request,
                items: vec![request],
            });
        };
        let wrong = || Failure::invalid("batch_input has to be a list of objects");
        let batch = batch.as_array().ok_or_else(wrong)?;
        if batch.is_empty() {
            return Err(Failure::invalid("missing batch input to process"));
        }
        if batch.len() > BATCH_MAX {
            return Err(Failure::invalid(format!(
                "a batch has at most {BATCH_MAX} items"
            )));
        }
        let items = batch.iter().map(|item| item.as_object().map(Fields));
        Ok(Self {
            is_batch: true,
            request,
            items: items.collect::<Option<_>>().ok_or_else(wrong)?,
        })
    }

    /// The version that an item asks for; 0 for none.
    pub(super) fn key_version(&self, item: &Fields<'_>) -> Result<i64, Problem> {
        let own = integer(item, "key_version")?;
        Ok(match own {
            Some(own) => own,
            None => integer(&self.request, "key_version")?.unwrap_or(0),
        })
    }

    /// The answer, in the order of the items. Failed items of a batch say so in it, and the answer is 200 all the same.
    pub(super) fn answer(&self, done: Vec<Done>) -> Outcome {
        self.collect(done).map(|(reply, _)| reply)
    }

    /// The answer to encrypting and decrypting: 400 when items of a batch failed. For a batch that failed in part the caller may
    /// ask for another status.
    pub(super) fn answer_strictly(&self, done: Vec<Done>) -> Outcome {
        let asked = self.request.integer("partial_failure_response_code")?;
        let partial = match asked {
            None | Some(0) => 400,
            Some(code) => u16::try_from(code)
                .ok()
                .filter(|code| (200..=599).contains(code))
                .ok_or_else(|| Failure::invalid("partial_failure_response_code is no status"))?,
        };
        let (reply, failed) = self.collect(done)?;
        Ok(match failed {
            0 => reply,
            all if all == self.items.len() => reply.with_status(400),
            _ => reply.with_status(partial),
        })
    }

    fn collect(&self, done: Vec<Done>) -> Result<(Reply, usize), Failure> {
        if !self.is_batch {
            let mut done = done;
            let only = done.pop().unwrap_or_else(|| Ok(Map::new()))?;
            return Ok((Reply::data(only), 0));
        }
        let mut failed = 0;
        let mut results = Vec::with_capacity(done.len());
        for (item, done) in self.items.iter().zip(done) {
            let mut result = match done {
                Ok(result) => result,
                Err(Problem::Fault(fault)) => return Err(fault.into()),
                Err(problem) => {
                    failed += 1;
                    object([("error", problem.to_string().into())])
                }
            };
            if let Some(reference) = item.get("reference").and_then(Value::as_str) {
                result.insert("reference".to_owned(), reference.into());
            }
            results.push(Value::Object(result));
        }
        let data = object([("batch_results", Value::Array(results))]);
        Ok((Reply::data(data), failed))
    }
}

/// An object of these members.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A whole number of an item.
pub(super) fn integer(item: &Fields<'_>, name: &str) -> Result<Option<i64>, Problem> {
    let read = item.integer(name);
    read.map_err(|_| Problem::invalid(format!("{name} has to be a whole number")))
}

/// A text of an item.
pub(super) fn text<'a>(item: &Fields<'a>, name: &str) -> Result<Option<&'a str>, Problem> {
    let read = item.str(name);
    read.map_err(|_| Problem::invalid(format!("{name} has to be a string")))
}

/// The bytes of a field of an item; none when it is missing.
pub(super) fn bytes(item: &Fields<'_>, name: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    match text(item, name)? {
        Some(text) => base64_field(name, text),
        None => Ok(Zeroizing::new(Vec::new())),
    }
}

/// The bytes of a field that an item has to have; `missing` is said when it has not.
pub(super) fn required(
    item: &Fields<'_>,
    name: &str,
    missing: &'static str,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    match text(item, name)? {
        Some(text) => base64_field(name, text),
        None => Err(Problem::invalid(missing)),
    }
}

/// Bytes as the wire has them.
pub(super) fn base64(bytes: &[u8]) -> Value {
    Value::String(BASE64.encode(bytes))
}
