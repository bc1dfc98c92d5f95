//! Schemes against closed forms, and their rules for borders and missing data.

use super::*;
use crate::expr::formula::{Formula, constant};
use crate::expr::names::Names;
use crate::grid::Axis;
use crate::math::samples::Random;
use crate::method::scheme::EdgeOrder;
use crate::method::{Differentiator, Method};
use crate::program::naive;
use crate::program::specialise::Assume;
use crate::program::staged::Staged;
use crate::quantity::{Quantity, QuantityError};

mod peers;

const ONE_SIDED_2: Option<Border> = Some(Border::OneSided(EdgeOrder::Second));

fn border(extension: Extension) -> Option<Border> {
    Some(Border::Extend(extension))
}

/// A grid over these nodes, x first.
fn grid(axes: &[Vec<f64>]) -> Grid {
    let axes = axes.iter().zip(["x", "y", "z"]).map(|(nodes, name)| Axis::from_nodes(name, nodes).expect("monotonic"));
    Grid::new(axes.collect()).expect("small")
}

fn count(n: u32) -> Vec<f64> {
    (0..n).map(f64::from).collect()
}

fn staged(text: &str, quantity: &str, scheme: Scheme, grid: &Grid) -> Result<Staged, QuantityError> {
    let axes = grid.axes().len();
    let variables = ["x", "y", "z"][..axes].to_vec();
    let names = Names::new(variables, [""; 0]).and_then(|names| names.with_arrays([("a", axes)])).expect("good names");
    let formula = Formula::with_names(text, names, Vec::new()).expect("a formula");
    let quantity = Quantity::parse(quantity, formula.variables(), &constant).expect("a quantity");
    let mut g = formula.graph().clone();
    let variables = (0..axes).map(|axis| g.variable(axis)).collect();
    let differentiator = Differentiator::exact(variables).with_sampler(Sampler::new(scheme, grid));
    let planes = quantity.planes(&mut g, formula.root(), formula.variables(), &differentiator)?;
    Ok(Staged::compile(&mut g, &planes, axes, 0, 1, scheme.extension())?)
}

/// The planes of a quantity of a formula with the array a.
fn planes(text: &str, quantity: &str, scheme: Scheme, grid: &Grid, a: &[f64]) -> Vec<Vec<f64>> {
    let staged = staged(text, quantity, scheme, grid).expect("it can be had");
    naive::evaluate(&staged, grid, &[a.to_vec()], &[])
}

fn value(text: &str, scheme: Scheme, grid: &Grid, a: &[f64]) -> Vec<f64> {
    planes(text, "value", scheme, grid, a).remove(0)
}

fn assert_close(what: &str, got: &[f64], wanted: &[f64], tolerance: f64) {
    assert_eq!(got.len(), wanted.len(), "{what}");
    for (cell, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        let same = (got.is_nan() && wanted.is_nan()) || (got - wanted).abs() <= tolerance;
        assert!(same, "{what}, cell {cell}: {got}, not {wanted}");
    }
}

#[test]
fn polynomials_are_differenced_exactly_up_to_the_order_of_the_scheme() {
    /// A few roundings of values up to 10⁴ on a spacing of 1/2.
    const ROUNDING: f64 = 1e-10;
    let nodes: Vec<f64> = count(9).iter().map(|i| i / 2.0 - 1.0).collect();
    let uneven: Vec<f64> = nodes.iter().map(|x| x + 0.05 * x * x).collect();
    let second = ONE_SIDED_2;
    for (stencil, border, power, nodes) in [
        (Stencil::Central, None, 1, &nodes),
        (Stencil::Central, second, 2, &nodes),
        (Stencil::Central, None, 1, &uneven),
        (Stencil::Central, second, 2, &uneven),
        (Stencil::Central4, second, 2, &nodes),
        (Stencil::Forward, None, 1, &nodes),
        (Stencil::Backward, None, 1, &uneven),
    ] {
        let scheme = Scheme { stencil, border, ..Scheme::default() };
        let f: Vec<f64> = nodes.iter().map(|x| x.powi(power)).collect();
        let wanted: Vec<f64> = nodes.iter().map(|x| f64::from(power) * x.powi(power - 1)).collect();
        let axis = grid(std::slice::from_ref(nodes));
        assert_close(&format!("{stencil}, x^{power}"), &value("d(a, x)", scheme, &axis, &f), &wanted, ROUNDING);
    }
    for (border, power) in [(None, 2), (second, 3)] {
        let scheme = Scheme { border, ..Scheme::default() };
        let f: Vec<f64> = nodes.iter().map(|x| x.powi(power)).collect();
        let wanted: Vec<f64> = nodes.iter().map(|x| f64::from(power * (power - 1)) * x.powi(power - 2)).collect();
        let axis = grid(std::slice::from_ref(&nodes));
        assert_close(&format!("x^{power}″"), &value("d(a, x, x)", scheme, &axis, &f), &wanted, ROUNDING);
    }
    let f: Vec<f64> = uneven.iter().map(|x| x * x).collect();
    let bend = value("d(a, x, x)", Scheme::default(), &grid(&[uneven]), &f);
    assert_close("uneven x²″", &bend, &[2.0; 9], ROUNDING);
    // In the middle `central4` differences x⁴ exactly, and its second derivative x⁵.
    let scheme = Scheme::new(Stencil::Central4);
    let [fourth, fifth] = [4, 5].map(|power| nodes.iter().map(|x| x.powi(power)).collect::<Vec<f64>>());
    let axis = grid(std::slice::from_ref(&nodes));
    let (slope, bend) = (value("d(a, x)", scheme, &axis, &fourth), value("d(a, x, x)", scheme, &axis, &fifth));
    for (cell, x) in nodes.iter().enumerate().take(7).skip(2) {
        assert!((slope[cell] - 4.0 * x.powi(3)).abs() < ROUNDING, "x⁴′ at {x}: {}", slope[cell]);
        assert!((bend[cell] - 20.0 * x.powi(3)).abs() < ROUNDING, "x⁵″ at {x}: {}", bend[cell]);
    }
}

#[test]
fn errors_shrink_with_the_order_of_the_scheme() {
    let error = |stencil: Stencil, text: &str, n: u32| {
        let scheme = Scheme { stencil, border: border(Extension::Periodic), ..Scheme::default() };
        let h = std::f64::consts::TAU / f64::from(n);
        let nodes: Vec<f64> = count(n).iter().map(|i| i * h).collect();
        let f: Vec<f64> = nodes.iter().map(|x| x.sin()).collect();
        let axis =
            Grid::new(vec![Axis::new("x", 0.0, nodes[nodes.len() - 1], nodes.len()).expect("valid")]).expect("small");
        let exact: fn(f64) -> f64 = if text == "d(a, x)" { f64::cos } else { |x| -x.sin() };
        let got = value(text, scheme, &axis, &f);
        got.iter().zip(&nodes).map(|(got, x)| (got - exact(*x)).abs()).fold(0.0, f64::max)
    };
    for (stencil, text, order) in [
        (Stencil::Central, "d(a, x)", 2.0),
        (Stencil::Central, "d(a, x, x)", 2.0),
        (Stencil::Central4, "d(a, x)", 4.0),
        (Stencil::Central4, "d(a, x, x)", 4.0),
        (Stencil::Forward, "d(a, x)", 1.0),
        (Stencil::Backward, "d(a, x)", 1.0),
    ] {
        let rate = (error(stencil, text, 32) / error(stencil, text, 64)).log2();
        assert!((rate - order).abs() < 0.05, "{stencil} of {text}: order {rate}");
    }
}

#[test]
fn planes_have_their_slope_by_every_scheme_on_cells_that_are_not_square() {
    let nodes = [count(7).iter().map(|i| 10.0 * i).collect(), count(6).iter().map(|i| 5.0 - i).collect::<Vec<f64>>()];
    let cells = grid(&nodes);
    let mut f = Vec::new();
    for y in &nodes[1] {
        f.extend(nodes[0].iter().map(|x| 0.25 * x - 3.0 * y));
    }
    for stencil in
        ["central", "central4", "forward", "backward", "sobel", "scharr", "prewitt", "horn", "zevenbergen-thorne"]
    {
        let scheme = Scheme::new(stencil.parse().expect("a stencil"));
        let partials = planes("a", "gradient", scheme, &cells, &f);
        for row in 2..4 {
            for column in 2..5 {
                let cell = row * 7 + column;
                assert_close(stencil, &[partials[0][cell], partials[1][cell]], &[0.25, -3.0], 1e-13);
            }
        }
    }
}

#[test]
fn borders_follow_their_rule() {
    let f = [1.0, 4.0, 9.0, 16.0];
    let slope =
        |extension| value("d(a, x)", Scheme { border: border(extension), ..Scheme::default() }, &grid(&[count(4)]), &f);
    assert_eq!(slope(Extension::Periodic), [-6.0, 4.0, 6.0, -4.0], "periodic");
    assert_eq!(slope(Extension::Reflect), [1.5, 4.0, 6.0, 3.5], "reflect");
    assert_eq!(slope(Extension::Nearest), [1.5, 4.0, 6.0, 3.5], "nearest");
    assert_eq!(slope(Extension::Constant(0.0)), [2.0, 4.0, 6.0, -4.5], "constant");
    let missing = slope(Extension::Missing);
    assert_eq!((missing[0].is_nan(), missing[3].is_nan(), &missing[1..3]), (true, true, &[4.0, 6.0][..]), "nodata");
}

#[test]
fn a_hole_stays_a_hole() {
    let hole = f64::NAN;
    let f = [1.0, 2.0, 4.0, hole, 16.0, 32.0, 64.0];
    let line = grid(&[count(7)]);
    let with = |text, gaps| value(text, Scheme { gaps, ..Scheme::default() }, &line, &f);
    let nan = f64::NAN;
    assert_close("propagate", &with("d(a, x)", Gaps::Propagate), &[1.0, 1.5, nan, nan, nan, 24.0, 32.0], 0.0);
    assert_close("shrink", &with("d(a, x)", Gaps::Shrink), &[1.0, 1.5, 2.0, nan, 16.0, 24.0, 32.0], 0.0);
    assert_close("fill", &with("d(a, x)", Gaps::Fill(8.0)), &[1.0, 1.5, 3.0, 6.0, 12.0, 24.0, 32.0], 0.0);
    assert_close("bend", &with("d(a, x, x)", Gaps::Shrink), &[1.0, 1.0, nan, nan, nan, 16.0, 16.0], 0.0);
    assert_close("known", &with("known(a)", Gaps::Propagate), &[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0], 0.0);
    assert_close(
        "if known",
        &with("if(known(a), a, -1)", Gaps::Propagate),
        &[1.0, 2.0, 4.0, -1.0, 16.0, 32.0, 64.0],
        0.0,
    );
    let codes = planes("a", "mask", Scheme::default(), &line, &f);
    assert_eq!(codes[0], [0.0, 0.0, 5.0, 5.0, 5.0, 0.0, 0.0], "nodata");
    let alone = [hole, 1.0, hole];
    let shrunk = value("d(a, x)", Scheme { gaps: Gaps::Shrink, ..Scheme::default() }, &grid(&[count(3)]), &alone);
    assert!(shrunk.iter().all(|slope| slope.is_nan()), "no neighbour, no slope: {shrunk:?}");
}

#[test]
fn averages_leave_holes_out_when_they_may() {
    let hole = f64::NAN;
    let line = grid(&[count(9)]);
    let mut f = vec![7.0; 9];
    f[4] = hole;
    let with = |gaps| value("smooth(a, 0.5)", Scheme { gaps, ..Scheme::default() }, &line, &f);
    let nan = f64::NAN;
    assert_close("propagate", &with(Gaps::Propagate), &[7.0, 7.0, nan, nan, nan, nan, nan, 7.0, 7.0], 1e-14);
    assert_close("shrink", &with(Gaps::Shrink), &[7.0, 7.0, 7.0, 7.0, nan, 7.0, 7.0, 7.0, 7.0], 1e-14);
}

#[test]
fn expressions_are_evaluated_on_nodes_and_differenced() {
    let square = grid(&[count(6), count(5)]);
    let text = "x^2*y + sin(y)";
    let formula = Formula::parse(text).expect("a formula");
    let mut g = formula.graph().clone();
    let names = ["x".to_owned(), "y".to_owned()];
    let variables = vec![g.variable(0), g.variable(1)];
    let on_grid = Differentiator::new(Method::Grid, variables, Vec::new());
    let on_grid = on_grid.with_sampler(Sampler::new(Scheme::default(), &square));
    let nodes = Quantity::Hessian.planes(&mut g, formula.root(), &names, &on_grid).expect("small");
    let staged = Staged::compile(&mut g, &nodes, 2, 0, 0, Extension::Nearest).expect("small");
    assert_eq!(staged.programs().len(), 2, "f once per node, then its differences");
    let got = naive::evaluate(&staged, &square, &[], &[]);
    let f: Vec<f64> =
        (0..30).map(|cell| (f64::from(cell % 6), f64::from(cell / 6))).map(|(x, y)| x.powi(2) * y + y.sin()).collect();
    let wanted = planes("a", "hessian", Scheme::default(), &square, &f);
    for (got, wanted) in got.iter().zip(&wanted) {
        assert_close(text, got, wanted, 1e-13);
    }
}

#[test]
fn high_orders_difference_planes_of_lower_ones() {
    let cube: Vec<f64> = count(10).iter().map(|x| x.powi(5)).collect();
    let line = grid(&[count(10)]);
    let staged = staged("d(a, x, x, x, x)", "value", Scheme::default(), &line).expect("small");
    assert_eq!(staged.programs().len(), 2, "the second derivative of the plane of the second derivative");
    let got = naive::evaluate(&staged, &line, &[cube], &[]);
    for x in 2..8_u32 {
        // Central second differences twice: (x⁵)⁗ = 120x, and even terms of the error vanish at that degree.
        assert!((got[0][x as usize] - 120.0 * f64::from(x)).abs() < 1e-9, "at {x}: {}", got[0][x as usize]);
    }
}

#[test]
fn specialised_programs_give_the_same_bits_inside() {
    let mut random = Random(9);
    let square = grid(&[count(12), count(9)]);
    let f: Vec<f64> = (0..108).map(|_| f64::from(random.bits()) / 1e9).collect();
    for stencil in ["central", "central4", "scharr", "horn", "gaussian:1"] {
        let scheme = Scheme::new(stencil.parse().expect("a stencil"));
        let whole = staged("a*x", "hessian", scheme, &square).expect("small");
        let mut inner = whole.clone();
        inner.specialise(Assume { interior: true, complete: false }).expect("smaller");
        let (whole_values, inner_values) =
            [&whole, &inner].map(|staged| naive::evaluate(staged, &square, std::slice::from_ref(&f), &[])).into();
        for (whole, inner) in whole_values.iter().zip(&inner_values) {
            for row in 2..7 {
                let cells = row * 12 + 2..row * 12 + 10;
                assert_eq!(whole[cells.clone()], inner[cells], "{stencil}, row {row}");
            }
        }
    }
}

#[test]
fn what_cannot_be_differenced_is_refused() {
    let refused = |text: &str, scheme: Scheme, nodes: Vec<f64>| {
        staged(text, "value", scheme, &grid(&[nodes])).expect_err(text).to_string()
    };
    let central = Scheme::default();
    assert!(refused("d(a, x)", central, vec![0.0]).contains("at least 2"), "one node");
    let second = Scheme { border: ONE_SIDED_2, ..central };
    assert!(refused("d(a, x)", second, count(2)).contains("at least 3"), "two nodes, edge order 2");
    assert!(refused("d(a, x, x)", second, count(3)).contains("at least 4"), "and three");
    let uneven = || vec![0.0, 1.0, 3.0, 4.0, 6.0, 9.0];
    assert!(refused("d(a, x)", Scheme::new(Stencil::Central4), uneven()).contains("not evenly spaced"), "central4");
    assert!(
        refused("d(a, x)", Scheme::new(Stencil::Gaussian(1.0)), uneven()).contains("not evenly spaced"),
        "Gaussian"
    );
    let periodic = Scheme { border: border(Extension::Periodic), ..central };
    assert!(refused("d(a, x)", periodic, uneven()).contains("periodic"), "periodic");
    assert!(refused("d(a, x, x, x, x, x, x, x, x, x)", central, count(9)).contains("order 9"), "too high");
    let formula = Formula::parse("smooth(x)").expect("a formula");
    let mut g = formula.graph().clone();
    let (variables, names) = (vec![g.variable(0)], ["x".to_owned()]);
    let no_grid = Quantity::Value.planes(&mut g, formula.root(), &names, &Differentiator::exact(variables.clone()));
    assert_eq!(no_grid, Err(SamplingError::NoGrid.into()), "averages need cells");
    let shifted = Differentiator::new(Method::Central, variables, Vec::new());
    let shifted = Quantity::Magnitude.planes(&mut g, formula.root(), &names, &shifted);
    assert_eq!(shifted, Err(QuantityError::Method(Method::Central)), "there is nothing between cells");
}
