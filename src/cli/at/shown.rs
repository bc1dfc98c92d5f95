//! Numbers and tuples as people read them.

/// A number as a person reads it: all digits that matter, a word where there is none.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() {
        "undefined".to_owned()
    } else if value != 0.0 && !(1e-5..1e15).contains(&value.abs()) {
        format!("{value:e}").replace('-', "−")
    } else {
        format!("{value}").replace('-', "−")
    }
}

/// Several numbers in parentheses, or a word where there is none of them.
pub(super) fn tuple(values: &[f64]) -> String {
    if values.iter().all(|value| value.is_nan()) {
        return "undefined".to_owned();
    }
    format!("({})", values.iter().map(|value| number(*value)).collect::<Vec<_>>().join(", "))
}

/// The lines about a gradient: each partial derivative, the whole, and its length.
pub(super) fn gradient(names: &[String], gradient: &[f64], magnitude: f64) -> Vec<String> {
    let partials = names.iter().zip(gradient);
    let mut lines: Vec<String> =
        partials.map(|(name, partial)| format!("partial      ∂f/∂{name} = {}", number(*partial))).collect();
    lines.push(format!("gradient        ∇f = {}", tuple(gradient)));
    lines.push(format!("steepest slope ‖∇f‖ = {}", number(magnitude)));
    lines
}
