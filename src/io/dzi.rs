//! Deep Zoom images: a picture as a pyramid of tiles, of which a viewer loads what it shows.
//!
//! ```text
//! name.dzi                    the size, in XML
//! name_files/LEVEL/COL_ROW.png
//! ```
//!
//! Level *n* = ⌈log₂ of the longer side⌉ is the whole picture, pixel by pixel; each level below has half the side, rounded up, down
//! to level 0 with one pixel. Tiles are 256 pixels on a side, smaller on the right and the lower edge, and do not overlap; row 0
//! is the topmost. Tiles are indexed PNG files, each with the palette, since each is opened by itself.
//!
//! A tile is written under another name in its folder and renamed, so whoever sees it sees all of it.
//!
//! The format: Microsoft, *Deep Zoom File Format Overview* (Silverlight documentation, 2009).

use crate::io::png::{IndexedPng, PngError};
use png::{BitDepth, ColorType, Decoder, Transformations};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// Pixels on a side of a tile.
pub const TILE: usize = 256;

/// The sizes of all levels of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pyramid {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
}

impl Pyramid {
    /// The number of the level that is the whole picture.
    #[must_use]
    pub fn top(&self) -> u32 {
        self.width.max(self.height).next_power_of_two().trailing_zeros()
    }

    /// Pixels across and down of a level.
    #[must_use]
    pub fn size(&self, level: u32) -> (usize, usize) {
        let half = |side: usize| (0..self.top().saturating_sub(level)).fold(side, |side, _| side.div_ceil(2));
        (half(self.width), half(self.height))
    }

    /// Tiles across and down of a level.
    #[must_use]
    pub fn tiles(&self, level: u32) -> (usize, usize) {
        let (width, height) = self.size(level);
        (width.div_ceil(TILE), height.div_ceil(TILE))
    }

    /// The text of the `.dzi` file.
    #[must_use]
    pub fn xml(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" Format=\"png\" Overlap=\"0\" TileSize=\"{TILE}\">\n  \
             <Size Width=\"{}\" Height=\"{}\"/>\n</Image>\n",
            self.width, self.height
        )
    }
}

/// The folder of the tiles of `name.dzi`.
#[must_use]
pub fn folder_of(dzi: &Path) -> PathBuf {
    let mut name = dzi.file_stem().unwrap_or_default().to_owned();
    name.push("_files");
    dzi.with_file_name(name)
}

/// The file of a tile.
#[must_use]
pub fn tile_path(folder: &Path, level: u32, column: usize, row: usize) -> PathBuf {
    folder.join(level.to_string()).join(format!("{column}_{row}.png"))
}

/// Writes the palette indices of a tile, `width` to a row.
///
/// # Errors
/// What the file system reports; nothing is left under the tile's name then.
pub fn write_tile(path: &Path, width: usize, indices: &[u8], palette: &[[u8; 3]]) -> Result<(), PngError> {
    let side = |side: usize| u32::try_from(side).unwrap_or(0);
    let mut png = IndexedPng::new(Vec::new(), side(width), side(indices.len() / width.max(1)), palette, &[])?;
    png.write_rows(indices)?;
    write_whole(path, &png.finish()?)?;
    Ok(())
}

/// Writes a file beside its name and renames it. The other name is always the same, so a leftover of a killed run is replaced.
///
/// # Errors
/// What the file system reports.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // The disk may be full: what was written is no use and takes room.
        let _ = fs::remove_file(&part);
    }
    written
}

/// The palette indices of a tile of this size; `None` if there is none, or none of these colours.
#[must_use]
pub fn read_tile(path: &Path, width: usize, height: usize, palette: &[[u8; 3]]) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(BufReader::new(File::open(path).ok()?));
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    let fits = (info.width as usize, info.height as usize) == (width, height)
        && (info.color_type, info.bit_depth) == (ColorType::Indexed, BitDepth::Eight)
        && info.palette.as_deref() == Some(palette.concat().as_slice());
    let mut indices = vec![0; width * height];
    (fits && reader.next_frame(&mut indices).is_ok()).then_some(indices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_halve_down_to_one_pixel() {
        let pyramid = Pyramid { width: 1000, height: 513 };
        assert_eq!(pyramid.top(), 10, "2^10 is the first power of two that holds 1000");
        let sizes: Vec<_> = (0..=10).rev().map(|level| pyramid.size(level)).collect();
        assert_eq!(sizes[..4], [(1000, 513), (500, 257), (250, 129), (125, 65)], "halves, rounded up");
        assert_eq!(sizes[9..], [(2, 2), (1, 1)], "down to one pixel");
        assert_eq!((pyramid.tiles(10), pyramid.tiles(9), pyramid.tiles(0)), ((4, 3), (2, 2), (1, 1)), "tiles");
        for (side, top) in [(1, 0), (2, 1), (3, 2), (256, 8), (257, 9)] {
            assert_eq!(Pyramid { width: side, height: 1 }.top(), top, "{side}");
        }
    }

    #[test]
    fn names_are_those_of_the_format() {
        let folder = folder_of(Path::new("a/field.v2.dzi"));
        assert_eq!(folder, Path::new("a/field.v2_files"), "the last extension goes");
        assert_eq!(tile_path(&folder, 9, 1, 0), Path::new("a/field.v2_files/9/1_0.png"), "column before row");
        let xml = Pyramid { width: 3, height: 2 }.xml();
        assert!(xml.contains("<Size Width=\"3\" Height=\"2\"/>") && xml.contains("Overlap=\"0\""), "{xml}");
    }

    #[test]
    fn tiles_come_back_as_they_went_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0_0.png");
        let palette = [[1, 2, 3], [4, 5, 6]];
        write_tile(&path, 3, &[0, 1, 1, 0, 0, 1], &palette).expect("room");
        assert_eq!(read_tile(&path, 3, 2, &palette), Some(vec![0, 1, 1, 0, 0, 1]), "the same");
        assert_eq!(read_tile(&path, 2, 3, &palette), None, "another size");
        assert_eq!(read_tile(&path, 3, 2, &[[0; 3]; 2]), None, "other colours");
        fs::write(&path, b"\x89PNG").expect("room");
        assert_eq!(read_tile(&path, 3, 2, &palette), None, "a damaged file");
        assert_eq!(read_tile(&folder.path().join("1_0.png"), 3, 2, &palette), None, "no file");
        assert!(write_tile(&folder.path().join("no/0_0.png"), 3, &[0; 6], &palette).is_err(), "no folder");
    }
}
