//! Pictures for tests.
#![expect(clippy::unwrap_used, reason = "samples fail loudly")]

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// The formats that are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
    WebP,
    Gif,
}

/// A picture of this size, the left half red and the right half blue.
pub fn file(width: u32, height: u32, format: Format) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| match x < width / 2 {
        true => Rgb([200, 0, 0]),
        false => Rgb([0, 0, 200]),
    });
    let format = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::WebP => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
    };
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// The header of a lossless WebP that promises 16,000 by 16,000 pixels (1 GB of memory) in 30 bytes.
pub fn bomb() -> Vec<u8> {
    let mut file = b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f".to_vec();
    file.extend_from_slice(&(15_999_u32 | (15_999 << 14)).to_le_bytes());
    file.extend_from_slice(&[0; 5]);
    file
}

/// A GIF of one pixel whose only frame promises 65,535 by 65,535 of them (17 GB of memory).
pub fn overhanging() -> Vec<u8> {
    let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    file.extend_from_slice(b"\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0;");
    file
}

/// The beginning of a PNG of 25 megapixels with 16 bits for each of four colours: 200 MB in memory.
pub fn deep() -> Vec<u8> {
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x13\x88\x00\x00\x13\x88\
      \x10\x06\x00\x00\x00\x0d\x08\x5b\x88\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\x60\xa0\x0c\x00\
      \x00\x00\x40\x00\x01\xb7\x34\x7c\xef"
        .to_vec()
}
