//! The page of a TIFF file: what it says of its picture, as tags, and the tags as bytes.
//!
//! TIFF 6.0, section 2, GeoTIFF 1.1 and GDAL's tags for nodata (42113) and band names (42112). A page is its entries in
//! ascending order, the place of the next page, and the values that do not fit their entries, so that its length
//! depends on what is counted and not on where anything lies.

use crate::io::georef::{GeoKeys, GeoReference};
use crate::io::write::geotiff::{FORMAT, GeoTiffOptions};
use crate::io::write::{Description, WriteError, escaped};

/// How the cells lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pieces {
    /// Plain strips of so many rows.
    Strips(usize),
    /// Deflated tiles with this side, after predictor 3.
    Tiles(usize),
}

/// What a page says of its picture.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) width: usize,
    pub(super) rows: usize,
    pub(super) description: &'a Description,
    pub(super) options: &'a GeoTiffOptions,
    pub(super) pieces: Pieces,
    /// Whether the bands of a cell lie together, and not each in pieces of its own.
    pub(super) together: bool,
    /// Whether the page is a smaller view of the one before, which has its place and names.
    pub(super) overview: bool,
}

impl Page<'_> {
    /// The tags, in ascending order, for pieces at these places and of these sizes.
    pub(super) fn tags(&self, pieces: &[(u64, u64)], big: bool) -> Result<Vec<Tag>, WriteError> {
        let bands = self.description.names.len();
        let per_band = |number, value: u16| Tag::shorts(number, &vec![value; bands]);
        let bits = u16::try_from(8 * self.description.element.size()).unwrap_or(64);
        let size = |number, size: usize| Tag::long(number, u32::try_from(size).unwrap_or(u32::MAX));
        let mut tags = vec![
            size(256, self.width),
            size(257, self.rows),
            per_band(258, bits),
            Tag::shorts(259, &[if matches!(self.pieces, Pieces::Strips(_)) { 1 } else { 8 }]),
            Tag::shorts(262, &[1]),
            Tag::shorts(277, &[u16::try_from(bands).unwrap_or(u16::MAX)]),
            Tag::shorts(284, &[if bands == 1 || self.together { 1 } else { 2 }]),
            per_band(339, 3),
        ];
        let numbers = match self.pieces {
            Pieces::Strips(rows) => {
                tags.push(size(278, rows));
                [273, 279]
            }
            Pieces::Tiles(side) => {
                tags.extend([Tag::shorts(317, &[3]), size(322, side), size(323, side)]);
                [324, 325]
            }
        };
        let (places, sizes): (Vec<u64>, Vec<u64>) = pieces.iter().copied().unzip();
        tags.extend([Tag::longs(numbers[0], &places, big)?, Tag::longs(numbers[1], &sizes, big)?]);
        if bands > 1 {
            tags.push(Tag::shorts(338, &vec![0; bands - 1]));
        }
        if self.overview {
            // NewSubfileType: a reduced view of another page.
            tags.push(Tag::long(254, 1));
        } else {
            if !self.options.words.is_empty() {
                tags.push(Tag::ascii(270, self.options.words.as_bytes()));
            }
            tags.push(Tag::ascii(305, concat!("gradgrid ", env!("CARGO_PKG_VERSION")).as_bytes()));
            tags.push(Tag::ascii(42_112, names(&self.description.names).as_bytes()));
            tags.extend(self.options.georef.iter().flat_map(place_tags));
        }
        let nodata = self.options.nodata.filter(|nodata| !nodata.is_nan());
        tags.push(Tag::ascii(42_113, nodata.map_or("nan".to_owned(), |nodata| nodata.to_string()).as_bytes()));
        tags.sort_by_key(|tag| tag.number);
        Ok(tags)
    }
}

/// GDAL's metadata: the names of the bands.
fn names(names: &[String]) -> String {
    let item = |(band, name): (usize, &String)| {
        format!("  <Item name=\"DESCRIPTION\" sample=\"{band}\" role=\"description\">{}</Item>\n", escaped(name))
    };
    format!("<GDALMetadata>\n{}</GDALMetadata>\n", names.iter().enumerate().map(item).collect::<String>())
}

/// The bytes of a page that lies at `page`, with the place of the next one, 0 if there is none.
pub(super) fn encode(tags: &[Tag], page: u64, next: u64, big: bool) -> Vec<u8> {
    let (head, entry, field) = if big { (8, 20, 8) } else { (2, 12, 4) };
    let number = |value: u64| value.to_le_bytes()[..field].to_vec();
    let first = page + (head + entry * tags.len() + field) as u64;
    let mut values = vec![0; usize::try_from(first.next_multiple_of(8) - first).unwrap_or(0)];
    let mut bytes = (tags.len() as u64).to_le_bytes()[..head].to_vec();
    for tag in tags {
        bytes.extend(tag.number.to_le_bytes());
        bytes.extend(tag.kind.to_le_bytes());
        bytes.extend(number(tag.count as u64));
        if tag.bytes.len() <= field {
            bytes.extend(&tag.bytes);
            bytes.resize(bytes.len() + field - tag.bytes.len(), 0);
        } else {
            bytes.extend(number(first + values.len() as u64));
            values.extend(&tag.bytes);
            values.resize(values.len().next_multiple_of(2), 0);
        }
    }
    bytes.extend(number(next));
    bytes.extend(values);
    bytes
}

/// One entry of the page.
#[derive(Debug)]
pub(super) struct Tag {
    number: u16,
    kind: u16,
    count: usize,
    bytes: Vec<u8>,
}

impl Tag {
    fn shorts(number: u16, values: &[u16]) -> Self {
        Self { number, kind: 3, count: values.len(), bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect() }
    }

    fn long(number: u16, value: u32) -> Self {
        Self { number, kind: 4, count: 1, bytes: value.to_le_bytes().to_vec() }
    }

    fn doubles(number: u16, values: &[f64]) -> Self {
        Self { number, kind: 12, count: values.len(), bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect() }
    }

    fn ascii(number: u16, text: &[u8]) -> Self {
        let bytes = [text, b"\0"].concat();
        Self { number, kind: 2, count: bytes.len(), bytes }
    }

    /// Places or sizes, as wide as the file needs.
    fn longs(number: u16, values: &[u64], big: bool) -> Result<Self, WriteError> {
        if big {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            return Ok(Self { number, kind: 16, count: values.len(), bytes });
        }
        let mut bytes = Vec::with_capacity(values.len() * 4);
        for value in values {
            bytes.extend(u32::try_from(*value).map_err(|_| grew())?.to_le_bytes());
        }
        Ok(Self { number, kind: 4, count: values.len(), bytes })
    }
}

/// A classic file that is too large after all.
pub(super) fn grew() -> WriteError {
    WriteError::Unfit { format: FORMAT, what: "it grew over 4 GiB".to_owned() }
}

/// The tags that say where the raster lies.
fn place_tags(georef: &GeoReference) -> Vec<Tag> {
    let mut t = georef.transform;
    if !georef.pixel_is_area {
        // The tie point of such a file is a centre.
        t[0] += 0.5 * (t[1] + t[2]);
        t[3] += 0.5 * (t[4] + t[5]);
    }
    let straight = t[2] == 0.0 && t[4] == 0.0 && t[5] < 0.0;
    let mut tags = if straight {
        vec![Tag::doubles(33_550, &[t[1], -t[5], 0.0]), Tag::doubles(33_922, &[0.0, 0.0, 0.0, t[0], t[3], 0.0])]
    } else {
        let matrix = [t[1], t[2], 0.0, t[0], t[4], t[5], 0.0, t[3], 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        vec![Tag::doubles(34_264, &matrix)]
    };
    // Without keys: version 1.1.0 and the one key that says whether cells are areas or points.
    let plain = GeoKeys {
        directory: vec![1, 1, 0, 1, 1025, 0, 1, if georef.pixel_is_area { 1 } else { 2 }],
        ..GeoKeys::default()
    };
    let keys = georef.keys.as_ref().unwrap_or(&plain);
    tags.push(Tag::shorts(34_735, &keys.directory));
    if !keys.doubles.is_empty() {
        tags.push(Tag::doubles(34_736, &keys.doubles));
    }
    if !keys.ascii.is_empty() {
        tags.push(Tag::ascii(34_737, &keys.ascii));
    }
    tags
}
