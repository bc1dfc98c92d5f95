//! Operations on the GPU against their CPU twins, bit by bit, by the very path that every program takes.
//!
//! A [`Battery`] is a program with two planes per operation over a grid whose coordinate tables *are* the arguments: the value, and its
//! kind (0 for a NaN, 1 for zero and below, 2 above zero), because the value alone is masked where it is infinite or NaN. Predicates are
//! left out, so arguments outside the domain are compared like all others. The program is emitted, compiled and evaluated
//! like any other, and read back; the twin is the interpreter. With several arguments the grid is the product of their tables.

use crate::engine::cpu::CpuSession;
use crate::engine::evaluator::Evaluator;
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::expr::op::{Op, Rule};
use crate::gpu::{Gpu, GpuError};
use crate::math::{Library, ulp};
use crate::program::interpret::Coordinates;
use crate::program::{Plane, Program, emit};
use std::ops::ControlFlow;

/// Cells of one dispatch.
const BAND: usize = 1 << 18;

/// Planes per operation: value and kind.
const PLANES: usize = 2;

/// How one operation differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Name of the operation.
    pub op: &'static str,
    /// Cells whose bits differ.
    pub cells: usize,
    /// The largest distance in ulp of the CPU's value; infinite where one of the two is no number.
    pub ulp: f64,
    /// Whether a zero stood where the CPU has a subnormal number.
    pub flushed: bool,
}

impl Difference {
    /// No difference yet.
    fn none(op: Op) -> Self {
        Self { op: op.name(), cells: 0, ulp: 0.0, flushed: false }
    }

    /// Compares values and kinds, cell by cell; slices are cut to the shortest.
    fn add(&mut self, got: [&[f32]; PLANES], want: [&[f32]; PLANES]) {
        let got = got[0].iter().zip(got[1]);
        for ((value, kind), (want_value, want_kind)) in got.zip(want[0].iter().zip(want[1])) {
            if value.to_bits() == want_value.to_bits() && kind.to_bits() == want_kind.to_bits() {
                continue;
            }
            self.cells += 1;
            self.flushed |= want_value.is_subnormal() && *value == 0.0;
            let same_kind = kind.to_bits() == want_kind.to_bits();
            let off = if same_kind { ulp::distance(*value, f64::from(*want_value)) } else { f64::INFINITY };
            self.ulp = self.ulp.max(off);
        }
    }
}

/// Operations of one arity, and the arguments to try them on.
#[derive(Debug, Clone)]
pub struct Battery {
    ops: Vec<Op>,
    tables: Vec<Vec<f32>>,
    program: Program,
}

/// The operations that engines compute, by their number of arguments.
pub fn primitives(arity: usize) -> impl Iterator<Item = Op> {
    let all = Op::all().iter().copied();
    all.filter(move |op| matches!(op.rule(), Rule::Primitive(_)) && op.arity().min == arity)
}

impl Battery {
    /// `ops`, all of as many arguments as there are tables, on the product of the tables.
    ///
    /// # Errors
    /// [`TooLarge`], for thousands of operations at once.
    pub fn new(ops: Vec<Op>, tables: Vec<Vec<f32>>) -> Result<Self, TooLarge> {
        let mut g = Graph::new();
        let arguments: Vec<NodeId> = (0..tables.len()).map(|axis| g.variable(axis)).collect();
        let zero = g.constant(0.0);
        let mut planes = Vec::with_capacity(PLANES * ops.len());
        for op in &ops {
            let value = g.apply(*op, &arguments);
            let (number, positive) = (g.apply(Op::Eq, &[value, value]), g.apply(Op::Gt, &[value, zero]));
            let kind = g.add(number, positive);
            planes.extend([value, kind].map(|value| Plane { name: op.name().to_owned(), value, valid: None }));
        }
        let program = Program::compile_planes(&mut g, &planes, tables.len(), 0)?;
        Ok(Self { ops, tables, program })
    }

    /// How many cells it has.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.tables.iter().map(Vec::len).product()
    }

    /// Runs it on the device and on the CPU and says how each operation differs, in their order; `step` hears of every cell
    /// and may end the work, which leaves the differences found so far.
    ///
    /// # Errors
    /// A program that the device does not take, or a device that fails.
    pub fn run(&self, gpu: &Gpu, step: &mut dyn FnMut(usize) -> ControlFlow<()>) -> Result<Vec<Difference>, GpuError> {
        let outputs = self.program.outputs().len();
        let mut evaluator =
            Evaluator::new(gpu, emit::module(&self.program, Library::Exact), outputs, &self.tables, &[])?;
        let twin = CpuSession::new(&self.program, Coordinates::product(self.tables.clone()), &[]);
        let mut found: Vec<Difference> = self.ops.iter().map(|op| Difference::none(*op)).collect();
        let (mut got, mut want) = (vec![Vec::new(); outputs], vec![Vec::new(); outputs]);
        let band = BAND.min(evaluator.max_cells());
        for first in (0..self.cells()).step_by(band) {
            let cells = first..(first + band).min(self.cells());
            evaluator.planes(cells.clone(), &mut got)?;
            twin.planes(cells.clone(), &mut want);
            judge(&mut found, &got, &want);
            if step(cells.len()).is_break() {
                break;
            }
        }
        Ok(found)
    }
}

/// Adds the differences of a band, two planes per operation.
fn judge(found: &mut [Difference], got: &[Vec<f32>], want: &[Vec<f32>]) {
    let pairs = got.chunks_exact(PLANES).zip(want.chunks_exact(PLANES));
    for (difference, (got, want)) in found.iter_mut().zip(pairs) {
        difference.add([&got[0], &got[1]], [&want[0], &want[1]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_judge_sees_a_wrong_bit_a_wrong_kind_and_a_flushed_number() {
        let want = [vec![1.0, f32::NAN, 1e-40, -2.0], vec![2.0, 2.0, 2.0, 1.0]];
        let differences = |spoil: &dyn Fn(&mut [Vec<f32>; 2])| {
            let mut got = want.clone();
            spoil(&mut got);
            let mut found = [Difference::none(Op::Sin)];
            judge(&mut found, &got, &want);
            let [Difference { cells, ulp, flushed, .. }] = found;
            (cells, ulp, flushed)
        };
        assert_eq!(differences(&|_| ()), (0, 0.0, false), "the same bits, a NaN among them");
        assert_eq!(differences(&|got| got[0][0] = 1.0_f32.next_up()), (1, 1.0, false), "one ulp");
        assert_eq!(differences(&|got| got[1][1] = 0.0), (1, f64::INFINITY, false), "NaN instead of infinity");
        assert!(differences(&|got| got[0][2] = 0.0).2, "a subnormal number became zero");
        assert_eq!(differences(&|got| got[0][3] = f32::NAN).1, f64::INFINITY, "masked");
    }

    #[test]
    fn every_primitive_is_in_the_program_of_its_battery() {
        for arity in 1..=3 {
            let ops: Vec<Op> = primitives(arity).collect();
            let battery = Battery::new(ops.clone(), vec![vec![1.0, 2.0]; arity]).expect("small");
            assert_eq!(battery.cells(), 2_usize.pow(u32::try_from(arity).expect("small")), "the product");
            for op in ops {
                let steps = battery.program.steps();
                let has =
                    steps.iter().any(|step| matches!(step, crate::program::Step::Apply(found, _) if *found == op));
                assert!(has, "{op} was simplified away");
            }
        }
    }
}
