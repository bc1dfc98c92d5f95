//! The CPU reader of programs: whole blocks of lanes at a time, in `f64` (the reference) or `f32`.
//!
//! A block is up to [`LANES`] neighbouring cells. Each step runs over the whole block before the next
//! begins, so the cost of dispatching a step is shared by all lanes and the loops vectorise; registers are reused as soon
//! as the last reader of a value has run, which keeps them in the first-level cache. Nothing is allocated while running.
//!
//! A value that is undefined (its validity step is 0) or not finite is written as the quiet NaN `0x7fc00000`
//! (`f64::NAN` in `f64`), to the bit.

use crate::expr::op::{Lanes, Primitive, Rule};
use crate::grid::{Axis, Grid};
use crate::program::{Program, Step};

/// Points per block.
pub const LANES: usize = 256;

/// A number type that programs can run in.
pub trait Scalar: Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static {
    /// What a masked cell holds.
    const MASKED: Self;
    /// Zero.
    const ZERO: Self;
    /// The nearest value.
    fn from_f64(value: f64) -> Self;
    /// The same value.
    fn to_f64(self) -> f64;
    /// Neither infinite nor NaN.
    fn is_number(self) -> bool;
    /// The lane rule of this type.
    fn lanes(primitive: &Primitive) -> Lanes<Self>;
}

impl Scalar for f64 {
    const MASKED: Self = Self::NAN;
    const ZERO: Self = 0.0;
    fn from_f64(value: f64) -> Self {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn is_number(self) -> bool {
        self.is_finite()
    }
    fn lanes(primitive: &Primitive) -> Lanes<Self> {
        primitive.lanes_f64
    }
}

impl Scalar for f32 {
    const MASKED: Self = Self::from_bits(0x7fc0_0000);
    const ZERO: Self = 0.0;
    #[expect(clippy::cast_possible_truncation, reason = "the one rounding of a constant, a parameter or a coordinate")]
    fn from_f64(value: f64) -> Self {
        value as Self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn is_number(self) -> bool {
        self.is_finite()
    }
    fn lanes(primitive: &Primitive) -> Lanes<Self> {
        primitive.lanes_f32
    }
}

impl Interpreter<f64> {
    /// The same with our own mathematics in place of the reference's: the twin of double precision on the GPU.
    #[must_use]
    pub fn double(program: &Program, parameters: &[f64]) -> Self {
        Self::with_lanes(program, parameters, |primitive| primitive.lanes_double)
    }
}

/// A step with its operands as register numbers.
#[derive(Debug, Clone, Copy)]
enum Run<T: Scalar> {
    Coordinate { axis: usize, to: usize },
    Apply { lanes: Lanes<T>, arity: usize, args: [usize; 3], to: usize },
}

/// A program ready to run on the CPU in the number type `T`.
#[derive(Debug, Clone)]
pub struct Interpreter<T: Scalar> {
    runs: Vec<Run<T>>,
    /// Registers that hold constants and parameters and never change.
    fixed: Vec<(usize, T)>,
    outputs: Vec<(usize, Option<usize>)>,
    registers: usize,
}

/// The registers of one worker.
#[derive(Debug)]
pub struct Registers<T> {
    blocks: Vec<Vec<T>>,
}

/// Where the cells of a grid lie: a table of coordinates per axis.
///
/// Cell `c` has the index `(c / stride) mod len` along an axis; the tables need not be evenly spaced.
#[derive(Debug, Clone)]
pub struct Coordinates<T> {
    tables: Vec<Vec<T>>,
    strides: Vec<usize>,
}

impl<T: Scalar> Coordinates<T> {
    /// The nodes of `grid`, computed in `f64` and rounded once.
    #[must_use]
    pub fn of_grid(grid: &Grid) -> Self {
        let table = |axis: &Axis| axis.table().into_iter().map(T::from_f64).collect();
        Self::product(grid.axes().iter().map(table).collect())
    }

    /// The product of these tables, x (the fastest) first.
    #[must_use]
    pub fn product(tables: Vec<Vec<T>>) -> Self {
        let lens = tables.iter().map(Vec::len);
        let strides = lens.scan(1, |stride, len| Some(std::mem::replace(stride, *stride * len))).collect();
        Self { tables, strides }
    }

    /// These tables; cell `c` is at entry `(c / stride) mod len` of each.
    #[must_use]
    pub fn with_strides(tables: Vec<Vec<T>>, strides: Vec<usize>) -> Self {
        Self { tables, strides }
    }

    /// Points without a grid: cell `c` is at entry `c` of every column.
    #[must_use]
    pub fn scattered(columns: Vec<Vec<T>>) -> Self {
        Self { strides: vec![1; columns.len()], tables: columns }
    }

    /// The tables, x first.
    #[must_use]
    pub fn tables(&self) -> &[Vec<T>] {
        &self.tables
    }

    /// The coordinate of one cell along `axis`; zero for an axis that is not there.
    #[must_use]
    pub fn at(&self, axis: usize, cell: usize) -> T {
        match (self.tables.get(axis), self.strides.get(axis)) {
            (Some(table), Some(stride)) if !table.is_empty() => table[(cell / stride) % table.len()],
            _ => T::ZERO,
        }
    }

    /// Writes the coordinates along `axis` of the cells from `first` on; zero for an axis that is not there.
    fn fill(&self, axis: usize, first: usize, out: &mut [T]) {
        let (Some(table), Some(&stride)) = (self.tables.get(axis), self.strides.get(axis)) else {
            return out.fill(T::ZERO);
        };
        let mut done = 0;
        while done < out.len() {
            let cell = first + done;
            let index = (cell / stride) % table.len().max(1);
            let rest = &mut out[done..];
            let run = if stride == 1 { table.len() - index } else { stride - cell % stride }.min(rest.len());
            match stride {
                1 => rest[..run].copy_from_slice(&table[index..index + run]),
                _ => rest[..run].fill(table[index]),
            }
            done += run;
        }
    }
}

impl<T: Scalar> Interpreter<T> {
    /// Prepares `program` for the given parameter values (missing ones are 0).
    #[must_use]
    pub fn new(program: &Program, parameters: &[f64]) -> Self {
        Self::with_lanes(program, parameters, T::lanes)
    }

    pub(super) fn with_lanes(program: &Program, parameters: &[f64], lanes: fn(&Primitive) -> Lanes<T>) -> Self {
        let last_uses = program.last_uses();
        let mut register = vec![0; program.steps().len()];
        let mut free: Vec<usize> = Vec::new();
        let mut registers = 0;
        let mut allocate = |free: &mut Vec<usize>| {
            free.pop().unwrap_or_else(|| {
                registers += 1;
                registers - 1
            })
        };
        let mut runs = Vec::new();
        let mut fixed = Vec::new();
        for (index, step) in program.steps().iter().enumerate() {
            // The result gets its register before those of the arguments are freed, so it never overlaps them.
            let to = match step {
                Step::Constant(_) | Step::Parameter(_) => allocate(&mut Vec::new()),
                _ => allocate(&mut free),
            };
            register[index] = to;
            match *step {
                Step::Constant(value) => fixed.push((to, T::from_f64(value))),
                Step::Parameter(number) => {
                    fixed.push((to, T::from_f64(parameters.get(number).copied().unwrap_or(0.0))));
                }
                Step::Coordinate(axis) => runs.push(Run::Coordinate { axis, to }),
                Step::Apply(op, args) => {
                    let arity = op.arity().min;
                    if let Rule::Primitive(rule) = op.rule() {
                        let args = args.map(|arg| register[arg]);
                        runs.push(Run::Apply { lanes: lanes(&rule), arity, args, to });
                    }
                    for (place, &arg) in args[..arity].iter().enumerate() {
                        let computed = !matches!(program.steps()[arg], Step::Constant(_) | Step::Parameter(_));
                        if computed && last_uses[arg] == index && !args[..place].contains(&arg) {
                            free.push(register[arg]);
                        }
                    }
                }
            }
        }
        let outputs = program.outputs().iter();
        let outputs = outputs.map(|output| (register[output.value], output.valid.map(|valid| register[valid])));
        Self { runs, fixed, outputs: outputs.collect(), registers }
    }

    /// The number of outputs.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.outputs.len()
    }

    /// Registers for one worker.
    #[must_use]
    pub fn registers(&self) -> Registers<T> {
        let mut blocks = vec![vec![T::MASKED; LANES]; self.registers];
        for &(to, value) in &self.fixed {
            blocks[to].fill(value);
        }
        Registers { blocks }
    }

    /// Evaluates `count` cells from `first` on, at most [`LANES`], and hands each plane's values to `write(plane, values)`.
    pub fn run(
        &self,
        registers: &mut Registers<T>,
        coordinates: &Coordinates<T>,
        first: usize,
        count: usize,
        mut write: impl FnMut(usize, &[T]),
    ) {
        let n = count.min(LANES);
        self.compute(registers, coordinates, first, n);
        let blocks = &registers.blocks;
        let mut masked = [T::MASKED; LANES];
        for (plane, &(value, valid)) in self.outputs.iter().enumerate() {
            let out = &mut masked[..n];
            let values = out.iter_mut().zip(&blocks[value][..n]);
            match valid {
                None => values.for_each(|(slot, &value)| *slot = if value.is_number() { value } else { T::MASKED }),
                Some(valid) => values.zip(&blocks[valid][..n]).for_each(|((slot, &value), &valid)| {
                    *slot = if value.is_number() & (valid != T::ZERO) { value } else { T::MASKED };
                }),
            }
            write(plane, out);
        }
    }

    /// The values of the outputs at the first `count` cells as they are, with nothing masked; one vector per output.
    pub(super) fn raw(&self, coordinates: &Coordinates<T>, count: usize) -> Vec<Vec<T>> {
        let mut planes = vec![Vec::with_capacity(count); self.outputs.len()];
        let mut registers = self.registers();
        for first in (0..count).step_by(LANES) {
            let n = LANES.min(count - first);
            self.compute(&mut registers, coordinates, first, n);
            for (plane, &(value, _)) in planes.iter_mut().zip(&self.outputs) {
                plane.extend_from_slice(&registers.blocks[value][..n]);
            }
        }
        planes
    }

    /// Runs all steps over the `n` cells from `first` on.
    fn compute(&self, registers: &mut Registers<T>, coordinates: &Coordinates<T>, first: usize, n: usize) {
        let blocks = &mut registers.blocks;
        for run in &self.runs {
            match *run {
                Run::Coordinate { axis, to } => coordinates.fill(axis, first, &mut blocks[to][..n]),
                Run::Apply { lanes, arity, args: [a, b, c], to } => {
                    let mut out = std::mem::take(&mut blocks[to]);
                    let slice = |place: usize, at: usize| if place < arity { &blocks[at][..n] } else { &[][..] };
                    lanes(&mut out[..n], slice(0, a), slice(1, b), slice(2, c));
                    blocks[to] = out;
                }
            }
        }
    }

    /// The outputs at scattered points, one vector per plane; `columns` has the coordinates, x first.
    #[must_use]
    pub fn points(&self, columns: Vec<Vec<T>>) -> Vec<Vec<T>> {
        let count = columns.iter().map(Vec::len).min().unwrap_or(0);
        let coordinates = Coordinates::scattered(columns);
        let mut registers = self.registers();
        let mut planes = vec![Vec::with_capacity(count); self.outputs.len()];
        for first in (0..count).step_by(LANES) {
            let n = LANES.min(count - first);
            self.run(&mut registers, &coordinates, first, n, |plane, values| planes[plane].extend_from_slice(values));
        }
        planes
    }

    /// The outputs at one point, x first; undefined ones are NaN.
    #[must_use]
    pub fn point(&self, coordinates: &[T]) -> Vec<T> {
        let columns = coordinates.iter().map(|&coordinate| vec![coordinate]).collect();
        self.points(columns).into_iter().map(|plane| plane[0]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::graph::Graph;
    use crate::expr::op::Op;

    fn compile(build: impl FnOnce(&mut Graph) -> Vec<crate::expr::graph::NodeId>) -> Program {
        let mut g = Graph::new();
        let roots = build(&mut g);
        let outputs: Vec<_> = roots.iter().enumerate().map(|(i, root)| (i.to_string(), *root)).collect();
        Program::compile(&mut g, roots[0], &outputs, 2, 1).expect("small")
    }

    #[test]
    fn registers_are_reused_and_never_overlap_their_arguments() {
        let program = compile(|g| {
            let mut node = g.variable(0);
            let y = g.variable(1);
            for _ in 0..100 {
                node = g.sub(node, y);
                node = g.mul(node, node);
                node = g.apply(Op::Min, &[node, y]);
            }
            vec![node]
        });
        let interpreter = Interpreter::<f64>::new(&program, &[]);
        assert!(interpreter.registers <= 5, "{} registers for a chain", interpreter.registers);
        let mut expected: f64 = 0.75;
        for _ in 0..100 {
            expected = ((expected - 0.5) * (expected - 0.5)).min(0.5);
        }
        assert_eq!(interpreter.point(&[0.75, 0.5]), [expected], "the chain's value");
    }

    #[test]
    fn undefined_and_infinite_values_are_masked_to_the_bit() {
        let program = compile(|g| {
            let (x, y) = (g.variable(0), g.variable(1));
            let ratio = g.div(x, y);
            let huge = g.constant(3e38);
            vec![x, ratio, g.mul(x, huge)]
        });
        let values = Interpreter::<f32>::new(&program, &[]).point(&[2.0, 0.0]);
        assert_eq!(values[0], 2.0, "x itself");
        assert_eq!(values[1].to_bits(), 0x7fc0_0000, "x/0 is undefined");
        assert_eq!(values[2].to_bits(), 0x7fc0_0000, "6e38 overflows");
        let wide = Interpreter::<f64>::new(&program, &[]).point(&[2.0, 0.0]);
        assert_eq!(wide[2], 6e38, "in f64 it does not");
    }

    #[test]
    fn cells_cross_rows_of_any_shape() {
        let program = compile(|g| {
            let (x, y) = (g.variable(0), g.variable(1));
            let ten = g.scale(10.0, y);
            vec![g.add(x, ten)]
        });
        let interpreter = Interpreter::<f64>::new(&program, &[]);
        for (nx, ny) in [(1, 7), (7, 1), (3, 5), (300, 2)] {
            let count = |n: u32| (0..n).map(f64::from).collect::<Vec<f64>>();
            let coordinates = Coordinates::product(vec![count(nx), count(ny)]);
            let (first, mut seen) = (1, Vec::new());
            let n = (nx as usize * ny as usize - first).min(LANES);
            interpreter
                .run(&mut interpreter.registers(), &coordinates, first, n, |_, values| seen.extend_from_slice(values));
            let expected = (1..).map(|cell: u32| f64::from(cell % nx) + 10.0 * f64::from(cell / nx)).take(n);
            assert_eq!(seen, expected.collect::<Vec<_>>(), "{nx} × {ny}");
        }
    }

    #[test]
    fn parameters_are_read_when_the_program_is_made_ready() {
        let program = compile(|g| {
            let (x, a) = (g.variable(0), g.parameter(0));
            vec![g.mul(x, a)]
        });
        assert_eq!(Interpreter::<f64>::new(&program, &[3.0]).point(&[2.0]), [6.0], "a = 3");
        assert_eq!(Interpreter::<f64>::new(&program, &[-1.0]).point(&[2.0]), [-2.0], "a = −1");
    }
}
