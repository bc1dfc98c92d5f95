//! What plot, eval and stats work on: a formula, files, or a formula of files; with its grid and the request that computes it.
//!
//! Colour pictures have a saliency of their own: √(‖∇r‖² + ‖∇g‖² + ‖∇b‖²) of the channels in 0…1, averaged, in place of that of the
//! luminance. It is a formula of three arrays, so it needs nothing that formulas do not have.

mod slice;

pub(crate) use slice::mixed;

use crate::cli::args::{ArrayArgs, ComputeArgs, FormulaArgs, GridArgs, WorkArgs};
use crate::cli::arrays::{Array, Arrays, BARE, Bare};
use crate::cli::failure::Failure;
use crate::cli::hold::{Hold, Pick};
use crate::cli::inputs::{self, Purpose};
use crate::cli::place::{self, Place};
use crate::engine::EngineChoice;
use crate::expr::formula::{Formula, constant};
use crate::grid::Grid;
use crate::io::georef::{GeoReference, Unit};
use crate::io::read::Header;
use crate::method::scheme::{Scheme, Stencil};
use crate::quantity::Quantity;
use crate::quantity::terrain::Terrain;
use crate::request::{Prepared, Request};
use crate::tile::watch::Watch;
use slice::{Slice, taken};

/// The arrays of a colour picture, and their channels.
pub(crate) const COLOURS: [(&str, &str); 3] = [("r", "R"), ("g", "G"), ("b", "B")];

/// What a command works on.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) formula: Formula,
    pub(crate) arrays: Arrays,
    pub(crate) place: Option<Place>,
    pub(crate) quantity: Quantity,
    grid: Grid,
    args: &'a ArrayArgs,
    /// What titles call the function: the formula, or the file.
    name: String,
    /// The quantity as asked for.
    asked: String,
    /// The stencil of the quantity asked for, where another is computed.
    own: Option<Stencil>,
    /// What it is a slice of.
    slice: Option<Slice>,
}

impl<'a> Subject<'a> {
    /// Reads the formula and opens the files.
    pub(crate) fn read(formula: &FormulaArgs, work: &'a WorkArgs, purpose: Purpose) -> Result<Self, Failure> {
        let bare = Bare::find(&formula.formula, &work.arrays)?;
        Self::new(bare, formula, &work.arrays, &work.grid, &work.compute.quantity, purpose)
    }

    /// The same where it is known which file, if any, the formula is or is about.
    pub(crate) fn new(
        mut bare: Option<Bare>,
        formula: &FormulaArgs,
        args: &'a ArrayArgs,
        grid: &GridArgs,
        quantity: &str,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let mut arrays = Arrays::open(bare.as_ref(), args)?;
        let mut text = bare.as_ref().map_or_else(|| formula.formula.clone(), |bare| bare.formula.clone());
        let (mut asked, mut own) = (quantity.to_owned(), None);
        let alone = args.channel.is_none() && args.with.is_empty() && bare.as_ref().is_some_and(Bare::is_whole);
        if let Some(bare) = bare.as_mut().filter(|_| alone)
            && is_colour(&arrays.all[0].header)
            && let Ok(Quantity::Saliency(sigma)) = Quantity::parse(quantity, &[], &constant)
        {
            text = colour_saliency(&arrays.all[0].header, sigma);
            bare.arrays = COLOURS.map(|(name, channel)| (name.to_owned(), Some(channel.to_owned()))).to_vec();
            arrays = arrays.channels(&COLOURS, args)?;
            (asked, own) = ("value".to_owned(), Some(Stencil::Sobel));
        }
        if let Some(option) = args.reading().filter(|_| arrays.all.is_empty()) {
            return Err(Failure::input(format_args!(
                "{option} says how files are read, and there is none; name one, or add --with"
            )));
        }
        let formula_read = inputs::formula_of(&text, formula, &arrays.names())?;
        let axes = arrays.shape().map(<[usize]>::len);
        let (quantity_read, place, grid) = match axes {
            None => {
                let grid = inputs::grid(grid, &formula_read, purpose)?;
                (inputs::quantity(&asked, &formula_read, grid.axes().len())?, None, grid)
            }
            Some(axes) => {
                let quantity = inputs::quantity(&asked, &formula_read, axes)?;
                let place = place::place(&arrays, args, grid, formula_read.variables(), terrain(&quantity).is_some())?;
                let grid = place.grid.clone();
                if purpose == Purpose::Picture && axes != 2 {
                    let file = arrays.all[0].file_name();
                    return Err(Failure::input(format_args!(
                        "a picture has two axes, and {file} has {axes}; hold one, as in `--slice z=0.5`, or write numbers with `gradgrid eval`"
                    )));
                }
                (quantity, Some(place), grid)
            }
        };
        let name = match &bare {
            Some(_) => arrays.all[0].file_name(),
            None => formula.formula.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let formula = formula_read;
        Ok(Self {
            formula,
            arrays,
            place,
            quantity: quantity_read,
            grid,
            args,
            name,
            asked: quantity.to_owned(),
            own,
            slice: None,
        })
    }

    /// The grid.
    pub(crate) fn grid(&self) -> &Grid {
        &self.grid
    }

    /// How the arrays are differenced.
    fn scheme(&self) -> Result<Scheme, Failure> {
        self.args.scheme.scheme(self.own.unwrap_or_else(|| self.quantity.own_stencil()))
    }

    /// The request that the arguments describe, and what the user should know about it.
    pub(crate) fn request(&self, compute: &ComputeArgs) -> Result<(Request<'_>, Vec<String>), Failure> {
        self.request_of(compute, self.quantity.clone(), None)
    }

    /// Whether it is clear how steep it is: by its place on Earth, or because somebody says so.
    pub(crate) fn has_heights(&self) -> bool {
        let on_earth = self.place.as_ref().and_then(|place| place.georef.as_ref());
        on_earth.is_some_and(|georef| georef.unit != Unit::Unknown) || self.args.scheme.z_factor.is_some()
    }

    /// The same for another quantity, and with heights times `factor`, if that is given.
    pub(crate) fn request_of(
        &self,
        compute: &ComputeArgs,
        quantity: Quantity,
        factor: Option<f64>,
    ) -> Result<(Request<'_>, Vec<String>), Failure> {
        let mut notes = Vec::new();
        let scheme = self.args.scheme.scheme(self.own.unwrap_or_else(|| quantity.own_stencil()))?;
        let z_factor = self.args.scheme.z_factor()? * factor.unwrap_or(1.0);
        let mut relief = crate::method::Relief { z_factor, ..Default::default() };
        for name in self.arrays.unused(&self.formula) {
            notes.push(format!("warning: the formula does not use the array `{name}`"));
        }
        if let (Some(place), Some(terrain)) = (&self.place, terrain(&quantity)) {
            let (found, note) = place::relief(&self.arrays, place, z_factor);
            relief = found;
            let measures = !matches!(terrain, Terrain::Tpi | Terrain::Tri(_) | Terrain::Roughness);
            notes.extend(note.filter(|_| measures));
        }
        let request = inputs::request(compute, &self.formula, &self.grid, quantity)?;
        Ok((request.sampling(scheme).relief(relief), notes))
    }

    /// Opens the engine for a request on these files.
    pub(crate) fn prepare(&self, request: &Request<'_>) -> Result<Prepared, Failure> {
        let mut prepared = request.prepare_with(self.arrays.readers()?)?;
        if let Some(place) = &self.place {
            prepared.set_first_row_on_top(place.first_row_on_top);
        }
        Ok(prepared)
    }

    /// Whether the formula is a file.
    pub(crate) fn is_file(&self) -> bool {
        !self.arrays.all.is_empty() && self.arrays.all.iter().any(|array| array.file_name() == self.name)
    }

    /// The function, its arrays and its parameters, as headings have them.
    pub(crate) fn heading(&self, parameters: &[String]) -> String {
        let mut heading = if self.is_file() { self.name.clone() } else { format!("f = {}", self.name) };
        if !self.is_file() {
            let whole = self.slice.iter().flat_map(|slice| &slice.arrays);
            let whole = whole.map(|[name, file, _]| (name.clone(), file.clone()));
            let own = self.arrays.all.iter().filter(|_| !self.is_slice());
            for (name, file) in own.map(|array| (array.name.clone(), array.file_name())).chain(whole) {
                heading = format!("{heading},  {name} = {file}");
            }
        }
        for parameter in parameters {
            heading = format!("{heading},  {}", parameter.replacen('=', " = ", 1));
        }
        heading
    }

    /// The heading of a picture.
    pub(crate) fn title(&self, parameters: &[String], prepared: &Prepared) -> String {
        let plane = self.slice.as_ref().map(|slice| slice.plane.clone()).or_else(|| prepared.names().first().cloned());
        let mut title = match plane {
            _ if self.is_file() && self.asked != "value" => format!("{} of {}", self.asked, self.heading(parameters)),
            Some(name) if name != "f" && !self.is_file() => format!("{name},  {}", self.heading(parameters)),
            _ => self.heading(parameters),
        };
        // A slice says where it lies.
        for axis in prepared.grid().axes().iter().skip(2) {
            title = format!("{title},  {} = {}", axis.name(), axis.min());
        }
        for words in self.slice.iter().flat_map(|slice| &slice.words) {
            title = format!("{title},  {words}");
        }
        title
    }

    /// What stands along the colour bar, where the plane's own name would not tell.
    pub(crate) fn label(&self) -> Option<String> {
        match (&self.own, self.is_file() && self.asked == "value") {
            (Some(_), _) => Some(self.asked.split(':').next().unwrap_or_default().to_owned()),
            (None, true) => Some("value".to_owned()),
            _ => self.slice.as_ref().map(|slice| slice.plane.clone()),
        }
    }

    /// What is written along the axes of a picture, where the names of the variables would not tell.
    pub(crate) fn axis_labels(&self) -> Option<[String; 2]> {
        self.place.as_ref().and_then(place::labels)
    }

    /// The files and the scheme, for provenance.
    pub(crate) fn provenance(&self) -> Vec<(String, String)> {
        if self.arrays.all.is_empty() {
            return Vec::new();
        }
        let scheme = self.scheme();
        let arrays: Vec<String> = match &self.slice {
            Some(slice) => slice.arrays.iter().map(|[_, _, described]| described.clone()).collect(),
            None => self.arrays.all.iter().map(Array::described_for_certain).collect(),
        };
        let mut words: Vec<(String, String)> = arrays.into_iter().map(|array| ("Array".to_owned(), array)).collect();
        words.extend(self.slice.iter().flat_map(|slice| &slice.words).map(|word| ("Slice".to_owned(), word.clone())));
        words.extend(scheme.ok().map(|scheme| {
            ("Scheme".to_owned(), format!("{}, missing data: {}", scheme.stencil, self.args.scheme.missing))
        }));
        words
    }

    /// Where a raster of this grid lies: the file's own place, else a transform.
    pub(crate) fn georef(&self) -> Option<GeoReference> {
        let own = self.place.as_ref().and_then(|place| place.georef.clone());
        own.or_else(|| place::transform(&self.grid))
    }

    /// The number that stands for masked cells in a raster: the file's own, where no value of the quantity can be that number.
    pub(crate) fn nodata(&self) -> Option<f64> {
        let nodata =
            self.arrays.all.iter().find_map(|array| array.header.nodata).filter(|nodata| nodata.is_finite())?;
        let free = match (&self.quantity, terrain(&self.quantity)) {
            (Quantity::Value, _) => self.is_file() && self.own.is_none(),
            (_, Some(Terrain::Curvature(_) | Terrain::Tpi) | None) => false,
            // None of these is negative.
            (_, Some(_)) => nodata < 0.0,
        };
        free.then_some(nodata)
    }

    /// The slice of files where these variables are held: f on the grid that is left, and the quantity, which was computed on the whole.
    pub(crate) fn sliced(self, holds: &[Hold], compute: &ComputeArgs, watch: &mut dyn Watch) -> Result<Self, Failure> {
        let pick = Pick::new(&self.grid, holds)?;
        let (grid, f) = (pick.grid.clone(), pick.clone());
        let pick = if self.quantity.is_report() { pick.nearest() } else { pick };
        let Some(first) = self.arrays.all.first() else { return Ok(self) };
        let (request, _) = self.request(compute)?;
        let mut prepared = self.prepare(&request)?;
        crate::picture::check(&prepared, &self.quantity)?;
        let plane = prepared.names().swap_remove(0);
        let values = first.holding(taken(&mut prepared, 0, &pick, watch)?);
        let mut f = match self.quantity {
            Quantity::Value => values.holding(taken(&mut prepared, 0, &f, watch)?),
            _ => {
                let mut prepared = self.prepare(&request.compare(None).quantity(Quantity::Value))?;
                first.holding(taken(&mut prepared, 0, &f, watch)?)
            }
        };
        let variables: Vec<String> = grid.axes().iter().map(|axis| axis.name().to_owned()).collect();
        let arguments = FormulaArgs { formula: BARE.to_owned(), parameters: Vec::new(), vars: variables };
        f.name = BARE.to_owned();
        let formula = inputs::formula_of(BARE, &arguments, &[(BARE.to_owned(), grid.axes().len())])?;
        let place = self.place.as_ref().map(|place| place.of_slice(grid.clone()));
        let arrays =
            self.arrays.all.iter().map(|array| [array.name.clone(), array.file_name(), array.described_for_certain()]);
        let slice = Slice { values, plane, words: holds.iter().map(Hold::words).collect(), arrays: arrays.collect() };
        Ok(Self { formula, arrays: Arrays { all: vec![f] }, place, grid, slice: Some(slice), ..self })
    }

    /// Whether it is a slice of files.
    pub(crate) fn is_slice(&self) -> bool {
        self.slice.is_some()
    }

    /// Opens the engine for the quantity that is drawn.
    pub(crate) fn colours(&self, request: &Request<'_>) -> Result<Prepared, Failure> {
        let Some(slice) = &self.slice else { return self.prepare(request) };
        let engine = if slice.values.header.dtype.fits_f32() { EngineChoice::Cpu } else { EngineChoice::F64 };
        let request = Request::new(&self.formula, &self.grid).quantity(Quantity::Value).engine(engine);
        let mut prepared = request.prepare_with(vec![slice.values.reader()?])?;
        prepared.set_first_row_on_top(self.place.as_ref().is_some_and(|place| place.first_row_on_top));
        Ok(prepared)
    }
}

/// What of terrain a quantity is or tells of.
fn terrain(quantity: &Quantity) -> Option<Terrain> {
    match quantity {
        Quantity::Terrain(terrain) => Some(*terrain),
        Quantity::Mask(base) | Quantity::Digits(base) => terrain(base),
        Quantity::Bound(bases) => bases.iter().find_map(terrain),
        _ => None,
    }
}

/// Whether a file is a colour picture.
pub(crate) fn is_colour(header: &Header) -> bool {
    header.shape.len() == 2 && header.channels >= 3 && ["PNG", "JPEG", "WebP"].contains(&header.format)
}

/// The saliency of the arrays [`COLOURS`], scaled to 0…1.
pub(crate) fn colour_saliency(header: &Header, sigma: f64) -> String {
    let white = header.dtype.white().unwrap_or(1.0);
    format!("smooth(hypot(norm(grad(r)), norm(grad(g)), norm(grad(b)))/{white}, {sigma})")
}
