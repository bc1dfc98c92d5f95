//! The characters of mathematical writing: superscripts, look-alikes of operators, and advice on those not understood.

/// The character that a superscript character raises: `²` is a raised `2`, `ⁿ` a raised `n`.
#[must_use]
pub(super) fn raised(c: char) -> Option<char> {
    const RAISED: &str = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻-⁽(⁾)ᵃaᵇbᶜcᵉeᶠfᵍgʰhⁱiʲjᵏkˡlᵐmⁿnᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻzᵅαᵝβᵞγᵟδᶿθᵠφᵡχ";
    if c.is_ascii() {
        return None;
    }
    let mut rest = RAISED.chars();
    while let (Some(form), Some(base)) = (rest.next(), rest.next()) {
        if form == c {
            return Some(base);
        }
    }
    None
}

/// Whether a name can start with `c`.
#[must_use]
pub(super) fn starts_name(c: char) -> bool {
    (c.is_alphabetic() || c == '_') && raised(c).is_none()
}

/// Whether a name can go on with `c`: letters, digits, `_` and subscript digits.
#[must_use]
pub(super) fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_ascii_digit() || ('₀'..='₉').contains(&c)
}

/// Whether `c` is a blank of any width, or one of the invisible marks that copied text brings along.
#[must_use]
pub(super) fn is_blank(c: char) -> bool {
    (c.is_whitespace() && c != '\n' && c != '\r')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{2061}' | '\u{feff}')
}

/// The ASCII operator or bracket that `c` is another way to write.
#[must_use]
pub(super) fn ascii_form(c: char) -> Option<&'static str> {
    Some(match c {
        '·' | '×' | '⋅' | '∗' | '∙' | '•' | '\u{2062}' => "*",
        '÷' | '∕' | '⁄' => "/",
        '−' | '–' | '‐' | '‑' => "-",
        '＋' => "+",
        '≤' | '⩽' => "<=",
        '≥' | '⩾' => ">=",
        '≠' => "!=",
        '∧' => "and",
        '∨' => "or",
        '¬' => "not",
        '，' => ",",
        '（' => "(",
        '）' => ")",
        _ => return None,
    })
}

/// What to write instead of a character that means nothing here.
#[must_use]
pub(super) fn advice(c: char) -> Option<&'static str> {
    Some(match c {
        '\'' | '′' => "a derivative is written d(f, x)",
        '∂' | '∇' => "a derivative is written d(f, x); a gradient grad(f), as in norm(grad(f))",
        '∞' => "infinity is no number here: write a large one such as 1e30, or leave the bound out",
        '½' => "write (1/2)",
        '¼' => "write (1/4)",
        '¾' => "write (3/4)",
        '°' => "angles are in radians: write 30*pi/180 for 30 degrees",
        '%' => "the remainder is written mod(x, y); a percentage is divided by 100",
        '&' => "write `and` or `&&`",
        '?' | ':' => "a choice is written if(condition, a, b)",
        '∑' | 'Σ' => "a sum is written sum(k, 1, 8, …)",
        '∏' => "a product is written prod(k, 1, 8, …)",
        '∫' => "there is no integral; erf(x) gives the integral of a Gaussian",
        '\\' => "LaTeX is not read: write sqrt(x), (a)/(b), sin(x)",
        '$' | '"' | '`' | '@' => "it has no meaning in a formula: leave it out",
        '±' | '∓' => "write two formulas, one with + and one with -",
        '~' | '≈' => "write abs(a - b) < 0.001",
        '=' => "a comparison is written ==, a definition stands at the start: name = …",
        '∈' | '∉' => "write the condition with comparisons: 0 < x < 1",
        '‖' => "a norm is written hypot(x, y), that of a gradient norm(grad(f))",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_superscripts_is_in_pairs() {
        assert_eq!(
            "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣᵡ".chars().filter_map(raised).collect::<String>(),
            "0123456789+-()nxχ",
            "each its base"
        );
        assert_eq!("0nxχ+½₂".chars().filter_map(raised).count(), 0, "nothing else is raised");
    }

    #[test]
    fn superscripts_end_a_name_and_subscripts_do_not() {
        assert!(!continues_name('ⁿ') && !continues_name('²') && !starts_name('ˣ'), "superscripts");
        assert!(continues_name('₁') && !starts_name('₁') && starts_name('θ') && starts_name('_'), "the rest");
    }

    #[test]
    fn invisible_marks_are_blanks_but_line_ends_are_not() {
        assert!("\t \u{a0}\u{2009}\u{200b}\u{feff}".chars().all(is_blank), "blanks");
        assert!(!is_blank('\n') && !is_blank('\r') && !is_blank('\0'), "not blanks");
    }
}
