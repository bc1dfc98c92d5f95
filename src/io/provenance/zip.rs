//! The words of a ZIP archive: its comment, the last thing in the file (APPNOTE 6.3.10, 4.3.16).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of the record at the end before the comment, and the most of both.
const RECORD: usize = 22;
const MOST: u64 = 22 + 65_535;

/// The comment of an archive, if it has one.
pub(super) fn comment(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
    let mut tail = Vec::new();
    file.take(MOST).read_to_end(&mut tail)?;
    let ends = |at: &usize| {
        let told = tail.get(at + 20..at + RECORD).map(|size| usize::from(u16::from_le_bytes([size[0], size[1]])));
        tail[*at..].starts_with(b"PK\x05\x06") && told.is_some_and(|told| at + RECORD + told == tail.len())
    };
    let at = (0..tail.len().saturating_sub(RECORD - 1)).rev().find(ends);
    Ok(at.map(|at| tail[at + RECORD..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_is_what_follows_the_last_record() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.zip");
        let record = |comment: &[u8]| {
            let size = u16::try_from(comment.len()).expect("short").to_le_bytes();
            [&b"PK\x05\x06"[..], &[0; 16], &size, comment].concat()
        };
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).expect("room");
            comment(&path).expect("readable")
        };
        assert_eq!(read(&record(b"words")), Some(b"words".to_vec()), "a comment");
        assert_eq!(read(&[&[7; 70_000], record(b"").as_slice()].concat()), Some(Vec::new()), "none");
        assert_eq!(read(b"PK"), None, "no archive");
        assert_eq!(read(&record(b"words")[..24]), None, "cut off");
    }
}
