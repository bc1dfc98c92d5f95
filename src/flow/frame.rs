//! Frames: the affine map between a box of the world and the rectangle of a picture that shows it.
//!
//! What is spaced evenly must be so where it is seen, and what points along ∇f must do so where f is: distances are therefore
//! measured in the picture, directions taken in the world. A picture p = J·x + c with J = diag(s₀, s₁) stretches axes
//! unequally and may flip them; a tangent vector v of the world is pushed forward to J·v. ∇f is such a vector here: the
//! direction in which to walk, with the metric of the axes' own numbers. On a plot whose axes have different scales it is therefore not at right
//! angles with the contours *as drawn*; in the world it is.

use crate::figure::View;

/// A place or a vector of the plane.
pub type Vector = [f64; 2];

/// A box of the world, and the rectangle of a picture that shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The coordinates of the world at `low`, axis by axis.
    from: Vector,
    /// Those at `high`.
    to: Vector,
    /// Where the rectangle begins: its smallest coordinates in the picture.
    low: Vector,
    /// Where it ends.
    high: Vector,
}

impl Frame {
    /// The box from `min` to `max` as `view` shows it.
    #[must_use]
    pub fn of_view(view: &View, x: (f64, f64), y: (f64, f64)) -> Self {
        let (a, b) = (view.pixel(x.0, y.0), view.pixel(x.1, y.1));
        Self::between([x.0, y.0], [x.1, y.1], [a.0, a.1], [b.0, b.1])
    }

    /// The box between two points of the world, which are shown at `p` and `q`.
    #[must_use]
    pub fn between(a: Vector, b: Vector, p: Vector, q: Vector) -> Self {
        let mut frame = Self { from: a, to: b, low: p, high: q };
        for axis in 0..2 {
            if p[axis] > q[axis] {
                (frame.from[axis], frame.to[axis]) = (b[axis], a[axis]);
                (frame.low[axis], frame.high[axis]) = (q[axis], p[axis]);
            }
        }
        frame
    }

    /// Whether there is a plane to draw in: a finite rectangle of positive sides that shows a box of positive sides.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let open = |axis: usize| {
            let (side, span) = (self.high[axis] - self.low[axis], self.to[axis] - self.from[axis]);
            side > 0.0 && side.is_finite() && span != 0.0 && span.is_finite()
        };
        open(0) && open(1)
    }

    /// The smallest coordinates of the rectangle.
    #[must_use]
    pub fn low(&self) -> Vector {
        self.low
    }

    /// The largest coordinates of the rectangle.
    #[must_use]
    pub fn high(&self) -> Vector {
        self.high
    }

    /// The sides of the rectangle.
    #[must_use]
    pub fn size(&self) -> Vector {
        [self.high[0] - self.low[0], self.high[1] - self.low[1]]
    }

    /// Whether a place of the picture lies in the rectangle; its border does.
    #[must_use]
    pub fn holds(&self, p: Vector) -> bool {
        (0..2).all(|axis| (self.low[axis]..=self.high[axis]).contains(&p[axis]))
    }

    /// The place of the rectangle that is nearest to `p`.
    #[must_use]
    pub fn clamped(&self, p: Vector) -> Vector {
        [p[0].clamp(self.low[0], self.high[0]), p[1].clamp(self.low[1], self.high[1])]
    }

    /// The point of the world that is shown at `p`; the border of the rectangle is the border of the box to the bit.
    #[must_use]
    pub fn world(&self, p: Vector) -> Vector {
        let along = |axis: usize| {
            let (low, high, from, to) = (self.low[axis], self.high[axis], self.from[axis], self.to[axis]);
            if p[axis] == low {
                from
            } else if p[axis] == high {
                to
            } else {
                from + (to - from) * ((p[axis] - low) / (high - low))
            }
        };
        [along(0), along(1)]
    }

    /// Where a point of the world is shown.
    #[must_use]
    pub fn picture(&self, x: Vector) -> Vector {
        let along = |axis: usize| {
            let share = (x[axis] - self.from[axis]) / (self.to[axis] - self.from[axis]);
            self.low[axis] + share * (self.high[axis] - self.low[axis])
        };
        [along(0), along(1)]
    }

    /// J: what the picture multiplies each component of a vector of the world by.
    #[must_use]
    pub fn scale(&self) -> Vector {
        let along = |axis: usize| (self.high[axis] - self.low[axis]) / (self.to[axis] - self.from[axis]);
        [along(0), along(1)]
    }
}

/// The direction of a vector, unless it has none.
pub(super) fn unit(v: Vector) -> Option<Vector> {
    let length = v[0].hypot(v[1]);
    (length > 0.0 && length.is_finite()).then(|| [v[0] / length, v[1] / length])
}

/// The distance of two places.
pub(super) fn distance(a: Vector, b: Vector) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_meet_and_vectors_are_pushed_forward() {
        // x in 0…100 on 400 pixels, y in 0…1 on 200 pixels, upward as in pictures.
        let frame = Frame::between([0.0, 0.0], [100.0, 1.0], [10.0, 220.0], [410.0, 20.0]);
        assert_eq!((frame.low(), frame.high()), ([10.0, 20.0], [410.0, 220.0]), "the rectangle");
        assert_eq!(frame.scale(), [4.0, -200.0], "y is flipped");
        assert_eq!(frame.world([10.0, 20.0]), [0.0, 1.0], "upper left");
        assert_eq!(frame.world([410.0, 220.0]), [100.0, 0.0], "lower right");
        assert_eq!(frame.picture([50.0, 0.25]), [210.0, 170.0], "inside");
        assert_eq!(frame.world(frame.picture([50.0, 0.25])), [50.0, 0.25], "and back");
        let thirds = Frame::between([0.1, 0.1], [0.7, 0.7], [0.0, 0.0], [3.0, 3.0]);
        assert_eq!(thirds.world([3.0, 0.0]), [0.7, 0.1], "the border to the bit");
        assert!(frame.is_open() && frame.holds([10.0, 220.0]) && !frame.holds([9.9, 30.0]), "closed rectangle");
        assert!(!Frame::between([0.0; 2], [1.0, 0.0], [0.0; 2], [1.0; 2]).is_open(), "one row");
        assert!(!Frame::between([0.0; 2], [1.0; 2], [0.0; 2], [1.0, f64::NAN]).is_open(), "NaN");
    }

    #[test]
    fn directions_of_nothing_are_none() {
        assert_eq!(unit([3.0, -4.0]), Some([0.6, -0.8]), "a vector");
        assert_eq!(unit([1e-200, 0.0]), Some([1.0, 0.0]), "a short one");
        assert_eq!([[0.0, 0.0], [f64::NAN, 1.0], [f64::INFINITY, 0.0]].map(unit), [None; 3], "zero, NaN, infinite");
    }
}
