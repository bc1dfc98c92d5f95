//! Runs the kernel of [`crate::kernels::lic`] on a device over bands of rows.
//!
//! The words of a band go to the device and its bytes come back: five bytes for each cell, and four for those around the band. A band is cut
//! into dispatches that stay short ([`Pace`]). A few cells of each band are computed by the twin as well; where they differ the
//! device is not to be trusted, and whoever asked computes the band by the twin.

use crate::gpu::{Batch, Clock, Gpu, GpuError, Pace, Pipeline, Staging, Storage};
use crate::kernels::lic::{self, Filter, Params};
use crate::kernels::{QUAD, quads};
use std::time::Instant;

/// Cells of a band that the twin computes, too.
const CANARIES: usize = 64;

/// The kernel on a device, with its buffers.
#[derive(Debug)]
pub(super) struct Device {
    gpu: Gpu,
    pipeline: Pipeline,
    words: Storage,
    tables: Storage,
    bytes: Storage,
    staging: Staging,
    clock: Clock,
    pace: Pace,
}

impl Device {
    /// Compiles the kernel and uploads the tables of a filter.
    pub(super) fn new(gpu: &Gpu, filter: &Filter) -> Result<Self, GpuError> {
        let tables = Storage::new(gpu, "weights", size_of_val(filter.tables()) as u64)?;
        tables.write(gpu, 0, bytemuck::cast_slice(filter.tables()))?;
        Ok(Self {
            gpu: gpu.clone(),
            pipeline: gpu.compile(&lic::kernel())?,
            words: Storage::new(gpu, "directions", 0)?,
            tables,
            bytes: Storage::new(gpu, "texture", 0)?,
            staging: Staging::new(gpu, "texture", 0)?,
            clock: Clock::new(gpu)?,
            pace: Pace::default(),
        })
    }

    /// The most words that a band may have, those around it included.
    pub(super) fn most_words(&self) -> usize {
        let limits = self.gpu.limits();
        usize::try_from(limits.binding.min(limits.buffer) / 4).unwrap_or(usize::MAX).min(1 << 31)
    }

    /// Computes the bytes of a band; false if those that were looked at are wrong.
    pub(super) fn run(
        &mut self,
        words: &[u32],
        params: Params,
        filter: &Filter,
        bytes: &mut [u8],
    ) -> Result<bool, GpuError> {
        let stride = quads(params.cells);
        let size = 4 * u64::from(stride);
        self.words.reserve(&self.gpu, 4 * words.len() as u64)?;
        self.bytes.reserve(&self.gpu, size)?;
        self.staging.reserve(&self.gpu, size)?;
        self.words.write(&self.gpu, 0, bytemuck::cast_slice(words))?;
        let mut first = 0;
        while first < stride {
            let end = first + self.pace.size().min(stride - first);
            let piece = Params { first_quad: first, cells: (end * QUAD).min(params.cells), ..params };
            let mut batch = Batch::new();
            let buffers = [("words", &self.words), ("tables", &self.tables), ("bytes", &self.bytes)];
            batch.dispatch(&self.pipeline, bytemuck::bytes_of(&piece), &buffers, u64::from(end - first));
            if end == stride {
                batch.read(&self.bytes, 0..size, &mut self.staging);
            }
            self.clock.reset();
            batch.time(&mut self.clock, true);
            let started = Instant::now();
            let ticket = self.gpu.submit(batch)?;
            self.gpu.wait(&ticket)?;
            let waited = started.elapsed();
            let took = self.clock.elapsed().and_then(|times| times.first().copied()).unwrap_or(waited);
            self.pace.record(end - first, took);
            first = end;
        }
        self.staging.read(|read| bytes.copy_from_slice(&read[..bytes.len()]))?;
        Ok(agrees(words, &params, filter, bytes))
    }
}

/// Whether the twin gives the same bytes for some cells: from a place in the first row that differs from band to band.
fn agrees(words: &[u32], params: &Params, filter: &Filter, bytes: &[u8]) -> bool {
    let width = params.width as usize;
    let rows = bytes.len() / width.max(1);
    let row = rows / 2;
    let count = width.min(CANARIES);
    let column = (words.len() / 7) % (width - count + 1);
    let start = params.origin as usize + row * params.stride as usize + column;
    let mut twin = [0; CANARIES];
    lic::lic(words, start, params.stride as usize, filter, &mut twin[..count]);
    bytes[row * width + column..][..count] == twin[..count]
}

#[cfg(test)]
mod tests;
