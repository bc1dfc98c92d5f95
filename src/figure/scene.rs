//! What a figure consists of once everything has its place: a box for the heatmap and a list of marks around it, in
//! pixels.
//!
//! The scene is what the back-ends share. The raster one draws the marks of any range of rows without knowing the
//! others, so that a figure of any size streams; a vector one can write each mark as a shape. Around a heatmap marks lie
//! outside the cells' box; in a line figure the box is empty paper and the lines are marks within it, drawn in order.

use super::text::{Line, width};
use std::sync::Arc;

/// A box of whole pixels; `x`, `y` is its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: i64,
    /// First row.
    pub y: i64,
    /// Columns.
    pub width: i64,
    /// Rows.
    pub height: i64,
}

impl Area {
    /// One past the last column.
    pub fn right(&self) -> i64 {
        self.x + self.width
    }

    /// One past the last row.
    pub fn bottom(&self) -> i64 {
        self.y + self.height
    }

    /// The same box, larger by `by` on every side.
    #[must_use]
    pub fn grown(&self, by: i64) -> Self {
        Self { x: self.x - by, y: self.y - by, width: self.width + 2 * by, height: self.height + 2 * by }
    }

    /// Whether two boxes share a pixel.
    pub fn meets(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// What both boxes hold; without a pixel if they do not meet.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (width, height) = (self.right().min(other.right()) - x, self.bottom().min(other.bottom()) - y);
        Self { x, y, width: width.max(0), height: height.max(0) }
    }

    /// The four sides of a frame of the given thickness around the box.
    pub fn frame(&self, thickness: i64) -> [Self; 4] {
        let outer = self.grown(thickness);
        [
            Self { height: thickness, ..outer },
            Self { y: self.bottom(), height: thickness, ..outer },
            Self { width: thickness, y: self.y, height: self.height, ..outer },
            Self { x: self.right(), width: thickness, y: self.y, height: self.height },
        ]
    }
}

/// What a box is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Lines.
    Ink,
    /// The colour of missing values.
    NoData,
    /// The paper's colour.
    Paper,
    /// Ink so faint that what lies over it is read first: lines of a grid.
    Faint,
}

/// What a line or a marker is drawn with, over whatever is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// Its colour.
    pub colour: Colour,
    /// How opaque it is, 0 to 1.
    pub strength: f64,
}

/// A colour of a line figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One of the series' colours, counted from 0; they repeat.
    Series(usize),
    /// The colour of letters.
    Ink,
    /// The paper's colour.
    Paper,
    /// This one, in pictures of full colour only.
    Rgb([u8; 3]),
}

/// The shape of a marker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Round.
    #[default]
    Disc,
    /// Upright.
    Square,
    /// On its point.
    Diamond,
}

/// One thing to draw.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A filled box.
    Box(Area, Paint),
    /// The colour bar: so many levels, the lowest at the bottom.
    Levels(Area, u8),
    /// A pointed end of the colour bar in the colour of its highest or lowest level, with its outline outside.
    Tip {
        /// The box that the triangle fills; its point is the middle of the upper side, or of the lower.
        area: Area,
        /// Whether it points up, from the highest level, or down.
        up: bool,
        /// Thickness of the outline.
        thickness: i64,
    },
    /// A line of text.
    Text {
        /// Where and what.
        line: Line,
        /// How much of the ink's strength it has, 0 to 1.
        strength: f64,
    },
    /// Lines with round ends and joints, cut to a box.
    Stroke {
        /// The places that each line joins.
        paths: Vec<Vec<(f64, f64)>>,
        /// Thickness in pixels.
        width: f64,
        /// What they are drawn with.
        brush: Brush,
        /// Nothing is drawn outside of this.
        clip: Area,
    },
    /// A marker.
    Dot {
        /// Its middle.
        at: (f64, f64),
        /// Half its size.
        radius: f64,
        /// Its form.
        shape: Shape,
        /// What it is drawn with.
        brush: Brush,
    },
    /// Filled polygons (what an odd number of their borders surrounds), cut to a box.
    Fill {
        /// The corners of each polygon; the last is joined to the first.
        paths: Vec<Vec<(f64, f64)>>,
        /// What they are filled with.
        brush: Brush,
        /// Nothing is drawn outside of this.
        clip: Area,
    },
    /// An image, pixel for pixel.
    Image {
        /// Where its pixels go.
        area: Area,
        /// Red, green, blue and opacity of each pixel, the top row first.
        pixels: Arc<Vec<u8>>,
    },
    /// A few words at any angle, for labels on lines.
    Label {
        /// What is written.
        text: String,
        /// Pixels per em.
        size: f64,
        /// The middle of the words, half-way up their capitals.
        at: (f64, f64),
        /// Radians from the horizontal, counter-clockwise as seen.
        angle: f64,
        /// What they are written with.
        brush: Brush,
        /// What surrounds the letters so that they can be read on any ground.
        halo: Option<Brush>,
    },
}

impl Mark {
    /// The rows that the mark may touch: first, and one past the last.
    #[expect(clippy::cast_possible_truncation, reason = "pixel places are far below 2⁵³")]
    pub fn rows(&self) -> (i64, i64) {
        match self {
            Self::Box(area, _) | Self::Levels(area, _) | Self::Image { area, .. } => (area.y, area.bottom()),
            // The outline's corner reaches further than its thickness where the sides meet.
            Self::Tip { area, thickness, .. } => (area.y - 3 * thickness, area.bottom() + 3 * thickness),
            Self::Text { line, .. } => {
                let (_, top, _, bottom) = line.bounds();
                // Accents and brackets reach a little above and below ordinary letters.
                let spare = 0.25 * line.size + 1.0;
                ((top - spare).floor() as i64, (bottom + spare).ceil() as i64)
            }
            Self::Stroke { clip, .. } => (clip.y, clip.bottom()),
            Self::Dot { at, radius, .. } => {
                let reach = 1.5 * radius + 2.0;
                ((at.1 - reach).floor() as i64, (at.1 + reach).ceil() as i64)
            }
            Self::Fill { paths, clip, .. } => {
                let heights = || paths.iter().flatten().map(|corner| corner.1);
                let first = heights().fold(f64::INFINITY, f64::min).floor() as i64;
                let after = heights().fold(f64::NEG_INFINITY, f64::max).ceil() as i64;
                (first.max(clip.y), after.min(clip.bottom()))
            }
            Self::Label { text, size, at, .. } => {
                let reach = 0.5 * width(text, *size).hypot(2.0 * size) + 2.0;
                ((at.1 - reach).floor() as i64, (at.1 + reach).ceil() as i64)
            }
        }
    }
}

/// The triangle of a [`Mark::Tip`]: one end of its base, its point, the other end.
#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
pub(super) fn triangle(area: &Area, up: bool) -> Vec<(f64, f64)> {
    let (left, right) = (area.x as f64, area.right() as f64);
    let (top, bottom) = (area.y as f64, area.bottom() as f64);
    let (base, point) = if up { (bottom, top) } else { (top, bottom) };
    vec![(left, base), (0.5 * (left + right), point), (right, base)]
}

/// A figure with everything in its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Columns of the picture.
    pub width: i64,
    /// Rows of the picture.
    pub height: i64,
    /// Where the cells go.
    pub cells: Area,
    /// Pixels along a side of a cell.
    pub magnify: i64,
    /// What is drawn around the cells.
    pub marks: Vec<Mark>,
    /// What is drawn over the cells, in this order; a picture with such marks has full colour.
    pub over: Vec<Mark>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_surrounds_its_box_without_overlap() {
        let area = Area { x: 10, y: 20, width: 3, height: 2 };
        let sides = area.frame(2);
        let pixels: i64 = sides.iter().map(|s| s.width * s.height).sum();
        assert_eq!(pixels, 7 * 6 - 3 * 2, "the ring and nothing else");
        for (k, side) in sides.iter().enumerate() {
            assert!(!side.meets(&area), "outside the box");
            assert!(sides[k + 1..].iter().all(|other| !side.meets(other)), "no pixel twice");
        }
    }
}
