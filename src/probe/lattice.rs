//! Interpolation between nodes: f and ∇f of sampled values at any point.
//!
//! In the plane each cell is the bicubic Hermite patch of f, ∂f/∂x, ∂f/∂y and ∂²f/∂x∂y at its corners, in the coordinates of the
//! axes, so that uneven spacing is right. Neighbouring patches meet with equal values and slopes (Ferguson, *Multivariable curve
//! interpolation*, J. ACM 11(2), 1964): the interpolant is C¹, has the given gradient at the nodes, and its own gradient everywhere. On a line
//! and in space values and partials are each interpolated linearly.
//!
//! Where the corners of a cell are alike and flat, so is the patch, to the bit.
//!
//! **Edges**: NaN at a corner makes the cell NaN, unless the point lies on a node. Outside the nodes all is NaN; an axis of one
//! node has its coordinate only.

use crate::grid::Axis;
use crate::probe::Jets;

/// Nodes and what is known at them.
#[derive(Debug, Clone)]
pub struct Lattice {
    /// Coordinates along each axis, ascending.
    nodes: Vec<Vec<f64>>,
    /// Whether the axis was descending, so that its nodes are counted from the end.
    turned: Vec<bool>,
    value: Vec<f64>,
    gradient: Vec<Vec<f64>>,
    /// ∂²f/∂x∂y, in the plane.
    mixed: Vec<f64>,
}

impl Lattice {
    /// Nodes on these axes, every `stride`-th of each (and the last), where `planes` has f, its partials, and in the plane ∂²f/∂x∂y, of these
    /// nodes in the order of cells. `None` if a plane is missing or has another length.
    #[must_use]
    pub fn new(axes: &[Axis], stride: usize, mut planes: Vec<Vec<f64>>) -> Option<Self> {
        let picked = |axis: &Axis| kept(axis.len(), stride).map(|index| axis.world_from_index(index)).collect();
        let mut nodes: Vec<Vec<f64>> = axes.iter().map(picked).collect();
        let turned: Vec<bool> = nodes.iter().map(|nodes| nodes.first() > nodes.last()).collect();
        for (nodes, _) in nodes.iter_mut().zip(&turned).filter(|(_, turned)| **turned) {
            nodes.reverse();
        }
        let cells: usize = nodes.iter().map(Vec::len).product();
        let wanted = 1 + axes.len() + usize::from(axes.len() == 2);
        if planes.len() != wanted || planes.iter().any(|plane| plane.len() != cells) {
            return None;
        }
        let mixed = if axes.len() == 2 { planes.pop()? } else { Vec::new() };
        let gradient = planes.split_off(1);
        Some(Self { nodes, turned, value: planes.pop()?, gradient, mixed })
    }

    /// How many axes there are.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.nodes.len()
    }

    /// f and ∇f at points; `points` has a column of coordinates for each axis.
    #[must_use]
    pub fn jets(&self, points: &[Vec<f64>]) -> Jets {
        let dimension = self.dimension();
        let count = points.iter().map(Vec::len).min().unwrap_or(0);
        let mut jets = Jets { value: Vec::with_capacity(count), gradient: vec![Vec::with_capacity(count); dimension] };
        let mut at = vec![0.0; dimension];
        for k in 0..count {
            at.iter_mut().zip(points).for_each(|(at, column)| *at = column[k]);
            let jet = self.jet(&at);
            jets.value.push(jet[0]);
            jets.gradient.iter_mut().zip(&jet[1..]).for_each(|(column, &partial)| column.push(partial));
        }
        jets
    }

    /// f and its partials at one point, of at most three axes.
    fn jet(&self, at: &[f64]) -> [f64; 4] {
        let mut spans = [Span::default(); 3];
        for ((span, nodes), &at) in spans.iter_mut().zip(&self.nodes).zip(at) {
            match Span::find(nodes, at) {
                Some(found) => *span = found,
                None => return [f64::NAN; 4],
            }
        }
        if self.dimension() == 2 { self.bicubic(spans[0], spans[1]) } else { self.linear(&spans) }
    }

    /// The place of a node in the planes.
    fn place(&self, index: &[usize]) -> usize {
        let along = |axis: usize| {
            let (len, index) = (self.nodes[axis].len(), index[axis]);
            if self.turned[axis] { len - 1 - index } else { index }
        };
        (0..self.dimension()).rev().fold(0, |place, axis| place * self.nodes[axis].len() + along(axis))
    }

    fn bicubic(&self, x: Span, y: Span) -> [f64; 4] {
        let (hx, hy) = (x.hermite(), y.hermite());
        let (mut value, mut rise, mut across) = (0.0, 0.0, [0.0; 2]);
        // Patches are of differences from one corner: where all corners are alike, value and slopes are exact, not sums of what cancels but for
        // its rounding.
        let base = self.value[self.place(&[x.low, y.low])];
        for (j, row) in [y.low, y.high].into_iter().enumerate() {
            for (i, column) in [x.low, x.high].into_iter().enumerate() {
                // A corner that has no part in the point may be missing.
                if (i == 1 && x.share == 0.0) || (j == 1 && y.share == 0.0) {
                    continue;
                }
                let node = self.place(&[column, row]);
                let [f, fx, fy, fxy] =
                    [&self.value, &self.gradient[0], &self.gradient[1], &self.mixed].map(|plane| plane[node]);
                let f = f - base;
                let ((a, b), (da, db)) = (hx.0[i], hx.1[i]);
                let ((c, d), (dc, dd)) = (hy.0[j], hy.1[j]);
                value += (f * a + fx * b) * c + (fy * a + fxy * b) * d;
                rise += (f * da + fx * db) * c + (fy * da + fxy * db) * d;
                // Each column on its own, as rows are: what does not change along it cancels exactly.
                across[i] += (f * a + fx * b) * dc + (fy * a + fxy * b) * dd;
            }
        }
        [base + value, rise, across[0] + across[1], 0.0]
    }

    fn linear(&self, spans: &[Span; 3]) -> [f64; 4] {
        let mut jet = [0.0; 4];
        let dimension = self.dimension();
        for corner in 0..1_usize << dimension {
            let (mut weight, mut index) = (1.0, [0; 3]);
            for axis in 0..dimension {
                let (span, high) = (spans[axis], corner >> axis & 1 == 1);
                weight *= if high { span.share } else { 1.0 - span.share };
                index[axis] = if high { span.high } else { span.low };
            }
            if weight == 0.0 {
                continue;
            }
            let node = self.place(&index);
            jet[0] += weight * self.value[node];
            for (partial, plane) in jet[1..].iter_mut().zip(&self.gradient) {
                *partial += weight * plane[node];
            }
        }
        jet
    }
}

/// The indices of an axis of `len` nodes that a lattice of this stride keeps: every `stride`-th, and the last.
pub fn kept(len: usize, stride: usize) -> impl Iterator<Item = usize> {
    let stride = stride.max(1);
    let last = (len > 0 && !(len - 1).is_multiple_of(stride)).then(|| len - 1);
    (0..len).step_by(stride).chain(last)
}

/// Two neighbouring nodes and a place between them.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    low: usize,
    high: usize,
    /// 0 at the lower node, below 1 or at the upper one.
    share: f64,
    width: f64,
}

/// The weights of value and slope at both ends.
type Ends = [(f64, f64); 2];

impl Span {
    /// The nodes around a coordinate, unless it lies outside of all.
    fn find(nodes: &[f64], at: f64) -> Option<Self> {
        let (first, last) = (*nodes.first()?, *nodes.last()?);
        if !(first..=last).contains(&at) {
            return None;
        }
        let low = nodes.partition_point(|node| *node <= at).saturating_sub(1);
        let high = (low + 1).min(nodes.len() - 1);
        let width = nodes[high] - nodes[low];
        let share = if width > 0.0 { (at - nodes[low]) / width } else { 0.0 };
        Some(Self { low, high, share, width })
    }

    /// The cubic Hermite weights, and their derivatives by the coordinate.
    fn hermite(self) -> (Ends, Ends) {
        let (t, w) = (self.share, self.width);
        let (t2, t3) = (t * t, t * t * t);
        let values = [(2.0 * t3 - 3.0 * t2 + 1.0, w * (t3 - 2.0 * t2 + t)), (3.0 * t2 - 2.0 * t3, w * (t3 - t2))];
        if w == 0.0 {
            // One node: its own slope.
            return (values, [(0.0, 1.0), (0.0, 0.0)]);
        }
        let steep = (6.0 * t2 - 6.0 * t) / w;
        (values, [(steep, 3.0 * t2 - 4.0 * t + 1.0), (-steep, 3.0 * t2 - 2.0 * t)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nodes of a function and its derivatives.
    fn lattice(axes: &[Axis; 2], f: impl Fn(f64, f64) -> [f64; 4]) -> Lattice {
        let (x, y) = (axes[0].table(), axes[1].table());
        let mut planes = vec![Vec::new(); 4];
        for &y in &y {
            for &x in &x {
                for (plane, value) in planes.iter_mut().zip(f(x, y)) {
                    #[expect(clippy::cast_possible_truncation, reason = "as planes in f32 are")]
                    plane.push(f64::from(value as f32));
                }
            }
        }
        Lattice::new(axes, 1, planes).expect("whole planes")
    }

    /// x²y³ is a bicubic, so that it is met but for the rounding of its nodes.
    fn cubic(x: f64, y: f64) -> [f64; 4] {
        [x * x * y.powi(3), 2.0 * x * y.powi(3), 3.0 * x * x * y * y, 6.0 * x * y * y]
    }

    /// Values up to 108 rounded to f32, each weighted by at most 1 and its slope by less: 16 roundings of 2⁻²⁴·108.
    const ROUNDED: f64 = 16.0 * 108.0 / 16_777_216.0;

    #[test]
    fn bicubics_are_reproduced_on_uneven_and_descending_axes() {
        let axes = [
            Axis::from_nodes("x", &[-1.0, 0.0, 0.5, 2.0]).expect("uneven"),
            Axis::new("y", 3.0, -1.0, 5).expect("descending"),
        ];
        let lattice = lattice(&axes, cubic);
        for (x, y) in [(-1.0, 3.0), (2.0, -1.0), (0.3, 0.1), (1.9, 2.99), (0.5, 0.0), (-0.25, -0.75)] {
            let (jet, wanted) = (lattice.jet(&[x, y]), cubic(x, y));
            for part in 0..3 {
                assert!((jet[part] - wanted[part]).abs() <= ROUNDED, "({x}, {y})[{part}]: {jet:?} for {wanted:?}");
            }
        }
        assert!(lattice.jet(&[2.1, 0.0])[0].is_nan() && lattice.jet(&[0.0, f64::NAN])[0].is_nan(), "outside");
    }

    #[test]
    fn what_does_not_change_is_flat_to_the_bit() {
        let axes = [Axis::new("x", 0.0, 0.7, 8).expect("even"), Axis::new("y", -1.1, 3.0, 12).expect("even")];
        let places = || (0..50).map(|k| f64::from(k) / 50.0).map(|t| (0.7 * t, 4.1 * t * t - 1.1));
        let flat = lattice(&axes, |_, _| [0.7, 0.0, 0.0, 0.0]);
        let value = f64::from(0.7_f32);
        assert!(places().all(|(x, y)| flat.jet(&[x, y])[..3] == [value, 0.0, 0.0]), "constant");
        let rows = lattice(&axes, |x, _| [(3.0 * x).sin() + 1e3, 3.0 * (3.0 * x).cos(), 0.0, 0.0]);
        assert!(places().all(|(x, y)| rows.jet(&[x, y])[2] == 0.0), "∂f/∂y of a function of x");
        let columns = lattice(&axes, |_, y| [(3.0 * y).sin() + 1e3, 0.0, 3.0 * (3.0 * y).cos(), 0.0]);
        assert!(places().all(|(x, y)| columns.jet(&[x, y])[1] == 0.0), "∂f/∂x of a function of y");
    }

    #[test]
    fn a_hole_spoils_its_cells_but_not_other_nodes() {
        let axes = [Axis::new("x", 0.0, 2.0, 3).expect("even"), Axis::new("y", 0.0, 2.0, 3).expect("even")];
        let lattice = lattice(&axes, |x, y| if (x, y) == (2.0, 2.0) { [f64::NAN; 4] } else { [x + y, 1.0, 1.0, 0.0] });
        assert_eq!(lattice.jet(&[1.0, 1.0])[..3], [2.0, 1.0, 1.0], "a node beside the hole");
        assert!(lattice.jet(&[1.5, 1.5])[0].is_nan(), "a cell of the hole");
        assert_eq!(lattice.jet(&[0.5, 1.75])[..3], [2.25, 1.0, 1.0], "a cell beside it");
    }

    #[test]
    fn lines_and_volumes_are_linear_and_strides_keep_the_last_node() {
        assert_eq!(kept(8, 3).collect::<Vec<_>>(), [0, 3, 6, 7], "the last");
        assert_eq!(kept(7, 3).collect::<Vec<_>>(), [0, 3, 6], "once");
        assert_eq!((kept(0, 3).count(), kept(1, 3).count()), (0, 1), "none and one");
        let line = [Axis::new("x", 0.0, 7.0, 8).expect("even")];
        let lattice = Lattice::new(&line, 3, vec![vec![0.0, 3.0, 6.0, 7.0], vec![1.0; 4]]).expect("whole");
        assert_eq!(lattice.jet(&[6.5])[..2], [6.5, 1.0], "between the last two");
        let axes = ["x", "y", "z"].map(|name| Axis::new(name, 0.0, 1.0, 2).expect("even"));
        let corners = (0..8_u8).map(|corner| f64::from(corner & 1) + 2.0 * f64::from(corner >> 2)).collect();
        let volume = Lattice::new(&axes, 1, vec![corners, vec![1.0; 8], vec![0.0; 8], vec![2.0; 8]]).expect("whole");
        assert_eq!(volume.jet(&[0.25, 0.5, 0.75]), [1.75, 1.0, 0.0, 2.0], "x + 2z");
        assert!(Lattice::new(&axes, 1, vec![vec![0.0; 8]]).is_none(), "planes are missing");
    }
}
