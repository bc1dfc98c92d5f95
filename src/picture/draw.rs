//! The second pass of a picture: colours, piece by piece, through a painter into a file.

use super::{PictureError, Shade};
use crate::figure::Figure;
use crate::io::png::{IndexedPng, PngError, RgbPng};
use crate::request::Prepared;
use crate::tile::watch::Watch;
use std::io::{self, Write};

/// Draws a figure that [`survey`](super::survey) made of the same values as a PNG into `writer`, with these words, and
/// gives it back. With a shade, or marks over the cells, the picture has full colour, else 256 colours.
///
/// # Errors
/// What engine, watch, shade or writer report.
pub fn draw_png<W: Write>(
    prepared: &mut Prepared,
    figure: &Figure,
    shade: Option<&mut dyn Shade>,
    text: &[(String, String)],
    writer: W,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    let (across, down) = figure.size();
    if figure.has_marks() || shade.is_some() {
        let png = RgbPng::new(writer, across, down, text, None)?;
        return colours(prepared, figure, shade, png, watch);
    }
    let mut png = IndexedPng::new(writer, across, down, &figure.palette(), text)?;
    let mut painter = figure.painter();
    let reserved = png.memory() + painter.memory();
    prepared.index_rows(0, &figure.thresholds(), reserved, watch, |rows| {
        painter.paint(rows, &mut |pixels| png.write_rows(pixels).map_err(kept)).map_err(PictureError::from)
    })?;
    Ok(png.finish()?)
}

/// The same in full colour.
fn colours<W: Write>(
    prepared: &mut Prepared,
    figure: &Figure,
    mut shade: Option<&mut dyn Shade>,
    mut png: RgbPng<W>,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    let plain = shade.as_ref().map_or(255, |shade| shade.plain());
    let mut painter = figure.colour_painter().with_plain_shade(plain);
    let reserved = png.memory() + painter.memory();
    let (width, mut first, mut shades) = (prepared.grid().width(), 0, Vec::new());
    prepared.index_rows(0, &figure.thresholds(), reserved, watch, |rows| {
        let count = rows.len() / width;
        if let Some(shade) = &mut shade {
            shade.rows(first, count, &mut shades)?;
        }
        first += count;
        let emit = &mut |pixels: &[u8]| png.write_rows(pixels).map_err(kept);
        painter.paint(rows, &shades, emit).map_err(PictureError::from)
    })?;
    Ok(png.finish()?)
}

/// The error of the destination as it was, so that its kind is not lost.
fn kept(error: PngError) -> io::Error {
    match error {
        PngError::Write(error) => error,
        other => io::Error::other(other),
    }
}
