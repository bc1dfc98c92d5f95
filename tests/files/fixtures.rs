//! Files that NumPy, Pillow, tifffile, GDAL and OpenEXR have made hold the numbers that `tests/data/make.py` put there.

use crate::{all, bits, channel, data, header_and_values, open, single};
use gradgrid::io::georef::Unit;
use gradgrid::io::read::{Channel, Dtype, ReadError, ReadOptions};

/// The rule of `make.py`.
fn value(row: usize, column: usize) -> f64 {
    ((row * 37 + column * 11 + row * column * 3) % 241) as f64
}

fn plane(height: usize, width: usize, factor: f64) -> Vec<f64> {
    (0..height * width).map(|cell| value(cell / width, cell % width) * factor).collect()
}

/// The three colours of the RGB pictures.
fn colours() -> [Vec<f64>; 3] {
    let red = plane(9, 11, 1.0);
    let green = (0..99).map(|cell| value(cell % 9, cell / 9)).collect();
    let blue = red.iter().map(|red| 240.0 - red).collect();
    [red, green, blue]
}

fn luminance([red, green, blue]: [&[f64]; 3], white: f64) -> Vec<f64> {
    let sum = |k: usize| 0.2125 * (red[k] / white) + 0.7154 * (green[k] / white) + 0.0721 * (blue[k] / white);
    (0..red.len()).map(sum).collect()
}

/// Reads a file whole and band by band with halos, in both precisions, and compares it with what is expected.
fn check(name: &str, options: &ReadOptions, shape: &[usize], dtype: Dtype, expected: &[f64]) {
    let (header, values) = header_and_values(name, options);
    assert_eq!((header.shape.as_slice(), header.dtype), (shape, dtype), "header of {name}");
    assert_eq!(bits(&values), bits(expected), "values of {name}");
    let (rows, width) = (header.rows(), header.width());
    for (band, halo) in [(1, 0), (3, 1), (7, 2), (16, 16)] {
        let mut reader = open(&data(name), options).expect("opened before");
        let mut out = vec![170.0_f32; 7];
        for first in (0..rows).step_by(band) {
            let range = first.saturating_sub(halo)..(first + band + halo).min(rows);
            reader.read_rows_f32(range.clone(), &mut out).expect("read before");
            let read: Vec<u32> = out.iter().map(|value| value.to_bits()).collect();
            let part: Vec<u32> =
                expected[range.start * width..range.end * width].iter().map(|value| single(*value).to_bits()).collect();
            assert_eq!(read, part, "{name}: rows {range:?}, bands of {band}, halo {halo}");
        }
        assert_eq!(bits(&all(reader.as_mut()).expect("read before")), bits(expected), "{name} again");
        let beyond = reader.read_rows_f32(rows..rows + 1, &mut out);
        assert!(matches!(beyond, Err(ReadError::Rows { .. })), "{name}: a row too many");
    }
}

fn default() -> ReadOptions {
    ReadOptions::default()
}

#[test]
fn arrays_of_numpy() {
    check("fortran-be.npy", &default(), &[5, 7], Dtype::F64, &plane(5, 7, 0.5));
    let volume: Vec<f64> = [-1.0, 0.0, 1.0].iter().flat_map(|factor| plane(3, 4, *factor)).map(|v| v + 0.0).collect();
    check("volume.npy", &default(), &[3, 3, 4], Dtype::I16, &volume);
    let height = ReadOptions { member: Some("height".to_owned()), ..default() };
    check("stored.npz", &height, &[6, 5], Dtype::F32, &plane(6, 5, 0.25));
    check("deflated.npz", &default(), &[40, 30], Dtype::U16, &plane(40, 30, 100.0));
    let error = open(&data("stored.npz"), &default()).expect_err("two arrays").to_string();
    assert!(error.contains("height, other") && error.contains("stored.npz"), "{error}");
    let missing = ReadOptions { member: Some("depth".to_owned()), ..default() };
    assert!(matches!(open(&data("stored.npz"), &missing), Err(ReadError::In { .. })), "no such array");
}

#[test]
fn pictures_without_loss() {
    let [red, green, blue] = colours();
    let grey = luminance([&red, &green, &blue], 255.0);
    check("grey.png", &default(), &[9, 11], Dtype::U8, &red);
    check("grey16.png", &default(), &[9, 11], Dtype::U16, &plane(9, 11, 257.0));
    for name in ["colour.png", "lossless.webp", "rgb.tif"] {
        check(name, &default(), &[9, 11], Dtype::U8, &grey);
        check(name, &channel(Channel::Index(1)), &[9, 11], Dtype::U8, &green);
        check(name, &channel(Channel::Named("b".to_owned())), &[9, 11], Dtype::U8, &blue);
        assert!(open(&data(name), &channel(Channel::Index(3))).is_err(), "{name} has three channels");
        assert!(open(&data(name), &channel(Channel::Named("A".to_owned()))).is_err(), "{name} has no alpha");
    }
    let masked: Vec<f64> =
        red.iter().zip(&grey).map(|(red, grey)| if red % 5.0 == 0.0 { f64::NAN } else { *grey }).collect();
    let opacity: Vec<f64> = red.iter().map(|red| if red % 5.0 == 0.0 { 0.0 } else { 255.0 }).collect();
    for name in ["alpha.png", "alpha.webp"] {
        check(name, &default(), &[9, 11], Dtype::U8, &masked);
        check(name, &channel(Channel::Index(0)), &[9, 11], Dtype::U8, &red);
        check(name, &channel(Channel::Named("A".to_owned())), &[9, 11], Dtype::U8, &opacity);
    }
    let scaled: Vec<f64> = red.iter().map(|red| red / 255.0).collect();
    check("grey.png", &channel(Channel::Luminance), &[9, 11], Dtype::U8, &scaled);
    let (header, values) = header_and_values("palette.png", &default());
    assert_eq!((header.channels, header.shape), (3, vec![9, 11]), "a palette is looked up");
    let far = values.iter().zip(&grey).map(|(value, grey)| (value - grey).abs()).fold(0.0, f64::max);
    assert!(far < 0.25, "16 colours are near: {far}");
}

#[test]
fn channels_that_are_decoded_together_are_the_same() {
    for name in [
        "colour.png",
        "alpha.png",
        "large-rows.png",
        "large-interlaced.png",
        "alpha.webp",
        "large-lossy.webp",
        "colour.jpg",
    ] {
        let first = open(&data(name), &default()).expect("a picture");
        let wanted = ["R", "G", "B"].map(|name| Channel::Named(name.to_owned()));
        let mut readers = wanted.clone().map(|channel| first.beside(&channel).expect("shares").expect("a colour"));
        drop(first);
        let (rows, width) = (readers[0].header().rows(), readers[0].header().width());
        let mut planes = [(); 3].map(|()| Vec::new());
        for band in (0..rows).step_by(5) {
            for (reader, plane) in readers.iter_mut().zip(&mut planes) {
                // Bands with a halo, as the engines read them.
                let (from, mut part) = (band.saturating_sub(2), Vec::new());
                reader.read_rows_f64(from..rows.min(band + 5), &mut part).expect("rows");
                plane.extend_from_slice(&part[(band - from) * width..]);
            }
        }
        for (channel_wanted, plane) in wanted.into_iter().zip(planes) {
            let alone = header_and_values(name, &channel(channel_wanted)).1;
            assert_eq!(bits(&plane), bits(&alone), "{name}");
        }
        assert!(readers[0].beside(&Channel::Index(9)).expect("shares").is_err(), "{name} has no such channel");
    }
    assert!(open(&data("utm.tif"), &default()).expect("a raster").beside(&Channel::Index(0)).is_none(), "opened again");
}

#[test]
fn pictures_with_loss() {
    let smooth: Vec<f64> = (0..24 * 20).map(|cell| (cell / 20 + cell % 20 * 2 + 60) as f64).collect();
    let flipped: Vec<f64> = (0..24 * 20).map(|cell| smooth[(23 - cell / 20) * 20 + cell % 20]).collect();
    let falling: Vec<f64> = smooth.iter().map(|value| 200.0 - value).collect();
    let grey = luminance([&smooth, &flipped, &falling], 255.0);
    let near = |name: &str, options: &ReadOptions, expected: &[f64], most: f64| {
        let (header, values) = header_and_values(name, options);
        assert_eq!(header.shape, [24, 20], "{name}");
        let far = values.iter().zip(expected).map(|(value, wanted)| (value - wanted).abs()).fold(0.0, f64::max);
        assert!(far <= most, "{name}: {far} from what it shows");
    };
    // Levels of 255. Pillow's own decoder is off by 0 (grey.jpg), 1.3 (luminance of the JPEGs), 4.4 (of WebP), 3 and 9 (red);
    // decoders differ in how they round and upsample colours, for which there are 2 or 3 levels more.
    near("grey.jpg", &default(), &smooth, 3.0);
    for name in ["colour.jpg", "progressive.jpg", "lossy.webp"] {
        near(name, &default(), &grey, 6.0 / 255.0);
        near(name, &channel(Channel::Index(0)), &smooth, 12.0);
    }
}

#[test]
fn tiff_of_every_kind() {
    check("strips-lzw.tif", &default(), &[40, 37], Dtype::U8, &plane(40, 37, 1.0));
    check("strips-packbits.tif", &default(), &[40, 37], Dtype::U8, &plane(40, 37, 1.0));
    check("tiles-zstd.tif", &default(), &[40, 37], Dtype::F32, &plane(40, 37, 0.5));
    let falling: Vec<f64> = plane(40, 37, -3.0).iter().map(|value| value + 0.0).collect();
    check("big-be-tiles.tif", &default(), &[40, 37], Dtype::I32, &falling);
    check("double-be.tif", &default(), &[12, 10], Dtype::F64, &plane(12, 10, 0.125));
    check("half.tif", &default(), &[12, 10], Dtype::F16, &plane(12, 10, 0.125));
    let planes = [1.0, 2.0, 3.0].map(|factor| plane(12, 10, factor));
    let [red, green, blue] = [0, 1, 2].map(|k: usize| planes[k].as_slice());
    check("planes.tif", &default(), &[12, 10], Dtype::U16, &luminance([red, green, blue], 65_535.0));
    check("planes.tif", &channel(Channel::Index(2)), &[12, 10], Dtype::U16, blue);
    check("pages.tif", &default(), &[5, 4], Dtype::U8, &plane(5, 4, 1.0));
    check("pages.tif", &ReadOptions { page: 1, ..default() }, &[5, 4], Dtype::U8, &plane(5, 4, 0.0));
    assert!(open(&data("pages.tif"), &ReadOptions { page: 2, ..default() }).is_err(), "two pages");
    let bright: Vec<f64> = plane(9, 11, 1.0).iter().map(|grey| f64::from(*grey > 100.0)).collect();
    check("bits.tif", &default(), &[9, 11], Dtype::U8, &bright);
}

#[test]
fn rasters_of_gdal_know_their_places() {
    let mut dem = plane(40, 37, 0.5);
    dem[3 * 37 + 5] = f64::NAN;
    dem[20 * 37 + 30] = f64::NAN;
    check("utm.tif", &default(), &[40, 37], Dtype::F32, &dem);
    let hidden = |zero: f64| if zero == 0.0 { f64::NAN } else { zero };
    check(
        "degrees.tif",
        &default(),
        &[20, 18],
        Dtype::I16,
        &plane(20, 18, 10.0).into_iter().map(hidden).collect::<Vec<_>>(),
    );
    check("feet.tif", &default(), &[6, 5], Dtype::U8, &plane(6, 5, 1.0));
    let georef =
        |name: &str| header_and_values(name, &default()).0.georef.unwrap_or_else(|| panic!("{name} has a place"));
    let utm = georef("utm.tif");
    assert_eq!((utm.transform, utm.unit), ([4e5, 10.0, 0.0, 5.6e6, 0.0, -20.0], Unit::Metres), "UTM");
    let keys = utm.keys.as_ref().expect("keys");
    assert_eq!(keys.short(3072), Some(32_633), "its code");
    assert!(keys.ascii.starts_with(b"WGS 84 / UTM zone 33N|"), "its words");
    let degrees = georef("degrees.tif");
    let step = 1.0 / 1200.0;
    assert_eq!((degrees.transform, degrees.unit), ([11.5, step, 0.0, 47.25, 0.0, -step], Unit::Degrees), "degrees");
    assert_eq!(georef("feet.tif").unit, Unit::SurveyFeet, "California");
    let point = georef("point.tif");
    assert_eq!((point.transform, point.pixel_is_area), ([1000.0, 10.0, 0.0, 2000.0, 0.0, -10.0], false), "points");
    let grid = utm.grid(37, 40).expect("a grid");
    assert_eq!((grid.axes()[1].min(), grid.axes()[1].spacing()), (5_599_990.0, -20.0), "north is up");
    let mut sparse = vec![f64::NAN; 40 * 40];
    for (cell, value) in plane(16, 16, 1.0).into_iter().enumerate() {
        sparse[(16 + cell / 16) * 40 + 16 + cell % 16] = value;
    }
    check("sparse.tif", &default(), &[40, 40], Dtype::F32, &sparse);
    let (header, _) = header_and_values("gdal.asc", &default());
    assert_eq!(header.georef.expect("a place").transform, [10.0, 5.0, 0.0, 60.0, 0.0, -5.0], "ASCII");
    check("gdal.asc", &default(), &[3, 4], Dtype::F64, &plane(3, 4, 0.5));
}

#[test]
fn pictures_of_openexr() {
    let [red, green, blue] = [1.0, 0.5, 2.0].map(|factor| plane(9, 11, factor));
    for name in ["colour-zip.exr", "colour-piz.exr"] {
        check(name, &default(), &[9, 11], Dtype::F32, &luminance([&red, &green, &blue], 1.0));
        check(name, &channel(Channel::Named("G".to_owned())), &[9, 11], Dtype::F32, &green);
        check(name, &channel(Channel::Index(0)), &[9, 11], Dtype::F32, &blue);
    }
    check("layers.exr", &channel(Channel::Named("Z".to_owned())), &[9, 11], Dtype::F32, &green);
    check("layers.exr", &channel(Channel::Named("N.x".to_owned())), &[9, 11], Dtype::F16, &plane(9, 11, 0.25));
    let error = open(&data("layers.exr"), &channel(Channel::Named("W".to_owned()))).expect_err("no W").to_string();
    assert!(error.contains("N.x, Z"), "{error}");
}
