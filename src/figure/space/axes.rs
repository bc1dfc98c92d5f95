//! The box around space: its far sides with lines at the ticks, and the axes with their numbers along edges of its outline.

use super::Camera;
use super::camera::Seen;
use crate::figure::fit::Axis;
use crate::figure::layout::{Sizes, number};
use crate::figure::scale::Scale;
use crate::figure::scene::{Area, Brush, Colour, Mark};
use crate::figure::text::{capital_height, width as text_width};
use crate::figure::ticks::Ticks;

/// Room for numbers and labels around the box: left, above, right, below.
pub(super) fn margins(sizes: &Sizes) -> [f64; 4] {
    [5.2 * sizes.text, 0.6 * sizes.text, 3.4 * sizes.text, 3.4 * sizes.text]
}

/// How strong the ink of the far sides is, by axis: as if light fell on them.
const PANES: [f64; 3] = [0.055, 0.035, 0.075];
/// How strong lines at ticks are, edges of the far sides, and the axes.
const LINES: f64 = 0.13;
const EDGES: f64 = 0.34;
const AXES: f64 = 0.8;

/// The marks behind the image and those in front of it.
pub(super) fn marks(camera: &Camera, labels: [&str; 3], sizes: &Sizes, room: Area) -> (Vec<Mark>, Vec<Mark>) {
    let lines: [Option<Line>; 3] = std::array::from_fn(|axis| Line::new(camera, axis, sizes));
    let thin = (sizes.text / 16.0).max(1.0);
    let stroke = |paths: Vec<Vec<(f64, f64)>>, width: f64, strength: f64| Mark::Stroke {
        paths,
        width,
        brush: Brush { colour: Colour::Ink, strength },
        clip: room,
    };
    let mut back = Vec::new();
    let far = (0..6).map(|side| (side / 2, side % 2)).filter(|&(axis, end)| !camera.is_front(axis, end));
    let far: Vec<(usize, usize)> = far.collect();
    for &(axis, end) in &far {
        let corners = pane(axis, end).map(|corner| place(camera.see(camera.corner(corner))));
        let brush = Brush { colour: Colour::Ink, strength: PANES[axis] };
        back.push(Mark::Fill { paths: vec![corners.to_vec()], brush, clip: room });
    }
    let mut grid = Vec::new();
    for &(axis, end) in &far {
        let corner = camera.corner(end << axis);
        for across in (0..3).filter(|across| *across != axis) {
            let along = 3 - axis - across;
            let (low, high) = camera.bounds();
            for tick in lines[across].iter().flat_map(|line| &line.ticks.major) {
                let ends = [low, high].map(|bound| {
                    let mut point = corner;
                    point[across] = tick.value.clamp(low[across], high[across]);
                    point[along] = bound[along];
                    place(camera.see(point))
                });
                grid.push(ends.to_vec());
            }
        }
    }
    back.push(stroke(grid, thin, LINES));
    // Every edge of a far side, once.
    let mut edges: Vec<(usize, usize)> = far
        .iter()
        .flat_map(|&(axis, end)| {
            let corners = pane(axis, end);
            (0..4).map(move |k| (corners[k].min(corners[(k + 1) % 4]), corners[k].max(corners[(k + 1) % 4])))
        })
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let paths = edges.iter().map(|(a, b)| [*a, *b].map(|corner| place(camera.see(camera.corner(corner)))).to_vec());
    back.push(stroke(paths.collect(), thin, EDGES));
    let (mut front, mut taken) = (Vec::new(), Vec::new());
    for (line, label) in lines.iter().zip(labels) {
        let Some(line) = line else { continue };
        front.push(stroke(vec![vec![line.from, line.to]], 1.25 * thin, AXES));
        front.push(stroke(line.tick_paths(camera, 0.34 * sizes.text), thin, AXES));
        line.write(camera, label, (sizes, room), &mut taken, &mut front);
    }
    (back, front)
}

/// The corners of a side of the box, in a circle.
fn pane(axis: usize, end: usize) -> [usize; 4] {
    let (u, v) = (1 << ((axis + 1) % 3), 1 << ((axis + 2) % 3));
    [0, u, u + v, v].map(|corner| corner + (end << axis))
}

/// Whether two boxes (left, top, right, bottom) share a point.
fn overlap(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn place(seen: Seen) -> (f64, f64) {
    (seen.x, seen.y)
}

/// An axis along an edge of the box.
struct Line {
    axis: usize,
    /// The corner at its low end.
    corner: usize,
    from: (f64, f64),
    to: (f64, f64),
    /// The unit vector away from the box, in the picture.
    out: (f64, f64),
    ticks: Ticks,
}

impl Line {
    /// The axis along its edge, unless it is seen end on.
    fn new(camera: &Camera, axis: usize, sizes: &Sizes) -> Option<Self> {
        let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
        let edges = (0..4).map(|k| ((k & 1) << u | (k >> 1) << v, k & 1, k >> 1));
        // An edge belongs to the outline if one of its two sides is seen from outside and the other from inside.
        let outline = edges.filter(|&(_, a, b)| camera.is_front(u, a) != camera.is_front(v, b));
        let ends = |corner: usize| [corner, corner | 1 << axis].map(|corner| place(camera.see(camera.corner(corner))));
        let rank = |corner: usize| {
            let [a, b] = ends(corner);
            // The left edge for z, the lowest for x and y.
            if axis == 2 { -(a.0 + b.0) } else { a.1 + b.1 }
        };
        let corner = outline.map(|(corner, ..)| corner).max_by(|a, b| rank(*a).total_cmp(&rank(*b)))?;
        let [from, to] = ends(corner);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        if length < 2.5 * sizes.text {
            return None;
        }
        let middle = {
            let (low, high) = camera.bounds();
            place(camera.see(std::array::from_fn(|k| 0.5 * (low[k] + high[k]))))
        };
        let normal = (-(to.1 - from.1) / length, (to.0 - from.0) / length);
        let half = (0.5 * (from.0 + to.0) - middle.0, 0.5 * (from.1 + to.1) - middle.1);
        let side = if normal.0 * half.0 + normal.1 * half.1 < 0.0 { -1.0 } else { 1.0 };
        let out = (normal.0 * side, normal.1 * side);
        let (low, high) = camera.bounds();
        let scale = Axis { from: low[axis], to: high[axis], scale: Scale::Linear, length, margin: 0.0 };
        // Along a flat line the width of a number counts, along a steep one its height.
        let (flat, steep) = ((to.0 - from.0).abs() / length, (to.1 - from.1).abs() / length);
        let room = |label: &str| {
            let (w, h) = (text_width(label, sizes.small) + 0.7 * sizes.text, 1.45 * sizes.small);
            (w / flat.max(1e-9)).min(h / steep.max(1e-9))
        };
        let ticks = scale.ticks(3.2 * sizes.text, room);
        Some(Self { axis, corner, from, to, out, ticks })
    }

    fn at(&self, camera: &Camera, value: f64) -> (f64, f64) {
        let mut point = camera.corner(self.corner);
        let (low, high) = camera.bounds();
        point[self.axis] = value.clamp(low[self.axis], high[self.axis]);
        place(camera.see(point))
    }

    /// A place so far out.
    fn beyond(&self, (x, y): (f64, f64), far: f64) -> (f64, f64) {
        (x + far * self.out.0, y + far * self.out.1)
    }

    fn tick_paths(&self, camera: &Camera, length: f64) -> Vec<Vec<(f64, f64)>> {
        let tick = |value| {
            let at = self.at(camera, value);
            vec![at, self.beyond(at, length)]
        };
        self.ticks.major.iter().map(|tick_| tick(tick_.value)).collect()
    }

    /// Half of what words of this size reach along the way out.
    fn reach(&self, text: &str, size: f64) -> f64 {
        0.5 * (self.out.0.abs() * text_width(text, size) + self.out.1.abs() * capital_height(size))
    }

    /// Numbers and label; numbers that would lie over those that have `taken` their place are left out.
    fn write(
        &self,
        camera: &Camera,
        label: &str,
        (sizes, room): (&Sizes, Area),
        taken: &mut Vec<[f64; 4]>,
        marks: &mut Vec<Mark>,
    ) {
        let gap = 0.34 * sizes.text + 0.4 * sizes.text;
        let mut farthest = 0.0_f64;
        for tick in &self.ticks.major {
            let reach = self.reach(&tick.label, sizes.small);
            farthest = farthest.max(2.0 * reach);
            let (x, y) = self.beyond(self.at(camera, tick.value), gap + reach);
            let half = (0.5 * text_width(&tick.label, sizes.small), 0.5 * capital_height(sizes.small));
            let place = [x - half.0, y - half.1, x + half.0, y + half.1];
            if taken.iter().any(|other| overlap(&place, other)) {
                continue;
            }
            taken.push(place);
            marks.push(number(&tick.label, sizes.small, x - 0.5 * text_width(&tick.label, sizes.small), y));
        }
        let common = &self.ticks.common;
        let words = if common.is_empty() { label.to_owned() } else { format!("{label} ({common})") };
        if words.trim().is_empty() {
            return;
        }
        let middle = (0.5 * (self.from.0 + self.to.0), 0.5 * (self.from.1 + self.to.1));
        let far = gap + farthest + 0.45 * sizes.text + self.reach(&words, sizes.text);
        let (x, y) = self.beyond(middle, far);
        let half = 0.5 * text_width(&words, sizes.text);
        // Long labels stay in the picture.
        #[expect(clippy::cast_precision_loss, reason = "pixel places")]
        let (left, right) = (room.x as f64 + half, room.right() as f64 - half);
        let x = if left <= right { x.clamp(left, right) } else { 0.5 * (left + right) };
        marks.push(number(&words, sizes.text, x - half, y));
    }
}
