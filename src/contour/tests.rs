//! Contours of small grids and of functions that have closed forms.

use super::*;
use crate::kernels::contour;
use std::f64::consts::PI;

/// A function without gradient.
pub(super) struct Plain(pub(super) fn(f64, f64) -> f64);

impl Surface for Plain {
    fn values(&self, points: &[[f64; 2]]) -> Vec<f64> {
        points.iter().map(|p| self.0(p[0], p[1])).collect()
    }
    fn gradients(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        /// Central differences at the cube root of an ulp of 1.
        const H: f64 = 6e-6;
        let f = self.0;
        let slope = |p: &[f64; 2]| {
            let across = f(p[0] + H, p[1]) - f(p[0] - H, p[1]);
            [across / (2.0 * H), (f(p[0], p[1] + H) - f(p[0], p[1] - H)) / (2.0 * H)]
        };
        points.iter().map(slope).collect()
    }
}

fn span(from: f64, to: f64, len: usize) -> Vec<f64> {
    crate::grid::Axis::new("t", from, to, len).expect("an axis").table()
}

fn indices(len: usize) -> Vec<f64> {
    (0..len).map(|i| i as f64).collect()
}

/// The lines of an array, row by row, with the index as coordinate.
fn sampled(width: usize, values: &[f64], levels: &[f64]) -> Vec<Path> {
    in_bands(width, values, levels, values.len().max(1), STRIP)
}

fn in_bands(width: usize, values: &[f64], levels: &[f64], band: usize, strip: usize) -> Vec<Path> {
    let mut tracer = Tracer::new(indices(width), indices(values.len() / width), levels, None, true);
    tracer.strip = strip;
    values.chunks(band).for_each(|part| tracer.add(&Samples::F64(vec![part.to_vec()])));
    tracer.finish()
}

/// The lines of a function over x and y, whose nodes an engine in single precision delivers.
fn traced(f: fn(f64, f64) -> f64, x: &[f64], y: &[f64], levels: &[f64]) -> Vec<Path> {
    traced_in(f, x, y, levels, (usize::MAX, STRIP))
}

#[expect(clippy::cast_possible_truncation, reason = "what an engine in single precision does")]
fn traced_in(f: fn(f64, f64) -> f64, x: &[f64], y: &[f64], levels: &[f64], (band, strip): (usize, usize)) -> Vec<Path> {
    let plain = Plain(f);
    let single = |v: f64| f64::from(v as f32);
    let values: Vec<f32> = y.iter().flat_map(|&y| x.iter().map(move |&x| f(single(x), single(y)) as f32)).collect();
    let mut tracer = Tracer::new(x.to_vec(), y.to_vec(), levels, Some(&plain), true);
    tracer.strip = strip;
    values.chunks(band.min(values.len())).for_each(|part| tracer.add(&Samples::F32(vec![part.to_vec()])));
    tracer.finish()
}

/// The same where an engine delivers the active cells, some rows of nodes at a time.
#[expect(clippy::cast_possible_truncation, reason = "what an engine in single precision does")]
fn traced_by_cells(
    f: fn(f64, f64) -> f64,
    x: &[f64],
    y: &[f64],
    levels: &[f64],
    (rows, strip): (usize, usize),
) -> Vec<Path> {
    let plain = Plain(f);
    let single = |v: f64| f64::from(v as f32);
    let classes = Classes::<f32>::new(levels);
    let class = |x: f64, y: f64| u8::try_from(classes.of(f(single(x), single(y)) as f32)).expect("few levels");
    let nodes: Vec<u8> = y.iter().flat_map(|&y| x.iter().map(move |&x| class(x, y))).collect();
    let mut tracer = Tracer::new(x.to_vec(), y.to_vec(), levels, Some(&plain), true);
    tracer.strip = strip;
    for first in (0..y.len() - 1).step_by(rows - 1) {
        let last = (first + rows).min(y.len());
        let mut cells = Vec::new();
        contour::compact(&nodes[first * x.len()..last * x.len()], x.len(), &mut cells);
        tracer.add_cells(last - first - 1, &cells);
    }
    tracer.finish()
}

/// Pieces of straight lines, each once.
fn segments(paths: &[Path]) -> Vec<[[f64; 2]; 2]> {
    let mut all = Vec::new();
    for path in paths {
        all.extend(path.points.windows(2).map(|pair| [pair[0], pair[1]]));
        all.extend(path.closed.then(|| [path.points[path.points.len() - 1], path.points[0]]));
    }
    all
}

/// Twice the area that a closed path goes around, positive counter-clockwise.
fn area(points: &[[f64; 2]]) -> f64 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum()
}

/// What is wrong with the lines of an array, if anything: a second look at each rule that knows nothing of how lines are made.
fn fault(width: usize, values: &[f64], levels: &[f64], paths: &[Path]) -> Option<String> {
    /// A few roundings of numbers up to the size of the grid.
    const ROUNDING: f64 = 1e-12;
    let height = values.len() / width;
    let node = |i: usize, j: usize| values[j * width + i];
    let mut ends = 0;
    for path in paths {
        let level = path.value.expect("a level");
        if !levels.contains(&level) || path.points.len() < 2 {
            return Some(format!("{path:?} is no line"));
        }
        for (p, q) in path.points.iter().zip(path.points.iter().skip(1)) {
            // The middle of a segment lies in one cell; nearest above on the left, nearest below on the right.
            let middle = [0.5 * (p[0] + q[0]), 0.5 * (p[1] + q[1])];
            let (i, j) = (middle[0].floor().min((width - 2) as f64), middle[1].floor().min((height - 2) as f64));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the grid")]
            let (i, j) = (i as usize, j as usize);
            let side = |i: usize, j: usize| (q[0] - p[0]) * (j as f64 - p[1]) - (q[1] - p[1]) * (i as f64 - p[0]);
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            if corners.iter().filter(|c| node(c.0, c.1).is_nan()).count() > 1 {
                return Some(format!("{p:?} to {q:?} in a masked cell"));
            }
            let extreme = |sign: f64| {
                let on_side = corners.iter().filter(|c| sign * side(c.0, c.1) > ROUNDING);
                on_side.map(|c| sign * (node(c.0, c.1) - level)).fold(f64::NEG_INFINITY, f64::max)
            };
            if extreme(1.0) < 0.0 || extreme(-1.0) < 0.0 {
                return Some(format!("{p:?} to {q:?} at {level}: the higher side is not on the left"));
            }
        }
        ends += usize::from(!path.closed) * 2;
        let same = |p: &[f64; 2], q: &[f64; 2]| p == q;
        if path.points.windows(2).any(|pair| same(&pair[0], &pair[1])) {
            return Some(format!("a point twice in {path:?}"));
        }
        for p in &path.points {
            // On an edge, at the place that interpolation tells.
            let (i0, j0) = (p[0].floor(), p[1].floor());
            let (tx, ty) = (p[0] - i0, p[1] - j0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the grid")]
            let (i, j) = (i0 as usize, j0 as usize);
            let (i1, j1) = ((i + 1).min(width - 1), (j + 1).min(height - 1));
            let candidates = if ty == 0.0 {
                vec![node(i, j) * (1.0 - tx) + node(i1, j) * tx]
            } else if tx == 0.0 {
                vec![node(i, j) * (1.0 - ty) + node(i, j1) * ty]
            } else {
                vec![node(i, j) * (1.0 - tx) + node(i1, j1) * tx, node(i1, j) * tx + node(i, j1) * (1.0 - tx)]
            };
            let on = |value: f64| (value - level).abs() <= ROUNDING * (1.0 + values.len() as f64);
            let exact = (tx == 0.0 && ty == 0.0).then(|| node(i, j));
            if !candidates.into_iter().chain(exact).any(on) {
                return Some(format!("{p:?} is not on {level}"));
            }
        }
    }
    // Where lines end, counted from the nodes: a crossed edge that has a marched cell on one side alone.
    let marched = |i: usize, j: usize| {
        let masked = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map(|c| node(c.0, c.1).is_nan());
        masked.iter().filter(|&&m| m).count() < 2
    };
    let crossed = |a: f64, b: f64| levels.iter().filter(|&&level| (a >= level) != (b >= level)).count();
    let mut want = 0;
    for j in 0..height {
        for i in 0..width {
            let beside = |a: bool, b: bool| usize::from(a != b);
            if i + 1 < width && !node(i, j).is_nan() && !node(i + 1, j).is_nan() {
                let sides = beside(j > 0 && marched(i, j - 1), j + 1 < height && marched(i, j));
                want += sides * crossed(node(i, j), node(i + 1, j));
            }
            if j + 1 < height && !node(i, j).is_nan() && !node(i, j + 1).is_nan() {
                let sides = beside(i > 0 && marched(i - 1, j), i + 1 < width && marched(i, j));
                want += sides * crossed(node(i, j), node(i, j + 1));
            }
            if i + 1 < width && j + 1 < height && marched(i, j) {
                let (a, b, c, d) = (node(i, j), node(i + 1, j), node(i + 1, j + 1), node(i, j + 1));
                match (a.is_nan() || c.is_nan(), b.is_nan() || d.is_nan()) {
                    (true, false) => want += crossed(b, d),
                    (false, true) => want += crossed(a, c),
                    _ => {}
                }
            }
        }
    }
    (ends != want).then(|| format!("{ends} ends for {want}"))
}

/// Seeded numbers in 0 to 1 (a linear congruence of Knuth's).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    }
}

#[test]
fn every_cell_of_three_states_is_right() {
    // 0 below, 1 above, 2 masked: 81 cells, 16 of them without a mask.
    for case in 0..81_u32 {
        let corner = |k: u32| match case / 3_u32.pow(k) % 3 {
            0 => 0.0,
            1 => 4.0,
            _ => f64::NAN,
        };
        let values = [corner(0), corner(1), corner(2), corner(3)];
        let paths = sampled(2, &values, &[1.0]);
        assert_eq!(fault(2, &values, &[1.0], &paths), None, "{values:?}: {paths:?}");
        let above = values.iter().filter(|v| **v > 1.0).count();
        let below = values.iter().filter(|v| **v < 1.0).count();
        let saddle = above == 2 && below == 2 && values[0] == values[3];
        let want = if above == 0 || below == 0 || above + below < 3 { 0 } else { 1 + usize::from(saddle) };
        assert_eq!(paths.len(), want, "lines of {values:?}");
    }
}

#[test]
fn the_second_look_sees_what_is_wrong() {
    let mut random = noise(5);
    let values: Vec<f64> = (0..35).map(|_| random()).collect();
    let good = sampled(5, &values, &[0.5]);
    assert_eq!(fault(5, &values, &[0.5], &good), None, "the unspoilt lines");
    let spoilt = |change: &dyn Fn(&mut Vec<Path>)| {
        let mut paths = good.clone();
        change(&mut paths);
        fault(5, &values, &[0.5], &paths).is_some()
    };
    assert!(spoilt(&|paths| paths[0].points.reverse()), "the wrong way");
    assert!(spoilt(&|paths| paths[0].points[0][0] += 0.01), "off the level");
    assert!(spoilt(&|paths| drop(paths.remove(paths.iter().position(|p| !p.closed).expect("open")))), "a line less");
    let twice = |paths: &mut Vec<Path>| {
        let first = paths[0].points[0];
        paths[0].points.insert(1, first);
    };
    assert!(spoilt(&twice), "a point twice");
    assert!(spoilt(&|paths| paths[0].value = Some(0.6)), "another level");
}

#[test]
fn random_fields_with_holes_keep_all_rules_however_they_are_cut() {
    for seed in 0..60_usize {
        let mut random = noise(seed as u64);
        let (width, height) = (2 + (seed * 7) % 13, 2 + (seed * 5) % 11);
        // Coarse values meet levels exactly; a tenth or none are missing.
        let steps = if seed % 3 == 0 { 4.0 } else { 1e6 };
        let holes = if seed % 2 == 0 { 0.1 } else { 0.0 };
        let mut value = || if random() < holes { f64::NAN } else { (random() * steps).floor() / steps };
        let values: Vec<f64> = (0..width * height).map(|_| value()).collect();
        let levels = [0.2, 0.25, 0.5, 0.5001, 0.9];
        let whole = sampled(width, &values, &levels);
        // Lines through nodes have the ends of the edges that meet there, which the count of ends does not know.
        if steps > 10.0 {
            assert_eq!(fault(width, &values, &levels, &whole), None, "seed {seed}, {width} × {height}");
        }
        for (band, strip) in [(1, 1), (width, width), (2 * width, 1), (7 * width, 3 * width), (width + 1, 2 * width)] {
            let cut = in_bands(width, &values, &levels, band, strip);
            let same = format!("{cut:?}") == format!("{whole:?}");
            assert!(same, "seed {seed}: bands of {band}, strips of {strip}");
        }
    }
}

#[test]
fn a_circle_is_one_loop_on_the_circle() {
    /// What the residual of a refined vertex leaves: 1e-12 of the edge's rise (below 1), over a slope of 2.
    const CLOSE: f64 = 1e-12;
    for (cells, (low, high)) in [(5, (-1.3, 1.7)), (41, (-2.0, 2.0)), (101, (-1.01, 1.01)), (30, (-5.0, 5.0))] {
        let (x, y) = (span(low, high, cells), span(-1.5, 1.5, cells + 1));
        let paths = traced(|x, y| x * x + y * y, &x, &y, &[1.0]);
        assert_eq!(paths.len(), 1, "{cells} nodes");
        assert!(
            paths[0].closed && area(&paths[0].points) < 0.0,
            "higher values lie outside, on the left of a clockwise loop"
        );
        for (p, n) in paths[0].points.iter().zip(&paths[0].normals) {
            assert!((p[0].hypot(p[1]) - 1.0).abs() <= CLOSE, "{p:?}");
            // The test's differences are good to 1e-9.
            assert!((n[0] - p[0]).hypot(n[1] - p[1]) < 1e-8, "the normal at {p:?} is {n:?}");
        }
        let below = traced(|x, y| -x * x - y * y, &x, &y, &[-1.0]);
        assert!(area(&below[0].points) > 0.0, "around a summit the other way");
    }
}

#[test]
fn axes_that_descend_keep_higher_values_on_the_left() {
    let (up, down) = (span(-2.0, 2.0, 33), span(2.0, -2.0, 33));
    for (x, y) in [(&up, &up), (&up, &down), (&down, &up), (&down, &down)] {
        let paths = traced(|x, y| x * x + y * y, x, y, &[1.0, 2.0]);
        assert_eq!(paths.len(), 2, "two circles");
        assert!(paths.iter().all(|path| path.closed && area(&path.points) < 0.0), "clockwise in the world");
    }
}

#[test]
fn hyperbolas_lines_and_poles() {
    let axis = span(-3.0, 3.0, 60);
    let paths = traced(|x, y| x * y, &axis, &axis, &[1.0]);
    assert_eq!(paths.len(), 2, "two branches");
    assert!(paths.iter().all(|path| !path.closed), "that end at the border");
    assert!(paths.iter().flat_map(|p| &p.points).all(|p| (p[0] * p[1] - 1.0).abs() < 1e-11), "on the hyperbola");
    let pole = traced(|x, _| 1.0 / x, &axis, &axis, &[0.0, 1.0]);
    assert_eq!(pole.len(), 1, "no wall at the pole: {pole:?}");
    assert!(pole[0].points.iter().all(|p| (p[0] - 1.0).abs() < 1e-12), "but the line x = 1");
    let jump = traced(|x, _| x.floor(), &axis, &axis, &[0.5]);
    assert_eq!(jump.len(), 0, "no point of a step has the value half-way up");
    let sloping = traced(|x, y| x + 2.0 * y, &axis, &axis, &[0.7]);
    assert_eq!(sloping.len(), 1, "one line");
    assert!(sloping[0].points.iter().all(|p| (p[0] + 2.0 * p[1] - 0.7).abs() < 1e-11), "straight");
    let (first, last) = (sloping[0].points[0], sloping[0].points[sloping[0].points.len() - 1]);
    assert!(
        first[0] < last[0],
        "higher values (up and right) on the left: from left to right downward? {first:?} {last:?}"
    );
}

#[test]
fn saddles_go_by_the_value_in_the_middle() {
    // Corners 0 and 2 above. Arrays go by the mean.
    for (high, joined) in [(4.0, true), (1.5, false)] {
        let values = [high, 0.0, 0.0, high];
        let paths = sampled(2, &values, &[1.0]);
        assert_eq!(paths.len(), 2, "two lines");
        // Joined upper corners leave the lower corner (1, 0) on its own.
        let around = |corner: [f64; 2]| {
            paths
                .iter()
                .any(|path| path.points.iter().all(|p| (p[0] - corner[0]).abs() + (p[1] - corner[1]).abs() < 1.0))
        };
        assert_eq!((around([1.0, 0.0]), around([0.0, 0.0])), (joined, !joined), "corners of {high}");
    }
    // The mean of the corners of xy at ±1 is 0, and so is the middle of xy itself; a bump lifts it, and a dent lowers it.
    let ends = [-1.0, 1.0];
    let bump = traced(|x, y| x * y + 0.5 * (1.0 - x * x) * (1.0 - y * y), &ends, &ends, &[0.1]);
    let dent = traced(|x, y| x * y - 0.5 * (1.0 - x * x) * (1.0 - y * y), &ends, &ends, &[-0.1]);
    let turns = |paths: &[Path]| paths.iter().map(|p| (p.points[0][0] * p.points[0][1]).signum()).collect::<Vec<_>>();
    assert_eq!((bump.len(), dent.len()), (2, 2), "{:?} {:?}", turns(&bump), turns(&dent));
    let near = |paths: &[Path], corner: [f64; 2]| {
        let close = |p: &[f64; 2]| (p[0] - corner[0]).abs() <= 1.0 + 1e-9 || (p[1] - corner[1]).abs() <= 1.0 + 1e-9;
        paths.iter().any(|path| {
            path.points.iter().all(close) && {
                let middle = [0, 1].map(|k| 0.5 * (path.points[0][k] + path.points[path.points.len() - 1][k]));
                middle[0] * corner[0] > 0.0 && middle[1] * corner[1] > 0.0
            }
        })
    };
    assert!(near(&bump, [1.0, -1.0]), "upper corners joined, lower ones cut off: {bump:?}");
    assert!(near(&dent, [1.0, 1.0]), "upper corners cut off: {dent:?}");
}

#[test]
fn spikes_plateaus_and_levels_on_nodes() {
    let spike = [0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0];
    let around = sampled(3, &spike, &[1.0]);
    assert_eq!((around.len(), around[0].points.len(), around[0].closed), (1, 4, true), "a diamond");
    assert_eq!(area(&around[0].points), 1.0, "counter-clockwise around the spike, edges of √½");
    assert_eq!(sampled(3, &spike, &[2.0]), [], "the level of the spike itself is a point");
    assert_eq!(sampled(3, &spike, &[0.0]), [], "nothing is below the smallest value");
    assert_eq!(sampled(3, &[7.0; 9], &[6.0, 7.0, 8.0]), [], "a constant field");
    // A plateau on the level is bounded where the field begins to fall.
    let plateau: Vec<f64> = (0..5)
        .flat_map(|j: i32| (0..5).map(move |i: i32| f64::from(2 - (i - 2).abs().max((j - 2).abs())).min(1.0)))
        .collect();
    let rim = sampled(5, &plateau, &[1.0]);
    assert_eq!((rim.len(), rim[0].closed), (1, true), "one rim: {rim:?}");
    assert_eq!(area(&rim[0].points), 8.0, "the square of side 2");
    assert_eq!(sampled(5, &plateau, &[0.5]).len(), 1, "and one line half-way down");
    // A level through a row of nodes is one line with each node once.
    let ramp: Vec<f64> = (0..4).flat_map(|j| std::iter::repeat_n(f64::from(j), 5)).collect();
    let line = sampled(5, &ramp, &[2.0]);
    let want: Vec<[f64; 2]> = (0..5).map(|i| [f64::from(i), 2.0]).collect();
    assert_eq!(line.len(), 1, "one line");
    assert!(line[0].points == want, "the nodes, higher values on the left: {:?}", line[0].points);
    let diagonal: Vec<f64> = (0..4).flat_map(|j| (0..4).map(move |i| f64::from(i + j))).collect();
    let line = sampled(4, &diagonal, &[3.0]);
    assert_eq!((line.len(), line[0].points.len()), (1, 4), "through four nodes, corner to corner: {line:?}");
}

#[test]
fn grids_without_cells_and_levels_out_of_reach() {
    assert_eq!(sampled(1, &[0.0, 1.0, 2.0], &[0.5]), [], "one column");
    assert_eq!(sampled(3, &[0.0, 1.0, 2.0], &[0.5]), [], "one row");
    assert_eq!(sampled(2, &[0.0, 1.0, 0.0, 1.0], &[]), [], "no level");
    assert_eq!(sampled(2, &[0.0, 1.0, 0.0, 1.0], &[-1.0, 1.5]), [], "levels out of reach");
    assert_eq!(sampled(2, &[f64::NAN; 4], &[0.0]), [], "all masked");
    assert_eq!(Tracer::new(vec![0.0], vec![0.0], &[0.0], None, false).finish(), [], "nothing was added");
    let huge = sampled(2, &[f64::MAX, -f64::MAX, f64::MAX, -f64::MAX], &[0.0]);
    assert!(huge[0].points == [[0.5, 0.0], [0.5, 1.0]] || huge[0].points == [[0.5, 1.0], [0.5, 0.0]], "{huge:?}");
}

#[test]
fn functions_are_cut_anywhere_with_the_same_bytes() {
    // Nodes on the level, and a level that single precision puts on the wrong side of nodes.
    let f = |x: f64, y: f64| (x * x + y * y).sqrt() - 0.2 * (3.0 * x).sin() * (5.0 * y).cos() + 1000.0;
    let undefined = |x: f64, y: f64| if x + y > 2.5 { f64::NAN } else { x * y - x.sin() };
    let (x, y) = (span(-2.0, 2.0, 37), span(-2.0, 2.0, 29));
    for (f, levels) in [
        (f as fn(f64, f64) -> f64, vec![1000.0, 1000.5, 1_000.500_001, 1001.0, 1001.3]),
        (undefined as fn(f64, f64) -> f64, vec![-0.5, 0.0, 0.3]),
    ] {
        let whole = traced(f, &x, &y, &levels);
        assert!(whole.len() > 3, "there are lines");
        for cut in [(37, 1), (1, 1), (74, 37), (7 * 37, 74), (40, 111)] {
            let parts = traced_in(f, &x, &y, &levels, cut);
            let rows = (cut.0 / x.len()).clamp(2, y.len());
            assert!(traced_by_cells(f, &x, &y, &levels, (rows, cut.1)) == parts, "{cut:?}: by cells, {rows} rows");
            assert!(format!("{parts:?}") == format!("{whole:?}"), "bands and strips of {cut:?}");
        }
        for path in &whole {
            let level = path.value.expect("a level");
            assert!(path.points.iter().all(|p| (f(p[0], p[1]) - level).abs() < 1e-9), "on the level {level}");
        }
    }
}

#[test]
fn lines_do_not_depend_on_the_precision_of_the_engine() {
    // Near 1e4, f32 steps by 1e-3, a sixth of what f changes across a cell: nodes along the line are on the wrong side by chance.
    let f = |x: f64, y: f64| 1e4 + 0.1 * (x - y + 1e-4) * (1.0 + 0.1 * x);
    let axis = span(0.0, 4.0, 64);
    let single = traced(f, &axis, &axis, &[1e4]);
    let plain = Plain(f);
    let values: Vec<f64> = axis.iter().flat_map(|&y| axis.iter().map(move |&x| f(x, y))).collect();
    let levels = [1e4];
    let mut tracer = Tracer::new(axis.clone(), axis.clone(), &levels, Some(&plain), true);
    tracer.add(&Samples::F64(vec![values]));
    let double = tracer.finish();
    for rows in [2, 3, 64] {
        assert!(traced_by_cells(f, &axis, &axis, &[1e4], (rows, 64)) == single, "by cells, {rows} rows of nodes");
    }
    assert_eq!(double.len(), 1, "one line in double precision");
    assert!(format!("{single:?}") == format!("{double:?}"), "the same from single precision: {single:?}");
    let on = double[0].points.iter().all(|p| (p[0] - p[1] + 1e-4).abs() < 1e-8);
    assert!(on && double[0].points.len() >= 64, "the whole line");
}

#[test]
fn lines_that_single_precision_puts_cells_away_are_known_to_be_vague() {
    // Near 1e5, f32 steps by 1/128, five times what f changes across a cell.
    let f = |x: f64, _: f64| 1e5 + x;
    let (x, y, levels) = (span(0.0, 1.0, 600), span(0.0, 1.0, 5), [1e5 + 0.4]);
    let plain = Plain(f);
    let vague = |engine: fn(f64) -> f64| {
        let values = y.iter().flat_map(|_| x.iter().map(|&x| engine(1e5 + x))).collect();
        let mut tracer = Tracer::new(x.clone(), y.clone(), &levels, Some(&plain), false);
        tracer.add(&Samples::F64(vec![values]));
        tracer.is_vague()
    };
    #[expect(clippy::cast_possible_truncation, reason = "what an engine in single precision does")]
    let single = |value: f64| f64::from(value as f32);
    assert!(vague(single) && !vague(|value| value), "in single precision, and in double");
    let axes = [x.clone(), y.clone()];
    let lines = asked_everywhere(axes, &levels, &plain, false, usize::MAX, &mut crate::tile::watch::Silent);
    let lines = lines.expect("not interrupted");
    assert_eq!((lines.len(), lines[0].points.len()), (1, 5), "one line");
    assert!(lines[0].points.iter().all(|p| (p[0] - 0.4).abs() < 1e-9), "in its place");
}

#[test]
fn normals_of_arrays_point_uphill() {
    let (width, height) = (24, 20);
    let value = |i: usize, j: usize| ((i as f64 - 11.0) / 6.0).powi(2) + ((j as f64 - 9.0) / 5.0).powi(2);
    let values: Vec<f64> = (0..height).flat_map(|j| (0..width).map(move |i| value(i, j))).collect();
    let paths = sampled(width, &values, &[1.0]);
    assert_eq!((paths.len(), paths[0].normals.len()), (1, paths[0].points.len()), "a normal for each point");
    for (p, n) in paths[0].points.iter().zip(&paths[0].normals) {
        let (gx, gy) = ((p[0] - 11.0) / 18.0, (p[1] - 9.0) / 12.5);
        let length = gx.hypot(gy);
        // Central differences of a parabola are exact; interpolation along an edge leaves (h/r)²/8.
        assert!((n[0] * gx + n[1] * gy) / length > 0.999, "{n:?} at {p:?}");
    }
    let turned = segments(&paths).iter().map(|[p, q]| p[0] * q[1] - p[1] * q[0]).sum::<f64>();
    assert!(turned < -PI * 2.0 * 6.0 * 5.0 * 0.97, "the ellipse's area, clockwise: {turned}");
}
