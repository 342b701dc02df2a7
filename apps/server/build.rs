//! Takes the built web application into the binary, each file with its compressed form.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where things are by the environment"
)]
fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let dist = root.join("../../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist, &dist, &mut files)?;
    }
    files.sort();
    let mut text = String::from("pub(crate) static FILES: &[File] = &[\n");
    for (index, (path, source)) in files.iter().enumerate() {
        let packed = out.join(format!("{index}.gz"));
        pack(source, &packed)?;
        let _ = writeln!(
            text,
            "    File {{ path: {path:?}, bytes: include_bytes!({source:?}), gzip: include_bytes!({packed:?}) }},"
        );
    }
    text.push_str("];\n");
    fs::write(out.join("assets.rs"), text)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            files.push((format!("/{}", relative.display()), path.canonicalize()?));
        }
    }
    Ok(())
}

fn pack(source: &Path, packed: &Path) -> io::Result<()> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(source)?)?;
    fs::write(packed, encoder.finish()?)
}
