//! Raw numbers whose shape, type, byte order and place the user describes.

use crate::io::read::bytes::Source;
use crate::io::read::dtype::Dtype;
use crate::io::read::error::ReadError;
use crate::io::read::pixels::{Layout, Pixels};
use crate::io::read::{Header, Reader, check_size, checked_cells};

/// What a raw file holds. Bytes after the data are ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawShape {
    /// Sizes, the slowest axis first.
    pub shape: Vec<usize>,
    /// Type of the numbers.
    pub dtype: Dtype,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
    /// Bytes before the data.
    pub offset: u64,
}

const FORMAT: &str = "raw";

pub(crate) fn open(source: Box<dyn Source>, shape: &RawShape) -> Result<Box<dyn Reader>, ReadError> {
    let cells = checked_cells(FORMAT, &shape.shape, shape.dtype.size())?;
    check_size(FORMAT, shape.offset, (cells * shape.dtype.size()) as u64, source.len())?;
    let header = Header::new(FORMAT, shape.shape.clone(), shape.dtype);
    Ok(Box::new(Pixels::new(header, Layout::single(shape.offset, shape.dtype, shape.big_endian), source)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::read::{ReadOptions, open_bytes};

    #[test]
    fn described_numbers_are_found() {
        let shape = RawShape { shape: vec![2, 3], dtype: Dtype::I16, big_endian: true, offset: 3 };
        let options = ReadOptions { raw: Some(shape), ..ReadOptions::default() };
        let mut file = vec![9; 3];
        (0..6_i16).for_each(|k| file.extend((k * -300).to_be_bytes()));
        let mut reader = open_bytes(file.clone(), &options).expect("as described");
        let mut rows = Vec::new();
        reader.read_rows_f32(1..2, &mut rows).expect("a row");
        assert_eq!(rows, [-900.0, -1200.0, -1500.0], "the second row");
        assert!(matches!(reader.read_rows_f32(1..3, &mut rows), Err(ReadError::Rows { .. })), "no third row");
        file.pop();
        assert!(matches!(open_bytes(file, &options), Err(ReadError::Damaged { .. })), "a byte is missing");
    }
}
