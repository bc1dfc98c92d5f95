//! The words of a PLY file: `comment Keyword: what it says` in its header.
//!
//! Readers take lines of up to a thousand characters (`rply` has room for 1024), so longer words go on in lines that begin with a bar. A control character,
//! such as the end of a line, becomes a space.

use super::Words;

/// The most bytes of a line.
const LINE: usize = 900;

/// The lines of the header.
#[must_use]
pub fn comments(words: &[(String, String)]) -> String {
    let mut all = String::new();
    for (keyword, text) in words {
        let mut line = format!("comment {keyword}: ");
        for character in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            if line.len() + character.len_utf8() > LINE {
                all += &line;
                line = "\ncomment |".to_owned();
            }
            line.push(character);
        }
        all += &line;
        all.push('\n');
    }
    all
}

/// The words in the header at the start of a file, if there are any.
pub(super) fn words(bytes: &[u8]) -> Option<Words> {
    let end = bytes.windows(10).position(|part| part == b"end_header")?;
    let mut words = Words::new();
    for line in String::from_utf8_lossy(&bytes[..end]).lines().filter_map(|line| line.strip_prefix("comment ")) {
        match (line.strip_prefix('|'), words.last_mut()) {
            (Some(more), Some((_, text))) => text.push_str(more),
            _ => words.extend(line.split_once(": ").map(|(keyword, text)| (keyword.to_owned(), text.to_owned()))),
        }
    }
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_lines_are_short() {
        let long = "∇f: | x".repeat(700);
        let own =
            vec![("Formula".to_owned(), long), ("Grid".to_owned(), String::new()), ("A".to_owned(), "b".to_owned())];
        let text = format!("ply\n{}end_header\nrest", comments(&own));
        assert!(text.lines().all(|line| line.len() < 1000), "lines that readers take");
        assert_eq!(words(text.as_bytes()), Some(own), "as they were");
        assert_eq!(words(&text.as_bytes()[..200]), None, "cut off");
        assert_eq!(comments(&[("A".to_owned(), "x\ny".to_owned())]), "comment A: x y\n", "one line");
    }
}
