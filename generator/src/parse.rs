//! Reads a normalised document into the typed form of `openapiv3`.

use openapiv3::OpenAPI;
use serde_json::Value;

use crate::error::SpecError;

/// The typed document. The structure was checked before, so an error here is rare and says what is left to say.
pub(crate) fn parse(document: Value, name: &str) -> Result<OpenAPI, Vec<SpecError>> {
    serde_json::from_value(document).map_err(|error| {
        vec![
            SpecError::new(name, "", format!("not an OpenAPI 3.0 document: {error}"))
                .help("an OpenAPI 3.0.3 document"),
        ]
    })
}
