//! The 256 colours of a picture and what each index means.
//!
//! | index | colour |
//! |---|---|
//! | 0 | no data |
//! | 1 to L | the levels of the colour map, lowest first |
//! | then 24 | greys from paper to ink, for lines and the soft edges of letters |
//! | then 3 + 3 | the lowest and the highest level on the way to ink, for the outlines of the colour bar's pointed ends |
//!
//! L is 225 in a figure. A bare picture has no ink and no paper and takes 255 levels. A map in flat steps takes as many levels as fall evenly
//! on its steps; in a figure those above have the colour of the highest.
//!
//! A line figure has no levels. In their place stand seven colours for its series, each in 32 steps from paper to full
//! strength, so that the soft edges of lines on paper are exact; where colours cross, the nearest index is taken.

use super::scene::Colour;
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
    let most = if bare { BARE_LEVELS } else { FIGURE_LEVELS };
    let mut levels = map.sequence(usize::from(map.levels(most)));
    if bare {
        all.extend(levels);
        return all;
    }
    // What a map in steps does not take has the highest colour, so that it stands where it always does.
    levels.resize(usize::from(most), *levels.last().unwrap_or(&NO_DATA));
    let (lowest, highest) = (levels[0], levels[levels.len() - 1]);
    all.extend(levels);
    all.extend((0..GREYS).map(|k| mix(theme.paper(), theme.ink(), f64::from(k) / f64::from(GREYS - 1))));
    for level in [lowest, highest] {
        all.extend((1..=MIXES).map(|k| mix(level, theme.ink(), f64::from(k) / f64::from(MIXES + 1))));
    }
    all
}

/// How many colours series have before they repeat.
pub const SERIES: usize = 7;
/// Steps from paper (excluded) to a series' colour (included).
const SHADES: u8 = 32;

/// The colours of series: blue, vermilion, green, purple, olive or yellow, sky, rose. The first three are Okabe & Ito's (*Color
/// Universal Design*, 2008), made dark or light enough to stand out from their paper; the others were then placed by
/// search as far from them and each other as eyes without red or green cones can see.
fn series(theme: Theme) -> [[u8; 3]; SERIES] {
    match theme {
        Theme::Light => [
            [0, 106, 176],
            [213, 88, 0],
            [0, 150, 110],
            [151, 58, 130],
            [106, 135, 59],
            [60, 148, 212],
            [212, 100, 150],
        ],
        Theme::Dark => [
            [88, 166, 236],
            [245, 132, 60],
            [40, 196, 150],
            [200, 118, 184],
            [227, 196, 66],
            [150, 214, 250],
            [255, 156, 193],
        ],
    }
}

/// A colour as it is at full strength.
pub fn colour(colour: Colour, theme: Theme) -> [u8; 3] {
    match colour {
        Colour::Series(number) => series(theme)[number % SERIES],
        Colour::Ink => theme.ink(),
        Colour::Paper => theme.paper(),
        Colour::Rgb(colour) => colour,
    }
}

/// The colours of a line figure in order of their index.
pub fn line_colours(theme: Theme) -> Vec<[u8; 3]> {
    let mut all = vec![theme.paper()];
    for colour in series(theme) {
        all.extend((1..=SHADES).map(|k| mix(theme.paper(), colour, f64::from(k) / f64::from(SHADES))));
    }
    all.resize(usize::from(PAPER), theme.paper());
    all.extend((0..GREYS).map(|k| mix(theme.paper(), theme.ink(), f64::from(k) / f64::from(GREYS - 1))));
    all
}

/// The index of a pixel after `share` of it was painted over with `colour`, in the palette of a line figure.
pub fn painted_over(all: &[[u8; 3]], pixel: u8, colour: Colour, share: f64) -> u8 {
    let of_share = |share: f64| match colour {
        Colour::Ink => ink_on_paper(share),
        Colour::Paper => PAPER,
        Colour::Rgb(wanted) => nearest(all, wanted).unwrap_or(PAPER),
        Colour::Series(number) => match steps(share, SHADES) {
            0 => PAPER,
            #[expect(clippy::cast_possible_truncation, reason = "below SERIES")]
            step => (number % SERIES) as u8 * SHADES + step,
        },
    };
    // The last half step counts as covered, so that what lies below does not shine through.
    if pixel == PAPER || share > 1.0 - 0.5 / f64::from(SHADES) {
        return of_share(share);
    }
    let at = |index: u8| all.get(usize::from(index)).copied().unwrap_or([0; 3]);
    let wanted = mix(at(pixel), at(of_share(1.0)), share.clamp(0.0, 1.0));
    nearest(all, wanted).unwrap_or(pixel)
}

/// The index of the colour nearest to one.
fn nearest(all: &[[u8; 3]], wanted: [u8; 3]) -> Option<u8> {
    let far = |colour: &[u8; 3]| -> u32 { (0..3).map(|k| u32::from(colour[k].abs_diff(wanted[k])).pow(2)).sum() };
    // Of equals the last is taken, so that paper is always PAPER.
    (0..=u8::MAX).zip(all).rev().min_by_key(|(_, colour)| far(colour)).map(|(index, _)| index)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
pub(super) fn mix(a: [u8; 3], b: [u8; 3], t: f64) -> [u8; 3] {
    [0, 1, 2].map(|k| (f64::from(a[k]) * (1.0 - t) + f64::from(b[k]) * t).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::contrast::{ENOUGH, contrast};

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

    fn linear(colour: [u8; 3]) -> [f64; 3] {
        colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// What an eye without red or green cones sees (Machado, Oliveira & Fernandes, *IEEE TVCG* 15(6), 2009, severity 1).
    fn seen(colour: [u8; 3], eye: &[[f64; 3]; 3]) -> [f64; 3] {
        let c = linear(colour);
        eye.map(|row| (row[0] * c[0] + row[1] * c[1] + row[2] * c[2]).clamp(0.0, 1.0))
    }

    /// Distance in Oklab (Ottosson 2020), in which 1 is from black to white.
    fn apart(a: [f64; 3], b: [f64; 3]) -> f64 {
        let lab = |[r, g, b]: [f64; 3]| {
            let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
            let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
            let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
            [
                0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
                1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
                0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
            ]
        };
        let (a, b) = (lab(a), lab(b));
        (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn series_stand_out_from_paper_and_from_each_other_for_every_eye() {
        /// Okabe & Ito's seven are 0.076 apart, but fail on contrast; seven of matplotlib's ten are 0.007 apart. About
        /// 0.02 is just noticeable side by side; three times that is asked for.
        const APART: f64 = 0.06;
        const EYES: [[[f64; 3]; 3]; 3] = [
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        ];
        for theme in [Theme::Light, Theme::Dark] {
            let colours = series(theme);
            for (k, colour) in colours.iter().enumerate() {
                let contrast = contrast(*colour, theme.paper());
                assert!(contrast >= ENOUGH, "{theme:?} {k}: contrast {contrast:.2}");
                for other in &colours[k + 1..] {
                    for eye in &EYES {
                        let distance = apart(seen(*colour, eye), seen(*other, eye));
                        assert!(distance >= APART, "{theme:?} {colour:?} {other:?}: {distance:.3} apart");
                    }
                }
            }
        }
    }

    #[test]
    fn painting_over_paper_is_exact_and_over_colours_near() {
        /// Half a shade on each channel: 255/32/2, and as much again for the nearest of few colours between two hues.
        const NEAR: u8 = 60;
        for theme in [Theme::Light, Theme::Dark] {
            let all = line_colours(theme);
            assert!(all.len() <= 256, "{} colours", all.len());
            let over = |pixel, colour, share| painted_over(&all, pixel, colour, share);
            let at = |index: u8| all[usize::from(index)];
            assert_eq!(at(paper()), theme.paper(), "paper");
            for number in 0..2 * SERIES {
                let colour = Colour::Series(number);
                let full = over(paper(), colour, 1.0);
                assert_eq!(at(full), series(theme)[number % SERIES], "full strength");
                assert_eq!(over(paper(), colour, 0.0), paper(), "nothing on paper");
                assert_eq!(over(full, Colour::Paper, 1.0), paper(), "erased");
                assert_eq!(over(full, colour, 0.3), full, "the same colour again");
                assert_eq!(over(ink_on_paper(0.4), colour, 1.0), full, "covers the grid");
                for below in 0..SERIES {
                    let base = over(paper(), Colour::Series(below), 1.0);
                    let wanted = mix(at(base), at(full), 0.5);
                    let found = at(over(base, colour, 0.5));
                    assert!((0..3).all(|k| wanted[k].abs_diff(found[k]) <= NEAR), "{wanted:?} became {found:?}");
                }
            }
        }
    }
}
