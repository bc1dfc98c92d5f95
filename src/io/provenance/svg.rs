//! The words of an SVG file: `<entry key="Formula">…</entry>` for each, within `<provenance>` in its `<metadata>`.
//!
//! The text is as our writer escapes it; this is no XML parser.

use super::Words;
use crate::io::write::escaped;

/// The namespace of the words.
const NAMESPACE: &str = "urn:gradgrid:provenance";

/// The words as the metadata of an SVG file; nothing if there are none.
#[must_use]
pub fn metadata(words: &[(String, String)]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let entry = |(key, text): &(String, String)| {
        // A line end is white space to XML, as a space is.
        format!("<entry key=\"{}\">{}</entry>\n", escaped(key), escaped(&text.replace('\n', " ")))
    };
    let entries: String = words.iter().map(entry).collect();
    format!("<metadata>\n<provenance xmlns=\"{NAMESPACE}\">\n{entries}</provenance>\n</metadata>\n")
}

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

    #[test]
    fn entries_come_back_as_they_were() {
        let words =
            [("Formula", "if(x < 1 & y > \"2\", &lt;, ∇)"), ("Command", "[\"plot\",\"--\",\"x\"]"), ("Array", "")];
        let own: Words = words.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        let file = format!("<svg>\n{}<path d=\"\"/>", metadata(&own));
        let found = self::words(file.as_bytes()).expect("words");
        let found: Vec<(&str, &str)> = found.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        assert_eq!(found, words, "in their order");
        assert_eq!(self::words(&file.as_bytes()[..file.len() / 2]), None, "cut off");
        assert_eq!(metadata(&[]), "", "no words");
    }
}
