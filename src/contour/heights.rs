//! What is known of the values at the nodes of a strip: all of them for arrays, those near lines for functions.
//!
//! An engine in single precision may put a node on the wrong side of a level that passes within its rounding. So the nodes at
//! edges that seem to be crossed are asked of the function in `f64`, and their classes follow from that. Which nodes are asked depends on
//! the classes of their neighbours alone, never on how rows are cut into strips.

use super::Frame;
use super::classify::{Class, active, crossed};
use std::borrow::Cow;
use std::ops::Range;

/// Values of nodes as an engine delivered them, whole rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Values<'a> {
    /// In single precision.
    Single(&'a [f32]),
    /// In double precision.
    Double(&'a [f64]),
    /// The function tells.
    Asked,
}

/// Some whole rows of nodes.
pub(super) struct Band<'a> {
    /// The number of the first row.
    pub(super) first: usize,
    pub(super) classes: &'a [Class],
    pub(super) values: Values<'a>,
}

/// The nodes of a strip: their classes for good, and the values that lines need.
pub(super) struct Ground<'a> {
    width: usize,
    /// The row at which `classes` begins.
    first: usize,
    classes: Cow<'a, [Class]>,
    values: Values<'a>,
    /// The row at which values begin.
    values_first: usize,
    /// Of a function: nodes by number, ascending, and f there.
    known: Vec<(usize, f64)>,
    /// Where the nodes of each row begin in `known`.
    rows: Vec<usize>,
    /// The first row of cells whose active ones are known, those of each row one after the other, and where they end.
    cells: (usize, Vec<u32>, Vec<usize>),
}

impl<'a> Ground<'a> {
    /// The ground for the cells of `rows`.
    pub(super) fn new(frame: &Frame<'_>, band: &Band<'a>, rows: &Range<usize>) -> Self {
        let width = frame.x.len();
        let mut ground = Self {
            width,
            first: band.first,
            classes: Cow::Borrowed(band.classes),
            values: band.values,
            values_first: band.first,
            known: Vec::new(),
            rows: Vec::new(),
            cells: (0, Vec::new(), Vec::new()),
        };
        if let Values::Asked = band.values {
            ground.settle(frame, rows);
        }
        ground
    }

    /// The classes of a row of nodes.
    pub(super) fn row(&self, row: usize) -> &[Class] {
        let start = (row - self.first) * self.width;
        &self.classes[start..start + self.width]
    }

    /// The cells of a row that are not of one class.
    pub(super) fn active(&self, row: usize, columns: &mut Vec<u32>) {
        columns.clear();
        let (first, cells, ends) = &self.cells;
        match row.checked_sub(*first).and_then(|row| Some((row, *ends.get(row)?))) {
            Some((row, end)) => columns.extend_from_slice(&cells[row.checked_sub(1).map_or(0, |row| ends[row])..end]),
            None => active(self.row(row), self.row(row + 1), columns),
        }
    }

    /// The value of a node; NaN where it is masked, or far from any line of a function.
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        let place = |row: usize| (row - self.values_first) * self.width + column;
        match self.values {
            Values::Single(values) => f64::from(values[place(row)]),
            Values::Double(values) => values[place(row)],
            Values::Asked => {
                let node = row * self.width + column;
                let of_row = row - self.values_first;
                let known = &self.known[self.rows[of_row]..self.rows[of_row + 1]];
                known.binary_search_by_key(&node, |entry| entry.0).map_or(f64::NAN, |at| known[at].1)
            }
        }
    }

    /// The slopes of an array at a node, from its neighbours on both sides, or on one where there is no other.
    pub(super) fn slope(&self, frame: &Frame<'_>, row: usize, column: usize) -> [f64; 2] {
        let rows = self.values_first..self.values_first + self.classes.len() / self.width;
        let difference = |low: Option<(f64, f64)>, here: (f64, f64), high: Option<(f64, f64)>| {
            let known = |point: Option<(f64, f64)>| point.filter(|(_, value)| !value.is_nan());
            let (low, high) = (known(low).unwrap_or(here), known(high).unwrap_or(here));
            if low.0 == high.0 { 0.0 } else { (high.1 - low.1) / (high.0 - low.0) }
        };
        let across = |column: usize| (frame.x[column], self.value(row, column));
        let along = |row: usize| (frame.y[row], self.value(row, column));
        let left = column.checked_sub(1).map(across);
        let right = (column + 1 < self.width).then(|| across(column + 1));
        let lower = row.checked_sub(1).filter(|row| rows.contains(row)).map(along);
        let upper = Some(row + 1).filter(|row| rows.contains(row)).map(along);
        [difference(left, across(column), right), difference(lower, along(row), upper)]
    }

    /// Asks the function for the nodes near lines, and puts their classes right.
    fn settle(&mut self, frame: &Frame<'_>, rows: &Range<usize>) {
        let width = self.width;
        let last = self.first + self.classes.len() / width - 1;
        let own = rows.start..rows.end + 1;
        let (mut nodes, mut columns) = (Vec::new(), Vec::new());
        // Bits for the nodes of the row below the cells, and of the one above.
        let (mut below, mut above) = (Marks::new(width), Marks::new(width));
        let first = rows.start.saturating_sub(1).max(self.first);
        let mut ends = Vec::new();
        for row in first..(rows.end + 1).min(last) {
            let start = columns.len();
            let (lower, upper) = (self.row(row), self.row(row + 1));
            active(lower, upper, &mut columns);
            for &column in &columns[start..] {
                let i = column as usize;
                let classes = [lower[i], lower[i + 1], upper[i + 1], upper[i]];
                let asked = ends_of_crossings(classes);
                below.add(i, asked[0]);
                below.add(i + 1, asked[1]);
                above.add(i + 1, asked[2]);
                above.add(i, asked[3]);
            }
            ends.push(columns.len());
            if own.contains(&row) {
                below.each(|i| nodes.push(row * width + i));
            }
            below.clear();
            std::mem::swap(&mut below, &mut above);
        }
        if own.contains(&((rows.end + 1).min(last))) {
            below.each(|i| nodes.push((rows.end + 1).min(last) * width + i));
        }
        self.cells = (first, columns, ends);
        let own = own.start * width..own.end * width;
        self.values_first = rows.start;
        self.known = ask(frame, &nodes);
        let start = self.first * width;
        let mut turned = Vec::new();
        for &(node, value) in &self.known {
            let class = frame.classes.of(value);
            if class != self.classes[node - start] {
                turned.push((node, class));
            }
        }
        if !turned.is_empty() {
            self.turn(frame, &turned, own);
        }
        let mut from = 0;
        self.rows = vec![0];
        for row in rows.start..=rows.end {
            from += self.known[from..].partition_point(|entry| entry.0 < (row + 1) * width);
            self.rows.push(from);
        }
    }

    /// Gives nodes another class, and asks for those around them: an edge to one of them may be crossed now.
    fn turn(&mut self, frame: &Frame<'_>, turned: &[(usize, Class)], own: Range<usize>) {
        // What was found of cells no longer holds.
        self.cells = (0, Vec::new(), Vec::new());
        let start = self.first * self.width;
        let classes = self.classes.to_mut();
        turned.iter().for_each(|&(node, class)| classes[node - start] = class);
        let mut around = Vec::new();
        for &(node, _) in turned {
            let column = node % self.width;
            for row in [node.checked_sub(self.width), Some(node), Some(node + self.width)].into_iter().flatten() {
                around.extend((column > 0).then(|| row - 1));
                around.push(row);
                around.extend((column + 1 < self.width).then_some(row + 1));
            }
        }
        let known = |node: &usize| self.known.binary_search_by_key(node, |entry| entry.0).is_ok();
        around.retain(|node| own.contains(node) && self.classes[node - start] != 0 && !known(node));
        around.sort_unstable();
        around.dedup();
        self.known.extend(ask(frame, &around));
        self.known.sort_unstable_by_key(|entry| entry.0);
    }
}

/// Which corners of a cell are ends of a crossed edge. With one corner masked, the others make a triangle, whose third side may be
/// crossed where the others are not.
fn ends_of_crossings(classes: [Class; 4]) -> [bool; 4] {
    let crosses = |a: usize, b: usize| !crossed(classes[a % 4], classes[b % 4]).is_empty();
    if classes.iter().filter(|&&class| class == 0).count() == 1 {
        let any = (0..4).any(|k| crosses(k, k + 1)) || crosses(0, 2) || crosses(1, 3);
        return classes.map(|class| any && class != 0);
    }
    [0, 1, 2, 3].map(|k| crosses(k, k + 1) || crosses(k, k + 3))
}

/// Marks on the nodes of a row.
struct Marks(Vec<u64>);

impl Marks {
    fn new(width: usize) -> Self {
        Self(vec![0; width.div_ceil(64)])
    }

    fn add(&mut self, place: usize, marked: bool) {
        self.0[place / 64] |= u64::from(marked) << (place % 64);
    }

    /// Hands over the marked places, ascending.
    fn each(&self, mut found: impl FnMut(usize)) {
        for (nth, &word) in self.0.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                found(64 * nth + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }
}

/// f at nodes.
fn ask(frame: &Frame<'_>, nodes: &[usize]) -> Vec<(usize, f64)> {
    let Some(surface) = frame.surface else { return Vec::new() };
    let width = frame.x.len();
    let points: Vec<[f64; 2]> = nodes.iter().map(|node| [frame.x[node % width], frame.y[node / width]]).collect();
    nodes.iter().copied().zip(surface.values(&points)).collect()
}
