//! A reader in which one more number stands for “no data”, as the user says.

use crate::io::read::{Channel, Dtype, Header, ReadError, Reader};
use std::ops::Range;

/// Another reader, with cells of this value masked too.
#[derive(Debug)]
pub(crate) struct Masked {
    inner: Box<dyn Reader>,
    header: Header,
    nodata: f64,
}

impl Masked {
    /// A file that names a nodata value itself keeps it: both are masked.
    pub(crate) fn new(inner: Box<dyn Reader>, nodata: f64) -> Self {
        let header = Header { nodata: inner.header().nodata.or(Some(nodata)), ..inner.header().clone() };
        Self { inner, header, nodata }
    }
}

impl Reader for Masked {
    fn header(&self) -> &Header {
        &self.header
    }

    fn beside(&self, channel: &Channel) -> Option<Result<Box<dyn Reader>, ReadError>> {
        let masked = |inner| -> Box<dyn Reader> { Box::new(Self::new(inner, self.nodata)) };
        self.inner.beside(channel).map(|inner| inner.map(masked))
    }

    #[expect(clippy::cast_possible_truncation, reason = "compared in the type of the values")]
    fn read_rows_f32(&mut self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), ReadError> {
        self.inner.read_rows_f32(rows, out)?;
        let nodata = self.nodata as f32;
        out.iter_mut().filter(|value| **value == nodata).for_each(|value| *value = f32::from_bits(0x7fc0_0000));
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "the number as the file can hold it")]
    fn read_rows_f64(&mut self, rows: Range<usize>, out: &mut Vec<f64>) -> Result<(), ReadError> {
        self.inner.read_rows_f64(rows, out)?;
        // −3.4e38 is written in decimals of which a file of single precision holds the nearest number.
        let narrow = matches!(self.header.dtype, Dtype::F16 | Dtype::F32);
        let nodata = if narrow { f64::from(self.nodata as f32) } else { self.nodata };
        out.iter_mut().filter(|value| **value == nodata).for_each(|value| *value = f64::NAN);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::io::npy::{self, Element};
    use crate::io::read::{ReadOptions, open_bytes};

    #[test]
    fn the_number_is_masked_in_both_precisions() {
        let mut file = Vec::new();
        npy::write_header(&mut file, Element::F32, &[4]).expect("memory");
        npy::write_f32(&mut file, &[0.1, 2.0, -9999.0, 0.1]).expect("memory");
        let options = ReadOptions { nodata: Some(0.1), ..ReadOptions::default() };
        let mut reader = open_bytes(file, &options).expect("an array");
        assert_eq!(reader.header().nodata, Some(0.1), "for writers");
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        reader.read_rows_f32(0..1, &mut narrow).expect("a row");
        reader.read_rows_f64(0..1, &mut wide).expect("a row");
        assert_eq!(narrow.iter().map(|v| v.is_nan()).collect::<Vec<_>>(), [true, false, false, true], "f32");
        assert_eq!(wide.iter().map(|v| v.is_nan()).collect::<Vec<_>>(), [true, false, false, true], "f64");
    }
}
