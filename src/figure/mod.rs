//! Figures: a heatmap of cell indices with axes, ticks, labels, title and colour bar.
//!
//! A figure is data ([`FigureSpec`]). [`Figure::new`] gives everything its place; from then on the picture streams: the
//! engine compares each value with the figure's [`thresholds`](Figure::thresholds) to get a one-byte level (0 for no
//! data), and a [`Painter`] turns rows of levels, top row first, into rows of palette indices. The memory is that of a
//! few rows, whatever the size of the picture. Where marks lie over the cells, or a shade darkens them, a [`ColourPainter`]
//! gives rows of RGB pixels instead.
//!
//! Edge cases: any size from 1 × 1 cells; a field without a single value has no colour bar, only the swatch for missing
//! values; a field that is the same everywhere is shown in the middle of a small range around its value.
//!
//! Limits: the cells have 225 colours in any picture, 255 in one without margins.

mod colour;
mod fill;
pub mod fit;
mod format;
pub mod hidden;
pub mod ink;
mod layout;
pub mod lines;
pub mod number;
mod outline;
pub mod palette;
pub mod raster;
pub mod scale;
pub mod scene;
pub mod space;
mod steps;
mod stripes;
mod stroke;
pub mod svg;
pub mod text;
pub mod ticks;
mod view;

pub use colour::ColourPainter;
pub use format::{PictureFormat, WriteFigure};
pub use palette::Theme;
pub use raster::Painter;
pub use scale::{Scale, ScaleError};
pub use view::View;

use crate::color::Colormap;
use scene::{Area, Mark, Scene};

/// One axis of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureAxis {
    /// What is written along it; may be empty.
    pub label: String,
    /// The coordinate of the first cell's centre.
    pub min: f64,
    /// The coordinate of the last cell's centre.
    pub max: f64,
}

/// Everything that a figure shows but the cells.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureSpec {
    /// Cells along x.
    pub width: u32,
    /// Cells along y.
    pub height: u32,
    /// The horizontal axis; its first cell is the leftmost.
    pub x: FigureAxis,
    /// The vertical axis; its first cell is the lowest.
    pub y: FigureAxis,
    /// The heading; may be empty.
    pub title: String,
    /// A smaller line under the heading; may be empty.
    pub subtitle: String,
    /// What the colours mean, written along the colour bar; may be empty.
    pub quantity: String,
    /// The colours.
    pub colormap: Colormap,
    /// How values are spread over the colours.
    pub scale: Scale,
    /// The values of the first and the last colour; `None` if no cell has a value.
    pub range: Option<(f64, f64)>,
    /// Whether some values lie below the range: the colour bar gets a pointed lower end.
    pub below: bool,
    /// Whether some values lie above the range.
    pub above: bool,
    /// Cells without a value: if there are any, a swatch shows their colour.
    pub masked: u64,
    /// Dark on light or light on dark.
    pub theme: Theme,
    /// Pixels along a side of a cell; `None` enlarges small grids to a legible size (a bare picture stays 1 : 1).
    pub magnify: Option<u32>,
    /// The cells alone, without axes and colour bar.
    pub bare: bool,
    /// Pixels per inch, by which letters and lines have their size; `None` lets them grow with the picture.
    pub dpi: Option<f64>,
}

impl FigureSpec {
    /// A figure of `width` × `height` cells over the unit square, with defaults for all the rest.
    pub fn new(width: u32, height: u32) -> Self {
        let axis = |label: &str| FigureAxis { label: label.to_owned(), min: 0.0, max: 1.0 };
        Self {
            width,
            height,
            x: axis("x"),
            y: axis("y"),
            title: String::new(),
            subtitle: String::new(),
            quantity: String::new(),
            colormap: Colormap::default(),
            scale: Scale::default(),
            range: Some((0.0, 1.0)),
            below: false,
            above: false,
            masked: 0,
            theme: Theme::default(),
            magnify: None,
            bare: false,
            dpi: None,
        }
    }
}

/// Why a figure cannot be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// There are no cells.
    #[error("a picture of {width} × {height} cells has nothing to show: both must be at least 1")]
    Empty {
        /// Cells along x.
        width: u32,
        /// Cells along y.
        height: u32,
    },
    /// A cell would have no pixels.
    #[error("cells cannot be magnified by 0: give 1 or more")]
    Magnify,
    /// Letters would be too small or too large to be drawn.
    #[error("a picture has {} to {} pixels per inch, not {dpi}", Figure::LEAST_DPI, Figure::MOST_DPI)]
    Dpi {
        /// Pixels per inch.
        dpi: f64,
    },
    /// More pixels on a side than a PNG file can have.
    #[error(
        "the picture would be {width} × {height} pixels, a PNG file holds at most {} on a side: take fewer cells or a \
         smaller magnification",
        Figure::LONGEST_SIDE
    )]
    TooLarge {
        /// Pixels across.
        width: i64,
        /// Pixels down.
        height: i64,
    },
    /// An axis does not start or does not end.
    #[error("the axis '{label}' from {min} to {max} is not finite")]
    Axis {
        /// What is written along it.
        label: String,
        /// Its first coordinate.
        min: f64,
        /// Its last coordinate.
        max: f64,
    },
    /// The scale cannot show the range.
    #[error(transparent)]
    Scale(#[from] ScaleError),
}

/// A figure with everything in its place, ready to be painted.
#[derive(Clone, Debug)]
pub struct Figure {
    spec: FigureSpec,
    range: Option<(f64, f64)>,
    scene: Scene,
}

impl Figure {
    /// The longest side of a PNG file, in pixels.
    pub const LONGEST_SIDE: i64 = i32::MAX as i64;
    /// The fewest pixels per inch.
    pub const LEAST_DPI: f64 = 36.0;
    /// The most pixels per inch.
    pub const MOST_DPI: f64 = 4800.0;

    /// Checks the spec and lays the figure out.
    pub fn new(spec: FigureSpec) -> Result<Self, FigureError> {
        /// Small grids are enlarged until their longer side has at least this many pixels.
        const LEGIBLE: u32 = 480;
        /// The same on paper, in inches.
        const LEGIBLE_INCHES: f64 = 5.0;
        let larger = spec.width.max(spec.height);
        if spec.width == 0 || spec.height == 0 {
            return Err(FigureError::Empty { width: spec.width, height: spec.height });
        }
        Self::check_dpi(spec.dpi)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most MOST_DPI inches")]
        let legible = spec.dpi.map_or(LEGIBLE, |dpi| (LEGIBLE_INCHES * dpi) as u32);
        let magnify = i64::from(spec.magnify.unwrap_or(if spec.bare { 1 } else { legible.div_ceil(larger) }));
        if magnify == 0 {
            return Err(FigureError::Magnify);
        }
        for axis in [&spec.x, &spec.y] {
            if !axis.min.is_finite() || !axis.max.is_finite() {
                return Err(FigureError::Axis { label: axis.label.clone(), min: axis.min, max: axis.max });
            }
        }
        let range = spec.range.map(|(lo, hi)| spec.scale.range(lo, hi)).transpose()?;
        let fits = |width: i64, height: i64| {
            if width.max(height) > Self::LONGEST_SIDE { Err(FigureError::TooLarge { width, height }) } else { Ok(()) }
        };
        fits(i64::from(spec.width).saturating_mul(magnify), i64::from(spec.height).saturating_mul(magnify))?;
        let scene = layout::layout(&spec, magnify, range);
        fits(scene.width, scene.height)?;
        Ok(Self { spec, range, scene })
    }

    /// That letters can be drawn with so many pixels per inch.
    pub(crate) fn check_dpi(dpi: Option<f64>) -> Result<(), FigureError> {
        match dpi {
            Some(dpi) if !(Self::LEAST_DPI..=Self::MOST_DPI).contains(&dpi) => Err(FigureError::Dpi { dpi }),
            _ => Ok(()),
        }
    }

    /// What the figure was made from.
    pub fn spec(&self) -> &FigureSpec {
        &self.spec
    }

    /// Pixels across and down.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and LONGEST_SIDE")]
    pub fn size(&self) -> (u32, u32) {
        (self.scene.width as u32, self.scene.height as u32)
    }

    /// How many colour levels there are: cells hold 0 (no data) to this.
    pub fn levels(&self) -> u8 {
        let most = if self.spec.bare { palette::BARE_LEVELS } else { palette::FIGURE_LEVELS };
        self.spec.colormap.levels(most)
    }

    /// The values, ascending, at which the level steps: a value's level is 1 + (number of thresholds ≤ it). Empty
    /// without a range.
    pub fn thresholds(&self) -> Vec<f64> {
        self.range.map_or_else(Vec::new, |(lo, hi)| self.spec.scale.thresholds(lo, hi, usize::from(self.levels())))
    }

    /// The colours of the picture's indices.
    pub fn palette(&self) -> Vec<[u8; 3]> {
        palette::colours(self.spec.colormap, self.spec.theme, self.spec.bare)
    }

    /// Where coordinates lie in the picture.
    #[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
    pub fn view(&self) -> View {
        let cells = self.scene.cells;
        let of = |axis: &FigureAxis, count: u32| (axis.min, if count == 1 { axis.min } else { axis.max });
        View {
            x: of(&self.spec.x, self.spec.width),
            y: of(&self.spec.y, self.spec.height),
            margin: 0.5 * self.scene.magnify as f64,
            area: cells,
            point: layout::point(cells.width, cells.height, self.spec.dpi),
        }
    }

    /// Draws these marks over the cells, after those that are there. A figure with such marks has full colour.
    pub fn add(&mut self, marks: Vec<Mark>) {
        self.scene.over.extend(marks);
    }

    /// Where everything is, for other back-ends.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Whether marks lie over the cells, which takes more than 256 colours.
    pub fn has_marks(&self) -> bool {
        !self.scene.over.is_empty()
    }

    /// The cells as a scene of their own.
    pub(crate) fn cells_alone(&self) -> Scene {
        let Area { width, height, .. } = self.scene.cells;
        let cells = Area { x: 0, y: 0, width, height };
        Scene { width, height, cells, magnify: self.scene.magnify, ..Scene::default() }
    }

    /// Starts painting in full colour at the top row.
    pub fn colour_painter(&self) -> ColourPainter<'_> {
        ColourPainter::new(&self.scene, &self.palette(), self.spec.theme)
    }

    /// Starts painting at the top row, without the marks over the cells.
    pub fn painter(&self) -> Painter<'_> {
        Painter::new(&self.scene)
    }
}

#[cfg(test)]
mod tests;
