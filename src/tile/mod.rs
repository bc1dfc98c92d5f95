//! Tiles: any grid in fixed memory, as bands of neighbouring cells that pass through reused buffers.

pub mod plan;
pub mod run;
pub mod watch;
