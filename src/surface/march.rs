//! Marches over a grid of three axes, plane by plane, and leaves the mesh of each level behind.
//!
//! Planes of nodes arrive in order; the layer of cells between two of them is marched as soon as the plane beyond is there, which
//! normals of samples need. Four planes and the numbers of the vertices on the last two are held, whatever the size of the grid, and
//! the mesh, which is a surface and so grows with the square of the nodes along an axis.
//!
//! A node is high if its value is at least the level. A vertex on an edge is made when the first cell that needs it is met, in the order of
//! cells, so numbers of vertices and order of triangles are those of the grid, however many planes arrive at once.

use super::SurfaceError;
use super::cell::{Cut, EDGES, LONGEST, cut, loops};
use super::layer::Layer;
use super::mesh::{Mesh, unit};
use super::place::{Edge, Function, Placed, UNKNOWN, on_function, onto};
use super::weld::{self, TOGETHER};
use rayon::prelude::*;
use std::collections::VecDeque;

/// No vertex yet.
const NONE: u32 = u32::MAX;

/// Class of a node without a value; else 1 for high and 0 for low.
const HOLE: u8 = 2;

/// A march in progress.
pub struct March<'a> {
    /// The coordinates of the nodes along each axis.
    tables: [Vec<f64>; 3],
    function: Option<&'a dyn Function>,
    planes: VecDeque<Vec<f64>>,
    arrived: usize,
    sheets: Vec<Sheet>,
    /// Whether an odd number of axes descends: the grid is then a mirror image of the world.
    mirrored: bool,
}

impl std::fmt::Debug for March<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("March").field("arrived", &self.arrived).finish_non_exhaustive()
    }
}

/// The surface of one level as far as it is known.
#[derive(Debug)]
struct Sheet {
    level: f64,
    mesh: Mesh,
    gone: Vec<bool>,
    /// Classes of the nodes of the lower and the upper plane.
    classes: [Vec<u8>; 2],
    /// Vertices on the edges along x and along y, in the lower and the upper plane.
    along: [[Vec<u32>; 2]; 2],
    /// Vertices on the edges between the planes.
    between: Vec<u32>,
}

impl<'a> March<'a> {
    /// A march over nodes at these coordinates (x, y, z) for some levels. With a `function`, vertices and normals are found on it;
    /// without, straight lines and central differences between the values serve.
    #[must_use]
    pub fn new(tables: [Vec<f64>; 3], levels: &[f64], function: Option<&'a dyn Function>) -> Self {
        let nodes = tables[0].len() * tables[1].len();
        let none = || vec![NONE; nodes];
        let sheet = |&level: &f64| Sheet {
            level,
            mesh: Mesh::default(),
            gone: Vec::new(),
            classes: [Vec::new(), Vec::new()],
            along: [[none(), none()], [none(), none()]],
            between: none(),
        };
        let descends = |table: &Vec<f64>| table.first() > table.last();
        let mirrored = tables.iter().filter(|table| descends(table)).count() % 2 == 1;
        let sheets = levels.iter().map(sheet).collect();
        Self { tables, function, planes: VecDeque::new(), arrived: 0, sheets, mirrored }
    }

    /// Nodes of a plane.
    #[must_use]
    pub fn plane_size(&self) -> usize {
        self.tables[0].len() * self.tables[1].len()
    }

    /// Planes that have come.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.arrived
    }

    /// Bytes that the march takes: the planes around it, which do not grow, and the meshes so far.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let mesh = |sheet: &Sheet| {
            let vertex = size_of::<[f64; 3]>() + size_of::<[f32; 3]>() + size_of::<bool>();
            sheet.mesh.points.len() * vertex + sheet.mesh.triangles.len() * size_of::<[u32; 3]>()
        };
        // Only where a surface passes through nodes, yet that is seen at the end; one mesh after the other.
        let weld =
            |sheet: &Sheet| sheet.mesh.triangles.len() * weld::BYTES + sheet.mesh.points.len() * size_of::<u32>();
        let fixed = Self::fixed_bytes(self.plane_size(), self.sheets.len());
        let meshes = self.sheets.iter().map(mesh).sum::<usize>();
        fixed.max(self.sheets.iter().map(weld).max().unwrap_or(0)).saturating_add(meshes)
    }

    /// What it takes of that for planes of so many nodes and so many levels, before there is a mesh.
    #[must_use]
    pub fn fixed_bytes(nodes: usize, levels: usize) -> usize {
        /// Planes of values at once: four here, and one on its way.
        const PLANES: usize = 5;
        /// For a node, and for each level: two classes, and vertices on five edges.
        const LEVEL: usize = 2 + 5 * size_of::<u32>();
        nodes.saturating_mul(levels.saturating_mul(LEVEL).saturating_add(PLANES * size_of::<f64>()))
    }

    /// Takes the values of the next plane, x fastest; NaN where there is none.
    ///
    /// # Errors
    /// More vertices than can be numbered.
    pub fn push(&mut self, plane: Vec<f64>) -> Result<(), SurfaceError> {
        self.planes.push_back(plane);
        self.arrived += 1;
        if self.planes.len() > 4 {
            self.planes.pop_front();
        }
        if self.arrived >= 3 { self.layer(self.arrived - 3) } else { Ok(()) }
    }

    /// The meshes, one for each level.
    ///
    /// # Errors
    /// More vertices than can be numbered.
    pub fn finish(mut self) -> Result<Vec<Mesh>, SurfaceError> {
        if self.arrived >= 2 {
            self.layer(self.arrived - 2)?;
        }
        self.planes = VecDeque::new();
        let smallest =
            |table: &Vec<f64>| table.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(f64::MAX, f64::min);
        let reach = std::array::from_fn(|axis| TOGETHER * smallest(&self.tables[axis]));
        let mesh = |sheet: Sheet| {
            let Sheet { mut mesh, gone, .. } = sheet;
            if gone.contains(&true) {
                mesh.without(&gone);
            }
            mesh.weld(reach);
            mesh.mend_normals();
            mesh
        };
        Ok(self.sheets.into_iter().map(mesh).collect())
    }

    /// Marches between planes k and k + 1.
    fn layer(&mut self, k: usize) -> Result<(), SurfaceError> {
        let oldest = self.arrived - self.planes.len();
        let plane = |number: Option<usize>| {
            number.and_then(|number| number.checked_sub(oldest)).and_then(|at| self.planes.get(at)).map(Vec::as_slice)
        };
        let planes = [plane(k.checked_sub(1)), plane(Some(k)), plane(Some(k + 1)), plane(Some(k + 2))];
        let layer = Layer { planes, k, tables: &self.tables };
        for sheet in &mut self.sheets {
            sheet.march(&layer, self.function, self.mirrored)?;
        }
        Ok(())
    }
}

/// The class of each node.
fn classes(plane: &[f64], level: f64) -> Vec<u8> {
    let class = |value: &f64| if value.is_nan() { HOLE } else { u8::from(value - level >= 0.0) };
    plane.par_iter().with_min_len(1 << 14).map(class).collect()
}

/// The cells whose corners all have values and are not all of a class.
fn active(classes: &[Vec<u8>; 2], nx: usize) -> Vec<usize> {
    let rows = classes[0].len() / nx;
    let row = |j: usize| {
        let part = |plane: usize, j: usize| &classes[plane][j * nx..(j + 1) * nx];
        let rows = [part(0, j), part(0, j + 1), part(1, j), part(1, j + 1)];
        (0..nx - 1).filter_map(move |i| {
            let (mut any, mut all) = (0, HOLE | 1);
            for row in rows {
                any |= row[i] | row[i + 1];
                all &= row[i] & row[i + 1];
            }
            (any & HOLE == 0 && any != all).then_some(j * nx + i)
        })
    };
    (0..rows.saturating_sub(1)).into_par_iter().with_min_len(16).flat_map_iter(row).collect()
}

impl Sheet {
    fn march(
        &mut self,
        layer: &Layer<'_>,
        function: Option<&dyn Function>,
        mirrored: bool,
    ) -> Result<(), SurfaceError> {
        let (Some(lower), Some(upper)) = (layer.planes[1], layer.planes[2]) else { return Ok(()) };
        let nx = layer.tables[0].len();
        if self.classes[0].is_empty() {
            self.classes[0] = classes(lower, self.level);
        }
        self.classes[1] = classes(upper, self.level);
        let active = active(&self.classes, nx);
        if !active.is_empty() {
            let edges = self.number(&active, [lower, upper], layer)?;
            let placed = match function {
                Some(function) => on_function(function, self.level, &edges.iter().map(|one| one.0).collect::<Vec<_>>()),
                None => edges.par_iter().with_min_len(1 << 10).map(|edge| layer.placed(edge)).collect(),
            };
            self.add(placed);
            self.connect(&active, [lower, upper], layer, function, mirrored)?;
        }
        self.classes.swap(0, 1);
        for along in &mut self.along {
            along.swap(0, 1);
            along[1].fill(NONE);
        }
        self.between.fill(NONE);
        Ok(())
    }

    fn add(&mut self, placed: Vec<Placed>) {
        for Placed { point, normal, gone } in placed {
            self.mesh.points.push(point);
            self.mesh.normals.push(normal);
            self.gone.push(gone);
        }
    }

    /// The place of the vertex of an edge of the cell at `base`.
    fn slot(&mut self, base: usize, edge: usize, nx: usize) -> &mut u32 {
        let corner = EDGES[edge].0;
        let node = base + (corner & 1) + (corner >> 1 & 1) * nx;
        match edge / 4 {
            2 => &mut self.between[node],
            axis => &mut self.along[axis][corner >> 2][node],
        }
    }

    /// Numbers the crossed edges of these cells that have no vertex yet, and returns them with their lower nodes (i, j, k).
    fn number(
        &mut self,
        active: &[usize],
        planes: [&[f64]; 2],
        layer: &Layer<'_>,
    ) -> Result<Vec<(Edge, [usize; 3])>, SurfaceError> {
        let nx = layer.tables[0].len();
        let mut edges = Vec::new();
        for &base in active {
            let corners = corners(base, planes, nx, self.level);
            for (number, (low, high)) in EDGES.into_iter().enumerate() {
                if (corners[low] >= 0.0) == (corners[high] >= 0.0) {
                    continue;
                }
                let vertex = self.mesh.points.len() + edges.len();
                let slot = self.slot(base, number, nx);
                if *slot != NONE {
                    continue;
                }
                *slot = numbered(vertex)?;
                let node = [base % nx + (low & 1), base / nx + (low >> 1 & 1), layer.k + (low >> 2)];
                let axis = number / 4;
                let edge = Edge {
                    from: std::array::from_fn(|axis| layer.tables[axis][node[axis]]),
                    axis,
                    to: layer.tables[axis][node[axis] + 1],
                    values: [corners[low], corners[high]],
                };
                edges.push((edge, node));
            }
        }
        Ok(edges)
    }

    /// Adds the triangles of these cells, whose edges have their vertices.
    fn connect(
        &mut self,
        active: &[usize],
        planes: [&[f64]; 2],
        layer: &Layer<'_>,
        function: Option<&dyn Function>,
        mirrored: bool,
    ) -> Result<(), SurfaceError> {
        let nx = layer.tables[0].len();
        let first = self.mesh.points.len();
        let (mut middles, mut reach) = (Vec::new(), 0.0_f64);
        let mut triangles = Vec::new();
        let mut all = Vec::new();
        for &base in active {
            all.clear();
            loops(&corners(base, planes, nx, self.level), |edges| {
                let mut copy = [0; LONGEST];
                copy[..edges.len()].copy_from_slice(edges);
                all.push((copy, edges.len()));
            });
            for (edges, count) in &all {
                let edges = &edges[..*count];
                let mut vertices = [0; LONGEST];
                let mut points = [[0.0; 3]; LONGEST];
                for (k, edge) in edges.iter().enumerate() {
                    vertices[k] = *self.slot(base, *edge, nx);
                    points[k] = self.mesh.points[vertices[k] as usize];
                }
                let mut add = |[a, b, c]: [u32; 3]| {
                    self.mesh.triangles.push(if mirrored { [a, c, b] } else { [a, b, c] });
                };
                match cut(edges, &points[..*count], &mut triangles) {
                    Cut::Triangles => triangles.iter().for_each(|places| add(places.map(|place| vertices[place]))),
                    Cut::Fan => {
                        let middle = numbered(first + middles.len())?;
                        (0..*count).for_each(|k| add([vertices[k], vertices[(k + 1) % count], middle]));
                        let vertices = &vertices[..*count];
                        let mean = mean(&points[..*count]);
                        let far = |point: &[f64; 3]| (0..3).map(|k| (point[k] - mean[k]).abs()).fold(0.0, f64::max);
                        reach = points[..*count].iter().map(far).fold(reach, f64::max);
                        let normals = vertices.iter().map(|vertex| self.mesh.normals[*vertex as usize]);
                        let normals: Vec<[f64; 3]> = normals.map(|normal| normal.map(f64::from)).collect();
                        let gone = vertices.iter().any(|vertex| self.gone[*vertex as usize]);
                        let sum = unit(normals.iter().fold([0.0; 3], |sum, n| std::array::from_fn(|k| sum[k] + n[k])));
                        middles.push(Placed { point: mean, normal: sum.unwrap_or(UNKNOWN), gone });
                    }
                }
            }
        }
        if let Some(function) = function.filter(|_| !middles.is_empty()) {
            let points: Vec<[f64; 3]> = middles.iter().map(|middle| middle.point).collect();
            for (middle, placed) in middles.iter_mut().zip(onto(function, self.level, &points, reach)) {
                *middle = Placed { gone: middle.gone, ..placed };
            }
        }
        self.add(middles);
        Ok(())
    }
}

/// A vertex's number, if there are numbers left.
fn numbered(vertex: usize) -> Result<u32, SurfaceError> {
    u32::try_from(vertex).ok().filter(|vertex| *vertex != NONE).ok_or(SurfaceError::TooLarge)
}

/// The values at the corners of the cell at `base`, measured from the level.
fn corners(base: usize, planes: [&[f64]; 2], nx: usize, level: f64) -> [f64; 8] {
    std::array::from_fn(|c| planes[c >> 2][base + (c & 1) + (c >> 1 & 1) * nx] - level)
}

fn mean(points: &[[f64; 3]]) -> [f64; 3] {
    let count = points.len() as f64;
    std::array::from_fn(|k| points.iter().map(|point| point[k]).sum::<f64>() / count)
}
