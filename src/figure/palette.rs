//! The 256 colours of a picture and what each index means.
//!
//! | index | colour |
//! |---|---|
//! | 0 | no data |
//! | 1 to L | the levels of the colour map, lowest first |
//! | then 24 | greys from paper to ink, for lines and the soft edges of letters |
//! | then 3 + 3 | the lowest and the highest level on the way to ink, for the outlines of the colour bar's pointed ends |
//!
//! L is 225 in a figure. A bare picture has no ink and no paper and takes 255 levels.

use crate::color::{Colormap, NO_DATA};

/// Colour levels of a figure.
pub const FIGURE_LEVELS: u8 = 225;
/// Colour levels of a picture without margins.
pub const BARE_LEVELS: u8 = 255;
/// Steps from paper to ink, both included.
const GREYS: u8 = 24;
/// Steps strictly between a level and ink.
const MIXES: u8 = 3;
const PAPER: u8 = FIGURE_LEVELS + 1;
const INK: u8 = PAPER + GREYS - 1;
const LOW_MIXES: u8 = INK + 1;
const HIGH_MIXES: u8 = LOW_MIXES + MIXES;

/// Dark on light or light on dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// White paper, for print.
    #[default]
    Light,
    /// Dark paper, for screens.
    Dark,
}

impl Theme {
    /// The colour of the paper.
    pub fn paper(self) -> [u8; 3] {
        match self {
            Self::Light => [255, 255, 255],
            Self::Dark => [24, 25, 28],
        }
    }

    /// The colour of lines and letters.
    pub fn ink(self) -> [u8; 3] {
        match self {
            Self::Light => [28, 29, 33],
            Self::Dark => [226, 227, 231],
        }
    }
}

/// The index of paper.
pub fn paper() -> u8 {
    PAPER
}

/// The index of ink that covers `share` (0 to 1) of a pixel of paper.
pub fn ink_on_paper(share: f64) -> u8 {
    PAPER + steps(share, GREYS - 1)
}

/// The darker of what a pixel holds and new ink; colours are left alone.
pub fn inked(pixel: u8, ink: u8) -> u8 {
    if (PAPER..=INK).contains(&pixel) { pixel.max(ink) } else { pixel }
}

/// The index of ink that covers `share` of a pixel of the highest level, or of the lowest.
pub fn ink_on_level(share: f64, highest: bool) -> u8 {
    let (level, mixes) = if highest { (FIGURE_LEVELS, HIGH_MIXES) } else { (1, LOW_MIXES) };
    match steps(share, MIXES + 1) {
        0 => level,
        k if k > MIXES => INK,
        k => mixes + k - 1,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and count")]
fn steps(share: f64, count: u8) -> u8 {
    (share.clamp(0.0, 1.0) * f64::from(count)).round() as u8
}

/// The colours in order of their index.
pub fn colours(map: Colormap, theme: Theme, bare: bool) -> Vec<[u8; 3]> {
    let mut all = vec![NO_DATA];
    if bare {
        all.extend(map.sequence(usize::from(BARE_LEVELS)));
        return all;
    }
    let levels = map.sequence(usize::from(FIGURE_LEVELS));
    let (lowest, highest) = (levels[0], levels[levels.len() - 1]);
    all.extend(levels);
    all.extend((0..GREYS).map(|k| mix(theme.paper(), theme.ink(), f64::from(k) / f64::from(GREYS - 1))));
    for level in [lowest, highest] {
        all.extend((1..=MIXES).map(|k| mix(level, theme.ink(), f64::from(k) / f64::from(MIXES + 1))));
    }
    all
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
fn mix(a: [u8; 3], b: [u8; 3], t: f64) -> [u8; 3] {
    [0, 1, 2].map(|k| (f64::from(a[k]) * (1.0 - t) + f64::from(b[k]) * t).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_has_its_colour() {
        for theme in [Theme::Light, Theme::Dark] {
            let all = colours(Colormap::VIRIDIS, theme, false);
            let at = |index: u8| all[usize::from(index)];
            assert_eq!(all.len(), 256, "the palette is full");
            assert_eq!((at(0), at(1), at(FIGURE_LEVELS)), (NO_DATA, [68, 1, 84], [253, 231, 37]), "levels");
            assert_eq!(
                (at(paper()), at(ink_on_paper(0.0)), at(ink_on_paper(1.0))),
                (theme.paper(), theme.paper(), theme.ink()),
                "greys"
            );
            assert_eq!(
                (at(ink_on_level(0.0, false)), at(ink_on_level(1.0, true))),
                ([68, 1, 84], theme.ink()),
                "ends of the mixes"
            );
            assert_eq!(at(ink_on_level(0.5, true)), mix([253, 231, 37], theme.ink(), 0.5), "middle of the high mixes");
            assert_eq!(at(ink_on_level(0.25, false)), mix([68, 1, 84], theme.ink(), 0.25), "first of the low mixes");
        }
        assert_eq!(colours(Colormap::VIRIDIS, Theme::Light, true).len(), 256, "bare");
    }

    #[test]
    fn ink_only_darkens_paper() {
        assert_eq!(inked(paper(), ink_on_paper(0.5)), ink_on_paper(0.5), "on paper");
        assert_eq!(inked(ink_on_paper(1.0), ink_on_paper(0.5)), ink_on_paper(1.0), "on ink");
        assert_eq!(inked(7, ink_on_paper(1.0)), 7, "not on a level");
        assert_eq!(inked(0, ink_on_paper(1.0)), 0, "not on no data");
    }
}
