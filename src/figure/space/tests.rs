//! Figures of space: everything stays on the page, and the image lies where the camera says.

use super::*;
use crate::figure::scene::Mark;

fn spec(size: (u32, u32), view: (f64, f64)) -> SpaceSpec {
    let axis = |label: &str, min: f64, max: f64| FigureAxis { label: label.to_owned(), min, max };
    SpaceSpec {
        size,
        title: "f = x".to_owned(),
        axes: [axis("x", -5.0, 5.0), axis("y", 0.0, 1e-6), axis("a long label of z", 1e6, 1.000_01e6)],
        view,
        bar: None,
        legend: Vec::new(),
        theme: Theme::Light,
        bare: false,
        dpi: None,
    }
}

/// The rows and columns of all texts lie on the page.
fn check(figure: &SpaceFigure) {
    let scene = figure.scene();
    for mark in scene.marks.iter().chain(&scene.over).chain(&figure.front) {
        if let Mark::Text { line, .. } = mark {
            let (left, top, right, bottom) = line.bounds();
            let (width, height) = (float(scene.width), float(scene.height));
            assert!(
                left >= 0.0 && right <= width && top >= 0.0 && bottom <= height + 1.0,
                "{line:?} in {width} × {height}"
            );
        }
    }
}

#[test]
fn all_words_are_on_the_page_from_any_side() {
    for azimuth in [-180.0, -120.0, -57.0, 0.0, 33.0, 90.0, 200.0] {
        for elevation in [-90.0, -40.0, 0.0, 24.0, 89.0] {
            let figure = SpaceFigure::new(&spec((900, 900), (azimuth, elevation))).expect("a figure");
            check(&figure);
            let room = figure.room();
            let ((left, top), (right, bottom)) = figure.camera().outline();
            assert!(left >= float(room.x) && right <= float(room.right()), "{azimuth}, {elevation}");
            assert!(top >= float(room.y) && bottom <= float(room.bottom()), "{azimuth}, {elevation}");
        }
    }
}

#[test]
fn three_axes_have_numbers_and_far_sides_have_lines() {
    let figure = SpaceFigure::new(&spec((900, 900), VIEW)).expect("a figure");
    let words = |marks: &[Mark]| {
        marks
            .iter()
            .filter_map(|m| if let Mark::Text { line, .. } = m { Some(line.text.clone()) } else { None })
            .collect::<Vec<_>>()
    };
    let found = words(&figure.front);
    assert!(found.len() >= 3 * 4, "numbers and labels: {found:?}");
    assert!(
        found.iter().any(|text| text == "x") && found.iter().any(|text| text.starts_with("a long label")),
        "{found:?}"
    );
    let fills = figure.scene().over.iter().filter(|mark| matches!(mark, Mark::Fill { .. })).count();
    assert_eq!(fills, 3, "far sides");
}

#[test]
fn the_image_lies_between_the_far_sides_and_the_axes_and_is_drawn() {
    let mut figure = SpaceFigure::new(&SpaceSpec { theme: Theme::Dark, ..spec((300, 300), VIEW) }).expect("a figure");
    let room = figure.room();
    let pixels = usize::try_from(room.width * room.height).expect("small");
    figure.add_image([200, 10, 10, 255].repeat(pixels));
    assert!(figure.scene().over.iter().any(|mark| matches!(mark, Mark::Image { .. })), "an image");
    assert!(matches!(figure.scene().over.last(), Some(Mark::Text { .. })), "words in front");
    let file = figure.write_png(Vec::new(), &[]).expect("a vector takes all");
    let mut reader = png::Decoder::new(io::Cursor::new(&file)).read_info().expect("a PNG file");
    let (width, height) = figure.size();
    assert_eq!((reader.info().width, reader.info().height), (width, height), "its size");
    let mut read = vec![0; usize::try_from(3 * width * height).expect("small")];
    reader.next_frame(&mut read).expect("its pixels");
    let at = |x: i64, y: i64| {
        let place = usize::try_from(3 * (y * i64::from(width) + x)).expect("inside");
        [read[place], read[place + 1], read[place + 2]]
    };
    assert_eq!(at(room.x + room.width / 2, room.y + room.height / 2), [200, 10, 10], "the image");
    assert_eq!(at(0, i64::from(height) - 1), Theme::Dark.paper(), "paper around it");
}

#[test]
fn bars_and_legends_stand_beside_the_box() {
    let bar = Bar { label: "‖∇f‖".to_owned(), colormap: Colormap::VIRIDIS, range: (2.0, 2.0) };
    let with = SpaceFigure::new(&SpaceSpec { bar: Some(bar), ..spec((600, 600), VIEW) }).expect("a figure");
    check(&with);
    assert!(with.scene().marks.iter().any(|mark| matches!(mark, Mark::Levels(..))), "a colour bar");
    let entries = vec![("f = 1".to_owned(), [1, 2, 3]), ("f = 2".to_owned(), [4, 5, 6])];
    let with = SpaceFigure::new(&SpaceSpec { legend: entries, ..spec((600, 600), VIEW) }).expect("a figure");
    check(&with);
    let swatches = with.front.iter().filter(|mark| matches!(mark, Mark::Fill { .. })).count();
    assert_eq!(swatches, 2, "a swatch for each");
    for (dpi, size) in [(72.0, (300, 300)), (300.0, (1500, 1500)), (300.0, (200, 200))] {
        check(
            &SpaceFigure::new(&SpaceSpec { dpi: Some(dpi), title: String::new(), ..spec(size, VIEW) })
                .expect("a figure"),
        );
    }
    let wrong = SpaceFigure::new(&SpaceSpec { dpi: Some(1.0), ..spec((600, 600), VIEW) });
    assert_eq!(wrong.err(), Some(FigureError::Dpi { dpi: 1.0 }), "letters too small");
    let bare = SpaceFigure::new(&SpaceSpec { bare: true, ..spec((120, 80), VIEW) }).expect("a figure");
    assert_eq!((bare.size(), bare.scene().marks.len(), bare.front.len()), ((120, 80), 0, 0), "the image alone");
}

#[test]
fn boxes_without_extent_are_refused() {
    let mut flat = spec((100, 100), VIEW);
    flat.axes[1].max = flat.axes[1].min;
    assert!(matches!(SpaceFigure::new(&flat), Err(FigureError::Axis { .. })), "no height");
    assert!(matches!(SpaceFigure::new(&spec((0, 100), VIEW)), Err(FigureError::Empty { .. })), "no pixels");
}

#[test]
fn numbers_at_a_shared_corner_do_not_lie_over_each_other() {
    for (azimuth, elevation) in [VIEW, (-130.0, 40.0), (20.0, 10.0), (-57.0, 0.0)] {
        let mut narrow = spec((900, 900), (azimuth, elevation));
        for (axis, max) in narrow.axes.iter_mut().zip([1e-3, 1e-3, 1.0]) {
            (axis.min, axis.max, axis.label) = (0.0, max, String::new());
        }
        let figure = SpaceFigure::new(&narrow).expect("a figure");
        let boxes =
            figure.front.iter().filter_map(|mark| if let Mark::Text { line, .. } = mark { Some(line) } else { None });
        // Labels stand apart; only numbers share corners.
        let boxes: Vec<_> =
            boxes.filter(|line| !line.text.starts_with('(')).map(|line| (&line.text, line.bounds())).collect();
        for (k, (one, a)) in boxes.iter().enumerate() {
            for (other, b) in &boxes[k + 1..] {
                let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1;
                assert!(apart, "{one} and {other} from {azimuth}, {elevation}: {a:?}, {b:?}");
            }
        }
    }
}
