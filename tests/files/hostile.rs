//! Files that are cut off, mutated, or lie about their size give an error or the right numbers, in little memory.
//!
//! The whole program runs under a cap on its memory (see the crate root), so a claim that is believed ends it.

use crate::{all, bits, data, open_bytes, single};
use gradgrid::io::read::{Dtype, RawShape, ReadOptions};

/// What the readers may use here.
const LIMIT: u64 = 2 << 20;

/// Mutations per format, in the short run and in the long one.
const SOME: usize = 10_000;
const MANY: usize = 100_000;

fn options(name: &str) -> ReadOptions {
    let member = (name == "stored.npz").then(|| "height".to_owned());
    let shape = RawShape { shape: vec![3, 3, 4], dtype: Dtype::I16, big_endian: false, offset: 128 };
    let raw = (name == "volume.npy raw").then_some(shape);
    ReadOptions { limit: LIMIT, member, raw, ..ReadOptions::default() }
}

/// A small generator (Steele, Lea and Flood's SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("small")
    }
}

/// Changes a file in one to three places, headers (at the start and at the end) more often than the rest.
fn mutate(file: &mut Vec<u8>, random: &mut Random) {
    const NASTY: [u64; 12] =
        [0, 1, 2, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0x7fff_ffff_ffff_ffff];
    for _ in 0..=random.below(3) {
        let len = file.len();
        let place = match random.below(4) {
            0 => random.below(len),
            1 => len - 1 - random.below(len.min(160)),
            _ => random.below(len.min(400)),
        };
        match random.below(8) {
            0 => file[place] ^= 1 << random.below(8),
            1 => file[place] = random.next().to_le_bytes()[0],
            2 | 3 => {
                let width = [1, 2, 4, 8][random.below(4)].min(len - place);
                let value = NASTY[random.below(NASTY.len())];
                let bytes = if random.below(2) == 0 { value.to_le_bytes() } else { value.swap_bytes().to_le_bytes() };
                let bytes = if random.below(2) == 0 { &bytes[..width] } else { &bytes[8 - width..] };
                file[place..place + width].copy_from_slice(bytes);
            }
            4 => {
                // A digit or a sign, for what is text.
                file[place] = b"0123456789-+.eE ,()"[random.below(19)];
            }
            5 => file.truncate(place.max(1)),
            6 => {
                let end = (place + random.below(16)).min(len);
                let copy: Vec<u8> = file[place..end].to_vec();
                let to = random.below(len);
                file.splice(to..to, copy);
            }
            _ => {
                let end = (place + 1 + random.below(8)).min(len);
                file.drain(place..end);
                if file.is_empty() {
                    file.push(0);
                }
            }
        }
    }
}

/// Makes the checksums of a PNG file right again, so that mutations reach what lies behind them.
fn repair_png(file: &mut [u8]) {
    let mut place = 8;
    while let Some(head) = file.get(place..place + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(end) = place.checked_add(8 + length).filter(|end| end + 4 <= file.len()) else { return };
        let sum = crc32fast::hash(&file[place + 4..end]);
        file[end..end + 4].copy_from_slice(&sum.to_be_bytes());
        place = end + 4;
    }
}

fn file(name: &str) -> Vec<u8> {
    let name = name.split(' ').next().unwrap_or(name);
    std::fs::read(data(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads all, in two bands.
fn read(bytes: Vec<u8>, options: &ReadOptions) -> Option<Vec<u64>> {
    let mut reader = open_bytes(bytes, options).ok()?;
    let rows = reader.header().rows();
    // A sparse or constant file may honestly be large; reading a part of it is enough then.
    if reader.header().cells() > 1 << 16 {
        let some = rows.min((1 << 16) / reader.header().width().min(1 << 16));
        let mut out = Vec::new();
        let _ = reader.read_rows_f32(0..some, &mut out);
        return None;
    }
    let (mut narrow, width) = (Vec::new(), reader.header().width());
    let half = reader.read_rows_f32(rows / 2..rows, &mut narrow).is_ok();
    let values = all(reader.as_mut()).ok()?;
    assert_eq!(values.len(), rows * width, "as many numbers as the header has cells");
    if half {
        // Either way the same numbers, rounded once.
        let wide = values[rows / 2 * width..].iter().map(|value| single(*value).to_bits());
        assert!(narrow.iter().map(|value| value.to_bits()).eq(wide), "the second half in single precision");
    }
    Some(bits(&values))
}

/// Whether the format has checksums over its data, so that damage cannot pass for data.
fn is_guarded(name: &str) -> bool {
    name.ends_with(".png") || name.ends_with(".npz")
}

fn cut(names: &[&str]) {
    for name in names {
        let (file, options) = (file(name), options(name));
        let whole = read(file.clone(), &options).unwrap_or_else(|| panic!("{name} is good"));
        for length in 0..file.len() {
            if let Some(values) = read(file[..length].to_vec(), &options) {
                assert!(values == whole, "{name} cut to {length} of {} bytes reads otherwise", file.len());
            }
        }
    }
}

fn change(names: &[&str], seed: u64, mutations: usize) {
    let mut random = Random(seed);
    let originals: Vec<_> = names.iter().map(|name| (*name, file(name), options(name))).collect();
    let wholes: Vec<_> = originals.iter().map(|(_, file, options)| read(file.clone(), options)).collect();
    let (mut good, mut bad) = (0, 0);
    for turn in 0..mutations {
        let (name, original, options) = &originals[turn % names.len()];
        let mut file = original.clone();
        mutate(&mut file, &mut random);
        let repaired = name.ends_with(".png") && turn % 2 == 0;
        if repaired {
            repair_png(&mut file);
        }
        match read(file, options) {
            Some(values) if is_guarded(name) && !repaired => {
                assert!(Some(&values) == wholes[turn % names.len()].as_ref(), "{name}, mutation {turn}: wrong numbers");
                good += 1;
            }
            Some(_) => good += 1,
            None => bad += 1,
        }
    }
    assert!(good > 0 && bad > mutations / 100, "mutations matter: {good} read, {bad} refused");
}

macro_rules! formats {
    ($($format:ident: $names:expr, $seed:expr;)*) => {$(
        mod $format {
            #[test]
            fn cut_anywhere_it_is_refused_or_right() {
                super::cut(&$names);
            }

            #[test]
            fn mutated_it_is_refused_or_read() {
                super::change(&$names, $seed, super::SOME);
            }

            #[test]
            #[ignore = "takes seconds to a quarter of a minute; tests/run runs it"]
            fn mutated_100_000_times_it_is_refused_or_read() {
                super::change(&$names, $seed + 100, super::MANY);
            }
        }
    )*};
}

formats! {
    npy: ["fortran-be.npy", "volume.npy", "volume.npy raw"], 1;
    npz: ["stored.npz", "deflated.npz"], 2;
    png: ["grey16.png", "alpha.png", "palette.png"], 3;
    jpeg: ["grey.jpg", "colour.jpg", "progressive.jpg"], 4;
    webp: ["lossless.webp", "alpha.webp", "lossy.webp"], 5;
    strips: ["strips-lzw.tif", "strips-packbits.tif", "planes.tif", "double-be.tif", "bits.tif", "feet.tif"], 6;
    tiles: ["tiles-zstd.tif", "big-be-tiles.tif", "degrees.tif", "sparse.tif", "point.tif"], 7;
    exr: ["colour-zip.exr", "colour-piz.exr", "layers.exr"], 8;
    ascii: ["gdal.asc"], 9;
}

#[test]
fn claims_are_checked_before_memory_is_asked_for() {
    let mut npy = b"\x93NUMPY\x01\x00\x50\x00".to_vec();
    npy.extend(format!("{:<79}\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 200000), }").as_bytes());
    let error = open_bytes(npy, &ReadOptions::default()).expect_err("160 GB in 90 bytes").to_string();
    assert!(error.contains("160000000000"), "{error}");
    let mut asc = b"ncols 1000000\nnrows 1000000\ncellsize 1\n".to_vec();
    asc.extend(b"1 2 3");
    assert!(open_bytes(asc, &ReadOptions::default()).is_err(), "a million million numbers in 43 bytes");
}

/// Bytes that no number of a file depends on: they do not lie within its data, and do not say where that lies or what it means.
#[test]
fn what_lies_around_the_data_changes_nothing() {
    for name in [
        "volume.npy",
        "fortran-be.npy",
        "utm.tif",
        "planes.tif",
        "tiles-zstd.tif",
        "big-be-tiles.tif",
        "grey16.png",
        "colour.jpg",
        "alpha.webp",
        "colour-zip.exr",
        "stored.npz",
    ] {
        let (file, options) = (file(name), options(name));
        let whole = read(file.clone(), &options).unwrap_or_else(|| panic!("{name} is good"));
        for rest in [&b"\0"[..], b"rubbish", &[0xff; 700]] {
            if let Some(values) = read([&file, rest].concat(), &options) {
                assert!(values == whole, "{name} reads otherwise with {} bytes after its end", rest.len());
            }
        }
    }
    // The padding of an NPY header, and words of a TIFF file.
    for (name, words) in [("volume.npy", &b"}    "[..]), ("tiles-zstd.tif", b"tifffile.py")] {
        let (mut file, options) = (file(name), options(name));
        let whole = read(file.clone(), &options);
        let place = file.windows(words.len()).position(|window| window == words).expect("such words");
        file[place + 3] = if name.ends_with("npy") { b'\t' } else { b'X' };
        assert!(read(file, &options) == whole && whole.is_some(), "{name}: the numbers stay");
    }
}
