//! Sampled grids on the CPU engines: the bits of the plain reading, however cells are cut into bands.

use crate::compare;
use crate::expressions::Random;
use gradgrid::engine::{Engine, Session};
use gradgrid::expr::formula::constant;
use gradgrid::field::Samples;
use gradgrid::io::read::Reader;
use gradgrid::io::read::memory::{Element, Memory};
use gradgrid::math::Library;
use gradgrid::method::sampling::Sampler;
use gradgrid::method::scheme::{Border, EdgeOrder, Gaps, Scheme};
use gradgrid::method::{Differentiator, Method};
use gradgrid::program::naive;
use gradgrid::program::staged::Staged;
use gradgrid::{Axis, Formula, Grid, Names, Quantity};
use std::ops::Range;
use std::sync::Arc;

mod gpu;

/// What is computed: a formula of the arrays a and b, a quantity and a method.
const CASES: [(&str, &str, Method); 14] = [
    ("a", "gradient", Method::Exact),
    ("a", "value", Method::Exact),
    ("a", "hessian", Method::Exact),
    ("a*x - b", "gradient", Method::Exact),
    ("if(a > b, a, x)", "magnitude", Method::Exact),
    ("sin(a)*b + y", "gradient", Method::Grid),
    ("d(d(d(a, x), x), x) + a", "value", Method::Exact),
    ("smooth(a*b, 1)", "gradient", Method::Exact),
    ("d(smooth(a, 0.7), x)*y", "value", Method::Exact),
    ("a", "saliency:1", Method::Exact),
    ("a", "mask:gradient", Method::Exact),
    ("ln(a) + laplacian(b)", "mask:value", Method::Exact),
    ("x*y", "laplacian", Method::Grid),
    ("x^2 - y*a", "directional:1,2", Method::Grid),
];

const TERRAIN: [&str; 4] = ["slope", "tri", "roughness", "curvature:profile"];
const STENCILS: [&str; 11] = [
    "central",
    "central4",
    "forward",
    "backward",
    "sobel",
    "scharr",
    "prewitt",
    "gaussian:0.6",
    "gaussian:1.3",
    "horn",
    "zevenbergen-thorne",
];
const BORDERS: [&str; 8] = ["", "one-sided", "one-sided-2", "periodic", "reflect", "nearest", "nodata", "constant:2.5"];
const GAPS: [&str; 3] = ["propagate", "shrink", "fill:-1"];

/// Shapes, x first: lines, images narrower and wider than a block, thin and deep ones, volumes.
const SHAPES: [&[usize]; 12] = [
    &[5],
    &[41],
    &[700],
    &[6, 5],
    &[40, 9],
    &[600, 7],
    &[1, 50],
    &[33, 4],
    &[5, 6, 7],
    &[40, 5, 6],
    &[520, 3, 4],
    &[34, 9, 1],
];

/// A border rule; the scheme's own if there is none of this name.
fn border(name: &str) -> Option<Border> {
    match name {
        "one-sided-2" => Some(Border::OneSided(EdgeOrder::Second)),
        name => name.parse().ok(),
    }
}

struct Work {
    grid: Grid,
    staged: Arc<Staged>,
    parameters: Vec<f64>,
    arrays: Vec<Vec<f64>>,
}

impl Work {
    /// The planes by the plain reading.
    fn plainly(&self) -> Vec<Vec<f64>> {
        naive::evaluate(&self.staged, &self.grid, &self.arrays, &self.parameters)
    }

    fn session<E: Element>(&self, engine: &Engine, memory: usize, convert: impl Fn(f64) -> E) -> Session {
        let shape = self.grid.shape();
        let reader = |values: &Vec<f64>| -> Box<dyn Reader> {
            let values: Vec<E> = values.iter().map(|&value| convert(value)).collect();
            Box::new(Memory::new(&shape, values).expect("one number a cell"))
        };
        let arrays = self.arrays.iter().map(|values| ("a".to_owned(), reader(values))).collect();
        let library = Library::Exact;
        engine.sampled(&self.staged, &self.grid, &self.parameters, arrays, memory, library).expect("it opens")
    }
}

/// A grid over these lengths; uneven if asked for.
fn grid(lens: &[usize], even: bool, random: &mut Random) -> Grid {
    let axes = lens.iter().zip(["x", "y", "z"]).map(|(&len, name)| {
        let mut at = -1.0;
        let nodes: Vec<f64> = (0..len)
            .map(|_| {
                at += if even { 0.25 } else { 0.125 * (1 + random.below(7)) as f64 };
                at
            })
            .collect();
        Axis::from_nodes(name, &nodes).expect("rising")
    });
    Grid::new(axes.collect()).expect("small")
}

/// Some work on a grid of these lengths, if the scheme allows it; `holes` in a thousand cells have no value.
fn work(lens: &[usize], holes: usize, random: &mut Random) -> Option<Work> {
    let scheme = Scheme {
        stencil: random.pick(&STENCILS).parse().expect("a stencil"),
        border: border(random.pick(&BORDERS)),
        gaps: random.pick(&GAPS).parse::<Gaps>().expect("a rule"),
    };
    let case = random.pick(&CASES);
    let case = if random.below(5) == 0 { ("a", random.pick(&TERRAIN), Method::Exact) } else { case };
    let grid = grid(lens, random.below(3) > 0, random);
    let mut value = || match random.below(1000) {
        draw if draw < holes => f64::NAN,
        999 => f64::INFINITY,
        _ => (random.below(1 << 20) as f64 - 5e5) / 1024.0,
    };
    let arrays = (0..2).map(|_| (0..grid.cells()).map(|_| value()).collect()).collect();
    work_of(grid, scheme, case, arrays)
}

fn work_of(grid: Grid, scheme: Scheme, case: (&str, &str, Method), arrays: Vec<Vec<f64>>) -> Option<Work> {
    let (text, quantity, method) = case;
    let axes = grid.axes().len();
    let text = if axes == 1 { text.replace('y', "x") } else { text.to_owned() };
    let names = Names::new(["x", "y", "z"][..axes].to_vec(), [""; 0]);
    let names = names.and_then(|names| names.with_arrays([("a", axes), ("b", axes)])).expect("good names");
    let formula = Formula::with_names(&text, names, Vec::new()).expect("a formula");
    let quantity = Quantity::parse(quantity, formula.variables(), &constant).ok()?;
    let mut g = formula.graph().clone();
    let variables = (0..axes).map(|axis| g.variable(axis)).collect();
    let differentiator = Differentiator::new(method, variables, Vec::new()).with_sampler(Sampler::new(scheme, &grid));
    let planes = quantity.planes(&mut g, formula.root(), formula.variables(), &differentiator).ok()?;
    let staged = Staged::compile(&mut g, &planes, axes, 0, 2, scheme.extension()).expect("small");
    Some(Work { grid, staged: Arc::new(staged), parameters: Vec::new(), arrays })
}

/// Cuts of all cells: forward in pieces of any size, or whole rows from the last to the first.
fn cuts(grid: &Grid, random: &mut Random) -> Vec<Range<usize>> {
    let (width, cells) = (grid.width(), grid.cells());
    if random.below(3) == 0 {
        let step = width * (1 + random.below(3));
        let mut cuts: Vec<Range<usize>> =
            (0..cells).step_by(step).map(|first| first..(first + step).min(cells)).collect();
        cuts.reverse();
        return cuts;
    }
    let (mut cuts, mut first) = (Vec::new(), 0);
    while first < cells {
        let end = (first + 1 + random.below(cells)).min(cells);
        cuts.push(first..end);
        first = end;
    }
    cuts
}

fn doubles(samples: &Samples) -> &[Vec<f64>] {
    match samples {
        Samples::F64(planes) => planes,
        Samples::F32(_) => panic!("the engine is f64"),
    }
}

fn singles(samples: &Samples) -> &[Vec<f32>] {
    match samples {
        Samples::F32(planes) => planes,
        Samples::F64(_) => panic!("the engine is f32"),
    }
}

/// All values, band by band in these cuts.
fn by_bands<T: Copy + 'static>(
    session: &mut Session,
    engine: &Engine,
    work: &Work,
    cuts: &[Range<usize>],
    planes: impl Fn(&Samples) -> &[Vec<T>],
    garbage: T,
) -> Vec<Vec<T>> {
    let count = work.staged.last().outputs().len();
    let mut all = vec![vec![garbage; work.grid.cells()]; count];
    let mut samples = engine.samples(count);
    for cut in cuts {
        session.planes(cut.clone(), &mut samples).expect("memory does not fail");
        for (all, part) in all.iter_mut().zip(planes(&samples)) {
            all[cut.clone()].copy_from_slice(part);
        }
    }
    all
}

fn describe(work: &Work, cuts: &[Range<usize>]) -> String {
    let programs: Vec<String> = work.staged.programs().iter().map(ToString::to_string).collect();
    format!("{:?}, {:?}, cuts {:?}:\n{}", work.grid.shape(), work.staged.extension(), cuts, programs.join("then\n"))
}

#[test]
fn f64_gives_the_bits_of_the_plain_reading() {
    let mut random = Random(0x5a3);
    let (mut done, mut staged) = (0, 0);
    for round in 0..1500 {
        let lens = SHAPES[round % SHAPES.len()];
        let holes = [0, 0, 30, 300][random.below(4)];
        let Some(work) = work(lens, holes, &mut random) else { continue };
        (done, staged) = (done + 1, staged + usize::from(work.staged.programs().len() > 1));
        let want = work.plainly();
        let memory = [0, 1 << 14, usize::MAX][random.below(3)];
        let mut session = work.session(&Engine::F64, memory, |value| value);
        let cuts = cuts(&work.grid, &mut random);
        let got = by_bands(&mut session, &Engine::F64, &work, &cuts, doubles, -7.25);
        let verdict = compare::bits64(&got, &want);
        assert_eq!(verdict, Ok(()), "round {round}, memory {memory}, {}", describe(&work, &cuts));
    }
    assert!(done > 700 && staged > 200, "{done} works, {staged} with stages");
}

#[expect(clippy::cast_possible_truncation, reason = "a file of f32 has no more digits")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[test]
fn f32_gives_the_same_bits_in_every_band() {
    let mut random = Random(0xf32);
    for round in 0..600 {
        let holes = [0, 30][random.below(2)];
        let Some(work) = work(SHAPES[round % SHAPES.len()], holes, &mut random) else { continue };
        let whole = std::iter::once(0..work.grid.cells()).collect::<Vec<_>>();
        let mut session = work.session(&Engine::Cpu, usize::MAX, narrow);
        let want = by_bands(&mut session, &Engine::Cpu, &work, &whole, singles, -7.25);
        for memory in [0, 1 << 13] {
            let cuts = cuts(&work.grid, &mut random);
            // Values of f64 are rounded once, to what the f32 file has.
            let mut session = work.session(&Engine::Cpu, memory, |value| value);
            let got = by_bands(&mut session, &Engine::Cpu, &work, &cuts, singles, -7.25);
            let verdict = compare::bits(&got, &want);
            assert_eq!(verdict, Ok(()), "round {round}, memory {memory}, {}", describe(&work, &cuts));
        }
    }
}

/// Differences, sums and products of small integers, divided by powers of two: no step rounds in either type.
#[test]
fn f32_gives_exact_values_where_nothing_rounds() {
    let mut random = Random(0xe7ac7);
    for round in 0..600 {
        let lens = SHAPES[round % SHAPES.len()];
        let scheme = Scheme {
            stencil: random.pick(&["central", "forward", "backward", "sobel", "scharr"]).parse().expect("a stencil"),
            border: border(random.pick(&BORDERS)),
            gaps: random.pick(&GAPS).parse::<Gaps>().expect("a rule"),
        };
        let case = random.pick(&[("a", "gradient", Method::Exact), ("a*x - b", "gradient", Method::Grid)]);
        let grid = grid(lens, true, &mut random);
        let mut value = || if random.below(50) == 0 { f64::NAN } else { random.below(64) as f64 };
        let arrays = (0..2).map(|_| (0..grid.cells()).map(|_| value()).collect()).collect();
        let Some(work) = work_of(grid, scheme, case, arrays) else { continue };
        let cuts = cuts(&work.grid, &mut random);
        let mut session = work.session(&Engine::Cpu, 0, narrow);
        let got = by_bands(&mut session, &Engine::Cpu, &work, &cuts, singles, -7.25);
        let wide: Vec<Vec<f64>> =
            got.iter().map(|plane| plane.iter().map(|&value| f64::from(value)).collect()).collect();
        assert_eq!(compare::bits64(&wide, &work.plainly()), Ok(()), "round {round}, {}", describe(&work, &cuts));
    }
}

#[test]
fn statistics_colours_and_single_cells_are_those_of_the_values() {
    use gradgrid::kernels::range::RangeStats;
    let mut random = Random(0xc01);
    for round in 0..200 {
        let lens = SHAPES[round % SHAPES.len()];
        let Some(work) = work(lens, 20, &mut random) else { continue };
        let want = work.plainly();
        let mut session = work.session(&Engine::F64, 0, |value| value);
        let plane = random.below(want.len());
        let (mut stats, mut expected) = (RangeStats::default(), RangeStats::default());
        for cut in cuts(&work.grid, &mut random) {
            session.range(cut, plane, &mut stats).expect("memory does not fail");
        }
        expected.add_f64(&want[plane]);
        assert!(stats == expected, "round {round}: {}", describe(&work, &[]));
        let thresholds = session.thresholds(&[-1.0, 0.0, 2.0]).expect("sorted");
        let mut indices = Vec::new();
        for cut in cuts(&work.grid, &mut random) {
            session.palette(cut.clone(), plane, &thresholds, &mut indices).expect("memory does not fail");
            for (&index, &value) in indices.iter().zip(&want[plane][cut]) {
                let level = [-1.0, 0.0, 2.0].iter().filter(|&&threshold| value >= threshold).count();
                let wanted = if value.is_nan() { 0 } else { 1 + level };
                assert_eq!(usize::from(index), wanted, "round {round}: {value}");
            }
        }
    }
}
