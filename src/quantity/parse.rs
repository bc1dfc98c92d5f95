//! Reads the names of quantities, with what stands after their colon.

use super::terrain::Terrain;
use super::{Quantity, QuantityError, saliency};
use crate::expr::names::nearest;
use crate::method::scheme;

impl Quantity {
    /// Reads a quantity; `number` reads a number or constant formula such as `pi/4`.
    ///
    /// # Errors
    /// An unknown name, or arguments that do not fit.
    pub fn parse(
        text: &str,
        variables: &[String],
        number: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<Self, QuantityError> {
        let (name, argument) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let bad = |problem: String| QuantityError::Argument { quantity: text.to_owned(), problem };
        let plain = match name.trim() {
            "value" => Some(Self::Value),
            "gradient" => Some(Self::Gradient),
            "magnitude" => Some(Self::Magnitude),
            "direction" => Some(Self::Direction),
            "ascent" => Some(Self::Ascent),
            "descent" => Some(Self::Descent),
            "normal" => Some(Self::Normal),
            "laplacian" => Some(Self::Laplacian),
            "hessian" => Some(Self::Hessian),
            "hessian-det" => Some(Self::HessianDet),
            _ => None,
        };
        if let Some(terrain) = Terrain::parse(name.trim(), argument, number) {
            return terrain.map(Self::Terrain).map_err(bad);
        }
        match (plain, name.trim(), argument) {
            (Some(quantity), _, None) => Ok(quantity),
            (Some(_), name, Some(_)) => Err(bad(format!("`{name}` takes nothing after it"))),
            (None, "partial", Some(argument)) if !argument.trim().is_empty() => {
                let index = |name: &str| {
                    variables.iter().position(|variable| variable == name.trim()).ok_or_else(|| {
                        QuantityError::NoVariable { name: name.trim().to_owned(), variables: variables.to_vec() }
                    })
                };
                let by: Vec<usize> = argument.split(',').map(index).collect::<Result<_, _>>()?;
                if by.len() > 4 {
                    return Err(bad(format!("derivatives go to order 4, and this is order {}", by.len())));
                }
                Ok(Self::Partial(by))
            }
            (None, "partial", _) => Err(bad("say by which variable, as in `partial:x` or `partial:x,y`".to_owned())),
            (None, aspect @ ("mask" | "bound" | "digits"), argument) => {
                let base = argument.map(|base| Self::parse(base, variables, number)).transpose()?;
                match (aspect, base) {
                    (_, Some(Self::Mask(_) | Self::Bound(_) | Self::Digits(_))) => {
                        Err(bad(format!("`{aspect}` is of a quantity such as `magnitude`")))
                    }
                    ("mask", base) => Ok(Self::Mask(Box::new(base.unwrap_or(Self::Gradient)))),
                    ("bound", None) => Ok(Self::Bound(vec![Self::Value, Self::Gradient])),
                    ("bound", Some(base)) => Ok(Self::Bound(vec![base])),
                    (_, base) => Ok(Self::Digits(Box::new(base.unwrap_or(Self::Value)))),
                }
            }
            (None, "saliency", argument) => {
                match argument.map_or(Some(saliency::SIGMA), number).and_then(scheme::sigma) {
                    Some(sigma) => Ok(Self::Saliency(sigma)),
                    None => Err(bad(format!("σ is a number of cells above 0 and up to {}", scheme::MAX_SIGMA))),
                }
            }
            (None, "directional", Some(argument)) => directional(argument, variables.len(), number).map_err(bad),
            (None, "directional", None) => {
                Err(bad("say in which direction, as in `directional:pi/4` or `directional:1,2`".to_owned()))
            }
            (None, name, _) => Err(QuantityError::Unknown {
                name: name.to_owned(),
                suggestion: nearest(name, Self::NAMES.into_iter()),
            }),
        }
    }
}

fn directional(argument: &str, variables: usize, number: &dyn Fn(&str) -> Option<f64>) -> Result<Quantity, String> {
    let parts: Vec<&str> = argument.split(',').map(str::trim).collect();
    let read = |part: &str| match part.strip_suffix("deg").or_else(|| part.strip_suffix('°')) {
        Some(degrees) => number(degrees.trim()).map(f64::to_radians),
        None => number(part),
    };
    let mut u = Vec::new();
    for part in &parts {
        match read(part).filter(|value| value.is_finite()) {
            Some(value) => u.push(value),
            None => return Err(format!("`{part}` is not a number; write it like `pi/4`, `45deg` or `1,2`")),
        }
    }
    if let ([angle], 2) = (u.as_slice(), variables) {
        u = vec![angle.cos(), angle.sin()];
    }
    if u.len() != variables {
        return Err(format!("a direction for {variables} variables has {variables} parts, not {}", u.len()));
    }
    let length = u.iter().fold(0.0, |length: f64, part| length.hypot(*part));
    if length == 0.0 || !length.is_finite() {
        return Err("the direction has no length; give a vector that is not zero".to_owned());
    }
    Ok(Quantity::Directional(u))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::formula::constant;

    #[test]
    fn misspelt_quantities_are_explained() {
        let names = ["x", "y"].map(str::to_owned);
        let parse = |text: &str| Quantity::parse(text, &names, &constant).map_err(|error| error.to_string());
        assert!(parse("gradiant").is_err_and(|text| text.contains("did you mean `gradient`")), "nearest name");
        assert!(parse("partial:q").is_err_and(|text| text.contains("x, y")), "the variables there are");
        assert!(parse("partial").is_err_and(|text| text.contains("partial:x")), "an example");
        assert!(parse("directional:0,0").is_err_and(|text| text.contains("no length")), "a zero vector");
        assert!(parse("magnitude:x").is_err(), "nothing may follow");
        assert!(parse("bound:mask").is_err(), "no bound of a mask");
        assert_eq!(parse("directional:90deg").map(|q| q.to_string()), Ok("directional".to_owned()), "degrees");
    }
}
