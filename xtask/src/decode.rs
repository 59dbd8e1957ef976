//! `cargo xtask decode`: hands over to the decoder of the tests.

use std::ffi::OsString;
use std::path::Path;

use crate::args::DecodeArgs;
use crate::hand_over;
use crate::report::{Failure, Outcome};

pub(crate) fn run(root: &Path, args: &DecodeArgs) -> Result<Outcome, Failure> {
    hand_over::run(root, "decode", arguments(args))
}

fn arguments(args: &DecodeArgs) -> Vec<OsString> {
    let mut arguments = vec![args.index.clone().into()];
    arguments.extend(args.drift.then(|| OsString::from("--drift")));
    arguments
}

#[cfg(test)]
mod tests {
    use super::arguments;
    use crate::args::DecodeArgs;

    #[test]
    fn the_index_and_the_flag_are_passed_on() {
        let mut args = DecodeArgs {
            index: "some/index.json".into(),
            drift: true,
        };
        assert_eq!(arguments(&args), ["some/index.json", "--drift"]);
        args.drift = false;
        assert_eq!(arguments(&args), ["some/index.json"]);
    }
}
