//! Double precision against libm on nasty samples, and against values known to more digits.

use super::check::{Random, distance};
use super::*;
use crate::math::reference;

/// Samples a function.
const SAMPLES: usize = 200_000;
/// A single rounding, or none: no distance.
const SAME: f64 = 0.0;
/// Two functions that are both less than one ulp off give one of the two numbers next to the true value: they are one step apart at most.
const FAITHFUL: f64 = 1.0;
/// Where the reference is composed of several roundings, or libm's own function is up to 1.5 ulp off, one step more. What ours are off
/// themselves is bounded by the known values below.
const COMPOSED: f64 = 2.0;

/// The worst distance over the samples, and where.
fn worst(f: impl Fn(f64, f64) -> f64, r: impl Fn(f64, f64) -> f64) -> (f64, [f64; 2]) {
    let mut random = Random(0x6772_6164);
    let mut seen = (0.0, [0.0; 2]);
    for _ in 0..SAMPLES {
        let [a, b] = [random.nasty(), random.nasty()];
        let d = distance(f(a, b), r(a, b));
        if d > seen.0 {
            seen = (d, [a, b]);
        }
    }
    seen
}

fn assert_unary(name: &str, bar: f64, f: fn(f64) -> f64, r: fn(f64) -> f64) {
    let (d, [x, _]) = worst(|x, _| f(x), |x, _| r(x));
    assert!(d <= bar, "{name}({x:e}) is {d} steps off, the bar is {bar}; it gave {:e}, not {:e}", f(x), r(x));
}

fn assert_binary(name: &str, bar: f64, f: fn(f64, f64) -> f64, r: fn(f64, f64) -> f64) {
    let (d, [a, b]) = worst(|a, b| canonical(f(a, b)), r);
    assert!(
        d <= bar,
        "{name}({a:e}, {b:e}) is {d} steps off, the bar is {bar}; it gave {:e}, not {:e}",
        f(a, b),
        r(a, b)
    );
}

macro_rules! check {
    ($assert:ident, $bar:expr, $($f:ident)*) => { $($assert(stringify!($f), $bar, $f, reference::$f);)* };
}

#[test]
fn exact_operations_are_those_of_the_reference() {
    check!(assert_unary, SAME, neg abs sign floor ceil round trunc fract sqrt not);
    check!(assert_binary, SAME, add sub mul div min max modulo lt le gt ge eq ne and or);
}

#[test]
fn elementary_functions_are_faithful() {
    check!(assert_unary, FAITHFUL, cbrt exp exp2 expm1 ln log2 log10 log1p sin cos tan asin acos atan cosh erf);
    check!(assert_binary, FAITHFUL, pow atan2 hypot);
}

#[test]
fn functions_whose_reference_is_rounded_more_than_once() {
    check!(assert_unary, COMPOSED, sinh tanh asinh acosh atanh sigmoid softplus gauss);
}

#[test]
#[should_panic(expected = "steps off")]
fn a_function_that_is_two_steps_off_fails() {
    assert_unary("exp", FAITHFUL, |x| exp(x).next_up().next_up(), reference::exp);
}

#[test]
#[should_panic(expected = "steps off")]
fn a_function_that_ignores_its_domain_fails() {
    assert_unary("ln", FAITHFUL, |x| ln(abs(x)), reference::ln);
}

/// Computed with mpmath to 1300 bits and rounded once; those of sin and cos are the f64 closest to a multiple of π/2 among others.
#[test]
#[expect(clippy::approx_constant, reason = "values to compare with")]
fn known_values() {
    type Row = (&'static str, fn(f64) -> f64, f64, f64);
    let rows: &[Row] = &[
        ("exp", exp, 1.0, 2.718281828459045),
        ("exp", exp, -708.5, 2.006132305331306e-308),
        ("exp", exp, 0.3465735, 1.4142134346979391),
        ("exp", exp, 709.0, 8.218407461554972e+307),
        ("exp2", exp2, 0.5, 1.4142135623730951),
        ("exp2", exp2, -1074.0, 5e-324),
        ("exp2", exp2, -1073.5, 5e-324),
        ("exp2", exp2, 1023.9, 1.6773070034857416e+308),
        ("expm1", expm1, 1e-10, 1.00000000005e-10),
        ("expm1", expm1, -0.3, -0.2591817793182821),
        ("expm1", expm1, 2.5, 11.182493960703473),
        ("expm1", expm1, -37.0, -0.9999999999999999),
        ("ln", ln, 0.7, -0.35667494393873245),
        ("ln", ln, 1.0000001, 9.999999505838704e-08),
        ("ln", ln, 5e-324, -744.4400719213812),
        ("ln", ln, 1e+300, 690.7755278982137),
        ("log2", log2, 3.0, 1.584962500721156),
        ("log2", log2, 0.75, -0.4150374992788438),
        ("log2", log2, 8.0, 3.0),
        ("log10", log10, 1000.0, 3.0),
        ("log10", log10, 0.3, -0.5228787452803376),
        ("log10", log10, 2e-310, -309.69897000433605),
        ("log1p", log1p, 1e-09, 9.999999995e-10),
        ("log1p", log1p, -0.9999999, -16.118095651484676),
        ("log1p", log1p, 4.0, 1.6094379124341003),
        ("sin", sin, 1e+22, -0.8522008497671888),
        ("sin", sin, 3.0, 0.1411200080598672),
        ("sin", sin, 5.319372648326541e+255, 1.0),
        ("sin", sin, 0.7853981633974483, 0.7071067811865475),
        ("cos", cos, 1e+22, 0.523214785395139),
        ("cos", cos, 1.5707963267948966, 6.123233995736766e-17),
        ("cos", cos, 5.319372648326541e+255, -4.687165924254628e-19),
        ("tan", tan, 1.5707963267948966, 1.633123935319537e+16),
        ("tan", tan, 1e+300, 1.4214488238747245),
        ("tan", tan, 0.7, 0.8422883804630794),
        ("asin", asin, 0.3, 0.3046926540153975),
        ("asin", asin, 0.9999999999999999, 1.5707963118937354),
        ("asin", asin, -0.7, -0.775397496610753),
        ("acos", acos, 0.3, 1.2661036727794992),
        ("acos", acos, 0.9999999999999999, 1.4901161193847656e-08),
        ("acos", acos, -0.7, 2.3461938234056494),
        ("atan", atan, 0.3, 0.2914567944778671),
        ("atan", atan, 10000000000.0, 1.5707963266948965),
        ("atan", atan, -2.5, -1.1902899496825317),
        ("sinh", sinh, 0.3, 0.3045202934471426),
        ("sinh", sinh, -0.999, -1.173658700352452),
        ("sinh", sinh, 710.4, 1.6663642832806496e+308),
        ("cosh", cosh, 0.3, 1.0453385141288605),
        ("cosh", cosh, 5.0, 74.20994852478785),
        ("cosh", cosh, -710.4, 1.6663642832806496e+308),
        ("tanh", tanh, 0.3, 0.2913126124515909),
        ("tanh", tanh, 1e-05, 9.999999999666668e-06),
        ("tanh", tanh, 5.0, 0.9999092042625951),
        ("asinh", asinh, 0.3, 0.29567304756342244),
        ("asinh", asinh, 1e-05, 9.999999999833334e-06),
        ("asinh", asinh, 1e+200, 461.2101657793691),
        ("acosh", acosh, 1.0000000001, 1.4142136208675862e-05),
        ("acosh", acosh, 1.026, 0.22754387717722435),
        ("acosh", acosh, 1e+200, 461.2101657793691),
        ("atanh", atanh, 0.3, 0.3095196042031117),
        ("atanh", atanh, 1e-05, 1.0000000000333334e-05),
        ("atanh", atanh, 0.9999999, 8.40562139102231),
        ("sigmoid", sigmoid, 0.3, 0.574442516811659),
        ("sigmoid", sigmoid, -20.0, 2.0611536181902037e-09),
        ("sigmoid", sigmoid, -700.0, 9.85967654375977e-305),
        ("softplus", softplus, 0.3, 0.8543552444685271),
        ("softplus", softplus, -36.8, 1.0422287905595919e-16),
        ("softplus", softplus, 20.0, 20.000000002061153),
        ("erf", erf, 0.3, 0.3286267594591274),
        ("erf", erf, 0.92, 0.8067677215477617),
        ("erf", erf, 3.5, 0.9999992569016276),
        ("gauss", gauss, 1.3, 0.42955735821073915),
        ("gauss", gauss, 10.3, 9.180137950959161e-24),
        ("gauss", gauss, -37.6, 1.0137167725815028e-307),
        ("cbrt", cbrt, 2.0, 1.2599210498948732),
        ("cbrt", cbrt, 1e-310, 4.641588833612774e-104),
        ("sqrt", sqrt, 2.0, 1.4142135623730951),
        ("sqrt", sqrt, 0.9999999999999999, 0.9999999999999999),
        ("sqrt", sqrt, 3e-320, 1.7320411662394313e-160),
    ];
    for &(name, f, x, want) in rows {
        let got = f(x);
        assert!(distance(got, want) <= FAITHFUL, "{name}({x:e}) is {got:e}, wanted {want:e}");
    }
    assert_eq!((log2(8.0), log10(1000.0), exp2(10.0)), (3.0, 3.0, 1024.0), "exact where they can be");
}

#[test]
fn powers_follow_the_rules_of_real_numbers() {
    let inf = INFINITY;
    let rows = [
        (0.0, 0.0, 1.0),
        (-3.0, 0.0, 1.0),
        (0.0, 2.5, 0.0),
        (-0.0, 3.0, -0.0),
        (0.0, -1.0, NAN),
        (-2.0, 3.0, -8.0),
        (-2.0, 0.5, NAN),
        (-1.0, 9_007_199_254_740_992.0, 1.0),
        (-1.0, 9_007_199_254_740_991.0, -1.0),
        (2.0, 1024.0, inf),
        (2.0, -1074.0, f64::from_bits(1)),
        (1.0, inf, 1.0),
        (0.5, inf, 0.0),
        (NAN, 0.0, NAN),
        (1.0, NAN, NAN),
        (1.0f64.next_up(), 3e300, inf),
        (9.0, 0.5, 3.0),
    ];
    for (x, y, want) in rows {
        assert_eq!(pow(x, y).to_bits(), want.to_bits(), "{x:e}^{y:e} is {:e}, wanted {want:e}", pow(x, y));
    }
}

/// Exponents that use the whole range of results, where errors of the logarithm are magnified most.
#[test]
fn powers_over_their_whole_range() {
    let mut random = Random(7);
    for _ in 0..SAMPLES {
        let x = random.nasty().abs();
        let y = random.signed_unit() * 745.0 / x.ln();
        if x.is_finite() && y.is_finite() {
            let (got, want) = (pow(x, y), reference::pow(x, y));
            assert!(distance(got, want) <= FAITHFUL, "{x:e}^{y:e} is {got:e}, libm says {want:e}");
        }
    }
}
