//! Saliency: where an image changes most, over all of its channels, as a smooth map.
//!
//! The gradient magnitude of an image of several channels is taken as √(Σ ‖∇cₖ‖²), the Frobenius norm of its Jacobian (Di Zenzo,
//! CVGIP 33 (1986), takes the largest singular value of it; the two agree for one channel and differ by at most √channels).
//! A Gaussian average of it makes a map of regions instead of edges.

use super::norm;
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::method::Differentiator;

/// The σ of the average in cells, if none is asked for.
pub(super) const SIGMA: f64 = 2.0;

/// The averaged gradient magnitude of `channels`.
pub(super) fn of(
    g: &mut Graph,
    channels: &[NodeId],
    differentiator: &Differentiator,
    sigma: f64,
) -> Result<NodeId, TooLarge> {
    let mut partials = Vec::new();
    for &channel in channels {
        partials.extend(differentiator.gradient(g, channel)?);
    }
    let size = norm(g, &partials);
    let plane = g.plane(size);
    let smooth = g.smooth(plane, sigma);
    Ok(g.sample(smooth, [0; 3]))
}
