//! The tests that need more than one room of the house: one binary, so that the GPU library is linked once.
//!
//! `expressions`, `engines` and `compare` are tools; `judges` hands every comparator a wrong answer. Tests of a GPU are
//! ignored unless asked for: `tests/run` runs them.

mod agreement;
mod compare;
mod conformance;
mod engines;
mod expressions;
mod factoring;
mod golden;
mod gradients;
mod hostile;
mod judges;
mod numpy;
mod properties;
mod sampled;
mod shaders;
mod snapshots;
mod tiles;
