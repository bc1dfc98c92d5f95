//! The kernels on a device against their twins: odd sizes, cut anywhere, in buffers full of garbage.

use super::*;
use crate::expr::formula::Formula;
use crate::gpu::{Choice, LONGEST};
use crate::kernels::contour;
use crate::kernels::evaluate::tests::stub;
use crate::kernels::range::{Bins, RangeStats};
use crate::method::Differentiator;
use crate::program::interpret::{Coordinates, Interpreter};
use std::time::Instant;

fn gpu() -> Gpu {
    Gpu::open(Choice::Any).expect("an adapter")
}

/// Coordinates that tell every node of every axis apart.
fn coordinate(axis: usize, node: usize) -> f32 {
    let node = f32::from(u16::try_from(node % 60_000).expect("less than 2^16"));
    (node - 20.0) * 0.25 + f32::from(u8::try_from(axis).expect("few axes"))
}

fn fill(axis: usize, first: usize, out: &mut [f32]) {
    for (node, out) in (first..).zip(out) {
        *out = coordinate(axis, node);
    }
}

/// The test program: outputs that need every axis, a parameter, and a masked cell where the sum is zero.
fn program(axes: usize) -> String {
    let sum = (0..axes).map(|a| format!("coord[{a}]")).reduce(|sum, c| format!("ob({sum} + {c})")).expect("an axis");
    let scaled = format!("bitcast<u32>(ob({sum} * parameters[0]))");
    let masked = format!("select(bitcast<u32>(ob(1.0 / {sum})), 0x7fc00000u, {sum} == 0.0)");
    stub(axes, &[&scaled, &masked, "bitcast<u32>(coord[0])"])
}

/// What the program gives for a cell.
fn expected(cell: u64, lens: &[u32], parameter: f32) -> [u32; 3] {
    let indices = evaluate::decompose(cell, lens);
    let at = |a: usize| coordinate(a, indices[a] as usize);
    let sum = (1..lens.len()).fold(at(0), |sum, a| sum + at(a));
    let masked = if sum == 0.0 { evaluate::MASKED } else { (1.0 / sum).to_bits() };
    [(sum * parameter).to_bits(), masked, at(0).to_bits()]
}

/// The first cell that differs: its number and output. Division may be off by 2.5 ulp on a device; it is compared to 3.
fn first_wrong(planes: &[Vec<f32>], first: usize, lens: &[u32], parameter: f32) -> Option<(usize, usize)> {
    const DIVISION_ULP: u32 = 3;
    let cells = planes[0].len();
    (0..cells).find_map(|i| {
        let cell = first + i;
        let want = expected(cell as u64, lens, parameter);
        let k = (0..3).find(|&k| {
            let allowed = if k == 1 && want[1] != evaluate::MASKED { DIVISION_ULP } else { 0 };
            planes[k][i].to_bits().abs_diff(want[k]) > allowed
        })?;
        Some((cell, k))
    })
}

fn evaluator(gpu: &Gpu, lens: &[u32], room: u64) -> Evaluator {
    let lens: Vec<usize> = lens.iter().map(|&len| len as usize).collect();
    let shape = Evaluator::<f32>::plain(&lens, 3);
    let nodes = Nodes::new(gpu, &lens, &shape.columns, Box::new(fill), room).expect("a small grid");
    Evaluator::with_nodes(gpu, &evaluate::kernel(program(lens.len()), &shape), &shape, nodes, &[2.0]).expect("compiles")
}

const SHAPES: [&[u32]; 9] =
    [&[1], &[1, 1], &[7], &[1, 101], &[101, 1], &[13, 17], &[64, 4], &[5, 1, 7], &[2, 3, 2, 3, 2, 3, 2, 2]];

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn planes_are_right_however_the_grid_is_cut() {
    let gpu = gpu();
    for lens in SHAPES {
        let total: usize = lens.iter().map(|&n| n as usize).product();
        // All tables resident; some sent as windows; all sent as windows.
        for room in [RESIDENT, 6, 0] {
            let mut evaluator = evaluator(&gpu, lens, room);
            let garbage = vec![0xdead_beef_u32; 64 * 1024];
            evaluator.planes.reserve(&gpu, 256 * 1024).expect("small");
            evaluator.planes.write(&gpu, 0, bytemuck::cast_slice(&garbage)).expect("small");
            let mut planes = vec![vec![7.0; 3]; 3];
            for step in [total, 1, 3, 4, 6, 50] {
                let mut first = 0;
                while first < total {
                    let end = (first + step).min(total);
                    evaluator.planes(first..end, &mut planes).expect("evaluated");
                    assert!(planes.iter().all(|p| p.len() == end - first), "{lens:?} {first}..{end}");
                    let wrong = first_wrong(&planes, first, lens, 2.0);
                    assert_eq!(wrong, None, "{lens:?} room {room} cells {first}..{end}");
                    // Steps of one would be hundreds of submissions: look at both ends only.
                    first = if step == 1 && first == 4 && total > 9 { total - 4 } else { end };
                }
            }
        }
    }
    assert_eq!(gpu.health(), Ok(()), "no error escaped");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_comparison_sees_a_wrong_cell() {
    let lens = [13, 17];
    let mut planes: Vec<Vec<f32>> = vec![Vec::new(); 3];
    evaluator(&gpu(), &lens, RESIDENT).planes(0..221, &mut planes).expect("evaluated");
    assert_eq!(first_wrong(&planes, 0, &lens, 2.0), None, "unspoilt");
    assert!(first_wrong(&planes, 0, &lens, 2.5).is_some(), "another parameter");
    assert!(first_wrong(&planes, 1, &lens, 2.0).is_some(), "another cell");
    let right = planes[2][220];
    planes[2][220] = right.next_up();
    assert_eq!(first_wrong(&planes, 0, &lens, 2.0), Some((220, 2)), "one ulp");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn range_and_palette_equal_their_twins() {
    let gpu = gpu();
    let thresholds: Vec<f32> = (0..254_u8).map(|i| f32::from(i) * 0.1 - 6.0).collect();
    let keys = palette::threshold_keys(&thresholds).expect("sorted");
    for lens in SHAPES.into_iter().chain([&[1021_u32, 67][..]]) {
        let total: usize = lens.iter().map(|&n| n as usize).product();
        let mut evaluator = evaluator(&gpu, lens, RESIDENT);
        let mut planes = vec![Vec::new(); 3];
        evaluator.planes(0..total, &mut planes).expect("evaluated");
        for (plane, values) in planes.iter().enumerate() {
            for bins in [Bins::default(), Bins::between(-3.0, 5.0)] {
                let (mut twin, mut stats) = (RangeStats::new(bins), RangeStats::new(bins));
                twin.add_f32(values);
                let cut = total / 3;
                for cells in [0..cut, cut..total] {
                    if !cells.is_empty() {
                        evaluator.range(cells, plane, &mut stats).expect("looked at");
                    }
                }
                assert_eq!(stats, twin, "range of plane {plane} of {lens:?}");
            }
            let mut twin = vec![0xaa; values.len()];
            palette::palette(values, &keys, &mut twin);
            let mut indices = vec![0x55; 3];
            evaluator.palette(0..total, plane, &thresholds, &mut indices).expect("coloured");
            assert_eq!(indices, twin, "palette of plane {plane} of {lens:?}");
        }
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn active_cells_equal_their_twin() {
    let gpu = gpu();
    let few: Vec<f32> = (0..3_u8).map(|i| f32::from(i) - 1.0).collect();
    let many: Vec<f32> = (0..254_u8).map(|i| f32::from(i) * 0.01 - 1.0).collect();
    for (width, height) in [(1_u32, 9_u32), (2, 2), (3, 50), (64, 3), (67, 33), (1021, 67), (4096, 130)] {
        let (lens, row) = ([width, height], width as usize);
        let total = row * height as usize;
        let mut evaluator = evaluator(&gpu, &lens, RESIDENT);
        for band in [0..total, row..total, 0..row, row..total - row] {
            for thresholds in [&few, &many].into_iter().filter(|_| !band.is_empty()) {
                let slow = if total < 10_000 { 5 } else { 2_003 };
                for pace in [Pace::default(), Pace::fixed(97 * slow), Pace::fixed(slow)] {
                    evaluator.pace = pace;
                    let (mut classes, mut twin) = (Vec::new(), Vec::new());
                    evaluator.palette(band.clone(), 1, thresholds, &mut classes).expect("coloured");
                    contour::compact(&classes, row, &mut twin);
                    let mut find = || {
                        let mut cells = Vec::new();
                        let pending = evaluator.begin_contour(band.clone(), 1, thresholds, row).expect("begun");
                        (evaluator.finish_contour(pending, &mut cells).expect("looked at"), cells)
                    };
                    let (mut samples, mut cells) = find();
                    let what = format!("{width} × {height}, {band:?}, {} levels: {}", thresholds.len(), twin.len());
                    if samples.is_none() {
                        assert_eq!(cells, [], "{what}: none where there is no room");
                        (samples, cells) = find();
                    }
                    let Some(samples) = samples else {
                        assert!(8 * twin.len() > classes.len(), "{what}: too many");
                        continue;
                    };
                    assert_eq!(cells, twin, "{what}");
                    let sampling = contour::Sampling::of(&band);
                    for (word, place) in samples.iter().zip(sampling.places(band.len())) {
                        let known = classes[place..].len().min(4);
                        assert_eq!(word.to_le_bytes()[..known], classes[place..place + known], "{what}: sample");
                    }
                }
            }
        }
    }
    assert_eq!(gpu.health(), Ok(()), "no error escaped");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn special_values_reach_the_kernels_unharmed() {
    let bits = [
        0x7fc0_0000_u32,
        0xffff_ffff,
        0x7f80_0001,
        0x7f80_0000,
        0xff80_0000,
        1,
        0x8000_0001,
        0x8000_0000,
        0,
        0x3f80_0000,
        0xff7f_ffff,
    ];
    // The parameters cannot carry a NaN safely, so each pattern is a constant chosen by the coordinate's node.
    let chain = bits
        .iter()
        .enumerate()
        .fold("0u".to_owned(), |rest, (i, b)| format!("select({rest}, {b}u, coord[0] == {}.0)", i));
    let program = stub(1, &[&chain]);
    let nodes = (0..11_u8).map(f32::from).collect();
    let mut evaluator = Evaluator::new(&gpu(), program, 1, &[nodes], &[]).expect("compiles");
    let mut planes = vec![Vec::new()];
    let total = bits.len();
    evaluator.planes(0..total, &mut planes).expect("evaluated");
    let got: Vec<u32> = planes[0].iter().map(|v| v.to_bits()).collect();
    assert_eq!(got, bits, "bit patterns travel as they are");
    let (mut stats, mut twin) = (RangeStats::default(), RangeStats::default());
    evaluator.range(0..total, 0, &mut stats).expect("looked at");
    twin.add_f32(&planes[0]);
    assert_eq!(stats, twin, "range");
    assert_eq!((stats.masked, stats.infinite, stats.finite), (3, 2, 6), "counts");
    let thresholds = [-1e-45, 0.0, 1e-45, 1.0];
    let mut indices = Vec::new();
    evaluator.palette(0..total, 0, &thresholds, &mut indices).expect("coloured");
    assert_eq!(indices, [0, 0, 0, 5, 1, 4, 2, 3, 3, 5, 1], "palette");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn an_axis_longer_than_a_binding_and_a_folded_dispatch() {
    let gpu = gpu();
    let lens = [100_000_007_u32];
    let mut evaluator = evaluator(&gpu, &lens, RESIDENT);
    let mut planes = vec![Vec::new(); 3];
    for first in [0, 50_000_001, 100_000_000] {
        let cells = first..(first + 10_001).min(100_000_007);
        evaluator.planes(cells, &mut planes).expect("evaluated");
        assert_eq!(first_wrong(&planes, first, &lens, 2.0), None, "from {first}");
    }
    let too_many = evaluator.max_cells() + 1;
    let error = evaluator.planes(0..too_many, &mut planes).expect_err("too large a band");
    assert!(matches!(error, GpuError::TooLarge { .. }) && error.to_string().contains("smaller bands"), "{error}");
    // 65 536 groups of 64 invocations of 4 cells, and one cell more. One output, for a small binding.
    let program = stub(1, &["bitcast<u32>(coord[0])"]);
    let mut evaluator = Evaluator::with_fill(&gpu, program, 1, &[100_000_007], Box::new(fill), &[]).expect("compiles");
    let cells = 65_535 * 64 * 4 + 5;
    evaluator.planes(1..1 + cells, &mut planes[..1]).expect("evaluated");
    let wrong = planes[0].iter().zip(1..).position(|(v, node)| v.to_bits() != coordinate(0, node).to_bits());
    assert_eq!(wrong, None, "the first wrong cell");
    let (mut stats, mut twin) = (RangeStats::default(), RangeStats::default());
    evaluator.range(1..1 + cells, 0, &mut stats).expect("looked at");
    twin.add_f32(&planes[0]);
    assert_eq!(stats, twin, "range of a large band");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn bands_in_flight_parameters_and_mistakes() {
    let lens = [13, 17];
    let mut evaluator = evaluator(&gpu(), &lens, RESIDENT);
    let mut planes = vec![Vec::new(); 3];
    let flight: Vec<_> = [0..100, 100..200, 200..221].map(|cells| evaluator.begin_planes(cells).expect("begun")).into();
    assert!(evaluator.begin_planes(0..4).is_err(), "the ring is full");
    for (pending, first) in flight.into_iter().zip([0, 100, 200]) {
        evaluator.finish_planes(pending, &mut planes).expect("finished");
        assert_eq!(first_wrong(&planes, first, &lens, 2.0), None, "from {first}");
    }
    evaluator.set_parameters(&[-3.5]).expect("as many as before");
    evaluator.planes(200..221, &mut planes).expect("evaluated");
    assert_eq!(first_wrong(&planes, 200, &lens, -3.5), None, "the new parameter");
    assert!(evaluator.set_parameters(&[]).is_err(), "fewer parameters");
    assert!(evaluator.planes(0..222, &mut planes).is_err(), "outside of the grid");
    assert!(evaluator.planes(5..5, &mut planes).is_err(), "nothing");
    assert!(evaluator.planes(0..4, &mut planes[..2]).is_err(), "too few vectors");
    assert!(evaluator.begin_palette(0..4, 3, &[]).is_err(), "no such plane");
    assert!(evaluator.begin_palette(0..4, 0, &[1.0, 0.0]).is_err(), "unsorted");
    evaluator.planes(0..221, &mut planes).expect("a mistake does no harm");
    assert_eq!(first_wrong(&planes, 0, &lens, -3.5), None, "after the mistakes");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn an_axis_that_the_grid_has_not_is_zero() {
    let program = stub(3, &["bitcast<u32>(coord[0])", "bitcast<u32>(coord[1])", "bitcast<u32>(coord[2])"]);
    let mut evaluator = Evaluator::new(&gpu(), program, 3, &[vec![5.0_f32, 6.0]], &[]).expect("compiles");
    let mut planes = vec![Vec::new(); 3];
    evaluator.planes(0..2, &mut planes).expect("evaluated");
    assert_eq!(planes, [[5.0, 6.0], [0.0; 2], [0.0; 2]], "x, y and z");
}

/// What a program of these columns gives: each of them, and their sum.
fn sum_of_columns(columns: usize) -> String {
    let each: Vec<String> = (0..columns).map(|k| format!("bitcast<u32>(coord[{k}])")).collect();
    let sum =
        (0..columns).map(|k| format!("coord[{k}]")).reduce(|sum, c| format!("ob({sum} + {c})")).expect("a column");
    let sum = format!("bitcast<u32>({sum})");
    stub(columns, &each.iter().map(String::as_str).chain([sum.as_str()]).collect::<Vec<&str>>())
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn columns_are_read_by_the_index_along_their_axis() {
    let gpu = gpu();
    // Two columns of x, none of y, three of z, mixed; rows long and short.
    let axes = [2, 0, 2, 0, 2];
    let value = |k: usize, node: usize| f32::from(u16::try_from(node * 8 + k).expect("few nodes"));
    for lens in [[13, 3, 5], [4, 2, 3], [3, 4, 5], [1, 2, 30], [64, 1, 2]] {
        let total: usize = lens.iter().product();
        let shape = Shape::new(3, lens[0], axes.to_vec(), axes.len() + 1);
        for room in [RESIDENT, 80, 0] {
            for seed in [0, 3] {
                let entry = move |k: usize, node: usize| value(k, node + seed);
                let fill: Fill = Box::new(move |k, first, out| {
                    (first..).zip(out).for_each(|(node, out)| *out = entry(k, node));
                });
                let nodes = Nodes::new(&gpu, &lens, &axes, fill, room).expect("a small grid");
                let program = sum_of_columns(axes.len());
                let mut evaluator = Evaluator::with_nodes(&gpu, &evaluate::kernel(program, &shape), &shape, nodes, &[])
                    .expect("compiles");
                let mut planes = vec![Vec::new(); axes.len() + 1];
                for cells in [0..total, total / 3..total, 1..2] {
                    evaluator.planes(cells.clone(), &mut planes).expect("evaluated");
                    for (place, cell) in cells.clone().enumerate() {
                        let at = [cell % lens[0], 0, cell / (lens[0] * lens[1])];
                        let want: Vec<f32> = axes.iter().enumerate().map(|(k, &a)| entry(k, at[a])).collect();
                        let got: Vec<f32> = planes.iter().map(|plane| plane[place]).collect();
                        assert_eq!(got[..axes.len()], want, "{lens:?} room {room} cell {cell} of {cells:?}");
                        assert_eq!(got[axes.len()], want.iter().sum::<f32>(), "{lens:?} room {room} cell {cell}");
                    }
                }
            }
        }
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn a_cut_program_gives_the_bits_of_the_whole_whatever_its_parameters() {
    let gpu = gpu();
    for (text, axes) in [
        ("a = 1; sin(a*x)*exp(-y*y) + x*y + ln(y)*a^2", 2),
        ("a = 1; if(a*x > 0, 1/x, ln(y)) + x*0 == 0", 2),
        ("a = 1; cos(a*y)", 2),
        ("a = 1; exp(a)", 2),
        ("a = 1; exp(a*x)*exp(y)*exp(a*z) + x*y*z", 3),
        ("a = 1; x*cos(a*z) + y", 3),
    ] {
        let formula = Formula::parse(text).expect("a formula");
        let mut g = formula.graph().clone();
        let gradient: Vec<_> = (0..axes).map(|axis| g.variable(axis)).collect();
        let gradient = Differentiator::exact(gradient).gradient(&mut g, formula.root()).expect("small");
        let outputs: Vec<_> = gradient.into_iter().chain([formula.root()]).map(|n| (String::new(), n)).collect();
        let program = Program::compile(&mut g, formula.root(), &outputs, axes, 1).expect("small");
        // The last grid lacks an axis, which reads as zero.
        for lens in [[37_u8, 21, 5], [3, 40, 4], [4, 1, 1], [1, 9, 7], [200, 3, 0]] {
            let table = |len: u8| (0..len).map(|i| f32::from(i) * 0.37 - 3.0).collect::<Vec<f32>>();
            let tables: Vec<Vec<f32>> = lens[..axes].iter().filter(|&&len| len > 0).map(|&len| table(len)).collect();
            let coordinates = Coordinates::product(tables.clone());
            let total: usize = tables.iter().map(Vec::len).product();
            let mut evaluator =
                Evaluator::of_program(&gpu, &program, Library::Exact, &tables, &[1.0]).expect("compiles");
            for a in [1.0_f32, -2.5, 0.0] {
                evaluator.set_parameters(&[a]).expect("one");
                let interpreter = Interpreter::<f32>::new(&program, &[f64::from(a)]);
                let columns =
                    (0..axes).map(|axis| (0..total).map(|cell| coordinates.at(axis, cell)).collect()).collect();
                let want = interpreter.points(columns);
                let mut got = vec![Vec::new(); outputs.len()];
                for band in [0..total, total / 3..total] {
                    evaluator.planes(band.clone(), &mut got).expect("evaluated");
                    for (plane, (got, want)) in got.iter().zip(&want).enumerate() {
                        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<u32>>();
                        assert_eq!(bits(got), bits(&want[band.clone()]), "plane {plane} of {text}, a = {a}, {lens:?}");
                    }
                }
            }
            assert!(evaluator.set_parameters(&[1.0, 2.0]).is_err(), "one parameter, whatever the cut adds");
        }
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_cut_into_dispatches_changes_no_byte() {
    let gpu = gpu();
    let thresholds: Vec<f32> = (0..100_u8).map(|i| f32::from(i) * 0.25 - 6.0).collect();
    for (lens, room) in [(&[1021_u32, 67][..], RESIDENT), (&[3, 5001], 0), (&[20_011], 0)] {
        let total: usize = lens.iter().map(|&n| n as usize).product();
        for band in [5..total, 0..total / 2 + 1] {
            let run = |pace: Option<Pace>| {
                let mut evaluator = evaluator(&gpu, lens, room);
                let dispatches =
                    pace.as_ref().map(|pace| quads(u32::try_from(band.len()).expect("small")).div_ceil(pace.size()));
                if let Some(pace) = pace {
                    evaluator.pace = pace;
                }
                let (mut planes, mut stats, mut indices) = (vec![Vec::new(); 3], RangeStats::default(), Vec::new());
                // The palette first, with the program; then the range of planes that are held; then other planes.
                evaluator.palette(band.clone(), 1, &thresholds, &mut indices).expect("coloured");
                evaluator.range(band.clone(), 1, &mut stats).expect("looked at");
                evaluator.planes(band.clone(), &mut planes).expect("read");
                let timing = evaluator.timing();
                assert_eq!(timing.bands, 3, "{timing:?}");
                if let Some(dispatches) = dispatches {
                    assert_eq!(timing.dispatches, 3 * dispatches as usize, "{timing:?}");
                }
                assert_eq!(timing.kernels.is_some(), gpu.info().timestamps, "{timing:?}");
                assert!(timing.kernels.is_none_or(|kernels| kernels > Duration::ZERO), "{timing:?}");
                let bits: Vec<u32> = planes.concat().iter().map(|value| value.to_bits()).collect();
                (bits, stats, indices)
            };
            let whole = run(Some(Pace::fixed(u32::MAX)));
            let mut range = RangeStats::default();
            let second = &whole.0[band.len()..2 * band.len()];
            range.add_f32(&second.iter().map(|&bits| f32::from_bits(bits)).collect::<Vec<f32>>());
            assert_eq!(whole.1, range, "the range is that of the plane");
            assert_eq!(run(None), whole, "{lens:?} {band:?} at its own pace");
            for size in [97, 1000, 4096] {
                assert_eq!(run(Some(Pace::fixed(size))), whole, "{lens:?} {band:?} in dispatches of {size}");
            }
        }
    }
    assert_eq!(gpu.health(), Ok(()), "no error escaped");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn a_pace_is_found_and_kept() {
    let gpu = gpu();
    let mut evaluator = evaluator(&gpu, &[4096, 512], RESIDENT);
    assert_eq!(evaluator.prompt_cells(), None, "nothing is known yet");
    let mut planes = vec![Vec::new(); 3];
    let band = 4096 * 256;
    evaluator.planes(0..band, &mut planes).expect("compiled and evaluated");
    for first in [band, 0].into_iter().cycle().take(64) {
        if evaluator.prompt_cells().is_some() {
            break;
        }
        let start = Instant::now();
        evaluator.planes(first..first + band, &mut planes).expect("evaluated");
        let quick = start.elapsed() < LONGEST;
        assert!(quick || evaluator.prompt_cells().is_some(), "a band that takes long tells the pace");
    }
    let first_size = Pace::default().size() as usize * 4;
    assert!(evaluator.prompt_cells().is_none_or(|cells| cells >= first_size), "at least the first size");
    assert!(evaluator.kernel_time().is_some() == gpu.info().timestamps, "the last band was timed");
}
