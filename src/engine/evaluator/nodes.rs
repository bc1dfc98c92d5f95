//! The columns of a session on the device: whole ones of short axes, and windows of long ones per band.
//!
//! A column holds a number for each node of its axis. The columns of an axis stand one after the other, as
//! [`Params`](evaluate::Params) wants them; an axis stays on the device with all its columns or with none.

use super::Real;
use crate::gpu::{Gpu, GpuError, Storage};
use crate::kernels::{evaluate, quads};
use bytemuck::Zeroable;

/// Fills `out` with the entries of a column, from that of node `first` on: `(column, first, out)`.
pub type Fill<T = f32> = Box<dyn Fn(usize, usize, &mut [T]) + Send>;

/// Entries of a window beyond the cells of its band: the rest of the last `vec4`, and the row after the last.
const MARGIN: u64 = 8;

/// Entries of all columns that stay on the device: 64 MiB in f32, or less on a small device.
pub(super) const RESIDENT: u64 = 16 << 20;

/// Which columns of an axis are where.
#[derive(Debug, Clone)]
struct Axis {
    len: u32,
    columns: Vec<usize>,
    /// Where its columns begin; `None` for an axis that is sent band by band.
    resident: Option<u32>,
}

/// The axes of a grid and their columns on the device.
pub(super) struct Nodes<T = f32> {
    axes: Vec<Axis>,
    /// Cells of the grid.
    pub(super) total: u64,
    fill: Fill<T>,
    /// The buffer of all columns.
    pub(super) storage: Storage,
    /// Entries of the resident columns, which come first.
    resident: u32,
    scratch: Vec<T>,
}

/// A grid that is no use to a session.
fn refused(message: String) -> GpuError {
    GpuError::Refused { what: "a grid".into(), message }
}

impl<T: Real> Nodes<T> {
    /// Bytes of an entry.
    const BYTES: u64 = size_of::<T>() as u64;

    /// Uploads the axes whose columns fit into so many entries, small ones first. `columns` has the axis of each.
    pub(super) fn new(
        gpu: &Gpu,
        lens: &[usize],
        columns: &[usize],
        fill: Fill<T>,
        room: u64,
    ) -> Result<Self, GpuError> {
        if lens.is_empty() || lens.len() > evaluate::MAX_AXES {
            return Err(refused(format!("{} axes; 1 to {} are possible", lens.len(), evaluate::MAX_AXES)));
        }
        let mut axes = Vec::with_capacity(lens.len());
        let mut total = 1_u64;
        for (a, &len) in lens.iter().enumerate() {
            let narrow = u32::try_from(len).ok().filter(|&len| len > 0 && len <= evaluate::MAX_LEN);
            let most = evaluate::MAX_LEN;
            let len = narrow.ok_or_else(|| refused(format!("{len} nodes on an axis; 1 to {most} are possible")))?;
            total = total.checked_mul(u64::from(len)).ok_or_else(|| refused("more than 2^64 cells".into()))?;
            let of_axis = columns.iter().enumerate().filter(|&(_, &axis)| axis == a);
            axes.push(Axis { len, columns: of_axis.map(|(column, _)| column).collect(), resident: None });
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
        let sent = self.axes.iter().filter(|axis| axis.resident.is_none()).map(|axis| axis.columns.len() as u64);
        let columns = sent.sum::<u64>().max(1);
        let free = (bytes / Self::BYTES).saturating_sub(u64::from(self.resident));
        (free / columns).saturating_sub(MARGIN)
    }

    fn upload_resident(&mut self, gpu: &Gpu) -> Result<(), GpuError> {
        self.storage.write(gpu, 0, bytemuck::bytes_of(&T::zeroed()))?;
        for axis in &self.axes {
            let Some(offset) = axis.resident else { continue };
            for (number, &column) in (0_u64..).zip(&axis.columns) {
                self.scratch.resize(axis.len as usize, T::zeroed());
                (self.fill)(column, 0, &mut self.scratch);
                let place = u64::from(offset) + number * u64::from(axis.len);
                self.storage.write(gpu, place * Self::BYTES, bytemuck::cast_slice(&self.scratch))?;
            }
        }
        Ok(())
    }

    /// Changes what the columns hold.
    pub(super) fn refill(&mut self, gpu: &Gpu, fill: Fill<T>) -> Result<(), GpuError> {
        self.fill = fill;
        self.upload_resident(gpu)
    }

    /// Sends the windows that a band of `count` cells needs and says where everything is.
    pub(super) fn send(&mut self, gpu: &Gpu, start: u64, count: u32) -> Result<evaluate::Params, GpuError> {
        let mut lens = [1; evaluate::MAX_AXES];
        for (len, axis) in lens.iter_mut().zip(&self.axes) {
            *len = axis.len;
        }
        let first = evaluate::decompose(start, &lens[..self.axes.len()]);
        let plane_stride = quads(count);
        let mut params = evaluate::Params { cells: count, plane_stride, lens, first, ..evaluate::Params::zeroed() };
        let windows = evaluate::window_lens(count, self.axes.len(), &params);
        let mut end = u64::from(self.resident);
        let sent = self.axes.iter().zip(windows).filter(|(axis, _)| axis.resident.is_none());
        params.window = sent.map(|(_, window)| window).max().unwrap_or(0);
        for (a, axis) in self.axes.iter().enumerate() {
            params.offsets[a] = axis.resident.unwrap_or_else(|| u32::try_from(end).unwrap_or(u32::MAX));
            if axis.resident.is_none() {
                params.windowed |= 1 << a;
                // The last column needs no more than its own window, but its place in the row of columns costs little.
                end += u64::from(params.window) * axis.columns.len() as u64;
            }
        }
        if end * Self::BYTES > self.storage.size() {
            self.storage.reserve(gpu, end * Self::BYTES)?;
            self.upload_resident(gpu)?;
        }
        for (a, axis) in self.axes.iter().enumerate().filter(|(_, axis)| axis.resident.is_none()) {
            let len = axis.len as usize;
            for (number, &column) in (0_u64..).zip(&axis.columns) {
                self.scratch.resize(windows[a] as usize, T::zeroed());
                let (mut node, mut rest) = (first[a] as usize, self.scratch.as_mut_slice());
                while !rest.is_empty() {
                    let part;
                    (part, rest) = rest.split_at_mut(rest.len().min(len - node));
                    (self.fill)(column, node, part);
                    node = 0;
                }
                let place = u64::from(params.offsets[a]) + number * u64::from(params.window);
                self.storage.write(gpu, place * Self::BYTES, bytemuck::cast_slice(&self.scratch))?;
            }
        }
        Ok(params)
    }
}

/// Gives out parts of whole columns.
pub(super) fn fill_of<T: Real>(columns: Vec<Vec<T>>) -> Fill<T> {
    Box::new(move |column, first, out| {
        if let Some(part) = columns.get(column).and_then(|column| column.get(first..first + out.len())) {
            out.copy_from_slice(part);
        }
    })
}

/// Gives the axes that fit a place in the resident columns, the small ones first; returns the entries taken. Entry 0 keeps
/// the buffer from being empty.
fn place(axes: &mut [Axis], room: u64) -> u32 {
    let mut order: Vec<usize> = (0..axes.len()).collect();
    let entries = |axis: &Axis| u64::from(axis.len) * axis.columns.len() as u64;
    order.sort_by_key(|&a| entries(&axes[a]));
    let mut taken = 1_u32;
    for a in order {
        let end = u64::from(taken).saturating_add(entries(&axes[a]));
        if let Some(end) = u32::try_from(end).ok().filter(|_| end <= room) {
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
        let axis = |len, columns: usize| Axis { len, columns: (0..columns).collect(), resident: None };
        let mut axes = [axis(900, 1), axis(3, 1), axis(40, 1)];
        assert_eq!(place(&mut axes, 50), 44, "the two short ones and the zero");
        assert_eq!(axes.map(|axis| axis.resident), [None, Some(1), Some(4)], "one after the other");
        let mut wide = [axis(900, 0), axis(3, 20), axis(40, 1)];
        assert_eq!(place(&mut wide, 50), 41, "columns count");
        assert_eq!(wide.map(|axis| axis.resident), [Some(1), None, Some(1)], "no column takes no room");
        let mut none = [axis(3, 1)];
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
