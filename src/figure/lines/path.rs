//! From the points of a series to lines within the frame: places, cuts at the frame, dashes.

/// A place in pixels.
pub(super) type Place = (f64, f64);

/// A box with real-valued edges: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Window {
    pub(super) fn holds(&self, (x, y): Place) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// The part of a segment inside the box (Liang & Barsky, *ACM Trans. Graphics* 3(1), 1984).
    pub(super) fn cut(&self, a: Place, b: Place) -> Option<(Place, Place)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        if !dx.is_finite() || !dy.is_finite() {
            return None;
        }
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        let sides = [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)];
        for (step, room) in sides {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                from = from.max(room / step);
            } else {
                to = to.min(room / step);
            }
        }
        let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
        // An end that is not cut stays what it was, to the bit, so that cut pieces still join.
        let (start, end) = (if from > 0.0 { at(from) } else { a }, if to < 1.0 { at(to) } else { b });
        (from <= to).then_some((start, end))
    }
}

/// The lines through the places that lie inside the window; a missing place interrupts them.
pub(super) fn inside(places: &[Option<Place>], window: &Window) -> Vec<Vec<Place>> {
    let mut paths: Vec<Vec<Place>> = Vec::new();
    for pair in places.windows(2) {
        let (Some(a), Some(b)) = (pair[0], pair[1]) else { continue };
        let Some((a, b)) = window.cut(a, b) else { continue };
        match paths.last_mut() {
            Some(path) if path.last() == Some(&a) => path.push(b),
            _ => paths.push(vec![a, b]),
        }
    }
    paths
}

/// The lines cut into dashes of length `on` with gaps of length `off`, measured along them.
pub(super) fn dashes(paths: &[Vec<Place>], on: f64, off: f64) -> Vec<Vec<Place>> {
    let mut out = Vec::new();
    for path in paths {
        let (mut drawing, mut left) = (true, on);
        let mut dash: Vec<Place> = path.first().copied().into_iter().collect();
        for pair in path.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = (b.0 - a.0).hypot(b.1 - a.1);
            let mut along = 0.0;
            while length - along > left {
                along += left;
                let place = (a.0 + (b.0 - a.0) * along / length, a.1 + (b.1 - a.1) * along / length);
                if drawing {
                    dash.push(place);
                    out.push(std::mem::take(&mut dash));
                } else {
                    dash.push(place);
                }
                drawing = !drawing;
                left = if drawing { on } else { off };
            }
            left -= length - along;
            if drawing {
                dash.push(b);
            }
        }
        if dash.len() > 1 {
            out.push(dash);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn segments_are_cut_at_the_window() {
        let cut = |a, b| WINDOW.cut(a, b);
        assert_eq!(cut((-5.0, 5.0), (15.0, 5.0)), Some(((0.0, 5.0), (10.0, 5.0))), "across");
        assert_eq!(cut((2.0, 2.0), (8.0, 3.0)), Some(((2.0, 2.0), (8.0, 3.0))), "inside");
        assert_eq!(cut((5.0, 5.0), (5.0, 25.0)), Some(((5.0, 5.0), (5.0, 10.0))), "out below");
        assert_eq!(cut((-5.0, 4.0), (4.0, -5.0)), None, "past the corner");
        assert_eq!(cut((-5.0, -1.0), (15.0, -1.0)), None, "above");
        assert_eq!(cut((f64::NEG_INFINITY, 5.0), (5.0, 5.0)), None, "without an end");
    }

    #[test]
    fn lines_are_interrupted_by_gaps_and_by_the_frame() {
        let places = [Some((1.0, 1.0)), Some((2.0, 5.0)), None, Some((4.0, 5.0)), Some((5.0, 20.0)), Some((6.0, 5.0))];
        let paths = inside(&places, &WINDOW);
        assert_eq!(paths.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2], "{paths:?}");
        assert_eq!(paths[1][1].1, 10.0, "out at the lower edge");
        assert_eq!(inside(&[Some((1.0, 1.0))], &WINDOW), Vec::<Vec<Place>>::new(), "a point alone is no line");
    }

    #[test]
    fn dashes_go_around_corners() {
        let found = dashes(&[vec![(0.0, 0.0), (3.0, 0.0), (3.0, 10.0)]], 4.0, 2.0);
        let expected =
            vec![vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 3.0), (3.0, 7.0)], vec![(3.0, 9.0), (3.0, 10.0)]];
        assert_eq!(found, expected, "4 on, 2 off");
    }
}
