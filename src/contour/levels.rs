//! Which levels are drawn: so many, every so often, or a list.
//!
//! | text | levels |
//! |---|---|
//! | `12` | up to twelve, at round numbers between the smallest and the largest value |
//! | `every=50` | the multiples of 50 that occur |
//! | `1,4,9` | these |
//!
//! Levels are exact decimals rounded once, so a multiple of 0.1 is the number that `0.3` is, and labels have no noise digits.

use super::MOST_LEVELS;
use crate::expr::formula::constant;
use crate::figure::number::{Decimal, decimal_from_f64, single, write_all};
use crate::figure::scale::Scale;
use crate::figure::ticks::ticks;
use std::str::FromStr;
use thiserror::Error;

/// Significant digits of a label: more would not fit on a line, nor tell levels of one figure apart.
const DIGITS: usize = 6;

/// Levels are equally far apart if their distances differ by less than this share: by their rounding, and no more.
const EVEN: f64 = 1e-9;

/// Levels as they are asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Levels {
    /// At most so many, at round numbers.
    Count(usize),
    /// All multiples of a number.
    Every(f64),
    /// These.
    List(Vec<f64>),
}

/// What is wrong with a choice of levels.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LevelError {
    /// Neither a count, nor an interval, nor a list.
    #[error("`{0}` names no levels; write how many, as in 12, an interval, as in every=50, or a list, as in 1,4,9")]
    Unreadable(String),
    /// An interval that is not positive.
    #[error("levels cannot be {0} apart; give a positive number")]
    Interval(f64),
    /// More than can be drawn.
    #[error("{count:.0} levels between {low} and {high} are more than {MOST_LEVELS}; take them further apart")]
    TooMany {
        /// How many there would be.
        count: f64,
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
}

impl Levels {
    /// A list of numbers, such as `1,4,9` or `pi/4`.
    ///
    /// # Errors
    /// Something that is no finite number.
    pub fn list(text: &str) -> Result<Self, LevelError> {
        let number = |part: &str| constant(part).filter(|level| level.is_finite());
        let levels: Option<Vec<f64>> = text.split(',').map(number).collect();
        levels.map(Self::List).ok_or_else(|| LevelError::Unreadable(text.to_owned()))
    }

    /// Whether they depend on the values.
    #[must_use]
    pub fn need_range(&self) -> bool {
        !matches!(self, Self::List(_))
    }

    /// How far apart levels are for values between `low` and `high`, where they are equally far.
    #[must_use]
    pub fn step(&self, low: f64, high: f64) -> Option<f64> {
        match self {
            Self::Every(step) => Some(*step),
            _ => match self.within(low, high).ok()?.as_slice() {
                levels @ [first, .., last] => {
                    let step = (last - first) / (levels.len() - 1) as f64;
                    let even = |pair: &[f64]| (pair[1] - pair[0] - step).abs() <= EVEN * step;
                    levels.windows(2).all(even).then_some(step)
                }
                _ => None,
            },
        }
    }

    /// The levels for values between `low` and `high`, ascending, each once.
    ///
    /// # Errors
    /// Too many levels, or an interval that is not positive.
    pub fn within(&self, low: f64, high: f64) -> Result<Vec<f64>, LevelError> {
        let mut levels = match self {
            Self::Count(count) => {
                let found = ticks(Scale::Linear, low, high, (*count).min(MOST_LEVELS)).major;
                found.into_iter().map(|tick| tick.value).filter(|&level| low < level && level < high).collect()
            }
            Self::Every(step) => multiples(*step, low, high)?,
            Self::List(levels) => levels.clone(),
        };
        levels.sort_unstable_by(f64::total_cmp);
        levels.dedup();
        if levels.len() > MOST_LEVELS {
            return Err(LevelError::TooMany { count: levels.len() as f64, low, high });
        }
        Ok(levels)
    }
}

impl FromStr for Levels {
    type Err = LevelError;

    fn from_str(text: &str) -> Result<Self, LevelError> {
        let text = text.trim();
        if let Some(step) = text.strip_prefix("every=") {
            return every(step);
        }
        match text.parse::<usize>() {
            Ok(0) => Err(LevelError::Unreadable(text.to_owned())),
            Ok(count) => Ok(Self::Count(count)),
            Err(_) if text.contains(',') => Self::list(text),
            Err(_) => Err(LevelError::Unreadable(text.to_owned())),
        }
    }
}

/// An interval, such as `50` or `pi/4`.
///
/// # Errors
/// Something that is no positive number.
pub fn every(text: &str) -> Result<Levels, LevelError> {
    match constant(text) {
        Some(step) if step.is_finite() && step > 0.0 => Ok(Levels::Every(step)),
        Some(step) => Err(LevelError::Interval(step)),
        None => Err(LevelError::Unreadable(text.to_owned())),
    }
}

/// The multiples of `step` above `low` and up to `high`.
#[expect(clippy::cast_possible_truncation, reason = "between numbers below 2⁵³ in size, whose count is limited")]
fn multiples(step: f64, low: f64, high: f64) -> Result<Vec<f64>, LevelError> {
    if !(step.is_finite() && step > 0.0) {
        return Err(LevelError::Interval(step));
    }
    if low >= high || !low.is_finite() || !high.is_finite() {
        return Ok(Vec::new());
    }
    let (from, to) = ((low / step).floor(), (high / step).floor());
    let count = to - from;
    // Beyond 2⁵³ steps from zero neighbouring multiples cannot be told apart.
    if count > MOST_LEVELS as f64 || from.abs().max(to.abs()) >= 9e15 {
        return Err(LevelError::TooMany { count, low, high });
    }
    let unit = decimal_from_f64(step);
    let multiple = |k: i64| match unit.digits.checked_mul(i128::from(k)) {
        Some(digits) => Decimal { digits, ..unit }.value(),
        None => k as f64 * step,
    };
    // Rounding of the quotients may put a multiple on the wrong side of an end.
    Ok((from as i64..=to as i64 + 1).map(multiple).filter(|&level| low < level && level <= high).collect())
}

/// What is written at each level: as few digits as tell it, up to six, or as many as tell it from its neighbours; equally many after the point
/// where that is not long.
#[must_use]
pub fn labels(levels: &[f64]) -> Vec<String> {
    /// Digits after the point that all labels may have for the sake of one.
    const PLACES: i32 = 3;
    /// Rounding moves a level by at most this share of the way to its neighbour.
    const MOVED: f64 = 0.01;
    /// Digits that tell any number.
    const ALL: usize = 17;
    let moved = |level: f64, digits: usize| format!("{level:.*e}", digits - 1).parse::<f64>().unwrap_or(level);
    let gap = levels.windows(2).map(|pair| (pair[1] - pair[0]).abs()).filter(|gap| *gap > 0.0);
    let gap = gap.fold(f64::INFINITY, f64::min);
    let told = |digits: &usize| levels.iter().all(|&level| (moved(level, *digits) - level).abs() <= MOVED * gap);
    let digits = (DIGITS..ALL).find(told).unwrap_or(ALL);
    let rounded = |level: &f64| decimal_from_f64(moved(*level, digits));
    let decimals: Vec<Decimal> = levels.iter().map(rounded).collect();
    let finest = decimals.iter().map(|number| number.exponent).min().unwrap_or(0).min(0);
    let align = |number: &Decimal| {
        let shift = u32::try_from(number.exponent - finest).ok().filter(|&shift| shift < 30)?;
        let digits = number.digits.checked_mul(10_i128.pow(shift))?;
        Some(Decimal { digits, exponent: finest })
    };
    let alone: Vec<String> = decimals.iter().copied().map(single).collect();
    let aligned: Option<Vec<Decimal>> = decimals.iter().map(align).collect();
    if let Some(aligned) = aligned.filter(|_| finest >= -PLACES) {
        let written = write_all(&aligned);
        if written.common.is_empty() {
            return written.labels;
        }
        // Far from zero and close to each other: in full, unless an exponent is shorter.
        let places = usize::try_from(-finest).unwrap_or(0);
        let plain: Vec<String> = aligned.iter().map(|number| number.plain(places)).collect();
        let length = |labels: &[String]| labels.iter().map(|label| label.chars().count()).sum::<usize>();
        return if length(&plain) <= length(&alone) { plain } else { alone };
    }
    alone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, low: f64, high: f64) -> Vec<f64> {
        text.parse::<Levels>().expect("levels").within(low, high).expect("few")
    }

    #[test]
    fn counts_intervals_and_lists() {
        assert_eq!(of("5", 0.0, 10.0), [2.5, 5.0, 7.5], "round numbers inside");
        assert_eq!(of("9", 0.3, 9.7), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], "as many as fit");
        assert_eq!(of("every=0.1", 0.05, 0.41), [0.1, 0.2, 0.3, 0.4], "the decimals themselves");
        assert_eq!(of("every=50", -60.0, 100.0), [-50.0, 0.0, 50.0, 100.0], "from below zero up to the end");
        assert_eq!(of("every=50", 100.0, 149.0), Vec::<f64>::new(), "nothing is below the smallest value");
        assert_eq!(of("9,1,4,4", 0.0, 1.0), [1.0, 4.0, 9.0], "sorted, each once, wherever they lie");
        assert_eq!(Levels::list("1").expect("a list").within(0.0, 0.0), Ok(vec![1.0]), "a list of one");
        assert!(matches!("0".parse::<Levels>(), Err(LevelError::Unreadable(_))), "none are not levels");
        assert_eq!(of("10", 3.0, 3.0), Vec::<f64>::new(), "one value only");
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let fails = |text: &str| text.parse::<Levels>().expect_err("no levels").to_string();
        assert!(fails("many").contains("every=50"), "words");
        assert!(fails("every=-1").contains("positive"), "an interval below zero");
        assert!(fails("1,x").contains("`1,x`"), "a list with a word");
        assert!(fails("1,1/0").contains("list"), "a list with an infinity");
        let tiny = Levels::Every(1e-9).within(0.0, 1.0);
        assert!(matches!(tiny, Err(LevelError::TooMany { .. })), "a billion levels: {tiny:?}");
        let far = Levels::Every(1e-4).within(1e12, 1e12 + 0.5);
        assert!(far.is_err(), "steps that numbers this large do not have: {far:?}");
        assert_eq!(Levels::Every(1.0).within(f64::INFINITY, f64::NEG_INFINITY), Ok(Vec::new()), "no values at all");
    }

    #[test]
    fn even_levels_have_a_step() {
        let step = |text: &str| text.parse::<Levels>().expect("levels").step(0.05, 0.95);
        assert_eq!(step("every=0.25"), Some(0.25), "as said");
        assert!(step("9").is_some_and(|step| (step - 0.1).abs() < 1e-12), "as found");
        assert!(step("0.1,0.2,0.3").is_some_and(|step| (step - 0.1).abs() < 1e-12), "as listed");
        assert_eq!((step("0.1,0.2,0.4"), step("0.1,0.1")), (None, None), "uneven, or one alone");
    }

    #[test]
    fn labels_are_short() {
        let text = labels(&[0.1, -50.0, 1e6, 0.123_456_789, std::f64::consts::PI]);
        assert_eq!(text, ["0.1", "−50", "10⁶", "0.123457", "3.14159"], "up to six digits");
        assert_eq!(labels(&[-0.5, 0.0, 0.25, 1.0]), ["−0.50", "0.00", "0.25", "1.00"], "equally many after the point");
        assert_eq!(labels(&[50.0, 100.0, 1500.0]), ["50", "100", "1500"], "none where none is needed");
        assert_eq!(labels(&[1e-9, 2e-9]), ["10⁻⁹", "2×10⁻⁹"], "tiny ones each on their own");
        assert_eq!(labels(&[100_000.2, 100_000.4]), ["100000.2", "100000.4"], "what neighbours do not share");
        assert_eq!(labels(&[1e9 - 0.5, 1e9 + 0.5]), ["999999999.5", "1000000000.5"], "however many digits");
        assert_eq!(labels(&[1e6, 2e6]), ["10⁶", "2×10⁶"], "an exponent where that is shorter");
        assert_eq!(labels(&[]), Vec::<String>::new(), "none");
    }
}
