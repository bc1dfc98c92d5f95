//! The engines over tables of coordinates that need not be evenly spaced: f64, cpu and gpu, one line each.

use gradgrid::engine::Evaluator;
use gradgrid::gpu::{Choice, Gpu};
use gradgrid::math::Library;
use gradgrid::program::interpret::{Coordinates, Interpreter, LANES, Scalar};
use gradgrid::program::{Program, emit};

/// The planes of `program` over the product of `tables`, on the CPU in the number type `T`.
pub(crate) fn cpu<T: Scalar>(program: &Program, tables: &[Vec<f32>], parameters: &[f64]) -> Vec<Vec<T>> {
    let cells = tables.iter().map(Vec::len).product();
    let tables = tables.iter().map(|table| table.iter().map(|&x| T::from_f64(f64::from(x))).collect()).collect();
    let (interpreter, coordinates) = (Interpreter::<T>::new(program, parameters), Coordinates::product(tables));
    let mut registers = interpreter.registers();
    let mut planes = vec![Vec::with_capacity(cells); program.outputs().len()];
    for first in (0..cells).step_by(LANES) {
        let n = LANES.min(cells - first);
        interpreter
            .run(&mut registers, &coordinates, first, n, |plane, values| planes[plane].extend_from_slice(values));
    }
    planes
}

/// The same on a GPU.
pub(crate) fn gpu(gpu: &Gpu, program: &Program, tables: &[Vec<f32>], parameters: &[f64]) -> Vec<Vec<f32>> {
    let parameters: Vec<f32> = parameters.iter().map(|&value| f32::from_f64(value)).collect();
    let outputs = program.outputs().len();
    let text = emit::module(program, Library::Exact);
    let mut evaluator = Evaluator::new(gpu, text, outputs, tables, &parameters).expect("the shader compiles");
    let cells = tables.iter().map(Vec::len).product();
    // Garbage, so that an element that is never written is seen.
    let mut planes = vec![vec![-7.25; cells]; outputs];
    evaluator.planes(0..cells, &mut planes).expect("evaluated");
    planes
}

/// The adapter that GPU tests run on.
pub(crate) fn adapter() -> Gpu {
    Gpu::open(Choice::Any).expect("an adapter")
}

/// The coordinates of cell `cell` of the product of `tables`.
pub(crate) fn point(tables: &[Vec<f32>], cell: usize) -> Vec<f32> {
    let mut rest = cell;
    tables
        .iter()
        .map(|table| {
            let index = rest % table.len();
            rest /= table.len();
            table[index]
        })
        .collect()
}
