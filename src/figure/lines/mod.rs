//! Line figures: series of points over two axes, linear or logarithmic, with markers, theory curves and a legend.
//!
//! A figure is data ([`LineFigureSpec`]). [`LineFigure::new`] gives everything its place by the same rules as for
//! heatmaps (letters, ticks, margins), and [`LineFigure::paint`] draws it a block of rows at a time in 256 colours.
//!
//! Edge cases: a point that an axis cannot show (NaN, infinite, zero or negative on a logarithmic axis) interrupts its
//! line; a y of exactly zero on a logarithmic axis is shown as an open marker on the lower edge, as “below everything”.
//! Lines are cut at the frame, markers outside of it are left out. Axes without a range take that of the points.
//!
//! The legend stands in the first of eight places inside the frame where it covers no point and no line, or on the
//! right of the frame if there is none.
//!
//! Limits: seven colours, then they repeat; series are told apart by the shape of their markers too.

mod layout;
mod legend;
mod panels;
mod path;

use super::palette;
use super::scale::Scale;
use super::scene::{Colour, Scene, Shape};
use super::svg::{Page, Svg};
use super::{Figure, FigureError, Painter, Theme, WriteFigure};
use crate::io::png::{IndexedPng, PngError};
use std::io::{self, Write};

/// One axis of a line figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineAxis {
    /// What is written along it; may be empty.
    pub label: String,
    /// The values at its ends; `None` takes those of the points.
    pub range: Option<(f64, f64)>,
    /// How values are spread over it.
    pub scale: Scale,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Its colour.
    pub colour: Colour,
    /// Thickness of the line as a share of an ordinary one; 0 draws none.
    pub width: f64,
    /// Whether the line is dashed.
    pub dashed: bool,
    /// How opaque it is, 0 to 1.
    pub strength: f64,
    /// The form of its markers; `None` draws none.
    pub marker: Option<Shape>,
}

impl Style {
    /// A line with markers, in the colour number `series`.
    pub fn marked(series: usize) -> Self {
        let marker = [Shape::Disc, Shape::Square, Shape::Diamond][series % 3];
        Self { marker: Some(marker), ..Self::line(Colour::Series(series)) }
    }

    /// A line without markers.
    pub fn line(colour: Colour) -> Self {
        Self { colour, width: 1.0, dashed: false, strength: 1.0, marker: None }
    }

    /// A dashed line.
    pub fn dashed(colour: Colour) -> Self {
        Self { dashed: true, ..Self::line(colour) }
    }

    /// A thin, pale line: what is expected, behind what was measured.
    pub fn faint(colour: Colour) -> Self {
        Self { width: 0.6, strength: 0.45, ..Self::line(colour) }
    }
}

/// Points that are joined by a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What the legend calls it; empty leaves it out of the legend.
    pub label: String,
    /// The points in the order in which they are joined.
    pub points: Vec<(f64, f64)>,
    /// How it is drawn.
    pub style: Style,
}

/// Where the legend goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legend {
    /// Inside the frame where nothing is covered, else on the right.
    #[default]
    Auto,
    /// On the right of the frame.
    Right,
    /// Nowhere.
    None,
}

/// Everything that a line figure shows.
#[derive(Clone, Debug, PartialEq)]
pub struct LineFigureSpec {
    /// Pixels inside the frame, across and down.
    pub size: (u32, u32),
    /// The heading; may be empty.
    pub title: String,
    /// A smaller line under the heading; may be empty.
    pub subtitle: String,
    /// The horizontal axis.
    pub x: LineAxis,
    /// The vertical axis.
    pub y: LineAxis,
    /// What is drawn, the last on top.
    pub series: Vec<Series>,
    /// Where the legend goes.
    pub legend: Legend,
    /// Whether the numbers of x stand under a panel below, see [`LineFigure::over`].
    pub shares_x: bool,
    /// Dark on light or light on dark.
    pub theme: Theme,
}

impl Default for LineFigureSpec {
    fn default() -> Self {
        Self {
            size: (880, 560),
            title: String::new(),
            subtitle: String::new(),
            x: LineAxis::default(),
            y: LineAxis::default(),
            series: Vec::new(),
            legend: Legend::default(),
            shares_x: false,
            theme: Theme::default(),
        }
    }
}

/// A line figure with everything in its place, ready to be painted.
#[derive(Clone, Debug)]
pub struct LineFigure {
    scene: Scene,
    theme: Theme,
}

impl LineFigure {
    /// Checks the spec and lays the figure out.
    pub fn new(spec: &LineFigureSpec) -> Result<Self, FigureError> {
        let (width, height) = spec.size;
        if width == 0 || height == 0 {
            return Err(FigureError::Empty { width, height });
        }
        let (x, y) = (ends(&spec.x, spec, |point| point.0)?, ends(&spec.y, spec, |point| point.1)?);
        let scene = layout::layout(spec, x, y);
        if scene.width.max(scene.height) > Figure::LONGEST_SIDE {
            return Err(FigureError::TooLarge { width: scene.width, height: scene.height });
        }
        Ok(Self { scene, theme: spec.theme })
    }

    /// Pixels across and down.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and LONGEST_SIDE")]
    pub fn size(&self) -> (u32, u32) {
        (self.scene.width as u32, self.scene.height as u32)
    }

    /// The colours of the picture's indices.
    pub fn palette(&self) -> Vec<[u8; 3]> {
        palette::line_colours(self.theme)
    }

    /// Where everything is, for other back-ends.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Hands all rows of palette indices to `emit`, top row first, some rows at a time.
    pub fn paint(&self, emit: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        /// Rows of paper given to the painter at once.
        const ROWS: i64 = 64;
        let frame = self.scene.cells;
        let mut painter = Painter::blending(&self.scene, self.palette());
        let mut row = 0;
        while row < frame.height {
            let rows = ROWS.min(frame.height - row);
            let pixels = usize::try_from(rows * frame.width).map_err(io::Error::other)?;
            painter.paint(&vec![palette::paper(); pixels], emit)?;
            row += rows;
        }
        Ok(())
    }
}

impl WriteFigure for LineFigure {
    fn write_png<W: Write>(&self, writer: W, text: &[(String, String)]) -> Result<W, PngError> {
        let (width, height) = self.size();
        let mut png = IndexedPng::new(writer, width, height, &self.palette(), text)?;
        let said = |error: PngError| match error {
            PngError::Write(error) => error,
            other => io::Error::other(other),
        };
        self.paint(&mut |rows| png.write_rows(rows).map_err(said))?;
        png.finish()
    }

    fn write_svg<W: Write>(&self, writer: W, text: &[(String, String)]) -> Result<W, PngError> {
        let size = (self.scene.width, self.scene.height);
        let page = Page { size, theme: self.theme, colours: &self.palette(), dpi: None, text };
        Ok(Svg::new(writer, page)?.marks(&self.scene.marks)?.marks(&self.scene.over)?.finish()?)
    }
}

/// The values at the ends of an axis: those given, or those of the points with some air.
fn ends(axis: &LineAxis, spec: &LineFigureSpec, of: impl Fn(&(f64, f64)) -> f64) -> Result<(f64, f64), FigureError> {
    if let Some((lo, hi)) = axis.range {
        return Ok(axis.scale.range(lo, hi)?);
    }
    /// Air beyond the outermost points, as a share of the axis.
    const AIR: f64 = 0.035;
    let shown = |value: &f64| value.is_finite() && (axis.scale != Scale::Log || *value > 0.0);
    let values = || spec.series.iter().flat_map(|series| &series.points).map(&of).filter(shown);
    let (lo, hi) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if lo > hi {
        // No point at all: any range will do.
        return Ok(if axis.scale == Scale::Log { (1.0, 10.0) } else { (0.0, 1.0) });
    }
    let (lo, hi) = axis.scale.range(lo, hi)?;
    let (from, to) = (axis.scale.inverse(-AIR, lo, hi), axis.scale.inverse(1.0 + AIR, lo, hi));
    let fits = from.is_finite() && to.is_finite() && shown(&from) && from < lo && to > hi;
    Ok(if fits { (from, to) } else { (lo, hi) })
}

#[cfg(test)]
mod tests;
