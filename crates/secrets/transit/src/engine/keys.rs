//! Named keys: making, reading, changing and removing them.

use logical::{Failure, Fields, Outcome, Reply};
use serde_json::Value;

use super::{
    Desk,
    answers::{bytes, object},
    aside, path_of,
};
use crate::{
    backup::BACKUP_CHARS_MAX,
    keyring::{Keyring, NewKey, Tuning, check_name},
    kind::KeyType,
    opened::Opened,
    readout::{ExportKind, ExportVersions},
};

impl Desk<'_, '_> {
    pub(super) async fn list_keys(&mut self) -> Outcome {
        Reply::keys(self.txn.list("keys").await?)
    }

    pub(super) async fn read_key(&mut self, name: &str) -> Outcome {
        let opened = self.find(name).await?.ok_or(Failure::Absent)?;
        let context = bytes(&self.fields(), "context")?;
        Ok(Reply::data(opened.read_out(&context)?))
    }

    /// A key that is there already stays as it is.
    pub(super) async fn create_key(&mut self, name: &str) -> Outcome {
        check_name(name)?;
        if let Some(opened) = self.find(name).await? {
            let reply = Reply::data(opened.read_out(&[])?);
            return Ok(reply.warning(format!("key {name} already existed")));
        }
        let fields = self.fields();
        let kind = match fields.text("type")? {
            Some(kind) if !kind.is_empty() => KeyType::parse(&kind)?,
            _ => KeyType::Aes256Gcm96,
        };
        let truth = |name| Ok::<_, Failure>(fields.truth(name)?.unwrap_or(false));
        let key_size = fields.count("key_size")?.filter(|size| *size != 0);
        let key_size = key_size.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        let new = NewKey {
            kind,
            derived: truth("derived")?,
            convergent_encryption: truth("convergent_encryption")?,
            exportable: truth("exportable")?,
            allow_plaintext_backup: truth("allow_plaintext_backup")?,
            auto_rotate_period: fields.duration("auto_rotate_period")?.unwrap_or_default(),
            key_size,
        };
        let ring = self.make(name, new).await?;
        read_out(ring)
    }

    /// Makes and stores a key.
    pub(super) async fn make(&mut self, name: &str, new: NewKey) -> Result<Keyring, Failure> {
        let (now, entropy) = (self.request.now, self.txn.entropy());
        let name = name.to_owned();
        let is_slow = new.kind.is_rsa();
        let made = move || Keyring::create(&name, &new, now, &*entropy);
        let ring = aside(is_slow, made).await??;
        self.store(&ring).await?;
        Ok(ring)
    }

    pub(super) async fn delete_key(&mut self, name: &str) -> Outcome {
        let ring = self.ring(name).await?.ok_or_else(|| {
            Failure::invalid(format!(
                "error deleting policy {name}: could not delete key; not found"
            ))
        })?;
        ring.may_delete()?;
        self.txn.delete(&path_of(name)).await?;
        self.engine.shelf.remove(&self.shelved(name));
        Ok(Reply::nothing())
    }

    pub(super) async fn tune_key(&mut self, name: &str) -> Outcome {
        let mut ring = self.existing(name).await?;
        let fields = self.fields();
        let tuning = Tuning {
            min_decryption_version: fields.integer("min_decryption_version")?,
            min_encryption_version: fields.integer("min_encryption_version")?,
            deletion_allowed: fields.truth("deletion_allowed")?,
            exportable: fields.truth("exportable")?,
            allow_plaintext_backup: fields.truth("allow_plaintext_backup")?,
            auto_rotate_period: fields.duration("auto_rotate_period")?,
        };
        let warnings = ring.tune(&tuning)?;
        self.store(&ring).await?;
        let mut reply = read_out(ring)?;
        reply.warnings = warnings;
        Ok(reply)
    }

    pub(super) async fn rotate_key(&mut self, name: &str) -> Outcome {
        let ring = self.existing(name).await?;
        let ring = self.turn(ring).await?;
        self.store(&ring).await?;
        read_out(ring)
    }

    pub(super) async fn trim_key(&mut self, name: &str) -> Outcome {
        let mut ring = self.existing(name).await?;
        let least = self.fields().integer("min_available_version")?;
        let least = least.ok_or_else(|| Failure::invalid("missing min_available_version"))?;
        ring.trim(least)?;
        self.store(&ring).await?;
        read_out(ring)
    }

    async fn existing(&mut self, name: &str) -> Result<Keyring, Failure> {
        let ring = self.ring(name).await?;
        ring.ok_or_else(|| Failure::invalid(format!("no existing key named {name} could be found")))
    }

    pub(super) async fn export_key(
        &mut self,
        kind: &str,
        name: &str,
        version: Option<&str>,
    ) -> Outcome {
        let kind = ExportKind::parse(kind)?;
        let versions = ExportVersions::parse(version)?;
        let opened = self.find(name).await?.ok_or(Failure::Absent)?;
        Ok(Reply::data(opened.ring().export(kind, versions)?))
    }

    pub(super) async fn back_up_key(&mut self, name: &str) -> Outcome {
        let opened = self.find(name).await?.ok_or(Failure::Absent)?;
        let backup = opened.ring().back_up(self.request.now)?;
        let backup = Value::String(backup.to_string());
        Ok(Reply::data(object([("backup", backup)])))
    }

    pub(super) async fn restore_key(&mut self, name: Option<&str>) -> Outcome {
        let fields = Fields(&self.request.data);
        let backup = fields.str("backup")?.filter(|backup| !backup.is_empty());
        let backup = backup.ok_or_else(|| Failure::invalid("'backup' must be supplied"))?;
        if backup.len() > BACKUP_CHARS_MAX {
            return Err(Failure::Status(413, "the backup is too long".to_owned()));
        }
        let is_forced = fields.truth("force")?.unwrap_or(false);
        let own = fields.text("name")?.filter(|own| !own.is_empty());
        let name = name.or(own.as_deref());
        // Read once to learn under which name, and again beside what is there under it.
        let ring = Keyring::restore(backup, name, None, is_forced)?;
        let existing = self.ring(ring.name()).await?;
        let ring = Keyring::restore(backup, name, existing.as_ref(), is_forced)?;
        self.store(&ring).await?;
        Ok(Reply::nothing())
    }
}

fn read_out(ring: Keyring) -> Outcome {
    Ok(Reply::data(Opened::new(ring, None).read_out(&[])?))
}
