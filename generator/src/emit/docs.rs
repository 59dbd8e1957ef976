//! Documentation comments: our own sentences from facts, and a document's prose made safe for rustdoc.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Type;

const WIDTH: usize = 92;

/// The `#[doc]` attributes of some lines.
pub(crate) fn attributes(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| {
        // A carriage return, for one, may not stand in a comment.
        let line = line.replace(char::is_control, " ");
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        };
        quote!(#[doc = #line])
    });
    quote!(#(#lines)*)
}

/// Prose of a document as Markdown that rustdoc reads without complaint: dedented, wrapped, links and HTML harmless.
pub(crate) fn prose(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in dedent(text) {
        if let Some(rest) = line.trim_start().strip_prefix("```") {
            // Untagged fences would be compiled as doctests; the others need no highlighting.
            fenced = !fenced;
            lines.push(if fenced {
                "```text".to_owned()
            } else {
                "```".to_owned()
            });
            let _ = rest;
        } else if fenced {
            lines.push(line);
        } else {
            // Four spaces would be a code block, and so a doctest.
            let indent = line.len() - line.trim_start().len();
            let lead = " ".repeat(indent.min(2));
            let safe = safe_line(line.trim());
            lines.extend(wrap(&safe, &lead));
        }
    }
    if fenced {
        lines.push("```".to_owned());
    }
    let mut text = String::new();
    for line in lines {
        // At most one blank line, none at the start.
        if line.is_empty() && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text.trim_end().to_owned()
}

fn dedent(text: &str) -> Vec<String> {
    let text = text.trim_matches('\n').replace('\t', "    ");
    // The first line often starts right after the YAML key; the others carry the indentation.
    let indent = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    text.lines()
        .map(|line| line.get(indent..).unwrap_or("").trim_end().to_owned())
        .collect()
}

/// Escapes what rustdoc would take for HTML or for a link to an item, outside of code spans.
fn safe_line(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let (taken, text) = match character {
            '`' => code_span(rest),
            '[' => link(rest),
            'h' if starts_url(rest) && !safe.ends_with(char::is_alphanumeric) => {
                let end = url_end(rest);
                (end, format!("<{}>", rest.get(..end).unwrap_or_default()))
            }
            '<' | '>' | ']' => (1, format!("\\{character}")),
            _ => (character.len_utf8(), character.to_string()),
        };
        safe.push_str(&text);
        rest = rest.get(taken..).unwrap_or_default();
    }
    safe
}

fn code_span(rest: &str) -> (usize, String) {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let fence = "`".repeat(ticks);
    let body = rest.get(ticks..).unwrap_or_default();
    match body.find(&fence) {
        Some(end) => {
            let length = ticks + end + ticks;
            (length, rest.get(..length).unwrap_or_default().to_owned())
        }
        None => (ticks, format!("\\{fence}")),
    }
}

/// `[text](target)` stays a link if the target is a URL, and becomes its text otherwise; a lone bracket is escaped.
fn link(rest: &str) -> (usize, String) {
    let parsed = rest.find("](").and_then(|middle| {
        let text = rest.get(1..middle)?;
        let target_start = middle + 2;
        let length = rest.get(target_start..)?.find(')')?;
        let target = rest.get(target_start..target_start + length)?;
        (!text.contains('[') && !target.contains(' ')).then_some((
            text,
            target,
            target_start + length + 1,
        ))
    });
    match parsed {
        Some((text, target, length)) => {
            let text = escape_brackets(text);
            if starts_url(target) {
                (length, format!("[{text}]({target})"))
            } else {
                (length, text)
            }
        }
        None => (1, "\\[".to_owned()),
    }
}

fn escape_brackets(text: &str) -> String {
    text.replace('<', "\\<")
        .replace('>', "\\>")
        .replace(']', "\\]")
}

fn starts_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn url_end(text: &str) -> usize {
    let end = text
        .find(|character: char| character.is_whitespace() || "<>()[]`\"'".contains(character))
        .unwrap_or(text.len());
    let url = text.get(..end).unwrap_or_default();
    url.trim_end_matches(['.', ',', ';', ':', '!', '?', '*'])
        .len()
}

fn wrap(line: &str, lead: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = lead.to_owned();
    // The lines of a list item stay under it.
    let is_item = line.starts_with("- ") || line.starts_with("* ");
    let hang = if is_item {
        format!("{lead}  ")
    } else {
        lead.to_owned()
    };
    let mut empty = true;
    for word in line.split_whitespace() {
        if !empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut current, hang.clone()));
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    lines.push(current.trim_end().to_owned());
    lines
}

/// Wraps a sentence of ours.
pub(crate) fn wrapped(text: &str) -> String {
    text.lines()
        .flat_map(|line| wrap(line, ""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The docs of a field or input: its prose if there is any, then name, type, unit and limits.
pub(crate) fn field(
    wire: &str,
    ty: &Type,
    description: Option<&String>,
    facts: &[String],
    nullable: bool,
    deprecated: bool,
) -> String {
    let mut sentence = format!("`{wire}`: {}", phrase(ty));
    if nullable && !matches!(ty, Type::Optional(_)) {
        sentence.push_str(", can be cleared");
    }
    for fact in facts {
        sentence.push_str("; ");
        sentence.push_str(fact);
    }
    sentence.push('.');
    if deprecated {
        sentence.push_str(" Deprecated by Clerk.");
    }
    let sentence = wrapped(&sentence);
    match description
        .map(|text| prose(text))
        .filter(|text| !text.is_empty())
    {
        Some(prose) => format!("{prose}\n\n{sentence}"),
        None => sentence,
    }
}

/// A type in words.
pub(crate) fn phrase(ty: &Type) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Bool => "boolean".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Timestamp => "Unix time in milliseconds".to_owned(),
        Type::Value => "any JSON value".to_owned(),
        Type::Object => "free-form JSON object".to_owned(),
        Type::ClerkError => "one of Clerk's errors".to_owned(),
        Type::File => "file".to_owned(),
        Type::Enum(name) => format!("one of the values of `{name}`"),
        Type::Model(name) => format!("`{name}`"),
        Type::List(item) => format!("list of {}", plural(item)),
        Type::Map(item) => format!("map from text to {}", phrase(item)),
        Type::Page(item) => format!("page of {}", plural(item)),
        Type::Optional(inner) => format!("{}, absent or null if there is none", phrase(inner)),
    }
}

fn plural(item: &Type) -> String {
    match item {
        Type::Text => "texts".to_owned(),
        Type::Bool => "booleans".to_owned(),
        Type::Integer => "integers".to_owned(),
        Type::Number => "numbers".to_owned(),
        Type::Value => "JSON values".to_owned(),
        Type::Object => "free-form JSON objects".to_owned(),
        other => phrase(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_dedented_and_wrapped() {
        let text = "\n    One line.\n\n\n    - an item that is rather long and goes on and on until it has to be broken into two lines somewhere\n";
        assert_eq!(
            prose(text),
            "One line.\n\n- an item that is rather long and goes on and on until it has to be broken into two lines\n  somewhere"
        );
    }

    #[test]
    fn html_and_brackets_are_escaped() {
        assert_eq!(prose("a <b> [c] `<d>`"), "a \\<b\\> \\[c\\] `<d>`");
    }

    #[test]
    fn links_work_or_become_text() {
        assert_eq!(
            prose("see [docs](https://clerk.com/docs)."),
            "see [docs](https://clerk.com/docs)."
        );
        assert_eq!(prose("see [docs](/docs/x)."), "see docs.");
        assert_eq!(
            prose("at https://clerk.com/docs."),
            "at <https://clerk.com/docs>."
        );
    }

    #[test]
    fn code_is_never_a_doctest() {
        assert_eq!(
            prose("```\nlet a;\n```\n        indented"),
            "```text\nlet a;\n```\n  indented"
        );
        assert_eq!(prose("```json\n{}"), "```text\n{}\n```");
    }

    #[test]
    fn control_characters_do_not_reach_comments() {
        let tokens = attributes("a\rb\tc").to_string();
        assert_eq!(tokens, "# [doc = \" a b c\"]");
    }
}
