//! Finish a file: all of it has come.

use std::sync::Arc;

use act::{Act, Action, ContentKey, Heavy, Method, Operation, Source};
use base::{BlobId, Result};
use futures_util::TryStreamExt;
use picture::Unfit;

use crate::{
    content::FileMeta,
    media,
    model::{Content, File, FileKind, Part},
    operator::Settings,
    rules::{self, CHAT_ABSENT, FILE_ABSENT, Happening, UPLOAD_INCOMPLETE},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.upload.finish", Action::Post)
    .http(Method::Post, "/chats/{chat}/uploads/{upload}/finish")
    .harmless_again("a file that is whole is answered as it is")
    .summary("Finishes a file whose parts have all come: it can be sent then, within a day.")
    .refusing(&[CHAT_ABSENT, FILE_ABSENT, UPLOAD_INCOMPLETE]);

pub async fn run(
    act: &mut Act,
    input: wire::OfUpload,
    settings: Arc<Settings>,
) -> Result<wire::File> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.upload).await?;
    rules::is_mine_unsent(&file, chat.standing.account, act.now())?;
    let happening = match settings.scans {
        true => Happening::WholeToBeScanned,
        false => Happening::Whole,
    };
    let Some(state) = rules::next(file.content.state, happening) else {
        return steps::open_file(act, &permit, &file);
    };
    let parts = store::list_parts(act, file.content.id).await?;
    rules::is_whole(&file, &parts)?;

    let key = steps::open_key(act, &permit, &file)?;
    let name = steps::open_meta(act, &permit, &file)?.name;
    let found = look_at(act, &key, &file.content, &parts, name).await?;
    let thumbnail = keep(act, &key, &file.content, found.thumbnail).await?;
    let whole = File {
        content: Content {
            state,
            thumbnail,
            ..file.content
        },
        ..file.clone()
    };
    let meta = steps::seal_meta(act, &permit, (file.id, state), &found.meta)?;
    let expires_at = act.now().after(rules::UNSENT_KEPT);
    store::update_content(act, &permit, &file.content, state, thumbnail)?;
    store::update_meta(act, &permit, &file, found.kind, &meta, expires_at)?;
    Ok(wire::File::of(&whole, found.meta))
}

/// What the bytes of a file say.
struct Found {
    meta: FileMeta,
    kind: FileKind,
    thumbnail: Option<bytes::Bytes>,
}

/// Looks at the beginning, and at the whole of a picture that is not too large. A picture that does not read keeps its file,
/// and gets no small one.
async fn look_at(
    act: &mut Act,
    key: &ContentKey,
    content: &Content,
    parts: &[Part],
    name: String,
) -> Result<Found> {
    let bytes = steps::bytes_of(act, key, content, parts);
    let head = collect(&bytes, media::SNIFFED_BYTES).await?;
    let media_type = media::sniff(&head, &name);
    let mut meta = FileMeta {
        media_type: Some(media_type.to_owned()),
        ..FileMeta::named(name)
    };
    if !media::is_picture(media_type) {
        return Ok(Found {
            meta,
            kind: FileKind::Other,
            thumbnail: None,
        });
    }
    let mut thumbnail = None;
    if content.size_bytes <= rules::PICTURE_BYTES_MAX {
        let load = async move { collect(&bytes, rules::PICTURE_BYTES_MAX).await };
        let (size, made) = act
            .compute_from(Heavy::Pictures, load, |file| shrink(&file))
            .await?;
        (meta.width, meta.height) =
            size.map_or((None, None), |size| (Some(size.width), Some(size.height)));
        thumbnail = made.ok();
    }
    Ok(Found {
        meta,
        kind: FileKind::Image,
        thumbnail,
    })
}

fn shrink(file: &[u8]) -> (Option<picture::Size>, Result<bytes::Bytes, Unfit>) {
    let size = picture::measure(file).ok();
    (size, picture::fitted(file, rules::THUMBNAIL_SIDE))
}

/// The first bytes of a content, at most so many.
async fn collect(bytes: &impl Source, bytes_max: u64) -> Result<Vec<u8>> {
    let mut pieces = bytes.open(0..bytes_max);
    let mut whole = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

async fn keep(
    act: &Act,
    key: &ContentKey,
    content: &Content,
    thumbnail: Option<bytes::Bytes>,
) -> Result<Option<BlobId>> {
    let Some(thumbnail) = thumbnail else {
        return Ok(None);
    };
    let blob = act.new_id();
    let place = steps::thumbnail_place(content.id);
    act.put_part(key, place, blob, thumbnail).await?;
    Ok(Some(blob))
}
