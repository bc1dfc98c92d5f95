//! Statements of the formula language: definitions, the expression at the end, and what separates them.
//!
//! The grammar stands in [`super::parse`]. A name is defined once and keeps its meaning: it cannot be a function of the
//! language, a coordinate or a parameter, so that no formula means something else than it seems to. Constants may be
//! covered (`e = 0.2`). The parameters of a function may be called like coordinates: in `g(x) = x^2` the x is its own.

use crate::expr::ast::{Ast, Definition, Ident, Rank};
use crate::expr::diagnostic::{ParseError, Span, quoted};
use crate::expr::lex::TokenKind;
use crate::expr::names::is_reserved;
use crate::expr::parse::Parser;
use crate::expr::split::is_head;

/// Most parameters of one function of the user's.
const MAX_PARAMETERS: usize = 64;

impl Parser<'_> {
    /// The whole text.
    pub(super) fn formula(mut self) -> Result<Ast, ParseError> {
        let mut definitions = Vec::new();
        loop {
            while *self.peek() == TokenKind::Separator {
                self.next();
            }
            if *self.peek() == TokenKind::End {
                return Err(self.nothing_to_draw(definitions.last()));
            }
            if let Some(definition) = self.definition()? {
                self.end_of_statement()?;
                definitions.push(definition);
                continue;
            }
            let body = self.expression(Rank::Or)?;
            self.end_of_statement()?;
            while *self.peek() == TokenKind::Separator {
                self.next();
            }
            if *self.peek() != TokenKind::End {
                return Err(ParseError::new(body.span, "only the last statement can be an expression")
                    .with_label("this value is not used")
                    .with_help("give it a name: r = …; or, to go on in the next line, end this one with an operator"));
            }
            return Ok(Ast { definitions, body: *body });
        }
    }

    fn nothing_to_draw(&self, last: Option<&Definition>) -> ParseError {
        let end = Span::new(self.text.len(), self.text.len());
        let Some(definition) = last else {
            return ParseError::new(end, "the formula is empty")
                .with_help("write an expression, for example x^2*y + sin(y)");
        };
        let error = ParseError::new(definition.name.span, "the formula ends with a definition and has no value");
        match &definition.parameters {
            Some(_) => error.with_help(format!(
                "write only what stands behind the `=`, or end with an expression that calls {}",
                quoted(&definition.name.name)
            )),
            None => error.with_help(format!(
                "end with an expression: {} = …; {0}",
                quoted(&definition.name.name).trim_matches('`')
            )),
        }
    }

    fn end_of_statement(&mut self) -> Result<(), ParseError> {
        match self.peek() {
            TokenKind::Separator | TokenKind::End => Ok(()),
            _ => Err(self.unexpected(&["an operator", "`;`", "the end of the formula"])),
        }
    }

    fn definition(&mut self) -> Result<Option<Definition>, ParseError> {
        let kinds: Vec<&TokenKind> = self.rest.iter().rev().take(2 * MAX_PARAMETERS + 8).map(|t| &t.kind).collect();
        let function = is_head(&kinds);
        if !function && !matches!(kinds[..], [TokenKind::Name(_), TokenKind::Assign, ..]) {
            return Ok(None);
        }
        let name = self.ident()?;
        self.check_new(&name)?;
        let mut parameters = None;
        if function {
            let mut list: Vec<Ident> = Vec::new();
            self.next();
            loop {
                let parameter = self.ident()?;
                if list.contains(&parameter) {
                    return Err(ParseError::new(
                        parameter.span,
                        format!("the parameter {} stands twice", quoted(&parameter.name)),
                    ));
                }
                self.check_local(&parameter)?;
                list.push(parameter);
                if self.next().kind != TokenKind::Comma {
                    break;
                }
            }
            if list.len() > MAX_PARAMETERS {
                return Err(ParseError::new(
                    name.span,
                    format!("{} parameters; at most {MAX_PARAMETERS} are allowed", list.len()),
                ));
            }
            parameters = Some(list);
        }
        self.next();
        let locals = parameters.as_deref().unwrap_or_default();
        self.scope.enter(locals);
        let body = self.expression(Rank::Or)?;
        self.scope.leave(locals);
        self.scope.define(&name.name, function);
        Ok(Some(Definition { name, parameters, body: *body }))
    }

    fn check_new(&self, name: &Ident) -> Result<(), ParseError> {
        let wrong = |what: &str| {
            Err(ParseError::new(name.span, format!("{} is {what}", quoted(&name.name)))
                .with_help("choose another name"))
        };
        if is_reserved(&name.name) {
            return wrong("a function of the language and cannot be defined again");
        }
        if self.scope.is_coordinate(&name.name) {
            return wrong("a coordinate, parameter or array and cannot be defined again")
                .map_err(|error| error.with_help("for the graph of a formula, write only what stands behind the `=`"));
        }
        if self.scope.is_defined(&name.name) {
            return wrong("defined already; a name keeps its meaning");
        }
        Ok(())
    }

    /// Refuses a local name that would hide a function.
    pub(super) fn check_local(&self, name: &Ident) -> Result<(), ParseError> {
        if self.scope.is_function(&name.name) {
            return Err(ParseError::new(
                name.span,
                format!("{} is a function and cannot name a number", quoted(&name.name)),
            )
            .with_help("choose another name"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse::parse;
    use crate::expr::parse::tests::{names, reads};
    use crate::expr::split::function_names;

    #[test]
    fn definitions_and_forms_are_read() {
        reads(&[
            ("r = √(x²+y²); sin(r)/r;", "r = sqrt(x^2 + y^2); sin(r) / r"),
            ("\ng(t) = t*exp(-t)\r\n\n g(x)+g(y)\n;;\n", "g(t) = t * exp(-t); g(x) + g(y)"),
            ("r = 2; rx", "r = 2; r * x"),
            ("g(t) = xt; 2g(y)", "g(t) = x * t; 2 * g(y)"),
            ("f(x,y) = xy\nf(1,\n2)", "f(x, y) = x * y; f(1, 2)"),
            ("xy = 3; xy", "xy = 3; xy"),
            ("sum(k, 1, 8, xk)", "sum(k, 1, 8, x * k)"),
            ("2prod(i,1,n,i)²", "2 * prod(i, 1, n, i)^2"),
            ("d(x²y, x, y)", "d(x^2 * y, x, y)"),
            ("if(x<y, x, y)", "if(x < y, x, y)"),
        ]);
    }

    #[test]
    fn functions_are_known_before_their_definition() {
        let statements = crate::expr::lex::tokens("a = g(x); g(t) = t; h(t, u) =\nt; (k)(t) = 2; g(1) == 2");
        assert_eq!(function_names(&statements), ["g", "h"], "heads of functions only");
    }

    #[test]
    fn a_name_has_one_meaning() {
        for (text, part) in [
            ("g(t) = t; g = 3; g(1)", "defined already"),
            ("sum = 3; x", "function of the language"),
            ("a(t) = t; a(1)", "coordinate, parameter or array"),
            ("g(t) = t; h(g) = g; h(1)", "is a function and cannot name a number"),
            ("g(t) = t; sum(g, 1, 2, g)", "is a function and cannot name a number"),
        ] {
            let error = parse(text, &names()).expect_err(text);
            assert!(error.message().contains(part), "{text}: {error}");
        }
        let many: Vec<_> = (0..=MAX_PARAMETERS).map(|i| format!("p{i}")).collect();
        let text = format!("f({}) = 1; f(1)", many.join(","));
        assert!(parse(&text, &names()).is_err(), "too many parameters");
    }
}
