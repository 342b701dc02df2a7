use image::RgbaImage;

use super::*;
use crate::samples::{Format, bomb, deep, file, overhanging};

const LARGE: u32 = 256;
const SMALL: u32 = 64;

#[test]
fn pictures_become_squares_of_both_sizes() {
    for format in [Format::Png, Format::Jpeg, Format::WebP, Format::Gif] {
        let (large, small) = squares(&file(400, 100, format), LARGE, SMALL).unwrap();
        for (bytes, side) in [(&large, LARGE), (&small, SMALL)] {
            assert_eq!(media_of(bytes), "image/webp");
            let read = image::load_from_memory_with_format(bytes, ImageFormat::WebP).unwrap();
            assert_eq!((read.width(), read.height()), (side, side));
            assert!(read.to_rgb8().get_pixel(2, 2)[0] > 150, "the left is red");
        }
    }
    assert!(squares(&file(1, 1, Format::Png), LARGE, SMALL).is_ok());
}

#[test]
fn thumbnails_keep_the_shape_and_never_grow() {
    for (width, height, shown) in [
        (960, 240, (480, 120)),
        (30, 90, (30, 90)),
        (9, 4_800, (1, 480)),
    ] {
        let thumbnail = fitted(&file(width, height, Format::Png), 480).unwrap();
        assert_eq!(media_of(&thumbnail), "image/jpeg");
        let read = image::load_from_memory(&thumbnail).unwrap();
        assert_eq!((read.width(), read.height()), shown);
    }
    let mut pane = RgbaImage::from_pixel(600, 300, image::Rgba([0, 0, 0, 255]));
    pane.put_pixel(5, 5, image::Rgba([0, 0, 0, 0]));
    let mut file = Cursor::new(Vec::new());
    pane.write_to(&mut file, ImageFormat::Png).unwrap();
    let thumbnail = fitted(&file.into_inner(), 480).unwrap();
    assert_eq!(media_of(&thumbnail), "image/webp", "it lets light through");
}

#[test]
fn a_header_is_enough_to_measure() {
    let size = |width, height| Ok(Size { width, height });
    for format in [Format::Png, Format::Jpeg, Format::WebP, Format::Gif] {
        assert_eq!(measure(&file(40, 10, format)), size(40, 10));
    }
    assert_eq!(measure(&deep()), size(5_000, 5_000));
    for other in [&b"GIF89a\x03"[..], b"", b"<svg width='3' height='4'/>"] {
        assert_eq!(measure(other), Err(Unfit::Unreadable));
    }
}

#[test]
fn bombs_and_other_files_are_refused() {
    let read = |file: &[u8]| (squares(file, LARGE, SMALL).err(), fitted(file, 480).err());
    let screen =
        b"GIF89a\xff\xff\xff\xff\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;".to_vec();
    for large in [bomb(), deep(), screen] {
        assert_eq!(read(&large), (Some(Unfit::Large), Some(Unfit::Large)));
    }
    let mut cut = file(64, 64, Format::Png);
    cut.truncate(cut.len() / 2);
    for other in [
        &b""[..],
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        &overhanging(),
        &cut,
    ] {
        let unreadable = Some(Unfit::Unreadable);
        assert_eq!(read(other), (unreadable, unreadable));
    }
}
