//! Programs with taps on a device against a plain reading in `f32`: schemes, borders, gaps and quantities, cut anywhere.

use super::*;
use crate::expr::formula::{Formula, constant};
use crate::expr::names::Names;
use crate::expr::op::Rule;
use crate::expr::source::{SAMPLE_AXES, Side};
use crate::gpu::Choice;
use crate::grid::{Axis, Grid};
use crate::kernels::evaluate::Shape;
use crate::math::Library;
use crate::math::samples::Random;
use crate::method::Differentiator;
use crate::method::sampling::Sampler;
use crate::method::scheme::{Border, Gaps, Scheme, Stencil};
use crate::program::Step;
use crate::program::interpret::{Coordinates, Scalar};
use crate::program::staged::{Extension, Staged};
use crate::quantity::Quantity;
use std::collections::BTreeSet;

/// A grid of so many nodes along its axes.
fn grid(lens: &[u32], even: bool) -> Grid {
    let bend = if even { 0.0 } else { 0.02 };
    let nodes = |len: u32| (0..len).map(|i| f64::from(i) * 0.75 + bend * f64::from(i * i)).collect::<Vec<f64>>();
    let axes = lens.iter().zip(["x", "y", "z"]).map(|(&len, name)| Axis::from_nodes(name, &nodes(len)));
    Grid::new(axes.map(|axis| axis.expect("monotonic")).collect()).expect("small")
}

/// The programs of a quantity of a formula with the arrays a and b; `None` where the two do not go together.
fn staged(text: &str, quantity: &str, scheme: Scheme, grid: &Grid) -> Option<Staged> {
    let axes = grid.axes().len();
    let names = Names::new(["x", "y", "z"][..axes].to_vec(), [""; 0]);
    let names = names.and_then(|names| names.with_arrays([("a", axes), ("b", axes)])).expect("good names");
    let formula = Formula::with_names(text, names, Vec::new()).expect("a formula");
    let quantity = Quantity::parse(quantity, formula.variables(), &constant).ok()?;
    let mut g = formula.graph().clone();
    let variables = (0..axes).map(|axis| g.variable(axis)).collect();
    let differentiator = Differentiator::exact(variables).with_sampler(Sampler::new(scheme, grid));
    let planes = quantity.planes(&mut g, formula.root(), formula.variables(), &differentiator).ok()?;
    Some(Staged::compile(&mut g, &planes, axes, 0, 2, scheme.extension()).expect("small"))
}

/// Numbers of which about one in `holes` is missing; now and then one that overflows what is computed of it.
fn array(random: &mut Random, cells: usize, holes: u32) -> Vec<f32> {
    let number = |random: &mut Random| match random.bits() {
        bits if bits % holes == 0 => f32::NAN,
        bits if bits % 97 == 1 => f32::INFINITY,
        bits if bits % 53 == 1 => 3e38,
        bits if bits % 7 == 1 => 2.0,
        bits => f32::from_f64(f64::from(bits) / f64::from(1 << 28)),
    };
    (0..cells).map(|_| number(random)).collect()
}

/// A whole plane, and how it goes on beyond the grid.
fn tap(plane: &[f32], rule: Extension, lens: &[usize], index: &[isize]) -> f32 {
    let (mut cell, mut stride) = (0, 1);
    for (&len, &here) in lens.iter().zip(index) {
        let Some(there) = rule.resolve(here, len) else { return f32::from_f64(rule.outside()) };
        cell += there * stride;
        stride *= len;
    }
    plane[cell]
}

fn index_of(cell: usize, lens: &[usize]) -> [isize; SAMPLE_AXES] {
    let mut rest = cell;
    std::array::from_fn(|axis| {
        let len = lens.get(axis).copied().unwrap_or(1);
        let index = rest % len;
        rest /= len;
        index.cast_signed()
    })
}

/// The plain reading, cell by cell and step by step: all planes that the stages compute, then the outputs.
fn plain(staged: &Staged, grid: &Grid, arrays: &[Vec<f32>]) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let lens = grid.axes().iter().map(Axis::len).collect::<Vec<usize>>();
    let coordinates = Coordinates::<f32>::of_grid(grid);
    let (mut planes, mut outputs) = (arrays.to_vec(), Vec::new());
    for (number, program) in staged.programs().iter().enumerate() {
        outputs = vec![Vec::new(); program.outputs().len()];
        for cell in 0..grid.cells() {
            let index = index_of(cell, &lens);
            let mut values: Vec<f32> = Vec::new();
            for step in program.steps() {
                values.push(match *step {
                    Step::Constant(value) => f32::from_f64(value),
                    Step::Coordinate(axis) => coordinates.at(axis, cell),
                    Step::Parameter(_) => 0.0,
                    Step::Tap(plane, offset) => {
                        let near = std::array::from_fn::<isize, 3, _>(|axis| index[axis] + isize::from(offset[axis]));
                        tap(&planes[plane], staged.extension(), &lens, &near)
                    }
                    Step::Edge(axis, side, distance) => {
                        let here = index[axis].cast_unsigned();
                        let from_border = if side == Side::Low { here } else { lens[axis] - 1 - here };
                        f32::from(u8::from(from_border == distance))
                    }
                    Step::Column(column) => {
                        let column = &program.columns()[column];
                        f32::from_f64(column.values[index[column.axis].cast_unsigned()])
                    }
                    Step::Apply(op, args) => {
                        let Rule::Primitive(rule) = op.rule() else { panic!("{op} is not for engines") };
                        let mut out = [0.0];
                        let [a, b, c] = args.map(|arg| [values[arg]]);
                        f32::lanes(&rule)(&mut out, &a, &b, &c);
                        out[0]
                    }
                });
            }
            for (plane, output) in outputs.iter_mut().zip(program.outputs()) {
                let valid = output.valid.is_none_or(|valid| values[valid] != 0.0) && values[output.value].is_finite();
                plane.push(if valid { values[output.value] } else { f32::MASKED });
            }
        }
        if number + 1 < staged.programs().len() {
            planes.push(outputs.remove(0));
        }
    }
    (planes, outputs)
}

/// A plane around some slabs as the device wants it: each cell, also of the padding, looked up on its own.
fn padded(plane: &[f32], padding: &Padding, rule: Extension, lens: &[usize], band: &Range<usize>) -> Vec<f32> {
    let slabs = Slabs::of(lens);
    let [before_x, before_row, before_slab] = padding.below;
    let [_, stride, slab_stride] = padding.strides;
    let count = (band.len() + before_slab + padding.above[2]) * slab_stride;
    let value = |at: usize| {
        let slab = (band.start + at / slab_stride).cast_signed() - before_slab.cast_signed();
        let row = (at % slab_stride / stride).cast_signed() - before_row.cast_signed();
        let x = (at % stride).cast_signed() - before_x.cast_signed();
        debug_assert!(row < slabs.rows.cast_signed() + padding.above[1].cast_signed(), "within the padding");
        match lens.len() {
            1 => tap(plane, rule, lens, &[x]),
            2 => tap(plane, rule, lens, &[x, slab]),
            _ => tap(plane, rule, lens, &[x, row, slab]),
        }
    };
    (0..count).map(value).collect()
}

/// Compares the device with the plain reading on bands of so many cells, and returns how many cells have values.
fn compare(gpu: &Gpu, staged: &Staged, grid: &Grid, arrays: &[Vec<f32>], what: &str) -> usize {
    let lens = grid.axes().iter().map(Axis::len).collect::<Vec<usize>>();
    let (slabs, cells) = (Slabs::of(&lens), grid.cells());
    let paddings = Padding::of(staged, &slabs);
    let (planes, want) = plain(staged, grid, arrays);
    let tables = Coordinates::<f32>::of_grid(grid);
    let mut evaluator =
        Evaluator::of_sampled(gpu, staged.last(), Library::Exact, tables.tables(), &[], &paddings).expect("compiles");
    let mut got = vec![Vec::new(); want.len()];
    for size in [cells, cells / 3 + 1, 5] {
        let mut first = 0;
        while first < cells {
            let band = first..(first + size).min(cells);
            let held = slabs.of_cells(&band);
            let send: Vec<Vec<f32>> = evaluator
                .tapped()
                .into_iter()
                .map(|plane| {
                    let padding = paddings[plane].expect("it is read");
                    padded(&planes[plane], &padding, staged.extension(), &lens, &held)
                })
                .collect();
            let send: Vec<&[f32]> = send.iter().map(Vec::as_slice).collect();
            evaluator.send_samples(held, &send).expect("sent");
            evaluator.planes(band.clone(), &mut got).expect("evaluated");
            for (plane, (got, want)) in got.iter().zip(&want).enumerate() {
                for (cell, got) in band.clone().zip(got) {
                    let want = want[cell];
                    assert_eq!(
                        got.to_bits(),
                        want.to_bits(),
                        "{what}, plane {plane}, cell {cell} of {band:?}: {got}, not {want}"
                    );
                }
            }
            // Small bands are many submissions: the ends are enough.
            first = if size == 5 && first == 10 && cells > 40 { cells - 17 } else { band.end };
        }
    }
    want.iter().flatten().filter(|value| value.is_finite()).count()
}

const STENCILS: [Stencil; 10] = [
    Stencil::Central,
    Stencil::Central4,
    Stencil::Forward,
    Stencil::Backward,
    Stencil::Sobel,
    Stencil::Scharr,
    Stencil::Prewitt,
    Stencil::Gaussian(0.7),
    Stencil::Horn,
    Stencil::ZevenbergenThorne,
];

const BORDERS: [&str; 7] = ["own", "one-sided", "periodic", "reflect", "nearest", "nodata", "constant:1.5"];
const GAPS: [&str; 3] = ["propagate", "shrink", "fill:0.25"];
const QUANTITIES: [&str; 12] = [
    "value",
    "gradient",
    "magnitude",
    "direction",
    "laplacian",
    "hessian",
    "slope",
    "aspect",
    "hillshade",
    "tri",
    "mask:magnitude",
    "saliency",
];

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn sampled_programs_give_the_bits_of_the_plain_reading() {
    let gpu = Gpu::open(Choice::Any).expect("an adapter");
    let mut random = Random(0x5a3b);
    let shapes: [&[u32]; 8] = [&[37], &[3], &[11, 7], &[5, 12], &[3, 9], &[7, 5, 6], &[3, 4, 5], &[16, 6]];
    let formulas = ["a", "a*x - b", "d(a, x) + smooth(b, 0.6)", "smooth(a*b, 0.5)"];
    let pick = |random: &mut Random, count: usize| random.bits() as usize % count;
    let (mut values, mut tried, mut seen) = (0, 0, BTreeSet::new());
    for _ in 0..200 {
        let quantity = QUANTITIES[pick(&mut random, QUANTITIES.len())];
        let stencil = STENCILS[pick(&mut random, STENCILS.len())];
        let border: Option<Border> = BORDERS[pick(&mut random, BORDERS.len())].parse().ok();
        let gaps: Gaps = GAPS[pick(&mut random, GAPS.len())].parse().expect("a rule");
        let (even, lens) = (random.bits().is_multiple_of(2), shapes[pick(&mut random, shapes.len())]);
        let text = formulas[pick(&mut random, formulas.len())];
        let scheme = Scheme { stencil, border, gaps };
        let grid = grid(lens, even);
        // Not every quantity is for every number of axes, nor every stencil for a few nodes or uneven ones.
        let Some(staged) = staged(text, quantity, scheme, &grid) else { continue };
        let arrays = [array(&mut random, grid.cells(), 29), array(&mut random, grid.cells(), 1000)];
        let what = format!("{quantity} of {text} by {stencil}, {:?}, {gaps:?} on {lens:?}", scheme.border());
        values += compare(&gpu, &staged, &grid, &arrays, &what);
        tried += 1;
        seen.extend([quantity.to_owned(), stencil.to_string(), format!("{border:?}"), format!("{gaps:?}")]);
    }
    println!("{tried} programs, {values} values");
    assert!(tried > 100 && values > 5_000, "{tried} programs with {values} values");
    let all = QUANTITIES.len() + STENCILS.len() + BORDERS.len() + GAPS.len();
    assert_eq!(seen.len(), all, "each of them once at least: {seen:?}");
    assert_eq!(gpu.health(), Ok(()), "no error escaped");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn samples_that_do_not_fit_are_refused() {
    let gpu = Gpu::open(Choice::Any).expect("an adapter");
    let grid = grid(&[6, 5], true);
    let staged = staged("d(a, x) + b", "value", Scheme::default(), &grid).expect("two arrays");
    let tables = Coordinates::<f32>::of_grid(&grid);
    let paddings = Padding::of(&staged, &Slabs::of(&[6, 5]));
    let make = |paddings: &[Option<Padding>]| {
        Evaluator::of_sampled(&gpu, staged.last(), Library::Exact, tables.tables(), &[], paddings)
    };
    assert!(make(&[]).is_err(), "nothing is known of the planes");
    let mut evaluator = make(&paddings).expect("compiles");
    assert_eq!(evaluator.tapped(), [0, 1], "both arrays");
    let mut out = vec![Vec::new()];
    assert!(evaluator.planes(0..6, &mut out).is_err(), "nothing was sent");
    let [a, b] = [paddings[0].expect("read"), paddings[1].expect("read")].map(|p| vec![1.0_f32; p.strides[2] * 2]);
    assert!(evaluator.send_samples(1..3, &[&a]).is_err(), "one plane is missing");
    assert!(evaluator.send_samples(1..3, &[&a, &b[1..]]).is_err(), "a value is missing");
    evaluator.send_samples(1..3, &[&a, &b]).expect("two rows");
    assert!(evaluator.planes(0..12, &mut out).is_err() && evaluator.planes(12..19, &mut out).is_err(), "other rows");
    evaluator.planes(6..18, &mut out).expect("these rows");
    assert_eq!(out[0], [1.0; 12], "the slope of a constant, and 1");
    let again = vec![2.0_f32; b.len()];
    evaluator.send_samples(1..3, &[&a, &again]).expect("the same rows");
    evaluator.planes(6..18, &mut out).expect("evaluated again");
    assert_eq!(out[0], [2.0; 12], "the new samples count");
}

#[test]
fn texts_with_taps_are_valid_and_use_no_built_in_mathematics() {
    let mut tried = 0;
    for (round, quantity) in QUANTITIES.into_iter().cycle().take(5 * QUANTITIES.len()).enumerate() {
        let lens: &[u32] = [&[9][..], &[9, 8], &[5, 6, 7]][round % 3];
        let border: Option<Border> = BORDERS[round % BORDERS.len()].parse().ok();
        let gaps: Gaps = GAPS[round % GAPS.len()].parse().expect("a rule");
        let scheme = Scheme { stencil: STENCILS[round % STENCILS.len()], border, gaps };
        let grid = grid(lens, true);
        let Some(staged) = staged("a*x - smooth(b, 1)", quantity, scheme, &grid) else { continue };
        let lens = grid.axes().iter().map(Axis::len).collect::<Vec<usize>>();
        let layout = layout(staged.last(), &Padding::of(&staged, &Slabs::of(&lens)), &lens).expect("small");
        let shape = Shape::plain(lens.len(), staged.last().outputs().len()).with_samples(layout.clone());
        let wgsl = evaluate::kernel(emit::module(staged.last(), Library::Exact), &shape).wgsl();
        let module =
            naga::front::wgsl::parse_str(&wgsl).unwrap_or_else(|error| panic!("{}", error.emit_to_string(&wgsl)));
        let (flags, capabilities) = (naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty());
        let valid = naga::valid::Validator::new(flags, capabilities).validate(&module);
        assert!(valid.is_ok(), "{quantity}: {}\n{wgsl}", valid.expect_err("not valid").emit_to_string(&wgsl));
        let loads = wgsl.matches("bitcast<Real>(samples[").count();
        assert_eq!(loads, layout.shifts.len(), "one load a tap for {quantity}");
        assert!(wgsl.matches("tap_").count() >= 2 * loads, "each with its shift");
        tried += usize::from(loads > 0);
    }
    assert!(tried > 20, "{tried} texts with taps");
}
