//! What is known of the values at the nodes of a strip: all of them for arrays, those near lines for functions.
//!
//! An engine in single precision may put a node on the wrong side of a level that passes within its rounding. So the nodes at
//! edges that seem to be crossed are asked of the function in `f64`, and their classes follow from that. Which nodes are asked depends on
//! the classes of their neighbours alone, never on how rows are cut into strips.

use super::Frame;
use super::cells::{CORNERS, Cell, Cells};
use super::classify::{Class, crossed};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::Ordering;

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

/// What is there of some whole rows.
pub(super) enum Band<'a> {
    /// All nodes from row `first` on.
    Nodes { first: usize, classes: &'a [Class], values: Values<'a> },
    /// Of a function, the active cells.
    Cells(&'a Cells),
}

/// A strip: its active cells for good, and the values that lines need.
pub(super) struct Ground<'a> {
    width: usize,
    cells: Cow<'a, Cells>,
    values: Values<'a>,
    /// The rows of nodes with values.
    values_rows: Range<usize>,
    /// Of a function: nodes by number, ascending, and f there.
    known: Vec<(usize, f64)>,
    /// Where the nodes of each row begin in `known`.
    rows: Vec<usize>,
}

impl<'a> Ground<'a> {
    /// The ground for the cells of `rows`.
    pub(super) fn new(frame: &Frame<'_>, band: &Band<'a>, rows: &Range<usize>) -> Self {
        let width = frame.x.len();
        let (cells, values, values_rows) = match *band {
            Band::Cells(cells) => (Cow::Borrowed(cells), Values::Asked, rows.start..rows.end + 1),
            Band::Nodes { first, classes, values: Values::Asked } => {
                // The rows next to the strip have a say in which of its nodes are asked.
                let last = first + classes.len() / width - 1;
                let around = rows.start.saturating_sub(1).max(first)..(rows.end + 1).min(last);
                let cells = Cells::of_nodes(classes, width, first, around);
                (Cow::Owned(cells), Values::Asked, rows.start..rows.end + 1)
            }
            Band::Nodes { first, classes, values } => {
                let cells = Cells::of_nodes(classes, width, first, rows.clone());
                (Cow::Owned(cells), values, first..first + classes.len() / width)
            }
        };
        let mut ground = Self { width, cells, values, values_rows, known: Vec::new(), rows: Vec::new() };
        if let Values::Asked = values {
            ground.settle(frame, rows);
        }
        ground
    }

    /// The cells of a row that are not of one class.
    pub(super) fn active(&self, row: usize) -> &[Cell] {
        self.cells.row(row)
    }

    /// The value of a node; NaN where it is masked, or far from any line of a function.
    pub(super) fn value(&self, row: usize, column: usize) -> f64 {
        let place = |row: usize| (row - self.values_rows.start) * self.width + column;
        match self.values {
            Values::Single(values) => f64::from(values[place(row)]),
            Values::Double(values) => values[place(row)],
            Values::Asked => {
                let node = row * self.width + column;
                let of_row = row - self.values_rows.start;
                let known = &self.known[self.rows[of_row]..self.rows[of_row + 1]];
                known.binary_search_by_key(&node, |entry| entry.0).map_or(f64::NAN, |at| known[at].1)
            }
        }
    }

    /// The slopes of an array at a node, from its neighbours on both sides, or on one where there is no other.
    pub(super) fn slope(&self, frame: &Frame<'_>, row: usize, column: usize) -> [f64; 2] {
        let rows = &self.values_rows;
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
        let own = rows.start..rows.end + 1;
        let (mut nodes, mut classes) = (Vec::new(), Vec::new());
        // The nodes of the row below the cells, and of the one above.
        let (mut below, mut above) = (Marks::new(width), Marks::new(width));
        for row in rows.start.saturating_sub(1)..rows.end + 1 {
            for cell in self.cells.row(row) {
                let asked = ends_of_crossings(cell.classes);
                for (corner, [up, right]) in CORNERS.into_iter().enumerate() {
                    let marks = if up == 0 { &mut below } else { &mut above };
                    marks.add(cell.column as usize + right, asked[corner], cell.classes[corner]);
                }
            }
            if own.contains(&row) {
                below.each(|column, class| {
                    nodes.push(row * width + column);
                    classes.push(class);
                });
            }
            below.clear();
            std::mem::swap(&mut below, &mut above);
        }
        self.known = ask(frame, &nodes);
        let turned = self.known.iter().zip(classes).filter_map(|(&(node, value), was)| {
            let class = frame.classes.of(value);
            (class != was).then_some(Turned { node, was, class })
        });
        let turned: Vec<_> = turned.collect();
        if !turned.is_empty() {
            self.turn(frame, &turned, rows);
        }
        let mut from = 0;
        self.rows = vec![0];
        for row in own {
            from += self.known[from..].partition_point(|entry| entry.0 < (row + 1) * width);
            self.rows.push(from);
        }
    }

    /// Gives nodes another class, and asks for those around them: an edge to one of them may be crossed now.
    fn turn(&mut self, frame: &Frame<'_>, turned: &[Turned], rows: &Range<usize>) {
        let (width, height) = (self.width, frame.y.len());
        let mut changed = BTreeMap::new();
        for &Turned { node, was, class } in turned {
            for (corner, [up, right]) in CORNERS.into_iter().enumerate() {
                let cell = (node / width).checked_sub(up).zip((node % width).checked_sub(right));
                let Some((row, column)) = cell.filter(|(row, column)| row + 1 < height && column + 1 < width) else {
                    continue;
                };
                // A cell that is not active has corners of one class.
                let as_found = || self.cells.find(row, column).unwrap_or([was; 4]);
                changed.entry((row, column)).or_insert_with(as_found)[corner] = class;
            }
        }
        let mut around: Vec<(usize, Class)> = Vec::new();
        for (&(row, column), classes) in &changed {
            for ([up, right], class) in CORNERS.into_iter().zip(classes) {
                let there = rows.start <= row + up && row + up <= rows.end && *class != 0;
                around.extend(there.then_some(((row + up) * width + column + right, *class)));
            }
        }
        around.retain(|(node, _)| self.known.binary_search_by_key(node, |entry| entry.0).is_err());
        around.sort_unstable();
        around.dedup();
        let (nodes, classes): (Vec<usize>, Vec<Class>) = around.into_iter().unzip();
        let asked = ask(frame, &nodes);
        if asked.iter().zip(classes).any(|((_, value), class)| frame.classes.of(*value) != class) {
            frame.vague.store(true, Ordering::Relaxed);
        }
        self.known.extend(asked);
        self.known.sort_unstable_by_key(|entry| entry.0);
        self.cells = Cow::Owned(self.cells.replaced(rows.clone(), &changed));
    }
}

/// A node whose class in double precision is another.
#[derive(Debug, Clone, Copy)]
struct Turned {
    node: usize,
    was: Class,
    class: Class,
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

/// Marks on the nodes of a row, with their classes.
struct Marks {
    bits: Vec<u64>,
    classes: Vec<Class>,
}

impl Marks {
    fn new(width: usize) -> Self {
        Self { bits: vec![0; width.div_ceil(64)], classes: vec![0; width] }
    }

    fn add(&mut self, place: usize, marked: bool, class: Class) {
        self.bits[place / 64] |= u64::from(marked) << (place % 64);
        self.classes[place] = class;
    }

    /// Hands over the marked places, ascending.
    fn each(&self, mut found: impl FnMut(usize, Class)) {
        for (nth, &word) in self.bits.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                let place = 64 * nth + rest.trailing_zeros() as usize;
                found(place, self.classes[place]);
                rest &= rest - 1;
            }
        }
    }

    fn clear(&mut self) {
        self.bits.fill(0);
    }
}

/// f at nodes.
fn ask(frame: &Frame<'_>, nodes: &[usize]) -> Vec<(usize, f64)> {
    let Some(surface) = frame.surface else { return Vec::new() };
    let width = frame.x.len();
    let points: Vec<[f64; 2]> = nodes.iter().map(|node| [frame.x[node % width], frame.y[node / width]]).collect();
    nodes.iter().copied().zip(surface.values(&points)).collect()
}
