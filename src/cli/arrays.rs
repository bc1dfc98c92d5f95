//! Sampled grids on the command line: which files are arrays, what of them is read, and how they are differenced.
//!
//! A FORMULA that names a file is that file: if it ends in an extension that is read here, always; else if it is no formula and its
//! content is known. Whoever has a file called `x` writes `./x`.

use crate::cli::args::{ArrayArgs, SchemeArgs};
use crate::cli::failure::Failure;
use crate::cli::values;
use crate::expr::formula::Formula;
use crate::expr::source::Source;
use crate::io::provenance::digest;
use crate::io::read::memory::Memory;
use crate::io::read::{Channel, Dtype, Header, RawShape, ReadError, ReadOptions, Reader, open};
use crate::method::scheme::{Border, EdgeOrder, Gaps, Scheme, Stencil};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Extensions of files that are read.
pub(crate) const EXTENSIONS: [&str; 11] =
    ["npy", "npz", "tif", "tiff", "png", "jpg", "jpeg", "webp", "exr", "asc", "raw"];

/// What a file given as the formula is called in it.
pub(crate) const BARE: &str = "a";

impl SchemeArgs {
    /// The scheme, with `own` for the stencil unless one is asked for.
    pub(crate) fn scheme(&self, own: Stencil) -> Result<Scheme, Failure> {
        let stencil = self.scheme.as_deref().map(str::parse).transpose().map_err(Failure::input)?.unwrap_or(own);
        let border: Option<Border> = self.border.as_deref().map(str::parse).transpose().map_err(Failure::input)?;
        let edges = self
            .edge_order
            .map(|order| Border::OneSided(if order == 2 { EdgeOrder::Second } else { EdgeOrder::First }));
        let gaps: Gaps = self.missing.parse().map_err(Failure::input)?;
        Ok(Scheme { stencil, border: border.or(edges), gaps })
    }

    /// The factor of heights, 1 unless given.
    pub(crate) fn z_factor(&self) -> Result<f64, Failure> {
        self.z_factor.as_deref().map_or(Ok(1.0), |text| values::number(text, "--z-factor"))
    }
}

/// One array: its name, its file, and what is known of it.
#[derive(Debug)]
pub(crate) struct Array {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    options: ReadOptions,
    /// Opened already; some decoders work when they open.
    reader: RefCell<Option<Box<dyn Reader>>>,
    /// Its numbers, where they are in memory.
    held: Option<Held>,
}

/// Numbers in memory.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    Single(Memory<f32>),
    Double(Memory<f64>),
}

impl Held {
    fn reader(&self) -> Box<dyn Reader> {
        match self {
            Self::Single(array) => Box::new(array.clone()),
            Self::Double(array) => Box::new(array.clone()),
        }
    }
}

impl Array {
    /// Opens the file.
    pub(crate) fn open(name: &str, path: &Path, options: ReadOptions) -> Result<Self, Failure> {
        let reader = open(path, &options).map_err(Failure::input)?;
        Ok(Self::of(name, path, options, reader))
    }

    fn of(name: &str, path: &Path, options: ReadOptions, reader: Box<dyn Reader>) -> Self {
        let header = reader.header().clone();
        let reader = RefCell::new(Some(reader));
        Self { name: name.to_owned(), path: path.to_owned(), header, options, reader, held: None }
    }

    /// Another channel of one of these files, decoded together with it, if `path` and `options` are such and the format allows it.
    fn beside(among: &[Self], name: &str, path: &Path, options: &ReadOptions) -> Option<Result<Self, Failure>> {
        let but_channel = |array: &Self| ReadOptions { channel: options.channel.clone(), ..array.options.clone() };
        let same = among.iter().find(|array| array.path == path && but_channel(array) == *options)?;
        let reader = same.reader.borrow().as_ref()?.beside(&options.channel)?;
        let named = |error| Failure::input(ReadError::In { path: path.display().to_string(), error: Box::new(error) });
        Some(reader.map_err(named).map(|reader| Self::of(name, path, options.clone(), reader)))
    }

    /// The file, decoded together with one of `among` if it can be.
    fn open_beside(among: &[Self], name: &str, path: &Path, options: ReadOptions) -> Result<Self, Failure> {
        Self::beside(among, name, path, &options).unwrap_or_else(|| Self::open(name, path, options))
    }

    /// Numbers in memory that were made from the array, or from the arrays of its command.
    pub(crate) fn holding(&self, held: Held) -> Self {
        let header = held.reader().header().clone();
        let (name, path, options) = (self.name.clone(), self.path.clone(), ReadOptions::default());
        Self { name, path, header, options, reader: RefCell::new(None), held: Some(held) }
    }

    /// A reader of it; a second one opens the file again.
    pub(crate) fn reader(&self) -> Result<Box<dyn Reader>, Failure> {
        match (&self.held, self.reader.take()) {
            (Some(held), _) => Ok(held.reader()),
            (None, Some(reader)) => Ok(reader),
            (None, None) => open(&self.path, &self.options).map_err(Failure::input),
        }
    }

    /// Its file without the folder.
    pub(crate) fn file_name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// Sizes as the command line has them, x first.
    pub(crate) fn size_text(&self) -> String {
        self.header.shape.iter().rev().map(ToString::to_string).collect::<Vec<_>>().join("×")
    }

    /// `a = dem.tif (TIFF, 640×480, i2)`
    pub(crate) fn describe(&self) -> String {
        let Header { format, dtype, .. } = &self.header;
        format!("{} = {} ({format}, {}, {})", self.name, self.file_name(), self.size_text(), dtype.name())
    }

    /// The same with a checksum of the file, by which a changed one is known: `a = dem.tif (TIFF, 640×480, i2, crc32 cbf43926)`
    pub(crate) fn described_for_certain(&self) -> String {
        let plain = self.describe();
        let sum = if self.path.is_file() { digest(&self.path).ok() } else { None };
        match (plain.strip_suffix(')'), sum) {
            (Some(plain), Some(sum)) => format!("{plain}, crc32 {sum:08x})"),
            _ => plain,
        }
    }
}

/// The arrays of a command, in the order of their numbers; all of one shape.
#[derive(Debug, Default)]
pub(crate) struct Arrays {
    pub(crate) all: Vec<Array>,
}

impl Arrays {
    /// Opens `bare`, the file that is the formula, if it is one, and those of `--with`.
    pub(crate) fn open(bare: Option<&Bare>, args: &ArrayArgs) -> Result<Self, Failure> {
        let mut all: Vec<Array> = Vec::new();
        if let Some(bare) = bare {
            for (name, suffix) in &bare.arrays {
                let options = options(args, &bare.path, suffix.as_deref())?;
                all.push(Array::open_beside(&all, name, &bare.path, options)?);
            }
        }
        for text in &args.with {
            let (name, file) =
                text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty()).ok_or_else(|| {
                    Failure::input(format_args!("--with {text}: write a name and a file, as in `--with a=run.npy`"))
                })?;
            let (path, suffix) = place(file);
            all.push(Array::open_beside(&all, name.trim(), path, options(args, path, suffix)?)?);
        }
        if let Some(first) = all.first() {
            let other = all.iter().find(|array| array.header.shape != first.header.shape);
            if let Some(other) = other {
                return Err(Failure::input(format_args!(
                    "`{}` is {} ({}) and `{}` is {} ({}); all arrays need the same shape",
                    first.name,
                    first.size_text(),
                    first.file_name(),
                    other.name,
                    other.size_text(),
                    other.file_name()
                )));
            }
        }
        Ok(Self { all })
    }

    /// Channels of the first of these, decoded together where the format allows it: their names and channels.
    pub(crate) fn channels(&self, channels: &[(&str, &str)], args: &ArrayArgs) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for (name, suffix) in channels {
            let path = &self.all[0].path;
            all.push(Array::open_beside(&self.all[..1], name, path, options(args, path, Some(suffix))?)?);
        }
        Ok(Self { all })
    }

    /// Sizes of the arrays, the slowest axis first; `None` if there are no arrays.
    pub(crate) fn shape(&self) -> Option<&[usize]> {
        self.all.first().map(|array| array.header.shape.as_slice())
    }

    /// Names and numbers of axes, as a formula needs them.
    pub(crate) fn names(&self) -> Vec<(String, usize)> {
        self.all.iter().map(|array| (array.name.clone(), array.header.shape.len())).collect()
    }

    /// The readers for one run; a second run opens the files again.
    pub(crate) fn readers(&self) -> Result<Vec<Box<dyn Reader>>, Failure> {
        self.all.iter().map(Array::reader).collect()
    }

    /// Arrays that the formula does not use, which is likely a slip.
    pub(crate) fn unused(&self, formula: &Formula) -> Vec<&str> {
        let used = self.all.iter().zip(used(formula));
        used.filter(|(_, used)| !used).map(|(array, _)| array.name.as_str()).collect()
    }
}

/// Of each array of a formula, whether the formula uses it.
pub(crate) fn used(formula: &Formula) -> Vec<bool> {
    let graph = formula.graph();
    let mut used = vec![false; formula.arrays().len()];
    for id in graph.sources_of(&[formula.root()]) {
        if let Source::Array { number, .. } = graph.source(id) {
            used[usize::from(number)] = true;
        }
    }
    used
}

/// A file in place of a formula.
#[derive(Debug)]
pub(crate) struct Bare {
    pub(crate) path: PathBuf,
    /// The arrays that are read from it: names and channels.
    pub(crate) arrays: Vec<(String, Option<String>)>,
    /// The formula of these arrays.
    pub(crate) formula: String,
}

impl Bare {
    /// The file as it is.
    pub(crate) fn whole(path: &Path) -> Self {
        Self { path: path.to_owned(), arrays: vec![(BARE.to_owned(), None)], formula: BARE.to_owned() }
    }

    /// Whether the formula is the file, and no channel of it.
    pub(crate) fn is_whole(&self) -> bool {
        self.formula == BARE && self.arrays.iter().all(|(_, channel)| channel.is_none())
    }

    /// The file that `formula` names, if it names one.
    pub(crate) fn find(formula: &str, args: &ArrayArgs) -> Result<Option<Self>, Failure> {
        let (path, suffix) = place(formula);
        let bare = || Self { arrays: vec![(BARE.to_owned(), suffix.map(str::to_owned))], ..Self::whole(path) };
        let known = known_extension(path);
        if path.is_file() {
            let described = args.raw.is_some() && !args.with.iter().any(|text| text.contains('='));
            if known || described || (Formula::parse(formula).is_err() && open(path, &ReadOptions::default()).is_ok()) {
                return Ok(Some(bare()));
            }
        } else if known && !path.exists() {
            return Err(Failure::input(format_args!("there is no file '{}'", path.display())));
        } else if known && !path.is_dir() {
            return Ok(Some(bare()));
        }
        Ok(None)
    }
}

/// Whether the name ends like that of a file that is read here.
pub(crate) fn known_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Splits `photo.png:R`; a file of the whole name comes first.
fn place(text: &str) -> (&Path, Option<&str>) {
    let whole = Path::new(text);
    match text.rsplit_once(':') {
        Some((file, part)) if !whole.exists() && !part.is_empty() && !part.contains(['/', '\\']) => {
            (Path::new(file), Some(part))
        }
        _ => (whole, None),
    }
}

/// How a file is read, by the options and by what follows its name.
fn options(args: &ArrayArgs, path: &Path, suffix: Option<&str>) -> Result<ReadOptions, Failure> {
    let archive = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz"));
    let (member, picked) = if archive { (suffix, None) } else { (None, suffix) };
    let nodata = args.nodata.as_deref().map(|text| values::number(text, "--nodata")).transpose()?;
    Ok(ReadOptions {
        channel: channel(picked.or(args.channel.as_deref())),
        member: member.or(args.member.as_deref()).map(str::to_owned),
        page: args.page.unwrap_or(0),
        raw: args.raw.as_deref().map(raw).transpose()?,
        nodata,
        ..ReadOptions::default()
    })
}

fn channel(text: Option<&str>) -> Channel {
    match text {
        None => Channel::Auto,
        Some("luminance") => Channel::Luminance,
        Some(text) => text.parse().map_or_else(|_| Channel::Named(text.to_owned()), Channel::Index),
    }
}

/// `640x480:f4:big:128`, or NumPy's `>f4` for the type.
fn raw(text: &str) -> Result<RawShape, Failure> {
    let bad = |what: &str| {
        Failure::input(format_args!(
            "--raw {text}: {what}; write size (x first) and type, as in 640x480:f4 or 640x480:u2:big:128"
        ))
    };
    let mut parts = text.split(':').map(str::trim);
    let sizes = parts.next().unwrap_or_default().split(['x', 'X', '×', ',']).rev();
    let shape: Option<Vec<usize>> = sizes.map(|size| size.trim().parse().ok().filter(|size| *size > 0)).collect();
    let shape = shape.ok_or_else(|| bad("the size is not numbers above 0"))?;
    let name = parts.next().ok_or_else(|| bad("there is no type"))?;
    let mut big_endian = name.starts_with('>');
    let dtype = Dtype::from_name(name.trim_start_matches(['<', '>', '=', '|']));
    let dtype = dtype.ok_or_else(|| {
        let names: Vec<&str> = Dtype::ALL.iter().map(|dtype| dtype.name()).collect();
        bad(&format!("there is no type `{name}`, there are {}", names.join(", ")))
    })?;
    let mut offset = 0;
    for part in parts {
        match part {
            "big" => big_endian = true,
            "little" => big_endian = false,
            number => {
                offset =
                    number.parse().map_err(|_| bad(&format!("`{number}` is neither big, little nor bytes to skip")))?
            }
        }
    }
    Ok(RawShape { shape, dtype, big_endian, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_files_are_described_with_x_first() {
        let shape = raw("640x480:f4:big:128").expect("a description");
        assert_eq!(
            (shape.shape, shape.dtype, shape.big_endian, shape.offset),
            (vec![480, 640], Dtype::F32, true, 128),
            "all"
        );
        let shape = raw("5:>i2").expect("a description");
        assert_eq!((shape.shape, shape.big_endian), (vec![5], true), "NumPy's type");
        for bad in ["", "3x0:f4", "3x4", "3x4:f5", "3x4:f4:middle", "3x4:f4:-1"] {
            assert!(raw(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn channels_follow_the_name_of_a_file() {
        assert_eq!(place("no.png:R"), (Path::new("no.png"), Some("R")), "a channel");
        assert_eq!(place("no.png"), (Path::new("no.png"), None), "none");
        assert_eq!(place("a:b/no.png"), (Path::new("a:b/no.png"), None), "a folder with a colon");
        assert_eq!(channel(Some("2")), Channel::Index(2), "a number");
        assert_eq!(channel(Some("luminance")), Channel::Luminance, "luminance");
        assert!(known_extension(Path::new("a/B.TIF")) && !known_extension(Path::new("a.txt")), "extensions");
    }

    #[test]
    fn schemes_are_what_is_asked_for() {
        let args = |scheme: &str, border: Option<&str>, order| SchemeArgs {
            scheme: Some(scheme.to_owned()),
            border: border.map(str::to_owned),
            edge_order: order,
            missing: "propagate".to_owned(),
            z_factor: None,
        };
        let scheme = args("scharr", None, Some(2)).scheme(Stencil::Central).expect("a scheme");
        assert_eq!(
            (scheme.stencil, scheme.border),
            (Stencil::Scharr, Some(Border::OneSided(EdgeOrder::Second))),
            "edges"
        );
        assert!(args("scharr", Some("wrap"), None).scheme(Stencil::Central).is_err(), "no such border");
        let none = SchemeArgs { missing: "propagate".to_owned(), ..SchemeArgs::default() };
        assert_eq!(
            none.scheme(Stencil::Horn).map(|scheme| scheme.stencil).ok(),
            Some(Stencil::Horn),
            "the quantity's own"
        );
    }
}
