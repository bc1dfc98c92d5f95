//! What a program reads around a cell, and the shorter program for cells where nothing special can happen.
//!
//! A program that differences an array chooses another formula at the border and tests every neighbour for data. Most cells are far
//! from the border, and most bands have no holes, so an engine may run a *specialised* program there: edges are known to be
//! false and data to be there, and what follows from that is folded away by the same rules as everywhere. Where the assumption
//! holds it gives the same bits, since the operations that remain are the same in the same order.

use super::{Plane, Program, Step};
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::expr::op::Op;
use crate::expr::source::{SAMPLE_AXES, SourceId};

/// What is known of the cells that a specialised program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assume {
    /// They are at least [`Program::edge_depth`] away from both borders of every axis.
    pub interior: bool,
    /// All values that their taps reach are numbers.
    pub complete: bool,
}

/// How far around a cell a program reads a plane: so many cells below and above its index, along x, y, z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Towards smaller indices.
    pub below: [usize; SAMPLE_AXES],
    /// Towards larger indices.
    pub above: [usize; SAMPLE_AXES],
}

impl Reach {
    /// What is read around a cell by reading this much around each cell of `self`.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let sum = |a: [usize; SAMPLE_AXES], b: [usize; SAMPLE_AXES]| std::array::from_fn(|axis| a[axis] + b[axis]);
        Self { below: sum(self.below, next.below), above: sum(self.above, next.above) }
    }

    /// The larger of both in each direction.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let most = |a: [usize; SAMPLE_AXES], b: [usize; SAMPLE_AXES]| std::array::from_fn(|axis| a[axis].max(b[axis]));
        Self { below: most(self.below, other.below), above: most(self.above, other.above) }
    }

    fn add(&mut self, offset: [i16; SAMPLE_AXES]) {
        for (axis, step) in offset.into_iter().enumerate() {
            let size = usize::from(step.unsigned_abs());
            let side = if step < 0 { &mut self.below[axis] } else { &mut self.above[axis] };
            *side = (*side).max(size);
        }
    }
}

impl Program {
    /// How far it reads each plane, up to the last one it reads; `None` for a plane it does not read.
    #[must_use]
    pub fn reaches(&self) -> Vec<Option<Reach>> {
        let mut reaches: Vec<Option<Reach>> = Vec::new();
        for step in self.steps() {
            if let Step::Tap(plane, offset) = *step {
                if reaches.len() <= plane {
                    reaches.resize(plane + 1, None);
                }
                reaches[plane].get_or_insert_default().add(offset);
            }
        }
        reaches
    }

    /// How many cells at each border of each axis it may treat in a special way.
    #[must_use]
    pub fn edge_depth(&self) -> [usize; SAMPLE_AXES] {
        let mut depth = [0; SAMPLE_AXES];
        for step in self.steps() {
            if let Step::Edge(axis, _, distance) = *step
                && let Some(depth) = depth.get_mut(axis)
            {
                *depth = (*depth).max(distance + 1);
            }
        }
        depth
    }

    /// The program for cells of which this is known.
    ///
    /// # Errors
    /// None in practice: the result is no larger than the program itself.
    pub fn specialise(&self, assume: Assume) -> Result<Self, TooLarge> {
        let mut g = Graph::new();
        let sources: Vec<SourceId> = (0..self.reaches().len()).map(|plane| g.array(plane, SAMPLE_AXES)).collect();
        let mut nodes: Vec<NodeId> = Vec::with_capacity(self.steps().len());
        for step in self.steps() {
            let node = match *step {
                Step::Constant(value) => g.constant(value),
                Step::Coordinate(axis) => g.variable(axis),
                Step::Parameter(number) => g.parameter(number),
                Step::Tap(plane, offset) => g.tap(sources[plane], offset),
                Step::Edge(..) if assume.interior => g.constant(0.0),
                Step::Edge(axis, side, distance) => g.edge(axis, side, distance),
                Step::Column(number) => {
                    let column = &self.columns()[number];
                    g.column(column.axis, &column.values)
                }
                Step::Apply(Op::Known, [arg, ..]) if assume.complete && matches!(self.steps()[arg], Step::Tap(..)) => {
                    g.constant(1.0)
                }
                Step::Apply(op, args) => {
                    let args = args.map(|arg| nodes[arg]);
                    g.apply(op, &args[..op.arity().min])
                }
            };
            nodes.push(node);
        }
        let planes: Vec<Plane> = (self.outputs().iter())
            .map(|output| Plane {
                name: output.name.clone(),
                value: nodes[output.value],
                valid: output.valid.map(|valid| nodes[valid]),
            })
            .collect();
        Self::compile_planes(&mut g, &planes, self.axes(), self.parameters())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::source::Side;

    /// (f₊ − f₋)/2 with a forward difference in the first cell.
    fn program() -> Program {
        let mut g = Graph::new();
        let a = g.array(0, 2);
        let (ahead, here, behind) = (g.tap(a, [1, 0, 0]), g.tap(a, [0; 3]), g.tap(a, [-1, 0, 0]));
        let (one_sided, both) = (g.sub(ahead, here), g.sub(ahead, behind));
        let central = g.scale(0.5, both);
        let edge = g.edge(0, Side::Low, 0);
        let slope = g.select(edge, one_sided, central);
        let plane = Plane::of(&mut g, slope, "slope", slope);
        Program::compile_planes(&mut g, &[plane], 2, 0).expect("small")
    }

    #[test]
    fn a_program_knows_how_far_it_reads() {
        let program = program();
        assert_eq!(program.reaches(), [Some(Reach { below: [1, 0, 0], above: [1, 0, 0] })], "one cell along x");
        assert_eq!(program.edge_depth(), [1, 0, 0], "the outermost column is special");
    }

    #[test]
    fn inside_and_without_holes_only_the_formula_remains() {
        let program = program();
        let inner = program.specialise(Assume { interior: true, complete: true }).expect("small");
        let kinds = |kind: &str| inner.to_string().matches(kind).count();
        assert_eq!([kinds("plane"), kinds("edge"), kinds("known"), kinds("if")], [2, 0, 0, 0], "two taps: {inner}");
        assert_eq!(inner.outputs()[0].valid, None, "defined everywhere");
        let tested = program.specialise(Assume { interior: true, complete: false }).expect("small");
        assert!(tested.outputs()[0].valid.is_some(), "holes still count");
        assert_eq!(
            program.specialise(Assume::default()).expect("small").steps().len(),
            program.steps().len(),
            "the same"
        );
    }
}
