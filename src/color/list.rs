//! A colour map of one's own: a list of colours, such as `#0b1d51,#ffffff,#b3001b`.
//!
//! The colours stand evenly spaced from the low to the high end, and between two of them runs a straight line in Oklab, so equal
//! steps of value look equally far apart on each stretch, and nothing turns grey half-way as it does between encoded channels. Colours are
//! written as in CSS: `#rgb` or `#rrggbb`, upper or lower case; the `#` may be left out.

use super::{ColormapError, oklab};

/// The most colours of a list.
pub const MOST: usize = 32;

/// The colours of a list, kept in place so that a map can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    colours: [[u8; 3]; MOST],
    count: usize,
}

impl List {
    /// The list with these colours, 2 to [`MOST`].
    pub(super) fn new(given: &[[u8; 3]]) -> Result<Self, ColormapError> {
        if !(2..=MOST).contains(&given.len()) {
            return Err(ColormapError::Count { count: given.len() });
        }
        let mut colours = [[0; 3]; MOST];
        colours[..given.len()].copy_from_slice(given);
        Ok(Self { colours, count: given.len() })
    }

    /// Reads the list, whose colours have commas between them.
    pub(super) fn parse(text: &str) -> Result<Self, ColormapError> {
        let colours: Vec<[u8; 3]> = text.split(',').map(colour).collect::<Result<_, _>>()?;
        Self::new(&colours)
    }

    /// The colours in their order.
    pub fn colours(&self) -> &[[u8; 3]] {
        &self.colours[..self.count]
    }

    /// The same colours from high to low.
    pub(super) fn reversed(mut self) -> Self {
        self.colours[..self.count].reverse();
        self
    }

    /// The colour at `t` in [0, 1].
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "t is in [0, 1], so the place is an index of a short list"
    )]
    pub(super) fn at(&self, t: f64) -> [u8; 3] {
        let place = t * (self.count - 1) as f64;
        let below = (place as usize).min(self.count - 2);
        let [a, b] = [below, below + 1].map(|k| oklab::from_srgb(self.colours[k]));
        oklab::to_srgb(oklab::between(a, b, place - below as f64))
    }

    /// The list as text, from which [`parse`](Self::parse) makes it again.
    pub(super) fn text(&self) -> String {
        let one = |[r, g, b]: &[u8; 3]| format!("#{r:02x}{g:02x}{b:02x}");
        self.colours().iter().map(one).collect::<Vec<_>>().join(",")
    }
}

/// `#rgb` or `#rrggbb`.
fn colour(text: &str) -> Result<[u8; 3], ColormapError> {
    let trimmed = text.trim();
    let wrong = || ColormapError::Colour { text: trimmed.to_owned() };
    let digits = trimmed.strip_prefix('#').unwrap_or(trimmed);
    if !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
    let [_, r, g, b] = number.to_be_bytes();
    match digits.len() {
        6 => Ok([r, g, b]),
        3 => Ok([(number >> 8) & 15, (number >> 4) & 15, number & 15].map(|digit| (17 * digit).to_le_bytes()[0])),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_css_writes_colours() {
        let list = List::parse("#0B1d51, fff,#b3001b").expect("three colours");
        assert_eq!(list.colours(), [[11, 29, 81], [255; 3], [179, 0, 27]], "in their order");
        assert_eq!(list.text(), "#0b1d51,#ffffff,#b3001b", "in full");
        assert_eq!(List::parse(&list.text()).expect("its own text").colours(), list.colours(), "and back");
        for bad in ["#0b1d5,#fff", "#fff,", "#ggg,#fff", "#+ff,#fff", "red,#fff", ",", "#ffé,#fff"] {
            assert!(matches!(List::parse(bad), Err(ColormapError::Colour { .. })), "{bad}");
        }
        assert!(matches!(List::parse("#fff"), Err(ColormapError::Count { count: 1 })), "one colour is no map");
        let many = vec!["#000"; MOST + 1].join(",");
        assert!(matches!(List::parse(&many), Err(ColormapError::Count { .. })), "too many");
    }

    #[test]
    fn the_colours_are_met_and_steps_between_them_are_even() {
        let list = List::parse("#0b1d51,#ffffff,#b3001b").expect("three colours");
        for (t, colour) in [(0.0, [11, 29, 81]), (0.5, [255; 3]), (1.0, [179, 0, 27])] {
            assert_eq!(list.at(t), colour, "at {t}");
        }
        /// Rounding to bytes moves a colour by up to half a level, which among the darkest is 0.01 in Oklab at most.
        const ROUNDING: f64 = 0.01;
        let lab = |k: u8| oklab::from_srgb(list.at(f64::from(k) / 32.0));
        let step = |k: u8| (0..3).map(|c| (lab(k + 1)[c] - lab(k)[c]).powi(2)).sum::<f64>().sqrt();
        for k in 1..16 {
            assert!((step(k) - step(0)).abs() < ROUNDING, "step {k}: {} beside {}", step(k), step(0));
        }
    }
}
