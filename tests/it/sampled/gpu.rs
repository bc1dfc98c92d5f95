//! Sampled grids on the GPU engines: the bytes of the CPU's, however cells are cut into bands and however many are under way.

use super::*;
use gradgrid::Request;
use gradgrid::engine::{Begun, EngineChoice, Job, Verify};
use gradgrid::kernels::range::RangeStats;
use std::collections::VecDeque;

/// Works of each test: compiling takes most of the time.
const ROUNDS: usize = 40;

fn open(choice: EngineChoice) -> Engine {
    let grid = Grid::plane((0.0, 1.0, 2), (0.0, 1.0, 2)).expect("valid");
    Engine::open(choice, &grid).expect("an adapter")
}

/// The values of the `cpu` engine, all at once.
fn on_the_cpu(work: &Work) -> Vec<Vec<f32>> {
    let mut session = work.session(&Engine::Cpu, usize::MAX, narrow);
    let whole = std::iter::once(0..work.grid.cells()).collect::<Vec<_>>();
    by_bands(&mut session, &Engine::Cpu, work, &whole, singles, -7.25)
}

/// The works of a test.
fn works(seed: u64) -> impl Iterator<Item = (usize, Work, Random)> {
    let mut random = Random(seed);
    let next = move |round: usize| {
        let holes = [0, 30, 300][random.below(3)];
        let work = work(SHAPES[round % SHAPES.len()], holes, &mut random)?;
        Some((round, work, Random(seed + 1000 * round as u64)))
    };
    (0..).filter_map(next).take(ROUNDS)
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn the_gpu_gives_the_bytes_of_the_cpu_and_its_canaries_agree() {
    let gpu = open(EngineChoice::Gpu);
    for (round, work, mut random) in works(0x6b0) {
        let want = on_the_cpu(&work);
        let memory = [0, 1 << 14, usize::MAX][random.below(3)];
        let mut session = work.session(&gpu, memory, narrow);
        let verify = [Verify::Sample, Verify::All][round % 2];
        session.set_verify(verify);
        let cuts = cuts(&work.grid, &mut random);
        let got = by_bands(&mut session, &gpu, &work, &cuts, singles, -7.25);
        let what = format!("round {round}, memory {memory}, {}", describe(&work, &cuts));
        assert_eq!(compare::bits(&got, &want), Ok(()), "{what}");
        let report = session.report();
        assert_eq!((report.bands, report.recomputed), (cuts.len(), 0), "{:?}: {what}", report.first);
        let checked = if verify == Verify::All { work.grid.cells() } else { 1 };
        assert!(report.checked >= checked, "{} cells checked: {what}", report.checked);
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn bands_under_way_keep_the_samples_they_were_begun_with() {
    let gpu = open(EngineChoice::Gpu);
    for (round, work, mut random) in works(0x6b1) {
        let want = on_the_cpu(&work);
        let mut session = work.session(&gpu, 0, narrow);
        let plane = random.below(want.len());
        let thresholds = session.thresholds(&[-1.0, 0.0, 2.0]).expect("sorted");
        let width = work.grid.width().max(1 + work.grid.cells() / 7);
        let cuts: Vec<Range<usize>> =
            (0..work.grid.cells()).step_by(width).map(|first| first..(first + width).min(work.grid.cells())).collect();
        let (mut stats, mut expected) = (RangeStats::default(), RangeStats::default());
        expected.add_f32(&want[plane]);
        let mut ring: VecDeque<(Range<usize>, Begun)> = VecDeque::new();
        let depth = session.depth();
        assert!(depth > 1, "several at a time");
        let mut indices = Vec::new();
        let mut left = cuts.iter();
        loop {
            while ring.len() < depth
                && let Some(cut) = left.next()
            {
                // Colours and statistics turn by turn.
                let job = if cut.start / width % 2 == 0 {
                    Job::Palette(plane, &thresholds)
                } else {
                    Job::Range(plane, stats.bins)
                };
                ring.push_back((cut.clone(), session.begin(cut.clone(), job).expect("memory does not fail")));
            }
            let Some((cut, begun)) = ring.pop_front() else { break };
            if cut.start / width % 2 == 0 {
                session.finish_palette(begun, plane, &thresholds, &mut indices).expect("it works");
                let coloured = want[plane][cut.clone()].iter().map(|value| match value {
                    value if value.is_nan() => 0,
                    value => 1 + [-1.0, 0.0, 2.0].iter().filter(|&threshold| value >= threshold).count(),
                });
                let same = indices.iter().map(|&index| usize::from(index)).eq(coloured);
                assert!(same, "round {round}, cells {cut:?}, {}", describe(&work, &cuts));
                session.range(cut, plane, &mut stats).expect("it works");
            } else {
                session.finish_range(begun, plane, &mut stats).expect("it works");
            }
        }
        assert!(stats == expected, "round {round}: {}", describe(&work, &cuts));
        assert_eq!(session.report().recomputed, 0, "round {round}: {}", describe(&work, &cuts));
    }
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn in_double_precision_sums_and_products_have_the_bits_of_the_reference() {
    let Ok(gpu) = Engine::open(EngineChoice::Gpu64, &Grid::plane((0.0, 1.0, 2), (0.0, 1.0, 2)).expect("valid")) else {
        return println!("no 64-bit floats here");
    };
    let mut random = Random(0x64);
    let mut done = 0;
    for round in 0..60 {
        let scheme = Scheme {
            stencil: random.pick(&["central", "central4", "sobel", "scharr"]).parse().expect("a stencil"),
            border: border(random.pick(&BORDERS)),
            gaps: random.pick(&GAPS).parse::<Gaps>().expect("a rule"),
        };
        let case = random.pick(&[("a*x - b", "gradient", Method::Exact), ("a*b", "laplacian", Method::Grid)]);
        let grid = grid(SHAPES[round % SHAPES.len()], true, &mut random);
        let mut value = || if random.below(50) == 0 { f64::NAN } else { random.below(1 << 30) as f64 / 3.0 };
        let arrays = (0..2).map(|_| (0..grid.cells()).map(|_| value()).collect()).collect();
        let Some(work) = work_of(grid, scheme, case, arrays) else { continue };
        let cuts = cuts(&work.grid, &mut random);
        let mut session = work.session(&gpu, 0, |value| value);
        let got = by_bands(&mut session, &gpu, &work, &cuts, doubles, -7.25);
        assert_eq!(compare::bits64(&got, &work.plainly()), Ok(()), "round {round}, {}", describe(&work, &cuts));
        done += 1;
    }
    assert!(done > 20, "{done} works");
}

#[test]
#[ignore = "needs a GPU adapter; tests/run runs it"]
fn requests_with_arrays_run_on_the_gpu() {
    let (width, rows) = (300_u32, 200_u32);
    let mut random = Random(0x4e9);
    let values: Vec<f32> = (0..width * rows).map(|_| narrow(random.below(1 << 16) as f64) / 7.0).collect();
    let grid = Grid::plane((0.0, 1.0, width as usize), (0.0, 2.0, rows as usize)).expect("valid");
    let names = Names::new(["x", "y"], [""; 0]).and_then(|names| names.with_arrays([("a", 2)])).expect("good names");
    let formula = Formula::with_names("a*x + smooth(a, 1)", names, Vec::new()).expect("a formula");
    let field = |choice, memory| {
        let reader = Memory::new(&[rows as usize, width as usize], values.clone()).expect("one number a cell");
        let request = Request::new(&formula, &grid).engine(choice).memory(memory);
        let mut prepared = request.prepare_with(vec![Box::new(reader)]).expect("it fits");
        assert_eq!(matches!(prepared.engine(), Engine::Gpu(_)), choice == EngineChoice::Gpu, "{choice:?}");
        let mut planes = vec![Vec::new(); prepared.program().outputs().len()];
        let sink = |samples: &Samples| {
            planes.iter_mut().zip(singles(samples)).for_each(|(plane, part)| plane.extend_from_slice(part));
            Ok::<(), gradgrid::request::RequestError>(())
        };
        prepared.bands(&mut gradgrid::Silent, sink).expect("it works");
        planes
    };
    let want = field(EngineChoice::Cpu, 1 << 28);
    for memory in [1 << 28, 1 << 20, 1 << 16] {
        assert_eq!(compare::bits(&field(EngineChoice::Gpu, memory), &want), Ok(()), "memory {memory}");
    }
}
