//! Cuts a band into pieces of one dispatch each, submits them, and learns from their times how large the next may be.

use super::{Evaluator, Flight, Pending, Real};
use crate::gpu::{Batch, Clock, GpuError, Ticket};
use crate::kernels::{QUAD, contour, evaluate, palette, quads, range};
use std::ops::Range;
use std::time::Instant;

/// What happens to the planes of a band.
#[derive(Debug, Clone, Copy)]
pub(super) enum After {
    Read,
    Range { plane: u32, bins: range::Bins },
    Palette { plane: u32 },
    Contour { plane: u32, width: u32, room: u32, sampling: contour::Sampling },
}

/// A part of a band that is one dispatch of each kernel.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where it begins.
    first_quad: u32,
    /// Where it ends.
    cells: u32,
    /// The times so far are read after it.
    look: bool,
    /// The band ends with it.
    last: bool,
}

impl<T: Real> Evaluator<T> {
    /// Begins a band: evaluates it unless the planes hold it, runs `after` on them, and reads back so many bytes of
    /// the result.
    pub(super) fn begin(&mut self, cells: &Range<usize>, after: &After) -> Result<Pending, GpuError> {
        let count = self.count(cells)?;
        let stride = quads(count);
        // Whatever fails from here on may leave the planes half written.
        let fresh = self.evaluated.take().as_ref() != Some(cells);
        let started = Instant::now();
        let params = if fresh { Some(self.nodes.send(&self.gpu, cells.start as u64, count)?) } else { None };
        let params = params.map(|params| self.samples.as_ref().map_or(params, |store| store.place(cells, params)));
        self.timing.upload += started.elapsed();
        let planes_bytes = 4 * Self::BYTES * u64::from(stride) * u64::from(self.outputs);
        self.planes.reserve(&self.gpu, planes_bytes)?;
        let bytes = match after {
            After::Read => planes_bytes,
            After::Range { .. } => range::WORDS as u64 * 4,
            After::Palette { .. } => 4 * u64::from(stride),
            After::Contour { room, .. } => (contour::HEADER + contour::ENTRY * *room as usize) as u64,
        };
        if matches!(after, After::Palette { .. } | After::Contour { .. }) {
            self.indices.reserve(&self.gpu, 4 * u64::from(stride))?;
        }
        if matches!(after, After::Contour { .. }) {
            self.found.reserve(&self.gpu, bytes)?;
        }
        let slot = self.slot(bytes)?;
        self.slots[slot].clock.reset();
        let mut flight = Flight { fresh, ..Flight::default() };
        let mut first = 0;
        while first < stride {
            let end = first + self.pace.size().min(stride - first);
            let full = flight.sizes.len() + 1 >= Clock::PASSES as usize;
            // The size of the next piece may follow from this one; and the clock counts no more passes than it can.
            let look = end < stride && (full || !self.pace.is_settled());
            let piece = Piece { first_quad: first, cells: (end * QUAD).min(count), look, last: end == stride };
            let started = Instant::now();
            flight.tickets.push(self.submit(slot, params, after, stride, &piece, bytes)?);
            flight.sizes.push(end - first);
            self.timing.dispatches += 1;
            self.timing.submit += started.elapsed();
            if look {
                self.look(slot, &mut flight, true)?;
            }
            first = end;
        }
        self.evaluated = Some(cells.clone());
        self.slots[slot].busy = true;
        Ok(Pending { slot, flight, cells: count })
    }

    /// Submits one piece of a band; with the last one goes the copy of the results.
    fn submit(
        &mut self,
        slot: usize,
        params: Option<evaluate::Params>,
        after: &After,
        stride: u32,
        piece: &Piece,
        bytes: u64,
    ) -> Result<Ticket, GpuError> {
        let Piece { first_quad, cells, look, last } = *piece;
        let size = quads(cells) - first_quad;
        let place = &mut self.slots[slot];
        let mut batch = Batch::new();
        batch.time(&mut place.clock, look || last);
        let params = params.map(|params| evaluate::Params { cells, first_quad, ..params });
        if let Some(params) = &params {
            let mut buffers =
                vec![("parameters", &self.parameters), ("coordinates", &self.nodes.storage), ("planes", &self.planes)];
            buffers.extend(self.samples.iter().map(|store| ("samples", &store.storage)));
            batch.dispatch(&self.evaluate, bytemuck::bytes_of(params), &buffers, u64::from(size));
        }
        let from = match (after, &self.range, &self.palette) {
            (After::Range { plane, bins }, Some(pipeline), _) => {
                let (plane_offset, key_low, key_shift) = (plane * stride, bins.low, bins.shift);
                let params = range::Params { cells, plane_offset, first_quad, key_low, key_shift };
                if first_quad == 0 {
                    batch.clear(&self.stats);
                }
                let buffers = [("planes", &self.planes), ("stats", &self.stats)];
                let invocations = size.div_ceil(range::QUADS);
                batch.dispatch(pipeline, bytemuck::bytes_of(&params), &buffers, u64::from(invocations));
                &self.stats
            }
            (After::Palette { plane } | After::Contour { plane, .. }, _, Some(pipeline)) => {
                let params = palette::Params { cells, plane_offset: plane * stride, first_quad };
                let buffers = [("planes", &self.planes), ("thresholds", &self.thresholds), ("indices", &self.indices)];
                batch.dispatch(pipeline, bytemuck::bytes_of(&params), &buffers, u64::from(size));
                &self.indices
            }
            _ => &self.planes,
        };
        let from = match (after, &self.contour) {
            (&After::Contour { width, room, sampling, .. }, Some(pipeline)) => {
                let contour::Sampling { step, phase } = sampling;
                // The nodes above those of a piece come with the next one: this far behind, cells are complete.
                let behind = quads(width) + 2;
                let [first_quad, end_quad] = [first_quad, quads(cells)].map(|quad| quad.saturating_sub(behind));
                let end_quad = if last { quads(cells) } else { end_quad };
                if piece.first_quad == 0 {
                    batch.clear(&self.found);
                }
                let params = contour::Params { nodes: cells, width, first_quad, end_quad, room, step, phase };
                if first_quad < end_quad {
                    let buffers = [("classes", &self.indices), ("found", &self.found)];
                    let invocations = end_quad - first_quad;
                    batch.dispatch(pipeline, bytemuck::bytes_of(&params), &buffers, u64::from(invocations));
                }
                &self.found
            }
            _ => from,
        };
        if last {
            batch.read(from, 0..bytes, &mut place.staging);
        }
        self.gpu.submit(batch)
    }

    /// Waits for the pieces of a band that were submitted and learns from their times. Without a clock on the device a piece is timed
    /// from here if it was only `just` submitted; bands in flight before it make it look slower, never faster.
    pub(super) fn look(&mut self, slot: usize, flight: &mut Flight, just: bool) -> Result<(), GpuError> {
        let started = Instant::now();
        for ticket in flight.tickets.drain(..) {
            self.gpu.wait(&ticket)?;
        }
        let waited = started.elapsed();
        self.timing.wait += waited;
        let clock = &mut self.slots[slot].clock;
        let measured = clock.runs();
        let times = if measured { clock.elapsed().unwrap_or_default() } else { vec![waited; usize::from(just)] };
        let sizes = std::mem::take(&mut flight.sizes);
        if flight.fresh && times.len() == sizes.len() {
            sizes.into_iter().zip(&times).for_each(|(size, &elapsed)| self.pace.record(size, elapsed));
        }
        if measured {
            let elapsed = times.iter().sum();
            flight.kernels += elapsed;
            self.timing.add_kernels(elapsed);
        }
        Ok(())
    }
}
