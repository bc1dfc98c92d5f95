//! The samples of a band on the device: what the taps of a program read.
//!
//! The planes are padded and continued beyond the grid before they come here (see [`crate::program::layer`]), so they are copied as
//! they are, one after the other, into one buffer that grows to the largest band and stays.

use super::{Evaluator, Real, refused};
use crate::gpu::{Gpu, GpuError, Storage};
use crate::kernels::evaluate::{self, Samples, samples};
use crate::program::Program;
use crate::program::emit::{self, Tap};
use crate::program::layer::{Padding, Slabs};
use std::ops::Range;

/// The samples on the device.
#[derive(Debug)]
pub(super) struct Store {
    layout: Samples,
    slabs: Slabs,
    pub(super) storage: Storage,
    /// The slabs whose cells can be computed.
    held: Range<usize>,
}

impl Store {
    /// A store for planes of this layout, which holds nothing yet.
    pub(super) fn new(gpu: &Gpu, layout: Samples, slabs: Slabs) -> Result<Self, GpuError> {
        Ok(Self { layout, slabs, storage: Storage::new(gpu, "samples", 0)?, held: 0..0 })
    }

    /// Whether all that these cells tap is there.
    pub(super) fn holds(&self, cells: &Range<usize>) -> bool {
        let slabs = self.slabs.of_cells(cells);
        self.held.start <= slabs.start && slabs.end <= self.held.end
    }

    /// Says where the samples of a band of cells are.
    pub(super) fn place(&self, cells: &Range<usize>, params: evaluate::Params) -> evaluate::Params {
        // The store's own limits keep both far below 2³².
        let narrow = |slabs: usize| u32::try_from(slabs).unwrap_or(u32::MAX);
        let slab = narrow(self.slabs.of_cells(cells).start - self.held.start);
        evaluate::Params { slabs: narrow(self.held.len()), slab, ..params }
    }

    fn send<T: Real>(&mut self, gpu: &Gpu, slabs: &Range<usize>, planes: &[&[T]]) -> Result<(), GpuError> {
        self.held = 0..0;
        let (bytes, count) = (size_of::<T>() as u64, slabs.len() as u64);
        let needed = self.layout.values(count);
        let given: u64 = planes.iter().map(|plane| plane.len() as u64).sum();
        if planes.len() != self.layout.planes.len() || given != needed {
            return Err(refused("samples", format!("{given} values in {} planes, not {needed}", planes.len())));
        }
        if needed > u64::from(u32::MAX) {
            return Err(GpuError::TooLarge { what: "samples".into(), bytes: needed * bytes, limit: bytes << 32 });
        }
        self.storage.reserve(gpu, needed * bytes)?;
        for (begin, plane) in self.layout.begins(count).into_iter().zip(planes) {
            self.storage.write(gpu, begin * bytes, bytemuck::cast_slice(plane))?;
        }
        self.held = slabs.clone();
        Ok(())
    }
}

/// The layout of the planes that `program` taps, which have these paddings on the grid.
///
/// # Errors
/// A plane without padding, or one whose slabs are too large to count in 32 bits.
pub(super) fn layout(program: &Program, paddings: &[Option<Padding>], lens: &[usize]) -> Result<Samples, GpuError> {
    let slabs = &Slabs::of(lens);
    let too_large = || GpuError::TooLarge { what: "a slab of samples".into(), bytes: u64::MAX, limit: 4 << 32 };
    let narrow = |distance: usize| u32::try_from(distance).map_err(|_| too_large());
    let padding_of = |plane: usize| {
        let padding = paddings.get(plane).copied().flatten();
        padding.ok_or_else(|| refused("samples", format!("nothing is known of plane {plane}")))
    };
    let taps = emit::taps(program);
    let plane = |number: usize| {
        let Padding { below, above, strides } = padding_of(number)?;
        let origin: usize = below.iter().zip(strides).map(|(before, stride)| before.saturating_mul(stride)).sum();
        let (origin, row, slab) = (narrow(origin)?, narrow(strides[1])?, narrow(strides[2])?);
        Ok(samples::Plane { number, origin, row, slab, around: narrow(below[2] + above[2])? })
    };
    let axes = lens.len();
    if axes > samples::MAX_AXES && !taps.is_empty() {
        return Err(refused("samples", format!("{axes} axes; up to {} are possible", samples::MAX_AXES)));
    }
    let planes: Result<Vec<samples::Plane>, GpuError> = emit::planes(&taps).into_iter().map(plane).collect();
    let shift = |&(plane, offset): &Tap| {
        let shift = i32::try_from(padding_of(plane)?.shift(slabs, offset)).map_err(|_| too_large())?;
        Ok(shift.cast_unsigned())
    };
    let shifts: Result<Vec<u32>, GpuError> = taps.iter().map(shift).collect();
    Ok(Samples { axes, planes: planes?, shifts: shifts? })
}

impl<T: Real> Evaluator<T> {
    /// The numbers of the planes that the program taps, in order; empty for one without taps.
    #[must_use]
    pub fn tapped(&self) -> Vec<usize> {
        let planes = self.samples.iter().flat_map(|store| &store.layout.planes);
        planes.map(|plane| plane.number).collect()
    }

    /// The most slabs that samples can be sent for at a time; 0 if not even one fits, with what is around it.
    #[must_use]
    pub fn max_slabs(&self) -> usize {
        let limits = self.gpu.limits();
        let values = limits.binding.min(limits.buffer) / Self::BYTES;
        let most = self.samples.as_ref().map_or(u64::MAX, |store| store.layout.most_slabs(values));
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// The slabs whose cells can be computed with the samples that were sent last.
    #[must_use]
    pub fn samples_held(&self) -> Range<usize> {
        self.samples.as_ref().map_or(0..0, |store| store.held.clone())
    }

    /// Hands over the planes of [`Evaluator::tapped`] for a band of slabs: the values of these and of those around them, padded.
    /// Bands that are in flight still see the samples that they were begun with.
    ///
    /// # Errors
    /// Planes of another size, or more than the device has memory for.
    pub fn send_samples(&mut self, slabs: Range<usize>, planes: &[&[T]]) -> Result<(), GpuError> {
        let started = std::time::Instant::now();
        self.evaluated = None;
        if let Some(store) = &mut self.samples {
            store.send(&self.gpu, &slabs, planes)?;
        }
        self.timing.upload += started.elapsed();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
