//! Storage that grows and is kept from band to band, and staging memory through which results are read back.
//!
//! Fresh mapped memory is slow to touch, so buffers are made once and grow only when a larger band comes.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Gpu, GpuError};

/// A storage buffer on the device.
#[derive(Debug)]
pub struct Storage {
    what: &'static str,
    pub(super) buffer: wgpu::Buffer,
    size: u64,
}

/// Buffers are sized in steps of this many bytes, which suits every alignment rule.
const STEP: u64 = 256;

/// Refuses what the limits of the device do not allow, and makes the rest.
fn create(
    gpu: &Gpu,
    what: &'static str,
    bytes: u64,
    limit: u64,
    usage: wgpu::BufferUsages,
) -> Result<wgpu::Buffer, GpuError> {
    let size = bytes.max(1).div_ceil(STEP).saturating_mul(STEP);
    if size > limit {
        return Err(GpuError::TooLarge { what: what.into(), bytes, limit });
    }
    gpu.scoped(what, size, || {
        gpu.device.create_buffer(&wgpu::BufferDescriptor { label: Some(what), size, usage, mapped_at_creation: false })
    })
}

impl Storage {
    /// Makes a buffer of at least so many bytes; `what` is for messages.
    ///
    /// # Errors
    /// When the device does not allow so many, or has no memory left.
    pub fn new(gpu: &Gpu, what: &'static str, bytes: u64) -> Result<Self, GpuError> {
        use wgpu::BufferUsages as Usage;
        let limits = gpu.limits();
        let usage = Usage::STORAGE | Usage::COPY_DST | Usage::COPY_SRC;
        let buffer = create(gpu, what, bytes, limits.binding.min(limits.buffer), usage)?;
        Ok(Self { what, size: buffer.size(), buffer })
    }

    /// Its bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes room for so many bytes. What was in the buffer is lost when it grows.
    ///
    /// # Errors
    /// As for [`Storage::new`].
    pub fn reserve(&mut self, gpu: &Gpu, bytes: u64) -> Result<(), GpuError> {
        if bytes > self.size() {
            // The old buffer goes first, so that both need not fit together. Without the new one, there is none.
            self.size = 0;
            self.buffer.destroy();
            *self = Self::new(gpu, self.what, bytes)?;
        }
        Ok(())
    }

    /// Writes bytes (a multiple of four) before the next submission runs.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn write(&self, gpu: &Gpu, offset: u64, bytes: &[u8]) -> Result<(), GpuError> {
        if bytes.is_empty() {
            return Ok(());
        }
        gpu.scoped(self.what, bytes.len() as u64, || gpu.queue.write_buffer(&self.buffer, offset, bytes))
    }
}

/// Where a mapping stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// The device may write.
    Free,
    /// On its way.
    Pending,
    /// The processor may read.
    Mapped,
    /// The device would not map it.
    Failed(String),
}

/// Memory to read results back through.
#[derive(Debug)]
pub struct Staging {
    what: &'static str,
    pub(super) buffer: wgpu::Buffer,
    size: u64,
    state: Arc<Mutex<State>>,
    filled: u64,
}

impl Staging {
    /// Makes staging memory of at least so many bytes; `what` is for messages.
    ///
    /// # Errors
    /// When the device does not allow so many, or has no memory left.
    pub fn new(gpu: &Gpu, what: &'static str, bytes: u64) -> Result<Self, GpuError> {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let buffer = create(gpu, what, bytes, gpu.limits().buffer, usage)?;
        Ok(Self { what, size: buffer.size(), buffer, state: Arc::new(Mutex::new(State::Free)), filled: 0 })
    }

    /// Its bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes room for so many bytes.
    ///
    /// # Errors
    /// As for [`Staging::new`].
    pub fn reserve(&mut self, gpu: &Gpu, bytes: u64) -> Result<(), GpuError> {
        if bytes > self.size() {
            self.size = 0;
            self.buffer.destroy();
            *self = Self::new(gpu, self.what, bytes)?;
        }
        Ok(())
    }

    /// Whether a batch may fill it.
    pub(super) fn is_free(&self) -> bool {
        *self.lock() == State::Free
    }

    /// Records the copy out of a buffer and the mapping that follows it. The range is within both buffers.
    pub(super) fn record(&mut self, encoder: &mut wgpu::CommandEncoder, from: &Storage, bytes: Range<u64>) {
        self.filled = bytes.end - bytes.start;
        encoder.copy_buffer_to_buffer(&from.buffer, bytes.start, &self.buffer, 0, self.filled);
        *self.lock() = State::Pending;
        let state = Arc::clone(&self.state);
        encoder.map_buffer_on_submit(&self.buffer, wgpu::MapMode::Read, 0..self.filled, move |mapped| {
            let now = mapped.map_or_else(|e| State::Failed(e.to_string()), |()| State::Mapped);
            *state.lock().unwrap_or_else(PoisonError::into_inner) = now;
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the bytes that came back to `read`, after the wait for their submission, and frees the memory.
    ///
    /// # Errors
    /// When nothing came back.
    pub fn read<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T, GpuError> {
        let refused = |message: String| GpuError::Refused { what: self.what.into(), message };
        let state = self.lock().clone();
        match state {
            State::Mapped => {}
            State::Failed(message) => {
                *self.lock() = State::Free;
                return Err(refused(message));
            }
            other => return Err(refused(format!("reading back what is not there ({other:?})"))),
        }
        let done = match self.buffer.get_mapped_range(0..self.filled) {
            Ok(bytes) => Ok(read(&bytes)),
            Err(error) => Err(refused(error.to_string())),
        };
        self.buffer.unmap();
        *self.lock() = State::Free;
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{Batch, Choice};

    #[test]
    #[ignore = "needs a GPU adapter; tests/run runs it"]
    fn bytes_come_back_and_limits_are_kept() {
        let gpu = Gpu::open(Choice::Any).expect("an adapter");
        let mut storage = Storage::new(&gpu, "test", 10).expect("a small buffer");
        assert_eq!(storage.size(), STEP, "rounded up");
        storage.reserve(&gpu, 1000).expect("a larger buffer");
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        storage.write(&gpu, 0, &bytes).expect("fits");
        let mut staging = Staging::new(&gpu, "test", 1000).expect("staging");
        assert!(staging.read(|_| ()).is_err(), "nothing has come yet");
        for range in [0..1000, 4..8] {
            let mut batch = Batch::new();
            batch.read(&storage, range.start as u64..range.end as u64, &mut staging);
            let ticket = gpu.submit(batch).expect("submitted");
            gpu.wait(&ticket).expect("done");
            let same = staging.read(|got| got == &bytes[range.clone()]).expect("mapped");
            assert!(same, "the bytes of {range:?}");
        }
        assert!(storage.write(&gpu, 1024, &bytes).is_err(), "past the end");
        let limit = gpu.limits().binding.min(gpu.limits().buffer);
        let error = Storage::new(&gpu, "test", limit + 1).map(|_| ()).expect_err("over the limit");
        assert!(matches!(error, GpuError::TooLarge { .. }), "{error}");
        assert_eq!(gpu.health(), Ok(()), "no error escaped");
    }
}
