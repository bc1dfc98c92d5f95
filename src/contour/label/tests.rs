//! Labels on lines, rings and crowded places.

use super::*;
use std::f64::consts::PI;

const SETTING: Setting = Setting { height: 10.0, spacing: 400.0, bounds: [0.0, 0.0, 500.0, 400.0] };

fn straight(a: (f64, f64), b: (f64, f64)) -> Line {
    let point = |k: i32| (a.0 + f64::from(k) / 50.0 * (b.0 - a.0), a.1 + f64::from(k) / 50.0 * (b.1 - a.1));
    Line { points: (0..=50).map(point).collect(), closed: false, label: 0 }
}

fn circle(radius: f64) -> Line {
    let point = |k: i32| {
        let angle = f64::from(k) / 180.0 * PI;
        (250.0 + radius * angle.cos(), 200.0 + radius * angle.sin())
    };
    Line { points: (0..360).map(point).collect(), closed: true, label: 0 }
}

fn length(points: &[(f64, f64)]) -> f64 {
    points.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum()
}

#[test]
fn words_lie_along_their_line_and_upright() {
    for (a, b, angle) in [
        ((50.0, 200.0), (450.0, 200.0), 0.0),
        ((450.0, 200.0), (50.0, 200.0), 0.0),
        ((50.0, 300.0), (350.0, 100.0), (200.0_f64 / 300.0).atan()),
        ((350.0, 300.0), (50.0, 100.0), -(200.0_f64 / 300.0).atan()),
        ((250.0, 50.0), (250.0, 350.0), PI / 2.0),
    ] {
        let placed = place(&[straight(a, b)], &[40.0], &SETTING);
        assert_eq!(placed.len(), 1, "{a:?} to {b:?}");
        assert!((placed[0].angle - angle).abs() < 1e-9, "{a:?} to {b:?}: {}", placed[0].angle);
        let (x, y) = placed[0].at;
        let off = (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
        assert!(off.abs() < 1e-6, "on the line");
        let pieces = cut(&straight(a, b), &[placed[0].gap]);
        let left: f64 = pieces.iter().map(|piece| length(piece)).sum();
        let whole = (b.0 - a.0).hypot(b.1 - a.1);
        assert!(
            (whole - left - 47.0).abs() < 1e-6 && pieces.len() == 2,
            "the line is cut for the words: {left} of {whole}"
        );
    }
}

#[test]
fn rings_are_cut_once_for_each_label_wherever_it_sits() {
    let ring = circle(150.0);
    let placed = place(std::slice::from_ref(&ring), &[40.0], &SETTING);
    assert_eq!(placed.len(), 2, "a ring of 942 pixels has two labels");
    let (a, b) = (placed[0].at, placed[1].at);
    assert!((a.0 - b.0).hypot(a.1 - b.1) > 120.0, "not side by side: {a:?} {b:?}");
    let gaps: Vec<_> = placed.iter().map(|label| label.gap).collect();
    let pieces = cut(&ring, &gaps);
    let left: f64 = pieces.iter().map(|piece| length(piece)).sum();
    assert_eq!(pieces.len(), 2, "two arcs");
    assert!((left + 94.0 - 300.0 * PI).abs() < 0.5, "{left}");
    assert_eq!(cut(&ring, &[]).concat().len(), 361, "uncut, it is closed");
    // A gap over the first point.
    let over = cut(&ring, &[(-20.0, 20.0)]);
    assert!(over.len() == 1 && (length(&over[0]) - (300.0 * PI - 40.0)).abs() < 0.5, "one arc");
}

#[test]
fn tight_bends_short_lines_and_crowded_places_have_no_label() {
    assert_eq!(place(&[circle(20.0)], &[40.0], &SETTING), [], "words would leave the circle");
    assert_eq!(place(&[straight((10.0, 10.0), (60.0, 10.0))], &[40.0], &SETTING), [], "too short");
    let outside = straight((50.0, 2.0), (450.0, 2.0));
    assert_eq!(place(&[outside], &[40.0], &SETTING), [], "too close to the border");
    assert_eq!(place(&[Line { points: vec![], closed: false, label: 0 }], &[40.0], &SETTING), [], "no line");
    // Parallel lines 8 pixels apart leave no room between them, but each level gets one label somewhere.
    let near: Vec<Line> = (0..6)
        .map(|k| Line { label: k, ..straight((20.0, 100.0 + 8.0 * k as f64), (480.0, 100.0 + 8.0 * k as f64)) })
        .collect();
    let placed = place(&near, &[40.0; 6], &SETTING);
    let mut labels: Vec<usize> = placed.iter().map(|label| label.label).collect();
    labels.sort_unstable();
    assert_eq!(labels, [0, 1, 2, 3, 4, 5], "one for each level");
    let words = |label: &Placed| Words {
        at: label.at,
        turn: (label.angle.cos(), -label.angle.sin()),
        half_length: 20.0,
        half_height: 5.0,
    };
    for (k, a) in placed.iter().enumerate() {
        assert!(placed[k + 1..].iter().all(|b| !words(a).meets(&words(b))), "labels do not touch");
    }
}

#[test]
fn boxes_meet_as_boxes_do() {
    let words = |x: f64, y: f64, angle: f64| Words {
        at: (x, y),
        turn: (angle.cos(), angle.sin()),
        half_length: 20.0,
        half_height: 5.0,
    };
    assert!(words(0.0, 0.0, 0.0).meets(&words(39.0, 0.0, 0.0)), "side by side, a pixel shared");
    assert!(!words(0.0, 0.0, 0.0).meets(&words(41.0, 0.0, 0.0)), "side by side");
    assert!(words(0.0, 0.0, 0.0).meets(&words(0.0, 24.0, PI / 2.0)), "crossed");
    assert!(!words(0.0, 0.0, 0.0).meets(&words(0.0, 26.0, PI / 2.0)), "one above the other");
    assert!(!words(0.0, 0.0, PI / 4.0).meets(&words(20.0, -8.0, PI / 4.0)), "along a slope");
}
