//! The `gradgrid` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    quiet_mesa();
    gradgrid::cli::run()
}

/// Mesa's device-select layer asks the desktop which GPU it prefers and, without a desktop, complains on stderr. We choose the
/// adapter ourselves, so the layer is switched off unless the user has set it.
fn quiet_mesa() {
    const LAYER: &str = "NODEVICE_SELECT";
    if cfg!(target_os = "linux") && std::env::var_os(LAYER).is_none() {
        #[expect(unsafe_code, reason = "sound: no other thread runs yet that could read the environment")]
        unsafe {
            std::env::set_var(LAYER, "1");
        }
    }
}
