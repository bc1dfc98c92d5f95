//! Programs over sampled grids on the CPU: bands of slabs, each loaded into a window, computed, and the next read meanwhile.
//!
//! The cells that are asked for are cut at slabs into bands that fit the memory. Going forward through the grid, the next slabs are read
//! by one thread while all others compute. Going backward, as pictures do, a band is as large as the memory allows: most formats are read
//! forward, and a decoder that starts anew for every band would take forever.

use crate::engine::arrays::Arrays;
use crate::engine::cpu::{CpuSession, Sample};
use crate::engine::error::EngineError;
use crate::engine::window::Window;
use crate::io::read::Reader;
use crate::kernels::palette::Lookup;
use crate::kernels::range::RangeStats;
use crate::program::interpret::Coordinates;
use crate::program::layer::{Padding, Slabs, View};
use crate::program::staged::Staged;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a window that moves forward: it should stay in the cache.
const FORWARD: usize = 4 << 20;

/// Programs that read planes, over the cells of a grid.
#[derive(Debug)]
pub struct SampledSession<T: Sample> {
    cpu: CpuSession<T>,
    window: Window<T>,
    arrays: Arrays<T>,
    /// Slabs of a band: going forward, and at most.
    forward: usize,
    most: usize,
    /// Where the last cells began.
    last: usize,
}

impl<T: Sample> SampledSession<T> {
    /// Prepares `staged` for a grid with these coordinates, parameter values, and bytes of memory for the planes.
    #[must_use]
    pub fn new(
        staged: &Arc<Staged>,
        coordinates: &Coordinates<T>,
        parameters: &[f64],
        arrays: Arrays<T>,
        memory: usize,
    ) -> Self {
        let window = Window::new(staged, coordinates, parameters);
        let (slabs, paddings, rule) = (window.slabs(), window.paddings(), staged.extension());
        let cpu = CpuSession::of_planes(staged.last(), coordinates, parameters, slabs, paddings, rule);
        let within = |bytes: usize| {
            let fits = |count: &usize| window.bytes(*count).saturating_add(arrays.bytes(*count)) <= bytes;
            largest(slabs.count, fits)
        };
        let (most, forward) = (within(memory), within(memory.min(FORWARD)));
        Self { cpu, window, arrays, forward, most, last: 0 }
    }

    /// The grid in slabs.
    #[must_use]
    pub fn slabs(&self) -> Slabs {
        self.window.slabs()
    }

    /// The padding of each plane that is read, by number.
    #[must_use]
    pub fn paddings(&self) -> &[Option<Padding>] {
        self.window.paddings()
    }

    /// The most slabs of a band that fit the memory.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// Bytes of the planes of a band of so many slabs.
    #[must_use]
    pub fn bytes(&self, slabs: usize) -> usize {
        self.window.bytes(slabs)
    }

    /// Bytes of the tables along the axes, and of the planes of the smallest band.
    #[must_use]
    pub fn fixed_bytes(&self) -> [usize; 2] {
        let tables = self.cpu.table_bytes() + self.window.table_bytes();
        [tables, self.window.bytes(1).saturating_add(self.arrays.bytes(1))]
    }

    /// The number of planes.
    #[must_use]
    pub fn planes_count(&self) -> usize {
        self.cpu.planes_count()
    }

    /// Loads all that these cells read, at once; gives the slabs that are held, and the planes.
    ///
    /// # Errors
    /// What the readers report.
    pub fn hold(&mut self, cells: &Range<usize>) -> Result<(Range<usize>, View<'_, T>), EngineError> {
        let wanted = self.slabs().of_cells(cells);
        let backward = cells.start < self.last;
        self.last = cells.start;
        let held = self.window.band();
        if !(held.start <= wanted.start && wanted.end <= held.end) {
            let most = self.most.max(wanted.len());
            let band = if backward { wanted.end.saturating_sub(most)..wanted.end } else { wanted };
            self.window.load(band, &mut self.arrays)?;
        }
        Ok((self.window.band(), self.window.view()))
    }

    /// Takes other arrays of the same shapes.
    pub fn set_arrays(&mut self, readers: Vec<Box<dyn Reader>>) {
        self.arrays.replace(readers);
        self.window.clear();
        self.last = 0;
    }

    /// The values of single cells, one vector per plane, in the order of the cells.
    ///
    /// # Errors
    /// What the readers report.
    pub fn scattered(&mut self, cells: &[usize]) -> Result<Vec<Vec<T>>, EngineError> {
        let mut planes = vec![vec![T::MASKED; cells.len()]; self.cpu.planes_count()];
        let mut order: Vec<usize> = (0..cells.len()).collect();
        order.sort_by_key(|&at| cells[at]);
        let slab_cells = self.window.slabs().cells();
        for run in order.chunk_by(|&a, &b| cells[a] / slab_cells == cells[b] / slab_cells) {
            let slab = cells[run[0]] / slab_cells;
            self.window.load(slab..slab + 1, &mut self.arrays)?;
            let list: Vec<usize> = run.iter().map(|&at| cells[at]).collect();
            for (plane, values) in planes.iter_mut().zip(self.cpu.scattered_of(self.window.view(), &list)) {
                run.iter().zip(values).for_each(|(&at, value)| plane[at] = value);
            }
        }
        Ok(planes)
    }

    /// Writes the values of `cells` into the planes, which are resized to fit.
    ///
    /// # Errors
    /// What the readers report.
    pub fn planes(&mut self, cells: Range<usize>, planes: &mut [Vec<T>]) -> Result<(), EngineError> {
        for plane in planes.iter_mut() {
            plane.resize(cells.len(), T::ZERO);
        }
        let first = cells.start;
        self.each_band(cells, |cpu, view, part| {
            let place = part.start - first..part.end - first;
            cpu.planes_of(Some(view), part, planes.iter_mut().map(|plane| &mut plane[place.clone()]));
        })
    }

    /// Adds the values of `cells` in plane `plane` to the statistics.
    ///
    /// # Errors
    /// What the readers report.
    pub fn range(&mut self, cells: Range<usize>, plane: usize, stats: &mut RangeStats) -> Result<(), EngineError> {
        self.each_band(cells, |cpu, view, part| cpu.range_of(Some(view), part, plane, stats))
    }

    /// Writes the colour indices of `cells` in plane `plane`, resizing `indices` to fit.
    ///
    /// # Errors
    /// What the readers report.
    pub fn palette(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        lookup: &Lookup<T>,
        indices: &mut Vec<u8>,
    ) -> Result<(), EngineError> {
        indices.resize(cells.len(), 0);
        let first = cells.start;
        self.each_band(cells, |cpu, view, part| {
            let place = part.start - first..part.end - first;
            cpu.palette_of(Some(view), part, plane, lookup, &mut indices[place]);
        })
    }

    fn each_band(
        &mut self,
        cells: Range<usize>,
        mut work: impl FnMut(&CpuSession<T>, View<'_, T>, Range<usize>) + Send,
    ) -> Result<(), EngineError> {
        let slabs = self.window.slabs();
        let backward = cells.start < self.last;
        self.last = cells.start;
        let mut left = cells;
        while !left.is_empty() {
            let wanted = slabs.of_cells(&left);
            let held = self.window.band();
            let band = if held.contains(&wanted.start) {
                held
            } else if backward {
                let end = wanted.end.min(wanted.start + self.most);
                end.saturating_sub(self.most)..end
            } else {
                wanted.start..wanted.end.min(wanted.start + self.forward)
            };
            self.window.load(band.clone(), &mut self.arrays)?;
            let part = left.start..left.end.min(band.end * slabs.cells());
            left.start = part.end;
            let (cpu, window, arrays) = (&self.cpu, &self.window, &mut self.arrays);
            let next = band.end..(band.end + band.len()).min(slabs.count);
            if backward || next.is_empty() {
                work(cpu, window.view(), part);
            } else {
                let ahead = || {
                    for array in 0..arrays.count() {
                        let (there, needed) = (window.reads(array, &band), window.reads(array, &next));
                        arrays.read_ahead(array, there.end..needed.end);
                    }
                };
                rayon::join(|| work(cpu, window.view(), part), ahead);
            }
        }
        Ok(())
    }
}

/// The largest number from 1 to `most` that fits, and 1 if none does; what is smaller fits as well.
fn largest(most: usize, fits: impl Fn(&usize) -> bool) -> usize {
    let (mut low, mut high) = (1, most.max(1));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(&middle) { low = middle } else { high = middle - 1 }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_that_fits_is_found() {
        for (most, limit, wanted) in [(10, 4, 4), (10, 0, 1), (10, 99, 10), (1, 1, 1), (0, 5, 1)] {
            assert_eq!(largest(most, |&count| count <= limit), wanted, "up to {most}, below {limit}");
        }
    }
}
