//! Tokens to tree: the grammar of the formula language, and and the operators of its parser.
//!
//! ```text
//! formula     = { definition separator } expression { separator }
//! definition  = NAME "=" expression | NAME "(" NAME { "," NAME } ")" "=" expression
//! separator   = ";" | line end (not in brackets, not after an operator, "," or "=")
//! expression  = conjunction { ("or" | "||" | "∨") conjunction }
//! conjunction = negation { ("and" | "&&" | "∧") negation }
//! negation    = ("not" | "!" | "¬") negation | comparison
//! comparison  = sum { ("<" | "<=" | "≤" | ">" | ">=" | "≥" | "==" | "!=" | "≠") sum }
//! sum         = product { ("+" | "-" | "−") product }
//! product     = signed { ("*" | "·" | "×" | "⋅" | "∗") signed | ("/" | "÷") signed | juxtaposed }
//! juxtaposed  = power, not starting with a number or a sign
//! signed      = { "-" | "+" } power
//! power       = operand { superscripts } [ ("^" | "**") signed ]
//! operand     = NUMBER | NAME | group | "|" expression "|" | root | call
//! group       = "(" expression ")" | "[" expression "]" | "{" expression "}"
//! root        = ("√" | "∛") (group | signed)
//! call        = FUNCTION [ exponent ] (arguments | "|" expression "|" | bare)
//!             | ("sum" | "prod") "(" NAME "," expression "," expression "," expression ")"
//!             | "d" "(" expression "," NAME { "," NAME } ")"
//! arguments   = "(" [ expression { "," expression } ] ")", also in [ ] or { }
//! bare        = signed { juxtaposed, not starting with a FUNCTION }
//! exponent    = superscripts | "^" (NUMBER | NAME | group)
//! ```
//!
//! # How it reads what people write
//!
//! - **Products without a sign.** `2x`, `xy`, `x²y`, `x(y+1)`, `(x+1)(x-1)`, `3sin(x)` are products of the rank of `*`.
//!   A name in front of a bracket calls it only if it is a function; a coordinate is multiplied. A number cannot come
//!   second: `x 2` and `2 3` are errors.
//! - **Names are split** when they are unknown as a whole but are known names in a row (see `split.rs`): `xy` is x·y,
//!   `xsin(y)` is x·sin(y). A typing slip is an error, never a product of one's letters: `sine(x)` does not read as sin(e·x).
//! - **Division by a product without a sign is refused**: half the readers take `1/2x` for (1/2)·x and half for 1/(2x), so it
//!   must be written with brackets or `*`. `x/2*y` is (x/2)·y everywhere.
//! - **Powers** go to the right, and a sign in front comes after them: `-2^2` is −4, `2^-3` is 1/8, `2^3^2` is 2⁹. A
//!   superscript belongs to what stands before it: `e^x²` is e^(x²). `e^2x` is (e²)·x, `e^{2x}` is e^(2x).
//! - **Functions without brackets** take the product without signs that follows, up to the next function: `sin 2x` is
//!   sin(2x), `sin x cos y` is sin(x)·cos(y), `sin x^2` is sin(x²), `sin x/2` is sin(x)/2, `sin x + 1` is sin(x) + 1.
//!   With brackets the call ends there: `sin(x)y` is sin(x)·y. `sin²x` and `sin^2(x)` are (sin x)²; `sin⁻¹x` is refused.
//! - **A root** takes one factor with its exponent: `√x²` is √(x²), `√2x` is (√2)·x, `√(x)²` is (√x)².
//! - **Bars** open where an operand must stand and close where one has ended: `|x|y|z|` is |x|·y·|z|, `||x|-1|` nests.
//! - **Comparisons chain**: `0 < x < 1` means both.
//!
//! # Limits
//!
//! [`super::lex::MAX_TEXT`] bytes, [`MAX_DEPTH`] levels of nesting. The work is linear in the text but for names that
//! are split, at most `split::MAX_SPLIT` letters long. The parser recurses once per level, in less than 1 MiB.

use crate::expr::ast::{Ast, Expr, ExprKind, Ident, Infix, MAX_DEPTH, Rank};
use crate::expr::diagnostic::{ParseError, Span, quoted};
use crate::expr::lex::{Token, TokenKind, decode, tokens};
use crate::expr::names::Names;
use crate::expr::split::{Scope, function_names};
use crate::expr::symbols::advice;

/// The tree of `text`. Names that are not known are left for [`super::resolve`] to report.
///
/// `names` must be known already here, for `xy` to be read as x·y with the right precedence.
///
/// # Errors
/// At the first place, from the left, that does not follow the grammar or passes a limit.
pub fn parse(text: &str, names: &Names) -> Result<Ast, ParseError> {
    let mut tokens = tokens(text);
    let scope = Scope::new(names, &function_names(&tokens));
    tokens.reverse();
    Parser { text, rest: tokens, last: Span::default(), depth: 0, open_bars: 0, scope }.formula()
}

/// [`parse`] for bytes that may not be text.
///
/// # Errors
/// Also at the first byte that is not UTF-8.
pub fn parse_bytes(bytes: &[u8], names: &Names) -> Result<Ast, ParseError> {
    parse(decode(bytes)?, names)
}

/// An expression that was read; boxed, since a stack of nested calls holds it.
pub(super) type Parsed = Result<Box<Expr>, ParseError>;

/// The state of a parse; statements are in [`super::statement`], operands in [`super::operand`].
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    /// What is still to be read, the next token last; [`TokenKind::End`] stays at the bottom.
    pub(super) rest: Vec<Token>,
    /// Place of the token read last.
    pub(super) last: Span,
    /// Nested expressions being read.
    depth: usize,
    /// Bars waiting for their partner in the innermost bracket.
    pub(super) open_bars: usize,
    pub(super) scope: Scope,
}

impl Parser<'_> {
    /// An expression of operators that bind at least as tightly as `least`.
    pub(super) fn expression(&mut self, least: Rank) -> Parsed {
        if self.depth == MAX_DEPTH {
            return Err(ParseError::new(
                self.span(),
                format!("the formula is nested more than {MAX_DEPTH} levels deep"),
            )
            .with_help("name inner parts: r = …; sin(r)/r"));
        }
        self.depth += 1;
        let result = self.operators(least);
        self.depth -= 1;
        result
    }

    fn operators(&mut self, least: Rank) -> Parsed {
        let mut left = self.prefixed(least)?;
        loop {
            left = match self.infix() {
                _ if *self.peek() == TokenKind::Caret => self.power(left)?,
                Some((op, _)) if op.rank() >= least => self.chain(left, op.rank())?,
                _ => return Ok(left),
            };
        }
    }

    fn power(&mut self, base: Box<Expr>) -> Parsed {
        self.next();
        let exponent = self.expression(Rank::Sign)?;
        self.node(base.span.to(exponent.span), ExprKind::Power(base, exponent))
    }

    /// All operators of one rank from here, with `first` as the leftmost operand.
    fn chain(&mut self, first: Box<Expr>, rank: Rank) -> Parsed {
        let mut span = first.span;
        let mut rest = Vec::new();
        while let Some((op, written)) = self.infix().filter(|(op, _)| op.rank() == rank) {
            let before = rest.last().map_or(first.span, |(_, e): &(Infix, Expr)| e.span);
            let operand = if written {
                self.next();
                self.expression(rank.tighter())?
            } else {
                self.expression(Rank::Power)?
            };
            if op == Infix::Div && matches!(self.infix(), Some((Infix::Mul, false))) {
                return Err(self.ambiguous_quotient(before, operand.span));
            }
            span = span.to(operand.span);
            rest.push((op, *operand));
        }
        self.node(span, ExprKind::Chain(first, rest))
    }

    #[cold]
    fn ambiguous_quotient(&self, dividend: Span, divisor: Span) -> ParseError {
        let (a, b) = (self.source(dividend), self.source(divisor));
        let c = match self.peek() {
            TokenKind::Name(_) => self.source(self.span()),
            TokenKind::Open(_) => "(…)".to_owned(),
            _ => "…".to_owned(),
        };
        ParseError::new(dividend.to(self.span()), "a division by a product without a sign can be read in two ways")
            .with_label("divided by how much of this?")
            .with_help(format!("write {a}/({b}*{c}) or ({a}/{b})*{c}"))
    }

    /// The operator that comes next, and whether it is written (a product may not be).
    pub(super) fn infix(&mut self) -> Option<(Infix, bool)> {
        let op = match self.peek() {
            TokenKind::Plus => Infix::Add,
            TokenKind::Minus => Infix::Sub,
            TokenKind::Star => Infix::Mul,
            TokenKind::Slash => Infix::Div,
            TokenKind::Less => Infix::Lt,
            TokenKind::LessEqual => Infix::Le,
            TokenKind::Greater => Infix::Gt,
            TokenKind::GreaterEqual => Infix::Ge,
            TokenKind::Equal => Infix::Eq,
            TokenKind::NotEqual => Infix::Ne,
            TokenKind::And => Infix::And,
            TokenKind::Or => Infix::Or,
            TokenKind::DoubleBar if self.open_bars == 0 => Infix::Or,
            TokenKind::Bar if self.open_bars > 0 => return None,
            TokenKind::Name(_) | TokenKind::Open(_) | TokenKind::Root(_) | TokenKind::Bar => {
                return Some((Infix::Mul, false));
            }
            _ => return None,
        };
        Some((op, true))
    }

    fn prefixed(&mut self, least: Rank) -> Parsed {
        match self.peek() {
            TokenKind::Minus | TokenKind::Plus => self.signed(),
            TokenKind::Not if least <= Rank::Not => self.negated(),
            TokenKind::Not => Err(misplaced_not(self.span())),
            _ => self.operand(),
        }
    }

    fn signed(&mut self) -> Parsed {
        let Token { kind, span } = self.next();
        let operand = self.expression(Rank::Sign)?;
        let span = span.to(operand.span);
        if kind == TokenKind::Minus {
            self.node(span, ExprKind::Negate(operand))
        } else {
            Ok(Box::new(operand.at(span)))
        }
    }

    fn negated(&mut self) -> Parsed {
        let start = self.next().span;
        let operand = self.expression(Rank::Not)?;
        self.node(start.to(operand.span), ExprKind::Not(operand))
    }

    /// A node of the tree, if it is not too deep.
    #[inline(never)]
    pub(super) fn node(&self, span: Span, kind: ExprKind) -> Parsed {
        let node = Expr::new(kind, span);
        if node.depth() > MAX_DEPTH {
            return Err(too_deep(span));
        }
        Ok(Box::new(node))
    }

    /// The next token, without reading it.
    pub(super) fn peek(&self) -> &TokenKind {
        self.rest.last().map_or(&TokenKind::End, |t| &t.kind)
    }

    /// Place of the next token.
    pub(super) fn span(&self) -> Span {
        self.rest.last().map_or(self.last, |t| t.span)
    }

    /// Reads a token.
    pub(super) fn next(&mut self) -> Token {
        let token = if self.rest.len() > 1 { self.rest.pop() } else { None };
        let token = token.unwrap_or(Token { kind: TokenKind::End, span: self.span() });
        self.last = token.span;
        token
    }

    /// Reads `kind`, or reports what stands there instead.
    pub(super) fn expect(&mut self, kind: &TokenKind, expected: &[&str]) -> Result<Span, ParseError> {
        if self.peek() == kind { Ok(self.next().span) } else { Err(self.unexpected(expected)) }
    }

    /// Reads a name, whatever it means.
    #[inline(never)]
    pub(super) fn ident(&mut self) -> Result<Ident, ParseError> {
        if !matches!(self.peek(), TokenKind::Name(_)) {
            return Err(self.unexpected(&["a name"]));
        }
        let Token { kind: TokenKind::Name(name), span } = self.next() else {
            return Err(self.unexpected(&["a name"]));
        };
        Ok(Ident { name, span })
    }

    /// The text at `span`, cut if it is long.
    pub(super) fn source(&self, span: Span) -> String {
        quoted(self.text.get(span.start..span.end).unwrap_or_default()).trim_matches('`').to_owned()
    }

    /// The error that something other than the next token should stand here.
    #[cold]
    pub(super) fn unexpected(&self, expected: &[&str]) -> ParseError {
        let (kind, span) = (self.peek(), self.span());
        if let TokenKind::Bad(error) = kind {
            return error.clone();
        }
        let error =
            ParseError::new(span, format!("unexpected {}", kind.describe(self.text, span))).with_expected(expected);
        match kind {
            TokenKind::Number(_) if expected.contains(&"the end of the superscript") => {
                error.with_help("a superscript has no superscript of its own: write e^(-x^2)")
            }
            TokenKind::Number(_) if expected.contains(&"an operator") => {
                error.with_help("a number cannot follow a factor: write * for a product, ^ for a power")
            }
            TokenKind::Comma if self.depth <= 1 => {
                error.with_help("decimals are written with a point: 1.5; a comma separates arguments")
            }
            TokenKind::Assign => error.with_help(advice('=').unwrap_or_default()),
            TokenKind::Not if expected.contains(&"an operator") => {
                error.with_help("there is no factorial; unequal is written !=")
            }
            TokenKind::Close(c) if self.depth == 0 => error.with_help(format!("`{c}` closes nothing here")),
            _ => error,
        }
    }
}

#[cold]
fn too_deep(span: Span) -> ParseError {
    ParseError::new(span, format!("the formula is nested more than {MAX_DEPTH} levels deep"))
        .with_help("name inner parts: r = …; sin(r)/r")
}

#[cold]
fn misplaced_not(span: Span) -> ParseError {
    ParseError::new(span, "`not` binds more loosely than the operator before it")
        .with_help("put it in brackets: x*(not y)")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The names that the tests of the parser's files read with.
    pub(in crate::expr) fn names() -> Names {
        Names::new(["x", "y", "z"], ["a", "b", "ab", "n"]).expect("good names")
    }

    /// The canonical text of what `text` is read as.
    pub(in crate::expr) fn canonical(text: &str) -> String {
        match parse(text, &names()) {
            Ok(ast) => ast.to_string(),
            Err(error) => panic!("{}", error.render(text)),
        }
    }

    /// Checks that each text is read as what stands beside it.
    pub(in crate::expr) fn reads(table: &[(&str, &str)]) {
        for (text, meaning) in table {
            assert_eq!(&canonical(text), meaning, "{text}");
        }
    }

    #[test]
    fn operators_have_their_usual_ranks() {
        reads(&[
            ("1+2*3^4", "1 + 2 * 3^4"),
            ("-2^2", "-2^2"),
            ("(-2)^2", "(-2)^2"),
            ("2^-3^2", "2^-3^2"),
            ("2^3^2", "2^3^2"),
            ("(2^3)^2", "(2^3)^2"),
            ("2**3", "2^3"),
            ("a-b-x", "a - b - x"),
            ("a-(b-x)", "a - (b - x)"),
            ("x/2*y", "x / 2 * y"),
            ("- -+x", "--x"),
            ("not x < y and !z or a", "not x < y and not z or a"),
            ("x<y&&y<z||z", "x < y and y < z or z"),
            ("0<=x≤1", "0 <= x <= 1"),
            ("x == y != z", "x == y != z"),
            ("x*-y", "x * -y"),
            ("[x+{y-(z)}]*2", "(x + (y - z)) * 2"),
        ]);
    }

    #[test]
    fn products_need_no_sign() {
        reads(&[
            ("2x", "2 * x"),
            ("xy", "x * y"),
            ("x²y", "x^2 * y"),
            ("x^2y", "x^2 * y"),
            ("xy²", "x * y^2"),
            ("xy^z", "x * y^z"),
            ("x^ab", "x^ab"),
            ("x^xy", "x^x * y"),
            ("2abx", "2 * ab * x"),
            ("x(y+1)", "x * (y + 1)"),
            ("(x+1)(x-1)", "(x + 1) * (x - 1)"),
            ("3sin(x)", "3 * sin(x)"),
            ("xsin(y)", "x * sin(y)"),
            ("xy/(x²+y²)", "x * y / (x^2 + y^2)"),
            ("e^{x²+y²}", "e^(x^2 + y^2)"),
            ("2^x(y+1)", "2^x * (y + 1)"),
            ("-2x", "-2 * x"),
            ("2π·x×y÷z", "2 * π * x * y / z"),
            ("2e-x", "2 * e - x"),
            ("x-y", "x - y"),
            ("x (y)", "x * y"),
        ]);
    }

    #[test]
    fn a_division_by_a_bare_product_is_refused() {
        for text in
            ["1/2x", "x/2y", "1/xy", "1/2(x+1)", "x/y z", "1/-2x", "1/x²y", "x/sin(y)z", "π/2√x", "1/sin x cos y"]
        {
            let e = parse(text, &names()).expect_err(text);
            assert!(e.message().contains("two ways"), "{text}: {e}");
        }
        reads(&[
            ("1/2*x", "1 / 2 * x"),
            ("(1/2)x", "(1 / 2) * x"),
            ("x/(2y)", "x / (2 * y)"),
            ("xy/2", "x * y / 2"),
            ("x/√2", "x / sqrt(2)"),
        ]);
    }

    #[test]
    fn errors_point_at_the_place() {
        for (text, at, part) in [
            ("", 0, "empty"),
            (" ;\n", 3, "empty"),
            ("x +", 3, "end of the formula"),
            ("x + * y", 4, "unexpected `*`"),
            ("x 2", 2, "unexpected number `2`"),
            ("(x+1", 0, "never closed"),
            ("(x+1]", 4, "`(` is closed by `]`"),
            ("x)", 1, "unexpected `)`"),
            ("sin", 0, "has no argument"),
            ("sin + 1", 0, "has no argument"),
            ("hypot x", 0, "need brackets"),
            ("x = 3; x", 0, "cannot be defined again"),
            ("sin = 3; x", 0, "cannot be defined again"),
            ("r = 1; r = 2; r", 7, "defined already"),
            ("f(t, t) = t; f(1, 2)", 5, "stands twice"),
            ("f(sin) = 1; x", 2, "is a function"),
            ("f(x,y) = x²y", 0, "ends with a definition"),
            ("r = 1", 0, "ends with a definition"),
            ("x + 1\ny", 0, "only the last statement"),
            ("if(x = 1, 2, 3)", 5, "unexpected `=`"),
            ("1,5", 1, "unexpected `,`"),
            ("|x", 0, "never closed"),
            ("²x", 0, "unexpected superscript"),
            ("x!", 1, "unexpected `!`"),
            ("sum(1, 2, 3)", 4, "unexpected number"),
            ("sum k", 4, "unexpected `k`"),
            ("d(x)", 3, "unexpected `)`"),
            ("x*not y", 2, "more loosely"),
            ("πx + y $ (", 8, "unexpected character"),
            ("x and", 5, "end of the formula"),
            ("f(x+1) = 2", 7, "unexpected `=`"),
        ] {
            let e = parse(text, &names()).expect_err(text);
            assert_eq!(e.span().start, at, "{}", e.render(text));
            assert!(e.message().contains(part), "{}", e.render(text));
        }
    }

    #[test]
    fn an_error_says_what_was_expected() {
        let e = parse("(x + y z! 3", &names()).expect_err("bad");
        assert_eq!(e.expected(), ["an operator", "`)`"], "{e:?}");
        let e = parse("x = ", &names()).expect_err("bad");
        assert!(e.message().contains("cannot be defined again"), "{e}");
        let e = parse("q = ", &names()).expect_err("bad");
        assert_eq!(e.expected(), ["a number", "a name", "`(`"], "{e:?}");
        assert!(parse_bytes(b"x\xff", &names()).is_err() && parse_bytes("x²".as_bytes(), &names()).is_ok(), "bytes");
    }
}
