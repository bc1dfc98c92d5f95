//! Draws a function with its streamlines and, beside the steepest places, arrows: `cargo run --release --example layers`.

use gradgrid::flow::glyph::{Look, arrow_marks, stream_marks};
use gradgrid::flow::{ArrowOptions, Frame, Length, StreamOptions, Way, arrows, streamlines};
use gradgrid::picture::{draw, survey};
use gradgrid::probe::Probe;
use gradgrid::{Formula, Grid, PictureFormat, PictureOptions, Quantity, Request, Silent};
use std::fs::File;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let f = Formula::parse("e^{-(x²+y²)} - e^{-((x-1)²+(y-1)²)}")?;
    let grid = Grid::plane((-2.0, 3.0, 600), (-2.0, 3.0, 600))?;
    let mut value = Request::new(&f, &grid).quantity(Quantity::Value).prepare()?;
    let options = PictureOptions { title: format!("f = {}", f.text()), ..PictureOptions::default() };
    let mut survey = survey(&mut value, &Quantity::Value, &options, &mut Silent)?;

    let view = survey.figure.view();
    let frame = Frame::of_view(&view, (-2.0, 3.0), (-2.0, 3.0));
    let probe = Probe::new(&f, 2, &[])?;
    let lines = streamlines(&probe, &frame, &StreamOptions::new(16.0 * view.point()), &mut Silent)?;
    let look = Look::in_tone(survey.tone());
    survey.figure.add(stream_marks(&lines, &frame, &view, Way::Ascent, &look));

    // Only where it is steep.
    let spacing = ArrowOptions { length: Length::Unit, ..ArrowOptions::new(20.0 * view.point()) };
    let mut steep = arrows(&probe, &frame, &spacing);
    steep.retain(|arrow| arrow.magnitude() > 1.0);
    survey.figure.add(arrow_marks(&steep, &view, &Look::of([255, 255, 255])));

    let path = std::env::temp_dir().join("layers.png");
    draw(&mut value, &survey.figure, PictureFormat::Png, None, &options.text, File::create(&path)?, &mut Silent)?;
    println!("{}: {} streamlines and {} arrows", path.display(), lines.len(), steep.len());
    Ok(())
}
