//! Tests of SVG files: an XML parser reads them, every mark is there where it belongs, the cells come back bit by bit.

use super::super::lines::{LineFigure, LineFigureSpec, Series, Style};
use super::super::text::Line;
use super::super::{Figure, FigureSpec, WriteFigure};
use super::*;
use base64::Engine as _;
use roxmltree::{Document, Node};

const COLOURS: [[u8; 3]; 3] = [[1, 2, 3], [250, 0, 0], [0, 0, 255]];

fn page(text: &[(String, String)]) -> Page<'_> {
    Page { size: (200, 100), theme: Theme::Light, colours: &COLOURS, dpi: None, text }
}

fn written(marks: &[Mark], text: &[(String, String)]) -> String {
    let svg = Svg::new(Vec::new(), page(text)).expect("a vector takes everything");
    let bytes = svg.marks(marks).expect("marks").finish().expect("complete");
    String::from_utf8(bytes).expect("UTF-8")
}

fn named<'a>(document: &'a Document<'a>, name: &'a str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name(name) || node.tag_name().name() == name).collect()
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} of {node:?}"))
}

const CLIP: Area = Area { x: 10, y: 20, width: 150, height: 70 };

fn brush(strength: f64) -> Brush {
    Brush { colour: Colour::Rgb([18, 52, 86]), strength }
}

/// The file within an image.
fn embedded(node: &Node<'_, '_>) -> Vec<u8> {
    let link = node.attribute(("http://www.w3.org/1999/xlink", "href")).expect("a link");
    STANDARD.decode(link.strip_prefix("data:image/png;base64,").expect("its kind")).expect("base64")
}

/// The places of a path as a reader finds them: steps added up.
fn places(path: &str) -> Vec<Vec<(f64, f64)>> {
    let (mut paths, mut pen): (Vec<Vec<(f64, f64)>>, _) = (Vec::new(), (0.0, 0.0));
    let mut rest = path;
    while let Some(order) = rest.chars().next() {
        let body = &rest[1..];
        let end = body.find(['m', 'l', 'z', 'h']).unwrap_or(body.len());
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text} in {path}"));
        let numbers: Vec<f64> = body[..end].replace('-', " -").split_whitespace().map(number).collect();
        match (order, numbers.as_slice()) {
            ('m' | 'l', &[dx, dy]) => {
                pen = (pen.0 + dx, pen.1 + dy);
                if order == 'm' {
                    paths.push(Vec::new());
                }
                paths.last_mut().expect("begins with m").push(pen);
            }
            ('z', []) => pen = paths.last().expect("begins with m")[0],
            ('h', &[dx]) => pen.0 += dx,
            _ => panic!("{order} {numbers:?} in {path}"),
        }
        rest = &body[end..];
    }
    paths
}

#[test]
fn paths_come_back_within_a_hundredth_however_long() {
    /// Half a hundredth for the rounding, and sums of tens of thousands of decimal steps in f64.
    const NEAR: f64 = 0.005 + 1e-8;
    let long: Vec<(f64, f64)> = (0..20_000_u32)
        .map(|k| (80.0 + 60.0 * (f64::from(k) * 0.37).sin(), 50.0 - 40.0 * (f64::from(k) * 0.11).cos()))
        .collect();
    let paths = vec![long, vec![(-3.0, 1e6), (0.001, 0.004)], vec![(7.0, 8.5)]];
    let stroke = Mark::Stroke { paths: paths.clone(), width: 1.25, brush: brush(0.5), clip: CLIP };
    let fill = Mark::Fill { paths: paths.clone(), brush: brush(1.0), clip: CLIP };
    let text = written(&[stroke, fill], &[]);
    let document = Document::parse(&text).expect("well-formed");
    let found = named(&document, "path");
    assert_eq!(found.len(), 2, "a stroke and a fill");
    for node in &found {
        let read = places(node.attribute("d").expect("a path"));
        assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [20_000, 2, 1], "all places");
        for (read, wanted) in read.iter().flatten().zip(paths.iter().flatten()) {
            let near = (read.0 - wanted.0).abs() < NEAR && (read.1 - wanted.1).abs() < NEAR;
            assert!(near, "{read:?} for {wanted:?}");
        }
    }
    assert_eq!(number(&found[0], "stroke-width"), 1.25, "thickness");
    assert_eq!(number(&found[0], "stroke-opacity"), 0.5, "strength");
    assert_eq!(found[0].attribute("stroke"), Some("#123456"), "colour");
    assert_eq!(found[1].attribute("fill-rule"), Some("evenodd"), "rule");
    let clips = named(&document, "clipPath");
    assert_eq!(clips.len(), 1, "one box for both");
    assert_eq!(found[1].attribute("clip-path"), Some("url(#clip0)"), "cut to it");
}

#[test]
fn hostile_words_and_places_are_still_xml() {
    let words = "a < b && \"c\" > 'd' \u{0}\u{8}\u{ffff}]]> ∇ 字 <script>";
    let nan = f64::NAN;
    let line = Line { text: words.into(), size: 12.5, x: 3.0, y: 40.0, upward: false };
    let label =
        |at| Mark::Label { text: words.into(), size: 9.0, at, angle: 0.5, brush: brush(1.0), halo: Some(brush(0.3)) };
    let marks = [
        Mark::Text { line: line.clone(), strength: 0.75 },
        Mark::Text { line: Line { upward: true, ..line }, strength: 1.0 },
        label((50.0, 50.0)),
        label((nan, 50.0)),
        Mark::Dot { at: (nan, 1.0), radius: 3.0, shape: Shape::Disc, brush: brush(1.0) },
        Mark::Stroke {
            paths: vec![vec![], vec![(nan, nan)], vec![(1.0, 1.0), (f64::INFINITY, 2.0), (3.0, 3.0)]],
            width: 1.0,
            brush: brush(1.0),
            clip: CLIP,
        },
        Mark::Fill { paths: vec![vec![(nan, 1.0)]], brush: brush(1.0), clip: CLIP },
    ];
    let said = [("Title".to_owned(), words.to_owned()), ("Formula \"<".to_owned(), words.to_owned())];
    let text = written(&marks, &said);
    let document = Document::parse(&text).expect("well-formed");
    let plain = "a < b && \"c\" > 'd' ]]> ∇ 字 <script>";
    let texts = named(&document, "text");
    assert_eq!(texts.len(), 4, "two lines, a label and its halo");
    assert!(texts.iter().all(|node| node.text() == Some(plain)), "{:?}", texts[0].text());
    assert_eq!(named(&document, "title")[0].text(), Some(plain), "title");
    let entries = named(&document, "entry");
    assert_eq!(
        (entries.len(), entries[1].attribute("key"), entries[1].text()),
        (2, Some("Formula \"<"), Some(plain)),
        "words"
    );
    assert!(!text.contains("NaN") && !text.contains("inf"), "no such numbers");
}

#[test]
fn labels_turn_about_their_middle_and_have_halos() {
    let label = Mark::Label {
        text: "1.5".into(),
        size: 20.0,
        at: (60.0, 50.0),
        angle: std::f64::consts::FRAC_PI_2,
        brush: brush(1.0),
        halo: Some(Brush { colour: Colour::Paper, strength: 1.0 }),
    };
    let text = written(&[label], &[]);
    let document = Document::parse(&text).expect("well-formed");
    let [halo, node] = named(&document, "text")[..] else { panic!("a halo and a label in {text}") };
    assert_eq!(node.attribute("transform"), Some("translate(60 50) rotate(-90)"), "to the left on the screen");
    let length = number(&node, "textLength");
    assert!((number(&node, "x") + 0.5 * length).abs() < 0.011, "half of it before the middle");
    assert!((number(&node, "y") - 0.5 * capital_height(20.0)).abs() < 0.005, "half a capital below");
    assert_eq!((halo.attribute("fill"), halo.attribute("stroke")), (Some("none"), Some("#ffffff")), "outlined below");
    assert_eq!(halo.attribute("transform"), node.attribute("transform"), "at the same place");
}

#[test]
fn the_cells_are_embedded_as_they_are() {
    let svg = Svg::new(Vec::new(), page(&[])).expect("a vector takes everything");
    let pixels: Vec<u8> = (0..35 * 9).map(|k| u8::from(k % 5 == 0) + u8::from(k % 3 == 0)).collect();
    let mut png = IndexedPng::new(svg.embed(&CLIP).expect("begun"), 35, 9, &COLOURS, &[]).expect("a picture");
    png.write_rows(&pixels).expect("rows");
    let bytes = png.finish().expect("complete").finish().expect("embedded").finish().expect("complete");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let document = Document::parse(&text).expect("well-formed");
    let node = named(&document, "image")[0];
    let file = embedded(&node);
    let mut decoder = png::Decoder::new(io::Cursor::new(&file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut read = vec![9; pixels.len()];
    reader.next_frame(&mut read).expect("its pixels");
    assert_eq!(read, pixels, "bit by bit");
    let place = ["x", "y", "width", "height"].map(|name| number(&node, name));
    assert_eq!(place, [10.0, 20.0, 150.0, 70.0], "where the cells are");
}

#[test]
fn images_keep_their_opacity() {
    let pixels: Vec<u8> = (0..4 * 6 * 5_u32).map(|k| (k * 29 % 256).to_le_bytes()[0]).collect();
    let area = Area { x: 3, y: 4, width: 6, height: 5 };
    let text = written(&[Mark::Image { area, pixels: std::sync::Arc::new(pixels.clone()) }], &[]);
    let document = Document::parse(&text).expect("well-formed");
    let file = embedded(&named(&document, "image")[0]);
    let mut reader = png::Decoder::new(io::Cursor::new(&file)).read_info().expect("a PNG file");
    let mut read = vec![9; pixels.len()];
    let frame = reader.next_frame(&mut read).expect("its pixels");
    assert_eq!((frame.color_type, read), (png::ColorType::Rgba, pixels), "bit by bit");
}

#[test]
fn figures_have_all_their_marks_and_a_size_on_paper() {
    let spec = FigureSpec { masked: 3, below: true, title: "f < g".into(), ..FigureSpec::new(300, 200) };
    let figure = Figure::new(spec).expect("a good spec");
    let (scene, colours) = (figure.scene(), figure.palette());
    let page =
        Page { size: (scene.width, scene.height), theme: Theme::Dark, colours: &colours, dpi: Some(144.0), text: &[] };
    let svg = Svg::new(Vec::new(), page).expect("begun").marks(&scene.marks).expect("marks");
    let text = String::from_utf8(svg.finish().expect("complete")).expect("UTF-8");
    let document = Document::parse(&text).expect("well-formed");
    let count = |of: fn(&Mark) -> bool| scene.marks.iter().filter(|mark| of(mark)).count();
    assert_eq!(named(&document, "text").len(), count(|m| matches!(m, Mark::Text { .. })), "words");
    assert_eq!(named(&document, "rect").len(), 1 + count(|m| matches!(m, Mark::Box(..))), "boxes and paper");
    assert_eq!(named(&document, "image").len(), 1, "the colour bar");
    let root = document.root_element();
    let inches = root.attribute("width").and_then(|width| width.strip_suffix("in")).expect("inches");
    let wanted = float(scene.width) / 144.0;
    assert!((inches.parse::<f64>().expect("a number") - wanted).abs() < 1e-4, "{inches} for {wanted}");
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {} {}", scene.width, scene.height).as_str()), "pixels");
}

#[test]
fn line_figures_are_written_too() {
    let series = Series { label: "a & b".into(), points: vec![(0.0, 1.0), (2.0, 3.0)], style: Style::marked(1) };
    let figure = LineFigure::new(&LineFigureSpec { series: vec![series], ..LineFigureSpec::default() });
    let bytes = figure.expect("a good spec").write_svg(Vec::new(), &[]).expect("written");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let document = Document::parse(&text).expect("well-formed");
    assert!(named(&document, "text").iter().any(|node| node.text() == Some("a & b")), "the legend");
    assert!(named(&document, "path").len() >= 3, "a line, its sample and square markers");
}

#[test]
fn numbers_are_short() {
    let text = |value: f64| Hundredths::of(value).to_string();
    let values = [0.0, -0.004, 1.5, -0.07, 12.345, 1e300, f64::NEG_INFINITY];
    let wanted = ["0", "0", "1.5", "-0.07", "12.35", "10000000000000", "-10000000000000"];
    assert_eq!(values.map(text), wanted, "no needless digits");
}
