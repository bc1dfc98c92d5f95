//! Writes paths as NPZ: NumPy arrays in a ZIP archive without compression.
//!
//! | array | shape | holds |
//! |---|---|---|
//! | `points` | n × 2 | the points of all paths, a closed one's first again at its end |
//! | `offsets` | m + 1 | path k has the points `offsets[k]:offsets[k+1]` |
//! | `values` | m | unless no path has one, the value of each, NaN for none |
//! | `closed` | m | whether it is closed |
//! | `normals` | n × 2 | if any path has normals; NaN where a point has none |
//!
//! `points` and `offsets` are what contourpy returns for `LineType.ChunkCombinedOffset`. The archive is plain ZIP (APPNOTE 6.3.10, stored entries), so it
//! holds less than 4 GiB. What made the paths is its comment.

use super::{Path, Sheet};
use crate::io::npy::{self, Element};
use crate::io::provenance::compact;
use std::io::{self, Write};

/// An entry that is written: its name, its check sum, its size, and where it begins.
struct Entry {
    name: &'static str,
    check: u32,
    size: u32,
    at: u32,
}

/// Writes the archive.
///
/// # Errors
/// What the writer reports, and paths that fill more than 4 GiB.
pub fn write(out: &mut impl Write, paths: &[Path], sheet: &Sheet) -> io::Result<()> {
    let count: usize = paths.iter().map(|path| path.points.len() + usize::from(path.closed)).sum();
    let normals = paths.iter().any(|path| !path.normals.is_empty());
    let bytes = count.saturating_mul(if normals { 32 } else { 16 }).saturating_add(paths.len().saturating_mul(17));
    if bytes > 0xffff_0000 {
        return Err(io::Error::other(format!(
            "{count} points take more than the 4 GiB that an NPZ file of ZIP's first kind holds; write .csv"
        )));
    }
    let mut entries = Vec::new();
    let mut at = 0;
    let mut add = |out: &mut dyn Write, name, array: Vec<u8>| -> io::Result<()> {
        let (check, size) = (crc32fast::hash(&array), narrow(array.len()));
        let entry = Entry { name, check, size, at };
        let head = local(&entry);
        out.write_all(&head)?;
        out.write_all(&array)?;
        at += narrow(head.len()) + size;
        entries.push(entry);
        Ok(())
    };
    let pairs = |all: &mut dyn Iterator<Item = [f64; 2]>| -> io::Result<Vec<u8>> {
        let mut array = Vec::with_capacity(16 * count + 128);
        npy::write_header(&mut array, Element::F64, &[count, 2])?;
        for pair in all {
            npy::write_f64(&mut array, &pair)?;
        }
        Ok(array)
    };
    add(out, "points.npy", pairs(&mut paths.iter().flat_map(Path::ring))?)?;
    let mut offsets = Vec::new();
    npy::write_header_of(&mut offsets, "<u4", &[paths.len() + 1])?;
    let mut end = 0;
    offsets.extend(narrow(end).to_le_bytes());
    for path in paths {
        end += path.ring().count();
        offsets.extend(narrow(end).to_le_bytes());
    }
    add(out, "offsets.npy", offsets)?;
    if paths.is_empty() || paths.iter().any(|path| path.value.is_some()) {
        let mut values = Vec::new();
        npy::write_header(&mut values, Element::F64, &[paths.len()])?;
        let all: Vec<f64> = paths.iter().map(|path| path.value.unwrap_or(f64::NAN)).collect();
        npy::write_f64(&mut values, &all)?;
        add(out, "values.npy", values)?;
    }
    let mut closed = Vec::new();
    npy::write_header_of(&mut closed, "|b1", &[paths.len()])?;
    closed.extend(paths.iter().map(|path| u8::from(path.closed)));
    add(out, "closed.npy", closed)?;
    if normals {
        let mut all = paths.iter().flat_map(|path| {
            let none = if path.normals.is_empty() { path.ring().count() } else { 0 };
            path.ring_normals().chain(std::iter::repeat_n([f64::NAN; 2], none))
        });
        add(out, "normals.npy", pairs(&mut all)?)?;
    }
    directory(out, (&entries, at), compact(&sheet.words).as_bytes())
}

#[expect(clippy::cast_possible_truncation, reason = "the whole was found to be below 4 GiB")]
fn narrow(size: usize) -> u32 {
    size as u32
}

/// What both headers of an entry share: version, flags, stored, the first date there is, sum, sizes, length of the name.
fn common(entry: &Entry) -> Vec<u8> {
    const DATE: u16 = 0x21;
    let mut head = Vec::new();
    [20_u16, 0, 0, 0, DATE].iter().for_each(|word| head.extend(word.to_le_bytes()));
    [entry.check, entry.size, entry.size, narrow(entry.name.len())]
        .iter()
        .for_each(|long| head.extend(long.to_le_bytes()));
    head
}

fn local(entry: &Entry) -> Vec<u8> {
    // The length of the name and of nothing more are two words, together a long number.
    [b"PK\x03\x04".as_slice(), &common(entry), entry.name.as_bytes()].concat()
}

/// The list of entries, which begins at a place, and the comment, if there is room for it.
fn directory(out: &mut dyn Write, (entries, at): (&[Entry], u32), comment: &[u8]) -> io::Result<()> {
    let (comment, size) = u16::try_from(comment.len()).map_or((&[][..], 0), |size| (comment, size));
    let mut list = Vec::new();
    for entry in entries {
        list.extend(b"PK\x01\x02\x14\x00");
        list.extend(common(entry));
        // No comment, disk 0, no attributes.
        list.extend([0; 10]);
        list.extend(entry.at.to_le_bytes());
        list.extend(entry.name.as_bytes());
    }
    let count = narrow(entries.len()).to_le_bytes();
    let end = [
        b"PK\x05\x06\0\0\0\0".as_slice(),
        &count[..2],
        &count[..2],
        &narrow(list.len()).to_le_bytes(),
        &at.to_le_bytes(),
        &size.to_le_bytes(),
        comment,
    ];
    out.write_all(&list)?;
    out.write_all(&end.concat())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{paths, sheet};
    use super::*;
    use crate::io::read::{ReadOptions, open};

    fn array(file: &std::path::Path, name: &str) -> (Vec<usize>, Vec<f64>) {
        let options = ReadOptions { member: Some(name.to_owned()), ..ReadOptions::default() };
        let mut reader = open(file, &options).expect("an array");
        let shape = reader.header().shape.clone();
        let (mut all, rows) = (Vec::new(), shape[..shape.len() - 1].iter().product());
        reader.read_rows_f64(0..rows, &mut all).expect("its numbers");
        (shape, all)
    }

    #[test]
    fn the_archive_reads_back() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("lines.npz");
        let mut out = Vec::new();
        write(&mut out, &paths(), &Sheet { words: Vec::new(), ..sheet() }).expect("a vector takes all");
        std::fs::write(&file, &out).expect("room");
        let (shape, points) = array(&file, "points");
        assert_eq!((shape, &points[6..8]), (vec![6, 2], &[0.0, 0.0][..]), "closed by its first point");
        assert_eq!(array(&file, "offsets").1, [0.0, 4.0, 6.0], "offsets");
        assert_eq!(array(&file, "values").1[0], 0.3, "values");
        assert!(array(&file, "normals").1[10].is_nan(), "a path without normals");
        // The end of the list of entries: 22 bytes that tell how many there are.
        assert_eq!(&out[out.len() - 22..out.len() - 12], b"PK\x05\x06\0\0\0\0\x05\0", "five arrays");
    }
}
