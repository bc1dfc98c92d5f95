//! Values as GeoTIFF, EXR and VTK image data, whose writers take whole rows.

use crate::cli::args::{EvalArgs, Format};
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::subject::Subject;
use crate::field::Samples;
use crate::io::output::Output;
use crate::io::write::exr::Exr;
use crate::io::write::geotiff::{Cog, GeoTiff, GeoTiffOptions, Overviews};
use crate::io::write::vti::Vti;
use crate::io::write::{Description, Element, Writer};
use crate::request::Prepared;

/// Writes the cells and returns how many have an undefined value.
pub(super) fn write(
    prepared: &mut Prepared,
    subject: &Subject<'_>,
    (format, args): (Format, &EvalArgs),
    words: &str,
    output: &mut Output,
    progress: &mut Progress,
) -> Result<u64, Failure> {
    if !output.is_seekable() {
        return Err(Failure::input(format_args!(
            "this format needs a file that can be gone back in, and {} is none; write .npy or .csv there",
            output.name()
        )));
    }
    let grid = prepared.grid().clone();
    let element = Element::of(&prepared.engine().samples(0));
    let description = Description { shape: grid.shape(), names: prepared.names(), element };
    let mut writer: Box<dyn Writer + '_> = match format {
        Format::Exr => Box::new(Exr::with_words(output, &description, words)?),
        Format::Vti => Box::new(Vti::with_words(output, &grid, &description.names, element, words)?),
        _ => {
            let (georef, nodata) = (subject.georef(), subject.nodata());
            let words = words.to_owned();
            let options =
                GeoTiffOptions { georef, nodata, uncompressed: args.uncompressed, words, ..GeoTiffOptions::default() };
            if args.cog {
                let overviews = if subject.quantity.has_means() { Overviews::Average } else { Overviews::Nearest };
                let scratch = output.scratch();
                Box::new(Cog::new(output, description, options, overviews, scratch)?)
            } else {
                Box::new(GeoTiff::new(output, description, options)?)
            }
        }
    };
    let mut rows = Rows::new(grid.width());
    let mut masked = 0;
    prepared.bands(progress, |band| {
        masked += band.masked();
        rows.take(band, |rows| Ok::<(), Failure>(writer.write_rows(rows)?))
    })?;
    writer.finish()?;
    Ok(masked)
}

/// Makes whole rows of bands that begin and end anywhere.
struct Rows {
    width: usize,
    /// The beginning of a row that is not whole.
    begun: Option<Samples>,
}

impl Rows {
    fn new(width: usize) -> Self {
        Self { width, begun: None }
    }

    /// Hands on the rows that `band` completes.
    fn take<E>(&mut self, band: &Samples, mut sink: impl FnMut(&Samples) -> Result<(), E>) -> Result<(), E> {
        let waiting = self.begun.as_ref().map_or(0, Samples::cells);
        if waiting == 0 && band.cells().is_multiple_of(self.width) {
            return sink(band);
        }
        let mut all = match (self.begun.take(), band) {
            (Some(Samples::F32(mut all)), Samples::F32(more)) => {
                all.iter_mut().zip(more).for_each(|(all, more)| all.extend_from_slice(more));
                Samples::F32(all)
            }
            (Some(Samples::F64(mut all)), Samples::F64(more)) => {
                all.iter_mut().zip(more).for_each(|(all, more)| all.extend_from_slice(more));
                Samples::F64(all)
            }
            _ => band.clone(),
        };
        let whole = all.cells() / self.width * self.width;
        let rest = match &mut all {
            Samples::F32(all) => Samples::F32(all.iter_mut().map(|plane| plane.split_off(whole)).collect()),
            Samples::F64(all) => Samples::F64(all.iter_mut().map(|plane| plane.split_off(whole)).collect()),
        };
        self.begun = Some(rest);
        if whole > 0 { sink(&all) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_made_whole_in_order() {
        let values: Vec<f32> = (0_u8..35).map(f32::from).collect();
        for cuts in [vec![35], vec![7, 7, 21], vec![1, 2, 3, 12, 17], vec![6, 8, 21], vec![0, 34, 1]] {
            let (mut rows, mut found, mut first) = (Rows::new(7), Vec::new(), 0);
            for cut in &cuts {
                let part = values[first..first + cut].to_vec();
                first += cut;
                let taken = rows.take(&Samples::F32(vec![part.clone(), part]), |whole| {
                    let Samples::F32(planes) = whole else { return Err(()) };
                    assert!(planes[0].len() % 7 == 0 && planes[0] == planes[1], "{cuts:?}: whole rows of both planes");
                    found.extend_from_slice(&planes[0]);
                    Ok(())
                });
                assert_eq!(taken, Ok(()), "{cuts:?}");
            }
            assert_eq!(found, values, "{cuts:?}");
        }
    }
}
