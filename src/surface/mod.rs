//! Level surfaces {f = c} of functions and samples of three variables, as meshes and as pictures.
//!
//! Where ∇f ≠ 0, a level set is a smooth surface and ∇f is at right angles to it. So the **normal** is ∇f/‖∇f‖, the quantity `normal`: it
//! points to where f is higher, and triangles run counter-clockwise as seen from there. For f = x² + y² + z² this is outward, as is
//! usual for surfaces that are given by an equation; for densities, whose inside is where f is high, [`Mesh::flip`] turns both.
//!
//! Surfaces are found by marching cubes ([`march`]) with the asymptotic decider (`cell`): every side of a triangle belongs to two triangles
//! except on the border of the grid and of holes. Cells with a masked corner are left out. For a formula each vertex lies on the level set to
//! rounding error ([`place`]), and its normal is exact; for samples it lies where a straight line between the two nodes crosses the level.
//!
//! Edge cases: a node on the level counts as high, and vertices of its edges to low neighbours all lie on it: they become one, and triangles
//! without area are dropped (`weld`). A constant field has no surface; a field that jumps has a wall at the jump, one with a pole a hole.
//!
//! Limits: details smaller than a cell are not seen; the mesh is held in memory, refused beyond the limit, with 2³² − 1 vertices at most.

mod cell;
pub mod extract;
mod layer;
pub mod march;
pub mod mesh;
pub mod place;
pub mod render;
#[cfg(test)]
mod tests;
mod weld;

pub use extract::{Surfaces, surfaces, values_at};
pub use march::March;
pub use mesh::{Mesh, Sides};
pub use place::Function;

use crate::quantity::QuantityError;
use crate::request::RequestError;
use thiserror::Error;

/// Which axes there are instead of three, and what to do.
fn axes(names: &[String]) -> String {
    let here = match names {
        [] => "are none".to_owned(),
        [one] => format!("is {one} alone"),
        more => format!("are {}", more.join(", ")),
    };
    if names.len() > 3 {
        format!("{here}; hold others at a value, as in `--axis w=0.5`")
    } else {
        format!(
            "{here}; take a function or samples of three, each with two nodes or more; a level of two axes is a line, which `gradgrid contour` finds"
        )
    }
}

/// Why there is no surface.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SurfaceError {
    /// More vertices than can be numbered.
    #[error("the surface has more than {} vertices; take fewer nodes, or a part of the extent", u32::MAX - 1)]
    TooLarge,
    /// The grid has not three extended axes.
    #[error("a level surface needs three axes, and here {}", axes(.0))]
    Axes(Vec<String>),
    /// A level that is no number.
    #[error("a level is a finite number, not {0}")]
    Level(f64),
    /// No node has a value on the other side of any level.
    #[error(
        "f does not cross {levels} on the nodes of the grid, where it is {low} to {high}; take a level between, or more nodes"
    )]
    Nowhere {
        /// The levels.
        levels: String,
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// All nodes are masked.
    #[error("f has no value at any node of the grid")]
    NoValues,
    /// Several values at each point.
    #[error("{quantity} has {planes} values at each point, and one is wanted, such as `magnitude` or `partial:x`")]
    Planes {
        /// The quantity.
        quantity: String,
        /// How many values.
        planes: usize,
    },
    /// The quantity cannot be had.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// The values cannot be computed.
    #[error(transparent)]
    Request(#[from] RequestError),
}
