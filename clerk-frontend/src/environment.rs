//! Settings from environment variables.

use std::env::VarError;

use crate::runtime::Error;

/// Returns the value of an environment variable.
pub(crate) fn variable(name: &str) -> Result<String, Error> {
    // The error itself is not kept: it can print the variable's value.
    std::env::var(name).map_err(|error| {
        let problem = match error {
            VarError::NotPresent => "is not set",
            VarError::NotUnicode(_) => "is not text",
        };
        Error::build(format!("the environment variable {name} {problem}"))
    })
}
