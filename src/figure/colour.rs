//! Draws a scene as rows of RGB pixels: cells that may be shaded, with marks blended over them.
//!
//! The cells and all that stands around them are drawn as palette indices ([`Painter`]) and looked up; then come the
//! marks over the cells, in their order, each mixed with what is there as plain sRGB values, pixel by pixel. A colour is
//! rounded once per mark.
//!
//! **Practice.** A mark may have a million segments. Each knows by an index ([`Stripes`]) which of them touch a stripe
//! of 32 rows, and the stripes of a block are drawn on all cores. A stroke covers a pixel by the most that one of its
//! segments covers ([`super::stroke`]), a fill by the exact area ([`super::fill`]), a label by the area of its outlines.
//!
//! What is drawn in a row depends on nothing but the row, so the bytes do not depend on how many rows come at once.
//!
//! **Edges**: cells without a value are not shaded; marks are cut to their box and to the page.

use super::fill::{Rule, fill};
use super::layout::float;
use super::outline::outlines;
use super::palette::{self, Theme, mix};
use super::raster::{FAINT, Painter, end_level, level_of_row};
use super::scene::{Area, Brush, Colour, Mark, Paint, Scene, triangle};
use super::stripes::{STRIPE, Stripes, segment};
use super::stroke::{dot, reach, stroke_segments};
use super::text::{Pen, Rows};
use rayon::prelude::*;
use std::borrow::Cow;
use std::io;
use std::ops::Range;

/// Pixels in a block of rows: some stripes for each core.
const BLOCK: i64 = 4 << 20;
/// How far the halo of a label reaches around its letters, in em.
pub(super) const HALO: f64 = 0.16;

type Paths = Vec<Vec<(f64, f64)>>;
/// A colour and how opaque it is.
type Ink = ([u8; 3], f64);

/// Takes rows of cells and gives rows of RGB pixels.
#[derive(Debug)]
pub struct ColourPainter<'a> {
    base: Painter<'a>,
    ground: Ground,
    over: Vec<Layer<'a>>,
    theme: Theme,
    /// Rows of the picture that have been given.
    rows: i64,
    pixels: Vec<u8>,
}

/// What the marks lie on.
#[derive(Debug)]
struct Ground {
    width: usize,
    cells: Area,
    magnify: i64,
    /// A colour for every index.
    colours: Vec<[u8; 3]>,
    /// The shade that leaves a colour as it is.
    plain: u8,
}

/// A mark as it is drawn: text has become outlines, paths have an index.
#[derive(Debug)]
enum Layer<'a> {
    Stroke { paths: Cow<'a, Paths>, index: Stripes, width: f64, brush: Brush },
    Fill { paths: Cow<'a, Paths>, index: Stripes, rule: Rule, brush: Brush },
    Other(&'a Mark),
}

/// What is kept from mark to mark.
#[derive(Debug, Default)]
struct Tools {
    pen: Pen,
    shares: Vec<f32>,
    sums: Vec<f64>,
}

impl<'a> ColourPainter<'a> {
    /// A painter at the top of the picture; `colours` are those of its palette.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row fits in memory")]
    pub fn new(scene: &'a Scene, colours: &[[u8; 3]], theme: Theme) -> Self {
        let page = Area { x: 0, y: 0, width: scene.width, height: scene.height };
        let mut all = colours.to_vec();
        all.resize(256, theme.paper());
        let (width, cells, magnify) = (scene.width as usize, scene.cells, scene.magnify);
        Self {
            base: Painter::new(scene).in_blocks_of(BLOCK),
            over: scene.over.par_iter().flat_map_iter(|mark| layers(mark, &page, &all)).collect(),
            ground: Ground { width, cells, magnify, colours: all, plain: 255 },
            theme,
            rows: 0,
            pixels: Vec::new(),
        }
    }

    /// With shades of which this one, not 0, leaves a colour as it is.
    #[must_use]
    pub fn with_plain_shade(mut self, plain: u8) -> Self {
        self.ground.plain = plain.max(1);
        self
    }

    /// Bytes of memory that the index of the marks and a block take.
    #[must_use]
    pub fn memory(&self) -> usize {
        let index: usize = self.over.iter().map(Layer::memory).sum();
        let block = self.base.memory();
        index + 4 * block
    }

    /// Takes the next whole rows of cells, top row first, with a byte of shade for each, for each of their pixels or none at all,
    /// and hands to `emit` all picture rows that are now known.
    pub fn paint(
        &mut self,
        cells: &[u8],
        shade: &[u8],
        emit: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let magnify = usize::try_from(self.ground.magnify).unwrap_or(1);
        if !shade.is_empty() && ![cells.len(), cells.len() * magnify * magnify].contains(&shade.len()) {
            let (shades, cells) = (shade.len(), cells.len());
            let message = format!("{shades} bytes of shade for {cells} cells");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let first = self.base.cell_rows();
        let Self { base, ground, over, theme, rows, pixels } = self;
        let width = ground.width;
        let per_pixel = shade.len() > cells.len();
        let shade = Light { first, bytes: shade, per_pixel };
        let most = usize::try_from(base.rows_of_block()).unwrap_or(1) * width;
        base.paint(cells, &mut |indices| {
            for indices in indices.chunks(most) {
                let to = *rows + (indices.len() / width).cast_signed() as i64;
                pixels.resize(3 * indices.len(), 0);
                let mut stripes = cut(*rows..to, width, indices, pixels);
                stripes.par_iter_mut().for_each_init(Tools::default, |tools, (rows, indices, pixels)| {
                    ground.draw(rows.clone(), indices, shade, pixels);
                    let mut canvas = Canvas { pixels, ground, theme: *theme, rows: rows.clone() };
                    over.iter().for_each(|layer| canvas.draw(layer, tools));
                });
                drop(stripes);
                *rows = to;
                emit(pixels)?;
            }
            Ok(())
        })
    }
}

/// Rows that lie in one stripe, with their indices and pixels.
type Part<'a> = (Range<i64>, &'a [u8], &'a mut [u8]);

/// Cuts rows at the edges of stripes.
fn cut<'a>(rows: Range<i64>, width: usize, mut indices: &'a [u8], mut pixels: &'a mut [u8]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut from = rows.start;
    while from < rows.end {
        let to = ((from.div_euclid(STRIPE) + 1) * STRIPE).min(rows.end);
        let length = usize::try_from(to - from).unwrap_or(0) * width;
        let (here, rest) = indices.split_at(length);
        let (drawn, left) = pixels.split_at_mut(3 * length);
        parts.push((from..to, here, drawn));
        (indices, pixels, from) = (rest, left, to);
    }
    parts
}

/// What a mark is drawn as.
fn layers<'a>(mark: &'a Mark, page: &Area, colours: &[[u8; 3]]) -> Vec<Layer<'a>> {
    let stroked = |paths: Cow<'a, Paths>, closed: bool, width: f64, brush: Brush, clip: &Area| {
        let index = Stripes::new(&paths, closed, reach(width), &clip.meet(page));
        Layer::Stroke { paths, index, width, brush }
    };
    let filled = |paths: Cow<'a, Paths>, rule: Rule, brush: Brush, clip: &Area| {
        let index = Stripes::new(&paths, true, 0.0, &clip.meet(page));
        Layer::Fill { paths, index, rule, brush }
    };
    match mark {
        Mark::Stroke { paths, width, brush, clip } => {
            vec![stroked(Cow::Borrowed(paths), false, *width, *brush, clip)]
        }
        Mark::Fill { paths, brush, clip } => vec![filled(Cow::Borrowed(paths), Rule::EvenOdd, *brush, clip)],
        Mark::Label { text, size, at, angle, brush, halo } => {
            let paths = outlines(text, *size, *at, *angle);
            let around = halo.map(|halo| stroked(Cow::Owned(paths.clone()), true, 2.0 * HALO * size, halo, page));
            around.into_iter().chain([filled(Cow::Owned(paths), Rule::Winding, *brush, page)]).collect()
        }
        Mark::Tip { area, up, thickness } => {
            let triangle = vec![triangle(area, *up)];
            let level = Colour::Rgb(colours[usize::from(end_level(*up))]);
            let brush = |colour| Brush { colour, strength: 1.0 };
            vec![
                stroked(Cow::Owned(triangle.clone()), false, 2.0 * float(*thickness), brush(Colour::Ink), page),
                filled(Cow::Owned(triangle), Rule::EvenOdd, brush(level), page),
            ]
        }
        Mark::Box(..) | Mark::Levels(..) | Mark::Text { .. } | Mark::Dot { .. } | Mark::Image { .. } => {
            vec![Layer::Other(mark)]
        }
    }
}

impl Layer<'_> {
    fn memory(&self) -> usize {
        match self {
            Self::Stroke { index, .. } | Self::Fill { index, .. } => index.memory(),
            Self::Other(_) => 0,
        }
    }
}

/// Bytes of shade from the cell row `first` on.
#[derive(Clone, Copy)]
struct Light<'a> {
    first: i64,
    bytes: &'a [u8],
    /// One for each pixel of the cells, else one for each cell.
    per_pixel: bool,
}

impl Ground {
    /// Looks colours up and shades the cells.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places in a block")]
    fn draw(&self, rows: Range<i64>, indices: &[u8], shade: Light<'_>, pixels: &mut [u8]) {
        for (pixel, &index) in pixels.chunks_exact_mut(3).zip(indices) {
            pixel.copy_from_slice(&self.colours[usize::from(index)]);
        }
        if shade.bytes.is_empty() {
            return;
        }
        // Pixels that share a byte, down and across.
        let share = if shade.per_pixel { 1 } else { self.magnify };
        let (side, left, width) = (share as usize, self.cells.x as usize, self.cells.width as usize);
        let across = width / side;
        for (k, y) in rows.enumerate() {
            if y < self.cells.y || y >= self.cells.bottom() {
                continue;
            }
            let line = ((y - self.cells.y - shade.first * self.magnify) / share) as usize * across;
            let start = k * self.width + left;
            let inside = start..start + width;
            let row = pixels[3 * inside.start..3 * inside.end].chunks_exact_mut(3 * side);
            let cells = indices[inside].chunks_exact(side);
            for ((pixels, cell), &byte) in row.zip(cells).zip(&shade.bytes[line..line + across]) {
                if cell[0] != 0 && byte != self.plain {
                    for part in pixels {
                        *part = shaded(*part, byte, self.plain);
                    }
                }
            }
        }
    }
}

/// A part of a colour under a shade, rounded.
fn shaded(part: u8, shade: u8, plain: u8) -> u8 {
    let (shade, plain) = (u16::from(shade), u16::from(plain));
    u8::try_from((u16::from(part) * shade + plain / 2) / plain).unwrap_or(u8::MAX)
}

/// Rows of one stripe.
struct Canvas<'a> {
    pixels: &'a mut [u8],
    ground: &'a Ground,
    theme: Theme,
    rows: Range<i64>,
}

impl Canvas<'_> {
    fn draw(&mut self, layer: &Layer<'_>, tools: &mut Tools) {
        match layer {
            Layer::Stroke { paths, index, width, brush } => {
                let (window, paint) = (self.window(&index.bounds()), self.paint(brush));
                let segments = index.touching(self.rows.clone()).map(|piece| segment(paths, piece));
                let set = &mut |x, y, share| self.blend(x, y, paint, share);
                stroke_segments(segments, *width, &window, &mut tools.shares, set);
            }
            Layer::Fill { paths, index, rule, brush } => {
                let (window, paint) = (self.window(&index.bounds()), self.paint(brush));
                let edges = index.touching(self.rows.clone()).map(|piece| segment(paths, piece));
                let set = &mut |x, y, share| self.blend(x, y, paint, share);
                fill(edges, *rule, &window, &mut tools.sums, set);
            }
            Layer::Other(mark) => {
                let (first, after) = mark.rows();
                if first < self.rows.end && after > self.rows.start {
                    self.simple(mark, tools);
                }
            }
        }
    }

    /// Marks that are drawn as they are.
    fn simple(&mut self, mark: &Mark, tools: &mut Tools) {
        let page = self.page();
        match mark {
            Mark::Box(area, paint) => {
                let (ink, paper) = (self.theme.ink(), self.theme.paper());
                let paint = match paint {
                    Paint::Ink => (ink, 1.0),
                    Paint::Faint => (ink, FAINT),
                    Paint::Paper => (paper, 1.0),
                    Paint::NoData => (self.ground.colours[0], 1.0),
                };
                self.each_pixel(&area.meet(&page), |_| paint);
            }
            Mark::Levels(area, levels) => {
                let ground = self.ground;
                let level = |y| (ground.colours[usize::from(level_of_row(area, *levels, y))], 1.0);
                self.each_pixel(&area.meet(&page), level);
            }
            Mark::Text { line, strength } => {
                let (ink, rows) = (self.theme.ink(), Rows { from: self.rows.start, to: self.rows.end });
                tools.pen.draw(line, rows, &mut |x, y, coverage| {
                    self.blend(x, y, (ink, *strength), f64::from(coverage) / 255.0);
                });
            }
            Mark::Image { area, pixels } => self.image(area, pixels),
            Mark::Dot { at, radius, shape, brush } => {
                let paint = self.paint(brush);
                dot(*shape, *at, *radius, &page, &mut |x, y, share| self.blend(x, y, paint, share));
            }
            // These were turned into layers of their own.
            Mark::Stroke { .. } | Mark::Fill { .. } | Mark::Label { .. } | Mark::Tip { .. } => {}
        }
    }

    /// The rows of an image that lie here.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the image")]
    fn image(&mut self, area: &Area, pixels: &[u8]) {
        let part = self.window(area);
        for y in part.y..part.bottom() {
            for x in part.x..part.right() {
                let place = 4 * ((y - area.y) * area.width + (x - area.x)) as usize;
                if let Some([r, g, b, opacity]) = pixels.get(place..).and_then(<[u8]>::first_chunk::<4>) {
                    self.blend(x, y, ([*r, *g, *b], 1.0), f64::from(*opacity) / 255.0);
                }
            }
        }
    }

    fn paint(&self, brush: &Brush) -> Ink {
        (palette::colour(brush.colour, self.theme), brush.strength)
    }

    /// The part of the page that these rows are.
    fn page(&self) -> Area {
        let width = self.ground.width.cast_signed() as i64;
        Area { x: 0, y: self.rows.start, width, height: self.rows.end - self.rows.start }
    }

    /// The part of a box that lies in these rows.
    fn window(&self, area: &Area) -> Area {
        area.meet(&self.page())
    }

    fn each_pixel(&mut self, area: &Area, paint: impl Fn(i64) -> Ink) {
        for y in area.y..area.bottom() {
            let paint = paint(y);
            (area.x..area.right()).for_each(|x| self.blend(x, y, paint, 1.0));
        }
    }

    /// Mixes a pixel with a colour that covers a share of it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the rows")]
    fn blend(&mut self, x: i64, y: i64, (colour, strength): Ink, share: f64) {
        let width = self.ground.width;
        if (0..width.cast_signed() as i64).contains(&x) && self.rows.contains(&y) {
            let place = 3 * ((y - self.rows.start) as usize * width + x as usize);
            if let Some(pixel) = self.pixels.get_mut(place..).and_then(<[u8]>::first_chunk_mut::<3>) {
                *pixel = mix(*pixel, colour, (share * strength).clamp(0.0, 1.0));
            }
        }
    }
}

#[cfg(test)]
mod tests;
