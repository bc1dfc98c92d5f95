//! Schemes: which stencil differences sampled values, what happens at the border, and what at missing neighbours.
//!
//! | stencil | first derivative along an axis of spacing h | border, if not said |
//! |---|---|---|
//! | `central` | (f₊ − f₋)/2h, on uneven axes the three-point formula of second order: `numpy.gradient` | one-sided |
//! | `central4` | (8(f₊ − f₋) − (f₊₊ − f₋₋))/12h, `central` in the second cell from the border | one-sided |
//! | `forward`, `backward` | (f₊ − f)/h, (f − f₋)/h; the other one in the last, first cell | one-sided |
//! | `sobel` | `central`, averaged across by (1, 2, 1)/4 | reflect |
//! | `scharr` | `central`, averaged across by (3, 10, 3)/16 | reflect |
//! | `prewitt` | `central`, averaged across by (1, 1, 1)/3 | reflect |
//! | `gaussian:σ` | derivative of the Gaussian average, σ in cells, cut off at 4σ as `scipy.ndimage` does | reflect |
//! | `horn` | `sobel` where all nine cells have data: GDAL's slope (Horn, Proc. IEEE 69(1), 1981) | nodata |
//! | `zevenbergen-thorne` | `central` where all nine cells have data (Earth Surf. Process. Landf. 12(1), 1987) | nodata |
//!
//! All are derivatives in the unit of the axis: a plane of slope 3 has slope 3 under every stencil. scikit-image weighs alike but divides
//! by no distance: its `sobel_v` is 2h·∂f/∂x, its `sobel` is √2·‖∇f‖ for h = 1.
//!
//! **Second derivatives** are the compact three-point formula (five points for `central4`) with the same averages across; mixed ones are one
//! first derivative of the other. At a one-sided border the second derivative is that of the parabola through the nearest three
//! points, or with edge order 2 of the cubic through four. Orders above 2 difference the plane of the second derivative again.
//!
//! **Borders** continue the values beyond the grid ([`Extension`]), but for `one-sided`, which takes formulas that stay inside.

pub use crate::expr::source::MAX_SIGMA;
use crate::program::staged::Extension;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// How neighbours are combined.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Stencil {
    /// Second-order central differences.
    #[default]
    Central,
    /// Fourth-order central differences.
    Central4,
    /// First-order forward differences.
    Forward,
    /// First-order backward differences.
    Backward,
    /// Central, averaged across by (1, 2, 1)/4.
    Sobel,
    /// Central, averaged across by (3, 10, 3)/16.
    Scharr,
    /// Central, averaged across by (1, 1, 1)/3.
    Prewitt,
    /// The derivative of the Gaussian average of this σ in cells.
    Gaussian(f64),
    /// GDAL's stencil for terrain.
    Horn,
    /// GDAL's other stencil for terrain.
    ZevenbergenThorne,
}

/// The order of one-sided formulas, `edge_order` of `numpy.gradient`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EdgeOrder {
    /// The two nearest points.
    #[default]
    First,
    /// The three nearest points.
    Second,
}

/// What happens at the border of the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Border {
    /// Formulas that stay inside.
    OneSided(EdgeOrder),
    /// The usual formula on values continued by this rule.
    Extend(Extension),
}

/// What happens where a neighbour has no data. A cell without data has no derivative in any case.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Gaps {
    /// There is no result.
    #[default]
    Propagate,
    /// First derivatives turn one-sided: a missing neighbour continues the line through the cell and the neighbour opposite. Averages
    /// leave missing cells out.
    Shrink,
    /// Missing cells have this value.
    Fill(f64),
}

/// How derivatives of sampled values are taken.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scheme {
    /// How neighbours are combined.
    pub stencil: Stencil,
    /// What happens at the border; `None` is the stencil's own rule.
    pub border: Option<Border>,
    /// What happens at missing neighbours.
    pub gaps: Gaps,
}

/// A scheme or a part of it that cannot be read.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SchemeError {
    /// No such stencil.
    #[error(
        "there is no scheme `{0}`; there are central, central4, forward, backward, sobel, scharr, prewitt, gaussian:σ, horn and zevenbergen-thorne"
    )]
    Stencil(String),
    /// A σ that cannot be used.
    #[error("`{0}`: σ is a number of cells above 0 and up to {MAX_SIGMA}, as in `gaussian:1.5`")]
    Sigma(String),
    /// No such border.
    #[error(
        "there is no border rule `{0}`; there are one-sided, periodic, reflect, nearest, nodata and constant:VALUE"
    )]
    Border(String),
    /// No such rule for missing neighbours.
    #[error("there is no rule `{0}` for missing data; there are propagate, shrink and fill:VALUE")]
    Gaps(String),
}

impl Scheme {
    /// Differences by `stencil` with its own border.
    #[must_use]
    pub fn new(stencil: Stencil) -> Self {
        Self { stencil, ..Self::default() }
    }

    /// The border rule in force.
    #[must_use]
    pub fn border(&self) -> Border {
        self.border.unwrap_or_else(|| self.stencil.own_border())
    }

    /// How planes go on beyond the border.
    #[must_use]
    pub fn extension(&self) -> Extension {
        match self.border() {
            Border::OneSided(_) => Extension::Nearest,
            Border::Extend(extension) => extension,
        }
    }
}

impl Stencil {
    fn own_border(self) -> Border {
        match self {
            Self::Central | Self::Central4 | Self::Forward | Self::Backward => Border::OneSided(EdgeOrder::First),
            Self::Sobel | Self::Scharr | Self::Prewitt | Self::Gaussian(_) => Border::Extend(Extension::Reflect),
            Self::Horn | Self::ZevenbergenThorne => Border::Extend(Extension::Missing),
        }
    }

    /// The weights across: of both neighbours and of the middle; `None` if there is no average.
    pub(super) fn across(self) -> Option<(f64, f64)> {
        match self {
            Self::Sobel | Self::Horn => Some((1.0, 2.0)),
            Self::Scharr => Some((3.0, 10.0)),
            Self::Prewitt => Some((1.0, 1.0)),
            _ => None,
        }
    }

    /// Whether all nine cells around must have data, used or not.
    pub(super) fn needs_window(self) -> bool {
        matches!(self, Self::Horn | Self::ZevenbergenThorne)
    }

    /// Its name, without σ.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Central => "central",
            Self::Central4 => "central4",
            Self::Forward => "forward",
            Self::Backward => "backward",
            Self::Sobel => "sobel",
            Self::Scharr => "scharr",
            Self::Prewitt => "prewitt",
            Self::Gaussian(_) => "gaussian",
            Self::Horn => "horn",
            Self::ZevenbergenThorne => "zevenbergen-thorne",
        }
    }
}

impl fmt::Display for Stencil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gaussian(sigma) => write!(f, "gaussian:{sigma}"),
            _ => f.write_str(self.name()),
        }
    }
}

/// σ of a Gaussian, if it can be used.
#[must_use]
pub fn sigma(value: f64) -> Option<f64> {
    (value > 0.0 && value <= MAX_SIGMA).then_some(value)
}

impl FromStr for Stencil {
    type Err = SchemeError;
    fn from_str(text: &str) -> Result<Self, SchemeError> {
        const PLAIN: [Stencil; 9] = [
            Stencil::Central,
            Stencil::Central4,
            Stencil::Forward,
            Stencil::Backward,
            Stencil::Sobel,
            Stencil::Scharr,
            Stencil::Prewitt,
            Stencil::Horn,
            Stencil::ZevenbergenThorne,
        ];
        if let Some(stencil) = PLAIN.into_iter().find(|stencil| stencil.name() == text) {
            return Ok(stencil);
        }
        match text.strip_prefix("gaussian") {
            Some(rest) => (rest.strip_prefix(':').and_then(|number| number.trim().parse().ok()))
                .and_then(sigma)
                .map(Self::Gaussian)
                .ok_or_else(|| SchemeError::Sigma(text.to_owned())),
            None => Err(SchemeError::Stencil(text.to_owned())),
        }
    }
}

/// The number after `name:`.
fn value_after(text: &str, name: &str) -> Option<f64> {
    let number: f64 = text.strip_prefix(name)?.strip_prefix(':')?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

impl FromStr for Border {
    type Err = SchemeError;
    fn from_str(text: &str) -> Result<Self, SchemeError> {
        Ok(match text {
            "one-sided" => Self::OneSided(EdgeOrder::First),
            "periodic" => Self::Extend(Extension::Periodic),
            "reflect" => Self::Extend(Extension::Reflect),
            "nearest" => Self::Extend(Extension::Nearest),
            "nodata" => Self::Extend(Extension::Missing),
            _ => match value_after(text, "constant") {
                Some(value) => Self::Extend(Extension::Constant(value)),
                None => return Err(SchemeError::Border(text.to_owned())),
            },
        })
    }
}

impl FromStr for Gaps {
    type Err = SchemeError;
    fn from_str(text: &str) -> Result<Self, SchemeError> {
        match text {
            "propagate" => Ok(Self::Propagate),
            "shrink" => Ok(Self::Shrink),
            _ => value_after(text, "fill").map(Self::Fill).ok_or_else(|| SchemeError::Gaps(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_read_by_name() {
        assert_eq!("sobel".parse(), Ok(Stencil::Sobel), "a name");
        assert_eq!("gaussian:1.5".parse(), Ok(Stencil::Gaussian(1.5)), "with σ");
        for bad in ["gaussian", "gaussian:0", "gaussian:-1", "gaussian:nan", "gaussian:65"] {
            assert_eq!(bad.parse::<Stencil>(), Err(SchemeError::Sigma(bad.to_owned())), "{bad}");
        }
        assert!("sobol".parse::<Stencil>().is_err_and(|error| error.to_string().contains("sobel")), "what there is");
        assert_eq!("constant:-2".parse(), Ok(Border::Extend(Extension::Constant(-2.0))), "a constant");
        assert!("wrap".parse::<Border>().is_err() && "constant".parse::<Border>().is_err(), "no such border");
        assert_eq!("fill:0".parse(), Ok(Gaps::Fill(0.0)), "a value for gaps");
        assert!("fill:inf".parse::<Gaps>().is_err(), "which is finite");
        let stencil: Stencil = "gaussian:2".parse().expect("a name");
        assert_eq!(stencil.to_string().parse(), Ok(stencil), "the text reads back");
    }
}
