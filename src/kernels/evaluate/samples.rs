//! Where the taps of a program find their values: the planes of samples around a band, packed into one buffer.
//!
//! A plane is a run of *slabs* (rows of a grid of two axes, planes of constant z of one of three; a grid of one axis is a single
//! slab): those of the band, and before and behind them as many as taps reach. A slab is padded along its rows, and a plane of
//! constant z across them, too, so a tap is a load at a constant distance from the cell, and there is no border to think of.
//! Planes follow each other. Their strides never change, so they are constants of the text; what changes with the band is the
//! number of its slabs ([`Params::slabs`](super::Params::slabs)), and with it where each plane begins.
//!
//! **Measured** on llvmpipe (2048², kernel times, best of 15): nine taps a cell, loaded where they are 45 ms, through a tile in workgroup
//! memory 106 ms; so each tap is a load of its own, and the caches do the sharing.
//!
//! **Limits**: grids of one to three axes; 2³² values in all. The cells past the end of a band, which fill its last `vec4`, may tap
//! beyond the buffer: WGSL defines such a load to stay inside it, and what is computed from it is dropped.

/// Axes that a grid with samples may have.
pub const MAX_AXES: usize = 3;

/// The layout of one plane. Distances are counted in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plane {
    /// Its number in the program.
    pub number: usize,
    /// From its begin to the first cell of the first slab of the band.
    pub origin: u32,
    /// From one row of a slab to the next.
    pub row: u32,
    /// From one slab to the next.
    pub slab: u32,
    /// Slabs before and behind those of the band.
    pub around: u32,
}

/// The planes that a program taps, and its taps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Samples {
    /// Axes of the grid, up to [`MAX_AXES`]; the last one counts slabs.
    pub axes: usize,
    /// In the order in which they are packed.
    pub planes: Vec<Plane>,
    /// The distance from a cell to the neighbour that tap `k` reads, modulo 2³².
    pub shifts: Vec<u32>,
}

/// The parts of a shader's text that are for taps.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// At module scope.
    pub declarations: String,
    /// When a row is left for the next one.
    pub leave_row: String,
    /// When a row is reached.
    pub read_row: String,
    /// When a cell of either row is chosen.
    pub set_coord: String,
}

impl Samples {
    /// Whether there is nothing to tap.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.planes.is_empty()
    }

    /// Values of all planes for a band of so many slabs.
    #[must_use]
    pub fn values(&self, slabs: u64) -> u64 {
        self.planes.iter().map(|plane| (slabs + u64::from(plane.around)) * u64::from(plane.slab)).sum()
    }

    /// The most slabs of a band whose planes take no more than so many values, which the kernel can count.
    #[must_use]
    pub fn most_slabs(&self, values: u64) -> u64 {
        let each: u64 = self.planes.iter().map(|plane| u64::from(plane.slab)).sum();
        values.min(u64::from(u32::MAX)).saturating_sub(self.values(0)) / each.max(1)
    }

    /// Where each plane begins for a band of so many slabs.
    #[must_use]
    pub fn begins(&self, slabs: u64) -> Vec<u64> {
        let mut end = 0;
        let begin = |plane: &Plane| {
            let begin = end;
            end += (slabs + u64::from(plane.around)) * u64::from(plane.slab);
            begin
        };
        self.planes.iter().map(begin).collect()
    }

    /// The text for the shader.
    pub(super) fn text(&self) -> Text {
        let last = self.axes.max(1) - 1;
        let mut text = Text { declarations: format!("const SLAB_AXIS: u32 = {last}u;\n"), ..Text::default() };
        if self.is_empty() {
            return text;
        }
        let count = self.planes.len();
        text.declarations += &format!(
            "@group(0) @binding(4) var<storage, read> samples: array<Bits>;\n\
             // Where the first cell of either row is in each plane.\n\
             var<private> this_samples: array<u32, {count}>;\nvar<private> next_samples: array<u32, {count}>;\n"
        );
        for (number, shift) in self.shifts.iter().enumerate() {
            text.declarations += &format!("const tap_{number}: u32 = {shift}u;\n");
        }
        text.leave_row = "    this_samples = next_samples;\n".to_owned();
        let (mut fixed, mut per_slab) = (0_u32, 0_u32);
        for (k, plane) in self.planes.iter().enumerate() {
            let Plane { number, origin, row, slab, around } = *plane;
            let rows = match self.axes {
                0 | 1 => String::new(),
                2 => format!(" + stand[1] * {slab}u"),
                _ => format!(" + stand[1] * {row}u + stand[2] * {slab}u"),
            };
            let begin = fixed.wrapping_add(origin);
            text.read_row += &format!("    next_samples[{k}] = params.slabs * {per_slab}u + {begin}u{rows};\n");
            text.set_coord +=
                &format!("    plane_{number} = x + select(this_samples[{k}], next_samples[{k}], turned);\n");
            (fixed, per_slab) = (fixed.wrapping_add(around.wrapping_mul(slab)), per_slab.wrapping_add(slab));
        }
        text
    }

    /// The twin of the text: where a cell is in plane `k`, from its node along x and what the shader calls `stand`.
    #[must_use]
    pub fn place(&self, k: usize, slabs: u32, x: u32, stand: &[u32]) -> u32 {
        let before = &self.planes[..k];
        let per_slab = before.iter().fold(0_u32, |sum, plane| sum.wrapping_add(plane.slab));
        let fixed = before.iter().fold(0_u32, |sum, plane| sum.wrapping_add(plane.around.wrapping_mul(plane.slab)));
        let Plane { origin, row, slab, .. } = self.planes[k];
        let begin = slabs.wrapping_mul(per_slab).wrapping_add(fixed).wrapping_add(origin);
        let rows = match self.axes {
            0 | 1 => 0,
            2 => stand[1].wrapping_mul(slab),
            _ => stand[1].wrapping_mul(row).wrapping_add(stand[2].wrapping_mul(slab)),
        };
        begin.wrapping_add(rows).wrapping_add(x)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::kernels::evaluate;

    /// Planes 0 and 3 around a grid of 3 axes of 5 × 4 cells a slab, padded unequally.
    pub(crate) fn two_planes() -> Samples {
        let planes = vec![
            Plane { number: 0, origin: 2 * 48 + 8 + 1, row: 8, slab: 48, around: 3 },
            Plane { number: 3, origin: 0, row: 5, slab: 20, around: 0 },
        ];
        Samples { axes: 3, planes, shifts: vec![1, 8_u32.wrapping_neg(), 0] }
    }

    #[test]
    fn planes_follow_each_other_and_fit() {
        let samples = two_planes();
        assert_eq!(samples.values(7), 10 * 48 + 7 * 20, "three slabs around the first");
        assert_eq!(samples.begins(7), [0, 480], "one after the other");
        for slabs in 0..20 {
            assert_eq!(samples.most_slabs(samples.values(slabs)), slabs, "just enough for {slabs}");
        }
        assert_eq!(samples.most_slabs(100), 0, "not even the slabs around");
        assert!(Samples::default().is_empty() && Samples::default().values(9) == 0, "nothing to tap");
    }

    #[test]
    fn cells_have_their_place_in_each_plane() {
        let samples = two_planes();
        let stand = [0, 2, 1];
        assert_eq!(samples.place(0, 7, 3, &stand), 105 + 3 + 16 + 48, "x 3, row 2, slab 1 of the first");
        assert_eq!(samples.place(1, 7, 3, &stand), 480 + 3 + 10 + 20, "and of the second");
        let text = samples.text();
        for line in [
            "next_samples[0] = params.slabs * 0u + 105u + stand[1] * 8u + stand[2] * 48u;",
            "next_samples[1] = params.slabs * 48u + 144u + stand[1] * 5u + stand[2] * 20u;",
        ] {
            assert!(text.read_row.contains(line), "{line} in {}", text.read_row);
        }
        assert!(text.declarations.contains("const tap_1: u32 = 4294967288u;"), "{}", text.declarations);
    }

    #[test]
    fn every_cell_of_a_band_finds_its_sample() {
        let (lens, samples) = ([5_u32, 4, 6], two_planes());
        for first in 0..120_u32 {
            let slabs_before = first / 20;
            let mut params = evaluate::tests::params(120 - first, u64::from(first), &lens);
            // The samples begin with the slab before that of the band.
            let begin = slabs_before.saturating_sub(1);
            (params.slabs, params.slab) = (6 - begin, slabs_before - begin);
            for cell in first..120 {
                let stand = evaluate::Stand::locate(cell - first, 3, &params);
                let (x, row, slab) = (cell % 5, cell / 5 % 4, cell / 20 - begin);
                let want = [105 + x + row * 8 + slab * 48, (params.slabs + 3) * 48 + x + row * 5 + slab * 20];
                let got = [0, 1].map(|k| stand.sample(k, &samples, &params));
                assert_eq!(got, want, "cell {cell} of a band from {first}");
            }
        }
    }
}
