//! Marching squares over a strip of rows: from the classes of nodes to pieces of lines.
//!
//! ```text
//!   3 ── top ── 2      A level crosses an edge whose ends are of unlike class. Going around a cell from corner 0 to 3, the edges
//!   │           │      alternate between leaving the upper side of the level and entering it; a line runs from one of the former
//!  left       right    to one of the latter, so that higher values lie to its left.
//!   │           │
//!   0 ─ bottom ─ 1
//! ```
//!
//! With two of each (a saddle) the value at the middle decides: if it is above the level, the upper corners are joined and each lower
//! one is cut off; else the other way round. A cell with one masked corner is marched as the triangle of the others; with more, not at all.
//!
//! Each crossing is a vertex with a key: the edge it lies on. A vertex belongs to one segment of each of the (up to) two cells at its edge, as
//! its head in one and its tail in the other, so segments are links in lists. Nothing depends on more than the rows next to a strip, which is
//! why strips of any size make the same lines.

use super::cells::Cell;
use super::classify::{Class, crossed};
use super::heights::{Band, Ground};
use super::keys::{ALONG, FALLING, RISING, UP, ends, key};
use super::pieces::{Pieces, link};
use super::refine::{Edge, roots};
use super::{Frame, Surface};
use std::ops::Range;

/// Crossings of one edge: the levels, and the vertex of the first.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    column: u32,
    low: Class,
    vertex: u32,
}

impl Crossing {
    fn vertex(&self, level: Class) -> u32 {
        self.vertex + u32::from(level - self.low)
    }
}

/// A cell where two lines of a level meet or pass.
struct Saddle {
    /// The cell, among those with a saddle.
    cell: usize,
    level: Class,
    /// Segments where the upper corners are apart, and where they are joined.
    apart: [(u32, u32); 2],
    joined: [(u32, u32); 2],
}

/// A strip while its lines are made.
struct Strip<'a> {
    frame: &'a Frame<'a>,
    ground: Ground<'a>,
    keys: Vec<u64>,
    levels: Vec<Class>,
    edges: Vec<Edge>,
    segments: Vec<(u32, u32)>,
    saddles: Vec<Saddle>,
    /// Cells with a saddle: row, column.
    centres: Vec<(usize, usize)>,
}

/// Marches the cells of some rows; `band` has the rows of nodes next to them too, where there are any.
pub(super) fn march(frame: &Frame<'_>, band: &Band<'_>, rows: Range<usize>) -> Pieces {
    let mut strip = Strip {
        frame,
        ground: Ground::new(frame, band, &rows),
        keys: Vec::new(),
        levels: Vec::new(),
        edges: Vec::new(),
        segments: Vec::new(),
        saddles: Vec::new(),
        centres: Vec::new(),
    };
    let (mut cells, mut below) = (Vec::new(), None);
    for row in rows {
        cells.clear();
        cells.extend_from_slice(strip.ground.active(row));
        // A crossed edge makes the cells on both its sides active.
        let bottom = below.take().unwrap_or_else(|| strip.along(row, &cells, [0, 1]));
        let sides = strip.up(row, &cells);
        let top = strip.along(row + 1, &cells, [3, 2]);
        strip.cells(row, &cells, [&bottom, &sides, &top]);
        below = Some(top);
    }
    strip.decide();
    strip.finish()
}

impl Strip<'_> {
    /// Makes the vertices of an edge between nodes of these classes, if it is crossed.
    fn cross(&mut self, kind: u64, [a, b]: [(usize, usize); 2], classes: [Class; 2]) -> Option<(Class, u32)> {
        let levels = crossed(classes[0], classes[1]);
        if levels.is_empty() {
            return None;
        }
        let place = |(row, column): (usize, usize)| [self.frame.x[column], self.frame.y[row]];
        let (at_a, at_b) = (self.ground.value(a.0, a.1), self.ground.value(b.0, b.1));
        let vertex = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let corner = a.0 * self.frame.x.len() + a.1.min(b.1);
        for class in levels.clone() {
            let level = self.frame.levels[usize::from(class)];
            self.keys.push(key(corner, kind));
            self.levels.push(class);
            self.edges.push(Edge { a: place(a), b: place(b), at_a: at_a - level, at_b: at_b - level });
        }
        Some((levels.start, vertex))
    }

    /// The crossings of a row of nodes at these cells, whose corners there are those two.
    fn along(&mut self, row: usize, cells: &[Cell], corners: [usize; 2]) -> Vec<Crossing> {
        let mut crossings = Vec::new();
        for &Cell { column, classes } in cells {
            let i = column as usize;
            let ends = corners.map(|corner| classes[corner]);
            if let Some((low, vertex)) = self.cross(ALONG, [(row, i), (row, i + 1)], ends) {
                crossings.push(Crossing { column, low, vertex });
            }
        }
        crossings
    }

    /// The crossings between two rows of nodes at the sides of these cells.
    fn up(&mut self, row: usize, cells: &[Cell]) -> Vec<Crossing> {
        let mut crossings: Vec<Crossing> = Vec::new();
        for &Cell { column: cell, classes } in cells {
            for (column, ends) in [(cell, [classes[0], classes[3]]), (cell + 1, [classes[1], classes[2]])] {
                let i = column as usize;
                if crossings.last().is_some_and(|last| last.column >= column) {
                    continue;
                }
                if let Some((low, vertex)) = self.cross(UP, [(row, i), (row + 1, i)], ends) {
                    crossings.push(Crossing { column, low, vertex });
                }
            }
        }
        crossings
    }

    /// The segments of the cells of a row.
    fn cells(&mut self, row: usize, cells: &[Cell], [bottom, sides, top]: [&[Crossing]; 3]) {
        let (mut bottom, mut sides, mut top) =
            (bottom.iter().peekable(), sides.iter().peekable(), top.iter().peekable());
        for &Cell { column, classes } in cells {
            let i = column as usize;
            let at = |crossings: &mut std::iter::Peekable<std::slice::Iter<'_, Crossing>>, column: u32| {
                while crossings.next_if(|crossing| crossing.column < column).is_some() {}
                crossings.peek().filter(|crossing| crossing.column == column).map(|crossing| **crossing)
            };
            let left = at(&mut sides, column);
            let right = at(&mut sides, column + 1);
            let edges = [at(&mut bottom, column), right, at(&mut top, column), left];
            let masked = classes.iter().filter(|&&class| class == 0).count();
            match (masked, classes.iter().position(|&class| class == 0)) {
                (0, _) => self.polygon((row, i), &classes, &edges),
                (1, Some(corner)) => {
                    let [a, b, c] = [1, 2, 3].map(|k| (corner + k) % 4);
                    // The side that replaces the masked corner.
                    let (kind, ends) = if corner % 2 == 0 {
                        (FALLING, [(row, i + 1), (row + 1, i)])
                    } else {
                        (RISING, [(row, i), (row + 1, i + 1)])
                    };
                    let others = if corner % 2 == 0 { [classes[1], classes[3]] } else { [classes[0], classes[2]] };
                    let cut = self.cross(kind, ends, others).map(|(low, vertex)| Crossing { column, low, vertex });
                    self.polygon((row, i), &[classes[a], classes[b], classes[c]], &[edges[a], edges[b], cut]);
                }
                _ => {}
            }
        }
    }

    /// The segments of a cell or triangle with these corners; edge `k` goes from corner `k` to the next.
    fn polygon(&mut self, cell: (usize, usize), classes: &[Class], edges: &[Option<Crossing>]) {
        let count = classes.len();
        let lowest = classes.iter().copied().min().unwrap_or(0);
        let highest = classes.iter().copied().max().unwrap_or(0);
        for level in crossed(lowest, highest) {
            let above = |corner: usize| classes[corner % count] > level + 1;
            let vertex = |edge: usize| edges[edge % count].map_or(u32::MAX, |crossing| crossing.vertex(level));
            let mut starts = (0..count).filter(|&edge| above(edge) && !above(edge + 1));
            let (Some(start), other) = (starts.next(), starts.next()) else { continue };
            let Some(end) = (0..count).find(|&edge| !above(edge) && above(edge + 1)) else { continue };
            let segment = |from: usize, to: usize| self.frame.directed(vertex(from), vertex(to));
            match other {
                None => {
                    let segment = segment(start, end);
                    self.segments.push(segment);
                }
                Some(other) => {
                    let apart = [segment(start, start + 3), segment(other, other + 3)];
                    let joined = [segment(start, start + 1), segment(other, other + 1)];
                    if self.centres.last() != Some(&cell) {
                        self.centres.push(cell);
                    }
                    self.saddles.push(Saddle { cell: self.centres.len() - 1, level, apart, joined });
                }
            }
        }
    }

    /// Decides the saddles by the values in the middle of their cells.
    fn decide(&mut self) {
        let middle = |axis: &[f64], index: usize| 0.5 * axis[index] + 0.5 * axis[index + 1];
        let points: Vec<[f64; 2]> =
            self.centres.iter().map(|&(row, i)| [middle(&self.frame.x, i), middle(&self.frame.y, row)]).collect();
        let mut values = self.frame.surface.map_or_else(Vec::new, |surface| surface.values(&points));
        values.resize(points.len(), f64::NAN);
        for (value, &(row, i)) in values.iter_mut().zip(&self.centres).filter(|(value, _)| value.is_nan()) {
            // Of arrays, and where the middle alone is undefined: the mean of the corners.
            let corners = [(row, i), (row, i + 1), (row + 1, i + 1), (row + 1, i)];
            *value = corners.map(|(row, column)| 0.25 * self.ground.value(row, column)).iter().sum();
        }
        for saddle in &self.saddles {
            let above = values[saddle.cell] >= self.frame.levels[usize::from(saddle.level)];
            self.segments.extend(if above { saddle.joined } else { saddle.apart });
        }
    }

    /// Places the vertices and links the segments.
    fn finish(self) -> Pieces {
        let places: Vec<f64> = match self.frame.surface {
            None => self.edges.iter().map(Edge::straight).collect(),
            Some(surface) => {
                let levels: Vec<f64> = self.levels.iter().map(|&level| self.frame.levels[usize::from(level)]).collect();
                roots(surface, &self.edges, &levels)
            }
        };
        let points: Vec<[f64; 2]> = self.edges.iter().zip(&places).map(|(edge, &t)| edge.point(t)).collect();
        let normals = if self.frame.normals { self.normals(&points, &places) } else { Vec::new() };
        link(&self.keys, &self.levels, &points, &normals, &self.segments)
    }

    /// The directions of steepest ascent at vertices; NaN where there is none.
    fn normals(&self, points: &[[f64; 2]], places: &[f64]) -> Vec<[f64; 2]> {
        let unit = |[x, y]: [f64; 2]| {
            let length = x.hypot(y);
            if length > 0.0 && length.is_finite() { [x / length, y / length] } else { [f64::NAN; 2] }
        };
        if let Some(surface) = self.frame.surface {
            return Surface::gradients(surface, points).into_iter().map(unit).collect();
        }
        let width = self.frame.x.len();
        let slope = |node: usize| self.ground.slope(self.frame, node / width, node % width);
        let between = |(&key, &t): (&u64, &f64)| {
            let [a, b] = ends(key, width).map(slope);
            unit([0, 1].map(|axis| a[axis] + t * (b[axis] - a[axis])))
        };
        self.keys.iter().zip(places).map(between).collect()
    }
}
