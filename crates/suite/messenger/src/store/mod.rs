//! Every SQL statement of the domain, and the functions that run them.

mod brought;
mod cards;
mod chats;
mod doors;
mod exports;
mod files;
mod imports;
mod members;
mod messages;
mod policy;
mod push;
mod quiet;
mod reactions;
mod readers;
mod retention;
mod standing;
mod storage;
mod stream;
mod threads;

use act::{Act, IntoValue, Params, Row, Statement};
use base::Result;

pub(crate) use brought::*;
pub(crate) use cards::*;
pub(crate) use chats::*;
pub(crate) use doors::*;
pub(crate) use exports::*;
pub(crate) use files::*;
pub(crate) use imports::*;
pub(crate) use members::*;
pub(crate) use messages::*;
pub(crate) use policy::*;
pub(crate) use push::*;
pub(crate) use quiet::*;
pub(crate) use reactions::*;
pub(crate) use readers::*;
pub(crate) use retention::*;
pub(crate) use standing::*;
pub(crate) use storage::*;
pub(crate) use stream::*;
pub(crate) use threads::*;

/// For the sweep that has both databases parse every statement.
pub(crate) fn statements() -> Vec<&'static Statement> {
    [
        brought::STATEMENTS,
        cards::STATEMENTS,
        chats::STATEMENTS,
        doors::STATEMENTS,
        exports::STATEMENTS,
        files::STATEMENTS,
        imports::STATEMENTS,
        members::STATEMENTS,
        messages::STATEMENTS,
        policy::STATEMENTS,
        push::STATEMENTS,
        reactions::STATEMENTS,
        readers::STATEMENTS,
        quiet::STATEMENTS,
        retention::STATEMENTS,
        standing::STATEMENTS,
        storage::STATEMENTS,
        stream::STATEMENTS,
        threads::STATEMENTS,
    ]
    .concat()
}

/// How many values a statement with `IN (:a0, … :a19)` asks for at once.
const AMONG: usize = 20;
const AMONG_NAMES: [&str; AMONG] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11", "a12", "a13", "a14",
    "a15", "a16", "a17", "a18", "a19",
];

/// The rows of such a statement for all of these values, in no order; `none`, which is no row's, takes the places that are
/// left, and `rest` has the other parameters.
async fn rows_among<T: IntoValue + Copy>(
    act: &mut Act,
    statement: &'static Statement,
    (which, none): (&[T], T),
    rest: Params,
) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    for some in which.chunks(AMONG) {
        let padded = some.iter().copied().chain(std::iter::repeat(none));
        let mut params = rest.clone();
        params.extend(
            AMONG_NAMES
                .into_iter()
                .zip(padded.map(IntoValue::into_value)),
        );
        found.extend(act.rows(statement, params).await?);
    }
    Ok(found)
}
