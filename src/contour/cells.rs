//! The active cells of some rows: those whose corners differ in class, each with the classes of its corners.
//!
//! They are few, and all that marching needs of the classes: a cell that is not among them has corners of one class, which is that of any of
//! its nodes.

use super::classify::Class;
use crate::kernels::contour::active;
use std::collections::BTreeMap;
use std::ops::Range;

/// The row and column steps to the corners of a cell, counter-clockwise from the lower left.
pub(super) const CORNERS: [[usize; 2]; 4] = [[0, 0], [0, 1], [1, 1], [1, 0]];

/// An active cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) column: u32,
    /// The classes of its corners, counter-clockwise from the lower left.
    pub(super) classes: [Class; 4],
}

/// Rows of active cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cells {
    /// The number of the first row.
    first: usize,
    cells: Vec<Cell>,
    /// Where the cells of each row end.
    ends: Vec<usize>,
}

impl Cells {
    /// No rows yet, from this one on.
    pub(super) fn from_row(first: usize) -> Self {
        Self { first, ..Self::default() }
    }

    /// The cells of some rows, by the classes of all nodes from row `first` on.
    pub(super) fn of_nodes(classes: &[Class], width: usize, first: usize, rows: Range<usize>) -> Self {
        let row = |row: usize| &classes[(row - first) * width..][..width];
        let (mut found, mut columns) = (Self::from_row(rows.start), Vec::new());
        for (lower, upper) in rows.map(|number| (row(number), row(number + 1))) {
            columns.clear();
            active(lower, upper, &mut columns);
            found.push(columns.iter().map(|&column| {
                let i = column as usize;
                Cell { column, classes: [lower[i], lower[i + 1], upper[i + 1], upper[i]] }
            }));
        }
        found
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.cells.extend(row);
        self.ends.push(self.cells.len());
    }

    /// The rows that are there.
    pub(super) fn rows(&self) -> Range<usize> {
        self.first..self.first + self.ends.len()
    }

    /// The cells of a row; none of a row that is not there.
    pub(super) fn row(&self, row: usize) -> &[Cell] {
        let Some((of_row, &end)) = row.checked_sub(self.first).and_then(|row| Some((row, self.ends.get(row)?))) else {
            return &[];
        };
        &self.cells[of_row.checked_sub(1).map_or(0, |below| self.ends[below])..end]
    }

    /// The classes of the corners of a cell, if it is active.
    pub(super) fn find(&self, row: usize, column: usize) -> Option<[Class; 4]> {
        let cells = self.row(row);
        cells.binary_search_by_key(&column, |cell| cell.column as usize).ok().map(|at| cells[at].classes)
    }

    /// Some of the rows, with these cells, by row and column, in place of what was there.
    pub(super) fn replaced(&self, rows: Range<usize>, changed: &BTreeMap<(usize, usize), [Class; 4]>) -> Self {
        let mut found = Self::from_row(rows.start);
        for row in rows {
            let kept = self.row(row).iter().filter(|cell| !changed.contains_key(&(row, cell.column as usize)));
            let new = changed.range((row, 0)..(row + 1, 0)).map(|(&(_, column), &classes)| {
                let column = u32::try_from(column).unwrap_or(u32::MAX);
                Cell { column, classes }
            });
            let unlike = |cell: &Cell| cell.classes.iter().any(|class| *class != cell.classes[0]);
            let mut cells: Vec<Cell> = kept.copied().chain(new).filter(unlike).collect();
            cells.sort_unstable_by_key(|cell| cell.column);
            found.push(cells);
        }
        found
    }

    /// Drops the rows before this one.
    pub(super) fn forget_before(&mut self, row: usize) {
        let rows = row.saturating_sub(self.first).min(self.ends.len());
        if let Some(last) = rows.checked_sub(1) {
            let done = self.ends[last];
            self.cells.drain(..done);
            self.ends.drain(..rows);
            self.ends.iter_mut().for_each(|end| *end -= done);
        }
        self.first += rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of the cells of each row.
    fn columns(cells: &Cells) -> Vec<Vec<u32>> {
        cells.rows().map(|row| cells.row(row).iter().map(|cell| cell.column).collect()).collect()
    }

    #[test]
    fn rows_keep_their_cells_when_others_go() {
        // One node above the others, in row 2 of 3..8.
        let mut classes = vec![1; 4 * 5];
        classes[2 * 4 + 1] = 2;
        let mut cells = Cells::of_nodes(&classes, 4, 3, 3..7);
        assert_eq!(columns(&cells), [vec![], vec![0, 1], vec![0, 1], vec![]], "the four around it");
        assert_eq!(cells.find(4, 0), Some([1, 1, 2, 1]), "it is the upper right corner");
        assert_eq!((cells.find(4, 2), cells.find(9, 0)), (None, None), "others");
        let changed = BTreeMap::from([((4, 0), [1; 4]), ((4, 2), [3, 1, 1, 1]), ((6, 0), [4, 1, 1, 1])]);
        let other = cells.replaced(4..6, &changed);
        assert_eq!((other.rows(), columns(&other)), (4..6, vec![vec![1, 2], vec![0, 1]]), "one gone, one new");
        cells.forget_before(5);
        assert_eq!((cells.rows(), columns(&cells)), (5..7, vec![vec![0, 1], vec![]]), "the rest");
        assert_eq!(cells.row(4), [], "forgotten");
        cells.forget_before(1);
        assert_eq!(cells.rows(), 5..7, "nothing is before row 1");
        cells.push([Cell { column: 3, classes: [0, 1, 1, 1] }]);
        assert_eq!(cells.find(7, 3), Some([0, 1, 1, 1]), "the next row");
    }
}
