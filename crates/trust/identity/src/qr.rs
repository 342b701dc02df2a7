//! A text as a QR code (ISO/IEC 18004), drawn in SVG.

use std::fmt::Write;

use base::{Context, Result};
use qrcodegen::{QrCode, QrCodeEcc};

/// Four empty modules around it, as the standard asks.
const BORDER: i32 = 4;

/// The picture: black on white whatever the theme, since scanners expect it so.
///
/// # Errors
/// A fault when the text is longer than a code holds, about 2,300 bytes.
pub(crate) fn svg(text: &str) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).context("drawing a QR code")?;
    let side = code.size() + 2 * BORDER;
    let mut path = String::new();
    let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    for (x, y) in modules.filter(|(x, y)| code.get_module(*x, *y)) {
        write!(path, "M{},{}h1v1h-1z", x + BORDER, y + BORDER).context("drawing a module")?;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_picture_without_anything_that_runs() {
        let svg = svg("otpauth://totp/Office:ana%40example.org?secret=ABC").unwrap();
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>"));
        assert!(!svg.contains("script") && !svg.contains("otpauth"));
        assert!(super::svg(&"x".repeat(5_000)).is_err());
    }
}
