//! `numpy.gradient` on random arrays: its numbers, to the last bit in double precision.
//!
//! NumPy's routine is transcribed here operation by operation (`numpy/lib/_function_base_impl.py`, NumPy 2.x): along an axis of one
//! spacing (f₊ − f₋)/(2h) inside, along others a·f₋ + b·f + c·f₊, and at the ends two or three points by `edge_order`.

use crate::expressions::Random;
use gradgrid::field::Samples;
use gradgrid::io::read::Reader;
use gradgrid::io::read::memory::{Element, Memory};
use gradgrid::method::scheme::{Border, EdgeOrder, Scheme};
use gradgrid::{Axis, EngineChoice, Field, Formula, Grid, Names, Quantity, Request};

/// Shapes that are compared, half of them in each number type.
const ROUNDS: usize = 10_000;

/// Of a·f₋ + b·f + c·f₊ in `f32`: each weight and each value is rounded, then three products and two sums, at most 5 roundings of 2⁻²⁴
/// on the way of any term, and as many halves of the smallest number.
const ROUNDINGS: f64 = 5.0 / (1 << 24) as f64;

/// The distances of the nodes of an axis.
enum Spacing {
    Even(f64),
    Uneven(Vec<f64>),
}

/// The derivative along one line, and for each node the sum of the sizes of the terms of its formula.
fn line(f: &[f64], spacing: &Spacing, second: bool) -> (Vec<f64>, Vec<f64>) {
    let last = f.len() - 1;
    let weights = |i: usize| -> ([f64; 3], [usize; 3]) {
        match spacing {
            Spacing::Even(h) if i == 0 => ([-1.5 / h, 2.0 / h, -0.5 / h], [0, 1, 2]),
            Spacing::Even(h) => ([0.5 / h, -2.0 / h, 1.5 / h], [last - 2, last - 1, last]),
            Spacing::Uneven(gaps) if i == 0 => {
                let (h1, h2) = (gaps[0], gaps[1]);
                let (a, b) = (-(2.0 * h1 + h2) / (h1 * (h1 + h2)), (h1 + h2) / (h1 * h2));
                ([a, b, -h1 / (h2 * (h1 + h2))], [0, 1, 2])
            }
            Spacing::Uneven(gaps) if i == last => {
                let (h1, h2) = (gaps[last - 2], gaps[last - 1]);
                let (b, c) = (-(h2 + h1) / (h1 * h2), (2.0 * h2 + h1) / (h2 * (h1 + h2)));
                ([h2 / (h1 * (h1 + h2)), b, c], [last - 2, last - 1, last])
            }
            Spacing::Uneven(gaps) => {
                let (h1, h2) = (gaps[i - 1], gaps[i]);
                let (a, b, c) = (-h2 / (h1 * (h1 + h2)), (h2 - h1) / (h1 * h2), h1 / (h2 * (h1 + h2)));
                ([a, b, c], [i - 1, i, i + 1])
            }
        }
    };
    let value = |i: usize| {
        let edge = i == 0 || i == last;
        match spacing {
            Spacing::Even(h) if !edge => (f[i + 1] - f[i - 1]) / (2.0 * h),
            _ if edge && !second => {
                let (from, to) = if i == 0 { (0, 1) } else { (last - 1, last) };
                let h = match spacing {
                    Spacing::Even(h) => *h,
                    Spacing::Uneven(gaps) => gaps[from],
                };
                (f[to] - f[from]) / h
            }
            _ => {
                let ([a, b, c], [i, j, k]) = weights(i);
                a * f[i] + b * f[j] + c * f[k]
            }
        }
    };
    let size = |i: usize| {
        let ([a, b, c], [i, j, k]) = weights(i);
        (a * f[i]).abs() + (b * f[j]).abs() + (c * f[k]).abs()
    };
    let sizes = |i: usize| match (i == 0 || i == last, spacing) {
        (true, _) if second => size(i),
        (false, Spacing::Uneven(_)) => size(i),
        _ => 0.0,
    };
    ((0..=last).map(value).collect(), (0..=last).map(sizes).collect())
}

/// Along every line of an axis, x first.
fn along(f: &[f64], lens: &[usize], axis: usize, spacing: &Spacing, second: bool) -> (Vec<f64>, Vec<f64>) {
    let stride: usize = lens[..axis].iter().product();
    let (mut out, mut sizes) = (vec![0.0; f.len()], vec![0.0; f.len()]);
    for first in (0..f.len()).filter(|cell| (cell / stride).is_multiple_of(lens[axis])) {
        let cells: Vec<usize> = (0..lens[axis]).map(|i| first + i * stride).collect();
        let values: Vec<f64> = cells.iter().map(|&cell| f[cell]).collect();
        let (line, size) = line(&values, spacing, second);
        for (i, &cell) in cells.iter().enumerate() {
            (out[cell], sizes[cell]) = (line[i], size[i]);
        }
    }
    (out, sizes)
}

fn gradient<E: Element>(grid: &Grid, f: Vec<E>, second: bool, engine: EngineChoice) -> Field {
    let axes = grid.axes().len();
    let names = Names::new(["x", "y", "z"][..axes].to_vec(), [""; 0]).expect("names");
    let formula = Formula::with_names("a", names.with_arrays([("a", axes)]).expect("a name"), Vec::new());
    let formula = formula.expect("a formula");
    let order = if second { EdgeOrder::Second } else { EdgeOrder::First };
    let scheme = Scheme { border: Some(Border::OneSided(order)), ..Scheme::default() };
    let array: Box<dyn Reader> = Box::new(Memory::new(&grid.shape(), f).expect("as many as cells"));
    let request = Request::new(&formula, grid).quantity(Quantity::Gradient).sampling(scheme).engine(engine);
    request.evaluate_with(vec![array]).expect("a gradient")
}

#[test]
fn random_arrays_have_numpys_numbers() {
    let mut random = Random(0x9a7);
    for round in 0..ROUNDS {
        let second = random.below(2) == 1;
        let least = if second { 3 } else { 2 };
        let largest = [40, 200, 20, 9][random.below(4)];
        let lens: Vec<usize> = (0..1 + random.below(3)).map(|_| least + random.below(largest)).collect();
        let lens = if lens.iter().product::<usize>() > 4000 { vec![lens[0]] } else { lens };
        let mut spacings = Vec::new();
        let axes = lens.iter().zip(["x", "y", "z"]).map(|(&len, name)| {
            let (from, sign) = (random.signed_unit() * 100.0, if random.below(2) == 0 { 1.0 } else { -1.0 });
            if random.below(2) == 0 {
                let axis = Axis::new(name, from, from + sign * (0.5 + random.signed_unit().abs()) * len as f64, len);
                let axis = axis.expect("two ends");
                spacings.push(Spacing::Even(axis.spacing()));
                return axis;
            }
            let mut at = from;
            let step = |random: &mut Random| sign * (0.1 + random.signed_unit().abs());
            let mut next = |_| {
                at += step(&mut random);
                at
            };
            let nodes: Vec<f64> = (0..len).map(&mut next).collect();
            let axis = Axis::from_nodes(name, &nodes).expect("they go on");
            spacings.push(if axis.is_even() {
                Spacing::Even(axis.spacing())
            } else {
                Spacing::Uneven(nodes.windows(2).map(|pair| pair[1] - pair[0]).collect())
            });
            axis
        });
        let grid = Grid::new(axes.collect()).expect("small");
        let f: Vec<f32> = (0..grid.cells()).map(|_| narrow(random.signed_unit() * 1e3)).collect();
        let wide: Vec<f64> = f.iter().map(|&value| f64::from(value)).collect();
        let single = round % 2 == 1;
        let got = match single {
            true => gradient(&grid, f, second, EngineChoice::Cpu),
            false => gradient(&grid, wide.clone(), second, EngineChoice::Auto),
        };
        for (axis, spacing) in spacings.iter().enumerate() {
            let (want, sizes) = along(&wide, &lens, axis, spacing, second);
            match &got.samples {
                Samples::F64(planes) => {
                    assert_eq!(planes[axis], want, "round {round}: {lens:?}, axis {axis}, {second}")
                }
                Samples::F32(planes) => {
                    for (cell, (&got, want)) in planes[axis].iter().zip(want).enumerate() {
                        let bound = ROUNDINGS * sizes[cell].max(want.abs());
                        let off = (f64::from(got) - want).abs();
                        assert!(off <= bound, "round {round}: {lens:?}, axis {axis}, cell {cell}: {got}, not {want}");
                    }
                }
            }
            assert_eq!(matches!(got.samples, Samples::F32(_)), single, "auto computes doubles in double");
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a file of f32 has no more digits")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[test]
fn too_few_points_are_an_error() {
    let grid = Grid::plane((0.0, 1.0, 2), (0.0, 1.0, 1)).expect("small");
    let names = Names::new(["x", "y"], [""; 0]).and_then(|names| names.with_arrays([("a", 2)])).expect("names");
    let formula = Formula::with_names("a", names, Vec::new()).expect("a formula");
    let array = || -> Vec<Box<dyn Reader>> { vec![Box::new(Memory::new(&[1, 2], vec![1.0_f32, 2.0]).expect("two"))] };
    let request = Request::new(&formula, &grid).quantity(Quantity::Gradient);
    let problem = request.prepare_with(array()).expect_err("one row").to_string();
    assert!(problem.contains("axis y has 1 node,") && problem.contains("at least 2"), "{problem}");
    let problem = request.prepare().expect_err("no array").to_string();
    assert!(problem.contains("1 arrays (a), and 0 are given"), "{problem}");
    let wrong: Vec<Box<dyn Reader>> = vec![Box::new(Memory::new(&[2, 1], vec![1.0_f32, 2.0]).expect("two"))];
    let problem = request.prepare_with(wrong).expect_err("another shape").to_string();
    assert!(problem.contains("[2, 1]") && problem.contains("[1, 2]"), "{problem}");
}
