//! Where ticks go and what they say.
//!
//! Linear axes step by 1, 2, 2.5 or 5 times a power of ten: of these the finest step is taken that gives at most as
//! many ticks as asked for. An axis whose ends are both multiples of π/12 (−π to π, 0 to π/2) steps by fractions of π
//! instead. Logarithmic axes tick at powers of ten, with 1-2-5 between where there are few of them and plain steps
//! where there are none; symlog axes tick at zero and at powers of ten on both sides.
//!
//! Edge cases: at most `most` ticks ever come back, for any range; equal, reversed, huge (±1.8e308) and tiny (5e-324)
//! ranges are fine; where a range is so narrow that steps cannot be told apart in `f64`, its two ends are the ticks; a
//! range with a NaN or an infinite end has none.

use super::number::{Decimal, decimal_from_f64, power_of_ten, single, write_all};
use super::scale::Scale;
use std::f64::consts::PI;

/// A place on an axis with its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value at the place.
    pub value: f64,
    /// What is written there.
    pub label: String,
}

/// The ticks of one axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticks {
    /// Long ticks with labels, ascending.
    pub major: Vec<Tick>,
    /// Short ticks without labels.
    pub minor: Vec<f64>,
    /// What all labels are to be multiplied by or added to, such as `×10⁶`; empty if nothing.
    pub common: String,
}

/// How far outside the range, as a share of it, a tick still counts as being at its end.
const AT_THE_END: f64 = 1e-9;
/// Above this ratio of value to step neighbouring steps differ by fewer than ten units in the last place.
const FINEST_RATIO: f64 = 4e14;
/// Below this, steps of a range are not taken: they come near the smallest `f64`.
const TINIEST: f64 = 1e-290;
/// With more decades than this the places between powers of ten would run together.
const MOST_DECADES_WITH_MINOR: i32 = 12;
/// With more decades than this the powers of ten between labelled ones would.
const MOST_DECADES_STRIDED: i32 = 60;

/// The ticks of a scale between two values, at most `most` of them.
pub fn ticks(scale: Scale, a: f64, b: f64, most: usize) -> Ticks {
    let (lo, hi) = if a <= b { (a, b) } else { (b, a) };
    if most == 0 || !lo.is_finite() || !hi.is_finite() {
        return Ticks::default();
    }
    if lo == hi {
        return labelled(&[decimal_from_f64(lo)]);
    }
    match scale {
        Scale::Linear => linear(lo, hi, most),
        Scale::Log if lo > 0.0 => logarithmic(lo, hi, most),
        Scale::Log => Ticks::default(),
        Scale::Symlog { linthresh } => symlog(lo, hi, linthresh, most),
    }
}

fn linear(lo: f64, hi: f64, most: usize) -> Ticks {
    if let Some(ticks) = multiples_of_pi(lo, hi, most) {
        return ticks;
    }
    // Huge numbers are shifted first, so that the span does not overflow; among the tiniest, steps would round to
    // nothing.
    let reach = lo.abs().max(hi.abs());
    let shift = if reach > 1e300 { 20 } else { 0 };
    let found = if reach < TINIEST { None } else { steps(lo / 10_f64.powi(shift), hi / 10_f64.powi(shift), most) };
    let numbers = match found {
        Some(found) => found.into_iter().map(|n| Decimal { exponent: n.exponent + shift, ..n }).collect(),
        None => [lo, hi].map(decimal_from_f64).into_iter().take(most).collect::<Vec<_>>(),
    };
    labelled(&numbers)
}

/// The multiples of the finest nice step, or nothing where the range is too narrow for steps.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the ratios are below FINEST_RATIO, the exponent is that of an f64"
)]
fn steps(lo: f64, hi: f64, most: usize) -> Option<Vec<Decimal>> {
    const NICE: [i128; 4] = [10, 20, 25, 50];
    let span = hi - lo;
    #[expect(clippy::cast_precision_loss, reason = "an axis has a few dozen ticks at most")]
    let first = (span / most as f64).log10().floor() as i32 - 2;
    for k in 0..40 {
        let step = Decimal { digits: NICE[k % 4], exponent: first + i32::try_from(k / 4).unwrap_or(0) };
        let size = step.value();
        if size == 0.0 {
            return None;
        }
        let slack = AT_THE_END * span / size;
        let (from, to) = ((lo / size - slack).ceil(), (hi / size + slack).floor());
        #[expect(clippy::cast_precision_loss, reason = "an axis has a few dozen ticks at most")]
        let few = to - from < most as f64;
        if few && from <= to {
            if from.abs().max(to.abs()) > FINEST_RATIO {
                return None;
            }
            return Some(
                (from as i64..=to as i64).map(|n| Decimal { digits: i128::from(n) * step.digits, ..step }).collect(),
            );
        }
        if few {
            return None;
        }
    }
    None
}

/// Ends must be whole twelfths of π to this accuracy: typed digits of π pass, numbers that happen to be near do
/// not.
const CLOSE: f64 = 1e-6;
/// Beyond so many times π an axis is not one of angles.
const MOST_TURNS: f64 = 50.0;

/// Ticks at fractions of π where both ends are such.
#[expect(clippy::cast_possible_truncation, reason = "at most MOST_TURNS twelfths")]
fn multiples_of_pi(lo: f64, hi: f64, most: usize) -> Option<Ticks> {
    /// Steps in twelfths of π.
    const STEPS: [i64; 10] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600];
    let (a, b) = (lo / PI * 12.0, hi / PI * 12.0);
    let whole = |t: f64| (t - t.round()).abs() < CLOSE;
    if !whole(a) || !whole(b) || a.abs().max(b.abs()) > 12.0 * MOST_TURNS || a.round() == b.round() {
        return None;
    }
    let (a, b) = (a.round() as i64, b.round() as i64);
    let inside = |step: i64| (a..=b).filter(move |n| n.rem_euclid(step) == 0);
    let step = STEPS.into_iter().find(|&step| inside(step).count() <= most)?;
    let major = inside(step).map(|n| Tick { value: twelfths_of_pi(n).clamp(lo, hi), label: pi_label(n) }).collect();
    Some(Ticks { major, ..Ticks::default() })
}

#[expect(clippy::cast_precision_loss, reason = "at most a few hundred twelfths")]
fn twelfths_of_pi(n: i64) -> f64 {
    n as f64 * PI / 12.0
}

/// Fractions of π, where all values are such to the accuracy of typed digits, and not all zero.
#[expect(clippy::cast_possible_truncation, reason = "at most MOST_TURNS twelfths")]
pub(super) fn pi_labels(values: &[f64]) -> Option<Vec<String>> {
    let twelfths = values.iter().map(|value| value / PI * 12.0);
    let whole = |t: f64| (t - t.round()).abs() < CLOSE && t.abs() <= 12.0 * MOST_TURNS;
    let all: Option<Vec<i64>> = twelfths.map(|t| whole(t).then_some(t.round() as i64)).collect();
    all.filter(|all| all.iter().any(|n| *n != 0)).map(|all| all.into_iter().map(pi_label).collect())
}

/// `−3π/4` for −9 twelfths.
fn pi_label(twelfths: i64) -> String {
    let shared = [12, 6, 4, 3, 2].into_iter().find(|d| twelfths % d == 0).unwrap_or(1);
    let (top, bottom) = ((twelfths / shared).unsigned_abs(), 12 / shared);
    let sign = if twelfths < 0 { "−" } else { "" };
    match (top, bottom) {
        (0, _) => "0".to_owned(),
        (1, 1) => format!("{sign}π"),
        (_, 1) => format!("{sign}{top}π"),
        (1, _) => format!("{sign}π/{bottom}"),
        _ => format!("{sign}{top}π/{bottom}"),
    }
}

fn logarithmic(lo: f64, hi: f64, most: usize) -> Ticks {
    let (first, last) = decades(lo, hi);
    let count = usize::try_from(last - first + 1).unwrap_or(0);
    let between = |digits: &[i128]| multiples_of_decades(lo, hi, digits);
    if count < 3 {
        for digits in [&[1_i128, 2, 5][..], &[1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            let found = between(digits);
            if (3..=most).contains(&found.len()) {
                let minor = between(&[1, 2, 3, 4, 5, 6, 7, 8, 9])
                    .into_iter()
                    .filter(|n| !found.contains(n))
                    .map(Decimal::value)
                    .collect();
                let major = found.into_iter().map(|n| Tick { value: n.value(), label: single(n) }).collect();
                return Ticks { major, minor, common: String::new() };
            }
        }
    }
    if count < 2 {
        return linear(lo, hi, most);
    }
    let stride = i32::try_from(count.div_ceil(most)).unwrap_or(i32::MAX);
    // A stride has a first multiple only by luck; where it has none, the first decade stands.
    let mut powers: Vec<i32> = (first..=last).filter(|e| e.rem_euclid(stride) == 0).collect();
    if powers.is_empty() {
        powers.push(first);
    }
    let minor = if stride > 1 && last - first <= MOST_DECADES_STRIDED {
        (first..=last).filter(|e| !powers.contains(e)).map(power).collect()
    } else if stride == 1 && last - first <= MOST_DECADES_WITH_MINOR {
        between(&[2, 3, 4, 5, 6, 7, 8, 9]).into_iter().map(Decimal::value).collect()
    } else {
        Vec::new()
    };
    let labels = power_labels(&powers);
    let major = powers.iter().zip(labels).map(|(&e, label)| Tick { value: power(e), label }).collect();
    Ticks { major, minor, common: String::new() }
}

fn symlog(lo: f64, hi: f64, linthresh: f64, most: usize) -> Ticks {
    if lo > linthresh {
        return logarithmic(lo, hi, most);
    }
    if hi < -linthresh {
        return mirrored(logarithmic(-hi, -lo, most));
    }
    let side = |end: f64| if end > linthresh { decades(linthresh, end) } else { (0, -1) };
    let ((first_up, last_up), (first_down, last_down)) = (side(hi), side(-lo));
    let first = if last_up >= first_up { first_up } else { first_down };
    let with_zero = lo <= 0.0 && hi >= 0.0;
    for stride in 1..700 {
        let pick = |from: i32, to: i32| (from..=to).filter(move |e| (e - first) % stride == 0);
        let up: Vec<i32> = pick(first_up, last_up).collect();
        let down: Vec<i32> = pick(first_down, last_down).collect();
        let count = up.len() + down.len() + usize::from(with_zero);
        if count > most {
            continue;
        }
        if count < 2 {
            break;
        }
        let labels = power_labels(&down.iter().chain(&up).copied().collect::<Vec<_>>());
        let (below, above) = labels.split_at(down.len());
        let mut major: Vec<Tick> = down
            .iter()
            .zip(below)
            .rev()
            .map(|(&e, label)| Tick { value: -power(e), label: format!("−{label}") })
            .collect();
        if with_zero {
            major.push(Tick { value: 0.0, label: "0".to_owned() });
        }
        major.extend(up.iter().zip(above).map(|(&e, label)| Tick { value: power(e), label: label.clone() }));
        let minor = if stride == 1 && count <= 8 { symlog_minor(lo, hi, linthresh) } else { Vec::new() };
        return Ticks { major, minor, common: String::new() };
    }
    linear(lo, hi, most)
}

/// The multiples 2 to 9 of the powers of ten in the logarithmic parts.
fn symlog_minor(lo: f64, hi: f64, linthresh: f64) -> Vec<f64> {
    const BETWEEN: [i128; 8] = [2, 3, 4, 5, 6, 7, 8, 9];
    let side = |end: f64| if end > linthresh { multiples_of_decades(linthresh, end, &BETWEEN) } else { Vec::new() };
    side(-lo).into_iter().map(|n| -n.value()).chain(side(hi).into_iter().map(Decimal::value)).collect()
}

fn mirrored(ticks: Ticks) -> Ticks {
    let flip = |t: Tick| Tick { value: -t.value, label: format!("−{}", t.label) };
    let common = match ticks.common.strip_prefix('+') {
        Some(offset) => format!("−{offset}"),
        None => ticks.common.replace(" +", " −"),
    };
    Ticks {
        major: ticks.major.into_iter().rev().map(flip).collect(),
        minor: ticks.minor.into_iter().map(|v| -v).collect(),
        common,
    }
}

/// The first and last power of ten in a positive range.
#[expect(clippy::cast_possible_truncation, reason = "the exponent of an f64")]
fn decades(lo: f64, hi: f64) -> (i32, i32) {
    let (mut first, mut last) = (lo.log10().floor() as i32, hi.log10().ceil() as i32);
    while power(first) < lo * (1.0 - AT_THE_END) {
        first += 1;
    }
    while power(last) > hi * (1.0 + AT_THE_END) {
        last -= 1;
    }
    (first, last)
}

/// The numbers digit × 10ⁿ within a positive range.
fn multiples_of_decades(lo: f64, hi: f64, digits: &[i128]) -> Vec<Decimal> {
    let (first, last) = decades(lo, hi);
    (first - 1..=last)
        .flat_map(|exponent| digits.iter().map(move |&digits| Decimal { digits, exponent }))
        .filter(|n| (lo * (1.0 - AT_THE_END)..=hi * (1.0 + AT_THE_END)).contains(&n.value()))
        .collect()
}

fn power(exponent: i32) -> f64 {
    Decimal { digits: 1, exponent }.value()
}

/// Plain numbers where all are near one, powers of ten otherwise.
fn power_labels(powers: &[i32]) -> Vec<String> {
    let plain = powers.iter().all(|e| (-2..=3).contains(e));
    powers
        .iter()
        .map(|&exponent| if plain { single(Decimal { digits: 1, exponent }) } else { power_of_ten(exponent) })
        .collect()
}

/// Ticks with labels written together. Numbers with different exponents are written one by one.
pub(super) fn labelled(numbers: &[Decimal]) -> Ticks {
    let together = numbers.windows(2).all(|w| w[0].exponent == w[1].exponent);
    let (labels, common) = if together {
        let written = write_all(numbers);
        (written.labels, written.common)
    } else {
        (numbers.iter().map(|&n| single(n)).collect(), String::new())
    };
    let major = numbers.iter().zip(labels).map(|(n, label)| Tick { value: n.value(), label }).collect();
    Ticks { major, minor: Vec::new(), common }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, lo: f64, hi: f64, most: usize) -> Vec<String> {
        ticks(scale, lo, hi, most).major.into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn linear_axes_take_the_finest_nice_step() {
        let of = |lo, hi, most| labels(Scale::Linear, lo, hi, most);
        assert_eq!(of(-5.0, 5.0, 11), ["−5", "−4", "−3", "−2", "−1", "0", "1", "2", "3", "4", "5"], "ones");
        assert_eq!(of(-5.0, 5.0, 9), ["−4", "−2", "0", "2", "4"], "twos");
        assert_eq!(of(0.0, 1.0, 6), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"], "no noise digits, both ends");
        assert_eq!(of(0.0, 10.0, 5), ["0.0", "2.5", "5.0", "7.5", "10.0"], "two and a half");
        assert_eq!(of(5.0, -5.0, 3), ["−5", "0", "5"], "reversed");
        assert_eq!(of(0.1, 0.9, 1), ["0.5"], "one");
        assert_eq!(of(0.0, 1.0, 0), Vec::<String>::new(), "none");
    }

    #[test]
    fn factors_and_offsets_are_taken_out() {
        let t = ticks(Scale::Linear, 0.0, 3.0e6, 7);
        assert_eq!((t.common.as_str(), t.major[1].label.as_str()), ("×10⁶", "0.5"), "factor");
        let t = ticks(Scale::Linear, 1_000_000.001, 1_000_000.002, 6);
        assert_eq!(t.common, "+10⁶", "offset");
        assert_eq!(
            t.major.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(),
            ["0.0010", "0.0012", "0.0014", "0.0016", "0.0018", "0.0020"],
            "rest"
        );
    }

    #[test]
    fn axes_of_angles_tick_in_pi() {
        let of = |lo, hi, most| labels(Scale::Linear, lo, hi, most);
        assert_eq!(of(-PI, PI, 6), ["−π", "−π/2", "0", "π/2", "π"], "full turn");
        assert_eq!(of(0.0, PI / 2.0, 7), ["0", "π/12", "π/6", "π/4", "π/3", "5π/12", "π/2"], "quarter");
        assert_eq!(of(0.0, 8.0 * PI, 5), ["0", "2π", "4π", "6π", "8π"], "many turns");
        assert_eq!(of(-PI + 1e-9, PI - 1e-9, 3), ["−π", "0", "π"], "as many digits as people type");
        assert_eq!(of(0.0, 355.0, 2).last().expect("ticks"), "200", "355 is no multiple of π");
        assert_eq!(of(0.0, 3.0, 4), ["0", "1", "2", "3"], "nor is 3");
    }

    #[test]
    fn logarithmic_axes_tick_at_powers_or_between() {
        let of = |lo, hi, most| labels(Scale::Log, lo, hi, most);
        assert_eq!(
            of(1e-6, 1e3, 10),
            ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²", "10³"],
            "decades"
        );
        assert_eq!(of(0.01, 1000.0, 9), ["0.01", "0.1", "1", "10", "100", "1000"], "near one they are plain");
        assert_eq!(of(1e-6, 1e6, 7), ["10⁻⁶", "10⁻⁴", "10⁻²", "10⁰", "10²", "10⁴", "10⁶"], "every other");
        assert_eq!(of(1.0, 30.0, 9), ["1", "2", "5", "10", "20"], "one-two-five");
        assert_eq!(
            of(2.5, 4.5, 9),
            ["2.50", "2.75", "3.00", "3.25", "3.50", "3.75", "4.00", "4.25", "4.50"],
            "less than a decade"
        );
        assert!(of(-1.0, 1.0, 9).is_empty(), "not a range of a logarithm");
    }

    #[test]
    fn symlog_axes_have_zero_and_both_sides() {
        let of = |lo, hi, linthresh, most| labels(Scale::Symlog { linthresh }, lo, hi, most);
        assert_eq!(of(-100.0, 1000.0, 1.0, 9), ["−100", "−10", "−1", "0", "1", "10", "100", "1000"], "both sides");
        assert_eq!(of(-1e6, 1e6, 1.0, 7), ["−10⁶", "−10³", "−10⁰", "0", "10⁰", "10³", "10⁶"], "strided");
        assert_eq!(of(-0.5, 0.5, 1.0, 5), ["−0.4", "−0.2", "0.0", "0.2", "0.4"], "inside the linear part");
        assert_eq!(of(-1000.0, -10.0, 1.0, 5), ["−1000", "−100", "−10"], "one side");
    }

    #[test]
    fn hostile_ranges_end_with_few_ticks_inside() {
        let ends = [
            0.0,
            5e-324,
            -5e-324,
            1e-310,
            1.0,
            1.0_f64.next_up(),
            -1.0,
            1e15,
            1e15 + 1.0,
            1e17,
            3e-300,
            1e300,
            f64::MAX,
            f64::MIN,
            1e-5,
            123_456.789,
        ];
        for lo in ends {
            for hi in ends {
                for most in [0, 1, 2, 5, 9] {
                    for scale in [
                        Scale::Linear,
                        Scale::Log,
                        Scale::Symlog { linthresh: 1e-3 },
                        Scale::Symlog { linthresh: 5e-324 },
                    ] {
                        let t = ticks(scale, lo, hi, most);
                        assert!(
                            t.major.len() <= most,
                            "{scale:?} {lo:e} {hi:e}: {} ticks, {most} allowed",
                            t.major.len()
                        );
                        assert!(
                            t.major.windows(2).all(|w| w[0].value < w[1].value),
                            "{scale:?} {lo:e} {hi:e} {:?}",
                            t.major
                        );
                        assert!(t.minor.len() < 400, "{scale:?} {lo:e} {hi:e}");
                        let (a, b) = (lo.min(hi), lo.max(hi));
                        for tick in &t.major {
                            let slack = (b / 2.0 - a / 2.0) * 1e-8;
                            assert!(
                                tick.value >= a - slack && tick.value <= b + slack,
                                "{scale:?} {lo:e} {hi:e}: {:e}",
                                tick.value
                            );
                            assert!(tick.label.chars().count() <= 26, "{lo:e} {hi:e}: {}", tick.label);
                        }
                    }
                }
            }
        }
        assert!(ticks(Scale::Linear, f64::NAN, 1.0, 5).major.is_empty(), "NaN");
        assert!(ticks(Scale::Linear, 0.0, f64::INFINITY, 5).major.is_empty(), "infinite");
    }
}
