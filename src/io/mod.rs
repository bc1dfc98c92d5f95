//! File formats, one per file, and the destination that they are written to.
//!
//! Writers take their data band by band, so that no grid has to fit in memory; see [`output`] for how a file appears whole
//! or not at all.

pub mod cache;
pub mod csv;
mod deflate;
pub mod dzi;
pub mod georef;
pub mod npy;
pub mod output;
pub mod paths;
pub mod png;
pub mod provenance;
pub mod raw;
pub mod read;
pub mod write;
