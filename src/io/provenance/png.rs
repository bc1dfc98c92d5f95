//! The words of a PNG file: its `tEXt` and plain `iTXt` chunks, with the checksum of every chunk.
//!
//! PNG, third edition, §5 and §11.3.3. All chunks are read to the end, so that a byte that was changed, cut off or added anywhere is found;
//! decoders pass over wrong checksums of text.

use super::{MOST, Words};
use crc32fast::Hasher;
use std::io::{BufReader, Read};

/// How every PNG file begins.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Bytes of chunks that are summed up at a time.
const BLOCK: usize = 64 * 1024;

/// The words, or what is wrong with the file.
pub(super) fn words(file: impl Read) -> Result<Words, String> {
    let mut file = BufReader::with_capacity(BLOCK, file);
    let mut words = Words::new();
    let mut block = vec![0; BLOCK];
    let mut place = SIGNATURE.len() as u64;
    let mut read = |out: &mut [u8]| file.read_exact(out).map_err(|error| format!("it ends too early: {error}"));
    read(&mut [0; 8])?;
    loop {
        let mut head = [0; 8];
        read(&mut head)?;
        let [a, b, c, d, kind @ ..] = head;
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        let mut sum = Hasher::new();
        sum.update(&kind);
        let is_text = [*b"tEXt", *b"iTXt"].contains(&kind) && length <= MOST;
        let (mut text, mut left) = (Vec::new(), length);
        while left > 0 {
            let part = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
            read(&mut block[..part])?;
            sum.update(&block[..part]);
            if is_text {
                text.extend_from_slice(&block[..part]);
            }
            left -= part as u64;
        }
        let mut stored = [0; 4];
        read(&mut stored)?;
        if u32::from_be_bytes(stored) != sum.finalize() {
            let name = String::from_utf8_lossy(&kind).into_owned();
            return Err(format!("the checksum of its chunk {name} at byte {place} is wrong"));
        }
        words.extend(if kind == *b"tEXt" { latin(&text) } else { unicode(&text) });
        if kind == *b"IEND" {
            break;
        }
        place += length + 12;
    }
    match file.read(&mut block) {
        Ok(0) => Ok(words),
        Ok(_) => Err("there are bytes after its end".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Keyword, zero, Latin-1.
fn latin(chunk: &[u8]) -> Option<(String, String)> {
    let end = chunk.iter().position(|byte| *byte == 0)?;
    let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect();
    Some((text(&chunk[..end]), text(&chunk[end + 1..])))
}

/// Keyword, zero, two zeros for plain text, language, zero, keyword again, zero, UTF-8.
fn unicode(chunk: &[u8]) -> Option<(String, String)> {
    let end = chunk.iter().position(|byte| *byte == 0)?;
    let keyword = chunk[..end].iter().map(|byte| char::from(*byte)).collect();
    let rest = chunk.get(end + 1..)?.strip_prefix(&[0, 0])?;
    let text = rest.splitn(3, |byte| *byte == 0).nth(2)?;
    Some((keyword, String::from_utf8(text.to_vec()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::png::IndexedPng;

    fn picture(text: &[(&str, &str)]) -> Vec<u8> {
        let text: Words = text.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        let mut png = IndexedPng::new(Vec::new(), 3, 2, &[[1, 2, 3], [4, 5, 6]], &text).expect("a picture");
        png.write_rows(&[0, 1, 0, 1, 1, 0]).expect("its rows");
        png.finish().expect("whole")
    }

    #[test]
    fn the_words_of_our_writer_are_found() {
        let text = [("Software", "gradgrid"), ("Formula", "‖∇f‖"), ("Array", "é"), ("Array", "")];
        let found = words(picture(&text).as_slice()).expect("a good file");
        let found: Vec<(&str, &str)> = found.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        // The encoder writes what is Latin-1 first.
        assert_eq!(found, [text[0], text[2], text[3], text[1]], "all of them");
    }

    #[test]
    fn every_byte_that_is_changed_shows() {
        let good = picture(&[("Software", "gradgrid"), ("Formula", "∇")]);
        for place in SIGNATURE.len()..good.len() {
            for change in [1, 0x20, 0x80] {
                let mut bad = good.clone();
                bad[place] ^= change;
                assert!(words(bad.as_slice()).is_err(), "byte {place} changed by {change:#x}");
            }
            assert!(words(&good[..place]).is_err(), "cut at {place}");
        }
        assert!(words([&good[..], b"\0"].concat().as_slice()).is_err(), "a byte more");
    }
}
