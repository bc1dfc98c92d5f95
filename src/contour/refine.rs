//! Where a level crosses an edge: the root of f − level between two nodes, for many edges at once.
//!
//! **Theory.** Chandrupatla's method (*Adv. Eng. Software* 28, 1997, pp. 145–149): the root stays between two points of unlike sign; the
//! next point comes from inverse quadratic interpolation where the last three points allow it, else from halving. It asks for values
//! alone, so kinks are no worse than smooth places, and it never leaves the edge. The first point is that of linear interpolation, and a
//! smooth edge takes three or four more. All edges of a batch step together, because a function is asked for many points at once.
//!
//! **Not every change of sign is a root.** Where the edge has shrunk to a point and f is still far from the level, f jumps there, or has a
//! pole: such an edge has no vertex. An undefined point is stepped around by halving once, and then taken as no root.

use super::Surface;

/// A residual is none at this share of the larger end's: the place is then right to about as much of the edge.
const RESIDUAL: f64 = 1e-12;

/// The edge counts as shrunk to a point at this share of its length.
const POINT: f64 = 1e-14;

/// What may remain in a point, as a share of the larger end's residual: a root as steep as that of ⁷√t leaves (10⁻¹⁴)^(1/7).
const JUMP: f64 = 1e-2;

/// Halving alone takes 47 steps to a [`POINT`]; the method takes at most about three times as many.
const MOST_STEPS: usize = 150;

/// An edge from `a` to `b` with f − level at both ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) a: [f64; 2],
    pub(super) b: [f64; 2],
    pub(super) at_a: f64,
    pub(super) at_b: f64,
}

impl Edge {
    /// The point at `t` between `a` (0) and `b` (1); both ends to the bit.
    pub(super) fn point(&self, t: f64) -> [f64; 2] {
        [0, 1].map(|axis| between(self.a[axis], self.b[axis], t))
    }

    /// Where a straight line between the ends is zero.
    pub(super) fn straight(&self) -> f64 {
        // Halved, so that the difference of two huge numbers stays finite.
        let (a, b) = (0.5 * self.at_a, 0.5 * self.at_b);
        if a == b { 0.5 } else { (a / (a - b)).clamp(0.0, 1.0) }
    }
}

fn between(a: f64, b: f64, t: f64) -> f64 {
    if t <= 0.5 { a + t * (b - a) } else { b - (1.0 - t) * (b - a) }
}

/// An edge on its way to its root.
#[derive(Debug, Clone, Copy)]
struct Search {
    /// Which edge.
    nth: usize,
    level: f64,
    /// The newest point, the one of unlike sign, and the one before: place and value.
    a: (f64, f64),
    b: (f64, f64),
    c: (f64, f64),
    /// The point to be asked for.
    t: f64,
    /// The larger end's residual.
    scale: f64,
    /// The residual that may remain in a point.
    jump: f64,
    /// Whether the last point was undefined.
    missed: bool,
}

impl Search {
    /// Starts, or ends at once: at an end that is on the level, or with nothing where no sign changes.
    fn new(nth: usize, edge: &Edge, level: f64) -> Result<Self, f64> {
        let (at_a, at_b) = (edge.at_a, edge.at_b);
        if at_a == 0.0 {
            return Err(0.0);
        }
        if at_b == 0.0 {
            return Err(1.0);
        }
        if at_a.is_nan() || at_b.is_nan() || (at_a < 0.0) == (at_b < 0.0) {
            return Err(f64::NAN);
        }
        let grain = |axis: usize| {
            let (size, length) = (edge.a[axis].abs().max(edge.b[axis].abs()), (edge.b[axis] - edge.a[axis]).abs());
            if length > 0.0 { 4.0 * f64::EPSILON * size / length } else { 0.0 }
        };
        let scale = at_a.abs().max(at_b.abs());
        let jump = (JUMP + grain(0).max(grain(1))) * scale;
        let t = edge.straight().clamp(POINT, 1.0 - POINT);
        Ok(Self { nth, level, a: (1.0, at_b), b: (0.0, at_a), c: (1.0, at_b), t, scale, jump, missed: false })
    }

    /// Takes the value at `t`; gives the root, or NaN for none, or nothing as yet.
    fn step(&mut self, value: f64) -> Option<f64> {
        let residual = value - self.level;
        if residual.is_nan() {
            let middle = 0.5 * (self.a.0 + self.b.0);
            if self.missed || middle == self.t {
                return Some(f64::NAN);
            }
            (self.missed, self.t) = (true, middle);
            return None;
        }
        self.missed = false;
        if (residual < 0.0) == (self.a.1 < 0.0) {
            self.c = self.a;
        } else {
            (self.c, self.b) = (self.b, self.a);
        }
        self.a = (self.t, residual);
        let best = if self.a.1.abs() < self.b.1.abs() { self.a } else { self.b };
        // Rounding of f itself leaves residuals of an ulp or two of the level.
        if best.1.abs() <= RESIDUAL * self.scale || best.1.abs() <= 2.0 * f64::EPSILON * self.level.abs() {
            return Some(best.0);
        }
        let least = POINT / (self.b.0 - self.a.0).abs();
        if least > 0.5 {
            return Some(if best.1.abs() <= self.jump { best.0 } else { f64::NAN });
        }
        let ((a, fa), (b, fb), (c, fc)) = (self.a, self.b, self.c);
        let (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
        let t = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        } else {
            0.5
        };
        self.t = a + t.clamp(least, 1.0 - least) * (b - a);
        None
    }
}

/// The place of the root on each edge, from 0 at `a` to 1 at `b`; NaN where there is none. `levels` holds the level of each edge.
pub(super) fn roots(surface: &dyn Surface, edges: &[Edge], levels: &[f64]) -> Vec<f64> {
    let mut found = vec![f64::NAN; edges.len()];
    let mut searches = Vec::with_capacity(edges.len());
    for (nth, (edge, &level)) in edges.iter().zip(levels).enumerate() {
        match Search::new(nth, edge, level) {
            Ok(search) => searches.push(search),
            Err(end) => found[nth] = end,
        }
    }
    for _ in 0..MOST_STEPS {
        if searches.is_empty() {
            break;
        }
        let points: Vec<[f64; 2]> = searches.iter().map(|search| edges[search.nth].point(search.t)).collect();
        let values = surface.values(&points);
        let mut values = values.into_iter();
        searches.retain_mut(|search| match search.step(values.next().unwrap_or(f64::NAN)) {
            Some(root) => {
                found[search.nth] = root;
                false
            }
            None => true,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::Plain;
    use super::*;

    fn root(f: fn(f64, f64) -> f64, a: f64, b: f64, level: f64) -> f64 {
        let edge = Edge { a: [a, 0.0], b: [b, 0.0], at_a: f(a, 0.0) - level, at_b: f(b, 0.0) - level };
        edge.point(roots(&Plain(f), &[edge], &[level])[0])[0]
    }

    #[test]
    fn smooth_steep_and_kinked_roots_are_found() {
        /// Twice what a residual of 1e-12 of the edge's rise leaves on these edges, whose slopes at the root are no smaller than the mean.
        const CLOSE: f64 = 2e-12;
        let close =
            |found: f64, want: f64| assert!((found - want).abs() <= CLOSE * want.abs().max(1.0), "{found} for {want}");
        close(root(|x, _| x * x, 0.0, 3.0, 2.0), 2_f64.sqrt());
        close(root(|x, _| x.exp(), -1.0, 0.7, 1.0), 0.0);
        close(root(|x, _| (x - 0.3).abs() + 3.0 * x, -1.0, 1.0, 0.9), 0.3);
        close(root(|x, _| (x - 0.1).cbrt(), -1.0, 1.0, 0.0), 0.1);
        close(root(|x, _| (1e4 * (x - 0.7)).tanh(), 0.0, 1.0, 0.0), 0.7);
        close(root(|x, _| -x.powi(9), -0.5, 1.2, -1.0), 1.0);
        close(root(|x, _| x, 2.0, -2.0, 0.5), 0.5);
        assert_eq!(root(|x, _| x, 0.5, 1.0, 0.5), 0.5, "an end is met to the bit");
        assert_eq!(root(|x, _| x, 0.0, 0.3, 0.3), 0.3, "the other end too");
    }

    #[test]
    fn poles_jumps_and_holes_are_no_roots() {
        assert!(root(|x, _| 1.0 / x, -1.0, 0.7, 0.0).is_nan(), "a pole");
        assert!(root(|x, _| x.tan(), 1.0, 2.1, 0.0).is_nan(), "a pole of tan");
        assert!(root(|x, _| x.floor(), 0.2, 1.3, 0.5).is_nan(), "a jump over the level");
        assert_eq!(root(|x, _| x.floor(), 0.25, 1.5, 1.0), 1.5, "of a step onto the level, the end that is on it");
        let hole = |x: f64, _| if (0.2..0.8).contains(&x) { f64::NAN } else { x - 0.5 };
        assert!(root(hole, 0.0, 1.0, 0.0).is_nan(), "a hole");
        let pinhole = |x: f64, _| if x == 0.5 { f64::NAN } else { (x - 0.5).cbrt() - 0.1 };
        assert!((root(pinhole, 0.0, 1.0, 0.0) - 0.501).abs() < 1e-9, "a hole of one point is passed by");
        assert!(root(|x, _| x * x + 1.0, -1.0, 1.0, 0.0).is_nan(), "no change of sign");
    }

    #[test]
    fn coordinates_that_are_few_ulps_apart_still_have_roots() {
        let a = 1e6_f64;
        let b = a + 4.0 * (a.next_up() - a);
        let edge = Edge { a: [a, 0.0], b: [b, 0.0], at_a: -1.0, at_b: 3.0 };
        let unit = (b - a) / 4.0;
        let found = roots(&Plain(|x, _| (x - 1e6) / 1.1641532182693481e-10 - 1.0), &[edge], &[0.0])[0];
        assert!((edge.point(found)[0] - (a + unit)).abs() <= unit, "within an ulp: {found}");
    }
}
