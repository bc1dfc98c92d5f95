//! The WGSL writer of programs: text only, with no knowledge of any GPU library.
//!
//! The text declares what the `evaluate` kernel builds on (see `shaders/evaluate.wgsl`):
//!
//! ```wgsl
//! alias Real = f32;                    // f64 in double precision
//! alias Bits = u32;                    // u64
//! const MASKED: Bits = 0x7fc00000u;    // the quiet NaN of either
//! const OUTPUTS: u32 = 2u;
//! const AXES: u32 = 2u;
//! var<private> coord: array<Real, 2>;  // the point, x first; set by the kernel
//! var<private> result: array<Bits, 2>; // bit patterns of the outputs
//! var<private> plane_0: u32;           // where the cell is among the samples of a plane that is tapped; set by the kernel
//! fn program() { … }
//! ```
//!
//! A tap is a load from `samples` at a constant distance from the cell: the kernel declares both, `tap_3` for the third of
//! [`taps`]. A value is loaded as bits and becomes a number when it is read, so that a NaN stays one.
//!
//! Only numbers and names of our own are written, never the user's text. Steps become flat `let`s named `t12`, at most
//! [`LETS`] to a function: compilers take time quadratic in the length of one function, and deep nesting overflows their
//! stack. Values that outlive their function travel in a private array. Constants are bit patterns passed through the
//! barrier, so that no compiler folds them by rules of its own or rejects the ones that are not finite.

use crate::expr::op::Rule;
use crate::expr::source::SAMPLE_AXES;
use crate::math::{Library, wgsl_library};
use crate::program::interpret::Scalar;
use crate::program::{Program, Step};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most `let`s in one function.
pub const LETS: usize = 200;

/// A plane, and the way to a neighbour along x, y, z.
pub type Tap = (usize, [i16; SAMPLE_AXES]);

/// The taps of `program` as its text numbers them.
#[must_use]
pub fn taps(program: &Program) -> Vec<Tap> {
    let mut taps: Vec<Tap> = Vec::new();
    for step in program.steps() {
        if let Step::Tap(plane, offset) = *step
            && !taps.contains(&(plane, offset))
        {
            taps.push((plane, offset));
        }
    }
    taps
}

/// The planes that taps read, in order.
#[must_use]
pub fn planes(taps: &[Tap]) -> Vec<usize> {
    let planes: BTreeSet<usize> = taps.iter().map(|&(plane, _)| plane).collect();
    planes.into_iter().collect()
}

/// The WGSL text of `program` with the library functions it needs in front: what the `evaluate` kernel is made with.
#[must_use]
pub fn module(program: &Program, library: Library) -> String {
    let text = emit_with(program, library);
    // The kernel itself sets the barrier, whether the program needs it or not.
    let library = wgsl_library(library, &format!("barrier_zero {text}"));
    format!("{library}\n{text}")
}

/// The WGSL text of `program` alone, in f32.
#[must_use]
pub fn emit(program: &Program) -> String {
    emit_with(program, Library::Exact)
}

/// The WGSL text of `program` alone, in the number type of `library`.
#[must_use]
pub fn emit_with(program: &Program, library: Library) -> String {
    let (outputs, axes) = (program.outputs().len(), program.axes().max(1));
    let carried = Carried::new(program, library);
    let number = match library {
        Library::Double => "alias Real = f64;\nalias Bits = u64;\nconst MASKED: Bits = 0x7ff8000000000000lu;\n",
        Library::Exact | Library::Fast => "alias Real = f32;\nalias Bits = u32;\nconst MASKED: Bits = 0x7fc00000u;\n",
    };
    let mut text = format!(
        "{number}const OUTPUTS: u32 = {outputs}u;\nconst AXES: u32 = {axes}u;\n\
         var<private> coord: array<Real, {axes}>;\nvar<private> result: array<Bits, {outputs}>;\n"
    );
    let taps = taps(program);
    for plane in planes(&taps) {
        line(&mut text, format_args!("var<private> plane_{plane}: u32;"));
    }
    if carried.slots > 0 {
        line(&mut text, format_args!("var<private> carried: array<Real, {}>;", carried.slots));
    }
    let parts = program.steps().len().div_ceil(LETS);
    for part in 0..parts {
        line(&mut text, format_args!("\nfn part_{part}() {{"));
        let end = ((part + 1) * LETS).min(program.steps().len());
        for index in part * LETS..end {
            emit_step(&mut text, program, &carried, &taps, index);
        }
        text.push_str("}\n");
    }
    text.push_str("\nfn program() {\n");
    for part in 0..parts {
        line(&mut text, format_args!("    part_{part}();"));
    }
    text.push_str("}\n");
    text
}

fn emit_step(text: &mut String, program: &Program, carried: &Carried, taps: &[Tap], index: usize) {
    let read = |arg: usize| carried.name(program, arg, index / LETS);
    match program.steps()[index] {
        Step::Constant(_) => {}
        Step::Tap(plane, offset) => {
            let number = taps.iter().position(|tap| *tap == (plane, offset)).unwrap_or(0);
            let load = format_args!("    let t{index} = bitcast<Real>(samples[plane_{plane} + tap_{number}]);");
            line(text, load);
        }
        // A program that is cut by axes reads them as coordinates, see `factor`; what is not cut knows no place on the grid.
        Step::Edge(..) | Step::Column(_) => line(text, format_args!("    let t{index} = m_nan();")),
        Step::Coordinate(axis) => line(text, format_args!("    let t{index} = coord[{axis}];")),
        Step::Parameter(number) => line(text, format_args!("    let t{index} = parameters[{number}];")),
        Step::Apply(op, args) => {
            let Rule::Primitive(rule) = op.rule() else { return };
            let args: Vec<String> = args[..op.arity().min].iter().map(|&arg| read(arg)).collect();
            line(text, format_args!("    let t{index} = {}({});", rule.wgsl, args.join(", ")));
        }
    }
    if let Some(slot) = carried.slot[index] {
        line(text, format_args!("    carried[{slot}] = t{index};"));
    }
    for (plane, output) in program.outputs().iter().enumerate() {
        // An output is written by the part in which the later of its two steps stands.
        if output.valid.unwrap_or(0).max(output.value) != index {
            continue;
        }
        let value = read(output.value);
        let valid = output.valid.map_or(String::new(), |valid| format!(" && {} != 0.0", read(valid)));
        line(
            text,
            format_args!("    result[{plane}] = select(MASKED, bitcast<Bits>({value}), m_is_finite({value}){valid});"),
        );
    }
}

/// Where values live that are read by a later function than the one that computes them.
struct Carried {
    slot: Vec<Option<usize>>,
    slots: usize,
    library: Library,
}

impl Carried {
    fn new(program: &Program, library: Library) -> Self {
        let steps = program.steps();
        let mut last_part: Vec<usize> = (0..steps.len()).map(|index| index / LETS).collect();
        let mut read = |arg: usize, by: usize| last_part[arg] = last_part[arg].max(by / LETS);
        for (index, step) in steps.iter().enumerate() {
            if let Step::Apply(op, args) = step {
                args[..op.arity().min].iter().for_each(|&arg| read(arg, index));
            }
        }
        for output in program.outputs() {
            let written = output.valid.unwrap_or(0).max(output.value);
            read(output.value, written);
            output.valid.into_iter().for_each(|valid| read(valid, written));
        }
        let mut slot = vec![None; steps.len()];
        let mut slots = 0;
        let mut free: Vec<usize> = Vec::new();
        let mut ending: Vec<Vec<usize>> = vec![Vec::new(); steps.len().div_ceil(LETS) + 1];
        for (index, step) in steps.iter().enumerate() {
            if index % LETS == 0 && index > 0 {
                // Slots read for the last time two parts ago or earlier can be overwritten now.
                free.append(&mut ending[index / LETS - 1]);
            }
            if matches!(step, Step::Constant(_)) || last_part[index] == index / LETS {
                continue;
            }
            let at = free.pop().unwrap_or_else(|| {
                slots += 1;
                slots - 1
            });
            slot[index] = Some(at);
            ending[last_part[index]].push(at);
        }
        Self { slot, slots, library }
    }

    /// How `part` writes the value of step `index`.
    fn name(&self, program: &Program, index: usize, part: usize) -> String {
        match (program.steps()[index], self.slot[index]) {
            (Step::Constant(value), _) => match self.library {
                Library::Double => format!("m_constant(0x{:016x}lu)", value.to_bits()),
                Library::Exact | Library::Fast => format!("m_constant(0x{:08x}u)", f32::from_f64(value).to_bits()),
            },
            (_, Some(slot)) if index / LETS != part => format!("carried[{slot}]"),
            _ => format!("t{index}"),
        }
    }
}

/// Appends a line; writing to a string cannot fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{arguments}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::graph::Graph;

    #[test]
    fn a_small_program_reads_well() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let half = g.constant(0.5);
        let product = g.mul(x, half);
        let ratio = g.div(product, y);
        let program = Program::compile(&mut g, ratio, &[("q".to_owned(), ratio)], 2, 0).expect("small");
        let text = emit(&program);
        assert!(text.contains("m_mul(m_constant(0x3f000000u), t0);"), "{text}");
        assert!(text.contains("= select(MASKED, bitcast<Bits>("), "{text}");
        let double = emit_with(&program, Library::Double);
        assert!(double.contains("m_mul(m_constant(0x3fe0000000000000lu), t0);"), "{double}");
        assert!(double.contains("alias Real = f64;"), "{double}");
        assert_eq!(text.lines().count(), double.lines().count(), "only types and constants differ");
    }

    #[test]
    fn long_programs_are_cut_into_functions() {
        let mut g = Graph::new();
        let (x, y) = (g.variable(0), g.variable(1));
        let early = g.add(x, y);
        let mut node = x;
        for _ in 0..3 * LETS {
            node = g.sub(node, y);
        }
        let root = g.mul(node, early);
        let program = Program::compile(&mut g, root, &[("f".to_owned(), root)], 2, 0).expect("small");
        let text = emit(&program);
        let longest = text.split("fn ").map(|part| part.matches("let ").count()).max();
        assert!(longest <= Some(LETS), "{longest:?} lets in one function");
        assert!(text.contains("fn part_3()") && text.contains("carried["), "four parts, values carried");
    }
}
