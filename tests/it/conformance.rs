//! One suite over every operation: nasty arguments × {value, gradient} × {f64, cpu, gpu}.
//!
//! cpu and gpu must have the same bits, masked cells included. cpu is judged by f64 in units of the last place; the worst distance of
//! each operation is printed (`--nocapture`) and has a limit with a reason.
//!
//! A gradient is made of several operations, which may overflow or underflow on the way where f64 does not. Such cells are
//! compared between cpu and gpu only: *ordinary* cells are those at which every step of the f64 program lies in the
//! normal range of f32, or is exactly 0.

use crate::compare;
use crate::engines;
use crate::expressions::{Expression, Random};
use gradgrid::expr::graph::Graph;
use gradgrid::expr::op::Op;
use gradgrid::gpu::Gpu;
use gradgrid::program::Program;
use gradgrid::{Quantity, expr::graph::NodeId};

/// The bar of the elementary functions: one rounding of the result, and smaller errors of argument and polynomial.
const TIGHT: f64 = 2.0;
/// The bar of functions composed of two of those.
const COMPOSED: f64 = 4.0;
/// The bar of a single correct rounding.
const ROUNDED: f64 = 0.5;
/// 3t² − 2t³: a difference, a quotient, a square, a difference that cannot cancel, a product; t counts twice.
const SMOOTHSTEP: f64 = 8.0;

/// Worst distance of a value from f64, in ulp.
fn value_limit(op: Op) -> f64 {
    match op {
        Op::Exp
        | Op::Exp2
        | Op::Expm1
        | Op::Ln
        | Op::Log
        | Op::Log2
        | Op::Log10
        | Op::Log1p
        | Op::Cbrt
        | Op::Sin
        | Op::Cos
        | Op::Tanh
        | Op::Sinh
        | Op::Cosh => TIGHT,
        Op::Smoothstep => SMOOTHSTEP,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Neg | Op::Sqrt | Op::Select | Op::Abs | Op::Min | Op::Max => {
            ROUNDED
        }
        Op::Clamp | Op::Relu | Op::Step | Op::Sign | Op::Floor | Op::Ceil | Op::Round | Op::Trunc | Op::Fract => {
            ROUNDED
        }
        op if op.is_truth() => 0.0,
        _ => COMPOSED,
    }
}

/// Worst distance of a partial from f64 at ordinary cells: ulp, and an absolute error below which ulps do not count.
///
/// Most rules are at most four operations of at most `TIGHT` each, none of which cancels.
fn gradient_limit(op: Op) -> (f64, f64) {
    const FOUR_OPERATIONS: f64 = 8.0;
    const U: f64 = 1.0 / 16_777_216.0;
    match op {
        // (1 − v)(1 + v) near |v| = 1: the error of v, 2 ulp of at most 2u, is all that is left of 1 − v.
        Op::Tanh => (FOUR_OPERATIONS, 8.0 * U),
        // b·a^(b−1): the rounding of b − 1 is multiplied by |ln a| ≤ 88, twice u relative.
        Op::Pow => (200.0, 0.0),
        // e^(−z²/2) at z = a√2, rounded twice: z² ≤ 176 times 2u relative.
        Op::Erf => (360.0, 0.0),
        // The quotient (x − e0)/(e1 − e0) comes back in each factor; 6t(1 − t) cancels near t = 1.
        Op::Smoothstep => (64.0, f64::INFINITY),
        // ⌊a/b⌋ of a rounded quotient may be the next integer.
        Op::Mod => (FOUR_OPERATIONS, f64::INFINITY),
        _ => (FOUR_OPERATIONS, 0.0),
    }
}

/// The function `op(x, y, z)`, and the same of arguments that overflow inside: `op(1e30·x·|x|, …)`, and of `x·1e38·4 − x·1e38·4`.
fn functions(op: Op) -> Vec<Expression> {
    let axes = op.arity().min;
    let build = |wrap: &dyn Fn(&mut Graph, NodeId) -> NodeId| {
        let mut graph = Graph::new();
        let args: Vec<NodeId> = (0..axes).map(|axis| graph.variable(axis)).collect();
        let args: Vec<NodeId> = args.into_iter().map(|arg| wrap(&mut graph, arg)).collect();
        let root = graph.apply(op, &args);
        Expression { graph, root, axes }
    };
    let overflowing = |g: &mut Graph, x: NodeId| {
        let (size, huge) = (g.apply(Op::Abs, &[x]), g.constant(1e30));
        let square = g.mul(x, size);
        g.mul(square, huge)
    };
    let not_a_number = |g: &mut Graph, x: NodeId| {
        let large = overflowing(g, x);
        let other = g.apply(Op::Trunc, &[large]);
        let difference = g.sub(large, other);
        g.add(difference, x)
    };
    vec![build(&|_, x| x), build(&overflowing), build(&not_a_number)]
}

fn tables(random: &mut Random, axes: usize) -> Vec<Vec<f32>> {
    random.tables(axes, [0, 4096, 72, 18][axes])
}

/// Whether every step of the program is 0 or a normal number of f32 at each cell.
fn ordinary(program: &Program, e: &Expression, tables: &[Vec<f32>]) -> Vec<bool> {
    let mut g = e.graph.clone();
    let variables: Vec<NodeId> = (0..e.axes).map(|axis| g.variable(axis)).collect();
    let partials = gradgrid::expr::derive::gradient(&mut g, e.root, &variables).expect("small");
    let mut roots = vec![e.root];
    roots.extend(partials);
    let steps: Vec<(String, NodeId)> = g.reachable(&roots).into_iter().map(|id| (String::new(), id)).collect();
    let one = g.constant(1.0);
    let all = Program::compile(&mut g, one, &steps, e.axes, 0).expect("small");
    let planes = engines::cpu::<f64>(&all, tables, &[]);
    let normal = f64::from(f32::MIN_POSITIVE)..2_f64.powi(127);
    let cells = planes[0].len();
    assert!(program.outputs().len() == roots.len(), "value and partials");
    (0..cells)
        .map(|cell| planes.iter().all(|plane| plane[cell] == 0.0 || normal.contains(&plane[cell].abs())))
        .collect()
}

#[test]
fn every_operation_is_as_accurate_as_documented() {
    let mut random = Random(9);
    for &op in Op::all() {
        let e = functions(op).swap_remove(0);
        let tables = tables(&mut random, e.axes);
        let program = e.value_and_partials();
        let (single, double) =
            (engines::cpu::<f32>(&program, &tables, &[]), engines::cpu::<f64>(&program, &tables, &[]));
        let ordinary = ordinary(&program, &e, &tables);
        let overflows = |plane: usize, cell: usize| double[plane][cell].abs() >= f64::from(f32::MAX);
        let wrong = compare::masks(&single, &double, |plane, cell| {
            !overflows(plane, cell) && (plane == 0 && op != Op::Smoothstep || ordinary[cell])
        });
        let shown = |(plane, cell): (usize, usize)| {
            (plane, engines::point(&tables, cell), single[plane][cell], double[plane][cell])
        };
        assert_eq!(wrong.map_err(shown), Ok(()), "{op}: plane, point, cpu and f64 of the mask that differs");
        let mut worst = [(0.0, 0); 2];
        let mut counted = 0;
        for plane in 0..single.len() {
            let (limit, absolute) = if plane == 0 { (value_limit(op), 0.0) } else { gradient_limit(op) };
            for cell in (0..ordinary.len()).filter(|&cell| ordinary[cell] || plane == 0 && op != Op::Smoothstep) {
                let (got, want) = (single[plane][cell], double[plane][cell]);
                let distance = compare::ulps(got, want);
                counted += usize::from(!got.is_nan());
                if (f64::from(got) - want).abs() <= absolute {
                    continue;
                }
                let slot = &mut worst[plane.min(1)];
                if distance > slot.0 {
                    *slot = (distance, cell);
                }
                assert!(
                    distance <= limit,
                    "{op} is {distance:.2} ulp off, the limit is {limit}: {:?}",
                    shown((plane, cell))
                );
            }
        }
        println!("{:12} value {:6.3} ulp   gradient {:8.3} ulp", op.name(), worst[0].0, worst[1].0);
        assert!(counted > 500, "{op} was judged at {counted} cells only");
    }
}

/// An operation on a NaN that arose inside is masked, except where an `if` does not look at it.
#[test]
fn what_arose_from_overflow_does_not_come_back_as_a_number() {
    for &op in Op::all() {
        let e = functions(op).swap_remove(2);
        let tables = vec![vec![3e38_f32, -2e38]; e.axes];
        let planes = engines::cpu::<f32>(&e.program(&Quantity::Value), &tables, &[]);
        if op == Op::Known {
            assert!(planes[0].iter().all(|v| *v == 0.0), "{op} of NaN gave {:?}", planes[0]);
            continue;
        }
        assert!(planes[0].iter().all(|v| v.is_nan()), "{op} of NaN gave {:?}", planes[0]);
    }
}

fn same_bits(gpu: &Gpu, e: &Expression, tables: &[Vec<f32>], what: &str) {
    let program = e.value_and_partials();
    let (got, want) = (engines::gpu(gpu, &program, tables, &[]), engines::cpu::<f32>(&program, tables, &[]));
    assert_eq!(compare::bits(&got, &want), Ok(()), "{what}: gpu and cpu differ; {}", e.text());
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn every_operation_has_the_same_bits_on_the_gpu() {
    let gpu = engines::adapter();
    let mut random = Random(10);
    for &op in Op::all() {
        for (number, e) in functions(op).into_iter().enumerate() {
            let tables = tables(&mut random, e.axes);
            same_bits(&gpu, &e, &tables, &format!("{op}, arguments of kind {number}"));
        }
    }
}

/// Sums whose order matters, and constants that a compiler would fold or refuse.
#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn what_compilers_like_to_improve_stays_as_it_is() {
    let gpu = engines::adapter();
    let mut random = Random(11);
    for text in [
        "(x+1e8)-1e8",
        "((x+y)-x)-y",
        "s = x + y; c = (s - x) - y; s2 = s + 0.1; s2 + ((s2 - s) - 0.1) + c",
        "x*y - x*y + 1",
        "x - x",
        "x/x",
        "0*x",
        "0*exp(x)",
        "x*(y > y) + x*(x == x)",
        "(x > y)*exp(y)",
        "not(x)*exp(y)",
        "sign(x)*exp(y) + floor(x)*exp(y)",
        "x - trunc(x)*1",
        "sqrt(x)*sqrt(x)",
        "0/0 + x",
        "1e39*x + y",
        "exp(1000)*x",
        "sqrt(-1) + x",
        "mod(5, 0) + x",
        "x*1e-40*1e-5",
        "x^2 + y^3 - x^-2",
    ] {
        let formula = gradgrid::Formula::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
        let e = Expression { graph: formula.graph().clone(), root: formula.root(), axes: 2 };
        same_bits(&gpu, &e, &random.tables(2, 64), text);
    }
}
