//! How values become colours and places: linear, logarithmic, or logarithmic on both sides of zero.
//!
//! A scale maps a range [lo, hi] onto [0, 1] (`normalize`) and back (`inverse`). The picture never normalises a cell:
//! it asks once for the `thresholds`, the values at which the colour index steps, and the engine compares each cell
//! with them. So any scale costs the same on any engine, and two engines cannot disagree about a logarithm.
//!
//! Symlog is linear up to ±`linthresh` and logarithmic beyond, the linear part as wide as one decade on either side.
//!
//! Edge cases: a range with equal ends is widened around the value; ranges up to ±1.8e308 do not overflow; on a
//! logarithmic scale values ≤ 0 count as below the range; NaN in, NaN out.

/// A map between a range of values and [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// Equal steps of value are equal steps of colour.
    #[default]
    Linear,
    /// Equal ratios are equal steps; the range must be positive.
    Log,
    /// Linear between −`linthresh` and `linthresh`, logarithmic beyond.
    Symlog {
        /// Where the logarithmic part begins, positive.
        linthresh: f64,
    },
}

/// Why a scale cannot show a range.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ScaleError {
    /// An end is NaN or infinite.
    #[error("the range {lo} to {hi} is not finite: give finite ends")]
    NotFinite {
        /// The lower end.
        lo: f64,
        /// The upper end.
        hi: f64,
    },
    /// The ends are the wrong way round.
    #[error("the range {lo} to {hi} is the wrong way round: give the smaller end first")]
    Reversed {
        /// The lower end.
        lo: f64,
        /// The upper end.
        hi: f64,
    },
    /// A logarithm of zero or less.
    #[error(
        "a logarithmic scale needs a positive range, this one starts at {lo}: give a positive lower end, or take symlog"
    )]
    NotPositive {
        /// The lower end.
        lo: f64,
    },
    /// The linear part of a symlog scale is empty or infinite.
    #[error("the threshold of a symlog scale must be positive and finite, not {linthresh}")]
    Linthresh {
        /// The threshold given.
        linthresh: f64,
    },
}

impl Scale {
    /// Checks the scale and the range and returns the range to draw: the same, or widened where both ends are equal.
    pub fn range(self, lo: f64, hi: f64) -> Result<(f64, f64), ScaleError> {
        if !lo.is_finite() || !hi.is_finite() {
            return Err(ScaleError::NotFinite { lo, hi });
        }
        if lo > hi {
            return Err(ScaleError::Reversed { lo, hi });
        }
        match self {
            Self::Log if lo <= 0.0 => return Err(ScaleError::NotPositive { lo }),
            Self::Symlog { linthresh } if !(linthresh.is_finite() && linthresh > 0.0) => {
                return Err(ScaleError::Linthresh { linthresh });
            }
            _ => {}
        }
        Ok(if lo < hi { (lo, hi) } else { self.widened(lo) })
    }

    /// A range around one value, for fields that are the same everywhere.
    fn widened(self, value: f64) -> (f64, f64) {
        /// Wide enough that the ends differ in the first digits of a label.
        const SHARE: f64 = 0.1;
        let (lo, hi) = match self {
            Self::Log => (value / 2.0, value * 2.0),
            _ if value == 0.0 => (-1.0, 1.0),
            _ => (value - SHARE * value.abs(), value + SHARE * value.abs()),
        };
        let (lo, hi) = (lo.max(f64::MIN), hi.min(f64::MAX));
        // Among the smallest numbers a tenth rounds to nothing; one is as good as the other there.
        if lo < hi && (self != Self::Log || lo > 0.0) { (lo, hi) } else { (value, value.next_up()) }
    }

    /// Where `value` lies between `lo` (0) and `hi` (1); outside the range outside [0, 1].
    pub fn normalize(self, value: f64, lo: f64, hi: f64) -> f64 {
        let (mut v, mut a, mut b) = (self.forward(value), self.forward(lo), self.forward(hi));
        if a == b {
            // The logarithm does not tell such near ends apart; between them it is as good as straight.
            (v, a, b) = (value, lo, hi);
        }
        // Halved first, so that the difference of two huge ends stays finite.
        (0.5 * v - 0.5 * a) / (0.5 * b - 0.5 * a)
    }

    /// The value at `t` between `lo` (0) and `hi` (1).
    pub fn inverse(self, t: f64, lo: f64, hi: f64) -> f64 {
        let (a, b) = (self.forward(lo), self.forward(hi));
        if a == b {
            return lo * (1.0 - t) + hi * t;
        }
        let place = a * (1.0 - t) + b * t;
        match self {
            Self::Linear => place,
            Self::Log => place.exp(),
            Self::Symlog { linthresh } if place.abs() <= 1.0 => place * linthresh,
            Self::Symlog { linthresh } => {
                place.signum() * (linthresh.ln() + (place.abs() - 1.0) * std::f64::consts::LN_10).exp()
            }
        }
    }

    /// The transformed value, in which the scale is linear.
    fn forward(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.ln(),
            Self::Symlog { linthresh } if value.abs() <= linthresh => value / linthresh,
            Self::Symlog { linthresh } => value.signum() * (1.0 + value.abs().log10() - linthresh.log10()),
        }
    }

    /// The `levels − 1` values, in order, at which the level steps: a value has level 1 + (number of thresholds ≤ it).
    pub fn thresholds(self, lo: f64, hi: f64, levels: usize) -> Vec<f64> {
        let mut steps: Vec<f64> = Vec::with_capacity(levels.saturating_sub(1));
        for k in 1..levels {
            #[expect(clippy::cast_precision_loss, reason = "there are at most 255 levels")]
            let step = self.inverse(k as f64 / levels as f64, lo, hi).clamp(lo, hi);
            // Rounding must not undo the order.
            steps.push(steps.last().map_or(step, |&last| step.max(last)));
        }
        steps
    }
}

/// The level of `value`: 1 to `thresholds.len() + 1`, or 0 for NaN (no data).
#[expect(clippy::cast_possible_truncation, reason = "at most 255 thresholds")]
pub fn level(value: f64, thresholds: &[f64]) -> u8 {
    if value.is_nan() { 0 } else { (1 + thresholds.partition_point(|&t| t <= value)).min(255) as u8 }
}

/// The smallest range that holds `lo` and `hi` and has zero in the middle: the one for a diverging map.
pub fn centred_on_zero(lo: f64, hi: f64) -> (f64, f64) {
    let reach = lo.abs().max(hi.abs());
    (-reach, reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALES: [(Scale, f64, f64); 7] = [
        (Scale::Linear, -5.0, 5.0),
        (Scale::Linear, f64::MIN, f64::MAX),
        (Scale::Linear, 1.0e-300, 1.5e-300),
        (Scale::Log, 1.0e-3, 2.0e5),
        (Scale::Log, 5.0e-324, f64::MAX),
        (Scale::Symlog { linthresh: 0.1 }, -1.0e4, 50.0),
        (Scale::Symlog { linthresh: 2.0 }, -1.0, 1.0),
    ];
    /// A transform and its inverse each lose a few units in the last place of an exponent as large as 745; 1e-9 leaves
    /// 1000 times that.
    const ROUND_TRIP: f64 = 1e-9;

    #[test]
    fn normalize_undoes_inverse_and_hits_the_ends() {
        for (scale, lo, hi) in SCALES {
            assert_eq!((scale.normalize(lo, lo, hi), scale.normalize(hi, lo, hi)), (0.0, 1.0), "{scale:?}");
            for k in 1..20 {
                let t = f64::from(k) / 20.0;
                let back = scale.normalize(scale.inverse(t, lo, hi), lo, hi);
                assert!((back - t).abs() < ROUND_TRIP, "{scale:?} {lo} {hi}: {t} came back as {back}");
            }
        }
    }

    #[test]
    fn thresholds_agree_with_normalize_and_are_sorted() {
        for (scale, lo, hi) in SCALES {
            for levels in [1_u8, 2, 3, 200, 255] {
                let steps = scale.thresholds(lo, hi, usize::from(levels));
                assert_eq!(steps.len() + 1, usize::from(levels), "{scale:?}");
                assert!(steps.windows(2).all(|w| w[0] <= w[1]), "{scale:?} sorted");
                assert!(steps.iter().all(|t| (lo..=hi).contains(t)), "{scale:?} inside the range");
                for k in 0..levels {
                    let middle = scale.inverse((f64::from(k) + 0.5) / f64::from(levels), lo, hi);
                    assert_eq!(level(middle, &steps), k + 1, "{scale:?} level {k} of {levels}");
                }
                assert_eq!(level(f64::NEG_INFINITY, &steps), 1, "far below");
                assert_eq!(level(f64::INFINITY, &steps), levels, "far above");
                assert_eq!(level(f64::NAN, &steps), 0, "no data");
            }
        }
    }

    #[test]
    fn neighbouring_floats_are_told_apart() {
        for scale in [Scale::Log, Scale::Symlog { linthresh: 0.01 }] {
            let (lo, hi) = (1.0, 1.0_f64.next_up());
            assert_eq!((scale.normalize(lo, lo, hi), scale.normalize(hi, lo, hi)), (0.0, 1.0), "{scale:?}");
        }
    }

    #[test]
    fn equal_ends_are_widened_around_the_value() {
        let hostile = [0.0, 3.0, -3.0, f64::MAX, f64::MIN, 5.0e-324, -5.0e-324, 1.0e-320];
        for value in hostile {
            for scale in [Scale::Linear, Scale::Log, Scale::Symlog { linthresh: 1.0 }] {
                if scale == Scale::Log && value <= 0.0 {
                    continue;
                }
                let (lo, hi) = scale.range(value, value).expect("one value is a range");
                assert!(lo < hi && lo <= value && value <= hi, "{scale:?} {value}: {lo} {hi}");
                assert!(lo.is_finite() && hi.is_finite(), "{scale:?} {value}: {lo} {hi}");
            }
        }
    }

    #[test]
    fn bad_ranges_say_why() {
        let says = |scale: Scale, lo: f64, hi: f64, word: &str| {
            let message = scale.range(lo, hi).expect_err("a bad range").to_string();
            assert!(message.contains(word), "{message}");
        };
        says(Scale::Linear, f64::NAN, 1.0, "not finite");
        says(Scale::Linear, 0.0, f64::INFINITY, "not finite");
        says(Scale::Linear, 2.0, 1.0, "wrong way");
        says(Scale::Log, 0.0, 1.0, "symlog");
        says(Scale::Symlog { linthresh: 0.0 }, 0.0, 1.0, "threshold");
    }

    #[test]
    fn centring_keeps_both_ends_inside() {
        assert_eq!(centred_on_zero(-1.0, 3.0), (-3.0, 3.0), "positive side longer");
        assert_eq!(centred_on_zero(-4.0, -1.0), (-4.0, 4.0), "one sign");
    }
}
