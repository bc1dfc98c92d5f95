//! From the words of options to values: numbers, extents, colours, sizes of memory.

use crate::cli::failure::Failure;
use crate::expr::formula::constant;

/// A finite number, or a constant formula such as `2pi`.
pub(crate) fn number(text: &str, what: &str) -> Result<f64, Failure> {
    constant(text).filter(|value| value.is_finite()).ok_or_else(|| {
        Failure::input(format_args!("{what}: `{}` is not a number; write it like 2, -1.5e3 or pi/2", text.trim()))
    })
}

/// Numbers separated by commas.
pub(crate) fn numbers(text: &str, what: &str) -> Result<Vec<f64>, Failure> {
    text.split(',').map(|part| number(part, what)).collect()
}

/// Levels separated by commas, each once.
pub(crate) fn levels(text: &str, what: &str) -> Result<Vec<f64>, Failure> {
    let mut levels: Vec<f64> = Vec::new();
    for level in numbers(text, what)? {
        if !levels.contains(&level) {
            levels.push(level);
        }
    }
    Ok(levels)
}

/// Two numbers with a colon between.
pub(crate) fn extent(text: &str, what: &str) -> Result<(f64, f64), Failure> {
    match text.split_once(':') {
        Some((from, to)) => Ok((number(from, what)?, number(to, what)?)),
        None => {
            Err(Failure::input(format_args!("{what}: write two ends with a colon between, as in -1:1, not `{text}`")))
        }
    }
}

/// A colour as CSS writes it, `#rgb` or `#rrggbb`, or one of a few by name.
pub(crate) fn colour(text: &str, what: &str) -> Result<[u8; 3], Failure> {
    const NAMES: [(&str, &str); 9] = [
        ("black", "#000000"),
        ("white", "#ffffff"),
        ("gray", "#808080"),
        ("grey", "#808080"),
        ("red", "#d62728"),
        ("blue", "#1f77b4"),
        ("green", "#2ca02c"),
        ("orange", "#ff7f0e"),
        ("yellow", "#ffd700"),
    ];
    let trimmed = text.trim().to_ascii_lowercase();
    let written = NAMES.iter().find(|(name, _)| *name == trimmed).map_or(trimmed.as_str(), |(_, written)| written);
    let digits = written.strip_prefix('#').filter(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()));
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok().map(|number| (number, digits.len())));
    match number {
        Some((number, 6)) => {
            let [_, red, green, blue] = number.to_be_bytes();
            Ok([red, green, blue])
        }
        // Each digit stands for itself twice.
        Some((number, 3)) => Ok([8, 4, 0].map(|shift| (17 * ((number >> shift) & 15)).to_le_bytes()[0])),
        _ => Err(Failure::input(format_args!(
            "{what}: `{}` is no colour; write it like #1f77b4, or black, white, gray, red, blue, green, orange or yellow",
            text.trim()
        ))),
    }
}

/// Bytes, with K, M or G for powers of 1024.
pub(crate) fn memory(text: &str) -> Result<usize, Failure> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: usize = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        _ => 0,
    };
    let bytes = digits.parse::<usize>().ok().and_then(|count| count.checked_mul(factor)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| Failure::input(format_args!("--memory {text}: write a size such as 512M or 2G")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_sizes_are_powers_of_1024() {
        assert_eq!(memory("64M").ok(), Some(64 << 20), "megabytes");
        assert_eq!(memory("1g").ok(), Some(1 << 30), "lower case");
        assert_eq!(memory("4096").ok(), Some(4096), "bytes");
        assert!(memory("0").is_err() && memory("many").is_err() && memory("99999999999G").is_err(), "not sizes");
    }

    #[test]
    fn colours_are_read() {
        let read = |text: &str| colour(text, "--contour-color").ok();
        assert_eq!(read("#0B1d51"), Some([11, 29, 81]), "six digits");
        assert_eq!((read("#f80"), read(" White ")), (Some([255, 136, 0]), Some([255; 3])), "three digits, a name");
        assert_eq!((read("f80"), read("#+ff"), read("#12345"), read("mauve")), (None, None, None, None), "no colours");
    }
}
