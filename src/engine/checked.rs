//! Canaries: a session on the GPU whose results are checked against the CPU, band by band, while they are computed.
//!
//! A driver can fail without a word: a loop cut short, memory that was overwritten, an overheated card. So of every band that the GPU
//! delivers, [`CANARIES`] cells are computed again on the CPU, one at a hash-chosen place in each of as many equal parts of the band (all
//! cells of a smaller band). What is wrong in a share p of the cells, scattered anyhow, is seen with a probability of at
//! least 1 − (1 − p)^512: one cell in a hundred in 99.4 % of the bands, one in ten practically always, a run of more than two parts
//! for certain. With [`Verify::All`] every cell is checked, with [`Verify::Off`] none.
//!
//! **What is compared**, on an adapter that passed the [self-test](super::selftest):
//! - *planes*: all planes of the chosen cells, by bits;
//! - *colour indices*: the index against that of the CPU's value under the same thresholds;
//! - *active cells*: whether a cell is listed, and its corners' classes, against those of the CPU's values;
//! - *range*: the statistics must admit the chosen cells (masked cells as many, values between the extremes, no histogram bin with
//!   fewer cells than were chosen in it), and must add up to the band; with [`Verify::All`] they must equal the CPU's.
//!
//! On an adapter that failed it, a cell is wrong if it is masked on one side only, or if the values differ by more than
//! [`GENEROUS`] of the larger of the CPU's value and the mean of the values chosen; a band is wrong if more than one in
//! [`STRAYS`] of its chosen cells are, because near an edge of the domain and under cancellation honest rounding may do that. Colour
//! indices may be those of any value so near; extremes may be passed by as much; the histogram is not looked at.
//!
//! **What happens.** A wrong band is discarded and computed on the CPU, and the work goes on; the [`Report`] counts it. Nothing is
//! printed here.

mod canaries;
mod cells;
pub(super) mod device;
mod source;
mod twin;

pub use canaries::CANARIES;
pub use device::Device;
pub use source::Source;
pub(super) use twin::Shared;
pub use twin::Twin;

use canaries::{Canaries, Seen, chosen, typical};

use crate::engine::error::EngineError;
use crate::engine::evaluator::{Pending, RING};
use crate::engine::selftest::Agreement;
use crate::gpu::GpuError;
use crate::kernels::key;
use crate::kernels::palette::{self, Lookup, ThresholdError};
use crate::kernels::range::{Bins, RangeStats};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// The relative difference that is forgiven on an adapter that is not bit-exact: far beyond the bound of any sound computation of few
/// steps, 2^−24 each, and far below what broken memory does.
pub const GENEROUS: f32 = 1.0 / 64.0;
/// One in so many cells may be further off there.
pub const STRAYS: usize = 16;
/// Cells that are computed at once when all are checked.
const PIECE: usize = 1 << 16;

/// How much of the GPU's work is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Every cell: as slow as the CPU.
    All,
    /// [`CANARIES`] cells of each band.
    #[default]
    Sample,
    /// Nothing.
    Off,
}

/// No such way to verify.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no `--verify {0}`; there are all, sample and off")]
pub struct UnknownVerify(String);

impl FromStr for Verify {
    type Err = UnknownVerify;
    fn from_str(text: &str) -> Result<Self, UnknownVerify> {
        match text {
            "all" => Ok(Self::All),
            "sample" => Ok(Self::Sample),
            "off" => Ok(Self::Off),
            _ => Err(UnknownVerify(text.to_owned())),
        }
    }
}

impl fmt::Display for Verify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Sample => "sample",
            Self::Off => "off",
        })
    }
}

/// A band that was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was wrong in it: `values`, `range`, `colours` or `cells`.
    pub what: &'static str,
    /// Cells of the band.
    pub cells: Range<usize>,
    /// The first cell that was seen to be wrong; the first of the band if the fault has no place.
    pub first: usize,
    /// Cells that were checked.
    pub checked: usize,
    /// Cells that were wrong.
    pub wrong: usize,
}

/// What the checks have found so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Bands that were checked.
    pub bands: usize,
    /// Cells that were checked.
    pub checked: usize,
    /// Bands that were wrong and were computed again on the CPU.
    pub recomputed: usize,
    /// The first of them.
    pub first: Option<Mismatch>,
}

/// A band that was begun, and the cells it has.
#[derive(Debug)]
#[must_use = "a band in flight keeps its place in the ring"]
pub struct Begun<P = Pending> {
    pending: P,
    cells: Range<usize>,
    canaries: Option<Canaries>,
}

/// A source with its twin on the CPU, and what the comparison found.
#[derive(Debug)]
pub struct Checked<S: Source = Device> {
    source: S,
    twin: Twin,
    agreement: Agreement,
    verify: Verify,
    report: Report,
}

impl<S: Source> Checked<S> {
    /// Checks `source` against `twin`, by bits if the two agree in every bit.
    #[must_use]
    pub fn new(source: S, twin: impl Into<Twin>, agreement: Agreement) -> Self {
        Self { source, twin: twin.into(), agreement, verify: Verify::default(), report: Report::default() }
    }

    /// Checks so much from now on.
    pub fn set_verify(&mut self, verify: Verify) {
        self.verify = verify;
    }

    /// How the results relate to those of the CPU.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The most cells that one call may ask for.
    #[must_use]
    pub fn max_cells(&self) -> usize {
        self.source.max_cells()
    }

    /// How long the kernels of the last band ran, where that is known.
    #[must_use]
    pub fn kernel_time(&self) -> Option<Duration> {
        self.source.kernel_time()
    }

    /// Begins a band whose values are wanted.
    ///
    /// # Errors
    /// What the device reports.
    pub fn begin_planes(&mut self, cells: Range<usize>) -> Result<Begun<S::Pending>, EngineError> {
        let pending = self.source.begin_planes(cells.clone())?;
        self.begun(pending, cells)
    }

    /// Begins a band of which the statistics of plane `plane` are wanted.
    ///
    /// # Errors
    /// What the device reports.
    pub fn begin_range(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        bins: Bins,
    ) -> Result<Begun<S::Pending>, EngineError> {
        let pending = self.source.begin_range(cells.clone(), plane, bins)?;
        self.begun(pending, cells)
    }

    /// Begins a band of which the colour indices of plane `plane` are wanted.
    ///
    /// # Errors
    /// What the device reports, and thresholds that are of no use.
    pub fn begin_palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
    ) -> Result<Begun<S::Pending>, EngineError> {
        let pending = self.source.begin_palette(cells.clone(), plane, thresholds)?;
        self.begun(pending, cells)
    }

    /// Computes the canaries of a band while the device works on it, and while the samples around it are at hand.
    fn begun(&mut self, pending: S::Pending, cells: Range<usize>) -> Result<Begun<S::Pending>, EngineError> {
        let chosen = if self.verify == Verify::Sample { chosen(&cells) } else { Vec::new() };
        self.begun_with(pending, cells, chosen)
    }

    fn begun_with(
        &mut self,
        pending: S::Pending,
        cells: Range<usize>,
        chosen: Vec<usize>,
    ) -> Result<Begun<S::Pending>, EngineError> {
        if chosen.is_empty() {
            return Ok(Begun { pending, cells, canaries: None });
        }
        match self.twin.scattered(&chosen) {
            Ok(want) => Ok(Begun { pending, cells, canaries: Some(Canaries { chosen, want }) }),
            Err(error) => {
                self.source.cancel(pending)?;
                Err(error)
            }
        }
    }

    /// Bytes of the twin's tables, and of the smallest band of its planes.
    #[must_use]
    pub fn fixed_bytes(&self) -> [usize; 2] {
        self.twin.fixed_bytes()
    }

    /// Whether the program reads sampled planes.
    #[must_use]
    pub fn reads_planes(&self) -> bool {
        matches!(self.twin, Twin::Sampled(_))
    }

    /// Bands that may be begun before the first of them is finished: one where all cells are computed again, from samples that must
    /// still be at hand.
    #[must_use]
    pub fn depth(&self) -> usize {
        if self.verify == Verify::All && self.reads_planes() { 1 } else { RING }
    }

    /// Gives up a band.
    ///
    /// # Errors
    /// What the device reports.
    pub fn cancel(&mut self, begun: Begun<S::Pending>) -> Result<(), EngineError> {
        self.source.cancel(begun.pending)
    }

    /// Writes the values of a band into the planes.
    ///
    /// # Errors
    /// What the device reports.
    pub fn finish_planes(&mut self, begun: Begun<S::Pending>, out: &mut [Vec<f32>]) -> Result<(), EngineError> {
        let Begun { pending, cells, canaries } = begun;
        self.source.finish_planes(pending, out)?;
        let mut seen = Seen::default();
        self.examine(&cells, canaries.as_ref(), |chosen, want| {
            let typical: Vec<f32> = want.iter().map(|plane| typical(plane)).collect();
            for (i, &cell) in chosen.iter().enumerate() {
                let right = out.iter().zip(want).zip(&typical).all(|((got, want), &typical)| {
                    let got = got.get(cell - cells.start).copied();
                    got.is_some_and(|got| self.is_right(got, want[i], typical))
                });
                seen.look(cell, right);
            }
        })?;
        if self.condemn("values", &cells, &seen) {
            self.twin.planes(cells, out)?;
        }
        Ok(())
    }

    /// Adds the values of a band in plane `plane` to the statistics, whose bins are those it was begun with.
    ///
    /// # Errors
    /// What the device reports.
    pub fn finish_range(
        &mut self,
        begun: Begun<S::Pending>,
        plane: usize,
        stats: &mut RangeStats,
    ) -> Result<(), EngineError> {
        let Begun { pending, cells, canaries } = begun;
        let mut part = RangeStats::new(stats.bins);
        self.source.finish_range(pending, &mut part)?;
        let exact = self.agreement == Agreement::BitExact;
        if self.verify == Verify::All && exact {
            let mut want = RangeStats::new(stats.bins);
            self.twin.range(cells.clone(), plane, &mut want)?;
            let mut seen = Seen { checked: cells.len(), ..Seen::default() };
            seen.wrong = usize::from(part != want);
            if self.condemn("range", &cells, &seen) {
                part = want;
            }
        } else {
            let seen = self.admits(&cells, canaries.as_ref(), plane, &part, exact)?;
            if self.condemn("range", &cells, &seen) {
                part = RangeStats::new(stats.bins);
                self.twin.range(cells, plane, &mut part)?;
            }
        }
        stats.merge(&part);
        Ok(())
    }

    /// Whether the statistics can be those of a band that has the chosen cells.
    fn admits(
        &self,
        cells: &Range<usize>,
        canaries: Option<&Canaries>,
        plane: usize,
        part: &RangeStats,
        exact: bool,
    ) -> Result<Seen, EngineError> {
        let mut seen = Seen::default();
        let (mut masked, mut bins) = (0, BTreeMap::new());
        self.examine(cells, canaries, |chosen, want| {
            let want = &want[plane];
            let slack = if exact { 0.0 } else { GENEROUS * typical(want) };
            for (&cell, &value) in chosen.iter().zip(want) {
                let right = if value.is_nan() {
                    masked += 1;
                    part.masked >= masked || !exact
                } else {
                    let slack = f64::from(if exact { 0.0 } else { slack.max(GENEROUS * value.abs()) });
                    let count = bins.entry(part.bins.of_key(key::of_f32(value))).or_insert(0_u64);
                    *count += 1;
                    let room = part.histogram[part.bins.of_key(key::of_f32(value))] >= *count || !exact;
                    part.min - slack <= f64::from(value) && f64::from(value) <= part.max + slack && room
                };
                seen.look(cell, right);
            }
        })?;
        let adds_up = part.cells() == cells.len() as u64 && part.histogram.iter().sum::<u64>() == part.finite;
        if seen.checked > 0 && !adds_up {
            // A fault of the whole band.
            seen.wrong = seen.checked;
        }
        Ok(seen)
    }

    /// Writes the colour indices of a band in plane `plane`, by the thresholds it was begun with.
    ///
    /// # Errors
    /// What the device reports, and thresholds that are of no use.
    pub fn finish_palette(
        &mut self,
        begun: Begun<S::Pending>,
        plane: usize,
        thresholds: &[f32],
        out: &mut Vec<u8>,
    ) -> Result<(), EngineError> {
        let Begun { pending, cells, canaries } = begun;
        self.source.finish_palette(pending, out)?;
        let keys = palette::threshold_keys(thresholds).map_err(|error| refused(&error))?;
        let index = |value: f32| palette::index_of(value.to_bits(), &keys);
        let exact = self.agreement == Agreement::BitExact;
        let mut seen = Seen::default();
        self.examine(&cells, canaries.as_ref(), |chosen, want| {
            let want = &want[plane];
            let typical = typical(want);
            for (&cell, &value) in chosen.iter().zip(want) {
                let slack = if exact || value.is_nan() { 0.0 } else { GENEROUS * typical.max(value.abs()) };
                let right = out.get(cell - cells.start);
                let right = right.is_some_and(|got| (index(value - slack)..=index(value + slack)).contains(got));
                seen.look(cell, right);
            }
        })?;
        if self.condemn("colours", &cells, &seen) {
            let lookup = Lookup::new(thresholds).map_err(|error| refused(&error))?;
            self.twin.palette(cells, plane, &lookup, out)?;
        }
        Ok(())
    }

    /// Whether a value of the GPU may stand for that of the CPU.
    fn is_right(&self, got: f32, want: f32, typical: f32) -> bool {
        let near = || (got - want).abs() <= GENEROUS * typical.max(want.abs());
        got.to_bits() == want.to_bits() || (self.agreement != Agreement::BitExact && near())
    }

    /// Hands the numbers of the chosen cells and their values on the CPU to `look`, once or piece by piece.
    fn examine(
        &self,
        cells: &Range<usize>,
        canaries: Option<&Canaries>,
        mut look: impl FnMut(&[usize], &[Vec<f32>]),
    ) -> Result<(), EngineError> {
        if let Some(Canaries { chosen, want }) = canaries {
            look(chosen, want);
        } else if self.verify == Verify::All {
            let mut want = vec![Vec::new(); self.twin.planes_count()];
            for first in cells.clone().step_by(PIECE) {
                let piece = first..(first + PIECE).min(cells.end);
                self.twin.planes(piece.clone(), &mut want)?;
                look(&piece.collect::<Vec<usize>>(), &want);
            }
        }
        Ok(())
    }

    /// Counts a band that was looked at, and says whether it is to be discarded.
    fn condemn(&mut self, what: &'static str, cells: &Range<usize>, seen: &Seen) -> bool {
        if seen.checked == 0 {
            return false;
        }
        self.report.bands += 1;
        self.report.checked += seen.checked;
        let allowed = if self.agreement != Agreement::BitExact { seen.checked / STRAYS } else { 0 };
        let wrong = seen.wrong > allowed;
        if wrong {
            self.report.recomputed += 1;
            self.report.first.get_or_insert_with(|| Mismatch {
                what,
                cells: cells.clone(),
                first: seen.first.unwrap_or(cells.start),
                checked: seen.checked,
                wrong: seen.wrong,
            });
        }
        wrong
    }
}

fn refused(error: &ThresholdError) -> EngineError {
    GpuError::Refused { what: "thresholds".into(), message: error.to_string() }.into()
}

#[cfg(test)]
mod tests;
