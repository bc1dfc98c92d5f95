//! Sampled sources: the leaves of a graph that are known on the cells of a grid rather than by a formula.
//!
//! A source is an array from a file, a node evaluated at every cell beforehand (a *plane*), or the Gaussian average of another
//! source. It enters a formula as [`Node::Sample`], a function of which nothing is known but that it has derivatives: ∂/∂x of
//! `Sample(s, (0, 0, 0))` is `Sample(s, (1, 0, 0))`, so the calculus of `derive` runs on it exactly and
//! d(a·x, x) = d(a, x)·x + a. What d(a, x) is in numbers is a scheme's matter (`method::sampling`): it replaces samples by
//! [`Node::Tap`]s, the values of neighbouring cells, with [`Node::Edge`]s where the border takes another formula and
//! [`Node::Column`]s where a factor changes along an axis.
//!
//! Sources refer only to nodes and sources made before them, so they can be computed in their order.
//!
//! **Limits.** Sources have up to three axes and orders up to 255; along further axes a source does not change.

use crate::expr::graph::{Graph, Node, NodeId};
use crate::expr::op::Op;
use std::collections::HashMap;
use std::sync::Arc;

/// The largest σ of a Gaussian average, in cells: it reaches four times as far.
pub const MAX_SIGMA: f64 = 64.0;

/// The most axes of a sampled source.
pub const SAMPLE_AXES: usize = 3;

/// Number of a source in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u16);

impl SourceId {
    /// The number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Number of a table in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(u16);

impl TableId {
    /// The number as an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// An end of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// That of index 0.
    Low,
    /// That of the last index.
    High,
}

/// Where the values of a source come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The array of this number, which has so many axes.
    Array {
        /// Its place in the list of arrays.
        number: u16,
        /// Its axes.
        axes: u8,
    },
    /// A node evaluated at every cell before it is read.
    Plane(NodeId),
    /// The Gaussian average of another source; σ in cells, as the bits of an `f64`.
    Smooth {
        /// What is averaged.
        of: SourceId,
        /// σ.
        sigma: u64,
    },
}

/// The sources and tables of a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    rows: Vec<(Source, usize)>,
    ids: HashMap<Source, SourceId>,
    tables: Vec<Arc<[f64]>>,
    tables_by_bits: HashMap<Vec<u64>, TableId>,
}

impl Graph {
    /// The array of this number, with so many axes; further axes than [`SAMPLE_AXES`] are left out.
    pub fn array(&mut self, number: usize, axes: usize) -> SourceId {
        let axes = axes.min(SAMPLE_AXES);
        let row = Source::Array {
            number: u16::try_from(number).unwrap_or(u16::MAX),
            axes: u8::try_from(axes).unwrap_or(u8::MAX),
        };
        self.intern_source(row, axes)
    }

    /// `node` as a source: itself, if it is the value of one already.
    pub fn plane(&mut self, node: NodeId) -> SourceId {
        if let Node::Sample(source, [0, 0, 0]) = self.node(node) {
            return source;
        }
        let axes = self.axes_of(node).min(SAMPLE_AXES);
        self.intern_source(Source::Plane(node), axes)
    }

    /// The Gaussian average of `of` over cells.
    pub fn smooth(&mut self, of: SourceId, sigma: f64) -> SourceId {
        let axes = self.source_axes(of);
        self.intern_source(Source::Smooth { of, sigma: sigma.to_bits() }, axes)
    }

    /// What the source numbered `id` is.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Source {
        self.sources.rows[id.index()].0
    }

    /// All sources, in the order of their numbers.
    #[must_use]
    pub fn all_sources(&self) -> Vec<Source> {
        self.sources.rows.iter().map(|row| row.0).collect()
    }

    /// On how many axes it depends at most.
    #[must_use]
    pub fn source_axes(&self, id: SourceId) -> usize {
        self.sources.rows[id.index()].1
    }

    /// The value (orders 0) or a partial derivative of a source; zero along axes that it does not have.
    pub fn sample(&mut self, source: SourceId, orders: [u8; SAMPLE_AXES]) -> NodeId {
        if orders[self.source_axes(source)..].iter().any(|&order| order > 0) {
            return self.constant(0.0);
        }
        self.intern(Node::Sample(source, orders))
    }

    /// The value of a source at a neighbour of this cell; a neighbour along an axis that it does not have is itself.
    pub fn tap(&mut self, source: SourceId, mut offset: [i16; SAMPLE_AXES]) -> NodeId {
        offset[self.source_axes(source)..].fill(0);
        self.intern(Node::Tap(source, offset))
    }

    /// The truth of "this cell is the `distance`-th from this border".
    pub fn edge(&mut self, axis: usize, side: Side, distance: usize) -> NodeId {
        let distance = u16::try_from(distance).unwrap_or(u16::MAX);
        self.intern(Node::Edge(u8::try_from(axis).unwrap_or(u8::MAX), side, distance))
    }

    /// A table along `axis`, one number for each node of it; a constant, if all its numbers are one.
    pub fn column(&mut self, axis: usize, values: &[f64]) -> NodeId {
        if let Some((&first, rest)) = values.split_first()
            && rest.iter().all(|value| value.to_bits() == first.to_bits())
        {
            return self.constant(first);
        }
        let bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
        let tables = &mut self.sources.tables;
        let id = *self.sources.tables_by_bits.entry(bits).or_insert_with(|| {
            tables.push(values.into());
            TableId(u16::try_from(tables.len() - 1).unwrap_or(u16::MAX))
        });
        self.intern(Node::Column(u8::try_from(axis).unwrap_or(u8::MAX), id))
    }

    /// The numbers of a table.
    #[must_use]
    pub fn table(&self, id: TableId) -> &Arc<[f64]> {
        &self.sources.tables[id.index()]
    }

    /// The sources that `roots` sample, those that their planes are made of included, in the order of their making.
    #[must_use]
    pub fn sources_of(&self, roots: &[NodeId]) -> Vec<SourceId> {
        let mut used = vec![false; self.sources.rows.len()];
        let mark = |used: &mut Vec<bool>, roots: &[NodeId]| {
            for id in self.reachable(roots) {
                if let Node::Sample(source, _) | Node::Tap(source, _) = self.node(id) {
                    used[source.index()] = true;
                }
            }
        };
        mark(&mut used, roots);
        for index in (0..used.len()).rev() {
            match self.sources.rows[index].0 {
                _ if !used[index] => {}
                Source::Array { .. } => {}
                Source::Plane(node) => mark(&mut used, &[node]),
                Source::Smooth { of, .. } => used[of.index()] = true,
            }
        }
        let ids = (0..=u16::MAX).zip(used).filter(|(_, used)| *used);
        ids.map(|(id, _)| SourceId(id)).collect()
    }

    /// Whether `roots` depend on any array.
    #[must_use]
    pub fn reads_arrays(&self, roots: &[NodeId]) -> bool {
        self.sources_of(roots).into_iter().any(|id| matches!(self.source(id), Source::Array { .. }))
    }

    /// The number of axes that `node` depends on: that of the last one, and at least 1.
    #[must_use]
    pub fn axes_of(&self, node: NodeId) -> usize {
        let used = self.reachable(&[node]).into_iter().map(|id| match self.node(id) {
            Node::Variable(axis) => usize::from(axis) + 1,
            Node::Edge(axis, ..) | Node::Column(axis, _) => usize::from(axis) + 1,
            Node::Sample(source, _) | Node::Tap(source, _) => self.source_axes(source),
            _ => 1,
        });
        used.max().unwrap_or(1)
    }

    /// No value at all: undefined wherever it is needed.
    pub fn missing(&mut self) -> NodeId {
        self.constant(f64::NAN)
    }

    /// The truth of "there is a number here".
    pub fn known(&mut self, node: NodeId) -> NodeId {
        self.apply(Op::Known, &[node])
    }

    fn intern_source(&mut self, source: Source, axes: usize) -> SourceId {
        if let Some(&id) = self.sources.ids.get(&source) {
            return id;
        }
        let id = SourceId(u16::try_from(self.sources.rows.len()).unwrap_or(u16::MAX));
        self.sources.rows.push((source, axes));
        self.sources.ids.insert(source, id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_no_slope_along_axes_it_does_not_have() {
        let mut g = Graph::new();
        let a = g.array(0, 2);
        let flat = g.sample(a, [0, 0, 1]);
        assert!(g.is_constant(flat, 0.0), "∂a/∂z of a plane array");
        let (here, there) = (g.tap(a, [1, 0, 0]), g.tap(a, [1, 0, 5]));
        assert_eq!(here, there, "and no neighbours there");
    }

    #[test]
    fn the_value_of_a_source_is_no_new_plane() {
        let mut g = Graph::new();
        let a = g.array(0, 2);
        let value = g.sample(a, [0; 3]);
        assert_eq!(g.plane(value), a, "a is on the grid already");
        let slope = g.sample(a, [1, 0, 0]);
        assert_ne!(g.plane(slope), a, "its slope is not");
    }

    #[test]
    fn sources_are_found_through_planes() {
        let mut g = Graph::new();
        let (a, unused) = (g.array(0, 2), g.array(1, 2));
        let value = g.sample(a, [0; 3]);
        let y = g.variable(1);
        let product = g.mul(value, y);
        let plane = g.plane(product);
        let smooth = g.smooth(plane, 2.0);
        let root = g.sample(smooth, [1, 0, 0]);
        assert_eq!(g.sources_of(&[root]), [a, plane, smooth], "not {unused:?}");
        assert!(g.reads_arrays(&[root]) && !g.reads_arrays(&[y]), "through all of them");
        assert_eq!(g.axes_of(root), 2, "x and y");
    }

    #[test]
    fn equal_tables_are_one_and_even_ones_a_number() {
        let mut g = Graph::new();
        let (a, b, c) = (g.column(0, &[1.0, 2.0]), g.column(0, &[1.0, 2.0]), g.column(1, &[1.0, 2.0]));
        assert_eq!(a, b, "one table");
        assert_ne!(a, c, "along another axis");
        let constant = g.column(0, &[3.0, 3.0]);
        assert!(g.is_constant(constant, 3.0), "three everywhere");
    }
}
