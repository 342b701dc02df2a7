//! Pictures of people: decoded within limits, cropped to a square, and encoded anew, so that nothing of the file that came
//! in, its metadata included, is kept.

use std::io::Cursor;

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage,
    codecs::webp::WebPEncoder, imageops,
};

/// The largest file that is taken.
pub(crate) const BYTES_MAX: usize = 5 * 1024 * 1024;
/// What phones take, with room; checked in the header, before anything is decoded.
const PIXELS_MAX: u64 = 40_000_000;
/// Four bytes for each pixel: more of them, as with 16 bits for a colour, leave room for fewer pixels.
const DECODED_BYTES_MAX: u64 = 4 * PIXELS_MAX;
/// The decoder's own working space, beside what is decoded. What is packed in a file unpacks into it, and grows by copies.
const MEMORY_BYTES_MAX: u64 = 128 * 1024 * 1024;
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

/// Why a file is no picture for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    Large,
    Unreadable,
}

/// Reads a file that anybody may have sent.
pub(crate) fn read(file: &[u8]) -> Result<Picture, Unfit> {
    if file.len() > BYTES_MAX {
        return Err(Unfit::Large);
    }
    let unreadable = |_| Unfit::Unreadable;
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|_| Unfit::Unreadable)?;
    if !matches!(
        reader.format(),
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)
    ) {
        return Err(Unfit::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => Unfit::Large,
        _ => Unfit::Unreadable,
    })?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX
        || decoder.total_bytes() > DECODED_BYTES_MAX
    {
        return Err(Unfit::Large);
    }
    let orientation = decoder.orientation().map_err(unreadable)?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    let mut large = DynamicImage::ImageRgba8(square(&decoded));
    drop(decoded);
    large.apply_orientation(orientation);
    let large = large.into_rgba8();
    let small = imageops::thumbnail(&large, SMALL, SMALL);
    Ok(Picture {
        large: encode(&large)?,
        small: encode(&small)?,
    })
}

/// The middle of a picture, scaled; the crop is a view, so that a large picture is in memory once.
fn square(picture: &DynamicImage) -> RgbaImage {
    let side = picture.width().min(picture.height());
    let (x, y) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    let middle = imageops::crop_imm(picture, x, y, side, side);
    imageops::thumbnail(&*middle, LARGE, LARGE)
}

fn encode(picture: &RgbaImage) -> Result<Bytes, Unfit> {
    let mut file = Vec::new();
    picture
        .write_with_encoder(WebPEncoder::new_lossless(&mut file))
        .map_err(|_| Unfit::Unreadable)?;
    Ok(Bytes::from(file))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A picture of this size, half red and half blue.
    pub(crate) fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, _| match x < width / 2 {
            true => image::Rgb([200, 0, 0]),
            false => image::Rgb([0, 0, 200]),
        });
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// The header of a lossless WebP that promises 16,000 by 16,000 pixels (1 GB of memory) in 30 bytes.
    pub(crate) fn bomb() -> Vec<u8> {
        let mut file = b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f".to_vec();
        file.extend_from_slice(&(15_999_u32 | (15_999 << 14)).to_le_bytes());
        file.extend_from_slice(&[0; 5]);
        file
    }

    #[test]
    fn pictures_become_squares_of_both_sizes() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let picture = read(&file(400, 100, format)).unwrap();
            for (bytes, side) in [(&picture.large, LARGE), (&picture.small, SMALL)] {
                let read = image::load_from_memory_with_format(bytes, ImageFormat::WebP).unwrap();
                assert_eq!((read.width(), read.height()), (side, side));
                assert!(read.to_rgb8().get_pixel(2, 2)[0] > 150, "the left is red");
            }
        }
        assert!(read(&file(1, 1, ImageFormat::Png)).is_ok());
    }

    /// The beginning of a PNG of 25 megapixels with 16 bits for each of four colours: 200 MB in memory.
    fn deep() -> Vec<u8> {
        b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x13\x88\x00\x00\x13\x88\
              \x10\x06\x00\x00\x00\x0d\x08\x5b\x88\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\x60\xa0\x0c\x00\
              \x00\x00\x40\x00\x01\xb7\x34\x7c\xef"
            .to_vec()
    }

    #[test]
    fn bombs_and_other_files_are_refused() {
        assert_eq!(read(&bomb()).err(), Some(Unfit::Large));
        assert_eq!(read(&deep()).err(), Some(Unfit::Large));
        assert_eq!(read(&vec![0; BYTES_MAX + 1]).err(), Some(Unfit::Large));
        for other in [
            &b""[..],
            b"GIF89a\x01\0\x01\0\0\0\0;",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"\x89PNG\r\n\x1a\n",
        ] {
            assert_eq!(read(other).err(), Some(Unfit::Unreadable));
        }
        let mut cut = file(64, 64, ImageFormat::Png);
        cut.truncate(cut.len() / 2);
        assert_eq!(read(&cut).err(), Some(Unfit::Unreadable));
    }
}
