//! How open to the sky each side of a surface is: hollows get less light than bulges, which an eye needs to read a form.
//!
//! Rays are sent from each vertex to either side, over a hemisphere and more often near the normal (after Zhukov, Iones and
//! Kronin, “An ambient light illumination model”, 1998), through a coarse grid of voxels that know whether the surface is in them. A ray that
//! meets the surface takes light away, the more the nearer it does. The voxels make this rough, so the results are averaged with those of
//! neighbours along the sides of triangles.
//!
//! Limits: what is smaller than a voxel casts no shade; translucent sheets cast none.

use super::super::Mesh;
use crate::figure::space::Camera;
use rayon::prelude::*;

/// Voxels along the longest side of the box.
const VOXELS: usize = 72;

/// Rays from each side of a vertex.
const RAYS: usize = 20;

/// How far rays go, in voxels.
const REACH: usize = 18;

/// How far from the surface they start, so that they do not meet the place they come from.
const START: f32 = 1.9;

/// How often neighbours are averaged.
const ROUNDS: usize = 3;

/// The most that is taken away.
const DEEPEST: f32 = 0.85;

/// For each vertex, the share of the light that reaches it on the side of higher values and on the other; none says that all does.
#[derive(Debug, Clone, Default)]
pub struct Shade(Vec<[f32; 2]>);

impl Shade {
    /// The share at shares of three vertices.
    pub(super) fn open(&self, vertices: [u32; 3], shares: [f32; 3], higher: bool) -> f32 {
        if self.0.is_empty() {
            return 1.0;
        }
        (0..3).map(|k| shares[k] * self.0[vertices[k] as usize][usize::from(!higher)]).sum()
    }
}

/// Voxels that have something in them.
#[derive(Debug)]
pub struct Voxels {
    sizes: [usize; 3],
    low: [f32; 3],
    /// Voxels of a unit of the model.
    scale: f32,
    full: Vec<bool>,
}

impl Voxels {
    /// The voxels of the box of a camera with these meshes in it.
    #[must_use]
    pub fn new<'a>(camera: &Camera, meshes: impl IntoIterator<Item = &'a Mesh>) -> Self {
        let (low, high) = camera.bounds();
        let (low, high) = (single(camera.model(low)), single(camera.model(high)));
        let longest = (0..3).map(|k| high[k] - low[k]).fold(0.0_f32, f32::max);
        let scale = VOXELS as f32 / longest;
        let sizes = std::array::from_fn(|k| count((high[k] - low[k]) * scale) + 1);
        let mut voxels = Self { sizes, low, scale, full: vec![false; sizes.iter().product()] };
        for mesh in meshes {
            for triangle in &mesh.triangles {
                let corners = mesh.corners(*triangle).map(|corner| voxels.place(camera, corner));
                // Triangles are smaller than voxels as a rule; of others, points no farther apart than that are marked.
                let far =
                    |a: usize, b: usize| (0..3).map(|k| (corners[a][k] - corners[b][k]).abs()).fold(0.0, f32::max);
                let parts = count(far(0, 1).max(far(1, 2)).max(far(2, 0))) + 1;
                for i in 0..=parts {
                    for j in 0..=parts - i {
                        let (u, v) = (i as f32 / parts as f32, j as f32 / parts as f32);
                        let at = std::array::from_fn(|k| {
                            corners[0][k] * (1.0 - u - v) + corners[1][k] * u + corners[2][k] * v
                        });
                        if let Some(at) = voxels.at(at) {
                            voxels.full[at] = true;
                        }
                    }
                }
            }
        }
        voxels
    }

    /// A point in voxels.
    fn place(&self, camera: &Camera, point: [f64; 3]) -> [f32; 3] {
        let model = single(camera.model(point));
        std::array::from_fn(|k| (model[k] - self.low[k]) * self.scale)
    }

    /// The voxel at a place, if it is in the box.
    fn at(&self, place: [f32; 3]) -> Option<usize> {
        let mut at = 0;
        for k in (0..3).rev() {
            if !(0.0..self.sizes[k] as f32).contains(&place[k]) {
                return None;
            }
            at = at * self.sizes[k] + count(place[k]).min(self.sizes[k] - 1);
        }
        Some(at)
    }

    /// How open both sides of a mesh are.
    #[must_use]
    pub fn shade(&self, camera: &Camera, mesh: &Mesh) -> Shade {
        let rays = rays();
        let one = |(point, normal): (&[f64; 3], &[f32; 3])| {
            let place = self.place(camera, *point);
            let normal = unit(single(camera.model_normal(normal.map(f64::from))));
            [1.0, -1.0].map(|side| self.open(place, normal.map(|part| part * side), &rays))
        };
        let points = mesh.points.par_iter().with_min_len(256).zip(&mesh.normals);
        let mut open: Vec<[f32; 2]> = points.map(one).collect();
        for _ in 0..ROUNDS {
            open = averaged(mesh, &open);
        }
        Shade(open)
    }

    /// The share of light that comes to a place from the side of its normal.
    fn open(&self, place: [f32; 3], normal: [f32; 3], rays: &[[f32; 3]; RAYS]) -> f32 {
        // Any two directions across the normal.
        let helper = if normal[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
        let u = unit(cross(normal, helper));
        let v = cross(normal, u);
        let start: [f32; 3] = std::array::from_fn(|k| place[k] + START * normal[k]);
        let lost: f32 = rays
            .iter()
            .map(|ray| {
                let way: [f32; 3] = std::array::from_fn(|k| ray[0] * u[k] + ray[1] * v[k] + ray[2] * normal[k]);
                for step in 0..REACH {
                    let far = step as f32;
                    let Some(at) = self.at(std::array::from_fn(|k| start[k] + far * way[k])) else { return 0.0 };
                    if self.full[at] {
                        let left = 1.0 - far / REACH as f32;
                        return left * left.sqrt();
                    }
                }
                0.0
            })
            .sum();
        1.0 - DEEPEST * lost / RAYS as f32
    }
}

/// Directions over a hemisphere around z, weighted by their cosine: points of a sunflower on the disc, raised onto the sphere.
fn rays() -> [[f32; 3]; RAYS] {
    const GOLDEN: f32 = 2.399_963_2;
    std::array::from_fn(|k| {
        let r2 = (k as f32 + 0.5) / RAYS as f32;
        let (r, turn) = (r2.sqrt(), k as f32 * GOLDEN);
        [r * turn.cos(), r * turn.sin(), (1.0 - r2).sqrt()]
    })
}

/// The mean of each vertex and its neighbours.
fn averaged(mesh: &Mesh, open: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut sums: Vec<([f32; 2], f32)> = open.iter().map(|open| (open.map(|side| 2.0 * side), 2.0)).collect();
    for triangle in &mesh.triangles {
        let of = triangle.map(|vertex| open[vertex as usize]);
        let total: [f32; 2] = std::array::from_fn(|side| of.iter().map(|open| open[side]).sum());
        for (vertex, own) in triangle.iter().zip(of) {
            let (sum, weight) = &mut sums[*vertex as usize];
            *sum = std::array::from_fn(|side| sum[side] + 0.5 * (total[side] - own[side]));
            *weight += 1.0;
        }
    }
    sums.into_iter().map(|(sum, weight)| sum.map(|side| side / weight)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "places in a box, for light")]
fn single(v: [f64; 3]) -> [f32; 3] {
    v.map(|part| part as f32)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of voxels, not negative")]
fn count(length: f32) -> usize {
    length.max(0.0) as usize
}

fn cross(u: [f32; 3], v: [f32; 3]) -> [f32; 3] {
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}

fn unit(v: [f32; 3]) -> [f32; 3] {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    if length > 0.0 { v.map(|part| part / length) } else { v }
}
