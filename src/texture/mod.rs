//! A texture that flows along the gradient, as a shade for pictures of any size: line integral convolution, band by band.
//!
//! ```text
//! ∇f, row by row ──words──▶ a window of rows ──lic (CPU or GPU)──▶ bytes, row by row
//!                            └── the next band keeps the rows that it shares
//! ```
//!
//! A [`Texture`] computes the gradient of rows when they are asked for, from the top of the picture down. What a cell becomes depends on the cells within
//! the length of a line ([`Look::length`]), so a band of rows takes as many rows above and below it; they are kept for the next band. Noise
//! depends on the pixel alone. So the same picture comes from bands of any height, byte for byte, on any engine of the same arithmetic.
//!
//! **Memory**: words of 4 bytes for the rows of a band and twice the length, the gradient of its rows, one byte a pixel.
//!
//! **Limits**: what a shade cannot show is the sense of the direction; arrows over it do. Rows are computed whole.

mod device;
pub mod words;

use crate::engine::{Engine, EngineError, PATIENCE};
use crate::field::Samples;
use crate::gpu::GpuError;
use crate::kernels::lic::noise::Noise;
use crate::kernels::lic::{self, Filter, LONGEST, MASKED};
use crate::picture::{PictureError, Shade};
use crate::request::{Prepared, RequestError};
use device::Device;
use rayon::prelude::*;
use std::ops::Range;
use words::Geometry;

/// Pixels of a band, if memory allows.
const BAND: usize = 1 << 20;
/// Bytes that a pixel of a band takes: its word, two components of a gradient in `f64`, its byte.
const BYTES: usize = 24;
/// Pixels of a row that a worker takes at a time.
const SHARE: usize = 2048;
/// The byte that leaves a colour as it is.
const PLAIN: u8 = 200;

/// The coarsest noise that is of use, in pixels.
pub const COARSEST: f64 = 64.0;

/// What a texture looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Pixels that lines are followed each way; by the size of the picture if `None`.
    pub length: Option<u32>,
    /// How many pixels coarse the noise is, and about as thick a line: 1 to [`COARSEST`].
    pub coarse: f64,
    /// The standard deviation of the brightness, whose mean is that of the colours.
    pub contrast: f64,
}

impl Default for Look {
    fn default() -> Self {
        Self { length: None, coarse: 1.5, contrast: 0.17 }
    }
}

/// The length of lines in a picture of which the longer side has so many pixels: long enough to be seen as lines when the whole is looked at.
#[must_use]
pub fn usual_length(longer: usize) -> u32 {
    u32::try_from(longer / 25).unwrap_or(u32::MAX).clamp(12, 40)
}

/// A texture over the pixels of a picture.
#[derive(Debug)]
pub struct Texture {
    prepared: Prepared,
    geometry: Geometry,
    noise: Noise,
    filter: Filter,
    device: Option<Device>,
    /// Rows of a band.
    band: usize,
    gradients: Samples,
    /// The words of rows `held`, counted from as many rows above the picture as a line is long.
    words: Vec<u32>,
    held: Range<usize>,
    /// The bytes of rows `ready`.
    bytes: Vec<u8>,
    ready: Range<usize>,
}

impl Texture {
    /// A texture along the first two planes of `gradient` — the components of a gradient along x and y — for a picture with `magnify` pixels along a
    /// side of a cell. It runs on the engine of the gradient.
    ///
    /// # Errors
    /// A device that does not take the kernel, and rows so long that those around one do not fit ([`lic::MOST_WORDS`]).
    pub fn new(gradient: Prepared, magnify: usize, look: Look) -> Result<Self, PictureError> {
        let geometry = Geometry::new(gradient.grid(), gradient.first_row_on_top(), magnify);
        let (width, height) = geometry.size();
        let length = look.length.unwrap_or_else(|| usual_length(width.max(height))).min(LONGEST);
        let around = 2 * length as usize;
        let words = (around + 1).saturating_mul(width + 2);
        if words > lic::MOST_WORDS {
            return Err(PictureError::Texture { length, width, bytes: words.saturating_mul(4) });
        }
        let filter = Filter::new(length, look.coarse, (PLAIN, f64::from(PLAIN) * look.contrast), PLAIN);
        let device = open(gradient.engine(), &filter).map_err(|error| PictureError::Request(error.into()))?;
        // A quarter of the budget; the rows around a band come on top.
        let pixels = BAND.min(gradient.memory() / 4 / BYTES);
        let most = (lic::MOST_WORDS / (width + 2)).saturating_sub(around);
        let mut band = (pixels / width.max(1)).min(most).clamp(1, height.max(1));
        let fits = device.as_ref().map_or(usize::MAX, |device| device.most_words() / (width + 2));
        // A picture whose rows are too long for the device is computed by the twin.
        let device = device.filter(|_| fits > around);
        if device.is_some() {
            band = band.min(fits - around);
        }
        let gradients = gradient.engine().samples(gradient.program().outputs().len());
        Ok(Self {
            prepared: gradient,
            geometry,
            noise: Noise::new(look.coarse),
            filter,
            device,
            band,
            gradients,
            words: Vec::new(),
            held: 0..0,
            bytes: Vec::new(),
            ready: 0..0,
        })
    }

    /// Pixels across and down.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.geometry.size()
    }

    /// Pixels that lines are followed each way.
    #[must_use]
    pub fn length(&self) -> u32 {
        self.filter.length()
    }

    /// Whether a device computes it.
    #[must_use]
    pub fn on_device(&self) -> bool {
        self.device.is_some()
    }

    /// Sees to it that the words of these rows are held.
    fn hold(&mut self, wanted: Range<usize>) -> Result<(), RequestError> {
        let (width, height) = self.geometry.size();
        let (stride, length) = (width + 2, self.filter.length() as usize);
        let kept = if self.held.contains(&wanted.start) { self.held.end.min(wanted.end) - wanted.start } else { 0 };
        if kept > 0 {
            let from = (wanted.start - self.held.start) * stride;
            self.words.copy_within(from..from + kept * stride, 0);
        }
        // An error on the way leaves nothing that could be taken for rows.
        self.held = 0..0;
        self.words.resize(wanted.len() * stride, MASKED);
        let fresh = wanted.start + kept..wanted.end;
        // Above and below the picture there is nothing.
        let inside = fresh.start.clamp(length, length + height)..fresh.end.clamp(length, length + height);
        self.words[kept * stride..].fill(MASKED);
        for first in inside.clone().step_by(self.band) {
            let rows = first..(first + self.band).min(inside.end);
            let pixels = rows.start - length..rows.end - length;
            let cells = self.geometry.cells_of(&self.geometry.rows_of_cells(&pixels));
            self.prepared.values(cells, &mut self.gradients)?;
            let part = (rows.start - wanted.start) * stride..(rows.end - wanted.start) * stride;
            words::fill(&self.geometry, self.noise, &pixels, &self.gradients, &mut self.words[part]);
        }
        self.held = wanted;
        Ok(())
    }

    /// Computes the bytes of these rows.
    fn make(&mut self, rows: Range<usize>) -> Result<(), RequestError> {
        let (width, _) = self.geometry.size();
        let (stride, length) = (width + 2, self.filter.length() as usize);
        self.hold(rows.start..rows.end + 2 * length)?;
        self.bytes.resize(rows.len() * width, 0);
        self.ready = 0..0;
        let origin = length * stride + 1;
        if !self.on_the_device(rows.len(), origin)? {
            let (words, filter) = (&self.words, &self.filter);
            self.bytes.par_chunks_mut(width).enumerate().for_each(|(row, bytes)| {
                bytes.par_chunks_mut(SHARE).enumerate().for_each(|(share, bytes)| {
                    lic::lic(words, origin + row * stride + share * SHARE, stride, filter, bytes);
                });
            });
        }
        self.ready = rows;
        Ok(())
    }

    /// Computes the bytes of so many rows on the device; false if there is none, or none that can be trusted.
    fn on_the_device(&mut self, rows: usize, origin: usize) -> Result<bool, RequestError> {
        let Some(device) = &mut self.device else { return Ok(false) };
        let (width, _) = self.geometry.size();
        let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let params = self.filter.params(narrow(rows * width), narrow(width), narrow(width + 2), narrow(origin));
        let right = device.run(&self.words, params, &self.filter, &mut self.bytes).map_err(EngineError::from)?;
        if !right {
            self.device = None;
        }
        Ok(right)
    }
}

/// The kernel on the device of an engine that has one; a driver that takes too long to compile it is not waited for.
fn open(engine: &Engine, filter: &Filter) -> Result<Option<Device>, EngineError> {
    let (Engine::Gpu(gpu) | Engine::Gpu64(gpu)) = engine else { return Ok(None) };
    match Device::new(&gpu.with_compile_deadline(PATIENCE), filter) {
        Ok(device) => Ok(Some(device)),
        Err(GpuError::CompileTimeout { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Shade for Texture {
    /// A byte for each pixel.
    fn rows(&mut self, first: usize, count: usize, out: &mut Vec<u8>) -> Result<(), PictureError> {
        let ((width, height), magnify) = (self.geometry.size(), self.geometry.magnify());
        out.clear();
        let end = (first + count).saturating_mul(magnify).min(height);
        let mut next = first * magnify;
        while next < end {
            if !self.ready.contains(&next) {
                self.make(next..(next + self.band).min(height))?;
            }
            let last = self.ready.end.min(end);
            let from = (next - self.ready.start) * width;
            out.extend_from_slice(&self.bytes[from..from + (last - next) * width]);
            next = last;
        }
        Ok(())
    }

    fn plain(&self) -> u8 {
        PLAIN
    }
}

#[cfg(test)]
mod tests;
