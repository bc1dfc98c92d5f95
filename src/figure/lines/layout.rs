//! Where everything in a line figure sits: the frame and its axes as around a heatmap, the lines within it.

use super::super::fit::Axis;
use super::super::layout::{Page, Sizes, float, line_start};
use super::super::scale::Scale;
use super::super::scene::{Area, Brush, Mark, Paint, Scene};
use super::super::{FigureAxis, FigureSpec};
use super::path::{Place, Window, dashes, inside};
use super::{Legend, LineFigureSpec, Series, Style, legend};

/// Sizes of lines and markers in pixels.
pub(super) struct Pens {
    /// Thickness of an ordinary line.
    pub(super) line: f64,
    /// Half the size of a marker.
    pub(super) radius: f64,
}

/// A series as lines and markers, in pixels.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub(super) paths: Vec<Vec<Place>>,
    /// Where its markers are.
    pub(super) points: Vec<Place>,
    /// Where the markers of zeros are, on the lower edge.
    pub(super) zeros: Vec<Place>,
}

/// Places everything; `x` and `y` are the values at the ends of the axes.
pub(super) fn layout(spec: &LineFigureSpec, x: (f64, f64), y: (f64, f64)) -> Scene {
    let (width, height) = (i64::from(spec.size.0), i64::from(spec.size.1));
    let sizes = Sizes::new(width, height);
    let pens = Pens { line: (0.135 * sizes.text).max(1.0), radius: (0.29 * sizes.text).max(2.0) };
    let axis = |scale: Scale, (from, to): (f64, f64), length: i64| Axis {
        from,
        to,
        scale,
        length: float(length),
        margin: 0.0,
    };
    let (x, y) = (axis(spec.x.scale, x, width), axis(spec.y.scale, y, height));
    // The frame's corner is at 0 until its margins are known.
    let drawn: Vec<Drawn> = spec.series.iter().map(|series| draw(series, &x, &y)).collect();
    /// Labels of the legend are cut at this many letters' sizes.
    const LONGEST_LABEL: f64 = 26.0;
    let legend = match spec.legend {
        Legend::None => None,
        _ => legend::Entries::new(spec, &sizes, LONGEST_LABEL * sizes.small),
    };
    let place = legend.as_ref().filter(|_| spec.legend == Legend::Auto);
    let place = place.and_then(|legend| legend.free_place((width, height), &sizes, &drawn));
    let gap = sizes.em(0.8);
    let beside = legend.as_ref().filter(|_| place.is_none()).map_or(0, |legend| sizes.line + gap + legend.width);

    let words = words(spec);
    let mut page = Page::new(&words, (width, height), (x, y), None, beside);
    let top = page.headings();
    page.cells.y = top + (page.band - height) / 2;
    let frame = page.cells;
    grid(&mut page, &x, &y);
    let shift = |place: &Place| (place.0 + float(frame.x), place.1 + float(frame.y));
    let drawn: Vec<Drawn> = drawn.iter().map(|series| series.moved(shift)).collect();
    for (series, drawn) in spec.series.iter().zip(&drawn) {
        page.marks.extend(line(drawn, &series.style, &pens, frame));
    }
    page.y_axis();
    if spec.shares_x {
        page.x_ticks.major.iter_mut().for_each(|tick| tick.label.clear());
        page.x_ticks.common.clear();
    }
    let x_end = page.x_axis();
    // Without numbers the panel ends at its ticks.
    let x_end = if spec.shares_x { frame.bottom() + sizes.em(0.3) } else { x_end };
    // Markers lie on the frame where they touch it.
    for (series, drawn) in spec.series.iter().zip(&drawn) {
        dots(drawn, &series.style, &pens, &mut page.marks);
    }
    let mut end = x_end.max(top + page.band + sizes.line);
    if let Some(legend) = legend {
        let corner = match place {
            Some((x, y)) => (frame.x + x, frame.y + y),
            None => (frame.right() + sizes.line + gap, top),
        };
        legend.draw(corner, place.is_some(), &spec.series, &sizes, &pens, &mut page.marks);
        end = end.max(corner.1 + legend.height);
    }
    Scene { width: page.width, height: end + sizes.pad, cells: frame, magnify: 1, marks: page.marks, over: Vec::new() }
}

/// What the layout of heatmaps has to know: the words.
fn words(spec: &LineFigureSpec) -> FigureSpec {
    let axis = |label: &str| FigureAxis { label: label.to_owned(), min: 0.0, max: 1.0 };
    FigureSpec {
        title: spec.title.clone(),
        subtitle: spec.subtitle.clone(),
        x: axis(&spec.x.label),
        y: axis(&spec.y.label),
        range: None,
        ..FigureSpec::new(spec.size.0, spec.size.1)
    }
}

/// Faint lines at the labelled ticks.
fn grid(page: &mut Page<'_>, x: &Axis, y: &Axis) {
    let (frame, thickness) = (page.cells, page.sizes.line);
    // A line beside the frame would only make it look thicker there, so those are left out.
    let columns = page.x_ticks.major.iter().map(|tick| line_start(float(frame.x) + x.place(tick.value), thickness));
    let columns = columns.filter(|&x| x > frame.x && x + thickness < frame.right());
    let columns = columns.map(|x| Area { x, width: thickness, ..frame });
    let rows = page.y_ticks.major.iter().map(|tick| line_start(float(frame.bottom()) - y.place(tick.value), thickness));
    let rows = rows.filter(|&y| y > frame.y && y + thickness < frame.bottom());
    let rows = rows.map(|y| Area { y, height: thickness, ..frame });
    page.marks.extend(columns.chain(rows).map(|area| Mark::Box(area, Paint::Faint)));
}

/// The lines and markers of a series in a frame whose upper left corner is at 0.
fn draw(series: &Series, x: &Axis, y: &Axis) -> Drawn {
    let window = Window { left: 0.0, top: 0.0, right: x.length, bottom: y.length };
    let along = |axis: &Axis, value: f64| axis.scale.normalize(value, axis.from, axis.to) * axis.length;
    let place = |&(px, py): &(f64, f64)| {
        let place = (along(x, px), y.length - along(y, py));
        (place.0.is_finite() && place.1.is_finite()).then_some(place)
    };
    let places: Vec<Option<Place>> = series.points.iter().map(place).collect();
    let zero = |point: &&(f64, f64)| y.scale == Scale::Log && point.1 == 0.0;
    let zeros = series.points.iter().filter(zero).map(|point| (along(x, point.0), y.length));
    Drawn {
        paths: if series.style.width > 0.0 { inside(&places, &window) } else { Vec::new() },
        points: places.iter().flatten().copied().filter(|place| window.holds(*place)).collect(),
        zeros: zeros.filter(|place| window.holds(*place)).collect(),
    }
}

impl Drawn {
    fn moved(&self, shift: impl Fn(&Place) -> Place) -> Self {
        let all = |places: &Vec<Place>| places.iter().map(&shift).collect();
        Self { paths: self.paths.iter().map(all).collect(), points: all(&self.points), zeros: all(&self.zeros) }
    }
}

/// The line of a series, if it has one.
pub(super) fn line(drawn: &Drawn, style: &Style, pens: &Pens, clip: Area) -> Option<Mark> {
    let width = style.width * pens.line;
    // Round ends add a width to each dash and take it from the gaps.
    let paths = if style.dashed { dashes(&drawn.paths, 3.0 * width, 3.0 * width) } else { drawn.paths.clone() };
    let brush = Brush { colour: style.colour, strength: style.strength };
    (width > 0.0 && !paths.is_empty()).then_some(Mark::Stroke { paths, width, brush, clip })
}

/// The markers of a series: full ones on points, open ones on zeros.
pub(super) fn dots(drawn: &Drawn, style: &Style, pens: &Pens, marks: &mut Vec<Mark>) {
    if let Some(shape) = style.marker {
        let brush = Brush { colour: style.colour, strength: style.strength };
        marks.extend(drawn.points.iter().map(|&at| Mark::Dot { at, radius: pens.radius, shape, brush }));
        marks.extend(drawn.zeros.iter().flat_map(|&at| legend::ring(at, style, pens)));
    }
}
