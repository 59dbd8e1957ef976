//! The one error of the generator: what is wrong with a document, and where.

use std::fmt;

/// Something in a document that the generator cannot use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpecError {
    /// The document, as the caller named it.
    pub document: String,
    /// RFC 6901 JSON Pointer to the offending value; empty for the whole document.
    pub pointer: String,
    /// Line and column, both from 1, where only the YAML text is known.
    pub line: Option<(usize, usize)>,
    /// What was found.
    pub message: String,
    /// The `$ref`s that led there, outermost first.
    pub refs: Vec<String>,
    /// What is supported, or what would be right.
    pub help: Option<String>,
}

impl SpecError {
    /// An error about the value at `pointer` in `document`.
    pub fn new(
        document: impl Into<String>,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            document: document.into(),
            pointer: pointer.into(),
            line: None,
            message: message.into(),
            refs: Vec::new(),
            help: None,
        }
    }

    /// Adds what is supported, or what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the `$ref` chain that led to the value, outermost first.
    #[must_use]
    pub fn via(mut self, refs: impl IntoIterator<Item = String>) -> Self {
        self.refs.extend(refs);
        self
    }

    /// Sets the line and column of the YAML text, both from 1.
    #[must_use]
    pub fn at_line(mut self, line: usize, column: usize) -> Self {
        self.line = Some((line, column));
        self
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}\n  at {}", self.message, self.document)?;
        match self.line {
            Some((line, column)) => write!(formatter, ":{line}:{column}")?,
            None => write!(formatter, "#{}", self.pointer)?,
        }
        for reference in &self.refs {
            write!(formatter, "\n  via {reference}")?;
        }
        if let Some(help) = &self.help {
            write!(formatter, "\n  supported: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecError {}
