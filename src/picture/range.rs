//! The range of a picture: which values the ends of the colour bar have, and which colours suit a quantity.
//!
//! Steps of a discrete colour map get round edges unless the ends are given: the step is the smallest of 1, 1.2, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6
//! and 8 times a power of ten with which the steps, the first beginning at a multiple of it, reach over all values; so at most a few
//! colours in a hundred go unused. Around a centre the middle of the steps is there.

use super::{PictureOptions, RangeChoice, ScaleChoice};
use crate::color::Colormap;
use crate::figure::number::Decimal;
use crate::kernels::key;
use crate::kernels::range::RangeStats;
use crate::program::mask;
use crate::quantity::Quantity;
use crate::quantity::terrain::Terrain;

/// Whatever has a centre is shown around it, slopes and curvatures of both signs around zero, angles in a circle, all else in viridis.
pub(super) fn default_colormap(quantity: &Quantity, options: &PictureOptions, stats: &RangeStats) -> Colormap {
    if options.center.is_some() {
        return Colormap::COOLWARM;
    }
    match quantity {
        Quantity::Terrain(Terrain::Hillshade(_)) => Colormap::GRAY,
        _ if quantity.is_angle() => Colormap::TWILIGHT,
        Quantity::Terrain(Terrain::Curvature(_) | Terrain::Tpi) if stats.min < 0.0 && stats.max > 0.0 => {
            Colormap::COOLWARM
        }
        Quantity::Partial(_) | Quantity::Directional(_) | Quantity::Laplacian | Quantity::HessianDet
            if stats.min < 0.0 && stats.max > 0.0 =>
        {
            Colormap::COOLWARM
        }
        _ => Colormap::VIRIDIS,
    }
}

/// The ends of the colour bar; `None` if no cell has a value.
pub(super) fn ends(
    quantity: &Quantity,
    options: &PictureOptions,
    colormap: Colormap,
    stats: &RangeStats,
) -> Option<(f64, f64)> {
    let (min, max) = stats.extremes()?;
    let percentile = |p: f64| stats.percentile(p).unwrap_or(min);
    let (lo, hi) = match options.range {
        RangeChoice::Fixed(lo, hi) => return Some((lo, hi)),
        _ if !stats.is_ranked() && whole(quantity).is_none() => (min, max),
        RangeChoice::Percentile(p) => (percentile(p), percentile(100.0 - p)),
        RangeChoice::Auto => {
            if let Some(all) = whole(quantity).filter(|_| options.center.is_none()) {
                return Some(all);
            }
            let (low, high) = (percentile(1.0), percentile(99.0));
            let reach = 3.0 * (high - low);
            match options.scale {
                ScaleChoice::Linear => {
                    (if low - min > reach { low } else { min }, if max - high > reach { high } else { max })
                }
                ScaleChoice::Log | ScaleChoice::Symlog(_) => (min, max),
            }
        }
    };
    let steps = colormap.steps().filter(|_| options.scale == ScaleChoice::Linear);
    let center = options.center.or(colormap.is_diverging().then_some(0.0));
    match (options.scale, center) {
        (ScaleChoice::Log, _) if lo <= 0.0 => Some((smallest_positive(stats).unwrap_or(lo), hi)),
        (ScaleChoice::Linear | ScaleChoice::Symlog(_), Some(center)) => {
            let reach = (lo - center).abs().max((hi - center).abs());
            let reach = steps.and_then(|steps| round_reach(reach, steps)).unwrap_or(reach);
            Some((center - reach, center + reach))
        }
        _ => Some(steps.and_then(|steps| round_steps(lo, hi, steps)).unwrap_or((lo, hi))),
    }
}

/// The range of quantities that have one whatever the function.
fn whole(quantity: &Quantity) -> Option<(f64, f64)> {
    match quantity {
        Quantity::Mask(_) => Some((0.0, (mask::NAMES.len() - 1) as f64)),
        Quantity::Terrain(Terrain::Aspect(_)) => Some((0.0, 360.0)),
        Quantity::Terrain(Terrain::Hillshade(_)) => Some((0.0, 255.0)),
        _ if quantity.is_angle() => Some((-std::f64::consts::PI, std::f64::consts::PI)),
        _ => None,
    }
}

/// Round steps of at least this size, ascending; none among the largest and smallest numbers.
#[expect(clippy::cast_possible_truncation, reason = "the exponent of an f64")]
fn round_sizes(least: f64) -> impl Iterator<Item = Decimal> {
    const ROUND: [i128; 11] = [100, 120, 125, 150, 200, 250, 300, 400, 500, 600, 800];
    let usual = (1e-290..1e290).contains(&least);
    let power = if usual { least.log10().floor() as i32 - 2 } else { 0 };
    let all = (0..3).flat_map(move |more| ROUND.map(|digits| Decimal { digits, exponent: power + more }));
    all.filter(move |size| usual && size.value() >= least)
}

/// The range of `steps` round steps that holds both values, the first step beginning at a multiple of their size.
#[expect(clippy::cast_possible_truncation, reason = "below the ratio that is asked for")]
fn round_steps(lo: f64, hi: f64, steps: u8) -> Option<(f64, f64)> {
    /// Beyond this ratio of value to step, multiples are not told apart well.
    const FINEST: f64 = 1e12;
    round_sizes((hi - lo) / f64::from(steps)).find_map(|size| {
        let first = (lo / size.value()).floor();
        let multiple = |k: i128| Decimal { digits: size.digits * (first as i128 + k), ..size }.value();
        let (from, to) = (multiple(0), multiple(steps.into()));
        (first.abs() < FINEST && from <= lo && to >= hi).then_some((from, to))
    })
}

/// Half the range of `steps` round steps that reaches at least as far.
fn round_reach(reach: f64, steps: u8) -> Option<f64> {
    round_sizes(2.0 * reach / f64::from(steps)).next().map(|size| size.value() * f64::from(steps) / 2.0)
}

/// The lower end of the first histogram bin above zero that holds values, for a logarithmic scale.
///
/// The bin that zero itself is in reaches up into the subnormals, which say nothing about the field.
fn smallest_positive(stats: &RangeStats) -> Option<f64> {
    let zero = key::of_f32(0.0);
    let mut bins = stats.histogram.iter().enumerate().filter(|(_, count)| **count > 0);
    bins.find_map(|(bin, _)| {
        let (first, _) = stats.bins.keys(bin);
        (first > zero).then(|| f64::from(key::to_f32(first)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_do_not_flatten_the_picture() {
        let mut stats = RangeStats::default();
        let mut values: Vec<f64> = (0..10_000).map(|i| f64::from(i) / 10_000.0).collect();
        values.push(1e6);
        stats.add_f64(&values);
        let options = PictureOptions::default();
        let (lo, hi) = ends(&Quantity::Magnitude, &options, Colormap::VIRIDIS, &stats).expect("values");
        assert!(lo == 0.0 && hi < 1.1, "{lo} to {hi}");
        let wide = PictureOptions { range: RangeChoice::Percentile(0.0), ..options };
        assert_eq!(
            ends(&Quantity::Magnitude, &wide, Colormap::VIRIDIS, &stats),
            Some((0.0, 1e6)),
            "all of it, if asked"
        );
    }

    #[test]
    fn logarithms_start_at_positive_values() {
        let mut stats = RangeStats::default();
        stats.add_f64(&[-1.0, 0.0, 0.01, 1.0, 100.0]);
        let lowest = smallest_positive(&stats).expect("there are some");
        // A bin is 2⁻⁷ wide, relative to its values.
        assert!(lowest <= 0.01 && lowest > 0.01 * (1.0 - 1.0 / 64.0), "{lowest}");
    }

    fn stats(values: &[f64]) -> RangeStats {
        let mut stats = RangeStats::default();
        stats.add_f64(values);
        stats
    }

    #[test]
    fn steps_have_round_edges_and_hold_all_values() {
        for (lo, hi, steps, wanted) in [
            (0.0, 3.7, 8, (0.0, 4.0)),
            (0.0, 4.1, 8, (0.0, 4.8)),
            (-0.3, 9.9, 5, (-2.5, 10.0)),
            (1013.2, 1027.9, 6, (1011.0, 1029.0)),
            (2e-7, 9e-7, 4, (2e-7, 1e-6)),
        ] {
            assert_eq!(round_steps(lo, hi, steps), Some(wanted), "{lo} to {hi} in {steps}");
        }
        let mut seed = 7_u64;
        for _ in 0..2000 {
            let mut random = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 11) as f64 / (1_u64 << 53) as f64
            };
            let (lo, span) = (2e4 * random() - 1e4, 10_f64.powf(8.0 * random() - 4.0));
            let (from, to) = round_steps(lo, lo + span, 7).expect("usual numbers");
            assert!(from <= lo && to >= lo + span, "{lo} + {span}: {from} to {to}");
            // A step beyond the sizes' ratio of 5/4 is lost at either end at most.
            assert!(to - from < span * 1.8, "{lo} + {span}: {from} to {to} is wasteful");
        }
        assert_eq!(round_steps(3.0, 3.0, 5), None, "one value is widened elsewhere");
        assert_eq!((round_steps(-1.7e308, 1.7e308, 5), round_steps(0.0, 5e-324, 5)), (None, None), "at the limits");
    }

    #[test]
    fn the_centre_is_in_the_middle() {
        let values: Vec<f64> = (0..=100).map(|k| f64::from(k).mul_add(0.04, -1.0)).collect();
        let values = stats(&values);
        let of = |options: &PictureOptions, map: &str| {
            let map = Colormap::from_name(map).expect("a map");
            ends(&Quantity::Value, options, map, &values)
        };
        let plain = PictureOptions::default();
        assert_eq!(of(&plain, "coolwarm"), Some((-3.0, 3.0)), "zero for a diverging map");
        assert_eq!(of(&plain, "viridis"), Some((-1.0, 3.0)), "none for another");
        let centred = PictureOptions { center: Some(2.0), ..PictureOptions::default() };
        assert_eq!(of(&centred, "viridis"), Some((-1.0, 5.0)), "where asked for");
        assert_eq!(of(&centred, "coolwarm:4"), Some((-1.0, 5.0)), "steps of 1.5");
        assert_eq!(of(&plain, "bluered:5"), Some((-3.0, 3.0)), "steps of 1.2");
        assert_eq!(default_colormap(&Quantity::Value, &centred, &values), Colormap::COOLWARM, "its colours");
        let log = PictureOptions { scale: ScaleChoice::Log, ..PictureOptions::default() };
        let positive = stats(&[1.0, 100.0]);
        let found = ends(&Quantity::Value, &log, Colormap::COOLWARM, &positive);
        assert_eq!(found, Some((1.0, 100.0)), "a logarithm has no zero to be centred on");
    }
}
