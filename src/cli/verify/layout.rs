//! Where the numbers of meshes, VTK files and archives of lines are, by their headers.
//!
//! Only what this program writes is understood: binary and little-endian, VTK arrays appended raw, members of archives stored as they are. Claims are
//! checked against the size of the file before anything is read.

use crate::io::provenance::Container;
use crate::io::read::Dtype;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// The most bytes that a header has.
const HEADER: u64 = 1 << 20;

/// Records of numbers, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) name: String,
    pub(super) start: u64,
    pub(super) count: usize,
    /// The names and types of the numbers of each record.
    pub(super) fields: Vec<(String, Dtype)>,
}

impl Records {
    /// Bytes of a record.
    pub(super) fn size(&self) -> usize {
        self.fields.iter().map(|(_, dtype)| dtype.size()).sum()
    }

    /// `12 of Points (3 numbers)`
    pub(super) fn told(&self) -> String {
        let names: Vec<&str> =
            self.fields.iter().map(|(name, _)| name.as_str()).filter(|name| !name.is_empty()).collect();
        let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(" ")) };
        format!("{} of {}{names}", self.count, self.name)
    }

    /// As many numbers of one type for each record.
    fn array(name: &str, start: u64, count: usize, parts: usize, dtype: Dtype) -> Self {
        let part = |k: usize| if parts == 1 { String::new() } else { k.to_string() };
        Self { name: name.to_owned(), start, count, fields: (0..parts).map(|k| (part(k), dtype)).collect() }
    }
}

/// What cannot be so.
fn claim(name: &str) -> String {
    format!("its header says what cannot be so of {name}")
}

/// The records of a file; an error is what is wrong with it.
pub(super) fn records(container: Container, file: &mut File) -> Result<Vec<Records>, String> {
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(|error| error.to_string())?;
    Read::by_ref(file).take(HEADER).read_to_end(&mut head).map_err(|error| error.to_string())?;
    let all = match container {
        Container::Ply => ply(&head)?,
        Container::Stl => stl(&head)?,
        Container::Npz => npz(file, length)?,
        _ => vtk(file, &head, length)?,
    };
    for records in &all {
        if records.size() == 0 {
            return Err(claim(&records.name));
        }
        let bytes = (records.size() as u64).checked_mul(records.count as u64);
        let end = bytes.and_then(|bytes| bytes.checked_add(records.start));
        if end.is_none_or(|end| end > length) {
            return Err(format!("{} do not fit in it; was it cut off?", records.told()));
        }
    }
    Ok(all)
}

/// The elements that the header of a PLY file tells; lists are those of triangles.
fn ply(head: &[u8]) -> Result<Vec<Records>, String> {
    const END: &[u8] = b"end_header\n";
    let end = head.windows(END.len()).position(|part| part == END).ok_or("its header has no end")?;
    let text = String::from_utf8_lossy(&head[..end]);
    let mut all: Vec<Records> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let kind = |name: &str| match name {
            "double" => Ok(Dtype::F64),
            "float" => Ok(Dtype::F32),
            "int" => Ok(Dtype::I32),
            "uchar" => Ok(Dtype::U8),
            _ => Err(claim(name)),
        };
        match (words.as_slice(), all.last_mut()) {
            (["element", name, count], _) => {
                let count = count.parse().map_err(|_| claim(name))?;
                all.push(Records { name: (*name).to_owned(), start: 0, count, fields: Vec::new() });
            }
            (["property", "list", count, item, _], Some(records)) => {
                records.fields.push(("corners".to_owned(), kind(count)?));
                let item = kind(item)?;
                records.fields.extend(["a", "b", "c"].map(|corner| (corner.to_owned(), item)));
            }
            (["property", of, name], Some(records)) => records.fields.push(((*name).to_owned(), kind(of)?)),
            _ => {}
        }
    }
    let mut start = (end + END.len()) as u64;
    for records in &mut all {
        records.start = start;
        let bytes = records.size().checked_mul(records.count).ok_or_else(|| claim(&records.name))?;
        start = start.checked_add(bytes as u64).ok_or_else(|| claim(&records.name))?;
    }
    Ok(all)
}

/// The triangles of an STL file.
fn stl(head: &[u8]) -> Result<Vec<Records>, String> {
    let count = head.get(80..84).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let count = count.ok_or("it is cut off in its header")?;
    let parts = ["normal", "a", "b", "c"].iter().flat_map(|part| ["x", "y", "z"].map(|axis| format!("{part} {axis}")));
    let fields = parts.map(|part| (part, Dtype::F32)).chain([("attribute".to_owned(), Dtype::U16)]).collect();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    Ok(vec![Records { name: "triangle".to_owned(), start: 84, count, fields }])
}

/// The arrays that are appended raw to a VTK file.
fn vtk(file: &mut File, head: &[u8], length: u64) -> Result<Vec<Records>, String> {
    const RAW: &[u8] = b"<AppendedData encoding=\"raw\">\n_";
    let end = head.windows(RAW.len()).position(|part| part == RAW).ok_or("it has no appended data")?;
    let start = (end + RAW.len()) as u64;
    let text = String::from_utf8_lossy(&head[..end]);
    let arrays = text.split("<DataArray ").skip(1).map(|rest| {
        let tag = rest.split("/>").next().unwrap_or_default();
        let attribute = |name: &str| {
            let after = format!(" {tag}");
            let (_, value) = after.split_once(&format!(" {name}=\""))?;
            value.split('"').next().map(str::to_owned)
        };
        let name = attribute("Name").ok_or("an array has no name")?;
        let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
        let dtype = match attribute("type").as_deref() {
            Some("Float32") => Dtype::F32,
            Some("Float64") => Dtype::F64,
            Some("Int64") => Dtype::I64,
            _ => return Err(claim(&name)),
        };
        let parts = number(attribute("NumberOfComponents")).unwrap_or(1).clamp(1, 16);
        let place = number(attribute("offset")).and_then(|offset| start.checked_add(offset));
        let place = place.filter(|place| place.checked_add(8).is_some_and(|end| end <= length));
        let place = place.ok_or_else(|| claim(&name))?;
        let mut bytes = [0; 8];
        let read = file.seek(SeekFrom::Start(place)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|error| error.to_string())?;
        let count = u64::from_le_bytes(bytes) / (parts * dtype.size() as u64);
        let [count, parts] = [count, parts].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
        Ok(Records::array(&name, place + 8, count, parts, dtype))
    });
    arrays.collect()
}

/// The members of an archive, one after the other from its start, each an NPY file that is stored as it is.
fn npz(file: &mut File, length: u64) -> Result<Vec<Records>, String> {
    /// Bytes of the header of a member before its name, and of an NPY file before its own.
    const LOCAL: u64 = 30;
    const NPY: u64 = 10;
    let mut all = Vec::new();
    let mut place = 0;
    let mut bytes = |place: u64, count: u64| -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read =
            file.seek(SeekFrom::Start(place)).and_then(|_| Read::by_ref(file).take(count).read_to_end(&mut bytes));
        read.map_err(|error| error.to_string())?;
        if bytes.len() as u64 == count { Ok(bytes) } else { Err("it is cut off".to_owned()) }
    };
    while place + LOCAL <= length {
        let head = bytes(place, LOCAL)?;
        if !head.starts_with(b"PK\x03\x04") {
            break;
        }
        let short = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let size = short(18) | short(20) << 16;
        let name = bytes(place + LOCAL, short(26))?;
        let name = String::from_utf8_lossy(&name).trim_end_matches(".npy").to_owned();
        if short(8) != 0 {
            return Err(format!("{name} is compressed, which ours are not"));
        }
        let start = place + LOCAL + short(26) + short(28);
        let npy = bytes(start, NPY)?;
        if !npy.starts_with(b"\x93NUMPY\x01") {
            return Err(format!("{name} is no NPY file of ours"));
        }
        let header = u64::from(u16::from_le_bytes([npy[8], npy[9]]));
        let text = bytes(start + NPY, header)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let between = |from: &str, to: &str| text.split_once(from)?.1.split_once(to).map(|(part, _)| part.to_owned());
        let dtype = between("'descr': '", "'").and_then(|name| Dtype::from_name(name.trim_start_matches(['<', '|'])));
        let shape = between("'shape': (", ")").unwrap_or_default();
        let sizes: Vec<usize> = shape.split(',').filter_map(|size| size.trim().parse().ok()).collect();
        let dtype = dtype.ok_or_else(|| claim(&name))?;
        let (count, parts) = match sizes.as_slice() {
            [count] => (*count, 1),
            [count, parts @ 1..=16] => (*count, *parts),
            _ => return Err(claim(&name)),
        };
        all.push(Records::array(&name, start + NPY + header, count, parts, dtype));
        place = start + size;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::paths::{Format, Path, Sheet};
    use crate::io::write::mesh::{Triangles, ply, stl, vtp};
    use std::io::Write;

    fn file(write: impl FnOnce(&mut Vec<u8>)) -> File {
        let mut bytes = Vec::new();
        write(&mut bytes);
        let mut file = tempfile::tempfile().expect("room");
        file.write_all(&bytes).expect("room");
        file
    }

    fn read(file: &mut File, records: &Records, record: usize, field: usize) -> f64 {
        let size = records.size();
        let mut bytes = vec![0; size];
        file.seek(SeekFrom::Start(records.start + (record * size) as u64)).expect("in the file");
        file.read_exact(&mut bytes).expect("in the file");
        let before: usize = records.fields[..field].iter().map(|(_, dtype)| dtype.size()).sum();
        records.fields[field].1.number(&bytes[before..before + records.fields[field].1.size()])
    }

    #[test]
    fn headers_tell_where_the_numbers_are() {
        let points = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 2.5, 0.0]];
        let (normals, triangles, values) = ([[0.0, 0.0, 1.0]; 3], [[0, 1, 2]], [1.0, 2.0, 3.0]);
        let mesh =
            Triangles { points: &points, normals: &normals, triangles: &triangles, values: Some(("v", &values)) };
        let mut found = file(|out| ply::write(out, mesh, &[]).expect("a vector takes all"));
        let all = records(Container::Ply, &mut found).expect("ours");
        assert_eq!((all[0].count, all[1].count), (3, 1), "{all:?}");
        assert_eq!((read(&mut found, &all[0], 2, 1), read(&mut found, &all[0], 1, 6)), (2.5, 2.0), "y and the value");
        assert_eq!((read(&mut found, &all[1], 0, 0), read(&mut found, &all[1], 0, 3)), (3.0, 2.0), "a face");
        let mut found = file(|out| stl::write(out, mesh).expect("a vector takes all"));
        let all = records(Container::Stl, &mut found).expect("ours");
        assert_eq!((all[0].count, read(&mut found, &all[0], 0, 10)), (1, 2.5), "y of the last corner");
        let mut found = file(|out| vtp::write(out, mesh, "").expect("a vector takes all"));
        let all = records(Container::Vtp, &mut found).expect("ours");
        let names: Vec<&str> = all.iter().map(|records| records.name.as_str()).collect();
        assert_eq!(names, ["Points", "Normals", "v", "connectivity", "offsets"], "all arrays");
        assert_eq!((read(&mut found, &all[0], 2, 1), read(&mut found, &all[3], 2, 0)), (2.5, 2.0), "numbers of two");
    }

    #[test]
    fn archives_are_walked_from_their_start() {
        let path = Path { points: vec![[0.0, 1.0], [2.0, 3.5]], value: Some(0.25), ..Path::default() };
        let sheet =
            Sheet { names: ["x", "y"].map(str::to_owned), x: (0.0, 1.0), y: (0.0, 1.0), epsg: None, words: Vec::new() };
        let mut found = file(|out| Format::Npz.write(out, &[path], &sheet).expect("a vector takes all"));
        let all = records(Container::Npz, &mut found).expect("ours");
        let names: Vec<&str> = all.iter().map(|records| records.name.as_str()).collect();
        assert_eq!(names, ["points", "offsets", "values", "closed"], "all members");
        assert_eq!((read(&mut found, &all[0], 1, 1), read(&mut found, &all[2], 0, 0)), (3.5, 0.25), "numbers of two");
        let length = found.metadata().expect("a file").len();
        found.set_len(length / 4).expect("shorter");
        assert!(records(Container::Npz, &mut found).is_err(), "cut off");
    }

    #[test]
    fn claims_beyond_the_file_are_refused() {
        let mut found = file(|out| out.extend([0; 80].iter().chain(&[255; 4]).chain(&[0; 50])));
        let error = records(Container::Stl, &mut found).expect_err("four thousand million triangles");
        assert!(error.contains("cut off"), "{error}");
        let text = b"ply\nelement vertex 18446744073709551615\nproperty double x\nend_header\n";
        assert!(ply(text).is_err(), "more than can be counted");
        let mut found = file(|out| out.extend(b"ply\nelement vertex 9\nend_header\n"));
        assert!(records(Container::Ply, &mut found).is_err(), "records of nothing");
    }
}
