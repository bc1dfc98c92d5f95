//! Quantities: the names of what can be asked of a function, turned into more nodes of its graph.
//!
//! For f of the variables x₁ … xₙ:
//!
//! | name | planes | meaning |
//! |---|---|---|
//! | `value` | 1 | f |
//! | `partial:x`, `partial:x,y` | 1 | ∂f/∂x, ∂²f/∂x∂y, … |
//! | `gradient` | n | ∇f = (∂f/∂x₁, …, ∂f/∂xₙ) |
//! | `magnitude` | 1 | ‖∇f‖, the steepest slope |
//! | `direction` | 1 | angle of ∇f in (−π, π], n = 2 |
//! | `ascent`, `descent` | n | ±∇f/‖∇f‖, the unit vectors of steepest ascent and descent |
//! | `normal` | n | unit normal of the level set through the point, uphill |
//! | `directional:A`, `directional:u,v` | 1 | slope ∇f·u along the unit vector u at angle A, or along (u, v) |
//! | `laplacian` | 1 | Σ ∂²f/∂xᵢ² |
//! | `hessian` | n(n+1)/2 | second partials, the upper triangle row by row |
//! | `hessian-det` | 1 | determinant of the Hessian, n ≤ 4 |
//! | `slope`, `aspect`, `hillshade`, `curvature:K`, `tpi`, `tri`, `roughness` | 1 | f as the height of terrain: [`terrain`] |
//! | `saliency`, `saliency:σ` | 1 | ‖∇f‖ averaged by a Gaussian of σ cells, 2 if not said |
//! | `mask`, `mask:Q` | 1 | why a cell of quantity Q has no value, a code of [`crate::program::mask`]; of the gradient if not said |
//! | `bound`, `bound:Q` | as Q | what the computed `f32` value is off by at most; of f and its partials if not said |
//! | `digits`, `digits:Q` | as Q | correct decimal digits that this leaves; of f if not said |
//!
//! Where ∇f = 0 there is no direction: `direction`, `ascent`, `descent` and `normal` are masked there. Every quantity is
//! masked where f itself is undefined.

mod parse;
mod saliency;
pub mod terrain;

use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::expr::op::Op;
use crate::method::sampling::SamplingError;
use crate::method::scheme::Stencil;
use crate::method::{Differentiator, Method};
use crate::program::{Plane, bound, mask, validity};
use std::fmt;
use terrain::Terrain;
use thiserror::Error;

/// What is asked of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// f itself.
    Value,
    /// A partial derivative by the variables of these indices, one after the other.
    Partial(Vec<usize>),
    /// All first partials.
    Gradient,
    /// ‖∇f‖.
    Magnitude,
    /// Angle of ∇f.
    Direction,
    /// ∇f/‖∇f‖.
    Ascent,
    /// −∇f/‖∇f‖.
    Descent,
    /// Unit level-set normal.
    Normal,
    /// ∇f·u along this vector, which is normalised.
    Directional(Vec<f64>),
    /// Sum of the unmixed second partials.
    Laplacian,
    /// Second partials, upper triangle.
    Hessian,
    /// Determinant of the Hessian.
    HessianDet,
    /// f as the height of terrain.
    Terrain(Terrain),
    /// ‖∇f‖ averaged by a Gaussian of so many cells.
    Saliency(f64),
    /// Why cells of a quantity have no value.
    Mask(Box<Self>),
    /// Error bounds of quantities.
    Bound(Vec<Self>),
    /// Correct decimal digits of a quantity.
    Digits(Box<Self>),
}

/// Why a quantity cannot be had.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum QuantityError {
    /// No such name.
    #[error("there is no quantity `{name}`; there are {}{}", Quantity::NAMES.join(", "), hint(.suggestion))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name.
        suggestion: Option<&'static str>,
    },
    /// A partial by something that is no variable.
    #[error("`{name}` is not a variable of this function; its variables are {}", .variables.join(", "))]
    NoVariable {
        /// What was asked for.
        name: String,
        /// What there is.
        variables: Vec<String>,
    },
    /// A part after the colon that cannot be read.
    #[error("`{quantity}`: {problem}")]
    Argument {
        /// The quantity as written.
        quantity: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The quantity needs another number of variables.
    #[error("`{quantity}` is for functions of {needs}, and this one has {has}; {advice}")]
    Dimension {
        /// The quantity.
        quantity: &'static str,
        /// How many variables it takes, in words.
        needs: &'static str,
        /// How many there are.
        has: usize,
        /// What to ask for instead.
        advice: &'static str,
    },
    /// A method that evaluates the function between nodes.
    #[error(
        "`{0}` evaluates the function between the nodes of the grid, where arrays have no values; use `exact` or `grid`"
    )]
    Method(Method),
    /// The samples cannot be differenced so.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The derivatives outgrow the graph.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

fn hint(suggestion: &Option<&'static str>) -> String {
    suggestion.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

/// A plane with what it is off by at most.
struct Bounded {
    name: String,
    value: NodeId,
    bound: NodeId,
}

impl Quantity {
    /// The names, as they are written; a name with a colon takes arguments after it.
    pub const NAMES: [&'static str; 23] = [
        "value",
        "partial:",
        "gradient",
        "magnitude",
        "direction",
        "ascent",
        "descent",
        "normal",
        "directional:",
        "laplacian",
        "hessian",
        "hessian-det",
        "slope",
        "aspect",
        "hillshade",
        "curvature:",
        "tpi",
        "tri",
        "roughness",
        "saliency",
        "mask",
        "bound",
        "digits",
    ];

    /// The planes of this quantity for the function `f` of `names`, with where they are defined.
    ///
    /// # Errors
    /// A number of variables that the quantity is not for, or derivatives that outgrow the graph.
    pub fn planes(
        &self,
        g: &mut Graph,
        f: NodeId,
        names: &[String],
        differentiator: &Differentiator,
    ) -> Result<Vec<Plane>, QuantityError> {
        match self {
            Self::Mask(base) => {
                let (f, outputs) = base.lowered(g, f, names, differentiator)?;
                let values: Vec<NodeId> = outputs.into_iter().map(|(_, value)| value).collect();
                let value = mask::code(g, f, &values, **base != Self::Value);
                Ok(vec![Plane { name: format!("mask of {base}"), value, valid: None }])
            }
            Self::Bound(bases) => {
                let mut planes = Vec::new();
                for base in bases {
                    let (f, bounds) = base.bounds(g, f, names, differentiator)?;
                    for Bounded { name, value, bound } in bounds {
                        let valid = validity::defined(g, &[f, value]);
                        planes.push(Plane { name: format!("bound of {name}"), value: bound, valid });
                    }
                }
                Ok(planes)
            }
            Self::Digits(base) => {
                let (f, bounds) = base.bounds(g, f, names, differentiator)?;
                let planes = bounds.into_iter().map(|Bounded { name, value, bound }| {
                    let valid = validity::defined(g, &[f, value]);
                    Plane { name: format!("digits of {name}"), value: bound::digits(g, value, bound), valid }
                });
                Ok(planes.collect())
            }
            _ => {
                let (f, outputs) = self.lowered(g, f, names, differentiator)?;
                Ok(outputs.into_iter().map(|(name, value)| Plane::of(g, f, name, value)).collect())
            }
        }
    }

    /// f and the values of this quantity, with derivatives of sampled values as values of neighbouring cells.
    fn lowered(
        &self,
        g: &mut Graph,
        f: NodeId,
        names: &[String],
        differentiator: &Differentiator,
    ) -> Result<(NodeId, Vec<(String, NodeId)>), QuantityError> {
        let method = differentiator.method();
        if !matches!(method, Method::Exact | Method::Grid) && !g.sources_of(&[f]).is_empty() {
            return Err(QuantityError::Method(method));
        }
        let outputs = self.build(g, f, names, differentiator)?;
        let roots: Vec<NodeId> = std::iter::once(f).chain(outputs.iter().map(|(_, value)| *value)).collect();
        let lowered = differentiator.lower(g, &roots)?;
        let outputs = outputs.into_iter().zip(&lowered[1..]).map(|((name, _), &value)| (name, value));
        Ok((lowered[0], outputs.collect()))
    }

    /// f, and name, value and error bound of each plane; the truncation of a difference formula counts as error.
    fn bounds(
        &self,
        g: &mut Graph,
        f: NodeId,
        names: &[String],
        differentiator: &Differentiator,
    ) -> Result<(NodeId, Vec<Bounded>), QuantityError> {
        let (lowered, outputs) = self.lowered(g, f, names, differentiator)?;
        let exact = match differentiator.method() {
            Method::Exact => outputs.clone(),
            _ => self.lowered(g, f, names, &differentiator.exactly())?.1,
        };
        let pairs = outputs.into_iter().zip(exact);
        let bounds = pairs
            .map(|((name, value), (_, exact))| {
                let (bound, value) =
                    if value == exact { bound::bound(g, value) } else { bound::against_exact(g, value, exact) };
                Bounded { name, value, bound }
            })
            .collect();
        Ok((lowered, bounds))
    }

    /// The values of this quantity for the function `f` of `names`, as named nodes.
    ///
    /// Masks, bounds and digits are of other quantities, and have planes only: see [`Quantity::planes`].
    ///
    /// # Errors
    /// A number of variables that the quantity is not for, or derivatives that outgrow the graph.
    pub fn build(
        &self,
        g: &mut Graph,
        f: NodeId,
        names: &[String],
        differentiator: &Differentiator,
    ) -> Result<Vec<(String, NodeId)>, QuantityError> {
        let n = names.len();
        let dimension = |quantity, needs, advice| QuantityError::Dimension { quantity, needs, has: n, advice };
        match self {
            Self::Value => Ok(vec![("f".to_owned(), f)]),
            Self::Partial(by) => {
                let mut node = f;
                for &variable in by {
                    node = differentiator.partial(g, node, variable, by.len())?;
                }
                Ok(vec![(partial_name(by, names), node)])
            }
            Self::Gradient => {
                let partials = differentiator.gradient(g, f)?;
                Ok(partials.into_iter().enumerate().map(|(i, node)| (partial_name(&[i], names), node)).collect())
            }
            Self::Magnitude => {
                let partials = differentiator.gradient(g, f)?;
                Ok(vec![("‖∇f‖".to_owned(), norm(g, &partials))])
            }
            Self::Direction if n == 2 => {
                let partials = differentiator.gradient(g, f)?;
                Ok(vec![("∠∇f".to_owned(), g.apply(Op::Atan2, &[partials[1], partials[0]]))])
            }
            Self::Direction => {
                Err(dimension("direction", "two variables", "ask for `ascent`, the unit vector, instead"))
            }
            Self::Ascent => unit(g, f, names, differentiator, "ascent", false),
            Self::Descent => unit(g, f, names, differentiator, "descent", true),
            Self::Normal => unit(g, f, names, differentiator, "n", false),
            Self::Directional(u) if u.len() == n => {
                let partials = differentiator.gradient(g, f)?;
                let length = u.iter().fold(0.0, |length: f64, part| length.hypot(*part));
                let mut terms = Vec::new();
                for (&partial, &part) in partials.iter().zip(u) {
                    if part != 0.0 {
                        terms.push(g.scale(part / length, partial));
                    }
                }
                let parts: Vec<String> = u.iter().map(|part| format!("{part:.4}")).collect();
                let parts: Vec<&str> =
                    parts.iter().map(|part| part.trim_end_matches('0').trim_end_matches('.')).collect();
                Ok(vec![(format!("D_u f, u ∥ ({})", parts.join(", ")), g.sum(&terms))])
            }
            Self::Directional(_) => Err(dimension(
                "directional",
                "as many variables as the direction has parts",
                "give one number per variable, as in `directional:1,0,2`",
            )),
            Self::Laplacian => {
                let mut terms = Vec::new();
                for i in 0..n {
                    terms.push(differentiator.second(g, f, i, i)?);
                }
                Ok(vec![("∇²f".to_owned(), g.sum(&terms))])
            }
            Self::Hessian => {
                let mut planes = Vec::new();
                for i in 0..n {
                    for j in i..n {
                        planes.push((partial_name(&[i, j], names), differentiator.second(g, f, i, j)?));
                    }
                }
                Ok(planes)
            }
            Self::HessianDet if n <= 4 => {
                let mut rows = Vec::new();
                for i in 0..n {
                    // Equal entries of a symmetric matrix are made from the same pair, so that they are one node.
                    let row = (0..n).map(|j| differentiator.second(g, f, i.min(j), i.max(j)));
                    rows.push(row.collect::<Result<Vec<NodeId>, TooLarge>>()?);
                }
                Ok(vec![("det H".to_owned(), determinant(g, &rows))])
            }
            Self::Terrain(terrain) if n == 2 => Ok(vec![terrain.build(g, f, differentiator)?]),
            Self::Terrain(terrain) => {
                Err(dimension(terrain.name(), "two variables", "heights stand over a plane of x and y"))
            }
            Self::Saliency(sigma) => Ok(vec![("saliency".to_owned(), saliency::of(g, &[f], differentiator, *sigma)?)]),
            Self::Mask(base) | Self::Digits(base) => base.build(g, f, names, differentiator),
            Self::Bound(bases) => {
                let mut values = Vec::new();
                for base in bases {
                    values.extend(base.build(g, f, names, differentiator)?);
                }
                Ok(values)
            }
            Self::HessianDet => Err(dimension("hessian-det", "at most four variables", "ask for `hessian` instead")),
        }
    }

    /// Whether this tells of another quantity rather than of the function.
    #[must_use]
    pub fn is_report(&self) -> bool {
        matches!(self, Self::Mask(_) | Self::Bound(_) | Self::Digits(_))
    }

    /// Whether the values are angles, which a cyclic colormap suits.
    #[must_use]
    pub fn is_angle(&self) -> bool {
        matches!(self, Self::Direction | Self::Terrain(Terrain::Aspect(_)))
    }

    /// Whether the mean of neighbouring values is a value of the quantity, too: not of angles, unit vectors, codes and bounds.
    #[must_use]
    pub fn has_means(&self) -> bool {
        !(self.is_angle() || self.is_report() || matches!(self, Self::Ascent | Self::Descent | Self::Normal))
    }

    /// The stencil that differences sampled values for it, if none is asked for.
    #[must_use]
    pub fn own_stencil(&self) -> Stencil {
        match self {
            Self::Terrain(_) => Stencil::Horn,
            Self::Saliency(_) => Stencil::Sobel,
            Self::Mask(base) | Self::Digits(base) => base.own_stencil(),
            Self::Bound(bases) => bases.first().map_or(Stencil::Central, Self::own_stencil),
            _ => Stencil::Central,
        }
    }
}

impl fmt::Display for Quantity {
    /// The name as it is written, without its arguments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "value",
            Self::Partial(_) => "partial",
            Self::Gradient => "gradient",
            Self::Magnitude => "magnitude",
            Self::Direction => "direction",
            Self::Ascent => "ascent",
            Self::Descent => "descent",
            Self::Normal => "normal",
            Self::Directional(_) => "directional",
            Self::Laplacian => "laplacian",
            Self::Hessian => "hessian",
            Self::HessianDet => "hessian-det",
            Self::Terrain(terrain) => terrain.name(),
            Self::Saliency(_) => "saliency",
            Self::Mask(_) => "mask",
            Self::Bound(_) => "bound",
            Self::Digits(_) => "digits",
        })
    }
}

/// √(Σ vᵢ²), without overflow.
pub(crate) fn norm(g: &mut Graph, parts: &[NodeId]) -> NodeId {
    match parts {
        [] => g.constant(0.0),
        [one] => g.apply(Op::Abs, &[*one]),
        _ => g.apply(Op::Hypot, parts),
    }
}

fn unit(
    g: &mut Graph,
    f: NodeId,
    names: &[String],
    differentiator: &Differentiator,
    label: &str,
    reversed: bool,
) -> Result<Vec<(String, NodeId)>, QuantityError> {
    let partials = differentiator.gradient(g, f)?;
    let length = norm(g, &partials);
    // Divided by a length that overflows, a component would be a made-up 0; the infinite length itself is masked.
    let fits = g.compare(Op::Lt, length, f64::INFINITY);
    let mut planes = Vec::new();
    for (name, partial) in names.iter().zip(partials) {
        let part = g.div(partial, length);
        let part = g.select(fits, part, length);
        planes.push((format!("{label}_{name}"), if reversed { g.neg(part) } else { part }));
    }
    Ok(planes)
}

fn partial_name(by: &[usize], names: &[String]) -> String {
    const POWERS: [&str; 5] = ["", "", "²", "³", "⁴"];
    let order = POWERS.get(by.len()).copied().unwrap_or("ⁿ");
    let mut below = String::new();
    let mut rest = by;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|&&next| next == first).count();
        below += &format!("∂{}{}", names[first], POWERS.get(run).copied().unwrap_or(""));
        rest = &rest[run..];
    }
    format!("∂{order}f/{below}")
}

/// Laplace expansion along the first row; at most 4 × 4, so at most 24 products.
fn determinant(g: &mut Graph, rows: &[Vec<NodeId>]) -> NodeId {
    if let [only] = rows {
        return only[0];
    }
    let mut total = None;
    for column in 0..rows.len() {
        let minor: Vec<Vec<NodeId>> = rows[1..]
            .iter()
            .map(|row| row.iter().enumerate().filter(|(j, _)| *j != column).map(|(_, &entry)| entry).collect())
            .collect();
        let minor = determinant(g, &minor);
        let term = g.mul(rows[0][column], minor);
        total = Some(match total {
            None => term,
            Some(sum) if column % 2 == 1 => g.sub(sum, term),
            Some(sum) => g.add(sum, term),
        });
    }
    total.unwrap_or_else(|| g.constant(1.0))
}

#[cfg(test)]
mod tests;
