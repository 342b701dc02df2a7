//! Files with names, bodies and small pictures of their own, for the scan.

use serde_json::json;
use system_tests::Connection;

use crate::{
    files::{self, Dice},
    picture,
    planted::Planted,
};

/// A text file and a picture come, are sent, forwarded and fetched; another file is left half-way, and one given up.
pub async fn told(
    owner: &mut Connection,
    guest: &mut Connection,
    chat: &str,
    planted: &mut Planted,
    run: &str,
) {
    let mut word = |name: &str| planted.word(run, name);
    let (name, body, half) = (word("file-name"), word("file-body"), word("half-a-file"));
    let (picture_name, client_id) = (word("picture-name"), word("upload-client-id"));
    let text = format!("begins {body} ends");
    let file = files::bring(owner, chat, &name, text.as_bytes()).await;
    files::send(owner, chat, "f-1", &file).await;
    let fetched = guest.get(&files::content_path(chat, &file)).await;
    assert_eq!(fetched.body, text.as_bytes());

    // Noise: of a picture that is even, its own bytes might stand anywhere.
    let noise = Dice(99).bytes(600 * 400 * 3);
    let at = |x: u32, y: u32| usize::try_from((y * 600 + x) * 3).unwrap();
    let pixel = |x: u32, y: u32| noise[at(x, y)..].first_chunk::<3>().copied().unwrap();
    let bytes = picture::png(600, 400, pixel);
    for place in (64..bytes.len() - 24).step_by(bytes.len() / 16) {
        planted.bytes("attached picture, in part", &bytes[place..place + 24]);
    }
    let picture = files::bring(owner, chat, &picture_name, &bytes).await;
    assert_eq!(picture["has_thumbnail"], true);
    let sent = files::send(owner, chat, "f-2", &picture).await;
    let id = picture["id"].as_str().unwrap();
    let path = format!("/api/v1/chats/{chat}/files/{id}/thumbnail");
    let thumbnail = guest.get(&path).await.body;
    // Headers and tables are the format's own.
    for place in (1_024..thumbnail.len() - 24).step_by(thumbnail.len() / 16) {
        planted.bytes("small picture, in part", &thumbnail[place..place + 24]);
    }
    let input = json!({ "client_id": "f-3", "source": chat, "messages": [sent["id"]] });
    let forwards = format!("/chats/{chat}/forwards");
    owner.call("POST", &forwards, &input).await.ok();

    let size = 4 * 1024 * 1024 + half.len();
    let input = json!({ "client_id": client_id, "name": half, "size_bytes": size });
    let uploads = format!("/chats/{chat}/uploads");
    let begun = guest.call("POST", &uploads, &input).await.ok();
    files::put(guest, chat, &begun, 1, half.as_bytes())
        .await
        .ok();
    let given_up = files::begin(guest, chat, "given up", 1).await;
    let path = format!("{uploads}/{}", given_up["id"].as_str().unwrap());
    guest
        .call("DELETE", &path, &serde_json::Value::Null)
        .await
        .ok();
    // What is refused must not be kept either.
    let refused = format!("{half}/\u{202e}");
    let input = json!({ "client_id": "x", "name": refused, "size_bytes": 1 });
    assert_eq!(guest.call("POST", &uploads, &input).await.status, 422);
}
