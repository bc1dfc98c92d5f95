//! A camera that looks at a box: from places in space to pixels, in mild perspective.
//!
//! ```text
//!            up ▲   ▲ z        azimuth a: the angle of the camera around z, from the x axis
//!               │  ╱           elevation e: its angle above the plane of x and y
//!   camera ◁────┼───▶ right
//!        back               back = (cos e·cos a, cos e·sin a, sin e), toward the camera
//! ```
//!
//! The box is scaled to a model whose sides have their true proportions, or all the same length where the longest is more than
//! `MOST_UNEQUAL` times the shortest. The eye stands a few diagonals away, so that parallel edges nearly stay parallel; nearer things are
//! larger, which tells front from back.
//!
//! Limits: the eye is always outside of the box.

/// The longest ratio of two sides that is shown as it is.
const MOST_UNEQUAL: f64 = 4.0;

/// From the middle of the model to the eye, in half diagonals.
const DISTANCE: f64 = 5.5;

/// A camera and what it looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    low: [f64; 3],
    high: [f64; 3],
    scale: [f64; 3],
    right: [f64; 3],
    up: [f64; 3],
    back: [f64; 3],
    distance: f64,
    /// Pixels of a unit of the model at the distance of its middle.
    zoom: f64,
    middle: (f64, f64),
}

/// A place in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Pixels to the right.
    pub x: f64,
    /// Pixels down.
    pub y: f64,
    /// One over the distance from the eye's plane, in the model: linear across the picture of a triangle.
    pub nearness: f64,
}

impl Camera {
    /// A camera at these angles in degrees that looks at the box between two corners.
    #[must_use]
    pub fn new(low: [f64; 3], high: [f64; 3], azimuth: f64, elevation: f64) -> Self {
        let spans: [f64; 3] = std::array::from_fn(|k| high[k] - low[k]);
        let longest = spans.iter().copied().fold(0.0, f64::max);
        let shortest = spans.iter().copied().fold(f64::INFINITY, f64::min);
        let equal = longest <= MOST_UNEQUAL * shortest;
        let scale = spans.map(|span| if equal { 1.0 / longest } else { 1.0 / span });
        let (a, e) = (azimuth.to_radians(), elevation.clamp(-90.0, 90.0).to_radians());
        let back = [e.cos() * a.cos(), e.cos() * a.sin(), e.sin()];
        let right = [-a.sin(), a.cos(), 0.0];
        let up = [-e.sin() * a.cos(), -e.sin() * a.sin(), e.cos()];
        let diagonal: f64 = (0..3).map(|k| (spans[k] * scale[k]).powi(2)).sum::<f64>().sqrt();
        let distance = DISTANCE * 0.5 * diagonal;
        Self { low, high, scale, right, up, back, distance, zoom: 1.0, middle: (0.0, 0.0) }
    }

    /// The camera whose picture of the box fills the room from (x, y) on, of this width and height.
    #[must_use]
    pub fn fitted(mut self, (x, y): (f64, f64), (width, height): (f64, f64)) -> Self {
        (self.zoom, self.middle) = (1.0, (0.0, 0.0));
        let (low, high) = self.outline();
        self.zoom = (width / (high.0 - low.0)).min(height / (high.1 - low.1));
        let centre = (0.5 * (low.0 + high.0) * self.zoom, 0.5 * (low.1 + high.1) * self.zoom);
        self.middle = (x + 0.5 * width - centre.0, y + 0.5 * height - centre.1);
        self
    }

    /// The least and the greatest place of the box in the picture.
    #[must_use]
    pub fn outline(&self) -> ((f64, f64), (f64, f64)) {
        let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for place in (0..8).map(|corner| self.see(self.corner(corner))) {
            low = (low.0.min(place.x), low.1.min(place.y));
            high = (high.0.max(place.x), high.1.max(place.y));
        }
        (low, high)
    }

    /// The same view in a picture with so many times the pixels, whose first pixel is the one at (x, y).
    #[must_use]
    pub fn enlarged(mut self, (x, y): (f64, f64), times: f64) -> Self {
        self.zoom *= times;
        self.middle = ((self.middle.0 - x) * times, (self.middle.1 - y) * times);
        self
    }

    /// The lowest and the highest corner of the box.
    #[must_use]
    pub fn bounds(&self) -> ([f64; 3], [f64; 3]) {
        (self.low, self.high)
    }

    /// A corner of the box: bit k of its number says whether it is at the high end of axis k.
    #[must_use]
    pub fn corner(&self, number: usize) -> [f64; 3] {
        std::array::from_fn(|axis| if number >> axis & 1 == 1 { self.high[axis] } else { self.low[axis] })
    }

    /// The place in the model: the middle of the box is 0, and distances are as they look.
    #[must_use]
    pub fn model(&self, point: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| (point[axis] - 0.5 * (self.low[axis] + self.high[axis])) * self.scale[axis])
    }

    /// A normal of a surface, in the model (where it need not be of length 1).
    #[must_use]
    pub fn model_normal(&self, normal: [f64; 3]) -> [f64; 3] {
        // Normals are stretched where the surface is shrunk.
        std::array::from_fn(|axis| normal[axis] / self.scale[axis])
    }

    /// Where a point is seen.
    #[must_use]
    pub fn see(&self, point: [f64; 3]) -> Seen {
        let place = self.model(point);
        let nearness = 1.0 / (self.distance - dot(place, self.back));
        let size = self.zoom * self.distance * nearness;
        Seen {
            x: self.middle.0 + size * dot(place, self.right),
            y: self.middle.1 - size * dot(place, self.up),
            nearness,
        }
    }

    /// The eye, in the model.
    #[must_use]
    pub fn eye(&self) -> [f64; 3] {
        self.back.map(|part| part * self.distance)
    }

    /// The unit vectors of the picture in the model: right, up, and toward the camera.
    #[must_use]
    pub fn directions(&self) -> [[f64; 3]; 3] {
        [self.right, self.up, self.back]
    }

    /// Whether the side of the box at the low (0) or high (1) end of an axis hides its inside: the eye sees it from outside.
    #[must_use]
    pub fn is_front(&self, axis: usize, end: usize) -> bool {
        let side = 0.5 * (self.high[axis] - self.low[axis]) * self.scale[axis];
        let beyond = self.eye()[axis];
        if end == 1 { beyond > side } else { beyond < -side }
    }
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_fills_its_room_and_is_not_turned_over() {
        let camera = Camera::new([-1.0, -2.0, 0.0], [1.0, 2.0, 3.0], -55.0, 25.0).fitted((10.0, 20.0), (300.0, 200.0));
        let corners: Vec<Seen> = (0..8).map(|corner| camera.see(camera.corner(corner))).collect();
        let ends = |of: fn(&Seen) -> f64| {
            let all = || corners.iter().map(of);
            (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
        };
        let ((left, right), (top, bottom)) = (ends(|seen| seen.x), ends(|seen| seen.y));
        assert!(left >= 10.0 - 1e-9 && right <= 310.0 + 1e-9, "{left} to {right}");
        assert!((top - 20.0).abs() < 1e-9 && (bottom - 220.0).abs() < 1e-9, "as high as its room: {top} to {bottom}");
        assert!(camera.see([0.0, 0.0, 3.0]).y < camera.see([0.0; 3]).y, "z points up");
        assert!(camera.see([1.0, 0.0, 1.0]).x > camera.see([-1.0, 0.0, 1.0]).x, "x points right");
        assert!(camera.see([0.0, -2.0, 1.0]).nearness > camera.see([0.0, 2.0, 1.0]).nearness, "y points away");
    }

    #[test]
    fn three_sides_are_seen_from_outside() {
        let camera = Camera::new([0.0; 3], [1.0; 3], -55.0, 25.0);
        let front: Vec<(usize, usize)> =
            (0..6).map(|side| (side / 2, side % 2)).filter(|&(axis, end)| camera.is_front(axis, end)).collect();
        assert_eq!(front, [(0, 1), (1, 0), (2, 1)], "x high, y low, z high");
        let above = Camera::new([0.0; 3], [1.0; 3], 0.0, 90.0);
        assert_eq!((0..6).filter(|side| above.is_front(side / 2, side % 2)).count(), 1, "only the top from above");
    }

    #[test]
    fn lengths_that_differ_too_much_are_made_equal() {
        let of = |high: [f64; 3]| Camera::new([0.0; 3], high, 0.0, 0.0);
        let true_shape = of([1.0, 2.0, 4.0]).model([1.0, 2.0, 4.0]);
        assert_eq!(true_shape, [0.125, 0.25, 0.5], "true proportions");
        assert_eq!(of([1.0, 2.0, 400.0]).model([1.0, 2.0, 400.0]), [0.5; 3], "a cube");
    }

    #[test]
    fn an_enlarged_view_is_the_same() {
        let camera = Camera::new([0.0; 3], [1.0; 3], 30.0, 40.0).fitted((50.0, 60.0), (100.0, 100.0));
        let (small, large) = (camera.see([0.2, 0.3, 0.9]), camera.enlarged((50.0, 60.0), 3.0).see([0.2, 0.3, 0.9]));
        assert!(
            ((small.x - 50.0) * 3.0 - large.x).abs() < 1e-9 && ((small.y - 60.0) * 3.0 - large.y).abs() < 1e-9,
            "3 ×"
        );
    }
}
