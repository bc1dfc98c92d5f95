//! Light and texture: what makes the colours of a picture darker or lighter, cell by cell.

use crate::picture::PictureError;

/// Gives a byte per cell, row by row from the top of the picture down: the colour of a cell is multiplied by shade/255, so that 255 leaves
/// it and 0 is black. Cells without a value keep their colour whatever the byte.
pub trait Shade {
    /// Fills `out` anew with the bytes of rows `first` to `first + count`; each call goes on where the last one ended.
    ///
    /// # Errors
    /// What computing them reports.
    fn rows(&mut self, first: usize, count: usize, out: &mut Vec<u8>) -> Result<(), PictureError>;
}
