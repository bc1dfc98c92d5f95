//! Canaries against a source that fails: what must be seen is seen, what is right is left alone.

use super::*;
use crate::engine::arrays::Arrays;
use crate::engine::cpu::CpuSession;
use crate::engine::sampled::SampledSession;
use crate::expr::graph::Graph;
use crate::expr::op::Op;
use crate::io::read::Reader;
use crate::io::read::memory::Memory;
use crate::kernels::contour::{self, Active, Sampling};
use crate::math::samples::Random;
use crate::program::interpret::Coordinates;
use crate::program::layer::Slabs;
use crate::program::staged::{Extension, Staged};
use crate::program::{Plane, Program};
use std::sync::{Arc, Mutex};

/// How a band is spoilt: value after value of a plane, with the cell's number.
type Spoil = fn(cell: usize, value: f32) -> f32;

/// The CPU as a GPU that spoils what it delivers.
#[derive(Debug)]
struct Faulty {
    session: Twin,
    spoil: Option<Spoil>,
}

const LENS: [u32; 2] = [300, 200];
const CELLS: usize = 60_000;

fn session() -> CpuSession<f32> {
    let mut g = Graph::new();
    let (x, y) = (g.variable(0), g.variable(1));
    let product = g.mul(x, y);
    let root = g.apply(Op::Sqrt, &[product]);
    let outputs = [("f".to_owned(), root), ("g".to_owned(), product)];
    let program = Program::compile(&mut g, product, &outputs, 2, 0).expect("small");
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let table = |len: u32| (0..len).map(|i| (i as f32 - 50.0) * 0.125).collect();
    CpuSession::new(&program, Coordinates::product(LENS.map(table).to_vec()), &[])
}

/// √(a·b) and a·b of an array: a is the cell, b its neighbour to the right; in little memory.
fn sampled() -> Shared {
    let mut g = Graph::new();
    let array = g.array(0, 2);
    let (here, right) = (g.tap(array, [0; 3]), g.tap(array, [1, 0, 0]));
    let product = g.mul(here, right);
    let root = g.apply(Op::Sqrt, &[product]);
    let planes = [("f", root), ("g", product)].map(|(name, value)| Plane::of(&mut g, product, name, value));
    let staged = Staged::compile(&mut g, &planes, 2, 0, 1, Extension::Nearest).expect("small");
    let lens = LENS.map(|len| len as usize);
    let values: Vec<f32> = (0..CELLS).map(|cell| f32::from(u8::try_from(cell * 37 % 251).expect("small"))).collect();
    let reader = Memory::new(&[lens[1], lens[0]], values).expect("one number a cell");
    let arrays = Arrays::new(Slabs::of(&lens), vec![("a".to_owned(), Box::new(reader) as Box<dyn Reader>)]);
    let coordinates = Coordinates::product(lens.map(|len| vec![0.0; len]).to_vec());
    Arc::new(Mutex::new(SampledSession::new(&Arc::new(staged), &coordinates, &[], arrays, 1 << 14)))
}

fn checked(spoil: Option<Spoil>, agreement: Agreement, verify: Verify) -> Checked<Faulty> {
    let mut checked = Checked::new(Faulty { session: session().into(), spoil }, session(), agreement);
    checked.set_verify(verify);
    checked
}

impl Faulty {
    fn values(&mut self, cells: Range<usize>, out: &mut [Vec<f32>]) {
        self.session.planes(cells.clone(), out).expect("memory does not fail");
        if let Some(spoil) = self.spoil {
            out.iter_mut().for_each(|plane| cells.clone().zip(plane).for_each(|(cell, v)| *v = spoil(cell, *v)));
        }
    }
}

/// What was asked for: the cells, and a plane, and thresholds.
type Asked = (Range<usize>, usize, Vec<f32>);

impl Source for Faulty {
    type Pending = Asked;
    fn max_cells(&self) -> usize {
        usize::MAX
    }
    fn begin_planes(&mut self, cells: Range<usize>) -> Result<Asked, EngineError> {
        Ok((cells, 0, Vec::new()))
    }
    fn begin_range(&mut self, cells: Range<usize>, plane: usize, _: Bins) -> Result<Asked, EngineError> {
        Ok((cells, plane, Vec::new()))
    }
    fn begin_palette(&mut self, cells: Range<usize>, plane: usize, thresholds: &[f32]) -> Result<Asked, EngineError> {
        Ok((cells, plane, thresholds.to_vec()))
    }
    fn begin_contour(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
        _: usize,
    ) -> Result<Asked, EngineError> {
        Ok((cells, plane, thresholds.to_vec()))
    }
    fn finish_planes(&mut self, (cells, ..): Asked, out: &mut [Vec<f32>]) -> Result<(), EngineError> {
        self.values(cells, out);
        Ok(())
    }
    fn finish_range(&mut self, (cells, plane, _): Asked, stats: &mut RangeStats) -> Result<(), EngineError> {
        let mut planes = vec![Vec::new(); 2];
        self.values(cells, &mut planes);
        stats.add_f32(&planes[plane]);
        Ok(())
    }
    fn finish_palette(&mut self, (cells, plane, t): Asked, out: &mut Vec<u8>) -> Result<(), EngineError> {
        let mut planes = vec![Vec::new(); 2];
        out.resize(cells.len(), 0);
        self.values(cells, &mut planes);
        palette::palette(&planes[plane], &palette::threshold_keys(&t).expect("sorted"), out);
        Ok(())
    }
    fn finish_contour(&mut self, asked: Asked, out: &mut Vec<Active>) -> Result<Option<Vec<u32>>, EngineError> {
        let (mut classes, band) = (Vec::new(), asked.0.clone());
        self.finish_palette(asked, &mut classes)?;
        let start = out.len();
        contour::compact(&classes, LENS[0] as usize, out);
        // More than one cell in eight do not fit.
        if 8 * (out.len() - start) > classes.len() {
            out.truncate(start);
            return Ok(None);
        }
        let word = |place: usize| u32::from(classes[place]);
        Ok(Some(Sampling::of(&band).places(band.len()).map(word).collect()))
    }
    fn cancel(&mut self, _: Asked) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Bands begun and finished at once.
trait AtOnce {
    fn planes(&mut self, cells: Range<usize>, out: &mut [Vec<f32>]) -> Result<(), EngineError>;
    fn range(&mut self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError>;
    fn palette(&mut self, cells: Range<usize>, plane: usize, t: &[f32], out: &mut Vec<u8>) -> Result<(), EngineError>;
}

impl AtOnce for Checked<Faulty> {
    fn planes(&mut self, cells: Range<usize>, out: &mut [Vec<f32>]) -> Result<(), EngineError> {
        let begun = self.begin_planes(cells)?;
        self.finish_planes(begun, out)
    }
    fn range(&mut self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError> {
        let begun = self.begin_range(cells, plane, stats.bins)?;
        self.finish_range(begun, plane, stats)
    }
    fn palette(&mut self, cells: Range<usize>, plane: usize, t: &[f32], out: &mut Vec<u8>) -> Result<(), EngineError> {
        let begun = self.begin_palette(cells, plane, t)?;
        self.finish_palette(begun, plane, t, out)
    }
}

/// Everything that a session can be asked for, over one band.
fn results(source: &mut Checked<Faulty>, cells: Range<usize>) -> (Vec<Vec<u32>>, RangeStats, Vec<u8>) {
    let mut planes = vec![Vec::new(); 2];
    source.planes(cells.clone(), &mut planes).expect("no device fails here");
    let mut stats = RangeStats::default();
    source.range(cells.clone(), 0, &mut stats).expect("no device fails here");
    let thresholds: Vec<f32> = (0..40_u8).map(f32::from).collect();
    let mut indices = Vec::new();
    source.palette(cells, 0, &thresholds, &mut indices).expect("no device fails here");
    (planes.iter().map(|plane| plane.iter().map(|value| value.to_bits()).collect()).collect(), stats, indices)
}

#[test]
fn a_clean_run_never_warns() {
    for agreement in [Agreement::BitExact, Agreement::WithinBound] {
        for verify in [Verify::Sample, Verify::All] {
            let mut source = checked(None, agreement, verify);
            for band in (0..CELLS).step_by(7_001) {
                results(&mut source, band..(band + 7_001).min(CELLS));
            }
            let report = source.report();
            assert_eq!((report.bands, report.recomputed), (27, 0), "{agreement} {verify}: {report:?}");
            let least = if verify == Verify::All { 3 * CELLS } else { 3 * 9 * CANARIES };
            assert_eq!(report.checked, least, "{agreement} {verify}");
        }
    }
}

#[test]
fn a_spoilt_band_is_seen_and_computed_again() {
    let right = results(&mut checked(None, Agreement::BitExact, Verify::Off), 5..CELLS);
    let spoils: [(&str, Spoil); 4] = [
        ("zeros", |_, _| 0.0),
        ("everything masked", |_, _| f32::NAN),
        ("a stale neighbour", |_, v| v * 1.5 + 1.0),
        ("the second half lost", |cell, v| if cell < CELLS / 2 { v } else { -1.0 }),
    ];
    for (name, spoil) in spoils {
        for agreement in [Agreement::BitExact, Agreement::WithinBound] {
            for verify in [Verify::Sample, Verify::All] {
                let mut source = checked(Some(spoil), agreement, verify);
                let got = results(&mut source, 5..CELLS);
                // Statistics alone cannot tell everything where bits are not promised; extremes that are passed, they do.
                let told = agreement == Agreement::BitExact || name != "a stale neighbour";
                assert!((got.0 == right.0) & (got.2 == right.2), "{name}, {agreement}, {verify}: the right bytes");
                assert_eq!(got.1 == right.1, told, "{name}, {agreement}, {verify}: the range");
                let report = source.report();
                let first = report.first.clone().expect("something was wrong");
                assert_eq!((report.bands, first.what), (3, "values"), "{name}, {agreement}, {verify}: {report:?}");
                assert_eq!(report.recomputed, 2 + usize::from(told), "{name}, {agreement}, {verify}: {report:?}");
                assert!(first.wrong <= first.checked && first.cells.contains(&first.first), "{first:?}");
            }
        }
    }
}

/// The active cells of whole rows by these thresholds.
fn cells_of(source: &mut Checked<Faulty>, rows: Range<usize>, thresholds: &[f32]) -> Vec<Active> {
    let (width, mut out) = (LENS[0] as usize, Vec::new());
    let begun = source.begin_contour(rows.start * width..rows.end * width, 0, thresholds, width).expect("no device");
    source.finish_contour(begun, (0, thresholds, width), &mut out).expect("no device fails here");
    out
}

#[test]
fn spoilt_cells_are_seen_and_found_again() {
    // Of few levels the cells are listed; of many they do not fit.
    let few: Vec<f32> = (0..3_u8).map(|k| f32::from(5 * k)).collect();
    let many: Vec<f32> = (0..200_u8).map(|k| f32::from(k) * 0.25).collect();
    let spoils: [(&str, Spoil); 3] = [
        ("zeros", |_, _| 0.0),
        ("everything masked", |_, _| f32::NAN),
        ("a step to the right", |cell, v| if cell % 300 < 150 { v } else { v + 7.0 }),
    ];
    for (thresholds, fits) in [(few, true), (many, false)] {
        let right = cells_of(&mut checked(None, Agreement::BitExact, Verify::Off), 3..150, &thresholds);
        assert_eq!(8 * right.len() <= 147 * 300, fits, "{} cells", right.len());
        for agreement in [Agreement::BitExact, Agreement::WithinBound] {
            for verify in [Verify::Sample, Verify::All] {
                let mut clean = checked(None, agreement, verify);
                assert!(cells_of(&mut clean, 3..150, &thresholds) == right, "{agreement}, {verify}: clean");
                assert_eq!((clean.report().bands, clean.report().recomputed), (1, 0), "{agreement}, {verify}");
                for (name, spoil) in spoils {
                    let mut source = checked(Some(spoil), agreement, verify);
                    let got = cells_of(&mut source, 3..150, &thresholds);
                    let report = source.report();
                    assert_eq!(report.recomputed, 1, "{name}, {agreement}, {verify}, {fits}: {report:?}");
                    assert!(got == right, "{name}, {agreement}, {verify}: the right cells");
                }
            }
        }
    }
    let mut off = checked(Some(|_, _| 0.0), Agreement::BitExact, Verify::Off);
    assert_eq!(cells_of(&mut off, 3..150, &[1.0]), [], "off lets everything pass");
}

#[test]
fn spoilt_bands_of_samples_are_seen_after_the_window_has_moved_on() {
    const BAND: usize = 9_001;
    let mut right = vec![Vec::new(); 2];
    Twin::from(sampled()).planes(0..CELLS, &mut right).expect("memory does not fail");
    let spoil: Spoil = |cell, value| if cell / BAND == 2 { -value } else { value };
    for verify in [Verify::Sample, Verify::All] {
        let faulty = Faulty { session: sampled().into(), spoil: Some(spoil) };
        let mut source = Checked::new(faulty, sampled(), Agreement::BitExact);
        source.set_verify(verify);
        assert_eq!(source.depth(), if verify == Verify::All { 1 } else { RING }, "{verify}: bands under way");
        let bands: Vec<Range<usize>> = (0..CELLS).step_by(BAND).map(|first| first..(first + BAND).min(CELLS)).collect();
        let (mut got, mut planes) = (vec![Vec::new(); 2], vec![Vec::new(); 2]);
        for group in bands.chunks(source.depth()) {
            let begun: Vec<_> = group.iter().map(|band| source.begin_planes(band.clone()).expect("begun")).collect();
            for begun in begun {
                source.finish_planes(begun, &mut planes).expect("memory does not fail");
                got.iter_mut().zip(&planes).for_each(|(all, part): (&mut Vec<f32>, _)| all.extend_from_slice(part));
            }
        }
        assert!(got == right, "{verify}: the right values");
        let report = source.report();
        assert_eq!((report.bands, report.recomputed), (bands.len(), 1), "{verify}: {report:?}");
        assert_eq!(report.first.as_ref().map(|first| first.cells.clone()), Some(bands[2].clone()), "{verify}");
    }
}

#[test]
fn one_ulp_counts_where_bits_are_promised() {
    let spoil: Spoil = |_, v| if v.is_nan() { v } else { v.next_up() };
    let mut exact = checked(Some(spoil), Agreement::BitExact, Verify::Sample);
    let mut planes = vec![Vec::new(); 2];
    exact.planes(0..CELLS, &mut planes).expect("no device fails here");
    assert_eq!(exact.report().recomputed, 1, "seen");
    let mut bound = checked(Some(spoil), Agreement::WithinBound, Verify::Sample);
    bound.planes(0..CELLS, &mut planes).expect("no device fails here");
    assert_eq!(bound.report().recomputed, 0, "forgiven");
    let mut stats = RangeStats::default();
    let mut all = checked(Some(spoil), Agreement::BitExact, Verify::All);
    all.range(0..CELLS, 1, &mut stats).expect("no device fails here");
    assert_eq!(all.report().recomputed, 1, "a range of which every cell is checked");
}

#[test]
fn off_lets_everything_pass() {
    let mut source = checked(Some(|_, _| 0.0), Agreement::BitExact, Verify::Off);
    let (planes, _, _) = results(&mut source, 0..CELLS);
    assert!(planes[0].iter().all(|&bits| bits == 0), "the spoilt values");
    assert_eq!(source.report(), &Report::default(), "nothing was looked at");
}

#[test]
fn scattered_faults_are_seen_as_often_as_promised() {
    // One cell in a thousand, at random but fixed places.
    let spoil: Spoil = |cell, v| if Random(cell as u64).bits().is_multiple_of(1_000) { 0.125 } else { v };
    let (trials, band) = (200_usize, 6_000);
    let mut seen = 0.0_f64;
    for trial in 0..trials {
        let mut source = checked(Some(spoil), Agreement::BitExact, Verify::Sample);
        let first = trial * (CELLS - band) / trials;
        source.planes(first..first + band, &mut vec![Vec::new(); 2]).expect("no device fails here");
        seen += if source.report().recomputed > 0 { 1.0 } else { 0.0 };
    }
    let trials = f64::from(u32::try_from(trials).expect("few"));
    let chance = 1.0 - (1.0 - 1e-3_f64).powf(512.0);
    // The trials overlap tenfold, so their spread is up to √10 that of independent ones; four deviations of that.
    let spread = 4.0 * (10.0 * chance * (1.0 - chance) / trials).sqrt();
    let rate = seen / trials;
    assert!((rate - chance).abs() < spread, "seen in {rate} of the bands, expected {chance} ± {spread}");
}

#[test]
fn chosen_cells_are_spread_distinct_and_differ_from_band_to_band() {
    for cells in [0..1, 3..515, 0..513, 7..100_000, 1 << 40..(1 << 40) + 4_000_003] {
        let chosen = chosen(&cells);
        assert_eq!(chosen.len(), cells.len().min(CANARIES), "{cells:?}");
        assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]), "{cells:?}: rising");
        assert!(chosen.iter().all(|cell| cells.contains(cell)), "{cells:?}: inside");
    }
    let offsets = |start: usize| chosen(&(start..start + 51_200)).iter().map(|cell| cell - start).collect::<Vec<_>>();
    assert_ne!(offsets(0), offsets(51_200), "other places in the next band");
    assert_eq!(offsets(0), offsets(0), "the same places each time");
}
