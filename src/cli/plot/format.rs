//! What a picture is written as, by the name of its file: PNG or SVG.

use crate::cli::failure::Failure;
use crate::figure::PictureFormat;
use std::path::Path;

/// The format that a file name asks for; a name without an extension, and the standard output, are PNG. Another
/// extension is a mistake worth telling before any work.
pub(crate) fn picture_format(output: &Path) -> Result<PictureFormat, Failure> {
    match output.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("svg") => Ok(PictureFormat::Svg),
        Some(extension) if !extension.eq_ignore_ascii_case("png") => Err(Failure::input(format_args!(
            "a picture is written as .png or .svg, or by `gradgrid plot` as .dzi, not .{extension}; for numbers use `gradgrid eval` with .npy or .csv"
        ))),
        _ => Ok(PictureFormat::Png),
    }
}
