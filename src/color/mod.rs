//! Colour maps: from a number in [0, 1] to a colour.
//!
//! Four kinds. A *sequential* map orders values by lightness (viridis, the default, and its family; cividis, which
//! people with colour-vision deficiency see as others do; gray; terrain for heights). A *diverging* map has a neutral middle for zero
//! (coolwarm, bluered), or a coast there (topo). A *cyclic* map ends where it begins and is for angles (twilight). A *rainbow* shows much detail
//! and orders nothing (turbo).
//!
//! A name may be followed by `_r`, which turns the map round, and then by `:8`, which makes eight flat steps of it: the first and the last of
//! them have the colours of the ends. A list of colours is a map too ([`list`]).
//!
//! Edge cases: `sample` clamps to [0, 1], a cyclic map wraps instead; NaN takes the first colour, because a missing
//! value is painted by the caller in [`NO_DATA`] and never looked up here.

pub mod contrast;
pub mod diverging;
pub mod list;
pub mod oklab;
pub mod tables;
mod terrain;

use list::List;
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
    /// Through many hues, lightest on the way.
    Rainbow,
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

const MAPS: [Row; 12] = [
    Row { name: "viridis", kind: Kind::Sequential, source: Source::Table(tables::VIRIDIS) },
    Row { name: "magma", kind: Kind::Sequential, source: Source::Table(tables::MAGMA) },
    Row { name: "inferno", kind: Kind::Sequential, source: Source::Table(tables::INFERNO) },
    Row { name: "plasma", kind: Kind::Sequential, source: Source::Table(tables::PLASMA) },
    Row { name: "cividis", kind: Kind::Sequential, source: Source::Table(tables::CIVIDIS) },
    Row { name: "gray", kind: Kind::Sequential, source: Source::Function(gray) },
    Row { name: "coolwarm", kind: Kind::Diverging, source: Source::Function(diverging::coolwarm) },
    Row { name: "twilight", kind: Kind::Cyclic, source: Source::Table(tables::TWILIGHT) },
    Row { name: "bluered", kind: Kind::Diverging, source: Source::Function(diverging::bluered) },
    Row { name: "terrain", kind: Kind::Sequential, source: Source::Function(terrain::terrain) },
    Row { name: "topo", kind: Kind::Diverging, source: Source::Function(terrain::topo) },
    Row { name: "turbo", kind: Kind::Rainbow, source: Source::Table(tables::TURBO) },
];

/// The most flat steps that a map is cut into.
const MOST_STEPS: u8 = 100;

/// A colour map: one of the table or a list of colours, perhaps reversed, perhaps in flat steps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Colormap {
    base: Base,
    reversed: bool,
    steps: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Row(usize),
    List(List),
}

/// No map is written like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColormapError {
    /// No map has this name.
    #[error(
        "there is no colour map '{name}'; the maps are {}, each also with the suffix _r for the reverse, :8 for eight flat steps; or \
         give colours, as in '#0b1d51,#ffffff,#b3001b'",
        Colormap::names().collect::<Vec<_>>().join(", ")
    )]
    Unknown {
        /// The name that was asked for.
        name: String,
    },
    /// A colour of a list is none.
    #[error("'{text}' is no colour: write #rgb or #rrggbb, as in '#0b1d51,#ffffff,#b3001b'")]
    Colour {
        /// What stands in its place.
        text: String,
    },
    /// A list is too short or too long.
    #[error("a colour map has 2 to {} colours, not {count}", list::MOST)]
    Count {
        /// The colours given.
        count: usize,
    },
    /// The number of steps is not one.
    #[error("a colour map is cut into 2 to {} flat steps, not '{text}'; write it like viridis:8", MOST_STEPS)]
    Steps {
        /// What was given.
        text: String,
    },
}

impl Colormap {
    /// The default for quantities without a sign.
    pub const VIRIDIS: Self = Self::row(0);
    /// From black to white.
    pub const GRAY: Self = Self::row(5);
    /// The default for signed quantities, to be centred on zero.
    pub const COOLWARM: Self = Self::row(6);
    /// The default for angles.
    pub const TWILIGHT: Self = Self::row(7);

    const fn row(row: usize) -> Self {
        Self { base: Base::Row(row), reversed: false, steps: None }
    }

    /// The map called `name`, or the one that runs through a list of colours; upper and lower case are the same, `grey` is `gray`.
    pub fn from_name(name: &str) -> Result<Self, ColormapError> {
        let lower = name.trim().to_lowercase();
        let (map, steps) = match lower.split_once(':') {
            Some((map, text)) => {
                let steps = text.trim().parse().ok().filter(|steps| (2..=MOST_STEPS).contains(steps));
                (map, Some(steps.ok_or_else(|| ColormapError::Steps { text: text.to_owned() })?))
            }
            None => (lower.as_str(), None),
        };
        let map = map.trim();
        if map.contains(['#', ',']) {
            return Ok(Self { base: Base::List(List::parse(map)?), reversed: false, steps });
        }
        let (stem, reversed) = map.strip_suffix("_r").map_or((map, false), |stem| (stem, true));
        let stem = if stem == "grey" { "gray" } else { stem };
        let row = MAPS.iter().position(|row| row.name == stem);
        let row = row.ok_or_else(|| ColormapError::Unknown { name: name.to_owned() })?;
        Ok(Self { base: Base::Row(row), reversed, steps })
    }

    /// The map through these colours, evenly spaced.
    pub fn from_colours(colours: &[[u8; 3]]) -> Result<Self, ColormapError> {
        Ok(Self { base: Base::List(List::new(colours)?), reversed: false, steps: None })
    }

    /// The names of all maps, without the reversed ones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MAPS.iter().map(|row| row.name)
    }

    /// The name, with `_r` if reversed and the number of steps if it has any; of a list, its colours from low to high.
    pub fn name(&self) -> String {
        let mut name = match self.base {
            Base::Row(row) => format!("{}{}", MAPS[row].name, if self.reversed { "_r" } else { "" }),
            Base::List(list) => list.text(),
        };
        if let Some(steps) = self.steps {
            name = format!("{name}:{steps}");
        }
        name
    }

    /// What the map is made for.
    pub fn kind(&self) -> Kind {
        match self.base {
            Base::Row(row) => MAPS[row].kind,
            Base::List(_) => Kind::Sequential,
        }
    }

    /// How many flat steps it has, if it is not smooth.
    pub fn steps(&self) -> Option<u8> {
        self.steps
    }

    /// The same map in 2 to 100 flat steps.
    ///
    /// # Errors
    /// Another number of steps.
    pub fn with_steps(self, steps: u8) -> Result<Self, ColormapError> {
        match steps {
            2..=MOST_STEPS => Ok(Self { steps: Some(steps), ..self }),
            _ => Err(ColormapError::Steps { text: steps.to_string() }),
        }
    }

    /// How many of `most` colour levels a picture takes: all, or as many as fall evenly on the steps.
    pub fn levels(&self, most: u8) -> u8 {
        self.steps.map_or(most, |steps| (most / steps).max(1) * steps)
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
        match self.base {
            Base::Row(_) => Self { reversed: !self.reversed, ..self },
            Base::List(list) => Self { base: Base::List(list.reversed()), ..self },
        }
    }

    /// The colour at `t` in [0, 1].
    pub fn sample(&self, t: f64) -> [u8; 3] {
        let t = if self.is_cyclic() && t.is_finite() && t != 1.0 { t.rem_euclid(1.0) } else { t };
        let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
        match self.steps {
            Some(steps) => {
                let count = f64::from(steps);
                let step = (t * count).floor().min(count - 1.0);
                self.smooth(if self.is_cyclic() { (step + 0.5) / count } else { step / (count - 1.0) })
            }
            None => self.smooth(t),
        }
    }

    /// The colour at `t` in [0, 1] of the map without steps.
    fn smooth(&self, t: f64) -> [u8; 3] {
        let t = if self.reversed { 1.0 - t } else { t };
        match self.base {
            Base::List(list) => list.at(t),
            Base::Row(row) => match MAPS[row].source {
                Source::Function(colour) => colour(t),
                Source::Table(table) => look_up(table, t, self.is_cyclic()),
            },
        }
    }

    /// `count` colours, evenly spaced: both ends included, or one turn without repeating its start for a cyclic map; of a map
    /// with steps, what the middles of `count` equal parts show.
    pub fn sequence(&self, count: usize) -> Vec<[u8; 3]> {
        let parts = self.is_cyclic() || self.steps.is_some();
        #[expect(clippy::cast_precision_loss, reason = "a palette has at most a few thousand entries")]
        let at = |k: usize| match (parts, count) {
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
    type Err = ColormapError;

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
mod tests;
