//! Tests of whole figures: any size draws, nothing overlaps, titles are cut to fit.

use super::scene::{Area, Mark};
use super::*;

fn painted(figure: &Figure, cells: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    figure
        .painter()
        .paint(cells, &mut |rows| {
            out.extend_from_slice(rows);
            Ok(())
        })
        .expect("a vector takes everything");
    out
}

/// The box of a text: capitals from the base line up, as long as the line.
#[expect(clippy::cast_possible_truncation, reason = "small pictures")]
pub(super) fn box_of(mark: &Mark) -> Option<Area> {
    let Mark::Text { line, .. } = mark else { return None };
    let (left, top, right, bottom) = line.bounds();
    // Digits and capitals, without the room for accents and tails.
    let shrink = 0.1 * line.size;
    let (left, top, right, bottom) = if line.upward {
        (left + shrink, top, right - 2.0 * shrink, bottom)
    } else {
        (left, top + shrink, right, bottom - 2.0 * shrink)
    };
    Some(Area {
        x: left.floor() as i64,
        y: top.floor() as i64,
        width: (right - left).ceil() as i64,
        height: (bottom - top).ceil() as i64,
    })
}

fn check(spec: FigureSpec) {
    let what = format!("{} × {} {:?} {:?} {:?}", spec.width, spec.height, spec.scale, spec.range, spec.x);
    let cells = vec![1_u8; spec.width as usize * spec.height as usize];
    let figure = Figure::new(spec).expect("a good spec");
    let (width, height) = figure.size();
    let picture = painted(&figure, &cells);
    assert_eq!(picture.len(), width as usize * height as usize, "{what}: every pixel once");
    let colours = figure.palette().len();
    assert!(picture.iter().all(|&i| usize::from(i) < colours), "{what}: every index has a colour");
    let scene = figure.scene();
    let page = Area { x: 0, y: 0, width: scene.width, height: scene.height };
    let texts: Vec<(Area, &Mark)> = scene.marks.iter().filter_map(|m| box_of(m).map(|b| (b, m))).collect();
    for (k, (area, mark)) in texts.iter().enumerate() {
        assert!(
            area.x >= 0 && area.y >= 0 && area.right() <= page.right() && area.bottom() <= page.bottom(),
            "{what}: off the page: {mark:?}"
        );
        assert!(!area.meets(&scene.cells), "{what}: text over the cells: {mark:?}");
        for (other, other_mark) in &texts[k + 1..] {
            assert!(!area.meets(other), "{what}: overlap of {mark:?} and {other_mark:?}");
        }
        for mark_below in &scene.marks {
            if let Mark::Box(below, _) | Mark::Levels(below, _) = mark_below {
                assert!(!area.meets(below), "{what}: {mark:?} over {mark_below:?}");
            }
        }
    }
}

fn full(width: u32, height: u32) -> FigureSpec {
    FigureSpec {
        title: "‖∇f‖ of f(x, y) = x²y + sin(y)".into(),
        subtitle: "exact, 900 × 900 points".into(),
        quantity: "‖∇f‖".into(),
        x: FigureAxis { label: "x".into(), min: -5.0, max: 5.0 },
        y: FigureAxis { label: "y".into(), min: -5.0, max: 5.0 },
        range: Some((0.0, 55.9)),
        ..FigureSpec::new(width, height)
    }
}

#[test]
fn any_size_draws_without_overlap() {
    for (width, height) in
        [(1, 1), (3, 7), (1, 1000), (1000, 1), (2000, 5), (5, 2000), (40, 30), (900, 900), (1600, 800), (997, 331)]
    {
        for masked in [0, 5] {
            for (below, above) in [(false, false), (true, true), (true, false)] {
                for dpi in [None, Some(36.0), Some(600.0)] {
                    check(FigureSpec { masked, below, above, dpi, ..full(width, height) });
                }
            }
        }
    }
}

#[test]
fn hostile_labels_and_ranges_draw_without_overlap() {
    let ranges = [
        (0.0, 0.0),
        (1e6 + 0.001, 1e6 + 0.002),
        (-1e300, 1e300),
        (f64::MIN, f64::MAX),
        (5e-324, 1e-320),
        (1.0, 1.0_f64.next_up()),
        (1e-6, 1e6),
        (2.0, 3.0),
    ];
    for (lo, hi) in ranges {
        for scale in [Scale::Linear, Scale::Log, Scale::Symlog { linthresh: 1e-2 }] {
            if scale == Scale::Log && lo <= 0.0 {
                continue;
            }
            for (width, height) in [(1, 1000), (480, 480), (2000, 5), (300, 1200)] {
                let axis = |label: &str| FigureAxis { label: label.into(), min: lo, max: hi };
                check(FigureSpec {
                    range: Some((lo, hi)),
                    scale,
                    x: axis("distance in the x direction / metres"),
                    y: axis(&"y".repeat(300)),
                    masked: 1,
                    ..full(width, height)
                });
            }
        }
    }
    check(FigureSpec { range: None, masked: 9, ..full(30, 20) });
    check(FigureSpec { range: None, masked: 0, ..full(30, 20) });
}

#[test]
fn long_titles_shrink_and_then_end_in_an_ellipsis() {
    let title_of = |title: &str| {
        let figure = Figure::new(FigureSpec { title: title.into(), ..full(480, 480) }).expect("a good spec");
        let found = figure
            .scene()
            .marks
            .iter()
            .find_map(|m| if let Mark::Text { line, .. } = m { Some(line.clone()) } else { None });
        found.expect("the title is the first text")
    };
    let short = title_of("sin(x)");
    let longer = title_of(&"sin(x)·cos(y)+".repeat(6));
    let longest = title_of(&"sin(x)·cos(y)+".repeat(500));
    assert_eq!(short.text, "sin(x)", "a short title stays");
    assert!(longer.size < short.size && !longer.text.ends_with('…'), "{longer:?}");
    assert!(longest.size < short.size && longest.text.ends_with('…'), "{longest:?}");
}

#[test]
fn bare_pictures_are_the_cells() {
    let figure = Figure::new(FigureSpec { bare: true, ..full(3, 2) }).expect("a good spec");
    assert_eq!(
        (figure.size(), figure.levels(), figure.thresholds().len()),
        ((3, 2), 255, 254),
        "one to one, all levels"
    );
    assert_eq!(painted(&figure, &[0, 1, 2, 3, 4, 255]), [0, 1, 2, 3, 4, 255], "untouched");
    let figure = Figure::new(FigureSpec { bare: true, magnify: Some(2), ..full(2, 1) }).expect("a good spec");
    assert_eq!(painted(&figure, &[7, 9]), [7, 7, 9, 9, 7, 7, 9, 9], "magnified where asked");
}

#[test]
fn small_grids_are_magnified_and_large_ones_not() {
    let cells = |width, height| Figure::new(full(width, height)).expect("a good spec").scene().cells;
    assert_eq!((cells(40, 30).width, cells(40, 30).height), (480, 360), "12 pixels a cell");
    assert_eq!(cells(900, 900).width, 900, "one pixel a cell");
}

#[test]
fn figures_of_any_size_have_the_same_proportions() {
    /// Whole pixels and whole capital heights round each margin by up to a twentieth of a letter.
    const ROUNDING: f64 = 0.01;
    let shape = |side: u32| {
        let (width, height) = Figure::new(full(side, side)).expect("a good spec").size();
        (f64::from(width) / f64::from(side), f64::from(height) / f64::from(side))
    };
    let (small, large) = (shape(800), shape(8192));
    assert!((small.0 - large.0).abs() < ROUNDING && (small.1 - large.1).abs() < ROUNDING, "{small:?} {large:?}");
}

#[test]
fn letters_have_their_size_on_paper() {
    let at = |dpi: f64| Figure::new(FigureSpec { dpi: Some(dpi), ..full(900, 600) }).expect("a good spec");
    let size = |figure: &Figure| {
        let sizes = figure
            .scene()
            .marks
            .iter()
            .filter_map(|m| if let Mark::Text { line, .. } = m { Some(line.size) } else { None });
        sizes.fold(0.0, f64::max)
    };
    let (screen, print) = (at(72.0), at(288.0));
    // Capitals are whole pixels: those of the letters seven, those of the title then eight, each rounded by up to a half.
    let ratio = size(&print) / size(&screen);
    assert!((ratio - 4.0).abs() < 4.0 / 8.0, "{ratio}");
    assert_eq!((screen.view().point(), print.view().point()), (1.0, 4.0), "pixels of a point");
    let small = Figure::new(FigureSpec { dpi: Some(300.0), ..full(30, 20) }).expect("a good spec");
    assert_eq!(small.scene().cells.width, 1500, "five inches");
}

#[test]
fn impossible_figures_say_why() {
    let says = |spec: FigureSpec, word: &str| {
        let message = Figure::new(spec).expect_err("an impossible figure").to_string();
        assert!(message.contains(word), "{message}");
    };
    says(full(0, 5), "at least 1");
    says(FigureSpec { magnify: Some(0), ..full(5, 5) }, "magnified by 0");
    says(FigureSpec { dpi: Some(f64::NAN), ..full(5, 5) }, "pixels per inch");
    says(FigureSpec { magnify: Some(u32::MAX), ..full(u32::MAX, 5) }, "at most 2147483647");
    says(FigureSpec { range: Some((f64::NAN, 1.0)), ..full(5, 5) }, "not finite");
    says(FigureSpec { scale: Scale::Log, range: Some((0.0, 1.0)), ..full(5, 5) }, "positive");
    let x = FigureAxis { label: "x".into(), min: 0.0, max: f64::INFINITY };
    says(FigureSpec { x, ..full(5, 5) }, "axis 'x'");
}
