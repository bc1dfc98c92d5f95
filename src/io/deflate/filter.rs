//! PNG's filters of rows: each byte as its difference to what its neighbours foretell.
//!
//! **Theory** (PNG, 3rd edition, 9). `Up` foretells a byte by the one above, `Paeth` by that of its neighbours left, above and above left which is nearest
//! to left + above − above left, the plane through them. Sums of absolute differences, as signed bytes, tell which of two will be the shorter.
//!
//! **Practice.** Rows of palette indices take `Up` unseen: it is the fastest, and neighbouring indices of a heatmap are levels, so it is small, too.
//! Rows of colours take whichever is smaller, row by row: with shades, textures and lit surfaces `Paeth` saves 4 to 15 per cent of the file. A match of
//! whole pixels (distance 3 instead of 1) would save one per cent more, and `Sub` and `Average` less than half of one: they are not worth their time.

use std::ops::Range;

/// How a row is told from its neighbours: PNG's number of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    /// From the byte above.
    Up = 2,
    /// From the nearest to left + above − above left.
    Paeth = 4,
}

/// Bytes that are added up in 32 bits.
const CHUNK: usize = 1 << 14;

impl Filter {
    /// The filter of a row whose pixels have so many bytes.
    pub(super) fn of(row: &[u8], above: &[u8], pixel: usize) -> Self {
        // A palette or grey, or a single pixel.
        if pixel < 3 || row.len() <= pixel {
            return Self::Up;
        }
        let starts = || (pixel..row.len()).step_by(CHUNK).map(|start| start..(start + CHUNK).min(row.len()));
        // Of the first pixel both make the same.
        let (mut up, mut paeth) = (0_u64, 0_u64);
        for part in starts() {
            let (left, corner) = before(row, above, pixel, &part);
            let (row, above) = (&row[part.clone()], &above[part]);
            up += total(row.iter().zip(above).map(|(&byte, &up)| byte.wrapping_sub(up)));
            let sides = left.iter().zip(corner).zip(above);
            let told = sides.map(|((&left, &corner), &up)| told(left, up, corner));
            paeth += total(row.iter().zip(told).map(|(&byte, told)| byte.wrapping_sub(told)));
        }
        if paeth < up { Self::Paeth } else { Self::Up }
    }

    /// The number that stands in front of the row.
    pub(super) fn number(self) -> u8 {
        self as u8
    }

    /// Filters a part of a row, which ends where `out` does.
    pub(super) fn apply(self, row: &[u8], above: &[u8], pixel: usize, start: usize, out: &mut [u8]) {
        let end = start + out.len();
        // Above the first pixel's left there is nothing, and that foretells what is above it.
        let first = if self == Self::Up { end } else { pixel.clamp(start, end) };
        let (flat, rest) = out.split_at_mut(first - start);
        for ((difference, &byte), &up) in flat.iter_mut().zip(&row[start..first]).zip(&above[start..first]) {
            *difference = byte.wrapping_sub(up);
        }
        if first == end {
            return;
        }
        let (left, corner) = before(row, above, pixel, &(first..end));
        let sides = left.iter().zip(corner).zip(&above[first..end]);
        for ((difference, &byte), ((&left, &corner), &up)) in rest.iter_mut().zip(&row[first..end]).zip(sides) {
            *difference = byte.wrapping_sub(told(left, up, corner));
        }
    }
}

/// What is a pixel to the left of a part of a row, and of the row above.
fn before<'a>(row: &'a [u8], above: &'a [u8], pixel: usize, part: &Range<usize>) -> (&'a [u8], &'a [u8]) {
    let part = part.start - pixel..part.end - pixel;
    (&row[part.clone()], &above[part])
}

/// The sum of differences without their sign; at most [`CHUNK`] of them, so that nothing wraps.
#[inline(always)]
fn total(differences: impl Iterator<Item = u8>) -> u64 {
    let size = |difference: u8| u32::from(difference.cast_signed().unsigned_abs());
    u64::from(differences.fold(0_u32, |sum, difference| sum.wrapping_add(size(difference))))
}

/// Paeth's rule, with the ties as PNG has them, without branches so that vectors can follow it.
#[inline(always)]
fn told(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i16::from);
    let (from_left, from_up, from_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    let other = if from_up <= from_corner { up } else { corner };
    if from_left <= from_up.min(from_corner) { left } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_through_three_neighbours_is_foretold() {
        assert_eq!(told(10, 20, 15), 15, "10 + 20 - 15");
        assert_eq!(told(10, 20, 10), 20, "level along the row above: as above");
        assert_eq!(told(10, 20, 20), 10, "level down the left: as on the left");
        assert_eq!(told(7, 7, 7), 7, "flat");
        assert_eq!(told(0, 255, 255), 0, "the ends of a byte");
        for (a, b, c) in (0..=255_u8)
            .step_by(15)
            .flat_map(|a| (0..=255).flat_map(move |b| (0..=255).step_by(5).map(move |c| (a, b, c))))
        {
            let [x, y, z] = [a, b, c].map(i32::from);
            // The specification's own words; of equals the first is taken.
            let near = |side: &i32| (x + y - z - side).abs();
            assert_eq!([x, y, z].into_iter().min_by_key(near), Some(i32::from(told(a, b, c))), "{a} {b} {c}");
        }
    }

    #[test]
    fn rows_take_what_is_smaller() {
        let above: Vec<u8> = (0..300_u16).map(|k| (k / 3 * 2).to_le_bytes()[0]).collect();
        let steeper: Vec<u8> = above.iter().map(|byte| byte.wrapping_add(90)).collect();
        assert_eq!(Filter::of(&steeper, &above, 3), Filter::Paeth, "a plane");
        assert_eq!(Filter::of(&above, &above, 3), Filter::Up, "the same row again");
        assert_eq!(Filter::of(&steeper, &above, 1), Filter::Up, "indices");
        assert_eq!(Filter::of(&[1, 2, 3], &[0; 3], 3), Filter::Up, "a single pixel");
    }
}
