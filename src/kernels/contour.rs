//! Finds the cells of a band of rows that a contour may cross: those whose corners differ in class.
//!
//! **Theory.** The class of a node is what [`palette`](super::palette) makes of its value with the levels as thresholds: 0 if masked, else 1 + the number
//! of levels at or below. A level crosses an edge whose ends are of unlike class, so marching squares needs the cells with unlike
//! corners and nothing of the others, which are nearly all: n² nodes have some n crossed cells for each level.
//!
//! **The shader** reads the classes that `palette` left on the device, four to a word; an invocation looks at four cells, and mostly sees at a glance that
//! its ten nodes are of one class. The others are appended to a list: places are reserved for a workgroup at once, by one atomic addition, so
//! cells come in no order, and [`sort`] puts them into one. Where the list is full cells are counted only; the caller sees a count beyond its room
//! and takes the classes instead.
//!
//! **Samples.** A list does not show that a region was lost, so the classes of a few nodes go back with it, one word in each of [`SAMPLES`] equal parts of
//! the band ([`Sampling`]): whoever knows the values there can tell.
//!
//! **On the CPU** [`compact`] is the twin: the same cells in the order of [`sort`], whole blocks of nodes compared at once.
//!
//! **Edges.** Cells lie between rows of the same band alone, so bands overlap by a row. Less than two nodes along either axis: no cells. A cell
//! with masked corners and others is among those found; what becomes of it is for the march to say.

use super::{Binding, Kernel, QUAD};
use multiversion::multiversion;
use std::ops::Range;

/// The shader's text.
const WGSL: &str = include_str!("../../shaders/contour.wgsl");

/// Words of classes that go back with a list at most.
pub const SAMPLES: usize = 512;

/// Bytes in front of the list of cells: their number, and the samples.
pub const HEADER: usize = 8 + SAMPLES * size_of::<u32>();

/// Bytes of a cell in the list.
pub const ENTRY: usize = size_of::<Active>();

/// Nodes that are compared together.
const BLOCK: usize = 64;

/// The uniform block of the shader.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Params {
    /// Nodes of the band, whole rows.
    pub nodes: u32,
    /// Nodes of a row.
    pub width: u32,
    /// Where the piece begins, in words of four nodes.
    pub first_quad: u32,
    /// Where it ends.
    pub end_quad: u32,
    /// Cells that the list has room for.
    pub room: u32,
    /// One word of classes in so many is handed over.
    pub step: u32,
    /// The first of them.
    pub phase: u32,
}

/// The kernel.
#[must_use]
pub fn kernel() -> Kernel {
    Kernel {
        name: "contour",
        source: vec![WGSL.into()],
        bindings: const { &[Binding::uniform("params"), Binding::read("classes"), Binding::read_write("found")] },
        workgroup: 64,
        params_size: size_of::<Params>(),
        ends: true,
    }
}

/// Which words of classes go back with the list of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// One in so many.
    pub step: u32,
    /// The first.
    pub phase: u32,
}

impl Sampling {
    /// Those of a band of these nodes: other places in each band.
    #[must_use]
    pub fn of(nodes: &Range<usize>) -> Self {
        let step = u32::try_from(nodes.len().div_ceil(QUAD as usize).div_ceil(SAMPLES)).unwrap_or(u32::MAX).max(1);
        // Fibonacci hashing: multiples of the golden ratio are spread evenly (Knuth, The Art of Computer Programming 3, section 6.4).
        let hash = (nodes.start as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        let phase = (hash % u64::from(step)) as u32;
        Self { step, phase }
    }

    /// The first node of each word, from the start of a band of so many nodes.
    pub fn places(self, nodes: usize) -> impl Iterator<Item = usize> {
        let quads = nodes.div_ceil(QUAD as usize);
        (self.phase as usize..quads).step_by(self.step as usize).map(|quad| quad * QUAD as usize)
    }
}

/// A cell whose corners differ in class.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Active {
    /// Its lower left node, from the start of the band.
    pub node: u32,
    /// The classes of its corners, counter-clockwise from the lower left, the first in the lowest byte.
    pub classes: u32,
}

impl Active {
    /// The classes of its corners, counter-clockwise from the lower left.
    #[must_use]
    pub fn corners(self) -> [u8; 4] {
        self.classes.to_le_bytes()
    }
}

/// The cells of a list by their place: the order of [`compact`].
pub fn sort(cells: &mut [Active]) {
    cells.sort_unstable_by_key(|cell| cell.node);
}

/// Appends the active cells of a band of whole rows.
pub fn compact(classes: &[u8], width: usize, cells: &mut Vec<Active>) {
    let rows = classes.chunks_exact(width.max(1));
    let mut columns = Vec::new();
    for (row, (lower, upper)) in rows.clone().zip(rows.skip(1)).enumerate() {
        columns.clear();
        active(lower, upper, &mut columns);
        cells.extend(columns.iter().map(|&column| {
            let i = column as usize;
            let classes = u32::from_le_bytes([lower[i], lower[i + 1], upper[i + 1], upper[i]]);
            Active { node: u32::try_from(row * width + i).unwrap_or(u32::MAX), classes }
        }));
    }
}

/// A class, in as many bytes as the number of levels needs.
pub trait Class: Copy + Eq {
    /// Whether two rows of nodes, as long as each other and not empty, are not all of one class.
    fn differ(lower: &[Self], upper: &[Self]) -> bool;
}

macro_rules! class {
    ($name:ident, $integer:ty) => {
        #[multiversion(targets("x86_64+avx2"))]
        fn $name(lower: &[$integer], upper: &[$integer]) -> bool {
            let first = lower[0];
            lower.iter().zip(upper).fold(0, |all, (&a, &b)| all | (a ^ first) | (b ^ first)) != 0
        }

        impl Class for $integer {
            fn differ(lower: &[Self], upper: &[Self]) -> bool {
                $name(lower, upper)
            }
        }
    };
}
class!(differ_u8, u8);
class!(differ_u16, u16);

/// Appends the columns of the active cells between two rows of nodes.
pub fn active<C: Class>(lower: &[C], upper: &[C], columns: &mut Vec<u32>) {
    let cells = lower.len().min(upper.len()).saturating_sub(1);
    let mut start = 0;
    while start + BLOCK <= cells {
        let (lower, upper) = (&lower[start..=start + BLOCK], &upper[start..=start + BLOCK]);
        if C::differ(lower, upper) {
            unlike(lower, upper, start, columns);
        }
        start += BLOCK;
    }
    unlike(&lower[start.min(lower.len())..], &upper[start.min(upper.len())..], start, columns);
}

/// The same cell by cell; the first is number `start`.
fn unlike<C: Class>(lower: &[C], upper: &[C], start: usize, columns: &mut Vec<u32>) {
    for (i, (below, above)) in lower.windows(2).zip(upper.windows(2)).enumerate() {
        let first = below[0];
        if below[1] != first || above[0] != first || above[1] != first {
            columns.push(u32::try_from(start + i).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::tests::{check, fields};
    use crate::math::samples::Random;

    /// The cells by their definition.
    fn plain(classes: &[u8], width: usize) -> Vec<(usize, [u8; 4])> {
        let rows = classes.len() / width;
        let cells = (0..rows.saturating_sub(1)).flat_map(|row| (0..width - 1).map(move |column| row * width + column));
        let corners = |node: usize| [node, node + 1, node + width + 1, node + width].map(|node| classes[node]);
        cells.map(|node| (node, corners(node))).filter(|(_, of)| of.iter().any(|class| *class != of[0])).collect()
    }

    fn compacted(classes: &[u8], width: usize) -> Vec<(usize, [u8; 4])> {
        let mut cells = Vec::new();
        compact(classes, width, &mut cells);
        cells.iter().map(|cell| (cell.node as usize, cell.corners())).collect()
    }

    #[test]
    fn the_shader_and_its_data_agree() {
        assert_eq!(check(&kernel(), &fields!(Params: nodes, width, first_quad, end_quad, room, step, phase)), Ok(()));
    }

    #[test]
    fn compacted_cells_are_those_of_the_definition() {
        let mut random = Random(0x5eed);
        for width in [1, 2, 3, 63, 64, 65, 66, 130, 200] {
            for rows in [0, 1, 2, 5] {
                for share in [0, 2, 100, 400] {
                    let spike = |random: &mut Random| 7 * u8::from(random.bits() % 1000 < share);
                    let classes: Vec<u8> = (0..width * rows).map(|_| 1 + spike(&mut random)).collect();
                    assert_eq!(compacted(&classes, width), plain(&classes, width), "{width} × {rows}, {share} ‰");
                }
            }
        }
        assert_eq!(compacted(&[], 0), [], "nothing");
    }

    #[test]
    fn a_cell_that_is_missing_is_seen() {
        let (mut classes, width) = (vec![1; 130 * 3], 130);
        classes[130 + 64] = 0;
        assert_eq!(compacted(&classes, width).len(), 4, "around a masked node");
        let mut other = classes.clone();
        other[130 + 64] = 1;
        assert_ne!(compacted(&other, width), plain(&classes, width), "without it");
    }

    #[test]
    fn samples_are_spread_over_a_band() {
        for nodes in [0..0, 7..8, 0..5, 300..4001, 1 << 40..(1 << 40) + 4_000_003] {
            let sampling = Sampling::of(&nodes);
            let places: Vec<usize> = sampling.places(nodes.len()).collect();
            let quads = nodes.len().div_ceil(4);
            assert!(places.len() <= SAMPLES && places.len() + 1 >= quads / sampling.step as usize, "{nodes:?}");
            assert!(places.iter().all(|place| *place < nodes.len()), "{nodes:?}: inside");
            let indices = places.iter().map(|place| place / 4 / sampling.step as usize);
            assert!(indices.eq(0..places.len()), "{nodes:?}: one in each part");
        }
        assert_ne!(Sampling::of(&(0..51_200)), Sampling::of(&(51_200..102_400)), "other places in the next band");
    }

    #[test]
    fn sorted_cells_are_in_the_order_of_rows() {
        let mut cells = [9, 2, 5].map(|node| Active { node, classes: node });
        sort(&mut cells);
        assert_eq!(cells.map(|cell| cell.node), [2, 5, 9], "by place");
    }
}
