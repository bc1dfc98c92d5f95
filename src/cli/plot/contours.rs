//! The layer of contours: level sets of f over the cells, with labels on the lines.
//!
//! Unless a colour is asked for, lines have the tone that stands out from the colours (see [`crate::figure::ink`]) and a casing of the other, as maps
//! draw them: one of the two stands out from any colour.

use crate::cli::args::LevelArgs;
use crate::cli::contour::precise;
use crate::cli::failure::Failure;
use crate::cli::plot::stage::{Stage, Words};
use crate::cli::values;
use crate::contour::label::{self, Line, Placed, Setting};
use crate::contour::levels::{self, Levels};
use crate::contour::{Surface, trace};
use crate::figure::ink::Tone;
use crate::figure::scene::{Brush, Colour, Mark};
use crate::figure::text;
use crate::io::paths::Path;
use crate::picture::{PictureOptions, RangeChoice};
use crate::quantity::Quantity;
use crate::request::Prepared;
use crate::tile::watch::Watch;

/// Points of the letters of labels.
const LETTERS: f64 = 8.0;
/// Points between labels of one line.
const SPACING: f64 = 300.0;
/// How strongly lines cover what is below.
const LINE: f64 = 0.9;
/// The edge, in widths of the line.
const EDGE: f64 = 2.6;
/// What covers lines below words.
const HALO: f64 = 0.75;
/// Lines are drawn with fewer points where that moves them by less than this many pixels.
const UNSEEN: f64 = 0.05;

/// How strongly the edge covers what is below: as little as sets lines off, since a dark edge is more of a line than a pale one.
fn casing(edge: Tone) -> f64 {
    match edge {
        Tone::Pale => 0.4,
        Tone::Dark => 0.3,
    }
}

/// The levels that are asked for.
fn asked(args: &LevelArgs) -> Result<Option<Levels>, Failure> {
    match (&args.contours, &args.level) {
        (Some(text), _) => Ok(Some(text.parse()?)),
        (None, Some(list)) => Ok(Some(Levels::list(list)?)),
        (None, None) if args.labels => Err(Failure::input("--labels stand on contours; add --contours or --level")),
        (None, None) if args.filled => {
            Err(Failure::input("--filled colours what lies between contours; add --contours"))
        }
        (None, None) => Ok(None),
    }
}

/// The options of a picture whose colours change at the contours: as many flat steps as there are intervals of the levels from below the
/// smallest value to above the largest.
pub(super) fn filled(
    args: &LevelArgs,
    options: PictureOptions,
    quantity: &Quantity,
    prepared: &mut Prepared,
    watch: &mut dyn Watch,
) -> Result<PictureOptions, Failure> {
    let Some(levels) = asked(args)?.filter(|_| args.filled) else { return Ok(options) };
    if *quantity != Quantity::Value {
        return Err(Failure::input("--filled colours f between its contours; add -q value"));
    }
    let Some((low, high)) = prepared.range(0, watch)?.extremes() else { return Ok(options) };
    let step = levels.step(low, high).ok_or_else(|| {
        Failure::input("--filled takes evenly spaced levels, at least two that occur: more of them, or every=…")
    })?;
    // Levels that are no multiples begin elsewhere.
    let base = levels.within(low, high)?.first().copied().unwrap_or(0.0);
    let (below, above) = (((low - base) / step).floor(), ((high - base) / step).ceil());
    let map = options.colormap.unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "more than 255 saturate, and are refused"
    )]
    let colormap = Some(map.with_steps((above - below).max(2.0) as u8).map_err(Failure::input)?);
    let range = RangeChoice::Fixed(base + below * step, base + above.max(below + 2.0) * step);
    Ok(PictureOptions { colormap, range, ..options })
}

/// The marks of this layer, in painting order.
pub(super) fn marks(args: &LevelArgs, stage: &mut Stage<'_>) -> Result<Vec<Mark>, Failure> {
    let Some(levels) = asked(args)? else { return Ok(Vec::new()) };
    if !(args.contour_width.is_finite() && args.contour_width > 0.0) {
        return Err(Failure::input(format_args!(
            "--contour-width {}: a line has a positive width",
            args.contour_width
        )));
    }
    let colour = args.contour_color.as_deref().map(|text| values::colour(text, "--contour-color")).transpose()?;
    let (paths, levels) = lines(&levels, stage)?;
    stage.level_sets = Some(paths.clone());
    let (view, point) = (stage.view, stage.view.point());
    let lines: Vec<Line> = paths
        .iter()
        .map(|path| {
            let points = path.points.iter().map(|p| view.pixel(p[0], p[1])).collect();
            let label = levels.partition_point(|&level| Some(level) < path.value);
            Line { points: thinned(points, UNSEEN), closed: path.closed, label }
        })
        .collect();
    let words = levels::labels(&levels);
    let size = LETTERS * point;
    let placed = if args.labels { labels(&lines, &words, size, stage) } else { Vec::new() };
    stage.words = placed
        .iter()
        .map(|place| Words {
            at: place.at,
            angle: place.angle,
            half_width: 0.5 * text::width(&words[place.label], size) + point,
            half_height: 0.5 * text::capital_height(size) + point,
        })
        .collect();
    let gaps = |nth: usize| placed.iter().filter(|label| label.line == nth).map(|label| label.gap).collect::<Vec<_>>();
    let pieces: Vec<_> = lines.iter().enumerate().flat_map(|(nth, line)| label::cut(line, &gaps(nth))).collect();
    let (width, clip) = (args.contour_width * point, view.clip());
    let ink = colour.unwrap_or(stage.tone.ink());
    let edge = Tone::of(ink).opposite();
    let core = Brush { colour: Colour::Rgb(ink), strength: if colour.is_some() { 1.0 } else { LINE } };
    let mut marks = Vec::new();
    if colour.is_none() {
        let brush = Brush { colour: Colour::Rgb(edge.ink()), strength: casing(edge) };
        marks.push(Mark::Stroke { paths: pieces.clone(), width: EDGE * width, brush, clip });
    }
    marks.push(Mark::Stroke { paths: pieces, width, brush: core, clip });
    marks.extend(placed.iter().map(|place| Mark::Label {
        text: words[place.label].clone(),
        size,
        at: place.at,
        angle: place.angle,
        brush: Brush { strength: 1.0, ..core },
        halo: Some(Brush { colour: Colour::Rgb(edge.ink()), strength: HALO }),
    }));
    Ok(marks)
}

/// The level sets of f, and the levels.
fn lines(levels: &Levels, stage: &mut Stage<'_>) -> Result<(Vec<Path>, Vec<f64>), Failure> {
    let (request, _) = stage.subject.request(stage.compute)?;
    let formula = stage.subject.arrays.all.is_empty();
    let request = precise(request.compare(None).quantity(Quantity::Value), stage.compute, formula);
    let mut prepared = stage.subject.prepare(&request)?;
    let range = if levels.need_range() { prepared.range(0, stage.watch)?.extremes() } else { None };
    let (low, high) = range.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
    let levels = levels.within(low, high)?;
    let probe = if formula { Some(stage.probe()?) } else { None };
    let surface = probe.as_ref().map(|probe| probe as &dyn Surface);
    let paths = trace(&mut prepared, &levels, surface, false, stage.watch)?;
    Ok((paths, levels))
}

/// Where the values stand.
fn labels(lines: &[Line], words: &[String], size: f64, stage: &Stage<'_>) -> Vec<Placed> {
    let (clip, point) = (stage.view.clip(), stage.view.point());
    let widths: Vec<f64> = words.iter().map(|words| text::width(words, size)).collect();
    let (left, top) = (clip.x as f64 + point, clip.y as f64 + point);
    let bounds = [left, top, clip.right() as f64 - point, clip.bottom() as f64 - point];
    let setting = Setting { height: text::capital_height(size), spacing: SPACING * point, bounds };
    label::place(lines, &widths, &setting)
}

/// The points without those that lie within `unseen` of a chord (Douglas & Peucker, *Cartographica* 10, 1973).
fn thinned(points: Vec<(f64, f64)>, unseen: f64) -> Vec<(f64, f64)> {
    if points.len() < 3 {
        return points;
    }
    let mut kept = vec![false; points.len()];
    (kept[0], kept[points.len() - 1]) = (true, true);
    let mut open = vec![(0, points.len() - 1)];
    while let Some((from, to)) = open.pop() {
        let (a, b) = (points[from], points[to]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let chord = dx.hypot(dy);
        let off = |p: (f64, f64)| match chord > 0.0 {
            true => ((p.0 - a.0) * dy - (p.1 - a.1) * dx).abs() / chord,
            false => (p.0 - a.0).hypot(p.1 - a.1),
        };
        let farthest = (from + 1..to).max_by(|&j, &k| off(points[j]).total_cmp(&off(points[k])));
        if let Some(middle) = farthest.filter(|&middle| off(points[middle]) > unseen) {
            kept[middle] = true;
            open.extend([(from, middle), (middle, to)]);
        }
    }
    points.into_iter().zip(kept).filter_map(|(point, keep)| keep.then_some(point)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_the_points_that_are_seen() {
        let line: Vec<(f64, f64)> = (0..100).map(|k| (f64::from(k), if k == 40 { 3.0 } else { 0.0 })).collect();
        let kept = thinned(line, 0.1);
        assert_eq!(kept, [(0.0, 0.0), (39.0, 0.0), (40.0, 3.0), (41.0, 0.0), (99.0, 0.0)], "ends and the spike");
        let ring: Vec<(f64, f64)> = (0..=360)
            .map(|k| (f64::from(k).to_radians().cos() * 100.0, f64::from(k).to_radians().sin() * 100.0))
            .collect();
        let kept = thinned(ring, 0.1);
        assert!((40..120).contains(&kept.len()), "a ring of 100 pixels needs about 70 points: {}", kept.len());
        // The middle of a chord is the farthest from its arc.
        let worst = kept
            .windows(2)
            .map(|w| 100.0 - (0.5 * (w[0].0 + w[1].0)).hypot(0.5 * (w[0].1 + w[1].1)))
            .fold(0.0, f64::max);
        assert!(worst <= 0.12, "and stays within a tenth: {worst}");
        assert_eq!(thinned(vec![(1.0, 2.0); 2], 0.1).len(), 2, "two points stay");
    }
}
