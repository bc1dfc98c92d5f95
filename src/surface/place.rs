//! Where on a crossed edge the surface is, and its normal there: a root along the edge for functions, a straight line for samples.
//!
//! **Functions.** Both ends are evaluated in `f64`, and the root between them is found by Chandrupatla's method (T. R. Chandrupatla,
//! Advances in Engineering Software 28, 1997): inverse quadratic interpolation where three points support it, else halving, so it
//! never takes more than some fifty steps and as a rule seven. All edges of a layer step together, which makes points cheap. The
//! normal is ∇f/‖∇f‖ at the root.
//!
//! Edge cases: the values that called for the vertex may come from single precision, so that in `f64` both ends lie on one side, by
//! no more than a rounding error; the vertex is then the nearer end, moved onto the surface by one Newton step along ∇f. Where |f − level|
//! at the root exceeds both ends' there is no root but a pole, and where f is undefined on the way there is a gap; such vertices are
//! *gone*, and with them their triangles. At a finite jump the vertex lies at the jump.

use super::mesh::unit;
use rayon::prelude::*;

/// A function of three variables at scattered points, `points[axis][k]`; NaN where it is not defined.
pub trait Function: Sync {
    /// Its values.
    fn values(&self, points: &[Vec<f64>]) -> Vec<f64>;
    /// Its values and gradients, `gradient[axis][k]`.
    fn jets(&self, points: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>);
}

/// A crossed edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    /// Its lower end.
    pub(super) from: [f64; 3],
    /// The axis it runs along.
    pub(super) axis: usize,
    /// The coordinate of its upper end on that axis.
    pub(super) to: f64,
    /// The values at both ends, measured from the level.
    pub(super) values: [f64; 2],
}

/// A vertex.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) point: [f64; 3],
    /// NaN where there is none.
    pub(super) normal: [f32; 3],
    /// Whether there is no surface here after all.
    pub(super) gone: bool,
}

/// No normal.
pub(super) const UNKNOWN: [f32; 3] = [f32::NAN; 3];

impl Edge {
    /// The point at a share of the way, the ends exactly.
    pub(super) fn point(&self, share: f64) -> [f64; 3] {
        let mut point = self.from;
        let from = self.from[self.axis];
        point[self.axis] = if share == 1.0 { self.to } else { from + share * (self.to - from) };
        point
    }

    /// Where a straight line between the values crosses the level.
    pub(super) fn straight(&self) -> f64 {
        let [a, b] = self.values;
        let share = a / (a - b);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 }
    }
}

/// A root is known to this share of its edge, far below a rounding error of what is drawn or written in single precision and near that of `f64`.
const TOLERANCE: f64 = 1.0 / (1_u64 << 44) as f64;

/// Halving alone needs 44 steps; interpolation that fails alternates with it.
const MOST_STEPS: usize = 100;

/// Edges that step together: enough to make points cheap, few enough to stay in the cache.
const BATCH: usize = 2048;

/// The longest Newton step, as a share of the edge, that can correct a rounding error.
const NUDGE: f64 = 1.0 / 64.0;

/// The vertices of these edges on {f = level}.
pub(super) fn on_function(function: &dyn Function, level: f64, edges: &[Edge]) -> Vec<Placed> {
    edges.par_chunks(BATCH).flat_map_iter(|edges| batch(function, level, edges)).collect()
}

/// The three columns of points.
pub(super) fn columns(points: impl Iterator<Item = [f64; 3]>) -> Vec<Vec<f64>> {
    let mut columns = vec![Vec::new(); 3];
    for point in points {
        columns.iter_mut().zip(point).for_each(|(column, part)| column.push(part));
    }
    columns
}

/// The bracket of a root, in shares of its edge: the latest point, the one across the root, and the one before.
#[derive(Debug, Clone, Copy)]
struct Bracket {
    edge: usize,
    x: [f64; 3],
    g: [f64; 3],
    next: f64,
}

impl Bracket {
    fn new(edge: usize, [low, high]: [f64; 2]) -> Self {
        let share = low / (low - high);
        let next = if share.is_finite() { share.clamp(TOLERANCE, 1.0 - TOLERANCE) } else { 0.5 };
        Self { edge, x: [0.0, 1.0, 0.0], g: [low, high, low], next }
    }

    /// The end that is nearer to the root, with its value.
    fn best(&self) -> (f64, f64) {
        let nearer = usize::from(self.g[1].abs() < self.g[0].abs());
        (self.x[nearer], self.g[nearer])
    }

    /// Takes the value at `next`; whether the root is found.
    fn take(&mut self, value: f64) -> bool {
        let x = self.next;
        if (value >= 0.0) == (self.g[0] >= 0.0) {
            (self.x[2], self.g[2]) = (self.x[0], self.g[0]);
        } else {
            (self.x[2], self.g[2]) = (self.x[1], self.g[1]);
            (self.x[1], self.g[1]) = (self.x[0], self.g[0]);
        }
        (self.x[0], self.g[0]) = (x, value);
        let ([x1, x2, x3], [g1, g2, g3]) = (self.x, self.g);
        let least = TOLERANCE / (x2 - x1).abs();
        if value == 0.0 || least > 0.5 || least.is_nan() {
            return true;
        }
        let (xi, phi) = ((x1 - x2) / (x3 - x2), (g1 - g2) / (g3 - g2));
        let supported = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        let share = if supported {
            g1 / (g2 - g1) * g3 / (g2 - g3) + (x3 - x1) / (x2 - x1) * g1 / (g3 - g1) * g2 / (g3 - g2)
        } else {
            0.5
        };
        let share = if share.is_finite() { share.clamp(least, 1.0 - least) } else { 0.5 };
        self.next = x1 + share * (x2 - x1);
        false
    }
}

fn batch(function: &dyn Function, level: f64, edges: &[Edge]) -> Vec<Placed> {
    let from_level = |points: Vec<Vec<f64>>| -> Vec<f64> {
        function.values(&points).into_iter().map(|value| value - level).collect()
    };
    let ends = [0.0, 1.0].map(|share| from_level(columns(edges.iter().map(|edge| edge.point(share)))));
    let ends: Vec<[f64; 2]> = ends[0].iter().zip(&ends[1]).map(|(low, high)| [*low, *high]).collect();
    let mut shares = vec![f64::NAN; edges.len()];
    let mut nudged = vec![false; edges.len()];
    let mut open = Vec::with_capacity(edges.len());
    for (number, (&[low, high], share)) in ends.iter().zip(&mut shares).enumerate() {
        if low.is_nan() || high.is_nan() {
            continue;
        }
        if (low >= 0.0) != (high >= 0.0) {
            // A corner on the level is the vertex.
            match (low == 0.0, high == 0.0) {
                (true, _) => *share = 0.0,
                (_, true) => *share = 1.0,
                _ => open.push(Bracket::new(number, [low, high])),
            }
        } else {
            *share = if low.abs() <= high.abs() { 0.0 } else { 1.0 };
            nudged[number] = true;
        }
    }
    for _ in 0..MOST_STEPS {
        if open.is_empty() {
            break;
        }
        let values = from_level(columns(open.iter().map(|one| edges[one.edge].point(one.next))));
        let mut values = values.into_iter();
        open.retain_mut(|one| {
            let value = values.next().unwrap_or(f64::NAN);
            if value.is_nan() {
                return false;
            }
            let found = one.take(value);
            if found {
                let ((share, value), [low, high]) = (one.best(), ends[one.edge]);
                let pole = value.abs() > low.abs().max(high.abs());
                shares[one.edge] = if pole { f64::NAN } else { share };
            }
            !found
        });
    }
    open.iter().for_each(|one| shares[one.edge] = one.best().0);
    let points: Vec<[f64; 3]> = edges.iter().zip(&shares).map(|(edge, share)| edge.point(share.max(0.0))).collect();
    let (values, gradient) = function.jets(&columns(points.iter().copied()));
    let placed = points.into_iter().enumerate().map(|(k, point)| {
        let slope = [gradient[0][k], gradient[1][k], gradient[2][k]];
        let reach = NUDGE * (edges[k].to - edges[k].from[edges[k].axis]).abs();
        let point = if nudged[k] { newton(point, values[k] - level, slope, reach) } else { point };
        Placed { point, normal: unit(slope).unwrap_or(UNKNOWN), gone: shares[k].is_nan() }
    });
    placed.collect()
}

/// One step toward the level along the gradient, unless it is longer than `reach` or leads nowhere.
pub(super) fn newton(point: [f64; 3], value: f64, slope: [f64; 3], reach: f64) -> [f64; 3] {
    let square: f64 = slope.iter().map(|part| part * part).sum();
    let step = slope.map(|part| -value * part / square);
    let far = step.iter().map(|part| part * part).sum::<f64>().sqrt();
    if far <= reach { std::array::from_fn(|k| point[k] + step[k]) } else { point }
}

/// Moves points that are within `reach` of the surface onto it, and finds their normals.
pub(super) fn onto(function: &dyn Function, level: f64, points: &[[f64; 3]], reach: f64) -> Vec<Placed> {
    /// Each squares the error, which begins at the curvature of a cell.
    const STEPS: usize = 5;
    let mut points = points.to_vec();
    for _ in 0..STEPS {
        let (values, gradient) = function.jets(&columns(points.iter().copied()));
        for (k, point) in points.iter_mut().enumerate() {
            let slope = [gradient[0][k], gradient[1][k], gradient[2][k]];
            *point = newton(*point, values[k] - level, slope, reach);
        }
    }
    let (_, gradient) = function.jets(&columns(points.iter().copied()));
    let normal = |k: usize| unit([gradient[0][k], gradient[1][k], gradient[2][k]]).unwrap_or(UNKNOWN);
    points.iter().enumerate().map(|(k, &point)| Placed { point, normal: normal(k), gone: false }).collect()
}
