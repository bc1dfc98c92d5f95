//! What the machine can do: bytes written and copied into buffers that exist, and single-precision arithmetic, on all cores.
//!
//! Buffers are touched before they are timed: the first write to a fresh page costs the system far more than the write. The arithmetic is a
//! chain of a multiplication and an addition, not fused (no engine fuses them), over enough independent lanes to hide the
//! latency of both. A limit is the best of the rounds: less was the machine being busy with something else.
//!
//! **Limits of the limits.** Compilers' stores go through the cache, so a write of new bytes also reads them; hand-written streaming
//! stores would reach up to twice the rate. Buffers that fit the cache are written faster than those of 64 MiB; the limit
//! of each benchmark row is therefore measured on buffers of the row's own size.

use super::{Bands, LEAST_SAMPLE};
use multiversion::multiversion;
use rayon::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Bytes of the buffers for the machine's bandwidth: more than its caches hold.
pub const BUFFER: usize = 64 << 20;

/// Bytes that a thread writes at once.
const PIECE: usize = 128 << 10;

/// Independent lanes of arithmetic: twelve vectors of eight.
const LANES: usize = 96;

/// Multiplications and additions of one lane between two looks at the clock.
const LINKS: u32 = 1 << 16;

/// How many passes of such a length make a sample.
#[must_use]
pub(super) fn repeats(pass: Duration) -> u32 {
    let count = LEAST_SAMPLE.as_secs_f64() / pass.as_secs_f64().max(1e-9);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to [1, 1000]")]
    let count = count.ceil().clamp(1.0, 1000.0) as u32;
    count
}

/// Writes what an engine would write, and nothing else.
#[derive(Debug)]
pub struct Writer {
    buffer: Vec<u64>,
    bytes_per_cell: usize,
    turn: u64,
}

impl Writer {
    /// A buffer for one band, touched.
    #[must_use]
    pub fn new(bands: Bands, bytes_per_cell: usize) -> Self {
        let bytes = bands.band.min(bands.cells) * bytes_per_cell;
        Self { buffer: vec![1; bytes.div_ceil(8)], bytes_per_cell, turn: 0 }
    }

    /// Bytes per cell.
    #[must_use]
    pub fn bytes_per_cell(&self) -> usize {
        self.bytes_per_cell
    }

    /// Seconds for one pass over all bands, the mean of `passes`.
    pub fn pass(&mut self, bands: Bands, passes: u32) -> f64 {
        let start = Instant::now();
        for _ in 0..passes {
            for cells in bands.iter() {
                self.turn += 1;
                let words = (cells.len() * self.bytes_per_cell).div_ceil(8).min(self.buffer.len());
                write(&mut self.buffer[..words], self.turn);
            }
        }
        start.elapsed().as_secs_f64() / f64::from(passes)
    }
}

fn write(buffer: &mut [u64], value: u64) {
    buffer.par_chunks_mut(PIECE / 8).for_each(|part| part.fill(value));
    black_box(buffer);
}

/// The best of what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// Bytes written per second.
    pub write: f64,
    /// Bytes copied per second; each is read and written.
    pub copy: f64,
    /// Multiplications and additions per second.
    pub arithmetic: f64,
}

impl Limits {
    /// One more round.
    pub fn measure(&mut self) {
        let (mut from, mut to) = (vec![1_u64; BUFFER / 8], vec![2_u64; BUFFER / 8]);
        let rate = |amount: f64, act: &mut dyn FnMut()| {
            let start = Instant::now();
            act();
            amount / start.elapsed().as_secs_f64()
        };
        for turn in 0..3 {
            self.write = self.write.max(rate(BUFFER as f64, &mut || write(&mut from, turn)));
            self.copy = self.copy.max(rate(BUFFER as f64, &mut || {
                to.par_chunks_mut(PIECE / 8)
                    .zip(from.par_chunks(PIECE / 8))
                    .for_each(|(to, from)| to.copy_from_slice(from));
                black_box(&mut to);
            }));
            let threads = rayon::current_num_threads();
            // The threads get several pieces each, so that none waits long for the slowest.
            let pieces = 16 * threads;
            let operations = 2.0 * f64::from(LINKS) * LANES as f64 * pieces as f64;
            self.arithmetic = self.arithmetic.max(rate(operations, &mut || {
                (0..pieces).into_par_iter().for_each(|_| {
                    let mut lanes = [1.0_f32; LANES];
                    chain(black_box(&mut lanes), black_box(0.5), black_box(0.25));
                    black_box(&lanes);
                });
            }));
        }
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn chain(lanes: &mut [f32; LANES], factor: f32, term: f32) {
    let mut own = *lanes;
    for _ in 0..LINKS {
        for lane in &mut own {
            *lane = *lane * factor + term;
        }
    }
    *lanes = own;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_rates_of_this_world() {
        let mut limits = Limits::default();
        limits.measure();
        // From a tenth of the slowest machine one would use to a hundred times the fastest.
        assert!(limits.write > 1e8 && limits.write < 1e14, "{limits:?}");
        assert!(limits.copy > 1e8 && limits.copy < 1e14, "{limits:?}");
        assert!(limits.arithmetic > 1e8 && limits.arithmetic < 1e15, "{limits:?}");
    }

    #[test]
    fn the_chain_is_what_it_says() {
        let mut lanes = [1.0_f32; LANES];
        chain(&mut lanes, 0.5, 0.25);
        assert_eq!(lanes, [0.5; LANES], "x = x/2 + 1/4 has the fixed point 1/2");
    }

    #[test]
    fn short_passes_are_repeated() {
        assert_eq!(repeats(Duration::from_secs(1)), 1, "a long one");
        assert_eq!(repeats(Duration::from_millis(4)), 3, "a short one");
        assert_eq!(repeats(Duration::ZERO), 1000, "no more than that");
    }

    #[test]
    fn a_writer_writes_every_byte() {
        let bands = Bands { cells: 1000, band: 2000 };
        let mut writer = Writer::new(bands, 4);
        assert!(writer.pass(bands, 2) > 0.0, "it takes time");
        assert!(writer.buffer.len() == 500 && writer.buffer.iter().all(|&word| word == 2), "the second pass is last");
    }
}
