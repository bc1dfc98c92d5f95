//! What is done with one file of a batch: its values are read, computed, scaled and written.

use super::settings::Settings;
use crate::cli::args::FileFormat;
use crate::cli::arrays::Bare;
use crate::cli::failure::Failure;
use crate::cli::inputs::Purpose;
use crate::cli::provenance::{self, software};
use crate::cli::subject::Subject;
use crate::field::Samples;
use crate::figure::Theme;
use crate::figure::palette::{BARE_LEVELS, colours};
use crate::grid::Grid;
use crate::io::georef::GeoReference;
use crate::io::npy;
use crate::io::output::Output;
use crate::io::png::IndexedPng;
use crate::io::provenance::{COMMAND, Words, compact};
use crate::io::read::memory::Memory;
use crate::io::read::{Dtype, Reader};
use crate::io::write::geotiff::{GeoTiff, GeoTiffOptions};
use crate::io::write::{Description, Element, Writer};
use crate::request::Prepared;
use crate::tile::watch::Silent;
use std::path::Path;

/// Programs that are kept: images of a batch have few shapes.
const KEPT: usize = 4;

/// A file that is read.
pub(super) struct Loaded<'a> {
    subject: Subject<'a>,
    /// The words about the subject.
    words: Words,
    readers: Vec<Box<dyn Reader>>,
}

/// A file that is computed.
pub(super) struct Computed {
    pub(super) grid: Grid,
    pub(super) samples: Samples,
    /// Smallest and largest value.
    pub(super) values: Option<(f64, f64)>,
    pub(super) masked: u64,
    words: Words,
    names: Vec<String>,
    georef: Option<GeoReference>,
    nodata: Option<f64>,
    first_row_on_top: bool,
}

/// Reads the arrays of `path` into memory.
pub(super) fn load<'a>(path: &Path, settings: &'a Settings) -> Result<Loaded<'a>, Failure> {
    let bare = Bare { path: path.to_owned(), arrays: settings.arrays.clone(), formula: settings.formula.clone() };
    let subject = Subject::new(
        Some(bare),
        &settings.words,
        settings.args,
        &settings.grid,
        &settings.compute.quantity,
        Purpose::Numbers,
    )?;
    let cells = subject.grid().cells();
    let wide = match settings.compute.engine.as_str() {
        "f64" | "gpu64" => true,
        "auto" => subject.arrays.all.iter().any(|array| needs_f64(array.header.dtype)),
        _ => false,
    };
    let size = if wide { 8 } else { 4 };
    let needs = cells.saturating_mul(size).saturating_mul(subject.arrays.all.len() + 1);
    if needs > settings.memory {
        return Err(Failure::input(format_args!(
            "'{}' takes {needs} bytes, and files of a batch are held in memory, of up to {} bytes each; raise --memory, or use eval or plot",
            path.display(),
            settings.memory
        )));
    }
    let mut readers: Vec<Box<dyn Reader>> = Vec::new();
    for mut reader in subject.arrays.readers()? {
        let (shape, rows) = (reader.header().shape.clone(), reader.header().rows());
        if wide {
            let mut values = Vec::new();
            reader.read_rows_f64(0..rows, &mut values).map_err(Failure::input)?;
            readers.push(Box::new(Memory::new(&shape, values).map_err(Failure::input)?));
        } else {
            let mut values = Vec::new();
            reader.read_rows_f32(0..rows, &mut values).map_err(Failure::input)?;
            readers.push(Box::new(Memory::new(&shape, values).map_err(Failure::input)?));
        }
    }
    let no_words = settings.provenance.no_provenance;
    let words = if no_words { Words::new() } else { provenance::subject(&settings.words, &subject, subject.grid()) };
    Ok(Loaded { subject, words, readers })
}

fn needs_f64(dtype: Dtype) -> bool {
    !dtype.fits_f32()
}

/// Computes, and keeps the programs for the next files of the same kind.
#[derive(Default)]
pub(super) struct Computer {
    /// What a program was made for, and the program; the last used comes last.
    kept: Vec<(String, Prepared)>,
    pub(super) notes: Vec<String>,
}

impl Computer {
    pub(super) fn compute(&mut self, loaded: Loaded<'_>, settings: &Settings) -> Result<Computed, Failure> {
        let Loaded { subject, mut words, readers } = loaded;
        let (request, notes) = subject.request(&settings.compute)?;
        self.notes.extend(notes);
        let wide = readers.iter().any(|reader| reader.header().dtype == Dtype::F64);
        // All else is the same for the whole batch.
        let unit = subject.georef().map(|place| (place.unit, place.keys.map(|keys| keys.vertical_unit())));
        let kind = format!("{wide} {:?} {:?} {unit:?}", subject.formula.text(), subject.grid());
        let mut prepared = match self.kept.iter().position(|(known, _)| *known == kind) {
            Some(place) => {
                let mut prepared = self.kept.remove(place).1;
                prepared.set_arrays(readers)?;
                prepared
            }
            None => request.prepare_with(readers)?,
        };
        let mut samples = prepared.engine().samples(prepared.names().len());
        samples.resize(0);
        prepared.bands(&mut Silent, |band| {
            match (&mut samples, band) {
                (Samples::F32(all), Samples::F32(part)) => append(all, part),
                (Samples::F64(all), Samples::F64(part)) => append(all, part),
                _ => {}
            }
            Ok::<(), Failure>(())
        })?;
        let arithmetic = ("Arithmetic".to_owned(), prepared.engine().arithmetic().to_owned());
        words.splice(0..0, [arithmetic, ("Agreement".to_owned(), prepared.agreement().to_string())]);
        let computed = Computed {
            words,
            grid: subject.grid().clone(),
            values: extremes(&samples),
            masked: samples.masked(),
            samples,
            names: prepared.names(),
            georef: subject.georef(),
            nodata: subject.nodata(),
            first_row_on_top: subject.place.as_ref().is_some_and(|place| place.first_row_on_top),
        };
        if prepared.takes_arrays() {
            self.kept.push((kind, prepared));
        }
        if self.kept.len() > KEPT {
            self.kept.remove(0);
        }
        Ok(computed)
    }
}

fn append<T: Copy>(all: &mut [Vec<T>], part: &[Vec<T>]) {
    all.iter_mut().zip(part).for_each(|(all, part)| all.extend_from_slice(part));
}

/// Smallest and largest value of all planes.
fn extremes(samples: &Samples) -> Option<(f64, f64)> {
    fn of<T: Copy + Into<f64> + PartialOrd>(planes: &[Vec<T>], [low, high]: [T; 2]) -> (f64, f64) {
        // A comparison with NaN is false, so masked cells change nothing.
        let ends = planes.iter().flatten().fold((low, high), |(low, high), &value| {
            (if value < low { value } else { low }, if value > high { value } else { high })
        });
        (ends.0.into(), ends.1.into())
    }
    let (low, high) = match samples {
        Samples::F32(planes) => of(planes, [f32::INFINITY, f32::NEG_INFINITY]),
        Samples::F64(planes) => of(planes, [f64::INFINITY, f64::NEG_INFINITY]),
    };
    (low <= high).then_some((low, high))
}

/// What made the result of a file.
pub(super) fn words(computed: &Computed, input: &Path, range: Option<(f64, f64)>, settings: &Settings<'_>) -> Words {
    if settings.provenance.no_provenance {
        return vec![software()];
    }
    let mut words = vec![
        software(),
        ("Formula".to_owned(), settings.formula.clone()),
        ("Quantity".to_owned(), settings.compute.quantity.clone()),
    ];
    words.extend(computed.words.iter().cloned());
    if settings.format == FileFormat::Png {
        words.push(("Colormap".to_owned(), settings.colormap.name()));
    }
    words.extend(range.map(|(low, high)| ("Range".to_owned(), format!("{low:?} to {high:?}"))));
    let record = settings.provenance.record.of_one(input, range);
    words.extend(record.text().map(|command| (COMMAND.to_owned(), command)));
    words
}

/// Writes the values, scaled to `range` if there is one, to a file that has its name once it is committed.
pub(super) fn write(
    mut computed: Computed,
    output: &Path,
    overwrite: bool,
    range: Option<(f64, f64)>,
    (settings, words): (&Settings<'_>, &Words),
) -> Result<Output, Failure> {
    let mut file = Output::create(output, overwrite)?;
    match settings.format {
        FileFormat::Png => {
            write_png(&computed, &mut file, range.unwrap_or((0.0, 1.0)), (settings, words))?;
        }
        FileFormat::Npy => {
            scale(&mut computed.samples, range);
            let mut shape = computed.grid.shape();
            if computed.names.len() > 1 {
                shape.insert(0, computed.names.len());
            }
            npy::write_header(&mut file, Element::of(&computed.samples), &shape)?;
            match &computed.samples {
                Samples::F32(planes) => planes.iter().try_for_each(|plane| npy::write_f32(&mut file, plane))?,
                Samples::F64(planes) => planes.iter().try_for_each(|plane| npy::write_f64(&mut file, plane))?,
            }
        }
        FileFormat::Tif => {
            scale(&mut computed.samples, range);
            let element = Element::of(&computed.samples);
            let description = Description { shape: computed.grid.shape(), names: computed.names, element };
            let nodata = if range.is_some() { None } else { computed.nodata };
            let (georef, words) = (computed.georef, compact(words));
            let options = GeoTiffOptions { georef, nodata, words, ..GeoTiffOptions::default() };
            let mut writer = Box::new(GeoTiff::new(&mut file, description, options)?);
            writer.write_rows(&computed.samples)?;
            writer.finish()?;
        }
    }
    Ok(file)
}

/// Values as shares of the range, 0 to 1; all are 0 where the range is but one value.
#[expect(clippy::cast_possible_truncation, reason = "the samples are of this type")]
fn scale(samples: &mut Samples, range: Option<(f64, f64)>) {
    let Some(range) = range else { return };
    match samples {
        Samples::F32(planes) => {
            planes.iter_mut().flatten().for_each(|value| *value = share(f64::from(*value), range) as f32);
        }
        Samples::F64(planes) => planes.iter_mut().flatten().for_each(|value| *value = share(*value, range)),
    }
}

fn share(value: f64, (low, high): (f64, f64)) -> f64 {
    if value.is_nan() {
        return value;
    }
    let span = high - low;
    if span > 0.0 { ((value - low) / span).clamp(0.0, 1.0) } else { 0.0 }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 255")]
fn write_png(
    computed: &Computed,
    file: &mut Output,
    range: (f64, f64),
    (settings, words): (&Settings<'_>, &Words),
) -> Result<(), Failure> {
    let colormap = settings.colormap;
    let [x, y] = computed.grid.axes() else {
        return Err(Failure::input("a picture has two axes; use --format npy"));
    };
    if computed.samples.planes() != 1 {
        return Err(Failure::input(format_args!(
            "the quantity has {} values per cell and a picture shows one; use --format npy or tif",
            computed.samples.planes()
        )));
    }
    let side =
        |len: usize| u32::try_from(len).map_err(|_| Failure::input(format_args!("{len} cells on a side are too many")));
    let levels = f64::from(colormap.levels(BARE_LEVELS));
    let index = |value: f64| match share(value, range) {
        share if share.is_nan() => 0,
        share => 1 + (share * levels).min(levels - 1.0) as u8,
    };
    let palette = colours(colormap, Theme::Light, true);
    let mut png = IndexedPng::new(file, side(x.len())?, side(y.len())?, &palette, words).map_err(Failure::input)?;
    let mut pixels: Vec<u8> = match &computed.samples {
        Samples::F32(planes) => planes[0].iter().map(|value| index(f64::from(*value))).collect(),
        Samples::F64(planes) => planes[0].iter().map(|value| index(*value)).collect(),
    };
    if !computed.first_row_on_top {
        pixels = pixels.chunks(x.len()).rev().flatten().copied().collect();
    }
    png.write_rows(&pixels).map_err(Failure::input)?;
    png.finish().map_err(Failure::input)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_pass_over_masked_cells() {
        let samples = Samples::F32(vec![vec![f32::NAN, 2.0, -1.0], vec![3.0, f32::NAN, 0.0]]);
        assert_eq!(extremes(&samples), Some((-1.0, 3.0)), "of both planes");
        assert_eq!(extremes(&Samples::F64(vec![vec![f64::NAN]])), None, "no value");
    }

    #[test]
    fn values_become_shares_of_the_range() {
        let mut samples = Samples::F64(vec![vec![-1.0, 1.0, 3.0, 9.0, f64::NAN]]);
        scale(&mut samples, Some((-1.0, 3.0)));
        let Samples::F64(planes) = &samples else { panic!("double precision stays") };
        assert_eq!(planes[0][..4], [0.0, 0.5, 1.0, 1.0], "clamped beyond");
        assert!(planes[0][4].is_nan(), "masked");
        assert_eq!(share(5.0, (5.0, 5.0)), 0.0, "a range of one value");
    }
}
