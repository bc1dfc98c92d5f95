//! The sizes that the lossy pictures in a WebP file claim of their own: a decoder asks for as much memory before it looks for the bytes.
//!
//! A picture (RFC 6386, sections 9 and 19.2) begins with the size of its first part, in 19 bits, and its width and height, in 14. The
//! first part says how many others there are, behind a dozen numbers in the arithmetic code of section 7; before those parts
//! stand their sizes, of 24 bits each.

/// Checks that no picture in the file is larger than the whole, of this width and height, and that their parts are in the file.
pub(super) fn check(file: &[u8], [width, height]: [usize; 2]) -> Option<()> {
    let mut place = 12_usize;
    while let Some(head) = file.get(place..place.checked_add(8)?) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let body = place + 8;
        place = match &head[..4] {
            // A picture of an animation has its own parts, after its place.
            b"ANMF" => body + 16,
            _ => body.checked_add(length.next_multiple_of(2))?,
        };
        if &head[..4] == b"VP8 " {
            let picture = file.get(body..body.checked_add(length)?.min(file.len()))?;
            let &[a, b, c, _, _, _, w0, w1, h0, h1] = picture.first_chunk()?;
            let [own_width, own_height] =
                [[w0, w1], [h0, h1]].map(|size| usize::from(u16::from_le_bytes(size) & 0x3fff));
            let first = (u32::from_le_bytes([a, b, c, 0]) >> 5) as usize;
            let (first, rest) = picture[10..].split_at_checked(first)?;
            let sizes = rest.get(..3 * (parts(first) - 1))?;
            let size = |size: &[u8]| u32::from_le_bytes([size[0], size[1], size[2], 0]) as usize;
            let others: usize = sizes.chunks_exact(3).map(size).sum();
            if own_width > width || own_height > height || others > rest.len() - sizes.len() {
                return None;
            }
        }
    }
    Some(())
}

/// The number of parts after the first one, which says it.
fn parts(first: &[u8]) -> usize {
    let mut code = Code::new(first);
    // Colour space and clamping, then segments.
    code.number(2);
    if code.flag() {
        let (map, features) = (code.flag(), code.flag());
        if features {
            code.number(1);
            (0..4).for_each(|_| code.optional(8));
            (0..4).for_each(|_| code.optional(7));
        }
        if map {
            (0..3).for_each(|_| code.optional(8));
        }
    }
    // The kind of the loop filter, its level and sharpness, and adjustments.
    code.number(10);
    if code.flag() && code.flag() {
        (0..8).for_each(|_| code.optional(7));
    }
    1 << code.number(2)
}

/// The arithmetic code of section 7.3, of bits that are as often 0 as 1.
struct Code<'a> {
    bytes: &'a [u8],
    value: u32,
    range: u32,
    shifts: u32,
}

impl<'a> Code<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut code = Self { bytes, value: 0, range: 255, shifts: 0 };
        code.value = code.byte() << 8 | code.byte();
        code
    }

    /// The next byte; zeros follow the last.
    fn byte(&mut self) -> u32 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        u32::from(*first)
    }

    fn flag(&mut self) -> bool {
        let split = 1 + ((self.range - 1) >> 1);
        let is_set = self.value >= split << 8;
        if is_set {
            (self.range, self.value) = (self.range - split, self.value - (split << 8));
        } else {
            self.range = split;
        }
        while self.range < 128 {
            (self.range, self.value) = (self.range << 1, self.value << 1);
            self.shifts += 1;
            if self.shifts == 8 {
                (self.shifts, self.value) = (0, self.value | self.byte());
            }
        }
        is_set
    }

    /// A number of so many bits, the highest first.
    fn number(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |number, _| number << 1 | u32::from(self.flag()))
    }

    /// A number of so many bits that is there if a flag says so.
    fn optional(&mut self, bits: u32) {
        if self.flag() {
            self.number(bits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(name: &str) -> Vec<u8> {
        let path = [env!("CARGO_MANIFEST_DIR"), "/tests/data/", name].concat();
        std::fs::read(path).expect("a fixture")
    }

    #[test]
    fn pictures_of_others_pass_and_claims_do_not() {
        let (small, large) = (picture("lossy.webp"), picture("large-lossy.webp"));
        assert_eq!((check(&small, [20, 24]), check(&large, [640, 512])), (Some(()), Some(())), "as they were written");
        assert_eq!(check(&small, [19, 24]), None, "wider than the whole");
        assert_eq!(check(&picture("lossless.webp"), [11, 9]), Some(()), "none of this kind in it");
        let mut claims = small.clone();
        claims[20..23].copy_from_slice(&[0xf0, 0xff, 0xff]);
        assert_eq!(check(&claims, [20, 24]), None, "a first part that is not there");
    }

    #[test]
    fn the_code_is_read_as_it_was_written() {
        // libwebp writes one part unless told otherwise (cwebp -partitions).
        for name in ["lossy.webp", "large-lossy.webp"] {
            assert_eq!(parts(&picture(name)[30..]), 1, "{name}");
        }
        let mut zeros = Code::new(&[0; 4]);
        assert_eq!((zeros.number(16), zeros.flag()), (0, false), "zeros are zeros");
        let mut ones = Code::new(&[0xff; 8]);
        assert_eq!(ones.number(8), 0xff, "the highest value is all ones");
    }
}
