//! The language help, printed from the op table and the tables of constants and forms.

use crate::expr::ast::MAX_DEPTH;
use crate::expr::lex::MAX_TEXT;
use crate::expr::names::{CONSTANTS, FORMS};
use crate::expr::op::Op;
use crate::expr::resolver::{MAX_GROWTH, MAX_STEPS};
use std::fmt::Write;

/// How to write formulas; the functions follow from the op table.
const WRITING: &str = "\
A formula is an expression, after any number of definitions, separated by `;` or line ends:

  x^2*y + sin(y)
  r = sqrt(x^2 + y^2); sin(r)/r
  g(t) = t*exp(-t); g(x) + g(y)

Mathematical writing is read as it is meant: x²y, 2x, xy, 3sin(x), (x+1)(x-1), e^{x²+y²}, 2π·r, √(x+1), |x|, sin²x, ln|x|, x ≤ y.

Numbers     1  1.5  .5  1e-3      # starts a comment      ( ) [ ] { } group

Operators, loosest first
  or ||
  and &&
  not !
  < <= > >= == !=     a < b < c means both; the value is 1 or 0
  + -
  * / · × ÷           2x and xy are products; 1/2x must be written (1/2)*x or 1/(2x)
  -x                  -x^2 is -(x^2)
  ^ ** x²             2^3^2 is 2^(3^2); x² binds before ^

Functions without brackets take the product that follows: sin 2x + 1 is sin(2x) + 1; sin x cos y is sin(x)*cos(y).
Names are split where they are unknown and their parts known: xy is x*y, xsin(y) is x*sin(y).
";

/// The language help: writing, constants, forms, functions by group, limits.
#[must_use]
pub fn language_reference() -> String {
    let mut out = String::from(WRITING);
    let mut section = |title: &str, rows: &[(String, &str)]| {
        let width = rows.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\n{title}");
        for (left, right) in rows {
            let _ = writeln!(out, "  {left:width$}  {right}");
        }
    };
    let constants: Vec<_> = CONSTANTS.iter().map(|&(name, _, doc)| (name.to_owned(), doc)).collect();
    section("Constants", &constants);
    let forms: Vec<_> = FORMS.iter().map(|&(_, usage, doc)| (usage.to_owned(), doc)).collect();
    section("Sums, products, derivatives", &forms);
    let mut groups: Vec<&str> = Vec::new();
    for op in Op::all().iter().filter(|op| op.is_named()) {
        if !groups.contains(&op.group()) {
            groups.push(op.group());
        }
    }
    for group in groups {
        let rows: Vec<_> = Op::all()
            .iter()
            .filter(|op| op.is_named() && op.group() == group)
            .map(|&op| (signature(op), doc(op)))
            .collect();
        section(group, &rows);
    }
    let _ = writeln!(
        out,
        "\nLimits: {MAX_TEXT} bytes of text, {MAX_DEPTH} levels of nesting, {MAX_GROWTH} operations, {MAX_STEPS} steps of writing out sums and calls."
    );
    out
}

/// How `op` is written: `sin(x)`, `atan2(y, x)`, `max(x, y, …)`.
#[must_use]
pub fn signature(op: Op) -> String {
    let (name, arity) = (op.name(), op.arity());
    if let Some((arguments, _)) =
        op.doc().strip_prefix(name).and_then(|rest| rest.strip_prefix('(')).and_then(|rest| rest.split_once(')'))
    {
        return format!("{name}({arguments})");
    }
    let arguments = match arity.min {
        0 => "",
        1 => "x",
        2 => "x, y",
        _ => "x, y, z",
    };
    let more = if arity.max > arity.min { ", …" } else { "" };
    format!("{name}({arguments}{more})")
}

/// The doc line of `op` without its signature.
fn doc(op: Op) -> &'static str {
    let doc = op.doc();
    let after =
        doc.strip_prefix(op.name()).filter(|rest| rest.starts_with('(')).and_then(|rest| rest.split_once("): "));
    after.map_or(doc, |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_operation_form_and_constant_is_listed() {
        let text = language_reference();
        let starts = |name: &str| text.lines().any(|l| l.strip_prefix("  ").is_some_and(|l| l.starts_with(name)));
        for op in Op::all().iter().filter(|op| op.is_named()) {
            assert!(starts(&format!("{}(", op.name())), "{op} is missing");
            assert!(text.contains(op.group()), "the group of {op} is missing");
        }
        assert!(FORMS.iter().all(|f| starts(f.1)) && CONSTANTS.iter().all(|c| starts(c.0)), "forms and constants");
    }

    #[test]
    fn signatures_name_the_arguments() {
        assert_eq!(signature(Op::Sin), "sin(x)", "one");
        assert_eq!(signature(Op::Atan2), "atan2(y, x)", "from the doc line");
        assert_eq!(signature(Op::Max), "max(x, y, …)", "any number");
        assert_eq!(signature(Op::Select), "if(c, a, b)", "three");
        assert!(!doc(Op::Atan2).contains("atan2("), "no signature twice: {}", doc(Op::Atan2));
    }
}
