//! Pictures of people.

use act::{Announcement, Call};
use bytes::Bytes;
use picture::samples::{Format, bomb, file};
use serde_json::json;

use super::{Place, SignedIn};
use crate::ops::{put_avatar, read_account, read_avatar, remove_avatar};

async fn puts(who: &SignedIn, file: Vec<u8>) -> base::Result<serde_json::Value> {
    let body = Bytes::from(file);
    let answer = who
        .actor
        .calls_with(&put_avatar::OP, json!({}), |call| Call { body, ..call })
        .await?;
    Ok(serde_json::from_slice(&answer.body).unwrap())
}

#[tokio::test]
async fn colleagues_see_the_picture_of_one_another() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    let bo = place.joins(&ana, "Bo", "bo@example.org", "member").await;
    let eve = place
        .signs_up("Other House", "Eve", "eve@example.org")
        .await;
    place.house.heard().take();
    let first = puts(&ana, file(300, 200, Format::Jpeg)).await.unwrap()["avatar"].clone();
    assert!(matches!(
        place.house.heard().take()[..],
        [Announcement::Notice {
            notice: "profile",
            ..
        }]
    ));
    let seen = bo
        .does(&read_account::OP, json!({ "account": ana.account() }))
        .await;
    assert_eq!(seen["avatar"], first);
    for (size, side) in [(json!(64), 64), (json!(256), 256), (json!(null), 256)] {
        let input = json!({ "avatar": first, "size": size });
        let answer = bo.actor.calls(&read_avatar::OP, input).await.unwrap();
        assert_eq!(answer.media, "image/webp");
        let picture = image::load_from_memory(&answer.body).unwrap();
        assert_eq!(picture.width(), side);
    }
    assert_eq!(
        bo.is_refused(&read_avatar::OP, json!({ "avatar": first, "size": 65 }))
            .await,
        "identity.avatar_size"
    );
    assert_eq!(
        eve.is_refused(&read_avatar::OP, json!({ "avatar": first }))
            .await,
        "identity.avatar_absent"
    );

    let second = puts(&ana, file(64, 64, Format::Png)).await.unwrap()["avatar"].clone();
    assert_ne!(first, second);
    assert_eq!(
        bo.is_refused(&read_avatar::OP, json!({ "avatar": first }))
            .await,
        "identity.avatar_absent"
    );
    ana.does(&remove_avatar::OP, json!({})).await;
    assert_eq!(
        bo.is_refused(&read_avatar::OP, json!({ "avatar": second }))
            .await,
        "identity.avatar_absent"
    );
}

#[tokio::test]
async fn bombs_and_other_files_are_refused_as_pictures() {
    let place = Place::new().await;
    let ana = place
        .signs_up("Weaver Mill", "Ana", "ana@example.org")
        .await;
    for (file, code) in [
        (bomb(), "identity.avatar_large"),
        (b"<html>".to_vec(), "identity.avatar_invalid"),
        (Vec::new(), "identity.avatar_invalid"),
    ] {
        let error = puts(&ana, file).await.unwrap_err();
        assert_eq!(error.refusal().unwrap().code, code);
    }
}
