//! What the ring runs for a request: the values of all planes, or the statistics, colour indices or active cells of one.

use crate::engine::{Begun, EngineError, Job, Session, Thresholds};
use crate::field::Samples;
use crate::kernels::contour::Active;
use crate::kernels::range::RangeStats;
use crate::request::RequestError;
use crate::tile::run::Work;
use std::ops::Range;
use std::time::Duration;

/// What is asked of a session, piece by piece.
pub(super) trait Ask {
    /// A buffer for the answer.
    type Answer;
    /// The work that a piece is begun with.
    fn job(&self) -> Job<'_>;
    /// Takes the answer.
    ///
    /// # Errors
    /// What the engine reports.
    fn finish(&mut self, session: &mut Session, begun: Begun, answer: &mut Self::Answer) -> Result<(), EngineError>;
}

/// A session at work on what is asked of it.
pub(super) struct Asked<'a, A> {
    session: &'a mut Session,
    pub(super) ask: A,
    /// How long the kernels ran, where that is known.
    pub(super) kernels: Option<Duration>,
}

impl<'a, A: Ask> Asked<'a, A> {
    pub(super) fn of(session: &'a mut Session, ask: A) -> Self {
        Self { session, ask, kernels: None }
    }
}

impl<A: Ask> Work for Asked<'_, A> {
    type Begun = Begun;
    type Output = A::Answer;
    type Error = RequestError;
    fn depth(&self) -> usize {
        self.session.depth()
    }
    fn begin(&mut self, cells: &Range<usize>) -> Result<Begun, RequestError> {
        Ok(self.session.begin(cells.clone(), self.ask.job())?)
    }
    fn finish(&mut self, begun: Begun, output: &mut A::Answer) -> Result<(), RequestError> {
        self.ask.finish(self.session, begun, output)?;
        if let Some(time) = self.session.kernel_time() {
            self.kernels = Some(self.kernels.unwrap_or_default() + time);
        }
        Ok(())
    }
    fn cancel(&mut self, begun: Begun) {
        // A failure to give up matters to nobody: what made us give up is reported.
        let _ = self.session.cancel(begun);
    }
}

/// The values of all planes.
pub(super) struct Planes;

/// What there is to know about one plane.
pub(super) struct Statistics {
    pub(super) plane: usize,
    pub(super) stats: RangeStats,
}

/// The colour indices of one plane.
pub(super) struct Indices<'a> {
    pub(super) plane: usize,
    pub(super) thresholds: &'a Thresholds,
    /// The width of rows of which the last comes first; else they come as they lie.
    pub(super) turned: Option<usize>,
}

/// The cells of one plane that thresholds cross, in rows of this width.
pub(super) struct ActiveCells<'a> {
    pub(super) plane: usize,
    pub(super) thresholds: &'a Thresholds,
    pub(super) width: usize,
}

impl Ask for Planes {
    type Answer = Samples;
    fn job(&self) -> Job<'_> {
        Job::Planes
    }
    fn finish(&mut self, session: &mut Session, begun: Begun, answer: &mut Samples) -> Result<(), EngineError> {
        session.finish_planes(begun, answer)
    }
}

impl Ask for Statistics {
    type Answer = ();
    fn job(&self) -> Job<'_> {
        Job::Range(self.plane, self.stats.bins)
    }
    fn finish(&mut self, session: &mut Session, begun: Begun, (): &mut ()) -> Result<(), EngineError> {
        session.finish_range(begun, self.plane, &mut self.stats)
    }
}

impl Ask for Indices<'_> {
    type Answer = Vec<u8>;
    fn job(&self) -> Job<'_> {
        Job::Palette(self.plane, self.thresholds)
    }
    fn finish(&mut self, session: &mut Session, begun: Begun, answer: &mut Vec<u8>) -> Result<(), EngineError> {
        session.finish_palette(begun, self.plane, self.thresholds, answer)?;
        if let Some(width) = self.turned {
            turn_over(answer, width);
        }
        Ok(())
    }
}

impl Ask for ActiveCells<'_> {
    type Answer = Vec<Active>;
    fn job(&self) -> Job<'_> {
        Job::Contour(self.plane, self.thresholds, self.width)
    }
    fn finish(&mut self, session: &mut Session, begun: Begun, answer: &mut Vec<Active>) -> Result<(), EngineError> {
        session.finish_contour(begun, (self.plane, self.thresholds, self.width), answer)
    }
}

/// Puts the last row first. Less than two rows stay as they are.
fn turn_over(band: &mut [u8], width: usize) {
    let rows = band.len() / width.max(1);
    for row in 0..rows / 2 {
        let (lower, upper) = band.split_at_mut((rows - 1 - row) * width);
        lower[row * width..(row + 1) * width].swap_with_slice(&mut upper[..width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_turned_over_row_by_row() {
        let mut band = vec![1, 1, 2, 2, 3, 3];
        turn_over(&mut band, 2);
        assert_eq!(band, [3, 3, 2, 2, 1, 1], "whole rows");
        let mut part = vec![1, 2, 3];
        turn_over(&mut part, 5);
        assert_eq!(part, [1, 2, 3], "less than a row");
    }
}
