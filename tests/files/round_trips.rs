//! What the writers write, the readers read: every number, whatever the bands, with its place and its masked cells.

use crate::{all, bits, data, open, open_bytes, single};
use gradgrid::field::Samples;
use gradgrid::io::georef::GeoReference;
use gradgrid::io::read::{Channel, Header, ReadOptions};
use gradgrid::io::write::exr::Exr;
use gradgrid::io::write::geotiff::{Cog, GeoTiff, GeoTiffOptions, Overviews};
use gradgrid::io::write::{Description, Element, WriteError, Writer};
use std::io::Cursor;

/// A plane of numbers that are hard to pack, with holes, an infinity and a negative zero.
fn plane(cells: usize, seed: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..cells).map(|k| ((k * 7919 + seed) as f64 * 0.37).sin() * 1e3).collect();
    values.iter_mut().step_by(17).for_each(|value| *value = f64::NAN);
    values[1] = f64::INFINITY;
    values[2] = -0.0;
    values
}

fn samples(planes: &[Vec<f64>], cells: std::ops::Range<usize>, element: Element) -> Samples {
    let parts = planes.iter().map(|plane| &plane[cells.clone()]);
    match element {
        Element::F32 => Samples::F32(parts.map(|part| part.iter().map(|value| single(*value)).collect()).collect()),
        Element::F64 => Samples::F64(parts.map(<[f64]>::to_vec).collect()),
    }
}

/// Writes planes in bands of some rows.
fn write<'a>(
    planes: &[Vec<f64>],
    width: usize,
    element: Element,
    band: usize,
    open: impl FnOnce(&'a mut Cursor<Vec<u8>>) -> Box<dyn Writer + 'a>,
    file: &'a mut Cursor<Vec<u8>>,
) {
    let mut writer = open(file);
    let rows = planes[0].len() / width;
    for first in (0..rows).step_by(band) {
        let cells = first * width..rows.min(first + band) * width;
        writer.write_rows(&samples(planes, cells, element)).expect("a vector takes all");
    }
    writer.finish().expect("complete");
}

fn geotiff(planes: &[Vec<f64>], shape: &[usize], element: Element, band: usize, options: &GeoTiffOptions) -> Vec<u8> {
    let names = (0..planes.len()).map(|plane| format!("∂f/∂x{plane} & <co>")).collect();
    let description = Description { shape: shape.to_vec(), names, element };
    let mut file = Cursor::new(Vec::new());
    let open =
        |file| -> Box<dyn Writer> { Box::new(GeoTiff::new(file, description, options.clone()).expect("opened")) };
    write(planes, shape[1], element, band, open, &mut file);
    file.into_inner()
}

fn read(file: &[u8], channel: Channel) -> (Header, Vec<f64>) {
    let options = ReadOptions { channel, ..ReadOptions::default() };
    let mut reader = open_bytes(file.to_vec(), &options).expect("a good file");
    let values = all(reader.as_mut()).expect("good numbers");
    (reader.header().clone(), values)
}

fn rounded(values: &[f64], element: Element) -> Vec<u64> {
    let round = |value: &f64| match element {
        Element::F32 => f64::from(single(*value)).to_bits(),
        Element::F64 => value.to_bits(),
    };
    values.iter().map(round).collect()
}

#[test]
fn geotiff_keeps_numbers_in_any_bands() {
    for (shape, planes) in [([600, 300], 1), ([256, 256], 2), ([5, 1000], 3), ([300, 1], 1), ([1, 1], 1)] {
        let planes: Vec<Vec<f64>> = (0..planes)
            .map(|seed| {
                let mut plane = plane((shape[0] * shape[1]).max(3), seed);
                plane.truncate(shape[0] * shape[1]);
                plane
            })
            .collect();
        for element in [Element::F32, Element::F64] {
            for uncompressed in [false, true] {
                let options = GeoTiffOptions { uncompressed, ..GeoTiffOptions::default() };
                let file = geotiff(&planes, &shape, element, 7, &options);
                assert!(file == geotiff(&planes, &shape, element, 301, &options), "{shape:?}: bands change the file");
                for (index, plane) in planes.iter().enumerate() {
                    let (header, values) = read(&file, Channel::Index(index));
                    assert_eq!((header.shape.as_slice(), header.channels), (&shape[..], planes.len()), "header");
                    assert!(header.nodata.is_some_and(f64::is_nan), "nodata is NaN");
                    assert_eq!(bits(&values), rounded(plane, element), "{shape:?} {element:?} plain: {uncompressed}");
                }
            }
        }
    }
}

#[test]
fn big_files_hold_the_same_numbers() {
    let planes: Vec<Vec<f64>> = (0..2).map(|seed| plane(300 * 270, seed)).collect();
    for uncompressed in [false, true] {
        let options = GeoTiffOptions { uncompressed, big: true, ..GeoTiffOptions::default() };
        let file = geotiff(&planes, &[300, 270], Element::F32, 50, &options);
        assert_eq!(file[..8], *b"II\x2b\0\x08\0\0\0", "a BigTIFF with 8-byte places");
        for (index, plane) in planes.iter().enumerate() {
            let (_, values) = read(&file, Channel::Index(index));
            assert_eq!(bits(&values), rounded(plane, Element::F32), "band {index}, plain: {uncompressed}");
        }
    }
    // 4 GiB of cells or more need one, which is known before the first.
    for (shape, magic) in [([30_000, 32_000], 42), ([30_000, 36_000], 43)] {
        let description = Description { shape: shape.to_vec(), names: vec!["f".to_owned()], element: Element::F32 };
        let mut file = Cursor::new(Vec::new());
        let options = GeoTiffOptions { uncompressed: true, ..GeoTiffOptions::default() };
        drop(GeoTiff::new(&mut file, description, options).expect("opened"));
        assert_eq!(file.into_inner()[2], magic, "{shape:?}");
    }
}

/// A file as the COG writer makes it, in bands of so many rows.
fn cog(planes: &[Vec<f64>], shape: [usize; 2], band: usize, options: &GeoTiffOptions, overviews: Overviews) -> Vec<u8> {
    let names = (0..planes.len()).map(|plane| format!("f{plane}")).collect();
    let description = Description { shape: shape.to_vec(), names, element: Element::F32 };
    let mut file = Cursor::new(Vec::new());
    let open = |file| -> Box<dyn Writer> {
        Box::new(Cog::new(file, description, options.clone(), overviews, tempfile::tempfile).expect("opened"))
    };
    write(planes, shape[1], Element::F32, band, open, &mut file);
    file.into_inner()
}

/// The little-endian number of four bytes at a place.
fn number(file: &[u8], place: usize) -> usize {
    u32::from_le_bytes([file[place], file[place + 1], file[place + 2], file[place + 3]]) as usize
}

#[test]
fn cloud_optimised_files_hold_every_view() {
    for (shape, planes, big) in [([700, 301], 1, false), ([520, 1030], 2, true), ([9, 11], 1, false)] {
        let planes: Vec<Vec<f64>> = (0..planes).map(|seed| plane(shape[0] * shape[1], seed)).collect();
        let options = GeoTiffOptions { nodata: Some(-9999.0), big, ..GeoTiffOptions::default() };
        for overviews in [Overviews::Average, Overviews::Nearest] {
            let file = cog(&planes, shape, 7, &options, overviews);
            assert!(file == cog(&planes, shape, 301, &options, overviews), "{shape:?}: bands change the file");
            for (index, plane) in planes.iter().enumerate() {
                let (mut size, mut page) = (shape, 0);
                let (_, mut view) = read(&file, Channel::Index(index));
                assert_eq!(bits(&view), rounded(plane, Element::F32), "{shape:?}: band {index} as it was");
                while size[0].max(size[1]) > 256 {
                    (size, page) = (size.map(|n| n.div_ceil(2)), page + 1);
                    let options = ReadOptions { page, channel: Channel::Index(index), ..ReadOptions::default() };
                    let mut reader = open_bytes(file.clone(), &options).expect("a smaller view");
                    let values = all(reader.as_mut()).expect("its numbers");
                    assert_eq!(
                        (reader.header().shape.as_slice(), values.len()),
                        (&size[..], size[0] * size[1]),
                        "half"
                    );
                    assert_eq!(reader.header().nodata, Some(-9999.0), "holes are known there, too");
                    // Means lie within the values of the view before, and those of an even view are known in full.
                    let known = values.iter().filter(|value| value.is_finite());
                    assert!(known.clone().count() > values.len() / 2, "most cells have data in them");
                    let (low, high) = view
                        .iter()
                        .filter(|v| v.is_finite())
                        .fold((0.0_f64, 0.0_f64), |(a, b), v| (a.min(*v), b.max(*v)));
                    assert!(known.clone().all(|value| (low..=high).contains(value)), "within the view before");
                    if overviews == Overviews::Nearest {
                        let has = |value: &f64| view.iter().any(|v| v.to_bits() == value.to_bits());
                        assert!(values.iter().step_by(97).all(has), "a value that was there");
                    }
                    view = values;
                }
                let beyond = ReadOptions { page: page + 1, ..ReadOptions::default() };
                assert!(open_bytes(file.clone(), &beyond).is_err(), "no page after the one that a tile holds");
            }
        }
    }
}

#[test]
fn cloud_optimised_files_begin_with_their_pages() {
    let file = cog(&[plane(700 * 301, 5)], [700, 301], 50, &GeoTiffOptions::default(), Overviews::Average);
    let note = String::from_utf8_lossy(&file[8..191]).into_owned();
    assert!(note.starts_with("GDAL_STRUCTURAL_METADATA_SIZE=000140 bytes\nLAYOUT=IFDS_BEFORE_DATA\n"), "{note}");
    // Pages in order, then the tiles of the smallest view first, each between its size and its end.
    let (mut page, mut before, mut pages) = (number(&file, 4), file.len(), 0);
    assert_eq!(page, 192, "right after the note");
    let mut after_pages = 0;
    let mut tiles = Vec::new();
    while page != 0 {
        let entries = usize::from(file[page]);
        let entry = |tag: u8| {
            let place = |k: &usize| page + 2 + 12 * k;
            (0..entries).map(|k| place(&k)).find(|at| file[*at..*at + 2] == [tag, 1]).expect("such a tag")
        };
        let values = |at: usize| {
            let (count, at) = (number(&file, at + 4), at + 8);
            let from = if count == 1 { at } else { number(&file, at) };
            (0..count).map(|k| number(&file, from + 4 * k)).collect::<Vec<_>>()
        };
        // Tags 324 and 325 are 0x144 and 0x145.
        let (places, sizes) = (values(entry(0x44)), values(entry(0x45)));
        assert!(places[0] < before, "larger views lie behind smaller ones");
        (before, pages, after_pages) = (places[0], pages + 1, after_pages.max(page));
        tiles.extend(places.into_iter().zip(sizes));
        page = number(&file, page + 2 + 12 * entries);
    }
    assert_eq!(pages, 3, "700, 350 and 175 rows");
    assert!(tiles.iter().all(|(place, _)| *place > after_pages), "pages first");
    for (place, size) in tiles {
        assert_eq!(number(&file, place - 4), size, "the size before the tile");
        assert_eq!(number(&file, place + size), number(&file, place + size - 4), "its end again");
    }
}

#[test]
fn geotiff_keeps_places_keys_and_nodata() {
    for name in ["utm.tif", "degrees.tif", "feet.tif", "point.tif"] {
        let reader = open(&data(name), &ReadOptions::default()).expect("a fixture");
        let georef = reader.header().georef.clone();
        assert!(georef.is_some(), "{name} has a place");
        let options = GeoTiffOptions { georef: georef.clone(), nodata: Some(-9999.0), ..GeoTiffOptions::default() };
        let values = plane(12, 3);
        let file = geotiff(std::slice::from_ref(&values), &[3, 4], Element::F32, 3, &options);
        let (header, back) = read(&file, Channel::Auto);
        assert_eq!((header.georef, header.nodata), (georef, Some(-9999.0)), "{name}");
        assert_eq!(bits(&back), rounded(&values, Element::F32), "{name}: holes are nodata and read as holes");
    }
    let turned = GeoReference::unknown([1.0, 2.0, 0.5, 3.0, -0.25, -2.0]);
    let options = GeoTiffOptions { georef: Some(turned.clone()), ..GeoTiffOptions::default() };
    let (header, _) = read(&geotiff(&[plane(12, 3)], &[3, 4], Element::F64, 3, &options), Channel::Auto);
    assert_eq!(header.georef.expect("a place").transform, turned.transform, "a rotated raster");
}

#[test]
fn exr_keeps_numbers_by_name() {
    for (shape, element) in [([40, 30], Element::F32), ([16, 7], Element::F64), ([1, 3], Element::F32)] {
        let planes: Vec<Vec<f64>> = (0..3).map(|seed| plane(shape[0] * shape[1], seed)).collect();
        let names = ["z".to_owned(), "∂f/∂x, a name of more than 31 bytes".to_owned(), "a".to_owned()];
        let description = Description { shape: shape.to_vec(), names: names.to_vec(), element };
        let mut files = Vec::new();
        for band in [3, 40] {
            let mut file = Cursor::new(Vec::new());
            let open = |file| -> Box<dyn Writer> { Box::new(Exr::new(file, &description).expect("opened")) };
            write(&planes, shape[1], element, band, open, &mut file);
            files.push(file.into_inner());
        }
        assert!(files[0] == files[1], "{shape:?}: bands change the file");
        for (name, plane) in names.iter().zip(&planes) {
            let (header, values) = read(&files[0], Channel::Named(name.clone()));
            assert_eq!((header.shape.as_slice(), header.channels), (&shape[..], 3), "header");
            assert_eq!(bits(&values), rounded(plane, Element::F32), "{shape:?} {name}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let description = Description { shape: vec![2, 2, 2], names: vec!["f".to_owned()], element: Element::F32 };
    let error = GeoTiff::new(Cursor::new(Vec::new()), description.clone(), GeoTiffOptions::default()).expect_err("3-D");
    assert!(error.to_string().contains("3 axes"), "{error}");
    assert!(matches!(Exr::new(Cursor::new(Vec::new()), &description), Err(WriteError::Unfit { .. })), "3-D");
    let twice = Description { shape: vec![2, 2], names: vec!["f".to_owned(); 2], ..description.clone() };
    assert!(matches!(Exr::new(Cursor::new(Vec::new()), &twice), Err(WriteError::Unfit { .. })), "one name twice");
    let plane = Description { shape: vec![2, 2], ..description };
    let tiff = GeoTiff::new(Cursor::new(Vec::new()), plane, GeoTiffOptions::default()).expect("opened");
    assert!(Box::new(tiff).finish().is_err(), "no rows came");
}
