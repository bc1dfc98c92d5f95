//! Smears noise along the directions of a field, so that its lines are seen everywhere: line integral convolution.
//!
//! **Theory** (Cabral & Leedom, *Imaging vector fields using line integral convolution*, SIGGRAPH 1993). The brightness of a cell is
//! a weighted sum of noise along the line of the field through its centre, some way forward and backward. Neighbours on one line
//! share most of their noise and look alike; neighbours across it share none.
//!
//! **Practice.** A cell is one *word*: its direction as two numbers of 12 bits ([`UNIT`] long) and its noise in 8. The line is followed
//! by the midpoint rule in steps of one cell, the direction being that of the cell one is in; the noise at both points that a step looks at
//! enters the sum, so that each read serves twice. The paper's line changes direction at the borders of cells only, which makes it
//! drift outward in bends; that of the midpoint rule does not. Weights fall like Hann's window. The sum
//! is stretched by the standard deviation that it has for noise of this coarseness and this many samples ([`Filter`]), so that the contrast
//! is the same for any length, and where lines are short.
//!
//! **Everything is an integer**, positions too (12 bits below the cell, counted from the cell where the line begins). So the result depends on the words
//! within [`Filter::length`] cells alone, not on where a band begins, and shader and twin agree in every bit on any device.
//!
//! **Where a line ends**: at its full length; at a cell without direction (masked, beyond the grid, zero gradient: such a cell gives its
//! noise and ends it); and where the direction turns by a right angle or more from one read to the next, which happens at peaks, pits and
//! edges only, across which a line would swing to and fro.
//!
//! **Limits**: the rows around a band are complete to [`Filter::length`] above and below, with one empty word left and right of each row;
//! [`LONGEST`] cells each way; [`MOST_WORDS`] words.

pub mod noise;

use super::{Binding, Kernel};
use multiversion::multiversion;

/// The shader's text.
const WGSL: &str = include_str!("../../shaders/lic.wgsl");

/// The length of a direction: half a cell in the units of positions, less one, so that it fits its 12 bits.
pub const UNIT: f64 = 2047.0;

/// The most cells that a line is followed each way.
pub const LONGEST: u32 = 512;

/// The most words that the twin takes at a time.
pub const MOST_WORDS: usize = i32::MAX as usize;

/// The word of a masked cell, and of what lies beyond the grid.
pub const MASKED: u32 = 0;

/// Bits of a position within its cell.
const FRACTION: u32 = 12;
/// The centre of a cell.
const CENTRE: i32 = 1 << (FRACTION - 1);
/// The weight of a line's own cell.
const WEIGHT: f64 = 1024.0;
/// Bits below the unit of a stretch.
const STRETCH: u32 = 12;
/// The standard deviation of the noise in a word, as [`noise`] makes it.
const NOISE: f64 = 60.0;
/// Cells that the twin follows together.
const LANES: usize = 64;

/// The uniform block of the shader.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Params {
    /// Where the piece ends, in cells from the start of the band.
    pub cells: u32,
    /// Where the piece begins, in groups of four cells.
    pub first_quad: u32,
    /// Cells of a row.
    pub width: u32,
    /// Words from one row to the next.
    pub stride: u32,
    /// The word of the band's first cell.
    pub origin: u32,
    /// Half steps each way, even.
    pub reach: u32,
    /// Bits that a sum loses before it is stretched.
    pub shift: u32,
    /// The byte of a sum of zero.
    pub middle: i32,
    /// The byte of a masked cell.
    pub blank: u32,
}

/// The kernel.
#[must_use]
pub fn kernel() -> Kernel {
    let bindings = const {
        &[Binding::uniform("params"), Binding::read("words"), Binding::read("tables"), Binding::read_write("bytes")]
    };
    Kernel::new("lic", vec![WGSL.into()], bindings, 64, size_of::<Params>())
}

/// The word of a cell with a direction ([`UNIT`] long or zero) and its noise (−127 to 127).
#[must_use]
pub fn word(dx: i32, dy: i32, noise: i8) -> u32 {
    let word =
        (dx.cast_unsigned() & 0xfff) | (dy.cast_unsigned() & 0xfff) << 12 | u32::from(noise.cast_unsigned()) << 24;
    // A cell without direction whose noise is nothing would look masked.
    if word == MASKED { 1 << 24 } else { word }
}

fn dx_of(word: u32) -> i32 {
    (word << 20).cast_signed() >> 20
}

fn dy_of(word: u32) -> i32 {
    (word << 8).cast_signed() >> 20
}

fn noise_of(word: u32) -> i32 {
    word.cast_signed() >> 24
}

/// How noise is weighted along a line, and how the sum becomes a byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    length: u32,
    /// The weight of each half step, then the stretch of a sum by the number of half steps in it.
    tables: Vec<i32>,
    shift: u32,
    middle: u8,
    blank: u8,
}

impl Filter {
    /// A filter of so many cells each way (1 to [`LONGEST`]) for noise that is `coarse` cells coarse; bytes have this mean and standard deviation,
    /// and masked cells the byte `blank`.
    #[must_use]
    pub fn new(length: u32, coarse: f64, (middle, deviation): (u8, f64), blank: u8) -> Self {
        let length = length.clamp(1, LONGEST);
        let reach = 2 * length as usize;
        let hann = |k: usize| 0.5 + 0.5 * (std::f64::consts::PI * k as f64 / (reach + 1) as f64).cos();
        let weights: Vec<f64> = (0..=reach).map(|k| (WEIGHT * hann(k)).round()).collect();
        let largest = 127.0 * (2.0 * weights.iter().sum::<f64>() - weights[0]);
        // What is left has 15 bits, so that the product with a stretch has less than 31.
        let shift = (0..31).find(|&shift| largest / f64::from(1_u32 << shift) < 32_768.0).unwrap_or(31);
        let steps = |table: Vec<f64>| table.into_iter().map(whole);
        let stretch = deviations(&weights, coarse).into_iter().map(|of_sum| {
            let left = of_sum / f64::from(1_u32 << shift);
            (f64::from(1_u32 << STRETCH) * deviation / left).min(65_535.0)
        });
        let tables = steps(weights.clone()).chain(steps(stretch.collect())).collect();
        Self { length, tables, shift, middle, blank }
    }

    /// Cells each way.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.length
    }

    /// What the shader calls `tables`.
    #[must_use]
    pub fn tables(&self) -> &[i32] {
        &self.tables
    }

    /// The byte of a masked cell.
    #[must_use]
    pub fn blank(&self) -> u8 {
        self.blank
    }

    /// The uniform block for a band of so many cells in rows of `width`, from the word `origin` on, `stride` words from row to row.
    #[must_use]
    pub fn params(&self, cells: u32, width: u32, stride: u32, origin: u32) -> Params {
        let (reach, shift, middle, blank) =
            (2 * self.length, self.shift, i32::from(self.middle), u32::from(self.blank));
        Params { cells, first_quad: 0, width, stride, origin, reach, shift, middle, blank }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "less than 2^16")]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

/// The standard deviation of a sum by the number of half steps in it, the line being cut off at one end first.
fn deviations(weights: &[f64], coarse: f64) -> Vec<f64> {
    let reach = weights.len() - 1;
    // Half steps from one end of the line to the other, its own cell in the middle.
    let line: Vec<f64> = weights.iter().rev().chain(&weights[1..]).copied().collect();
    let alike = |apart: usize| quintic(0.5 * apart as f64 / coarse.max(1.0)) / quintic(0.0);
    let mut variance = 0.0;
    let mut all = Vec::with_capacity(2 * reach + 1);
    for (end, &weight) in line.iter().enumerate() {
        variance += weight * weight;
        let near = (0..end).rev().map(|other| (line[other], alike(end - other))).take_while(|near| near.1 > 0.0);
        variance += near.map(|(other, alike)| 2.0 * weight * other * alike).sum::<f64>();
        all.push(NOISE * variance.sqrt());
    }
    // The first ones lack the cell itself, which has the largest weight: short lines are cut off at both ends.
    let both: Vec<f64> = (0..reach).map(|count| both_ends(&line, reach, count, &alike)).collect();
    all.splice(0..reach, both);
    all
}

/// The same for a short line of `count` half steps around its cell.
fn both_ends(line: &[f64], middle: usize, count: usize, alike: &impl Fn(usize) -> f64) -> f64 {
    let part = &line[middle - count / 2..=middle + count.div_ceil(2)];
    let pairs = part.iter().enumerate().flat_map(|(i, a)| part.iter().enumerate().map(move |(j, b)| (i, j, a * b)));
    NOISE * pairs.map(|(i, j, product)| product * alike(i.abs_diff(j))).sum::<f64>().sqrt()
}

/// The quintic B-spline: the autocorrelation of the quadratic ones between which noise is interpolated.
fn quintic(x: f64) -> f64 {
    let x = x.abs();
    match x {
        ..1.0 => 0.55 + x * x * (-0.5 + x * x * (0.25 - x / 12.0)),
        1.0..2.0 => 0.425 + x * (0.625 + x * (-1.75 + x * (1.25 + x * (-0.375 + x / 24.0)))),
        2.0..3.0 => (3.0 - x).powi(5) / 120.0,
        _ => 0.0,
    }
}

/// The twin of the shader for neighbouring cells of one row, of which the first is at the word `start`: one byte for each.
///
/// Vectors follow `LANES` lines together; a line that has ended stands still and adds nothing. Words outside of `words`, of which there are up to
/// [`MOST_WORDS`], count as masked.
pub fn lic(words: &[u32], start: usize, stride: usize, filter: &Filter, bytes: &mut [u8]) {
    let narrow = |place: usize| i32::try_from(place).unwrap_or(i32::MAX);
    for (group, bytes) in bytes.chunks_mut(LANES).enumerate() {
        follow_group(words, narrow(start + group * LANES), narrow(stride), filter, bytes);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn follow_group(words: &[u32], start: i32, stride: i32, filter: &Filter, bytes: &mut [u8]) {
    let (weights, stretch) = filter.tables.split_at(2 * filter.length as usize + 1);
    let mut first = [MASKED; LANES];
    let from = words.get(start.cast_unsigned() as usize..).unwrap_or_default();
    first.iter_mut().zip(from).take(bytes.len()).for_each(|(first, &word)| *first = word);
    let mut lines = Lines { sum: first.map(|word| weights[0] * noise_of(word)), count: [0; LANES] };
    lines.follow::<1>(words, start, stride, &first, weights);
    lines.follow::<-1>(words, start, stride, &first, weights);
    for (lane, byte) in bytes.iter_mut().enumerate() {
        let stretch = stretch.get(lines.count[lane].cast_unsigned() as usize).copied().unwrap_or(0);
        let stretched = ((lines.sum[lane] >> filter.shift) * stretch) >> STRETCH;
        let value = (i32::from(filter.middle) + stretched).clamp(0, 255);
        #[expect(clippy::cast_sign_loss, reason = "clamped to a byte")]
        let value = value as u8;
        *byte = if first[lane] == MASKED { filter.blank } else { value };
    }
}

/// What has been summed up along the lines through neighbouring cells.
struct Lines {
    sum: [i32; LANES],
    count: [i32; LANES],
}

/// Where the lines are on their way.
struct Ends {
    x: [i32; LANES],
    y: [i32; LANES],
    /// The direction read last.
    dx: [i32; LANES],
    dy: [i32; LANES],
    /// All ones while a line goes on, else zero.
    on: [i32; LANES],
    /// The words read last.
    word: [u32; LANES],
}

impl Lines {
    /// The twin of `follow`, one way. Each loop over the lanes becomes vectors.
    #[inline(always)]
    fn follow<const WAY: i32>(
        &mut self,
        words: &[u32],
        start: i32,
        stride: i32,
        first: &[u32; LANES],
        weights: &[i32],
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a few lanes")]
        let x = std::array::from_fn(|lane| CENTRE + ((lane as i32) << FRACTION));
        let (dx, dy) = (first.map(|word| WAY * dx_of(word)), first.map(|word| WAY * dy_of(word)));
        let mut ends = Ends { x, y: [CENTRE; LANES], dx, dy, on: [0; LANES], word: *first };
        for lane in 0..LANES {
            ends.on[lane] = -i32::from(dx[lane] | dy[lane] != 0);
        }
        for pair in weights[1..].as_chunks::<2>().0 {
            if ends.on.iter().fold(0, |any, on| any | on) == 0 {
                break;
            }
            // Half a step from where a line stands, to read the direction in which it goes a whole one.
            ends.read::<1, 0>(words, start, stride);
            self.add::<WAY>(&mut ends, pair[0]);
            ends.read::<2, 2>(words, start, stride);
            self.add::<WAY>(&mut ends, pair[1]);
        }
    }

    /// Adds what was read, and ends the lines that turn back or have no direction any more.
    #[inline(always)]
    fn add<const WAY: i32>(&mut self, ends: &mut Ends, weight: i32) {
        for lane in 0..LANES {
            let (word, on) = (ends.word[lane], ends.on[lane]);
            self.sum[lane] += (weight * noise_of(word)) & on;
            self.count[lane] -= on;
            let (dx, dy) = (WAY * dx_of(word), WAY * dy_of(word));
            let ahead = ends.dx[lane] * dx + ends.dy[lane] * dy;
            ends.on[lane] = on & (-ahead >> 31);
            (ends.dx[lane], ends.dy[lane]) = (dx & ends.on[lane], dy & ends.on[lane]);
        }
    }
}

impl Ends {
    /// Reads the words `LOOK` half steps on, and goes `GO` of them.
    #[inline(always)]
    fn read<const LOOK: i32, const GO: i32>(&mut self, words: &[u32], start: i32, stride: i32) {
        let mut at = [0; LANES];
        for (lane, at) in at.iter_mut().enumerate() {
            let (x, y) = (self.x[lane] + LOOK * self.dx[lane], self.y[lane] + LOOK * self.dy[lane]);
            *at = start + (x >> FRACTION) + (y >> FRACTION) * stride;
            self.x[lane] += GO * self.dx[lane];
            self.y[lane] += GO * self.dy[lane];
        }
        for (word, at) in self.word.iter_mut().zip(at) {
            *word = words.get(at.cast_unsigned() as usize).copied().unwrap_or(MASKED);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
