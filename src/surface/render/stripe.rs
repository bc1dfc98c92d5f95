//! A stripe of samples: which triangle is nearest at each, and which translucent ones lie before it.

/// Units of a sample that places are rounded to.
pub(super) const UNIT: i32 = 256;

/// A triangle in the picture: places in units, and nearness.
#[derive(Debug, Clone, Copy)]
pub(super) struct Triangle {
    x: [i64; 3],
    y: [i64; 3],
    near: [f32; 3],
    /// Twice its area, in square units; positive if it runs clockwise as seen (y points down).
    area: i64,
}

/// What a sample shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) sheet: u32,
    pub(super) triangle: u32,
    near: f32,
}

/// A stripe of samples, whose room is used again.
#[derive(Debug, Default)]
pub(super) struct Stripe {
    width: usize,
    height: usize,
    /// The first row of samples.
    first: usize,
    nearest: Vec<Hit>,
    /// Translucent hits with their sample; sorted by sample, the farthest first.
    over: Vec<(u32, Hit)>,
    /// Where the hits of each sample begin, and the end.
    starts: Vec<u32>,
}

/// No triangle.
const NONE: Hit = Hit { sheet: u32::MAX, triangle: u32::MAX, near: 0.0 };

impl Hit {
    /// Whether both are of the same triangle.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        (self.sheet, self.triangle) == (other.sheet, other.triangle)
    }
}

impl Triangle {
    pub(super) fn new(corners: [(i32, i32, f32); 3]) -> Self {
        let (x, y) = (corners.map(|corner| i64::from(corner.0)), corners.map(|corner| i64::from(corner.1)));
        let area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
        Self { x, y, near: corners.map(|corner| corner.2), area }
    }

    /// Twice the area of the triangle of side k (from corner k + 1 to k + 2) and a place; those of the three sides add up to `area`.
    fn side(&self, k: usize, (x, y): (i64, i64)) -> i64 {
        let (a, b) = ((k + 1) % 3, (k + 2) % 3);
        (self.x[b] - self.x[a]) * (y - self.y[a]) - (self.y[b] - self.y[a]) * (x - self.x[a])
    }

    /// What is added to a side at places on it, so that of two triangles that share it one has them.
    fn bias(&self, k: usize) -> i64 {
        let (a, b) = ((k + 1) % 3, (k + 2) % 3);
        let (dx, dy) = ((self.x[b] - self.x[a]) * self.area.signum(), (self.y[b] - self.y[a]) * self.area.signum());
        // Upper and left sides belong to the triangle.
        if dy < 0 || (dy == 0 && dx > 0) { 0 } else { -1 }
    }

    /// The shares of the corners at a place in the right perspective, and whether the triangle runs counter-clockwise as seen.
    #[expect(clippy::cast_precision_loss, reason = "units of a picture are far below 2⁵³")]
    #[expect(clippy::cast_possible_truncation, reason = "shares are between 0 and 1")]
    pub(super) fn shares(&self, place: (i64, i64)) -> ([f32; 3], bool) {
        let flat: [f32; 3] = std::array::from_fn(|k| (self.side(k, place) as f64 / self.area as f64) as f32);
        let weighted: [f32; 3] = std::array::from_fn(|k| flat[k] * self.near[k]);
        let sum: f32 = weighted.iter().sum();
        (weighted.map(|part| part / sum), self.area < 0)
    }
}

impl Stripe {
    /// Empties the stripe for these samples.
    pub(super) fn begin(&mut self, width: usize, height: usize, first: usize) {
        (self.width, self.height, self.first) = (width, height, first);
        self.nearest.clear();
        self.nearest.resize(width * height, NONE);
        self.over.clear();
    }

    /// The middle of a sample, in units.
    pub(super) fn centre(&self, (x, y): (usize, usize)) -> (i64, i64) {
        let unit = i64::from(UNIT);
        (x.cast_signed() as i64 * unit + unit / 2, (y + self.first).cast_signed() as i64 * unit + unit / 2)
    }

    /// Draws a triangle with its sheet and number.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to the stripe"
    )]
    pub(super) fn draw(&mut self, triangle: Triangle, (sheet, number): (u32, u32), translucent: bool) {
        let Triangle { x, y, near, area } = triangle;
        if area == 0 {
            return;
        }
        let unit = i64::from(UNIT);
        let ends = |places: [i64; 3], from: usize, count: usize| {
            let (low, high) = (places[0].min(places[1]).min(places[2]), places[0].max(places[1]).max(places[2]));
            // The first sample whose middle is not below the lowest place, and the last whose middle is not above the highest.
            let first = (low - unit / 2 + unit - 1).div_euclid(unit) - from.cast_signed() as i64;
            let last = (high - unit / 2).div_euclid(unit) - from.cast_signed() as i64;
            (first.max(0), last.min(count.cast_signed() as i64 - 1))
        };
        let ((left, right), (top, bottom)) = (ends(x, 0, self.width), ends(y, self.first, self.height));
        if left > right || top > bottom {
            return;
        }
        let sign = area.signum();
        let bias = [0, 1, 2].map(|k| triangle.bias(k));
        // From one sample to the next in a row.
        let step = [0, 1, 2].map(|k| -(y[(k + 2) % 3] - y[(k + 1) % 3]) * unit * sign);
        let whole = (area * sign) as f32;
        for row in top..=bottom {
            let start = self.centre((left as usize, row as usize));
            let mut sides = [0, 1, 2].map(|k| triangle.side(k, start) * sign);
            for column in left..=right {
                if (0..3).all(|k| sides[k] + bias[k] >= 0) {
                    let depth = (0..3).map(|k| sides[k] as f32 * near[k]).sum::<f32>() / whole;
                    let at = row as usize * self.width + column as usize;
                    let hit = Hit { sheet, triangle: number, near: depth };
                    if translucent {
                        self.over.push((at as u32, hit));
                    } else if depth > self.nearest[at].near {
                        self.nearest[at] = hit;
                    }
                }
                (0..3).for_each(|k| sides[k] += step[k]);
            }
        }
    }

    /// Puts translucent hits in order, without those that are hidden.
    #[expect(clippy::cast_possible_truncation, reason = "a stripe has fewer samples than 2³²")]
    pub(super) fn sort(&mut self) {
        let nearest = &self.nearest;
        self.over.retain(|(at, hit)| hit.near > nearest[*at as usize].near);
        self.over.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.near.total_cmp(&b.1.near)));
        self.starts.clear();
        let mut next = 0;
        for at in 0..=(self.width * self.height) as u32 {
            while self.over.get(next).is_some_and(|(place, _)| *place < at) {
                next += 1;
            }
            self.starts.push(next as u32);
        }
    }

    /// The nearest opaque triangle at a sample.
    pub(super) fn nearest(&self, (x, y): (usize, usize)) -> Option<&Hit> {
        self.nearest.get(y * self.width + x).filter(|hit| hit.near > 0.0)
    }

    /// Whether there is anything at a sample.
    pub(super) fn is_covered(&self, (x, y): (usize, usize)) -> bool {
        let at = y * self.width + x;
        self.nearest[at].near > 0.0 || self.starts[at] < self.starts[at + 1]
    }

    /// The translucent triangles before it, the farthest first.
    pub(super) fn translucent(&self, (x, y): (usize, usize)) -> impl Iterator<Item = &Hit> {
        let at = y * self.width + x;
        let range = self.starts[at] as usize..self.starts[at + 1] as usize;
        self.over[range].iter().map(|(_, hit)| hit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two triangles that share a side, drawn as translucent: hits are counted.
    fn hits(triangles: &[[(i32, i32, f32); 3]]) -> Vec<usize> {
        let mut stripe = Stripe::default();
        stripe.begin(32, 32, 0);
        for (number, corners) in (0..).zip(triangles) {
            stripe.draw(Triangle::new(*corners), (0, number), true);
        }
        stripe.sort();
        (0..32 * 32).map(|at| stripe.translucent((at % 32, at / 32)).count()).collect()
    }

    #[test]
    fn a_shared_side_belongs_to_one_triangle() {
        // Sides through middles of samples, flat, steep and slanted, in both directions.
        let corner = |x: i32, y: i32| (x * 128, y * 128, 1.0);
        let quads = [[(3, 3), (41, 3), (41, 41), (3, 41)], [(5, 9), (47, 21), (35, 59), (1, 33)]];
        for quad in quads {
            let [a, b, c, d] = quad.map(|(x, y)| corner(x, y));
            for triangles in [[[a, b, c], [a, c, d]], [[a, c, b], [a, c, d]], [[b, c, d], [d, a, b]]] {
                let counts = hits(&triangles);
                assert!(counts.iter().all(|count| *count <= 1), "no sample twice");
                let mut whole = Stripe::default();
                whole.begin(32, 32, 0);
                let inside = counts.iter().sum::<usize>() as f64;
                let area: i64 = triangles.iter().map(|t| Triangle::new(*t).area.abs()).sum();
                let area = area as f64 / 2.0 / f64::from(UNIT * UNIT);
                // Samples are counted at their middles; the outline is about 80 samples long.
                assert!((inside - area).abs() <= 40.0, "{inside} samples for an area of {area}");
            }
        }
    }

    #[test]
    fn the_nearest_wins_and_hides_what_is_behind() {
        let corner = |x: i32, y: i32, near: f32| (x * UNIT, y * UNIT, near);
        let flat = |near: f32| Triangle::new([corner(0, 0, near), corner(32, 0, near), corner(0, 32, near)]);
        let mut stripe = Stripe::default();
        stripe.begin(32, 32, 0);
        stripe.draw(flat(1.0), (0, 0), false);
        stripe.draw(flat(2.0), (0, 1), false);
        stripe.draw(flat(1.5), (0, 2), false);
        stripe.draw(flat(1.7), (1, 3), true);
        stripe.draw(flat(2.5), (1, 4), true);
        stripe.draw(flat(2.2), (1, 5), true);
        stripe.sort();
        assert_eq!(stripe.nearest((3, 4)).map(|hit| hit.triangle), Some(1), "the nearest");
        let over: Vec<u32> = stripe.translucent((3, 4)).map(|hit| hit.triangle).collect();
        assert_eq!(over, [5, 4], "the farther first, and nothing hidden");
        assert!(stripe.nearest((31, 31)).is_none(), "outside");
    }

    #[test]
    fn shares_follow_perspective() {
        let triangle = Triangle::new([(0, 0, 1.0), (2560, 0, 3.0), (0, 2560, 1.0)]);
        let (shares, _) = triangle.shares((1280, 0));
        // Half-way in the picture; the second corner is three times as near.
        assert!((shares[1] - 0.75).abs() < 1e-6 && (shares.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{shares:?}");
    }
}
