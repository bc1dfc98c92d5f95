//! Gaussian averages and their derivatives: weights over cells, applied along one axis after the other.
//!
//! The weights are samples of the Gaussian of σ cells up to the radius ⌊4σ + ½⌋, normalised to sum 1, and for a derivative of order n
//! these times the polynomial qₙ of (d/dx)ⁿ e^(−x²/2σ²) = qₙ(x)·e^(−x²/2σ²), which follows from q₀ = 1, qₙ₊₁ = qₙ′ − x/σ²·qₙ. That is what
//! `scipy.ndimage.gaussian_filter` does (truncate = 4), slowest axis first and the outermost pair of cells first, so `f64` results
//! agree with it to a few ulps.
//!
//! An average along one axis is a plane of its own before the next axis is averaged: 2·(8σ + 1) neighbours instead of (8σ + 1)².

use super::stencil::Tap;
use crate::expr::graph::{Graph, NodeId};

/// How far the weights reach, in cells.
pub(super) fn radius(sigma: f64) -> i16 {
    // σ is at most `scheme::MAX_SIGMA`.
    #[expect(clippy::cast_possible_truncation, reason = "at most 4·64 + ½")]
    let radius = (4.0 * sigma + 0.5) as i16;
    radius.max(1)
}

/// The weights of the cells 0 … r for a derivative of this order; those of −k are the same, with a minus for odd orders.
pub(super) fn weights(sigma: f64, order: u8) -> Vec<f64> {
    let square = sigma * sigma;
    let bell: Vec<f64> = (0..=radius(sigma)).map(|k| (-0.5 / square * f64::from(k).powi(2)).exp()).collect();
    let total = bell[0] + 2.0 * bell[1..].iter().sum::<f64>();
    let mut polynomial = vec![1.0];
    for _ in 0..order {
        let mut next = vec![0.0; polynomial.len() + 1];
        for (power, &factor) in polynomial.iter().enumerate() {
            next[power + 1] -= factor / square;
            if let Some(lower) = power.checked_sub(1) {
                next[lower] += factor * power as f64;
            }
        }
        polynomial = next;
    }
    // A correlation runs against the derivative of the kernel's argument, hence the sign of odd orders.
    let sign = if !order.is_multiple_of(2) { -1.0 } else { 1.0 };
    (0..)
        .zip(bell)
        .map(|(k, bell)| sign * polynomial.iter().rfold(0.0, |sum, factor| sum * f64::from(k) + factor) * bell / total)
        .collect()
}

/// The weighted sum along an axis, over run for each order.
pub(super) fn along(g: &mut Graph, sigma: f64, order: u8, run: f64, tap: Tap<'_>) -> NodeId {
    let weights = weights(sigma, order);
    let mut terms = Vec::new();
    if order.is_multiple_of(2) {
        let middle = tap(g, 0);
        terms.push(g.scale(weights[0], middle));
    }
    for k in (1..=radius(sigma)).rev() {
        let weight = weights[usize::from(k.unsigned_abs())];
        let (before, after) = (tap(g, -k), tap(g, k));
        let pair = if order.is_multiple_of(2) { g.add(before, after) } else { g.sub(after, before) };
        terms.push(g.scale(weight, pair));
    }
    let sum = g.sum(&terms);
    let run = g.constant(run.powi(i32::from(order)));
    g.div(sum, run)
}

/// The average of the cells that have data, weighted as if the others were not there.
pub(super) fn average_of_known(g: &mut Graph, sigma: f64, tap: Tap<'_>) -> NodeId {
    let weights = weights(sigma, 0);
    let (zero, mut sums, mut totals) = (g.constant(0.0), Vec::new(), Vec::new());
    let reach = radius(sigma);
    for k in -reach..=reach {
        let weight = g.constant(weights[usize::from(k.unsigned_abs())]);
        let value = tap(g, k);
        let known = g.known(value);
        let term = g.mul(weight, value);
        sums.push(g.select(known, term, zero));
        totals.push(g.select(known, weight, zero));
    }
    let (sum, total) = (g.sum(&sums), g.sum(&totals));
    g.div(sum, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_slopes_to_nearly_one() {
        for sigma in [0.5, 1.0, 2.3, 10.0] {
            let average = weights(sigma, 0);
            let total = average[0] + 2.0 * average[1..].iter().sum::<f64>();
            assert!((total - 1.0).abs() < 1e-15 * average.len() as f64, "σ = {sigma}: {total}");
            let slope: f64 = (0..).zip(weights(sigma, 1)).map(|(k, w)| 2.0 * f64::from(k) * w).sum();
            // Cutting off at 4σ loses 8/√(2π)·e⁻⁸ = 1.1e-3 of the second moment; a narrow bell is sampled coarsely besides.
            assert!(slope < 1.0 + 1e-12 && slope > 0.85, "σ = {sigma}: a ramp has slope {slope}");
            if sigma >= 1.0 {
                assert!(slope > 0.998, "σ = {sigma}: {slope}");
            }
        }
        let bend: f64 = (0..).zip(weights(2.0, 2)).map(|(k, w)| 2.0 * f64::from(k).powi(2) * w).sum();
        assert!((bend - 2.0).abs() < 0.05, "x² has the second derivative 2: {bend}");
    }
}
