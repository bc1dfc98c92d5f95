//! Formulas: a text with its names, resolved into a graph.

use crate::expr::diagnostic::ParseError;
use crate::expr::graph::{Graph, NodeId};
use crate::expr::names::Names;
use crate::expr::resolve;

/// A scalar function of several variables, read from text.
///
/// ```
/// use gradgrid::Formula;
///
/// let f = Formula::parse("x²y + sin y")?;
/// assert_eq!(f.dimension(), 2);
/// # Ok::<(), gradgrid::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Formula {
    text: String,
    graph: Graph,
    root: NodeId,
    names: Names,
    values: Vec<f64>,
}

impl Formula {
    /// Reads a formula of the variables x, y, z and w.
    ///
    /// # Errors
    /// [`ParseError`], which points at the place and says what was expected.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::with_names(text, Names::default(), Vec::new())
    }

    /// Reads a formula with other variables, and with parameters of the given values (missing ones are 0).
    ///
    /// # Errors
    /// [`ParseError`], which points at the place and says what was expected.
    pub fn with_names(text: &str, names: Names, values: Vec<f64>) -> Result<Self, ParseError> {
        let mut graph = Graph::new();
        let root = resolve::parse_into(text, &names, &mut graph)?;
        Ok(Self { text: text.to_owned(), graph, root, names, values })
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The graph that holds it.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Its node in the graph.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The names of its variables, x first, also of those it does not use.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.names.variables
    }

    /// The names of its parameters.
    #[must_use]
    pub fn parameters(&self) -> &[String] {
        &self.names.parameters
    }

    /// The values of its parameters.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many variables it needs: the number of the last one that it uses, at least 1.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.graph.axes_of(self.root)
    }

    /// The names of its arrays.
    pub fn arrays(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.arrays.iter().map(|(name, _)| name.as_str())
    }
}

/// Reads a number or a constant formula such as `pi/4`.
#[must_use]
pub fn constant(text: &str) -> Option<f64> {
    let names = Names { variables: Vec::new(), parameters: Vec::new(), arrays: Vec::new() };
    let mut graph = Graph::new();
    let root = resolve::parse_into(text, &names, &mut graph).ok()?;
    graph.as_constant(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dimension_is_that_of_the_last_variable_used() {
        let dimension = |text| Formula::parse(text).map(|f| f.dimension()).ok();
        assert_eq!(dimension("x"), Some(1), "x");
        assert_eq!(dimension("z"), Some(3), "z alone is a function of x, y, z");
        assert_eq!(dimension("7"), Some(1), "a constant");
    }

    #[test]
    fn constant_formulas_are_numbers() {
        assert_eq!(constant("pi/4"), Some(std::f64::consts::FRAC_PI_4), "π/4");
        assert_eq!(constant("-2.5"), Some(-2.5), "a number");
        assert_eq!(constant("x"), None, "no variable here");
        assert_eq!(constant("1/0"), None, "not a number");
    }
}
