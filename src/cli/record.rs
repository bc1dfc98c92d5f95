//! The command that a file was made by, as the arguments that ask for the same again.
//!
//! Of the arguments only those are kept that were given and that the result depends on: not where it goes, how much memory it takes or
//! what is said meanwhile, and not the engine, since engines of one arithmetic agree. They are put in the order of the help, each as
//! `--name=value`, and last, after `--`, what has no name. So one request has one text, however it was typed.
//!
//! Edge cases: with the driver's own mathematics (`--math fast`) the engine matters and is kept. A file name that is not Unicode cannot be
//! written down, and then there is no record.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::ffi::OsStr;
use std::path::Path;

/// What results do not depend on.
const LEFT_OUT: [&str; 8] = ["output", "engine", "verify", "memory", "overwrite", "quiet", "timing", "no_provenance"];

/// What one file of a batch does not depend on.
const OF_BATCH: [&str; 2] = ["--list=", "--manifest="];

/// The arguments that ask for a file again, without its name; empty if they are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record(Vec<String>);

impl Record {
    /// The arguments that `command` found, of the subcommand that was called.
    pub(crate) fn of(command: &Command, matches: &ArgMatches) -> Self {
        let called = matches.subcommand().and_then(|(name, matches)| Some((command.find_subcommand(name)?, matches)));
        Self(called.and_then(|(command, matches)| arguments(command, matches)).unwrap_or_default())
    }

    /// The record that was written as `text`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// The record as a JSON list, if it is known.
    pub(crate) fn text(&self) -> Option<String> {
        if self.0.is_empty() { None } else { serde_json::to_string(&self.0).ok() }
    }

    /// The command for one file of a batch, scaled to `range` where that is of all files.
    pub(crate) fn of_one(&self, input: &Path, range: Option<(f64, f64)>) -> Self {
        let Some(input) = input.to_str().filter(|_| !self.0.is_empty()) else { return Self::default() };
        let mut all: Vec<String> = self.0.iter().take_while(|word| *word != "--").cloned().collect();
        all.retain(|word| !OF_BATCH.iter().any(|other| word.starts_with(other)));
        let shared = all.iter().position(|word| word == "--range=shared");
        if let (Some(place), Some((low, high))) = (shared, range) {
            all[place] = format!("--range={low:?}:{high:?}");
        }
        all.extend(["--".to_owned(), input.to_owned()]);
        Self(all)
    }

    /// The name of the command.
    pub(crate) fn command(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The arguments with others before what has no name, and with the place to write to.
    pub(crate) fn again<'a>(&'a self, more: &'a [String], output: &'a OsStr) -> impl Iterator<Item = &'a OsStr> {
        let split = self.0.iter().position(|word| word == "--").unwrap_or(self.0.len());
        let (named, rest) = self.0.split_at(split);
        named.iter().chain(more).chain(rest).map(OsStr::new).chain([output])
    }

    /// Whether an argument of this name was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        let named = self.0.iter().take_while(|word| *word != "--");
        named.filter_map(|word| word.strip_prefix("--")).any(|word| word.split('=').next() == Some(name))
    }
}

fn arguments(command: &Command, matches: &ArgMatches) -> Option<Vec<String>> {
    let given = |arg: &&Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let fast = matches.try_get_one::<String>("math").ok().flatten().is_some_and(|math| math == "fast");
    let kept = |arg: &&Arg| match arg.get_id().as_str() {
        "engine" => fast,
        name => !LEFT_OUT.contains(&name),
    };
    let mut all = vec![command.get_name().to_owned()];
    let mut unnamed = vec!["--".to_owned()];
    for arg in command.get_arguments().filter(given).filter(kept) {
        let Some(name) = arg.get_long() else {
            unnamed.extend(values(arg, matches)?.into_iter().flatten());
            continue;
        };
        if !matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) {
            all.push(format!("--{name}"));
            continue;
        }
        for values in values(arg, matches)? {
            match (values.as_slice(), arg.get_value_delimiter()) {
                ([], _) => all.push(format!("--{name}")),
                ([one], _) => all.push(format!("--{name}={one}")),
                (_, Some(delimiter)) => all.push(format!("--{name}={}", values.join(&delimiter.to_string()))),
                (_, None) => {
                    all.push(format!("--{name}"));
                    all.extend(values);
                }
            }
        }
    }
    all.extend(unnamed);
    Some(all)
}

/// The values of an argument, each time that it was given.
fn values(arg: &Arg, matches: &ArgMatches) -> Option<Vec<Vec<String>>> {
    let all = matches.get_raw_occurrences(arg.get_id().as_str())?;
    all.map(|values| values.map(|value| value.to_str().map(str::to_owned)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Cli;
    use clap::CommandFactory;

    fn record(words: &[&str]) -> Record {
        let command = Cli::command();
        let matches = command.clone().try_get_matches_from([&["gradgrid"], words].concat()).expect("good arguments");
        Record::of(&command, &matches)
    }

    #[test]
    fn the_same_request_has_the_same_record() {
        let plain = record(&["plot", "-x^2", "a.png", "--size", "9", "--x", "-1:1", "--param", "a=2", "--param=b=3"]);
        let other =
            "plot --x=-1:1 --param a=2 --param b=3 --overwrite --engine cpu -s 9 --memory 1G --quiet -- -x^2 b.png";
        assert_eq!(plain, record(&other.split(' ').collect::<Vec<_>>()), "however it is typed");
        let text = plain.text().expect("a record");
        assert_eq!(text, r#"["plot","--param=a=2","--param=b=3","--x=-1:1","--size=9","--","-x^2"]"#, "in order");
        assert_eq!(Record::parse(&text), Some(plain.clone()), "and back");
        assert!(plain.has("size") && !plain.has("x^2") && plain.command() == "plot", "what is in it");
        let again: Vec<&OsStr> = plain.again(&[], OsStr::new("c.png")).skip(1).collect();
        let words: Vec<&str> = again.iter().filter_map(|word| word.to_str()).collect();
        assert_eq!(record(&[&["plot"], words.as_slice()].concat()), plain, "asking again gives the same");
    }

    #[test]
    fn values_with_commas_and_fast_mathematics_are_kept() {
        let vars = record(&["eval", "u*v", "a.npy", "--vars", "u,v", "--engine", "gpu", "--math", "fast"]);
        assert_eq!(
            vars.text().expect("a record"),
            r#"["eval","--vars=u,v","--engine=gpu","--math=fast","--","u*v"]"#,
            "the engine matters"
        );
        assert_eq!(record(&["help"]).command(), "help", "a command without arguments");
    }
}
