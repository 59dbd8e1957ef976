//! What the commands say, and the exit code that goes with it.

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use generator::SpecError;

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
pub(crate) const HUNK: Style = AnsiColor::Cyan.on_default();

/// A command that ran to its end. The texts may hold ANSI styles; [`print`] takes them out where they do not belong.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    #[default]
    Fine,
    /// Drift or failures.
    Failed,
    /// Bad use or bad input, already reported.
    Bad,
}

/// Bad use or bad input: everything that was wrong.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    errors: Vec<String>,
}

impl Failure {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self {
            errors: vec![format!("error: {message}")],
        }
    }

    pub(crate) fn read(path: &Path, reason: &io::Error) -> Self {
        Self::new(format_args!("cannot read {}: {reason}", path.display()))
    }

    pub(crate) fn write(path: &Path, reason: &io::Error) -> Self {
        Self::new(format_args!("cannot write {}: {reason}", path.display()))
    }

    pub(crate) fn remove(path: &Path, reason: &io::Error) -> Self {
        Self::new(format_args!("cannot remove {}: {reason}", path.display()))
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.errors.extend(other.errors);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }
}

impl From<Vec<SpecError>> for Failure {
    fn from(errors: Vec<SpecError>) -> Self {
        Self {
            errors: errors.iter().map(ToString::to_string).collect(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                writeln!(formatter)?;
            }
            writeln!(formatter, "{}", headed(error, "error:", ERROR))?;
        }
        if self.errors.len() > 1 {
            writeln!(formatter, "\n{ERROR}{} errors{ERROR:#}", self.errors.len())?;
        }
        Ok(())
    }
}

/// `note` as printed: the block of an error under the heading of a note.
pub(crate) fn note(note: &SpecError) -> String {
    let text = note.to_string();
    let body = text.strip_prefix("error:").unwrap_or(&text);
    headed(&format!("note:{body}"), "note:", WARNING)
}

fn headed(text: &str, heading: &str, style: Style) -> String {
    match text.strip_prefix(heading) {
        Some(rest) => format!("{style}{heading}{style:#}{rest}"),
        None => text.to_owned(),
    }
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

pub(crate) fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

/// Prints what a command came to and says how to exit.
pub(crate) fn print(result: Result<Outcome, Failure>) -> ExitCode {
    let outcome = result.unwrap_or_else(|failure| Outcome {
        verdict: Verdict::Bad,
        stdout: String::new(),
        stderr: failure.to_string(),
    });
    // A reader that went away (`| head`) must change neither the exit code nor end in a panic.
    let _ = anstream::stderr().write_all(outcome.stderr.as_bytes());
    let _ = anstream::stdout().write_all(outcome.stdout.as_bytes());
    let _ = anstream::stdout().flush();
    ExitCode::from(match outcome.verdict {
        Verdict::Fine => 0,
        Verdict::Failed => 1,
        Verdict::Bad => 2,
    })
}

#[cfg(test)]
mod tests {
    use generator::SpecError;

    use super::{Failure, count, note};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn errors_are_blocks_with_a_count() {
        let failure = Failure::from(vec![
            SpecError::new("a.yaml", "/paths", "one").help("this"),
            SpecError::new("b.yaml", "", "two").at_line(3, 4),
        ]);
        assert_eq!(
            plain(&failure.to_string()),
            "error: one\n  at a.yaml#/paths\n  supported: this\n\nerror: two\n  at b.yaml:3:4\n\n2 errors\n"
        );
    }

    #[test]
    fn one_error_needs_no_count() {
        assert_eq!(plain(&Failure::new("no").to_string()), "error: no\n");
    }

    #[test]
    fn a_note_is_not_called_an_error() {
        let text = note(&SpecError::new("a.yaml", "", "nothing matches"));
        assert_eq!(plain(&text), "note: nothing matches\n  at a.yaml#");
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
    }
}
