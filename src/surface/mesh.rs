//! Triangle meshes: points, normals and triangles, what they measure, and whether they are closed.
//!
//! Triangles run counter-clockwise as seen from the side that their normals point to. A mesh is a surface where every side of a triangle
//! belongs to one other triangle, which runs it the other way; a side that belongs to one triangle alone is a border.

use std::collections::HashMap;

/// A triangle mesh.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mesh {
    /// Where the vertices are.
    pub points: Vec<[f64; 3]>,
    /// The unit normals at the vertices.
    pub normals: Vec<[f32; 3]>,
    /// Three vertices each.
    pub triangles: Vec<[u32; 3]>,
}

/// What the sides of the triangles of a mesh say about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sides {
    /// Sides of one triangle alone.
    pub border: usize,
    /// Sides of two triangles that run them in opposite directions.
    pub inner: usize,
    /// All others: more than two triangles, or two that run them in the same direction.
    pub broken: usize,
}

impl Mesh {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.triangles.is_empty()
    }

    /// The corners of a triangle.
    #[must_use]
    pub fn corners(&self, triangle: [u32; 3]) -> [[f64; 3]; 3] {
        triangle.map(|vertex| self.points[vertex as usize])
    }

    /// The sum of the areas of the triangles.
    #[must_use]
    pub fn area(&self) -> f64 {
        let area = |triangle: &[u32; 3]| 0.5 * length(doubled_area(&self.corners(*triangle)));
        self.triangles.iter().map(area).sum()
    }

    /// The volume that a closed mesh encloses, positive if its normals point outward.
    #[must_use]
    pub fn volume(&self) -> f64 {
        let volume = |triangle: &[u32; 3]| {
            let corners = self.corners(*triangle);
            dot(corners[0], doubled_area(&corners)) / 6.0
        };
        self.triangles.iter().map(volume).sum()
    }

    /// Vertices − sides + triangles: 2 for a sphere, 0 for a torus, the sum over all pieces.
    #[must_use]
    pub fn euler_characteristic(&self) -> i64 {
        let Sides { border, inner, broken } = self.sides();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        count(self.points.len()) - count(border + inner + broken) + count(self.triangles.len())
    }

    /// Counts the sides by the triangles they belong to.
    #[must_use]
    pub fn sides(&self) -> Sides {
        // How often each side is run forward and backward.
        let mut runs: HashMap<(u32, u32), (u32, u32)> = HashMap::with_capacity(self.triangles.len() * 3 / 2);
        for [a, b, c] in &self.triangles {
            for (from, to) in [(a, b), (b, c), (c, a)] {
                let run = runs.entry((*from.min(to), *from.max(to))).or_default();
                if from < to { run.0 += 1 } else { run.1 += 1 }
            }
        }
        let mut sides = Sides::default();
        for run in runs.into_values() {
            match run {
                (1, 0) | (0, 1) => sides.border += 1,
                (1, 1) => sides.inner += 1,
                _ => sides.broken += 1,
            }
        }
        sides
    }

    /// The smallest box that holds all vertices: its lowest and its highest corner.
    #[must_use]
    pub fn bounds(&self) -> Option<([f64; 3], [f64; 3])> {
        let first = *self.points.first()?;
        Some(self.points.iter().fold((first, first), |(low, high), point| {
            (std::array::from_fn(|k| low[k].min(point[k])), std::array::from_fn(|k| high[k].max(point[k])))
        }))
    }

    /// Turns the mesh inside out: normals and triangles point the other way.
    pub fn flip(&mut self) {
        self.normals.iter_mut().for_each(|normal| *normal = normal.map(|part| -part));
        self.triangles.iter_mut().for_each(|triangle| triangle.swap(1, 2));
    }

    /// Leaves out the triangles of vertices that are `gone`, and the vertices that no triangle is left for.
    pub(super) fn without(&mut self, gone: &[bool]) {
        self.triangles.retain(|triangle| !triangle.iter().any(|vertex| gone[*vertex as usize]));
        let mut kept = vec![false; self.points.len()];
        self.triangles.iter().flatten().for_each(|vertex| kept[*vertex as usize] = true);
        let mut numbers = vec![0_u32; kept.len()];
        let mut count = 0;
        for (number, kept) in numbers.iter_mut().zip(&kept) {
            *number = count;
            count += u32::from(*kept);
        }
        let mut keeps = kept.iter();
        self.points.retain(|_| *keeps.next().unwrap_or(&false));
        let mut keeps = kept.iter();
        self.normals.retain(|_| *keeps.next().unwrap_or(&false));
        self.triangles.iter_mut().flatten().for_each(|vertex| *vertex = numbers[*vertex as usize]);
    }

    /// Gives vertices whose normal is not a unit vector the mean of their triangles' normals, by area.
    pub(super) fn mend_normals(&mut self) {
        let bad: Vec<bool> = self.normals.iter().map(|normal| normal.iter().any(|part| !part.is_finite())).collect();
        if !bad.contains(&true) {
            return;
        }
        let mut sums: HashMap<u32, [f64; 3]> = HashMap::new();
        for triangle in &self.triangles {
            let touches = triangle.iter().any(|vertex| bad[*vertex as usize]);
            if touches {
                let normal = doubled_area(&self.corners(*triangle));
                for vertex in triangle.iter().filter(|vertex| bad[**vertex as usize]) {
                    let sum = sums.entry(*vertex).or_default();
                    *sum = std::array::from_fn(|k| sum[k] + normal[k]);
                }
            }
        }
        for (vertex, normal) in self.normals.iter_mut().enumerate().filter(|(vertex, _)| bad[*vertex]) {
            let sum = u32::try_from(vertex).ok().and_then(|vertex| sums.get(&vertex));
            *normal = sum.and_then(|sum| unit(*sum)).unwrap_or([0.0, 0.0, 1.0]);
        }
    }
}

/// The vector along `v` of length 1, unless `v` is zero or not finite.
#[expect(clippy::cast_possible_truncation, reason = "normals are kept in single precision")]
pub(super) fn unit(v: [f64; 3]) -> Option<[f32; 3]> {
    // Scaled first, so that squares neither overflow nor vanish.
    let largest = v.iter().fold(0.0_f64, |largest, part| largest.max(part.abs()));
    if !(largest > 0.0 && v.iter().all(|part| part.is_finite())) {
        return None;
    }
    let v = v.map(|part| part / largest);
    let length = length(v);
    Some(v.map(|part| (part / length) as f32))
}

pub(super) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn length(v: [f64; 3]) -> f64 {
    dot(v, v).sqrt()
}

pub(super) fn cross(u: [f64; 3], v: [f64; 3]) -> [f64; 3] {
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}

/// The normal of a triangle, as long as twice its area.
pub(super) fn doubled_area([a, b, c]: &[[f64; 3]; 3]) -> [f64; 3] {
    cross(std::array::from_fn(|k| b[k] - a[k]), std::array::from_fn(|k| c[k] - a[k]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counter-clockwise from outside.
    fn tetrahedron() -> Mesh {
        let points = vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let triangles = vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];
        Mesh { normals: vec![[f32::NAN; 3]; 4], points, triangles }
    }

    #[test]
    fn a_tetrahedron_is_measured() {
        let mesh = tetrahedron();
        assert_eq!(mesh.sides(), Sides { border: 0, inner: 6, broken: 0 }, "closed");
        assert_eq!(mesh.euler_characteristic(), 2, "a sphere");
        assert!((mesh.volume() - 1.0 / 6.0).abs() < 1e-15, "{}", mesh.volume());
        assert!((mesh.area() - (1.5 + 0.75_f64.sqrt())).abs() < 1e-15, "{}", mesh.area());
        assert_eq!(mesh.bounds(), Some(([0.0; 3], [1.0; 3])), "its box");
    }

    #[test]
    fn a_broken_mesh_is_seen() {
        let mut open = tetrahedron();
        open.triangles.pop();
        assert_eq!(open.sides(), Sides { border: 3, inner: 3, broken: 0 }, "a face is missing");
        let mut turned = tetrahedron();
        turned.triangles[3].swap(1, 2);
        assert_eq!(turned.sides().broken, 3, "a face is turned");
        let mut doubled = tetrahedron();
        doubled.triangles.push([1, 2, 3]);
        assert_eq!(doubled.sides().broken, 3, "a face is there twice");
        let mut flipped = tetrahedron();
        flipped.flip();
        assert!(flipped.volume() < 0.0 && flipped.sides().broken == 0, "inside out, yet whole");
    }

    #[test]
    fn vertices_go_with_their_triangles_and_normals_are_mended() {
        let mut mesh = tetrahedron();
        mesh.mend_normals();
        let third = 1.0 / 3.0_f32.sqrt();
        assert!(mesh.normals[0].iter().all(|part| (part + third).abs() < 1e-6), "outward: {:?}", mesh.normals[0]);
        mesh.without(&[true, false, false, false]);
        assert_eq!((mesh.points.len(), mesh.triangles.as_slice()), (3, [[0, 1, 2]].as_slice()), "one face is left");
        assert_eq!(mesh.normals.len(), 3, "and its normals");
    }
}
