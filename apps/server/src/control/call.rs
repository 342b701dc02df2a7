//! The command's side: the running server is asked where there is one, else the house is opened here.

use std::io::ErrorKind;

use base::{Context, Fault, Kind, Refusal, Result};
use kms::{Embedded, Kms, Seal, SealState, UNINITIALISED};
use tokio::{io::AsyncWriteExt, net::UnixStream, time::timeout};
use zeroize::Zeroizing;

use super::{
    ANSWER_BYTES_MAX, Answer, CROSSED_WITHIN, DONE_WITHIN, Done, REQUEST_BYTES_MAX, Request,
    SERVER_NEEDED, desk, no_store,
    socket::{path_in, read_line},
};
use crate::{
    config::Config,
    house::{self, House},
};

/// Has a request carried out, by whoever has the keys.
///
/// # Errors
/// The request's own; [`SERVER_NEEDED`] where the root key is in shares and no server runs.
pub(crate) async fn ask(config: &Config, request: Request) -> Result<Done> {
    match UnixStream::connect(path_in(&config.data_dir)).await {
        Ok(stream) => ask_server(stream, &request).await,
        Err(error) => match error.kind() {
            // None runs, or none does any more.
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => carry_out(config, request).await,
            // A path that is too long has no socket either: a server does not start there.
            ErrorKind::InvalidInput => carry_out(config, request).await,
            _ => {
                let error = Fault::from_source(error);
                Err(base::Error::from(error).while_doing("reaching the running server"))
            }
        },
    }
}

async fn ask_server(mut stream: UnixStream, request: &Request) -> Result<Done> {
    let mut line = Zeroizing::new(Vec::with_capacity(REQUEST_BYTES_MAX));
    serde_json::to_writer(&mut *line, request).context("writing a request")?;
    line.push(b'\n');
    timeout(CROSSED_WITHIN, stream.write_all(&line))
        .await
        .context("asking the running server in time")?
        .context("asking the running server")?;
    let answered = DONE_WITHIN + CROSSED_WITHIN;
    let line = timeout(answered, read_line(&mut stream, ANSWER_BYTES_MAX))
        .await
        .context("hearing the running server in time")?
        .map_err(|error| error.while_doing("hearing the running server"))?;
    match serde_json::from_slice(&line).context("reading what the server answers")? {
        Answer::Done(done) => Ok(done),
        // The words live as long as the command, which ends with them. The kind is for the wire, where this does not go.
        Answer::Refused { code, title } => {
            Err(Refusal::new(Kind::Conflict, code.leak(), title.leak()).into())
        }
        Answer::Failed { what } => Err(Fault::new(what).into()),
    }
}

/// Without a server: looking leaves an empty place empty.
async fn carry_out(config: &Config, request: Request) -> Result<Done> {
    let looked = house::look_at_kms(config).await?;
    let Some(kms) = looked else {
        return match request {
            Request::Status => Ok(Done::told(no_store())),
            request if request.is_about_keys() => Err(UNINITIALISED.into()),
            request => in_house(config, request).await,
        };
    };
    let seal = match kms.read_seal().await?.state {
        SealState::Uninitialised => None,
        SealState::Sealed { seal } | SealState::Unsealed { seal } => Some(seal),
    };
    match (request, seal) {
        (Request::Status, None) => Ok(Done::told(no_store())),
        (Request::Status, Some(_)) => desk::status(&kms).await.map(Done::told),
        (Request::Seal, Some(Seal::Quorum)) => seal_unseen(&kms).await,
        (_, Some(Seal::Quorum)) => Err(SERVER_NEEDED.into()),
        (request, None) if request.is_about_keys() => Err(UNINITIALISED.into()),
        (Request::Seal, Some(Seal::Development)) => {
            drop(kms);
            match in_house(config, Request::Seal).await {
                Ok(done) => Ok(done),
                // A house that cannot be opened does not keep the store open.
                Err(_) => match house::look_at_kms(config).await? {
                    Some(kms) => seal_unseen(&kms).await,
                    None => Err(UNINITIALISED.into()),
                },
            }
        }
        (request, _) => {
            drop(kms);
            in_house(config, request).await
        }
    }
}

async fn in_house(config: &Config, request: Request) -> Result<Done> {
    let house = House::open(config).await?;
    let desk = house.desk(config, config.listen);
    let outcome = desk.carry_out(request).await;
    house.end(outcome).await
}

/// Seals where no entry can be written.
async fn seal_unseen(kms: &Embedded) -> Result<Done> {
    let is_new = !kms.read_seal().await?.is_marked;
    kms.seal().await?;
    let complaint = "the store is sealed, and the log took no entry of it".to_owned();
    Ok(Done::told(desk::status(kms).await?).but(is_new.then_some(complaint)))
}

impl Request {
    /// Whether it makes no sense before there are keys.
    const fn is_about_keys(&self) -> bool {
        match self {
            Self::Operate { .. } | Self::VerifyLog | Self::VerifyControl { .. } | Self::Status => {
                false
            }
            Self::Seal
            | Self::Unseal
            | Self::Rotate { .. }
            | Self::RotateBarrier
            | Self::GiveShares { .. }
            | Self::TakeOver { .. }
            | Self::EnterShare { .. }
            | Self::ForgetShares
            | Self::ProveShare { .. } => true,
        }
    }
}
