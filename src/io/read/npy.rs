//! Reads NPY files, the array format of NumPy, of any real type, byte order and memory order.
//!
//! The header is a Python dictionary (`numpy.lib.format`): `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, after
//! the magic, a version and a length of 2 bytes (version 1) or 4 (versions 2 and 3). It is parsed as the strict subset of
//! Python that NumPy writes; structured, complex, text and object types are refused by name.
//!
//! In Fortran order the *slowest* axis is contiguous, so a band of rows is gathered: of each column the span of the file that
//! holds its cells is read. For two axes that is exactly the band; for three it is each x's whole plane, so that every band
//! reads up to the whole file again. `np.ascontiguousarray` before saving avoids it.

use crate::io::read::bytes::Source;
use crate::io::read::dtype::{Dtype, Number, Stored, decode};
use crate::io::read::error::{ReadError, damaged, unsupported};
use crate::io::read::pixels::{Layout, Pixels};
use crate::io::read::{Header, Reader, check_size, checked_cells};
use std::fmt;
use std::ops::Range;

const FORMAT: &str = "NPY";

/// The longest header that is read. NumPy writes some hundred bytes at most for real types, and refuses to read over 10 000.
const LONGEST_HEADER: usize = 64 * 1024;

/// What the dictionary says.
#[derive(Debug, PartialEq)]
struct Description {
    dtype: Dtype,
    big_endian: bool,
    fortran: bool,
    shape: Vec<usize>,
}

/// `alone`: nothing may follow the data, as in an archive, where the length is known.
pub(crate) fn open(mut source: Box<dyn Source>, alone: bool, limit: u64) -> Result<Box<dyn Reader>, ReadError> {
    let (description, offset) = read_header(source.as_mut())?;
    let Description { dtype, big_endian, fortran, shape } = description;
    let cells = checked_cells(FORMAT, &shape, dtype.size())?;
    let bytes = (cells * dtype.size()) as u64;
    check_size(FORMAT, offset, bytes, source.len())?;
    if alone && offset + bytes != source.len() {
        return Err(damaged(FORMAT, "its archive claims more bytes than it has numbers"));
    }
    // Axes of length 1 make no difference to the order of the others.
    let fortran = fortran && shape.iter().filter(|&&size| size > 1).count() > 1;
    let header = Header::new(FORMAT, shape, dtype);
    let layout = Layout::single(offset, dtype, big_endian);
    if fortran {
        return Ok(Box::new(Fortran { header, layout, source, limit }));
    }
    Ok(Box::new(Pixels::new(header, layout, source)))
}

fn read_header(source: &mut dyn Source) -> Result<(Description, u64), ReadError> {
    let mut start = [0; 12];
    if source.len() < 12 {
        return Err(damaged(FORMAT, "it ends within the header"));
    }
    source.read_at(0, &mut start)?;
    let (from, length) = match start[6] {
        1 => (10, usize::from(u16::from_le_bytes([start[8], start[9]]))),
        2 | 3 => {
            let length = u32::from_le_bytes([start[8], start[9], start[10], start[11]]);
            (12, usize::try_from(length).unwrap_or(usize::MAX))
        }
        version => return Err(unsupported(FORMAT, format!("version {version}; versions 1 to 3 are known"))),
    };
    if start[..6] != *b"\x93NUMPY" {
        return Err(damaged(FORMAT, "it does not begin as NPY files do"));
    }
    if length > LONGEST_HEADER || from + length as u64 > source.len() {
        return Err(damaged(FORMAT, format!("it claims a header of {length} bytes")));
    }
    let mut text = vec![0; length];
    source.read_at(from, &mut text)?;
    let description = Dictionary { rest: &text }.parse()?;
    Ok((description, from + length as u64))
}

/// A cursor over the dictionary.
struct Dictionary<'a> {
    rest: &'a [u8],
}

impl<'a> Dictionary<'a> {
    fn parse(mut self) -> Result<Description, ReadError> {
        let (mut dtype, mut fortran, mut shape) = (None, None, None);
        self.expect(b'{')?;
        while !self.take(b'}') {
            let key = self.string()?;
            self.expect(b':')?;
            match key {
                b"descr" => dtype = Some(self.dtype()?),
                b"fortran_order" => fortran = Some(self.boolean()?),
                b"shape" => shape = Some(self.shape()?),
                other => {
                    return Err(damaged(FORMAT, format!("its header has '{}'", String::from_utf8_lossy(other))));
                }
            }
            if !self.take(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        self.skip_space();
        match (dtype, fortran, shape) {
            (Some((dtype, big_endian)), Some(fortran), Some(shape)) if self.rest.is_empty() => {
                Ok(Description { dtype, big_endian, fortran, shape })
            }
            (Some(_), Some(_), Some(_)) => Err(self.wrong("the end")),
            _ => Err(damaged(FORMAT, "its header lacks one of descr, fortran_order, shape")),
        }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        match self.rest.split_first() {
            Some((&first, rest)) if first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.take(byte) { Ok(()) } else { Err(self.wrong(&format!("'{}'", char::from(byte)))) }
    }

    fn wrong(&self, wanted: &str) -> ReadError {
        let found = String::from_utf8_lossy(&self.rest[..self.rest.len().min(16)]).into_owned();
        damaged(FORMAT, format!("its header has {found:?} in place of {wanted}"))
    }

    /// Everything up to the first byte that does not satisfy a condition.
    fn span(&mut self, condition: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|&byte| !condition(byte)).unwrap_or(self.rest.len());
        let (span, rest) = self.rest.split_at(end);
        self.rest = rest;
        span
    }

    fn string(&mut self) -> Result<&'a [u8], ReadError> {
        let quote = if self.take(b'"') { b'"' } else { b'\'' };
        if quote == b'\'' {
            self.expect(quote)?;
        }
        let text = self.span(|byte| byte != quote && byte != b'\\');
        // Not `take`: no space is skipped before the closing quote.
        match self.rest.split_first() {
            Some((&first, rest)) if first == quote => {
                self.rest = rest;
                Ok(text)
            }
            _ => Err(self.wrong("the end of a word")),
        }
    }

    fn boolean(&mut self) -> Result<bool, ReadError> {
        self.skip_space();
        match self.span(|byte| byte.is_ascii_alphabetic()) {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => Err(self.wrong("True or False")),
        }
    }

    fn dtype(&mut self) -> Result<(Dtype, bool), ReadError> {
        self.skip_space();
        let refuse = |what: &str| {
            unsupported(FORMAT, format!("{what}; save the real numbers of one field, such as a.astype('f4')"))
        };
        if self.rest.first() == Some(&b'[') {
            return Err(refuse("its values are structures"));
        }
        let text = String::from_utf8_lossy(self.string()?);
        let mut letters = text.chars();
        let big_endian = match letters.next() {
            Some('<') => false,
            Some('>') => true,
            Some('|' | '=') => cfg!(target_endian = "big"),
            _ => return Err(refuse(&format!("its values are of type {text:?}"))),
        };
        // Short names only: the long ones are not what NumPy writes here.
        let name = letters.as_str();
        let dtype = Dtype::from_name(name).filter(|dtype| dtype.name() == name);
        Ok((dtype.ok_or_else(|| refuse(&format!("its values are of type {text:?}")))?, big_endian))
    }

    fn shape(&mut self) -> Result<Vec<usize>, ReadError> {
        let mut shape = Vec::new();
        self.expect(b'(')?;
        while !self.take(b')') {
            self.skip_space();
            let digits = String::from_utf8_lossy(self.span(|byte| byte.is_ascii_digit()));
            shape.push(digits.parse().map_err(|_| self.wrong("a size"))?);
            // Python 2 wrote long integers with an L.
            self.take(b'L');
            if !self.take(b',') {
                self.expect(b')')?;
                break;
            }
        }
        // An array without axes is one value.
        if shape.is_empty() {
            shape.push(1);
        }
        Ok(shape)
    }
}

/// An array whose slowest axis is contiguous.
struct Fortran {
    header: Header,
    layout: Layout,
    source: Box<dyn Source>,
    limit: u64,
}

impl fmt::Debug for Fortran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fortran").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Bytes for the part of a column that is read at a time, as it is stored and as it is handed on.
const SPAN: usize = 1 << 20;

/// Rows that are gathered at a time.
const LISTED: usize = 1 << 14;

impl Fortran {
    fn read<T: Number + Stored>(&mut self, rows: Range<usize>, out: &mut Vec<T>) -> Result<(), ReadError> {
        let cells = self.header.cells_of(&rows)?;
        out.resize(cells.len(), T::default());
        // Rows by the ten thousand, so that their list stays small.
        for first in rows.clone().step_by(LISTED) {
            let last = rows.end.min(first + LISTED);
            self.gather(first..last, &mut out[(first - rows.start) * self.header.width()..])?;
        }
        Ok(())
    }

    /// Reads up to [`LISTED`] rows into their places.
    fn gather<T: Number + Stored>(&mut self, rows: Range<usize>, out: &mut [T]) -> Result<(), ReadError> {
        let (width, size) = (self.header.width(), self.layout.dtype.size());
        // A column is a plane of slow × y, with the slow axis contiguous.
        let [slow, middle] = match self.header.shape[..] {
            [nz, ny, _] => [nz, ny],
            [ny, _] => [ny, 1],
            _ => [1, 1],
        };
        let place_of = |row: usize| if middle == 1 { row } else { row / middle + slow * (row % middle) };
        let column = slow * middle;
        // The places of the band in a column, in the order of the file.
        let mut places: Vec<(usize, usize)> = rows.clone().map(|row| (place_of(row), row - rows.start)).collect();
        places.sort_unstable();
        let most = (SPAN.min(usize::try_from(self.limit).unwrap_or(SPAN)) / (size + size_of::<T>())).max(1);
        let (mut block, mut values) = (Vec::new(), Vec::new());
        for x in 0..width {
            let mut left = places.as_slice();
            while let Some(&(first, _)) = left.first() {
                let count = left.partition_point(|(place, _)| place - first < most);
                let (run, rest) = left.split_at(count);
                left = rest;
                let span = run.last().map_or(first, |(place, _)| *place) - first + 1;
                block.resize(span * size, 0);
                self.source.read_at(self.layout.offset + ((x * column + first) * size) as u64, &mut block)?;
                values.resize(span, T::default());
                decode(&block, self.layout.dtype, self.layout.big_endian, size, None, &mut values);
                for &(place, row) in run {
                    out[row * width + x] = values[place - first];
                }
            }
        }
        Ok(())
    }
}

impl Reader for Fortran {
    fn header(&self) -> &Header {
        &self.header
    }

    fn read_rows_f32(&mut self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), ReadError> {
        self.read(rows, out)
    }

    fn read_rows_f64(&mut self, rows: Range<usize>, out: &mut Vec<f64>) -> Result<(), ReadError> {
        self.read(rows, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::npy as writer;
    use crate::io::read::{ReadOptions, open_bytes};

    /// A version 1 file with this dictionary.
    fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend(u16::try_from(dictionary.len()).expect("short").to_le_bytes());
        file.extend(dictionary.as_bytes());
        file.extend(data);
        file
    }

    fn all(bytes: Vec<u8>) -> Result<Vec<f64>, ReadError> {
        let mut reader = open_bytes(bytes, &ReadOptions::default())?;
        let mut rows = Vec::new();
        reader.read_rows_f64(0..reader.header().rows(), &mut rows)?;
        Ok(rows)
    }

    #[test]
    fn what_the_writer_writes_is_read() {
        let mut bytes = Vec::new();
        writer::write_header(&mut bytes, writer::Element::F64, &[2, 1, 3]).expect("a vector takes all");
        writer::write_f64(&mut bytes, &[0.1, -0.0, f64::NAN, f64::INFINITY, 5.0, 6.0]).expect("a vector takes all");
        let back = all(bytes).expect("NPY");
        let bits: Vec<u64> = back.iter().map(|value| value.to_bits()).collect();
        let expected = [0.1, -0.0, f64::from_bits(0x7ff8 << 48), f64::INFINITY, 5.0, 6.0].map(f64::to_bits);
        assert_eq!(bits, expected, "bit by bit");
    }

    #[test]
    fn fortran_order_is_gathered_in_any_bands() {
        for shape in [vec![4, 3], vec![2, 3, 5], vec![1, 4, 3], vec![3, 1, 4], vec![7]] {
            let cells: usize = shape.iter().product();
            // Cell (z, y, x) holds its number in C order, stored at its place in Fortran order.
            let mut data = vec![0; cells * 2];
            for cell in 0..cells {
                let (mut rest, mut place, mut index) = (cell, 0, vec![0; shape.len()]);
                for axis in (0..shape.len()).rev() {
                    index[axis] = rest % shape[axis];
                    rest /= shape[axis];
                }
                for axis in (0..shape.len()).rev() {
                    place = place * shape[axis] + index[axis];
                }
                data[place * 2..place * 2 + 2].copy_from_slice(&u16::try_from(cell).expect("small").to_be_bytes());
            }
            let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
            let bytes =
                file(&format!("{{'shape': ({},), 'fortran_order': True, 'descr': '>u2'}}", sizes.join(",")), &data);
            let expected: Vec<f64> = (0..cells).map(|cell| cell as f64).collect();
            assert_eq!(all(bytes.clone()).expect("NPY"), expected, "{shape:?}");
            let mut reader = open_bytes(bytes, &ReadOptions::default()).expect("NPY");
            let (rows, width, mut band) = (reader.header().rows(), reader.header().width(), Vec::new());
            for row in 0..rows {
                let end = rows.min(row + 2);
                reader.read_rows_f64(row..end, &mut band).expect("there");
                assert_eq!(band, expected[row * width..end * width], "{shape:?}, rows from {row}");
            }
        }
    }

    #[test]
    fn headers_are_read_as_python_writes_them_and_refused_otherwise() {
        let good = [
            "{\"descr\":\"|u1\",\"fortran_order\":False,\"shape\":(2L,)}",
            " { 'shape' : ( 2 ) , 'fortran_order' : False , 'descr' : '<u1' , } \n",
        ];
        for text in good {
            assert_eq!(all(file(text, &[3, 4])).expect("NPY"), [3.0, 4.0], "{text}");
        }
        assert_eq!(all(file("{'descr': '<i1', 'fortran_order': False, 'shape': ()}", &[255])).expect("NPY"), [-1.0]);
        let bad = [
            ("{'descr': '<c8', 'fortran_order': False, 'shape': (2,)}", "c8"),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "structures"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (3,)}", "promises 3"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (0, 2)}", "length 0"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (1, 1, 1, 2)}", "4 axes"),
            ("{'descr': '<u1', 'fortran_order': 0, 'shape': (2,)}", "True or False"),
            ("{'descr': '<u1', 'shape': (2,)}", "lacks"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (2,), 'x': 1}", "'x'"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (2,)", "in place of"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (4294967296,4294967296)}", "counted"),
            ("{'descr': '<u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", "a size"),
            ("{'descr': '<float32', 'fortran_order': False, 'shape': (2,)}", "float32"),
        ];
        for (text, word) in bad {
            let error = all(file(text, &[3, 4])).expect_err(text).to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn later_versions_have_longer_lengths() {
        let text = b"{'descr': '<f2', 'fortran_order': False, 'shape': (1, 1)}";
        for version in [2, 3] {
            let mut bytes = b"\x93NUMPY".to_vec();
            bytes.extend([version, 0]);
            bytes.extend(u32::try_from(text.len()).expect("short").to_le_bytes());
            bytes.extend(text);
            bytes.extend(half::f16::from_f32(1.5).to_le_bytes());
            assert_eq!(all(bytes).expect("NPY"), [1.5], "version {version}");
        }
        assert!(all(b"\x93NUMPY\x04\x00\0\0\0\0".to_vec()).is_err(), "version 4");
    }
}
