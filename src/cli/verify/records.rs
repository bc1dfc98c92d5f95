//! Two files of arrays, number by number: VTK files, meshes and archives of lines.
//!
//! All these are records of numbers, one after the other: the components of a point, the properties of a vertex, the corners of a triangle. What
//! records there are and where is what [`layout`](super::layout) finds in their headers.

use crate::cli::failure::Failure;
use crate::cli::verify::difference::{BLOCK, Difference, Tally, trouble};
use crate::cli::verify::layout::{Records, records};
use crate::io::provenance::Container;
use crate::io::read::Dtype;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The difference of two files; `None` if no number differs.
pub(super) fn compare(container: Container, file: &Path, again: &Path) -> Result<Option<Difference>, Failure> {
    let open = |path: &Path| File::open(path).map_err(trouble(path));
    let (mut a, mut b) = (open(file)?, open(again)?);
    let damaged = |what: String| Failure::wrong(format_args!("'{}' is damaged: {what}", file.display()));
    let (then, now) = (records(container, &mut a).map_err(damaged)?, records(container, &mut b).map_err(damaged)?);
    let told = |all: &[Records]| all.iter().map(Records::told).collect::<Vec<_>>().join(", ");
    if told(&then) != told(&now) {
        let text = format!("it has {}; computed again it has {}", told(&then), told(&now));
        return Ok(Some(Difference::Shape(text)));
    }
    let mut tally = Tally::default();
    for (then, now) in then.iter().zip(&now) {
        for path_and_place in [(&mut a, then.start), (&mut b, now.start)] {
            path_and_place.0.seek(SeekFrom::Start(path_and_place.1)).map_err(trouble(file))?;
        }
        one(&mut tally, now, [&mut a, &mut b]).map_err(trouble(file))?;
    }
    Ok((tally.differing > 0).then_some(Difference::Values(tally)))
}

/// Compares the records where the two files are.
fn one(tally: &mut Tally, records: &Records, [then, now]: [&mut File; 2]) -> std::io::Result<()> {
    let size = records.size();
    let step = (BLOCK / size.max(1)).max(1);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut first = 0;
    while first < records.count {
        let some = step.min(records.count - first);
        for (file, bytes) in [(&mut *then, &mut left), (&mut *now, &mut right)] {
            bytes.resize(some * size, 0);
            file.read_exact(bytes)?;
        }
        tally.cells += (some * records.fields.len()) as u64;
        let pairs = left.chunks_exact(size).zip(right.chunks_exact(size)).enumerate();
        for (k, (then, now)) in pairs.filter(|(_, (then, now))| then != now) {
            let mut place = 0;
            for (name, dtype) in &records.fields {
                let part = place..place + dtype.size();
                place = part.end;
                let (a, b) = (dtype.number(&then[part.clone()]), dtype.number(&now[part]));
                let name = if name.is_empty() { String::new() } else { format!(", {name}") };
                let told = |_| format!("{} {}{name}", records.name, first + k);
                // They are counted already.
                let cells = tally.cells;
                tally.cells([&[a], &[b]], 0, *dtype == Dtype::F32, &told);
                tally.cells = cells;
            }
        }
        first += some;
    }
    Ok(())
}
