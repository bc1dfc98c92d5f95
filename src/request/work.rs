//! What the ring runs for a request: the values of all planes, or the statistics or colour indices of one.

use crate::engine::{Begun, Job, Session, Thresholds};
use crate::field::Samples;
use crate::kernels::contour::Active;
use crate::kernels::range::RangeStats;
use crate::request::RequestError;
use crate::tile::run::Work;
use std::ops::Range;
use std::time::Duration;

/// The values of all planes.
pub(super) struct Planes<'a>(pub(super) &'a mut Session, pub(super) Clock);

/// What there is to know about one plane.
pub(super) struct Statistics<'a>(pub(super) &'a mut Session, pub(super) Clock, pub(super) usize, pub(super) RangeStats);

/// The colour indices of one plane, in rows of this width, the last row first, or as they lie.
pub(super) struct Indices<'a>(
    pub(super) &'a mut Session,
    pub(super) Clock,
    pub(super) usize,
    pub(super) &'a Thresholds,
    pub(super) Option<usize>,
);

/// The cells of one plane that thresholds cross, in rows of this width.
pub(super) struct ActiveCells<'a>(
    pub(super) &'a mut Session,
    pub(super) Clock,
    pub(super) usize,
    pub(super) &'a Thresholds,
    pub(super) usize,
);

/// Adds up the times of kernels.
#[derive(Debug, Default)]
pub(super) struct Clock(pub(super) Option<Duration>);

impl Clock {
    fn note(&mut self, session: &Session) {
        if let Some(time) = session.kernel_time() {
            self.0 = Some(self.0.unwrap_or_default() + time);
        }
    }
}

impl Work for Planes<'_> {
    type Begun = Begun;
    type Output = Samples;
    type Error = RequestError;
    fn depth(&self) -> usize {
        self.0.depth()
    }
    fn begin(&mut self, cells: &Range<usize>) -> Result<Begun, RequestError> {
        Ok(self.0.begin(cells.clone(), Job::Planes)?)
    }
    fn finish(&mut self, begun: Begun, output: &mut Samples) -> Result<(), RequestError> {
        self.0.finish_planes(begun, output)?;
        self.1.note(self.0);
        Ok(())
    }
    fn cancel(&mut self, begun: Begun) {
        cancel(self.0, begun);
    }
}

impl Work for Statistics<'_> {
    type Begun = Begun;
    type Output = ();
    type Error = RequestError;
    fn depth(&self) -> usize {
        self.0.depth()
    }
    fn begin(&mut self, cells: &Range<usize>) -> Result<Begun, RequestError> {
        Ok(self.0.begin(cells.clone(), Job::Range(self.2, self.3.bins))?)
    }
    fn finish(&mut self, begun: Begun, (): &mut ()) -> Result<(), RequestError> {
        self.0.finish_range(begun, self.2, &mut self.3)?;
        self.1.note(self.0);
        Ok(())
    }
    fn cancel(&mut self, begun: Begun) {
        cancel(self.0, begun);
    }
}

impl Work for Indices<'_> {
    type Begun = Begun;
    type Output = Vec<u8>;
    type Error = RequestError;
    fn depth(&self) -> usize {
        self.0.depth()
    }
    fn begin(&mut self, cells: &Range<usize>) -> Result<Begun, RequestError> {
        Ok(self.0.begin(cells.clone(), Job::Palette(self.2, self.3))?)
    }
    fn finish(&mut self, begun: Begun, output: &mut Vec<u8>) -> Result<(), RequestError> {
        self.0.finish_palette(begun, self.2, self.3, output)?;
        self.1.note(self.0);
        if let Some(width) = self.4 {
            turn_over(output, width);
        }
        Ok(())
    }
    fn cancel(&mut self, begun: Begun) {
        cancel(self.0, begun);
    }
}

impl Work for ActiveCells<'_> {
    type Begun = Begun;
    type Output = Vec<Active>;
    type Error = RequestError;
    fn depth(&self) -> usize {
        self.0.depth()
    }
    fn begin(&mut self, cells: &Range<usize>) -> Result<Begun, RequestError> {
        Ok(self.0.begin(cells.clone(), Job::Contour(self.2, self.3, self.4))?)
    }
    fn finish(&mut self, begun: Begun, output: &mut Vec<Active>) -> Result<(), RequestError> {
        self.0.finish_contour(begun, (self.2, self.3, self.4), output)?;
        self.1.note(self.0);
        Ok(())
    }
    fn cancel(&mut self, begun: Begun) {
        cancel(self.0, begun);
    }
}

/// A failure to give up matters to nobody: what made us give up is reported.
fn cancel(session: &mut Session, begun: Begun) {
    let _ = session.cancel(begun);
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
