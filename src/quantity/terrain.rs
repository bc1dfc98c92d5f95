//! Terrain: what a height over a plane of x (east) and y (north) is asked for, by GDAL's definitions.
//!
//! With p = z·∂f/∂x and q = z·∂f/∂y in metres per metre (z the z-factor; coordinates in degrees become metres by
//! [`crate::grid::earth`]) and r, s, t the second derivatives ∂²/∂x², ∂²/∂x∂y, ∂²/∂y²:
//!
//! | name | meaning |
//! |---|---|
//! | `slope`, `slope:percent`, `slope:radians` | atan √(p² + q²) in degrees or radians; 100·√(p² + q²) |
//! | `aspect` | direction of steepest descent in degrees, 0 = north, clockwise, [0, 360); flat ground has none |
//! | `aspect:trigonometric` | the same counted from east, counter-clockwise |
//! | `hillshade`, `hillshade:A,H` | 1 + 254·max(0, cos of the angle between the normal and the light from azimuth A = 315° at height H = 45°) |
//! | `hillshade:combined` | 1 + 254·(1 − (4/π²)·angle·slope), the shade darkened with the slope |
//! | `hillshade:multidirectional` | light from 225°, 270°, 315° and 360°, weighed by sin² of its angle to the aspect (Mark, USGS OFR 92-422) |
//! | `curvature:profile` | −(p²r + 2pqs + q²t)/((p² + q²)(1 + p² + q²)^{3/2}), along the line of steepest descent |
//! | `curvature:plan` | −(q²r − 2pqs + p²t)/(p² + q²)^{3/2}, of the contour line |
//! | `curvature:mean` | −((1 + q²)r − 2pqs + (1 + p²)t)/(2(1 + p² + q²)^{3/2}) |
//! | `curvature:gaussian` | (rt − s²)/(1 + p² + q²)² |
//! | `tpi` | height over the mean of the eight neighbours |
//! | `tri`, `tri:wilson` | √Σ(fₖ − f)² over the eight neighbours (Riley et al. 1999); mean of the absolute values (Wilson et al. 2007) |
//! | `roughness` | largest minus smallest of the nine heights (Wilson et al. 2007) |
//!
//! Slope and aspect are Horn's or Zevenbergen and Thorne's by the scheme. Curvatures are positive on ridges and hilltops (Florinsky,
//! *Digital Terrain Analysis*, 2nd ed., ch. 2); profile and plan have no value on flat ground. GDAL divides by the cell size for
//! the slope but not for the aspect, which is wrong for cells that are not square; here both are slopes of the same surface.

use super::norm;
use crate::expr::graph::{Graph, NodeId, TooLarge};
use crate::expr::op::Op;
use crate::expr::source::SourceId;
use crate::method::{Differentiator, Metric};
use std::f64::consts::PI;

/// What is asked of a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Terrain {
    /// Steepness.
    Slope(SlopeUnit),
    /// Direction of steepest descent.
    Aspect(AspectRule),
    /// Brightness under a light.
    Hillshade(Hillshade),
    /// Curvature of this kind.
    Curvature(Curvature),
    /// Topographic position index.
    Tpi,
    /// Terrain ruggedness index.
    Tri(Ruggedness),
    /// Range of heights.
    Roughness,
}

/// The unit of a slope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlopeUnit {
    /// Degrees from the horizontal.
    Degrees,
    /// Radians from the horizontal.
    Radians,
    /// Rise over run in hundredths.
    Percent,
}

/// How an aspect is counted, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AspectRule {
    /// From north, clockwise.
    Compass,
    /// From east, counter-clockwise.
    Trigonometric,
}

/// Where the light comes from, in degrees: azimuth from north clockwise, height above the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hillshade {
    /// One light.
    Single(f64, f64),
    /// One light, darkened with the slope.
    Combined(f64, f64),
    /// Four lights from the west to the north, at this height.
    Multidirectional(f64),
}

/// A curvature of the surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curvature {
    /// Along the line of steepest descent.
    Profile,
    /// Of the contour line.
    Plan,
    /// Mean of the principal curvatures.
    Mean,
    /// Product of the principal curvatures.
    Gaussian,
}

/// A ruggedness index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruggedness {
    /// Root of the sum of squares.
    Riley,
    /// Mean of the absolute values.
    Wilson,
}

impl Terrain {
    /// The quantity called `name` with these arguments; `None` if no quantity of terrain is called so.
    pub(super) fn parse(
        name: &str,
        argument: Option<&str>,
        number: &dyn Fn(&str) -> Option<f64>,
    ) -> Option<Result<Self, String>> {
        let argument = argument.map(str::trim);
        let not = |text: &str, known: &str| Err(format!("`{text}` is not known here; there are {known}"));
        Some(match (name, argument) {
            ("slope", None | Some("degrees")) => Ok(Self::Slope(SlopeUnit::Degrees)),
            ("slope", Some("radians")) => Ok(Self::Slope(SlopeUnit::Radians)),
            ("slope", Some("percent")) => Ok(Self::Slope(SlopeUnit::Percent)),
            ("slope", Some(other)) => not(other, "degrees, radians and percent"),
            ("aspect", None) => Ok(Self::Aspect(AspectRule::Compass)),
            ("aspect", Some("trigonometric")) => Ok(Self::Aspect(AspectRule::Trigonometric)),
            ("aspect", Some(other)) => not(other, "trigonometric"),
            ("hillshade", argument) => hillshade(argument, number).map(Self::Hillshade),
            ("curvature", Some("profile")) => Ok(Self::Curvature(Curvature::Profile)),
            ("curvature", Some("plan")) => Ok(Self::Curvature(Curvature::Plan)),
            ("curvature", Some("mean")) => Ok(Self::Curvature(Curvature::Mean)),
            ("curvature", Some("gaussian")) => Ok(Self::Curvature(Curvature::Gaussian)),
            ("curvature", _) => {
                Err("say which, as in `curvature:profile`; there are profile, plan, mean and gaussian".to_owned())
            }
            ("tri", None | Some("riley")) => Ok(Self::Tri(Ruggedness::Riley)),
            ("tri", Some("wilson")) => Ok(Self::Tri(Ruggedness::Wilson)),
            ("tri", Some(other)) => not(other, "riley and wilson"),
            ("tpi", None) => Ok(Self::Tpi),
            ("roughness", None) => Ok(Self::Roughness),
            ("tpi" | "roughness", Some(_)) => Err(format!("`{name}` takes nothing after it")),
            _ => return None,
        })
    }

    /// Its name, without arguments.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Slope(_) => "slope",
            Self::Aspect(_) => "aspect",
            Self::Hillshade(_) => "hillshade",
            Self::Curvature(_) => "curvature",
            Self::Tpi => "tpi",
            Self::Tri(_) => "tri",
            Self::Roughness => "roughness",
        }
    }

    /// Its name and node for the height `f` over x and y.
    pub(super) fn build(
        &self,
        g: &mut Graph,
        f: NodeId,
        differentiator: &Differentiator,
    ) -> Result<(String, NodeId), TooLarge> {
        let (label, node) = match self {
            Self::Slope(unit) => {
                let slopes = slopes(g, f, differentiator)?;
                let steepness = norm(g, &slopes);
                match unit {
                    SlopeUnit::Percent => ("slope in percent", g.scale(100.0, steepness)),
                    SlopeUnit::Radians => ("slope in radians", g.apply(Op::Atan, &[steepness])),
                    SlopeUnit::Degrees => {
                        let angle = g.apply(Op::Atan, &[steepness]);
                        ("slope in degrees", degrees(g, angle))
                    }
                }
            }
            Self::Aspect(rule) => {
                let [p, q] = slopes(g, f, differentiator)?.map(|slope| g.neg(slope));
                let angle = match rule {
                    AspectRule::Compass => g.apply(Op::Atan2, &[p, q]),
                    AspectRule::Trigonometric => g.apply(Op::Atan2, &[q, p]),
                };
                ("aspect in degrees", full_circle(g, angle))
            }
            Self::Hillshade(light) => {
                let slopes = slopes(g, f, differentiator)?;
                ("hillshade", light.build(g, slopes))
            }
            Self::Curvature(kind) => {
                let [p, q] = slopes(g, f, differentiator)?;
                let bends = bends(g, f, differentiator)?;
                (kind.label(), kind.build(g, p, q, bends))
            }
            Self::Tpi => {
                let (here, around) = neighbours(g, f, differentiator);
                let sum = g.sum(&around);
                let mean = g.scale(0.125, sum);
                ("tpi", g.sub(here, mean))
            }
            Self::Tri(rule) => {
                let (here, around) = neighbours(g, f, differentiator);
                let steps = around.map(|height| g.sub(height, here));
                match rule {
                    Ruggedness::Riley => {
                        let squares = steps.map(|step| g.mul(step, step));
                        let sum = g.sum(&squares);
                        ("tri", g.sqrt(sum))
                    }
                    Ruggedness::Wilson => {
                        let sizes = steps.map(|step| g.apply(Op::Abs, &[step]));
                        let sum = g.sum(&sizes);
                        ("tri", g.scale(0.125, sum))
                    }
                }
            }
            Self::Roughness => {
                let (here, around) = neighbours(g, f, differentiator);
                let all: Vec<NodeId> = std::iter::once(here).chain(around).collect();
                let (highest, lowest) = (g.apply(Op::Max, &all), g.apply(Op::Min, &all));
                ("roughness", g.sub(highest, lowest))
            }
        };
        Ok((label.to_owned(), node))
    }
}

fn hillshade(argument: Option<&str>, number: &dyn Fn(&str) -> Option<f64>) -> Result<Hillshade, String> {
    const USAGE: &str = "write `hillshade`, `hillshade:AZIMUTH,HEIGHT`, `hillshade:combined`, `hillshade:combined,AZIMUTH,HEIGHT`, `hillshade:multidirectional` or `hillshade:multidirectional,HEIGHT`, in degrees";
    let mut parts: Vec<&str> = argument.map_or(Vec::new(), |text| text.split(',').map(str::trim).collect());
    let kind = parts.first().copied().filter(|part| ["combined", "multidirectional"].contains(part));
    if kind.is_some() {
        parts.remove(0);
    }
    let mut angles = Vec::new();
    for part in parts {
        match number(part).filter(|angle| angle.is_finite()) {
            Some(angle) => angles.push(angle),
            None => return Err(format!("`{part}` is not a number; {USAGE}")),
        }
    }
    let light = match (kind, angles.as_slice()) {
        (Some("multidirectional"), []) => Hillshade::Multidirectional(45.0),
        (Some("multidirectional"), &[height]) => Hillshade::Multidirectional(height),
        (Some("combined"), []) => Hillshade::Combined(315.0, 45.0),
        (Some("combined"), &[azimuth, height]) => Hillshade::Combined(azimuth, height),
        (None, []) => Hillshade::Single(315.0, 45.0),
        (None, &[azimuth, height]) => Hillshade::Single(azimuth, height),
        _ => return Err(USAGE.to_owned()),
    };
    let (Hillshade::Single(_, height) | Hillshade::Combined(_, height) | Hillshade::Multidirectional(height)) = light;
    if !(0.0..=90.0).contains(&height) {
        return Err(format!("a light stands 0 to 90 degrees above the horizon, not {height}"));
    }
    Ok(light)
}

impl Hillshade {
    /// How much of the light level ground has, 0 to 1.
    #[must_use]
    pub fn on_level_ground(self) -> f64 {
        match self {
            Self::Single(_, height) | Self::Multidirectional(height) => height.to_radians().sin(),
            // It darkens by the slope.
            Self::Combined(..) => 1.0,
        }
    }

    fn build(self, g: &mut Graph, [p, q]: [NodeId; 2]) -> NodeId {
        let (pp, qq) = (g.mul(p, p), g.mul(q, q));
        let square = g.add(pp, qq);
        let one = g.constant(1.0);
        let longer = g.add(one, square);
        let length = g.sqrt(longer);
        // The normal is (−p, −q, 1)/length; this is its product with the direction of a light, times the length.
        let toward = |g: &mut Graph, azimuth: f64, height: f64| {
            let (azimuth, height) = (azimuth.to_radians(), height.to_radians());
            let east = g.scale(azimuth.sin() * height.cos(), p);
            let north = g.scale(azimuth.cos() * height.cos(), q);
            let up = g.constant(height.sin());
            let rest = g.sub(up, east);
            g.sub(rest, north)
        };
        let zero = g.constant(0.0);
        match self {
            Self::Single(azimuth, height) => {
                let light = toward(g, azimuth, height);
                let cosine = g.div(light, length);
                let lit = g.apply(Op::Max, &[zero, cosine]);
                shade(g, lit)
            }
            Self::Combined(azimuth, height) => {
                let light = toward(g, azimuth, height);
                let cosine = g.div(light, length);
                // Rounding may carry the cosine beyond one.
                let minus_one = g.constant(-1.0);
                let cosine = g.apply(Op::Max, &[minus_one, cosine]);
                let cosine = g.apply(Op::Min, &[one, cosine]);
                let (angle, steepness) = (g.apply(Op::Acos, &[cosine]), g.sqrt(square));
                let slope = g.apply(Op::Atan, &[steepness]);
                let product = g.mul(angle, slope);
                let dark = g.scale(4.0 / (PI * PI), product);
                let lit = g.sub(one, dark);
                let lit = g.apply(Op::Max, &[zero, lit]);
                shade(g, lit)
            }
            Self::Multidirectional(height) => {
                let (half, pq) = (g.scale(0.5, square), g.mul(p, q));
                let (south, north) = (g.add(half, pq), g.sub(half, pq));
                let mut terms = Vec::new();
                for (azimuth, weight) in [(225.0, south), (270.0, pp), (315.0, north), (360.0, qq)] {
                    let light = toward(g, azimuth, height);
                    let lit = g.apply(Op::Max, &[zero, light]);
                    terms.push(g.mul(weight, lit));
                }
                let sum = g.sum(&terms);
                let mean = g.div(sum, square);
                let mean = g.div(mean, length);
                // The weights sum to two.
                let mean = g.scale(0.5, mean);
                let (flat, level) = (g.compare(Op::Eq, square, 0.0), g.constant(height.to_radians().sin()));
                let lit = g.select(flat, level, mean);
                shade(g, lit)
            }
        }
    }
}

impl Curvature {
    fn label(self) -> &'static str {
        match self {
            Self::Profile => "profile curvature",
            Self::Plan => "plan curvature",
            Self::Mean => "mean curvature",
            Self::Gaussian => "Gaussian curvature",
        }
    }

    fn build(self, g: &mut Graph, p: NodeId, q: NodeId, [r, s, t]: [NodeId; 3]) -> NodeId {
        let (pp, qq, pq) = (g.mul(p, p), g.mul(q, q), g.mul(p, q));
        let (square, one) = (g.add(pp, qq), g.constant(1.0));
        let longer = g.add(one, square);
        let twice = g.mul(pq, s);
        let twice = g.scale(2.0, twice);
        let cubed = |g: &mut Graph, square: NodeId| {
            let root = g.sqrt(square);
            g.mul(square, root)
        };
        let (top, bottom) = match self {
            Self::Profile => {
                let (a, b) = (g.mul(pp, r), g.mul(qq, t));
                let top = g.add(a, twice);
                let cube = cubed(g, longer);
                (g.add(top, b), g.mul(square, cube))
            }
            Self::Plan => {
                let (a, b) = (g.mul(qq, r), g.mul(pp, t));
                let top = g.sub(a, twice);
                (g.add(top, b), cubed(g, square))
            }
            Self::Mean => {
                let (a, b) = (g.add(one, qq), g.add(one, pp));
                let (a, b) = (g.mul(a, r), g.mul(b, t));
                let top = g.sub(a, twice);
                let cube = cubed(g, longer);
                (g.add(top, b), g.scale(2.0, cube))
            }
            Self::Gaussian => {
                let (a, b) = (g.mul(r, t), g.mul(s, s));
                let (top, bottom) = (g.sub(a, b), g.mul(longer, longer));
                return g.div(top, bottom);
            }
        };
        let ratio = g.div(top, bottom);
        g.neg(ratio)
    }
}

/// (p, q): metres up for a metre east and north.
fn slopes(g: &mut Graph, f: NodeId, differentiator: &Differentiator) -> Result<[NodeId; 2], TooLarge> {
    let partials = differentiator.gradient(g, f)?;
    let zero = g.constant(0.0);
    let mut slopes = [zero; 2];
    for (axis, (slope, partial)) in slopes.iter_mut().zip(partials).enumerate() {
        *slope = measured(g, partial, differentiator, &[axis]);
    }
    Ok(slopes)
}

/// (r, s, t): the second derivatives per metre.
fn bends(g: &mut Graph, f: NodeId, differentiator: &Differentiator) -> Result<[NodeId; 3], TooLarge> {
    let zero = g.constant(0.0);
    let mut bends = [zero; 3];
    for (bend, by) in bends.iter_mut().zip([[0, 0], [0, 1], [1, 1]]) {
        let second = differentiator.second(g, f, by[0], by[1])?;
        *bend = measured(g, second, differentiator, &by);
    }
    Ok(bends)
}

/// A derivative by the axes `by` in metres of height and ground.
fn measured(g: &mut Graph, mut derivative: NodeId, differentiator: &Differentiator, by: &[usize]) -> NodeId {
    let relief = differentiator.relief();
    let mut height = relief.z_factor;
    for &axis in by {
        match relief.metric.get(axis) {
            None => {}
            Some(Metric::Even(run)) => height /= run,
            Some(Metric::Along(along, runs)) => {
                let run = g.column(*along, runs);
                derivative = g.div(derivative, run);
            }
        }
    }
    g.scale(height, derivative)
}

/// The height of the cell and of its eight neighbours, row by row.
fn neighbours(g: &mut Graph, f: NodeId, differentiator: &Differentiator) -> (NodeId, [NodeId; 8]) {
    const AROUND: [[i16; 3]; 8] =
        [[-1, -1, 0], [0, -1, 0], [1, -1, 0], [-1, 0, 0], [1, 0, 0], [-1, 1, 0], [0, 1, 0], [1, 1, 0]];
    let source: SourceId = g.plane(f);
    let z_factor = differentiator.relief().z_factor;
    let mut height = |offset| {
        let tap = g.tap(source, offset);
        g.scale(z_factor, tap)
    };
    (height([0; 3]), AROUND.map(height))
}

/// 1 + 254·`lit`
fn shade(g: &mut Graph, lit: NodeId) -> NodeId {
    let (levels, one) = (g.scale(254.0, lit), g.constant(1.0));
    g.add(one, levels)
}

fn degrees(g: &mut Graph, radians: NodeId) -> NodeId {
    g.scale(180.0 / PI, radians)
}

/// An angle in (−π, π] as degrees in [0, 360).
fn full_circle(g: &mut Graph, radians: NodeId) -> NodeId {
    let (angle, turn, zero) = (degrees(g, radians), g.constant(360.0), g.constant(0.0));
    let turned = g.add(angle, turn);
    // An angle just below zero may round to a full turn.
    let (negative, whole) = (g.compare(Op::Lt, angle, 0.0), g.apply(Op::Ge, &[turned, turn]));
    let turned = g.select(whole, zero, turned);
    g.select(negative, turned, angle)
}

#[cfg(test)]
mod tests;
