//! `cargo xtask conformance`: hands over to the judge of the tests.

use std::ffi::OsString;
use std::path::Path;

use crate::args::ConformanceArgs;
use crate::hand_over;
use crate::report::{Failure, Outcome};

pub(crate) fn run(root: &Path, args: &ConformanceArgs) -> Result<Outcome, Failure> {
    hand_over::run(root, "conformance", arguments(args))
}

fn arguments(args: &ConformanceArgs) -> Vec<OsString> {
    let mut arguments: Vec<String> = Vec::new();
    if let Some(api) = args.api {
        arguments.extend(["--api".to_owned(), api.name().to_owned()]);
    }
    for (flag, given) in [("--full", args.full), ("--minimal", args.minimal)] {
        arguments.extend(given.then(|| flag.to_owned()));
    }
    for seed in &args.seed {
        arguments.extend(["--seed".to_owned(), seed.to_string()]);
    }
    arguments.extend(args.operations.clone());
    arguments.into_iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::arguments;
    use crate::args::{Api, ConformanceArgs};

    #[test]
    fn everything_given_is_passed_on() {
        assert!(arguments(&ConformanceArgs::default()).is_empty());
        let args = ConformanceArgs {
            api: Some(Api::Backend),
            full: true,
            minimal: false,
            seed: vec![1, 7],
            operations: vec!["GetUser".to_owned()],
        };
        let expected = "--api backend --full --seed 1 --seed 7 GetUser";
        assert!(arguments(&args).iter().eq(expected.split(' ')));
    }
}
