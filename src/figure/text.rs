//! Text as coverage: lines of glyphs from the embedded font, upright or turned a quarter to the left.
//!
//! The font is a subset of `DejaVu` Sans (Latin, Greek, Cyrillic, mathematical signs, raised and lowered digits), whose
//! licence lies beside it in `font/`. Glyph outlines are filled by `ab_glyph` with exact area coverage; positions along
//! the line are kept to a quarter of a pixel, base lines are whole pixels, and sizes are chosen so that capitals and
//! digits are a whole number of pixels high ([`crisp_size`]), which keeps their tops and feet sharp without hinting.
//!
//! Limits: no ligatures, no right-to-left or combining scripts; a character that the font lacks is drawn as a box.
//! Glyphs above [`LARGEST`] pixels are filled at that size and enlarged with their edges sharpened again, so that the
//! text of a figure of any size needs memory for a small one only.

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};
use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("font/DejaVuSans-subset.ttf")).expect("the embedded font is whole")
});

/// Height of capitals and digits of the font, as a share of the em.
const CAPITAL: f64 = 0.729;
/// Glyphs are filled at no more than this many pixels per em.
pub const LARGEST: f64 = 192.0;

/// The size in pixels per em nearest to `size` at which capitals are a whole number of pixels high.
pub fn crisp_size(size: f64) -> f64 {
    (size * CAPITAL).round().max(1.0) / CAPITAL
}

/// Height of capitals and digits, in pixels, at `size` pixels per em.
pub fn capital_height(size: f64) -> f64 {
    size * CAPITAL
}

/// How far letters reach above and below the base line, in pixels, at `size` pixels per em.
pub fn reach(size: f64) -> (f64, f64) {
    (0.80 * size, 0.24 * size)
}

/// The length of a line of text in pixels, at `size` pixels per em.
pub fn width(text: &str, size: f64) -> f64 {
    advances(text, size).1
}

/// The text, shortened with an ellipsis so that it is at most `room` pixels long; empty if not even that fits.
pub fn elided(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let shortened = |keep: usize| characters[..keep].iter().collect::<String>().trim_end().to_owned() + "…";
    // Widths grow with the number of characters but for kerning, so halving finds the longest that fits.
    let (mut fits, mut fails) = (0, characters.len());
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if width(&shortened(middle), size) <= room { fits = middle } else { fails = middle }
    }
    if fits == 0 { String::new() } else { shortened(fits) }
}

/// The place of each glyph along the line, and where the line ends.
pub(super) fn advances(text: &str, size: f64) -> (Vec<(GlyphId, f64)>, f64) {
    let font = FONT.as_scaled(scale(size));
    let mut along = 0.0_f64;
    let mut previous: Option<GlyphId> = None;
    let mut places = Vec::new();
    for c in text.chars().filter(|c| !c.is_control()) {
        let id = font.glyph_id(c);
        if let Some(previous) = previous {
            along += f64::from(font.kern(previous, id));
        }
        places.push((id, along));
        along += f64::from(font.h_advance(id));
        previous = Some(id);
    }
    (places, along)
}

/// `ab_glyph` measures sizes from ascent to descent, we per em.
#[expect(clippy::cast_possible_truncation, reason = "pixel sizes")]
fn scale(size: f64) -> PxScale {
    let em = f64::from(FONT.units_per_em().unwrap_or(2048.0));
    PxScale::from((size * f64::from(FONT.height_unscaled()) / em) as f32)
}

/// The coverage of one glyph: bytes by rows, with its upper left corner relative to the pen.
#[derive(Clone, Debug, Default)]
struct Stencil {
    left: i64,
    top: i64,
    width: i64,
    height: i64,
    coverage: Vec<u8>,
}

/// Draws text and remembers the glyphs it has filled.
#[derive(Debug, Default)]
pub struct Pen {
    stencils: HashMap<(u16, u64, u8), Stencil>,
}

/// Rows of pixels that are being drawn, as far as text is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The first row.
    pub from: i64,
    /// One past the last row.
    pub to: i64,
}

/// A line of text at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What is written.
    pub text: String,
    /// Pixels per em.
    pub size: f64,
    /// Where the pen starts along the row.
    pub x: f64,
    /// The row of the base line; for turned text, where the pen starts (it moves up).
    pub y: f64,
    /// Turned a quarter to the left: the text runs upward and its base line is the column `x`.
    pub upward: bool,
}

impl Line {
    /// The smallest box that holds the text: left, top, right, bottom.
    pub fn bounds(&self) -> (f64, f64, f64, f64) {
        let (above, below) = reach(self.size);
        let length = width(&self.text, self.size);
        if self.upward {
            (self.x - above, self.y - length, self.x + below, self.y)
        } else {
            (self.x, self.y - above, self.x + length, self.y + below)
        }
    }
}

impl Pen {
    /// Calls `set(x, y, coverage)` for each covered pixel of a line that lies in `rows`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pixel places are far below 2⁵³; quarters are 0 to 3"
    )]
    pub fn draw(&mut self, line: &Line, rows: Rows, set: &mut impl FnMut(i64, i64, u8)) {
        let filled = line.size.min(LARGEST);
        let enlarge = line.size / filled;
        for (id, along) in advances(&line.text, line.size).0 {
            // The pen's place in whole pixels and quarters: along the row, or up the column for turned text.
            let place = if line.upward { along - line.y } else { along + line.x };
            let whole = place.floor();
            let quarter = if enlarge > 1.0 { 0 } else { ((place - whole) * 4.0).floor() as u8 };
            let stencil = self.stencil(id, filled, quarter);
            let (pen, base) = (whole as i64, if line.upward { line.x } else { line.y } as i64);
            if line.upward {
                let part = Part { u: (-rows.to - pen, -rows.from - pen), ..Part::ALL };
                stamp(stencil, enlarge, part, |u, v, coverage| set(base + v, -(pen + u) - 1, coverage));
            } else {
                let part = Part { v: (rows.from - base, rows.to - base), ..Part::ALL };
                stamp(stencil, enlarge, part, |u, v, coverage| set(pen + u, base + v, coverage));
            }
        }
    }

    fn stencil(&mut self, id: GlyphId, size: f64, quarter: u8) -> &Stencil {
        self.stencils.entry((id.0, size.to_bits(), quarter)).or_insert_with(|| fill(id, size, quarter))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounds of one glyph of at most LARGEST pixels"
)]
fn fill(id: GlyphId, size: f64, quarter: u8) -> Stencil {
    let glyph = id.with_scale_and_position(scale(size), point(f32::from(quarter) * 0.25, 0.0));
    let Some(outline) = FONT.outline_glyph(glyph) else {
        return Stencil::default();
    };
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width() as usize, bounds.height() as usize);
    let mut coverage = vec![0; width * height];
    outline.draw(|x, y, c| {
        if let Some(byte) = coverage.get_mut(y as usize * width + x as usize) {
            *byte = (c.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    });
    Stencil {
        left: bounds.min.x as i64,
        top: bounds.min.y as i64,
        width: width.cast_signed() as i64,
        height: height.cast_signed() as i64,
        coverage,
    }
}

/// The part of a stencil that is wanted: from (included) and to (not included) along the line and downward.
#[derive(Clone, Copy)]
struct Part {
    u: (i64, i64),
    v: (i64, i64),
}

impl Part {
    const ALL: Self = Self { u: (i64::MIN, i64::MAX), v: (i64::MIN, i64::MAX) };
}

/// Calls `set(u, v, coverage)` for the covered pixels of a stencil, enlarged; u runs along the line, v downward, both
/// from the pen.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of one glyph"
)]
fn stamp(stencil: &Stencil, enlarge: f64, part: Part, mut set: impl FnMut(i64, i64, u8)) {
    let at = |x: i64, y: i64| {
        if (0..stencil.width).contains(&x) && (0..stencil.height).contains(&y) {
            stencil.coverage[(y * stencil.width + x) as usize]
        } else {
            0
        }
    };
    let edge = |place: i64| (place as f64 * enlarge).floor() as i64;
    // Enlarged, a glyph reaches half a pixel of the small one further on either side.
    let ring = i64::from(enlarge > 1.0);
    let (u_from, u_to) =
        (edge(stencil.left - ring).max(part.u.0), edge(stencil.left + stencil.width + ring).min(part.u.1));
    let (v_from, v_to) =
        (edge(stencil.top - ring).max(part.v.0), edge(stencil.top + stencil.height + ring).min(part.v.1));
    for v in v_from..v_to {
        for u in u_from..u_to {
            let coverage = if ring == 0 {
                at(u - stencil.left, v - stencil.top)
            } else {
                let x = (u as f64 + 0.5) / enlarge - stencil.left as f64 - 0.5;
                let y = (v as f64 + 0.5) / enlarge - stencil.top as f64 - 0.5;
                let (fx, fy) = (x - x.floor(), y - y.floor());
                let (x, y) = (x.floor() as i64, y.floor() as i64);
                let mix = |a: f64, b: f64, t: f64| a * (1.0 - t) + b * t;
                let row = |y: i64| mix(at(x, y).into(), at(x + 1, y).into(), fx);
                // The edge is as wide as the enlargement; steepened by it, it is one pixel wide again.
                ((mix(row(y), row(y + 1), fy) - 127.5) * enlarge + 127.5).clamp(0.0, 255.0) as u8
            };
            if coverage > 0 {
                set(u, v, coverage);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(line: &Line) -> Vec<(i64, i64, u8)> {
        let mut pixels = Vec::new();
        Pen::default().draw(line, Rows { from: -10_000, to: 10_000 }, &mut |x, y, c| pixels.push((x, y, c)));
        pixels
    }

    fn line(text: &str, size: f64, upward: bool) -> Line {
        Line { text: text.to_owned(), size, x: 0.0, y: 0.0, upward }
    }

    #[test]
    fn the_font_has_what_formulas_need() {
        let needed = "∇∂‖²³⁴√·×−∞±≤≥→πτ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣʸ₀₁₂₃₄₅₆₇₈₉ₓ…θφλαβγδεΔΣ°′|{}^_~é≠≈∑∏∫∈ℝ";
        let ascii = (' '..='~').collect::<String>();
        for c in needed.chars().chain(ascii.chars()) {
            assert_ne!(FONT.glyph_id(c).0, 0, "{c:?} is missing from the font");
        }
    }

    #[test]
    fn ink_stays_within_the_bounds() {
        for upward in [false, true] {
            let line = line("∇f(x)² gÅ", 20.0, upward);
            let (left, top, right, bottom) = line.bounds();
            let pixels = drawn(&line);
            assert!(pixels.len() > 200, "something is drawn");
            for (x, y, _) in pixels {
                let (x, y) = (x as f64, y as f64);
                // The ring of Å rises above what letters take; one em is the outer limit.
                assert!(x >= left - 5.0 && x <= right + 1.0 && y >= top - 5.0 && y <= bottom + 1.0, "{upward} {x} {y}");
            }
        }
    }

    #[test]
    fn turned_text_is_the_upright_text_turned() {
        let mut upright: Vec<_> =
            drawn(&line("Ab7", 24.0, false)).into_iter().map(|(x, y, c)| (y, -x - 1, c)).collect();
        let mut turned = drawn(&line("Ab7", 24.0, true));
        upright.sort_unstable();
        turned.sort_unstable();
        assert_eq!(upright, turned, "quarter turn to the left");
    }

    #[test]
    fn capitals_of_a_crisp_size_fill_whole_rows() {
        let size = crisp_size(19.6);
        assert!((size - 19.6).abs() < 0.7, "near what was asked: {size}");
        let rows = drawn(&line("H", size, false)).iter().map(|p| p.1).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(rows.len(), 14, "0.729 em of 19.2 pixels");
        assert_eq!(rows.last(), Some(&-1), "they stand on the base line");
    }

    #[test]
    fn unknown_characters_are_boxes_and_control_characters_nothing() {
        assert!(!drawn(&line("字", 20.0, false)).is_empty(), "a box");
        assert!(drawn(&line("\u{0}\n\t", 20.0, false)).is_empty(), "nothing");
        assert_eq!(width("", 20.0), 0.0, "no text, no width");
    }

    #[test]
    fn long_text_is_elided_to_fit() {
        let text = "sin(x)·cos(y) + sin(x)·cos(y) + sin(x)·cos(y)";
        for room in [0.0, 5.0, 12.0, 50.0, 200.0, 1000.0] {
            let short = elided(text, 16.0, room);
            assert!(short.is_empty() || width(&short, 16.0) <= room, "{short} in {room}");
            assert!(short.is_empty() || short == text || short.ends_with('…'), "{short}");
        }
        assert_eq!(elided(text, 16.0, 1000.0), text, "enough room");
        assert!(elided(text, 16.0, 200.0).starts_with("sin(x)·cos(y)"), "the beginning stays");
    }

    #[test]
    fn large_text_covers_what_the_same_text_small_covers() {
        let area = |size: f64| {
            drawn(&line("∇8", size, false)).iter().map(|p| f64::from(p.2)).sum::<f64>() / 255.0 / (size * size)
        };
        /// Edges are a pixel wide in either, so areas differ by about the outline's length (4 em) times a tenth of a
        /// pixel of the smaller.
        const SAME_AREA: f64 = 4.0 * 0.1 / 160.0;
        let (small, large) = (area(160.0), area(800.0));
        assert!((small - large).abs() < SAME_AREA, "{small} {large}");
    }
}
