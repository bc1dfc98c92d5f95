//! Difference formulas along one axis, as nodes over the values at neighbouring cells.
//!
//! `tap(k)` is the value k cells further along the axis. The first derivatives of `central` do the operations of `numpy.gradient` 2.x in its
//! order, so that `f64` results are its numbers: even axes (f₊ − f₋)/(2h) and a·f₀ + b·f₁ + c·f₂ with a = −1.5/h, b = 2/h, c = −0.5/h at
//! a border of edge order 2, uneven axes a·f₋ + b·f + c·f₊ with
//!
//! ```text
//! a = −h₂/(h₁(h₁ + h₂))    b = (h₂ − h₁)/(h₁h₂)    c = h₁/(h₂(h₁ + h₂))      h₁ = x − x₋, h₂ = x₊ − x
//! ```
//!
//! Second derivatives are differences of differences, (f₊ − f) − (f − f₋), which are exact for close values where f₊ − 2f + f₋ rounds.
//! (Formulas: Fornberg, Math. Comp. 51 (1988), 699–706; Abramowitz & Stegun 25.3.)

use super::scheme::{Border, EdgeOrder, Stencil};
use crate::expr::graph::{Graph, NodeId};
use crate::expr::source::Side;
use std::sync::Arc;

/// Makes the node of the value so many cells further along the axis.
pub(super) type Tap<'a> = &'a mut dyn FnMut(&mut Graph, i16) -> NodeId;

/// The nodes of one axis.
#[derive(Debug, Clone)]
pub(super) enum Spacing {
    /// So far apart, signed.
    Even(f64),
    /// At these places.
    Uneven(Arc<[f64]>),
}

/// One axis to difference along.
#[derive(Debug, Clone, Copy)]
pub(super) struct Along<'a> {
    /// Its number.
    pub axis: usize,
    /// Its nodes.
    pub spacing: &'a Spacing,
    /// How neighbours are combined.
    pub stencil: Stencil,
    /// What happens at its ends.
    pub border: Border,
    /// The result is divided by this: the total weight of averages across.
    pub norm: f64,
}

/// The fewest nodes that a derivative of this order takes.
pub(super) fn fewest_nodes(border: Border, order: u8) -> usize {
    match (border, order) {
        (Border::OneSided(EdgeOrder::First), 1) => 2,
        (Border::OneSided(EdgeOrder::First), _) | (Border::OneSided(EdgeOrder::Second), 1) => 3,
        (Border::OneSided(EdgeOrder::Second), _) => 4,
        (Border::Extend(_), _) => 1,
    }
}

impl Along<'_> {
    /// The derivative of order 1 or 2.
    pub(super) fn derivative(&self, g: &mut Graph, order: u8, tap: Tap<'_>) -> NodeId {
        match (self.spacing, order) {
            (Spacing::Even(h), 1) => self.first_even(g, *h, tap),
            (Spacing::Even(h), _) => self.second_even(g, *h, tap),
            (Spacing::Uneven(nodes), 1) => self.first_uneven(g, nodes, tap),
            (Spacing::Uneven(nodes), _) => self.second_uneven(g, nodes, tap),
        }
    }

    fn first_even(&self, g: &mut Graph, h: f64, tap: Tap<'_>) -> NodeId {
        let (spacing, norm) = (h, self.norm);
        let h = h * norm;
        let inner = match self.stencil {
            Stencil::Forward => step(g, h, tap, 0, 1),
            Stencil::Backward => step(g, h, tap, -1, 0),
            Stencil::Central4 => {
                let (near, far) = (rise(g, tap, -1, 1), rise(g, tap, -2, 2));
                let near = g.scale(8.0, near);
                let top = g.sub(near, far);
                over(g, top, 12.0 * h)
            }
            _ => step(g, 2.0 * h, tap, -1, 1),
        };
        let Border::OneSided(edge_order) = self.border else { return inner };
        let inner = if self.stencil == Stencil::Central4 {
            let near = step(g, 2.0 * h, tap, -1, 1);
            self.at_border(g, 1, near, near, inner)
        } else {
            inner
        };
        let (low, high) = match edge_order {
            EdgeOrder::First => (step(g, h, tap, 0, 1), step(g, h, tap, -1, 0)),
            EdgeOrder::Second => {
                let [a, b, c] = [1.5, 2.0, 0.5].map(|weight| weight / spacing / norm);
                let low = weighted(g, tap, [(-a, 0), (b, 1), (-c, 2)]);
                (low, weighted(g, tap, [(c, -2), (-b, -1), (a, 0)]))
            }
        };
        match self.stencil {
            Stencil::Forward if edge_order == EdgeOrder::First => self.at_side(g, Side::High, 0, high, inner),
            Stencil::Backward if edge_order == EdgeOrder::First => self.at_side(g, Side::Low, 0, low, inner),
            _ => self.at_border(g, 0, low, high, inner),
        }
    }

    fn second_even(&self, g: &mut Graph, h: f64, tap: Tap<'_>) -> NodeId {
        let square = h * h * self.norm;
        let three = |g: &mut Graph, tap: Tap<'_>, middle: i16| {
            let top = bend(g, tap, middle, 1);
            over(g, top, square)
        };
        let mut inner = three(g, tap, 0);
        let one_sided = matches!(self.border, Border::OneSided(_));
        if self.stencil == Stencil::Central4 {
            let (near, far) = (bend(g, tap, 0, 1), bend(g, tap, 0, 2));
            let near = g.scale(16.0, near);
            let top = g.sub(near, far);
            let wide = over(g, top, 12.0 * square);
            inner = if one_sided { self.at_border(g, 1, inner, inner, wide) } else { wide };
        }
        let Border::OneSided(edge_order) = self.border else { return inner };
        let (low, high) = match edge_order {
            EdgeOrder::First => (three(g, tap, 1), three(g, tap, -1)),
            // 2f₀ − 5f₁ + 4f₂ − f₃ = 2(f₀ − f₁) − 3(f₁ − f₂) + (f₂ − f₃)
            EdgeOrder::Second => {
                let mut four = |g: &mut Graph, way: i16| {
                    let (a, b, c) = (rise(g, tap, way, 0), rise(g, tap, 2 * way, way), rise(g, tap, 3 * way, 2 * way));
                    let (a, b) = (g.scale(2.0, a), g.scale(3.0, b));
                    let top = g.sub(a, b);
                    let top = g.add(top, c);
                    over(g, top, square)
                };
                (four(g, 1), four(g, -1))
            }
        };
        self.at_border(g, 0, low, high, inner)
    }

    fn first_uneven(&self, g: &mut Graph, nodes: &[f64], tap: Tap<'_>) -> NodeId {
        let norm = self.norm;
        let (behind, ahead) = distances(nodes);
        let column = |g: &mut Graph, rule: &dyn Fn(f64, f64) -> f64| {
            let values: Vec<f64> = behind.iter().zip(&ahead).map(|(&h1, &h2)| rule(h1, h2) / norm).collect();
            g.column(self.axis, &values)
        };
        let inner = match self.stencil {
            Stencil::Forward | Stencil::Backward => {
                let forward = self.stencil == Stencil::Forward;
                let (from, to) = if forward { (0, 1) } else { (-1, 0) };
                let run: Vec<f64> = if forward { &ahead } else { &behind }.iter().map(|h| h * norm).collect();
                let (top, run) = (rise(g, tap, from, to), g.column(self.axis, &run));
                g.div(top, run)
            }
            _ => {
                let a = column(g, &|h1, h2| -h2 / (h1 * (h1 + h2)));
                let b = column(g, &|h1, h2| (h2 - h1) / (h1 * h2));
                let c = column(g, &|h1, h2| h1 / (h2 * (h1 + h2)));
                let (before, here, after) = (tap(g, -1), tap(g, 0), tap(g, 1));
                let (a, b, c) = (g.mul(a, before), g.mul(b, here), g.mul(c, after));
                let sum = g.add(a, b);
                g.add(sum, c)
            }
        };
        let Border::OneSided(edge_order) = self.border else { return inner };
        let gaps: Vec<f64> = nodes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (low, high) = match (edge_order, gaps.as_slice()) {
            (EdgeOrder::Second, [h1, h2, ..]) => {
                let ends = [-(2.0 * h1 + h2) / (h1 * (h1 + h2)), (h1 + h2) / (h1 * h2), -h1 / (h2 * (h1 + h2))];
                let [a, b, c] = ends.map(|weight| weight / norm);
                let low = weighted(g, tap, [(a, 0), (b, 1), (c, 2)]);
                let (h1, h2) = (gaps[gaps.len() - 2], gaps[gaps.len() - 1]);
                let ends = [h2 / (h1 * (h1 + h2)), -(h2 + h1) / (h1 * h2), (2.0 * h2 + h1) / (h2 * (h1 + h2))];
                let [a, b, c] = ends.map(|weight| weight / norm);
                (low, weighted(g, tap, [(a, -2), (b, -1), (c, 0)]))
            }
            (_, [first, ..]) => {
                let last = gaps[gaps.len() - 1];
                (step(g, first * norm, tap, 0, 1), step(g, last * norm, tap, -1, 0))
            }
            (_, []) => return inner,
        };
        self.at_border(g, 0, low, high, inner)
    }

    /// ((f₊ − f)/h₂ − (f − f₋)/h₁)·2/(h₁ + h₂); at a one-sided border that of the next node, whatever the edge order.
    fn second_uneven(&self, g: &mut Graph, nodes: &[f64], tap: Tap<'_>) -> NodeId {
        let norm = self.norm;
        let (behind, ahead) = distances(nodes);
        let mean: Vec<f64> = behind.iter().zip(&ahead).map(|(h1, h2)| 0.5 * (h1 + h2) * norm).collect();
        let columns = [&behind, &ahead, &mean].map(|values| g.column(self.axis, values));
        let quotient = |g: &mut Graph, tap: Tap<'_>, middle: i16, [h1, h2, mean]: [NodeId; 3]| {
            let (after, before) = (rise(g, tap, middle, middle + 1), rise(g, tap, middle - 1, middle));
            let (after, before) = (g.div(after, h2), g.div(before, h1));
            let top = g.sub(after, before);
            g.div(top, mean)
        };
        let inner = quotient(g, tap, 0, columns);
        let (Border::OneSided(_), 3..) = (self.border, nodes.len()) else { return inner };
        let mut at = |g: &mut Graph, index: usize, middle: i16| {
            let numbers = [behind[index], ahead[index], mean[index]].map(|value| g.constant(value));
            quotient(g, tap, middle, numbers)
        };
        let (low, high) = (at(g, 1, 1), at(g, nodes.len() - 2, -1));
        self.at_border(g, 0, low, high, inner)
    }

    /// `low` and `high` in the cells at this distance from the ends, elsewhere `inner`.
    fn at_border(&self, g: &mut Graph, distance: usize, low: NodeId, high: NodeId, inner: NodeId) -> NodeId {
        let inner = self.at_side(g, Side::High, distance, high, inner);
        self.at_side(g, Side::Low, distance, low, inner)
    }

    fn at_side(&self, g: &mut Graph, side: Side, distance: usize, there: NodeId, inner: NodeId) -> NodeId {
        let edge = g.edge(self.axis, side, distance);
        g.select(edge, there, inner)
    }
}

/// Distances to the node before and after each node; an end mirrors its one distance.
fn distances(nodes: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let gaps: Vec<f64> = nodes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let ends = |index: Option<usize>| index.and_then(|index| gaps.get(index)).copied();
    let (first, last) = (ends(Some(0)).unwrap_or(1.0), ends(gaps.len().checked_sub(1)).unwrap_or(1.0));
    let behind = (0..nodes.len()).map(|index| ends(index.checked_sub(1)).unwrap_or(first)).collect();
    let ahead = (0..nodes.len()).map(|index| ends(Some(index)).unwrap_or(last)).collect();
    (behind, ahead)
}

/// f(to) − f(from)
fn rise(g: &mut Graph, tap: Tap<'_>, from: i16, to: i16) -> NodeId {
    let (after, before) = (tap(g, to), tap(g, from));
    g.sub(after, before)
}

/// (f(to) − f(from))/run
fn step(g: &mut Graph, run: f64, tap: Tap<'_>, from: i16, to: i16) -> NodeId {
    let top = rise(g, tap, from, to);
    over(g, top, run)
}

/// (f(middle + by) − f(middle)) − (f(middle) − f(middle − by))
fn bend(g: &mut Graph, tap: Tap<'_>, middle: i16, by: i16) -> NodeId {
    let (after, before) = (rise(g, tap, middle, middle + by), rise(g, tap, middle - by, middle));
    g.sub(after, before)
}

fn over(g: &mut Graph, top: NodeId, run: f64) -> NodeId {
    let run = g.constant(run);
    g.div(top, run)
}

/// The sum of weights times values, from the left.
fn weighted(g: &mut Graph, tap: Tap<'_>, terms: [(f64, i16); 3]) -> NodeId {
    let terms = terms.map(|(weight, offset)| {
        let value = tap(g, offset);
        g.scale(weight, value)
    });
    g.sum(&terms)
}
