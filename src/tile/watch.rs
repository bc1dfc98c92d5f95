//! Watching long work: progress goes out, a request to stop comes in.

use thiserror::Error;

/// The work was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Something that follows a long computation and may end it.
pub trait Watch {
    /// A pass over `cells` cells begins.
    fn begin(&mut self, pass: &str, cells: usize);

    /// `cells` more cells are done.
    ///
    /// # Errors
    /// [`Interrupted`], and the work ends.
    fn advance(&mut self, cells: usize) -> Result<(), Interrupted>;
}

/// A watch that shows nothing and never ends the work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn begin(&mut self, _: &str, _: usize) {}
    fn advance(&mut self, _: usize) -> Result<(), Interrupted> {
        Ok(())
    }
}
