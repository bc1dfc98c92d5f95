//! What a picture is written as, by the name of its file: PNG or SVG.

use crate::cli::failure::Failure;
use crate::figure::lines::LineFigure;
use crate::figure::space::SpaceFigure;
use crate::io::output::Output;
use std::path::Path;

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureFormat {
    /// Pixels.
    Png,
    /// Paths and text.
    Svg,
}

impl PictureFormat {
    /// The format that a file name asks for; a name without an extension, and the standard output, are PNG. Another
    /// extension is a mistake worth telling before any work.
    pub(crate) fn of(output: &Path) -> Result<Self, Failure> {
        match output.extension().and_then(|extension| extension.to_str()) {
            Some(extension) if extension.eq_ignore_ascii_case("svg") => Ok(Self::Svg),
            Some(extension) if !extension.eq_ignore_ascii_case("png") => Err(Failure::input(format_args!(
                "a picture is written as .png or .svg, or by `gradgrid plot` as .dzi, not .{extension}; for numbers use `gradgrid eval` with .npy or .csv"
            ))),
            _ => Ok(Self::Png),
        }
    }

    /// Writes a line figure with some words about it.
    pub(crate) fn write_lines(
        self,
        figure: &LineFigure,
        output: Output,
        text: &[(String, String)],
    ) -> Result<(), Failure> {
        let written = match self {
            Self::Png => figure.write_png(output, text)?,
            Self::Svg => figure.write_svg(output, text)?,
        };
        Ok(written.commit()?)
    }

    /// Writes a figure of space with some words about it.
    pub(crate) fn write_space(
        self,
        figure: &SpaceFigure,
        output: Output,
        text: &[(String, String)],
    ) -> Result<(), Failure> {
        let written = match self {
            Self::Png => figure.write_png(output, text)?,
            Self::Svg => figure.write_svg(output, text)?,
        };
        Ok(written.commit()?)
    }
}
