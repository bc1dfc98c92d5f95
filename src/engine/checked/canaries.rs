//! Which cells of a band are checked, and what a look at them has seen.

use std::ops::Range;

/// Cells of a band that are checked.
pub const CANARIES: usize = 512;

/// Cells that are checked, and the values that the CPU has there, plane by plane.
#[derive(Debug)]
pub(super) struct Canaries {
    pub(super) chosen: Vec<usize>,
    pub(super) want: Vec<Vec<f32>>,
}

/// What a look at the chosen cells of a band has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) checked: usize,
    pub(super) wrong: usize,
    pub(super) first: Option<usize>,
}

impl Seen {
    pub(super) fn look(&mut self, cell: usize, right: bool) {
        self.checked += 1;
        if !right {
            self.wrong += 1;
            self.first.get_or_insert(cell);
        }
    }
}

/// The mean size of the values that are there.
pub(super) fn typical(values: &[f32]) -> f32 {
    let mut sum = (0.0, 0.0_f64);
    for value in values.iter().filter(|value| value.is_finite()) {
        sum = (sum.0 + f64::from(value.abs()), sum.1 + 1.0);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a mean of f32 values lies among them")]
    let mean = (sum.0 / sum.1.max(1.0)) as f32;
    mean
}

/// The cells of a band that are checked, in rising order: one in each of [`CANARIES`] equal parts, or all if there are fewer.
pub(super) fn chosen(cells: &Range<usize>) -> Vec<usize> {
    let count = cells.len();
    if count <= CANARIES {
        return cells.clone().collect();
    }
    let part = |i: usize| cells.start + i * (count / CANARIES) + i * (count % CANARIES) / CANARIES;
    (0..CANARIES)
        .map(|i| {
            let (from, to) = (part(i), part(i + 1));
            // The finalizer of splitmix64 over the place of the part, which differs from band to band.
            let mut hash = (from as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
            hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let place = (hash ^ (hash >> 31)) % (to - from) as u64;
            from + usize::try_from(place).unwrap_or(0)
        })
        .collect()
}
