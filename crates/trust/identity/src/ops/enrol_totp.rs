//! Begin to set up a second factor. It counts from the first code that is given back.

use std::sync::Arc;

use act::{Act, Action, Method, Operation, Place};
use base::{Result, Secret};

use super::change_password::again;
use crate::{
    model::{Totp, TotpState, fields},
    qr,
    refusals::{PASSWORD_WRONG, TOTP_ACTIVE},
    settings::Settings,
    store, totp, views, wire,
};

pub static OP: Operation = Operation::write("identity.totp.enrol", Action::Change)
    .http(Method::Post, "/me/totp")
    .not_idempotent("each answer shows a secret that is kept nowhere")
    .summary("Begin to set up an authenticator application as second factor.")
    .refusing(&[PASSWORD_WRONG, TOTP_ACTIVE]);

pub async fn run(
    act: &mut Act,
    input: wire::EnrolTotp,
    settings: Arc<Settings>,
) -> Result<wire::NewTotp> {
    let (person, _) = again(act, input.password).await?;
    if person.totp.state == TotpState::Active {
        return Err(TOTP_ACTIVE.into());
    }
    let permit = act.permit(&person).await?;
    let mail = views::person_mail(act, &permit, &person)?;

    let secret = Secret::new(act.random::<{ totp::SECRET_BYTES }>());
    let revision = person.totp.revision + 1;
    let place = Place::new(person.id, fields::TOTP_SECRET).at(revision);
    let next = Totp {
        state: TotpState::Pending,
        secret: Some(act.seal(&permit, place, secret.expose())),
        revision,
        step_last: 0,
    };
    store::update_totp(act, &permit, &person, next)?;
    let uri = totp::uri(&settings.instance_name, &mail, secret.expose());
    Ok(wire::NewTotp {
        secret: totp::base32(secret.expose()),
        qr_svg: qr::svg(&uri)?,
        uri,
    })
}
