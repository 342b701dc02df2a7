//! Files that appear whole or not at all.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base::{Context, Entropy, Result};
use data_encoding::HEXLOWER;

/// A file on its way, readable by its owner only; removed when it is done with.
pub(crate) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Writes a file beside `target` and has it on the disk. Directories that are missing are made.
    ///
    /// # Errors
    /// A fault when the directory cannot be written.
    pub(crate) fn write(target: &Path, bytes: &[u8], entropy: &dyn Entropy) -> Result<Self> {
        let directory = directory(target);
        std::fs::create_dir_all(directory).context("creating a directory")?;
        let mut name = [0u8; 8];
        entropy.fill(&mut name);
        let draft = Self {
            path: directory.join(format!(".draft-{}", HEXLOWER.encode(&name))),
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft.path)
            .context("creating a file")?;
        file.write_all(bytes).context("writing a file")?;
        file.sync_all().context("writing a file")?;
        Ok(draft)
    }

    /// Has it be `target`, unless that is there: then that one stays.
    pub(crate) fn link(self, target: &Path) -> std::io::Result<()> {
        match std::fs::hard_link(&self.path, target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked.and_then(|()| sync_directory(target)),
        }
    }

    /// Has it be `target`, in place of what is there.
    pub(crate) fn replace(self, target: &Path) -> std::io::Result<()> {
        std::fs::rename(&self.path, target).and_then(|()| sync_directory(target))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "a draft of a file could not be removed");
        }
    }
}

/// Where a file lies.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Has the names in a file's directory be on the disk.
pub(crate) fn sync_directory(path: &Path) -> std::io::Result<()> {
    File::open(directory(path)).and_then(|directory| directory.sync_all())
}
