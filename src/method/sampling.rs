//! Sampling: turns derivatives of sampled sources into the values of neighbouring cells, by a scheme.
//!
//! [`Sampler::lower`] replaces every sample in a graph: a value becomes the tap on its own cell, a derivative the formula of
//! `stencil.rs` over taps, the Gaussian average of a source a chain of planes. Formulas of several axes are nested: ∂²/∂x∂y is the
//! formula along x of the formula along y, and a stencil that averages across takes the average for an axis without derivative.
//!
//! **Missing data.** A tap is defined where its cell has data, and a derivative where its own cell has data too, even if its formula
//! does not use it: a hole stays a hole. [`Gaps`] says what else may happen. Continuing the line through the cell and the neighbour
//! opposite, 2f₀ − f₋ for f₊, makes every first-derivative stencil one-sided at once; for second derivatives it would make up
//! a zero, so they stay undefined.
//!
//! **Limits.** `central4` and Gaussians need even axes, and so do periodic borders. Orders go up to [`MAX_ORDER`].

use super::gaussian;
use super::scheme::{Border, Gaps, Scheme, Stencil};
use super::stencil::{Along, Spacing, Tap, fewest_nodes};
use crate::expr::graph::{Graph, Node, NodeId, TooLarge};
use crate::expr::op::Op;
use crate::expr::source::{SAMPLE_AXES, Source, SourceId};
use crate::grid::Grid;
use crate::program::staged::Extension;
use crate::program::validity;
use std::collections::BTreeMap;
use thiserror::Error;

/// The highest total order of a derivative of samples.
pub const MAX_ORDER: u8 = 8;

/// Why samples cannot be differenced so.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SamplingError {
    /// There is no grid to difference on.
    #[error("arrays, averages and neighbours have values on the cells of a grid only, and here is none")]
    NoGrid,
    /// Too few nodes along an axis.
    #[error(
        "axis {axis} has {len} node{}, and a derivative along it takes at least {needs} by this scheme; use a larger array{}",
        if *.len == 1 { "" } else { "s" }, if *.needs > 2 { ", or a border rule such as `nearest`" } else { "" }
    )]
    TooFew {
        /// The axis.
        axis: String,
        /// Its nodes.
        len: usize,
        /// The fewest that would do.
        needs: usize,
    },
    /// The scheme needs an even axis.
    #[error("axis {axis} is not evenly spaced, and {what} is for even axes; use `central`")]
    Uneven {
        /// The axis.
        axis: String,
        /// What was asked for.
        what: String,
    },
    /// The order is too high.
    #[error("derivatives of arrays go to order {MAX_ORDER}, and this is order {0}")]
    Order(u32),
    /// The stencils do not fit the graph.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// A scheme on the axes of a grid.
#[derive(Debug, Clone)]
pub struct Sampler {
    scheme: Scheme,
    axes: Vec<(String, usize, Spacing)>,
}

impl Sampler {
    /// Differences by `scheme` between the nodes of `grid`.
    #[must_use]
    pub fn new(scheme: Scheme, grid: &Grid) -> Self {
        let axes = grid.axes().iter().map(|axis| {
            let spacing =
                if axis.is_even() { Spacing::Even(axis.spacing()) } else { Spacing::Uneven(axis.table().into()) };
            (axis.name().to_owned(), axis.len(), spacing)
        });
        Self { scheme, axes: axes.collect() }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The same roots with all samples, also those of the planes they need, as taps.
    ///
    /// # Errors
    /// An axis that is too short or uneven for the scheme, an order that is too high, a graph that outgrew its limit.
    pub fn lower(&self, g: &mut Graph, roots: &[NodeId]) -> Result<Vec<NodeId>, SamplingError> {
        let mut sources = BTreeMap::new();
        // A source refers only to sources before it, so these are known when it comes.
        for id in g.sources_of(roots) {
            let lowered = match g.source(id) {
                Source::Array { .. } => id,
                Source::Plane(node) => {
                    let node = self.nodes(g, &[node], &sources)?[0];
                    g.plane(node)
                }
                Source::Smooth { of, sigma } => {
                    let of = sources.get(&of).copied().unwrap_or(of);
                    let value = self.gaussian(g, of, [0; SAMPLE_AXES], f64::from_bits(sigma))?;
                    let value = self.guard(g, of, value, 0);
                    g.plane(value)
                }
            };
            sources.insert(id, lowered);
        }
        let lowered = self.nodes(g, roots, &sources)?;
        g.check()?;
        Ok(lowered)
    }

    /// `roots` with their samples lowered, which are of these sources.
    fn nodes(
        &self,
        g: &mut Graph,
        roots: &[NodeId],
        sources: &BTreeMap<SourceId, SourceId>,
    ) -> Result<Vec<NodeId>, SamplingError> {
        let of = |id: SourceId| sources.get(&id).copied().unwrap_or(id);
        let order = g.reachable(roots);
        let mut lowered = vec![None; order.last().map_or(0, |last| last.index() + 1)];
        for id in order {
            let new = match g.node(id) {
                Node::Sample(source, orders) => self.sample(g, of(source), orders)?,
                Node::Tap(source, offset) => self.tap(g, of(source), offset, true),
                Node::Apply(op, args) => {
                    let args = args.map(|arg| lowered[arg.index()].unwrap_or(arg));
                    if op == Op::Known {
                        let number = g.known(args[0]);
                        validity::defined(g, &args[..1]).map_or(number, |defined| g.and(defined, number))
                    } else {
                        g.apply(op, &args[..op.arity().min])
                    }
                }
                _ => id,
            };
            g.check()?;
            lowered[id.index()] = Some(new);
        }
        Ok(roots.iter().map(|root| lowered[root.index()].unwrap_or(*root)).collect())
    }

    /// The value of a neighbour by the rule for gaps; `first` where a first derivative or the like asks.
    fn tap(&self, g: &mut Graph, source: SourceId, offset: [i16; SAMPLE_AXES], first: bool) -> NodeId {
        let value = g.tap(source, offset);
        match self.scheme.gaps {
            Gaps::Propagate => value,
            Gaps::Fill(substitute) => {
                let (known, substitute) = (g.known(value), g.constant(substitute));
                g.select(known, value, substitute)
            }
            Gaps::Shrink if !first || offset == [0; SAMPLE_AXES] => value,
            Gaps::Shrink => {
                let (here, opposite) = (g.tap(source, [0; SAMPLE_AXES]), g.tap(source, offset.map(|step| -step)));
                let (known, twice) = (g.known(value), g.scale(2.0, here));
                let continued = g.sub(twice, opposite);
                g.select(known, value, continued)
            }
        }
    }

    fn sample(&self, g: &mut Graph, source: SourceId, orders: [u8; SAMPLE_AXES]) -> Result<NodeId, SamplingError> {
        let total: u32 = orders.iter().map(|&order| u32::from(order)).sum();
        if total == 0 {
            return Ok(self.tap(g, source, [0; SAMPLE_AXES], true));
        }
        if total > u32::from(MAX_ORDER) {
            return Err(SamplingError::Order(total));
        }
        let scheme = &self.scheme;
        let stencil = scheme.stencil;
        let window = i16::from(stencil.needs_window() && g.source_axes(source) == 2);
        if let Stencil::Gaussian(sigma) = stencil {
            let value = self.gaussian(g, source, orders, sigma)?;
            return Ok(self.guard(g, source, value, window));
        }
        if let Some(axis) = orders.iter().position(|&order| order > 2) {
            let mut inner = orders;
            inner[axis] = 2;
            let inner = self.sample(g, source, inner)?;
            let plane = g.plane(inner);
            let mut rest = [0; SAMPLE_AXES];
            rest[axis] = orders[axis] - 2;
            return self.sample(g, plane, rest);
        }
        let mut ops = Vec::new();
        let (mut across, mut norm) = (Vec::new(), 1.0);
        for (axis, &order) in orders.iter().enumerate().take(g.source_axes(source)) {
            match (order, stencil.across()) {
                (0, None) => {}
                (0, Some((side, middle))) => {
                    across.push((axis, 0));
                    norm *= 2.0 * side + middle;
                }
                _ => {
                    self.check_axis(axis, order)?;
                    ops.push((axis, order));
                }
            }
        }
        // The formula does not depend on the side where values go on beyond the border: then differences are averaged, and not averages
        // differenced. The difference of neighbours is exact as a rule, so what they have in common costs no digits.
        let extends = matches!(scheme.border(), Border::Extend(_));
        let divisor = ops.iter().try_fold(norm, |divisor, &(axis, order)| match self.axes.get(axis) {
            Some((_, _, Spacing::Even(h))) => Some(divisor * (h / unit(order)).powi(i32::from(order))),
            _ => None,
        });
        let value = match divisor {
            Some(divisor) if extends && !across.is_empty() => {
                across.extend(ops);
                let top = self.nest(g, source, &across, None, [0; SAMPLE_AXES], total == 1);
                let divisor = g.constant(divisor);
                g.div(top, divisor)
            }
            _ => {
                ops.extend(across);
                self.nest(g, source, &ops, Some(norm), [0; SAMPLE_AXES], total == 1)
            }
        };
        Ok(self.guard(g, source, value, window))
    }

    fn check_axis(&self, axis: usize, order: u8) -> Result<(), SamplingError> {
        let Some((name, len, spacing)) = self.axes.get(axis) else { return Err(SamplingError::NoGrid) };
        let scheme = &self.scheme;
        let needs = fewest_nodes(scheme.border(), order).max(2);
        if *len < needs {
            return Err(SamplingError::TooFew { axis: name.clone(), len: *len, needs });
        }
        let periodic = scheme.border() == Border::Extend(Extension::Periodic);
        let even_only = match scheme.stencil {
            Stencil::Central4 | Stencil::Gaussian(_) => Some(format!("`{}`", scheme.stencil)),
            _ if periodic => Some("a periodic border".to_owned()),
            _ => None,
        };
        match (spacing, even_only) {
            (Spacing::Uneven(_), Some(what)) => Err(SamplingError::Uneven { axis: name.clone(), what }),
            _ => Ok(()),
        }
    }

    /// The formula of the first axis of `ops` over that of the others, at the cell `offset` away; order 0 is the average across. The first
    /// derivative is divided by `norm`; `None` is for nodes at the distance [`unit`].
    fn nest(
        &self,
        g: &mut Graph,
        source: SourceId,
        ops: &[(usize, u8)],
        norm: Option<f64>,
        offset: [i16; SAMPLE_AXES],
        first: bool,
    ) -> NodeId {
        let Some((&(axis, order), rest)) = ops.split_first() else { return self.tap(g, source, offset, first) };
        let scheme = &self.scheme;
        let mut inner = |g: &mut Graph, step: i16| {
            let mut offset = offset;
            offset[axis] = offset[axis].saturating_add(step);
            self.nest(g, source, rest, norm.map(|_| 1.0), offset, first)
        };
        match (order, self.axes.get(axis)) {
            (1.., Some((_, _, spacing))) => {
                let units = Spacing::Even(unit(order));
                let (spacing, norm) = norm.map_or((&units, 1.0), |norm| (spacing, norm));
                let along = Along { axis, spacing, stencil: scheme.stencil, border: scheme.border(), norm };
                along.derivative(g, order, &mut inner)
            }
            _ => average_across(g, scheme.stencil.across().unwrap_or((0.0, 1.0)), &mut inner),
        }
    }

    /// `value` where the cell and all cells up to `window` away have data.
    fn guard(&self, g: &mut Graph, source: SourceId, value: NodeId, window: i16) -> NodeId {
        let reach = match self.scheme.gaps {
            Gaps::Fill(_) => return value,
            Gaps::Propagate => window,
            Gaps::Shrink => 0,
        };
        let mut known = Vec::new();
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let tap = g.tap(source, [dx, dy, 0]);
                known.push(g.known(tap));
            }
        }
        let mut all = known[0];
        for &next in &known[1..] {
            all = g.and(all, next);
        }
        let missing = g.missing();
        g.select(all, value, missing)
    }

    /// The derivative of the Gaussian average, one axis after the other, the slowest first.
    fn gaussian(
        &self,
        g: &mut Graph,
        source: SourceId,
        orders: [u8; SAMPLE_AXES],
        sigma: f64,
    ) -> Result<NodeId, SamplingError> {
        let mut plane = source;
        let mut value = self.tap(g, source, [0; SAMPLE_AXES], false);
        for axis in (0..g.source_axes(source)).rev() {
            let run = match self.axes.get(axis) {
                Some((_, _, Spacing::Even(h))) => *h,
                Some((name, ..)) if orders[axis] > 0 => {
                    return Err(SamplingError::Uneven { axis: name.clone(), what: format!("`gaussian:{sigma}`") });
                }
                _ => 1.0,
            };
            if orders[axis] > 0 {
                self.check_axis(axis, orders[axis])?;
            }
            let mut tap = |g: &mut Graph, step: i16| {
                let mut offset = [0; SAMPLE_AXES];
                offset[axis] = step;
                self.tap(g, plane, offset, false)
            };
            value = if orders[axis] == 0 && self.scheme.gaps == Gaps::Shrink {
                gaussian::average_of_known(g, sigma, &mut tap)
            } else {
                gaussian::along(g, sigma, orders[axis], run, &mut tap)
            };
            if axis > 0 {
                plane = g.plane(value);
            }
        }
        Ok(value)
    }
}

/// The same roots where nothing is sampled; what asks whether something is defined is answered either way.
pub fn without_samples(g: &mut Graph, roots: &[NodeId]) -> Result<Vec<NodeId>, SamplingError> {
    if !g.sources_of(roots).is_empty() {
        return Err(SamplingError::NoGrid);
    }
    let sampler = Sampler { scheme: Scheme::default(), axes: Vec::new() };
    sampler.lower(g, roots)
}

/// The distance of neighbours for which a derivative of this order is a difference that is divided by 1.
fn unit(order: u8) -> f64 {
    if order == 1 { 0.5 } else { 1.0 }
}

/// side·(f₋ + f₊) + middle·f
fn average_across(g: &mut Graph, (side, middle): (f64, f64), tap: Tap<'_>) -> NodeId {
    let (before, after, here) = (tap(g, -1), tap(g, 1), tap(g, 0));
    let sides = g.add(before, after);
    let (sides, here) = (g.scale(side, sides), g.scale(middle, here));
    g.add(sides, here)
}

#[cfg(test)]
mod tests;
