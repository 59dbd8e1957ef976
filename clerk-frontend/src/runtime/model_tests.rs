//! The rules of decoding and encoding, one test each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails says so by panicking"
)]

use super::{
    DecodeError, DecodeErrorKind, Drift, DriftKind, Envelope, Input, Object, Output, Page, Patch,
    Text, Timestamp, Value, from_slice, from_slice_strict, from_slice_with, model, open_enum,
};
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Clone, Default)]
struct Account {
    id: String,
    status: Status,
    admin: bool,
    age: i64,
    score: f64,
    created_at: Timestamp,
    parent: Option<Box<Account>>,
    name: Option<String>,
    tokens: Vec<Token>,
    tags: Vec<String>,
    notes: Vec<Option<String>>,
    attributes: BTreeMap<String, Token>,
    metadata: Object,
    anything: Value,
    token: Option<Token>,
    r#type: Option<Status>,
    limit: Option<i64>,
}

model! {
    Account {
        0 => id: "id", ESSENTIAL;
        1 => status: "status", REQUIRED;
        2 => admin: "admin", REQUIRED;
        3 => age: "age", REQUIRED;
        4 => score: "score", REQUIRED;
        5 => created_at: "created_at", REQUIRED;
        6 => parent: "parent", OPTIONAL;
        7 => name: "name", OPTIONAL;
        8 => tokens: "tokens", REQUIRED | SECRET;
        9 => tags: "tags", OPTIONAL;
        10 => notes: "notes", OPTIONAL;
        11 => attributes: "attributes", REQUIRED;
        12 => metadata: "metadata", REQUIRED;
        13 => anything: "anything", OPTIONAL;
        14 => token: "token", OPTIONAL;
        15 => r#type: "type", OPTIONAL;
        16 => limit: "limit", OPTIONAL;
    }
}

#[derive(Clone, Default)]
struct Token {
    jwt: String,
    kind: String,
}

model! {
    Token {
        0 => jwt: "jwt", ESSENTIAL | SECRET;
        1 => kind: "kind", REQUIRED;
    }
}

#[derive(Clone)]
enum Status {
    Active,
    NotActive,
    Unknown(String),
}

open_enum! {
    Status {
        Active = "active";
        NotActive = "not-active";
    }
}

fn sample() -> Value {
    json!({
        "id": "acc_1",
        "status": "active",
        "admin": true,
        "age": 36,
        "score": 0.5,
        "created_at": 1_700_000_000_000_i64,
        "parent": {
            "id": "acc_0", "status": "not-active", "admin": false, "age": 1, "score": 1.0, "created_at": 5,
            "tokens": [], "tags": [], "notes": [], "attributes": {}, "metadata": {}, "anything": null
        },
        "name": "Ada",
        "tokens": [{"jwt": "hush", "kind": "a"}, {"jwt": "hush", "kind": "b"}],
        "tags": ["x", "y"],
        "notes": ["n", null],
        "attributes": {"k.1": {"jwt": "hush", "kind": "c"}},
        "metadata": {"free": [1, {"form": null}]},
        "anything": [1.5, "text", true],
        "token": {"jwt": "hush", "kind": "d"},
        "type": "active",
        "limit": 3
    })
}

fn decode<T: Output>(value: &Value) -> Result<T, DecodeError> {
    from_slice(value.to_string().as_bytes())
}

fn drift_of<T: Output>(value: &Value) -> (Result<T, DecodeError>, Vec<Drift>) {
    let mut drift = Vec::new();
    let result = from_slice_with(value.to_string().as_bytes(), &mut |one| drift.push(one));
    (result, drift)
}

#[test]
fn reads_and_writes_everything() {
    let (account, drift) = drift_of::<Account>(&sample());
    let account = account.unwrap();
    assert_eq!(drift, []);
    assert_eq!(account.id, "acc_1");
    assert!(matches!(account.status, Status::Active));
    assert_eq!(account.parent.as_ref().unwrap().id, "acc_0");
    assert_eq!(account.notes, [Some("n".to_owned()), None]);
    assert_eq!(account.attributes["k.1"].kind, "c");
    assert_eq!(serde_json::to_value(&account).unwrap(), sample());
    assert_eq!(account.clone().into_value(), sample());
    assert_eq!(
        serde_json::from_value::<Account>(sample()).unwrap(),
        account
    );
    assert_eq!(
        serde_json::from_str::<Account>(&sample().to_string()).unwrap(),
        account
    );
}
