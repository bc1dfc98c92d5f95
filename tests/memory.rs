//! No reader uses more memory than it was allowed, on good files, on files that are cut off, and on mutated ones.
//!
//! The limit of [`ReadOptions`] is what a decoder may hold. Above it every reader has a few blocks of fixed size, whatever the file says;
//! together they are below [`BLOCKS`]. The allocator counts, so this program has but one test: nothing else may run beside it.

use cap::Cap;
use gradgrid::io::read::{ReadError, ReadOptions, open_bytes};
use std::alloc::System;
use std::io::Write;
use std::path::PathBuf;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What a reader may use beside its limit: a block of 128 KiB as bytes and as up to five planes of doubles, two buffers of 64 KiB, the tables
/// of a decoder, and what is known of the file.
const BLOCKS: u64 = 1 << 20;

/// The limit for damaged files.
const LIMIT: u64 = 1 << 19;

/// Mutations of each file.
const MUTATIONS: u64 = 600;

fn files() -> Vec<(String, Vec<u8>)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "data"].iter().collect();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder of files")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".py"))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), std::fs::read(folder.join(name)).expect("a file"))).collect()
}

fn options(name: &str, limit: u64) -> ReadOptions {
    ReadOptions { limit, member: (name == "stored.npz").then(|| "height".to_owned()), ..ReadOptions::default() }
}

/// Reads a file in bands of eight rows, as the commands do, and a part of it again.
fn read(file: &[u8], options: &ReadOptions, out: &mut Vec<f64>) -> Result<(), ReadError> {
    let mut reader = open_bytes(file.to_vec(), options)?;
    let (rows, width) = (reader.header().rows(), reader.header().width());
    // A sparse file may honestly be large.
    if width > out.capacity() / 8 {
        return Ok(());
    }
    for first in (0..rows.min(1024)).step_by(8).chain([rows.min(1024) / 2]) {
        reader.read_rows_f64(first..rows.min(first + 8), out)?;
    }
    Ok(())
}

/// Runs something and gives the bytes that it held at most beyond what was held before, if more than `bound`.
///
/// The allocator knows the largest sum since the program began. Ballast, which is asked for and never touched, lifts the present
/// sum to that, so that every byte more is seen.
fn excess(bound: u64, run: impl FnOnce()) -> u64 {
    let (most, now) = (MEMORY.max_allocated(), MEMORY.allocated());
    let bound = usize::try_from(bound).expect("small");
    let ballast: Vec<u8> = Vec::with_capacity((most - now).saturating_sub(bound));
    assert!(MEMORY.allocated() + bound <= most, "the largest sum leaves room");
    run();
    drop(ballast);
    let over = MEMORY.max_allocated() - most;
    if over == 0 { 0 } else { (bound + over) as u64 }
}

/// Whether a file can be read within so much.
fn fits(name: &str, file: &[u8], limit: u64, out: &mut Vec<f64>) -> bool {
    match read(file, &options(name, limit), out) {
        Ok(()) => true,
        Err(ReadError::TooBig { needs, limit: said, .. }) => {
            assert!(needs > limit && said == limit, "{name}: {needs} bytes are more than {limit}");
            false
        }
        // Decoders of other people say it in their own words.
        Err(_) => false,
    }
}

/// The next of a sequence of numbers without pattern (Steele, Lea and Flood's `SplitMix64`).
fn random(state: &mut u64, end: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) % end.max(1) as u64).expect("small")
}

/// Overwrites one to three numbers of a file, most of them near its start or end, by numbers that are large or small.
fn mutated(file: &[u8], state: &mut u64) -> Vec<u8> {
    let mut file = file.to_vec();
    for _ in 0..=random(state, 3) {
        let (len, near) = (file.len(), file.len().min(300));
        let place = [random(state, near), len - 1 - random(state, near), random(state, len)][random(state, 3)];
        let width = [1, 2, 4, 8][random(state, 4)].min(len - place);
        let value = [0_u64, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10_0000, 0x7fff_ffff, u64::MAX][random(state, 9)];
        let bytes = if random(state, 2) == 0 { value.to_le_bytes() } else { value.to_be_bytes() };
        let from = if random(state, 2) == 0 { 0 } else { 8 - width };
        file[place..place + width].copy_from_slice(&bytes[from..from + width]);
    }
    file
}

/// TIFF files of one strip of 1000 bytes, whose packed data goes on for 64 MiB: one block of zeros, and zeros behind the first of many.
fn bombs() -> [(&'static str, Vec<u8>); 2] {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 64 << 20]).expect("memory");
    let deflated = encoder.finish().expect("memory");
    // Each block of run-length zstd is one byte repeated 128 Ki times: RFC 8878, section 3.1.1.2.
    let mut zstd = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x38];
    (0..512_u32).for_each(|k| {
        zstd.extend([((0x2_0000 << 3) + 2 + u32::from(k == 511)).to_le_bytes()[..3].to_vec(), vec![0]].concat())
    });
    [("deflate bomb", 8, deflated), ("zstd bomb", 50_000, zstd)].map(|(name, code, packed)| {
        let tags = [
            (256, 1000),
            (257, 1),
            (258, 8),
            (259, code),
            (262, 1),
            (273, 122),
            (277, 1),
            (278, 1),
            (279, packed.len()),
        ];
        let mut file = b"II\x2a\0\x08\0\0\0\x09\0".to_vec();
        for (tag, value) in tags {
            file.extend(u16::to_le_bytes(tag));
            file.extend([4, 0, 1, 0, 0, 0]);
            file.extend(u32::try_from(value).expect("small").to_le_bytes());
        }
        file.extend([0; 4]);
        file.extend(packed);
        (name, file)
    })
}

#[test]
fn no_reader_holds_more_than_it_may() {
    let files = files();
    // The caller's own numbers are not the reader's. The threads of the pool are begun, and the largest sum leaves room for measurements.
    let mut out: Vec<f64> = Vec::with_capacity(8 << 13);
    for (name, file) in &files {
        assert!(fits(name, file, 1 << 30, &mut out), "{name} is good");
    }
    drop(Vec::<u8>::with_capacity(256 << 20));
    let mut failures = Vec::new();
    // `open_bytes` holds the file, and once more while it moves it; the copy of the test is a third.
    let bound = |file: &[u8], limit: u64| limit + BLOCKS + 3 * file.len() as u64;
    let mut needed = 0;
    for (name, file) in &files {
        // The least that it can be read with.
        let (mut low, mut high) = (0, 1 << 26);
        while high - low > 4096 {
            let middle = u64::midpoint(low, high);
            if fits(name, file, middle, &mut out) { high = middle } else { low = middle }
        }
        needed = needed.max(high);
        let held = excess(bound(file, high), || assert!(fits(name, file, high, &mut out), "{name} within {high}"));
        if held > 0 {
            failures.push(format!("{name} holds {held} bytes and was allowed {high}"));
        }
        let shown = excess(bound(file, high) - high - BLOCKS, || _ = fits(name, file, high, &mut out));
        println!("{name}: limit {high}, held {}", shown.saturating_sub(3 * file.len() as u64));
        let lengths = (0..file.len()).step_by((file.len() / 200).max(1));
        let mut state = file.len() as u64;
        let damaged = lengths.map(|length| file[..length].to_vec());
        let damaged = damaged.chain((0..MUTATIONS).map(|_| mutated(file, &mut state)));
        for (number, damaged) in damaged.enumerate() {
            // What it reads as is the business of other tests.
            let held = excess(bound(&damaged, LIMIT), || _ = fits(name, &damaged, LIMIT, &mut out));
            if held > 0 {
                failures.push(format!("{name}, damage {number}: holds {held} bytes and was allowed {LIMIT}"));
            }
        }
    }
    for (name, file) in bombs() {
        let held = excess(bound(&file, LIMIT), || _ = fits(name, &file, LIMIT, &mut out));
        if held > 0 {
            failures.push(format!("{name}: holds {held} bytes and was allowed {LIMIT}"));
        }
    }
    assert!(needed > 2 * LIMIT, "some of the files need more than damaged files are allowed: {needed}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let judged = excess(BLOCKS, || drop(Vec::<u8>::with_capacity(3 << 20)));
    assert_eq!(judged, 3 << 20, "the measure sees three megabytes");
}
