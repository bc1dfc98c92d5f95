//! The coordinates of a session on the device: whole tables of short axes, and windows of long ones per band.

use super::Real;
use crate::gpu::{Gpu, GpuError, Storage};
use crate::kernels::{evaluate, quads};

/// Fills `out` with the coordinates of the nodes from `first` on, of an axis: `(axis, first, out)`.
pub type Fill<T = f32> = Box<dyn Fn(usize, usize, &mut [T]) + Send>;

/// Nodes of all tables that stay on the device: 64 MiB in f32, or less on a small device.
pub(super) const RESIDENT: u64 = 16 << 20;

/// Which nodes of an axis are where.
#[derive(Debug, Clone, Copy)]
struct Axis {
    len: u32,
    /// Where its table begins; `None` for an axis that is sent band by band.
    resident: Option<u32>,
}

/// The axes of a grid and their coordinates on the device.
pub(super) struct Nodes<T = f32> {
    axes: Vec<Axis>,
    /// Cells of the grid.
    pub(super) total: u64,
    fill: Fill<T>,
    /// The buffer of all tables.
    pub(super) storage: Storage,
    /// Nodes of the resident tables, which come first.
    resident: u32,
    scratch: Vec<T>,
}

/// A grid that is no use to a session.
fn refused(message: String) -> GpuError {
    GpuError::Refused { what: "a grid".into(), message }
}

impl<T: Real> Nodes<T> {
    /// Bytes of a coordinate.
    const BYTES: u64 = size_of::<T>() as u64;

    /// The nodes of whole tables, of which a copy is kept.
    pub(super) fn of_tables(gpu: &Gpu, tables: &[Vec<T>]) -> Result<Self, GpuError> {
        let lens: Vec<usize> = tables.iter().map(Vec::len).collect();
        Self::new(gpu, &lens, fill_of(tables.to_vec()), RESIDENT)
    }

    /// Uploads the axes that fit into so many nodes, short ones first.
    pub(super) fn new(gpu: &Gpu, lens: &[usize], fill: Fill<T>, room: u64) -> Result<Self, GpuError> {
        if lens.is_empty() || lens.len() > evaluate::MAX_AXES {
            return Err(refused(format!("{} axes; 1 to {} are possible", lens.len(), evaluate::MAX_AXES)));
        }
        let mut axes = Vec::with_capacity(lens.len());
        let mut total = 1_u64;
        for &len in lens {
            let narrow = u32::try_from(len).ok().filter(|&len| len > 0 && len <= evaluate::MAX_LEN);
            let most = evaluate::MAX_LEN;
            let len = narrow.ok_or_else(|| refused(format!("{len} nodes on an axis; 1 to {most} are possible")))?;
            total = total.checked_mul(u64::from(len)).ok_or_else(|| refused("more than 2^64 cells".into()))?;
            axes.push(Axis { len, resident: None });
        }
        let resident = place(&mut axes, room.min(gpu.limits().binding / 16));
        let storage = Storage::new(gpu, "coordinates", u64::from(resident) * Self::BYTES)?;
        let mut nodes = Self { axes, total, fill, storage, resident, scratch: Vec::new() };
        nodes.upload_resident(gpu)?;
        Ok(nodes)
    }

    /// The cells of a band whose windows fit into so many bytes.
    pub(super) fn max_cells(&self, bytes: u64) -> u64 {
        if self.axes.iter().all(|axis| axis.resident.is_some()) {
            return u64::MAX;
        }
        // A window has at most as many entries as the band has cells, and four more.
        let free = (bytes / Self::BYTES).saturating_sub(u64::from(self.resident) + 4 * evaluate::MAX_AXES as u64);
        free / self.axes.len() as u64
    }

    fn upload_resident(&mut self, gpu: &Gpu) -> Result<(), GpuError> {
        self.storage.write(gpu, 0, bytemuck::bytes_of(&T::zeroed()))?;
        for (a, axis) in self.axes.iter().enumerate() {
            if let Some(offset) = axis.resident {
                self.scratch.resize(axis.len as usize, T::zeroed());
                (self.fill)(a, 0, &mut self.scratch);
                self.storage.write(gpu, u64::from(offset) * Self::BYTES, bytemuck::cast_slice(&self.scratch))?;
            }
        }
        Ok(())
    }

    /// Sends the windows that a band of `count` cells needs and says where everything is.
    pub(super) fn send(&mut self, gpu: &Gpu, start: u64, count: u32) -> Result<evaluate::Params, GpuError> {
        let mut lens = [1; evaluate::MAX_AXES];
        for (len, axis) in lens.iter_mut().zip(&self.axes) {
            *len = axis.len;
        }
        let first = evaluate::decompose(start, &lens[..self.axes.len()]);
        let (plane_stride, barrier_zero, windowed) = (quads(count), 0, 0);
        let offsets = [0; evaluate::MAX_AXES];
        let mut params = evaluate::Params { cells: count, plane_stride, barrier_zero, windowed, lens, first, offsets };
        let windows = evaluate::window_lens(count, self.axes.len(), &params);
        let mut end = u64::from(self.resident);
        for (a, axis) in self.axes.iter().enumerate() {
            params.offsets[a] = axis.resident.unwrap_or_else(|| u32::try_from(end).unwrap_or(u32::MAX));
            if axis.resident.is_none() {
                params.windowed |= 1 << a;
                end += u64::from(windows[a]);
            }
        }
        if end * Self::BYTES > self.storage.size() {
            self.storage.reserve(gpu, end * Self::BYTES)?;
            self.upload_resident(gpu)?;
        }
        for (a, axis) in self.axes.iter().enumerate().filter(|(_, axis)| axis.resident.is_none()) {
            let len = axis.len as usize;
            self.scratch.resize(windows[a] as usize, T::zeroed());
            let (mut node, mut rest) = (first[a] as usize, self.scratch.as_mut_slice());
            while !rest.is_empty() {
                let part;
                (part, rest) = rest.split_at_mut(rest.len().min(len - node));
                (self.fill)(a, node, part);
                node = 0;
            }
            self.storage.write(gpu, u64::from(params.offsets[a]) * Self::BYTES, bytemuck::cast_slice(&self.scratch))?;
        }
        Ok(params)
    }
}

/// Gives out parts of whole tables.
fn fill_of<T: Real>(tables: Vec<Vec<T>>) -> Fill<T> {
    Box::new(move |axis, first, out| {
        if let Some(part) = tables.get(axis).and_then(|table| table.get(first..first + out.len())) {
            out.copy_from_slice(part);
        }
    })
}

/// Gives the axes that fit a place in the resident tables, the short ones first; returns the nodes taken. Place 0 is
/// kept for the coordinate of an axis that a program knows and the grid has not, which is 0.
fn place(axes: &mut [Axis], room: u64) -> u32 {
    let mut order: Vec<usize> = (0..axes.len()).collect();
    order.sort_by_key(|&a| axes[a].len);
    let mut taken = 1_u32;
    for a in order {
        let end = taken.saturating_add(axes[a].len);
        if u64::from(end) <= room {
            axes[a].resident = Some(taken);
            taken = end;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_axes_stay_long_ones_are_sent() {
        let mut axes = [900, 3, 40].map(|len| Axis { len, resident: None });
        assert_eq!(place(&mut axes, 50), 44, "the two short ones and the zero");
        assert_eq!(axes.map(|axis| axis.resident), [None, Some(1), Some(4)], "one after the other");
        let mut none = [Axis { len: 3, resident: None }];
        assert_eq!(place(&mut none, 2), 1, "no room at all");
        assert_eq!(none[0].resident, None, "it is sent");
    }

    #[test]
    fn tables_are_copied_in_part() {
        let mut out = [0.0; 2];
        fill_of(vec![vec![1.0], vec![2.0, 3.0, 4.0]])(1, 1, &mut out);
        assert_eq!(out, [3.0, 4.0], "two nodes of the second axis");
    }
}
