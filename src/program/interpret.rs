//! The CPU reader of programs: whole blocks of lanes at a time, in `f64` (the reference) or `f32`.
//!
//! A block is up to [`LANES`] neighbouring cells. Each step runs over the whole block before the next
//! begins, so the cost of dispatching a step is shared by all lanes and the loops vectorise; registers are reused as soon
//! as the last reader of a value has run, which keeps them in the first-level cache. Nothing is allocated while running.
//!
//! Coordinates are read where they lie: a step's operand is a register or a *column*, and a column is filled for a block
//! (by the general [`Interpreter::run`]) or a slice of a table (along a row, see [`super::rows`]). Likewise the values of neighbours are
//! slices of a row of their plane, shifted, or filled for a block; where no plane is given they are NaN.
//!
//! A value that is undefined (its validity step is 0) or not finite is written as the quiet NaN `0x7fc00000`
//! (`f64::NAN` in `f64`), to the bit.

use crate::expr::op::{Lanes, Primitive, Rule};
use crate::expr::source::SAMPLE_AXES;
use crate::program::layer::View;
use crate::program::{Program, Step};

pub use crate::program::coordinates::Coordinates;
pub use crate::program::scalar::Scalar;

/// Points per block: the registers of a common program, of 2 KiB each, stay in the first-level cache.
pub const LANES: usize = 512;

impl Interpreter<f64> {
    /// The same with our own mathematics in place of the reference's: the twin of double precision on the GPU.
    #[must_use]
    pub fn double(program: &Program, parameters: &[f64]) -> Self {
        Self::with_lanes(program, parameters, |primitive| primitive.lanes_double)
    }
}

/// Where an operand is.
#[derive(Debug, Clone, Copy)]
enum Source {
    Register(usize),
    Column(usize),
    Tap(usize),
}

/// A step with its operands.
#[derive(Debug, Clone, Copy)]
struct Run<T: Scalar> {
    lanes: Lanes<T>,
    arity: usize,
    args: [Source; 3],
    to: usize,
}

/// A loop to be run: one operation, or a pair of them; its arguments are steps.
struct Work<T> {
    /// The step whose value it computes.
    index: usize,
    lanes: Lanes<T>,
    arity: usize,
    args: [usize; 3],
}

/// The loops that compute the steps of `program`; a step that is read by one other alone may share its loop, see [`super::pairs`].
fn works<T: Scalar>(program: &Program, lanes: fn(&Primitive) -> Lanes<T>) -> Vec<Work<T>> {
    let mut readers = vec![0_usize; program.steps().len()];
    for step in program.steps() {
        if let Step::Apply(op, args) = step {
            args[..op.arity().min].iter().for_each(|&arg| readers[arg] += 1);
        }
    }
    for output in program.outputs() {
        // What leaves the program is never part of a pair.
        std::iter::once(output.value).chain(output.valid).for_each(|step| readers[step] += 2);
    }
    let mut works: Vec<Option<Work<T>>> = Vec::with_capacity(program.steps().len());
    for (index, step) in program.steps().iter().enumerate() {
        let Step::Apply(op, args) = *step else {
            works.push(None);
            continue;
        };
        let arity = op.arity().min;
        let pair = (0..arity.min(2)).find_map(|nth| {
            let arg = args[nth];
            let Step::Apply(inner, [a, b, _]) = program.steps()[arg] else { return None };
            // A pair takes no third operation.
            let single = readers[arg] == 1 && works[arg].as_ref().is_some_and(|work| work.arity == inner.arity().min);
            let lanes = if single { T::pair(inner, op, nth == 1) } else { None };
            lanes.map(|lanes| (arg, Work { index, lanes, arity: 3, args: [a, b, args[1 - nth]] }))
        });
        let work = match (pair, op.rule()) {
            (Some((absorbed, work)), _) => {
                works[absorbed] = None;
                Some(work)
            }
            (None, Rule::Primitive(rule)) => Some(Work { index, lanes: lanes(&rule), arity, args }),
            (None, Rule::Sugar(_)) => None,
        };
        works.push(work);
    }
    works.into_iter().flatten().collect()
}

/// A program ready to run on the CPU in the number type `T`.
#[derive(Debug, Clone)]
pub struct Interpreter<T: Scalar> {
    runs: Vec<Run<T>>,
    /// Registers that hold constants and parameters and never change.
    fixed: Vec<(usize, T)>,
    outputs: Vec<(Source, Option<Source>)>,
    registers: usize,
    columns: usize,
    /// The planes and offsets that are read.
    taps: Vec<(usize, [i16; SAMPLE_AXES])>,
}

/// A run of lanes that begins at a cache line, so that no vector straddles two.
#[derive(Debug)]
struct Block<T> {
    room: Vec<T>,
    start: usize,
}

impl<T: Scalar> Block<T> {
    /// Bytes of a cache line.
    const LINE: usize = 64;

    fn new(value: T) -> Self {
        let room = vec![value; LANES + Self::LINE / size_of::<T>()];
        let start = room.as_ptr().align_offset(Self::LINE).min(Self::LINE / size_of::<T>());
        Self { room, start }
    }

    fn lanes(&self, n: usize) -> &[T] {
        &self.room[self.start..self.start + n]
    }

    fn lanes_mut(&mut self, n: usize) -> &mut [T] {
        &mut self.room[self.start..self.start + n]
    }
}

/// The registers of one worker, and its columns.
#[derive(Debug)]
pub struct Registers<T> {
    blocks: Vec<Block<T>>,
    columns: Vec<Block<T>>,
    taps: Vec<Block<T>>,
}

/// Columns that are read from tables: column `from + k` of a block is `tables[k]` from entry `at` on. Taps are read from their planes: plane
/// and place of the first cell stand in `taps`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Along<'a, T> {
    pub(super) tables: &'a [Vec<T>],
    pub(super) from: usize,
    pub(super) at: usize,
    pub(super) view: Option<View<'a, T>>,
    pub(super) taps: &'a [(usize, usize)],
}

impl<T: Scalar> Registers<T> {
    /// `n` lanes of an operand.
    fn read<'a>(&'a self, source: Source, along: Option<Along<'a, T>>, n: usize) -> &'a [T] {
        match (source, along) {
            (Source::Register(register), _) => self.blocks[register].lanes(n),
            (Source::Column(column), Some(Along { tables, from, at, .. })) if column >= from => {
                &tables[column - from][at..at + n]
            }
            (Source::Tap(tap), Some(Along { view: Some(view), taps, .. })) => {
                let (plane, at) = taps[tap];
                view.run(plane, at, n)
            }
            (Source::Tap(tap), _) => self.taps[tap].lanes(n),
            (Source::Column(column), _) => self.columns[column].lanes(n),
        }
    }

    /// The place of a tap, for `n` lanes.
    pub(super) fn tap_mut(&mut self, tap: usize, n: usize) -> &mut [T] {
        self.taps[tap].lanes_mut(n)
    }

    /// The place of a column, for `n` lanes.
    pub(super) fn column_mut(&mut self, column: usize, n: usize) -> &mut [T] {
        self.columns[column].lanes_mut(n)
    }
}

impl<T: Scalar> Interpreter<T> {
    /// Prepares `program` for the given parameter values (missing ones are 0).
    #[must_use]
    pub fn new(program: &Program, parameters: &[f64]) -> Self {
        Self::with_lanes(program, parameters, T::lanes)
    }

    pub(super) fn with_lanes(program: &Program, parameters: &[f64], lanes: fn(&Primitive) -> Lanes<T>) -> Self {
        let works = works(program, lanes);
        // The last work that reads a step; outputs are read after the last.
        let mut last_uses = vec![0; program.steps().len()];
        for (number, work) in works.iter().enumerate() {
            work.args[..work.arity].iter().for_each(|&arg| last_uses[arg] = number);
        }
        for output in program.outputs() {
            std::iter::once(output.value).chain(output.valid).for_each(|step| last_uses[step] = works.len());
        }
        let mut free: Vec<usize> = Vec::new();
        let mut registers = 0;
        let mut fresh = || {
            registers += 1;
            registers - 1
        };
        let mut fixed = Vec::new();
        let mut taps = Vec::new();
        let mut place = Vec::with_capacity(program.steps().len());
        for step in program.steps() {
            let mut fix = |value| {
                let to = fresh();
                fixed.push((to, T::from_f64(value)));
                Source::Register(to)
            };
            place.push(match *step {
                Step::Constant(value) => fix(value),
                Step::Parameter(number) => fix(parameters.get(number).copied().unwrap_or(0.0)),
                Step::Coordinate(axis) => Source::Column(axis),
                Step::Tap(plane, offset) => {
                    taps.push((plane, offset));
                    Source::Tap(taps.len() - 1)
                }
                // Columns by then: see `factor`. Without a grid there are no borders and places.
                Step::Edge(..) | Step::Column(_) => fix(f64::NAN),
                // Set by its work, before anything reads it.
                Step::Apply(..) => Source::Column(0),
            });
        }
        let mut runs = Vec::with_capacity(works.len());
        for (number, &Work { index, lanes, arity, args }) in works.iter().enumerate() {
            // The result gets its register before those of the arguments are freed, so it never overlaps them.
            let to = free.pop().unwrap_or_else(&mut fresh);
            runs.push(Run { lanes, arity, args: args.map(|arg| place[arg]), to });
            for (nth, &arg) in args[..arity].iter().enumerate() {
                let dies = last_uses[arg] == number && !args[..nth].contains(&arg);
                match (program.steps()[arg], place[arg]) {
                    (Step::Apply(..), Source::Register(register)) if dies => free.push(register),
                    _ => {}
                }
            }
            place[index] = Source::Register(to);
        }
        let outputs = program.outputs().iter();
        let outputs = outputs.map(|output| (place[output.value], output.valid.map(|valid| place[valid])));
        Self { runs, fixed, outputs: outputs.collect(), registers, columns: program.axes(), taps }
    }

    /// The number of outputs.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.outputs.len()
    }

    /// The planes and offsets that it reads, in the order of their numbers.
    pub(super) fn taps(&self) -> &[(usize, [i16; SAMPLE_AXES])] {
        &self.taps
    }

    /// Registers for one worker.
    #[must_use]
    pub fn registers(&self) -> Registers<T> {
        let mut blocks: Vec<Block<T>> = (0..self.registers).map(|_| Block::new(T::MASKED)).collect();
        for &(to, value) in &self.fixed {
            blocks[to].lanes_mut(LANES).fill(value);
        }
        let masked = |count: usize| (0..count).map(|_| Block::new(T::MASKED)).collect();
        Registers { blocks, columns: masked(self.columns), taps: masked(self.taps.len()) }
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
        self.fill(registers, coordinates, first, n);
        self.compute(registers, None, n);
        let mut masked = [T::MASKED; LANES];
        for plane in 0..self.outputs.len() {
            self.masked(registers, None, plane, &mut masked[..n]);
            write(plane, &masked[..n]);
        }
    }

    /// Fills all columns for the `n` cells from `first` on.
    pub(super) fn fill(&self, registers: &mut Registers<T>, coordinates: &Coordinates<T>, first: usize, n: usize) {
        for (axis, column) in registers.columns.iter_mut().enumerate() {
            coordinates.fill(axis, first, column.lanes_mut(n));
        }
    }

    /// Runs all steps over `n` lanes.
    pub(super) fn compute(&self, registers: &mut Registers<T>, along: Option<Along<'_, T>>, n: usize) {
        for &Run { lanes, arity, args, to } in &self.runs {
            let mut out = std::mem::replace(&mut registers.blocks[to], Block { room: Vec::new(), start: 0 });
            let read = |nth: usize| if nth < arity { registers.read(args[nth], along, n) } else { &[] };
            lanes(out.lanes_mut(n), read(0), read(1), read(2));
            registers.blocks[to] = out;
        }
    }

    /// The values of output `plane` as they are after [`Interpreter::compute`], with nothing masked.
    pub(super) fn raw<'a>(&self, registers: &'a Registers<T>, plane: usize, n: usize) -> &'a [T] {
        registers.read(self.outputs[plane].0, None, n)
    }

    /// Writes the values of output `plane` after [`Interpreter::compute`], masked where there are none.
    pub(super) fn masked(&self, registers: &Registers<T>, along: Option<Along<'_, T>>, plane: usize, out: &mut [T]) {
        let (value, valid) = self.outputs[plane];
        let read = |source| registers.read(source, along, out.len());
        let (value, valid) = (read(value), valid.map(read));
        T::mask(out, value, valid);
    }

    /// The values of the outputs at the first `count` cells as they are, with nothing masked; one vector per output.
    pub(super) fn raw_planes(&self, coordinates: &Coordinates<T>, count: usize) -> Vec<Vec<T>> {
        let mut planes = vec![Vec::with_capacity(count); self.outputs.len()];
        let mut registers = self.registers();
        for first in (0..count).step_by(LANES) {
            let n = LANES.min(count - first);
            self.fill(&mut registers, coordinates, first, n);
            self.compute(&mut registers, None, n);
            for (plane, values) in planes.iter_mut().enumerate() {
                values.extend_from_slice(self.raw(&registers, plane, n));
            }
        }
        planes
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
