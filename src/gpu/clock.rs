//! Measures how long the kernels of a batch run on the device itself, apart from copies and waiting.

use std::time::Duration;

use super::{Gpu, GpuError, Staging, Storage};

/// A start and an end, as the device counts.
const BYTES: u64 = 16;

/// A stopwatch on the device, if it has one.
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
}

impl Clock {
    /// A stopwatch; it stands still on a device that cannot measure.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn new(gpu: &Gpu) -> Result<Self, GpuError> {
        if !gpu.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Ok(Self { parts: None });
        }
        let (queries, resolved) = gpu.scoped("a clock", BYTES, || {
            let label = Some("clock");
            let ty = wgpu::QueryType::Timestamp;
            let queries = gpu.device.create_query_set(&wgpu::QuerySetDescriptor { label, ty, count: 2 });
            let usage = wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC;
            let descriptor = wgpu::BufferDescriptor { label, size: BYTES, usage, mapped_at_creation: false };
            (queries, gpu.device.create_buffer(&descriptor))
        })?;
        let copy = Storage::new(gpu, "clock", BYTES)?;
        let staging = Staging::new(gpu, "clock", BYTES)?;
        let period = f64::from(gpu.queue.get_timestamp_period());
        Ok(Self { parts: Some(Parts { queries, resolved, copy, staging, period }) })
    }

    /// What a compute pass is told.
    pub(super) fn writes(&self) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        self.parts.as_ref().map(|parts| wgpu::ComputePassTimestampWrites {
            query_set: &parts.queries,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        })
    }

    /// Records the copy of both times, after the pass.
    pub(super) fn record(&mut self, encoder: &mut wgpu::CommandEncoder) {
        if let Some(parts) = self.parts.as_mut().filter(|parts| parts.staging.is_free()) {
            encoder.resolve_query_set(&parts.queries, 0..2, &parts.resolved, 0);
            encoder.copy_buffer_to_buffer(&parts.resolved, 0, &parts.copy.buffer, 0, BYTES);
            parts.staging.record(encoder, &parts.copy, 0..BYTES);
        }
    }

    /// The time of the batch that was measured last, after the wait for it.
    pub fn elapsed(&mut self) -> Option<Duration> {
        let parts = self.parts.as_mut()?;
        let counts = parts.staging.read(bytemuck::pod_read_unaligned::<[u64; 2]>).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "a difference of nanoseconds is far below 2^53")]
        let nanoseconds = counts[1].saturating_sub(counts[0]) as f64 * parts.period;
        Some(Duration::from_secs_f64(nanoseconds * 1e-9))
    }
}
