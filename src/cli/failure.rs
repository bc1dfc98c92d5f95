//! How a command fails: a message for a person and an exit code for a script.

use crate::engine::EngineError;
use crate::expr::diagnostic::ParseError;
use crate::gpu::GpuError;
use crate::io::output::OutputError;
use crate::io::png::PngError;
use crate::io::write::WriteError;
use crate::picture::PictureError;
use crate::quantity::QuantityError;
use crate::request::RequestError;
use crate::tile::watch::Interrupted;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal};

/// Done in part: a batch with bad files.
pub(crate) const IN_PART: u8 = 1;
/// Bad input or usage.
pub(crate) const BAD_INPUT: u8 = 2;
/// The engine that was demanded is not there or cannot do it.
const NO_ENGINE: u8 = 3;
/// A check found wrong results.
const WRONG_RESULTS: u8 = 4;
/// Interrupted.
pub(crate) const INTERRUPTED: u8 = 130;

/// A message and the exit code that goes with it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    message: String,
}

impl Failure {
    /// Bad input: `message` says what, how much, and what to do.
    pub(crate) fn input(message: impl Display) -> Self {
        Self { code: BAD_INPUT, message: message.to_string() }
    }

    /// Done in part: `message` says how much was not.
    pub(crate) fn in_part(message: impl Display) -> Self {
        Self { code: IN_PART, message: message.to_string() }
    }

    /// A check found wrong results: `message` says which.
    pub(crate) fn wrong(message: impl Display) -> Self {
        Self { code: WRONG_RESULTS, message: message.to_string() }
    }

    /// A formula that cannot be read, with the place underlined.
    pub(crate) fn formula(error: &ParseError, text: &str) -> Self {
        let colored = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let message = if colored { error.render_colored(text) } else { error.render(text) };
        Self { code: BAD_INPUT, message }
    }

    /// An output that fails. A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
    fn output(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe) {
                return Self { code: 0, message: String::new() };
            }
            cause = error.source();
        }
        Self::input(error)
    }

    /// The same failure, its message within what it happened in.
    pub(crate) fn within(self, what: &str) -> Self {
        let message = self.message.strip_prefix("error: ").unwrap_or(&self.message);
        Self { message: format!("{what}{message}"), ..self }
    }

    /// The message.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Shows the message on stderr.
    pub(crate) fn print(&self) {
        // A diagnostic begins with "error:" itself.
        let plain = self
            .message
            .trim_start_matches(|c: char| c == '\u{1b}' || c == '[' || c.is_ascii_digit() || c == ';' || c == 'm');
        if plain.starts_with("error") {
            eprintln!("{}", self.message.trim_end());
        } else {
            eprintln!("error: {}", self.message);
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let code =
            if matches!(error, EngineError::Gpu(_) | EngineError::NoDouble { .. }) { NO_ENGINE } else { BAD_INPUT };
        Self { code, message: error.to_string() }
    }
}

impl From<GpuError> for Failure {
    fn from(error: GpuError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<Interrupted> for Failure {
    fn from(stop: Interrupted) -> Self {
        Self { code: INTERRUPTED, message: stop.to_string() }
    }
}

impl From<QuantityError> for Failure {
    fn from(error: QuantityError) -> Self {
        Self::input(error)
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Engine(error) => error.into(),
            RequestError::Interrupted(stop) => Self { code: INTERRUPTED, message: stop.to_string() },
            other => Self::input(other),
        }
    }
}

impl From<PictureError> for Failure {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::Request(error) => error.into(),
            // A transparent error hides itself from the chain of causes.
            PictureError::Png(PngError::Write(error)) => error.into(),
            other => Self::output(&other),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::System(error) => error.into(),
            other => Self::input(other),
        }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        Self::output(&error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match Self::output(&error) {
            Self { code: 0, message } => Self { code: 0, message },
            _ => Self::input(format_args!("cannot write the output: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_without_double_precision_is_an_engine_that_is_not_there() {
        let failure = Failure::from(EngineError::NoDouble { adapter: "a card".to_owned() });
        assert_eq!(failure.code, NO_ENGINE, "exit code");
        assert!(failure.message.contains("a card") && failure.message.contains("--engine f64"), "{}", failure.message);
    }
}
