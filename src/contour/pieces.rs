//! Pieces of lines: linked within a strip, and joined across strips.
//!
//! The result does not tell how it came about: an open line begins where its direction says, a closed one at its vertex with the
//! least key, and lines are in the order of their levels and then of the keys they begin with. Keys count edges row by row.

use super::classify::Class;
use super::keys::row_of;
use crate::io::paths::Path;
use std::collections::HashMap;
use std::ops::Range;

/// No vertex, no piece.
const NONE: u32 = u32::MAX;

/// Neighbours that are closer than this share of a cell are one point: a line through a node crosses several edges there.
const SAME: f64 = 1e-9;

/// Lines of a strip.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// The edge of each vertex.
    keys: Vec<u64>,
    points: Vec<[f64; 2]>,
    /// Where asked for.
    normals: Vec<[f64; 2]>,
    pieces: Vec<Piece>,
}

/// A run of vertices on one level.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    level: Class,
    vertices: Range<usize>,
    /// Whether the last is joined to the first.
    closed: bool,
}

/// Follows segments from vertex to vertex. One without a place (it is NaN) ends the line on both its sides.
pub(super) fn link(
    keys: &[u64],
    levels: &[Class],
    points: &[[f64; 2]],
    normals: &[[f64; 2]],
    segments: &[(u32, u32)],
) -> Pieces {
    let mut next = vec![NONE; keys.len()];
    let mut led_to = vec![false; keys.len()];
    let placed = |vertex: u32| points.get(vertex as usize).is_some_and(|point| !point[0].is_nan());
    for &(from, to) in segments.iter().filter(|&&(from, to)| placed(from) && placed(to)) {
        next[from as usize] = to;
        led_to[to as usize] = true;
    }
    let mut found = Pieces::default();
    let mut follow = |first: usize, closed: bool, next: &mut [u32]| {
        let start = found.keys.len();
        let mut vertex = first;
        loop {
            found.keys.push(keys[vertex]);
            found.points.push(points[vertex]);
            found.normals.extend(normals.get(vertex));
            let to = std::mem::replace(&mut next[vertex], NONE);
            if to == NONE || to as usize == first {
                break;
            }
            vertex = to as usize;
        }
        found.pieces.push(Piece { level: levels[first], vertices: start..found.keys.len(), closed });
    };
    for vertex in 0..keys.len() {
        if !led_to[vertex] && next[vertex] != NONE {
            follow(vertex, false, &mut next);
        }
    }
    for vertex in 0..keys.len() {
        if next[vertex] != NONE {
            follow(vertex, true, &mut next);
        }
    }
    found
}

/// Joins the pieces of strips that come one above the other.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    strips: Vec<Pieces>,
    /// For each piece of all strips: its strip, its place there, and the piece that goes on from its last vertex.
    pieces: Vec<(usize, usize)>,
    next: Vec<u32>,
    led_to: Vec<bool>,
    /// Pieces that end and that begin at the upper side of the last strip, by level and key.
    tails: HashMap<(Class, u64), u32>,
    heads: HashMap<(Class, u64), u32>,
    vertices: usize,
    normals: usize,
}

impl Joiner {
    /// Adds a strip whose cells end at the row of nodes `top`; it lies upon the one before.
    pub(super) fn add(&mut self, strip: Pieces, width: usize, top: usize) {
        let (tails, heads) = (std::mem::take(&mut self.tails), std::mem::take(&mut self.heads));
        for (nth, piece) in strip.pieces.iter().enumerate() {
            let id = u32::try_from(self.pieces.len()).unwrap_or(NONE);
            self.pieces.push((self.strips.len(), nth));
            self.next.push(NONE);
            self.led_to.push(false);
            if piece.closed {
                continue;
            }
            let (first, last) = (strip.keys[piece.vertices.start], strip.keys[piece.vertices.end - 1]);
            if let Some(&before) = tails.get(&(piece.level, first)) {
                self.next[before as usize] = id;
                self.led_to[id as usize] = true;
            } else if row_of(first, width) == Some(top) {
                self.heads.insert((piece.level, first), id);
            }
            if let Some(&after) = heads.get(&(piece.level, last)) {
                self.next[id as usize] = after;
                self.led_to[after as usize] = true;
            } else if row_of(last, width) == Some(top) {
                self.tails.insert((piece.level, last), id);
            }
        }
        self.vertices += strip.points.len();
        self.normals += strip.normals.len();
        self.strips.push(strip);
    }

    /// Bytes that the pieces take, and the lines that are made of them.
    pub(super) fn bytes(&self) -> usize {
        /// A point as a piece and in a line, its key twice, and the number of its vertex.
        const VERTEX: usize = 2 * size_of::<[f64; 2]>() + 2 * size_of::<u64>() + size_of::<(usize, usize)>();
        let pieces = self.pieces.len() * (size_of::<Piece>() + size_of::<Path>() + size_of::<(usize, usize)>());
        self.vertices * VERTEX + self.normals * 2 * size_of::<[f64; 2]>() + pieces
    }

    /// The lines. `cell` is the size of a cell.
    pub(super) fn finish(mut self, levels: &[f64], cell: [f64; 2]) -> Vec<Path> {
        let mut lines = Vec::new();
        let (mut keys, mut vertices) = (Vec::new(), Vec::new());
        for pass in [false, true] {
            for first in 0..self.pieces.len() {
                let started = if pass { self.next[first] != NONE } else { !self.led_to[first] };
                if !started {
                    continue;
                }
                keys.clear();
                vertices.clear();
                let piece = |id: usize| {
                    let (strip, nth) = self.pieces[id];
                    (strip, &self.strips[strip], &self.strips[strip].pieces[nth])
                };
                let (level, mut closed) = (piece(first).2.level, piece(first).2.closed);
                let mut id = first;
                loop {
                    let (strip, pieces, piece) = piece(id);
                    // The first vertex of a piece that goes on is the last of the one before.
                    let skip = usize::from(!keys.is_empty());
                    let own = piece.vertices.start + skip..piece.vertices.end;
                    keys.extend_from_slice(&pieces.keys[own.clone()]);
                    vertices.extend(own.map(|vertex| (strip, vertex)));
                    let to = std::mem::replace(&mut self.next[id], NONE);
                    if to == NONE {
                        break;
                    }
                    id = to as usize;
                    if id == first {
                        closed = true;
                        keys.pop();
                        vertices.pop();
                        break;
                    }
                }
                if closed {
                    let least = (0..keys.len()).min_by_key(|&k| keys[k]).unwrap_or(0);
                    keys.rotate_left(least);
                    vertices.rotate_left(least);
                }
                if let Some(path) = self.path(&vertices, closed, levels[usize::from(level)], cell) {
                    lines.push(((level, keys[0]), path));
                }
            }
        }
        lines.sort_unstable_by_key(|line| line.0);
        lines.into_iter().map(|line| line.1).collect()
    }

    /// The path through vertices, each point once; none where all are one point.
    fn path(&self, vertices: &[(usize, usize)], closed: bool, value: f64, cell: [f64; 2]) -> Option<Path> {
        let same = |a: [f64; 2], b: [f64; 2]| (0..2).all(|axis| (a[axis] - b[axis]).abs() <= SAME * cell[axis]);
        let mut path =
            Path { points: Vec::with_capacity(vertices.len()), closed, value: Some(value), normals: Vec::new() };
        for &(strip, vertex) in vertices {
            let point = self.strips[strip].points[vertex];
            if path.points.last().is_none_or(|&last| !same(last, point)) {
                path.points.push(point);
                path.normals.extend(self.strips[strip].normals.get(vertex));
            }
        }
        while closed && path.points.len() > 1 && same(path.points[0], path.points[path.points.len() - 1]) {
            path.points.pop();
            path.normals.pop();
        }
        (path.points.len() > 1).then_some(path)
    }
}
