//! The GPU kernels as data: a name, WGSL text, bindings and a workgroup size, each beside its twin for the CPU.
//!
//! Nothing here speaks to a graphics API: [`crate::gpu`] runs any [`Kernel`] and knows none by name.
//! `src/kernels/<stem>.rs` and `shaders/<stem>.wgsl` belong together, and the entry point carries the stem. Each file
//! explains its algorithm, holds the `Params` struct that the shader reads (laid out as in WGSL, which a test
//! compares with naga) and the CPU twin: the same steps over slices, under the same names.
//!
//! Conventions of every kernel:
//! - group 0 only; binding `i` of [`Kernel::bindings`] is `@binding(i)`; binding 0 is the uniform block `params`, which
//!   [travels without a buffer](Kernel::wgsl_with_immediates) where a device can;
//! - every loop of our own texts ends: its counter moves towards a bound that does not change, by at least one each time; so
//!   drivers are not asked to bound them. Workgroup memory is written before it is read, and nobody is asked to zero it;
//! - one-dimensional work is folded into the x and y of a dispatch, because a dimension is limited to 65 535
//!   workgroups; the kernel unfolds it with `num_workgroups` and drops the invocations past the end;
//! - values travel as `u32` bit patterns, because a NaN that passes through float registers need not keep its bits
//!   (nor stay one); four neighbouring cells make one `vec4`, and a plane begins at a multiple of four cells, so
//!   every store is an aligned one. The lanes past the last cell are never read back.

use std::borrow::Cow;

pub mod contour;
pub mod evaluate;
pub mod key;
pub mod lic;
mod neighbours;
pub mod palette;
pub mod range;

/// How a kernel uses one of its bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// A small uniform block, given as bytes with each dispatch.
    Uniform,
    /// A storage buffer that is only read.
    Read,
    /// A storage buffer that is read and written.
    ReadWrite,
}

/// One binding of a kernel: its name in the shader and how it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Binding {
    /// The name of the variable in the shader.
    pub name: &'static str,
    /// How the kernel uses it.
    pub access: Access,
}

impl Binding {
    /// A uniform block.
    #[must_use]
    pub const fn uniform(name: &'static str) -> Self {
        let access = Access::Uniform;
        Self { name, access }
    }

    /// A storage buffer that is only read.
    #[must_use]
    pub const fn read(name: &'static str) -> Self {
        let access = Access::Read;
        Self { name, access }
    }

    /// A storage buffer that is read and written.
    #[must_use]
    pub const fn read_write(name: &'static str) -> Self {
        let access = Access::ReadWrite;
        Self { name, access }
    }
}

/// A compute kernel as data.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The stem of its two files and the name of its entry point.
    pub name: &'static str,
    /// The pieces of WGSL text, in order.
    pub source: Vec<Cow<'static, str>>,
    /// The bindings of group 0: entry `i` is `@binding(i)`.
    pub bindings: &'static [Binding],
    /// Invocations per workgroup (one-dimensional).
    pub workgroup: u32,
    /// Bytes of the uniform block.
    pub params_size: usize,
    /// Whether it is known that every loop ends: the text is our own.
    pub(crate) ends: bool,
}

impl Kernel {
    /// A kernel of this text, of which nothing else is known.
    #[must_use]
    pub fn new(
        name: &'static str,
        source: Vec<Cow<'static, str>>,
        bindings: &'static [Binding],
        workgroup: u32,
        params_size: usize,
    ) -> Self {
        Self { name, source, bindings, workgroup, params_size, ends: false }
    }

    /// The same, of a text all of whose loops end: what shaders/*.wgsl and [`crate::program::emit`] hold. Drivers need not bound
    /// its loops.
    #[must_use]
    pub(crate) fn whose_loops_end(self) -> Self {
        Self { ends: true, ..self }
    }

    /// The whole WGSL text.
    #[must_use]
    pub fn wgsl(&self) -> String {
        self.source.concat()
    }

    /// The same with `params` as immediate data, which comes with a command and needs neither a buffer nor binding 0; the bytes are
    /// laid out alike. `None` for a kernel that does not declare them in the usual words.
    #[must_use]
    pub fn wgsl_with_immediates(&self) -> Option<String> {
        let text = self.wgsl();
        let (before, after) = text.split_once(UNIFORM)?;
        (!after.contains(UNIFORM)).then(|| [before, IMMEDIATE, after].concat())
    }
}

/// How a kernel declares its uniform block.
const UNIFORM: &str = "@group(0) @binding(0) var<uniform> params: Params;";

/// The same as immediate data.
const IMMEDIATE: &str = "var<immediate> params: Params;";

/// Cells that one `vec4` of a plane holds.
pub const QUAD: u32 = 4;

/// The vec4s that hold so many cells: the distance between planes.
#[must_use]
pub const fn quads(cells: u32) -> u32 {
    cells.div_ceil(QUAD)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What naga says about a kernel's text.
    struct Reflection {
        module: naga::Module,
        layouter: naga::proc::Layouter,
    }

    fn reflect(wgsl: &str) -> Result<Reflection, String> {
        let module = naga::front::wgsl::parse_str(wgsl).map_err(|e| e.emit_to_string(wgsl))?;
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
            .validate(&module)
            .map_err(|e| e.emit_to_string(wgsl))?;
        let mut layouter = naga::proc::Layouter::default();
        layouter.update(module.to_ctx()).map_err(|e| e.to_string())?;
        Ok(Reflection { module, layouter })
    }

    /// Compares a kernel's data and its host struct `(field, offset)` with the shader's text; says what differs.
    pub(crate) fn check(kernel: &Kernel, fields: &[(&str, usize)]) -> Result<(), String> {
        let Reflection { module, layouter } = reflect(&kernel.wgsl())?;
        let [entry] = module.entry_points.as_slice() else {
            return Err(format!("{} entry points", module.entry_points.len()));
        };
        if entry.name != kernel.name {
            return Err(format!("entry point {} in kernel {}", entry.name, kernel.name));
        }
        if entry.workgroup_size != [kernel.workgroup, 1, 1] {
            return Err(format!("workgroup {:?}, data say {}", entry.workgroup_size, kernel.workgroup));
        }
        let mut found = Vec::new();
        for (_, variable) in module.global_variables.iter() {
            let Some(at) = &variable.binding else { continue };
            if at.group != 0 {
                return Err(format!("group {}", at.group));
            }
            let access = match variable.space {
                naga::AddressSpace::Uniform => Access::Uniform,
                naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => {
                    Access::ReadWrite
                }
                naga::AddressSpace::Storage { .. } => Access::Read,
                other => return Err(format!("address space {other:?}")),
            };
            found.push((at.binding as usize, variable.name.clone().unwrap_or_default(), access, variable.ty));
        }
        found.sort_by_key(|b| b.0);
        let said: Vec<_> = found.iter().map(|b| (b.0, b.1.as_str(), b.2)).collect();
        let want: Vec<_> = kernel.bindings.iter().enumerate().map(|(i, b)| (i, b.name, b.access)).collect();
        if said != want {
            return Err(format!("shader has {said:?}, data say {want:?}"));
        }
        let params = module.types.iter().find(|(_, t)| t.name.as_deref() == Some("Params"));
        let Some((handle, naga::Type { inner: naga::TypeInner::Struct { members, .. }, .. })) = params else {
            return Err("no struct Params".into());
        };
        let said: Vec<_> = members.iter().map(|m| (m.name.as_deref().unwrap_or(""), m.offset as usize)).collect();
        if said != fields {
            return Err(format!("shader lays out {said:?}, host {fields:?}"));
        }
        let size = layouter[handle].to_stride() as usize;
        if size != kernel.params_size {
            return Err(format!("Params has {size} bytes, host {}", kernel.params_size));
        }
        Ok(())
    }

    /// The fields of a host struct with their offsets, for [`check`].
    macro_rules! fields {
        ($type:ty: $($field:ident),*) => { [$((stringify!($field), std::mem::offset_of!($type, $field))),*] };
    }
    pub(crate) use fields;

    #[test]
    fn the_check_refuses_what_is_wrong() {
        let good = palette::kernel();
        let fields = fields!(palette::Params: cells, plane_offset, first_quad);
        assert_eq!(check(&good, &fields), Ok(()), "the unspoilt kernel");
        let spoil = |change: &dyn Fn(&mut Kernel)| {
            let mut kernel = good.clone();
            change(&mut kernel);
            check(&kernel, &fields).expect_err("a spoilt kernel must be refused")
        };
        assert!(spoil(&|k| k.name = "palettes").contains("entry point"), "name");
        assert!(spoil(&|k| k.workgroup = 32).contains("workgroup"), "workgroup");
        assert!(spoil(&|k| k.params_size = 4).contains("bytes"), "size");
        assert!(spoil(&|k| k.bindings = &k.bindings[..3]).contains("data say"), "bindings");
        assert!(spoil(&|k| k.source.push("fn broken() -> u32 { return 1.0; }".into())).contains("error"), "text");
        assert!(check(&good, &fields[..1]).is_err(), "a field is missing");
        assert!(check(&good, &[("cells", 0), ("plane_offset", 8)]).is_err(), "a wrong offset");
    }

    #[test]
    fn params_are_laid_out_alike_as_immediates() {
        let stub = evaluate::tests::stub(2, &["bitcast<u32>(ob(coord[0]))"]);
        let kernels = [palette::kernel(), range::kernel(), evaluate::kernel(stub, &evaluate::Shape::plain(2, 1))];
        for kernel in kernels {
            let text = kernel.wgsl_with_immediates().expect("the usual words");
            let module = naga::front::wgsl::parse_str(&text).expect("WGSL");
            let capabilities = naga::valid::Capabilities::IMMEDIATES;
            let validated =
                naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities).validate(&module);
            assert!(validated.is_ok(), "{}: {validated:?}", kernel.name);
            let space = |variable: &naga::GlobalVariable| variable.space == naga::AddressSpace::Immediate;
            let params = module.global_variables.iter().find(|(_, variable)| space(variable)).expect("immediates").1;
            let mut layouter = naga::proc::Layouter::default();
            layouter.update(module.to_ctx()).expect("a layout");
            assert_eq!(layouter[params.ty].to_stride() as usize, kernel.params_size, "{}", kernel.name);
            assert!(!text.contains("@binding(0)"), "{}: binding 0 is free", kernel.name);
        }
        let other = Kernel { source: vec!["var<uniform> p: P;".into()], ..palette::kernel() };
        assert_eq!(other.wgsl_with_immediates(), None, "other words");
    }

    #[test]
    fn quads_round_up() {
        assert_eq!([quads(0), quads(1), quads(4), quads(5)], [0, 1, 1, 2], "four cells a vec4");
    }
}
