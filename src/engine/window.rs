//! The window on the planes of a band: read from files, computed in stages, padded, and moved along the grid.
//!
//! A [`Window`] holds a [`Layer`] for every plane that the programs of a [`Staged`] read: the arrays as their readers give them, then the stages,
//! each computed by its program on the band and the halo around it. What the last band and the next have in common is
//! kept. After [`Window::load`] every program can run on the cells of the band, and the bits are the same for every band.
//!
//! **Beyond the grid** a plane goes on by the rule of its [`Extension`]: slab −1 is a copy of another slab. Mostly that is in the window
//! as well. Where it is not — at the ends of a periodic grid, and in a reflection deeper than the band — a slab of an array is
//! read, and one of a stage computed in a small window of its own, which holds the stages before it only; so this ends.
//!
//! **Memory** is [`Window::bytes`] for a band of so many slabs; a band has at least one slab.

use crate::engine::arrays::{Arrays, Readable};
use crate::engine::error::EngineError;
use crate::program::interpret::Coordinates;
use crate::program::layer::{Layer, Padding, Slabs, View};
use crate::program::rows::Rows;
use crate::program::staged::{Extension, Staged};
use std::ops::Range;
use std::sync::Arc;

/// The planes of a band of slabs; see the [module](self).
#[derive(Debug)]
pub struct Window<T: Readable> {
    slabs: Slabs,
    rule: Extension,
    arrays: usize,
    paddings: Vec<Option<Padding>>,
    staged: Arc<Staged>,
    stages: Vec<Arc<Rows<T>>>,
    layers: Vec<Option<Layer<T>>>,
    band: Range<usize>,
}

impl<T: Readable> Window<T> {
    /// A window for the programs of `staged` over a grid with these coordinates, one table for each of up to three axes.
    #[must_use]
    pub fn new(staged: &Arc<Staged>, axes: &Coordinates<T>, parameters: &[f64]) -> Self {
        let lens: Vec<usize> = axes.tables().iter().map(Vec::len).collect();
        let slabs = Slabs::of(&lens);
        let paddings = Padding::of(staged, &slabs);
        let programs = staged.programs();
        let rows = |program| Rows::of_planes(program, axes, parameters, slabs, &paddings, staged.extension());
        let stages = programs[..programs.len() - 1].iter().map(|program| Arc::new(rows(program))).collect();
        Self::with(Arc::clone(staged), slabs, paddings, stages)
    }

    fn with(staged: Arc<Staged>, slabs: Slabs, paddings: Vec<Option<Padding>>, stages: Vec<Arc<Rows<T>>>) -> Self {
        let layers = paddings.iter().map(|padding| padding.map(|padding| Layer::new(slabs, padding))).collect();
        let (rule, arrays) = (staged.extension(), staged.arrays());
        Self { slabs, rule, arrays, paddings, staged, stages, layers, band: 0..0 }
    }

    /// The grid in slabs.
    #[must_use]
    pub fn slabs(&self) -> Slabs {
        self.slabs
    }

    /// The slabs whose cells can be computed.
    #[must_use]
    pub fn band(&self) -> Range<usize> {
        self.band.clone()
    }

    /// The padding of each plane that is read, by number.
    #[must_use]
    pub fn paddings(&self) -> &[Option<Padding>] {
        &self.paddings
    }

    /// The planes as programs read them.
    #[must_use]
    pub fn view(&self) -> View<'_, T> {
        View { layers: &self.layers, slabs: self.slabs }
    }

    /// Bytes that the planes of a band of so many slabs take.
    #[must_use]
    pub fn bytes(&self, slabs: usize) -> usize {
        let plane = |padding: &Padding| {
            let count = slabs.saturating_add(padding.below[2] + padding.above[2]);
            count.saturating_mul(padding.strides[2]).saturating_mul(size_of::<T>())
        };
        self.paddings.iter().flatten().map(plane).fold(0, usize::saturating_add)
    }

    /// Bytes of the tables along the axes that the stages read.
    #[must_use]
    pub fn table_bytes(&self) -> usize {
        self.stages.iter().map(|stage| stage.table_bytes()).sum()
    }

    /// The slabs of the arrays that are read for a band, where they are within the grid.
    #[must_use]
    pub fn reads(&self, array: usize, band: &Range<usize>) -> Range<usize> {
        let Some(Some(padding)) = self.paddings[..self.arrays].get(array) else { return 0..0 };
        let end = (band.end + padding.above[2]).min(self.slabs.count);
        band.start.saturating_sub(padding.below[2]).min(end)..end
    }

    /// Forgets what is loaded, for other arrays.
    pub fn clear(&mut self) {
        self.band = 0..0;
        self.layers.iter_mut().flatten().for_each(Layer::clear);
    }

    /// Moves the window to a band of slabs.
    ///
    /// # Errors
    /// What the readers report; the window is empty then.
    pub fn load(&mut self, band: Range<usize>, arrays: &mut Arrays<T>) -> Result<(), EngineError> {
        if self.band.start <= band.start && band.end <= self.band.end {
            return Ok(());
        }
        self.band = 0..0;
        for plane in 0..self.layers.len() {
            let Some(mut layer) = self.layers[plane].take() else { continue };
            let loaded = self.load_layer(plane, &mut layer, &band, arrays);
            if loaded.is_err() {
                layer.clear();
            }
            self.layers[plane] = Some(layer);
            loaded?;
        }
        self.band = band;
        Ok(())
    }

    fn load_layer(
        &self,
        plane: usize,
        layer: &mut Layer<T>,
        band: &Range<usize>,
        arrays: &mut Arrays<T>,
    ) -> Result<(), EngineError> {
        let missing = layer.turn_to(band);
        let count = self.slabs.count.cast_signed();
        for range in missing.clone() {
            let inside = range.start.max(0)..range.end.min(count);
            if !inside.is_empty() {
                self.load_inside(plane, layer, inside, arrays)?;
            }
        }
        for slab in missing.into_iter().flatten().filter(|slab| !(0..count).contains(slab)) {
            match self.rule.resolve(slab, self.slabs.count) {
                None => layer.fill(slab, T::from_f64(self.rule.outside())),
                Some(from) if layer.repeat(from.cast_signed(), slab) => {}
                Some(from) => {
                    let cells = self.apart(plane, from, arrays)?;
                    layer.put(slab..slab + 1, &cells, self.rule);
                }
            }
        }
        Ok(())
    }

    /// Fills slabs of a plane that lie within the grid.
    fn load_inside(
        &self,
        plane: usize,
        layer: &mut Layer<T>,
        slabs: Range<isize>,
        arrays: &mut Arrays<T>,
    ) -> Result<(), EngineError> {
        match plane.checked_sub(self.arrays) {
            Some(stage) => self.compute(stage, layer, slabs),
            None => {
                let mut left = slabs.start.cast_unsigned()..slabs.end.cast_unsigned();
                while !left.is_empty() {
                    let (there, cells) = arrays.slabs(plane, left.clone())?;
                    layer.put(there.start.cast_signed()..there.end.cast_signed(), cells, self.rule);
                    left.start = there.end;
                }
            }
        }
        Ok(())
    }

    /// Computes slabs of a stage from the planes before it.
    fn compute(&self, stage: usize, layer: &mut Layer<T>, slabs: Range<isize>) {
        let (rows, view) = (&self.stages[stage], self.view());
        layer.compute(
            slabs,
            self.rule,
            || rows.workspace(),
            |space, cells, values| rows.write(space, Some(view), cells, &mut [values]),
        );
    }

    /// The cells of one slab of a plane, away from the band.
    fn apart(&self, plane: usize, slab: usize, arrays: &mut Arrays<T>) -> Result<Vec<T>, EngineError> {
        let Some(stage) = plane.checked_sub(self.arrays) else {
            return Ok(arrays.slabs(plane, slab..slab + 1)?.1.to_vec());
        };
        // The rows and the planes of a slab are padded as here, so that the stages' programs fit.
        let staged = Arc::new(self.staged.up_to(stage));
        let mut paddings = self.paddings[..plane].to_vec();
        for (padding, own) in paddings.iter_mut().zip(Padding::of(&staged, &self.slabs)) {
            *padding = padding.zip(own).map(|(padding, own)| padding.across_slabs(&own));
        }
        let mut window = Self::with(staged, self.slabs, paddings, self.stages[..stage].to_vec());
        window.load(slab..slab + 1, arrays)?;
        let mut layer =
            Layer::new(self.slabs, self.paddings[plane].unwrap_or_default().across_slabs(&Padding::default()));
        layer.turn_to(&(slab..slab + 1));
        let (rows, view) = (&self.stages[stage], window.view());
        layer.compute(
            slab.cast_signed()..slab.cast_signed() + 1,
            self.rule,
            || rows.workspace(),
            |space, cells, values| rows.write(space, Some(view), cells, &mut [values]),
        );
        let mut cells = Vec::with_capacity(self.slabs.cells());
        layer.cells_of(slab, &mut cells);
        Ok(cells)
    }
}
