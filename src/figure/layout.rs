//! Where everything in a figure sits.
//!
//! All sizes follow from one: the size of the letters, which grows with the picture, so that a figure of 4096² cells
//! looks like one of 800². From the outside in: title, subtitle, the axes' common factors; on the left the y label, its
//! numbers and ticks; the cells in their frame; below them the numbers and label of x; on the right the colour bar with
//! its numbers and label, and under it the swatch for missing values. Ticks point outward, so no mark ever lies on a
//! cell.
//!
//! Cells are samples on nodes: the first cell is centred on the axis' minimum and the last on its maximum, and ticks
//! point at the middle of their pixel.
//!
//! Edge cases: labels never overlap, as ticks are thinned until they fit; titles shrink, then end in an ellipsis; very
//! flat pictures get a colour bar taller than they are, very narrow ones a paper wide enough for a title.

use super::FigureSpec;
use super::fit::Axis;
use super::palette::FIGURE_LEVELS;
use super::scene::{Area, Mark, Paint, Scene};
use super::steps::step_ticks;
use super::text::{Line, capital_height, crisp_size, elided, reach, width as text_width};
use super::ticks::Ticks;

/// Points of the letters beside the axes.
const LETTERS: f64 = 10.0;
/// Points of an inch.
const POINTS: f64 = 72.0;
const NO_DATA_LABEL: &str = "no data";

/// Sizes in pixels that the layout is made of.
pub(super) struct Sizes {
    pub(super) text: f64,
    pub(super) small: f64,
    title: f64,
    pub(super) line: i64,
    tick: i64,
    minor: i64,
    pub(super) pad: i64,
}

impl Sizes {
    pub(super) fn new(cells_wide: i64, cells_high: i64) -> Self {
        /// Letters per side of the picture.
        const PER_SIDE: f64 = 46.0;
        /// Letters are no smaller than this on any picture.
        const SMALLEST: f64 = 12.0;
        let (larger, smaller) = (float(cells_wide.max(cells_high)), float(cells_wide.min(cells_high)));
        // On a strip of millions of cells, letters in proportion to its length would make margins larger than any file.
        let most = (1.3 * (larger * smaller).sqrt()).max(1500.0);
        let side = (larger.powf(0.6) * smaller.max(larger / 3.0).powf(0.4)).min(most);
        Self::of_letters((side / PER_SIDE).max(SMALLEST))
    }

    /// The sizes of a page: those of type where the number of pixels per inch is settled.
    pub(super) fn of_page(cells_wide: i64, cells_high: i64, dpi: Option<f64>) -> Self {
        dpi.map_or_else(|| Self::new(cells_wide, cells_high), |dpi| Self::of_letters(LETTERS * dpi / POINTS))
    }

    fn of_letters(size: f64) -> Self {
        let text = crisp_size(size);
        Self {
            text,
            small: crisp_size(0.92 * text),
            title: crisp_size(1.2 * text),
            line: round(text / 16.0).max(1),
            tick: round(0.34 * text),
            minor: round(0.2 * text),
            pad: round(0.7 * text),
        }
    }

    pub(super) fn em(&self, share: f64) -> i64 {
        round(share * self.text)
    }

    /// From the frame to the numbers beside it.
    fn beside(&self) -> i64 {
        self.line + self.tick + self.em(0.3)
    }

    /// The room across that a turned label takes.
    fn label(&self, label: &str) -> i64 {
        if label.is_empty() { 0 } else { self.em(1.45) }
    }
}

/// The column on the right: the colour bar, the swatch for missing values, or both.
struct Column {
    /// The levels' axis and its ticks, unless no cell has a value.
    levels: Option<(Axis, Ticks)>,
    /// From the frame of the cells to the column.
    gap: i64,
    width: i64,
    /// Height of the levels without their pointed ends.
    levels_height: i64,
    tip_height: i64,
    swatch_height: i64,
    /// From the numbers' start to the label's.
    label_after: i64,
    /// From the frame of the cells to the end of everything.
    reach: i64,
}

/// A page whose columns are settled and whose rows are not yet.
pub(super) struct Page<'a> {
    spec: &'a FigureSpec,
    pub(super) sizes: Sizes,
    x: Axis,
    y: Axis,
    pub(super) x_ticks: Ticks,
    pub(super) y_ticks: Ticks,
    /// From the y label to the frame of the cells.
    y_column: i64,
    /// Height of the cells, or of the column on the right where that is taller.
    pub(super) band: i64,
    column: Option<Column>,
    pub(super) width: i64,
    /// The cells' box, its row still 0.
    pub(super) cells: Area,
    pub(super) marks: Vec<Mark>,
}

/// Pixels of one typographic point on a page around so many pixels: letters have ten.
pub(super) fn point(width: i64, height: i64, dpi: Option<f64>) -> f64 {
    dpi.map_or_else(|| Sizes::new(width, height).text / LETTERS, |dpi| dpi / POINTS)
}

/// Places everything.
pub(super) fn layout(spec: &FigureSpec, magnify: i64, range: Option<(f64, f64)>) -> Scene {
    let (width, height) = (i64::from(spec.width) * magnify, i64::from(spec.height) * magnify);
    if spec.bare {
        let cells = Area { x: 0, y: 0, width, height };
        return Scene { width, height, cells, magnify, ..Scene::default() };
    }
    let x = Axis::of_cells(spec.x.min, spec.x.max, spec.width, float(width));
    let y = Axis::of_cells(spec.y.min, spec.y.max, spec.height, float(height));
    let mut page = Page::new(spec, (width, height), (x, y), range, 0);
    let top = page.headings();
    page.cells.y = top + (page.band - height) / 2;
    page.y_axis();
    let x_end = page.x_axis();
    page.colour_bar(top);
    let end = x_end.max(top + page.band + page.sizes.line) + page.sizes.pad;
    Scene { width: page.width, height: end, cells: page.cells, magnify, marks: page.marks, over: Vec::new() }
}

impl<'a> Page<'a> {
    /// Finds the ticks, whose labels decide the margins, and with them where things are across the page; `beside` more
    /// pixels are kept free on the right.
    pub(super) fn new(
        spec: &'a FigureSpec,
        (width, height): (i64, i64),
        (x, y): (Axis, Axis),
        range: Option<(f64, f64)>,
        beside: i64,
    ) -> Self {
        let sizes = Sizes::of_page(width, height, spec.dpi);
        let s = &sizes;
        let least = match (range.is_some(), spec.masked > 0) {
            (true, true) => s.em(10.5),
            (true, false) => s.em(8.0),
            (false, _) => s.em(1.0),
        };
        let band = height.max(least);
        let x_ticks = x.ticks(4.0 * s.text, |label| text_width(label, s.small) + 0.8 * s.text);
        let y_ticks = y.ticks(2.4 * s.text, |_| 1.3 * s.small);
        let overhang = longest(&x_ticks, s.small) / 2 + s.em(0.5);
        // Beside cells flatter than the band, the y label and the colour bar come down to where the numbers of x are.
        let spread = if band > height { overhang } else { 0 };
        let y_column = (longest(&y_ticks, s.small) + s.beside()).max(spread);
        let left = (s.pad + s.label(&spec.y.label) + y_column).max(overhang);
        let column = Column::new(spec, s, band, range, spread);
        let right = s.pad + column.as_ref().map_or(overhang, |c| c.reach).max(beside);
        /// A page is wide enough for a short title.
        const LEAST_WIDTH: f64 = 24.0;
        let page_width = (left + width + right).max(s.em(LEAST_WIDTH));
        let cells = Area { x: left + (page_width - left - width - right) / 2, y: 0, width, height };
        Self {
            spec,
            sizes,
            x,
            y,
            x_ticks,
            y_ticks,
            y_column,
            band,
            column,
            width: page_width,
            cells,
            marks: Vec::new(),
        }
    }

    /// Title and subtitle; returns the row where the band of cells and colour bar starts.
    pub(super) fn headings(&mut self) -> i64 {
        let s = &self.sizes;
        let mut y = s.pad;
        for (words, size, strength) in [(&self.spec.title, s.title, 1.0), (&self.spec.subtitle, s.small, 0.75)] {
            if words.trim().is_empty() {
                continue;
            }
            /// A heading shrinks to this share of its size before it is cut.
            const SHRINK: f64 = 0.7;
            let fitting = size * self.room() / text_width(words, size);
            let size = if fitting < size { crisp_size(fitting.max(SHRINK * size) - 0.5).max(8.0) } else { size };
            let baseline = y + round(reach(size).0);
            let mark = self.centred(&elided(words, size, self.room()), size, baseline, strength);
            self.marks.push(mark);
            y += round(1.25 * size);
        }
        let s = &self.sizes;
        let bar_common = self.column.as_ref().and_then(|c| c.levels.as_ref()).is_some_and(|l| !l.1.common.is_empty());
        if bar_common || !self.y_ticks.common.is_empty() {
            y += round(1.25 * s.small);
        }
        y + s.em(0.45) + s.line
    }

    /// The frame of the cells, and what stands on their left.
    pub(super) fn y_axis(&mut self) {
        let (s, cells) = (&self.sizes, self.cells);
        let marks = &mut self.marks;
        marks.extend(cells.frame(s.line).map(|side| Mark::Box(side, Paint::Ink)));
        let numbers_end = float(cells.x - s.beside());
        for tick in &self.y_ticks.major {
            let row = float(cells.bottom()) - self.y.place(tick.value);
            let area = Area { x: cells.x - s.line - s.tick, y: line_start(row, s.line), width: s.tick, height: s.line };
            marks.push(Mark::Box(area, Paint::Ink));
            marks.push(number(&tick.label, s.small, numbers_end - text_width(&tick.label, s.small), row));
        }
        for &value in &self.y_ticks.minor {
            let y = line_start(float(cells.bottom()) - self.y.place(value), s.line);
            let area = Area { x: cells.x - s.line - s.minor, y, width: s.minor, height: s.line };
            marks.push(Mark::Box(area, Paint::Ink));
        }
        let common = &self.y_ticks.common;
        if !common.is_empty() {
            let length = text_width(common, s.small);
            let room = float(cells.width + self.column.as_ref().map_or(self.width, |c| c.gap)) - s.text;
            let start = if length > room { float(cells.right()) - length } else { float(cells.x) };
            marks.push(words(common, s.small, start.max(float(s.pad)), cells.y - s.line - s.em(0.4)));
        }
        if !self.spec.y.label.is_empty() {
            let column = cells.x - self.y_column - s.em(0.55);
            marks.push(turned(&self.spec.y.label, s.text, column, i64::midpoint(cells.y, cells.bottom()), self.band));
        }
    }

    /// What stands under the cells; returns the row where it ends.
    pub(super) fn x_axis(&mut self) -> i64 {
        let (s, cells) = (&self.sizes, self.cells);
        let baseline = cells.bottom() + s.beside() + round(capital_height(s.small));
        for tick in &self.x_ticks.major {
            let column = float(cells.x) + self.x.place(tick.value);
            let area =
                Area { x: line_start(column, s.line), y: cells.bottom() + s.line, width: s.line, height: s.tick };
            self.marks.push(Mark::Box(area, Paint::Ink));
            self.marks.push(words(&tick.label, s.small, column - text_width(&tick.label, s.small) / 2.0, baseline));
        }
        for &value in &self.x_ticks.minor {
            let x = line_start(float(cells.x) + self.x.place(value), s.line);
            let area = Area { x, y: cells.bottom() + s.line, width: s.line, height: s.minor };
            self.marks.push(Mark::Box(area, Paint::Ink));
        }
        let mut end = baseline + round(0.3 * s.small);
        let (common, label) = (&self.x_ticks.common, &self.spec.x.label);
        if !common.is_empty() {
            let length = text_width(common, s.small);
            let start = (float(cells.right()) - length).max(float(s.pad));
            self.marks.push(words(common, s.small, start, end + round(reach(s.small).0)));
            // The label stands on the same line where there is room for both.
            if label.is_empty() || text_width(label, s.text) / 2.0 + length + s.text > float(cells.width) / 2.0 {
                end += round(1.25 * s.small);
            }
        }
        if !label.is_empty() {
            let baseline = end + s.em(0.25) + round(reach(s.text).0);
            end = baseline + round(reach(s.text).1);
            let mark = self.centred(&elided(label, s.text, self.room()), s.text, baseline, 1.0);
            self.marks.push(mark);
        }
        end
    }

    /// The column on the right of the cells.
    pub(super) fn colour_bar(&mut self, top: i64) {
        let Some(column) = &self.column else { return };
        let (s, spec, marks) = (&self.sizes, self.spec, &mut self.marks);
        let x = self.cells.right() + s.line + column.gap + s.line;
        let numbers = x + column.width + s.beside();
        if let Some((axis, ticks)) = &column.levels {
            let y = top + if spec.above { column.tip_height } else { 0 };
            let levels = Area { x, y, width: column.width, height: column.levels_height };
            marks.push(Mark::Levels(levels, spec.colormap.levels(FIGURE_LEVELS)));
            let [upper, lower, before, after] = levels.frame(s.line);
            marks.extend([before, after].map(|side| Mark::Box(side, Paint::Ink)));
            let ends = [(spec.above, true, upper, y - column.tip_height), (spec.below, false, lower, levels.bottom())];
            for (pointed, up, side, y) in ends {
                let area = Area { x, y, width: column.width, height: column.tip_height };
                let tip = Mark::Tip { area, up, thickness: s.line };
                marks.push(if pointed { tip } else { Mark::Box(side, Paint::Ink) });
            }
            let row_of = |value: f64| float(levels.bottom()) - axis.place(value);
            let mut line = |value: f64, width: i64| {
                let y = line_start(row_of(value), s.line).clamp(levels.y - s.line, levels.bottom());
                let area = Area { x: levels.right() + s.line, y, width, height: s.line };
                marks.push(Mark::Box(area, Paint::Ink));
            };
            ticks.minor.iter().for_each(|&value| line(value, s.minor));
            ticks.major.iter().for_each(|tick| line(tick.value, s.tick));
            let labels = ticks.major.iter();
            marks.extend(labels.map(|t| number(&t.label, s.small, float(numbers), row_of(t.value))));
            if !ticks.common.is_empty() {
                marks.push(words(&ticks.common, s.small, float(x), top - s.line - s.em(0.4)));
            }
            if !spec.quantity.is_empty() {
                let base = numbers + column.label_after + s.em(0.45) + round(capital_height(s.text));
                let middle = i64::midpoint(levels.y, levels.bottom());
                marks.push(turned(&spec.quantity, s.text, base, middle, column.levels_height));
            }
        }
        if spec.masked > 0 {
            let y = top + self.band - column.swatch_height;
            let swatch = Area { x, y, width: column.width, height: column.swatch_height };
            marks.push(Mark::Box(swatch, Paint::NoData));
            marks.extend(swatch.frame(s.line).map(|side| Mark::Box(side, Paint::Ink)));
            let row = float(y) + float(column.swatch_height) / 2.0;
            marks.push(number(NO_DATA_LABEL, s.small, float(numbers), row));
        }
    }

    /// The longest a line across the page may be.
    fn room(&self) -> f64 {
        float(self.width - 2 * self.sizes.pad)
    }

    /// A line centred on the cells, moved where it would leave the page.
    fn centred(&self, label: &str, size: f64, baseline: i64, strength: f64) -> Mark {
        let (length, pad) = (text_width(label, size), self.sizes.pad);
        let middle = float(self.cells.x) + float(self.cells.width) / 2.0;
        let x = (middle - length / 2.0).min(float(self.width - pad) - length).max(float(pad));
        Mark::Text { line: Line { text: label.to_owned(), size, x, y: float(baseline), upward: false }, strength }
    }
}

impl Column {
    fn new(spec: &FigureSpec, s: &Sizes, band: i64, range: Option<(f64, f64)>, least_gap: i64) -> Option<Self> {
        let has_swatch = spec.masked > 0;
        if range.is_none() && !has_swatch {
            return None;
        }
        let width = s.em(1.4);
        let tip_height = round(0.9 * float(width));
        let swatch_height = s.em(0.95);
        let under = if has_swatch { swatch_height + s.em(0.95) } else { 0 };
        let levels_height = band - (i64::from(spec.below) + i64::from(spec.above)) * tip_height - under;
        let levels = range.map(|(from, to)| {
            let axis = Axis { from, to, scale: spec.scale, length: float(levels_height), margin: 0.0 };
            let ticks = match spec.colormap.steps() {
                Some(steps) => step_ticks(&axis, steps, 1.3 * s.small),
                None => axis.ticks(2.4 * s.text, |_| 1.3 * s.small),
            };
            (axis, ticks)
        });
        let gap = s.em(1.3).max(least_gap);
        let numbers_at = s.line + gap + s.line + width + s.beside();
        let (mut label_after, mut reach) = (0, numbers_at);
        if has_swatch {
            reach += ceil(text_width(NO_DATA_LABEL, s.small));
        }
        if let Some((_, ticks)) = &levels {
            label_after = longest(ticks, s.small);
            reach = reach.max(numbers_at + label_after + s.label(&spec.quantity));
            // The common factor starts where the bar does and may be longer than all that.
            reach = reach.max(s.line + gap + s.line + ceil(text_width(&ticks.common, s.small)));
        }
        Some(Self { levels, gap, width, levels_height, tip_height, swatch_height, label_after, reach })
    }
}

fn longest(found: &Ticks, size: f64) -> i64 {
    ceil(found.major.iter().map(|tick| text_width(&tick.label, size)).fold(0.0, f64::max))
}

/// The first pixel of a line `thickness` thick whose middle is at `place`.
pub(super) fn line_start(place: f64, thickness: i64) -> i64 {
    // A hair less than a half, so that a middle between two pixels goes to the lower one everywhere.
    floor(place - 0.5 * float(thickness) + 0.499)
}

pub(super) fn words(text: &str, size: f64, x: f64, baseline: i64) -> Mark {
    Mark::Text { line: Line { text: text.to_owned(), size, x, y: float(baseline), upward: false }, strength: 1.0 }
}

/// A number whose digits are centred on `row`.
pub(super) fn number(label: &str, size: f64, x: f64, row: f64) -> Mark {
    words(label, size, x, round(row + 0.5 * capital_height(size)))
}

/// A line turned to the left, centred on the row `middle`, with its base line on `column`.
fn turned(label: &str, size: f64, column: i64, middle: i64, room: i64) -> Mark {
    let label = elided(label, size, float(room));
    let y = (float(middle) + text_width(&label, size) / 2.0).round();
    Mark::Text { line: Line { text: label, size, x: float(column), y, upward: true }, strength: 1.0 }
}

#[expect(clippy::cast_precision_loss, reason = "pixel places are far below 2⁵³")]
pub(super) fn float(pixels: i64) -> f64 {
    pixels as f64
}

#[expect(clippy::cast_possible_truncation, reason = "pixel places are far below 2⁵³")]
pub(super) fn round(place: f64) -> i64 {
    place.round() as i64
}

#[expect(clippy::cast_possible_truncation, reason = "pixel places are far below 2⁵³")]
fn floor(place: f64) -> i64 {
    place.floor() as i64
}

#[expect(clippy::cast_possible_truncation, reason = "pixel places are far below 2⁵³")]
pub(super) fn ceil(place: f64) -> i64 {
    place.ceil() as i64
}
