//! From each level of a pyramid to the next smaller one: rows go in at the largest, whole rows of tiles come out at every level.
//!
//! **Theory.** Four pixels become one. A palette index is a value's place on the colour scale in 255 steps, so the mean of
//! indices is the index of the mean, taken on that scale (of logarithms, on a logarithmic one). The mean is rounded, halves upward.
//! On a cyclic scale, where the last colour is the first, it is the mean on the circle, from the first of the four pixels. A pixel is
//! "no data" (index 0) where at least half of what it covers is, else the mean of the others; on the right and the
//! lower edge it may cover two pixels or one.
//!
//! **Memory.** A level keeps the rows of one row of tiles, so all together 512 bytes for each column of the largest.

use crate::io::dzi::TILE;

/// Halves both sides of rows of indices.
#[must_use]
pub fn halve(rows: &[u8], width: usize, cyclic: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() / 4 + width);
    for pair in rows.chunks(2 * width) {
        let (upper, lower) = pair.split_at(width.min(pair.len()));
        if lower.is_empty() {
            out.extend(upper.chunks(2).map(|part| mean(part, cyclic)));
            continue;
        }
        out.extend(upper.chunks(2).zip(lower.chunks(2)).map(|(a, b)| match (a, b) {
            ([a, b], [c, d]) => mean(&[*a, *b, *c, *d], cyclic),
            _ => mean(&[a[0], b[0]], cyclic),
        }));
    }
    out
}

/// Colours of a picture that is nothing but cells.
const LEVELS: i32 = crate::figure::palette::BARE_LEVELS as i32;

/// The index of what these cover together.
fn mean(parts: &[u8], cyclic: bool) -> u8 {
    let defined = || parts.iter().filter(|&&index| index > 0).map(|&index| i32::from(index));
    let count = defined().map(|_| 1).sum::<i32>();
    let Some(first) = defined().next().filter(|_| 2 * defined().count() > parts.len()) else { return 0 };
    // Round the circle the first and the last level are neighbours: go the shorter way from the first pixel.
    let near = |index: i32| match index - first {
        off if !cyclic => first + off,
        off if 2 * off > LEVELS => index - LEVELS,
        off if 2 * off < -LEVELS => index + LEVELS,
        _ => index,
    };
    let sum: i32 = defined().map(near).sum();
    // Half upward; the sum may be negative on the circle.
    let rounded = (2 * sum + count).div_euclid(2 * count);
    let wrapped = if cyclic { (rounded - 1).rem_euclid(LEVELS) + 1 } else { rounded };
    u8::try_from(wrapped).unwrap_or(0)
}

/// One level of a cascade.
#[derive(Debug)]
struct Strip {
    level: u32,
    width: usize,
    height: usize,
    seen: usize,
    rows: Vec<u8>,
}

/// A row of tiles, side by side.
#[derive(Debug, Clone, Copy)]
pub struct TileRow<'a> {
    /// The level.
    pub level: u32,
    /// Which row of tiles.
    pub row: usize,
    /// Pixels across.
    pub width: usize,
    /// The pixels, row by row.
    pub indices: &'a [u8],
}

/// The levels from one size down to another.
#[derive(Debug)]
pub struct Cascade {
    strips: Vec<Strip>,
    cyclic: bool,
}

impl Cascade {
    /// Levels `first` down to `last` of a picture, or of a block of its columns, that has this size at level `first`.
    #[must_use]
    pub fn new(first: u32, last: u32, (width, height): (usize, usize), cyclic: bool) -> Self {
        let mut size = (width, height);
        let strips = (last..=first).rev().map(|level| {
            let (width, height) = size;
            size = (width.div_ceil(2), height.div_ceil(2));
            Strip { level, width, height, seen: 0, rows: Vec::new() }
        });
        Self { strips: strips.collect(), cyclic }
    }

    /// Takes the next rows of the largest level, hands finished rows of tiles to `emit` and what lies beyond the smallest
    /// level to `beyond`.
    ///
    /// # Errors
    /// What `emit` reports.
    pub fn push<E>(
        &mut self,
        rows: &[u8],
        emit: &mut impl FnMut(TileRow<'_>) -> Result<(), E>,
        beyond: &mut impl FnMut(&[u8]),
    ) -> Result<(), E> {
        cascade(&mut self.strips, rows, self.cyclic, emit, beyond)
    }
}

fn cascade<E>(
    strips: &mut [Strip],
    rows: &[u8],
    cyclic: bool,
    emit: &mut impl FnMut(TileRow<'_>) -> Result<(), E>,
    beyond: &mut impl FnMut(&[u8]),
) -> Result<(), E> {
    let Some((strip, smaller)) = strips.split_first_mut() else {
        beyond(rows);
        return Ok(());
    };
    let mut rows = rows;
    while !rows.is_empty() {
        let room = TILE * strip.width - strip.rows.len();
        let (part, rest) = rows.split_at(room.min(rows.len()));
        rows = rest;
        strip.rows.extend_from_slice(part);
        strip.seen += part.len() / strip.width;
        if strip.rows.len() < TILE * strip.width && strip.seen < strip.height {
            continue;
        }
        // Rows of tiles have an even number of rows, but for the last: pairs never lie in two of them.
        let row = (strip.seen - 1) / TILE;
        emit(TileRow { level: strip.level, row, width: strip.width, indices: &strip.rows })?;
        let half = halve(&strip.rows, strip.width, cyclic);
        strip.rows.clear();
        cascade(smaller, &half, cyclic, emit, beyond)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn means_are_rounded_half_upward() {
        assert_eq!(mean(&[1, 2, 2, 2], false), 2, "7/4");
        assert_eq!(mean(&[1, 1, 1, 2], false), 1, "5/4");
        assert_eq!(mean(&[1, 1, 2, 2], false), 2, "3/2 is a half");
        assert_eq!(mean(&[255; 4], false), 255, "the last");
        assert_eq!(mean(&[9], false), 9, "a corner");
    }

    #[test]
    fn no_data_wins_with_half_of_the_pixels() {
        assert_eq!(mean(&[0, 10, 20, 30], false), 20, "one of four is not there");
        assert_eq!(mean(&[0, 0, 20, 30], false), 0, "two of four");
        assert_eq!(mean(&[0, 7], false), 0, "one of two, on the edge");
        assert_eq!((mean(&[0], false), mean(&[0; 4], true)), (0, 0), "nothing at all");
    }

    #[test]
    fn angles_are_averaged_on_the_circle() {
        assert_eq!(mean(&[255, 1, 255, 1], true), 1, "half a step beyond the seam: 255½ is 1 after rounding");
        assert_eq!(mean(&[1, 255, 1, 255], true), 1, "½ rounds to 1");
        assert_eq!(mean(&[250, 4, 250, 4], true), 255, "254½ rounds to 255");
        assert_eq!(mean(&[250, 4, 250, 4], false), 127, "on a line it is the middle");
        assert_eq!(mean(&[10, 20, 30, 40], true), 25, "away from the seam it is the same");
    }

    #[test]
    fn odd_sides_keep_their_edges() {
        let rows = [1, 1, 5, 1, 1, 5, 3, 3, 7];
        assert_eq!(halve(&rows, 3, false), [1, 5, 3, 7], "3 × 3 to 2 × 2");
        assert_eq!(halve(&[4, 6], 1, false), [5], "a column");
        assert_eq!(halve(&[4, 6], 2, false), [5], "a row");
    }

    #[test]
    fn a_cascade_gives_every_level_however_the_rows_come() {
        let (width, height) = (300_usize, 700_usize);
        let picture: Vec<u8> = (0..width * height).map(|i| (i * i / 7).to_le_bytes()[0]).collect();
        let mut want = vec![(10_u32, picture.clone())];
        let mut size = width;
        for level in (0..10).rev() {
            want.push((level, halve(&want[want.len() - 1].1, size, false)));
            size = size.div_ceil(2);
        }
        for step in [256, 100, 1, 700] {
            let mut got = vec![Vec::new(); 11];
            let mut cascade = Cascade::new(10, 0, (width, height), false);
            for rows in picture.chunks(step * width) {
                let mut emit = |tiles: TileRow<'_>| {
                    assert_eq!(got[tiles.level as usize].len() / tiles.width, tiles.row * TILE, "in order");
                    got[tiles.level as usize].extend_from_slice(tiles.indices);
                    Ok::<(), Infallible>(())
                };
                cascade.push(rows, &mut emit, &mut |_| ()).expect("it cannot fail");
            }
            for (level, pixels) in &want {
                assert_eq!(&got[*level as usize], pixels, "level {level}, {step} rows at a time");
            }
        }
    }
}
