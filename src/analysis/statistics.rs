//! Statistics of a quantity over a grid of any size: extremes and where they are, percentiles, histogram, and why cells are masked.
//!
//! Nothing but bins and counts is kept, so memory does not grow with the grid. Each plane of a formula is computed by a program of its
//! own, and passed over once for its values
//! ([`crate::kernels::range`]) and once, as far as needed, for the places of its extremes; the reasons of masked cells take one pass
//! over the mask of the quantity.
//!
//! **Limits.** Percentiles are right to the width of a bin, 2⁻⁷ of the value; extremes and counts are exact. There is no mean: a sum of
//! rounded numbers would depend on how the grid is cut.

use crate::io::read::Reader;
use crate::kernels::key;
use crate::kernels::range::RangeStats;
use crate::program::mask;
use crate::quantity::Quantity;
use crate::request::{Prepared, Request, RequestError};
use crate::tile::watch::Watch;

/// A cell and the coordinates of its node, x first.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its index along each axis.
    pub index: Vec<usize>,
    /// Its coordinates.
    pub at: Vec<f64>,
}

/// What is known of one plane.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneStatistics {
    /// The name of the plane.
    pub name: String,
    /// Counts, extremes, histogram.
    pub values: RangeStats,
    /// The first cell with the smallest value.
    pub lowest: Option<Place>,
    /// The first cell with the largest value.
    pub highest: Option<Place>,
}

/// What is known of a quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// One entry per plane.
    pub planes: Vec<PlaneStatistics>,
    /// Cells by the code of their mask, in the order of [`mask::NAMES`]; none for a quantity that is itself a report.
    pub codes: Option<Vec<u64>>,
}

impl Statistics {
    /// The statistics of the quantity that `prepared` was made for by `request`; `arrays` are opened once more for its mask.
    ///
    /// # Errors
    /// What the engine or the watch reports.
    pub fn new(
        request: &Request<'_>,
        arrays: Vec<Box<dyn Reader>>,
        quantity: &Quantity,
        prepared: &mut Prepared,
        watch: &mut dyn Watch,
    ) -> Result<Self, RequestError> {
        let mut planes = Vec::new();
        let names = prepared.names();
        // A pass over one plane would compute all of them. Files would have to be opened for each.
        let apart = names.len() > 1 && arrays.is_empty();
        for (plane, name) in names.into_iter().enumerate() {
            let mut own = if apart { Some(request.clone().only(plane).prepare()?) } else { None };
            let (number, from) = match &mut own {
                Some(own) => (0, own),
                None => (plane, &mut *prepared),
            };
            let values = from.range(number, watch)?;
            let (lowest, highest) = match values.extremes() {
                Some(extremes) => from.find(number, extremes, watch)?,
                None => (None, None),
            };
            if let Some(own) = &own {
                prepared.add_passes(own);
            }
            let place = |cell: usize| {
                let axes = prepared.grid().axes();
                let mut index = vec![0; axes.len()];
                prepared.grid().index_from_cell(cell, &mut index);
                let at = axes.iter().zip(&index).map(|(axis, &i)| axis.world_from_index(i)).collect();
                Place { index, at }
            };
            let (lowest, highest) = (lowest.map(place), highest.map(place));
            planes.push(PlaneStatistics { name, values, lowest, highest });
        }
        let codes = if quantity.is_report() {
            None
        } else {
            let mask = Quantity::Mask(Box::new(quantity.clone()));
            let counts = request.clone().compare(None).quantity(mask).prepare_with(arrays)?.range(0, watch)?;
            Some((0_u8..).zip(mask::NAMES).map(|(code, _)| counts.count_of(f32::from(code))).collect())
        };
        Ok(Self { planes, codes })
    }
}

impl PlaneStatistics {
    /// The bins that hold values, as the lowest and highest number of each and their count.
    pub fn histogram(&self) -> impl Iterator<Item = (f64, f64, u64)> + '_ {
        let bins = self.values.histogram.iter().enumerate().filter(|(_, count)| **count > 0);
        bins.map(|(bin, &count)| {
            let (first, last) = self.values.bins.keys(bin);
            // The ends of a bin may lie beyond the finite numbers; what is in it does not.
            let end = |key: u32| f64::from(key::to_f32(key));
            let (low, high) = (end(first), end(last));
            let low = if low.is_finite() { low.max(self.values.min) } else { self.values.min };
            let high = if high.is_finite() { high.min(self.values.max) } else { self.values.max };
            (low, high, count)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tile::watch::Silent;
    use crate::{EngineChoice, Formula, Grid};

    #[test]
    fn extremes_are_found_where_they_are() {
        let f = Formula::parse("(x-1)² + 2(y+1)² + ln(x+1.05)*0").expect("a formula");
        let grid = Grid::plane((-5.0, 5.0, 101), (-5.0, 5.0, 51)).expect("valid");
        for engine in [EngineChoice::Cpu, EngineChoice::F64] {
            for memory in [1, 1 << 28] {
                let request = Request::new(&f, &grid).quantity(Quantity::Value).engine(engine).memory(memory);
                let mut prepared = request.prepare().expect("fits");
                let found = Statistics::new(&request, Vec::new(), &Quantity::Value, &mut prepared, &mut Silent)
                    .expect("counted");
                let plane = &found.planes[0];
                let (min, max) = plane.values.extremes().expect("values");
                // The node nearest to (1, −1) may be an ulp off.
                assert!(min < 1e-12 && max == 16.0 + 72.0, "{engine:?}: {min} to {max}");
                assert_eq!(plane.lowest.as_ref().map(|place| place.index.clone()), Some(vec![60, 20]), "{engine:?}");
                assert_eq!(plane.highest.as_ref().map(|place| place.at.clone()), Some(vec![5.0, 5.0]), "{engine:?}");
                let codes = found.codes.clone().expect("no report");
                assert_eq!(codes.iter().sum::<u64>(), 101 * 51, "every cell has a code: {codes:?}");
                // x = −5 … −1.1 is outside the domain of the logarithm.
                assert_eq!(codes[4], 40 * 51, "domain: {codes:?}");
                assert_eq!(plane.values.masked, 40 * 51, "{engine:?}");
                assert_eq!(plane.histogram().map(|bin| bin.2).sum::<u64>(), 61 * 51, "{engine:?}");
                assert!(plane.histogram().all(|(low, high, _)| low <= high), "{engine:?}");
            }
        }
    }

    #[test]
    fn one_value_everywhere_and_none_at_all() {
        let grid = Grid::plane((-5.0, 5.0, 11), (-5.0, 5.0, 5)).expect("valid");
        for (text, lowest) in [("3", Some(vec![0, 0])), ("sqrt(-1-x²)", None)] {
            let f = Formula::parse(text).expect("a formula");
            let request = Request::new(&f, &grid).quantity(Quantity::Value).engine(EngineChoice::Cpu);
            let mut prepared = request.prepare().expect("fits");
            let found =
                Statistics::new(&request, Vec::new(), &Quantity::Value, &mut prepared, &mut Silent).expect("counted");
            assert_eq!(found.planes[0].lowest.clone().map(|place| place.index), lowest, "{text}");
            assert_eq!(found.planes[0].highest, found.planes[0].lowest, "{text}: the same cell");
        }
    }
}
