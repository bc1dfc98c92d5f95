//! Ticks of a colour bar in flat steps: at the edges of the steps.
//!
//! A discrete colour bar says which values share a colour, so its ticks are the edges, not round numbers between them. Where the edges are
//! round they are written in full; else to a thousandth of a step, with a common factor like other ticks. Edges of angles are fractions of π. Where
//! not all labels have room, every second, third … edge has one, if possible such that both ends do, and the others short ticks.

use super::fit::Axis;
use super::number::Decimal;
use super::scale::Scale;
use super::ticks::{Tick, Ticks, labelled, pi_labels};

/// The edges of `steps` equal steps of an axis from its lower to its upper end.
pub(super) fn edges(axis: &Axis, steps: u8) -> Vec<f64> {
    let share = |k: u8| f64::from(k) / f64::from(steps);
    let mut edges: Vec<f64> = Vec::with_capacity(usize::from(steps) + 1);
    for k in 0..=steps {
        let edge = axis.scale.inverse(share(k), axis.from, axis.to).clamp(axis.from, axis.to);
        // Rounding must not undo the order.
        edges.push(edges.last().map_or(edge, |&last| edge.max(last)));
    }
    edges
}

/// Ticks at the edges, their labels at least `spacing` pixels apart.
pub(super) fn step_ticks(axis: &Axis, steps: u8, spacing: f64) -> Ticks {
    let edges = edges(axis, steps);
    let count = usize::from(steps);
    #[expect(clippy::cast_precision_loss, reason = "at most a hundred steps")]
    let apart = |stride: usize| axis.length * stride as f64 / count as f64 >= spacing;
    let fits: Vec<usize> = (1..=count).filter(|&stride| apart(stride)).collect();
    let even = fits.iter().copied().find(|stride| count.is_multiple_of(*stride));
    // Both ends are worth twice as few labels, not more.
    let stride = match (even, fits.first()) {
        (Some(even), Some(&first)) if even <= 2 * first => even,
        (_, Some(&first)) => first,
        _ => count,
    };
    let (major, minor): (Vec<usize>, Vec<usize>) = (0..=count).partition(|k| k.is_multiple_of(stride));
    let values: Vec<f64> = major.iter().map(|&k| edges[k]).collect();
    let minor = minor.iter().map(|&k| edges[k]).collect();
    if axis.scale == Scale::Linear
        && let Some(labels) = pi_labels(&values)
    {
        let major = values.iter().zip(labels).map(|(&value, label)| Tick { value, label }).collect();
        return Ticks { major, minor, common: String::new() };
    }
    let smallest = edges.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let numbers: Vec<Decimal> = match axis.scale {
        Scale::Linear => values.iter().map(|&value| rounded(value, smallest)).collect(),
        // Each step of a logarithmic scale has a size of its own.
        _ => values.iter().map(|&value| rounded(value, value.abs())).collect(),
    };
    let Ticks { mut major, common, .. } = labelled(&numbers);
    // The tick is where the edge is, whatever its label was rounded to.
    major.iter_mut().zip(values).for_each(|(tick, value)| tick.value = value);
    Ticks { major, minor, common }
}

/// The value to a thousandth of `size`, and of its own last digits.
#[expect(clippy::cast_possible_truncation, reason = "the exponent of an f64, and digits of at most 10¹⁸")]
fn rounded(value: f64, size: f64) -> Decimal {
    /// Digits that an `f64` has for certain.
    const DIGITS: f64 = 15.0;
    let log = |size: f64| if size > 0.0 { size.log10().floor() } else { f64::MIN_EXP.into() };
    let exponent = (log(size) - 3.0).max(log(value.abs()) - DIGITS).max(-300.0);
    let digits = (value / 10_f64.powi(exponent as i32)).round();
    Decimal { digits: digits as i128, exponent: exponent as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn ticks(scale: Scale, from: f64, to: f64, steps: u8, length: f64) -> Ticks {
        step_ticks(&Axis { from, to, scale, length, margin: 0.0 }, steps, 20.0)
    }

    fn labels(ticks: &Ticks) -> Vec<&str> {
        ticks.major.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn edges_have_labels() {
        let found = ticks(Scale::Linear, 0.0, 4.0, 8, 400.0);
        assert_eq!(labels(&found), ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0"], "halves");
        assert!(found.minor.is_empty(), "all of them");
        let found = ticks(Scale::Linear, 0.0, 1.0, 3, 400.0);
        assert_eq!(labels(&found), ["0.0000", "0.3333", "0.6667", "1.0000"], "thirds");
        assert_eq!(found.major[1].value, 1.0 / 3.0, "the tick is at the edge itself");
        let found = ticks(Scale::Linear, -PI, PI, 4, 400.0);
        assert_eq!(labels(&found), ["−π", "−π/2", "0", "π/2", "π"], "angles");
        let found = ticks(Scale::Log, 1e-3, 1e3, 3, 400.0);
        assert_eq!(labels(&found), ["0.001", "0.1", "10", "1000"], "decades");
        let found = ticks(Scale::Linear, 0.0, 3e7, 3, 400.0);
        assert_eq!((labels(&found), found.common.as_str()), (vec!["0", "1", "2", "3"], "×10⁷"), "a factor");
    }

    #[test]
    fn labels_are_thinned_and_both_ends_kept_where_that_is_cheap() {
        let found = ticks(Scale::Linear, 0.0, 12.0, 12, 100.0);
        assert_eq!((labels(&found), found.minor.len()), (vec!["0", "3", "6", "9", "12"], 8), "every third");
        let found = ticks(Scale::Linear, 0.0, 13.0, 13, 100.0);
        assert_eq!(labels(&found), ["0", "3", "6", "9", "12"], "thirteen is prime");
        let found = ticks(Scale::Linear, 0.0, 2.0, 2, 10.0);
        assert_eq!(labels(&found), ["0", "2"], "no room");
    }

    #[test]
    fn hostile_ranges_have_edges_in_order() {
        for (scale, from, to) in [
            (Scale::Linear, f64::MIN, f64::MAX),
            (Scale::Linear, 5.0, 5.0_f64.next_up()),
            (Scale::Linear, 0.0, 5e-324),
            (Scale::Log, 5e-324, f64::MAX),
            (Scale::Symlog { linthresh: 0.1 }, -1e4, 50.0),
        ] {
            let found = ticks(scale, from, to, 7, 400.0);
            let values: Vec<f64> = found.major.iter().map(|tick| tick.value).collect();
            assert!(values.windows(2).all(|pair| pair[0] <= pair[1]), "{scale:?} {from}: {values:?}");
            assert!(values.iter().all(|value| (from..=to).contains(value)), "{scale:?} {from}: {values:?}");
            assert!(found.major.iter().all(|tick| tick.label.chars().count() < 24), "{scale:?}: {:?}", labels(&found));
        }
    }
}
