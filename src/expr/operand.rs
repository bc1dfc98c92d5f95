//! Operands of the formula language: brackets, bars, roots, names and calls; the second half of the parser.
//!
//! The grammar and its reading rules stand in [`super::parse`].

use crate::expr::ast::{Expr, ExprKind, Ident, Infix, Rank, Reduce};
use crate::expr::diagnostic::{ParseError, Span, quoted};
use crate::expr::lex::{Token, TokenKind};
use crate::expr::names::{FORMS, is_language_function};
use crate::expr::op::Op;
use crate::expr::parse::{Parsed, Parser};
use crate::expr::reference::signature;

/// A bracket that waits for its partner.
struct Bracket {
    opening: char,
    closing: char,
    span: Span,
    /// Bars open outside it.
    bars: usize,
}

impl Parser<'_> {
    /// An operand with its superscripts.
    pub(super) fn operand(&mut self) -> Parsed {
        let mut base = self.bare_operand()?;
        while *self.peek() == TokenKind::Raise {
            base = self.raised(base)?;
        }
        Ok(base)
    }

    fn raised(&mut self, base: Box<Expr>) -> Parsed {
        let exponent = self.superscripts()?;
        self.node(base.span.to(self.last), ExprKind::Power(base, exponent))
    }

    fn bare_operand(&mut self) -> Parsed {
        match *self.peek() {
            TokenKind::Number(value) => self.number(value),
            TokenKind::Name(_) => self.named(),
            TokenKind::Open(_) => self.group(),
            TokenKind::Bar | TokenKind::DoubleBar => self.bars(),
            TokenKind::Root(degree) => self.root(degree),
            _ => Err(self.unexpected(&["a number", "a name", "`(`"])),
        }
    }

    fn number(&mut self, value: f64) -> Parsed {
        let span = self.next().span;
        self.node(span, ExprKind::Number(value))
    }

    fn superscripts(&mut self) -> Parsed {
        self.expect(&TokenKind::Raise, &["a superscript"])?;
        let exponent = self.expression(Rank::Or)?;
        self.expect(&TokenKind::EndRaise, &["an operator", "the end of the superscript"])?;
        Ok(exponent)
    }

    fn group(&mut self) -> Parsed {
        let bracket = self.open()?;
        let inner = self.expression(Rank::Or)?;
        let span = self.close(bracket, &["an operator"])?;
        Ok(Box::new(inner.at(span)))
    }

    /// Reads an opening bracket; the bars outside cannot be closed until [`Self::close`].
    fn open(&mut self) -> Result<Bracket, ParseError> {
        if !matches!(self.peek(), TokenKind::Open(_)) {
            return Err(self.unexpected(&["`(`"]));
        }
        let bars = std::mem::take(&mut self.open_bars);
        let Token { kind, span } = self.next();
        let (opening, closing) = match kind {
            TokenKind::Open('[') => ('[', ']'),
            TokenKind::Open('{') => ('{', '}'),
            _ => ('(', ')'),
        };
        Ok(Bracket { opening, closing, span, bars })
    }

    /// Reads the partner of `bracket` and returns the place of both with what is between.
    #[inline(never)]
    fn close(&mut self, bracket: Bracket, expected: &[&str]) -> Result<Span, ParseError> {
        let Bracket { opening, closing, span, bars } = bracket;
        match *self.peek() {
            TokenKind::Close(c) if c == closing => {
                self.open_bars = bars;
                Ok(span.to(self.next().span))
            }
            TokenKind::Close(c) => Err(ParseError::new(self.span(), format!("`{opening}` is closed by `{c}`"))
                .with_expected(&[&format!("`{closing}`")])
                .with_context(span, "opened here")),
            TokenKind::End => Err(ParseError::new(span, format!("`{opening}` is never closed"))
                .with_help(format!("add the missing `{closing}`"))),
            _ => {
                let closing = format!("`{closing}`");
                let all: Vec<&str> = expected.iter().copied().chain([closing.as_str()]).collect();
                Err(self.unexpected(&all).with_context(span, "opened here"))
            }
        }
    }

    fn bars(&mut self) -> Parsed {
        let start = self.bar();
        self.open_bars += 1;
        let inner = self.expression(Rank::Or)?;
        let span = self.close_bar(start)?;
        self.node(span, ExprKind::Call(Op::Abs.name().to_owned(), vec![*inner]))
    }

    #[inline(never)]
    fn close_bar(&mut self, start: Span) -> Result<Span, ParseError> {
        match self.peek() {
            TokenKind::Bar | TokenKind::DoubleBar => {
                self.open_bars -= 1;
                Ok(start.to(self.bar()))
            }
            TokenKind::End | TokenKind::Separator => {
                Err(ParseError::new(start, "`|` is never closed").with_help("add the missing `|`, or write abs(x)"))
            }
            _ => Err(self.unexpected(&["an operator", "`|`"]).with_context(start, "opened here")),
        }
    }

    /// Reads one bar, which may be the first half of `||`.
    fn bar(&mut self) -> Span {
        let Token { kind, span } = self.next();
        if kind != TokenKind::DoubleBar {
            return span;
        }
        self.rest.push(Token { kind: TokenKind::Bar, span: Span::new(span.start + 1, span.end) });
        self.last = Span::new(span.start, span.start + 1);
        self.last
    }

    fn root(&mut self, degree: u8) -> Parsed {
        let start = self.next().span;
        let argument =
            if matches!(self.peek(), TokenKind::Open(_)) { self.group()? } else { self.expression(Rank::Sign)? };
        let op = if degree == 3 { Op::Cbrt } else { Op::Sqrt };
        self.node(start.to(argument.span), ExprKind::Call(op.name().to_owned(), vec![*argument]))
    }

    fn named(&mut self) -> Parsed {
        self.split_next();
        let name = self.ident()?;
        match name.name.as_str() {
            "sum" => self.reduce(&name, false),
            "prod" => self.reduce(&name, true),
            "d" => self.derivative(&name),
            function if self.scope.is_function(function) => self.call(name),
            unknown if !self.scope.is_value(unknown) && *self.peek() == TokenKind::Open('(') => self.plain_call(name),
            _ => self.node(name.span, ExprKind::Name(name.name)),
        }
    }

    /// Takes the next token apart if it is a row of known names written together.
    fn split_next(&mut self) {
        let [.., after, Token { kind: TokenKind::Name(name), span }] = &self.rest[..] else { return };
        let called =
            matches!(after.kind, TokenKind::Open(_) | TokenKind::Raise | TokenKind::Bar | TokenKind::DoubleBar);
        let Some(parts) = self.scope.split(name, called) else { return };
        let mut end = span.end;
        let mut reversed = Vec::new();
        for part in parts.iter().rev() {
            let span = Span::new(end - part.len(), end);
            reversed.push(Token { kind: TokenKind::Name((*part).to_owned()), span });
            end = span.start;
        }
        self.rest.pop();
        self.rest.extend(reversed);
    }

    /// `name`, a function, with its exponent and arguments.
    fn call(&mut self, name: Ident) -> Parsed {
        match self.peek() {
            TokenKind::Open(_) => self.plain_call(name),
            TokenKind::Raise | TokenKind::Caret => self.call_to_power(name),
            TokenKind::Bar | TokenKind::DoubleBar => {
                let argument = self.bars()?;
                self.call_of(name, *argument)
            }
            _ => {
                let argument = self.bare_argument(&name)?;
                self.call_of(name, *argument)
            }
        }
    }

    fn plain_call(&mut self, name: Ident) -> Parsed {
        let arguments = self.arguments()?;
        self.node(name.span.to(self.last), ExprKind::Call(name.name, arguments))
    }

    #[inline(never)]
    fn call_of(&mut self, name: Ident, argument: Expr) -> Parsed {
        self.node(name.span.to(self.last), ExprKind::Call(name.name, vec![argument]))
    }

    fn call_to_power(&mut self, name: Ident) -> Parsed {
        let start = name.span;
        let exponent = self.exponent(&name)?;
        if matches!(self.peek(), TokenKind::Raise | TokenKind::Caret) {
            return Err(self.unexpected(&["the argument of the function"]));
        }
        let call = self.call(name)?;
        self.node(start.to(self.last), ExprKind::Power(call, exponent))
    }

    /// The exponent between a function and its argument, as in sin²(x).
    fn exponent(&mut self, name: &Ident) -> Parsed {
        let exponent = if *self.peek() == TokenKind::Caret {
            self.next();
            self.plain_exponent()?
        } else {
            self.superscripts()?
        };
        self.check_exponent(name, name.span.to(self.last), &exponent)?;
        Ok(exponent)
    }

    #[inline(never)]
    fn check_exponent(&self, name: &Ident, span: Span, exponent: &Expr) -> Result<(), ParseError> {
        let shown = &name.name;
        if !is_language_function(shown) {
            return Err(ParseError::new(
                span,
                format!("a power of the function {} can be read in two ways", quoted(shown)),
            )
            .with_help(format!("write {shown}(x)^2 or {shown}({shown}(x))")));
        }
        if matches!(&exponent.kind, ExprKind::Negate(one) if one.kind == ExprKind::Number(1.0)) {
            let inverse = format!("a{shown}");
            let help = match (Op::from_name(&inverse), shown.as_str()) {
                (Some(_), _) => format!("write {inverse}(x) for the inverse function, 1/{shown}(x) for the reciprocal"),
                _ => format!("write 1/{shown}(x) for the reciprocal"),
            };
            return Err(ParseError::new(span, format!("the power −1 of {} can be read in two ways", quoted(shown)))
                .with_help(help));
        }
        Ok(())
    }

    /// A number, name or bracket after `^` in front of an argument, with an optional sign.
    fn plain_exponent(&mut self) -> Parsed {
        let start = self.span();
        let minus = *self.peek() == TokenKind::Minus;
        if minus {
            self.next();
        }
        self.split_next();
        let exponent = match self.peek() {
            TokenKind::Number(_) | TokenKind::Open(_) => self.bare_operand()?,
            TokenKind::Name(name) if !self.scope.is_function(name) => {
                let name = self.ident()?;
                self.node(name.span, ExprKind::Name(name.name))?
            }
            _ => return Err(self.unexpected(&["a number", "a name", "`(`"])),
        };
        if minus { self.node(start.to(exponent.span), ExprKind::Negate(exponent)) } else { Ok(exponent) }
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, ParseError> {
        let bracket = self.open()?;
        let mut list = Vec::new();
        while !matches!(self.peek(), TokenKind::Close(_)) || !list.is_empty() {
            list.push(*self.expression(Rank::Or)?);
            if *self.peek() != TokenKind::Comma {
                break;
            }
            self.next();
        }
        self.close(bracket, &["an operator", "`,`"])?;
        Ok(list)
    }

    /// The argument of a function without brackets: a product without signs, up to the next function.
    fn bare_argument(&mut self, name: &Ident) -> Parsed {
        self.check_bare(name)?;
        let first = self.expression(Rank::Sign)?;
        let mut span = first.span;
        let mut rest = Vec::new();
        while self.infix() == Some((Infix::Mul, false)) {
            self.split_next();
            if matches!(self.peek(), TokenKind::Name(next) if self.scope.is_function(next)) {
                break;
            }
            let factor = self.expression(Rank::Power)?;
            span = span.to(factor.span);
            rest.push((Infix::Mul, *factor));
        }
        if rest.is_empty() { Ok(first) } else { self.node(span, ExprKind::Chain(first, rest)) }
    }

    /// Refuses a function without brackets that has no argument or more than one.
    #[inline(never)]
    fn check_bare(&self, name: &Ident) -> Result<(), ParseError> {
        let op = Op::from_name(&name.name);
        let shown = op.map_or_else(|| format!("{}(…)", name.name), signature);
        if !matches!(self.peek(), TokenKind::Number(_) | TokenKind::Name(_) | TokenKind::Root(_) | TokenKind::Minus) {
            if matches!(self.peek(), TokenKind::Bad(_)) {
                return Err(self.unexpected(&[]));
            }
            return Err(ParseError::new(name.span, format!("the function {} has no argument", quoted(&name.name)))
                .with_help(format!("write {shown}")));
        }
        if op.is_none_or(|op| op.arity().max != 1) {
            return Err(ParseError::new(name.span, format!("the arguments of {} need brackets", quoted(&name.name)))
                .with_help(format!("write {shown}")));
        }
        Ok(())
    }

    fn reduce(&mut self, name: &Ident, product: bool) -> Parsed {
        let bracket = self.open().map_err(|error| form_help(error, name))?;
        let index = self.ident().map_err(|error| form_help(error, name))?;
        self.check_local(&index)?;
        self.comma(name)?;
        let from = self.expression(Rank::Or)?;
        self.comma(name)?;
        let to = self.expression(Rank::Or)?;
        self.comma(name)?;
        self.scope.enter(std::slice::from_ref(&index));
        let body = self.expression(Rank::Or)?;
        self.scope.leave(std::slice::from_ref(&index));
        self.close(bracket, &["an operator"])?;
        let reduce = Box::new(Reduce { product, index, from: *from, to: *to, body: *body });
        self.node(name.span.to(self.last), ExprKind::Reduce(reduce))
    }

    fn derivative(&mut self, name: &Ident) -> Parsed {
        let bracket = self.open().map_err(|error| form_help(error, name))?;
        let of = self.expression(Rank::Or)?;
        let mut by = Vec::new();
        while by.is_empty() || *self.peek() == TokenKind::Comma {
            self.comma(name)?;
            by.push(self.ident().map_err(|error| form_help(error, name))?);
        }
        self.close(bracket, &["`,`"])?;
        self.node(name.span.to(self.last), ExprKind::Derivative(of, by))
    }

    /// Reads a comma of the form called `name`.
    #[inline(never)]
    fn comma(&mut self, name: &Ident) -> Result<Span, ParseError> {
        self.expect(&TokenKind::Comma, &["an operator", "`,`"]).map_err(|error| form_help(error, name))
    }
}

/// `error` with the way to write the form `name`.
#[cold]
fn form_help(error: ParseError, name: &Ident) -> ParseError {
    match FORMS.iter().find(|form| form.0 == name.name) {
        Some((_, usage, _)) => error.with_help(format!("it is written {usage}")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::parse::parse;
    use crate::expr::parse::tests::{names, reads};

    #[test]
    fn functions_without_brackets_take_the_product_that_follows() {
        reads(&[
            ("sin x", "sin(x)"),
            ("sin 2x + 1", "sin(2 * x) + 1"),
            ("sin x cos y", "sin(x) * cos(y)"),
            ("sin xcos(y)", "sin(x) * cos(y)"),
            ("sin xy", "sin(x * y)"),
            ("sin x^2", "sin(x^2)"),
            ("sin x²y", "sin(x^2 * y)"),
            ("sin x/2", "sin(x) / 2"),
            ("sin x*y", "sin(x) * y"),
            ("sin -x", "sin(-x)"),
            ("sin cos x", "sin(cos(x))"),
            ("sin(x)y", "sin(x) * y"),
            ("sin (x)^2", "sin(x)^2"),
            ("sin 2√x", "sin(2 * sqrt(x))"),
            ("2 ln x", "2 * ln(x)"),
            ("x²y + sin y", "x^2 * y + sin(y)"),
        ]);
    }

    #[test]
    fn powers_of_functions_are_powers_of_their_values() {
        reads(&[
            ("sin²x", "sin(x)^2"),
            ("sin²(x)", "sin(x)^2"),
            ("sin^2(x)", "sin(x)^2"),
            ("sin^2 2x", "sin(2 * x)^2"),
            ("sin^n(x)", "sin(x)^n"),
            ("sin^{n+1} x", "sin(x)^(n + 1)"),
            ("sin⁻²x", "sin(x)^-2"),
            ("cos²x + sin²x", "cos(x)^2 + sin(x)^2"),
            ("sin(x)²", "sin(x)^2"),
            ("xsin²x", "x * sin(x)^2"),
        ]);
        for (text, help) in
            [("sin⁻¹(x)", "asin(x)"), ("sin^-1 x", "asin(x)"), ("ln^{-1}(x)", "1/ln(x)"), ("g(t)=t; g²(x)", "g(g(x))")]
        {
            let e = parse(text, &names()).expect_err(text);
            assert!(e.help()[0].contains(help), "{text}: {e:?}");
        }
    }

    #[test]
    fn roots_bars_and_superscripts_are_read() {
        reads(&[
            ("√x", "sqrt(x)"),
            ("√(x²+1)y", "sqrt(x^2 + 1) * y"),
            ("√x²", "sqrt(x^2)"),
            ("√(x)²", "sqrt(x)^2"),
            ("√2x", "sqrt(2) * x"),
            ("∛8", "cbrt(8)"),
            ("√√x", "sqrt(sqrt(x))"),
            ("x⁻¹", "x^-1"),
            ("xⁿ⁺¹y", "x^(n + 1) * y"),
            ("e⁻ˣ", "e^-x"),
            ("x²ⁿ", "x^(2 * n)"),
            ("2³²", "2^32"),
            ("-x²", "-x^2"),
            ("e^x²", "e^x^2"),
            ("(x+y)²", "(x + y)^2"),
            ("|x|", "abs(x)"),
            ("ln|x|", "ln(abs(x))"),
            ("||x|-1|", "abs(abs(x) - 1)"),
            ("|1-|x||", "abs(1 - abs(x))"),
            ("|x|y|z|", "abs(x) * y * abs(z)"),
            ("|x||y|", "abs(x) * abs(y)"),
            ("|x|²", "abs(x)^2"),
            ("2|x|", "2 * abs(x)"),
            ("|x| || y", "abs(x) or y"),
            ("|(|x|)|", "abs(abs(x))"),
            ("|sum(k,1,2,2|x|)|", "abs(sum(k, 1, 2, 2 * abs(x)))"),
        ]);
    }
}
