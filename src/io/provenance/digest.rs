//! A checksum of an input file, by which a changed one is known.
//!
//! CRC-32 (IEEE 802.3) of the whole file up to 64 MiB; of a larger one, of 64 pieces of one MiB, evenly spaced, the first and the last
//! byte among them, so that a result is not held up. It tells why a result is another one, not whether it is: values are compared themselves.

use crc32fast::Hasher;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of a piece.
const PIECE: u64 = 1 << 20;
/// The most pieces.
const PIECES: u64 = 64;

/// The checksum of a file.
///
/// # Errors
/// What the system says.
pub fn digest(path: &Path) -> io::Result<u32> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut sum = Hasher::new();
    let mut bytes = Vec::new();
    for start in places(size) {
        file.seek(SeekFrom::Start(start))?;
        bytes.clear();
        (&mut file).take(PIECE).read_to_end(&mut bytes)?;
        sum.update(&bytes);
    }
    Ok(sum.finalize())
}

/// Where the pieces of a file of this size begin.
fn places(size: u64) -> Vec<u64> {
    match size.div_ceil(PIECE) {
        count @ ..=PIECES => (0..count).map(|k| k * PIECE).collect(),
        _ => (0..PIECES)
            .map(|k| (size - PIECE) / (PIECES - 1) * k + (size - PIECE) % (PIECES - 1) * k / (PIECES - 1))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_are_read_whole_and_large_ones_from_end_to_end() {
        assert_eq!(places(0), Vec::<u64>::new(), "nothing");
        assert_eq!(places(PIECE + 1), [0, PIECE], "a byte more");
        assert_eq!(places(PIECES * PIECE).len(), 64, "just whole");
        for size in [PIECES * PIECE + 1, 1 << 40, u64::MAX] {
            let places = places(size);
            assert_eq!((places.len(), places[0], places[63]), (64, 0, size - PIECE), "{size}: both ends");
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= PIECE), "{size}: no byte twice");
        }
    }

    #[test]
    fn the_sum_is_that_of_the_standard() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, b"123456789").expect("room");
        assert_eq!(digest(&path).expect("readable"), 0xcbf4_3926, "the check value of CRC-32");
        assert!(digest(&folder.path().join("none")).is_err(), "no file");
    }
}
