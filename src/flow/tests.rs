//! Tests of streamlines: closed forms, spacing, rising values, right angles, borders, holes, hostile fields, and judges of the tests.

use super::frame::distance;
use super::index::Index;
use super::*;
use crate::expr::formula::Formula;
use crate::tile::watch::{Interrupted, Silent, Watch};

fn probe(text: &str) -> Probe {
    Probe::new(&Formula::parse(text).expect("a formula"), 2, &[]).expect("small")
}

/// A box of the world on a picture of 400 units across, y upward.
fn frame(x: (f64, f64), y: (f64, f64), height: f64) -> Frame {
    Frame::between([x.0, y.0], [x.1, y.1], [0.0, height], [400.0, 0.0])
}

fn square(half: f64) -> Frame {
    frame((-half, half), (-half, half), 400.0)
}

const SPACING: f64 = 12.0;

fn lines_of<S: Slopes + ?Sized>(slopes: &S, frame: &Frame) -> Vec<Streamline> {
    streamlines(slopes, frame, &StreamOptions::new(SPACING), &mut Silent).expect("good options")
}

fn shown(line: &Streamline, frame: &Frame) -> Vec<Vector> {
    line.points.iter().map(|&x| frame.picture(x)).collect()
}

/// Whether a point of the world lies in the box of a frame, to the bit.
fn within(frame: &Frame, x: Vector) -> bool {
    let (a, b) = (frame.world(frame.low()), frame.world(frame.high()));
    (0..2).all(|axis| (a[axis].min(b[axis])..=a[axis].max(b[axis])).contains(&x[axis]))
}

/// The first point of a line at which f does not rise; `slack` ulps of the largest |f| are forgiven.
fn falls(slopes: &dyn Slopes, line: &Streamline, slack: f64) -> Option<usize> {
    let (x, y): (Vec<f64>, Vec<f64>) = line.points.iter().map(|p| (p[0], p[1])).unzip();
    let f = slopes.jets(&[x, y]).value;
    let spare = slack * f64::EPSILON * f.iter().fold(0.0, |most: f64, f| most.max(f.abs()));
    let rises = |pair: &[f64]| pair[1] > pair[0] - spare;
    f.windows(2).position(|pair| !rises(pair))
}

/// The largest angle in degrees between a segment and ∇f in its middle, both in the picture, away from the ends of the line.
fn askew(slopes: &dyn Slopes, line: &Streamline, frame: &Frame) -> f64 {
    let points = shown(line, frame);
    let scale = frame.scale();
    let ends = [points[0], points[points.len() - 1]];
    let mut worst: f64 = 0.0;
    for pair in points.windows(2) {
        let middle = [0.5 * (pair[0][0] + pair[1][0]), 0.5 * (pair[0][1] + pair[1][1])];
        // Within a spacing of a critical point directions turn at any rate, and a chord tells nothing.
        if ends.iter().any(|&end| distance(end, middle) < SPACING) || distance(pair[0], pair[1]) < 1e-6 {
            continue;
        }
        let x = frame.world(middle);
        let jets = slopes.jets(&[vec![x[0]], vec![x[1]]]);
        let g = [scale[0] * jets.gradient[0][0], scale[1] * jets.gradient[1][0]];
        let d = [pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]];
        worst = worst.max((d[0] * g[1] - d[1] * g[0]).atan2(d[0] * g[0] + d[1] * g[1]).abs().to_degrees());
    }
    worst
}

/// The least distance between two different lines, in the picture.
fn narrowest(lines: &[Streamline], frame: &Frame) -> f64 {
    let (mut low, mut high) = (0.0, 4.0 * SPACING);
    let near = |d: f64| {
        let mut index = Index::new(frame, d);
        (0..).zip(lines).any(|(number, line)| {
            let points = shown(line, frame);
            let near = points.windows(2).any(|pair| index.is_near(pair[0], pair[1], d, 0));
            index.insert(number, &points);
            near
        })
    };
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if near(middle) { high = middle } else { low = middle }
    }
    low
}

/// Formulas of different character, with the boxes they are seen in.
fn fields() -> Vec<(&'static str, Frame)> {
    vec![
        ("x^2 - y^2", square(2.0)),
        ("x^2 + y^2", square(2.0)),
        ("sin(x)*cos(y)", square(5.0)),
        ("x^2*y + sin(y)", square(5.0)),
        ("exp(-x^2 - y^2) - exp(-(x-1)^2 - (y-1)^2)", square(2.5)),
        ("ln(x^2 + y^2 - 1)", square(3.0)),
        ("sqrt(x)*y", square(2.0)),
        ("abs(x) + y/4", square(2.0)),
        ("sin(x/10) + y^2", frame((0.0, 100.0), (-1.0, 1.0), 300.0)),
        ("x + 1000*y", frame((0.0, 1.0), (0.0, 1.0), 150.0)),
    ]
}

#[test]
fn f_rises_along_every_line_and_lines_follow_the_gradient_and_keep_their_distance() {
    for (text, frame) in fields() {
        let probe = probe(text);
        let lines = lines_of(&probe, &frame);
        assert!(lines.len() >= 10, "{text}: {} lines", lines.len());
        for line in &lines {
            // Points of a line are an error of 1e-6 spacings off; f of an ulp or two.
            assert_eq!(falls(&probe, line, 4.0), None, "{text}: {:?} … {:?}", line.low, line.high);
            let angle = askew(&probe, line, &frame);
            assert!(angle < 1.0, "{text}: {angle}° from ∇f, ends {:?} {:?}", line.low, line.high);
            assert!(line.points.iter().all(|&x| within(&frame, x)), "{text}: inside");
        }
        // Ends are in the world, whose rounding the picture magnifies.
        let least = narrowest(&lines, &frame);
        assert!(least >= 0.5 * SPACING * (1.0 - 1e-9), "{text}: two lines are {least} apart");
        assert!(lines.iter().all(|line| line.low != End::Long && line.high != End::Long), "{text}: none gives up");
    }
}

#[test]
fn lines_fill_the_frame() {
    // Between the spacing and the least distance lie 1 to 2 lines a spacing; near critical points and borders there are fewer.
    for (text, frame) in fields().into_iter().filter(|(text, _)| !text.contains("sqrt") && !text.contains("ln")) {
        let lines = lines_of(&probe(text), &frame);
        let long: f64 = lines.iter().map(|line| seeds::length(&shown(line, &frame))).sum();
        let share = long * SPACING / (frame.size()[0] * frame.size()[1]);
        assert!((0.75..1.5).contains(&share), "{text}: {share} lines a spacing");
    }
}

/// What the picture's error of 1e-6 spacings a step comes to in the world of a square of `half`, over 200 steps.
fn drift(half: f64) -> f64 {
    200.0 * 1e-6 * SPACING * (2.0 * half / 400.0)
}

#[test]
fn a_saddle_has_hyperbolas_and_a_bowl_has_rays() {
    // dx/dt = 2x, dy/dt = −2y keep xy; its slope is at most the diagonal's half.
    for line in lines_of(&probe("x^2 - y^2"), &square(2.0)) {
        let kept: Vec<f64> = line.points.iter().map(|p| p[0] * p[1]).collect();
        let worst = kept.iter().map(|k| (k - kept[0]).abs()).fold(0.0, f64::max);
        assert!(worst <= drift(2.0) * 8_f64.sqrt(), "xy drifts by {worst}");
    }
    let frame = square(2.0);
    let lines = lines_of(&probe("x^2 + y^2"), &frame);
    let mut reached = 0;
    for line in &lines {
        let top = line.points[line.points.len() - 1];
        let off = line.points.iter().map(|p| (p[0] * top[1] - p[1] * top[0]).abs() / top[0].hypot(top[1]));
        assert!(off.fold(0.0, f64::max) <= drift(2.0), "a bent ray to {top:?}");
        assert_eq!(line.high, End::Border, "up to the border");
        if line.low == End::Critical {
            let left = distance(frame.picture(line.points[0]), frame.picture([0.0, 0.0]));
            assert!(left <= 2e-3 * SPACING, "{left} from the minimum");
            reached += 1;
        }
    }
    // Opposite rays share the minimum only if the first comes near enough not to crowd out the second.
    assert!((1..=2).contains(&reached), "{reached} rays come to the minimum");
}

#[test]
fn lines_of_cells_end_at_their_critical_points() {
    let frame = square(5.0);
    let mut ends = 0;
    for line in lines_of(&probe("sin(x)*cos(y)"), &frame) {
        for (end, p) in [(line.low, line.points[0]), (line.high, line.points[line.points.len() - 1])] {
            if end != End::Critical {
                continue;
            }
            // ∇f = (cos x cos y, −sin x sin y): both coordinates are multiples of π/2, of different parity.
            let quarter = std::f64::consts::FRAC_PI_2;
            let near = p.map(|c| (c / quarter).round());
            let off = distance(frame.picture(p), frame.picture(near.map(|c| c * quarter)));
            // The shortest step, or where the saddle turns it away.
            assert!(off <= 0.02 * SPACING && (near[0] + near[1]) % 2.0 != 0.0, "{p:?} is {off} from {near:?}");
            ends += 1;
        }
    }
    assert!(ends >= 9, "most of the twelve summits and hollows are reached: {ends}");
}

#[test]
fn ends_on_the_border_are_on_it_to_the_bit() {
    let frame = frame((-1.3, 2.7), (0.1, 0.7), 260.0);
    let on = |p: Vector| [p[0] == -1.3 || p[0] == 2.7, p[1] == 0.1 || p[1] == 0.7].contains(&true);
    let lines = lines_of(&probe("x^2*y + sin(9*y)"), &frame);
    let mut borders = 0;
    for line in &lines {
        let last = line.points.len() - 1;
        assert_eq!(line.low == End::Border, on(line.points[0]), "{:?}", line.points[0]);
        assert_eq!(line.high == End::Border, on(line.points[last]), "{:?}", line.points[last]);
        assert!(!line.points[1..last].iter().any(|&p| on(p)), "nor anywhere between");
        borders += usize::from(line.low == End::Border) + usize::from(line.high == End::Border);
    }
    assert!(borders > lines.len() / 2, "many do: {borders} of {}", lines.len());
}

/// A function given as a value and its partials.
struct Closed<F: Fn(f64, f64) -> [f64; 3] + Sync>(F);

impl<F: Fn(f64, f64) -> [f64; 3] + Sync> Slopes for Closed<F> {
    fn jets(&self, points: &[Vec<f64>]) -> Jets {
        let jets: Vec<[f64; 3]> = points[0].iter().zip(&points[1]).map(|(&x, &y)| (self.0)(x, y)).collect();
        let column = |part: usize| jets.iter().map(|jet| jet[part]).collect();
        Jets { value: column(0), gradient: vec![column(1), column(2)] }
    }
}

#[test]
fn holes_are_avoided_and_reached() {
    let hole = |x: f64, y: f64| (x - 0.3).hypot(y + 0.2) < 0.5;
    let field =
        Closed(|x, y| if hole(x, y) { [f64::NAN; 3] } else { [x + 0.2 * (3.0 * y).sin(), 1.0, 0.6 * (3.0 * y).cos()] });
    let frame = square(2.0);
    let lines = lines_of(&field, &frame);
    let mut ends = 0;
    for line in &lines {
        for pair in line.points.windows(2) {
            let at =
                |t: f64| hole(pair[0][0] + t * (pair[1][0] - pair[0][0]), pair[0][1] + t * (pair[1][1] - pair[0][1]));
            assert!(!(0..=8).any(|k| at(f64::from(k) / 8.0)), "{pair:?} is in the hole");
        }
        for (end, p) in [(line.low, line.points[0]), (line.high, line.points[line.points.len() - 1])] {
            let off = frame.scale()[0] * ((p[0] - 0.3).hypot(p[1] + 0.2) - 0.5);
            // A step that does not reach is halved until it is the shortest, whose stages lie within it.
            assert!(end != End::Masked || off <= 2e-3 * SPACING, "{off} from the hole");
            ends += usize::from(end == End::Masked);
        }
    }
    assert!(ends >= 6, "lines come to the hole from both sides: {ends}");
}

#[test]
fn unequal_axes_keep_the_direction_of_the_world_and_the_distance_of_the_picture() {
    // x in 0…100 on 400, y in 0…1 on 200: in the world lines rise by 0.002 in y for 1 in x, in the picture by 0.1.
    let frame = frame((0.0, 100.0), (0.0, 1.0), 200.0);
    let lines = lines_of(&probe("x + y/500"), &frame);
    assert!((12..=24).contains(&lines.len()), "of the height, not of the width: {}", lines.len());
    for line in &lines {
        let (a, b) = (line.points[0], line.points[line.points.len() - 1]);
        assert!(((b[1] - a[1]) / (b[0] - a[0]) - 0.002).abs() < 1e-9, "{a:?} to {b:?}");
    }
}

#[test]
fn kinks_are_crossed_and_creases_are_ends() {
    let lines = lines_of(&probe("x + y + max(y, 0)"), &square(2.0));
    assert!(
        lines.iter().all(|line| line.low == End::Border && line.high != End::Critical),
        "∇f bends at y = 0 and goes on"
    );
    assert!(
        lines.iter().filter(|line| line.points[0][1] < 0.0 && line.points[line.points.len() - 1][1] > 0.0).count() > 5
    );
    for line in lines_of(&probe("abs(x)/4 + y"), &square(2.0)).iter().filter(|line| line.low == End::Critical) {
        assert!(line.points[0][0].abs() < 1e-3, "the crease is x = 0: {:?}", line.points[0]);
    }
}

#[test]
fn fields_without_slope_have_no_lines() {
    for text in ["3", "0/0", "ln(-1 - x^2)", "x*0 + y*0", "floor(x)", "1e300 + x"] {
        assert_eq!(lines_of(&probe(text), &square(2.0)), [], "{text}");
    }
    let infinite = Closed(|x, _| [x, f64::INFINITY, 1.0]);
    assert_eq!(lines_of(&infinite, &square(1.0)), [], "an infinite slope has no direction");
    let short = Closed(|_, _| [0.0, f64::NAN, 1.0]);
    assert_eq!(lines_of(&short, &square(1.0)), [], "nor has half a slope");
    struct Nothing;
    impl Slopes for Nothing {
        fn jets(&self, _: &[Vec<f64>]) -> Jets {
            Jets::default()
        }
    }
    assert_eq!(lines_of(&Nothing, &square(1.0)), [], "nor has no answer");
}

#[test]
fn noise_is_survived() {
    // Every cell of a hash has another slope, some none.
    let noise = |x: f64, y: f64| {
        let cell = (x * 97.0).floor().to_bits().rotate_left(32) ^ (y * 89.0).floor().to_bits();
        let seed = (cell.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ cell >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let part = |shift: u32| ((seed >> shift) & 0xff) as f64 / 128.0 - 1.0;
        if part(8) > 0.9 { [f64::NAN; 3] } else { [part(16), part(24), part(32)] }
    };
    let frame = square(2.0);
    let any = StreamOptions { shortest: 0.0, ..StreamOptions::new(SPACING) };
    let lines = streamlines(&Closed(noise), &frame, &any, &mut Silent).expect("good options");
    assert!(lines.len() > 100, "short lines: {}", lines.len());
    assert!(lines.iter().flat_map(|line| &line.points).all(|&p| within(&frame, p)), "inside");
}

#[test]
fn lines_do_not_depend_on_the_number_of_threads() {
    let probe = probe("sin(x)*cos(y) + x/9");
    let lines = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| lines_of(&probe, &square(5.0)))
    };
    let one = lines(1);
    assert!(one == lines(3) && one == lines(8), "the same to the bit");
}

#[test]
fn lines_go_through_the_points_asked_for() {
    let (probe, frame) = (probe("x^2 + y^2"), square(2.0));
    let points = [[1.0, 0.5], [1.0, 0.51], [2.5, 0.0], [0.0, 0.0], [-2.0, 2.0]];
    let lines = lines_through(&probe, &frame, SPACING, &points).expect("a good spacing");
    let ends = |line: &Option<Streamline>| line.as_ref().map(|line| (line.low, line.high));
    let whole = Some((End::Critical, End::Border));
    assert_eq!(
        lines.iter().map(ends).collect::<Vec<_>>(),
        [whole, whole, None, None, whole],
        "outside, flat, a corner"
    );
    let meets = |k: usize| lines[k].iter().flat_map(|line| &line.points).any(|&p| distance(p, points[k]) < 1e-12);
    assert!([0, 1, 4].into_iter().all(meets), "through their points, side by side");
    assert!(lines_through(&probe, &frame, f64::NAN, &points).is_err(), "NaN");
    assert_eq!(lines_through(&probe, &frame, SPACING, &[]), Ok(vec![]), "none");
}

#[test]
fn bad_options_are_refused() {
    let asked = |options: StreamOptions, frame: Frame| streamlines(&probe("x"), &frame, &options, &mut Silent);
    let good = StreamOptions::new(SPACING);
    for spacing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            matches!(asked(StreamOptions::new(spacing), square(1.0)), Err(StreamError::Option { .. })),
            "{spacing}"
        );
    }
    assert!(asked(StreamOptions { closest: 1.0, ..good }, square(1.0)).is_err(), "as near as seeds are far");
    assert!(asked(StreamOptions { shortest: f64::NAN, ..good }, square(1.0)).is_err(), "NaN");
    let many = asked(StreamOptions::new(1e-3), square(1.0)).expect_err("too many").to_string();
    assert!(many.contains("take 0.200 or more"), "{many}");
    let flat = Frame::between([0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [9.0, 9.0]);
    assert_eq!(asked(good, flat), Err(StreamError::NoPlane), "one row");
    let stopped = streamlines(&probe("x"), &square(1.0), &good, &mut Stop);
    assert_eq!(stopped, Err(StreamError::Interrupted(Interrupted)), "a watch that stops");
}

struct Stop;

impl Watch for Stop {
    fn begin(&mut self, _: &str, _: usize) {}
    fn advance(&mut self, _: usize) -> Result<(), Interrupted> {
        Err(Interrupted)
    }
}

#[test]
fn wrong_lines_are_found_out() {
    let (probe, frame) = (probe("x^2*y + sin(y)"), square(5.0));
    let mut lines = lines_of(&probe, &frame);
    let mut backward = lines[0].clone();
    backward.points.reverse();
    assert!(falls(&probe, &backward, 4.0).is_some(), "a line that goes down");
    let turned = Streamline {
        points: lines[0].points.iter().map(|p| [p[0] - 0.04 * p[1], p[1] + 0.04 * p[0]]).collect(),
        ..lines[0]
    };
    assert!(askew(&probe, &turned, &frame) > 1.0, "a line turned by two degrees");
    let beside = Streamline { points: lines[0].points.iter().map(|p| [p[0] + 0.1, p[1]]).collect(), ..lines[0] };
    lines.push(beside);
    assert!(narrowest(&lines, &frame) < 0.5 * SPACING, "a line beside another");
}
