//! Writes a scene as SVG: shapes as paths, words as text, the cells as an embedded picture.
//!
//! The file says what the PNG shows, in the same pixels (its `viewBox`) and order. Places are rounded to hundredths of a
//! pixel and written as steps from one to the next, whose sum does not drift. Words are in `DejaVu Sans` or what the
//! viewer has, with the length that the layout gave them, so that another font neither overlaps nor leaves the page.
//! Pixels of the cells stay sharp squares when enlarged (`image-rendering`).
//!
//! Everything is written as it comes; the cells go through base64 into the file, so a large picture takes no more memory
//! than as a PNG.
//!
//! **Edges**: control characters are left out; places that are not finite are skipped and end their line.
//!
//! **Limits**: a line thinner than a pixel is drawn as thin as it is, where the raster makes it a pixel wide and paler.

use super::colour::HALO;
use super::layout::float;
use super::palette::{self, Theme};
use super::raster::{FAINT, end_level, level_of_row};
use super::scene::{Area, Brush, Colour, Mark, Paint, Shape, triangle};
use super::text::{capital_height, width as text_width};
use crate::io::png::{IndexedPng, PngError, RgbPng};
use crate::io::provenance::metadata;
use crate::io::write::escaped;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::write::EncoderWriter;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The font of the raster, one of the same widths, and any.
const FONTS: &str = "DejaVu Sans, Verdana, sans-serif";

/// What a page looks like.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Columns and rows.
    pub size: (i64, i64),
    /// Dark on light or light on dark.
    pub theme: Theme,
    /// The colours of indices.
    pub colours: &'a [[u8; 3]],
    /// Pixels per inch; `None` leaves the size to the viewer.
    pub dpi: Option<f64>,
    /// What is said about the figure: keywords and words.
    pub text: &'a [(String, String)],
}

/// An SVG file that is being written.
pub struct Svg<'a, W: Write> {
    out: W,
    page: Page<'a>,
    /// Boxes that marks are cut to, in the order of their names.
    clips: Vec<Area>,
    /// A mark on its way.
    buffer: String,
}

impl<W: Write> std::fmt::Debug for Svg<'_, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Svg").field("page", &self.page).finish_non_exhaustive()
    }
}

/// An embedded picture: takes the bytes of a PNG file.
pub struct Embedded<'a, W: Write> {
    encoder: EncoderWriter<'static, GeneralPurpose, W>,
    page: Page<'a>,
    clips: Vec<Area>,
}

impl<W: Write> std::fmt::Debug for Embedded<'_, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("page", &self.page).finish_non_exhaustive()
    }
}

impl<W: Write> Write for Embedded<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

impl<'a, W: Write> Embedded<'a, W> {
    /// Ends the picture; the page goes on.
    pub fn finish(mut self) -> io::Result<Svg<'a, W>> {
        let mut out = self.encoder.finish()?;
        out.write_all(b"\"/>\n")?;
        Ok(Svg { out, page: self.page, clips: self.clips, buffer: String::new() })
    }
}

impl<'a, W: Write> Svg<'a, W> {
    /// Writes the head, what is said about the figure, and the paper.
    pub fn new(out: W, page: Page<'a>) -> io::Result<Self> {
        let mut buffer = String::new();
        let (width, height) = page.size;
        buffer.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" ");
        buffer.push_str("xmlns:xlink=\"http://www.w3.org/1999/xlink\" ");
        let long =
            |pixels: i64| page.dpi.map_or_else(|| pixels.to_string(), |dpi| format!("{:.4}in", float(pixels) / dpi));
        put(
            &mut buffer,
            format_args!("width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" ", long(width), long(height)),
        );
        put(&mut buffer, format_args!("font-family=\"{FONTS}\">\n"));
        if let Some((_, title)) = page.text.iter().find(|(keyword, _)| keyword == "Title") {
            put(&mut buffer, format_args!("<title>{}</title>\n", escaped(title)));
        }
        buffer.push_str(&metadata(page.text));
        put(
            &mut buffer,
            format_args!("<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n", hex(page.theme.paper())),
        );
        let mut svg = Self { out, page, clips: Vec::new(), buffer };
        svg.flush()?;
        Ok(svg)
    }

    /// Starts a picture that fills a box; the bytes of a PNG file are to be written into what is given.
    pub fn embed(mut self, area: &Area) -> io::Result<Embedded<'a, W>> {
        let Area { x, y, width, height } = area;
        put(&mut self.buffer, format_args!("<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" "));
        // The attribute is for viewers of SVG 1.1, the style for those of SVG 2.
        self.buffer.push_str("preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" ");
        self.buffer.push_str("style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,");
        self.flush()?;
        Ok(Embedded { encoder: EncoderWriter::new(self.out, &STANDARD), page: self.page, clips: self.clips })
    }

    /// Writes marks over what is there.
    pub fn marks(mut self, marks: &[Mark]) -> Result<Self, PngError> {
        for mark in marks {
            self = self.mark(mark)?;
        }
        Ok(self)
    }

    /// Writes the end of the file and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"</svg>\n")?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(self.buffer.as_bytes())?;
        self.buffer.clear();
        Ok(())
    }

    fn mark(mut self, mark: &Mark) -> Result<Self, PngError> {
        match mark {
            Mark::Box(area, paint) => self.rectangle(area, *paint),
            Mark::Levels(area, levels) => return self.levels(area, *levels),
            Mark::Image { area, pixels } => {
                let mut png = RgbPng::with_opacity(self.embed(area)?, side(area.width), side(area.height))?;
                png.write_rows(pixels)?;
                return Ok(png.finish()?.finish()?);
            }
            Mark::Tip { area, up, thickness } => self.tip(area, *up, *thickness),
            Mark::Text { line, strength } => {
                let turn = if line.upward { -90.0 } else { 0.0 };
                let place = (line.x, line.y);
                let ink = Brush { colour: Colour::Ink, strength: *strength };
                self.words(&line.text, line.size, (place, turn), (0.0, 0.0), &ink, None);
            }
            Mark::Label { text, size, at, angle, brush, halo } => {
                let start = (-0.5 * text_width(text, *size), 0.5 * capital_height(*size));
                self.words(text, *size, (*at, -angle.to_degrees()), start, brush, halo.as_ref());
            }
            Mark::Stroke { paths, width, brush, clip } => {
                self.path(paths, false);
                let width = Hundredths::of(*width);
                let style = format!(" fill=\"none\"{} stroke-width=\"{width}\"", self.brush("stroke", brush));
                let round = " stroke-linecap=\"round\" stroke-linejoin=\"round\"";
                put(&mut self.buffer, format_args!("{style}{round}"));
                self.clipped(clip)?;
            }
            Mark::Fill { paths, brush, clip } => {
                self.path(paths, true);
                let style = self.brush("fill", brush);
                put(&mut self.buffer, format_args!(" fill-rule=\"evenodd\"{style}"));
                self.clipped(clip)?;
            }
            Mark::Dot { at, radius, shape, brush } => self.dot(*at, *radius, *shape, brush),
        }
        self.flush()?;
        Ok(self)
    }

    fn rectangle(&mut self, area: &Area, paint: Paint) {
        let Area { x, y, width, height } = area;
        let theme = self.page.theme;
        let (colour, strength) = match paint {
            Paint::Ink => (theme.ink(), 1.0),
            Paint::Faint => (theme.ink(), FAINT),
            Paint::Paper => (theme.paper(), 1.0),
            Paint::NoData => (self.colour_of(0), 1.0),
        };
        let style = style("fill", colour, strength);
        let crisp = "shape-rendering=\"crispEdges\"";
        let box_of = format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        put(&mut self.buffer, format_args!("{box_of}{style} {crisp}/>\n"));
    }

    /// The colour bar as a picture of the same pixels, which no viewer needs to enlarge.
    fn levels(self, area: &Area, levels: u8) -> Result<Self, PngError> {
        let colours = self.page.colours;
        let (across, down) = (side(area.width), side(area.height));
        let embedded = self.embed(area)?;
        if colours.is_empty() {
            return Ok(embedded.finish()?);
        }
        let mut png = IndexedPng::new(embedded, across, down, colours, &[])?;
        for y in area.y..area.bottom() {
            png.write_rows(&vec![level_of_row(area, levels, y); across as usize])?;
        }
        Ok(png.finish()?.finish()?)
    }

    /// The outline lies outside: half of a line twice as thick is covered.
    fn tip(&mut self, area: &Area, up: bool, thickness: i64) {
        let corners = [triangle(area, up)];
        self.path(&corners, false);
        let ink = style("stroke", self.page.theme.ink(), 1.0);
        put(&mut self.buffer, format_args!(" fill=\"none\"{ink} stroke-width=\"{}\"/>\n", 2 * thickness));
        self.path(&corners, true);
        let level = style("fill", self.colour_of(end_level(up)), 1.0);
        put(&mut self.buffer, format_args!("{level}/>\n"));
    }

    fn words(
        &mut self,
        text: &str,
        size: f64,
        (at, turn): ((f64, f64), f64),
        start: (f64, f64),
        brush: &Brush,
        halo: Option<&Brush>,
    ) {
        if text.trim().is_empty() || !at.0.is_finite() || !at.1.is_finite() || !turn.is_finite() {
            return;
        }
        let of = Hundredths::of;
        let (size_of, length) = (of(size), of(text_width(text, size)));
        let place = if turn == 0.0 {
            format!("x=\"{}\" y=\"{}\"", of(at.0 + start.0), of(at.1 + start.1))
        } else {
            let (x, y) = (of(at.0), of(at.1));
            let turned = format!("transform=\"translate({x} {y}) rotate({})\"", of(turn));
            format!("{turned} x=\"{}\" y=\"{}\"", of(start.0), of(start.1))
        };
        let around = halo.map(|halo| {
            let (width, stroke) = (of(2.0 * HALO * size), self.brush("stroke", halo));
            format!(" fill=\"none\"{stroke} stroke-width=\"{width}\" stroke-linejoin=\"round\"")
        });
        let fill = self.brush("fill", brush);
        let held = format!("textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"");
        let words = escaped(text);
        // The halo is an element of its own: not every viewer can paint lines under letters.
        for style in around.into_iter().chain([fill]) {
            let start = format!("<text {place} font-size=\"{size_of}\" {held}");
            put(&mut self.buffer, format_args!("{start}{style}>{words}</text>\n"));
        }
    }

    fn dot(&mut self, at: (f64, f64), radius: f64, shape: Shape, brush: &Brush) {
        if !at.0.is_finite() || !at.1.is_finite() {
            return;
        }
        let of = Hundredths::of;
        match shape {
            Shape::Disc => {
                let (x, y, r) = (of(at.0), of(at.1), of(radius));
                put(&mut self.buffer, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\""));
            }
            // As large as the disc looks; see the raster.
            Shape::Square => {
                let r = 0.886 * radius;
                let corner = |dx: f64, dy: f64| (at.0 + dx * r, at.1 + dy * r);
                self.path(&[vec![corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)]], true);
            }
            Shape::Diamond => {
                let r = 1.253 * radius;
                self.path(&[vec![(at.0, at.1 - r), (at.0 + r, at.1), (at.0, at.1 + r), (at.0 - r, at.1)]], true);
            }
        }
        let fill = self.brush("fill", brush);
        put(&mut self.buffer, format_args!("{fill}/>\n"));
    }

    /// Starts a path; its style and end are still to come.
    fn path(&mut self, paths: &[Vec<(f64, f64)>], closed: bool) {
        self.buffer.push_str("<path d=\"");
        let finite = |at: &&(f64, f64)| at.0.is_finite() && at.1.is_finite();
        let mut pen = (0, 0);
        for points in paths {
            let mut drawing = false;
            for at in points {
                if !finite(&at) {
                    drawing &= closed;
                    continue;
                }
                let to = (Hundredths::of(at.0).0, Hundredths::of(at.1).0);
                let step = (Hundredths(to.0 - pen.0), Hundredths(to.1 - pen.1));
                // A path of one point is a dot: a line of no length with round ends.
                let order = if drawing { 'l' } else { 'm' };
                let gap = if step.1.0 < 0 { "" } else { " " };
                put(&mut self.buffer, format_args!("{order}{}{gap}{}", step.0, step.1));
                (pen, drawing) = (to, true);
            }
            if closed && drawing {
                self.buffer.push('z');
                // After that, the pen is where the path began.
                if let Some(at) = points.iter().find(finite) {
                    pen = (Hundredths::of(at.0).0, Hundredths::of(at.1).0);
                }
            } else if points.len() == 1 && drawing {
                self.buffer.push_str("h0");
            }
        }
        self.buffer.push('"');
    }

    /// Ends an element that is cut to a box.
    fn clipped(&mut self, clip: &Area) -> io::Result<()> {
        let number = match self.clips.iter().position(|known| known == clip) {
            Some(number) => number,
            None => {
                self.clips.push(*clip);
                let number = self.clips.len() - 1;
                let Area { x, y, width, height } = clip;
                let shape = format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
                // In front of the element, which waits in the buffer.
                writeln!(self.out, "<clipPath id=\"clip{number}\">{shape}</clipPath>")?;
                number
            }
        };
        put(&mut self.buffer, format_args!(" clip-path=\"url(#clip{number})\"/>\n"));
        Ok(())
    }

    fn brush(&self, what: &str, brush: &Brush) -> String {
        style(what, palette::colour(brush.colour, self.page.theme), brush.strength)
    }

    fn colour_of(&self, index: u8) -> [u8; 3] {
        self.page.colours.get(usize::from(index)).copied().unwrap_or_default()
    }
}

/// Pixels along a side of an image, of which there is at least one.
fn side(pixels: i64) -> u32 {
    u32::try_from(pixels).unwrap_or(1).max(1)
}

/// Appends to a string, which never fails.
fn put(buffer: &mut String, words: std::fmt::Arguments<'_>) {
    let written = buffer.write_fmt(words);
    debug_assert!(written.is_ok(), "a string takes everything");
}

/// A colour for `fill` or `stroke`, with its opacity where it is not full.
fn style(what: &str, colour: [u8; 3], strength: f64) -> String {
    let colour = hex(colour);
    if strength >= 1.0 {
        return format!(" {what}=\"{colour}\"");
    }
    let opacity = Hundredths::of(strength.max(0.0));
    format!(" {what}=\"{colour}\" {what}-opacity=\"{opacity}\"")
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A number of hundredths, written as a decimal number without needless digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hundredths(i64);

impl Hundredths {
    #[expect(clippy::cast_possible_truncation, reason = "cut to what has hundredths")]
    fn of(value: f64) -> Self {
        /// Far outside of any page, and two of them still differ by an i64.
        const FAR: f64 = 1e15;
        Self((value * 100.0).round().clamp(-FAR, FAR) as i64)
    }
}

impl std::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, part) = (size / 100, size % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", part / 10),
            _ => write!(f, "{sign}{whole}.{part:02}"),
        }
    }
}

#[cfg(test)]
mod tests;
