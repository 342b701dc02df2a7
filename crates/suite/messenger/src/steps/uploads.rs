//! Steps by which files come: those of members, and those of another messenger.

use std::time::Duration;

use act::{Act, ContentKey, Heavy, Permit, Resource, Source};
use base::{AccountId, BlobId, ChatId, FileId, Result};
use futures_util::TryStreamExt;
use picture::Unfit;

use super::{bytes_of, open_key, open_meta, part_place, seal_key, seal_meta, thumbnail_place};
use crate::{
    content::FileMeta,
    media,
    model::{Arrival, Content, ContentState, File, FileKind, ImportId, Part},
    rules::{self, PART_LENGTH},
    store, wire,
};

/// A chat that still arrives, with leave to add to it.
///
/// # Errors
/// [`rules::IMPORT_ABSENT`], [`rules::IMPORT_CHAT_ABSENT`], [`rules::IMPORT_FINISHED`], [`rules::IMPORT_OPENED`].
pub(crate) async fn arriving(
    act: &mut Act,
    import: ImportId,
    chat: ChatId,
) -> Result<(Arrival, Permit<Arrival>)> {
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let import = store::import(act, import).await?;
    let arrival = store::arrival(act, &import, chat).await?;
    let permit = act.permit(&arrival).await?;
    rules::is_under_way(&import)?;
    rules::is_unopened(&arrival)?;
    Ok((arrival, permit))
}

/// What there is to say of a file of which nothing has come yet.
pub(crate) struct Beginning {
    pub(crate) id: FileId,
    pub(crate) chat: ChatId,
    /// Whose it is until it is sent.
    pub(crate) author: AccountId,
    pub(crate) name: String,
    pub(crate) size_bytes: u64,
    /// How long it is kept if nothing more happens.
    pub(crate) kept: Duration,
}

/// A file about to be, under a key of its own.
pub(crate) fn new_file<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    beginning: Beginning,
) -> Result<File> {
    let (id, state) = (beginning.id, ContentState::Open);
    let key = act.new_content_key(permit);
    Ok(File {
        id,
        chat: beginning.chat,
        author: beginning.author,
        number: None,
        kind: FileKind::Other,
        key: seal_key(act, permit, id, &key),
        meta: seal_meta(act, permit, (id, state), &FileMeta::named(beginning.name))?,
        created_at: act.now(),
        expires_at: Some(act.now().after(beginning.kept)),
        withdrawn_at: None,
        content: Content {
            id: act.new_id(),
            state,
            size_bytes: beginning.size_bytes,
            thumbnail: None,
        },
    })
}

/// Keeps the part of a file that is the body of the request; one that is there stands.
///
/// # Errors
/// [`rules::PART_ABSENT`], [`PART_LENGTH`].
pub(crate) async fn take_part<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    file: &File,
    index: u32,
) -> Result<wire::Part> {
    let expected = rules::part_bytes(file.content.size_bytes, index)?;
    let bytes = act.body();
    if u64::try_from(bytes.len()).ok() != Some(expected) {
        return Err(PART_LENGTH.into());
    }
    let answer = wire::Part {
        index,
        size_bytes: expected,
    };
    if store::has_part(act, file.content.id, index).await? {
        return Ok(answer);
    }

    let part = Part {
        number: index,
        blob: act.new_id(),
        size_bytes: expected,
    };
    let key = open_key(act, permit, file)?;
    let place = part_place(file.content.id, part.number);
    act.put_part(&key, place, part.blob, bytes).await?;
    store::insert_part(act, permit, file.content.id, &part)?;
    Ok(answer)
}

/// Makes a file whole whose parts have all come: it is looked at, gets this state, and is kept so long unless it is sent.
///
/// # Errors
/// [`rules::UPLOAD_INCOMPLETE`].
pub(crate) async fn complete<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    file: &File,
    (state, kept): (ContentState, Duration),
) -> Result<wire::File> {
    let parts = store::list_parts(act, file.content.id).await?;
    rules::is_whole(file, &parts)?;

    let key = open_key(act, permit, file)?;
    let name = open_meta(act, permit, file)?.name;
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
    let meta = seal_meta(act, permit, (file.id, state), &found.meta)?;
    let expires_at = act.now().after(kept);
    store::update_content(act, permit, &file.content, state, thumbnail)?;
    store::update_meta(act, permit, file, found.kind, &meta, expires_at)?;
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
    let bytes = bytes_of(act, key, content, parts);
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
    let place = thumbnail_place(content.id);
    act.put_part(key, place, blob, thumbnail).await?;
    Ok(Some(blob))
}
