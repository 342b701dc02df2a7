//! Show another picture of oneself.

use act::{Act, Action, Carrier, Heavy, Method, Operation};
use base::{AvatarId, BlobId, Result};

use crate::{
    directory,
    picture::{self, Unfit},
    refusals::{AVATAR_INVALID, AVATAR_LARGE},
    rules, store, wire,
};

pub static OP: Operation = Operation::write("identity.avatar.put", Action::Mark)
    .http(Method::Put, "/me/avatar")
    .summary("Show another picture of oneself: PNG, JPEG or WebP; it is cropped to a square.")
    .carrying(Carrier::BytesIn {
        media: &["image/png", "image/jpeg", "image/webp"],
        bytes_max: picture::BYTES_MAX,
    })
    .refusing(&[AVATAR_LARGE, AVATAR_INVALID]);

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::NewAvatar> {
    let account = act.member()?.account;
    act.throttle(&rules::AVATARS, &account.to_bytes())?;
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let file = act.body();
    let picture = act
        .compute(Heavy::Pictures, move || picture::read(&file))
        .await?;
    let picture = picture.map_err(|unfit| match unfit {
        Unfit::Large => AVATAR_LARGE,
        Unfit::Unreadable => AVATAR_INVALID,
    })?;
    let (avatar, small): (AvatarId, BlobId) = (act.new_id(), act.new_id());
    act.put_blob(&permit, avatar.cast(), picture.large).await?;
    act.put_blob(&permit, small, picture.small).await?;

    store::update_avatar(act, &permit, account, Some((avatar, small)))?;
    act.notify(account, "profile", None, None);
    Ok(wire::NewAvatar { avatar })
}
