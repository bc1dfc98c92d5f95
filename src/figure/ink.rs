//! The tone of marks that no colour was asked for, by what lies beneath them: pale lines with a dark edge, or dark ones with a pale edge.
//!
//! **Rule** ([`Tone::over`]). A mark stands out from a colour where their contrast is at least 3 to 1
//! ([`ENOUGH`]). Marks are pale, unless dark ones stand out on [`CLEARLY`] more of the picture. Both stand out from
//! colours of middle lightness; there pale marks are taken, which look wider than dark ones of the same width (irradiation) and less like
//! holes. All marks of a picture have one tone: lines that change their colour on the way read as two kinds of lines.
//!
//! **Practice.** The colours beneath are those of all cells with a value, as the histogram of the first pass counts them, so the rule costs nothing and
//! gives the same for tiles of any size. Evenly spread over the colormap, it gives pale marks on viridis, magma, inferno, plasma, cividis, gray,
//! twilight and bluered, dark ones on coolwarm, terrain, topo and turbo. Hillshades and textures keep the mean lightness of what
//! they shade and do not enter.
//!
//! **Edges.** With no cell that has a value the paper is what lies beneath.

use super::palette::Theme;
use crate::color::contrast::{ENOUGH, contrast};

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// White, or nearly.
    Pale,
    /// Black, or nearly.
    Dark,
}

/// The share of a picture on which dark marks alone must stand out before they are taken: below it the picture is as much for one tone as for
/// the other, since a ramp from black to white has shares that differ by some hundredths.
pub const CLEARLY: f64 = 0.25;

/// Near black and white: softer than the ends of what a screen can show, as letters are.
const DARK: [u8; 3] = [16, 16, 20];
const PALE: [u8; 3] = [255, 255, 255];

impl Tone {
    /// The tone of marks over these colours, each with the area it has.
    #[must_use]
    pub fn over(ground: &[([u8; 3], f64)], theme: Theme) -> Self {
        let whole: f64 = ground.iter().map(|(_, area)| area).sum();
        if whole <= 0.0 {
            return Self::of(theme.paper()).opposite();
        }
        let seen = |tone: Self| -> f64 {
            let seen = ground.iter().filter(|(colour, _)| contrast(*colour, tone.ink()) >= ENOUGH);
            seen.map(|(_, area)| area).sum::<f64>() / whole
        };
        if seen(Self::Dark) > seen(Self::Pale) + CLEARLY { Self::Dark } else { Self::Pale }
    }

    /// What a colour counts as: dark where a pale edge stands out from it.
    #[must_use]
    pub fn of(colour: [u8; 3]) -> Self {
        if contrast(colour, PALE) >= ENOUGH { Self::Dark } else { Self::Pale }
    }

    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Pale => Self::Dark,
            Self::Dark => Self::Pale,
        }
    }

    /// The colour of lines.
    #[must_use]
    pub fn ink(self) -> [u8; 3] {
        match self {
            Self::Pale => PALE,
            Self::Dark => DARK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::Colormap;

    fn evenly(name: &str) -> Vec<([u8; 3], f64)> {
        let map = Colormap::from_name(name).expect("a map");
        map.sequence(225).into_iter().map(|colour| (colour, 1.0)).collect()
    }

    fn over(ground: &[([u8; 3], f64)]) -> Tone {
        Tone::over(ground, Theme::Light)
    }

    #[test]
    fn every_map_has_the_tone_that_stands_out() {
        let pale: Vec<&str> = Colormap::names().filter(|name| over(&evenly(name)) == Tone::Pale).collect();
        assert_eq!(
            pale,
            ["viridis", "magma", "inferno", "plasma", "cividis", "gray", "twilight", "bluered"],
            "the others are dark"
        );
        for name in Colormap::names() {
            assert_eq!(
                over(&evenly(name)),
                over(&evenly(&format!("{name}_r"))),
                "{name}: where colours lie is no matter"
            );
        }
    }

    /// What [`Tone::over`] promises beside the other tone: it stands out on as much, but for what the rule gives away.
    #[test]
    fn no_tone_is_much_worse_than_the_other() {
        let seen = |ground: &[([u8; 3], f64)], tone: Tone| {
            ground
                .iter()
                .filter(|(colour, _)| contrast(*colour, tone.ink()) >= ENOUGH)
                .map(|(_, area)| area)
                .sum::<f64>()
        };
        for name in Colormap::names() {
            let colours = evenly(name);
            for part in [&colours[..60], &colours[60..165], &colours[165..], &colours[..]] {
                let (tone, whole) = (over(part), part.len() as f64);
                let lost = (seen(part, tone.opposite()) - seen(part, tone)) / whole;
                assert!(lost <= CLEARLY, "{name}: {tone:?} is lost on {lost} more");
            }
        }
    }

    #[test]
    fn areas_decide_and_paper_where_there_are_none() {
        let (yellow, purple) = ([253, 231, 37], [68, 1, 84]);
        assert_eq!(over(&[(yellow, 0.3), (purple, 0.7)]), Tone::Pale, "mostly dark");
        assert_eq!(over(&[(yellow, 7.0), (purple, 3.0)]), Tone::Dark, "mostly light");
        assert_eq!(over(&[(yellow, 1.0), (purple, 1.0)]), Tone::Pale, "a tie");
        assert_eq!(over(&[(yellow, 0.0)]), Tone::Dark, "white paper");
        assert_eq!(Tone::over(&[], Theme::Dark), Tone::Pale, "dark paper");
    }

    #[test]
    fn colours_have_their_tone() {
        let pale = [[255, 255, 0], [0, 255, 0], [160; 3]];
        assert!(pale.iter().all(|colour| Tone::of(*colour) == Tone::Pale), "yellow, green, light grey");
        let dark = [[255, 0, 0], [0, 0, 255], [0; 3], [128; 3]];
        assert!(dark.iter().all(|colour| Tone::of(*colour) == Tone::Dark), "red, blue, black, middle grey");
        for tone in [Tone::Pale, Tone::Dark] {
            assert_eq!((Tone::of(tone.ink()), tone.opposite().opposite()), (tone, tone), "its own");
        }
    }
}
