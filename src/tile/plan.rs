//! The plan of bands: how many cells fit the memory budget and the engine's limits, aligned so that engines like them.

use std::ops::Range;

/// The memory that band buffers may take, unless the user says otherwise.
pub const DEFAULT_BUDGET: usize = 256 << 20;

/// The most cells of one band whatever the budget: larger ones are no faster, and smaller ones keep progress and Ctrl-C lively.
const LARGEST: usize = 1 << 22;

/// Bands start at multiples of this, so that no engine sees a ragged beginning.
const ALIGNMENT: usize = 256;

/// A cut of `cells` cells into bands of `band` cells; the last one may be shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    /// All cells.
    pub cells: usize,
    /// Cells of a full band.
    pub band: usize,
}

impl Bands {
    /// Bands of as many cells as `budget` bytes hold at `bytes_per_cell`, and at most `limit`.
    ///
    /// At least 256 cells are taken even where the budget is smaller.
    #[must_use]
    pub fn new(cells: usize, bytes_per_cell: usize, budget: usize, limit: usize) -> Self {
        let band = (budget / bytes_per_cell.max(1)).min(limit).min(LARGEST);
        Self { cells, band: (band / ALIGNMENT * ALIGNMENT).max(ALIGNMENT) }
    }

    /// The bands in order.
    pub fn iter(self) -> impl Iterator<Item = Range<usize>> {
        (0..self.cells).step_by(self.band).map(move |first| first..(first + self.band).min(self.cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_every_cell_once() {
        for (cells, budget, limit) in [(1, 1, 1), (1_000_003, 1 << 16, usize::MAX), (513, usize::MAX, 300)] {
            let bands = Bands::new(cells, 8, budget, limit);
            let mut next = 0;
            for band in bands.iter() {
                assert_eq!(band.start, next, "no gap and no overlap");
                assert_eq!(band.start % ALIGNMENT, 0, "aligned");
                assert!(band.len() * 8 <= budget.max(8 * ALIGNMENT), "within the budget");
                next = band.end;
            }
            assert_eq!(next, cells, "to the end");
        }
    }
}
