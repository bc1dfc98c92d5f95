//! What was found between two files, in words and for machines: how many values differ, how much, and the first of them.

use crate::cli::failure::Failure;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes, and cells, that are compared at a time.
pub(super) const BLOCK: usize = 256 * 1024;

/// Cells or pixels that are told one by one.
const TOLD: usize = 3;

/// What was found.
#[derive(Debug)]
pub(super) enum Difference {
    /// Every byte is the same.
    None,
    /// The pixels are, and the file is packed otherwise.
    Packed,
    /// All is the same but words that may differ, such as the version.
    Reworded,
    /// Not the same size or kind.
    Shape(String),
    /// Values differ.
    Values(Tally),
    /// Colours of pixels differ.
    Pixels(Tally),
    /// Bytes differ, this one first, and no value.
    Bytes(u64),
}

impl Difference {
    /// Whether the files hold the same.
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None | Self::Packed | Self::Reworded)
    }

    /// In words.
    pub(super) fn text(&self) -> String {
        match self {
            Self::None => "the same, byte for byte".to_owned(),
            Self::Packed => "the same pixels and words, packed otherwise".to_owned(),
            Self::Reworded => "the same values, made by another version or on another device".to_owned(),
            Self::Shape(what) => what.clone(),
            Self::Bytes(place) => format!("byte {place} differs, and no value does"),
            Self::Values(tally) => {
                let ulp = tally.ulp.map_or(String::new(), |ulp| format!(" ({ulp} ulp)"));
                let masked = if tally.masked > 0 {
                    format!(", {} masked in one of them only", tally.masked)
                } else {
                    String::new()
                };
                format!("{}, by at most {:e}{ulp}{masked}; {}", tally.count("values"), tally.largest, tally.told())
            }
            Self::Pixels(tally) => {
                format!("{}, by at most {} levels; {}", tally.count("pixels"), tally.largest, tally.told())
            }
        }
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Packed | Self::Reworded | Self::Shape(_) => json!({ "text": self.text() }),
            Self::Bytes(place) => json!({ "text": self.text(), "byte": place }),
            Self::Values(tally) | Self::Pixels(tally) => json!({
                "text": self.text(),
                "cells": tally.cells,
                "differing": tally.differing,
                "largest": tally.largest,
                "ulp": tally.ulp,
                "first": tally.first,
            }),
        }
    }
}

/// A failure that names the file.
pub(super) fn trouble(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |error| Failure::input(format_args!("cannot read '{}': {error}", path.display()))
}

/// Differences of values, or of pixels in levels of their colours.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) cells: u64,
    pub(super) differing: u64,
    pub(super) largest: f64,
    /// The same in numbers between the two, where that means something.
    pub(super) ulp: Option<u64>,
    /// Cells that are masked in one file only.
    pub(super) masked: u64,
    /// Where the first are, and what they say.
    pub(super) first: Vec<String>,
}

impl Tally {
    /// `2 of 9 values differ`
    fn count(&self, what: &str) -> String {
        format!("{} of {} {what} differ", self.differing, self.cells)
    }

    /// `the first: …`
    fn told(&self) -> String {
        format!("the first: {}", self.first.join("; "))
    }

    /// Counts a difference.
    pub(super) fn add(&mut self, difference: f64, ulp: Option<u64>, tell: impl FnOnce() -> String) {
        self.differing += 1;
        self.largest = self.largest.max(difference);
        self.ulp = self.ulp.max(ulp);
        if self.first.len() < TOLD {
            self.first.push(tell());
        }
    }

    /// Takes over the differences of a part; `place` says which.
    pub(super) fn merge(&mut self, part: Self, place: &str) {
        self.differing += part.differing;
        self.largest = self.largest.max(part.largest);
        self.first.extend(part.first.into_iter().map(|told| format!("{place}{told}")));
        self.first.truncate(TOLD);
    }

    /// Compares cells, the first of which has number `first` in an array of this shape.
    pub(super) fn cells(
        &mut self,
        [then, now]: [&[f64]; 2],
        first: usize,
        single: bool,
        place: &dyn Fn(usize) -> String,
    ) {
        self.cells += then.len() as u64;
        for (k, (&a, &b)) in then.iter().zip(now).enumerate() {
            if a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) {
                continue;
            }
            let tell = || format!("{} is {a:?} and not {b:?}", place(first + k));
            if a.is_nan() || b.is_nan() {
                self.masked += 1;
                self.add(0.0, None, tell);
            } else {
                // Two infinities of one sign have the same bits.
                self.add((a - b).abs(), Some(ulps(a, b, single)), tell);
            }
        }
    }
}

/// How many numbers of the type lie between two.
#[expect(clippy::cast_possible_truncation, reason = "the values came from f32")]
fn ulps(a: f64, b: f64, single: bool) -> u64 {
    // Numbers in order have bits in order, but for the sign.
    let of_single = |value: f64| {
        let bits = i64::from((value as f32).to_bits());
        if bits >> 31 == 1 { (1 << 31) - bits } else { bits }
    };
    let of_double = |value: f64| {
        let bits = i128::from(value.to_bits());
        if bits >> 63 == 1 { (1 << 63) - bits } else { bits }
    };
    if single {
        of_single(a).abs_diff(of_single(b))
    } else {
        u64::try_from(of_double(a).abs_diff(of_double(b))).unwrap_or(u64::MAX)
    }
}

/// The first byte that differs.
pub(super) fn first_byte(file: &Path, again: &Path) -> Result<Option<u64>, Failure> {
    let mut a = File::open(file).map_err(trouble(file))?;
    let mut b = File::open(again).map_err(trouble(again))?;
    let (mut left, mut right, mut place) = (Vec::new(), Vec::new(), 0);
    loop {
        left.clear();
        right.clear();
        (&mut a).take(BLOCK as u64).read_to_end(&mut left).map_err(trouble(file))?;
        (&mut b).take(BLOCK as u64).read_to_end(&mut right).map_err(trouble(again))?;
        if left != right {
            let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
            return Ok(Some(place + same as u64));
        }
        if left.is_empty() {
            return Ok(None);
        }
        place += left.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_in_ulp_cross_zero() {
        assert_eq!(ulps(1.0, f64::from(1.0_f32.next_up()), true), 1, "neighbours");
        assert_eq!(ulps(0.0, -0.0, true), 0, "both zeros are one number");
        assert_eq!(ulps(f64::from(f32::from_bits(1)), -f64::from(f32::from_bits(2)), true), 3, "across zero");
        assert_eq!(ulps(1.0, 1.0_f64.next_down(), false), 1, "double");
        assert_eq!(ulps(f64::MIN, f64::MAX, false), 2 * f64::MAX.to_bits(), "all of them");
    }

    #[test]
    fn cells_are_counted_and_the_first_are_told() {
        let mut tally = Tally::default();
        let place = |cell: usize| format!("cell {cell}");
        let then = [1.0, f64::NAN, 3.0, f64::NAN, f64::INFINITY];
        tally.cells([&then, &[1.0, f64::NAN, 3.5, 4.0, f64::INFINITY]], 5, true, &place);
        assert_eq!((tally.cells, tally.differing, tally.masked, tally.largest), (5, 2, 1, 0.5), "{tally:?}");
        assert_eq!(tally.first[0], "cell 7 is 3.0 and not 3.5", "the first");
        let mut same = Tally::default();
        same.cells([&then, &then], 0, true, &place);
        assert_eq!(same.differing, 0, "a file is like itself");
    }

    #[test]
    fn bytes_are_compared_to_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        let bytes = vec![7; 2 * BLOCK + 5];
        std::fs::write(&a, &bytes).expect("room");
        for place in [0, BLOCK - 1, BLOCK, 2 * BLOCK + 4] {
            let mut other = bytes.clone();
            other[place] = 8;
            std::fs::write(&b, &other).expect("room");
            assert_eq!(first_byte(&a, &b).expect("readable"), Some(place as u64), "one byte");
        }
        std::fs::write(&b, &bytes[..BLOCK]).expect("room");
        assert_eq!(first_byte(&a, &b).expect("readable"), Some(BLOCK as u64), "shorter");
        std::fs::write(&b, &bytes).expect("room");
        assert_eq!(first_byte(&a, &b).expect("readable"), None, "the same");
    }
}
