//! Exact derivatives against difference formulas, textbook values, conventions at kinks, and what a gradient is by definition.

use crate::expressions::{Expression, Random, SMOOTH, program_of};
use gradgrid::expr::graph::{Graph, NodeId};
use gradgrid::expr::op::Op;
use gradgrid::program::interpret::Interpreter;
use gradgrid::{Formula, PointReport, Quantity};

/// Relative error of one evaluation of a small formula in f64: some tens of roundings of 2⁻⁵³, none of them amplified
/// beyond the condition that the samples of f show themselves.
const EVALUATION: f64 = 1e-14;

fn report(text: &str, point: &[f64], along: Option<&[f64]>) -> PointReport {
    let formula = Formula::parse(text).unwrap_or_else(|error| panic!("{}", error.render(text)));
    PointReport::new(&formula, point, along).expect("small")
}

fn parts(e: &Expression) -> Interpreter<f64> {
    Interpreter::new(&e.value_and_partials(), &[])
}

/// The central difference along `axis` by Richardson's extrapolation from h and h/2, and a bound of its error.
///
/// With D(h) = f′ + h²/6·f‴ + O(h⁴), the value (4D(h/2) − D(h))/3 is off by O(h⁴) and |D(h) − D(h/2)| ≥ its truncation for
/// small h; rounding adds e/h with e = `EVALUATION`·|f|. `None` where f is undefined nearby or h is plainly too large.
fn difference(f: &Interpreter<f64>, point: &[f64], axis: usize) -> Option<(f64, f64)> {
    let h = 2_f64.powi(-10);
    let mut largest = 0.0_f64;
    let mut quotient = |h: f64| {
        let mut at = |shift: f64| {
            let mut moved = point.to_vec();
            moved[axis] += shift;
            let value = f.point(&moved)[0];
            largest = largest.max(value.abs());
            value
        };
        (at(h) - at(-h)) / (2.0 * h)
    };
    let (wide, middle, narrow) = (quotient(h), quotient(h / 2.0), quotient(h / 4.0));
    let (coarse, fine) = ((wide - middle).abs(), (middle - narrow).abs());
    let rounding = 4.0 * EVALUATION * largest / h;
    // A smooth function's truncation falls fourfold with each halving; one that does not is not resolved here.
    let resolved = fine.is_finite() && fine <= coarse / 3.0 + rounding && coarse <= 1e-3 * (1.0 + middle.abs());
    let value = (4.0 * narrow - middle) / 3.0;
    resolved.then_some((value, fine + 2.0 * rounding))
}

/// Compares partials at random tame points; the number of comparisons made, and of partials that are undefined although
/// the function is smooth: where a part overflows, or is 0^y, whose rule takes the logarithm of 0.
fn compare(e: &Expression, random: &mut Random, points: usize, what: &str) -> (usize, usize) {
    let f = parts(e);
    let (mut made, mut missing) = (0, 0);
    for _ in 0..points {
        let point: Vec<f64> = (0..e.axes).map(|_| random.signed_unit() * 2.5 + 0.1).collect();
        let values = f.point(&point);
        for axis in 0..e.axes {
            let Some((slope, error)) = difference(&f, &point, axis) else { continue };
            let exact = values[1 + axis];
            if exact.is_nan() {
                missing += 1;
                continue;
            }
            let allowed = error + EVALUATION * 100.0 * exact.abs();
            assert!(
                (exact - slope).abs() <= allowed,
                "{what} at {point:?}, axis {axis}: {exact}, difference {slope} ± {allowed:e}"
            );
            made += 1;
        }
    }
    (made, missing)
}

#[test]
fn every_operation_has_the_slope_that_differences_show() {
    let mut random = Random(5);
    for &op in Op::all() {
        let mut graph = Graph::new();
        let axes = op.arity().min;
        let args: Vec<NodeId> = (0..axes).map(|axis| graph.variable(axis)).collect();
        let root = graph.apply(op, &args);
        let e = Expression { graph, root, axes };
        let (made, missing) = compare(&e, &mut random, 300, op.name());
        assert!(made >= 20, "{op} was compared at {made} places only");
        assert_eq!(missing, 0, "{op} has a partial wherever it is smooth");
    }
}

#[test]
fn random_smooth_expressions_have_the_slopes_that_differences_show() {
    let mut random = Random(6);
    let (mut made, mut missing) = (0, 0);
    for _ in 0..400 {
        let size = 2 + random.below(14);
        let e = Expression::random(&mut random, SMOOTH, 2, size);
        let text = e.text();
        let (compared, undefined) = compare(&e, &mut random, 12, &text);
        made += compared;
        missing += undefined;
    }
    assert!(made > 1_000 && missing * 50 < made, "{made} comparisons, {missing} partials undefined");
}

#[test]
fn mixed_partials_agree_in_either_order() {
    let mut random = Random(7);
    let mut made = 0;
    for _ in 0..200 {
        let size = 2 + random.below(10);
        let e = Expression::random(&mut random, SMOOTH, 2, size);
        let both = [Quantity::Partial(vec![0, 1]), Quantity::Partial(vec![1, 0])];
        let program = program_of(&e.graph, e.root, 2, &both);
        let f = Interpreter::<f64>::new(&program, &[]);
        for _ in 0..8 {
            let values = f.point(&[random.signed_unit() * 2.0, random.signed_unit() * 2.0]);
            let (a, b) = (values[0], values[1]);
            if a.is_nan() || b.is_nan() {
                continue;
            }
            // The two orders are different sums of products of the same factors: roundings only, of terms that may cancel.
            assert!((a - b).abs() <= 1e-6 * (1.0 + a.abs()), "{a} and {b}: {}", e.text());
            made += 1;
        }
    }
    assert!(made > 400, "{made} comparisons");
}

#[test]
fn the_numbers_of_the_textbook() {
    let r = report("x^2*y + sin(y)", &[1.0, 2.0], None);
    assert_eq!(r.gradient, [4.0, 1.0 + 2_f64.cos()], "∇(x²y + sin y) at (1, 2)");
    assert_eq!(r.hessian, [vec![4.0, 2.0], vec![2.0, -(2_f64.sin())]], "its Hessian");
    assert_eq!(report("xyz", &[1.0, 2.0, 3.0], None).gradient, [6.0, 3.0, 2.0], "∇xyz at (1, 2, 3)");
    let r = report("x²+y²", &[1.0, 1.0], Some(&[1.0, 1.0]));
    let (_, slope) = r.directional.expect("asked for");
    // Two roundings of 2√2 ≈ 2.83 are at most 2·2⁻⁵³·2.83.
    assert!((slope - 8_f64.sqrt()).abs() <= 6.3e-16, "the slope of x² + y² along (1, 1): {slope}");
    let r = report("e^{x²+y²}", &[0.5, -1.0], None);
    let f = 1.25_f64.exp();
    for (got, want) in r.gradient.iter().zip([f, -2.0 * f]) {
        assert!((got - want).abs() <= 1e-15 * f.abs() * 4.0, "∇e^(x²+y²): {got}, wanted {want}");
    }
    assert_eq!(report("(1-x)^2 + 100(y-x²)²", &[1.0, 1.0], None).gradient, [0.0, 0.0], "the banana's bottom");
    let h = report("(1-x)^2 + 100(y-x²)²", &[1.0, 1.0], None).hessian;
    assert_eq!(h, [vec![802.0, -400.0], vec![-400.0, 200.0]], "the banana's curvature");
    assert_eq!(report("x²-y²", &[0.0, 0.0], None).hessian, [vec![2.0, 0.0], vec![0.0, -2.0]], "a saddle");
    assert!(report("xy/(x²+y²)", &[0.0, 0.0], None).value.is_nan(), "the limit that does not exist");
}

#[test]
fn kinks_follow_the_conventions() {
    for (text, point, slope) in [
        ("|x|", 0.0, 0.0),
        ("sign(x)", 0.0, 0.0),
        ("relu(x)", 0.0, 0.0),
        ("max(x, 0)", 0.0, 1.0),
        ("max(0, x)", 0.0, 0.0),
        ("min(x, 2x)", 0.0, 1.0),
        ("min(2x, x)", 0.0, 2.0),
        ("floor(x)", 1.0, 0.0),
        ("round(x)", 0.5, 0.0),
        ("fract(x)", 1.0, 1.0),
        ("step(0, x)", 0.0, 0.0),
        ("if(x > 0, √x, 0)", 0.0, 0.0),
        ("if(x > 0, √x, 0)", 4.0, 0.25),
        ("if(x == 0, 1, sin(x)/x)", 0.0, 0.0),
        ("if(x < 1, x², 3x)", 1.0, 3.0),
        ("clamp(x, -1, 1)", 2.0, 0.0),
    ] {
        let r = report(text, &[point], None);
        assert_eq!(r.gradient, [slope], "the slope of {text} at {point}");
    }
    for (text, point) in [("√x", 0.0), ("∛x", 0.0), ("asin(x)", 1.0), ("ln(x)", 0.0), ("acosh(x)", 1.0)] {
        assert!(report(text, &[point], None).gradient[0].is_nan(), "{text} has no finite slope at {point}");
    }
}

#[test]
fn slopes_lie_between_minus_and_plus_the_magnitude() {
    let mut random = Random(8);
    for text in ["x^2*y + sin(y)", "e^{-(x²+y²)}", "(1-x)^2 + 100(y-x²)²", "sin(3x)cos(2y)", "ln(1+x²+y⁴)"] {
        for _ in 0..50 {
            let point = [random.signed_unit() * 2.0, random.signed_unit() * 2.0];
            let r = report(text, &point, None);
            // A dot product and a norm of two terms: a handful of roundings.
            let tolerance = 8.0 * f64::EPSILON * r.magnitude;
            let along = |u: &[f64]| report(text, &point, Some(u)).directional.expect("asked for").1;
            let down: Vec<f64> = r.ascent.iter().map(|c| -c).collect();
            assert!((along(&r.ascent) - r.magnitude).abs() <= tolerance, "{text}: uphill the slope is ‖∇f‖");
            assert!((along(&down) + r.magnitude).abs() <= tolerance, "{text}: downhill it is −‖∇f‖");
            let level = [-r.ascent[1], r.ascent[0]];
            assert!(along(&level).abs() <= tolerance, "{text}: along the level set it is 0");
            for k in 0..32 {
                let angle = f64::from(k) * std::f64::consts::PI / 16.0;
                let slope = along(&[angle.cos(), angle.sin()]);
                assert!(slope.abs() <= r.magnitude + tolerance, "{text}: no slope is steeper");
            }
        }
    }
}
