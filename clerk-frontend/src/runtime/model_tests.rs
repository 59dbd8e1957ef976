//! The rules of decoding and encoding, one test each.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails says so by panicking"
)]

use super::{
    Context, DecodeError, DecodeErrorKind, Drift, DriftKind, Envelope, FieldShape, Input, Model,
    Object, Output, Page, Parts, Patch, Shape, ShapeKind, Slot, Text, Timestamp, Value, View,
    flags, from_slice, from_slice_strict, from_slice_with, list, model, open_enum,
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

#[test]
fn works_with_other_self_describing_sources() {
    // `serde_json::Value` hands out owned strings, and its numbers and nulls in its own way.
    let mut value = sample();
    value["name"] = Value::Null;
    value["age"] = json!(36.0);
    let account: Account = serde_json::from_value(value).unwrap();
    assert_eq!(account.name, None);
    assert_eq!(account.age, 36);
    let error = serde_json::from_value::<Account>(json!({"id": 5})).unwrap_err();
    assert_eq!(error.to_string(), "$.id: expected string, found integer");
    let error = serde_json::from_value::<Account>(Value::Null).unwrap_err();
    assert_eq!(error.to_string(), "$: expected object, found null");
}

/// Every object in the value that is read as a model, as a JSON pointer.
const MODELS: [&str; 6] = [
    "",
    "/parent",
    "/tokens/0",
    "/tokens/1",
    "/attributes/k.1",
    "/token",
];

/// The fields that must not be made up.
fn essential(model: &str, key: &str) -> bool {
    match model {
        "" | "/parent" => key == "id",
        _ => key == "jwt",
    }
}

fn keys(value: &Value, model: &str) -> Vec<String> {
    value
        .pointer(model)
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn object<'a>(value: &'a mut Value, model: &str) -> &'a mut Object {
    value.pointer_mut(model).unwrap().as_object_mut().unwrap()
}

#[test]
fn survives_any_field_absent_or_null() {
    for model in MODELS {
        for key in keys(&sample(), model) {
            let mut absent = sample();
            object(&mut absent, model).remove(&key);
            let mut null = sample();
            object(&mut null, model).insert(key.clone(), Value::Null);
            for changed in [absent, null] {
                match decode::<Account>(&changed) {
                    Ok(_) => assert!(!essential(model, &key), "{model}/{key} was made up"),
                    Err(error) => {
                        assert!(essential(model, &key), "{error}");
                        assert_eq!(error.kind, DecodeErrorKind::Missing);
                        assert!(error.path.ends_with(&format!(".{key}")), "{error}");
                    }
                }
            }
        }
    }
}

#[test]
fn null_is_as_good_as_absent() {
    for model in MODELS {
        for key in keys(&sample(), model) {
            let mut absent = sample();
            object(&mut absent, model).remove(&key);
            let mut null = sample();
            object(&mut null, model).insert(key, Value::Null);
            assert_eq!(
                decode::<Account>(&absent).ok(),
                decode::<Account>(&null).ok()
            );
        }
    }
}

#[test]
fn skips_unknown_fields_wherever_they_are() {
    for model in MODELS {
        let mut more = sample();
        object(&mut more, model).insert("brand_new".to_owned(), json!({"a": [1, {"b": null}]}));
        let (account, drift) = drift_of::<Account>(&more);
        assert_eq!(account.unwrap(), decode(&sample()).unwrap());
        let [one] = drift.as_slice() else {
            panic!("{drift:?}");
        };
        assert_eq!(one.kind, DriftKind::UnknownField);
        assert!(one.path.ends_with(".brand_new"), "{one}");
    }
}

#[test]
fn keeps_unknown_enum_values() {
    let mut changed = sample();
    changed["status"] = json!("frozen");
    changed["type"] = json!("");
    let (account, drift) = drift_of::<Account>(&changed);
    let account = account.unwrap();
    assert!(matches!(&account.status, Status::Unknown(text) if text == "frozen"));
    assert_eq!(serde_json::to_value(&account).unwrap(), changed);
    let shown: Vec<_> = drift.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "$.status: unknown enum value: \"frozen\" is not a known Status",
            "$.type: unknown enum value: \"\" is not a known Status"
        ]
    );
}

#[test]
fn refuses_every_other_json_type() {
    let types = [
        ("string", json!("x")),
        ("boolean", json!(true)),
        ("integer", json!(7)),
        ("number", json!(7.5)),
        ("array", json!([])),
        ("object", json!({})),
    ];
    let fields = [
        ("id", "string"),
        ("status", "string"),
        ("admin", "boolean"),
        ("age", "integer"),
        ("score", "number"),
        ("created_at", "integer"),
        ("parent", "object"),
        ("name", "string"),
        ("tokens", "array"),
        ("attributes", "object"),
        ("metadata", "object"),
        ("token", "object"),
        ("type", "string"),
        ("limit", "integer"),
    ];
    for (field, expected) in fields {
        for (found, value) in &types {
            let fits = expected == *found
                || (expected == "number" && *found == "integer")
                || (expected == "object" && *found == "object");
            if fits {
                continue;
            }
            let mut changed = sample();
            changed[field] = value.clone();
            let error = decode::<Account>(&changed).unwrap_err();
            assert_eq!(error.kind, DecodeErrorKind::Type);
            assert_eq!(error.path, format!("$.{field}"));
            assert_eq!(
                (error.expected.as_str(), error.found.as_str()),
                (expected, *found)
            );
        }
    }
}

#[test]
fn says_where() {
    let error = decode::<Vec<Account>>(
        &json!([{"id": "a", "parent": {"id": "b", "tokens": [{"jwt": "j"}, {"jwt": 1}]}}]),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "$[0].parent.tokens[1].jwt: expected string, found integer"
    );
    let error =
        decode::<Account>(&json!({"id": "a", "attributes": {"k.1": {"jwt": "j", "kind": []}}}))
            .unwrap_err();
    assert_eq!(
        error.to_string(),
        "$.attributes[\"k.1\"].kind: expected string, found array"
    );
    let error = decode::<Account>(&json!({"id": "a", "attributes": {"plain": 1}})).unwrap_err();
    assert_eq!(error.path, "$.attributes.plain");
    // Of a long key only the start is repeated.
    let error =
        decode::<Account>(&json!({"id": "a", "attributes": {"k".repeat(65): 1}})).unwrap_err();
    let shown = format!("$.attributes[\"{}\"…]", "k".repeat(64));
    assert_eq!(error.path, shown);
}

#[test]
fn never_repeats_values_of_the_body() {
    let error =
        decode::<Account>(&json!({"id": "a", "token": {"jwt": {"secret": "hush"}}})).unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hush"));
    let error = serde_json::from_value::<Account>(json!({"id": "a", "age": "hush"})).unwrap_err();
    assert!(!error.to_string().contains("hush"));
}

#[test]
fn numbers() {
    let age = |value: &str| {
        let body = format!("{{\"id\": \"a\", \"age\": {value}, \"limit\": {value}}}");
        from_slice::<Account>(body.as_bytes()).map(|account| (account.age, account.limit.unwrap()))
    };
    for (text, value) in [
        ("0", 0),
        ("-1", -1),
        ("36.0", 36),
        ("1e3", 1000),
        ("-0.0", 0),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(age(text).unwrap(), (value, value), "{text}");
    }
    for (text, found) in [
        ("36.5", "number"),
        ("9223372036854775808", "integer out of range"),
        ("18446744073709551615", "integer out of range"),
        ("18446744073709551616", "integer out of range"),
        ("-9223372036854775809", "integer out of range"),
        ("-1e300", "integer out of range"),
    ] {
        let error = age(text).unwrap_err();
        assert_eq!(
            (error.path.as_str(), error.found.as_str()),
            ("$.age", found),
            "{text}"
        );
    }
    let exact = "[-2.6687666647680806e+183]";
    let value = from_slice::<Value>(exact.as_bytes()).unwrap();
    assert_eq!(value.to_string(), exact);
    let scores = from_slice::<Vec<f64>>(b"[1, -2, 2.5, 18446744073709551615]").unwrap();
    assert_eq!(scores, [1.0, -2.0, 2.5, 18_446_744_073_709_551_615.0]);
    let times = from_slice::<Vec<Timestamp>>(b"[5, 6.0]").unwrap();
    assert_eq!(times, [Timestamp::from(5), Timestamp::from(6)]);
    assert!(from_slice::<Vec<Timestamp>>(b"[6.5]").is_err());
}

#[test]
fn reads_numbers_that_another_crate_made_arbitrarily_precise() {
    let number = |digits: &str| json!({"id": "a", "age": {"$serde_json::private::Number": digits}});
    assert_eq!(decode::<Account>(&number("-5")).unwrap().age, -5);
    assert_eq!(decode::<Account>(&number("36.0")).unwrap().age, 36);
    assert_eq!(
        decode::<Account>(&number("36.5")).unwrap_err().found,
        "number"
    );
    assert_eq!(
        decode::<Account>(&number("hush")).unwrap_err().found,
        "object"
    );
}

#[test]
fn null_elements_are_left_out_unless_they_have_a_meaning() {
    let mut changed = sample();
    changed["tags"] = json!(["x", null, "y"]);
    changed["tokens"] = json!([null, {"jwt": "hush", "kind": "a"}]);
    changed["attributes"] = json!({"a": null, "b": {"jwt": "hush", "kind": "c"}});
    changed["notes"] = json!([null, "n"]);
    let (account, drift) = drift_of::<Account>(&changed);
    let account = account.unwrap();
    assert_eq!(account.tags, ["x", "y"]);
    assert_eq!(account.tokens.len(), 1);
    assert_eq!(account.attributes.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(account.notes, [None, Some("n".to_owned())]);
    let mut paths: Vec<_> = drift
        .iter()
        .map(|one| (one.kind, one.path.as_str()))
        .collect();
    paths.sort_by_key(|(_, path)| *path);
    assert_eq!(
        paths,
        [
            (DriftKind::Corrected, "$.attributes.a"),
            (DriftKind::Corrected, "$.tags[1]"),
            (DriftKind::Corrected, "$.tokens[0]"),
        ]
    );
}

#[test]
fn reports_corrections_once_and_in_order() {
    let (account, drift) =
        drift_of::<Account>(&json!({"age": null, "id": "a", "name": null, "tags": null}));
    assert_eq!(account.unwrap().id, "a");
    let shown: Vec<_> = drift.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "$.age: corrected: is null",
            "$.status: corrected: is absent",
            "$.admin: corrected: is absent",
            "$.score: corrected: is absent",
            "$.created_at: corrected: is absent",
            "$.tokens: corrected: is absent",
            "$.attributes: corrected: is absent",
            "$.metadata: corrected: is absent",
        ]
    );
}

#[derive(Clone, Default)]
struct Holder {
    token: Token,
    account: Option<Account>,
}

model! {
    Holder {
        0 => token: "token", REQUIRED;
        1 => account: "account", OPTIONAL;
    }
}

#[test]
fn an_all_empty_model_must_not_hide_something_essential() {
    for body in [json!({}), json!({"token": null}), json!({"token": {}})] {
        let error = decode::<Holder>(&body).unwrap_err();
        assert_eq!(
            (error.kind, error.path.as_str()),
            (DecodeErrorKind::Missing, "$.token.jwt")
        );
    }
    let error = decode::<Envelope<Token, ()>>(&json!({"response": null})).unwrap_err();
    assert_eq!(error.path, "$.response.jwt");
}

#[test]
fn the_last_of_two_equal_keys_wins_whole() {
    let body = br#"{"id": "a", "id": "b", "name": "x", "name": null, "tags": ["x"], "tags": ["y"],
        "token": {"jwt": "1", "kind": "k"}, "token": {"jwt": "2"},
        "attributes": {"a": {"jwt": "1"}}, "attributes": {"b": {"jwt": "1", "kind": "k"}, "b": {"jwt": "2"}}}"#;
    let account: Account = from_slice(body).unwrap();
    assert_eq!(account.id, "b");
    assert_eq!(account.name, None);
    assert_eq!(account.tags, ["y"]);
    assert_eq!(account.token.unwrap().kind, "");
    assert_eq!(account.attributes.len(), 1);
    assert_eq!(account.attributes["b"].kind, "");
    let holder: Holder =
        from_slice(br#"{"token": {"jwt": "1", "kind": "k"}, "token": {"jwt": "2"}}"#).unwrap();
    assert_eq!(
        (holder.token.jwt.as_str(), holder.token.kind.as_str()),
        ("2", "")
    );
}

#[test]
fn broken_bodies_are_errors_at_every_length() {
    let body = json!([sample()]).to_string();
    for end in 1..body.len() {
        let error = from_slice::<Vec<Account>>(&body.as_bytes()[..end]).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Syntax, "{error}");
        assert!(error.message.contains("line 1 column"), "{error}");
    }
    let error = from_slice::<Account>(b"{\"id\": \"a\", \"parent\": {\"id\": x}}").unwrap_err();
    assert_eq!(error.path, "$.parent.id");
    assert_eq!(
        from_slice::<Account>(b"{\"id\": \"a\"} x")
            .unwrap_err()
            .kind,
        DecodeErrorKind::Syntax
    );
    assert_eq!(
        from_slice::<Account>(b"<html>").unwrap_err().kind,
        DecodeErrorKind::Syntax
    );
    assert_eq!(
        from_slice::<Account>(b"{\"id\": \"\xff\"}")
            .unwrap_err()
            .kind,
        DecodeErrorKind::Encoding
    );
}

#[test]
fn deep_nesting_is_an_error_and_not_an_overflow() {
    let body = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(
        from_slice::<Value>(body.as_bytes()).unwrap_err().kind,
        DecodeErrorKind::Syntax
    );
    let body = format!("{}null", "{\"id\": \"a\", \"parent\": ".repeat(100_000));
    assert_eq!(
        from_slice::<Account>(body.as_bytes()).unwrap_err().kind,
        DecodeErrorKind::Syntax
    );
}

#[test]
fn strict_decoding_takes_drift_for_an_error() {
    let strict = |value: &Value| from_slice_strict::<Account>(value.to_string().as_bytes());
    assert_eq!(strict(&sample()).unwrap(), decode(&sample()).unwrap());
    let mut changed = sample();
    changed["status"] = json!("frozen");
    let error = strict(&changed).unwrap_err();
    assert_eq!(
        (error.kind, error.path.as_str()),
        (DecodeErrorKind::Drift, "$.status")
    );
    let mut drift = Vec::new();
    let mut observer = |one: Drift| drift.push(one);
    let body = changed.to_string();
    let parts = Parts {
        status: 200,
        location: None,
        body: body.as_bytes(),
    };
    let mut context = Context::new().observer(&mut observer).strict(true);
    assert!(Account::decode(&parts, &mut context).is_err());
    assert_eq!(drift.len(), 1);
}

#[test]
fn empty_bodies() {
    for body in [&b""[..], b" \r\n"] {
        from_slice::<()>(body).unwrap();
        assert_eq!(from_slice::<Option<Account>>(body).unwrap(), None);
        assert_eq!(from_slice::<Option<String>>(body).unwrap(), None);
        assert_eq!(
            from_slice::<Envelope<Option<Account>, ()>>(body)
                .unwrap()
                .response,
            None
        );
        assert_eq!(from_slice::<Text>(body).unwrap().as_str().as_bytes(), body);
        for error in [
            from_slice::<Account>(body).unwrap_err(),
            from_slice::<Vec<Account>>(body).unwrap_err(),
            from_slice::<Page<Account>>(body).unwrap_err(),
            from_slice::<Envelope<Account, ()>>(body).unwrap_err(),
        ] {
            assert_eq!(error.kind, DecodeErrorKind::Empty);
        }
    }
}

#[test]
fn bodies_nobody_reads_and_bodies_that_are_text() {
    from_slice::<()>(b"<html>\xff").unwrap();
    assert_eq!(
        from_slice::<Text>("<p>\u{e9}</p>".as_bytes())
            .unwrap()
            .as_str(),
        "<p>\u{e9}</p>"
    );
    assert_eq!(
        from_slice::<Text>(b"\xff").unwrap_err().kind,
        DecodeErrorKind::Encoding
    );
    assert_eq!(from_slice::<Value>(b"[1, null]").unwrap(), json!([1, null]));
    assert_eq!(from_slice::<Value>(b"null").unwrap(), Value::Null);
    assert_eq!(from_slice::<Option<Account>>(b"null").unwrap(), None);
    assert_eq!(from_slice::<Account>(b"null").unwrap_err().found, "null");
    let (list, drift) = drift_of::<Vec<Account>>(&Value::Null);
    assert_eq!((list.unwrap().len(), drift.len()), (0, 1));
    assert_eq!(
        from_slice::<BTreeMap<String, i64>>(b"{\"a\": 1}").unwrap()["a"],
        1
    );
}

type Wrapped = Envelope<Account, Holder>;

fn kinds(drift: &[Drift]) -> Vec<DriftKind> {
    drift.iter().map(|one| one.kind).collect()
}

#[test]
fn envelopes() {
    let (wrapped, drift) = drift_of::<Wrapped>(
        &json!({"response": sample(), "client": {"token": {"jwt": "j", "kind": "k"}}}),
    );
    let wrapped = wrapped.unwrap();
    assert_eq!(wrapped.response.id, "acc_1");
    assert_eq!(wrapped.client.as_ref().unwrap().token.jwt, "j");
    assert_eq!(drift, []);
    assert_eq!(
        serde_json::from_value::<Wrapped>(serde_json::to_value(&wrapped).unwrap()).unwrap(),
        wrapped
    );

    for body in [
        json!({"response": sample(), "client": null}),
        json!({"response": sample()}),
    ] {
        let (wrapped, drift) = drift_of::<Wrapped>(&body);
        assert!(wrapped.unwrap().client.is_none());
        assert_eq!(drift, []);
    }

    // What is written is still in an envelope, even around nothing.
    let nothing = json!({"response": null, "client": {"token": {"jwt": "j"}, "kind": "k"}});
    let wrapped: Envelope<Option<Account>, Holder> = decode(&nothing).unwrap();
    let written = serde_json::to_value(&wrapped).unwrap();
    assert_eq!(written["response"], json!(null));
    let again: Envelope<Option<Account>, Holder> = decode(&written).unwrap();
    assert_eq!(again, wrapped);
    assert!(again.client.is_some());

    let error =
        decode::<Wrapped>(&json!({"client": {"token": {"jwt": "j"}}, "response": {"id": 1}}))
            .unwrap_err();
    assert_eq!(error.path, "$.response.id");
    let error =
        decode::<Wrapped>(&json!({"client": {"token": 1}, "response": sample()})).unwrap_err();
    assert_eq!(error.path, "$.client.token");
}

#[test]
fn an_envelope_may_be_missing() {
    let (wrapped, drift) = drift_of::<Wrapped>(&sample());
    let wrapped = wrapped.unwrap();
    assert_eq!(
        (wrapped.response, wrapped.client.is_none()),
        (decode(&sample()).unwrap(), true)
    );
    assert_eq!(kinds(&drift), [DriftKind::EnvelopeMissing]);

    let (list, drift) = drift_of::<Envelope<Vec<Account>, Holder>>(&json!([sample()]));
    assert_eq!(list.unwrap().response.len(), 1);
    assert_eq!(kinds(&drift), [DriftKind::EnvelopeMissing]);

    // A bare value may itself have a `client`, of whatever type.
    #[derive(Clone, Default)]
    struct Consent {
        client: String,
    }
    model! {
        Consent {
            0 => client: "client", REQUIRED;
        }
    }
    let wrapped: Envelope<Consent, Holder> = decode(&json!({"client": "c"})).unwrap();
    assert_eq!(
        (wrapped.response.client.as_str(), wrapped.client.is_none()),
        ("c", true)
    );

    let error = decode::<Wrapped>(&json!({"id": 1})).unwrap_err();
    assert_eq!(error.path, "$.id");
    assert_eq!(
        serde_json::from_value::<Wrapped>(sample())
            .unwrap()
            .response
            .id,
        "acc_1"
    );
}

#[test]
fn an_envelope_may_be_unexpected() {
    for body in [
        json!({"response": sample(), "client": null}),
        json!({"client": {"x": 1}, "response": sample()}),
    ] {
        let (account, drift) = drift_of::<Account>(&body);
        assert_eq!(account.unwrap(), decode(&sample()).unwrap());
        assert_eq!(kinds(&drift), [DriftKind::EnvelopeUnexpected]);
        let (account, _) = drift_of::<Option<Account>>(&body);
        assert_eq!(account.unwrap().unwrap(), decode(&sample()).unwrap());
    }
    let (list, drift) = drift_of::<Vec<Account>>(&json!({"response": [sample()], "client": null}));
    assert_eq!(
        (list.unwrap().len(), kinds(&drift)),
        (1, vec![DriftKind::EnvelopeUnexpected])
    );
    let (page, drift) =
        drift_of::<Page<Account>>(&json!({"response": {"data": [sample()], "total_count": 1}}));
    assert_eq!(
        (page.unwrap().data.len(), kinds(&drift)),
        (1, vec![DriftKind::EnvelopeUnexpected])
    );
    let (page, _) = drift_of::<Page<Account>>(&json!({"response": [sample()]}));
    assert_eq!(page.unwrap().data.len(), 1);

    let error = decode::<Vec<Account>>(&json!({"data": []})).unwrap_err();
    assert_eq!(
        (error.expected.as_str(), error.found.as_str()),
        ("array", "object")
    );
    let error = decode::<Account>(&json!({"response": {"id": 5}})).unwrap_err();
    assert_eq!(error.path, "$.response.id");
    // Values of any shape are what they are.
    let body = json!({"response": 1});
    assert_eq!(decode::<Value>(&body).unwrap(), body);
    assert_eq!(
        decode::<BTreeMap<String, i64>>(&body).unwrap()["response"],
        1
    );
}

#[test]
fn only_what_is_inside_an_expected_envelope() {
    let inside = |body: &Value| {
        let body = body.to_string();
        let parts = Parts {
            status: 200,
            location: None,
            body: body.as_bytes(),
        };
        Account::decode(&parts, &mut Context::new().wrapped(true))
    };
    assert_eq!(
        inside(&json!({"response": sample(), "client": {"any": 1}}))
            .unwrap()
            .id,
        "acc_1"
    );
    assert_eq!(inside(&sample()).unwrap().id, "acc_1");
    assert_eq!(
        inside(&json!({"response": {"id": 5}})).unwrap_err().path,
        "$.response.id"
    );
}

#[test]
fn pages() {
    let (page, drift) =
        drift_of::<Page<Token>>(&json!({"data": [{"jwt": "j", "kind": "k"}], "total_count": 7}));
    let page = page.unwrap();
    assert_eq!(
        (page.data.len(), page.total_count, drift.len()),
        (1, Some(7), 0)
    );
    let array = json!([{"jwt": "j", "kind": "k"}]);
    let (page, drift) = drift_of::<Page<Token>>(&array);
    let page = page.unwrap();
    assert_eq!(
        (page.data.len(), page.total_count, drift.len()),
        (1, None, 0)
    );
    assert_eq!(serde_json::to_value(&page).unwrap(), array);
    assert_eq!(
        page.into_iter().map(|token| token.kind).collect::<Vec<_>>(),
        ["k"]
    );
    let error = decode::<Page<Token>>(&json!("x")).unwrap_err();
    assert_eq!(error.expected, "array or object");
    let error = decode::<Page<Token>>(&json!({"data": [{"jwt": 1}]})).unwrap_err();
    assert_eq!(error.path, "$.data[0].jwt");
}

#[derive(Clone, Default)]
struct Change {
    name: Patch<String>,
    limit: Patch<i64>,
    roles: Patch<Vec<Status>>,
    inner: Patch<Token>,
}

model! {
    Change {
        0 => name: "name", OPTIONAL;
        1 => limit: "limit", OPTIONAL;
        2 => roles: "roles", OPTIONAL;
        3 => inner: "inner", OPTIONAL;
    }
}

#[test]
fn patches_have_three_states() {
    let body = json!({"name": null, "roles": ["active", "other"]});
    let change: Change = decode(&body).unwrap();
    assert_eq!(change.name, Patch::Null);
    assert_eq!(change.limit, Patch::Absent);
    assert_eq!(
        change.roles,
        Patch::Value(vec![Status::Active, Status::from("other")])
    );
    assert_eq!(serde_json::to_value(&change).unwrap(), body);
    assert_eq!(change.clone().into_value(), body);
    assert_eq!(
        format!("{change:?}"),
        "Change { name: null, roles: [\"active\", \"other\"] }"
    );
    assert_ne!(
        change,
        Change {
            name: Patch::Absent,
            ..change.clone()
        }
    );
    assert_eq!(Patch::from(5), Patch::Value(5));
}

#[test]
fn debug_shows_no_secrets_and_no_absent_fields() {
    let account: Account = decode(&sample()).unwrap();
    for shown in [
        format!("{account:?}"),
        format!("{account:#?}"),
        format!("{:?}", Some(vec![account.clone()])),
    ] {
        assert!(!shown.contains("hush"), "{shown}");
    }
    let account: Account = decode(
        &json!({"id": "a", "status": "new", "metadata": {"k": [1]}, "anything": {"x": null}}),
    )
    .unwrap();
    assert_eq!(
        format!("{account:?}"),
        "Account { id: \"a\", status: \"new\", admin: false, age: 0, score: 0.0, created_at: 0, tokens: <redacted>, \
         tags: [], notes: [], attributes: {}, metadata: {\"k\": [1]}, anything: {\"x\":null} }"
    );
    let token: Token = decode(&json!({"jwt": "hush"})).unwrap();
    assert_eq!(
        format!("{token:?}"),
        "Token { jwt: <redacted>, kind: \"\" }"
    );
    let wrapped: Envelope<Token, Holder> = decode(&json!({"response": {"jwt": "hush"}})).unwrap();
    assert_eq!(
        format!("{wrapped:?}"),
        "Envelope { response: Token { jwt: <redacted>, kind: \"\" } }"
    );
}

#[test]
fn equality_looks_at_every_field() {
    let account: Account = decode(&sample()).unwrap();
    for key in keys(&sample(), "") {
        if key == "id" {
            continue;
        }
        let mut changed = sample();
        object(&mut changed, "").remove(&key);
        assert_ne!(decode::<Account>(&changed).unwrap(), account, "{key}");
    }
    assert_eq!(account.clone(), account);
}

#[test]
fn open_enums() {
    for (text, value) in [
        ("active", Status::Active),
        ("not-active", Status::NotActive),
        ("x", Status::Unknown("x".to_owned())),
    ] {
        assert_eq!(Status::from(text), value);
        assert_eq!(Status::from(text.to_owned()), value);
        assert_eq!(value.as_str(), text);
        assert_eq!(value.to_string(), text);
        assert_eq!(value.clone().into_value(), json!(text));
        assert_eq!(serde_json::to_value(&value).unwrap(), json!(text));
        assert_eq!(
            serde_json::from_value::<Status>(json!(text)).unwrap(),
            value
        );
    }
    assert_eq!(Status::default().as_str(), "");
    assert_eq!(format!("{:>8}", Status::Active), "  active");
    assert!(serde_json::from_value::<Status>(json!(5)).is_err());
}

#[test]
fn inputs() {
    assert_eq!("a".into_value(), json!("a"));
    assert_eq!(String::from("a").into_value(), json!("a"));
    assert_eq!(true.into_value(), json!(true));
    assert_eq!(5_i64.into_value(), json!(5));
    assert_eq!(0.5.into_value(), json!(0.5));
    assert_eq!(Timestamp::from(5).into_value(), json!(5));
    assert_eq!(json!({"a": 1}).into_value(), json!({"a": 1}));
    assert_eq!(vec!["a", "b"].into_value(), json!(["a", "b"]));
    assert_eq!(list::<String>(["a", "b"]).into_value(), json!(["a", "b"]));
    assert_eq!(list::<Status>(["active"]).into_value(), json!(["active"]));
    assert_eq!(None::<String>.into_value(), Value::Null);
    assert_eq!(
        BTreeMap::from([("k".to_owned(), Some(1_i64))]).into_value(),
        json!({"k": 1})
    );
    let token = Token {
        jwt: "j".to_owned(),
        kind: String::new(),
    };
    assert_eq!(vec![token].into_value(), json!([{"jwt": "j", "kind": ""}]));
}

#[test]
fn timestamps() {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};
    for millis in [0, 1, -1, 1_700_000_000_123, -86_400_001] {
        let time = SystemTime::try_from(Timestamp::from_millis(millis)).unwrap();
        assert_eq!(Timestamp::from(time).as_millis(), millis);
    }
    assert_eq!(
        Timestamp::from(UNIX_EPOCH + Duration::from_micros(1_500)).as_millis(),
        1
    );
    assert_eq!(
        Timestamp::from(UNIX_EPOCH - Duration::from_micros(1_500)).as_millis(),
        -2
    );
    assert_eq!(Timestamp::from(5).to_string(), "5");
    assert_eq!(serde_json::to_value(Timestamp::from(5)).unwrap(), json!(5));
}

#[test]
fn models_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Account>();
    check::<Envelope<Page<Account>, Holder>>();
    check::<Patch<Text>>();
    check::<DecodeError>();
}

#[test]
fn fields_beyond_the_first_128_are_told_apart() {
    let mut wide = Wide::default();
    for index in 0..WIDE {
        wide.fields.push(format!("v{index}"));
    }
    let value = wide.clone().into_value();
    let read: WideBox = decode(&value).unwrap();
    assert_eq!(read.0.fields, wide.fields);
    let body = "{\"f130\": \"a\", \"f130\": null}";
    assert_eq!(
        from_slice::<WideBox>(body.as_bytes()).unwrap().0.fields[130],
        ""
    );
}

const WIDE: usize = 140;

/// A model with more fields than any of ours, made by hand.
#[derive(Clone, Default)]
struct Wide {
    fields: Vec<String>,
}

/// The same with its fields in place.
struct WideBox(Wide);

impl Default for WideBox {
    fn default() -> Self {
        Self(Wide {
            fields: vec![String::new(); WIDE],
        })
    }
}

static WIDE_FIELDS: std::sync::LazyLock<&'static Shape> = std::sync::LazyLock::new(|| {
    let fields: Vec<_> = (0..WIDE)
        .map(|index| FieldShape {
            wire: format!("f{index}").leak(),
            flags: flags::OPTIONAL,
        })
        .collect();
    Box::leak(Box::new(Shape {
        name: "Wide",
        kind: ShapeKind::Object,
        fields: fields.leak(),
    }))
});

impl Model for Wide {
    fn shape(&self) -> &'static Shape {
        &WIDE_FIELDS
    }

    fn slot(&mut self, index: usize) -> Slot<'_> {
        self.fields
            .get_mut(index)
            .map_or(Slot::Ignored, Slot::String)
    }

    fn view(&self, index: usize) -> View<'_> {
        self.fields
            .get(index)
            .map_or(View::Absent, |field| View::String(field))
    }
}

impl Model for WideBox {
    fn shape(&self) -> &'static Shape {
        self.0.shape()
    }

    fn slot(&mut self, index: usize) -> Slot<'_> {
        self.0.slot(index)
    }

    fn view(&self, index: usize) -> View<'_> {
        self.0.view(index)
    }
}
