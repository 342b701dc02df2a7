//! The picture of a colleague. Only the one that is shown now can be read.

use act::{Act, Action, Carrier, Method, Operation};
use base::{BlobId, Result};

use crate::{
    directory, picture,
    refusals::{AVATAR_ABSENT, AVATAR_SIZE},
    store, wire,
};

pub static OP: Operation = Operation::read("identity.avatar.read", Action::Find)
    .http(Method::Get, "/avatars/{avatar}")
    .summary("The picture of a colleague, as WebP with a side of 64 or 256 pixels.")
    .carrying(Carrier::BytesOut)
    .refusing(&[AVATAR_ABSENT, AVATAR_SIZE]);

pub async fn run(act: &mut Act, input: wire::ReadAvatar) -> Result<wire::Done> {
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let account = store::find_account_by_avatar(act, input.avatar).await?;
    let account = account.ok_or(AVATAR_ABSENT)?;
    let blob: Option<BlobId> = match input.size.unwrap_or(picture::LARGE) {
        picture::LARGE => account.avatar.map(|avatar| avatar.cast()),
        picture::SMALL => account.avatar_small,
        _ => return Err(AVATAR_SIZE.at("size")),
    };
    let content = act.get_blob(&permit, blob.ok_or(AVATAR_ABSENT)?).await?;
    act.answer_with(picture::MEDIA, content.ok_or(AVATAR_ABSENT)?);
    Ok(wire::Done {})
}
