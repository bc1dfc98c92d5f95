//! Compresses rows of pixels for PNG: a zlib stream in pieces that are made on all cores and joined in order.
//!
//! **Theory.** After a filter ([`filter`]), which stores each byte as its difference to what its neighbours foretell, a smooth picture is mostly runs of
//! zeros. So nothing is searched for: a run of three equal bytes or more is a match at distance 1 (zlib calls this strategy RLE), all
//! else is a literal, and both go through a prefix code made for each block of the deflate stream (RFC 1951). Equal bytes are passed
//! 64 at a time, which is what the speed comes from.
//!
//! **Pieces.** Each piece begins with a new block and ends with an empty stored one, on a byte boundary (a *sync flush*), so that
//! pieces can be made apart; the Adler-32 checksums of the pieces are combined as zlib's `adler32_combine` does. How rows are cut into
//! pieces depends on the picture alone, so the file has the same bytes on any number of threads.
//!
//! **Practice.** On heatmaps it is smaller than `fdeflate`, which has one prefix code for all pictures, and faster; the benches
//! have the numbers. Noise takes a little less than a byte per pixel.
//!
//! **Limits.** No matches further back than one byte: pictures with repeated shapes, such as text, take up to twice as much as with
//! zlib's best.

mod filter;
mod huffman;

use filter::Filter;
use huffman::{codes, lengths};
use simd_adler32::Adler32;

/// The two bytes in front of a zlib stream: deflate with a window of 32 KiB, fastest.
pub(super) const HEADER: [u8; 2] = [0x78, 0x01];
/// The last, empty block of a stream.
pub(super) const END: [u8; 2] = [0x03, 0x00];
/// Tokens of a block: enough that its code costs little, few enough that they stay in the cache.
const BLOCK: usize = 1 << 16;
/// Bytes that are filtered at once.
const SEGMENT: usize = 1 << 14;
/// The longest match of deflate.
const LONGEST: usize = 258;
/// The shortest.
const SHORTEST: usize = 3;
/// Tokens: a literal byte, or 256 + the length of a match.
const TOKENS: usize = 256 + LONGEST + 1;
/// The symbol that ends a block.
const END_OF_BLOCK: usize = 256;
/// Symbols for literals, the end and lengths.
const SYMBOLS: usize = 286;
/// The order in which deflate sends the lengths of the code for code lengths.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The Adler-32 checksum of bytes that may come in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checksum(u32);

impl Default for Checksum {
    /// Of no bytes.
    fn default() -> Self {
        Self(1)
    }
}

impl Checksum {
    /// The checksum of the bytes so far with `len` more after them, whose own checksum is `next`.
    ///
    /// Adler-32 is two sums modulo 65 521: a = 1 + Σ bytes, b = Σ of the a after each byte. All a of the second part grow by the
    /// a − 1 of the first, once for each of its bytes.
    pub(super) fn then(self, next: Self, len: u64) -> Self {
        const BASE: u64 = 65_521;
        let halves = |sum: u32| (u64::from(sum & 0xffff), u64::from(sum >> 16));
        let ((a, b), (next_a, next_b)) = (halves(self.0), halves(next.0));
        let joined_a = (a + next_a + BASE - 1) % BASE;
        let joined_b = (b + next_b + (len % BASE) * (a + BASE - 1)) % BASE;
        #[expect(clippy::cast_possible_truncation, reason = "both are below 2^16")]
        let joined = (joined_b << 16 | joined_a) as u32;
        Self(joined)
    }

    /// The four bytes at the end of a zlib stream.
    pub(super) fn bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }
}

/// Compresses pieces, one after the other, in buffers that it keeps.
#[derive(Debug)]
pub(super) struct Compressor {
    bits: Bits,
    tokens: Vec<u16>,
    filtered: Vec<u8>,
    /// The byte before, and how often it has come again.
    last: u8,
    run: usize,
}

impl Default for Compressor {
    fn default() -> Self {
        let tokens = Vec::with_capacity(BLOCK + 2 * SEGMENT);
        Self { bits: Bits::default(), tokens, filtered: vec![0; SEGMENT], last: 0, run: 0 }
    }
}

impl Compressor {
    /// Bytes that a compressor takes beside what it has made.
    pub(super) const MEMORY: usize = 2 * (BLOCK + 2 * SEGMENT) + SEGMENT;

    /// Compresses whole rows of `width` bytes, `pixel` of them for each pixel, below the row `above`; gives the checksum of the filtered bytes, which are
    /// one more per row.
    ///
    /// The compressed bytes are in [`Compressor::bytes`] until the next call.
    pub(super) fn compress(&mut self, above: &[u8], rows: &[u8], width: usize, pixel: usize) -> Checksum {
        self.bits.out.clear();
        let mut sum = Adler32::new();
        let mut above = above;
        for row in rows.chunks_exact(width) {
            self.flush_run();
            // The number of the filter stands in front of a row and is compressed with it.
            let filter = Filter::of(row, above, pixel);
            sum.write(&[filter.number()]);
            self.tokens.push(u16::from(filter.number()));
            self.last = filter.number();
            for start in (0..width).step_by(SEGMENT) {
                let mut buffer = std::mem::take(&mut self.filtered);
                let filtered = &mut buffer[..SEGMENT.min(width - start)];
                filter.apply(row, above, pixel, start, filtered);
                sum.write(filtered);
                self.scan(filtered);
                self.filtered = buffer;
                if self.tokens.len() >= BLOCK {
                    self.flush_block();
                }
            }
            above = row;
        }
        self.flush_run();
        self.flush_block();
        self.bits.sync();
        Checksum(sum.finish())
    }

    /// What the last call has made.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bits.out
    }

    /// Turns bytes into tokens.
    fn scan(&mut self, bytes: &[u8]) {
        let splat = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
        let mut rest = bytes;
        while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
            let same = splat(self.last);
            let word = u64::from_le_bytes(*chunk);
            let differs = word ^ same;
            rest = after;
            if differs == 0 {
                // Most of a smooth picture goes this way.
                let equal = rest.chunks_exact(64).take_while(|wide| {
                    let (words, _) = wide.as_chunks::<8>();
                    words.iter().fold(0, |all, word| all | (u64::from_le_bytes(*word) ^ same)) == 0
                });
                let equal = 64 * equal.count();
                self.run += 8 + equal;
                rest = &rest[equal..];
                continue;
            }
            // The run ends in this word; another may begin with its last bytes.
            let first = (differs.trailing_zeros() / 8) as usize;
            self.run += first;
            self.flush_run();
            let last = chunk[7];
            let again = ((word ^ splat(last)).leading_zeros() / 8) as usize;
            self.tokens.extend(chunk[first..=8 - again].iter().map(|&byte| u16::from(byte)));
            self.last = last;
            self.run = again - 1;
        }
        for &byte in rest {
            if byte == self.last {
                self.run += 1;
            } else {
                self.flush_run();
                self.tokens.push(u16::from(byte));
                self.last = byte;
            }
        }
    }

    /// Turns the bytes that repeat the last one into tokens.
    fn flush_run(&mut self) {
        while self.run >= SHORTEST {
            let length = self.run.min(LONGEST);
            #[expect(clippy::cast_possible_truncation, reason = "at most 514")]
            self.tokens.push((256 + length) as u16);
            self.run -= length;
            if self.tokens.len() >= BLOCK {
                self.flush_block();
            }
        }
        self.tokens.extend(std::iter::repeat_n(u16::from(self.last), self.run));
        self.run = 0;
    }

    /// Writes the tokens as a block with a prefix code of its own.
    fn flush_block(&mut self) {
        let mut counts = [0_u32; TOKENS];
        for &token in &self.tokens {
            counts[usize::from(token)] += 1;
        }
        let mut symbols = vec![0_u32; SYMBOLS];
        symbols[..256].copy_from_slice(&counts[..256]);
        symbols[END_OF_BLOCK] = 1;
        for length in SHORTEST..=LONGEST {
            symbols[length_symbol(length).0] += counts[256 + length];
        }
        let lengths = lengths(&symbols, 15);
        let used = lengths.iter().rposition(|&length| length > 0).map_or(257, |last| last + 1);
        self.header(&lengths[..used]);
        let codes = codes(&lengths);
        // Bits of each token, with their number above.
        let packed = |symbol: usize, extra: u32, extra_bits: u32, distance: u32| {
            let length = u32::from(lengths[symbol]);
            let bits = u32::from(codes[symbol]) | extra << length;
            bits | (length + extra_bits + distance) << 24
        };
        let mut table = [0_u32; TOKENS];
        for (literal, entry) in table[..256].iter_mut().enumerate() {
            *entry = packed(literal, 0, 0, 0);
        }
        for (length, entry) in table[256..].iter_mut().enumerate().skip(SHORTEST) {
            let (symbol, extra, extra_bits) = length_symbol(length);
            // Distance 1 is the code 0 of one bit.
            *entry = packed(symbol, extra, extra_bits, 1);
        }
        for &token in &self.tokens {
            let entry = table[usize::from(token)];
            self.bits.put(entry & 0xff_ffff, entry >> 24);
        }
        let end = packed(END_OF_BLOCK, 0, 0, 0);
        self.bits.put(end & 0xff_ffff, end >> 24);
        self.tokens.clear();
    }

    /// Writes the head of a block: its prefix codes, themselves as lengths in a prefix code.
    fn header(&mut self, literals: &[u8]) {
        // Two distances, though only the first is used: some readers refuse a code that is not complete.
        let all: Vec<u8> = literals.iter().copied().chain([1, 1]).collect();
        // Runs of zeros are symbols 17 (3 to 10) and 18 (11 to 138) with their length; all else stands for itself.
        let mut sent: Vec<(u8, u32, u32)> = Vec::new();
        for run in all.chunk_by(|a, b| a == b) {
            let mut left = run.len();
            while run[0] == 0 && left >= 3 {
                let taken = left.min(138);
                #[expect(clippy::cast_possible_truncation, reason = "at most 138")]
                let count = taken as u32;
                sent.push(if taken < 11 { (17, count - 3, 3) } else { (18, count - 11, 7) });
                left -= taken;
            }
            sent.extend(std::iter::repeat_n((run[0], 0, 0), left));
        }
        let mut counts = [0_u32; ORDER.len()];
        sent.iter().for_each(|&(symbol, _, _)| counts[usize::from(symbol)] += 1);
        let lengths = lengths(&counts, 7);
        let codes = codes(&lengths);
        let used = ORDER.iter().rposition(|&symbol| lengths[symbol] > 0).map_or(4, |last| (last + 1).max(4));
        // Not the last block; dynamic codes; so many literals and lengths, distances, and code lengths.
        self.bits.put(0b100, 3);
        #[expect(clippy::cast_possible_truncation, reason = "at most 286 and 19")]
        let (literal_count, length_count) = ((literals.len() - 257) as u32, (used - 4) as u32);
        self.bits.put(literal_count, 5);
        self.bits.put(1, 5);
        self.bits.put(length_count, 4);
        for &symbol in &ORDER[..used] {
            self.bits.put(u32::from(lengths[symbol]), 3);
        }
        for (symbol, extra, extra_bits) in sent {
            self.bits.put(u32::from(codes[usize::from(symbol)]), u32::from(lengths[usize::from(symbol)]));
            self.bits.put(extra, extra_bits);
        }
    }
}

/// The symbol of a match length, and the bits that follow it with their number (RFC 1951, 3.2.5).
fn length_symbol(length: usize) -> (usize, u32, u32) {
    if length == LONGEST {
        return (285, 0, 0);
    }
    let above = length - SHORTEST;
    if above < 8 {
        return (257 + above, 0, 0);
    }
    // Four symbols for each power of two.
    let bits = above.ilog2() - 2;
    #[expect(clippy::cast_possible_truncation, reason = "less than 2^5")]
    let extra = (above & ((1 << bits) - 1)) as u32;
    (257 + 4 * bits as usize + (above >> bits), extra, bits)
}

/// Bits on their way to bytes, the lowest first.
#[derive(Debug, Default)]
struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    /// Adds `count` bits, at most 24.
    #[inline(always)]
    fn put(&mut self, bits: u32, count: u32) {
        self.held |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            let [a, b, c, d, ..] = self.held.to_le_bytes();
            self.out.extend_from_slice(&[a, b, c, d]);
            self.held >>= 32;
            self.count -= 32;
        }
    }

    /// Ends on a byte with an empty stored block.
    fn sync(&mut self) {
        self.put(0, 3);
        while self.count > 0 {
            self.out.push(self.held.to_le_bytes()[0]);
            self.held >>= 8;
            self.count = self.count.saturating_sub(8);
        }
        self.out.extend_from_slice(&[0, 0, 0xff, 0xff]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::samples::Random;

    /// A whole zlib stream of rows in pieces of so many rows.
    fn stream(rows: &[u8], width: usize, pixel: usize, piece: usize) -> Vec<u8> {
        let (mut out, mut sum) = (HEADER.to_vec(), Checksum::default());
        let mut compressor = Compressor::default();
        let mut above = vec![0; width];
        for rows in rows.chunks(piece * width) {
            let part = compressor.compress(&above, rows, width, pixel);
            sum = sum.then(part, (rows.len() + rows.len() / width) as u64);
            out.extend_from_slice(compressor.bytes());
            above = rows[rows.len() - width..].to_vec();
        }
        out.extend_from_slice(&END);
        out.extend_from_slice(&sum.bytes());
        out
    }

    /// The rows that a PNG reader's library finds in a zlib stream; the checksum is checked. The filters are undone byte by byte, as PNG's
    /// specification has it.
    fn read(stream: &[u8], width: usize, pixel: usize) -> Vec<u8> {
        let filtered = fdeflate::decompress_to_vec(stream).expect("a zlib stream");
        let mut above = vec![0; width];
        let mut rows = Vec::new();
        for filtered in filtered.chunks(width + 1) {
            let mut row: Vec<u8> = Vec::with_capacity(width);
            for (k, byte) in filtered[1..].iter().enumerate() {
                let at = |row: &[u8]| k.checked_sub(pixel).map_or(0, |k| i32::from(row[k]));
                let (a, b, c) = (at(&row), i32::from(above[k]), at(&above));
                let p = a + b - c;
                let told = match filtered[0] {
                    2 => b,
                    4 => [a, b, c].into_iter().min_by_key(|near| (p - near).abs()).unwrap_or(0),
                    other => panic!("filter {other}"),
                };
                row.push(byte.wrapping_add(told.to_le_bytes()[0]));
            }
            rows.extend_from_slice(&row);
            above = row;
        }
        rows
    }

    fn pictures() -> Vec<(usize, Vec<u8>)> {
        let mut random = Random(7);
        let mut all = vec![(1, vec![0]), (1, vec![9; 3]), (7, vec![1; 7])];
        for width in [1, 5, 63, 64, 65, 300, 1_000, SEGMENT + 3] {
            let height = 40_000 / width + 2;
            let cells = width * height;
            let noise: Vec<u8> = (0..cells).map(|_| random.bits().to_le_bytes()[0]).collect();
            // Runs of all lengths, in all directions.
            let mut runs = Vec::new();
            while runs.len() < cells {
                let [value, a, b, ..] = random.bits().to_le_bytes();
                let length = usize::from(a) * if b > 250 { 300 } else { 1 } / if b < 128 { 64 } else { 1 };
                runs.extend(std::iter::repeat_n(value % 3, length));
            }
            runs.truncate(cells);
            let ramp = (0..cells).map(|cell| (cell % width / 3 + cell / width / 2).to_le_bytes()[0]).collect();
            all.extend([(width, noise), (width, runs), (width, ramp), (width, vec![200; cells])]);
        }
        all
    }

    #[test]
    fn every_picture_is_read_back_whatever_the_pieces() {
        for (width, rows) in pictures() {
            for (piece, pixel) in [(1, 1), (3, 3), (1_000_000, 1), (1_000_000, 3), (5, 4)] {
                let stream = stream(&rows, width, pixel, piece);
                let found = read(&stream, width, pixel);
                assert!(found == rows, "{} bytes in rows of {width}, pixels of {pixel}, {piece} at once", rows.len());
            }
        }
    }

    #[test]
    fn every_length_of_a_match_is_right() {
        let rows: Vec<u8> = (0..=300).flat_map(|run| std::iter::repeat_n(u8::from(run % 2 == 0), run)).collect();
        assert!(read(&stream(&rows, rows.len(), 1, 1), rows.len(), 1) == rows, "runs from none to 300");
        assert_eq!(length_symbol(3), (257, 0, 0), "the shortest");
        assert_eq!(length_symbol(11), (265, 0, 1), "the first with a bit");
        assert_eq!(length_symbol(257), (284, 30, 5), "the one before the longest");
        assert_eq!(length_symbol(258), (285, 0, 0), "the longest has a symbol of its own");
    }

    #[test]
    fn flat_rows_cost_almost_nothing_and_noise_hardly_more_than_itself() {
        let (width, height) = (4096, 256);
        let flat = stream(&vec![3; width * height], width, 1, 64).len();
        // A row is 16 matches, a literal or two, at about a bit each.
        assert!(flat < height * 6, "{flat} bytes for flat rows");
        let mut random = Random(1);
        let noise: Vec<u8> = (0..width * height).map(|_| random.bits().to_le_bytes()[0]).collect();
        let size = stream(&noise, width, 1, 64).len();
        assert!(size < noise.len() * 101 / 100, "{size} bytes for {} of noise", noise.len());
    }

    #[test]
    fn a_wrong_checksum_is_seen() {
        let mut wrong = stream(&[1, 2, 3, 4], 2, 1, 1);
        let last = wrong.len() - 1;
        wrong[last] ^= 1;
        assert!(fdeflate::decompress_to_vec(&wrong).is_err(), "the reader checks it");
        let whole = |bytes: &[u8]| {
            let mut sum = Adler32::new();
            sum.write(bytes);
            Checksum(sum.finish())
        };
        let bytes: Vec<u8> = (0..200_000_u32).map(|i| i.wrapping_mul(77).to_le_bytes()[1]).collect();
        for cut in [0, 1, 65_521, 199_999, 200_000] {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(whole(left).then(whole(right), right.len() as u64), whole(&bytes), "cut at {cut}");
        }
    }
}
