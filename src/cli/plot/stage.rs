//! What a layer is made from: the function on its grid, and where coordinates lie in the picture.

use crate::cli::args::ComputeArgs;
use crate::cli::failure::Failure;
use crate::cli::subject::Subject;
use crate::figure::ink::Tone;
use crate::figure::{Theme, View};
use crate::grid::Axis;
use crate::io::paths::Path;
use crate::probe::Probe;
use crate::probe::lattice::{Lattice, kept};
use crate::quantity::Quantity;
use crate::request::Prepared;
use crate::tile::watch::Watch;

/// What a layer is made from.
pub(crate) struct Stage<'a> {
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) compute: &'a ComputeArgs,
    /// Where coordinates lie in the picture.
    pub(crate) view: View,
    /// What stands out from the colours, for lines that no colour is asked for.
    pub(crate) tone: Tone,
    /// Dark on light or light on dark, around the cells.
    pub(crate) theme: Theme,
    /// The lines of the contours, once that layer is made; `None` if it has none.
    pub(crate) level_sets: Option<Vec<Path>>,
    /// Where the words of contours stand, once that layer is made.
    pub(crate) words: Vec<Words>,
    pub(crate) watch: &'a mut dyn Watch,
}

/// The box of the words of a label.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) at: (f64, f64),
    /// Radians from the horizontal, counter-clockwise as seen.
    pub(crate) angle: f64,
    pub(crate) half_width: f64,
    pub(crate) half_height: f64,
}

impl Words {
    /// Whether a line from one place to another touches the box (Liang & Barsky, *ACM Trans. Graphics* 3, 1984).
    pub(crate) fn meet(&self, from: [f64; 2], to: [f64; 2]) -> bool {
        let (sin, cos) = self.angle.sin_cos();
        let local = |p: [f64; 2]| {
            let (x, y) = (p[0] - self.at.0, p[1] - self.at.1);
            [x * cos - y * sin, x * sin + y * cos]
        };
        let (a, b) = (local(from), local(to));
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        for (axis, half) in [self.half_width, self.half_height].into_iter().enumerate() {
            let run = b[axis] - a[axis];
            if run == 0.0 {
                if a[axis].abs() > half {
                    return false;
                }
                continue;
            }
            let (s, t) = ((-half - a[axis]) / run, (half - a[axis]) / run);
            (first, last) = (first.max(s.min(t)), last.min(s.max(t)));
        }
        first <= last
    }
}

/// Nodes that a probe of arrays keeps at most: with four planes of f64, 128 MiB.
const MOST_NODES: usize = 4 << 20;

impl Stage<'_> {
    /// Opens the engine for another quantity of the same function on the same grid.
    pub(crate) fn prepare(&self, quantity: Quantity) -> Result<Prepared, Failure> {
        let (request, _) = self.subject.request(self.compute)?;
        self.subject.prepare(&request.compare(None).quantity(quantity))
    }

    /// f and ∇f at any point of the picture: of a formula exactly; of arrays between their nodes, every so many of them where there are
    /// more than a probe keeps.
    pub(crate) fn probe(&mut self) -> Result<Probe, Failure> {
        let axes = self.subject.grid().axes();
        let drawn = axes.len().min(2);
        if self.subject.arrays.all.is_empty() {
            let held: Vec<f64> = axes[drawn..].iter().map(Axis::min).collect();
            return Ok(Probe::new(&self.subject.formula, drawn, &held)?);
        }
        let cells = |stride: usize| axes.iter().map(|axis| kept(axis.len(), stride).count()).product::<usize>();
        let stride = (1..).find(|&stride| cells(stride) <= MOST_NODES).unwrap_or(usize::MAX);
        let mut quantities = vec![Quantity::Value, Quantity::Gradient];
        if axes.len() == 2 {
            quantities.push(Quantity::Partial(vec![0, 1]));
        }
        let mut planes = Vec::new();
        for quantity in quantities {
            planes.extend(self.nodes(quantity, stride)?);
        }
        let lattice = Lattice::new(axes, stride, planes);
        let lattice = lattice.ok_or_else(|| Failure::input("the arrays ended before their last value"))?;
        Ok(Probe::of_lattice(lattice))
    }

    /// The planes of a quantity at every `stride`-th node of each axis and the last.
    fn nodes(&mut self, quantity: Quantity, stride: usize) -> Result<Vec<Vec<f64>>, Failure> {
        let mut prepared = self.prepare(quantity)?;
        let grid = prepared.grid().clone();
        let wanted = |axis: usize, index: usize| {
            let len = grid.axes()[axis].len();
            index.is_multiple_of(stride) || index + 1 == len
        };
        let mut planes = vec![Vec::new(); prepared.program().outputs().len()];
        let mut index = vec![0; grid.axes().len()];
        let mut first = 0;
        prepared.bands(self.watch, |band| {
            for cell in 0..band.cells() {
                grid.index_from_cell(first + cell, &mut index);
                if index.iter().enumerate().all(|(axis, &index)| wanted(axis, index)) {
                    planes.iter_mut().enumerate().for_each(|(k, plane)| plane.push(band.get(k, cell)));
                }
            }
            first += band.cells();
            Ok::<(), crate::request::RequestError>(())
        })?;
        Ok(planes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_that_touch_words_are_known() {
        let flat = Words { at: (10.0, 20.0), angle: 0.0, half_width: 6.0, half_height: 2.0 };
        assert!(flat.meet([10.0, 0.0], [10.0, 40.0]) && flat.meet([9.0, 20.0], [11.0, 20.0]), "across, and inside");
        assert!(
            !flat.meet([0.0, 23.0], [40.0, 23.0]) && !flat.meet([0.0, 20.0], [3.0, 20.0]),
            "below, and short of it"
        );
        assert!(!flat.meet([0.0, 20.0], [8.0, 26.0]), "past the corner");
        // Up to the right on the screen, y downward.
        let steep = Words { angle: std::f64::consts::FRAC_PI_4, ..flat };
        assert!(steep.meet([14.0, 16.0], [30.0, 16.0]) && !steep.meet([14.0, 24.0], [30.0, 24.0]), "turned");
    }
}
