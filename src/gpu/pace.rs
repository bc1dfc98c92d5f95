//! How much work one dispatch may hold, so that it takes no longer than a tenth of a second.
//!
//! Systems watch their GPUs: a submission that runs for seconds is taken for a hang (2 s on Windows, 5 to 10 elsewhere), the device is
//! reset, and a desktop stands still long before. How long a dispatch takes depends on the device and on the formula by factors of
//! 10⁵, so it is measured: the first ones are small, and each may be [`GROWTH`] times as large as the last, until the measured rate
//! says what takes [`AIM`]. From then on every measurement corrects the size, by at most a factor of two upward.
//!
//! Two things would mislead the rate. The very first dispatch may compile, so its time does not count. And a hiccup makes a dispatch
//! look slow, so the faster of the last two rates is believed.
//!
//! Work is counted in units of any kind; the results cannot depend on where it is cut (see [`crate::kernels::evaluate`]).

use std::time::Duration;

/// The longest that a dispatch should take.
pub const LONGEST: Duration = Duration::from_millis(100);

/// What is aimed at: half of it, since a rate varies.
const AIM: Duration = Duration::from_millis(50);

/// Units of the first dispatch: 4096 cells in `vec4`s, which even a formula of 10⁴ steps on a software driver does in [`LONGEST`].
const FIRST: u32 = 1024;

/// How much larger than the last a dispatch may be while the rate is not known.
const GROWTH: u32 = 8;

/// Sizes are multiples of this, so that workgroups are full.
const STEP: u32 = 64;

/// The size of dispatches, as it follows from their times.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    size: u32,
    settled: bool,
    warm: bool,
    /// Seconds per unit of the measurement before.
    before: Option<f64>,
    fixed: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self { size: FIRST, settled: false, warm: false, before: None, fixed: false }
    }
}

impl Pace {
    /// Dispatches of this size, whatever they take.
    #[must_use]
    pub fn fixed(size: u32) -> Self {
        Self { size: size.max(1), settled: true, fixed: true, ..Self::default() }
    }

    /// The most units of the next dispatch.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether the size follows from the rate; until then a dispatch should be measured before the next one is sent.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// Learns from a dispatch of so many units.
    pub fn record(&mut self, units: u32, elapsed: Duration) {
        let was_warm = std::mem::replace(&mut self.warm, true);
        // A piece far below the size tells of the cost of a dispatch rather than of a unit.
        if self.fixed || !was_warm || units < self.size / 2 || units == 0 {
            return;
        }
        let rate = elapsed.as_secs_f64().max(1e-9) / f64::from(units);
        let believed = self.before.replace(rate).map_or(rate, |before| before.min(rate));
        let ideal = AIM.as_secs_f64() / believed;
        let growth = if self.settled { 2 } else { GROWTH };
        let most = self.size.saturating_mul(growth);
        self.settled |= ideal <= f64::from(most);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and `as` saturates")]
        let ideal = ideal as u32;
        self.size = (ideal.min(most) / STEP * STEP).max(STEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device that needs so long for a dispatch and for each unit, and the longest dispatch that it was given for `total` units.
    fn longest(pace: &mut Pace, total: u64, fixed: f64, per_unit: impl Fn(u64) -> f64) -> (f64, usize) {
        let (mut done, mut longest, mut dispatches) = (0, 0.0_f64, 0);
        while done < total {
            let units = u64::from(pace.size()).min(total - done);
            let units = u32::try_from(units).expect("a size");
            let seconds = fixed + f64::from(units) * per_unit(done);
            pace.record(units, Duration::from_secs_f64(seconds));
            longest = longest.max(seconds);
            (done, dispatches) = (done + u64::from(units), dispatches + 1);
        }
        (longest, dispatches)
    }

    #[test]
    fn no_dispatch_takes_long_on_any_device() {
        // From 10^9 cells a second and more to a formula of 10^4 steps on a software driver (four cells a unit).
        for per_unit in [1e-10, 4e-9, 1e-7, 1e-6, 6e-5] {
            for fixed in [0.0, 2e-5, 1e-3] {
                let mut pace = Pace::default();
                let (seconds, dispatches) = longest(&mut pace, 1 << 28, fixed, |_| per_unit);
                assert!(seconds <= LONGEST.as_secs_f64(), "{per_unit}: {seconds} s");
                let least = (f64::from(1_u32 << 28) * per_unit / LONGEST.as_secs_f64()).max(1.0);
                #[expect(clippy::cast_precision_loss, reason = "a small count")]
                let dispatches = dispatches as f64;
                assert!(dispatches < 12.0 + 4.0 * least, "{per_unit}: {dispatches} dispatches, {least} at the least");
                assert!(pace.is_settled(), "{per_unit}: the rate is known");
            }
        }
    }

    #[test]
    fn a_slower_stretch_is_noticed() {
        let mut pace = Pace::default();
        longest(&mut pace, 1 << 24, 1e-5, |_| 1e-7);
        let fast = pace.size();
        longest(&mut pace, 1 << 24, 1e-5, |_| 4e-7);
        assert!(f64::from(pace.size()) * 4e-7 <= LONGEST.as_secs_f64(), "{fast}, then {}", pace.size());
        longest(&mut pace, 1 << 26, 1e-5, |_| 1e-7);
        assert!(pace.size() > fast / 2, "and a faster one: {} for {fast}", pace.size());
    }

    #[test]
    fn compiling_a_hiccup_and_a_small_rest_do_not_count() {
        let mut pace = Pace::default();
        pace.record(FIRST, Duration::from_secs(3));
        assert_eq!(pace, Pace { warm: true, ..Pace::default() }, "the first dispatch compiles");
        let mut pace = Pace::default();
        longest(&mut pace, 1 << 26, 1e-5, |_| 1e-7);
        let size = pace.size();
        pace.record(size, Duration::from_secs(1));
        assert!(pace.size() >= size / 2, "one hiccup: {} for {size}", pace.size());
        let size = pace.size();
        pace.record(64, Duration::from_millis(3));
        assert_eq!(pace.size(), size, "the rest of a band");
        pace.record(0, Duration::ZERO);
        assert_eq!(pace.size(), size, "nothing");
        pace.record(size, Duration::ZERO);
        assert!(pace.size() <= 2 * size, "a clock that stands still");
        let mut fixed = Pace::fixed(0);
        fixed.record(1, Duration::from_secs(1));
        assert_eq!((fixed.size(), fixed.is_settled()), (1, true), "fixed stays, and is something");
    }
}
