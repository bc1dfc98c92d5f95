//! Pyramids against the plain picture, in whole blocks and in narrow ones, at once and after interruptions.

use super::*;
use crate::engine::EngineChoice;
use crate::expr::formula::Formula;
use crate::figure::PictureFormat;
use crate::grid::Grid;
use crate::picture::write_picture;
use crate::request::Request;
use crate::tile::watch::{Interrupted, Silent};
use reduce::halve;
use std::collections::BTreeMap;

const FORMULA: &str = "sin(x*y) + ln(x+6) + sqrt(30-x²-y²)";
const SIZE: (usize, usize) = (1301, 771);

/// Runs `act` on a request over a plane.
fn with<R>(memory: usize, quantity: &Quantity, act: impl FnOnce(&mut Prepared) -> R) -> R {
    let formula = Formula::parse(FORMULA).expect("a formula");
    let grid = Grid::plane((-5.0, 5.0, SIZE.0), (-3.0, 5.0, SIZE.1)).expect("a grid");
    let request = Request::new(&formula, &grid).quantity(quantity.clone()).engine(EngineChoice::Cpu).memory(memory);
    act(&mut request.prepare().expect("a program"))
}

fn draw(dzi: &Path, memory: usize, overwrite: bool, watch: &mut dyn Watch) -> Result<PyramidSummary, PyramidError> {
    let words = vec![("Formula".to_owned(), FORMULA.to_owned())];
    with(memory, &Quantity::Value, |prepared| {
        write_pyramid(prepared, &Quantity::Value, &PictureOptions::default(), dzi, &words, overwrite, watch)
    })
}

/// The indices and the palette of a PNG file.
fn pixels(png: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut decoder = png::Decoder::new(io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut indices = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut indices).expect("its pixels");
    (indices, reader.info().palette.as_deref().expect("a palette").to_vec())
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => drop(all.insert(path.clone(), fs::read(path).expect("a file"))),
        }
    }
    all
}

/// A level put together from its tiles, each of which must have its proper size.
fn level(folder: &Path, level: u32) -> Vec<u8> {
    let pyramid = Pyramid { width: SIZE.0, height: SIZE.1 };
    let ((width, height), (columns, rows)) = (pyramid.size(level), pyramid.tiles(level));
    let mut all = vec![0; width * height];
    for (column, row) in (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))) {
        let png = fs::read(dzi::tile_path(folder, level, column, row)).expect("a tile");
        let (left, upper) = (column * TILE, row * TILE);
        let (across, down) = (TILE.min(width - left), TILE.min(height - upper));
        let (tile, _) = pixels(&png);
        assert_eq!(tile.len(), across * down, "size of tile {column}, {row} of level {level}");
        for (line, part) in tile.chunks(across).enumerate() {
            let place = (upper + line) * width + left;
            all[place..place + across].copy_from_slice(part);
        }
    }
    all
}

#[test]
fn the_largest_level_is_the_plain_picture_and_the_others_its_halves() {
    let folder = tempfile::tempdir().expect("a folder");
    let dzi = folder.path().join("f.dzi");
    let summary = draw(&dzi, 1 << 28, false, &mut Silent).expect("drawn");
    let tiles = dzi::folder_of(&dzi);
    let bare = PictureOptions { bare: true, ..PictureOptions::default() };
    let (png, picture) = with(1 << 28, &Quantity::Value, |prepared| {
        write_picture(prepared, &Quantity::Value, &bare, PictureFormat::Png, Vec::new(), &mut Silent).expect("drawn")
    });
    let (mut want, palette) = pixels(&png);
    assert!(want.contains(&0) && want.contains(&1) && want.contains(&255), "no data, and the whole scale");
    let first = fs::read(dzi::tile_path(&tiles, 11, 0, 0)).expect("a tile");
    assert_eq!(pixels(&first).1, palette, "the colours of the plain picture");
    let pyramid = Pyramid { width: SIZE.0, height: SIZE.1 };
    assert_eq!((summary.levels, pyramid.top()), (12, 11), "1 to 2048");
    assert_eq!(summary.tiles, (0..12).map(|l| pyramid.tiles(l)).map(|(a, b)| a * b).sum::<usize>(), "all tiles");
    assert_eq!((summary.picture.masked, summary.picture.extremes), (picture.masked, picture.extremes), "the summary");
    let mut width = SIZE.0;
    for number in (0..=11).rev() {
        assert_eq!(level(&tiles, number), want, "level {number}");
        want = halve(&want, width, false);
        width = width.div_ceil(2);
    }
    assert_eq!(fs::read_to_string(&dzi).expect("written"), pyramid.xml(), "the text");
}

#[test]
fn narrow_blocks_give_the_same_files() {
    let (wide, narrow) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    draw(&wide.path().join("f.dzi"), 1 << 28, false, &mut Silent).expect("drawn");
    // Blocks of 512 columns.
    draw(&narrow.path().join("f.dzi"), 1, false, &mut Silent).expect("drawn");
    let (want, got) = (files(wide.path()), files(narrow.path()));
    let strip = |all: &BTreeMap<PathBuf, Vec<u8>>, root: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        all.iter().map(|(p, b)| (p.strip_prefix(root).expect("below").to_owned(), b.clone())).collect()
    };
    assert!(strip(&want, wide.path()) == strip(&got, narrow.path()), "{} and {} files", want.len(), got.len());
}

/// Ends the work after so many cells.
#[derive(Debug)]
struct Impatient(usize);

impl Watch for Impatient {
    fn begin(&mut self, _: &str, _: usize) {}
    fn advance(&mut self, cells: usize) -> Result<(), Interrupted> {
        self.0 = self.0.checked_sub(cells).ok_or(Interrupted)?;
        Ok(())
    }
}

#[test]
fn interrupted_work_is_taken_up_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let dzi = folder.path().join("f.dzi");
    draw(&dzi, 1 << 28, false, &mut Silent).expect("drawn");
    let want = files(folder.path());
    // In the first pass; after one band; in the last of three narrow blocks; in the last band.
    let first = SIZE.0 * SIZE.1;
    for (memory, cells) in [(1 << 28, 0), (1 << 28, first + 400_000), (1, first + 900_000), (1 << 28, 2 * first - 1)] {
        for entry in fs::read_dir(folder.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("removed");
        }
        let ended = draw(&dzi, memory, false, &mut Impatient(cells));
        assert!(
            matches!(&ended, Err(PyramidError::Request(RequestError::Interrupted(_)) | PyramidError::Picture(_))),
            "{ended:?}"
        );
        assert!(!dzi.exists(), "the name comes last");
        // A killed run may leave a part; a careless hand may harm a tile.
        let harmed = dzi::tile_path(&dzi::folder_of(&dzi), 11, 1, 0);
        if harmed.exists() {
            fs::write(&harmed, "no tile").expect("room");
            fs::write(harmed.with_extension("png.part"), "half a tile").expect("room");
        }
        let summary = draw(&dzi, memory, false, &mut Silent).expect("taken up");
        assert!(files(folder.path()) == want, "after {cells} cells");
        assert_eq!(summary.kept > 0, cells > first, "{summary:?} after {cells} cells");
    }
}

#[test]
fn what_is_there_is_replaced_only_when_asked_and_only_if_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let dzi = folder.path().join("f.dzi");
    let tiles = dzi::folder_of(&dzi);
    draw(&dzi, 1 << 28, false, &mut Silent).expect("drawn");
    let want = files(folder.path());
    assert!(matches!(draw(&dzi, 1 << 28, false, &mut Silent), Err(PyramidError::Exists(_))), "it is there");
    fs::create_dir(tiles.join("12")).expect("a level too many");
    draw(&dzi, 1 << 28, true, &mut Silent).expect("replaced");
    assert!(files(folder.path()) == want && !tiles.join("12").exists(), "the same again, and nothing else");
    fs::remove_file(&dzi).expect("there");
    let other = vec![("Formula".to_owned(), "y".to_owned())];
    let another = |overwrite| {
        with(1 << 28, &Quantity::Magnitude, |prepared| {
            let options = PictureOptions::default();
            write_pyramid(prepared, &Quantity::Magnitude, &options, &dzi, &other, overwrite, &mut Silent)
        })
    };
    let refused = another(false).expect_err("tiles of another picture");
    assert!(refused.to_string().contains("--overwrite"), "{refused}");
    another(true).expect("replaced");
    assert!(files(folder.path()) != want, "another picture");
    fs::remove_file(tiles.join(state::NAME)).expect("there");
    assert!(matches!(another(true), Err(PyramidError::Foreign(_) | PyramidError::Exists(_))), "not known to be ours");
    assert!(tiles.join("0/0_0.png").exists(), "and left alone");
}
