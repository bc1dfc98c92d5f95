//! Noise for textures: a number for each cell that depends on the cell's place alone, as fine or coarse as one likes.
//!
//! **Theory.** Random numbers stand on a lattice whose points are `coarse` cells apart, and between them lie quadratic B-splines. White noise
//! of one number per cell makes lines as thin as a cell, which look like sand at 1 : 1; lattice points one and a half cells apart make
//! lines that an eye can follow. The variance of such noise is 0.55² that of the lattice (the quintic B-spline at zero), half as much
//! again is given back, and what exceeds a byte is cut off.
//!
//! **Everything is an integer** and begins with a hash of the lattice point, so any part of a picture can be had on its own. The hash is
//! `lowbias32` (Wellons, *Prospecting for hash functions*, 2018), applied to the row and then to the column.

/// Bits of a position below a lattice point.
const FRACTION: u32 = 16;
/// Bits of a weight.
const WEIGHT: u32 = 12;

/// Noise of one coarseness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
    /// Lattice points per cell, at most one.
    per_cell: u64,
}

/// Rows of noise one after the other, with the lattice rows that they share.
#[derive(Debug)]
pub struct Rows {
    noise: Noise,
    width: usize,
    /// The first of the three lattice rows that are held.
    held: Option<u64>,
    /// Each interpolated along x.
    lattice: [Vec<i16>; 3],
    points: Vec<i8>,
}

/// Where a cell lies between the lattice points, and the weights of three of them.
struct Place {
    point: u64,
    weights: [i32; 3],
}

impl Noise {
    /// Noise whose lattice points are `coarse` cells apart, from 1 to 4096.
    #[must_use]
    pub fn new(coarse: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 2^4 to 2^16")]
        let per_cell = (f64::from(1_u32 << FRACTION) / coarse.clamp(1.0, 4096.0)).round() as u64;
        Self { per_cell }
    }

    /// For rows of so many cells.
    #[must_use]
    pub fn rows(self, width: usize) -> Rows {
        Rows { noise: self, width, held: None, lattice: [const { Vec::new() }; 3], points: Vec::new() }
    }

    fn place(self, cell: u64) -> Place {
        let at = (2 * cell + 1) * self.per_cell / 2;
        let t = i32::try_from((at & ((1 << FRACTION) - 1)) >> (FRACTION - WEIGHT)).unwrap_or(0);
        let one = 1 << WEIGHT;
        let (before, after) = (((one - t) * (one - t)) >> (WEIGHT + 1), (t * t) >> (WEIGHT + 1));
        Place { point: at >> FRACTION, weights: [before, one - before - after, after] }
    }
}

impl Rows {
    /// The noise of a row, −127 to 127 for each cell.
    pub fn row(&mut self, row: u64, out: &mut [i8]) {
        let Place { point, weights: [a, b, c] } = self.noise.place(row);
        self.hold(point);
        let [first, second, third] = &self.lattice;
        for (((out, &p), &q), &r) in out.iter_mut().zip(first).zip(second).zip(third) {
            let sum = a * i32::from(p) + b * i32::from(q) + c * i32::from(r);
            #[expect(clippy::cast_possible_truncation, reason = "clamped to a byte")]
            let value = (((sum >> 8) * 3) >> 13).clamp(-127, 127) as i8;
            *out = value;
        }
    }

    /// Sees to it that the three lattice rows from `point` on are held.
    fn hold(&mut self, point: u64) {
        let keep = match self.held {
            Some(held) if (held..held + 3).contains(&point) => usize::try_from(point - held).unwrap_or(3),
            _ => 3,
        };
        self.lattice.rotate_left(keep % 3);
        for nth in (0..3).skip(3 - keep) {
            let mut row = std::mem::take(&mut self.lattice[nth]);
            self.interpolate(point + nth as u64, &mut row);
            self.lattice[nth] = row;
        }
        self.held = Some(point);
    }

    fn interpolate(&mut self, row: u64, out: &mut Vec<i16>) {
        let of_row = hash(fold(row));
        let last = self.noise.place(self.width as u64).point + 2;
        self.points.clear();
        self.points.extend((0..=last).map(|column| of_hash(hash(of_row ^ fold(column)))));
        out.clear();
        out.extend((0..self.width as u64).map(|cell| {
            let Place { point, weights: [a, b, c] } = self.noise.place(cell);
            let at = usize::try_from(point).unwrap_or(0);
            let value = |k: usize| i32::from(self.points.get(at + k).copied().unwrap_or(0));
            #[expect(clippy::cast_possible_truncation, reason = "127·2^12 in 16 bits less four")]
            let value = ((a * value(0) + b * value(1) + c * value(2)) >> 4) as i16;
            value
        }));
    }
}

/// Both halves of a number in one.
#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
fn fold(number: u64) -> u32 {
    number as u32 ^ ((number >> 32) as u32).rotate_left(16)
}

/// −127 to 127; the pattern of −128 counts as −127.
fn of_hash(hash: u32) -> i8 {
    ((hash >> 24) as u8).cast_signed().max(-127)
}

fn hash(number: u32) -> u32 {
    // A lattice point of number zero must not stay zero.
    let mut h = number.wrapping_add(0x9e37_79b9);
    h = (h ^ (h >> 16)).wrapping_mul(0x7feb_352d);
    h = (h ^ (h >> 15)).wrapping_mul(0x846c_a68b);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(noise: Noise, width: usize, rows: impl Iterator<Item = u64>) -> Vec<i8> {
        let mut source = noise.rows(width);
        rows.flat_map(|row| {
            let mut out = vec![0; width];
            source.row(row, &mut out);
            out
        })
        .collect()
    }

    #[test]
    fn a_cell_has_its_noise_however_it_is_reached() {
        for coarse in [1.0, 1.5, 2.0, 7.3, 4096.0] {
            let noise = Noise::new(coarse);
            let whole = picture(noise, 37, 0..50);
            for row in [49, 0, 17, 18, 16, 30] {
                let alone = picture(noise, 37, std::iter::once(row));
                let at = usize::try_from(row).expect("small") * 37;
                assert_eq!(alone, whole[at..at + 37], "row {row} alone, {coarse} coarse");
            }
            let narrow = picture(noise, 5, 0..50);
            let cut: Vec<i8> = whole.chunks(37).flat_map(|row| &row[..5]).copied().collect();
            assert_eq!(narrow, cut, "a narrower picture, {coarse} coarse");
        }
    }

    #[test]
    fn it_is_noise_of_the_promised_spread() {
        for coarse in [1.0, 1.5, 2.0, 3.7] {
            let (side, noise) = (512, Noise::new(coarse));
            let all = picture(noise, side, 1_000_000_000_000..1_000_000_000_000 + side as u64);
            let count = all.len() as f64;
            let mean = all.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
            let alike = |apart: usize| {
                let pairs = all.chunks(side).flat_map(|row| row.iter().zip(&row[apart..]));
                pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>() / count
            };
            let spread = alike(0).sqrt();
            // A few thousand independent lattice points, and what the cut takes off.
            assert!(
                mean.abs() < 4.0 && (spread / super::super::NOISE - 1.0).abs() < 0.12,
                "{coarse}: {mean} ± {spread}"
            );
            assert!(alike(12).abs() < 0.05 * alike(0), "{coarse}: nothing is left of it {} cells on", 12);
        }
    }
}
