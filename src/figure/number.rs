//! Tick numbers as exact decimals, and how they are written.
//!
//! A tick is a whole number of steps, and a step is 1, 2, 2.5 or 5 times a power of ten, so every tick is an integer
//! times a power of ten. Kept as that ([`Decimal`]), its label has no noise digits (0.30000000000000004), and whether
//! the labels of an axis need a common factor (×10⁶) or a common offset (+1.2345) is decided by counting digits, not by
//! formatting floats and looking at them.
//!
//! Edge cases: zero has no sign; the minus sign is U+2212; a factor is taken out from 10⁵ up and from 10⁻⁴ down, an
//! offset where at least four leading digits are the same in all labels (matplotlib's habit).

/// `digits` × 10^`exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The integer part, with its sign.
    pub digits: i128,
    /// The power of ten.
    pub exponent: i32,
}

/// How a set of numbers is written: the labels and what they have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// One label per number.
    pub labels: Vec<String>,
    /// What is to be multiplied or added, such as `×10⁶` or `+1.2345`; empty if nothing is.
    pub common: String,
}

/// From this power of ten up, numbers are written with a common factor.
const LARGE: i32 = 5;
/// From this power of ten down, numbers are written with a common factor.
const SMALL: i32 = -4;
/// So many leading digits must be the same for an offset to be taken out.
const SHARED_DIGITS: u32 = 4;

impl Decimal {
    /// The nearest `f64`: exact decimal text is read back, which rounds once.
    pub fn value(self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The power of ten of the leading digit; of zero, the smallest there is.
    fn magnitude(self) -> i32 {
        match self.digits.unsigned_abs().checked_ilog10() {
            Some(log) => self.exponent.saturating_add(log.cast_signed()),
            None => i32::MIN,
        }
    }

    /// Plain notation with exactly `places` digits after the point.
    pub fn plain(self, places: usize) -> String {
        let sign = if self.digits < 0 { "−" } else { "" };
        let mut text = self.digits.unsigned_abs().to_string();
        let after = usize::try_from(-self.exponent).unwrap_or(0);
        if self.exponent > 0 && self.digits != 0 {
            text.extend(std::iter::repeat_n('0', usize::try_from(self.exponent).unwrap_or(0)));
        }
        if text.len() <= after {
            text.insert_str(0, &"0".repeat(after + 1 - text.len()));
        }
        let point = text.len() - after;
        let (whole, part) = text.split_at(point);
        let part = format!("{part:0<places$}");
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{}", &part[..places]) }
    }
}

/// Writes numbers that share an exponent, all with the same number of digits after the point.
pub fn write_all(numbers: &[Decimal]) -> Written {
    let numbers = trimmed(numbers);
    let (numbers, offset) = without_offset(&numbers);
    let numbers = trimmed(&numbers);
    let largest = numbers.iter().map(|n| n.magnitude()).max().unwrap_or(0);
    let factor = if largest != i32::MIN && !(SMALL + 1..LARGE).contains(&largest) { largest } else { 0 };
    let scaled: Vec<Decimal> = numbers.iter().map(|n| Decimal { exponent: n.exponent - factor, ..*n }).collect();
    let places = scaled.iter().map(|n| usize::try_from(-n.exponent).unwrap_or(0)).max().unwrap_or(0);
    let mut common = String::new();
    if factor != 0 {
        common = format!("×{}", power_of_ten(factor));
    }
    if let Some(offset) = offset {
        let sign = if offset.digits < 0 { "" } else { "+" };
        common = if common.is_empty() {
            format!("{sign}{}", single(offset))
        } else {
            format!("{common} {sign}{}", single(offset))
        };
    }
    Written { labels: scaled.iter().map(|n| n.plain(places)).collect(), common }
}

/// One number on its own, as short as it goes: `0.25`, `2×10³`, `10⁻⁶`.
pub fn single(number: Decimal) -> String {
    let Some(number) = trimmed(&[number]).first().copied().filter(|n| n.digits != 0) else {
        return "0".to_owned();
    };
    let magnitude = number.magnitude();
    if (SMALL + 1..LARGE).contains(&magnitude) {
        return number.plain(usize::try_from(-number.exponent).unwrap_or(0));
    }
    let mantissa = Decimal { exponent: number.exponent - magnitude, ..number };
    let power = power_of_ten(magnitude);
    match (mantissa.digits, mantissa.exponent) {
        (1, 0) => power,
        (-1, 0) => format!("−{power}"),
        _ => format!("{}×{power}", mantissa.plain(usize::try_from(-mantissa.exponent).unwrap_or(0))),
    }
}

/// Any finite number as the shortest decimal that reads back as it.
pub fn decimal_from_f64(value: f64) -> Decimal {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let places = i32::try_from(part.len()).unwrap_or(0);
    Decimal {
        digits: format!("{whole}{part}").parse().unwrap_or(0),
        exponent: exponent.parse::<i32>().unwrap_or(0) - places,
    }
}

/// `10⁻³`, in superscript digits.
pub fn power_of_ten(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent.unsigned_abs().to_string().bytes().map(|c| RAISED[usize::from(c - b'0')]).collect::<String>();
    format!("10{}{raised}", if exponent < 0 { "⁻" } else { "" })
}

/// The same numbers with the zeros that all of them end in moved to the exponent. All come with one exponent and leave
/// with one.
fn trimmed(numbers: &[Decimal]) -> Vec<Decimal> {
    let mut out = numbers.to_vec();
    if out.iter().all(|n| n.digits == 0) {
        return vec![Decimal { digits: 0, exponent: 0 }; out.len()];
    }
    while out.iter().all(|n| n.digits % 10 == 0) {
        for n in &mut out {
            n.digits /= 10;
            n.exponent += 1;
        }
    }
    out
}

/// Takes out the leading digits that all numbers share, where there are enough of them to be worth it.
fn without_offset(numbers: &[Decimal]) -> (Vec<Decimal>, Option<Decimal>) {
    let keep = (numbers.to_vec(), None);
    let (Some(low), Some(high)) = (numbers.iter().map(|n| n.digits).min(), numbers.iter().map(|n| n.digits).max())
    else {
        return keep;
    };
    if low == high || low.signum() * high.signum() <= 0 {
        return keep;
    }
    let span = (high - low).unsigned_abs().ilog10() + 1;
    let size = low.unsigned_abs().max(high.unsigned_abs()).ilog10() + 1;
    if size < span + SHARED_DIGITS {
        return keep;
    }
    let unit = 10_i128.pow(span);
    // Towards zero, so that the labels keep the sign of the numbers.
    let nearest_zero = if low > 0 { low } else { high };
    let offset = nearest_zero / unit * unit;
    if offset == 0 {
        return keep;
    }
    let rest = numbers.iter().map(|n| Decimal { digits: n.digits - offset, ..*n }).collect();
    (rest, Some(Decimal { digits: offset, exponent: numbers[0].exponent }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(digits: &[i128], exponent: i32) -> (Vec<String>, String) {
        let w = write_all(&digits.iter().map(|&digits| Decimal { digits, exponent }).collect::<Vec<_>>());
        (w.labels, w.common)
    }

    #[test]
    fn labels_have_equal_places_and_a_real_minus() {
        assert_eq!(
            written(&[-50, -25, 0, 25, 50], -1),
            (["−5.0", "−2.5", "0.0", "2.5", "5.0"].map(String::from).to_vec(), String::new()),
            "halves"
        );
        assert_eq!(written(&[-40, 0, 40], -1).0, ["−4", "0", "4"], "trailing zeros go");
        assert_eq!(written(&[0], 3).0, ["0"], "zero alone");
        assert_eq!(written(&[], 0).0, Vec::<String>::new(), "none");
        assert_eq!(written(&[1, 2, 3], -3).0, ["0.001", "0.002", "0.003"], "small but plain");
    }

    #[test]
    fn large_and_tiny_numbers_get_a_factor() {
        assert_eq!(
            written(&[0, 5, 10], 5),
            (["0.0", "0.5", "1.0"].map(String::from).to_vec(), "×10⁶".into()),
            "millions"
        );
        assert_eq!(written(&[0, 2, 4], -7), (["0", "2", "4"].map(String::from).to_vec(), "×10⁻⁷".into()), "tiny");
        assert_eq!(
            written(&[0, 2, 4], 4),
            (["0", "20000", "40000"].map(String::from).to_vec(), String::new()),
            "still plain"
        );
        assert_eq!(written(&[-1, 0, 1], 308).1, "×10³⁰⁸", "the largest there are");
    }

    #[test]
    fn shared_leading_digits_become_an_offset() {
        assert_eq!(
            written(&[1_234_501, 1_234_502, 1_234_503], 0),
            (["1", "2", "3"].map(String::from).to_vec(), "+1.2345×10⁶".into()),
            "offset"
        );
        assert_eq!(
            written(&[100_001, 100_002], -4),
            (["1", "2"].map(String::from).to_vec(), "×10⁻⁴ +10".into()),
            "offset and factor"
        );
        assert_eq!(
            written(&[-100_002, -100_001], 0),
            (["−2", "−1"].map(String::from).to_vec(), "−10⁵".into()),
            "negative"
        );
        assert_eq!(written(&[1001, 1002], -3).1, "", "three shared digits stay");
    }

    #[test]
    fn single_numbers_are_short() {
        let cases = [
            (25, -2, "0.25"),
            (2, 3, "2000"),
            (2, 5, "2×10⁵"),
            (1, -6, "10⁻⁶"),
            (-1, 9, "−10⁹"),
            (0, 7, "0"),
            (15, 20, "1.5×10²¹"),
        ];
        for (digits, exponent, text) in cases {
            assert_eq!(single(Decimal { digits, exponent }), text, "{digits}e{exponent}");
        }
    }

    #[test]
    fn floats_come_back_exactly() {
        for value in [0.0, 1.5, -0.1, 5e-324, f64::MAX, 1.0 / 3.0, -123_456.789] {
            assert_eq!(decimal_from_f64(value).value(), value, "{value:e}");
        }
    }
}
