//! Double precision on a device against its twin by bits, and against the reference engine.

use super::*;
use crate::engine::EngineChoice;
use crate::expr::formula::Formula;
use crate::expr::graph::{Graph, NodeId};
use crate::expr::op::{Op, Rule};
use crate::field::Samples;
use crate::gpu::Choice;
use crate::math::double::check::Random;
use crate::program::emit;
use crate::program::interpret::{Interpreter, LANES};
use crate::quantity::Quantity;
use crate::request::Request;

/// Samples a function: 2^20 along one axis, or as a product of two or three.
const SIDES: [&[usize]; 3] = [&[1 << 20], &[1 << 10, 1 << 10], &[1 << 7, 1 << 7, 1 << 6]];

fn gpu() -> Gpu {
    let gpu = Gpu::open(Choice::Any).expect("an adapter");
    assert!(gpu.info().f64, "{} has no 64-bit floats", gpu.info().name);
    gpu
}

fn compile(g: &mut Graph, roots: &[NodeId], axes: usize) -> Program {
    let outputs: Vec<_> = roots.iter().map(|&root| ("f".to_owned(), root)).collect();
    Program::compile(g, roots[0], &outputs, axes, 0).expect("small")
}

/// The planes of a program over the product of some tables, on the device and by the twin.
fn both(gpu: &Gpu, program: &Program, tables: Vec<Vec<f64>>) -> [Vec<Vec<f64>>; 2] {
    let cells: usize = tables.iter().map(Vec::len).product();
    let outputs = program.outputs().len();
    let text = emit::module(program, Library::Double);
    let mut evaluator = Evaluator::new(gpu, text, outputs, &tables, &[]).expect("compiles");
    let mut device = vec![Vec::new(); outputs];
    evaluator.planes(0..cells, &mut device).expect("runs");

    let twin = Interpreter::double(program, &[]);
    let (coordinates, mut registers) = (Coordinates::product(tables), twin.registers());
    let mut host = vec![Vec::with_capacity(cells); outputs];
    for first in (0..cells).step_by(LANES) {
        let n = LANES.min(cells - first);
        twin.run(&mut registers, &coordinates, first, n, |plane, values| host[plane].extend_from_slice(values));
    }
    [device, host]
}

/// The first cell whose bits differ, with what either side has.
fn first_difference([device, host]: &[Vec<Vec<f64>>; 2]) -> Option<(usize, u64, u64)> {
    let pairs = device.iter().flatten().zip(host.iter().flatten()).enumerate();
    pairs.map(|(i, (d, h))| (i, d.to_bits(), h.to_bits())).find(|(_, d, h)| d != h)
}

fn nasty_tables(random: &mut Random, sides: &[usize]) -> Vec<Vec<f64>> {
    sides.iter().map(|&side| (0..side).map(|_| random.nasty()).collect()).collect()
}

#[test]
fn the_comparison_sees_a_wrong_bit() {
    let right = vec![vec![1.0, f64::NAN], vec![0.0, 2.0]];
    let mut wrong = right.clone();
    assert_eq!(first_difference(&[right.clone(), wrong.clone()]), None, "equal");
    wrong[1][0] = -0.0;
    assert_eq!(first_difference(&[wrong, right]), Some((2, 1 << 63, 0)), "the other zero");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn every_operation_gives_the_bits_of_its_twin() {
    let gpu = gpu();
    let mut random = Random(0x6772_6164);
    for &op in Op::all() {
        if !matches!(op.rule(), Rule::Primitive(_)) {
            continue;
        }
        let arity = op.arity().min;
        let mut g = Graph::new();
        let args: Vec<NodeId> = (0..arity).map(|axis| g.variable(axis)).collect();
        let root = g.apply(op, &args);
        let program = compile(&mut g, &[root], arity);
        let tables = nasty_tables(&mut random, SIDES[arity - 1]);
        let planes = both(&gpu, &program, tables);
        assert_eq!(planes[0][0].len(), 1 << 20, "{op}: as many samples as there should be");
        assert!(planes[0][0].iter().any(|value| value.is_finite()), "{op}: not all are masked");
        assert_eq!(first_difference(&planes), None, "{op}");
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn random_programs_give_the_bits_of_their_twins() {
    let gpu = gpu();
    let mut random = Random(0x6436_3464);
    let ops: Vec<Op> = Op::all().iter().copied().filter(|op| matches!(op.rule(), Rule::Primitive(_))).collect();
    for number in 0..16 {
        let mut g = Graph::new();
        let mut nodes = vec![g.variable(0), g.variable(1), g.constant(random.nasty()), g.constant(0.5)];
        for _ in 0..10 {
            let op = ops[random.below(ops.len())];
            let args: Vec<NodeId> = (0..op.arity().min).map(|_| nodes[random.below(nodes.len())]).collect();
            nodes.push(g.apply(op, &args));
        }
        let roots = &nodes[nodes.len() - 4..];
        let program = compile(&mut g, roots, 2);
        let tables = nasty_tables(&mut random, &[64, 64]);
        let mut cut = Evaluator::of_program(&gpu, &program, Library::Double, &tables, &[]).expect("compiles");
        let mut planes = vec![Vec::new(); roots.len()];
        cut.planes(0..64 * 64, &mut planes).expect("runs");
        let [device, host] = both(&gpu, &program, tables);
        assert_eq!(first_difference(&[planes, host.clone()]), None, "cut by axes, program {number}:\n{program}");
        assert_eq!(first_difference(&[device, host]), None, "program {number}:\n{program}");
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn a_program_of_several_functions_gives_the_bits_of_its_twin() {
    let gpu = gpu();
    let mut g = Graph::new();
    let (x, y) = (g.variable(0), g.variable(1));
    let early = g.mul(x, y);
    let mut node = x;
    for _ in 0..2 * emit::LETS {
        node = g.sub(y, node);
    }
    let root = g.add(node, early);
    let program = compile(&mut g, &[root], 2);
    let tables = nasty_tables(&mut Random(3), &[33, 17]);
    assert_eq!(first_difference(&both(&gpu, &program, tables)), None, "values carried between functions");
}

/// The samples of a request on an engine.
fn evaluate(text: &str, grid: &Grid, quantity: Quantity, engine: EngineChoice) -> Samples {
    let formula = Formula::parse(text).expect("a formula");
    Request::new(&formula, grid).quantity(quantity).engine(engine).evaluate().expect("runs").samples
}

fn planes_of(samples: Samples) -> Vec<Vec<f64>> {
    match samples {
        Samples::F64(planes) => planes,
        Samples::F32(_) => panic!("samples of an f64 engine"),
    }
}

/// A deep zoom: 10^-9 wide, 16 384 columns.
fn deep(rows: usize) -> Grid {
    let middle = -0.743_643_887_037_158_7;
    Grid::plane((middle - 5e-10, middle + 5e-10, 16_384), (-1.0, 1.0, rows)).expect("a grid")
}

fn distinct(values: &[f64]) -> usize {
    let mut bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
    bits.sort_unstable();
    bits.dedup();
    bits.len()
}

#[test]
fn deep_columns_stay_apart_on_the_reference() {
    let planes = planes_of(evaluate("x + 0*y", &deep(1), Quantity::Value, EngineChoice::F64));
    assert_eq!(distinct(&planes[0]), 16_384, "every column has its own value");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn deep_columns_stay_apart_on_the_device() {
    for text in ["x + 0*y", "exp(x) + 0*y"] {
        let [device, host] = [EngineChoice::Gpu64, EngineChoice::F64]
            .map(|engine| planes_of(evaluate(text, &deep(1), Quantity::Value, engine)));
        assert_eq!(distinct(&device[0]), distinct(&host[0]), "{text}");
    }
    let device = planes_of(evaluate("x + 0*y", &deep(1), Quantity::Value, EngineChoice::Gpu64));
    assert_eq!(distinct(&device[0]), 16_384, "every column has its own value");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn masks_are_those_of_the_reference() {
    let grid = Grid::plane((-2.0, 2.0, 201), (-1.5, 2.5, 161)).expect("a grid");
    for text in
        ["ln(x)/y", "sqrt(x*y)", "x^y", "asin(x) + acosh(y)", "1/(x - y)", "mod(x, y)*atan2(y, x)", "exp(exp(4*x*y))"]
    {
        let [device, host] = [EngineChoice::Gpu64, EngineChoice::F64]
            .map(|engine| planes_of(evaluate(text, &grid, Quantity::Gradient, engine)));
        let masks = |planes: &[Vec<f64>]| planes.iter().flatten().map(|value| value.is_nan()).collect::<Vec<_>>();
        let (device_mask, host_mask) = (masks(&device), masks(&host));
        assert!(host_mask.contains(&true) && host_mask.contains(&false), "{text}: partly masked");
        assert_eq!(device_mask.iter().zip(&host_mask).position(|(d, h)| d != h), None, "{text}");
        let quiet = device.iter().flatten().filter(|value| value.is_nan());
        assert!(quiet.into_iter().all(|value| value.to_bits() == f64::NAN.to_bits()), "{text}: one NaN");
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn range_and_colours_are_those_of_the_planes() {
    let grid = Grid::plane((-2.0, 2.0, 101), (-1.0, 1.0, 53)).expect("a grid");
    let formula = Formula::parse("ln(x)*y").expect("a formula");
    let request = Request::new(&formula, &grid).quantity(Quantity::Value).engine(EngineChoice::Gpu64);
    let planes = planes_of(request.evaluate().expect("runs").samples);
    let mut prepared = request.prepare().expect("compiles");
    let stats = prepared.range(0, &mut crate::tile::watch::Silent).expect("runs");
    let mut want = RangeStats::default();
    want.add_f64(&planes[0]);
    assert_eq!(stats, want, "statistics");
    let thresholds = [-0.5, 0.0, 0.25];
    let mut indices = Vec::new();
    let ready = prepared.thresholds(&thresholds).expect("sorted");
    prepared.palette(0..grid.cells(), 0, &ready, &mut indices).expect("runs");
    let colour = |value: f64| match value.is_nan() {
        true => 0,
        false => 1 + u8::try_from(thresholds.iter().filter(|&&t| t <= value).count()).expect("few"),
    };
    assert_eq!(indices, planes[0].iter().map(|&value| colour(value)).collect::<Vec<_>>(), "colours");
}
