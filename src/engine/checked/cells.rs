//! Bands of which the active cells of a contour are wanted: what is listed is checked, and what is not.
//!
//! A cell that is checked takes four canaries, its corners: it must be listed with their classes, or be of one class and not listed. Most cells are
//! of one class, and a band that lost its values would be, so the class of the first corner comes back with the list
//! ([`Sampling`]) and is compared too.

use super::canaries::{Canaries, Seen, typical};
use super::{Begun, Checked, GENEROUS, Source, Verify, refused};
use crate::engine::error::EngineError;
use crate::engine::selftest::Agreement;
use crate::kernels::QUAD;
use crate::kernels::contour::{self, Active, Sampling};
use crate::kernels::palette::{self, Lookup};
use std::ops::Range;

impl<S: Source> Checked<S> {
    /// Begins a band of whole rows of `width` nodes of which the active cells of plane `plane` are wanted.
    ///
    /// # Errors
    /// What the device reports, and thresholds that are of no use.
    pub fn begin_contour(
        &mut self,
        cells: Range<usize>,
        plane: usize,
        thresholds: &[f32],
        width: usize,
    ) -> Result<Begun<S::Pending>, EngineError> {
        let pending = self.source.begin_contour(cells.clone(), plane, thresholds, width)?;
        let whole = self.verify == Verify::All && self.agreement == Agreement::BitExact;
        let places = if whole || self.verify == Verify::Off { Vec::new() } else { corners(&cells, width) };
        self.begun_with(pending, cells, places)
    }

    /// Writes the active cells of a band in plane `plane`, by the thresholds and in rows of the width it was begun with, in the order of
    /// their places.
    ///
    /// # Errors
    /// What the device reports, and thresholds that are of no use.
    pub fn finish_contour(
        &mut self,
        begun: Begun<S::Pending>,
        (plane, thresholds, width): (usize, &[f32], usize),
        out: &mut Vec<Active>,
    ) -> Result<(), EngineError> {
        let Begun { pending, cells, canaries } = begun;
        out.clear();
        let mut classes = Vec::new();
        let Some(samples) = self.source.finish_contour(pending, out)? else {
            // There are too many to be listed: the classes are fewer bytes.
            let begun = self.begin_palette(cells, plane, thresholds)?;
            self.finish_palette(begun, plane, thresholds, &mut classes)?;
            contour::compact(&classes, width, out);
            return Ok(());
        };
        let lookup = Lookup::new(thresholds).map_err(|error| refused(&error))?;
        let mut seen = Seen::default();
        if let Some(canaries) = &canaries {
            seen = self.look_at_cells(&cells, canaries, (plane, thresholds), &samples, out)?;
        } else if self.verify == Verify::All {
            let mut want = Vec::new();
            self.twin.palette(cells.clone(), plane, &lookup, &mut classes)?;
            contour::compact(&classes, width, &mut want);
            seen = Seen { checked: cells.len(), wrong: usize::from(*out != want), first: None };
        }
        if self.condemn("cells", &cells, &seen) {
            out.clear();
            self.twin.palette(cells, plane, &lookup, &mut classes)?;
            contour::compact(&classes, width, out);
        }
        Ok(())
    }

    /// Compares sampled words and listed cells with the canaries of a band.
    fn look_at_cells(
        &self,
        band: &Range<usize>,
        Canaries { chosen, want }: &Canaries,
        (plane, thresholds): (usize, &[f32]),
        samples: &[u32],
        cells: &[Active],
    ) -> Result<Seen, EngineError> {
        let mut seen = Seen::default();
        let keys = palette::threshold_keys(thresholds).map_err(|error| refused(&error))?;
        let index = |value: f32| palette::index_of(value.to_bits(), &keys);
        let exact = self.agreement == Agreement::BitExact;
        let typical = typical(&want[plane]);
        let Sampling { step, .. } = Sampling::of(band);
        for (places, values) in chosen.chunks_exact(4).zip(want[plane].chunks_exact(4)) {
            let may_be = values.iter().map(|&value| {
                let slack = if exact || value.is_nan() { 0.0 } else { GENEROUS * typical.max(value.abs()) };
                index(value - slack)..=index(value + slack)
            });
            let may_be: Vec<_> = may_be.collect();
            let node = places[0] - band.start;
            let sample = samples.get(node / QUAD as usize / step as usize).map(|word| word.to_le_bytes()[0]);
            let right = sample.is_some_and(|class| may_be[0].contains(&class));
            let right = right
                && match cells.binary_search_by_key(&node, |cell| cell.node as usize) {
                    Ok(at) => may_be.iter().zip(cells[at].corners()).all(|(may_be, class)| may_be.contains(&class)),
                    // What is not listed is of one class.
                    Err(_) => {
                        may_be.iter().map(|may_be| may_be.start()).max()
                            <= may_be.iter().map(|may_be| may_be.end()).min()
                    }
                };
            seen.look(places[0], right);
        }
        Ok(seen)
    }
}

/// The corners of the cells that are checked in a band of whole rows, four after the other, counter-clockwise from the lower left, which is
/// the first node of a sampled word.
fn corners(band: &Range<usize>, width: usize) -> Vec<usize> {
    let nodes = Sampling::of(band).places(band.len()).map(|place| band.start + place);
    let inside = |node: &usize| !(node + 1).is_multiple_of(width) && node + width < band.end;
    nodes.filter(inside).flat_map(|node| [node, node + 1, node + width + 1, node + width]).collect()
}
