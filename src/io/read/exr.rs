//! Reads OpenEXR pictures: one channel of the first flat layer that has it, or luminance.
//!
//! Values are what the file holds: half and single precision, or 32-bit integers. The luminance of R, G and B has the weights of the
//! other formats, and is taken of the linear values unscaled; where A is 0 it is masked. Without R, G and B the first
//! channel is read, in the alphabetical order that the format has. A channel may be named with its layer, `layer.channel`.
//!
//! The wanted channels are held in memory, so that rows can be read in any order: their size, that of a block, and the table of
//! blocks are compared with the limit and the file before anything is decoded.
//!
//! Limits: no deep data, no subsampled channels; of several resolutions the finest is read; DWA is not decoded.

use crate::io::read::bytes::{Memory, Part, Source};
use crate::io::read::dtype::{Dtype, decode};
use crate::io::read::error::{ReadError, damaged, unsupported};
use crate::io::read::pixels::{Layout, Pixels, Take, What};
use crate::io::read::{Channel, Header, ReadOptions, Reader, checked_cells};
use exr::block::UncompressedBlock;
use exr::block::reader::ChunksReader;
use exr::compression::Compression;
use exr::meta::BlockDescription;
use exr::meta::attribute::SampleType;
use exr::prelude::Vec2;
use std::collections::BTreeSet;
use std::io::BufReader;

const FORMAT: &str = "EXR";

/// How many times smaller a file may be than its pixels: four times what deflate can do; not derived for the other methods.
const MOST_COMPRESSION: u64 = 4096;

/// Bytes of the tables for 65 537 codes and as many values that PIZ is decoded with, and the 16 384 lists of codes between them.
const PIZ_TABLES: u64 = 3 << 19;

/// Bytes that a block takes in the table of the file and among those that have come, in a tree that may be half empty.
const PER_BLOCK: u64 = 64;

/// What is wanted of a file.
struct Wanted {
    layer: usize,
    /// Numbers of the channels in the layer, in the order of the samples of a pixel.
    channels: Vec<usize>,
    dtype: Dtype,
    take: Take,
    of: usize,
}

fn dtype(sample: SampleType) -> Dtype {
    match sample {
        SampleType::F16 => Dtype::F16,
        SampleType::F32 => Dtype::F32,
        SampleType::U32 => Dtype::U32,
    }
}

/// A name as writers of today mean it, in UTF-8.
fn words(text: &exr::meta::attribute::Text) -> String {
    String::from_utf8_lossy(text.as_slice()).into_owned()
}

fn choose(headers: &[exr::meta::header::Header], channel: &Channel) -> Result<Wanted, ReadError> {
    let mut known = Vec::new();
    for (layer, header) in headers.iter().enumerate().filter(|(_, header)| !header.deep) {
        let prefix = header.own_attributes.layer_name.as_ref().map(|name| format!("{}.", words(name)));
        let list = &header.channels.list;
        let names: Vec<String> = list.iter().map(|channel| words(&channel.name)).collect();
        let find = |wanted: &str| {
            let full = |name: &String| prefix.as_ref().is_some_and(|prefix| format!("{prefix}{name}") == wanted);
            names.iter().position(|name| name == wanted || full(name))
        };
        let single = |index: usize| Wanted {
            layer,
            channels: vec![index],
            dtype: dtype(list[index].sample_type),
            take: Take::sample(0),
            of: list.len(),
        };
        let colours: Option<Vec<usize>> = ["R", "G", "B"].iter().map(|name| find(name)).collect();
        let found = match (channel, colours) {
            (Channel::Auto | Channel::Luminance, Some(mut channels)) => {
                channels.extend(find("A"));
                let alpha = (channels.len() > 3).then_some(3);
                let take = Take { what: What::Colour, alpha };
                Some(Wanted { layer, channels, dtype: Dtype::F32, take, of: list.len() })
            }
            (Channel::Auto | Channel::Luminance, None) => find("Y").or((!list.is_empty()).then_some(0)).map(single),
            (Channel::Index(index), _) => (*index < list.len()).then(|| single(*index)),
            (Channel::Named(name), _) => find(name).map(single),
        };
        if let Some(found) = found {
            return Ok(found);
        }
        known.extend(names);
    }
    known.truncate(20);
    if known.is_empty() {
        return Err(unsupported(FORMAT, "it has no flat layer with channels"));
    }
    Err(ReadError::Choice(format!("has no such channel; it has {}", known.join(", "))))
}

pub(crate) fn open(source: Box<dyn Source>, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    let (len, limit) = (source.len(), options.limit);
    let trouble = |error: exr::error::Error| damaged(FORMAT, error.to_string());
    let file = BufReader::with_capacity(64 * 1024, Part::whole(source));
    let reader = exr::block::read(file, false).map_err(trouble)?;
    let wanted = choose(reader.headers(), &options.channel)?;
    let header = &reader.headers()[wanted.layer];
    let Vec2(width, height) = header.layer_size;
    let list = header.channels.clone();
    if wanted.channels.iter().any(|&index| list.list[index].sampling != Vec2(1, 1)) {
        return Err(unsupported(FORMAT, "its channel is subsampled"));
    }
    let shape = vec![height, width];
    let pixel = wanted.channels.len() * wanted.dtype.size();
    let cells = checked_cells(FORMAT, &shape, pixel.max(list.bytes_per_pixel))?;
    let blocks: u64 = reader.headers().iter().map(|header| header.chunk_count as u64).fold(0, u64::saturating_add);
    if (cells as u64).saturating_mul(list.bytes_per_pixel as u64) > len.saturating_mul(MOST_COMPRESSION)
        || blocks.saturating_mul(8) > len
    {
        return Err(damaged(FORMAT, format!("its header promises {width}×{height} pixels, and it has {len} bytes")));
    }
    let block = match header.blocks {
        BlockDescription::ScanLines => Vec2(width, header.compression.scan_lines_per_block()),
        BlockDescription::Tiles(tiles) => tiles.tile_size,
    };
    // A block is held packed, unpacked and once more while its bytes are put in order.
    let block = (block.0 as u64).saturating_mul(block.1 as u64).saturating_mul(list.bytes_per_pixel as u64);
    let tables = if header.compression == Compression::PIZ { PIZ_TABLES } else { 0 };
    let listed = blocks.saturating_mul(PER_BLOCK);
    let needs = [block.saturating_mul(4), listed, tables].into_iter().fold((cells * pixel) as u64, u64::saturating_add);
    if needs > limit {
        return Err(ReadError::TooBig { format: FORMAT, needs, limit });
    }
    let layer = wanted.layer;
    let mut chunks = reader
        .filter_chunks(false, |_, _, block| block.layer == layer && block.level == Vec2(0, 0))
        .map_err(trouble)?;
    let meta = chunks.meta_data().clone();
    let mut pixels =
        Rows { width, height, pixel, wanted, bytes: vec![0; cells * pixel], seen: BTreeSet::new(), cells: 0 };
    for chunk in chunks.by_ref() {
        let block = UncompressedBlock::decompress_chunk(chunk.map_err(trouble)?, &meta, false).map_err(trouble)?;
        pixels.put(&block, &list).ok_or_else(|| damaged(FORMAT, "one of its blocks is out of place"))?;
    }
    if pixels.cells != cells {
        return Err(damaged(FORMAT, format!("it has {} of its {cells} pixels", pixels.cells)));
    }
    let Rows { wanted, bytes, .. } = pixels;
    let header = Header { channels: wanted.of, ..Header::new(FORMAT, shape, wanted.dtype) };
    let big_endian = cfg!(target_endian = "big");
    let layout =
        Layout { offset: 0, dtype: wanted.dtype, big_endian, samples: wanted.channels.len(), take: wanted.take };
    Ok(Box::new(Pixels::new(header, layout, Memory::from(bytes))))
}

/// The pixels as they come together.
struct Rows {
    width: usize,
    height: usize,
    pixel: usize,
    wanted: Wanted,
    bytes: Vec<u8>,
    /// Corners of the blocks that have come.
    seen: BTreeSet<(usize, usize)>,
    cells: usize,
}

impl Rows {
    /// Puts a block in its place, if it has one.
    fn put(&mut self, block: &UncompressedBlock, list: &exr::meta::attribute::ChannelList) -> Option<()> {
        let (corner, size) = (block.index.pixel_position, block.index.pixel_size);
        let inside = corner.0.checked_add(size.0)? <= self.width && corner.1.checked_add(size.1)? <= self.height;
        if !inside || !self.seen.insert((corner.0, corner.1)) {
            return None;
        }
        self.cells += size.0 * size.1;
        let (stored, bytes) = (self.wanted.dtype, self.wanted.dtype.size());
        let mut values = Vec::new();
        for line in block.lines(list) {
            let Some(sample) = self.wanted.channels.iter().position(|&index| index == line.location.channel) else {
                continue;
            };
            let Vec2(x, y) = line.location.position;
            let from = dtype(list.list[line.location.channel].sample_type);
            let first = (y * self.width + x) * self.pixel;
            let row = self.bytes.get_mut(first..first + line.location.sample_count * self.pixel)?;
            let slots = row.chunks_exact_mut(self.pixel).map(|pixel| &mut pixel[sample * bytes..(sample + 1) * bytes]);
            if from == stored {
                slots.zip(line.value.chunks_exact(bytes)).for_each(|(slot, value)| slot.copy_from_slice(value));
            } else {
                values.resize(line.location.sample_count, 0.0_f32);
                decode(line.value, from, cfg!(target_endian = "big"), from.size(), None, &mut values);
                slots.zip(&values).for_each(|(slot, value)| slot.copy_from_slice(&value.to_ne_bytes()));
            }
        }
        Some(())
    }
}
