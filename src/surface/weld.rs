//! Makes one vertex of those that lie together around a node on the level, and drops the triangles that have lost their area.
//!
//! Where a surface passes through a node, or very near it, each crossed edge of the node has a vertex of its own there, and the triangles
//! between them have no area. Their sides are contracted: vertices that short sides of triangles join become the first of them, so every
//! vertex stays where it was found, and sheets that only touch stay apart.
//!
//! Contraction can pinch. Where two triangles become the front and the back of one, they enclose nothing, and both go. Where a side is left
//! to more than two triangles, all but two of them get a new vertex on it, and where a vertex is left with several fans of triangles, each fan
//! gets its own copy: so what was closed stays closed, and no side belongs to more than two triangles. Vertices are then equal in place only
//! where the surface touches itself.

use super::mesh::Mesh;

/// Vertices nearer than this share of a cell along every axis are one: what single precision, in which meshes are written, tells apart of a
/// cell when a thousand of them span the extent.
pub(super) const TOGETHER: f64 = 1.0 / (1_u64 << 14) as f64;

/// A side that is cut loses two triangles to four with shorter sides, so that a second round is rare; this ends what would not end.
const ROUNDS: usize = 16;

/// Bytes that welding takes for each triangle at most: three entries of sides or corners, and their sorting in place.
pub(super) const BYTES: usize = 3 * size_of::<(u32, u32, bool, u32)>();

impl Mesh {
    /// Joins vertices that a side no longer than `reach` along every axis joins, and drops triangles without three vertices.
    pub(super) fn weld(&mut self, reach: [f64; 3]) {
        let mut first: Vec<u32> = Vec::new();
        for triangle in &self.triangles {
            for (a, b) in sides(triangle) {
                let (p, q) = (self.points[a as usize], self.points[b as usize]);
                if (0..3).all(|k| (p[k] - q[k]).abs() <= reach[k]) {
                    if first.is_empty() {
                        first = (0..).take(self.points.len()).collect();
                    }
                    let (a, b) = (root(&mut first, a), root(&mut first, b));
                    first[a.max(b) as usize] = a.min(b);
                }
            }
        }
        if first.is_empty() {
            return;
        }
        let mut merged = vec![false; first.len()];
        for vertex in (0..).take(first.len()) {
            let to = root(&mut first, vertex);
            if to != vertex {
                merged[to as usize] = true;
                let known = |normal: [f32; 3]| normal.iter().all(|part| part.is_finite());
                if !known(self.normals[to as usize]) {
                    self.normals[to as usize] = self.normals[vertex as usize];
                }
            }
        }
        self.triangles.iter_mut().flatten().for_each(|vertex| *vertex = first[*vertex as usize]);
        self.triangles.retain(|[a, b, c]| a != b && b != c && c != a);
        self.drop_flat(&merged);
        for _ in 0..ROUNDS {
            if !self.cut_shared(&mut merged) {
                break;
            }
        }
        self.part_fans(&merged);
        self.without(&vec![false; self.points.len()]);
    }

    /// The numbers of the triangles that a merged vertex belongs to.
    fn touched<'a>(&'a self, merged: &'a [bool]) -> impl Iterator<Item = (u32, &'a [u32; 3])> {
        (0..).zip(&self.triangles).filter(|(_, triangle)| triangle.iter().any(|vertex| merged[*vertex as usize]))
    }

    /// Drops pairs of triangles that are the front and the back of one.
    fn drop_flat(&mut self, merged: &[bool]) {
        let key = |[a, b, c]: [u32; 3]| {
            let least = a.min(b).min(c);
            let [a, b, c] = if a == least {
                [a, b, c]
            } else if b == least {
                [b, c, a]
            } else {
                [c, a, b]
            };
            (a, b.min(c), b.max(c), b > c)
        };
        let mut faces: Vec<_> = self.touched(merged).map(|(number, triangle)| (key(*triangle), number)).collect();
        faces.sort_unstable();
        let mut dropped = Vec::new();
        for same in faces.chunk_by(|p, q| (p.0.0, p.0.1, p.0.2) == (q.0.0, q.0.1, q.0.2)) {
            let (front, back) = same.split_at(same.partition_point(|face| !face.0.3));
            dropped.extend(front.iter().zip(back).flat_map(|(p, q)| [p.1, q.1]));
        }
        if !dropped.is_empty() {
            dropped.sort_unstable();
            let mut number = 0..;
            self.triangles.retain(|_| number.next().is_none_or(|number| dropped.binary_search(&number).is_err()));
        }
    }

    /// Gives sides that belong to more than two triangles, or to two that run them the same way, a vertex between for all but one pair;
    /// whether there was any.
    fn cut_shared(&mut self, merged: &mut Vec<bool>) -> bool {
        let mut runs: Vec<(u32, u32, bool, u32)> = Vec::new();
        for (number, triangle) in self.touched(merged) {
            let ends = sides(triangle).into_iter().filter(|(a, b)| merged[*a as usize] || merged[*b as usize]);
            runs.extend(ends.map(|(a, b)| (a.min(b), a.max(b), a > b, number)));
        }
        runs.sort_unstable();
        // Each triangle at most once a round, as it is another one then.
        let mut cuts: Vec<(u32, (u32, u32), u32)> = Vec::new();
        let mut busy = vec![false; self.triangles.len()];
        let mut any = false;
        for same in runs.chunk_by(|p, q| (p.0, p.1) == (q.0, q.1)) {
            let (forward, backward) = same.split_at(same.partition_point(|run| !run.2));
            let pairs = forward.len().max(backward.len());
            for pair in 1..pairs {
                any = true;
                let members: Vec<u32> =
                    [forward.get(pair), backward.get(pair)].into_iter().flatten().map(|run| run.3).collect();
                let full = u32::try_from(self.points.len()).is_err();
                if full || members.iter().any(|number| busy[*number as usize]) {
                    continue;
                }
                // Another place for each pair, so that they stay apart also for readers that join vertices by place.
                let share = pair as f64 / (pair + 1) as f64;
                let [a, b] = [same[0].0, same[0].1].map(|vertex| self.points[vertex as usize]);
                let Ok(vertex) = u32::try_from(self.points.len()) else { continue };
                self.points.push(std::array::from_fn(|k| a[k] + share * (b[k] - a[k])));
                self.normals.push(self.normals[same[0].0 as usize]);
                merged.push(true);
                for number in members {
                    busy[number as usize] = true;
                    cuts.push((number, (same[0].0, same[0].1), vertex));
                }
            }
        }
        for (number, (a, b), vertex) in cuts {
            let triangle = self.triangles[number as usize];
            let replaced = |old: u32| triangle.map(|one| if one == old { vertex } else { one });
            self.triangles[number as usize] = replaced(a);
            self.triangles.push(replaced(b));
        }
        any
    }

    /// Gives each fan of triangles around a merged vertex but the first a vertex of its own.
    fn part_fans(&mut self, merged: &[bool]) {
        // For each corner at a merged vertex: the vertex, the triangle, and the place in it.
        let corner =
            |(number, triangle): (u32, &[u32; 3])| (0..3).map(move |k| (triangle[k], number, k)).collect::<Vec<_>>();
        let mut corners: Vec<(u32, u32, usize)> =
            self.touched(merged).flat_map(corner).filter(|corner| merged[corner.0 as usize]).collect();
        corners.sort_unstable();
        for around in corners.chunk_by(|p, q| p.0 == q.0) {
            let ends = |at: &(u32, u32, usize)| {
                let triangle = self.triangles[at.1 as usize];
                (triangle[(at.2 + 1) % 3], triangle[(at.2 + 2) % 3])
            };
            let ends: Vec<(u32, u32)> = around.iter().map(ends).collect();
            // The fan of each corner: those that share a side at the vertex are of one.
            let mut fan: Vec<usize> = (0..around.len()).collect();
            for a in 0..ends.len() {
                for b in 0..ends.len() {
                    if ends[a].1 == ends[b].0 && fan[a] != fan[b] {
                        let (to, from) = (fan[a].min(fan[b]), fan[a].max(fan[b]));
                        fan.iter_mut().filter(|one| **one == from).for_each(|one| *one = to);
                    }
                }
            }
            for name in 1..around.len() {
                if fan[name] != name {
                    continue;
                }
                let Ok(copy) = u32::try_from(self.points.len()) else { return };
                self.points.push(self.points[around[0].0 as usize]);
                self.normals.push(self.normals[around[0].0 as usize]);
                for (corner, _) in around.iter().zip(&fan).filter(|(_, fan)| **fan == name) {
                    self.triangles[corner.1 as usize][corner.2] = copy;
                }
            }
        }
    }
}

/// The sides of a triangle, as it runs them.
fn sides([a, b, c]: &[u32; 3]) -> [(u32, u32); 3] {
    [(*a, *b), (*b, *c), (*c, *a)]
}

/// The first of the vertices that are one with this.
fn root(first: &mut [u32], mut vertex: u32) -> u32 {
    while first[vertex as usize] != vertex {
        let next = first[first[vertex as usize] as usize];
        first[vertex as usize] = next;
        vertex = next;
    }
    vertex
}
