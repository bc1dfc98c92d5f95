//! Tests of pictures in full colour: every kind of mark, shade, bands, and a million segments.

use super::super::palette::FIGURE_LEVELS;
use super::super::scene::Shape;
use super::super::text::Line;
use super::super::{Figure, FigureSpec, Painter};
use super::*;

/// 40 × 30 cells of slowly changing levels, some without a value.
fn cells() -> Vec<u8> {
    (0..1200_u32).map(|k| if k % 97 == 0 { 0 } else { u8::try_from(1 + (k * 7) % 220).expect("small") }).collect()
}

fn figure(marks: Vec<Mark>, theme: Theme) -> Figure {
    let spec = FigureSpec { theme, masked: 13, magnify: Some(3), title: "f".into(), ..FigureSpec::new(40, 30) };
    let mut figure = Figure::new(spec).expect("a good spec");
    figure.add(marks);
    figure
}

fn painted(figure: &Figure, shade: &[u8], rows_at_once: usize) -> Vec<[u8; 3]> {
    let (cells, mut out) = (cells(), Vec::new());
    let mut painter = figure.colour_painter();
    for (k, part) in cells.chunks(40 * rows_at_once).enumerate() {
        let from = k * 40 * rows_at_once;
        let shade = if shade.is_empty() { shade } else { &shade[from..from + part.len()] };
        let mut take = |rows: &[u8]| {
            out.extend(rows.chunks(3).map(|rgb| [rgb[0], rgb[1], rgb[2]]));
            Ok(())
        };
        painter.paint(part, shade, &mut take).expect("a vector takes everything");
    }
    out
}

fn brush(colour: [u8; 3], strength: f64) -> Brush {
    Brush { colour: Colour::Rgb(colour), strength }
}

/// A mark of each kind over the cells.
fn marks(figure: &Figure) -> Vec<Mark> {
    let clip = figure.view().clip();
    let (x, y) = (float(clip.x), float(clip.y));
    let wave = |shift: f64| {
        (0..90).map(|k| (x + f64::from(k) * 1.5, y + 40.0 + shift + 25.0 * (f64::from(k) / 9.0).sin())).collect()
    };
    vec![
        Mark::Fill {
            paths: vec![vec![(x + 10.5, y - 20.0), (x + 90.0, y + 30.3), (x + 30.0, y + 70.0)]],
            brush: brush([200, 30, 90], 0.5),
            clip,
        },
        Mark::Stroke { paths: vec![wave(0.0), wave(20.0)], width: 1.7, brush: brush([255; 3], 0.9), clip },
        Mark::Label {
            text: "1.25".into(),
            size: 13.0,
            at: (x + 60.0, y + 55.0),
            angle: 0.4,
            brush: Brush { colour: Colour::Ink, strength: 1.0 },
            halo: Some(Brush { colour: Colour::Paper, strength: 0.8 }),
        },
        Mark::Dot { at: (x + 20.0, y + 31.5), radius: 4.0, shape: Shape::Disc, brush: brush([0, 0, 0], 1.0) },
        Mark::Box(Area { x: clip.x + 80, y: clip.y + 60, width: 30, height: 20 }, Paint::Paper),
        Mark::Text {
            line: Line { text: "key".into(), size: 12.0, x: x + 85.0, y: y + 75.0, upward: false },
            strength: 1.0,
        },
        Mark::Levels(Area { x: clip.x + 2, y: clip.y + 40, width: 5, height: 40 }, 225),
        Mark::Tip { area: Area { x: clip.x + 2, y: clip.y + 33, width: 5, height: 7 }, up: true, thickness: 1 },
    ]
}

#[test]
fn without_marks_it_is_the_picture_of_256_colours() {
    for theme in [Theme::Light, Theme::Dark] {
        let figure = figure(Vec::new(), theme);
        let (mut indices, palette) = (Vec::new(), figure.palette());
        let mut take = |rows: &[u8]| {
            indices.extend_from_slice(rows);
            Ok(())
        };
        Painter::new(figure.scene()).paint(&cells(), &mut take).expect("a vector takes everything");
        let wanted: Vec<[u8; 3]> = indices.iter().map(|&index| palette[usize::from(index)]).collect();
        assert!(painted(&figure, &[], 30) == wanted, "{theme:?}");
        assert!(painted(&figure, &[255; 1200], 30) == wanted, "a shade of 255 changes nothing");
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_band() {
    let plain = figure(Vec::new(), Theme::Dark);
    let figure = figure(marks(&plain), Theme::Dark);
    let shade: Vec<u8> = (0..1200_u32).map(|k| (k * 31 % 256).to_le_bytes()[0]).collect();
    let whole = painted(&figure, &shade, 30);
    for rows in [1, 2, 7, 29] {
        assert!(painted(&figure, &shade, rows) == whole, "{rows} rows at once");
    }
    assert!(whole != painted(&figure, &shade[..0], 30), "the shade is seen");
    let pixels = usize::try_from(figure.scene().width * figure.scene().height).expect("small");
    assert_eq!(whole.len(), pixels, "every pixel once");
}

/// The pixels in which a figure with some marks differs from the one without.
fn changed(marks: Vec<Mark>) -> Vec<((i64, i64), [u8; 3])> {
    let (before, after) = (figure(Vec::new(), Theme::Light), figure(marks, Theme::Light));
    let width = before.scene().width;
    let pairs = painted(&before, &[], 30).into_iter().zip(painted(&after, &[], 30));
    let places = (0_i64..).map(|k| (k % width, k / width));
    places.zip(pairs).filter(|(_, (old, new))| old != new).map(|(place, (_, new))| (place, new)).collect()
}

#[test]
fn each_mark_is_drawn_where_it_is_and_nowhere_else() {
    let plain = figure(Vec::new(), Theme::Light);
    let clip = plain.view().clip();
    for mark in marks(&plain) {
        let drawn = changed(vec![mark.clone()]);
        assert!(drawn.len() > 25, "{mark:?}: {} pixels", drawn.len());
        let (top, bottom) = mark.rows();
        for ((x, y), _) in drawn {
            let inside = (clip.x..clip.right()).contains(&x) && (top..bottom).contains(&y);
            assert!(inside, "{mark:?} at {x}, {y}");
        }
    }
}

#[test]
fn marks_are_mixed_with_what_is_there() {
    let clip = figure(Vec::new(), Theme::Light).view().clip();
    let (x, y) = (float(clip.x), float(clip.y));
    // The cell right of the first is level 8; pixel column 4 is its middle, of which the edge at 4.25 covers a quarter.
    let corners = vec![(x + 3.0, y), (x + 4.25, y), (x + 4.25, y + 3.0), (x + 3.0, y + 3.0)];
    let fill = Mark::Fill { paths: vec![corners], brush: brush([255, 0, 0], 0.8), clip };
    let below = figure(Vec::new(), Theme::Light).palette()[8];
    let found: std::collections::BTreeMap<_, _> = changed(vec![fill]).into_iter().collect();
    assert_eq!(found.len(), 6, "two columns, three rows: {found:?}");
    assert_eq!(found[&(clip.x + 3, clip.y + 1)], mix(below, [255, 0, 0], 0.8), "covered");
    assert_eq!(found[&(clip.x + 4, clip.y + 2)], mix(below, [255, 0, 0], 0.25 * 0.8), "a quarter");
    assert_ne!(mix(below, [255, 0, 0], 0.25 * 0.8), mix(below, [255, 0, 0], 0.3 * 0.8), "a wrong share is seen");
}

#[test]
fn shade_darkens_cells_and_nothing_else() {
    let figure = figure(Vec::new(), Theme::Light);
    let (clip, width) = (figure.view().clip(), figure.scene().width);
    let palette = figure.palette();
    let (light, dark) = (painted(&figure, &[], 30), painted(&figure, &[51; 1200], 30));
    let mut seen = 0;
    for (k, (light, dark)) in (0_i64..).zip(light.into_iter().zip(dark)) {
        let (x, y) = (k % width, k / width);
        let cell = (x - clip.x) / 3 + 40 * ((y - clip.y) / 3);
        let inside = (clip.x..clip.right()).contains(&x) && (clip.y..clip.bottom()).contains(&y) && cell % 97 != 0;
        let wanted = if inside { light.map(|byte| ((u16::from(byte) + 2) / 5).to_le_bytes()[0]) } else { light };
        assert_eq!(dark, wanted, "{x}, {y}");
        seen += usize::from(dark != light);
    }
    assert!(seen > 10_000 && palette[usize::from(FIGURE_LEVELS)] != [0; 3], "a fifth of the light: {seen}");
    let mut painter = figure.colour_painter();
    assert!(painter.paint(&cells(), &[1; 7], &mut |_| Ok(())).is_err(), "too little shade");
}

#[test]
fn shade_may_be_finer_than_cells_and_lighten_them() {
    let figure = figure(marks(&figure(Vec::new(), Theme::Light)), Theme::Light);
    let per_cell: Vec<u8> = (0..1200_u32).map(|k| (k * 31 % 256).to_le_bytes()[0]).collect();
    let rows = per_cell.chunks(40).flat_map(|row| [row; 3]);
    let per_pixel: Vec<u8> = rows.flatten().flat_map(|&byte| [byte; 3]).collect();
    let draw = |shade: &[u8], plain: u8, rows_at_once: usize| {
        let mut painter = figure.colour_painter().with_plain_shade(plain);
        let (mut out, each) = (Vec::new(), shade.len() / 30 * rows_at_once);
        for (part, shade) in cells().chunks(40 * rows_at_once).zip(shade.chunks(each)) {
            let take = &mut |rows: &[u8]| {
                out.extend_from_slice(rows);
                Ok(())
            };
            painter.paint(part, shade, take).expect("a vector takes everything");
        }
        out
    };
    for plain in [255, 128, 1] {
        let wanted = draw(&per_cell, plain, 30);
        for rows in [30, 7, 1] {
            assert!(draw(&per_pixel, plain, rows) == wanted, "nine bytes for one, {plain}, {rows} rows at once");
        }
    }
    let mut other = per_pixel.clone();
    other[5000] ^= 0x40;
    let differs = draw(&per_pixel, 128, 30).iter().zip(draw(&other, 128, 30)).filter(|(a, b)| **a != *b).count();
    assert!((1..=3).contains(&differs), "one pixel: {differs} of its parts");
    assert_eq!(
        [shaded(100, 160, 128), shaded(200, 255, 128), shaded(90, 0, 9)],
        [125, 255, 0],
        "lighter, white, black"
    );
    assert_eq!((0..=255).find(|&part| shaded(part, 128, 128) != part), None, "as it is");
}

#[test]
fn a_million_segments_are_drawn_in_seconds() {
    /// Debug builds and shared machines are slow; looking at every segment for every stripe would take minutes.
    const SECONDS: u64 = 60;
    let spec = FigureSpec { bare: true, ..FigureSpec::new(2048, 2048) };
    let mut figure = Figure::new(spec).expect("a good spec");
    let clip = figure.view().clip();
    let paths = (0..1000_u32).map(|k| {
        let place = |i: u32| (f64::from(i) * 2.0, f64::from(k) * 2.0 + 9.0 * (f64::from(i + k) / 20.0).sin());
        (0..1001).map(place).collect()
    });
    figure.add(vec![Mark::Stroke { paths: paths.collect(), width: 1.0, brush: brush([9; 3], 1.0), clip }]);
    let start = std::time::Instant::now();
    let mut painter = figure.colour_painter();
    let mut dark = 0_usize;
    let mut count = |rows: &[u8]| {
        dark += rows.iter().filter(|&&byte| byte < 30).count();
        Ok(())
    };
    for _ in 0..32 {
        painter.paint(&vec![200; 64 * 2048], &[], &mut count).expect("counted");
    }
    assert!(dark > 1_000_000, "lines all over: {dark}");
    assert!(start.elapsed().as_secs() < SECONDS, "{:?}", start.elapsed());
}
