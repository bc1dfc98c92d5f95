//! The words of an SVG file: `<entry key="Formula">…</entry>` for each, within `<provenance>` in its `<metadata>`.
//!
//! The text is as our writer escapes it; this is no XML parser.

use super::Words;

/// The words in the beginning of a file, if they are all there.
pub(super) fn words(bytes: &[u8]) -> Option<Words> {
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.split_once("<provenance")?;
    let (entries, _) = rest.split_once("</provenance>")?;
    let entry = |entry: &str| {
        let (keyword, rest) = entry.split_once("\">")?;
        Some((plain(keyword), plain(rest.split_once("</entry>")?.0)))
    };
    entries.split("<entry key=\"").skip(1).map(entry).collect()
}

/// What was written for XML, as it was.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    // Last, so that &amp;lt; stays &lt;.
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::write::escaped;

    #[test]
    fn entries_come_back_as_they_were() {
        let words =
            [("Formula", "if(x < 1 & y > \"2\", &lt;, ∇)"), ("Command", "[\"plot\",\"--\",\"x\"]"), ("Array", "")];
        let entry = |(key, text): &(&str, &str)| format!("<entry key=\"{}\">{}</entry>\n", escaped(key), escaped(text));
        let all: String = words.iter().map(entry).collect();
        let file =
            format!("<svg>\n<metadata>\n<provenance xmlns=\"a\">\n{all}</provenance>\n</metadata>\n<path d=\"\"/>");
        let found = self::words(file.as_bytes()).expect("words");
        let found: Vec<(&str, &str)> = found.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        assert_eq!(found, words, "in their order");
        assert_eq!(self::words(&file.as_bytes()[..file.len() / 2]), None, "cut off");
    }
}
