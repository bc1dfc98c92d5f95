//! One cell of marching cubes: from the values at eight corners to closed loops of crossed edges, and from a loop to triangles.
//!
//! No table of cases: the loops are traced. Seen from outside, the boundary of a face is walked counter-clockwise; an edge on which the
//! walk goes from low to high is an *up* edge, one on which it goes from high to low a *down* edge. In every face the surface joins each up
//! edge to a down edge. An edge lies in two faces, which walk it in opposite directions, so it is up in one and down in the other: “next”
//! is a permutation of the crossed edges, and its cycles are the loops in which the surface meets the cell's hull.
//!
//! ```text
//!       6────────7         corner = x + 2y + 4z
//!      ╱│       ╱│         edge   = 4·axis + rank of its lower corner
//!     4────────5 │
//!     │ 2──────│─3         a face with two high corners across    high ●──┼──○ low
//!     │╱       │╱          is ambiguous: the saddle decides             ┼     ┼
//!     0────────1                                                   low ○──┼──● high
//! ```
//!
//! **Ambiguous faces** follow the asymptotic decider (Nielson and Hamann, “The asymptotic decider”, Visualization '91): the bilinear
//! function on the face has a saddle, and high corners are joined where it is high. With values a, c at the high corners and b, d at the
//! low ones, measured from the level, the saddle's value is (ac − bd)/(a + c − b − d) with a positive denominator, so it is high if
//! ac ≥ bd. Both cells of a face compute the same two products, so they agree, and the surface has no cracks.
//!
//! **Triangles.** A loop is cut by diagonals, the shortest in sum, none of which joins two edges of one face: such a diagonal could be a
//! side of the neighbour's triangles too, and then four triangles would meet in it. Where no such cut exists, the loop becomes a fan around
//! a new vertex in its middle. So every side inside the grid belongs to two triangles.
//!
//! Limits: the decider looks at faces only. Two sheets that a trilinear function would join by a tunnel inside a single cell stay apart.

/// The ends of the twelve edges: lower corner first.
pub(super) const EDGES: [(usize, usize); 12] =
    [(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7)];

/// The corners of the six faces, counter-clockwise as seen from outside.
const FACES: [[usize; 4]; 6] = [[0, 4, 6, 2], [1, 3, 7, 5], [0, 1, 5, 4], [2, 6, 7, 3], [0, 2, 3, 1], [4, 5, 7, 6]];

/// The edges of the faces: the k-th joins corner k and its successor.
const FACE_EDGES: [[usize; 4]; 6] = face_edges();

/// A bit for each of the two faces that an edge lies in.
const FACES_OF_EDGE: [u8; 12] = faces_of_edge();

/// The most edges a loop can have: all.
pub(super) const LONGEST: usize = 12;

const fn face_edges() -> [[usize; 4]; 6] {
    let mut edges = [[0; 4]; 6];
    let mut face = 0;
    while face < 6 {
        let mut k = 0;
        while k < 4 {
            let (a, b) = (FACES[face][k], FACES[face][(k + 1) % 4]);
            let mut edge = 0;
            while !(EDGES[edge].0 == a && EDGES[edge].1 == b || EDGES[edge].0 == b && EDGES[edge].1 == a) {
                edge += 1;
            }
            edges[face][k] = edge;
            k += 1;
        }
        face += 1;
    }
    edges
}

const fn faces_of_edge() -> [u8; 12] {
    let mut faces = [0; 12];
    let mut face = 0;
    while face < 6 {
        let mut k = 0;
        while k < 4 {
            faces[FACE_EDGES[face][k]] |= 1 << face;
            k += 1;
        }
        face += 1;
    }
    faces
}

/// Calls `emit` with the edges of each loop of the surface {v = 0} in a cell with these corners, counter-clockwise as seen from where
/// values are high; a corner at zero is high.
pub(super) fn loops(corners: &[f64; 8], mut emit: impl FnMut(&[usize])) {
    const NONE: usize = usize::MAX;
    let high = corners.map(|value| value >= 0.0);
    let mut next = [NONE; 12];
    for (face, edges) in FACES.iter().zip(&FACE_EDGES) {
        let steps = [0, 1, 2, 3].map(|k| (high[face[k]], high[face[(k + 1) % 4]]));
        let up = |k: usize| steps[k] == (false, true);
        let crossed = steps.iter().filter(|(from, to)| from != to).count();
        let joined = crossed == 4 && {
            let (even, odd) = (corners[face[0]] * corners[face[2]], corners[face[1]] * corners[face[3]]);
            if high[face[0]] { even >= odd } else { odd >= even }
        };
        for k in (0..4).filter(|&k| up(k)) {
            let down = match crossed {
                // The low corners are cut off, or the high ones.
                4 if joined => Some((k + 3) % 4),
                4 => Some((k + 1) % 4),
                _ => (0..4).find(|&k| steps[k] == (true, false)),
            };
            // The walk from a down edge to its up edge runs the other way round, with high values on its left.
            if let Some(down) = down {
                next[edges[down]] = edges[k];
            }
        }
    }
    let mut found = [0; LONGEST];
    for start in 0..12 {
        let (mut edge, mut count) = (start, 0);
        while next[edge] != NONE {
            found[count] = edge;
            count += 1;
            edge = std::mem::replace(&mut next[edge], NONE);
        }
        if count > 0 {
            emit(&found[..count]);
        }
    }
}

/// How a loop becomes triangles.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Triangles of places in the loop.
    Triangles,
    /// Around its middle.
    Fan,
}

/// Cuts a loop of edges, whose vertices lie at `points`, into triangles of places in the loop.
pub(super) fn cut(edges: &[usize], points: &[[f64; 3]], triangles: &mut Vec<[usize; 3]>) -> Cut {
    triangles.clear();
    let n = edges.len();
    if n < 3 {
        return Cut::Triangles;
    }
    if n == 3 {
        triangles.push([0, 1, 2]);
        return Cut::Triangles;
    }
    let length = |a: usize, b: usize| {
        if b - a == 1 || b - a == n - 1 {
            0.0
        } else if FACES_OF_EDGE[edges[a]] & FACES_OF_EDGE[edges[b]] != 0 {
            f64::INFINITY
        } else {
            let part = |axis: usize| points[a][axis] - points[b][axis];
            part(0) * part(0) + part(1) * part(1) + part(2) * part(2)
        }
    };
    // The cheapest cut of the part between places a and b, which the diagonal from a to b closes.
    let mut cost = [[0.0_f64; LONGEST]; LONGEST];
    let mut apex = [[0_usize; LONGEST]; LONGEST];
    for span in 2..n {
        for a in 0..n - span {
            let b = a + span;
            let best = (a + 1..b).map(|c| (cost[a][c] + cost[c][b], c));
            let best = best.fold((f64::INFINITY, a + 1), |best, one| if one.0 < best.0 { one } else { best });
            cost[a][b] = best.0 + length(a, b);
            apex[a][b] = best.1;
        }
    }
    if cost[0][n - 1].is_infinite() {
        return Cut::Fan;
    }
    let mut parts = vec![(0, n - 1)];
    while let Some((a, b)) = parts.pop() {
        if b - a > 1 {
            let c = apex[a][b];
            triangles.push([a, c, b]);
            parts.extend([(a, c), (c, b)]);
        }
    }
    Cut::Triangles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_loops(corners: &[f64; 8]) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        loops(corners, |edges| all.push(edges.to_vec()));
        all
    }

    /// The corners of a case: bit c says whether corner c is high.
    fn corners(case: usize, high: f64, low: f64) -> [f64; 8] {
        std::array::from_fn(|c| if case >> c & 1 == 1 { high } else { -low })
    }

    fn middle(edge: usize) -> [f64; 3] {
        let (a, b) = EDGES[edge];
        std::array::from_fn(|axis| ((a >> axis & 1) + (b >> axis & 1)) as f64 / 2.0)
    }

    #[test]
    fn edges_and_faces_fit_together() {
        for (edge, (a, b)) in EDGES.into_iter().enumerate() {
            assert!((a ^ b).is_power_of_two() && a < b, "edge {edge}");
            assert_eq!((a ^ b).trailing_zeros() as usize, edge / 4, "its axis");
            assert_eq!(FACES_OF_EDGE[edge].count_ones(), 2, "edge {edge} lies in two faces");
        }
    }

    #[test]
    fn every_crossed_edge_is_in_one_loop_in_all_cases_and_both_decisions() {
        for case in 0..256 {
            for (high, low) in [(1.0, 2.0), (2.0, 1.0)] {
                let corners = corners(case, high, low);
                let mut seen: Vec<usize> = all_loops(&corners).concat();
                seen.sort_unstable();
                let crossed = |e: &usize| (corners[EDGES[*e].0] >= 0.0) != (corners[EDGES[*e].1] >= 0.0);
                assert_eq!(seen, (0..12).filter(crossed).collect::<Vec<_>>(), "case {case:08b}");
            }
        }
    }

    #[test]
    fn a_single_high_corner_is_seen_counter_clockwise_from_itself() {
        let loops = all_loops(&corners(1, 1.0, 1.0));
        let [a, b, c] = [0, 1, 2].map(|k| middle(loops[0][k]));
        let (u, v): ([f64; 3], [f64; 3]) = (std::array::from_fn(|k| b[k] - a[k]), std::array::from_fn(|k| c[k] - a[k]));
        let normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        assert!(normal.iter().all(|part| *part < 0.0), "toward the corner at 0: {normal:?}");
    }

    #[test]
    fn the_saddle_decides_what_is_joined() {
        // Corners 0 and 3 are high: they face each other on z = 0.
        assert_eq!(all_loops(&corners(0b1001, 2.0, 1.0)).len(), 1, "a high saddle joins them");
        assert_eq!(all_loops(&corners(0b1001, 1.0, 2.0)).len(), 2, "a low one cuts them off");
    }

    #[test]
    fn no_diagonal_lies_in_a_face() {
        let (mut triangles, mut fans) = (Vec::new(), 0);
        for case in 0..256 {
            for (high, low) in [(1.0, 2.0), (2.0, 1.0)] {
                for edges in all_loops(&corners(case, high, low)) {
                    let points: Vec<[f64; 3]> = edges.iter().map(|edge| middle(*edge)).collect();
                    if cut(&edges, &points, &mut triangles) == Cut::Fan {
                        fans += 1;
                        continue;
                    }
                    assert_eq!(triangles.len(), edges.len() - 2, "case {case:08b}");
                    for [a, b, c] in &triangles {
                        for (a, b) in [(a, b), (b, c), (a, c)] {
                            let side = b.abs_diff(*a) == 1 || b.abs_diff(*a) == edges.len() - 1;
                            let shared = FACES_OF_EDGE[edges[*a]] & FACES_OF_EDGE[edges[*b]];
                            assert!(side || shared == 0, "case {case:08b}: {edges:?} {a} {b}");
                        }
                    }
                }
            }
        }
        assert!(fans < 256, "{fans} of 512 cells need a vertex in the middle");
    }
}
