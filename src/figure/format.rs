//! What a figure is written as: pixels, or paths and text.

use crate::io::png::PngError;
use std::io::Write;

/// The format of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PictureFormat {
    /// Pixels.
    #[default]
    Png,
    /// Paths and text; cells and surfaces are embedded pixels.
    Svg,
}

/// A figure that holds all that it shows.
pub trait WriteFigure {
    /// Writes the figure as a PNG file with some words about it, and gives the writer back.
    ///
    /// # Errors
    /// What the destination says.
    fn write_png<W: Write>(&self, writer: W, text: &[(String, String)]) -> Result<W, PngError>;

    /// Writes the figure as SVG with some words about it, and gives the writer back.
    ///
    /// # Errors
    /// What the destination says.
    fn write_svg<W: Write>(&self, writer: W, text: &[(String, String)]) -> Result<W, PngError>;

    /// Writes the figure in a format, with some words about it, and gives the writer back.
    ///
    /// # Errors
    /// What the destination says.
    fn write<W: Write>(&self, format: PictureFormat, writer: W, text: &[(String, String)]) -> Result<W, PngError> {
        match format {
            PictureFormat::Png => self.write_png(writer, text),
            PictureFormat::Svg => self.write_svg(writer, text),
        }
    }
}
