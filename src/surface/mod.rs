//! Level surfaces {f = c} of functions and samples of three variables, as meshes and as pictures.
//!
//! Where ∇f ≠ 0, a level set is a smooth surface and ∇f is at right angles to it. So the **normal** is ∇f/‖∇f‖, the quantity `normal`: it
//! points to where f is higher, and triangles run counter-clockwise as seen from there. For f = x² + y² + z² this is outward, as is
//! usual for surfaces that are given by an equation; for densities, whose inside is where f is high, [`Mesh::flip`] turns both.
//!
//! Surfaces are found by marching cubes ([`march`]) with the asymptotic decider ([`cell`]): every side of a triangle belongs to two triangles
//! except on the border of the grid and of holes. Cells with a masked corner are left out. For a formula each vertex lies on the level set to
//! rounding error ([`place`]), and its normal is exact; for samples it lies where a straight line between the two nodes crosses the level.
//!
//! Edge cases: a node on the level counts as high, and vertices of its edges to low neighbours all lie on it, so that triangles may have no
//! area; a constant field has no surface; a field that jumps has a wall at the jump, one with a pole a hole.
//!
//! Limits: details smaller than a cell are not seen; the mesh is held in memory, with 2³² − 1 vertices at most.

mod cell;
pub mod march;
pub mod mesh;
pub mod place;
#[cfg(test)]
mod tests;

pub use march::March;
pub use mesh::{Mesh, Sides};
pub use place::Function;

use thiserror::Error;

/// Why there is no surface.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SurfaceError {
    /// More vertices than can be numbered.
    #[error("the surface has more than {} vertices; take fewer nodes, or a part of the extent", u32::MAX - 1)]
    TooLarge,
}
