//! Figures of space: a box with its three axes, and in it an image that something else has rendered for its camera.
//!
//! A figure is data ([`SpaceSpec`]). [`SpaceFigure::new`] places the title, the box, its ticks and labels, the colour bar and the legend, and
//! then knows the [`Camera`]; what is rendered for [`SpaceFigure::room`] is given back with [`SpaceFigure::add_image`].
//!
//! From back to front: the three sides of the box that are seen from inside, with lines at their ticks; the image; the axes. An axis is drawn along
//! an edge of the box that belongs to the outline as it is seen, x and y along the lower ones and z along the left one, so that nothing in the box
//! lies over its numbers.
//!
//! Edge cases: an axis that is seen end on has no ticks; equal ends of an axis are refused.

mod axes;
pub mod camera;

pub use camera::{Camera, Seen};

use super::fit::Axis;
use super::layout::{Page, Sizes, ceil, float};
use super::palette;
use super::scale::Scale;
use super::scene::{Area, Brush, Colour, Mark, Scene};
use super::svg::{self, Svg};
use super::{ColourPainter, Figure, FigureAxis, FigureError, FigureSpec, Theme, WriteFigure};
use crate::color::Colormap;
use crate::io::png::{PngError, RgbPng};
use std::io::{self, Write};
use std::sync::Arc;

/// What the colours of an image mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What is written along the colour bar.
    pub label: String,
    /// The colours.
    pub colormap: Colormap,
    /// The values of the first and the last colour.
    pub range: (f64, f64),
}

/// Everything that a figure of space shows but the image.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceSpec {
    /// Pixels of the image with the box and its labels, across and down.
    pub size: (u32, u32),
    /// The heading; may be empty.
    pub title: String,
    /// The three axes: labels and ends.
    pub axes: [FigureAxis; 3],
    /// Azimuth and elevation of the camera, in degrees.
    pub view: (f64, f64),
    /// The colour bar, if there is one.
    pub bar: Option<Bar>,
    /// Names and colours, shown beside the box if there are several.
    pub legend: Vec<(String, [u8; 3])>,
    /// Dark on light or light on dark.
    pub theme: Theme,
    /// The image alone.
    pub bare: bool,
    /// Pixels per inch, by which letters and lines have their size; `None` lets them grow with the picture.
    pub dpi: Option<f64>,
}

/// A figure of space with everything in its place.
#[derive(Clone, Debug)]
pub struct SpaceFigure {
    scene: Scene,
    /// Marks in front of the image.
    front: Vec<Mark>,
    camera: Camera,
    colours: Vec<[u8; 3]>,
    theme: Theme,
    dpi: Option<f64>,
}

/// The angles from which surfaces are seen as a rule.
pub const VIEW: (f64, f64) = (-57.0, 24.0);

impl SpaceFigure {
    /// Checks the spec and lays the figure out.
    ///
    /// # Errors
    /// No pixels, too many, too few or too many per inch, or an axis without extent.
    pub fn new(spec: &SpaceSpec) -> Result<Self, FigureError> {
        let (across, down) = spec.size;
        if across == 0 || down == 0 {
            return Err(FigureError::Empty { width: across, height: down });
        }
        Figure::check_dpi(spec.dpi)?;
        for FigureAxis { label, min, max } in &spec.axes {
            if !((max - min).is_finite() && max > min) {
                return Err(FigureError::Axis { label: label.clone(), min: *min, max: *max });
            }
        }
        let sizes = Sizes::of_page(i64::from(across), i64::from(down), spec.dpi);
        let around = if spec.bare { [0.0; 4] } else { axes::margins(&sizes) };
        let [low, high] = [spec.axes.each_ref().map(|axis| axis.min), spec.axes.each_ref().map(|axis| axis.max)];
        let camera = Camera::new(low, high, spec.view.0, spec.view.1);
        let fit = |(x, y): (f64, f64), height: i64| {
            let inside = (f64::from(across) - around[0] - around[2], float(height) - around[1] - around[3]);
            camera.fitted((x + around[0], y + around[1]), (inside.0.max(1.0), inside.1.max(1.0)))
        };
        // No higher than the box is.
        let (top, bottom) = {
            let (low, high) = fit((0.0, 0.0), i64::from(down)).outline();
            (low.1, high.1)
        };
        let tall = ceil(bottom - top + around[1] + around[3]).max(i64::from(across) / 3);
        let (width, height) = (i64::from(across), if spec.bare { i64::from(down) } else { tall.min(i64::from(down)) });
        let words = words(spec, height);
        let point = Axis { from: 0.0, to: 0.0, scale: Scale::Linear, length: 1.0, margin: 0.0 };
        let range = spec.bar.as_ref().map(|bar| Scale::Linear.range(bar.range.0, bar.range.1)).transpose()?;
        let mut page = Page::new(&words, (width, height), (point, point), range, 0);
        let top = if spec.bare { 0 } else { page.headings() };
        page.cells.y = top + (page.band - height) / 2;
        if spec.bare {
            page.cells = Area { x: 0, y: 0, width, height };
        }
        let room = page.cells;
        if !spec.bare {
            page.colour_bar(top);
        }
        let camera = fit((float(room.x), float(room.y)), height);
        let labels = spec.axes.each_ref().map(|axis| axis.label.as_str());
        let (back, mut front) =
            if spec.bare { (Vec::new(), Vec::new()) } else { axes::marks(&camera, labels, &sizes, room) };
        if spec.legend.len() > 1 && !spec.bare {
            front.extend(legend(&spec.legend, &sizes, room));
        }
        let (whole, end) = if spec.bare { (width, height) } else { (page.width, top + page.band + sizes.pad) };
        if whole.max(end) > Figure::LONGEST_SIDE {
            return Err(FigureError::TooLarge { width: whole, height: end });
        }
        let map = spec.bar.as_ref().map_or(Colormap::VIRIDIS, |bar| bar.colormap);
        let colours = palette::colours(map, spec.theme, false);
        let scene = Scene { width: whole, height: end, cells: room, magnify: 1, marks: page.marks, over: back };
        Ok(Self { scene, front, camera, colours, theme: spec.theme, dpi: spec.dpi })
    }

    /// The camera that the image is rendered for.
    #[must_use]
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// The pixels of the image.
    #[must_use]
    pub fn room(&self) -> Area {
        self.scene.cells
    }

    /// Lays an image into [`room`](Self::room): red, green, blue and opacity of each pixel, the top row first.
    pub fn add_image(&mut self, pixels: Vec<u8>) {
        self.scene.over.push(Mark::Image { area: self.scene.cells, pixels: Arc::new(pixels) });
        self.scene.over.append(&mut self.front);
    }

    /// Pixels across and down.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and LONGEST_SIDE")]
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.scene.width as u32, self.scene.height as u32)
    }

    /// Where everything is, for other back-ends.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The colours of the scene's indices.
    #[must_use]
    pub fn palette(&self) -> &[[u8; 3]] {
        &self.colours
    }
}

impl WriteFigure for SpaceFigure {
    fn write_svg<W: Write>(&self, writer: W, text: &[(String, String)]) -> Result<W, PngError> {
        let size = (self.scene.width, self.scene.height);
        let page = svg::Page { size, theme: self.theme, colours: &self.colours, dpi: self.dpi, text };
        Ok(Svg::new(writer, page)?.marks(&self.scene.marks)?.marks(&self.scene.over)?.finish()?)
    }

    fn write_png<W: Write>(&self, writer: W, text: &[(String, String)]) -> Result<W, PngError> {
        /// Rows of paper given to the painter at once.
        const ROWS: i64 = 64;
        let (width, height) = self.size();
        let mut png = RgbPng::new(writer, width, height, text, self.dpi)?;
        let said = |error: PngError| match error {
            PngError::Write(error) => error,
            other => io::Error::other(other),
        };
        let mut painter = ColourPainter::new(&self.scene, &self.colours, self.theme);
        let room = self.scene.cells;
        let mut row = 0;
        while row < room.height {
            let rows = ROWS.min(room.height - row);
            let pixels = usize::try_from(rows * room.width).map_err(io::Error::other)?;
            let paper = vec![palette::paper(); pixels];
            painter.paint(&paper, &[], &mut |rows| png.write_rows(rows).map_err(said))?;
            row += rows;
        }
        png.finish()
    }
}

/// What the layout of heatmaps has to know: the words and the colour bar.
fn words(spec: &SpaceSpec, height: i64) -> FigureSpec {
    let axis = || FigureAxis { label: String::new(), min: 0.0, max: 0.0 };
    let bar = spec.bar.as_ref();
    FigureSpec {
        title: spec.title.clone(),
        x: axis(),
        y: axis(),
        quantity: bar.map_or(String::new(), |bar| bar.label.clone()),
        colormap: bar.map_or(Colormap::VIRIDIS, |bar| bar.colormap),
        range: bar.map(|bar| bar.range),
        theme: spec.theme,
        dpi: spec.dpi,
        ..FigureSpec::new(spec.size.0, u32::try_from(height).unwrap_or(spec.size.1))
    }
}

/// Names with a swatch of their colour, in the upper right corner.
fn legend(entries: &[(String, [u8; 3])], sizes: &Sizes, room: Area) -> Vec<Mark> {
    let (row, swatch) = (1.5 * sizes.small, 0.8 * sizes.small);
    let longest = entries.iter().map(|(name, _)| super::text::width(name, sizes.small)).fold(0.0, f64::max);
    let left = float(room.right()) - longest - swatch - 1.1 * sizes.small;
    let mut marks = Vec::new();
    for (k, (name, colour)) in entries.iter().enumerate() {
        let middle = float(room.y) + sizes.small + row * k as f64;
        let (a, b) = (middle - 0.5 * swatch, middle + 0.5 * swatch);
        let square = vec![(left, a), (left + swatch, a), (left + swatch, b), (left, b)];
        let brush = Brush { colour: Colour::Rgb(*colour), strength: 1.0 };
        marks.push(Mark::Fill { paths: vec![square], brush, clip: room });
        marks.push(super::layout::number(name, sizes.small, left + swatch + 0.5 * sizes.small, middle));
    }
    marks
}

#[cfg(test)]
mod tests;
