//! Light and texture: what makes the colours of a picture darker or lighter, cell by cell or pixel by pixel.

use crate::picture::PictureError;

/// Gives bytes row by row from the top of the picture down: the colour of a cell is multiplied by the byte over [`plain`](Self::plain), so
/// that 0 is black. Cells without a value keep their colour whatever the byte.
pub trait Shade {
    /// Fills `out` anew with the bytes of rows of cells `first` to `first + count`: one for each cell or, where cells are magnified, one
    /// for each pixel of their rows of pixels. Each call goes on where the last one ended.
    ///
    /// # Errors
    /// What computing them reports.
    fn rows(&mut self, first: usize, count: usize, out: &mut Vec<u8>) -> Result<(), PictureError>;

    /// The byte that leaves a colour as it is, never 0; larger ones make it lighter.
    fn plain(&self) -> u8 {
        255
    }
}
