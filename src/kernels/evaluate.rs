//! Evaluates the emitted program at every cell of a band of a grid and stores its outputs as planes.
//!
//! **Theory.** A band is a run of `cells` consecutive cells of the grid (x fastest), which begins anywhere, also in
//! the middle of a row. The host decomposes the first cell into one index per axis ([`decompose`]); the kernel adds
//! the number of a cell within the band and carries: on axis `a` with `len` nodes, `position = first + steps`, the
//! index is `position % len` and `steps = position / len` goes to the next axis. So a grid may have more than 2³²
//! cells, although WGSL has no 64-bit integers: only a band and an axis must stay below 2³¹.
//!
//! **Coordinates** are read from *columns*: numbers that depend on the index along one axis only. The plain case is one
//! column per axis, its coordinates; a program that was factored (see [`crate::program::factor`]) reads values computed along an axis
//! as further columns of it. The host computes them and rounds once. Columns too large to keep on the device are sent per band
//! as a *window*: entry `j` belongs to the node `(first + j) % len`, so the kernel looks up `steps` instead of the
//! index ([`Params::windowed`]). The columns of an axis follow each other, `len` (or [`Params::window`]) entries apart.
//!
//! **Practice.** An invocation computes four neighbouring cells and stores one `vec4` per plane: on a software driver
//! that is about twice as fast as one cell each, and on a GPU it makes wide stores. The four stand in one row or in two, unless
//! rows have fewer than four cells ([`Shape::short_rows`]): so the columns of all axes but x are read once for the first row and
//! once for the next, x's for every cell. The lanes are a loop, not written out, because a driver compiles it four times as fast;
//! they are shifted into their `vec4`, for an index that a compiler does not know would send it to memory. Every plane begins at a
//! multiple of four cells; the lanes past the band's end hold the masked pattern.
//!
//! **Pieces.** A dispatch computes a piece of a band, from [`Params::first_quad`] to [`Params::cells`]: a device that takes long over a
//! band gets it in several. A cell depends on its number alone, so the cut never shows.
//!
//! **Samples.** A program with taps also reads planes of samples; see [`samples`] for how they are packed.
//!
//! **Number types.** The text is the same for f32 and f64: the program in front of it says what `Real` and `Bits` are. A
//! `vec4` of a plane has 16 or 32 bytes.
//!
//! **Limits**: 8 axes; 2³⁰ cells per band; the planes of a band in one binding. The twin of the arithmetic of the
//! program itself is the interpreter; here stands the twin of the index arithmetic.

use std::borrow::Cow;

use super::{Binding, Kernel};

pub mod samples;

pub use samples::Samples;

/// The text after the program's own.
const WGSL: &str = include_str!("../../shaders/evaluate.wgsl");

/// What the kernel reads and writes; the last one only if there are taps.
static BINDINGS: [Binding; 5] = [
    Binding::uniform("params"),
    Binding::read("parameters"),
    Binding::read("coordinates"),
    Binding::read_write("planes"),
    Binding::read("samples"),
];

/// The largest number of axes.
pub const MAX_AXES: usize = 8;

/// The largest number of cells in a band: sums of a cell number and an axis index stay below 2³².
pub const MAX_CELLS: u32 = 1 << 30;

/// The largest number of nodes of an axis, for the same reason.
pub const MAX_LEN: u32 = (1 << 31) - 1;

/// The pattern of a masked cell.
pub const MASKED: u32 = 0x7fc0_0000;

/// Rows shorter than this may turn over twice within a `vec4`.
const SHORT: usize = super::QUAD as usize;

/// The uniform block of the shader: 128 bytes, which every device can also take without a buffer.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Params {
    /// Where the piece ends, in cells from the start of the band.
    pub cells: u32,
    /// `vec4`s from one plane to the next.
    pub plane_stride: u32,
    /// Where the piece begins, in `vec4`s from the start of the band.
    pub first_quad: u32,
    /// Always 0: a value that a compiler cannot know, which keeps it from reordering arithmetic.
    pub barrier_zero: u32,
    /// Bit `a`: the columns of axis `a` are windows.
    pub windowed: u32,
    /// Entries from one column of a windowed axis to the next.
    pub window: u32,
    /// Slabs that every plane of samples has, without those around them.
    pub slabs: u32,
    /// Of these, the number of the one in which the band begins.
    pub slab: u32,
    /// Nodes of each axis, x first; 1 beyond the last axis.
    pub lens: [u32; MAX_AXES],
    /// Axis indices of the band's first cell.
    pub first: [u32; MAX_AXES],
    /// Where the columns of each axis begin.
    pub offsets: [u32; MAX_AXES],
}

impl Params {
    /// Whether the columns of an axis are windows.
    #[must_use]
    pub const fn is_windowed(&self, a: usize) -> bool {
        (self.windowed >> a) & 1 != 0
    }
}

/// What the shader's text depends on besides the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Axes of the grid.
    pub axes: usize,
    /// For each column that the program reads, its axis. An axis that the grid has not reads as zero.
    pub columns: Vec<usize>,
    /// Planes.
    pub outputs: usize,
    /// Rows have fewer than four cells.
    pub short_rows: bool,
    /// What is tapped.
    pub samples: Samples,
}

impl Shape {
    /// A program of so many planes over a grid of so many axes and `row` cells along x, with these columns.
    #[must_use]
    pub fn new(axes: usize, row: usize, columns: Vec<usize>, outputs: usize) -> Self {
        Self { axes, columns, outputs, short_rows: row < SHORT, samples: Samples::default() }
    }

    /// The same with samples to tap; the grid has up to [`samples::MAX_AXES`] axes.
    #[must_use]
    pub fn with_samples(mut self, samples: Samples) -> Self {
        self.samples = samples;
        self
    }

    /// A program that reads its axes' coordinates as they are, on a grid of long rows with these axes.
    #[must_use]
    pub fn plain(axes: usize, outputs: usize) -> Self {
        let axes = axes.max(1);
        Self::new(axes, SHORT, (0..axes).collect(), outputs)
    }

    /// The columns of axis `a`.
    pub fn columns_of(&self, a: usize) -> impl Iterator<Item = usize> {
        self.columns.iter().enumerate().filter(move |&(_, &axis)| axis == a).map(|(column, _)| column)
    }

    /// The declarations for this shape.
    fn text(&self) -> String {
        let taps = self.samples.text();
        let (mut row, mut set) = (taps.read_row, taps.set_coord);
        let mut rows = 0;
        for a in 0..self.axes {
            for (number, column) in self.columns_of(a).enumerate() {
                let step = if number == 0 { String::new() } else { format!(" + {number}u * span_of({a}u)") };
                if a == 0 {
                    set += &format!("    coord[{column}] = coordinates[at{step}];\n");
                } else {
                    row += &format!("    next_row[{rows}] = coordinates[place[{a}]{step}];\n");
                    set += &format!("    coord[{column}] = select(this_row[{rows}], next_row[{rows}], turned);\n");
                    rows += 1;
                }
            }
        }
        for (column, _) in self.columns.iter().enumerate().filter(|&(_, &axis)| axis >= self.axes) {
            set += &format!("    coord[{column}] = Real(0.0);\n");
        }
        let (mut keep, mut store) = (String::new(), String::new());
        for k in 0..self.outputs {
            keep += &format!("    quads[{k}] = vec4<Bits>(quads[{k}].yzw, select(MASKED, result[{k}], inside));\n");
            store += &format!("    planes[{k}u * params.plane_stride + quad] = quads[{k}];\n");
        }
        let Self { axes, outputs, short_rows, .. } = self;
        let (rows, sampled) = (rows.max(1), !self.samples.is_empty());
        let (declarations, leave) = (taps.declarations, taps.leave_row);
        format!(
            "const GRID_AXES: u32 = {axes}u;\nconst SHORT_ROWS: bool = {short_rows};\nconst SAMPLED: bool = {sampled};\n\
             {declarations}\
             var<private> this_row: array<Real, {rows}>;\nvar<private> next_row: array<Real, {rows}>;\n\
             var<private> quads: array<vec4<Bits>, {outputs}>;\n\n\
             // Reads the columns of all axes but x where the invocation stands.\n\
             fn read_row() {{\n    this_row = next_row;\n{leave}{row}}}\n\n\
             // Makes the point: x's columns from their entry, the others from either row.\n\
             fn set_coord(at: u32, x: u32, turned: bool) {{\n{set}}}\n\n\
             // Shifts the results into their vec4s.\nfn keep(inside: bool) {{\n{keep}}}\n\n\
             // Writes the vec4s.\nfn store(quad: u32) {{\n{store}}}\n"
        )
    }
}

/// The kernel for a program's text (the library functions it needs, and the program) and the shape of its data.
#[must_use]
pub fn kernel(program: impl Into<Cow<'static, str>>, shape: &Shape) -> Kernel {
    Kernel {
        name: "evaluate",
        source: vec![program.into(), "\n".into(), shape.text().into(), "\n".into(), WGSL.into()],
        bindings: if shape.samples.is_empty() { &BINDINGS[..BINDINGS.len() - 1] } else { &BINDINGS },
        workgroup: 64,
        params_size: size_of::<Params>(),
        // The program may be anyone's; who knows it says so.
        ends: false,
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

/// Where an invocation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// The node on each axis.
    pub node: [u32; MAX_AXES],
    /// The twin of the shader's `place`: where the entry of the first column of each axis is.
    pub place: [u32; MAX_AXES],
    /// How often each axis has moved on since the band's first cell.
    pub steps: [u32; MAX_AXES],
}

impl Stand {
    /// The twin of `locate_axis` on x and `locate_row`: goes to a cell counted from the start of the band.
    #[must_use]
    pub fn locate(cell: u32, axes: usize, params: &Params) -> Self {
        let mut stand = Self { node: [0; MAX_AXES], place: [0; MAX_AXES], steps: [0; MAX_AXES] };
        let row = stand.locate_axis(0, cell, params);
        stand.locate_row(row, axes, params);
        stand
    }

    fn locate_axis(&mut self, a: usize, steps: u32, params: &Params) -> u32 {
        let position = params.first[a] + steps;
        let turns = position / params.lens[a];
        self.node[a] = position - turns * params.lens[a];
        self.steps[a] = steps;
        self.place[a] = params.offsets[a] + if params.is_windowed(a) { steps } else { self.node[a] };
        turns
    }

    fn locate_row(&mut self, row: u32, axes: usize, params: &Params) {
        let mut steps = row;
        for a in 1..axes.min(MAX_AXES) {
            steps = self.locate_axis(a, steps, params);
        }
    }

    /// Where this cell is in plane `k` of the samples.
    #[must_use]
    pub fn sample(&self, k: usize, samples: &Samples, params: &Params) -> u32 {
        let mut stand = self.node;
        let last = samples.axes.max(1) - 1;
        stand[last] = params.slab + self.steps[last];
        samples.place(k, params.slabs, self.node[0], &stand)
    }

    /// The twin of the entry point in long rows: where the four cells from `cell` on are found.
    #[must_use]
    pub fn quad(cell: u32, axes: usize, params: &Params) -> [[u32; MAX_AXES]; 4] {
        let mut this = Self { node: [0; MAX_AXES], place: [0; MAX_AXES], steps: [0; MAX_AXES] };
        let row = this.locate_axis(0, cell, params);
        let mut next = this;
        this.locate_row(row, axes, params);
        next.locate_row(row + 1, axes, params);
        let left = params.lens[0] - this.node[0];
        let back = if params.is_windowed(0) { 0 } else { params.lens[0] };
        std::array::from_fn(|lane| {
            let lane = u32::try_from(lane).unwrap_or(0);
            let turned = lane >= left;
            let mut place = if turned { next.place } else { this.place };
            place[0] = this.place[0] + lane - if turned { back } else { 0 };
            place
        })
    }
}

/// How often each axis moves on within a band, plus one: the entries that its window needs. The row after the last one is read, too.
#[must_use]
pub fn window_lens(cells: u32, axes: usize, params: &Params) -> [u32; MAX_AXES] {
    let mut windows = [0; MAX_AXES];
    // The last vec4 is computed whole.
    let mut steps = super::quads(cells).saturating_mul(super::QUAD).saturating_sub(1);
    for (a, window) in windows.iter_mut().enumerate().take(axes) {
        *window = steps + 1;
        steps = (params.first[a] + steps) / params.lens[a] + u32::from(a == 0);
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

    pub(crate) fn params(cells: u32, first: u64, lens: &[u32]) -> Params {
        let mut all = [1; MAX_AXES];
        all[..lens.len()].copy_from_slice(lens);
        let mut offsets = [0; MAX_AXES];
        for a in 1..lens.len() {
            offsets[a] = offsets[a - 1] + lens[a - 1];
        }
        let (first, plane_stride) = (decompose(first, lens), super::super::quads(cells));
        Params { cells, plane_stride, lens: all, first, offsets, ..bytemuck::Zeroable::zeroed() }
    }

    #[test]
    fn shader_and_data_agree() {
        let fields = fields!(Params: cells, plane_stride, first_quad, barrier_zero, windowed, window, slabs, slab,
            lens, first, offsets);
        for axes in 1..=MAX_AXES {
            for outputs in [1, 2, 7] {
                let body = vec!["bitcast<u32>(ob(coord[0] + parameters[0]))"; outputs];
                for shape in [Shape::plain(axes, outputs), Shape::new(axes, 3, (0..axes).collect(), outputs)] {
                    let kernel = kernel(stub(axes, &body), &shape);
                    assert_eq!(check(&kernel, &fields), Ok(()), "{shape:?}");
                }
            }
        }
        // Samples, in rows long and short.
        for (axes, row) in [(1, 9), (2, 9), (3, 9), (3, 3)] {
            let shape = Shape::new(axes, row, (0..axes).collect(), 1)
                .with_samples(Samples { axes, ..samples::tests::two_planes() });
            let taps = "var<private> plane_0: u32;\nvar<private> plane_3: u32;\n";
            let kernel =
                kernel(taps.to_owned() + &stub(axes, &["samples[plane_0 + tap_0] + samples[plane_3 + tap_2]"]), &shape);
            assert_eq!(check(&kernel, &fields), Ok(()), "{shape:?}");
        }
        // No column at all, several of an axis in any order, and one of an axis that is not there.
        for columns in [vec![], vec![1, 0, 2, 1, 0, 0, 5]] {
            let shape = Shape::new(3, 9, columns, 1);
            let kernel = kernel(stub(shape.columns.len().max(1), &["bitcast<u32>(coord[0])"]), &shape);
            assert_eq!(check(&kernel, &fields), Ok(()), "{shape:?}");
        }
        assert_eq!(size_of::<Params>(), 128, "what Vulkan promises for immediates");
    }

    #[test]
    fn each_column_is_read_from_its_axis() {
        let text = Shape::new(2, 9, vec![1, 0, 1, 3], 1).text();
        for line in [
            "next_row[0] = coordinates[place[1]];",
            "next_row[1] = coordinates[place[1] + 1u * span_of(1u)];",
            "coord[1] = coordinates[at];",
            "coord[2] = select(this_row[1], next_row[1], turned);",
            "coord[3] = Real(0.0);",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
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
                    if lens[0] >= 4 {
                        let quad = Stand::quad(cell, lens.len(), &params);
                        let want: [_; 4] = std::array::from_fn(|lane| {
                            Stand::locate(cell + u32::try_from(lane).expect("small"), lens.len(), &params).place
                        });
                        assert_eq!(quad, want, "{lens:?} first {first}: the four from cell {cell}");
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
                if cell % 4 == 0 {
                    for (lane, place) in (0..).zip(Stand::quad(cell, 3, &params)) {
                        assert_eq!(place, Stand::locate(cell + lane, 3, &params).place, "lane {lane} of cell {cell}");
                    }
                    let mut next = stand;
                    next.locate_row((params.first[0] + cell) / lens[0] + 1, 3, &params);
                    assert!((0..3).all(|a| next.place[a] < windows[a]), "the next row is inside, too: {next:?}");
                }
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
