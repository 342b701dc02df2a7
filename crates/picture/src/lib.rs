#![doc = include_str!("../README.md")]

#[cfg(any(test, feature = "samples"))]
pub mod samples;
#[cfg(test)]
mod tests;

use std::io::Cursor;

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage,
    codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
    imageops,
    metadata::Orientation,
};

/// What phones take, with room; checked in the header, before anything is decoded.
pub const PIXELS_MAX: u64 = 40_000_000;
/// Four bytes for each pixel: more of them, as with 16 bits for a colour, leave room for fewer pixels.
const DECODED_BYTES_MAX: u64 = 4 * PIXELS_MAX;
/// The decoder's own working space, beside what is decoded. What is packed in a file unpacks into it, and grows by copies.
const MEMORY_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// How well an opaque thumbnail is kept, of 100.
const JPEG_QUALITY: u8 = 80;

/// Why a file is no picture for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    Large,
    Unreadable,
}

/// How large a picture is shown, in pixels: turned as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// How large the picture is that the file promises. Nothing is decoded, so that it may be larger than any that would be.
///
/// # Errors
/// [`Unfit::Unreadable`].
pub fn measure(file: &[u8]) -> Result<Size, Unfit> {
    let mut decoder = decoder(file)?;
    let (width, height) = decoder.dimensions();
    let is_turned = matches!(
        decoder.orientation(),
        Ok(Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH)
    );
    Ok(match is_turned {
        true => Size {
            width: height,
            height: width,
        },
        false => Size { width, height },
    })
}

/// The middle of a picture in two sizes, the larger one first; both as WebP.
///
/// # Errors
/// [`Unfit`].
pub fn squares(file: &[u8], large: u32, small: u32) -> Result<(Bytes, Bytes), Unfit> {
    let (decoded, orientation) = decode(file)?;
    let mut square = DynamicImage::ImageRgba8(middle(&decoded, large));
    drop(decoded);
    square.apply_orientation(orientation);
    let large = square.into_rgba8();
    let small = imageops::thumbnail(&large, small, small);
    Ok((webp(&large)?, webp(&small)?))
}

/// The picture, scaled down until its longer side is `side` at most, as JPEG or WebP; [`media_of`] says which.
///
/// # Errors
/// [`Unfit`].
pub fn fitted(file: &[u8], side: u32) -> Result<Bytes, Unfit> {
    let (decoded, orientation) = decode(file)?;
    let mut scaled = match decoded.width().max(decoded.height()) > side {
        true => decoded.thumbnail(side, side),
        false => decoded,
    };
    scaled.apply_orientation(orientation);
    let scaled = scaled.into_rgba8();
    match scaled.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        true => jpeg(scaled),
        false => webp(&scaled),
    }
}

/// The media type of what [`squares`] and [`fitted`] give.
pub fn media_of(picture: &[u8]) -> &'static str {
    match picture.starts_with(&[0xff, 0xd8]) {
        true => "image/jpeg",
        false => "image/webp",
    }
}

fn decoder(file: &[u8]) -> Result<impl ImageDecoder + '_, Unfit> {
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|_| Unfit::Unreadable)?;
    if !matches!(
        reader.format(),
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)
    ) {
        return Err(Unfit::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_BYTES_MAX);
    reader.limits(limits);
    reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => Unfit::Large,
        _ => Unfit::Unreadable,
    })
}

fn decode(file: &[u8]) -> Result<(DynamicImage, Orientation), Unfit> {
    let unreadable = |_| Unfit::Unreadable;
    let mut decoder = decoder(file)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX
        || decoder.total_bytes() > DECODED_BYTES_MAX
    {
        return Err(Unfit::Large);
    }
    let orientation = decoder.orientation().map_err(unreadable)?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok((decoded, orientation))
}

/// The middle of a picture, scaled; the crop is a view, so that a large picture is in memory once.
fn middle(picture: &DynamicImage, side: u32) -> RgbaImage {
    let own = picture.width().min(picture.height());
    let (x, y) = ((picture.width() - own) / 2, (picture.height() - own) / 2);
    let middle = imageops::crop_imm(picture, x, y, own, own);
    imageops::thumbnail(&*middle, side, side)
}

fn webp(picture: &RgbaImage) -> Result<Bytes, Unfit> {
    let mut file = Vec::new();
    picture
        .write_with_encoder(WebPEncoder::new_lossless(&mut file))
        .map_err(|_| Unfit::Unreadable)?;
    Ok(Bytes::from(file))
}

fn jpeg(picture: RgbaImage) -> Result<Bytes, Unfit> {
    let mut file = Vec::new();
    DynamicImage::ImageRgba8(picture)
        .into_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY))
        .map_err(|_| Unfit::Unreadable)?;
    Ok(Bytes::from(file))
}
