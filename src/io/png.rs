//! PNG files, written row by row: 8-bit palette indices for pictures, RGB where something is blended over them, 16-bit grey for data.
//!
//! One byte per pixel and a palette is a quarter of the bytes of RGBA to move and to compress. Every byte is stored as its difference
//! to what its neighbours foretell and compressed by our own coder on all cores (`io/deflate` says how): for indices `Up` is both
//! the fastest of all filters and nearly the smallest, rows of colours take the better of `Up` and `Paeth`. Words about the picture go in front of it, as `tEXt` where they are
//! Latin-1 and as `iTXt` (UTF-8) where they are not, so that a reader finds them without decoding a pixel.
//!
//! The bytes depend on the picture alone, not on how many rows come at once or on the number of threads.
//!
//! Edge cases: more rows than announced, or fewer at the end, are errors; after an error every further call fails.
//! Sides of 0 or above 2³¹ − 1 and palettes of 0 or more than 256 colours are refused.

mod body;

use body::Body;
use png::{BitDepth, ColorType, Encoder, EncodingError, PixelDimensions, Unit};
use std::io::{self, Write};

/// A PNG file of palette indices that is being written.
pub struct IndexedPng<W: Write> {
    body: Body<W>,
    width: u32,
}

impl<W: Write> std::fmt::Debug for IndexedPng<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexedPng").field("rows left", &self.body.left()).field("width", &self.width).finish()
    }
}

/// Why a PNG file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// A side is zero or longer than the format allows.
    #[error("a PNG file cannot be {width} × {height} pixels: each side is 1 to 2147483647")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The palette is empty or has more colours than a byte can name.
    #[error("a PNG palette has 1 to 256 colours, not {colours}")]
    Palette {
        /// Its length.
        colours: usize,
    },
    /// Not the announced number of pixels.
    #[error("{given} pixels do not go into rows of {width}, or are more than the {left} left in the picture")]
    Rows {
        /// Pixels given.
        given: usize,
        /// Pixels in a row.
        width: u32,
        /// Pixels that are still to come.
        left: u64,
    },
    /// The picture was closed too early.
    #[error("the picture is not complete: {left} pixels are missing")]
    Incomplete {
        /// Pixels that never came.
        left: u64,
    },
    /// A keyword of the metadata is not allowed.
    #[error(
        "'{keyword}' cannot be a PNG keyword: it takes 1 to 79 Latin-1 characters, none of them a control character"
    )]
    Keyword {
        /// The keyword given.
        keyword: String,
    },
    /// An earlier call failed.
    #[error("the picture was given up after an earlier error")]
    GivenUp,
    /// The destination did not take the bytes.
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl From<EncodingError> for PngError {
    fn from(error: EncodingError) -> Self {
        Self::Write(error.into())
    }
}

/// Words that travel with a picture: keywords and what they say.
type Words<'a> = &'a [(String, String)];

/// Refuses keywords that the format does not allow.
fn check_keywords(text: Words<'_>) -> Result<(), PngError> {
    let allowed = |keyword: &str| {
        (1..=79).contains(&keyword.chars().count()) && keyword.chars().all(|c| !c.is_control() && is_latin1(c))
    };
    match text.iter().find(|(keyword, _)| !allowed(keyword)) {
        Some((keyword, _)) => Err(PngError::Keyword { keyword: keyword.clone() }),
        None => Ok(()),
    }
}

fn add_text<W: Write>(encoder: &mut Encoder<'_, W>, text: Words<'_>) -> Result<(), EncodingError> {
    for (keyword, words) in text {
        let (keyword, words) = (keyword.clone(), words.replace('\0', " "));
        if words.chars().all(is_latin1) {
            encoder.add_text_chunk(keyword, words)?
        } else {
            encoder.add_itxt_chunk(keyword, words)?
        }
    }
    Ok(())
}

/// Takes rows of so many pixels of `N` bytes, whole ones and no more than are left.
fn write_rows<W: Write>(body: &mut Body<W>, width: u32, size: usize, rows: &[u8]) -> Result<(), PngError> {
    let given = rows.len() / size;
    let left = body.left() * u64::from(width);
    if !given.is_multiple_of(width as usize) || given as u64 > left {
        return Err(PngError::Rows { given, width, left });
    }
    body.write_rows(rows)
}

fn finish<W: Write>(body: Body<W>, width: u32) -> Result<W, PngError> {
    if body.left() > 0 {
        return Err(PngError::Incomplete { left: body.left() * u64::from(width) });
    }
    body.finish()
}

impl<W: Write> IndexedPng<W> {
    /// Writes everything that stands before the pixels. `text` holds keywords and what they say.
    pub fn new(
        writer: W,
        width: u32,
        height: u32,
        palette: &[[u8; 3]],
        text: &[(String, String)],
    ) -> Result<Self, PngError> {
        Self::with_density(writer, width, height, palette, text, None)
    }

    /// The same with the number of pixels per inch, from which programs know how large the picture is on paper.
    pub fn with_density(
        writer: W,
        width: u32,
        height: u32,
        palette: &[[u8; 3]],
        text: &[(String, String)],
        dpi: Option<f64>,
    ) -> Result<Self, PngError> {
        if palette.is_empty() || palette.len() > 256 {
            return Err(PngError::Palette { colours: palette.len() });
        }
        check_keywords(text)?;
        let body = Body::new(writer, (width, height), 1, |encoder| {
            encoder.set_color(ColorType::Indexed);
            encoder.set_depth(BitDepth::Eight);
            encoder.set_palette(palette.concat());
            encoder.set_pixel_dims(dpi.map(density));
            add_text(encoder, text)
        })?;
        Ok(Self { body, width })
    }

    /// Bytes of memory that the encoder takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.body.memory()
    }

    /// Writes whole rows, top row first, one byte per pixel.
    pub fn write_rows(&mut self, rows: &[u8]) -> Result<(), PngError> {
        write_rows(&mut self.body, self.width, 1, rows)
    }

    /// Writes the end of the file and gives the writer back.
    pub fn finish(self) -> Result<W, PngError> {
        finish(self.body, self.width)
    }
}

/// A PNG file of 8-bit red, green and blue that is being written.
pub struct RgbPng<W: Write> {
    body: Body<W>,
    width: u32,
    /// Bytes of a pixel.
    size: usize,
}

impl<W: Write> std::fmt::Debug for RgbPng<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RgbPng").field("rows left", &self.body.left()).field("width", &self.width).finish()
    }
}

impl<W: Write> RgbPng<W> {
    /// Writes everything that stands before the pixels. `text` holds keywords and what they say, `dpi` is the number of
    /// pixels per inch, if that is settled.
    pub fn new(
        writer: W,
        width: u32,
        height: u32,
        text: &[(String, String)],
        dpi: Option<f64>,
    ) -> Result<Self, PngError> {
        check_keywords(text)?;
        let body = Body::new(writer, (width, height), 3, |encoder| {
            encoder.set_color(ColorType::Rgb);
            encoder.set_depth(BitDepth::Eight);
            encoder.set_pixel_dims(dpi.map(density));
            add_text(encoder, text)
        })?;
        Ok(Self { body, width, size: 3 })
    }

    /// The same with a fourth byte for each pixel: how opaque it is.
    pub fn with_opacity(writer: W, width: u32, height: u32) -> Result<Self, PngError> {
        let body = Body::new(writer, (width, height), 4, |encoder| {
            encoder.set_color(ColorType::Rgba);
            encoder.set_depth(BitDepth::Eight);
            Ok(())
        })?;
        Ok(Self { body, width, size: 4 })
    }

    /// Bytes of memory that the encoder takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.body.memory()
    }

    /// Writes whole rows, top row first, three or four bytes per pixel.
    pub fn write_rows(&mut self, rows: &[u8]) -> Result<(), PngError> {
        write_rows(&mut self.body, self.width, self.size, rows)
    }

    /// Writes the end of the file and gives the writer back.
    pub fn finish(self) -> Result<W, PngError> {
        finish(self.body, self.width)
    }
}

/// PNG counts pixels per metre.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float beyond u32 becomes its end")]
fn density(dpi: f64) -> PixelDimensions {
    let per_metre = (dpi / 0.0254).round() as u32;
    PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }
}

/// A PNG file of 16-bit grey that is being written.
pub struct GreyPng<W: Write> {
    body: Body<W>,
    width: u32,
    bytes: Vec<u8>,
}

impl<W: Write> std::fmt::Debug for GreyPng<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GreyPng").field("rows left", &self.body.left()).field("width", &self.width).finish()
    }
}

impl<W: Write> GreyPng<W> {
    /// Writes everything that stands before the pixels. `text` holds keywords and what they say.
    pub fn new(writer: W, width: u32, height: u32, text: &[(String, String)]) -> Result<Self, PngError> {
        check_keywords(text)?;
        let body = Body::new(writer, (width, height), 2, |encoder| {
            encoder.set_color(ColorType::Grayscale);
            encoder.set_depth(BitDepth::Sixteen);
            add_text(encoder, text)
        })?;
        Ok(Self { body, width, bytes: Vec::new() })
    }

    /// Bytes of memory that the encoder takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.body.memory()
    }

    /// Writes whole rows, top row first.
    pub fn write_rows(&mut self, rows: &[u16]) -> Result<(), PngError> {
        self.bytes.clear();
        self.bytes.extend(rows.iter().flat_map(|value| value.to_be_bytes()));
        write_rows(&mut self.body, self.width, 2, &self.bytes)
    }

    /// Writes the end of the file and gives the writer back.
    pub fn finish(self) -> Result<W, PngError> {
        finish(self.body, self.width)
    }
}

/// Whether a PNG `tEXt` chunk can hold the character.
fn is_latin1(c: char) -> bool {
    u32::from(c) < 256
}

#[cfg(test)]
mod tests {
    use super::*;

    const PALETTE: [[u8; 3]; 3] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];

    fn text(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let words = text(&[("Software", "gradgrid"), ("Expression", "‖∇(x²y)‖"), ("Range", "é 0 to 1")]);
        let pixels: Vec<u8> = (0..35).map(|k| k % 3).collect();
        let mut png = IndexedPng::new(Vec::new(), 5, 7, &PALETTE, &words).expect("a good picture");
        png.write_rows(&pixels[..10]).expect("two rows");
        png.write_rows(&[]).expect("no rows");
        png.write_rows(&pixels[10..]).expect("the rest");
        let file = png.finish().expect("complete");
        let mut decoder = png::Decoder::new(io::Cursor::new(&file));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().expect("a PNG file");
        let mut read = vec![0; 35];
        reader.next_frame(&mut read).expect("its pixels");
        let info = reader.info();
        assert_eq!(read, pixels, "pixels");
        assert_eq!(info.palette.as_deref(), Some(PALETTE.concat().as_slice()), "palette");
        assert_eq!(info.uncompressed_latin1_text.len(), 2, "Latin-1 words: {:?}", info.uncompressed_latin1_text);
        assert_eq!(info.utf8_text[0].get_text().expect("words"), "‖∇(x²y)‖", "other words");
    }

    #[test]
    fn colours_and_their_density_are_read_back() {
        let pixels: Vec<u8> = (0..3 * 35_u32).map(|k| (k * 37 % 251).to_le_bytes()[0]).collect();
        let mut png = RgbPng::new(Vec::new(), 5, 7, &text(&[("Title", "é")]), Some(300.0)).expect("a good picture");
        assert!(matches!(png.write_rows(&pixels[..10]), Err(PngError::Rows { given: 3, .. })), "half a row");
        png.write_rows(&pixels[..15]).expect("a row");
        png.write_rows(&pixels[15..]).expect("the rest");
        let file = png.finish().expect("complete");
        let mut reader = png::Decoder::new(io::Cursor::new(&file)).read_info().expect("a PNG file");
        let mut read = vec![0; pixels.len()];
        let frame = reader.next_frame(&mut read).expect("its pixels");
        assert_eq!((frame.color_type, frame.bit_depth), (ColorType::Rgb, BitDepth::Eight), "colours");
        assert_eq!(read, pixels, "pixels");
        let per_metre = reader.info().pixel_dims.expect("a density").xppu;
        assert_eq!(per_metre, 11_811, "300 per inch");
    }

    #[test]
    fn wrong_sizes_and_counts_are_refused() {
        let open = |width, height, palette: &[[u8; 3]]| IndexedPng::new(Vec::new(), width, height, palette, &[]);
        assert!(matches!(open(0, 1, &PALETTE), Err(PngError::Size { .. })), "no width");
        assert!(matches!(open(1, u32::MAX, &PALETTE), Err(PngError::Size { .. })), "too high");
        assert!(matches!(open(1, 1, &[]), Err(PngError::Palette { colours: 0 })), "no colours");
        assert!(matches!(open(1, 1, &[[0; 3]; 257]), Err(PngError::Palette { colours: 257 })), "too many colours");
        let mut png = open(2, 2, &PALETTE).expect("a good picture");
        assert!(matches!(png.write_rows(&[0; 3]), Err(PngError::Rows { .. })), "half a row");
        assert!(matches!(png.write_rows(&[0; 6]), Err(PngError::Rows { .. })), "a row too many");
        png.write_rows(&[0; 2]).expect("one row");
        assert!(matches!(png.finish(), Err(PngError::Incomplete { left: 2 })), "a row is missing");
        for keyword in ["", "a\nb", "λ"] {
            let made = IndexedPng::new(Vec::new(), 1, 1, &PALETTE, &text(&[(keyword, "x")]));
            assert!(matches!(made, Err(PngError::Keyword { .. })), "{keyword:?}");
        }
    }

    #[derive(Debug)]
    /// Takes so many bytes and then says that the disk is full.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.len() > self.0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_reported_wherever_it_strikes() {
        let noise: Vec<u8> =
            (0_u32..1 << 20).map(|k| (k.wrapping_mul(2_654_435_761) >> 24).to_le_bytes()[0] % 3).collect();
        for room in [0, 10, 60, 100, 70_000, 200_000] {
            let written = IndexedPng::new(Full(room), 1024, 1024, &PALETTE, &[]).and_then(|mut png| {
                for rows in noise.chunks(1024 * 64) {
                    png.write_rows(rows)?;
                }
                png.finish()
            });
            let error = written.expect_err("the disk is full");
            assert!(
                matches!(&error, PngError::Write(e) if e.kind() == io::ErrorKind::StorageFull),
                "{room}: {error:?}"
            );
        }
    }
}
