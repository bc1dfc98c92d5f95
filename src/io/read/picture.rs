//! Reads JPEG and WebP pictures, which are decoded whole: luminance, the grey values as they are, or one channel.
//!
//! Both have 8 bits a sample. The memory that a decoder takes is worked out from the header and compared with the limit before it
//! starts. A JPEG file without its end marker is refused, since a decoder would fill the missing part with grey.
//!
//! Limits: orientation (EXIF) and profiles are not applied; of an animation the first picture is read.

mod vp8;

use crate::io::read::bytes::{Memory, Source, all};
use crate::io::read::dtype::Dtype;
use crate::io::read::error::{ReadError, damaged};
use crate::io::read::pixels::{Layout, Pixels, Take};
use crate::io::read::{Header, ReadOptions, Reader, checked_cells};
use image_webp::WebPDecoder;
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The pixels of a decoded picture as a reader.
fn reader(
    format: &'static str,
    [width, height]: [usize; 2],
    samples: usize,
    pixels: Vec<u8>,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, ReadError> {
    let (colours, alpha) = if samples < 3 { (1, samples == 2) } else { (3, samples == 4) };
    let take = Take::choose(&options.channel, colours, alpha, samples)?;
    let header = Header { channels: samples, ..Header::new(format, vec![height, width], Dtype::U8) };
    let layout = Layout { offset: 0, dtype: Dtype::U8, big_endian: false, samples, take };
    Ok(Box::new(Pixels::of_picture(header, layout, Memory::from(pixels), colours, alpha)))
}

/// Checks that pixels of so many bytes are within the limit beside what is held.
fn budget(
    format: &'static str,
    [width, height]: [usize; 2],
    bytes: usize,
    held: u64,
    limit: u64,
) -> Result<(), ReadError> {
    let pixels = (checked_cells(format, &[height, width], bytes)? * bytes) as u64;
    let needs = pixels.saturating_add(held);
    if needs > limit { Err(ReadError::TooBig { format, needs, limit }) } else { Ok(()) }
}

pub(crate) fn open_jpeg(source: &mut dyn Source, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    const FORMAT: &str = "JPEG";
    let file = all(source, FORMAT, options.limit)?;
    if !file.windows(2).any(|marker| marker == [0xff, 0xd9]) {
        return Err(damaged(FORMAT, "its end is missing; was it cut off?"));
    }
    let trouble = |error: zune_jpeg::errors::DecodeErrors| damaged(FORMAT, format!("{error:?}"));
    // 65 535 is the most that the format can say.
    let settings = DecoderOptions::default().set_strict_mode(true).set_max_width(65_535).set_max_height(65_535);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(&file), settings);
    decoder.decode_headers().map_err(trouble)?;
    let (Some(info), Some(colours)) = (decoder.info(), decoder.input_colorspace()) else {
        return Err(damaged(FORMAT, "it has no picture"));
    };
    let grey = colours == ColorSpace::Luma;
    let samples = if grey { 1 } else { 3 };
    let settings = settings.jpeg_set_out_colorspace(if grey { ColorSpace::Luma } else { ColorSpace::RGB });
    decoder.set_options(settings);
    let size = [usize::from(info.width), usize::from(info.height)];
    // A progressive picture is held as coefficients of 16 bits, of up to 4 components, in whole blocks of 16 × 16.
    let padded = size.map(|size| size.next_multiple_of(16));
    budget(FORMAT, padded, 16, file.len() as u64, options.limit)?;
    let pixels = decoder.decode().map_err(trouble)?;
    if pixels.len() != size[0] * size[1] * samples {
        return Err(damaged(FORMAT, format!("it has {} bytes of pixels", pixels.len())));
    }
    reader(FORMAT, size, samples, pixels, options)
}

pub(crate) fn open_webp(source: &mut dyn Source, options: &ReadOptions) -> Result<Box<dyn Reader>, ReadError> {
    const FORMAT: &str = "WebP";
    let file = all(source, FORMAT, options.limit)?;
    let trouble = |error: image_webp::DecodingError| damaged(FORMAT, error.to_string());
    let mut decoder = WebPDecoder::new(Cursor::new(&file)).map_err(trouble)?;
    decoder.set_memory_limit(usize::try_from(options.limit).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    let size = [width, height].map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    // The pixels once more as the decoder has them: planes of 8 bits, or numbers of 32 bits.
    vp8::check(&file, size).ok_or_else(|| damaged(FORMAT, "a part of it is larger than the whole"))?;
    budget(FORMAT, size, 12, file.len() as u64, options.limit)?;
    let mut pixels = vec![0; size[0] * size[1] * samples];
    decoder.read_image(&mut pixels).map_err(trouble)?;
    reader(FORMAT, size, samples, pixels, options)
}
