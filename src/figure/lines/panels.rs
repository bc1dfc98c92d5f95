//! Panels one over the other, whose frames stand in line: one figure of several.

use super::LineFigure;
use crate::figure::scene::{Area, Mark, Scene};

impl LineFigure {
    /// This figure with another one below it, the left sides of their frames in line. Both have the theme of this one.
    ///
    /// Where both have the same range of x, the numbers of x can be left out of the upper one: see
    /// [`LineFigureSpec::shares_x`](super::LineFigureSpec::shares_x).
    #[must_use]
    pub fn over(self, lower: Self) -> Self {
        let (upper, lower, theme) = (self.scene, lower.scene, self.theme);
        let frame = upper.cells.x.max(lower.cells.x);
        let (right, left) = (frame - upper.cells.x, frame - lower.cells.x);
        // The lower one's air at its top is enough for both.
        let down = upper.height;
        let width = (upper.width + right).max(lower.width + left);
        let bottom = down + lower.cells.bottom();
        let cells = Area {
            x: frame,
            y: upper.cells.y,
            width: upper.cells.width.max(lower.cells.width),
            height: bottom - upper.cells.y,
        };
        let both = |upper: Vec<Mark>, lower: Vec<Mark>| {
            let lower = lower.into_iter().map(|mark| moved(mark, left, down));
            upper.into_iter().map(|mark| moved(mark, right, 0)).chain(lower).collect()
        };
        let marks = both(upper.marks, lower.marks);
        let over = both(upper.over, lower.over);
        Self { scene: Scene { width, height: down + lower.height, cells, magnify: 1, marks, over }, theme }
    }
}

/// The same mark further right and down.
#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
fn moved(mark: Mark, right: i64, down: i64) -> Mark {
    let area = |area: Area| Area { x: area.x + right, y: area.y + down, ..area };
    let place = |(x, y): (f64, f64)| (x + right as f64, y + down as f64);
    let all =
        |paths: Vec<Vec<(f64, f64)>>| paths.into_iter().map(|path| path.into_iter().map(place).collect()).collect();
    match mark {
        Mark::Box(box_, paint) => Mark::Box(area(box_), paint),
        Mark::Levels(bar, levels) => Mark::Levels(area(bar), levels),
        Mark::Tip { area: tip, up, thickness } => Mark::Tip { area: area(tip), up, thickness },
        Mark::Text { mut line, strength } => {
            (line.x, line.y) = place((line.x, line.y));
            Mark::Text { line, strength }
        }
        Mark::Stroke { paths, width, brush, clip } => {
            Mark::Stroke { paths: all(paths), width, brush, clip: area(clip) }
        }
        Mark::Dot { at, radius, shape, brush } => Mark::Dot { at: place(at), radius, shape, brush },
        Mark::Fill { paths, brush, clip } => Mark::Fill { paths: all(paths), brush, clip: area(clip) },
        Mark::Image { area: image, pixels } => Mark::Image { area: area(image), pixels },
        Mark::Label { text, size, at, angle, brush, halo } => {
            Mark::Label { text, size, at: place(at), angle, brush, halo }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LineAxis, LineFigureSpec, Series, Style};
    use super::*;
    use crate::figure::scene::Colour;

    #[test]
    fn frames_stand_in_line_and_nothing_is_lost() {
        let panel = |label: &str, points: &[(f64, f64)], shares_x| {
            let series =
                Series { label: String::new(), points: points.to_vec(), style: Style::line(Colour::Series(0)) };
            let y = LineAxis { label: label.to_owned(), ..LineAxis::default() };
            LineFigure::new(&LineFigureSpec {
                size: (200, 100),
                y,
                shares_x,
                series: vec![series],
                ..Default::default()
            })
            .expect("a figure")
        };
        // The numbers of the lower one are longer, so its frame begins further right.
        let (upper, lower) =
            (panel("f", &[(0.0, 0.0), (1.0, 5.0)], true), panel("g", &[(0.0, 0.0), (1.0, 0.9)], false));
        let count = upper.scene.marks.len() + lower.scene.marks.len();
        let (frame, height) = (lower.scene.cells.x, lower.scene.height + upper.scene.height);
        assert!(frame > upper.scene.cells.x, "or there is nothing to test");
        let both = upper.clone().over(lower);
        assert_eq!(
            (both.scene.cells.x, both.scene.height, both.scene.marks.len()),
            (frame, height, count),
            "all of both"
        );
        let mut rows = 0;
        let (width, _) = both.size();
        both.paint(&mut |bytes| {
            rows += bytes.len() / usize::try_from(width).unwrap_or(1);
            Ok(())
        })
        .expect("painted");
        assert_eq!(rows, usize::try_from(height).expect("small"), "every row");
    }
}
