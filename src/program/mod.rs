//! Programs: what the engines run — a straight line of operations with named outputs.
//!
//! A [`Program`] is a graph made flat: in single static assignment, dead operations gone, integer powers turned into
//! multiplications, and with the truth value of "this output is defined here" beside each output. It has two readers: the
//! interpreter ([`interpret`]) on the CPU and the WGSL writer ([`emit`]) for the GPU. Both do the same operations in the
//! same order, which is why they can give the same bytes.

pub mod bound;
mod coordinates;
pub mod emit;
pub mod factor;
pub mod interpret;
pub mod layer;
mod lower;
pub mod mask;
pub mod naive;
mod pairs;
pub mod rows;
mod scalar;
pub mod specialise;
pub mod staged;
pub mod validity;

use crate::expr::graph::{Graph, Node, NodeId, TooLarge};
use crate::expr::op::Op;
use crate::expr::source::{SAMPLE_AXES, Side, SourceId, TableId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One step of a program; arguments are numbers of earlier steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// A number.
    Constant(f64),
    /// The coordinate along an axis.
    Coordinate(usize),
    /// A parameter.
    Parameter(usize),
    /// The value of a plane at the cell this many cells further along x, y, z.
    Tap(usize, [i16; SAMPLE_AXES]),
    /// One where this cell is at this distance from that border of the axis, else zero.
    Edge(usize, Side, usize),
    /// A number of [`Program::columns`], which depends on the place along one axis.
    Column(usize),
    /// An operation; unused places repeat the first argument.
    Apply(Op, [usize; 3]),
}

/// A table of numbers along one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The axis.
    pub axis: usize,
    /// One number for each of its nodes.
    pub values: Arc<[f64]>,
}

/// One plane that the program computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// What it is, such as `∂f/∂x`.
    pub name: String,
    /// The step that holds its value.
    pub value: usize,
    /// The step that is 0 where the value is undefined; `None` if it is defined everywhere.
    pub valid: Option<usize>,
}

/// A straight-line program.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    steps: Vec<Step>,
    outputs: Vec<Output>,
    columns: Vec<Column>,
    axes: usize,
    parameters: usize,
}

/// A plane to be computed: a value in a graph, and where it is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: NodeId,
    /// The truth node of the points where it is defined; `None` is everywhere.
    pub valid: Option<NodeId>,
}

impl Plane {
    /// `value`, defined where it and `function` both are.
    ///
    /// A partial derivative alone may be defined where the function is not (1/x for ln x at x < 0); `function` is what
    /// keeps it from being shown there.
    pub fn of(g: &mut Graph, function: NodeId, name: impl Into<String>, value: NodeId) -> Self {
        Self { name: name.into(), value, valid: validity::defined(g, &[function, value]) }
    }
}

impl Program {
    /// Compiles `outputs`, each defined where it and `function` both are.
    ///
    /// # Errors
    /// [`TooLarge`] if the graph outgrew its limit on the way here.
    pub fn compile(
        g: &mut Graph,
        function: NodeId,
        outputs: &[(String, NodeId)],
        axes: usize,
        parameters: usize,
    ) -> Result<Self, TooLarge> {
        let planes: Vec<Plane> =
            outputs.iter().map(|(name, value)| Plane::of(g, function, name.as_str(), *value)).collect();
        Self::compile_planes(g, &planes, axes, parameters)
    }

    /// Compiles `planes` for a grid of `axes` axes and a formula of so many parameters.
    ///
    /// # Errors
    /// [`TooLarge`] if the graph outgrew its limit on the way here.
    pub fn compile_planes(g: &mut Graph, planes: &[Plane], axes: usize, parameters: usize) -> Result<Self, TooLarge> {
        Self::compile_numbered(g, planes, axes, parameters, &SourceId::index)
    }

    /// The same with the planes of sampled sources numbered by `plane`.
    fn compile_numbered(
        g: &mut Graph,
        planes: &[Plane],
        axes: usize,
        parameters: usize,
        plane: &dyn Fn(SourceId) -> usize,
    ) -> Result<Self, TooLarge> {
        g.check()?;
        let always = g.constant(1.0);
        let roots: Vec<NodeId> = planes.iter().flat_map(|plane| [plane.value, plane.valid.unwrap_or(always)]).collect();
        let roots = lower::lower(g, &roots);
        g.check()?;

        let mut position = BTreeMap::new();
        let mut columns = Vec::new();
        let mut numbers: BTreeMap<(u8, TableId), usize> = BTreeMap::new();
        let steps = g.reachable(&roots).into_iter().enumerate().map(|(index, id)| {
            position.insert(id, index);
            match g.node(id) {
                Node::Constant(bits) => Step::Constant(f64::from_bits(bits)),
                Node::Variable(axis) => Step::Coordinate(usize::from(axis)),
                Node::Parameter(number) => Step::Parameter(usize::from(number)),
                Node::Sample(source, [0, 0, 0]) => Step::Tap(plane(source), [0; SAMPLE_AXES]),
                // A derivative that no scheme has turned into taps has no value.
                Node::Sample(..) => Step::Constant(f64::NAN),
                Node::Tap(source, offset) => Step::Tap(plane(source), offset),
                Node::Edge(axis, side, distance) => Step::Edge(usize::from(axis), side, usize::from(distance)),
                Node::Column(axis, table) => Step::Column(*numbers.entry((axis, table)).or_insert_with(|| {
                    columns.push(Column { axis: usize::from(axis), values: Arc::clone(g.table(table)) });
                    columns.len() - 1
                })),
                Node::Apply(op, args) => Step::Apply(op, args.map(|arg| position[&arg])),
            }
        });
        let steps = steps.collect();
        let outputs = planes.iter().zip(roots.chunks_exact(2)).map(|(plane, root)| Output {
            name: plane.name.clone(),
            value: position[&root[0]],
            valid: (!g.is_constant(root[1], 1.0)).then(|| position[&root[1]]),
        });
        let outputs = outputs.collect();
        Ok(Self { outputs, steps, columns, axes, parameters })
    }

    /// The steps in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The outputs in order.
    #[must_use]
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The tables along axes that it reads.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of coordinates it may read.
    #[must_use]
    pub fn axes(&self) -> usize {
        self.axes
    }

    /// Number of parameters it may read.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// For each step the union of the sets that `set` gives for the axes that it depends on; all sets where it reads planes.
    fn sets_read(&self, set: impl Fn(usize) -> u64) -> Vec<u64> {
        let mut reads: Vec<u64> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            reads.push(match *step {
                Step::Constant(_) | Step::Parameter(_) => 0,
                Step::Coordinate(axis) => set(axis),
                Step::Edge(axis, ..) => set(axis),
                Step::Column(number) => set(self.columns[number].axis),
                // What is read around a cell stays in the inner program, which knows the cell.
                Step::Tap(..) => u64::MAX,
                Step::Apply(op, args) => args[..op.arity().min].iter().fold(0, |union, &arg| union | reads[arg]),
            });
        }
        reads
    }

    /// For each step the last step that reads it; outputs are read after the last step.
    #[must_use]
    pub fn last_uses(&self) -> Vec<usize> {
        let mut last: Vec<usize> = (0..self.steps.len()).collect();
        for (index, step) in self.steps.iter().enumerate() {
            if let Step::Apply(op, args) = step {
                for &arg in &args[..op.arity().min] {
                    last[arg] = index;
                }
            }
        }
        for output in &self.outputs {
            for read in std::iter::once(output.value).chain(output.valid) {
                last[read] = self.steps.len();
            }
        }
        last
    }
}

impl fmt::Display for Program {
    /// One step a line, then the outputs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            write!(f, "t{index} = ")?;
            match step {
                Step::Constant(value) => writeln!(f, "{value:?}")?,
                Step::Coordinate(axis) => writeln!(f, "coordinate {axis}")?,
                Step::Parameter(number) => writeln!(f, "parameter {number}")?,
                Step::Tap(plane, offset) => writeln!(f, "plane {plane} at {offset:?}")?,
                Step::Edge(axis, side, distance) => writeln!(f, "edge {axis} {side:?} {distance}")?,
                Step::Column(number) => writeln!(f, "column {number}")?,
                Step::Apply(op, args) => {
                    write!(f, "{op}")?;
                    for arg in &args[..op.arity().min] {
                        write!(f, " t{arg}")?;
                    }
                    writeln!(f)?;
                }
            }
        }
        for output in &self.outputs {
            write!(f, "{} = t{}", output.name, output.value)?;
            match output.valid {
                Some(valid) => writeln!(f, " where t{valid}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_steps_are_gone_and_outputs_keep_their_order() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let _dead = g.apply(Op::Sin, &[x]);
        let (sum, ratio) = (g.add(x, y), g.div(x, y));
        let outputs = [("ratio".to_owned(), ratio), ("sum".to_owned(), sum)];
        let program = Program::compile(&mut g, sum, &outputs, 2, 0).expect("small");
        assert!(!program.to_string().contains("sin"), "{program}");
        assert_eq!(program.outputs()[0].name, "ratio", "order is kept");
        assert!(program.outputs()[0].valid.is_some(), "x/y is undefined at y = 0");
        assert_eq!(program.outputs()[1].valid, None, "x + y is defined everywhere");
    }
}
