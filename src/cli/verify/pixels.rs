//! Two PNG files, pixel by pixel.

use crate::cli::failure::Failure;
use crate::cli::verify::difference::{Difference, Tally, trouble};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::Path;

/// The difference of two files; `None` if every pixel is the same.
pub(super) fn compare(file: &Path, again: &Path) -> Result<Option<Difference>, Failure> {
    let open = |path: &Path| File::open(path).map(BufReader::new).map_err(trouble(path));
    compare_with(open(file)?, open(again)?, &file.display().to_string())
}

/// How many pixels a file has.
pub(super) fn count(path: &Path) -> Result<u64, Failure> {
    let size = png::Decoder::new(BufReader::new(File::open(path).map_err(trouble(path))?)).read_info();
    let size = size.map(|reader| reader.info().size());
    let (width, height) =
        size.map_err(|error| Failure::wrong(format_args!("'{}' is damaged: {error}", path.display())))?;
    Ok(u64::from(width) * u64::from(height))
}

/// The same of what is in two readers; `name` is the file of the first.
pub(super) fn compare_with<R: BufRead + Seek>(file: R, again: R, name: &str) -> Result<Option<Difference>, Failure> {
    let damaged = |error: png::DecodingError| Failure::wrong(format_args!("'{name}' is damaged: {error}"));
    let open = |source: R| {
        let mut decoder = png::Decoder::new(source);
        // Colours of a palette are looked up.
        decoder.set_transformations(png::Transformations::EXPAND);
        decoder.ignore_checksums(false);
        decoder.read_info().map_err(damaged)
    };
    let (mut a, mut b) = (open(file)?, open(again)?);
    let kind = |reader: &png::Reader<R>| {
        let ((width, height), info) = (reader.info().size(), reader.output_color_type());
        (width, height, info)
    };
    if kind(&a) != kind(&b) {
        let of = |(width, height, (colours, depth)): (u32, u32, (png::ColorType, png::BitDepth))| {
            format!("{width}×{height} pixels of {colours:?}, {} bits", depth as u8)
        };
        return Ok(Some(Difference::Shape(format!("it has {}; computed again it has {}", of(kind(&a)), of(kind(&b))))));
    }
    let (width, _, (colours, depth)) = kind(&a);
    let wide = depth == png::BitDepth::Sixteen;
    let size = colours.samples() * if wide { 2 } else { 1 };
    let level = |bytes: &[u8]| if wide { i32::from(bytes[0]) << 8 | i32::from(bytes[1]) } else { i32::from(bytes[0]) };
    let levels = |pixel: &[u8]| -> Vec<i32> { pixel.chunks(if wide { 2 } else { 1 }).map(level).collect() };
    let mut tally = Tally::default();
    let mut y = 0_u64;
    while let (Some(left), Some(right)) = (a.next_row().map_err(damaged)?, b.next_row().map_err(damaged)?) {
        let (left, right) = (left.data(), right.data());
        tally.cells += u64::from(width);
        if left != right {
            for (x, (then, now)) in left.chunks(size).zip(right.chunks(size)).enumerate().filter(|(_, (a, b))| a != b) {
                let (then, now) = (levels(then), levels(now));
                let largest = then.iter().zip(&now).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
                tally.add(f64::from(largest), None, || format!("pixel ({x}, {y}) is {then:?} and not {now:?}"));
            }
        }
        y += 1;
    }
    Ok((tally.differing > 0).then_some(Difference::Pixels(tally)))
}
