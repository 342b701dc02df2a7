//! One step of an export: so much of what its account said and sent goes into the archive as a step may do, and what is left
//! is for the next one. Each step asks anew who is in a chat and what they read there: whoever was removed takes no more of it.

mod archive;
mod lines;
mod zip;

use std::ops::Range;

use act::{Act, Action, ContentKey, Permit, Source};
use base::{AccountId, ChatId, Context, Fault, Result};
use futures_util::TryStreamExt;

use self::archive::{Archive, Filled};
use crate::{
    content::{Entry, FilePlace, Stage, Work},
    model::{ArchivePart, Chat, Export, Exported, File},
    rules::{self, EXPORT_PAGE, FILE_ABSENT},
    steps, store,
};

/// What is the first thing in an archive.
const README: &str = include_str!("README.txt");

/// What a step did. Its blobs are kept already; nothing names them before it is saved.
#[derive(Debug)]
pub(crate) struct Step {
    /// What is left.
    pub(crate) work: Work,
    pub(crate) parts: Vec<ArchivePart>,
    /// Parts of steps before it that are in no archive any more.
    pub(crate) gone: Vec<Range<u32>>,
    /// Members of the archive that it completed.
    pub(crate) entries: Vec<Entry>,
    pub(crate) progress: Exported,
}

impl Step {
    pub(crate) fn is_over(&self) -> bool {
        self.work.stage == Stage::Over
    }
}

/// Does the next step.
///
/// # Errors
/// [`rules::EXPORT_TOO_LARGE`]; a fault when something cannot be read or kept.
pub(crate) async fn step(act: &mut Act, permit: &Permit<Export>, export: &Export) -> Result<Step> {
    let work = steps::open_work(act, permit, export)?;
    let mut making = Making {
        export,
        permit,
        key: steps::open_export_key(act, permit, export)?,
        archive: Archive::resume(work.written),
        parts: Vec::new(),
        gone: Vec::new(),
        progress: export.progress,
        left: Left::WHOLE,
    };
    let mut stage = work.stage;
    while stage != Stage::Over && !making.left.is_spent() {
        stage = making.go_on(act, stage).await?;
        rules::may_grow_to(making.archive.size())?;
    }
    making.leave(act, stage).await
}

/// What a step may still do.
#[derive(Debug, Clone, Copy)]
struct Left {
    bytes: u64,
    messages: u32,
    files: u32,
    chats: u32,
}

impl Left {
    const WHOLE: Self = Self {
        bytes: rules::STEP_BYTES,
        messages: rules::STEP_MESSAGES,
        files: rules::STEP_FILES,
        chats: rules::STEP_CHATS,
    };

    const fn is_spent(self) -> bool {
        self.bytes == 0 || self.messages == 0 || self.files == 0 || self.chats == 0
    }
}

struct Making<'a> {
    export: &'a Export,
    permit: &'a Permit<Export>,
    key: ContentKey,
    archive: Archive,
    parts: Vec<ArchivePart>,
    gone: Vec<Range<u32>>,
    progress: Exported,
    left: Left,
}

impl Making<'_> {
    async fn go_on(&mut self, act: &mut Act, stage: Stage) -> Result<Stage> {
        match stage {
            Stage::Beginning => self.begin(act).await,
            Stage::Names { after } => self.names(act, after).await,
            Stage::Next { after } => self.next(act, after).await,
            Stage::Messages { chat, after } => self.messages(act, chat, after).await,
            Stage::Files { chat, after } => self.files(act, chat, after).await,
            Stage::Copying {
                chat,
                place,
                copied,
            } => self.go_on_copying(act, chat, (place, copied)).await,
            Stage::Directory { after, begin } => self.directory(act, after, begin).await,
            Stage::Over => Ok(Stage::Over),
        }
    }

    async fn begin(&mut self, act: &Act) -> Result<Stage> {
        self.archive.begin("README.txt".to_owned(), act.now())?;
        self.write(act, README.as_bytes()).await?;
        self.archive.finish()?;
        self.archive.begin("chats.json".to_owned(), act.now())?;
        self.write(act, b"[").await?;
        Ok(Stage::Names { after: ChatId::NIL })
    }

    /// The names of the next chats.
    async fn names(&mut self, act: &mut Act, after: ChatId) -> Result<Stage> {
        let chats = store::chats_of(act, self.export.account, after, EXPORT_PAGE).await?;
        let permits = act.permits(&chats, Action::Serve).await?;
        let others: Vec<AccountId> = chats.iter().filter_map(Chat::other).collect();
        let people = steps::people(act, &others).await?;
        let mut separator = match after == ChatId::NIL {
            true => "\n",
            false => ",\n",
        };
        for (chat, permit) in chats.iter().zip(&permits) {
            self.write(act, separator.as_bytes()).await?;
            let line = lines::chat(act, permit, chat, &people)?;
            self.write(act, &line).await?;
            separator = ",\n";
            self.left.chats = self.left.chats.saturating_sub(1);
        }
        if let Some(last) = chats.last().filter(|_| is_full(&chats)) {
            return Ok(Stage::Names { after: last.id });
        }
        self.write(act, b"\n]\n").await?;
        self.archive.finish()?;
        Ok(Stage::Next { after: ChatId::NIL })
    }

    async fn next(&mut self, act: &mut Act, after: ChatId) -> Result<Stage> {
        let next = store::chats_of(act, self.export.account, after, 1).await?;
        if let Some(chat) = next.first() {
            return Ok(Stage::Messages {
                chat: chat.id,
                after: 0,
            });
        }
        // What this step completed is kept with it, and read by the next one.
        self.left.bytes = 0;
        Ok(Stage::Directory {
            after: -1,
            begin: self.archive.size(),
        })
    }

    /// A chat that its account is in.
    async fn chat(&self, act: &mut Act, id: ChatId) -> Result<Option<(Chat, Permit<Chat>)>> {
        let Some(chat) = store::find_chat_of(act, self.export.account, id).await? else {
            return Ok(None);
        };
        let permit = act.permit(&chat).await?;
        Ok(Some((chat, permit)))
    }

    /// Done with a chat.
    fn past(&mut self, chat: ChatId) -> Stage {
        self.progress.chats += 1;
        self.left.chats = self.left.chats.saturating_sub(1);
        Stage::Next { after: chat }
    }

    async fn messages(&mut self, act: &mut Act, id: ChatId, after: i64) -> Result<Stage> {
        let Some((chat, permit)) = self.chat(act, id).await? else {
            if self.archive.is_open() {
                self.archive.finish()?;
            }
            return Ok(self.past(id));
        };
        let page = store::own_messages(act, &chat, after).await?;
        for message in &page {
            self.left.messages = self.left.messages.saturating_sub(1);
            if let Some(line) = lines::message(act, &permit, message).await? {
                if !self.archive.is_open() {
                    let name = rules::member_of_chat(id);
                    self.archive.begin(name, act.now())?;
                }
                self.write(act, &line).await?;
                self.progress.messages += 1;
            }
            if self.left.is_spent() {
                let after = message.known();
                return Ok(Stage::Messages { chat: id, after });
            }
        }
        if let Some(last) = page.last().filter(|_| is_full(&page)) {
            let after = last.known();
            return Ok(Stage::Messages { chat: id, after });
        }
        if self.archive.is_open() {
            self.archive.finish()?;
        }
        let after = FilePlace::FIRST;
        Ok(Stage::Files { chat: id, after })
    }

    async fn files(&mut self, act: &mut Act, id: ChatId, after: FilePlace) -> Result<Stage> {
        let Some((chat, permit)) = self.chat(act, id).await? else {
            return Ok(self.past(id));
        };
        let page = store::own_files(act, &chat, after).await?;
        for file in &page {
            let meta = steps::open_meta(act, &permit, file)?;
            let name = rules::member_of_file(file.id, &meta.name);
            self.archive.begin(name, file.created_at)?;
            let next = self.copy(act, &permit, file, 0).await?;
            if !matches!(next, Stage::Files { .. }) || self.left.is_spent() {
                return Ok(next);
            }
        }
        match page.last().filter(|_| is_full(&page)) {
            Some(last) => Ok(Stage::Files {
                chat: id,
                after: place_of(last),
            }),
            None => Ok(self.past(id)),
        }
    }

    /// Goes on with a file that is in the archive in part. One that was taken back meanwhile is taken out.
    async fn go_on_copying(
        &mut self,
        act: &mut Act,
        id: ChatId,
        (place, copied): (FilePlace, u64),
    ) -> Result<Stage> {
        let Some((chat, permit)) = self.chat(act, id).await? else {
            self.abandon();
            return Ok(self.past(id));
        };
        let file = match store::file(act, id, place.file).await {
            Err(error) if error.is(&FILE_ABSENT) => None,
            file => Some(file?).filter(|file| rules::may_fetch(file, &chat.standing).is_ok()),
        };
        match file {
            Some(file) => self.copy(act, &permit, &file, copied).await,
            None => {
                self.abandon();
                Ok(Stage::Files {
                    chat: id,
                    after: place,
                })
            }
        }
    }

    /// Copies as much of a file as the step may, part by part.
    async fn copy(
        &mut self,
        act: &mut Act,
        permit: &Permit<Chat>,
        file: &File,
        from: u64,
    ) -> Result<Stage> {
        let parts = store::list_parts(act, file.content.id).await?;
        let key = steps::open_key(act, permit, file)?;
        let end = from.saturating_add(self.left.bytes);
        let end = end.min(file.content.size_bytes);
        let mut pieces = steps::bytes_of(act, &key, &file.content, &parts).open(from..end);
        let mut copied = from;
        while let Some(piece) = pieces.try_next().await? {
            copied += u64::try_from(piece.len()).context("counting bytes")?;
            self.write(act, &piece).await?;
        }
        if copied != end {
            return Err(Fault::new("a file is shorter than it was").into());
        }
        let (chat, place) = (file.chat, place_of(file));
        if copied < file.content.size_bytes {
            return Ok(Stage::Copying {
                chat,
                place,
                copied,
            });
        }
        self.archive.finish()?;
        self.progress.files += 1;
        self.left.files = self.left.files.saturating_sub(1);
        Ok(Stage::Files { chat, after: place })
    }

    /// Takes the open member out of the archive.
    fn abandon(&mut self) {
        let gone = self.archive.abandon();
        self.parts.retain(|part| !gone.contains(&part.number));
        self.gone.push(gone);
    }

    /// What the directory says of the members that steps completed, and its end behind the last of them.
    async fn directory(&mut self, act: &mut Act, after: i64, begin: u64) -> Result<Stage> {
        let steps_done = store::list_entries(act, self.export.id, after).await?;
        for (step, entries) in &steps_done {
            let place = (self.export.id, *step);
            let entries = steps::open_entries(act, self.permit, place, entries)?;
            self.archive.list(&entries)?;
            self.keep_filled(act).await?;
        }
        if let Some((step, _)) = steps_done.last().filter(|_| is_full(&steps_done)) {
            // Each step has its own page of the directory.
            self.left.bytes = 0;
            return Ok(Stage::Directory {
                after: *step,
                begin,
            });
        }
        self.archive.end(begin)?;
        Ok(Stage::Over)
    }

    /// Adds to the open member, and keeps the parts that are filled by it.
    async fn write(&mut self, act: &Act, bytes: &[u8]) -> Result<()> {
        self.archive.write(bytes)?;
        let written = u64::try_from(bytes.len()).context("counting bytes")?;
        self.left.bytes = self.left.bytes.saturating_sub(written);
        self.keep_filled(act).await
    }

    async fn keep_filled(&mut self, act: &Act) -> Result<()> {
        for filled in self.archive.take_filled() {
            self.keep(act, filled).await?;
        }
        Ok(())
    }

    async fn keep(&mut self, act: &Act, filled: Filled) -> Result<()> {
        let part = ArchivePart {
            number: filled.number,
            blob: act.new_id(),
            size_bytes: u64::try_from(filled.bytes.len()).context("counting bytes")?,
        };
        let place = steps::archive_place(self.export.id, part.number);
        act.put_part(&self.key, place, part.blob, filled.bytes)
            .await?;
        self.parts.push(part);
        Ok(())
    }

    async fn leave(mut self, act: &Act, stage: Stage) -> Result<Step> {
        self.archive.rest()?;
        self.keep_filled(act).await?;
        let (written, entries) = self.archive.leave();
        self.progress.size_bytes = written.size;
        Ok(Step {
            work: Work { stage, written },
            parts: self.parts,
            gone: self.gone,
            entries,
            progress: self.progress,
        })
    }
}

fn place_of(file: &File) -> FilePlace {
    FilePlace {
        number: file.number.unwrap_or_default(),
        file: file.id,
    }
}

/// Whether more may follow on a page.
fn is_full<T>(page: &[T]) -> bool {
    u32::try_from(page.len()).is_ok_and(|rows| rows >= EXPORT_PAGE)
}
