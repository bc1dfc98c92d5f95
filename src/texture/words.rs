//! Turns rows of gradients into the words of [`crate::kernels::lic`]: directions in pixels of the picture, and noise.
//!
//! A gradient is a velocity in coordinates, so along an axis whose nodes are `d` apart it moves `1/d` nodes in unit time: cells that
//! are not square, axes that fall, uneven nodes and a y that grows upward turn its direction on the screen. Everything is computed in `f64`
//! from the gradient, by exactly rounded operations and for every engine on the CPU, so that all get the same words.
//!
//! **Magnified cells** (small grids are drawn with several pixels a cell) get a direction per pixel: velocities are interpolated
//! bilinearly between the middles of cells before they are normalised, so that a critical point between nodes is one in the picture,
//! too. A pixel whose cell is masked is masked, and masked neighbours take no part.
//!
//! **Edges.** NaN is a masked cell. Gradients of any size that an `f32` can have, subnormal ones too, have a direction; zero has none.

use crate::field::Samples;
use crate::grid::{Axis, Grid};
use crate::kernels::lic::noise::Noise;
use crate::kernels::lic::{MASKED, UNIT, word};
use rayon::prelude::*;
use std::ops::Range;

/// Rows that one worker makes after each other, sharing rows of the noise's lattice.
const SHARE: usize = 16;

/// How a grid lies in its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Pixels along a side of a cell.
    magnify: usize,
    /// Cells across and down.
    cells: (usize, usize),
    /// For each column, and each row from the top, the velocity in pixels of a unit gradient, up to a common factor.
    across: Vec<f64>,
    down: Vec<f64>,
    first_row_on_top: bool,
}

impl Geometry {
    /// A grid of which no more than two axes have more than one node, drawn with so many pixels along a side of a cell.
    #[must_use]
    pub fn new(grid: &Grid, first_row_on_top: bool, magnify: usize) -> Self {
        let spacings = [0, 1].map(|axis| grid.axes().get(axis).map_or(vec![0.0], spacings));
        let distances = spacings.iter().flatten().map(|spacing| spacing.abs());
        let smallest = distances.filter(|&distance| distance > 0.0).fold(f64::INFINITY, f64::min);
        // At most one, so that nothing overflows. Along an axis of a single node nothing moves.
        let speed = |spacing: f64| if spacing == 0.0 { 0.0 } else { smallest / spacing };
        let [mut across, mut down] = spacings;
        across.iter_mut().chain(&mut down).for_each(|spacing| *spacing = speed(*spacing));
        if !first_row_on_top {
            down.reverse();
            down.iter_mut().for_each(|speed| *speed = -*speed);
        }
        Self { magnify: magnify.max(1), cells: (across.len(), down.len()), across, down, first_row_on_top }
    }

    /// Pixels along a side of a cell.
    #[must_use]
    pub fn magnify(&self) -> usize {
        self.magnify
    }

    /// Pixels across and down.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.cells.0 * self.magnify, self.cells.1 * self.magnify)
    }

    /// The rows of cells, from the top, that rows of pixels are made from.
    #[must_use]
    pub fn rows_of_cells(&self, pixels: &Range<usize>) -> Range<usize> {
        let (first, last) = (pixels.start / self.magnify, pixels.end.saturating_sub(1) / self.magnify);
        let around = usize::from(self.magnify > 1);
        first.saturating_sub(around)..(last + 1 + around).min(self.cells.1)
    }

    /// The cells of the grid in these rows from the top.
    #[must_use]
    pub fn cells_of(&self, rows: &Range<usize>) -> Range<usize> {
        let (width, height) = self.cells;
        let lying = if self.first_row_on_top { rows.clone() } else { height - rows.end..height - rows.start };
        lying.start * width..lying.end * width
    }

    /// Where a row from the top begins among the values of `rows`.
    fn begin(&self, row: usize, rows: &Range<usize>) -> usize {
        self.cells.0 * if self.first_row_on_top { row - rows.start } else { rows.end - 1 - row }
    }
}

/// The signed distance from each node to the next, halfway between its two sides.
fn spacings(axis: &Axis) -> Vec<f64> {
    if axis.is_even() {
        return vec![axis.spacing(); axis.len()];
    }
    let last = axis.len() - 1;
    let around = (0..=last).map(|index| (index.saturating_sub(1), (index + 1).min(last)));
    around
        .map(|(before, after)| {
            (axis.world_from_index(after) - axis.world_from_index(before)) / (after - before).max(1) as f64
        })
        .collect()
}

/// Writes the words of rows of pixels, each with an empty word on either side. The first two planes of `gradients` are the components along
/// x and y over the cells of [`Geometry::rows_of_cells`].
pub fn fill(geometry: &Geometry, noise: Noise, pixels: &Range<usize>, gradients: &Samples, words: &mut [u32]) {
    let width = geometry.size().0;
    let rows = geometry.rows_of_cells(pixels);
    let stride = width + 2;
    words.par_chunks_mut(stride * SHARE).enumerate().for_each(|(share, words)| {
        let (mut noise, mut grain) = (noise.rows(width), vec![0; width]);
        for (nth, words) in words.chunks_exact_mut(stride).enumerate() {
            let row = pixels.start + share * SHARE + nth;
            noise.row(row as u64, &mut grain);
            (words[0], words[width + 1]) = (MASKED, MASKED);
            let inner = &mut words[1..=width];
            match gradients {
                Samples::F32(planes) => fill_row(geometry, row, &rows, planes, &grain, inner),
                Samples::F64(planes) => fill_row(geometry, row, &rows, planes, &grain, inner),
            }
        }
    });
}

/// The words of one row of pixels.
fn fill_row<T: Copy + Into<f64>>(
    geometry: &Geometry,
    row: usize,
    rows: &Range<usize>,
    planes: &[Vec<T>],
    grain: &[i8],
    words: &mut [u32],
) {
    let Some(gx) = planes.first() else { return words.fill(MASKED) };
    // Along an axis that is not there nothing moves, whatever the numbers.
    let gy = planes.get(1).unwrap_or(gx);
    let (magnify, (width, height)) = (geometry.magnify, geometry.cells);
    if magnify == 1 {
        let (begin, down) = (geometry.begin(row, rows), geometry.down[row]);
        let (gx, gy) = (&gx[begin..begin + width], &gy[begin..begin + width]);
        let cells = gx.iter().zip(gy).zip(&geometry.across).zip(grain);
        for (word, (((&gx, &gy), &across), &grain)) in words.iter_mut().zip(cells) {
            *word = word_of(gx.into() * across, gy.into() * down, grain);
        }
        return;
    }
    let (above, below, share) = between(row, magnify, height);
    let at = |column: usize, row: usize| {
        let cell = geometry.begin(row, rows) + column;
        (gx[cell].into() * geometry.across[column], gy[cell].into() * geometry.down[row])
    };
    for (column, (word, &grain)) in words.iter_mut().zip(grain).enumerate() {
        let (left, right, part) = between(column, magnify, width);
        let corners = [
            (at(left, above), (1.0 - part) * (1.0 - share)),
            (at(right, above), part * (1.0 - share)),
            (at(left, below), (1.0 - part) * share),
            (at(right, below), part * share),
        ];
        let known = corners.into_iter().filter(|&((x, y), _)| x.is_finite() && y.is_finite());
        let (own_x, own_y) = at(column / magnify, row / magnify);
        *word = if own_x.is_finite() && own_y.is_finite() {
            // Quartered, so that the sum of four is within reach.
            let sum = |part: fn((f64, f64)) -> f64| known.clone().map(|(v, weight)| part(v) * 0.25 * weight).sum();
            word_of(sum(|v| v.0), sum(|v| v.1), grain)
        } else {
            MASKED
        };
    }
}

/// The two cells between whose middles a pixel lies, and how far it is from the first to the second.
fn between(pixel: usize, magnify: usize, count: usize) -> (usize, usize, f64) {
    // In halves of a pixel the middles of cells are at odd multiples of `magnify`.
    let Some(at) = (2 * pixel + 1).checked_sub(magnify) else { return (0, 0, 0.0) };
    let (first, rest) = (at / (2 * magnify), at % (2 * magnify));
    (first, (first + 1).min(count - 1), rest as f64 / (2 * magnify) as f64)
}

/// The word of a velocity in pixels, whatever its length.
#[inline(always)]
fn word_of(x: f64, y: f64, grain: i8) -> u32 {
    let largest = x.abs().max(y.abs());
    // A maximum loses one NaN, and a sum may be one of two infinities.
    if x.is_nan() || y.is_nan() || largest == f64::INFINITY {
        return MASKED;
    }
    let (x, y) = if largest > 0.0 { (x / largest, y / largest) } else { (0.0, 0.0) };
    let scale = UNIT / (x * x + y * y).sqrt().max(1.0);
    // Rounded half away from zero.
    #[expect(clippy::cast_possible_truncation, reason = "at most UNIT")]
    let whole = |part: f64| (part * scale + 0.5_f64.copysign(part)) as i32;
    word(whole(x), whole(y), grain)
}

#[cfg(test)]
mod tests;
