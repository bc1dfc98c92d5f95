//! Two pyramids of tiles, tile by tile, by their pixels.

use crate::cli::failure::Failure;
use crate::cli::verify::difference::{Difference, Tally, first_byte, trouble};
use crate::cli::verify::pixels;
use crate::io::dzi::folder_of;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The difference of the pyramids that two `.dzi` files describe.
pub(super) fn compare(file: &Path, again: &Path) -> Result<Difference, Failure> {
    let text = |path: &Path| fs::read_to_string(path).map_err(trouble(path));
    let (then, now) = (text(file)?, text(again)?);
    if then != now {
        let plain = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let text = format!("it says {}; computed again it says {}", plain(&then), plain(&now));
        return Ok(Difference::Shape(text));
    }
    let folders = [folder_of(file), folder_of(again)];
    let (then, now) = (tiles(&folders[0])?, tiles(&folders[1])?);
    if let Some(tile) = then.symmetric_difference(&now).next() {
        let what = if now.contains(tile) { "is missing" } else { "is one too many" };
        return Ok(Difference::Shape(format!("the tile {} {what}", tile.display())));
    }
    let (mut all, mut packed) = (Tally::default(), false);
    for tile in &now {
        let [file, again] = folders.each_ref().map(|folder| folder.join(tile));
        all.cells += pixels::count(&again)?;
        if first_byte(&file, &again)?.is_none() {
            continue;
        }
        match pixels::compare(&file, &again)? {
            Some(Difference::Pixels(tally)) => all.merge(tally, &format!("tile {}, ", tile.display())),
            Some(other) => return Ok(Difference::Shape(format!("tile {}: {}", tile.display(), other.text()))),
            None => packed = true,
        }
    }
    Ok(match (all.differing, packed) {
        (0, false) => Difference::None,
        (0, true) => Difference::Packed,
        _ => Difference::Pixels(all),
    })
}

/// The tiles of a folder, as level and file.
fn tiles(folder: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut all = BTreeSet::new();
    for level in fs::read_dir(folder).map_err(trouble(folder))? {
        let level = level.map_err(trouble(folder))?;
        if level.file_name().to_str().is_none_or(|name| name.parse::<u32>().is_err()) {
            continue;
        }
        for tile in fs::read_dir(level.path()).map_err(trouble(folder))? {
            let tile = tile.map_err(trouble(folder))?;
            all.insert(Path::new(&level.file_name()).join(tile.file_name()));
        }
    }
    Ok(all)
}
