//! Schemes against the documented examples of NumPy, and numbers of NumPy, `scipy.ndimage` and scikit-image.

use super::{ONE_SIDED_2, assert_close, count, grid, planes, value};
use crate::grid::{Axis, Grid};
use crate::math::samples::Random;
use crate::method::scheme::{Scheme, Stencil};

/// The examples of the documentation of `numpy.gradient` (NumPy 2.4).
#[test]
fn numpys_documented_examples_hold() {
    /// The documentation prints two digits of what comes of four roundings of numbers up to 16.
    const PRINTED: f64 = 8e-15;
    let f = [1.0, 2.0, 4.0, 7.0, 11.0, 16.0];
    let slope = |nodes: Vec<f64>, scheme: Scheme| value("d(a, x)", scheme, &grid(&[nodes]), &f);
    let central = Scheme::default();
    assert_eq!(slope(count(6), central), [1.0, 1.5, 2.5, 3.5, 4.5, 5.0], "unit spacing");
    let twos = count(6).iter().map(|x| 2.0 * x).collect();
    assert_eq!(slope(twos, central), [0.5, 0.75, 1.25, 1.75, 2.25, 2.5], "spacing 2");
    let uneven = vec![0.0, 1.0, 1.5, 3.5, 4.0, 6.0];
    assert_close("uneven", &slope(uneven, central), &[1.0, 3.0, 3.5, 6.7, 6.9, 2.5], PRINTED);
    let table = [1.0, 2.0, 6.0, 3.0, 4.0, 5.0];
    let planes = |grid: &Grid| planes("a", "gradient", central, grid, &table);
    let square = grid(&[count(3), count(2)]);
    assert_eq!(planes(&square)[1], [2.0, 2.0, -1.0, 2.0, 2.0, -1.0], "down the rows");
    assert_eq!(planes(&square)[0], [1.0, 2.5, 4.0, 1.0, 1.0, 1.0], "along the rows");
    let uneven = grid(&[vec![1.0, 1.5, 3.5], vec![0.0, 2.0]]);
    assert_eq!(planes(&uneven)[1], [1.0, 1.0, -0.5, 1.0, 1.0, -0.5], "spacing 2 down");
    assert_close("uneven along", &planes(&uneven)[0], &[2.0, 2.0, 2.0, 2.0, 1.7, 0.5], PRINTED);
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
