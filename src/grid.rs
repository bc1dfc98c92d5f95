//! Dense rectangular grids: axes, extents, and the way from an index to a world coordinate.
//!
//! A [`Grid`] is the product of [`Axis`] values. `axes[0]` is x, the fastest; in an array it is the *last* axis, as
//! NumPy stores it. Samples sit on nodes, both ends included, like `numpy.linspace`:
//!
//! ```text
//! x_i = min + (max − min) · i / (len − 1),   i = 0 … len − 1
//! ```
//!
//! Coordinates are computed from the index in `f64` and never by accumulating a step, so they do not drift; the last
//! node is `max` to the bit. An axis of one node has spacing zero and sits on `min`. `max < min` is a descending axis
//! (negative spacing), as in north-up rasters.
//!
//! An axis may also be given by its nodes ([`Axis::from_nodes`]), strictly rising or falling in uneven steps, as sampled data may
//! have them. Rows keep the order of the grid: row 0 is the first node of y. Pictures draw y upward; of a raster whose y axis
//! descends, row 0 is the northernmost and is drawn at the top, so that the picture keeps the order of the file.
//!
//! Cells are numbered `cell = ix + width · row` with `row = iy + ny · (iz + nz · …)`.

pub mod earth;

use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// The most axes a grid may have.
pub const MAX_AXES: usize = 8;

/// What can be wrong with an axis or a grid.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GridError {
    /// An end is infinite or not a number.
    #[error("axis {name}: the ends {min} and {max} must be finite numbers")]
    NotFinite {
        /// Name of the axis.
        name: String,
        /// First node.
        min: f64,
        /// Last node.
        max: f64,
    },
    /// The span overflows `f64`.
    #[error("axis {name}: the span from {min:e} to {max:e} is wider than a double can hold; narrow it")]
    TooWide {
        /// Name of the axis.
        name: String,
        /// First node.
        min: f64,
        /// Last node.
        max: f64,
    },
    /// Two or more nodes on one point.
    #[error("axis {name}: {len} nodes from {min} to {max} have no width; give two different ends, or one node")]
    Empty {
        /// Name of the axis.
        name: String,
        /// Both ends.
        min: f64,
        /// Last node.
        max: f64,
        /// Number of nodes.
        len: usize,
    },
    /// Nodes that turn back or stand still.
    #[error(
        "axis {name}: node {index} at {at} does not go on from the one before it, at {before}; nodes must rise or fall strictly"
    )]
    NotMonotonic {
        /// Name of the axis.
        name: String,
        /// Number of the node, from 0.
        index: usize,
        /// The node before it.
        before: f64,
        /// The node.
        at: f64,
    },
    /// An axis with no nodes.
    #[error("axis {name}: a grid needs at least one node on each axis")]
    NoNodes {
        /// Name of the axis.
        name: String,
    },
    /// Too few or too many axes.
    #[error("a grid has 1 to {MAX_AXES} axes, not {0}")]
    Axes(usize),
    /// The number of cells overflows.
    #[error("a grid of {0} has more cells than can be counted")]
    TooMany(String),
}

/// One axis of a grid: `len` nodes from `min` to `max`, both included.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    name: String,
    min: f64,
    max: f64,
    len: usize,
    /// The nodes, where they are not even.
    nodes: Option<Arc<[f64]>>,
}

impl Axis {
    /// An axis of `len` nodes from `min` to `max`.
    ///
    /// # Errors
    /// Ends that are not finite, a span that overflows, no nodes, or several nodes on one point.
    pub fn new(name: impl Into<String>, min: f64, max: f64, len: usize) -> Result<Self, GridError> {
        let name = name.into();
        if !min.is_finite() || !max.is_finite() {
            return Err(GridError::NotFinite { name, min, max });
        }
        if !(max - min).is_finite() {
            return Err(GridError::TooWide { name, min, max });
        }
        if len == 0 {
            return Err(GridError::NoNodes { name });
        }
        if len > 1 && min == max {
            return Err(GridError::Empty { name, min, max, len });
        }
        Ok(Self { name, min, max, len, nodes: None })
    }

    /// An axis with these nodes, which rise or fall strictly; evenly spaced ones to the bit make an even axis.
    ///
    /// # Errors
    /// As for [`Axis::new`], and nodes that turn back or stand still.
    pub fn from_nodes(name: impl Into<String>, nodes: &[f64]) -> Result<Self, GridError> {
        let (min, max) = (nodes.first().copied().unwrap_or(0.0), nodes.last().copied().unwrap_or(0.0));
        let mut axis = Self::new(name, min, max, nodes.len())?;
        let rising = max > min;
        for (index, pair) in nodes.windows(2).enumerate() {
            if !pair[1].is_finite() {
                return Err(GridError::NotFinite { name: axis.name, min: pair[0], max: pair[1] });
            }
            if pair[0] == pair[1] || (pair[1] > pair[0]) != rising {
                let index = index + 1;
                return Err(GridError::NotMonotonic { name: axis.name, index, before: pair[0], at: pair[1] });
            }
        }
        if nodes != axis.table() {
            axis.nodes = Some(nodes.into());
        }
        Ok(axis)
    }

    /// Whether neighbours are equally far apart.
    #[must_use]
    pub fn is_even(&self) -> bool {
        self.nodes.is_none()
    }

    /// The variable that runs along this axis.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// World coordinate of the first node.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.min
    }

    /// World coordinate of the last node (the first one's, if there is only one).
    #[must_use]
    pub fn max(&self) -> f64 {
        if self.len == 1 { self.min } else { self.max }
    }

    /// Number of nodes; never zero.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an axis is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Distance between neighbours, signed, on an uneven axis the mean one; zero for a single node.
    #[must_use]
    pub fn spacing(&self) -> f64 {
        if self.len == 1 { 0.0 } else { (self.max - self.min) / (self.len - 1) as f64 }
    }

    /// World coordinate of node `index`, rounded once from the exact position along the span.
    #[must_use]
    pub fn world_from_index(&self, index: usize) -> f64 {
        if let Some(node) = self.nodes.as_ref().and_then(|nodes| nodes.get(index)) {
            return *node;
        }
        if index == 0 || self.len == 1 {
            return self.min;
        }
        if index + 1 == self.len {
            return self.max;
        }
        let t = index as f64 / (self.len - 1) as f64;
        // The end that is nearer anchors the sum, so that a symmetric axis has symmetric nodes and its exact middle.
        if index <= (self.len - 1) / 2 {
            self.min + (self.max - self.min) * t
        } else {
            self.max - (self.max - self.min) * ((self.len - 1 - index) as f64 / (self.len - 1) as f64)
        }
    }

    /// All coordinates, as the `f64` engine uses them.
    #[must_use]
    pub fn table(&self) -> Vec<f64> {
        (0..self.len).map(|i| self.world_from_index(i)).collect()
    }

    /// All coordinates rounded once to `f32`, as the `f32` engines use them.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the one rounding that the f32 engines are defined by")]
    pub fn table_f32(&self) -> Vec<f32> {
        (0..self.len).map(|i| self.world_from_index(i) as f32).collect()
    }

    /// Whether neighbouring nodes stay apart in `f32`: a step of at least two ulps of the largest coordinate.
    ///
    /// An axis that fails this must be evaluated in `f64`; in `f32` it would collapse to fewer distinct columns.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the check is about this very rounding")]
    pub fn resolved_in_f32(&self) -> bool {
        let largest = self.min.abs().max(self.max().abs());
        let rounded = largest as f32;
        if !rounded.is_finite() {
            return false;
        }
        let ulp = f64::from(rounded.next_up()) - f64::from(rounded);
        self.len == 1 || self.closest() >= 2.0 * ulp
    }

    /// Whether neighbouring nodes stay apart in `f64`, by the same rule. There is no wider type to turn to.
    #[must_use]
    pub fn resolved_in_f64(&self) -> bool {
        let largest = self.min.abs().max(self.max().abs());
        self.len == 1 || self.closest() >= 2.0 * (largest.next_up() - largest)
    }

    /// The index of the node nearest to a coordinate, the first of two that are as near. An axis reaches half a step beyond its ends, as
    /// far as the cells around the nodes there; `None` for what lies farther out.
    #[must_use]
    pub fn nearest_index(&self, at: f64) -> Option<usize> {
        let node = |index: usize| self.world_from_index(index);
        let (mut low, mut high) = (0, self.len - 1);
        let up = node(high) >= node(low);
        // The last node that is not beyond the coordinate, in the direction of the axis.
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if (node(middle) <= at) == up || node(middle) == at { low = middle } else { high = middle - 1 }
        }
        let nearer = low + 1 < self.len && (node(low + 1) - at).abs() < (at - node(low)).abs();
        let found = low + usize::from(nearer);
        let (first, last) = (node(0).min(self.max()), node(0).max(self.max()));
        let step = match (found, self.len) {
            (_, 1) => 1.0,
            (0, _) => (node(1) - node(0)).abs(),
            _ => (node(found) - node(found - 1)).abs(),
        };
        ((first..=last).contains(&at) || (at - node(found)).abs() <= step / 2.0).then_some(found)
    }

    /// The least distance between neighbours.
    fn closest(&self) -> f64 {
        match &self.nodes {
            Some(nodes) => nodes.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(f64::INFINITY, f64::min),
            None => self.spacing().abs(),
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ∈ [{}, {}], {} nodes", self.name, self.min(), self.max(), self.len)
    }
}

/// A dense rectangular grid; `axes()[0]` is x, the fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    axes: Vec<Axis>,
}

impl Grid {
    /// A grid over the given axes, the fastest first.
    ///
    /// # Errors
    /// No axis, more than [`MAX_AXES`], or more cells than `isize::MAX / 8`.
    pub fn new(axes: Vec<Axis>) -> Result<Self, GridError> {
        if axes.is_empty() || axes.len() > MAX_AXES {
            return Err(GridError::Axes(axes.len()));
        }
        let grid = Self { axes };
        let most = usize::MAX / 16;
        match grid.axes.iter().try_fold(1_usize, |n, axis| n.checked_mul(axis.len)) {
            Some(cells) if cells <= most => Ok(grid),
            _ => Err(GridError::TooMany(grid.shape_text())),
        }
    }

    /// A grid over x and y: the common case.
    ///
    /// # Errors
    /// As for [`Axis::new`].
    pub fn plane(x: (f64, f64, usize), y: (f64, f64, usize)) -> Result<Self, GridError> {
        Self::new(vec![Axis::new("x", x.0, x.1, x.2)?, Axis::new("y", y.0, y.1, y.2)?])
    }

    /// The axes, x first.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Number of nodes along x.
    #[must_use]
    pub fn width(&self) -> usize {
        self.axes[0].len
    }

    /// Number of rows: the product of all lengths but x's.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.axes[1..].iter().map(|axis| axis.len).product()
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.width() * self.rows()
    }

    /// Array shape, slowest axis first, as NumPy writes it.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        self.axes.iter().rev().map(|axis| axis.len).collect()
    }

    /// The sizes as `960×540`, x first.
    #[must_use]
    pub fn shape_text(&self) -> String {
        self.axes.iter().map(|axis| axis.len.to_string()).collect::<Vec<_>>().join("×")
    }

    /// Index along each axis of cell `cell`, written into `index` (one entry per axis).
    pub fn index_from_cell(&self, cell: usize, index: &mut [usize]) {
        let mut rest = cell;
        for (axis, slot) in self.axes.iter().zip(index) {
            *slot = rest % axis.len;
            rest /= axis.len;
        }
    }

    /// The cell of this index along each axis.
    #[must_use]
    pub fn cell_from_index(&self, index: &[usize]) -> usize {
        self.axes.iter().zip(index).rev().fold(0, |cell, (axis, index)| cell * axis.len + index)
    }

    /// The first axis that `f64` coordinates cannot resolve, if there is one; see [`Axis::resolved_in_f64`].
    #[must_use]
    pub fn unresolved_in_f64(&self) -> Option<&Axis> {
        self.axes.iter().find(|axis| !axis.resolved_in_f64())
    }

    /// The first axis that `f32` coordinates cannot resolve, if there is one; see [`Axis::resolved_in_f32`].
    #[must_use]
    pub fn unresolved_in_f32(&self) -> Option<&Axis> {
        self.axes.iter().find(|axis| !axis.resolved_in_f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_those_of_linspace_and_symmetric() {
        let axis = Axis::new("x", -1.0, 1.0, 5).expect("valid");
        assert_eq!(axis.table(), [-1.0, -0.5, 0.0, 0.5, 1.0], "five nodes");
        let odd = Axis::new("x", -0.3, 0.3, 10_001).expect("valid");
        for i in 0..10_001 {
            assert_eq!(odd.world_from_index(i), -odd.world_from_index(10_000 - i), "node {i} mirrors");
        }
        assert_eq!(odd.world_from_index(5_000), 0.0, "the middle is exact");
        assert_eq!(odd.world_from_index(10_000), 0.3, "the end is exact");
    }

    #[test]
    fn the_nearest_node_is_found_in_either_direction() {
        let (up, down) = (Axis::new("x", 0.0, 4.0, 5), Axis::new("y", 60.0, 20.0, 3));
        let find = |axis: &Result<Axis, GridError>, at: f64| axis.as_ref().expect("valid").nearest_index(at);
        let cases = [
            (-0.5, Some(0)),
            (-0.51, None),
            (0.4, Some(0)),
            (0.6, Some(1)),
            (2.0, Some(2)),
            (4.5, Some(4)),
            (4.51, None),
        ];
        for (at, wanted) in cases {
            assert_eq!(find(&up, at), wanted, "{at} upward");
        }
        for (at, wanted) in
            [(70.0, Some(0)), (70.1, None), (41.0, Some(1)), (29.0, Some(2)), (10.0, Some(2)), (9.9, None)]
        {
            assert_eq!(find(&down, at), wanted, "{at} downward");
        }
        assert_eq!(find(&up, f64::NAN), None, "no place at all");
        let uneven = Axis::from_nodes("x", &[0.0, 1.0, 10.0]);
        assert_eq!(
            [find(&uneven, 5.0), find(&uneven, 6.0), find(&uneven, 14.5)],
            [Some(1), Some(2), Some(2)],
            "uneven"
        );
        assert_eq!(find(&Axis::new("x", 3.0, 3.0, 1), 3.4), Some(0), "one node");
        let grid = Grid::plane((0.0, 1.0, 7), (0.0, 1.0, 5)).expect("valid");
        let mut index = [0; 2];
        grid.index_from_cell(31, &mut index);
        assert_eq!(grid.cell_from_index(&index), 31, "there and back");
    }

    #[test]
    fn a_single_node_sits_on_the_first_end() {
        let axis = Axis::new("y", 2.0, 7.0, 1).expect("valid");
        assert_eq!((axis.table(), axis.spacing(), axis.max()), (vec![2.0], 0.0, 2.0), "one node");
    }

    #[test]
    fn uneven_axes_keep_their_nodes() {
        let nodes = [0.0, 1.0, 1.5, 3.5, 4.0, 6.0];
        let axis = Axis::from_nodes("x", &nodes).expect("rising");
        assert_eq!((axis.table(), axis.is_even(), axis.spacing()), (nodes.to_vec(), false, 1.2), "as given");
        let falling: Vec<f64> = nodes.iter().rev().copied().collect();
        assert_eq!(Axis::from_nodes("y", &falling).expect("falling").min(), 6.0, "north-up");
        assert!(Axis::from_nodes("x", &[0.0, 0.5, 1.0]).expect("even").is_even(), "even nodes are an even axis");
        for bad in [[0.0, 2.0, 1.0, 3.0], [0.0, 1.0, 1.0, 2.0], [0.0, 4.0, 5.0, 3.0]] {
            assert!(matches!(Axis::from_nodes("x", &bad), Err(GridError::NotMonotonic { .. })), "{bad:?}");
        }
        assert!(Axis::from_nodes("x", &[0.0, f64::NAN, 1.0]).is_err(), "NaN");
        assert!(Axis::from_nodes("x", &[]).is_err(), "nothing");
    }

    #[test]
    fn bad_axes_are_refused() {
        assert!(matches!(Axis::new("x", f64::NAN, 1.0, 2), Err(GridError::NotFinite { .. })), "NaN");
        assert!(matches!(Axis::new("x", -1.7e308, 1.7e308, 2), Err(GridError::TooWide { .. })), "span");
        assert!(matches!(Axis::new("x", 1.0, 1.0, 2), Err(GridError::Empty { .. })), "no width");
        assert!(matches!(Axis::new("x", 0.0, 1.0, 0), Err(GridError::NoNodes { .. })), "no nodes");
        let huge = || Axis::new("x", 0.0, 1.0, usize::MAX / 4).expect("valid");
        assert!(matches!(Grid::new(vec![huge(), huge()]), Err(GridError::TooMany(_))), "too many cells");
        assert!(matches!(Grid::new(vec![]), Err(GridError::Axes(0))), "no axes");
    }

    #[test]
    fn cells_count_x_fastest() {
        let grid = Grid::new(vec![
            Axis::new("x", 0.0, 1.0, 3).expect("valid"),
            Axis::new("y", 0.0, 1.0, 5).expect("valid"),
            Axis::new("z", 0.0, 1.0, 7).expect("valid"),
        ])
        .expect("valid");
        let mut index = [0; 3];
        grid.index_from_cell(2 + 3 * (4 + 5 * 6), &mut index);
        assert_eq!((index, grid.rows(), grid.shape()), ([2, 4, 6], 35, vec![7, 5, 3]), "layout");
    }

    #[test]
    fn collapsing_axes_are_seen() {
        let fine = Axis::new("x", 1e6 - 0.5, 1e6 + 0.5, 16_384).expect("valid");
        assert!(!fine.resolved_in_f32(), "17 distinct values for 16 384 columns");
        assert!(Axis::new("x", -5.0, 5.0, 16_384).expect("valid").resolved_in_f32(), "an ordinary axis");
        let deep = |width: f64| {
            let middle = -0.743_643_887_037_158_7;
            Axis::new("x", middle - width / 2.0, middle + width / 2.0, 16_384).expect("valid")
        };
        assert!(!deep(1e-9).resolved_in_f32() && deep(1e-9).resolved_in_f64(), "549 ulp a column");
        assert!(!deep(1e-12).resolved_in_f64(), "half an ulp a column");
    }
}
