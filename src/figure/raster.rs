//! Draws a scene as rows of palette indices, top row first, a block of rows at a time.
//!
//! Nothing is kept but one block: each mark is drawn again for every block it touches, clipped to it. So a figure with
//! margins streams in the memory of a few rows, whatever its size, and its bytes do not depend on how many cell rows
//! arrive at once.

use super::palette;
use super::scene::{Area, Brush, Mark, Paint, Scene};
use super::stroke::{dot, stroke};
use super::text::{Pen, Rows};
use std::io;

/// Bytes in a block of rows: within a core's cache, and enough rows that looking for the marks costs little.
const BLOCK: i64 = 512 * 1024;

/// How much of ink's strength the lines of a grid have.
pub(super) const FAINT: f64 = 0.13;

/// Takes rows of cells and gives rows of the picture.
#[derive(Debug)]
pub struct Painter<'a> {
    scene: &'a Scene,
    /// The colours to blend lines and markers with; empty where there are none.
    palette: Vec<[u8; 3]>,
    tools: Tools,
    block: Vec<u8>,
    /// Pixels in a block.
    most: i64,
    /// Rows of cells that have been taken.
    cell_rows: i64,
    /// Rows of the picture that have been given.
    rows: i64,
}

/// What is kept from mark to mark.
#[derive(Debug, Default)]
struct Tools {
    pen: Pen,
    shares: Vec<f32>,
}

impl<'a> Painter<'a> {
    /// A painter at the top of the picture.
    pub fn new(scene: &'a Scene) -> Self {
        Self::blending(scene, Vec::new())
    }

    /// A painter that blends lines and markers in the colours of this palette.
    pub fn blending(scene: &'a Scene, palette: Vec<[u8; 3]>) -> Self {
        Self { scene, palette, tools: Tools::default(), block: Vec::new(), most: BLOCK, cell_rows: 0, rows: 0 }
    }

    /// The same painter with other blocks.
    pub(super) fn in_blocks_of(self, pixels: i64) -> Self {
        Self { most: pixels, ..self }
    }

    /// Rows of cells that have been taken.
    pub(super) fn cell_rows(&self) -> i64 {
        self.cell_rows
    }

    /// The most rows of a block.
    pub(super) fn rows_of_block(&self) -> i64 {
        (self.most / self.scene.width).clamp(1, self.most / 2048)
    }

    /// Bytes of memory that a block takes.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a block fits in memory")]
    #[must_use]
    pub fn memory(&self) -> usize {
        self.most.max(self.scene.width) as usize
    }

    /// Takes the next whole rows of cells (indices 0 to the number of levels), top row first, and hands to `emit` all
    /// picture rows that are now known: the upper margin comes with the first cells, the lower one with the last.
    pub fn paint(&mut self, cells: &[u8], emit: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let scene = self.scene;
        let across = scene.cells.width / scene.magnify;
        let wrong = |what: &str| {
            Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{what} of {across} cells for a picture")))
        };
        let length = cells.len().cast_signed() as i64;
        if length % across != 0 {
            return wrong("not whole rows");
        }
        let taken = self.cell_rows + length / across;
        if taken * scene.magnify > scene.cells.height {
            return wrong("too many rows");
        }
        let plain = scene.marks.is_empty() && scene.magnify == 1 && scene.cells.width == scene.width;
        let last = taken * scene.magnify == scene.cells.height;
        let end = if last { scene.height } else { scene.cells.y + taken * scene.magnify };
        if plain {
            emit(cells)?;
        } else if taken > 0 {
            self.blocks(cells, end, emit)?;
        }
        self.cell_rows = taken;
        self.rows = end;
        Ok(())
    }

    /// Draws the picture's rows up to `end`, given the cells of those that have any.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a block fits in memory")]
    fn blocks(&mut self, cells: &[u8], end: i64, emit: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let scene = self.scene;
        let (width, across) = (scene.width as usize, (scene.cells.width / scene.magnify) as usize);
        let most = self.rows_of_block();
        let mut from = self.rows;
        while from < end {
            let to = (from + most).min(end);
            self.block.resize((to - from) as usize * width, 0);
            for (y, row) in (from..to).zip(self.block.chunks_exact_mut(width)) {
                if y < scene.cells.y || y >= scene.cells.bottom() {
                    row.fill(palette::paper());
                    continue;
                }
                let (left, rest) = row.split_at_mut(scene.cells.x as usize);
                let (middle, right) = rest.split_at_mut(scene.cells.width as usize);
                left.fill(palette::paper());
                right.fill(palette::paper());
                let cell_row = ((y - scene.cells.y) / scene.magnify - self.cell_rows) as usize;
                let source = &cells[cell_row * across..(cell_row + 1) * across];
                if scene.magnify == 1 {
                    middle.copy_from_slice(source);
                } else {
                    for (pixels, &cell) in middle.chunks_exact_mut(scene.magnify as usize).zip(source) {
                        pixels.fill(cell);
                    }
                }
            }
            let mut canvas = Canvas { pixels: &mut self.block, palette: &self.palette, width: scene.width, from, to };
            for mark in &scene.marks {
                let (first, after) = mark.rows();
                if first < to && after > from {
                    canvas.draw(mark, &mut self.tools);
                }
            }
            emit(&self.block)?;
            from = to;
        }
        Ok(())
    }
}

/// The rows `from` to `to` of the picture.
struct Canvas<'a> {
    pixels: &'a mut [u8],
    palette: &'a [[u8; 3]],
    width: i64,
    from: i64,
    to: i64,
}

impl Canvas<'_> {
    fn draw(&mut self, mark: &Mark, tools: &mut Tools) {
        match mark {
            Mark::Box(area, paint) => {
                let index = match paint {
                    Paint::Ink => palette::ink_on_paper(1.0),
                    Paint::NoData => 0,
                    Paint::Paper => palette::paper(),
                    Paint::Faint => palette::ink_on_paper(FAINT),
                };
                self.each_row(area, |_, row| row.fill(index));
            }
            Mark::Levels(area, levels) => self.each_row(area, |y, row| row.fill(level_of_row(area, *levels, y))),
            Mark::Tip { area, up, thickness } => self.tip(area, *up, *thickness),
            Mark::Text { line, strength } => {
                let rows = Rows { from: self.from, to: self.to };
                tools.pen.draw(line, rows, &mut |x, y, coverage| {
                    let ink = palette::ink_on_paper(f64::from(coverage) / 255.0 * strength);
                    if let Some(pixel) = self.pixel(x, y) {
                        *pixel = palette::inked(*pixel, ink);
                    }
                });
            }
            Mark::Stroke { paths, width, brush, clip } => {
                let window = self.window(clip);
                stroke(paths, *width, &window, &mut tools.shares, &mut |x, y, share| self.blend(x, y, brush, share));
            }
            Mark::Dot { at, radius, shape, brush } => {
                let window = self.window(&Area { x: 0, y: self.from, width: self.width, height: self.to - self.from });
                dot(*shape, *at, *radius, &window, &mut |x, y, share| self.blend(x, y, brush, share));
            }
            // A palette has no colours for these.
            Mark::Fill { .. } | Mark::Label { .. } | Mark::Image { .. } => {}
        }
    }

    /// The part of a box that lies in these rows.
    fn window(&self, area: &Area) -> Area {
        let (x, y) = (area.x.max(0), area.y.max(self.from));
        Area { x, y, width: area.right().min(self.width) - x, height: area.bottom().min(self.to) - y }
    }

    fn blend(&mut self, x: i64, y: i64, brush: &Brush, share: f64) {
        let palette = self.palette;
        if let Some(pixel) = self.pixel(x, y) {
            *pixel = palette::painted_over(palette, *pixel, brush.colour, share * brush.strength);
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the block")]
    fn pixel(&mut self, x: i64, y: i64) -> Option<&mut u8> {
        let inside = (0..self.width).contains(&x) && (self.from..self.to).contains(&y);
        if inside { self.pixels.get_mut(((y - self.from) * self.width + x) as usize) } else { None }
    }

    /// Hands out the part of each row that lies in `area`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the block")]
    fn each_row(&mut self, area: &Area, mut fill: impl FnMut(i64, &mut [u8])) {
        let (left, right) = (area.x.clamp(0, self.width), area.right().clamp(0, self.width));
        for y in area.y.max(self.from)..area.bottom().min(self.to) {
            let start = (y - self.from) * self.width;
            fill(y, &mut self.pixels[(start + left) as usize..(start + right) as usize]);
        }
    }

    /// A triangle filled with the end level, outlined outside; edges are softened by their distance to the pixel's
    /// centre.
    #[expect(clippy::cast_precision_loss, reason = "pixel places")]
    fn tip(&mut self, area: &Area, up: bool, thickness: i64) {
        let (half, tall, line) = (area.width as f64 / 2.0, area.height as f64, thickness as f64);
        let length = half.hypot(tall);
        let middle = area.x as f64 + half;
        let (first, after) =
            if up { (area.y - 3 * thickness, area.bottom()) } else { (area.y, area.bottom() + 3 * thickness) };
        for y in first.max(self.from)..after.min(self.to) {
            let row = y as f64 + 0.5;
            let height = if up { area.bottom() as f64 - row } else { row - area.y as f64 };
            for x in area.x - thickness..area.right() + thickness {
                let aside = (x as f64 + 0.5 - middle).abs();
                // Distance to the nearer slanted side, positive inside.
                let inside = (tall * (half - aside) - half * height) / length;
                let ink = (0.5 - inside).clamp(0.0, 1.0) * (inside + line + 0.5).clamp(0.0, 1.0);
                let index = if inside > 0.0 { palette::ink_on_level(ink, up) } else { palette::ink_on_paper(ink) };
                if let Some(pixel) = self.pixel(x, y) {
                    *pixel = if inside > 0.0 { index } else { palette::inked(*pixel, index) };
                }
            }
        }
    }
}

/// The level of a pointed end of the colour bar.
pub(super) fn end_level(highest: bool) -> u8 {
    if highest { palette::FIGURE_LEVELS } else { 1 }
}

/// The level that a row of the colour bar shows, of so many.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the number of levels")]
pub(super) fn level_of_row(bar: &Area, levels: u8, y: i64) -> u8 {
    let levels = i64::from(levels);
    // The middle of the row, in halves of a pixel, counted from below.
    let above = 2 * (bar.bottom() - 1 - y) + 1;
    (1 + (above * levels / (2 * bar.height)).clamp(0, levels - 1)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(scene: &Scene, cells: &[u8], rows_at_once: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut painter = Painter::new(scene);
        let across = usize::try_from(scene.cells.width / scene.magnify).expect("small");
        for part in cells.chunks(rows_at_once * across) {
            painter
                .paint(part, &mut |rows| {
                    out.extend_from_slice(rows);
                    Ok(())
                })
                .expect("a vector takes everything");
        }
        out
    }

    /// A 3 × 2 grid with a frame, a bar with both tips, and a swatch, drawn by hand.
    fn small_scene() -> Scene {
        let cells = Area { x: 2, y: 3, width: 6, height: 4 };
        let bar = Area { x: 11, y: 3, width: 4, height: 4 };
        let mut marks: Vec<Mark> = cells.frame(1).into_iter().map(|side| Mark::Box(side, Paint::Ink)).collect();
        marks.push(Mark::Levels(bar, palette::FIGURE_LEVELS));
        marks.push(Mark::Tip { area: Area { y: 0, height: 3, ..bar }, up: true, thickness: 1 });
        marks.push(Mark::Box(Area { x: 11, y: 8, width: 4, height: 1 }, Paint::NoData));
        Scene { width: 17, height: 9, cells, magnify: 2, marks, over: Vec::new() }
    }

    #[test]
    fn a_small_scene_looks_as_drawn() {
        let picture = painted(&small_scene(), &[0, 1, 100, 225, 30, 200], 2);
        let letter = |index: u8| match index {
            0 => 'o',
            _ if index == palette::paper() => '.',
            _ if index == palette::ink_on_paper(1.0) => '#',
            1..=75 => 'a',
            76..=150 => 'b',
            151..=225 => 'c',
            250.. => 'm',
            _ => '+',
        };
        let rows: Vec<String> = picture.chunks(17).map(|row| row.iter().map(|&i| letter(i)).collect()).collect();
        let expected = [
            "...........++++..",
            "..........++cc++.",
            ".########.+mccm+.",
            ".#ooaabb#..cccc..",
            ".#ooaabb#..bbbb..",
            ".#ccaacc#..bbbb..",
            ".#ccaacc#..aaaa..",
            ".########........",
            "...........oooo..",
        ];
        assert_eq!(rows, expected, "got\n{}", rows.join("\n"));
    }

    #[test]
    fn the_bytes_do_not_depend_on_the_band() {
        let scene = small_scene();
        let cells = [0, 1, 100, 225, 30, 200];
        assert_eq!(painted(&scene, &cells, 1), painted(&scene, &cells, 2), "one row at a time or all");
    }

    #[test]
    fn wrong_numbers_of_cells_are_refused() {
        let scene = small_scene();
        let mut sink = |_: &[u8]| Ok(());
        assert!(Painter::new(&scene).paint(&[1, 2], &mut sink).is_err(), "part of a row");
        assert!(Painter::new(&scene).paint(&[1; 9], &mut sink).is_err(), "a row too many");
    }

    #[test]
    fn the_bar_shows_every_level_once_where_there_is_room() {
        let bar = Area { x: 0, y: 10, width: 1, height: 225 };
        let levels: Vec<u8> = (bar.y..bar.bottom()).rev().map(|y| level_of_row(&bar, 225, y)).collect();
        assert_eq!(levels, (1..=225).collect::<Vec<u8>>(), "from the bottom up");
        let few: Vec<u8> = (bar.y..bar.bottom()).rev().map(|y| level_of_row(&bar, 9, y)).collect();
        assert!(few.chunks(25).zip(1..).all(|(rows, level)| rows.iter().all(|&row| row == level)), "nine: {few:?}");
    }
}
