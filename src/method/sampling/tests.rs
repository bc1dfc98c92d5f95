//! Schemes against NumPy's documented examples, SciPy's and scikit-image's numbers, and closed forms.

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

/// The examples of the documentation of `numpy.gradient` (NumPy 2.4).
#[test]
fn numpys_documented_examples_hold_to_the_bit() {
    let f = [1.0, 2.0, 4.0, 7.0, 11.0, 16.0];
    let slope = |nodes: Vec<f64>, scheme: Scheme| value("d(a, x)", scheme, &grid(&[nodes]), &f);
    let central = Scheme::default();
    assert_eq!(slope(count(6), central), [1.0, 1.5, 2.5, 3.5, 4.5, 5.0], "unit spacing");
    let twos = count(6).iter().map(|x| 2.0 * x).collect();
    assert_eq!(slope(twos, central), [0.5, 0.75, 1.25, 1.75, 2.25, 2.5], "spacing 2");
    let uneven = vec![0.0, 1.0, 1.5, 3.5, 4.0, 6.0];
    assert_close("uneven", &slope(uneven, central), &[1.0, 3.0, 3.5, 6.7, 6.9, 2.5], 1e-15 * 8.0);
    let table = [1.0, 2.0, 6.0, 3.0, 4.0, 5.0];
    let planes = |grid: &Grid| planes("a", "gradient", central, grid, &table);
    let square = grid(&[count(3), count(2)]);
    assert_eq!(planes(&square)[1], [2.0, 2.0, -1.0, 2.0, 2.0, -1.0], "down the rows");
    assert_eq!(planes(&square)[0], [1.0, 2.5, 4.0, 1.0, 1.0, 1.0], "along the rows");
    let uneven = grid(&[vec![1.0, 1.5, 3.5], vec![0.0, 2.0]]);
    assert_eq!(planes(&uneven)[1], [1.0, 1.0, -0.5, 1.0, 1.0, -0.5], "spacing 2 down");
    assert_close("uneven along", &planes(&uneven)[0], &[2.0, 2.0, 2.0, 2.0, 1.7, 0.5], 4e-16);
    let parabola: Vec<f64> = count(5).iter().map(|x| x * x).collect();
    let second = Scheme { border: ONE_SIDED_2, ..central };
    let ends = |scheme| value("d(a, x)", scheme, &grid(&[count(5)]), &parabola);
    assert_eq!(ends(central), [1.0, 2.0, 4.0, 6.0, 7.0], "edge order 1");
    assert_eq!(ends(second), [0.0, 2.0, 4.0, 6.0, 8.0], "edge order 2");
}

/// The plain formulas of `numpy.gradient`, written as NumPy does them.
fn numpy_gradient(f: &[f64], x: &[f64], even: Option<f64>, second: bool) -> Vec<f64> {
    let n = f.len();
    let mut out = vec![0.0; n];
    let gaps: Vec<f64> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for i in 1..n - 1 {
        let (h1, h2) = (gaps[i - 1], gaps[i]);
        out[i] = match even {
            Some(h) => (f[i + 1] - f[i - 1]) / (2.0 * h),
            None => {
                let (a, b, c) = (-h2 / (h1 * (h1 + h2)), (h2 - h1) / (h1 * h2), h1 / (h2 * (h1 + h2)));
                a * f[i - 1] + b * f[i] + c * f[i + 1]
            }
        };
    }
    let (first, last) = (even.unwrap_or(gaps[0]), even.unwrap_or(gaps[n - 2]));
    if !second {
        out[0] = (f[1] - f[0]) / first;
        out[n - 1] = (f[n - 1] - f[n - 2]) / last;
        return out;
    }
    let (a, b, c) = match even {
        Some(h) => (-1.5 / h, 2.0 / h, -0.5 / h),
        None => {
            let (h1, h2) = (gaps[0], gaps[1]);
            (-(2.0 * h1 + h2) / (h1 * (h1 + h2)), (h1 + h2) / (h1 * h2), -h1 / (h2 * (h1 + h2)))
        }
    };
    out[0] = a * f[0] + b * f[1] + c * f[2];
    let (a, b, c) = match even {
        Some(h) => (0.5 / h, -2.0 / h, 1.5 / h),
        None => {
            let (h1, h2) = (gaps[n - 3], gaps[n - 2]);
            (h2 / (h1 * (h1 + h2)), -(h2 + h1) / (h1 * h2), (2.0 * h2 + h1) / (h2 * (h1 + h2)))
        }
    };
    out[n - 1] = a * f[n - 3] + b * f[n - 2] + c * f[n - 1];
    out
}

#[test]
fn random_arrays_have_numpys_numbers_to_the_bit() {
    let mut random = Random(5);
    let mut unit = || f64::from(random.bits()) / f64::from(u32::MAX) - 0.5;
    for round in 0..400 {
        let n = 3 + round % 9;
        let f: Vec<f64> = (0..n).map(|_| unit() * 1e3).collect();
        let second = round % 2 == 1;
        let scheme = Scheme { border: if second { ONE_SIDED_2 } else { None }, ..Scheme::default() };
        let mut at = unit();
        let falling = if round % 3 == 0 { -1.0 } else { 1.0 };
        let uneven: Vec<f64> = (0..n)
            .map(|_| {
                at += falling * (0.1 + unit().abs());
                at
            })
            .collect();
        let axis = grid(std::slice::from_ref(&uneven));
        assert_eq!(value("d(a, x)", scheme, &axis, &f), numpy_gradient(&f, &uneven, None, second), "uneven, {n} nodes");
        let even = Axis::new("x", uneven[0], uneven[n - 1], n).expect("two ends");
        let h = even.spacing();
        let axis = Grid::new(vec![even]).expect("small");
        assert_eq!(
            value("d(a, x)", scheme, &axis, &f),
            numpy_gradient(&f, &uneven, Some(h), second),
            "even, {n} nodes"
        );
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
fn averages_across_weigh_as_scikit_image_does() {
    // A random 4×5 image and twice its derivatives are what skimage.filters.sobel_v and its like give (scikit-image 0.26.0, mode reflect).
    let image = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0, 9.0, 7.0, 9.0, 3.0, 2.0, 3.0, 8.0, 4.0];
    let square = grid(&[count(5), count(4)]);
    let twice = |stencil, text| value(&format!("2*{text}"), Scheme::new(stencil), &square, &image);
    for (stencil, text, wanted) in [
        (
            Stencil::Sobel,
            "d(a, x)",
            vec![
                -3.25, 0.0, 0.75, 0.0, 2.5, -3.25, -0.25, 1.25, -1.25, 0.5, -0.5, 1.25, 1.75, -0.5, -0.5, 0.0, 1.0,
                4.25, 0.75, -2.5,
            ],
        ),
        (
            Stencil::Sobel,
            "d(a, y)",
            vec![
                4.75, 2.5, 2.25, 2.0, -0.5, 3.25, 5.25, 5.75, 5.25, 4.5, -4.5, -2.25, -0.75, 1.0, 1.5, -3.0, -5.0,
                -4.25, -2.25, -3.5,
            ],
        ),
        (
            Stencil::Scharr,
            "d(a, x)",
            vec![
                -2.9375, 0.25, 0.5625, 0.25, 2.875, -4.1875, -0.9375, 1.6875, -1.6875, -0.125, 0.375, 1.9375, 1.0625,
                -0.375, 0.125, -0.25, 0.75, 4.6875, 0.8125, -2.875,
            ],
        ),
        (
            Stencil::Scharr,
            "d(a, y)",
            vec![
                5.0625, 2.125, 2.1875, 2.5, -0.875, 2.9375, 5.6875, 5.5625, 5.4375, 4.375, -4.875, -1.6875, -1.3125,
                1.5, 1.375, -2.75, -5.25, -4.6875, -1.4375, -3.875,
            ],
        ),
        (
            Stencil::Prewitt,
            "d(a, x)",
            vec![
                -3.6666666666666674,
                -0.3333333333333335,
                0.9999999999999999,
                -0.3333333333333335,
                2.0,
                -2.0000000000000004,
                0.6666666666666665,
                0.6666666666666665,
                -0.666666666666667,
                1.3333333333333337,
                -1.666666666666667,
                0.3333333333333335,
                2.6666666666666665,
                -0.6666666666666667,
                -1.3333333333333328,
                0.33333333333333326,
                1.3333333333333335,
                3.6666666666666665,
                0.6666666666666665,
                -1.9999999999999998,
            ],
        ),
        (
            Stencil::Prewitt,
            "d(a, y)",
            vec![
                4.333333333333333,
                3.0,
                2.3333333333333335,
                1.3333333333333335,
                4.440892098500626e-16,
                3.666666666666666,
                4.666666666666666,
                6.0,
                5.0,
                4.666666666666667,
                -4.0,
                -2.9999999999999996,
                0.0,
                0.3333333333333337,
                1.6666666666666665,
                -3.3333333333333335,
                -4.666666666666666,
                -3.6666666666666656,
                -3.333333333333333,
                -3.0,
            ],
        ),
    ] {
        assert_close(&format!("{stencil} {text}"), &twice(stencil, text), &wanted, 1e-14);
    }
}

#[test]
fn gaussian_derivatives_are_scipys() {
    let line = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0];
    let image = grid(&[count(4), count(3)]);
    // scipy.ndimage.gaussian_filter(line.reshape(3, 4), σ, order=…, mode='reflect'), SciPy 1.17.1.
    for (text, scheme, wanted) in [
        (
            "d(a, x)",
            Scheme::new(Stencil::Gaussian(1.3)),
            vec![
                -0.045885206106846946,
                -0.10623641709303969,
                -0.09041067691850604,
                -0.030059465932313303,
                -0.025791574503482684,
                -0.0011464315590033608,
                0.12584076636311742,
                0.10119562341863811,
                -0.0009719936601536999,
                0.1345360338096046,
                0.3822717267100515,
                0.24676369924029318,
            ],
        ),
        (
            "d(a, y)",
            Scheme::new(Stencil::Gaussian(0.7)),
            vec![
                1.3134992329072053,
                1.8302032898162024,
                0.7054093138019174,
                1.5610057606290728,
                0.9125853941211106,
                0.8449064465208656,
                1.148488452710229,
                2.595346586528259,
                -0.40091383878609466,
                -0.9852968432953371,
                0.4430791389083115,
                1.0343408258991862,
            ],
        ),
        (
            "d(a, x, x)",
            Scheme::new(Stencil::Gaussian(1.3)),
            vec![
                -0.08724024120558638,
                -0.02547272128188388,
                0.048977732159527276,
                0.06105580281985995,
                -0.03827543299178865,
                0.09657446996749575,
                0.10121317450291645,
                -0.16264964362761652,
                0.025247827219120778,
                0.24744979067459472,
                0.13970201220834177,
                -0.4159332696936715,
            ],
        ),
        (
            "d(a, x, y)",
            Scheme::new(Stencil::Gaussian(1.0)),
            vec![
                0.05953307437503885,
                -0.05283575962629711,
                0.12534986771474177,
                0.23771870171607773,
                -0.00985665416120304,
                0.12733426011540694,
                0.6067555503184058,
                0.4695646360417958,
                -0.06938972853624192,
                0.18017001974170405,
                0.48140568260366406,
                0.23184593432571804,
            ],
        ),
        (
            "d(a, x, x, x)",
            Scheme::new(Stencil::Gaussian(1.0)),
            vec![
                0.0617098013959773,
                -0.012059513256784268,
                0.17169597222019994,
                0.24546528687296154,
                -0.23450352018489617,
                0.5452881368768961,
                -0.1223694586753955,
                -0.9021611157371878,
                0.2759232457483522,
                0.8101686870102339,
                -0.9607948048095153,
                -1.495040246071397,
            ],
        ),
        (
            "smooth(a, 1.5)",
            Scheme::new(Stencil::Sobel),
            vec![
                3.956734519020813,
                3.9092289759538446,
                3.86093891964828,
                3.842370794562168,
                4.28225483426586,
                4.288900729729334,
                4.353325885625465,
                4.442438318499659,
                4.572539463453384,
                4.638451509784754,
                4.824557440242458,
                5.028258609213985,
            ],
        ),
    ] {
        assert_close(text, &value(text, scheme, &image, &line), &wanted, 1e-14);
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
            [&whole, &inner].map(|staged| naive::evaluate(staged, &square, &[f.clone()], &[])).into();
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
