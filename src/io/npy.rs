//! Writes NPY files, the array format of NumPy, value by value as they come.
//!
//! Version 1.0 of the format (numpy.lib.format): the magic `\x93NUMPY`, the version, the length of the header, a header that is a
//! Python dictionary padded so that the data begins at a multiple of 64 bytes, then the values, little-endian, in C order.

use std::io::{self, Write};

/// The element type of an NPY file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `<f4`
    F32,
    /// `<f8`
    F64,
}

/// Writes the header of an array of this shape, slowest axis first.
///
/// # Errors
/// What the writer reports, or a shape whose description does not fit the header.
pub fn write_header(out: &mut impl Write, element: Element, shape: &[usize]) -> io::Result<()> {
    let kind = match element {
        Element::F32 => "<f4",
        Element::F64 => "<f8",
    };
    write_header_of(out, kind, shape)
}

/// The same for elements of another kind, by NumPy's name for it.
pub(crate) fn write_header_of(out: &mut impl Write, kind: &str, shape: &[usize]) -> io::Result<()> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}{comma}), }}", sizes.join(", "));
    // Magic, version and length take 10 bytes, the line end 1.
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let length = u16::try_from(header.len()).map_err(|_| io::Error::other("the array has too many axes for NPY"))?;
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(header.as_bytes())
}

/// Writes `f32` values.
///
/// # Errors
/// What the writer reports.
pub fn write_f32(out: &mut impl Write, values: &[f32]) -> io::Result<()> {
    write_values(out, values, |value| value.to_le_bytes())
}

/// Writes `f64` values.
///
/// # Errors
/// What the writer reports.
pub fn write_f64(out: &mut impl Write, values: &[f64]) -> io::Result<()> {
    write_values(out, values, |value| value.to_le_bytes())
}

fn write_values<T: bytemuck::NoUninit, const N: usize>(
    out: &mut impl Write,
    values: &[T],
    bytes: fn(T) -> [u8; N],
) -> io::Result<()> {
    if cfg!(target_endian = "little") {
        return out.write_all(bytemuck::cast_slice(values));
    }
    // A block at a time keeps the copy in the cache.
    let mut block = [0; 4096];
    for chunk in values.chunks(block.len() / N) {
        for (slot, &value) in block.chunks_exact_mut(N).zip(chunk) {
            slot.copy_from_slice(&bytes(value));
        }
        out.write_all(&block[..chunk.len() * N])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_what_numpy_writes() {
        let mut file = Vec::new();
        write_header(&mut file, Element::F64, &[2, 3]).expect("a vector takes all");
        write_f64(&mut file, &[1.0; 6]).expect("a vector takes all");
        let data = file.len() - 48;
        assert_eq!(data % 64, 0, "data begins at a multiple of 64");
        let text = String::from_utf8_lossy(&file[10..data]).into_owned();
        assert!(text.starts_with("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"), "{text}");
        assert!(text.ends_with('\n'), "{text:?}");
        assert_eq!(&file[data..data + 8], 1.0_f64.to_le_bytes(), "little-endian");
        let mut one = Vec::new();
        write_header(&mut one, Element::F32, &[5]).expect("a vector takes all");
        assert!(String::from_utf8_lossy(&one).contains("'shape': (5,)"), "a tuple of one keeps its comma");
    }

    #[test]
    fn long_arrays_are_written_whole() {
        let values: Vec<f32> = (0_u16..5000).map(f32::from).collect();
        let mut bytes = Vec::new();
        write_f32(&mut bytes, &values).expect("a vector takes all");
        let back: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        assert_eq!(back, values, "every value, in order");
    }
}
