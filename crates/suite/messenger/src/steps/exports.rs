//! Steps that operations on exports share.

use act::{Act, ContentKey, PartPlace, Permit, Place, Resource, Sealed};
use base::Result;

use crate::{
    content::{EXPORT_ENTRIES, EXPORT_KEY, EXPORT_WORK, Entry, Work},
    model::{Export, ExportId},
};

/// What a blob of an archive is; fixed for ever.
const ARCHIVE: &str = "export";

/// Which blob a part of an archive is.
pub(crate) const fn archive_place(export: ExportId, number: u32) -> PartPlace {
    PartPlace::new(export, ARCHIVE, number)
}

pub(crate) fn seal_export_key<R: Resource>(
    act: &Act,
    permit: &Permit<R>,
    id: ExportId,
    key: &ContentKey,
) -> Sealed {
    act.seal_key(permit, Place::new(id, EXPORT_KEY), key)
}

pub(crate) fn open_export_key(
    act: &Act,
    permit: &Permit<Export>,
    export: &Export,
) -> Result<ContentKey> {
    act.open_key(permit, Place::new(export.id, EXPORT_KEY), &export.key)
}

/// Seals what is still to be done after so many steps.
pub(crate) fn seal_work(
    act: &Act,
    permit: &Permit<Export>,
    (id, step): (ExportId, i64),
    work: &Work,
) -> Result<Sealed> {
    let place = Place::new(id, EXPORT_WORK).at(step);
    Ok(act.seal(permit, place, &work.to_bytes()?))
}

/// What is still to be done: all of it, before the first step.
pub(crate) fn open_work(act: &Act, permit: &Permit<Export>, export: &Export) -> Result<Work> {
    let place = Place::new(export.id, EXPORT_WORK).at(export.step);
    match &export.work {
        None => Ok(Work::default()),
        Some(sealed) => Work::from_bytes(&act.open(permit, place, sealed)?),
    }
}

/// Seals which members a step completed.
pub(crate) fn seal_entries(
    act: &Act,
    permit: &Permit<Export>,
    (id, step): (ExportId, i64),
    entries: &[Entry],
) -> Result<Sealed> {
    let place = Place::new(id, EXPORT_ENTRIES).at(step);
    Ok(act.seal(permit, place, &Entry::all_to_bytes(entries)?))
}

pub(crate) fn open_entries(
    act: &Act,
    permit: &Permit<Export>,
    (id, step): (ExportId, i64),
    sealed: &Sealed,
) -> Result<Vec<Entry>> {
    let place = Place::new(id, EXPORT_ENTRIES).at(step);
    Entry::all_from_bytes(&act.open(permit, place, sealed)?)
}
