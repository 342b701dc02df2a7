//! Steps that operations on files share.

use act::{Act, ContentKey, PartPlace, Parts, Permit, Place, Resource, Sealed, StoredPart};
use base::{ChatId, ContentId, FileId, Result};

use crate::{
    content::{FILE_KEY, FILE_META, FileMeta},
    media,
    model::{Chat, Content, ContentState, File, Part},
    rules::{self, CARD_IMAGE},
    store, wire,
};

/// What a blob of a content is; fixed for ever.
const PART: &str = "part";
const THUMBNAIL: &str = "thumbnail";

/// The place of what is known of a file. It changes once, when the file is whole.
fn meta_place(id: FileId, state: ContentState) -> Place {
    let version = match state {
        ContentState::Open => 1,
        _ => 2,
    };
    Place::new(id, FILE_META).at(version)
}

/// Seals what is known of a file for the state that its content has.
pub(crate) fn seal_meta<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    (id, state): (FileId, ContentState),
    meta: &FileMeta,
) -> Result<Sealed> {
    Ok(act.seal(permit, meta_place(id, state), &meta.to_bytes()?))
}

pub(crate) fn open_meta<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    file: &File,
) -> Result<FileMeta> {
    FileMeta::from_bytes(&act.open(permit, meta_place(file.id, file.content.state), &file.meta)?)
}

/// Opens a file for the wire.
pub(crate) fn open_file<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    file: &File,
) -> Result<wire::File> {
    Ok(wire::File::of(file, open_meta(act, permit, file)?))
}

/// Opens files for the wire, by their ids.
pub(crate) fn open_files<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    files: &[File],
) -> Result<wire::Files> {
    files
        .iter()
        .map(|file| Ok((file.id, open_file(act, permit, file)?)))
        .collect()
}

/// Files that are about to be sent: one's own, whole, and sent nowhere yet.
///
/// # Errors
/// [`rules::FILE_ABSENT`] with the field that names them; what [`rules::may_send`] refuses.
pub(crate) async fn attached(
    act: &mut Act,
    chat: &Chat,
    ids: &[FileId],
    field: &'static str,
) -> Result<Vec<File>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let files = store::files_of(act, chat.id, ids, field).await?;
    for file in &files {
        rules::may_send(file, chat.standing.account, act.now())?;
    }
    Ok(files)
}

/// Files that a card is about to show.
///
/// # Errors
/// [`CARD_IMAGE`]; as [`attached`].
pub(crate) async fn pictures(
    act: &mut Act,
    (permit, chat): (&Permit<Chat>, &Chat),
    ids: &[FileId],
) -> Result<Vec<File>> {
    const FIELD: &str = "card.elements.file";
    let files = attached(act, chat, ids, FIELD).await?;
    for file in &files {
        let media_type = open_meta(act, permit, file)?.media_type;
        if !media_type.is_some_and(|found| media::is_picture(&found)) {
            return Err(CARD_IMAGE.at(FIELD));
        }
    }
    Ok(files)
}

/// Opens an upload for the wire.
pub(crate) fn open_upload<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    file: &File,
    parts: &[Part],
) -> Result<wire::Upload> {
    let view = open_file(act, permit, file)?;
    Ok(wire::Upload {
        id: file.id,
        name: view.name.clone(),
        size_bytes: file.content.size_bytes,
        part_bytes: u32::try_from(rules::PART_BYTES).unwrap_or(u32::MAX),
        parts: rules::parts_of(file.content.size_bytes),
        received: parts.iter().map(|part| part.number).collect(),
        expires_at: file.expires_at,
        file: (file.content.state != ContentState::Open).then_some(view),
    })
}

/// The place of a file's key.
const fn key_place(id: FileId) -> Place {
    Place::new(id, FILE_KEY)
}

pub(crate) fn seal_key<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    id: FileId,
    key: &ContentKey,
) -> Sealed {
    act.seal_key(permit, key_place(id), key)
}

pub(crate) fn open_key<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    file: &File,
) -> Result<ContentKey> {
    act.open_key(permit, key_place(file.id), &file.key)
}

/// Which blob a part is.
pub(crate) const fn part_place(content: ContentId, number: u32) -> PartPlace {
    PartPlace::new(content, PART, number)
}

/// Which blob the small picture is.
pub(crate) const fn thumbnail_place(content: ContentId) -> PartPlace {
    PartPlace::new(content, THUMBNAIL, 0)
}

/// The bytes of a content, to be read in order.
pub(crate) fn bytes_of(act: &Act, key: &ContentKey, content: &Content, parts: &[Part]) -> Parts {
    let stored = parts.iter().map(|part| StoredPart {
        place: part_place(content.id, part.number),
        blob: part.blob,
        size_bytes: part.size_bytes,
    });
    act.parts(key, stored.collect())
}

/// The same file for another chat: a key and a description sealed there, and no byte copied. The caller inserts it with
/// [`crate::store::show_again`].
///
/// # Errors
/// A fault when it does not open.
pub(crate) fn copy_file(
    act: &Act,
    (from, file): (&Permit<Chat>, &File),
    to: &Permit<Chat>,
) -> Result<File> {
    let (key, meta) = (open_key(act, from, file)?, open_meta(act, from, file)?);
    let id = act.new_id();
    Ok(File {
        id,
        chat: ChatId::from_bytes(to.resource().id),
        author: act.member()?.account,
        number: None,
        created_at: act.now(),
        expires_at: None,
        key: seal_key(act, to, id, &key),
        meta: seal_meta(act, to, (id, file.content.state), &meta)?,
        ..file.clone()
    })
}
