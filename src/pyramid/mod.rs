//! Deep-zoom pictures: a prepared request as a pyramid of tiles (see [`dzi`]) that any viewer of the format opens, at any size.
//!
//! One pixel per cell, y upward, one colour range for all levels, no axes. The largest level is computed in bands of one row of
//! tiles, from the top; [`reduce`] makes the smaller levels of each band while it is there.
//!
//! **Memory** is that of a row of tiles: about a kilobyte for each column of the grid. Where this is more than the budget, the grid is
//! cut into blocks of 256·2ʲ columns; a block yields its j largest levels and one column of tiles of the level below, which are
//! kept, and from which the remaining levels follow. What is kept is one byte for every 4ʲ cells.
//!
//! **Taking up.** Every tile appears whole, and the folder says what they are of. When the same request comes
//! again before the `.dzi` file is there, which is written last, the range is known, and a band whose tiles are all there
//! is read back instead of computed. The files are the same, byte for byte, however often the work was interrupted.

pub mod reduce;
mod state;

use crate::figure::FigureError;
use crate::io::dzi::{self, Pyramid, TILE};
use crate::io::png::PngError;
use crate::picture::{PictureError, PictureOptions, PictureSummary, Survey, survey};
use crate::quantity::Quantity;
use crate::request::{Prepared, RequestError};
use crate::tile::watch::Watch;
use rayon::prelude::*;
use reduce::{Cascade, TileRow};
use state::{Colours, Found};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Bytes that a column of the grid takes: the band, the rows of tiles of all levels, and a part on its way.
const BYTES_PER_COLUMN: usize = 4 * TILE;

/// Cells that the engine is asked for at once: enough for all cores, and few enough for Ctrl-C to be heard soon.
const PIECE: usize = 1 << 19;

/// Why a pyramid cannot be written.
#[derive(Debug, Error)]
pub enum PyramidError {
    /// The picture cannot be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The values cannot be computed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A file or folder that cannot be written or read.
    #[error("cannot write '{path}': {source}", path = .path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The picture is there already.
    #[error("'{0}' exists already: choose another name, or pass --overwrite to replace it")]
    Exists(String),
    /// The folder has tiles of another request.
    #[error(
        "'{folder}' has tiles of another picture ({what}: {then}; now: {now}): choose another name, or pass --overwrite to replace them"
    )]
    Other {
        /// The folder.
        folder: String,
        /// What differs.
        what: String,
        /// As it was.
        then: String,
        /// As it is asked for now.
        now: String,
    },
    /// The folder has something else.
    #[error("'{0}' is not a folder of tiles made by gradgrid: choose another name, or remove it")]
    Foreign(String),
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PyramidSummary {
    /// The largest level.
    pub picture: PictureSummary,
    /// Levels.
    pub levels: u32,
    /// Tiles of all levels.
    pub tiles: usize,
    /// Of these, found from an earlier run.
    pub kept: usize,
}

/// Draws the only plane of `prepared` as `dzi` and the folder of tiles beside it.
///
/// `words` say what was asked for: tiles of the same words are kept, tiles of others are replaced only if `overwrite` allows it.
///
/// # Errors
/// As for [`crate::write_picture`], and files that are there or cannot be written. After an interruption the tiles that are done stay.
pub fn write_pyramid(
    prepared: &mut Prepared,
    quantity: &Quantity,
    options: &PictureOptions,
    dzi: &Path,
    words: &[(String, String)],
    overwrite: bool,
    watch: &mut dyn Watch,
) -> Result<PyramidSummary, PyramidError> {
    let folder = dzi::folder_of(dzi);
    let known = open(dzi, &folder, words, overwrite)?;
    let resumed = known.is_some();
    let colours = match known {
        Some(colours) => colours,
        None => {
            let options = PictureOptions { bare: true, ..options.clone() };
            let colours = choose(prepared, quantity, &options, watch)?;
            fs::create_dir_all(&folder).map_err(at(&folder))?;
            state::save(&folder, words, &colours).map_err(at(&folder))?;
            colours
        }
    };
    let pyramid = Pyramid { width: prepared.grid().width(), height: prepared.grid().rows() };
    for level in 0..=pyramid.top() {
        let level = folder.join(level.to_string());
        fs::create_dir_all(&level).map_err(at(&level))?;
    }
    let mut work = Work { pyramid, folder: &folder, colours: &colours, resumed, tiles: 0, kept: 0 };
    work.draw(prepared, watch)?;
    dzi::write_whole(dzi, pyramid.xml().as_bytes()).map_err(at(dzi))?;
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let picture = PictureSummary {
        size: (side(pyramid.width), side(pyramid.height)),
        extremes: colours.extremes,
        range: None,
        masked: colours.masked,
        cells: prepared.grid().cells() as u64,
    };
    Ok(PyramidSummary { picture, levels: pyramid.top() + 1, tiles: work.tiles, kept: work.kept })
}

/// Names the file in an error.
fn at(path: &Path) -> impl FnOnce(io::Error) -> PyramidError {
    let path = path.to_owned();
    |source| PyramidError::File { path, source }
}

/// Makes room for the tiles, or finds the colours of those that are there.
fn open(
    dzi: &Path,
    folder: &Path,
    words: &[(String, String)],
    overwrite: bool,
) -> Result<Option<Colours>, PyramidError> {
    let exists = dzi.symlink_metadata().is_ok();
    if exists && (!overwrite || dzi.is_dir()) {
        return Err(PyramidError::Exists(dzi.display().to_string()));
    }
    let name = || folder.display().to_string();
    match state::look(folder, words)? {
        Found::Foreign => return Err(PyramidError::Foreign(name())),
        Found::Other { what, then, now } if !overwrite => {
            return Err(PyramidError::Other { folder: name(), what, then, now });
        }
        Found::Same(colours) if !exists => return Ok(Some(colours)),
        Found::Nothing | Found::Other { .. } | Found::Same(_) => {}
    }
    // From here on the old picture is gone: first its name, then its tiles, and what they are of at the end.
    if exists {
        fs::remove_file(dzi).map_err(at(dzi))?;
    }
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.map_err(at(folder))?;
        if entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok()) {
            fs::remove_dir_all(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    match fs::remove_file(folder.join(state::NAME)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(None),
    }
}

/// The first pass.
fn choose(
    prepared: &mut Prepared,
    quantity: &Quantity,
    options: &PictureOptions,
    watch: &mut dyn Watch,
) -> Result<Colours, PyramidError> {
    let Survey { figure, stats } = survey(prepared, quantity, options, watch)?;
    Ok(Colours {
        thresholds: figure.thresholds(),
        palette: figure.palette(),
        cyclic: figure.spec().colormap.is_cyclic(),
        extremes: stats.extremes(),
        masked: stats.masked + stats.infinite,
    })
}

/// A pyramid in the making.
#[derive(Debug)]
struct Work<'a> {
    pyramid: Pyramid,
    folder: &'a Path,
    colours: &'a Colours,
    /// Whether there may be tiles from an earlier run.
    resumed: bool,
    tiles: usize,
    kept: usize,
}

impl Work<'_> {
    fn draw(&mut self, prepared: &mut Prepared, watch: &mut dyn Watch) -> Result<(), PyramidError> {
        let (width, top) = (self.pyramid.width, self.pyramid.top());
        watch.begin("drawing tiles", prepared.grid().cells());
        // A block of 512 columns at least, so that it has a level of its own.
        let halvings = (prepared.memory() / (BYTES_PER_COLUMN * TILE)).max(2).ilog2();
        let block = TILE << halvings;
        if width <= block {
            return self.block(prepared, 0..width, 0, &mut |_| (), watch);
        }
        let joint = top - halvings;
        let (joint_width, joint_height) = self.pyramid.size(joint);
        let mut kept = vec![0; joint_width * joint_height];
        for first in (0..width).step_by(block) {
            let columns = first..(first + block).min(width);
            let (column, mut row) = (first >> halvings, 0);
            let across = TILE.min(joint_width - column);
            let mut beyond = |rows: &[u8]| {
                for part in rows.chunks(across) {
                    let place = row * joint_width + column;
                    kept[place..place + across].copy_from_slice(part);
                    row += 1;
                }
            };
            self.block(prepared, columns, joint + 1, &mut beyond, watch)?;
        }
        debug_assert_eq!(kept.len(), joint_width * joint_height, "the joint level is whole");
        let mut rest = Cascade::new(joint, 0, (joint_width, joint_height), self.colours.cyclic);
        rest.push(&kept, &mut |tiles| self.write(tiles, 0, false), &mut |_| ())
    }

    /// Levels from the largest to `last` of some columns.
    fn block(
        &mut self,
        prepared: &mut Prepared,
        columns: Range<usize>,
        last: u32,
        beyond: &mut impl FnMut(&[u8]),
        watch: &mut dyn Watch,
    ) -> Result<(), PyramidError> {
        let (top, height) = (self.pyramid.top(), self.pyramid.height);
        let mut cascade = Cascade::new(top, last, (columns.len(), height), self.colours.cyclic);
        let mut band = Vec::new();
        for first in (0..height).step_by(TILE) {
            let lines = first..(first + TILE).min(height);
            let found = self.resumed && self.read(&columns, &lines, &mut band);
            if found {
                watch.advance(columns.len() * lines.len()).map_err(RequestError::from)?;
            } else {
                self.compute(prepared, &columns, &lines, &mut band, watch)?;
            }
            cascade.push(&band, &mut |tiles| self.write(tiles, columns.start, found && tiles.level == top), beyond)?;
        }
        Ok(())
    }

    /// The indices of these columns and lines, counted from the top, from the engine.
    fn compute(
        &self,
        prepared: &mut Prepared,
        columns: &Range<usize>,
        lines: &Range<usize>,
        band: &mut Vec<u8>,
        watch: &mut dyn Watch,
    ) -> Result<(), PyramidError> {
        let (width, height) = (self.pyramid.width, self.pyramid.height);
        let thresholds = prepared.thresholds(&self.colours.thresholds)?;
        let rows = height - lines.end..height - lines.start;
        // Whole rows lie one behind the other and are one run.
        let (runs, long) = if columns.len() == width { (1, rows.len() * width) } else { (rows.len(), columns.len()) };
        band.clear();
        let mut part = Vec::new();
        for run in 0..runs {
            let start = (rows.start + run) * width + columns.start;
            for first in (start..start + long).step_by(PIECE) {
                let next = (first + PIECE).min(start + long);
                prepared.palette(first..next, 0, &thresholds, &mut part)?;
                band.extend_from_slice(&part);
                watch.advance(next - first).map_err(RequestError::from)?;
            }
        }
        // The lowest row came first, and a picture begins at the top.
        let (count, width) = (rows.len(), columns.len());
        for row in 0..count / 2 {
            let (lower, upper) = band.split_at_mut((count - 1 - row) * width);
            lower[row * width..(row + 1) * width].swap_with_slice(&mut upper[..width]);
        }
        Ok(())
    }

    /// The same from the tiles of an earlier run, if all of them are there.
    fn read(&self, columns: &Range<usize>, lines: &Range<usize>, band: &mut Vec<u8>) -> bool {
        let width = columns.len();
        let tile = |first: usize| {
            let across = TILE.min(width - first);
            let path =
                dzi::tile_path(self.folder, self.pyramid.top(), (columns.start + first) / TILE, lines.start / TILE);
            dzi::read_tile(&path, across, lines.len(), &self.colours.palette)
        };
        let firsts: Vec<usize> = (0..width).step_by(TILE).collect();
        let Some(tiles) = firsts.par_iter().map(|&first| tile(first)).collect::<Option<Vec<Vec<u8>>>>() else {
            return false;
        };
        band.clear();
        band.resize(width * lines.len(), 0);
        for (first, tile) in firsts.into_iter().zip(tiles) {
            let across = TILE.min(width - first);
            for (line, part) in band.chunks_mut(width).zip(tile.chunks(across)) {
                line[first..first + across].copy_from_slice(part);
            }
        }
        true
    }

    /// Writes a row of tiles whose first column is column `start` of the largest level; `found` says that they are there.
    fn write(&mut self, tiles: TileRow<'_>, start: usize, found: bool) -> Result<(), PyramidError> {
        let column = (start >> (self.pyramid.top() - tiles.level)) / TILE;
        let count = tiles.width.div_ceil(TILE);
        let one = |k: usize| -> Result<usize, PyramidError> {
            let (first, next) = (k * TILE, ((k + 1) * TILE).min(tiles.width));
            let part: Vec<u8> =
                tiles.indices.chunks(tiles.width).flat_map(|line| &line[first..next]).copied().collect();
            let path = dzi::tile_path(self.folder, tiles.level, column + k, tiles.row);
            let (across, palette) = (next - first, &self.colours.palette);
            if self.resumed && dzi::read_tile(&path, across, part.len() / across, palette).as_ref() == Some(&part) {
                return Ok(1);
            }
            dzi::write_tile(&path, across, &part, palette).map_err(|error| match error {
                PngError::Write(source) => PyramidError::File { path, source },
                other => PyramidError::Picture(other.into()),
            })?;
            Ok(0)
        };
        self.tiles += count;
        self.kept += if found { count } else { (0..count).into_par_iter().map(one).sum::<Result<usize, _>>()? };
        Ok(())
    }
}

impl From<FigureError> for PyramidError {
    fn from(error: FigureError) -> Self {
        Self::Picture(error.into())
    }
}

#[cfg(test)]
mod tests;
