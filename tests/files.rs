//! Files of samples: made by other tools, written and read back, cut off and mutated, all of it within little memory.

#[path = "files/fixtures.rs"]
mod fixtures;
#[path = "files/hostile.rs"]
mod hostile;
#[path = "files/round_trips.rs"]
mod round_trips;

use cap::Cap;
use gradgrid::io::read::{Channel, Header, ReadError, ReadOptions, Reader, open, open_bytes};
use std::alloc::System;
use std::path::PathBuf;

/// All tests of this program together get by with this memory, or it ends: a header must not make a reader ask for more.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, 192 << 20);

/// The folder of the files that `make.py` makes.
fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect()
}

/// All values of a reader, the bits of `f64` with them.
fn all(reader: &mut dyn Reader) -> Result<Vec<f64>, ReadError> {
    let mut values = Vec::new();
    reader.read_rows_f64(0..reader.header().rows(), &mut values)?;
    Ok(values)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn header_and_values(name: &str, options: &ReadOptions) -> (Header, Vec<f64>) {
    let mut reader = open(&data(name), options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let values = all(reader.as_mut()).unwrap_or_else(|error| panic!("{name}: {error}"));
    (reader.header().clone(), values)
}

/// Rounded to single precision once.
#[expect(clippy::cast_possible_truncation, reason = "the rounding that is meant")]
fn single(value: f64) -> f32 {
    value as f32
}

fn channel(channel: Channel) -> ReadOptions {
    ReadOptions { channel, ..ReadOptions::default() }
}
