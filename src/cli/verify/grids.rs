//! Two files of numbers on a grid, cell by cell.

use crate::cli::failure::Failure;
use crate::cli::verify::difference::{BLOCK, Difference, Tally, trouble};
use crate::io::provenance::Container;
use crate::io::read::{Channel, Dtype, RawShape, ReadOptions, Reader, open};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The differences of the values of two files; `None` if no value differs.
pub(super) fn compare(
    container: Container,
    file: &Path,
    again: &Path,
    single: bool,
) -> Result<Option<Difference>, Failure> {
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
