//! Text to tokens: numbers, names, signs, superscripts and line ends, each with its place.
//!
//! The lexer never fails: at the first character it cannot read it leaves a [`TokenKind::Bad`] token that carries the
//! error, so that the parser reports whatever is wrong further left first. The last token is always [`TokenKind::End`].
//!
//! - A number is `1`, `1.5`, `.5`, `1.` or any of these with an exponent (`1e-3`). An `e` without digits after it is not
//!   an exponent: `2e` is 2·e, `2e-x` is 2·e − x. A number that `f64` cannot hold (`1e400`) or that it rounds to nothing
//!   (`1e-400`) is an error; subnormal numbers are fine.
//! - A name starts with a letter of any script or `_` and goes on with letters, digits, `_` and subscript digits.
//! - A run of superscripts is the exponent that it shows, between [`TokenKind::Raise`] and [`TokenKind::EndRaise`]: its
//!   digits together are one number, its letters are one name each (`xⁿ⁺¹`, `e⁻ˣ`).
//! - A line end separates statements, except inside brackets and after an operator, a comma or `=`. `#` starts a comment.
//! - A byte order mark at the start, blanks of any width and zero-width marks are skipped; other control characters are errors.

use crate::expr::diagnostic::{ParseError, Span, quoted};
use crate::expr::symbols::{advice, ascii_form, continues_name, is_blank, raised, starts_name};

/// Longest formula text, in bytes.
pub const MAX_TEXT: usize = 16 * 1024;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    /// A number, finite and not negative.
    Number(f64),
    /// A name.
    Name(String),
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `^` or `**`
    Caret,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `and` or `&&`
    And,
    /// `or`
    Or,
    /// `||`: `or`, or two bars
    DoubleBar,
    /// `|`
    Bar,
    /// `not` or `!`
    Not,
    /// `√` (2) or `∛` (3)
    Root(u8),
    /// `(`, `[` or `{`
    Open(char),
    /// `)`, `]` or `}`
    Close(char),
    /// `,`
    Comma,
    /// `=`
    Assign,
    /// `;` or a line end
    Separator,
    /// Start of a run of superscripts
    Raise,
    /// End of a run of superscripts
    EndRaise,
    /// A place that cannot be read
    Bad(ParseError),
    /// The end of the text
    End,
}

/// A token and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

impl TokenKind {
    /// What it is, for a message: "`+`", "end of the formula".
    #[must_use]
    pub fn describe(&self, text: &str, span: Span) -> String {
        match self {
            Self::Number(_) => format!("number {}", quoted(text.get(span.start..span.end).unwrap_or_default())),
            Self::Raise | Self::EndRaise => "superscript".to_owned(),
            Self::End => "end of the formula".to_owned(),
            Self::Separator if text.get(span.start..span.end) != Some(";") => "end of the line".to_owned(),
            _ => quoted(text.get(span.start..span.end).unwrap_or_default()),
        }
    }

    /// Whether something must follow, so that a line end after it does not end the statement.
    fn wants_more(&self) -> bool {
        matches!(
            self,
            Self::Plus
                | Self::Minus
                | Self::Star
                | Self::Slash
                | Self::Caret
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
                | Self::Equal
                | Self::NotEqual
                | Self::And
                | Self::Or
                | Self::Not
                | Self::Comma
                | Self::Assign
        )
    }
}

/// The text of `bytes`, which must be UTF-8.
///
/// # Errors
/// At the first byte that is not UTF-8; rendered with `String::from_utf8_lossy` of the same bytes.
pub fn decode(bytes: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        ParseError::new(Span::new(at, at + 1), format!("byte {} of the formula, 0x{byte:02x}, is not UTF-8", at + 1))
            .with_help("save the text as UTF-8, or write it in ASCII: x^2 for x², pi for π")
    })
}

/// The tokens of `text`, the last one [`TokenKind::End`].
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    if text.len() > MAX_TEXT {
        let at = Span::new(text.floor_char_boundary(MAX_TEXT), text.len());
        let error = ParseError::new(at, format!("the formula has {} bytes; at most {MAX_TEXT} are read", text.len()))
            .with_label("too long from here on")
            .with_help("name parts that repeat: r = sqrt(x^2 + y^2); sin(r)/r");
        return [TokenKind::Bad(error), TokenKind::End].map(|kind| Token { kind, span: at }).into();
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lexer = Lexer { text, at: start, brackets: 0, tokens: Vec::new() };
    if let Err(error) = lexer.run() {
        let span = error.span();
        lexer.tokens.push(Token { kind: TokenKind::Bad(error), span });
    }
    let end = Span::new(text.len(), text.len());
    lexer.tokens.push(Token { kind: TokenKind::End, span: end });
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    brackets: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn run(&mut self) -> Result<(), ParseError> {
        while let Some(c) = self.rest().chars().next() {
            if c == '\n' || c == '\r' {
                self.line_end();
            } else if is_blank(c) {
                self.at += c.len_utf8();
            } else if c == '#' {
                self.skip_while(|c| c != '\n' && c != '\r');
            } else if c.is_ascii_digit() || (c == '.' && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit())) {
                self.number()?;
            } else if starts_name(c) {
                self.name();
            } else if raised(c).is_some() {
                self.superscripts()?;
            } else {
                self.sign(c)?;
            }
        }
        Ok(())
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_while(&mut self, keep: impl Fn(char) -> bool) {
        self.at += self.rest().find(|c| !keep(c)).unwrap_or(self.rest().len());
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, span: Span::new(start, self.at) });
    }

    fn line_end(&mut self) {
        let start = self.at;
        self.at += if self.rest().starts_with("\r\n") { 2 } else { 1 };
        let joined = self.tokens.last().is_none_or(|t| t.kind.wants_more());
        if self.brackets == 0 && !joined {
            self.push(TokenKind::Separator, start);
        }
    }

    fn number(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        let digit = |c: char| c.is_ascii_digit();
        self.skip_while(digit);
        if self.rest().starts_with('.') {
            self.at += 1;
            self.skip_while(digit);
        }
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E'])
            && exponent.strip_prefix(['+', '-']).unwrap_or(exponent).starts_with(digit)
        {
            self.at += 2;
            self.skip_while(digit);
        }
        let span = Span::new(start, self.at);
        if self.rest().starts_with('.') {
            self.skip_while(|c| c == '.' || digit(c));
            let whole = Span::new(start, self.at);
            return Err(ParseError::new(whole, format!("{} is not a number", quoted(&self.text[start..self.at])))
                .with_help("a number has one decimal point, and its exponent none: 1.5e-3"));
        }
        let value = read_number(&self.text[start..self.at], span)?;
        self.push(TokenKind::Number(value), start);
        Ok(())
    }

    fn name(&mut self) {
        let start = self.at;
        self.skip_while(continues_name);
        let kind = match &self.text[start..self.at] {
            "and" => TokenKind::And,
            "or" => TokenKind::Or,
            "not" => TokenKind::Not,
            name => TokenKind::Name(name.to_owned()),
        };
        self.push(kind, start);
    }

    fn superscripts(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        self.push(TokenKind::Raise, start);
        let mut digits = String::new();
        let mut digits_start = start;
        loop {
            let c = self.rest().chars().next();
            let base = c.and_then(raised);
            if let Some(digit) = base.filter(char::is_ascii_digit) {
                if digits.is_empty() {
                    digits_start = self.at;
                }
                digits.push(digit);
                self.at += c.map_or(0, char::len_utf8);
                continue;
            }
            if !digits.is_empty() {
                let value = read_number(&digits, Span::new(digits_start, self.at))?;
                self.push(TokenKind::Number(value), digits_start);
                digits.clear();
            }
            let (Some(c), Some(base)) = (c, base) else { break };
            let start = self.at;
            self.at += c.len_utf8();
            let kind = match base {
                '+' => TokenKind::Plus,
                '-' => TokenKind::Minus,
                '(' => TokenKind::Open('('),
                ')' => TokenKind::Close(')'),
                letter => TokenKind::Name(letter.to_string()),
            };
            self.push(kind, start);
        }
        self.push(TokenKind::EndRaise, self.at);
        Ok(())
    }

    fn sign(&mut self, c: char) -> Result<(), ParseError> {
        const TWO: [(&str, TokenKind); 7] = [
            ("**", TokenKind::Caret),
            ("<=", TokenKind::LessEqual),
            (">=", TokenKind::GreaterEqual),
            ("==", TokenKind::Equal),
            ("!=", TokenKind::NotEqual),
            ("&&", TokenKind::And),
            ("||", TokenKind::DoubleBar),
        ];
        let start = self.at;
        if let Some((sign, kind)) = TWO.iter().find(|(sign, _)| self.rest().starts_with(sign)) {
            self.at += sign.len();
            self.push(kind.clone(), start);
            return Ok(());
        }
        let kind = match (c, ascii_form(c).unwrap_or_default()) {
            ('+', _) | (_, "+") => TokenKind::Plus,
            ('-', _) | (_, "-") => TokenKind::Minus,
            ('*', _) | (_, "*") => TokenKind::Star,
            ('/', _) | (_, "/") => TokenKind::Slash,
            ('^', _) => TokenKind::Caret,
            ('<', _) => TokenKind::Less,
            ('>', _) => TokenKind::Greater,
            (_, "<=") => TokenKind::LessEqual,
            (_, ">=") => TokenKind::GreaterEqual,
            (_, "!=") => TokenKind::NotEqual,
            (_, "and") => TokenKind::And,
            (_, "or") => TokenKind::Or,
            ('!', _) | (_, "not") => TokenKind::Not,
            ('|', _) => TokenKind::Bar,
            ('√', _) => TokenKind::Root(2),
            ('∛', _) => TokenKind::Root(3),
            ('(' | '[' | '{', _) => TokenKind::Open(c),
            (_, "(") => TokenKind::Open('('),
            (')' | ']' | '}', _) => TokenKind::Close(c),
            (_, ")") => TokenKind::Close(')'),
            (',', _) | (_, ",") => TokenKind::Comma,
            ('=', _) => TokenKind::Assign,
            (';', _) => TokenKind::Separator,
            _ => return Err(self.unknown(c)),
        };
        match kind {
            TokenKind::Open(_) => self.brackets += 1,
            TokenKind::Close(_) => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        self.at += c.len_utf8();
        self.push(kind, start);
        Ok(())
    }

    fn unknown(&self, c: char) -> ParseError {
        let span = Span::new(self.at, self.at + c.len_utf8());
        let code = u32::from(c);
        let message = if c.is_control() {
            format!("control character U+{code:04X} in the formula")
        } else if c.is_ascii_graphic() || advice(c).is_some() {
            format!("unexpected character {}", quoted(&c.to_string()))
        } else {
            format!("unexpected character {} (U+{code:04X})", quoted(&c.to_string()))
        };
        let error = ParseError::new(span, message);
        match advice(c) {
            Some(advice) => error.with_help(advice),
            None if c.is_control() => error.with_help("the text must be plain: remove it"),
            None if c.is_numeric() => error.with_help("write numbers with the digits 0 to 9"),
            None => error,
        }
    }
}

fn read_number(digits: &str, span: Span) -> Result<f64, ParseError> {
    let value: f64 =
        digits.parse().map_err(|_| ParseError::new(span, format!("{} is not a number", quoted(digits))))?;
    if value.is_infinite() {
        return Err(ParseError::new(span, format!("the number {} is too large", quoted(digits)))
            .with_help("the largest number is about 1.8e308 (3.4e38 on the single-precision engines)"));
    }
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    if value == 0.0 && mantissa.contains(|c: char| ('1'..='9').contains(&c)) {
        return Err(ParseError::new(span, format!("the number {} is too small and would become 0", quoted(digits)))
            .with_help("the smallest number is about 4.9e-324; write 0 if zero is meant"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::TokenKind::*;
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut all: Vec<_> = tokens(text).into_iter().map(|t| t.kind).collect();
        assert_eq!(all.pop(), Some(End), "the end comes last");
        all
    }

    fn name(s: &str) -> TokenKind {
        Name(s.to_owned())
    }

    fn error(text: &str) -> ParseError {
        tokens(text).into_iter().find_map(|t| if let Bad(e) = t.kind { Some(e) } else { None }).expect("an error")
    }

    #[test]
    fn numbers_are_read_to_the_last_bit() {
        for (text, value) in [
            ("1", 1.0),
            ("1.5", 1.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("1e-3", 1e-3),
            ("6.02E+23", 6.02e23),
            ("0.1", 0.1),
            ("0e999", 0.0),
            ("5e-324", 5e-324),
        ] {
            assert_eq!(kinds(text), [Number(value)], "{text}");
        }
    }

    #[test]
    fn an_e_without_digits_is_a_name() {
        assert_eq!(kinds("2e"), [Number(2.0), name("e")], "2·e");
        assert_eq!(kinds("2e-x"), [Number(2.0), name("e"), Minus, name("x")], "2·e − x");
        assert_eq!(kinds("2exp"), [Number(2.0), name("exp")], "2·exp");
        assert_eq!(kinds("2e3x"), [Number(2000.0), name("x")], "2000·x");
    }

    #[test]
    fn numbers_out_of_range_or_misspelt_are_errors_in_place() {
        for (text, span, part) in [
            ("x+1e400", (2, 7), "too large"),
            ("1e-400", (0, 6), "would become 0"),
            ("1.2.3", (0, 5), "not a number"),
            ("1e5.5+x", (0, 5), "not a number"),
            ("1..2", (0, 4), "not a number"),
        ] {
            let e = error(text);
            assert_eq!((e.span().start, e.span().end), span, "{text}");
            assert!(e.message().contains(part), "{text}: {e}");
        }
    }

    #[test]
    fn superscripts_become_an_exponent() {
        assert_eq!(kinds("x²y"), [name("x"), Raise, Number(2.0), EndRaise, name("y")], "digits");
        assert_eq!(kinds("x⁻¹²"), [name("x"), Raise, Minus, Number(12.0), EndRaise], "sign");
        let power = [name("x"), Raise, name("n"), Plus, Number(1.0), EndRaise];
        assert_eq!(kinds("xⁿ⁺¹"), power, "letters");
        let spans: Vec<_> = tokens("x²").iter().map(|t| (t.span.start, t.span.end)).collect();
        assert_eq!(spans, [(0, 1), (1, 1), (1, 3), (3, 3), (3, 3)], "places in bytes");
    }

    #[test]
    fn signs_have_their_looks_alike() {
        assert_eq!(kinds("+-*/^** <= >= == != && || ! |").len(), 14, "ASCII");
        assert_eq!(
            kinds("· × ⋅ ∗ ÷ − ≤ ≥ ≠ √ ∛"),
            [Star, Star, Star, Star, Slash, Minus, LessEqual, GreaterEqual, NotEqual, Root(2), Root(3)],
            "mathematical"
        );
    }

    #[test]
    fn line_ends_separate_unless_something_must_follow() {
        assert_eq!(kinds("x\r\ny\rz\nw").iter().filter(|k| **k == Separator).count(), 3, "three kinds of line end");
        assert_eq!(kinds("(x\n+\ny)\n"), [Open('('), name("x"), Plus, name("y"), Close(')'), Separator], "in brackets");
        assert_eq!(kinds("\n\nx +\n y # a comment + \n"), [name("x"), Plus, name("y"), Separator], "after an operator");
    }

    #[test]
    fn what_cannot_be_read_is_an_error_token_at_its_place() {
        for (text, at) in
            [("x\0", 1), ("x + $", 4), ("π + '", 5), ("∞", 0), ("\u{7}", 0), ("x½", 1), ("٣", 0), ("x & y", 2)]
        {
            let e = error(text);
            assert_eq!(e.span().start, at, "{text:?}");
            assert!(!e.help().is_empty(), "{text:?} comes with advice: {e}");
        }
        assert_eq!(kinds("\u{feff}x\u{a0}+\ty\u{200b}"), [name("x"), Plus, name("y")], "marks and blanks are skipped");
        assert_eq!(decode(b"x + \xff").expect_err("invalid").span(), Span::new(4, 5), "invalid UTF-8");
    }

    #[test]
    fn text_over_the_limit_is_one_error() {
        let long = "(".repeat(10_000_000);
        assert!(error(&long).message().contains("10000000 bytes"), "{}", error(&long));
        assert!(!matches!(tokens(&"x".repeat(MAX_TEXT))[0].kind, Bad(_)), "the limit itself is fine");
    }
}
