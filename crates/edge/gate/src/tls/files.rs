//! Certificates and keys as files.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use base::{Context, Fault, Result};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::Material;

/// Everybody but the owner.
const OTHERS: u32 = 0o077;

/// Reads a PEM chain and its key, which only its owner may read.
pub(super) fn read(chain: &Path, key: &Path) -> Result<Material> {
    let chain = CertificateDer::pem_file_iter(chain)
        .context("opening the certificate file")?
        .collect::<Result<Vec<_>, _>>()
        .context("reading the certificate file")?;
    let about = fs::metadata(key).context("opening the key file")?;
    if about.permissions().mode() & OTHERS != 0 {
        return Err(Fault::new(
            "the key file is open to others than its owner: its mode must be 0600",
        )
        .into());
    }
    let key = PrivateKeyDer::from_pem_file(key).context("reading the key file")?;
    Ok(Material { chain, key })
}

/// Writes a file that only its owner may read, and lets it appear whole or not at all, also after a power cut.
/// An existing file stays: of two nodes that start first at once, one wins and both go on with its file.
pub(super) fn create_private(path: &Path, content: &[u8]) -> Result<()> {
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .context("creating a key file")?;
    file.write_all(content).context("writing a key file")?;
    file.sync_all().context("writing a key file through")?;
    match fs::hard_link(&temporary, path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).context("placing a key file"),
    }
    fs::remove_file(&temporary).context("removing a temporary file")?;
    let directory = path.parent().context("a key file has no directory")?;
    fs::File::open(directory)
        .and_then(|open| open.sync_all())
        .context("writing a directory through")
}

/// Makes a directory that only its owner may enter.
pub(super) fn make_private_directory(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).context("making the directory of the local authority")?;
    fs::set_permissions(directory, Permissions::from_mode(0o700))
        .context("closing the directory of the local authority")
}
