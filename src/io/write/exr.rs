//! Writes OpenEXR pictures: each plane a channel of single precision, ZIP-compressed scan lines, as the rows come.
//!
//! OpenEXR file layout, version 2, one part: attributes, a table of blocks, then blocks of 16 lines. A block holds, line by line, the
//! values of each channel in alphabetical order; its bytes are split into even and odd ones, replaced by differences, and deflated; a
//! block that would grow is stored as it is. The table is filled in at the end.
//!
//! Doubles are rounded to single precision. Masked cells are NaN.

use crate::field::Samples;
use crate::io::write::{Description, Destination, Progress, WriteError, Writer, push_rows};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;
use std::io::{SeekFrom, Write};

const FORMAT: &str = "EXR";

/// Lines of a block of ZIP compression.
const LINES: usize = 16;

/// An open EXR file.
#[derive(Debug)]
pub struct Exr<W> {
    out: W,
    progress: Progress,
    /// Planes in the order of the channels.
    order: Vec<usize>,
    /// Where the table of blocks lies, and what it will say.
    table: u64,
    places: Vec<u64>,
    place: u64,
    /// Lines that do not fill a block yet.
    waiting: Vec<u8>,
}

/// The longest name, and the flag that long names need.
const SHORT_NAME: usize = 31;
const LONGEST_NAME: usize = 255;
const LONG_NAMES: u32 = 0x400;

fn attribute(bytes: &mut Vec<u8>, name: &str, kind: &str, value: &[u8]) {
    bytes.extend([name.as_bytes(), b"\0", kind.as_bytes(), b"\0"].concat());
    bytes.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(value);
}

impl<W: Destination> Exr<W> {
    /// Writes everything that stands before the pixels.
    ///
    /// # Errors
    /// A volume, a picture too wide or too high, names that are empty, too long or the same, or what the destination says.
    pub fn new(out: W, description: &Description) -> Result<Self, WriteError> {
        Self::with_words(out, description, "")
    }

    /// The same with words about what made the file, unless they are empty.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_words(mut out: W, description: &Description, words: &str) -> Result<Self, WriteError> {
        let unfit = |what: String| WriteError::Unfit { format: FORMAT, what };
        let progress = Progress::new(FORMAT, description, 2)?;
        let last = |size: usize| i32::try_from(size - 1).ok().filter(|last| *last < 1 << 28);
        let (Some(right), Some(bottom)) = (last(progress.width), last(progress.rows)) else {
            return Err(unfit(format!("{}×{} pixels", progress.width, progress.rows)));
        };
        let names = &description.names;
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| names[*a].as_bytes().cmp(names[*b].as_bytes()));
        if order.windows(2).any(|pair| names[pair[0]] == names[pair[1]]) {
            return Err(unfit("two planes of the same name".to_owned()));
        }
        if let Some(name) =
            names.iter().find(|name| name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0'))
        {
            return Err(unfit(format!("the name '{name}'")));
        }
        let long = names.iter().any(|name| name.len() > SHORT_NAME);
        let mut bytes = vec![0x76, 0x2f, 0x31, 0x01];
        bytes.extend((2 | if long { LONG_NAMES } else { 0 }).to_le_bytes());
        let mut channels = Vec::new();
        for &plane in &order {
            channels.extend([names[plane].as_bytes(), b"\0"].concat());
            // Type 2 is single precision; not perceptually linear; sampling 1 in both directions.
            channels.extend([2_u32, 0, 1, 1].map(u32::to_le_bytes).concat());
        }
        channels.push(0);
        attribute(&mut bytes, "channels", "chlist", &channels);
        attribute(&mut bytes, "compression", "compression", &[3]);
        let window = [0, 0, right, bottom].map(i32::to_le_bytes).concat();
        attribute(&mut bytes, "dataWindow", "box2i", &window);
        attribute(&mut bytes, "displayWindow", "box2i", &window);
        if !words.is_empty() {
            attribute(&mut bytes, "gradgrid", "string", words.as_bytes());
        }
        attribute(&mut bytes, "lineOrder", "lineOrder", &[0]);
        attribute(&mut bytes, "pixelAspectRatio", "float", &1.0_f32.to_le_bytes());
        attribute(&mut bytes, "screenWindowCenter", "v2f", &[0; 8]);
        attribute(&mut bytes, "screenWindowWidth", "float", &1.0_f32.to_le_bytes());
        bytes.push(0);
        let table = bytes.len() as u64;
        let blocks = progress.rows.div_ceil(LINES);
        out.write_all(&bytes)?;
        // A place for the table; the seek at the end fills it in.
        let empty = [0; 8];
        for _ in 0..blocks {
            out.write_all(&empty)?;
        }
        let place = table + 8 * blocks as u64;
        Ok(Self { out, progress, order, table, places: Vec::new(), place, waiting: Vec::new() })
    }

    fn line_bytes(&self) -> usize {
        self.progress.width * self.order.len() * size_of::<f32>()
    }

    /// Writes the blocks that are full, or all that is there at the end.
    fn flush_blocks(&mut self) -> Result<(), WriteError> {
        let size = self.line_bytes() * LINES;
        let all = self.progress.done == self.progress.rows;
        let full = if all { self.waiting.len() } else { self.waiting.len() / size * size };
        // As many at a time as keep all cores busy.
        for group in self.waiting[..full].chunks(size * GROUP) {
            let packed: Vec<Vec<u8>> = group.par_chunks(size).map(pack).collect::<Result<_, _>>()?;
            for block in packed {
                let line = self.places.len() * LINES;
                self.places.push(self.place);
                let head = [i32::try_from(line), i32::try_from(block.len())];
                for number in head {
                    let number = number.map_err(|_| too_large())?;
                    self.out.write_all(&number.to_le_bytes())?;
                }
                self.out.write_all(&block)?;
                self.place += 8 + block.len() as u64;
            }
        }
        self.waiting.drain(..full);
        Ok(())
    }
}

fn too_large() -> WriteError {
    WriteError::Unfit { format: FORMAT, what: "a block of more than 2 GiB".to_owned() }
}

/// Blocks that are packed at once.
const GROUP: usize = 32;

/// Packs a block: even bytes before odd ones, differences, deflate.
fn pack(block: &[u8]) -> std::io::Result<Vec<u8>> {
    let split = block.iter().step_by(2).chain(block.iter().skip(1).step_by(2));
    let mut before = 0_u8;
    let differences: Vec<u8> = split
        .enumerate()
        .map(|(k, &byte)| {
            let last = std::mem::replace(&mut before, byte);
            if k == 0 { byte } else { byte.wrapping_sub(last).wrapping_add(128) }
        })
        .collect();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&differences)?;
    let packed = encoder.finish()?;
    Ok(if packed.len() < block.len() { packed } else { block.to_vec() })
}

impl<W: Destination> Writer for Exr<W> {
    fn write_rows(&mut self, band: &Samples) -> Result<(), WriteError> {
        let rows = self.progress.band(band)?;
        let width = self.progress.width;
        let mut line = Samples::F32(vec![Vec::new()]);
        for row in 0..rows {
            let cells = row * width..(row + 1) * width;
            for &plane in &self.order {
                match band {
                    Samples::F32(_) => push_rows(&mut self.waiting, band, plane, cells.clone(), None),
                    Samples::F64(planes) => {
                        if let Samples::F32(single) = &mut line {
                            single[0].clear();
                            #[expect(clippy::cast_possible_truncation, reason = "the format has no doubles")]
                            single[0].extend(planes[plane][cells.clone()].iter().map(|value| *value as f32));
                        }
                        push_rows(&mut self.waiting, &line, 0, 0..width, None);
                    }
                }
            }
            self.progress.done += 1;
            if self.waiting.len() >= self.line_bytes() * LINES * GROUP {
                self.flush_blocks()?;
            }
        }
        self.flush_blocks()
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.progress.end()?;
        self.flush_blocks()?;
        self.out.seek(SeekFrom::Start(self.table))?;
        let table: Vec<u8> = self.places.iter().flat_map(|place| place.to_le_bytes()).collect();
        self.out.write_all(&table)?;
        self.out.seek(SeekFrom::Start(self.place))?;
        self.out.flush()?;
        Ok(())
    }
}
