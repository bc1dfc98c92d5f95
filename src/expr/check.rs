//! Checks of names and calls before anything is written out, and the advice that comes with an unknown name.

use crate::expr::ast::{Definition, Expr, ExprKind, Ident};
use crate::expr::diagnostic::{ParseError, Span, quoted};
use crate::expr::names::{CONSTANTS, FORMS, Names, foreign, nearest};
use crate::expr::op::Op;
use crate::expr::reference::signature;
use crate::expr::resolver::{Meaning, Resolver};
use crate::expr::vector::CALLS;

impl<'a> Resolver<'a> {
    /// Whether `name` is known and no function.
    fn is_number(&self, name: &str) -> bool {
        self.meanings.get(name).is_some_and(|meaning| !matches!(meaning, Meaning::Function(_)))
    }

    /// Refuses names and calls in `e` that mean nothing here; `within` is the definition that `e` belongs to.
    pub(super) fn check(&self, e: &'a Expr, locals: &mut Vec<&'a str>, within: Option<&str>) -> Result<(), ParseError> {
        match &e.kind {
            ExprKind::Number(_) => Ok(()),
            ExprKind::Name(name) if locals.contains(&name.as_str()) || self.is_number(name) => Ok(()),
            ExprKind::Name(name) => Err(self.unknown(name, e.span, locals, within)),
            ExprKind::Negate(a) | ExprKind::Not(a) => self.check(a, locals, within),
            ExprKind::Chain(first, rest) => {
                self.check(first, locals, within)?;
                rest.iter().try_for_each(|(_, e)| self.check(e, locals, within))
            }
            ExprKind::Power(a, b) => {
                self.check(a, locals, within)?;
                self.check(b, locals, within)
            }
            ExprKind::Call(name, arguments) => {
                self.check_call(name, arguments.len(), e.span, locals, within)?;
                arguments.iter().try_for_each(|e| self.check(e, locals, within))
            }
            ExprKind::Reduce(reduce) => {
                self.check(&reduce.from, locals, within)?;
                self.check(&reduce.to, locals, within)?;
                locals.push(&reduce.index.name);
                let body = self.check(&reduce.body, locals, within);
                locals.pop();
                body
            }
            ExprKind::Derivative(of, by) => {
                self.check(of, locals, within)?;
                by.iter().try_for_each(|name| self.check_independent(name, locals))
            }
        }
    }

    fn check_call(
        &self,
        name: &str,
        given: usize,
        span: Span,
        locals: &[&str],
        within: Option<&str>,
    ) -> Result<(), ParseError> {
        let (least, most, usage) = if let Some(op) = Op::from_name(name) {
            (op.arity().min, op.arity().max, format!("{}: {}", signature(op), op.doc()))
        } else if let Some((form, (_, usage, doc))) =
            CALLS.iter().find(|form| form.0 == name).zip(FORMS.iter().find(|form| form.0 == name))
        {
            (form.1, form.2, format!("{usage}: {doc}"))
        } else if let Some(Meaning::Function(Definition { parameters: Some(parameters), .. })) = self.meanings.get(name)
        {
            let list: Vec<_> = parameters.iter().map(|p| p.name.as_str()).collect();
            (list.len(), list.len(), format!("{name}({})", list.join(", ")))
        } else {
            return Err(self.unknown(name, Span::new(span.start, span.start + name.len()), locals, within));
        };
        if (least..=most).contains(&given) {
            return Ok(());
        }
        let plural = |n: usize| if n == 1 { "1 argument".to_owned() } else { format!("{n} arguments") };
        let wanted = if most > least { format!("at least {}", plural(least)) } else { plural(least) };
        let verb = if given == 1 { "is" } else { "are" };
        Err(ParseError::new(span, format!("{} takes {wanted}, but {given} {verb} given", quoted(name)))
            .with_help(usage))
    }

    fn check_independent(&self, name: &Ident, locals: &[&str]) -> Result<(), ParseError> {
        let text = name.name.as_str();
        let error = if locals.contains(&text) {
            ParseError::new(
                name.span,
                format!("{} is a local name here; a derivative is taken by a coordinate or parameter", quoted(text)),
            )
        } else if self.is_independent(text) {
            return Ok(());
        } else if self.is_number(text) {
            ParseError::new(
                name.span,
                format!("{} is no coordinate or parameter, so no derivative is taken by it", quoted(text)),
            )
        } else {
            let error = ParseError::new(name.span, format!("no coordinate or parameter is called {}", quoted(text)));
            let letters: Vec<_> = text.chars().map(String::from).collect();
            if letters.len() > 1 && letters.iter().all(|l| self.is_independent(l)) {
                error.with_help(format!("for one after the other write d(f, {})", letters.join(", ")))
            } else {
                error
            }
        };
        Err(error.with_help(self.known()))
    }

    /// Whether a derivative can be taken by `name`.
    fn is_independent(&self, name: &str) -> bool {
        matches!(self.meanings.get(name), Some(Meaning::Variable(_) | Meaning::Parameter(_)))
    }

    /// The error for a name that means nothing at its place.
    pub(super) fn unknown(&self, name: &str, span: Span, locals: &[&str], within: Option<&str>) -> ParseError {
        let shown = quoted(name);
        if let Some(definition) = self.ast.definitions.iter().find(|d| d.name.name == name) {
            let error = if within == Some(name) {
                ParseError::new(span, format!("{shown} is defined by itself; there is no recursion"))
                    .with_help("write repeated terms with sum(k, 1, 8, …) or prod(k, 1, 8, …)")
            } else if self.meanings.contains_key(name) {
                ParseError::new(span, format!("{shown} is a function and needs arguments"))
            } else {
                ParseError::new(span, format!("{shown} is used before it is defined"))
                    .with_help("move its definition up; functions cannot call each other in a circle")
            };
            return error.with_context(definition.name.span, "defined here");
        }
        let error = ParseError::new(span, format!("unknown name {shown}"));
        if let Some(advice) = foreign(name) {
            return error.with_help(advice);
        }
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        if stem.len() < name.len() && (self.is_independent(stem) || locals.contains(&stem)) {
            let digits = &name[stem.len()..];
            return error
                .with_help(format!("write {stem}^{digits} for a power, {digits}*{stem} for a product"))
                .with_help(self.known());
        }
        let own = locals.iter().copied().chain(self.ast.definitions.iter().map(|d| d.name.name.as_str()));
        let given = self.names.variables.iter().chain(&self.names.parameters);
        let given = given.chain(self.names.arrays.iter().map(|(name, _)| name)).map(String::as_str);
        let language = Op::all().iter().filter(|op| op.is_named()).map(|op| op.name());
        let language = language.chain(FORMS.iter().map(|f| f.0)).chain(CONSTANTS.iter().map(|c| c.0));
        let near = nearest(name, own.chain(given).chain(language));
        let argument =
            |c: char| self.is_independent(c.encode_utf8(&mut [0; 4])) || locals.contains(&&*c.encode_utf8(&mut [0; 4]));
        let error = match (function_prefix(name).filter(|(_, rest)| rest.chars().all(argument)), near) {
            (Some((function, rest)), _) => error.with_help(format!("did you mean {function}({rest})?")),
            (None, Some(near)) => error.with_help(format!("did you mean `{near}`?")),
            (None, None) => error,
        };
        error.with_help(self.known())
    }

    /// The line that lists coordinates, parameters and arrays.
    fn known(&self) -> String {
        let Names { variables, parameters, arrays } = self.names;
        let list = |names: &mut dyn Iterator<Item = &String>| {
            names.take(16).map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        let mut parts = Vec::new();
        if !variables.is_empty() {
            parts.push(format!("coordinates: {}", list(&mut variables.iter())));
        }
        match parameters.is_empty() {
            true if arrays.is_empty() && !variables.is_empty() => parts.push("there are no parameters".to_owned()),
            true => {}
            false => parts.push(format!("parameters: {}", list(&mut parameters.iter()))),
        }
        if !arrays.is_empty() {
            parts.push(format!("arrays: {}", list(&mut arrays.iter().map(|(name, _)| name))));
        }
        if parts.is_empty() { "only constants are known here: pi, tau, e".to_owned() } else { parts.join("; ") }
    }
}

/// A function of one argument that `name` starts with, and the rest: `sinx` is probably sin(x).
fn function_prefix(name: &str) -> Option<(&'static str, &str)> {
    let functions = Op::all().iter().filter(|op| op.is_named() && op.arity().max == 1).map(|op| op.name());
    let longest = functions.filter(|f| name.starts_with(f) && name.len() <= f.len() + 8).max_by_key(|f| f.len())?;
    let rest = &name[longest.len()..];
    (!rest.is_empty()).then_some((longest, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::graph::Graph;
    use crate::expr::resolve::parse_into;

    fn error(text: &str) -> ParseError {
        let names = Names::new(["x", "y"], ["a"]).expect("good names");
        parse_into(text, &names, &mut Graph::new()).expect_err(text)
    }

    #[test]
    fn errors_stand_at_the_place_and_say_what_to_do() {
        for (text, place, message, help) in [
            ("x + sine(y)", "sine", "unknown name `sine`", "did you mean `sin`?"),
            ("Sqrt(x)", "Sqrt", "unknown name `Sqrt`", "did you mean `sqrt`?"),
            ("smothstep(0, 1, x)", "smothstep", "unknown name", "`smoothstep`"),
            ("sinx + y", "sinx", "unknown name", "did you mean sin(x)?"),
            ("arctan(x)", "arctan", "unknown name", "write atan"),
            ("2*q", "q", "unknown name `q`", "coordinates: x, y; parameters: a"),
            ("x + inf", "inf", "unknown name", "1e30"),
            ("radius = x; radios*2", "radios", "unknown name", "`radius`"),
            ("x2 + 1", "x2", "unknown name", "write x^2 for a power"),
            ("π + hypot(x)", "hypot(x)", "takes at least 2 arguments, but 1 is given", "hypot(x, y, …)"),
            ("sin(x, y)", "sin(x, y)", "takes 1 argument, but 2 are given", "sin(x): sine"),
            ("if(x, y)", "if(x, y)", "takes 3 arguments", "if(c, a, b)"),
            ("sin()", "sin()", "takes 1 argument, but 0 are given", "sin(x)"),
            ("g(t) = t; g(x, y)", "g(x, y)", "takes 1 argument", "g(t)"),
            ("f(t) = f(t-1); f(x)", "f(t-1)", "defined by itself", "sum(k, 1, 8"),
            ("f(t) = g(t); g(t) = f(t); g(x)", "g(t)", "used before it is defined", "circle"),
            ("q = r; r = 1; q", "r", "used before it is defined", "move its definition up"),
            ("f(t) = nope; x", "nope", "unknown name", "coordinates"),
            ("sum(k, 1, 2.5, x)", "2.5", "must be an integer", "floor"),
            ("sum(k, 1, a, x)", "a", "known before it is drawn", "parameters"),
            ("sum(k, 1, 1/0, x)", "1/0", "known before it is drawn", "integer"),
            ("sum(k, 1, 1e9, k)", "1, 1e9", "1000000000 terms", "shorter"),
            ("d(x, q)", "q", "no coordinate or parameter is called `q`", "coordinates"),
            ("d(x, xy)", "xy", "no coordinate", "d(f, x, y)"),
            ("r = x; d(r^2, r)", "r", "no derivative is taken by it", "coordinates"),
            ("f(x) = d(x^2, x); f(y)", "x", "local name", "coordinates"),
        ] {
            let e = error(text);
            assert_eq!(
                &text[std::ops::Range::from(e.span())].trim_end_matches("(t-1)"),
                &place.trim_end_matches("(t-1)").trim_end_matches("(t)"),
                "{}",
                e.render(text)
            );
            assert!(e.message().contains(message), "{}", e.render(text));
            assert!(e.help().iter().any(|h| h.contains(help)), "{}", e.render(text));
        }
    }
}
