//! The twin against the definition, and what a texture must look like: streaks along the field, of one contrast, that end where lines end.

use super::noise::Noise;
use super::*;
use crate::kernels::tests::{check, fields};
use crate::math::samples::Random;

/// Directions and noise over an area, with what lies around it.
pub(crate) struct Area {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) length: usize,
    pub(crate) words: Vec<u32>,
}

impl Area {
    /// The area whose cell in this column and row has this velocity, masked where it is `None`.
    pub(crate) fn new(
        (width, height): (usize, usize),
        length: u32,
        coarse: f64,
        velocity: impl Fn(usize, usize) -> Option<(f64, f64)>,
    ) -> Self {
        let (length, stride) = (length as usize, width + 2);
        let mut words = vec![MASKED; stride * (height + 2 * length)];
        let (mut noise, mut grain) = (Noise::new(coarse).rows(width), vec![0; width]);
        for row in 0..height {
            noise.row(row as u64, &mut grain);
            for column in 0..width {
                let Some((x, y)) = velocity(column, row) else { continue };
                let size = x.hypot(y);
                let part = |v: f64| if size > 0.0 { whole(v / size * UNIT) } else { 0 };
                words[(row + length) * stride + 1 + column] = word(part(x), part(y), grain[column]);
            }
        }
        Self { width, height, length, words }
    }

    /// Directions and noise without any sense, holes and cells without direction.
    pub(crate) fn hostile((width, height): (usize, usize), length: u32, seed: u64) -> Self {
        let mut area = Self::new((width, height), length, 1.0, |_, _| Some((1.0, 0.0)));
        let mut random = Random(seed);
        for word in area.words.iter_mut().filter(|word| **word != MASKED) {
            let bits = random.bits();
            *word = match bits >> 28 {
                0 => MASKED,
                1 => bits << 24,
                // Along the axes, half of them against each other.
                2..8 => super::word(2047 - (bits & 1).cast_signed() * 4094, 0, bits.to_le_bytes()[0].cast_signed()),
                // Of any length, even the one that no direction has.
                _ => random.bits(),
            };
        }
        area
    }

    pub(crate) fn params(&self, filter: &Filter) -> Params {
        let narrow = |count: usize| u32::try_from(count).expect("small");
        let stride = self.width + 2;
        filter.params(narrow(self.width * self.height), narrow(self.width), narrow(stride), narrow(self.origin()))
    }

    fn origin(&self) -> usize {
        self.length * (self.width + 2) + 1
    }

    /// All bytes by the twin.
    pub(crate) fn bytes(&self, filter: &Filter) -> Vec<u8> {
        let mut bytes = vec![0xaa; self.width * self.height];
        for (row, bytes) in bytes.chunks_mut(self.width).enumerate() {
            lic(&self.words, self.origin() + row * (self.width + 2), self.width + 2, filter, bytes);
        }
        bytes
    }

    /// The definition: the shader's text, cell by cell.
    fn plain(&self, filter: &Filter) -> Vec<u8> {
        let params = self.params(filter);
        let cells = (0..self.height).flat_map(|row| (0..self.width).map(move |column| (row, column)));
        cells
            .map(|(row, column)| self.byte_of(self.origin() + row * (self.width + 2) + column, &params, filter))
            .collect()
    }

    fn byte_of(&self, start: usize, params: &Params, filter: &Filter) -> u8 {
        let (first, reach) = (self.words[start], params.reach as usize);
        if first == MASKED {
            return filter.blank;
        }
        let (mut sum, mut count) = (filter.tables[0] * noise_of(first), 0);
        for way in [1, -1] {
            let at = |x: i32, y: i32| {
                let (columns, rows) = (i64::from(x >> FRACTION), i64::from(y >> FRACTION));
                let place = i64::try_from(start).expect("small") + columns + rows * i64::from(params.stride);
                self.words[usize::try_from(place).expect("within the rows around the area")]
            };
            let of = |word: u32| (way * dx_of(word), way * dy_of(word));
            let ahead = |a: (i32, i32), b: (i32, i32)| a.0 * b.0 + a.1 * b.1 > 0;
            let (mut x, mut y, mut before, mut here) = (CENTRE, CENTRE, of(first), first);
            for k in (1..reach).step_by(2) {
                let direction = of(here);
                if !ahead(direction, before) {
                    break;
                }
                let half = at(x + direction.0, y + direction.1);
                (sum, count, before) = (sum + filter.tables[k] * noise_of(half), count + 1, of(half));
                if !ahead(direction, before) {
                    break;
                }
                (x, y) = (x + 2 * before.0, y + 2 * before.1);
                here = at(x, y);
                (sum, count) = (sum + filter.tables[k + 1] * noise_of(here), count + 1);
            }
        }
        let stretched = ((sum >> params.shift) * filter.tables[reach + 1 + count]) >> STRETCH;
        u8::try_from((params.middle + stretched).clamp(0, 255)).expect("a byte")
    }
}

/// A filter that does not cut off, so that statistics can be compared.
pub(crate) fn filter(length: u32, coarse: f64) -> Filter {
    Filter::new(length, coarse, (128, 20.0), 255)
}

#[test]
fn shader_and_data_agree() {
    let fields = fields!(Params: cells, first_quad, width, stride, origin, reach, shift, middle, blank);
    assert_eq!(check(&kernel(), &fields), Ok(()), "lic");
}

#[test]
fn a_word_keeps_its_parts_and_is_never_that_of_a_masked_cell() {
    for (dx, dy, noise) in [(0, 0, 1), (2047, -2047, 127), (-1, 1, -127), (1447, -1448, 0), (-2048, 3, -1)] {
        let word = word(dx, dy, noise);
        assert_eq!((dx_of(word), dy_of(word), noise_of(word)), (dx, dy, i32::from(noise)), "{word:08x}");
    }
    assert_ne!(word(0, 0, 0), MASKED, "no direction and no noise");
}

#[test]
fn lines_followed_together_give_what_each_gives_alone() {
    for (shape, length, seed) in [((130, 70), 6, 1), ((64, 9), 40, 2), ((1, 33), 3, 3), ((33, 1), 3, 4), ((1, 1), 5, 5)]
    {
        let filter = Filter::new(length, 1.5, (195, 34.0), 255);
        let hostile = Area::hostile(shape, length, seed);
        assert_eq!(hostile.bytes(&filter), hostile.plain(&filter), "without sense, {shape:?}");
        let bend = Area::new(shape, length, 1.5, |x, y| {
            let (x, y) = (x as f64 - 20.3, y as f64 - 11.7);
            (x.hypot(y) > 3.0).then_some((y - 0.3 * x, -x))
        });
        assert_eq!(bend.bytes(&filter), bend.plain(&filter), "a spiral with a hole, {shape:?}");
    }
}

#[test]
fn a_cell_depends_on_what_is_within_a_line_and_on_nothing_else() {
    let (length, stride) = (5, 42);
    let filter = filter(length, 1.0);
    let mut area =
        Area::new((40, 31), length, 1.0, |x, y| Some(((x as f64 * 0.2).cos(), (y as f64 * 0.3).sin() + 0.1)));
    let before = area.bytes(&filter);
    let (column, row) = (20, 15);
    let place = (row + length as usize) * stride + 1 + column;
    let old = std::mem::replace(&mut area.words[place], word(0, 0, 127));
    assert_ne!(dx_of(old) | dy_of(old), 0, "there was a direction");
    let after = area.bytes(&filter);
    let changed: Vec<usize> = (0..before.len()).filter(|&cell| before[cell] != after[cell]).collect();
    assert!(changed.contains(&(row * 40 + column)) && changed.len() > 5, "{} cells saw it", changed.len());
    let near = |cell: &usize| (cell / 40).abs_diff(row).max((cell % 40).abs_diff(column)) <= length as usize;
    assert!(changed.iter().all(near), "no further than a line is long");
}

/// The mean product of neighbours `apart` cells apart in a direction, over the variance.
fn alike(bytes: &[u8], width: usize, (x, y): (f64, f64), apart: f64) -> f64 {
    let height = bytes.len() / width;
    let value = |column: usize, row: usize| f64::from(bytes[row * width + column]);
    let count = bytes.len() as f64;
    let mean = bytes.iter().map(|&b| f64::from(b)).sum::<f64>() / count;
    let variance = bytes.iter().map(|&b| (f64::from(b) - mean).powi(2)).sum::<f64>() / count;
    let (x, y) = (whole(x * apart) as isize, whole(y * apart) as isize);
    let pairs = (0..height).flat_map(|row| (0..width).map(move |column| (column, row))).filter_map(|(column, row)| {
        let (c, r) = (column.checked_add_signed(x)?, row.checked_add_signed(y)?);
        (c < width && r < height).then(|| (value(column, row) - mean) * (value(c, r) - mean))
    });
    let (sum, number) = pairs.fold((0.0, 0.0), |(sum, number), product| (sum + product, number + 1.0));
    sum / number / variance
}

#[test]
fn streaks_lie_along_the_field_and_not_along_another() {
    /// Of 21 cells on either side, nine are shared at such a distance: half of the weight.
    const ALONG: f64 = 0.4;
    const ACROSS: f64 = 0.1;
    let filter = filter(10, 1.0);
    for degrees in [0.0, 18.0, 45.0, 80.0, 90.0, 135.0, 261.0_f64] {
        let direction @ (x, y) = (degrees.to_radians().cos(), degrees.to_radians().sin());
        let bytes = Area::new((160, 160), 10, 1.0, |_, _| Some(direction)).bytes(&filter);
        let (along, across) = (alike(&bytes, 160, direction, 6.0), alike(&bytes, 160, (-y, x), 6.0));
        assert!(along > ALONG && across.abs() < ACROSS, "{degrees}°: {along:.2} along, {across:.2} across");
        // The judge must see a field that is turned.
        let turned = (degrees + 40.0).to_radians();
        let wrong = alike(&bytes, 160, (turned.cos(), turned.sin()), 6.0);
        assert!(wrong < ALONG, "{degrees}°: {wrong:.2} at 40° to it");
    }
}

#[test]
fn the_contrast_is_the_same_for_all_lengths_and_at_borders() {
    /// Noise is read from the nearest cell, so how many cells a line of a few sees depends on its direction.
    const NEAR: f64 = 0.15;
    for (length, coarse) in [(5, 1.0), (12, 1.5), (40, 1.5), (20, 4.0), (150, 1.0)] {
        let filter = filter(length, coarse);
        for degrees in [0.0, 30.0, 45.0_f64] {
            let direction = (degrees.to_radians().cos(), degrees.to_radians().sin());
            let bytes = Area::new((400, 300), length, coarse, |_, _| Some(direction)).bytes(&filter);
            let spread = |part: &[u8]| {
                let mean = part.iter().map(|&b| f64::from(b)).sum::<f64>() / part.len() as f64;
                (part.iter().map(|&b| (f64::from(b) - mean).powi(2)).sum::<f64>() / part.len() as f64).sqrt()
            };
            let of_all = spread(&bytes) / 20.0;
            assert!(
                (of_all - 1.0).abs() < NEAR,
                "{length} cells, {coarse} coarse, {degrees}°: {of_all:.2} of the deviation"
            );
            let left: Vec<u8> = bytes.chunks(400).map(|row| row[0]).collect();
            let of_border = spread(&left) / 20.0;
            // Three hundred lines begin at the border, of which coarse ones are few.
            assert!(
                (of_border - 1.0).abs() < 0.05 + NEAR,
                "{length}, {coarse}, {degrees}°: {of_border:.2} at the border"
            );
        }
    }
}

#[test]
fn lines_end_at_holes_and_peaks() {
    let filter = Filter::new(8, 1.0, (128, 20.0), 7);
    // A wall across the field: what is behind it does not show, and itself it is blank.
    let behind = |noise: f64| Area::new((64, 3), 8, noise, |x, _| (x != 30).then_some((1.0, 0.0)));
    let mut area = behind(1.0);
    let whole = area.bytes(&filter);
    assert_eq!(whole[30], 7, "a masked cell");
    for word in area.words.iter_mut().skip(8 * 66 + 1).take(30) {
        *word ^= 0x5500_0000;
    }
    let changed = area.bytes(&filter);
    assert_eq!(changed[30..64], whole[30..64], "behind the wall");
    assert_ne!(changed[..30], whole[..30], "in front of it");
    // Towards a peak from both sides: no side sees the other beyond the cell next to it.
    let peak = |flip: u32| {
        let mut area = Area::new((64, 1), 8, 1.0, |x, _| Some((if x < 32 { 1.0 } else { -1.0 }, 0.0)));
        area.words[8 * 66 + 1 + 34..].iter_mut().filter(|word| **word != MASKED).for_each(|word| *word ^= flip);
        area.bytes(&filter)
    };
    assert_eq!(peak(0)[..32], peak(0x5500_0000)[..32], "no line swings across a peak");
}

#[test]
fn tables_stay_within_their_words() {
    for length in [1, 2, 40, LONGEST, LONGEST + 1] {
        for coarse in [1.0, 1.5, 64.0] {
            let filter = Filter::new(length, coarse, (195, 34.0), 255);
            let reach = 2 * filter.length() as usize;
            assert_eq!(filter.tables().len(), 3 * reach + 2, "weights and stretches");
            let (weights, stretch) = filter.tables().split_at(reach + 1);
            let mut largest = 127 * i64::from(weights[0]);
            for (count, &stretch) in stretch.iter().enumerate() {
                // The most that so many half steps can sum up: half on each side is the worst.
                let most = largest >> filter.shift;
                assert!(
                    stretch > 0 && (most + 1) * i64::from(stretch) < 1 << 31,
                    "{length}, {coarse}: {count} half steps"
                );
                let next = weights.get(count / 2 + 1).copied().unwrap_or(0);
                largest += 127 * i64::from(next);
            }
        }
    }
}
