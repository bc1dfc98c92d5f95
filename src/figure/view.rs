//! The view of a figure: from the coordinates of the axes to pixels of the picture and back.
//!
//! Cells are samples on nodes, so the coordinate of a node lies in the middle of its cell, and half a cell of picture lies beyond the
//! outermost nodes. The map is affine along each axis; y grows upward where the axis ascends.

use super::scene::Area;

/// Where coordinates lie in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// First and last coordinate along x, and along y from the bottom.
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    /// Half a cell, in pixels.
    pub(super) margin: f64,
    pub(super) area: Area,
    pub(super) point: f64,
}

#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
impl View {
    /// The pixel of a coordinate, as a place in the plane of pixels: the upper left pixel's middle is (0.5, 0.5).
    #[must_use]
    pub fn pixel(&self, x: f64, y: f64) -> (f64, f64) {
        let along = |value: f64, (from, to): (f64, f64), length: i64| {
            let share = if from == to { 0.5 } else { (value - from) / (to - from) };
            self.margin + share * (length as f64 - 2.0 * self.margin)
        };
        let across = along(x, self.x, self.area.width);
        let up = along(y, self.y, self.area.height);
        (self.area.x as f64 + across, self.area.bottom() as f64 - up)
    }

    /// The coordinate of a place in the plane of pixels.
    #[must_use]
    pub fn world(&self, px: f64, py: f64) -> (f64, f64) {
        let along = |pixels: f64, (from, to): (f64, f64), length: i64| {
            let span = length as f64 - 2.0 * self.margin;
            if span > 0.0 { from + (to - from) * (pixels - self.margin) / span } else { from }
        };
        let x = along(px - self.area.x as f64, self.x, self.area.width);
        (x, along(self.area.bottom() as f64 - py, self.y, self.area.height))
    }

    /// The box of the cells: marks over them are cut to it.
    #[must_use]
    pub fn clip(&self) -> Area {
        self.area
    }

    /// Pixels of one typographic point: what line widths and letters are measured in.
    #[must_use]
    pub fn point(&self) -> f64 {
        self.point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_lie_in_the_middle_of_their_cells_and_come_back() {
        let area = Area { x: 10, y: 20, width: 50, height: 30 };
        let view = View { x: (-1.0, 1.0), y: (0.0, 2.0), margin: 5.0, area, point: 1.0 };
        assert_eq!(view.pixel(-1.0, 0.0), (15.0, 45.0), "the first node, lower left");
        assert_eq!(view.pixel(1.0, 2.0), (55.0, 25.0), "the last, upper right");
        assert_eq!(view.world(35.0, 35.0), (0.0, 1.0), "the middle");
        let falling = View { y: (2.0, 0.0), ..view };
        assert_eq!(falling.pixel(-1.0, 2.0), (15.0, 45.0), "an axis that falls has its largest value below");
        let single = View { x: (3.0, 3.0), margin: 25.0, ..view };
        assert_eq!((single.pixel(3.0, 0.0).0, single.world(12.0, 45.0).0), (35.0, 3.0), "one column");
    }
}
