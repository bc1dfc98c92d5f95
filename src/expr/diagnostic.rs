//! Errors in formula text: where, what, and what to do, drawn with the place underlined.
//!
//! A [`ParseError`] holds byte positions only, so it outlives the text; [`ParseError::render`] takes the text again and
//! shows the lines concerned. Long lines are cut to a window around the place, so an error in ten megabytes of input
//! still prints a few lines. Positions that do not fit the text (another text, or the lossy reading of invalid UTF-8)
//! are moved to the nearest character.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;

/// Characters of a long line that are shown on either side of the place of an error.
const WINDOW: usize = 60;
/// Longest excerpt that is shown uncut, in characters.
const EXCERPT: usize = 240;
/// Characters of a name that are repeated in a message.
const QUOTED: usize = 40;

/// A range of bytes in a formula text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start..span.end
    }
}

/// What is wrong with a formula text, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct ParseError(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    span: Span,
    message: String,
    label: String,
    expected: Vec<String>,
    help: Vec<String>,
    context: Option<(Span, String)>,
}

impl ParseError {
    /// An error at `span`; `message` says what is wrong and how much, without a final stop.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            span,
            message: message.into(),
            label: String::new(),
            expected: Vec::new(),
            help: Vec::new(),
            context: None,
        }))
    }

    /// The same error with a short text beside the underline.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    /// The same error with the list of what could have stood here.
    #[must_use]
    pub fn with_expected(mut self, expected: &[&str]) -> Self {
        self.0.expected = expected.iter().map(|&s| s.to_owned()).collect();
        self
    }

    /// The same error with one more line of advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help.push(help.into());
        self
    }

    /// The same error with a second place that explains it.
    #[must_use]
    pub fn with_context(mut self, span: Span, label: impl Into<String>) -> Self {
        self.0.context = Some((span, label.into()));
        self
    }

    /// Where it is.
    #[must_use]
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What could have stood here; empty where that says nothing.
    #[must_use]
    pub fn expected(&self) -> &[String] {
        &self.0.expected
    }

    /// What to do, one line each.
    #[must_use]
    pub fn help(&self) -> &[String] {
        &self.0.help
    }

    /// The error as plain text, with the place in `text` underlined; no final newline.
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        self.render_by(&Renderer::plain(), text)
    }

    /// [`Self::render`] in the colours of a terminal.
    #[must_use]
    pub fn render_colored(&self, text: &str) -> String {
        self.render_by(&Renderer::styled(), text)
    }

    fn render_by(&self, renderer: &Renderer, text: &str) -> String {
        let Details { span, message, label, expected, help, context } = &*self.0;
        let excerpt = Excerpt::new(text, *span, context.as_ref().map(|c| c.0));
        let label = match (label.is_empty(), expected.is_empty()) {
            (false, _) => label.clone(),
            (true, false) => format!("expected {}", alternatives(expected)),
            (true, true) => String::new(),
        };
        let place = AnnotationKind::Primary.span(excerpt.place.clone());
        let place = if label.is_empty() { place } else { place.label(label) };
        let mut snippet = Snippet::source(&excerpt.text).line_start(excerpt.line).annotation(place);
        if let (Some(range), Some((_, label))) = (&excerpt.context, context) {
            snippet = snippet.annotation(AnnotationKind::Context.span(range.clone()).label(label));
        }
        let report = Level::ERROR.primary_title(message).element(snippet);
        let report = report.elements(help.iter().map(|line| Level::HELP.message(line)));
        renderer.render(&[report])
    }
}

/// The part of a text that an error is shown with, and the places in it.
struct Excerpt {
    text: String,
    line: usize,
    place: Range<usize>,
    context: Option<Range<usize>>,
}

impl Excerpt {
    fn new(text: &str, place: Span, context: Option<Span>) -> Self {
        let start = text.floor_char_boundary(place.start);
        let end = text.ceil_char_boundary(place.end).max(start);
        if let Some(other) = context {
            let (other_start, other_end) = (text.floor_char_boundary(other.start), text.ceil_char_boundary(other.end));
            let other_end = other_end.max(other_start);
            let (from, to) = (line_start(text, start.min(other_start)), line_end(text, end.max(other_end)));
            if text[from..to].chars().take(EXCERPT + 1).count() <= EXCERPT {
                return Self {
                    text: text[from..to].to_owned(),
                    line: line_number(text, from),
                    place: start - from..end - from,
                    context: Some(other_start - from..other_end - from),
                };
            }
        }
        let (line_from, line_to) = (line_start(text, start), line_end(text, start));
        let end = end.min(line_to).max(start);
        let (mut from, mut to) = (line_from, line_to.max(start));
        if text[from..to].chars().take(EXCERPT + 1).count() > EXCERPT {
            from = text[from..start].char_indices().rev().nth(WINDOW).map_or(from, |(i, _)| from + i);
            to = text[start..to].char_indices().nth(WINDOW).map_or(to, |(i, _)| start + i);
        }
        let (head, tail) = (if from > line_from { "…" } else { "" }, if to < line_to { "…" } else { "" });
        Self {
            text: format!("{head}{}{tail}", &text[from..to]),
            line: line_number(text, from),
            place: start - from + head.len()..end.min(to) - from + head.len(),
            context: None,
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |i| i + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let line = text[at..].split('\n').next().unwrap_or_default();
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

fn line_number(text: &str, at: usize) -> usize {
    1 + text[..at].bytes().filter(|&b| b == b'\n').count()
}

/// `a`, `a or b`, `a, b or c`.
fn alternatives(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A piece of the user's text between backquotes, cut if long, with invisible characters written out.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTED {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The column (in characters, from 0) of the first caret, relative to the first character of the source line.
    fn caret(rendered: &str) -> usize {
        let line = rendered.lines().find(|l| l.contains('^')).expect("a line with a caret");
        let source = rendered.lines().find(|l| l.starts_with("1 |")).expect("the source line");
        let margin = source.find('|').expect("a margin") + 2;
        line.chars().take_while(|&c| c != '^').count() - margin
    }

    #[test]
    fn the_underline_stands_under_the_place_with_any_letters_before_it() {
        for (text, place) in [("x + $", "$"), ("π·√x − $", "$"), ("x²y + foo", "foo"), ("ñandú + ¿", "¿")] {
            let start = text.find(place).expect("the place is in the text");
            let rendered = ParseError::new(Span::new(start, start + place.len()), "wrong").render(text);
            assert_eq!(caret(&rendered), text[..start].chars().count(), "{rendered}");
            let carets = rendered.chars().filter(|&c| c == '^').count();
            assert_eq!(carets, place.chars().count(), "{rendered}");
        }
    }

    #[test]
    fn the_right_line_is_shown_with_its_number() {
        let text = "r = 1\r\ns = 2\r\nr + $\r\n";
        let at = text.find('$').expect("present");
        let rendered = ParseError::new(Span::new(at, at + 1), "wrong").render(text);
        assert!(rendered.contains("3 | r + $\n"), "{rendered}");
        assert!(!rendered.contains("s = 2"), "{rendered}");
    }

    #[test]
    fn an_empty_place_at_the_end_gets_a_caret() {
        for text in ["", "x +", "x +\n", "a = 1\nx +"] {
            let rendered = ParseError::new(Span::new(text.len(), text.len()), "ends").render(text);
            assert!(rendered.contains('^'), "{rendered}");
        }
    }

    #[test]
    fn context_is_shown_when_it_is_near() {
        let rendered =
            ParseError::new(Span::new(4, 5), "a").with_context(Span::new(0, 1), "opened here").render("(x+y]");
        assert!(rendered.contains("opened here"), "{rendered}");
        let far = format!("({}]", "x+".repeat(500));
        let end = far.len();
        let rendered =
            ParseError::new(Span::new(end - 1, end), "a").with_context(Span::new(0, 1), "opened here").render(&far);
        assert!(!rendered.contains("opened here") && rendered.len() < 400, "{rendered}");
    }

    #[test]
    fn long_text_is_cut_around_the_place() {
        let text = "(".repeat(10_000_000);
        let rendered = ParseError::new(Span::new(5_000_000, 5_000_001), "deep").render(&text);
        assert!(rendered.len() < 400 && rendered.contains("…("), "{rendered}");
    }

    #[test]
    fn any_position_in_any_text_can_be_rendered() {
        let texts = ["", "é", "\n\n", "\r\n", "\0\t\u{7}x", "a\u{301}b\u{200d}", "x\u{feff}y", "x\ry"];
        for text in texts {
            for start in 0..text.len() + 3 {
                for end in [0, start, start + 1, usize::MAX] {
                    let error = ParseError::new(Span::new(start, end), "m").with_context(Span::new(end, start), "c");
                    assert!(error.render(text).contains("error"), "{text:?} {start} {end}");
                }
            }
        }
    }

    #[test]
    fn only_the_coloured_form_has_escapes() {
        let error = ParseError::new(Span::new(0, 1), "m").with_expected(&["a", "b", "c"]).with_help("h");
        assert!(!error.render("x").contains('\u{1b}'), "plain");
        assert!(error.render_colored("x").contains('\u{1b}'), "coloured");
        assert!(error.render("x").contains("expected a, b or c"), "{}", error.render("x"));
        assert!(error.render("x").contains("help: h"), "{}", error.render("x"));
    }

    #[test]
    fn quoted_text_is_short_and_visible() {
        assert_eq!(quoted("x\0"), "`x\\u{0}`", "control characters are written out");
        assert_eq!(quoted(&"x".repeat(99)).chars().count(), QUOTED + 3, "cut");
    }
}
