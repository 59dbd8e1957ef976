//! The list of payloads, checked as a whole before the first is decoded.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use crate::Api;
use crate::table::{ResponseEntry, SchemaEntry};

/// The entries of an index that concern the two APIs.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) entries: Vec<Entry>,
    pub(super) skipped: usize,
}

/// One payload and what it is to be read as.
#[derive(Debug)]
pub(super) struct Entry {
    /// As the index has it.
    pub(super) file: String,
    pub(super) path: PathBuf,
    pub(super) subject: Subject,
}

#[derive(Clone, Debug)]
pub(super) enum Subject {
    Response(&'static ResponseEntry),
    Schema(&'static SchemaEntry),
    Request {
        api: Api,
        operation_id: &'static str,
    },
    Error {
        status: u16,
    },
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match self.subject {
            Subject::Response(entry) => entry.operation_id,
            Subject::Schema(entry) => entry.schema,
            Subject::Request { operation_id, .. } => operation_id,
            Subject::Error { .. } => "error",
        };
        write!(formatter, "{} ({subject})", self.file)
    }
}

/// An entry as it is written.
#[derive(Deserialize)]
struct Line {
    file: String,
    api: String,
    operation_id: Option<String>,
    schema: Option<String>,
    direction: Direction,
    #[serde(default, deserialize_with = "status")]
    status: Option<u16>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Response,
    Request,
    Error,
}

/// A status is written as a number or as text.
fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Status {
        Number(u16),
        Text(String),
    }
    let status = match Option::<Status>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Status::Number(status)) => Some(status),
        Some(Status::Text(text)) => text.parse().ok(),
    };
    match status {
        Some(100..=599) => Ok(status),
        _ => Err(serde::de::Error::custom("`status` is not an HTTP status")),
    }
}

/// What documented errors are sent with, if the index does not say.
const ERROR_STATUS: u16 = 400;

/// Reads an index, or says everything that is wrong with it.
pub(super) fn read(path: &Path) -> Result<Index, Vec<String>> {
    let shown = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| vec![format!("cannot read {shown}: {error}")])?;
    let lines: Vec<Line> = serde_json::from_slice(&bytes)
        .map_err(|error| vec![format!("{shown} is no index of payloads: {error}")])?;

    let folder = path.parent().unwrap_or(Path::new(""));
    let mut index = Index {
        entries: Vec::new(),
        skipped: 0,
    };
    let mut problems = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        let api = match line.api.as_str() {
            "fapi" => Api::Frontend,
            "bapi" => Api::Backend,
            _ => {
                index.skipped += 1;
                continue;
            }
        };
        let path = folder.join(&line.file);
        if let Err(error) = std::fs::metadata(&path) {
            problems.push(format!("cannot read {}: {error}", path.display()));
        }
        match line.subject(api) {
            Ok(subject) => index.entries.push(Entry {
                file: line.file.clone(),
                path,
                subject,
            }),
            Err(problem) => problems.push(format!(
                "{shown}: entry {position}, {}: {problem}",
                line.file
            )),
        }
    }
    if problems.is_empty() {
        Ok(index)
    } else {
        Err(problems)
    }
}

impl Line {
    fn subject(&self, api: Api) -> Result<Subject, String> {
        let name = match api {
            Api::Frontend => "Frontend",
            Api::Backend => "Backend",
        };
        // A name that is unknown is an error also where it would not be needed: the index is out of date then.
        let response = match &self.operation_id {
            None => None,
            Some(id) => match api.response(id) {
                None => return Err(format!("the {name} API has no operation `{id}`")),
                known => known,
            },
        };
        let schema = self.schema.as_deref().and_then(|schema| api.schema(schema));
        match (self.direction, self.status, response, schema) {
            (Direction::Error, status, ..) => Ok(Subject::Error {
                status: status.unwrap_or(ERROR_STATUS),
            }),
            (_, Some(status @ 400..), ..) => Ok(Subject::Error { status }),
            (Direction::Request, _, Some(entry), _) => Ok(Subject::Request {
                api,
                operation_id: entry.operation_id,
            }),
            (Direction::Response, Some(status), Some(response), Some(schema))
                if !response.statuses.contains(&status) =>
            {
                Ok(Subject::Schema(schema))
            }
            // The client reads every success alike.
            (Direction::Response, _, Some(response), _) => Ok(Subject::Response(response)),
            (_, _, None, Some(schema)) => Ok(Subject::Schema(schema)),
            (_, _, None, None) => Err(match &self.schema {
                Some(schema) => format!("the {name} API has no schema `{schema}`"),
                None => "neither `operation_id` nor `schema` is given".to_owned(),
            }),
        }
    }
}
