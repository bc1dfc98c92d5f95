//! Colour maps: from a number in [0, 1] to a colour.
//!
//! Three kinds. A *sequential* map orders values by lightness (viridis, the default, and its family; cividis, which
//! people with colour-vision deficiency see as others do; gray). A *diverging* map has a neutral middle for zero
//! (coolwarm). A *cyclic* map ends where it begins and is for angles (twilight). Every name takes the suffix `_r`,
//! which turns the map round.
//!
//! Edge cases: `sample` clamps to [0, 1], a cyclic map wraps instead; NaN takes the first colour, because a missing
//! value is painted by the caller in [`NO_DATA`] and never looked up here.

pub mod diverging;
pub mod tables;

use std::fmt;
use std::str::FromStr;

/// The colour of cells without a value: an orchid that no map contains and that is neither light nor dark paper.
pub const NO_DATA: [u8; 3] = [230, 152, 208];

/// What a map is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From low to high.
    Sequential,
    /// Away from a neutral middle, in two directions.
    Diverging,
    /// Round a circle.
    Cyclic,
}

/// Where the colours come from.
#[derive(Clone, Copy)]
enum Source {
    Table(&'static str),
    Function(fn(f64) -> [u8; 3]),
}

/// One row per map.
struct Row {
    name: &'static str,
    kind: Kind,
    source: Source,
}

const MAPS: [Row; 8] = [
    Row { name: "viridis", kind: Kind::Sequential, source: Source::Table(tables::VIRIDIS) },
    Row { name: "magma", kind: Kind::Sequential, source: Source::Table(tables::MAGMA) },
    Row { name: "inferno", kind: Kind::Sequential, source: Source::Table(tables::INFERNO) },
    Row { name: "plasma", kind: Kind::Sequential, source: Source::Table(tables::PLASMA) },
    Row { name: "cividis", kind: Kind::Sequential, source: Source::Table(tables::CIVIDIS) },
    Row { name: "gray", kind: Kind::Sequential, source: Source::Function(gray) },
    Row { name: "coolwarm", kind: Kind::Diverging, source: Source::Function(diverging::coolwarm) },
    Row { name: "twilight", kind: Kind::Cyclic, source: Source::Table(tables::TWILIGHT) },
];

/// One of the colour maps, perhaps reversed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Colormap {
    row: usize,
    reversed: bool,
}

/// No map has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no colour map '{name}'; the maps are {}, each also with the suffix _r for the reverse",
    Colormap::names().collect::<Vec<_>>().join(", ")
)]
pub struct UnknownColormap {
    /// The name that was asked for.
    pub name: String,
}

impl Colormap {
    /// The default for quantities without a sign.
    pub const VIRIDIS: Self = Self { row: 0, reversed: false };
    /// From black to white.
    pub const GRAY: Self = Self { row: 5, reversed: false };
    /// The default for signed quantities, to be centred on zero.
    pub const COOLWARM: Self = Self { row: 6, reversed: false };
    /// The default for angles.
    pub const TWILIGHT: Self = Self { row: 7, reversed: false };

    /// The map called `name`; upper and lower case are the same, `_r` at the end reverses, `grey` is `gray`.
    pub fn from_name(name: &str) -> Result<Self, UnknownColormap> {
        let lower = name.trim().to_lowercase();
        let (stem, reversed) = lower.strip_suffix("_r").map_or((lower.as_str(), false), |stem| (stem, true));
        let stem = if stem == "grey" { "gray" } else { stem };
        MAPS.iter()
            .position(|row| row.name == stem)
            .map(|row| Self { row, reversed })
            .ok_or_else(|| UnknownColormap { name: name.to_owned() })
    }

    /// The names of all maps, without the reversed ones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MAPS.iter().map(|row| row.name)
    }

    /// The name, with `_r` if reversed.
    pub fn name(&self) -> String {
        format!("{}{}", MAPS[self.row].name, if self.reversed { "_r" } else { "" })
    }

    /// What the map is made for.
    pub fn kind(&self) -> Kind {
        MAPS[self.row].kind
    }

    /// Whether the last colour runs into the first.
    pub fn is_cyclic(&self) -> bool {
        self.kind() == Kind::Cyclic
    }

    /// Whether the middle is neutral and wants to sit at zero.
    pub fn is_diverging(&self) -> bool {
        self.kind() == Kind::Diverging
    }

    /// The same map the other way round.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { reversed: !self.reversed, ..self }
    }

    /// The colour at `t` in [0, 1].
    pub fn sample(&self, t: f64) -> [u8; 3] {
        let t = if self.is_cyclic() && t.is_finite() && t != 1.0 { t.rem_euclid(1.0) } else { t };
        let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
        let t = if self.reversed { 1.0 - t } else { t };
        match MAPS[self.row].source {
            Source::Function(colour) => colour(t),
            Source::Table(table) => look_up(table, t, self.is_cyclic()),
        }
    }

    /// `count` colours, evenly spaced: both ends included, or one turn without repeating its start for a cyclic map.
    pub fn sequence(&self, count: usize) -> Vec<[u8; 3]> {
        #[expect(clippy::cast_precision_loss, reason = "a palette has at most a few thousand entries")]
        let at = |k: usize| match (self.is_cyclic(), count) {
            (true, n) => (k as f64 + 0.5) / n as f64,
            (false, 1) => 0.5,
            (false, n) => k as f64 / (n - 1) as f64,
        };
        (0..count).map(|k| self.sample(at(k))).collect()
    }
}

impl Default for Colormap {
    fn default() -> Self {
        Self::VIRIDIS
    }
}

impl fmt::Debug for Colormap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Colormap({})", self.name())
    }
}

impl fmt::Display for Colormap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl FromStr for Colormap {
    type Err = UnknownColormap;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name)
    }
}

fn gray(t: f64) -> [u8; 3] {
    [byte(255.0 * t); 3]
}

/// Linear interpolation between the two nearest entries; a cyclic table goes on from its last entry to its first.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "t is in [0, 1], so the place is an index of the table"
)]
fn look_up(table: &str, t: f64, cyclic: bool) -> [u8; 3] {
    let count = table.len() / 6;
    let place = t * if cyclic { count } else { count - 1 } as f64;
    let below = place.floor() as usize;
    let part = place - place.floor();
    let at = |k: usize| entry(table, if cyclic { k % count } else { k.min(count - 1) });
    let (a, b) = (at(below), at(below + 1));
    [0, 1, 2].map(|c| byte(f64::from(a[c]) * (1.0 - part) + f64::from(b[c]) * part))
}

/// Entry `k` of a table of hexadecimal digits.
fn entry(table: &str, k: usize) -> [u8; 3] {
    let digit = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'a' + 10 };
    let text = &table.as_bytes()[6 * k..6 * k + 6];
    [0, 2, 4].map(|i| 16 * digit(text[i]) + digit(text[i + 1]))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_the_constants_are_what_they_say() {
        for name in Colormap::names() {
            let map = Colormap::from_name(name).expect("a listed name is known");
            assert_eq!(map.name(), name, "forward");
            let reversed = Colormap::from_name(&format!("{}_R", name.to_uppercase())).expect("the suffix is known");
            assert_eq!(reversed, map.reversed(), "reversed");
            assert_eq!(reversed.sample(0.25), map.sample(0.75), "{name} reversed");
        }
        let constants =
            [(Colormap::VIRIDIS, "viridis"), (Colormap::COOLWARM, "coolwarm"), (Colormap::TWILIGHT, "twilight")];
        for (map, name) in constants {
            assert_eq!(map.name(), name, "constant");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = Colormap::from_name("jet").expect_err("jet is not here").to_string();
        assert!(message.contains("'jet'") && message.contains("cividis") && message.contains("_r"), "{message}");
        assert!(Colormap::from_name("").is_err() && Colormap::from_name("_r").is_err(), "empty names");
    }

    #[test]
    fn tables_are_whole_and_known_colours_are_where_they_should_be() {
        for row in &MAPS {
            if let Source::Table(table) = row.source {
                assert_eq!(table.len(), 6 * 256, "{}", row.name);
                assert!(table.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c)), "{}", row.name);
            }
        }
        assert_eq!(Colormap::VIRIDIS.sample(0.0), [68, 1, 84], "dark end");
        assert_eq!(Colormap::VIRIDIS.sample(1.0), [253, 231, 37], "light end");
        assert_eq!(Colormap::from_name("gray").expect("gray").sample(0.5), [128; 3], "middle grey");
    }

    #[test]
    fn odd_arguments_are_clamped_or_wrapped() {
        let map = Colormap::VIRIDIS;
        assert_eq!(map.sample(f64::NAN), map.sample(0.0), "NaN");
        assert_eq!(map.sample(-7.0), map.sample(0.0), "below");
        assert_eq!(map.sample(f64::INFINITY), map.sample(1.0), "above");
        let turn = Colormap::TWILIGHT;
        assert_eq!(turn.sample(0.0), turn.sample(1.0), "the circle closes");
        assert_eq!(turn.sample(1.25), turn.sample(0.25), "and goes round");
    }

    #[test]
    fn sequences_include_both_ends_or_one_turn() {
        let colours = Colormap::VIRIDIS.sequence(5);
        assert_eq!((colours[0], colours[4], colours.len()), ([68, 1, 84], [253, 231, 37], 5), "both ends");
        let turn = Colormap::TWILIGHT.sequence(4);
        assert_ne!(turn[0], turn[3], "no colour twice");
        assert!(Colormap::VIRIDIS.sequence(0).is_empty(), "none asked, none given");
        assert_eq!(Colormap::COOLWARM.sequence(1), vec![Colormap::COOLWARM.sample(0.5)], "one colour is the middle");
    }

    /// Distance in `OKLab`; 0.02 is about the smallest difference that is noticed side by side.
    fn distance(a: [u8; 3], b: [u8; 3]) -> f64 {
        let lab = |c: [u8; 3]| {
            let [r, g, b] = c.map(|v| (f64::from(v) / 255.0).powf(2.2));
            let l = (0.4122 * r + 0.5363 * g + 0.0514 * b).cbrt();
            let m = (0.2119 * r + 0.6807 * g + 0.1074 * b).cbrt();
            let s = (0.0883 * r + 0.2817 * g + 0.6300 * b).cbrt();
            [
                0.2105 * l + 0.7936 * m - 0.0041 * s,
                1.9780 * l - 2.4286 * m + 0.4506 * s,
                0.0259 * l + 0.7828 * m - 0.8087 * s,
            ]
        };
        let (a, b) = (lab(a), lab(b));
        (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn no_data_is_far_from_every_map_and_from_paper() {
        /// Five times what the eye just notices.
        const CLEARLY_DIFFERENT: f64 = 0.1;
        for name in Colormap::names() {
            let map = Colormap::from_name(name).expect("listed");
            let nearest = map.sequence(256).into_iter().map(|c| distance(c, NO_DATA)).fold(f64::INFINITY, f64::min);
            assert!(nearest > CLEARLY_DIFFERENT, "{name}: {nearest}");
        }
        assert!(
            distance([255; 3], NO_DATA) > CLEARLY_DIFFERENT && distance([24; 3], NO_DATA) > CLEARLY_DIFFERENT,
            "paper"
        );
    }
}
