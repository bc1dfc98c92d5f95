//! Coverage of filled paths: how much of each pixel the inside of closed paths takes.
//!
//! **Theory.** Each edge adds, in the rows it crosses, the signed area that it has on its right within every pixel; the
//! running sum along a row is then the winding number averaged over the pixel (R. Levien's *font-rs*, after libart). By
//! the even-odd rule the sum is folded, 0 → 0, 1 → 1, 2 → 0, …, as in `FreeType`; by the other rule it is cut at 1.
//!
//! **Accuracy.** The area is exact where one boundary passes through a pixel, whatever its direction. Where several
//! do, their areas are added before the fold: exact for parts that lie apart and for holes, in error only where
//! boundaries of different depth cross within one pixel.
//!
//! **Edges**: paths are closed by themselves; fewer than three points have no inside; a point that is not finite is
//! left out with the edges at it, so give none; edges far outside the window cost nothing beside it.

use super::scene::Area;

/// A straight edge between two places.
pub(super) type Edge = ((f64, f64), (f64, f64));

/// What counts as inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Places that are surrounded an odd number of times.
    EvenOdd,
    /// Places that are surrounded, in whichever sense.
    Winding,
}

/// Less than this share of a pixel is what rounding leaves: sums have at most some millions of terms of order 1, each
/// rounded to 2⁻⁵³.
const NOTHING: f64 = 1e-9;

/// Calls `set(x, y, share)` once for each pixel of `window` that the inside of the edges covers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a window fits in memory")]
pub(super) fn fill(
    edges: impl Iterator<Item = Edge>,
    rule: Rule,
    window: &Area,
    sums: &mut Vec<f64>,
    set: &mut impl FnMut(i64, i64, f64),
) {
    if window.width <= 0 || window.height <= 0 {
        return;
    }
    // One more for what an edge in the last column leaves to its right.
    let across = window.width as usize + 1;
    sums.clear();
    sums.resize(across * window.height as usize, 0.0);
    for edge in edges {
        add(edge, window, sums);
    }
    for (y, row) in (window.y..).zip(sums.chunks_exact(across)) {
        let mut winding = 0.0;
        for (x, change) in (window.x..window.right()).zip(row) {
            winding += change;
            let depth = winding.abs();
            let share = match rule {
                Rule::Winding => depth.min(1.0),
                Rule::EvenOdd => 1.0 - (depth.rem_euclid(2.0) - 1.0).abs(),
            };
            if share > NOTHING {
                set(x, y, share);
            }
        }
    }
}

/// Adds an edge to the sums of the rows it crosses.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "cut to the window before")]
fn add((a, b): Edge, window: &Area, sums: &mut [f64]) {
    let (upper, lower, sign) = if a.1 < b.1 { (a, b, 1.0) } else { (b, a, -1.0) };
    let height = lower.1 - upper.1;
    if height <= 0.0 || !height.is_finite() {
        return;
    }
    let slope = (lower.0 - upper.0) / height;
    let first = (upper.1.floor() as i64).max(window.y);
    let after = (lower.1.ceil() as i64).min(window.bottom());
    let across = sums.len() / usize::try_from(window.height).unwrap_or(1);
    for y in first..after {
        let (from, to) = ((y as f64).max(upper.1), (y as f64 + 1.0).min(lower.1));
        let at = |row: f64| upper.0 + (row - upper.1) * slope - window.x as f64;
        // The ends as they are, so that edges which meet leave no gap.
        let start = if from == upper.1 { upper.0 - window.x as f64 } else { at(from) };
        let end = if to == lower.1 { lower.0 - window.x as f64 } else { at(to) };
        let row = usize::try_from(y - window.y).unwrap_or(0) * across;
        if let Some(row) = sums.get_mut(row..row + across) {
            cut(row, start.min(end), start.max(end), sign * (to - from));
        }
    }
}

/// Adds a piece of an edge within one row, from `left` to `right`, that goes down by `down`: what lies left of the window
/// counts as standing at its edge, what lies right of it changes nothing.
#[expect(clippy::cast_precision_loss, reason = "columns of a window")]
fn cut(row: &mut [f64], left: f64, right: f64, down: f64) {
    let end = (row.len() - 1) as f64;
    let width = right - left;
    let share = |length: f64| if width > 0.0 { (length / width).clamp(0.0, 1.0) } else { 1.0 };
    if right <= 0.0 {
        row[0] += down;
    } else if left < end {
        let (from, to) = (left.max(0.0), right.min(end));
        if left < 0.0 {
            row[0] += down * share(-left);
        }
        let inside = if width > 0.0 { down * share(to - from) } else { down };
        piece(row, from, to, inside);
    }
}

/// Adds a piece that lies in the window.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "columns of a window"
)]
fn piece(row: &mut [f64], from: f64, to: f64, down: f64) {
    let (first, after) = (from.floor() as usize, to.ceil() as usize);
    let last = row.len() - 1;
    if after <= first + 1 {
        // Within one column: the area right of it is that right of its middle.
        let middle = 0.5 * (from + to) - first as f64;
        row[first] += down * (1.0 - middle);
        row[(first + 1).min(last)] += if first < last { down * middle } else { 0.0 };
        return;
    }
    let per_column = down / (to - from);
    // The area right of the piece up to the end of a column, from which the columns follow as differences.
    let mut before = 0.0;
    let mut depth = 0.0;
    for (column, sum) in row.iter_mut().enumerate().take(after).skip(first) {
        let (enter, leave) = ((column as f64).max(from), (column as f64 + 1.0).min(to));
        let here = per_column * (leave - enter);
        let area = depth + here * (column as f64 + 1.0 - 0.5 * (enter + leave));
        *sum += area - before;
        before = area;
        depth += here;
    }
    row[after] += down - before;
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Area = Area { x: 3, y: 2, width: 20, height: 16 };

    fn edges(path: &[(f64, f64)]) -> Vec<Edge> {
        (0..path.len()).map(|k| (path[k], path[(k + 1) % path.len()])).collect()
    }

    fn shares(edges: &[Edge], rule: Rule, window: &Area) -> Vec<(i64, i64, f64)> {
        let (mut sums, mut out) = (vec![f64::NAN; 7], Vec::new());
        fill(edges.iter().copied(), rule, window, &mut sums, &mut |x, y, share| out.push((x, y, share)));
        out
    }

    fn area(edges: &[Edge], rule: Rule) -> f64 {
        shares(edges, rule, &WINDOW).iter().map(|p| p.2).sum()
    }

    /// Areas of a few hundred pixels, sums of some thousand roundings to 2⁻⁵³.
    const EXACT: f64 = 1e-10;

    #[test]
    fn the_area_of_a_polygon_is_exact() {
        let triangle = edges(&[(5.3, 3.1), (21.7, 9.9), (8.2, 16.4)]);
        let wanted = 0.5 * ((21.7 - 5.3) * (16.4 - 3.1) - (8.2 - 5.3) * (9.9 - 3.1_f64));
        let found = area(&triangle, Rule::EvenOdd);
        assert!((found - wanted).abs() < EXACT, "{found} {wanted}");
        let turned: Vec<Edge> = triangle.iter().map(|&(a, b)| (b, a)).collect();
        assert_eq!(found, area(&turned, Rule::Winding), "either way round");
        let wrong = area(&edges(&[(5.3, 3.1), (21.7, 9.9), (8.2, 16.5)]), Rule::EvenOdd);
        assert!((wrong - wanted).abs() > 0.5, "a tenth of a pixel is seen");
    }

    #[test]
    fn holes_are_empty_whichever_way_they_run() {
        let outer = edges(&[(4.0, 3.0), (20.0, 3.0), (20.0, 15.0), (4.0, 15.0)]);
        let inner = edges(&[(8.25, 6.0), (8.25, 12.0), (14.0, 12.0), (14.0, 6.0)]);
        let back: Vec<Edge> = inner.iter().map(|&(a, b)| (b, a)).collect();
        let whole = 16.0 * 12.0;
        for hole in [&inner, &back] {
            let both = [&outer[..], hole].concat();
            assert!((area(&both, Rule::EvenOdd) - (whole - 5.75 * 6.0)).abs() < EXACT, "a hole");
        }
        let twice = [&outer[..], &outer[..]].concat();
        assert!(area(&twice, Rule::EvenOdd) < EXACT, "even");
        assert!((area(&twice, Rule::Winding) - whole).abs() < EXACT, "twice is still inside");
    }

    #[test]
    fn what_leaves_the_window_is_cut() {
        let large = edges(&[(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)]);
        assert!((area(&large, Rule::EvenOdd) - 320.0).abs() < EXACT, "all of it");
        let slanted = edges(&[(-50.0, 10.0), (13.0, -53.0), (76.0, 10.0), (13.0, 73.0)]);
        assert!((area(&slanted, Rule::EvenOdd) - 320.0).abs() < EXACT, "a diamond around it");
        // A diamond |x − 13| + |y − 10| ≤ 14 loses corners on the left and right, and what is above and below.
        let diamond = edges(&[(-1.0, 10.0), (13.0, -4.0), (27.0, 10.0), (13.0, 24.0)]);
        let corners = 4.0 * 0.5 * 4.0 * 4.0;
        assert!((area(&diamond, Rule::EvenOdd) - (320.0 - corners)).abs() < EXACT, "four corners are missing");
    }

    #[test]
    fn rows_do_not_matter() {
        let star = edges(&[(13.0, 1.0), (18.3, 17.0), (4.1, 7.2), (22.9, 7.1), (7.7, 17.3)]);
        let whole = shares(&star, Rule::EvenOdd, &WINDOW);
        let mut bands = Vec::new();
        for y in (2..18).step_by(3) {
            let band = Area { y, height: 3.min(18 - y), ..WINDOW };
            bands.extend(shares(&star, Rule::EvenOdd, &band));
        }
        let bits =
            |pixels: &[(i64, i64, f64)]| -> Vec<_> { pixels.iter().map(|p| (p.0, p.1, p.2.to_bits())).collect() };
        assert_eq!(bits(&whole), bits(&bands), "row by row or at once");
    }

    #[test]
    fn lines_and_points_have_no_inside() {
        assert!(shares(&edges(&[(5.0, 5.0), (9.0, 9.0)]), Rule::EvenOdd, &WINDOW).is_empty(), "a line");
        assert!(shares(&edges(&[(5.0, 5.0)]), Rule::EvenOdd, &WINDOW).is_empty(), "a point");
        assert!(shares(&[], Rule::EvenOdd, &Area { width: 0, ..WINDOW }).is_empty(), "no window");
    }
}
