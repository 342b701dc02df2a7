//! The bytes of files: they come before the message that carries them, part by part, and go on where they were.

use base::{Context, Fault, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use slack::{Attached, Carried, Export, Message, Unfit, read_part};

use super::{Run, report::Report, text};

/// Whether a message is brought by this run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Coming,
    /// It was there before, or nothing is brought.
    Counted,
}

impl Run {
    /// Brings the files of a message, and answers what they are called here.
    ///
    /// # Errors
    /// A fault when the server refuses one, or its bytes are no longer what they were.
    pub(super) async fn bring_files(
        &mut self,
        export: &mut Export,
        chat: &str,
        (message, stand): (&Message, Stand),
    ) -> Result<Vec<String>> {
        let mut brought = Vec::new();
        for file in &message.files {
            self.report.count(file);
            let (Some(import), Some(carried)) = (&self.import, &file.carried) else {
                continue;
            };
            if stand == Stand::Counted {
                continue;
            }
            let files = format!("/imports/{import}/chats/{chat}/files");
            // Other bytes are another file: what is there of the first one is not gone on with.
            let called = format!(
                "{}/{}/{}-{}",
                message.id, file.id, carried.bytes, carried.mark
            );
            let input = json!({
                "external_id": called, "name": file.name, "size_bytes": carried.bytes,
            });
            let begun = match self.api.try_post(&files, &input).await? {
                Err(refused) if refused.code == "messenger.quota_full" => {
                    return Err(Fault::new(
                        "the organisation has no room left for files: allow it more and run the same command to go on, \
                         or add --without-files to bring the rest as links",
                    )
                    .into());
                }
                begun => begun?,
            };
            let upload = text(&begun, "/id")?;
            if begun.get("file").is_none_or(Value::is_null) {
                let path = format!("{files}/{upload}");
                self.bring_bytes(export, (file, carried), (&path, &begun))
                    .await?;
            }
            brought.push(upload);
        }
        Ok(brought)
    }

    /// Brings those parts of a file that are not there, and finishes it. One part is in memory.
    async fn bring_bytes(
        &mut self,
        export: &mut Export,
        (file, carried): (&Attached, &Carried),
        (path, begun): (&str, &Value),
    ) -> Result<()> {
        let part_bytes = begun.get("part_bytes").and_then(Value::as_u64);
        let part_bytes = part_bytes.filter(|bytes| *bytes > 0);
        let part_bytes = part_bytes.context("an answer without the length of a part")?;
        let received: Vec<u64> = begun
            .get("received")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect();
        self.report.files.resumed += u64::from(!received.is_empty());
        self.tell(&format!("{} ({} bytes)", file.name, carried.bytes));
        let mut reader = export.open(carried)?;
        let mut left = carried.bytes;
        for index in 0..carried.bytes.div_ceil(part_bytes) {
            let length = usize::try_from(left.min(part_bytes)).context("the length of a part")?;
            let part = read_part(&mut reader, length)?;
            left = left.saturating_sub(part_bytes);
            if received.contains(&index) {
                continue;
            }
            self.report.files.sent_bytes += u64::try_from(length).unwrap_or(0);
            let place = format!("{path}/parts/{index}");
            self.api.put(&place, Bytes::from(part)).await?;
        }
        let finish = format!("{path}/finish");
        self.api.post(&finish, &json!({})).await?;
        Ok(())
    }
}

impl Report {
    /// Counts a file, whether it comes or not.
    fn count(&mut self, file: &Attached) {
        let files = &mut self.files;
        files.named += 1;
        files.bytes += file.bytes;
        match (&file.carried, &file.address) {
            (Some(carried), _) => {
                files.carried += 1;
                files.carried_bytes += carried.bytes;
            }
            (None, Some(_)) => files.linked += 1,
            (None, None) => files.missing += 1,
        }
        if let Some(unfit) = file.unfit {
            self.skip(reason(unfit), 1);
        }
    }
}

const fn reason(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::TooLarge => "bytes of a file of more than 2 GiB",
        Unfit::Bomb => "bytes of a file that inflates beyond measure",
        Unfit::Damaged => "bytes of a file that is damaged or has another size than it says",
    }
}
