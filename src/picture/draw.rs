//! The second pass of a picture: colours, piece by piece, through a painter into a file.

use super::{PictureError, Shade};
use crate::figure::svg::{Page, Svg};
use crate::figure::{ColourPainter, Figure, Painter, PictureFormat};
use crate::io::png::{IndexedPng, PngError, RgbPng};
use crate::request::Prepared;
use crate::tile::watch::Watch;
use std::io::{self, Write};

/// Draws a figure that [`survey`](super::survey) made of the same values into `writer`, with these words, and gives it back.
///
/// # Errors
/// What engine, watch, shade or writer report.
pub fn draw<W: Write>(
    prepared: &mut Prepared,
    figure: &Figure,
    format: PictureFormat,
    shade: Option<&mut dyn Shade>,
    text: &[(String, String)],
    writer: W,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    match format {
        PictureFormat::Png => draw_png(prepared, figure, shade, text, writer, watch),
        PictureFormat::Svg => draw_svg(prepared, figure, shade, text, writer, watch),
    }
}

/// As PNG: with a shade, or marks over the cells, in full colour, else in 256 colours.
fn draw_png<W: Write>(
    prepared: &mut Prepared,
    figure: &Figure,
    shade: Option<&mut dyn Shade>,
    text: &[(String, String)],
    writer: W,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    let (across, down) = figure.size();
    let dpi = figure.spec().dpi;
    if figure.has_marks() || shade.is_some() {
        let png = RgbPng::new(writer, across, down, text, dpi)?;
        return colours(prepared, (figure, figure.colour_painter()), shade, png, watch);
    }
    let png = IndexedPng::with_density(writer, across, down, &figure.palette(), text, dpi)?;
    indices(prepared, (figure, figure.painter()), png, watch)
}

/// The pixels of a picture of 256 colours.
fn indices<W: Write>(
    prepared: &mut Prepared,
    (figure, mut painter): (&Figure, Painter<'_>),
    mut png: IndexedPng<W>,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    let reserved = png.memory() + painter.memory();
    prepared.index_rows(0, &figure.thresholds(), reserved, watch, |rows| {
        painter.paint(rows, &mut |pixels| png.write_rows(pixels).map_err(kept)).map_err(PictureError::from)
    })?;
    Ok(png.finish()?)
}

/// The pixels of a picture in full colour.
fn colours<W: Write>(
    prepared: &mut Prepared,
    (figure, mut painter): (&Figure, ColourPainter<'_>),
    mut shade: Option<&mut dyn Shade>,
    mut png: RgbPng<W>,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    if let Some(shade) = &shade {
        painter = painter.with_plain_shade(shade.plain());
    }
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

/// As SVG: the cells as an embedded PNG of the same pixels, all else as paths and text.
fn draw_svg<W: Write>(
    prepared: &mut Prepared,
    figure: &Figure,
    shade: Option<&mut dyn Shade>,
    text: &[(String, String)],
    writer: W,
    watch: &mut dyn Watch,
) -> Result<W, PictureError> {
    let (scene, spec, palette) = (figure.scene(), figure.spec(), figure.palette());
    let page = Page { size: (scene.width, scene.height), theme: spec.theme, colours: &palette, dpi: spec.dpi, text };
    let cells = Svg::new(writer, page)?.embed(&scene.cells)?;
    let bare = figure.cells_alone();
    let side = |pixels: i64| u32::try_from(pixels).unwrap_or(u32::MAX);
    let (across, down) = (side(bare.width), side(bare.height));
    let cells = if shade.is_some() {
        let painter = ColourPainter::new(&bare, &palette, spec.theme);
        let png = RgbPng::new(cells, across, down, &[], None)?;
        colours(prepared, (figure, painter), shade, png, watch)?
    } else {
        let png = IndexedPng::new(cells, across, down, &palette, &[])?;
        indices(prepared, (figure, Painter::new(&bare)), png, watch)?
    };
    Ok(cells.finish()?.marks(&scene.marks)?.marks(&scene.over)?.finish()?)
}

/// The error of the destination as it was, so that its kind is not lost.
fn kept(error: PngError) -> io::Error {
    match error {
        PngError::Write(error) => error,
        other => io::Error::other(other),
    }
}
