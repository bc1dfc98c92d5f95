//! Contours: the level sets of a function or of sampled values, as lines.
//!
//! **Theory.** Marching squares over the cells between nodes (`march`): where a level lies between the values at two neighbouring nodes,
//! its line crosses the edge between them. The superlevel set {f ≥ level} is on the left of a line, so a value equal to the level counts as
//! above it, and a line that passes through a node passes through it once.
//!
//! **What a function adds.** The grid says where lines are; the function says where exactly. Nodes near a line are asked in `f64`
//! (`heights`), vertices are roots of f − level along their edges (`refine`), and in a saddle the value in the middle of the cell decides which
//! corners are joined. So all engines give the same lines, but for what is smaller than their rounding, and a vertex lies on the level set, not on a chord.
//! Where f jumps over the level (a pole, a step) there is no line: no point there has that value. Arrays have what lies at the nodes: vertices by linear
//! interpolation, saddles by the mean of the corners, as everybody does.
//!
//! **Masked cells.** No line touches a masked node. A cell with one masked corner is marched as the triangle of the other three (the
//! `corner_mask` of contourpy), with more it is left out; lines end there as they do at the border.
//!
//! **Practice.** A line needs the cells whose corners differ in class. Of a function the engine finds them where it finds the values
//! ([`kernels::contour`](crate::kernels::contour)) and delivers nothing else; of arrays the values of nodes come in bands of rows and are classified here. Strips of rows
//! are marched in parallel and joined in order. Memory is that of a band, and of the lines, which are held to the end and refused beyond the limit.
//!
//! **Edges as contract.** Fewer than two nodes along x or y: no lines. A constant field: none, whatever the level. A level at the smallest
//! value: none, for nothing is below; at the largest: only where the maximum is more than a point. A plateau on the level is bounded, and
//! not crossed. A line has at least two points; a closed one does not repeat its first.
//!
//! **Limits.** Where single precision puts nodes on the wrong side of a level further from its line than a cell (10⁵ + x over a short extent), all
//! nodes are asked in `f64`; where it sees no line at all, there is none. Features that fit between nodes are not seen: the grid must resolve the function. Up to [`MOST_LEVELS`] levels at once.

mod cells;
mod classify;
mod heights;
mod keys;
pub mod label;
pub mod levels;
mod march;
mod pieces;
mod refine;

use crate::field::Samples;
use crate::io::paths::Path;
use crate::kernels::contour::Active;
use crate::kernels::palette::MAX_THRESHOLDS;
use crate::probe::Probe;
use crate::request::{Prepared, RequestError, check_found};
use crate::tile::watch::Watch;
use cells::{Cell, Cells};
use classify::{Class, Classes, Number};
use heights::{Band, Values};
use march::march;
use pieces::Joiner;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// The most levels of one set of lines.
pub const MOST_LEVELS: usize = 10_000;

/// Cells of a strip: its classes and active cells stay in the second-level cache.
const STRIP: usize = 1 << 17;

/// Nodes that are classified by one worker at a time.
const SHARE: usize = 1 << 16;

/// Bands overlap by a row, so they should have some.
const LEAST_ROWS: usize = 8;

/// A function of two coordinates that can be asked anywhere.
pub trait Surface: Sync {
    /// f at points; NaN where it is undefined.
    fn values(&self, points: &[[f64; 2]]) -> Vec<f64>;
    /// ∇f at points; NaN where it is undefined.
    fn gradients(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]>;
}

impl Surface for Probe {
    fn values(&self, points: &[[f64; 2]]) -> Vec<f64> {
        Self::values(self, &columns(points))
    }

    fn gradients(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        let gradient = self.jets(&columns(points)).gradient;
        let part = |axis: usize, k: usize| gradient.get(axis).map_or(f64::NAN, |column| column[k]);
        (0..points.len()).map(|k| [part(0, k), part(1, k)]).collect()
    }
}

fn columns(points: &[[f64; 2]]) -> [Vec<f64>; 2] {
    [0, 1].map(|axis| points.iter().map(|point| point[axis]).collect())
}

/// What all strips share.
struct Frame<'a> {
    x: Vec<f64>,
    y: Vec<f64>,
    levels: &'a [f64],
    classes: Classes<f64>,
    /// Whether left and right are exchanged: one of the axes descends.
    mirrored: bool,
    surface: Option<&'a dyn Surface>,
    normals: bool,
    /// Whether nodes of a function were found on the wrong side of a level further from its line than a cell.
    vague: AtomicBool,
}

impl Frame<'_> {
    /// A segment whose left side is the higher one in the world, given one whose left side is so by the indices.
    fn directed(&self, from: u32, to: u32) -> (u32, u32) {
        if self.mirrored { (to, from) } else { (from, to) }
    }
}

/// Traces lines over rows that come one after the other, be it of nodes or of active cells.
pub struct Tracer<'a> {
    frame: Frame<'a>,
    /// The nodes that are not done with.
    nodes: Nodes,
    /// The active cells that are not done with, where an engine finds them.
    cells: Cells,
    /// The next row of cells.
    row: usize,
    /// Cells of a strip.
    strip: usize,
    joiner: Joiner,
}

/// Nodes of whole rows, from row `first` on: their classes, and of arrays their values.
struct Nodes {
    first: usize,
    classes: Vec<Class>,
    kept: Samples,
}

impl Nodes {
    /// Drops the rows before this one.
    fn forget_before(&mut self, row: usize, width: usize) {
        fn forget<T>(values: &mut Vec<T>, count: usize) {
            values.drain(..count.min(values.len()));
        }
        let done = (row - self.first) * width;
        forget(&mut self.classes, done);
        match &mut self.kept {
            Samples::F32(kept) => forget(&mut kept[0], done),
            Samples::F64(kept) => forget(&mut kept[0], done),
        }
        self.first = row;
    }
}

impl std::fmt::Debug for Tracer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracer").field("levels", &self.frame.levels).field("row", &self.row).finish_non_exhaustive()
    }
}

impl<'a> Tracer<'a> {
    /// A tracer of these levels (ascending, finite, at most [`MOST_LEVELS`]) over nodes at `x` and `y`, both strictly rising or falling. With a `surface` the lines
    /// are those of that function, of which the nodes are samples.
    #[must_use]
    pub fn new(x: Vec<f64>, y: Vec<f64>, levels: &'a [f64], surface: Option<&'a dyn Surface>, normals: bool) -> Self {
        let levels = &levels[..levels.len().min(MOST_LEVELS)];
        let descends = |axis: &[f64]| axis.first() > axis.last();
        let mirrored = descends(&x) != descends(&y);
        let classes = Classes::new(levels);
        let frame = Frame { mirrored, classes, x, y, levels, surface, normals, vague: AtomicBool::new(false) };
        let nodes = Nodes { first: 0, classes: Vec::new(), kept: Samples::F32(vec![Vec::new()]) };
        Self { frame, nodes, cells: Cells::default(), row: 0, strip: STRIP, joiner: Joiner::default() }
    }

    /// Takes the next nodes in the order of cells: plane 0 of `samples`.
    pub fn add(&mut self, samples: &Samples) {
        match samples {
            Samples::F32(planes) => self.classify(planes.first().map_or(&[], Vec::as_slice)),
            Samples::F64(planes) => self.classify(planes.first().map_or(&[], Vec::as_slice)),
        }
        if self.frame.surface.is_none() {
            match (&mut self.nodes.kept, samples) {
                (Samples::F32(kept), Samples::F32(planes)) => kept[0].extend_from_slice(&planes[0]),
                (Samples::F64(kept), Samples::F64(planes)) => kept[0].extend_from_slice(&planes[0]),
                (kept, samples) => *kept = samples.clone(),
            }
        }
        let rows = self.nodes.first + self.nodes.classes.len() / self.frame.x.len().max(1);
        self.march_complete(rows.saturating_sub(1));
    }

    /// The same for a function whose active cells an engine has found: those of the next `rows` rows of cells, by their places from
    /// the first of them. A tracer is fed in one way alone.
    pub fn add_cells(&mut self, rows: usize, found: &[Active]) {
        let width = self.frame.x.len().max(1);
        let mut found = found.iter().map(|cell| (cell.node as usize, cell.corners())).peekable();
        for row in 0..rows {
            let in_row = std::iter::from_fn(|| found.next_if(|(node, _)| node / width == row));
            self.cells.push(in_row.map(|(node, classes)| {
                let column = u32::try_from(node % width).unwrap_or(u32::MAX);
                Cell { column, classes: classes.map(Class::from) }
            }));
        }
        self.march_complete(self.cells.rows().end);
    }

    /// Marches the cells of these first rows, or as many as can be: the row beyond a strip has a say in it.
    fn march_complete(&mut self, rows: usize) {
        let last = self.frame.y.len().saturating_sub(1);
        self.advance(if rows >= last { last } else { rows.saturating_sub(1) });
    }

    fn classify<T: Number>(&mut self, values: &[T]) {
        let classes = Classes::<T>::new(self.frame.levels);
        let start = self.nodes.classes.len();
        self.nodes.classes.resize(start + values.len(), 0);
        let shares = self.nodes.classes[start..].par_chunks_mut(SHARE).zip(values.par_chunks(SHARE));
        shares.for_each(|(places, values)| classes.fill(values, places));
    }

    /// Marches the rows of cells before `end`.
    fn advance(&mut self, end: usize) {
        let width = self.frame.x.len();
        if end <= self.row || width < 2 {
            return;
        }
        let band = match (&self.nodes, self.frame.surface) {
            (Nodes { classes, .. }, _) if classes.is_empty() => Band::Cells(&self.cells),
            (Nodes { first, classes, kept }, surface) => {
                let values = match (kept, surface) {
                    (_, Some(_)) => Values::Asked,
                    (Samples::F32(kept), None) => Values::Single(&kept[0]),
                    (Samples::F64(kept), None) => Values::Double(&kept[0]),
                };
                Band::Nodes { first: *first, classes, values }
            }
        };
        let height = (self.strip / width).clamp(1, end - self.row);
        let strips: Vec<_> = (self.row..end).step_by(height).map(|row| row..(row + height).min(end)).collect();
        let frame = &self.frame;
        let found: Vec<_> = strips.into_par_iter().map(|rows| (rows.end, march(frame, &band, rows))).collect();
        for (top, pieces) in found {
            self.joiner.add(pieces, width, top);
        }
        self.row = end;
        // The row below the next strip has a say in it too.
        self.cells.forget_before(end - 1);
        self.nodes.forget_before(end - 1, width);
    }

    /// Whether the engine's numbers were too coarse for lines to be found.
    fn is_vague(&self) -> bool {
        self.frame.vague.load(Ordering::Relaxed)
    }

    /// Refuses to hold more than so many bytes.
    fn check(&self, memory: usize) -> Result<(), RequestError> {
        check_found("lines", self.joiner.bytes(), 100 * self.row / self.frame.y.len().max(1), memory)
    }

    /// The lines, ordered by level and then by where they begin.
    #[must_use]
    pub fn finish(self) -> Vec<Path> {
        let cell = [&self.frame.x, &self.frame.y].map(|axis| match axis.as_slice() {
            [first, .., last] => (last - first).abs() / (axis.len() - 1) as f64,
            _ => 0.0,
        });
        self.joiner.finish(self.frame.levels, cell)
    }
}

/// The lines of the first plane of `prepared` at these levels, ascending; see [`Tracer`]. Axes beyond the second have one node.
///
/// # Errors
/// What the engine or the watch reports, and lines that take more than the memory that is allowed.
pub fn trace(
    prepared: &mut Prepared,
    levels: &[f64],
    surface: Option<&dyn Surface>,
    normals: bool,
    watch: &mut dyn Watch,
) -> Result<Vec<Path>, RequestError> {
    let axis = |axis: usize| prepared.grid().axes().get(axis).map_or_else(|| vec![0.0], crate::grid::Axis::table);
    let (x, y, memory) = (axis(0), axis(1), prepared.memory());
    let mut tracer = Tracer::new(x.clone(), y.clone(), levels, surface, normals);
    if surface.is_some() && (1..=MAX_THRESHOLDS).contains(&levels.len()) && prepared.holds_rows(LEAST_ROWS) {
        // Of a function the cells are enough, and an engine finds them where it finds the values.
        let single = || Classes::<f32>::new(levels).levels().iter().map(|&level| level.into()).collect();
        let thresholds: Vec<f64> = if prepared.engine().arithmetic() == "f32" { single() } else { levels.to_vec() };
        prepared.active_cells(0, &thresholds, watch, |rows, cells| {
            tracer.add_cells(rows, cells);
            tracer.check(memory)
        })?;
    } else {
        prepared.bands(watch, |samples| {
            tracer.add(samples);
            tracer.check(memory)
        })?;
    }
    match surface {
        Some(surface) if tracer.is_vague() => asked_everywhere([x, y], levels, surface, normals, memory, watch),
        _ => Ok(tracer.finish()),
    }
}

/// The same of a function whose nodes an engine in single precision does not tell apart: it is asked for all of them.
fn asked_everywhere(
    [x, y]: [Vec<f64>; 2],
    levels: &[f64],
    surface: &dyn Surface,
    normals: bool,
    memory: usize,
    watch: &mut dyn Watch,
) -> Result<Vec<Path>, RequestError> {
    let mut tracer = Tracer::new(x.clone(), y.clone(), levels, Some(surface), normals);
    watch.begin("comparing in double precision", x.len() * y.len());
    for rows in y.chunks((STRIP / x.len().max(1)).max(1)) {
        let points: Vec<[f64; 2]> = rows.iter().flat_map(|&y| x.iter().map(move |&x| [x, y])).collect();
        let values = points.par_chunks(SHARE / 16).flat_map_iter(|points| surface.values(points)).collect();
        tracer.add(&Samples::F64(vec![values]));
        tracer.check(memory)?;
        watch.advance(points.len())?;
    }
    Ok(tracer.finish())
}

#[cfg(test)]
mod tests;
