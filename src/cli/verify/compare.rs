//! Two files of the same kind: whether they are the same, and if not, how much differs and where.
//!
//! Bytes first. Where they differ, numbers are compared as numbers — the largest difference, also in ulp, how many cells differ, and the first of them —
//! and pictures by the colours of their pixels. Masked cells are the same as masked cells. What differs in bytes and in nothing that is
//! compared here is said with the place of the first such byte; it counts as a difference but in PNG files, which other programs pack anew.

use crate::cli::failure::Failure;
use crate::io::provenance::Container;
use crate::io::read::{Channel, Dtype, RawShape, ReadOptions, Reader, open};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Bytes, and cells, that are compared at a time.
const BLOCK: usize = 256 * 1024;

/// Cells or pixels that are told one by one.
const TOLD: usize = 3;

/// What was found.
#[derive(Debug)]
pub(super) enum Difference {
    /// Every byte is the same.
    None,
    /// The pixels are, and the file is packed otherwise.
    Packed,
    /// Not the same size or kind.
    Shape(String),
    /// Values differ.
    Values(Tally),
    /// Colours of pixels differ.
    Pixels(Tally),
    /// Bytes differ, this one first, and no value.
    Bytes(u64),
    /// Bytes differ, this one first; values are not compared.
    Unlike(u64),
}

/// Differences of values, or of pixels in levels of their colours.
#[derive(Debug, Default)]
pub(super) struct Tally {
    cells: u64,
    differing: u64,
    largest: f64,
    ulp: u64,
    /// Cells that are masked in one file only.
    masked: u64,
    /// Where the first are, and what they say.
    first: Vec<String>,
}

impl Difference {
    /// Whether the files hold the same.
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None | Self::Packed)
    }

    /// In words.
    pub(super) fn text(&self) -> String {
        match self {
            Self::None => "the same, byte for byte".to_owned(),
            Self::Packed => "the same pixels and words, packed otherwise".to_owned(),
            Self::Shape(what) => what.clone(),
            Self::Bytes(place) => format!("byte {place} differs, and no value does"),
            Self::Unlike(place) => format!("byte {place} is the first that differs"),
            Self::Values(tally) => {
                let masked = if tally.masked > 0 {
                    format!(", {} masked in one of them only", tally.masked)
                } else {
                    String::new()
                };
                format!(
                    "{} of {} values differ, by at most {:e} ({} ulp){masked}; the first: {}",
                    tally.differing,
                    tally.cells,
                    tally.largest,
                    tally.ulp,
                    tally.first.join("; ")
                )
            }
            Self::Pixels(tally) => format!(
                "{} of {} pixels differ, by at most {} levels; the first: {}",
                tally.differing,
                tally.cells,
                tally.largest,
                tally.first.join("; ")
            ),
        }
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Packed | Self::Shape(_) => json!({ "text": self.text() }),
            Self::Bytes(place) | Self::Unlike(place) => json!({ "text": self.text(), "byte": place }),
            Self::Values(tally) | Self::Pixels(tally) => json!({
                "text": self.text(),
                "cells": tally.cells,
                "differing": tally.differing,
                "largest": tally.largest,
                "ulp": matches!(self, Self::Values(_)).then_some(tally.ulp),
                "first": tally.first,
            }),
        }
    }
}

/// Compares `file` with `again`, whose numbers were computed in `arithmetic`.
pub(super) fn compare(
    container: Container,
    file: &Path,
    again: &Path,
    arithmetic: &str,
) -> Result<Difference, Failure> {
    let Some(place) = first_byte(file, again)? else { return Ok(Difference::None) };
    let found = match container {
        Container::Png => pixels(file, again)?.unwrap_or(Difference::Packed),
        Container::Vti | Container::Svg | Container::GeoJson => Difference::Unlike(place),
        _ => values(container, file, again, arithmetic)?.unwrap_or(Difference::Bytes(place)),
    };
    Ok(found)
}

fn trouble(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |error| Failure::input(format_args!("cannot read '{}': {error}", path.display()))
}

/// The first byte that differs.
fn first_byte(file: &Path, again: &Path) -> Result<Option<u64>, Failure> {
    let mut a = File::open(file).map_err(trouble(file))?;
    let mut b = File::open(again).map_err(trouble(again))?;
    let (mut left, mut right, mut place) = (Vec::new(), Vec::new(), 0);
    loop {
        left.clear();
        right.clear();
        (&mut a).take(BLOCK as u64).read_to_end(&mut left).map_err(trouble(file))?;
        (&mut b).take(BLOCK as u64).read_to_end(&mut right).map_err(trouble(again))?;
        if left != right {
            let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
            return Ok(Some(place + same as u64));
        }
        if left.is_empty() {
            return Ok(None);
        }
        place += left.len() as u64;
    }
}

/// A PNG file, row by row, its palette looked up.
fn png_reader(path: &Path) -> Result<png::Reader<BufReader<File>>, Failure> {
    let damaged = |error: png::DecodingError| Failure::wrong(format_args!("'{}' is damaged: {error}", path.display()));
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path).map_err(trouble(path))?));
    decoder.set_transformations(png::Transformations::EXPAND);
    decoder.ignore_checksums(false);
    decoder.read_info().map_err(damaged)
}

fn pixels(file: &Path, again: &Path) -> Result<Option<Difference>, Failure> {
    let (mut a, mut b) = (png_reader(file)?, png_reader(again)?);
    let kind = |reader: &png::Reader<BufReader<File>>| {
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
    loop {
        let damaged =
            |error: png::DecodingError| Failure::wrong(format_args!("'{}' is damaged: {error}", file.display()));
        let (Some(left), Some(right)) = (a.next_row().map_err(damaged)?, b.next_row().map_err(damaged)?) else { break };
        let (left, right) = (left.data(), right.data());
        tally.cells += u64::from(width);
        if left != right {
            for (x, (then, now)) in left.chunks(size).zip(right.chunks(size)).enumerate().filter(|(_, (a, b))| a != b) {
                let (then, now) = (levels(then), levels(now));
                let largest = then.iter().zip(&now).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
                tally.add(f64::from(largest), 0, || format!("pixel ({x}, {y}) is {then:?} and not {now:?}"));
            }
        }
        y += 1;
    }
    Ok((tally.differing > 0).then_some(Difference::Pixels(tally)))
}

impl Tally {
    fn add(&mut self, difference: f64, ulp: u64, tell: impl FnOnce() -> String) {
        self.differing += 1;
        self.largest = self.largest.max(difference);
        self.ulp = self.ulp.max(ulp);
        if self.first.len() < TOLD {
            self.first.push(tell());
        }
    }

    /// Compares cells, the first of which has number `first` in an array of this shape.
    fn cells(&mut self, [then, now]: [&[f64]; 2], first: usize, single: bool, place: &dyn Fn(usize) -> String) {
        self.cells += then.len() as u64;
        for (k, (&a, &b)) in then.iter().zip(now).enumerate() {
            if a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) {
                continue;
            }
            let tell = || format!("{} is {a:?} and not {b:?}", place(first + k));
            if a.is_nan() || b.is_nan() {
                self.masked += 1;
                self.add(0.0, 0, tell);
            } else {
                // Two infinities of one sign have the same bits.
                self.add((a - b).abs(), ulps(a, b, single), tell);
            }
        }
    }
}

/// How many numbers of the type lie between two.
#[expect(clippy::cast_possible_truncation, reason = "the values came from f32")]
fn ulps(a: f64, b: f64, single: bool) -> u64 {
    // Numbers in order have bits in order, but for the sign.
    let of_single = |value: f64| {
        let bits = i64::from((value as f32).to_bits());
        if bits >> 31 == 1 { (1 << 31) - bits } else { bits }
    };
    let of_double = |value: f64| {
        let bits = i128::from(value.to_bits());
        if bits >> 63 == 1 { (1 << 63) - bits } else { bits }
    };
    if single {
        of_single(a).abs_diff(of_single(b))
    } else {
        u64::try_from(of_double(a).abs_diff(of_double(b))).unwrap_or(u64::MAX)
    }
}

/// The differences of the values of two files; `None` if no value differs.
fn values(container: Container, file: &Path, again: &Path, arithmetic: &str) -> Result<Option<Difference>, Failure> {
    let single = arithmetic == "f32";
    let mut raw = None;
    // Of plain numbers as of those of NPY, whose arrays may have more axes than a reader takes, it is known how they lie.
    let mut sizes = Vec::new();
    if matches!(container, Container::Raw | Container::Npy) {
        let mut offset = 0;
        if container == Container::Npy {
            let (then, now) = (npy_header(file)?, npy_header(again)?);
            if then != now {
                let text = format!("its header says {}; computed again it says {}", then.trim(), now.trim());
                return Ok(Some(Difference::Shape(text)));
            }
            offset = NPY_START + now.len();
            let shape = now.split_once("'shape': (").and_then(|(_, rest)| rest.split_once(')'));
            let numbers = shape.iter().flat_map(|(shape, _)| shape.split(','));
            sizes = numbers.filter_map(|size| size.trim().parse().ok()).collect();
        }
        let dtype = if single { Dtype::F32 } else { Dtype::F64 };
        let size = |path: &Path| path.metadata().map(|known| known.len()).map_err(trouble(path));
        let (then, now) = (size(file)?, size(again)?);
        if then != now {
            return Ok(Some(Difference::Shape(format!("it has {then} bytes; computed again it has {now}"))));
        }
        let cells = usize::try_from(now).unwrap_or(usize::MAX).saturating_sub(offset) / dtype.size();
        raw = Some(RawShape { shape: vec![cells, 1], dtype, big_endian: false, offset: offset as u64 });
    }
    let mut tally = Tally::default();
    let mut channel = 0;
    loop {
        let options = ReadOptions { raw: raw.clone(), channel: Channel::Index(channel), ..ReadOptions::default() };
        let (mut a, mut b) = (opened(file, &options)?, opened(again, &options)?);
        let (then, now) = (a.header().clone(), b.header().clone());
        let kind = |header: &crate::io::read::Header| (header.shape.clone(), header.dtype, header.channels);
        if kind(&then) != kind(&now) {
            let of = |header: &crate::io::read::Header| {
                let sizes: Vec<String> = header.shape.iter().map(ToString::to_string).collect();
                format!("{} values of {} in {} planes", sizes.join("×"), header.dtype.name(), header.channels)
            };
            let text = format!("it has {}; computed again it has {}", of(&then), of(&now));
            return Ok(Some(Difference::Shape(text)));
        }
        let shape = if raw.is_some() { sizes.clone() } else { then.shape.clone() };
        let plain = shape.is_empty();
        let place = move |cell: usize| {
            let plane = if then.channels > 1 { format!("plane {channel}, ") } else { String::new() };
            if plain { format!("value {cell}") } else { format!("{plane}{:?}", index(&shape, cell)) }
        };
        let (width, rows) = (now.width(), now.rows());
        let step = (BLOCK / width.max(1)).max(1);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for first in (0..rows).step_by(step) {
            let part = first..rows.min(first + step);
            let damaged = |error| Failure::wrong(format_args!("'{}' {error}", file.display()));
            a.read_rows_f64(part.clone(), &mut left).map_err(damaged)?;
            b.read_rows_f64(part, &mut right).map_err(damaged)?;
            tally.cells([&left, &right], first * width, single, &place);
        }
        channel += 1;
        if channel >= now.channels {
            break;
        }
    }
    Ok((tally.differing > 0).then_some(Difference::Values(tally)))
}

/// Bytes before the header of an NPY file of version 1: magic, version, length.
const NPY_START: usize = 10;

fn npy_header(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let most = NPY_START as u64 + u64::from(u16::MAX);
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(trouble(path))?;
    let header = match bytes.as_slice() {
        [_, _, _, _, _, _, 1, _, low, high, rest @ ..] => rest.get(..usize::from(u16::from_le_bytes([*low, *high]))),
        _ => None,
    };
    let text = header.map(|header| String::from_utf8_lossy(header).into_owned());
    text.ok_or_else(|| Failure::wrong(format_args!("'{}' is damaged: its header is not ours", path.display())))
}

fn opened(path: &Path, options: &ReadOptions) -> Result<Box<dyn Reader>, Failure> {
    open(path, options).map_err(Failure::wrong)
}

/// The index of a cell, the slowest axis first, as in NumPy.
fn index(shape: &[usize], mut cell: usize) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let k = cell % size.max(1);
            cell /= size.max(1);
            k
        })
        .collect();
    index.reverse();
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_in_ulp_cross_zero() {
        assert_eq!(ulps(1.0, f64::from(1.0_f32.next_up()), true), 1, "neighbours");
        assert_eq!(ulps(0.0, -0.0, true), 0, "both zeros are one number");
        assert_eq!(ulps(f64::from(f32::from_bits(1)), -f64::from(f32::from_bits(2)), true), 3, "across zero");
        assert_eq!(ulps(1.0, 1.0_f64.next_down(), false), 1, "double");
        assert_eq!(ulps(f64::MIN, f64::MAX, false), 2 * f64::MAX.to_bits(), "all of them");
    }

    #[test]
    fn cells_are_counted_and_the_first_are_told() {
        let mut tally = Tally::default();
        let place = |cell: usize| format!("{:?}", index(&[2, 5], cell));
        let then = [1.0, f64::NAN, 3.0, f64::NAN, f64::INFINITY];
        tally.cells([&then, &[1.0, f64::NAN, 3.5, 4.0, f64::INFINITY]], 5, true, &place);
        assert_eq!((tally.cells, tally.differing, tally.masked, tally.largest), (5, 2, 1, 0.5), "{tally:?}");
        assert_eq!(tally.first[0], "[1, 2] is 3.0 and not 3.5", "the first");
        let mut same = Tally::default();
        same.cells([&then, &then], 0, true, &place);
        assert_eq!(same.differing, 0, "a file is like itself");
    }

    #[test]
    fn bytes_are_compared_to_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        let bytes = vec![7; 2 * BLOCK + 5];
        std::fs::write(&a, &bytes).expect("room");
        for place in [0, BLOCK - 1, BLOCK, 2 * BLOCK + 4] {
            let mut other = bytes.clone();
            other[place] = 8;
            std::fs::write(&b, &other).expect("room");
            assert_eq!(first_byte(&a, &b).expect("readable"), Some(place as u64), "one byte");
        }
        std::fs::write(&b, &bytes[..BLOCK]).expect("room");
        assert_eq!(first_byte(&a, &b).expect("readable"), Some(BLOCK as u64), "shorter");
        std::fs::write(&b, &bytes).expect("room");
        assert_eq!(first_byte(&a, &b).expect("readable"), None, "the same");
    }
}
