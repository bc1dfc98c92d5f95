//! Evaluates the emitted program at every cell of a band of a grid and stores its outputs as planes.
//!
//! **Theory.** A band is a run of `cells` consecutive cells of the grid (x fastest), which begins anywhere, also in
//! the middle of a row. The host decomposes the first cell into one index per axis ([`decompose`]); the kernel adds
//! the number of a cell within the band and carries: on axis `a` with `len` nodes, `position = first + steps`, the
//! index is `position % len` and `steps = position / len` goes to the next axis. So a grid may have more than 2³²
//! cells, although WGSL has no 64-bit integers: only a band and an axis must stay below 2³¹.
//!
//! **Coordinates** are read from tables, one per axis, which the host computes in f64 and rounds once. A table too
//! large to keep on the device is sent per band as a *window*: entry `j` belongs to the node `(first + j) % len`, so
//! the kernel looks up `steps` instead of the index ([`Params::windowed`]).
//!
//! **Practice.** An invocation computes four neighbouring cells and stores one `vec4` per plane: on a software driver
//! that is about twice as fast as one cell each, and on a GPU it makes wide stores. Only the first of the four is
//! found by division; the others are a step with carry away, which brought another third. Every plane begins at a
//! multiple of four cells; the lanes past the band's end hold the masked pattern.
//!
//! **Number types.** The text is the same for f32 and f64: the program in front of it says what `Real` and `Bits` are. A
//! `vec4` of a plane has 16 or 32 bytes.
//!
//! **Limits**: 8 axes; 2³⁰ cells per band; the planes of a band in one binding. The twin of the arithmetic of the
//! program itself is the interpreter; here stands the twin of the index arithmetic.

use std::borrow::Cow;

use super::{Binding, Kernel};

/// The text after the program's own.
const WGSL: &str = include_str!("../../shaders/evaluate.wgsl");

/// The largest number of axes.
pub const MAX_AXES: usize = 8;

/// The largest number of cells in a band: sums of a cell number and an axis index stay below 2³².
pub const MAX_CELLS: u32 = 1 << 30;

/// The largest number of nodes of an axis, for the same reason.
pub const MAX_LEN: u32 = (1 << 31) - 1;

/// The pattern of a masked cell.
pub const MASKED: u32 = 0x7fc0_0000;

/// The uniform block of the shader.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Params {
    /// Cells in the band.
    pub cells: u32,
    /// `vec4`s from one plane to the next.
    pub plane_stride: u32,
    /// Always 0: a value that a compiler cannot know, which keeps it from reordering arithmetic.
    pub barrier_zero: u32,
    /// Bit `a`: the table of axis `a` is a window.
    pub windowed: u32,
    /// Nodes of each axis, x first; 1 beyond the last axis.
    pub lens: [u32; MAX_AXES],
    /// Axis indices of the band's first cell.
    pub first: [u32; MAX_AXES],
    /// Where the table of each axis begins.
    pub offsets: [u32; MAX_AXES],
}

impl Params {
    /// Whether the table of an axis is a window.
    #[must_use]
    pub const fn is_windowed(&self, a: usize) -> bool {
        (self.windowed >> a) & 1 != 0
    }
}

/// The kernel for a program's text: the library functions it needs, and the program.
#[must_use]
pub fn kernel(program: impl Into<Cow<'static, str>>) -> Kernel {
    Kernel {
        name: "evaluate",
        source: vec![program.into(), "\n".into(), WGSL.into()],
        bindings: const {
            &[
                Binding::uniform("params"),
                Binding::read("parameters"),
                Binding::read("coordinates"),
                Binding::read_write("planes"),
            ]
        },
        workgroup: 64,
        params_size: size_of::<Params>(),
    }
}

/// Decomposes a cell number of the whole grid into axis indices, x fastest. Axes beyond `lens` get 0.
#[must_use]
pub fn decompose(cell: u64, lens: &[u32]) -> [u32; MAX_AXES] {
    let mut indices = [0; MAX_AXES];
    let mut steps = cell;
    for (index, &len) in indices.iter_mut().zip(lens) {
        let len = u64::from(len.max(1));
        *index = u32::try_from(steps % len).unwrap_or(0);
        steps /= len;
    }
    indices
}

/// The twin of the shader's `node` and `place`: where an invocation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// The node on each axis.
    pub node: [u32; MAX_AXES],
    /// Where its coordinate stands in the table buffer.
    pub place: [u32; MAX_AXES],
}

impl Stand {
    /// The twin of `locate`: goes to a cell counted from the start of the band.
    #[must_use]
    pub fn locate(cell: u32, axes: usize, params: &Params) -> Self {
        let (mut node, mut place) = ([0; MAX_AXES], [0; MAX_AXES]);
        let mut steps = cell;
        for a in 0..axes.min(MAX_AXES) {
            let position = params.first[a] + steps;
            let turns = position / params.lens[a];
            node[a] = position - turns * params.lens[a];
            place[a] = params.offsets[a] + if params.is_windowed(a) { steps } else { node[a] };
            steps = turns;
        }
        Self { node, place }
    }

    /// The twin of `advance`: goes to the next cell.
    pub fn advance(&mut self, axes: usize, params: &Params) {
        let mut steps = 1;
        for a in 0..axes.min(MAX_AXES) {
            self.node[a] += steps;
            self.place[a] += steps;
            let turns = self.node[a] == params.lens[a];
            self.node[a] = if turns { 0 } else { self.node[a] };
            self.place[a] = if turns && !params.is_windowed(a) { params.offsets[a] } else { self.place[a] };
            steps = u32::from(turns);
        }
    }
}

/// How often each axis moves on within a band, plus one: the entries that its window needs.
#[must_use]
pub fn window_lens(cells: u32, axes: usize, params: &Params) -> [u32; MAX_AXES] {
    let mut windows = [0; MAX_AXES];
    // The last vec4 is computed whole.
    let mut steps = super::quads(cells).saturating_mul(super::QUAD).saturating_sub(1);
    for (a, window) in windows.iter_mut().enumerate().take(axes) {
        *window = steps + 1;
        steps = (params.first[a] + steps) / params.lens[a];
    }
    windows
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::kernels::tests::{check, fields};

    /// A program as the emitter would write it, for tests without one: `k` outputs of `axes` coordinates.
    pub(crate) fn stub(axes: usize, body: &[&str]) -> String {
        let outputs = body.len();
        let results: String = body.iter().enumerate().map(|(k, e)| format!("    result[{k}] = {e};\n")).collect();
        format!(
            "alias Real = f32;\nalias Bits = u32;\nconst MASKED: Bits = 0x7fc00000u;\nvar<private> barrier_zero: u32;\n\
             fn ob(x: f32) -> f32 {{ return bitcast<f32>(bitcast<u32>(x) ^ barrier_zero); }}\n\
             const OUTPUTS: u32 = {outputs}u;\nconst AXES: u32 = {axes}u;\n\
             var<private> coord: array<f32, {axes}>;\nvar<private> result: array<u32, {outputs}>;\n\
             fn program() {{\n{results}}}\n"
        )
    }

    fn params(cells: u32, first: u64, lens: &[u32]) -> Params {
        let mut all = [1; MAX_AXES];
        all[..lens.len()].copy_from_slice(lens);
        let mut offsets = [0; MAX_AXES];
        for a in 1..lens.len() {
            offsets[a] = offsets[a - 1] + lens[a - 1];
        }
        let first = decompose(first, lens);
        Params {
            cells,
            plane_stride: super::super::quads(cells),
            barrier_zero: 0,
            windowed: 0,
            lens: all,
            first,
            offsets,
        }
    }

    #[test]
    fn shader_and_data_agree() {
        for axes in 1..=MAX_AXES {
            for outputs in [1, 2, 7] {
                let body = vec!["bitcast<u32>(ob(coord[0] + parameters[0]))"; outputs];
                let kernel = kernel(stub(axes, &body));
                let fields = fields!(Params: cells, plane_stride, barrier_zero, windowed, lens, first, offsets);
                assert_eq!(check(&kernel, &fields), Ok(()), "{axes} axes, {outputs} outputs");
            }
        }
    }

    #[test]
    fn locate_agrees_with_decompose() {
        for lens in [&[1_u32][..], &[7], &[5, 3], &[1, 9], &[9, 1], &[3, 1, 5, 2], &[2, 2, 2, 2, 2, 2, 2, 2]] {
            let total: u64 = lens.iter().map(|&n| u64::from(n)).product();
            for first in 0..total {
                let params = params(u32::try_from(total - first).expect("small"), first, lens);
                for cell in 0..params.cells {
                    let stand = Stand::locate(cell, lens.len(), &params);
                    let places = stand.place;
                    let indices = decompose(first + u64::from(cell), lens);
                    assert_eq!(stand.node, indices, "{lens:?} first {first} cell {cell}");
                    if cell > 0 {
                        let mut before = Stand::locate(cell - 1, lens.len(), &params);
                        before.advance(lens.len(), &params);
                        assert_eq!(before, stand, "{lens:?} first {first}: one step to cell {cell}");
                    }
                    for a in 0..lens.len() {
                        assert_eq!(
                            places[a],
                            params.offsets[a] + indices[a],
                            "{lens:?} first {first} cell {cell} axis {a}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_window_names_the_same_nodes() {
        let lens = [5_u32, 3, 4];
        for first in 0..60 {
            let mut params = params(60 - first, u64::from(first), &lens);
            let windows = window_lens(params.cells, 3, &params);
            params.windowed = 0b111;
            params.offsets = [0; MAX_AXES];
            for cell in 0..super::super::quads(params.cells) * 4 {
                let stand = Stand::locate(cell, 3, &params);
                let places = stand.place;
                let mut next = stand;
                next.advance(3, &params);
                assert_eq!(next, Stand::locate(cell + 1, 3, &params), "one step from cell {cell}");
                let indices = decompose(u64::from(first) + u64::from(cell), &lens);
                for a in 0..3 {
                    assert!(places[a] < windows[a], "inside the window: {places:?} {windows:?}");
                    assert_eq!(
                        (params.first[a] + places[a]) % lens[a],
                        indices[a],
                        "first {first} cell {cell} axis {a}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_cells_than_32_bits() {
        let lens = [65_536, 65_537, 3];
        let cell = 65_536 * 65_537 * 2 + 65_536 * 65_536 + 65_535;
        assert_eq!(decompose(cell, &lens)[..3], [65_535, 65_536, 2], "a cell past 2^33");
        let mut params = params(8, cell, &lens);
        params.offsets = [0; MAX_AXES];
        assert_eq!(Stand::locate(0, 3, &params).place[..3], [65_535, 65_536, 2], "the first cell");
        assert_eq!(Stand::locate(1, 3, &params).place[..3], [0, 0, 0], "past the last node every axis turns over");
    }
}
