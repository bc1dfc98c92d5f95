//! The plan of pieces: how many cells fit the memory budget and the engine's limits, and how long one should take.
//!
//! A piece is a run of cells. It is as large as the budget allows, up to [`LARGEST`], and then as large as takes about [`TARGET`]:
//! progress and Ctrl-C stay lively however heavy the formula, and no GPU is held so long that a watchdog resets it. Sizes follow the
//! measured times, which differ from run to run; results do not depend on them.

use std::ops::Range;
use std::time::Duration;

/// The memory that may be taken, unless the user says otherwise.
pub const DEFAULT_BUDGET: usize = 256 << 20;

/// The most cells of one piece whatever the budget: larger ones are no faster.
pub const LARGEST: usize = 1 << 22;

/// How long a piece should take.
pub const TARGET: Duration = Duration::from_millis(40);

/// Cells of the first piece, of whose speed nothing is known.
const FIRST: usize = 1 << 17;

/// Pieces start at multiples of this, so that no engine sees a ragged beginning.
const ALIGNMENT: usize = 256;

/// Cells that fit into `budget` bytes at `bytes_per_cell`, at most `limit` and [`LARGEST`], at least 256; a multiple of 256.
#[must_use]
pub fn most_cells(bytes_per_cell: usize, budget: usize, limit: usize) -> usize {
    aligned((budget / bytes_per_cell.max(1)).min(limit).min(LARGEST))
}

fn aligned(cells: usize) -> usize {
    (cells / ALIGNMENT * ALIGNMENT).max(ALIGNMENT)
}

/// The size of the next piece, by how long the last one took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    cells: usize,
    most: usize,
}

impl Pace {
    /// Pieces of at most so many cells.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let most = aligned(most);
        Self { cells: FIRST.min(most), most }
    }

    /// Cells of the next piece.
    #[must_use]
    pub fn cells(self) -> usize {
        self.cells
    }

    /// A piece of so many cells took so long: the next ones grow to twice as many at most, or shrink to a quarter at least.
    pub fn note(&mut self, cells: usize, took: Duration) {
        let ratio = TARGET.as_secs_f64() / took.as_secs_f64().max(1e-9);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and saturating")]
        let fitting = (cells as f64 * ratio) as usize;
        // The last piece of a grid may be tiny and says little.
        if cells >= self.cells / 2 {
            self.cells = aligned(fitting.clamp(self.cells / 4, self.cells.saturating_mul(2)).min(self.most));
        }
    }
}

/// Pieces one after the other, in whatever order a sink wants them.
pub trait Pieces {
    /// The cells of the next piece.
    fn next(&mut self) -> Option<Range<usize>>;
    /// A piece of so many cells took so long.
    fn note(&mut self, cells: usize, took: Duration);
}

/// All cells as they lie.
#[derive(Debug)]
pub struct Linear {
    left: Range<usize>,
    pace: Pace,
}

impl Linear {
    /// All of `cells` cells in pieces of at most `most`.
    #[must_use]
    pub fn new(cells: usize, most: usize) -> Self {
        Self { left: 0..cells, pace: Pace::new(most) }
    }
}

impl Pieces for Linear {
    fn next(&mut self) -> Option<Range<usize>> {
        let first = self.left.start;
        self.left.start = (first + self.pace.cells()).min(self.left.end);
        (first < self.left.start).then_some(first..self.left.start)
    }

    fn note(&mut self, cells: usize, took: Duration) {
        self.pace.note(cells, took);
    }
}

/// Whole rows, from the last row down or from the first up, or parts of one row where a row is longer than a piece may be.
#[derive(Debug)]
pub struct ByRows {
    width: usize,
    /// Rows that are not begun yet.
    rows: Range<usize>,
    ascending: bool,
    /// What is left of the row that is cut.
    part: Range<usize>,
    pace: Pace,
}

impl ByRows {
    /// All of `rows` rows of `width` cells in pieces of at most `most`, ascending or with the last row first.
    #[must_use]
    pub fn new(width: usize, rows: usize, most: usize, ascending: bool) -> Self {
        Self { width: width.max(1), rows: 0..rows, ascending, part: 0..0, pace: Pace::new(most) }
    }
}

impl Pieces for ByRows {
    fn next(&mut self) -> Option<Range<usize>> {
        if self.part.is_empty() {
            let count = (self.pace.cells() / self.width).clamp(1, self.rows.len().max(1));
            let Range { start, end } = self.rows;
            let taken = if self.ascending {
                start..(start + count).min(end)
            } else {
                end.saturating_sub(count).max(start)..end
            };
            self.rows = if self.ascending { taken.end..end } else { start..taken.start };
            self.part = taken.start * self.width..taken.end * self.width;
        }
        let first = self.part.start;
        // Whole rows fit the pace by their making, so only a single row is ever cut.
        let single = self.part.len() <= self.width;
        self.part.start = if single { (first + self.pace.cells()).min(self.part.end) } else { self.part.end };
        (first < self.part.start).then_some(first..self.part.start)
    }

    fn note(&mut self, cells: usize, took: Duration) {
        self.pace.note(cells, took);
    }
}

/// Whole rows from the first up, of which each piece has the last row of the one before as its first: for what lies between rows. Nothing
/// of less than two rows.
#[derive(Debug)]
pub struct Overlapping {
    width: usize,
    /// Rows whose space to the next one is not begun yet, and the last.
    rows: Range<usize>,
    /// Rows of a piece at least, so that few are computed twice.
    least: usize,
    pace: Pace,
}

/// Rows of an overlapping piece, if so many fit.
const OVERLAPPING: usize = 8;

impl Overlapping {
    /// All of `rows` rows of `width` cells in pieces of at most `most`, or of two rows where these are more.
    #[must_use]
    pub fn new(width: usize, rows: usize, most: usize) -> Self {
        let width = width.max(1);
        Self { width, rows: 0..rows, least: (most / width).clamp(2, OVERLAPPING), pace: Pace::new(most) }
    }
}

impl Pieces for Overlapping {
    fn next(&mut self) -> Option<Range<usize>> {
        let Range { start, end } = self.rows;
        if start + 1 >= end {
            return None;
        }
        let piece = start..(start + (self.pace.cells() / self.width).max(self.least)).min(end);
        self.rows.start = piece.end - 1;
        Some(piece.start * self.width..piece.end * self.width)
    }

    fn note(&mut self, cells: usize, took: Duration) {
        self.pace.note(cells, took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_every_cell_once() {
        for (cells, most) in [(1, 1), (1_000_003, 1 << 16), (513, 300), (0, 5)] {
            let mut pieces = Linear::new(cells, most);
            let mut next = 0;
            while let Some(piece) = pieces.next() {
                assert_eq!(piece.start, next, "no gap and no overlap");
                assert_eq!(piece.start % ALIGNMENT, 0, "aligned");
                assert!(piece.len() <= most.max(ALIGNMENT), "within the limit");
                next = piece.end;
                pieces.note(piece.len(), Duration::from_micros(next as u64 % 90_000));
            }
            assert_eq!(next, cells, "to the end");
        }
    }

    #[test]
    fn rows_come_from_the_top_and_each_once() {
        for (width, rows, most) in
            [(7, 1_000, 512), (300, 5, 256), (100_000, 3, 1 << 17), (1, 1, 1), (1_000_000, 2, 4096)]
        {
            let mut pieces = ByRows::new(width, rows, most, false);
            let (mut top, mut along) = (rows, 0);
            while let Some(piece) = pieces.next() {
                assert!(piece.len() <= most.max(ALIGNMENT), "{width} × {rows}: {piece:?} within the limit");
                if piece.len() < width || along > 0 {
                    assert_eq!(piece.start, (top - 1) * width + along, "{width} × {rows}: the next part of the row");
                    along += piece.len();
                    (top, along) = if along == width { (top - 1, 0) } else { (top, along) };
                } else {
                    assert_eq!((piece.end, piece.len() % width), (top * width, 0), "{width} × {rows}: the rows below");
                    top = piece.start / width;
                }
                pieces.note(piece.len(), Duration::from_micros(piece.start as u64 % 90_000));
            }
            assert_eq!((top, along), (0, 0), "{width} × {rows}: to the lowest row");
        }
    }

    #[test]
    fn rows_come_as_they_lie_and_each_once() {
        for (width, rows, most) in [(7, 1_000, 512), (300, 5, 256), (1, 1, 1), (1_000_000, 2, 4096)] {
            let mut pieces = ByRows::new(width, rows, most, true);
            let mut next = 0;
            while let Some(piece) = pieces.next() {
                assert_eq!(piece.start, next, "{width} × {rows}: no gap and no overlap");
                let whole = piece.start % width == 0 && piece.end % width == 0;
                let within = piece.start / width == (piece.end - 1) / width;
                assert!(whole || within, "{width} × {rows}: {piece:?} is whole rows or a part of one");
                next = piece.end;
                pieces.note(piece.len(), Duration::from_micros(piece.start as u64 % 90_000));
            }
            assert_eq!(next, width * rows, "{width} × {rows}: to the last row");
        }
    }

    #[test]
    fn overlapping_pieces_share_a_row() {
        for (width, rows, most) in [(7, 1_000, 512), (300, 5, 256), (5, 2, 1 << 20), (1_000_000, 3, 4096)] {
            let mut pieces = Overlapping::new(width, rows, most);
            let mut last = 0;
            while let Some(piece) = pieces.next() {
                assert_eq!(piece.start, last * width, "{width} × {rows}: from the last row of the one before");
                assert!(piece.len() >= 2 * width && piece.end % width == 0, "{width} × {rows}: {piece:?} is rows");
                assert!(piece.len() <= most.max(2 * width), "{width} × {rows}: {piece:?} within the limit");
                last = piece.end / width - 1;
                pieces.note(piece.len(), Duration::from_micros(piece.start as u64 % 90_000));
            }
            assert_eq!(last + 1, rows, "{width} × {rows}: to the last row");
        }
        for rows in [0, 1] {
            assert_eq!(Overlapping::new(5, rows, 512).next(), None, "nothing between {rows} rows");
        }
    }

    #[test]
    fn memory_limits_a_piece() {
        assert_eq!(most_cells(8, 1 << 20, usize::MAX), 1 << 17, "by the budget");
        assert_eq!(most_cells(8, 1 << 20, 1000), 768, "by the engine");
        assert_eq!(most_cells(1, usize::MAX, usize::MAX), LARGEST, "by sense");
        assert_eq!((most_cells(0, 1, 1), most_cells(100, 0, 9)), (256, 256), "never nothing");
    }

    #[test]
    fn the_pace_settles_at_the_target() {
        let mut pace = Pace::new(LARGEST);
        for nanoseconds in [3, 700, 1_000_000] {
            for _ in 0..60 {
                let cells = pace.cells();
                pace.note(cells, Duration::from_nanos(nanoseconds * cells as u64));
            }
            let took = Duration::from_nanos(nanoseconds * pace.cells() as u64);
            let bounded = pace.cells() == LARGEST || pace.cells() == ALIGNMENT;
            assert!(bounded || took <= TARGET && took * 2 >= TARGET, "{nanoseconds} ns a cell: {took:?}");
        }
        pace.note(1, Duration::from_secs(9));
        assert!(pace.cells() >= ALIGNMENT, "never nothing");
    }
}
