//! What the writers write, the readers read: every number, whatever the bands, with its place and its masked cells.

use crate::{all, bits, data, open, open_bytes, single};
use gradgrid::field::Samples;
use gradgrid::io::georef::GeoReference;
use gradgrid::io::read::{Channel, Header, ReadOptions};
use gradgrid::io::write::exr::Exr;
use gradgrid::io::write::geotiff::{GeoTiff, GeoTiffOptions};
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
