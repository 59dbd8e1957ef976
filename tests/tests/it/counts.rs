//! How many facts of each kind the committed documents hold, as counted in the documents that they were imported from. A fact that gets
//! lost on the way shows here. A new document upstream changes the numbers; `cargo xtask import --verify` compares fact by fact.

use clerk_frontend_tests::{Api, document};
use generator::facts::{counts, facts};

/// Kind, number in the Frontend API's document, number in the Backend API's.
const COUNTS: &[(&str, usize, usize)] = &[
    ("body", 80, 111),
    ("body attribute", 32, 54),
    ("component", 18, 4),
    ("constraint", 320, 440),
    ("default", 14, 63),
    ("deprecated", 16, 20),
    ("discriminator", 1, 7),
    ("document", 3, 3),
    ("enum value", 473, 404),
    ("extension", 70, 492),
    ("format", 166, 218),
    ("items", 150, 215),
    ("media type", 200, 283),
    ("member", 232, 105),
    ("nullable", 678, 648),
    ("operation", 202, 249),
    ("operation attribute", 434, 513),
    ("parameter", 281, 410),
    ("parameter attribute", 717, 1049),
    ("path", 165, 185),
    ("property", 1923, 2230),
    ("reference", 522, 309),
    ("required", 1185, 1374),
    ("response", 89, 114),
    ("response attribute", 877, 989),
    ("schema", 224, 167),
    ("server", 2, 1),
    ("status", 959, 1061),
    ("tag", 39, 39),
    ("type", 2411, 2953),
];

#[test]
fn nothing_got_lost() {
    let frontend = counts(&facts(&document::load(Api::Frontend).unwrap()));
    let backend = counts(&facts(&document::load(Api::Backend).unwrap()));
    let expected = COUNTS
        .iter()
        .map(|&(kind, count, _)| (kind, count))
        .collect();
    assert_eq!(frontend, expected, "Frontend API");
    let expected = COUNTS
        .iter()
        .map(|&(kind, _, count)| (kind, count))
        .collect();
    assert_eq!(backend, expected, "Backend API");
}
