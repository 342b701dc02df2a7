//! Pictures of people: the middle of what they sent, as a square in two sizes.

use bytes::Bytes;
pub(crate) use picture::Unfit;

/// The largest file that is taken.
pub(crate) const BYTES_MAX: usize = 5 * 1024 * 1024;
/// The sides of the squares that are kept, in pixels.
pub(crate) const LARGE: u32 = 256;
pub(crate) const SMALL: u32 = 64;
/// The media type of what is kept.
pub(crate) const MEDIA: &str = "image/webp";

/// A picture in both sizes.
pub(crate) struct Picture {
    pub(crate) large: Bytes,
    pub(crate) small: Bytes,
}

/// Reads a file that anybody may have sent.
pub(crate) fn read(file: &[u8]) -> Result<Picture, Unfit> {
    if file.len() > BYTES_MAX {
        return Err(Unfit::Large);
    }
    let (large, small) = picture::squares(file, LARGE, SMALL)?;
    Ok(Picture { large, small })
}
