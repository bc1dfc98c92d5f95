//! Tests of line figures: places, gaps, cuts, the legend, any size, hostile points, a small picture drawn by hand.

use super::super::scene::{Area, Brush, Mark, Paint};
use super::super::tests::box_of;
use super::*;

fn rows(figure: &LineFigure) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut take = |rows: &[u8]| {
        out.extend_from_slice(rows);
        Ok(())
    };
    figure.paint(&mut take).expect("a vector takes everything");
    out.chunks(figure.size().0 as usize).map(<[u8]>::to_vec).collect()
}

/// The index of the pixel that a place lies in.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places on small pages")]
fn pixel(figure: &LineFigure, (x, y): (f64, f64)) -> u8 {
    rows(figure)[y.floor() as usize][x.floor() as usize]
}

/// The part of the picture inside the frame.
fn inside(figure: &LineFigure) -> Vec<Vec<u8>> {
    let frame = figure.scene().cells;
    let range = |from: i64, to: i64| -> std::ops::Range<usize> {
        usize::try_from(from).expect("on the page")..usize::try_from(to).expect("on the page")
    };
    let (columns, lines) = (range(frame.x, frame.right()), range(frame.y, frame.bottom()));
    rows(figure)[lines].iter().map(|row| row[columns.clone()].to_vec()).collect()
}

fn series(label: &str, points: &[(f64, f64)], style: Style) -> Series {
    Series { label: label.into(), points: points.to_vec(), style }
}

fn axis(label: &str, range: Option<(f64, f64)>, scale: Scale) -> LineAxis {
    LineAxis { label: label.into(), range, scale }
}

/// Two V-shaped curves and a level, on logarithmic axes.
fn vees(size: (u32, u32)) -> LineFigureSpec {
    let curve = |order: i32, floor: f64| -> Vec<(f64, f64)> {
        (0..25).map(|k| 0.5_f64.powi(k)).map(|h| (h, h.powi(order) + floor / h)).collect()
    };
    LineFigureSpec {
        size,
        title: "f = sin(x),  ∂f/∂x at x = 1".into(),
        subtitle: "errors".into(),
        x: axis("h", None, Scale::Log),
        y: axis("|error|", None, Scale::Log),
        series: vec![
            series("forward", &curve(1, 1e-7), Style::marked(0)),
            series("central", &curve(2, 1e-7), Style::marked(1)),
            series("exact", &[(1e-7, 3e-8), (1.0, 3e-8)], Style::dashed(Colour::Ink)),
        ],
        ..LineFigureSpec::default()
    }
}

/// No text leaves the page, and none touches another, the frame, or (but for the legend's) what is inside it.
fn check(spec: &LineFigureSpec) {
    let what = format!("{:?} {:?} {:?} {:?}", spec.size, spec.x, spec.y, spec.legend);
    let figure = LineFigure::new(spec).expect("a good spec");
    let (width, height) = figure.size();
    let picture = rows(&figure);
    assert_eq!(picture.len(), height as usize, "{what}: every row once");
    let colours = figure.palette().len();
    assert!(picture.iter().flatten().all(|&i| usize::from(i) < colours), "{what}: every index has a colour");
    let scene = figure.scene();
    let texts: Vec<(Area, &Mark)> = scene.marks.iter().filter_map(|m| box_of(m).map(|b| (b, m))).collect();
    let page = Area { x: 0, y: 0, width: i64::from(width), height: i64::from(height) };
    for (k, (area, mark)) in texts.iter().enumerate() {
        let on_page = area.x >= 0 && area.y >= 0 && area.right() <= page.right() && area.bottom() <= page.bottom();
        assert!(on_page, "{what}: off the page: {mark:?}");
        for (other, other_mark) in &texts[k + 1..] {
            assert!(!area.meets(other), "{what}: overlap of {mark:?} and {other_mark:?}");
        }
        for below in &scene.marks {
            if let Mark::Box(line, Paint::Ink) = below {
                assert!(!area.meets(line), "{what}: {mark:?} over {below:?}");
            }
        }
    }
}

#[test]
fn any_size_draws_without_overlap() {
    for size in [(1, 1), (2, 900), (900, 2), (40, 30), (100, 400), (400, 100), (880, 560), (1800, 700), (300, 2000)] {
        for legend in [Legend::Auto, Legend::Right, Legend::None] {
            check(&LineFigureSpec { legend, ..vees(size) });
        }
    }
}

#[test]
fn hostile_points_and_ranges_draw() {
    let ends = [0.0, -0.0, 1.0, -3.5, 5e-324, 1e-300, f64::MAX, f64::MIN, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let all: Vec<(f64, f64)> = ends.iter().flat_map(|&x| ends.iter().map(move |&y| (x, y))).collect();
    let symlog = Scale::Symlog { linthresh: 1.0 };
    for (x, y) in [(Scale::Linear, Scale::Linear), (Scale::Log, Scale::Log), (symlog, Scale::Log)] {
        for points in [&all[..], &all[..1], &[]] {
            for range in [None, Some((1.0, 2.0)), Some((3.0, 3.0))] {
                let style = Style { dashed: true, ..Style::marked(5) };
                check(&LineFigureSpec {
                    x: axis("x", range, x),
                    y: axis(&"y".repeat(200), range, y),
                    series: vec![series("all", points, style), series(&"long ".repeat(99), points, Style::marked(1))],
                    ..vees((300, 200))
                });
            }
        }
    }
}

#[test]
fn points_lie_where_their_values_say() {
    let spec = LineFigureSpec {
        size: (300, 200),
        x: axis("", Some((1.0, 1000.0)), Scale::Log),
        y: axis("", Some((0.0, 4.0)), Scale::Linear),
        series: vec![series("", &[(10.0, 1.0), (100.0, 3.0)], Style::marked(0))],
        ..LineFigureSpec::default()
    };
    let figure = LineFigure::new(&spec).expect("a good spec");
    let frame = figure.scene().cells;
    let dots: Vec<(f64, f64)> = figure.scene().marks.iter().filter_map(dot_at).collect();
    let (x, y) = (frame.x as f64, frame.y as f64);
    let expected = [(x + 100.0, y + 150.0), (x + 200.0, y + 50.0)];
    for (found, expected) in dots.iter().zip(expected) {
        // Logarithms of exact powers of ten are off by an ulp or two, times 300 pixels.
        assert!((found.0 - expected.0).abs() < 1e-9 && (found.1 - expected.1).abs() < 1e-9, "{found:?} {expected:?}");
    }
    assert_eq!(dots.len(), 2, "both points");
    let full = palette::painted_over(&figure.palette(), palette::paper(), Colour::Series(0), 1.0);
    assert_eq!(pixel(&figure, dots[0]), full, "a marker is full in its middle");
    let half = palette::painted_over(&figure.palette(), palette::paper(), Colour::Series(0), 0.5);
    assert!((half..=full).contains(&pixel(&figure, (x + 150.0, y + 100.0))), "the line is half-way between them");
    assert_eq!(pixel(&figure, (x + 150.0, y + 120.0)), palette::paper(), "and there is nothing beside it");
}

fn dot_at(mark: &Mark) -> Option<(f64, f64)> {
    if let Mark::Dot { at, brush: Brush { colour: Colour::Series(_), .. }, .. } = mark { Some(*at) } else { None }
}

#[test]
fn nothing_is_drawn_outside_of_the_frame() {
    let wild = [(-50.0, 50.0), (0.2, -80.0), (0.5, 0.5), (1e9, 1e12), (0.7, -1e300), (0.1, 0.9)];
    let spec = LineFigureSpec {
        size: (200, 150),
        x: axis("x", Some((0.0, 1.0)), Scale::Linear),
        y: axis("y", Some((0.0, 1.0)), Scale::Linear),
        series: vec![series("", &wild, Style { width: 5.0, ..Style::marked(2) })],
        ..LineFigureSpec::default()
    };
    let figure = LineFigure::new(&spec).expect("a good spec");
    let frame = figure.scene().cells;
    let is_line = |index: u8| (1..=225).contains(&index);
    let mut inside = 0;
    for (y, row) in (0_i64..).zip(rows(&figure)) {
        for (x, index) in (0_i64..).zip(row) {
            let out = !frame.meets(&Area { x, y, width: 1, height: 1 });
            assert!(!(out && is_line(index)), "a pixel of the line at ({x}, {y})");
            inside += usize::from(is_line(index));
        }
    }
    assert!(inside > 500, "the line is there: {inside} pixels");
    assert_eq!(figure.scene().marks.iter().filter_map(dot_at).count(), 2, "markers of the two points inside");
}

#[test]
fn zeros_are_open_markers_on_the_lower_edge_and_gaps_interrupt() {
    let points = [(1.0, 1e-3), (2.0, 0.0), (3.0, 1e-2), (4.0, f64::NAN), (5.0, -1.0), (6.0, 1e-1)];
    let spec = LineFigureSpec {
        y: axis("", Some((1e-4, 1.0)), Scale::Log),
        series: vec![series("", &points, Style::marked(0))],
        ..LineFigureSpec::default()
    };
    let figure = LineFigure::new(&spec).expect("a good spec");
    let marks = &figure.scene().marks;
    assert!(!marks.iter().any(|mark| matches!(mark, Mark::Stroke { .. })), "no two neighbours to join");
    let bottom = figure.scene().cells.bottom() as f64;
    let dots: Vec<(f64, f64)> = marks.iter().filter_map(dot_at).collect();
    assert_eq!(dots.len(), 4, "three points and one zero");
    assert_eq!(dots.iter().filter(|at| at.1 == bottom).count(), 1, "the zero is on the edge");
    // On the edge itself is the frame; a pixel higher is the marker's middle.
    assert_eq!(pixel(&figure, (dots[3].0, dots[3].1 - 1.0)), palette::paper(), "it is open");
}

#[test]
fn the_legend_covers_nothing() {
    let legend = |spec: &LineFigureSpec| {
        let figure = LineFigure::new(spec).expect("a good spec");
        let frame = figure.scene().cells;
        let paper = figure.scene().marks.iter().find_map(|m| match m {
            Mark::Box(area, Paint::Paper) => Some(*area),
            _ => None,
        });
        (figure.size().0, frame, paper, figure.scene().marks.clone())
    };
    let (_, frame, area, marks) = legend(&vees((880, 560)));
    let area = area.expect("there is room inside");
    assert!(area.meets(&frame) && area.x > frame.x && area.right() < frame.right(), "inside: {area:?}");
    for at in marks.iter().filter_map(dot_at) {
        let on_sample = (area.x as f64..area.right() as f64).contains(&at.0);
        let covered = on_sample && (area.y as f64..area.bottom() as f64).contains(&at.1);
        let sample = (at.0 - area.x as f64) < 60.0;
        assert!(!covered || sample, "a point under the legend: {at:?}");
    }
    // Points everywhere leave no room.
    let everywhere: Vec<(f64, f64)> = (0..900).map(|k| (f64::from(k % 30), f64::from(k / 30))).collect();
    let full =
        LineFigureSpec { series: vec![series("all", &everywhere, Style::marked(0))], ..LineFigureSpec::default() };
    let (width, _, inside, _) = legend(&full);
    let (without, ..) = legend(&LineFigureSpec { legend: Legend::None, ..full });
    assert!(inside.is_none() && width > without, "on the right: {width} pixels, not {without}");
}

#[test]
fn impossible_figures_say_why() {
    let says = |spec: &LineFigureSpec, word: &str| {
        let message = LineFigure::new(spec).expect_err("an impossible figure").to_string();
        assert!(message.contains(word), "{message}");
    };
    says(&vees((0, 5)), "at least 1");
    says(&LineFigureSpec { y: axis("", Some((0.0, 1.0)), Scale::Log), ..vees((5, 5)) }, "positive");
    says(&LineFigureSpec { x: axis("", Some((f64::NAN, 1.0)), Scale::Linear), ..vees((5, 5)) }, "not finite");
}

#[test]
fn a_small_plot_looks_as_drawn() {
    let spec = LineFigureSpec {
        size: (34, 13),
        x: axis("", Some((0.0, 34.0)), Scale::Linear),
        y: axis("", Some((0.0, 13.0)), Scale::Linear),
        series: vec![
            series("", &[(2.5, 2.5), (14.5, 9.5), (30.5, 9.5)], Style { width: 1.3, ..Style::line(Colour::Series(0)) }),
            series("", &[(8.5, 3.5), (24.5, 3.5)], Style { dashed: true, ..Style::line(Colour::Ink) }),
            series("", &[(26.5, 5.5)], Style::marked(1)),
        ],
        legend: Legend::None,
        ..LineFigureSpec::default()
    };
    let figure = LineFigure::new(&spec).expect("a good spec");
    let letter = |index: u8| match index {
        index if index == palette::paper() => '.',
        1..=16 => 'a',
        17..=32 => 'A',
        33..=48 => 'b',
        49..=64 => 'B',
        _ if index < palette::ink_on_paper(0.3) => ':',
        _ if index < palette::ink_on_paper(0.6) => '+',
        _ => '#',
    };
    let drawn = inside(&figure);
    let picture: Vec<String> = drawn.iter().map(|row| row.iter().map(|&index| letter(index)).collect()).collect();
    let expected = [
        "..................................",
        "..................................",
        ".............aAAAAAAAAAAAAAAAAAa..",
        "...........aAAAAAAAAAAAAAAAAAAAA..",
        "..........aAAAAAAAAAAAABBBBBBBAa..",
        "........aAAAAa.........BBBBBBB....",
        "......aAAAAa...........BBBBBBB....",
        ".....aAAAAa............BBBBBBB....",
        "...aAAAA++++++....+++++BBBBBBB....",
        ".aAAAAa+######+..+#####BBBBBBB....",
        ".AAAAa..++++++....+++++BBBBBBB....",
        ".aAa..............................",
        "..................................",
    ];
    assert_eq!(picture, expected, "got\n{}", picture.join("\n"));
}
