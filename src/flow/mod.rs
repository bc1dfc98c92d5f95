//! Flow: arrows and lines that show where a function rises fastest.
//!
//! - [`arrows`](mod@arrows): ∇f at places of a lattice, and along level sets as their normals;
//! - [`streamlines`](mod@streamlines): paths that follow ±∇f everywhere, evenly spaced;
//! - [`glyph`]: both as marks of a figure.
//!
//! All of them are spaced in the picture and directed in the world; a [`Frame`] is the map between the two. They ask for f and ∇f at
//! many points at once, of a [`Probe`] or of anything else that has [`Slopes`].

pub mod arrows;
mod frame;
pub mod glyph;
mod index;
mod seeds;
pub mod streamlines;
mod trace;

pub use arrows::{Arrow, ArrowOptions, Lattice, Length, Way, arrows, normals};
pub use frame::{Frame, Vector};
pub use streamlines::{StreamError, StreamOptions, Streamline, lines_through, streamlines};

use crate::probe::{Jets, Probe};

/// What has a value and a gradient in the plane.
pub trait Slopes: Sync {
    /// f and ∇f at points, given as a column of x and one of y; not a number where f is not defined.
    fn jets(&self, points: &[Vec<f64>]) -> Jets;
}

impl Slopes for Probe {
    fn jets(&self, points: &[Vec<f64>]) -> Jets {
        Self::jets(self, points)
    }
}

/// Why a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// On the border of the frame.
    Border,
    /// At a critical point, where ∇f vanishes or has no single direction, or at a crease that it cannot cross.
    Critical,
    /// Where f is not defined.
    Masked,
    /// Where another path is near.
    Crowded,
    /// After more steps than any path should need.
    Long,
}

#[cfg(test)]
mod tests;
