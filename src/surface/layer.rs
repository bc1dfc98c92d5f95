//! Two neighbouring planes of samples: vertices on straight lines between nodes, with normals from central differences.
//!
//! The slope at a node is taken between both of its neighbours along an axis, or to the one that has a value, and is mixed along the edge like the
//! value itself. That is what `numpy.gradient` has at the nodes.

use super::mesh::unit;
use super::place::{Edge, Placed, UNKNOWN};

/// Two planes with their neighbours, where there are any.
pub(super) struct Layer<'a> {
    /// The planes k − 1 to k + 2.
    pub(super) planes: [Option<&'a [f64]>; 4],
    pub(super) k: usize,
    pub(super) tables: &'a [Vec<f64>; 3],
}

impl Layer<'_> {
    /// The value at a node, if it is known.
    fn value(&self, [i, j, k]: [usize; 3]) -> Option<f64> {
        let plane = self.planes.get((k + 1).checked_sub(self.k)?).copied().flatten()?;
        let nx = self.tables[0].len();
        let value = plane.get(j * nx + i).copied().filter(|_| i < nx)?;
        (!value.is_nan()).then_some(value)
    }

    /// The slope at a node along each axis: between both neighbours, or to the one that is there, or none.
    fn slope(&self, node: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| {
            let neighbour = |at: Option<usize>| {
                let at = at.filter(|at| *at < self.tables[axis].len())?;
                let mut other = node;
                other[axis] = at;
                Some((self.tables[axis][at], self.value(other)?))
            };
            let own = neighbour(Some(node[axis]));
            let (before, after) =
                (neighbour(node[axis].checked_sub(1)).or(own), neighbour(Some(node[axis] + 1)).or(own));
            match (before, after) {
                (Some((x0, v0)), Some((x1, v1))) if x0 != x1 => (v1 - v0) / (x1 - x0),
                _ => 0.0,
            }
        })
    }

    /// The vertex of an edge between samples.
    pub(super) fn placed(&self, (edge, node): &(Edge, [usize; 3])) -> Placed {
        let share = edge.straight();
        let mut end = *node;
        end[edge.axis] += 1;
        let (low, high) = (self.slope(*node), self.slope(end));
        let slope = std::array::from_fn(|k| low[k] + share * (high[k] - low[k]));
        Placed { point: edge.point(share), normal: unit(slope).unwrap_or(UNKNOWN), gone: false }
    }
}
