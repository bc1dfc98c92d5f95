//! Measures how long kernels run on the device itself, apart from copies and waiting.

use std::time::Duration;

use super::{Gpu, GpuError, Staging, Storage};

/// A start and an end, as the device counts.
const BYTES: u64 = 16;

/// A stopwatch on the device, if it has one: it takes the times of up to [`Clock::PASSES`] passes, to be read together.
#[derive(Debug)]
pub struct Clock {
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    copy: Storage,
    staging: Staging,
    /// Nanoseconds per count.
    period: f64,
    /// Passes since the last reading.
    passes: u32,
}

impl Clock {
    /// The passes that can be measured between two readings.
    pub const PASSES: u32 = 32;

    /// A stopwatch; it stands still on a device that cannot measure.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        if !gpu.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Ok(Self { parts: None });
        }
        let bytes = BYTES * u64::from(Self::PASSES);
        let (queries, resolved) = gpu.scoped("a clock", bytes, || {
            let label = Some("clock");
            let ty = wgpu::QueryType::Timestamp;
            let count = 2 * Self::PASSES;
            let queries = gpu.device.create_query_set(&wgpu::QuerySetDescriptor { label, ty, count });
            let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC;
            let descriptor = wgpu::BufferDescriptor { label, size: bytes, usage, mapped_at_creation: false };
            (queries, gpu.device.create_buffer(&descriptor))
        })?;
        let copy = Storage::new(gpu, "clock", bytes)?;
        let staging = Staging::new(gpu, "clock", bytes)?;
        let period = f64::from(gpu.queue.get_timestamp_period());
        Ok(Self { parts: Some(Parts { queries, resolved, copy, staging, period, passes: 0 }) })
    }

    /// Whether it runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.parts.is_some()
    }

    /// Forgets the passes that were not read.
    pub fn reset(&mut self) {
        if let Some(parts) = &mut self.parts {
            parts.passes = 0;
        }
    }

    /// What a compute pass is told.
    pub(super) fn writes(&self) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        self.parts.as_ref().filter(|parts| parts.passes < Self::PASSES).map(|parts| wgpu::ComputePassTimestampWrites {
            query_set: &parts.queries,
            beginning_of_pass_write_index: Some(2 * parts.passes),
            end_of_pass_write_index: Some(2 * parts.passes + 1),
        })
    }

    /// Counts the pass that was told, and records the copy of all times if they are to be read.
    pub(super) fn record(&mut self, encoder: &mut wgpu::CommandEncoder, read: bool) {
        if let Some(parts) = self.parts.as_mut().filter(|parts| parts.passes < Self::PASSES) {
            parts.passes += 1;
            if read && parts.staging.is_free() {
                encoder.resolve_query_set(&parts.queries, 0..2 * parts.passes, &parts.resolved, 0);
                let bytes = BYTES * u64::from(parts.passes);
                encoder.copy_buffer_to_buffer(&parts.resolved, 0, &parts.copy.buffer, 0, bytes);
                parts.staging.record(encoder, &parts.copy, 0..bytes);
            }
        }
    }

    /// The times of the passes since the last reading, after the wait for them; `None` where it stands still.
    pub fn elapsed(&mut self) -> Option<Vec<Duration>> {
        let parts = self.parts.as_mut()?;
        parts.passes = 0;
        let counts: Vec<[u64; 2]> = parts.staging.read(bytemuck::pod_collect_to_vec).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "a difference of nanoseconds is far below 2^53")]
        let nanoseconds = |[start, end]: [u64; 2]| end.saturating_sub(start) as f64 * parts.period;
        Some(counts.into_iter().map(|pass| Duration::from_secs_f64(nanoseconds(pass) * 1e-9)).collect())
    }
}
