//! How answers are read: what is forgiven, what is reported, and what is an error.

use std::sync::{Arc, Mutex};

use clerk_frontend::decode::{DecodeErrorKind, from_slice, from_slice_strict, from_slice_with};
use clerk_frontend::models::{Client, Session, SessionStatus, SignIn, Token, User};
use clerk_frontend::{Client as Clerk, Drift, DriftKind, Envelope, Page, Value};
use clerk_frontend_tests::Api;
use serde_json::json;

use crate::mock::Server;

fn session() -> Value {
    json!({
        "id": "sess_1",
        "object": "session",
        "status": "active",
        "abandon_at": 1, "expire_at": 2, "last_active_at": 3, "created_at": 4, "updated_at": 5,
        "actor": {"sub": "user_9"},
        "factor_verification_age": [0, -1],
        "last_active_token": {"object": "token", "jwt": "a.b.c"}
    })
}

/// Decodes and returns what the type did not expect, as `kind path`.
fn drifting<T: clerk_frontend::decode::Output>(body: &Value) -> (T, Vec<String>) {
    let mut drift = Vec::new();
    let value = from_slice_with(body.to_string().as_bytes(), &mut |found: Drift| {
        drift.push(format!("{} {}", found.kind, found.path));
    });
    (value.unwrap(), drift)
}

fn edited(mut value: Value, pointer: &str, to: Value) -> Value {
    *value.pointer_mut(pointer).unwrap() = to;
    value
}

#[test]
fn what_is_expected_is_no_drift() {
    let (session, drift) = drifting::<Session>(&session());
    assert_eq!(drift, [""; 0]);
    assert_eq!(session.status, SessionStatus::Active);
    assert_eq!(session.actor.unwrap()["sub"], "user_9");
    assert_eq!(session.factor_verification_age, [0, -1]);
    assert_eq!(session.last_active_token.unwrap().jwt, "a.b.c");
}

#[test]
fn an_unknown_field_is_ignored() {
    let mut body = session();
    body["unheard_of"] = json!({"deep": [1, {"id": 2}]});
    body["last_active_token"]["kid"] = json!("k");
    let (_, mut drift) = drifting::<Session>(&body);
    drift.sort();
    assert_eq!(
        drift,
        [
            "unknown field $.last_active_token.kid",
            "unknown field $.unheard_of"
        ]
    );
    let error = from_slice_strict::<Session>(body.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Drift);
}

#[test]
fn null_and_absent_are_the_same() {
    let mut absent = session();
    let fields = absent.as_object_mut().unwrap();
    for name in ["status", "factor_verification_age", "actor", "abandon_at"] {
        fields.remove(name);
    }
    let mut null = session();
    for name in ["status", "factor_verification_age", "actor", "abandon_at"] {
        null[name] = Value::Null;
    }
    let (from_absent, mut drift) = drifting::<Session>(&absent);
    drift.sort();
    assert_eq!(
        drift,
        [
            "corrected $.abandon_at",
            "corrected $.factor_verification_age",
            "corrected $.status"
        ]
    );
    let (from_null, _) = drifting::<Session>(&null);
    assert_eq!(from_absent, from_null);
    assert_eq!(from_null.status, SessionStatus::Unknown(String::new()));
    assert_eq!(from_null.factor_verification_age, [0; 0]);
    assert_eq!(from_null.actor, None);
    assert_eq!(from_null.abandon_at.as_millis(), 0);
}

#[test]
fn an_unknown_enum_value_is_kept_and_written_back() {
    let body = edited(session(), "/status", json!("hibernating"));
    let (session, drift) = drifting::<Session>(&body);
    assert_eq!(drift, ["unknown enum value $.status"]);
    assert_eq!(
        session.status,
        SessionStatus::Unknown("hibernating".to_owned())
    );
    assert_eq!(session.status.as_str(), "hibernating");
    assert_eq!(serde_json::to_value(&session).unwrap(), body);
}

#[test]
fn values_are_written_back_as_they_came() {
    let value: Session = from_slice(session().to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), session());
    let again: Session = serde_json::from_value(session()).unwrap();
    assert_eq!(value, again);
}

#[test]
fn a_wrong_type_is_an_error_with_its_place() {
    let wrong = [
        ("/id", json!(7), "$.id", "string", "integer"),
        (
            "/expire_at",
            json!("soon"),
            "$.expire_at",
            "integer",
            "string",
        ),
        ("/expire_at", json!(1.5), "$.expire_at", "integer", "number"),
        (
            "/factor_verification_age/1",
            json!({}),
            "$.factor_verification_age[1]",
            "integer",
            "object",
        ),
        (
            "/last_active_token/jwt",
            json!(["hush"]),
            "$.last_active_token.jwt",
            "string",
            "array",
        ),
        ("/actor", json!(true), "$.actor", "object", "boolean"),
    ];
    for (pointer, to, path, expected, found) in wrong {
        let body = edited(session(), pointer, to);
        let error = from_slice::<Session>(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Type, "{pointer}: {error}");
        assert_eq!(
            (error.path.as_str(), error.expected.as_str()),
            (path, expected),
            "{error}"
        );
        assert!(error.found.contains(found), "{error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
    let error = from_slice::<Session>(b"{\"id\": \"sess_1\",").unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Syntax);
}

#[test]
fn numbers_may_be_written_either_way() {
    let body = edited(session(), "/expire_at", json!(2.0));
    assert_eq!(
        from_slice::<Session>(body.to_string().as_bytes())
            .unwrap()
            .expire_at
            .as_millis(),
        2
    );
}

#[test]
fn what_must_not_be_made_up_is_an_error() {
    for token in [json!({"object": "token"}), json!({"jwt": null})] {
        let error = from_slice::<Token>(token.to_string().as_bytes()).unwrap_err();
        assert_eq!(
            (error.kind, error.path.as_str()),
            (DecodeErrorKind::Missing, "$.jwt")
        );
        let body = edited(session(), "/last_active_token", token);
        let error = from_slice::<Session>(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.path, "$.last_active_token.jwt");
    }
    // What is optional as a whole may be absent as a whole.
    let body = edited(session(), "/last_active_token", Value::Null);
    assert_eq!(
        from_slice::<Session>(body.to_string().as_bytes())
            .unwrap()
            .last_active_token,
        None
    );
}

#[test]
fn nobody_is_unlocked_by_omission() {
    let user: User = from_slice(br#"{"id": "user_1", "locked": null}"#).unwrap();
    assert_eq!((user.banned, user.locked), (None, None));
}

#[test]
fn secrets_are_not_printed() {
    let body = edited(session(), "/last_active_token/jwt", json!("hush"));
    let session: Session = from_slice(body.to_string().as_bytes()).unwrap();
    let debug = format!("{session:?}");
    assert!(
        debug.contains("sess_1") && debug.contains("<redacted>") && !debug.contains("hush"),
        "{debug}"
    );
    let client = clerk_frontend::backend::Client::new("sk_test_hush").unwrap();
    assert!(!format!("{client:?}").contains("hush"));
}

#[test]
fn envelopes_come_on_and_off() {
    let (envelope, drift) = drifting::<Envelope<Session>>(
        &json!({"response": session(), "client": {"id": "client_1"}}),
    );
    assert!(
        drift
            .iter()
            .all(|line| line.starts_with("corrected $.client.")),
        "{drift:?}"
    );
    assert_eq!(envelope.response.id, "sess_1");
    assert_eq!(envelope.client.unwrap().id, "client_1");

    let (envelope, drift) =
        drifting::<Envelope<Session>>(&json!({"response": session(), "client": null}));
    assert_eq!(
        (envelope.response.id.as_str(), envelope.client, drift.len()),
        ("sess_1", None, 0)
    );

    let (envelope, drift) = drifting::<Envelope<Session>>(&session());
    assert_eq!(drift, ["envelope missing $"]);
    assert_eq!(
        (envelope.response.id.as_str(), envelope.client),
        ("sess_1", None)
    );

    let (bare, drift) = drifting::<Session>(&json!({"response": session(), "client": {}}));
    assert_eq!(drift, ["envelope unexpected $"]);
    assert_eq!(bare.id, "sess_1");

    let (list, _) = drifting::<Envelope<Vec<Session>>>(&json!([session()]));
    assert_eq!(list.response.len(), 1);
}

#[test]
fn pages_are_read_from_lists_too() {
    let (page, drift) = drifting::<Page<Session>>(&json!({"data": [session()], "total_count": 9}));
    assert_eq!(
        (page.data.len(), page.total_count, drift.len()),
        (1, Some(9), 0)
    );
    let (page, _) = drifting::<Page<Session>>(&json!([session(), session()]));
    assert_eq!((page.data.len(), page.total_count), (2, None));
    let (page, _) = drifting::<Envelope<Page<Session>>>(&json!({"response": [session()]}));
    assert_eq!(page.response.data.len(), 1);
}

#[test]
fn a_null_in_a_list_is_left_out() {
    let (sessions, drift) = drifting::<Vec<Session>>(&json!([session(), null]));
    assert_eq!(sessions.len(), 1);
    assert_eq!(drift, ["corrected $[1]"]);
}

#[test]
fn unions_have_the_fields_of_all_members() {
    let body = json!({
        "id": "sia_1",
        "status": "needs_first_factor",
        "first_factor_verification": {"object": "verification_brand_new", "status": "unverified", "strategy": "smoke_signal", "nonce": "n"},
        "supported_first_factors": [
            {"strategy": "email_code", "email_address_id": "idn_1", "safe_identifier": "g@example.com", "primary": true},
            {"strategy": "smoke_signal", "hill": "north"}
        ]
    });
    let (sign_in, drift) = drifting::<SignIn>(&body);
    let verification = sign_in.first_factor_verification.unwrap();
    assert_eq!(verification.strategy.as_str(), "smoke_signal");
    assert_eq!(verification.nonce.as_deref(), Some("n"));
    let factors = sign_in.supported_first_factors.unwrap();
    assert_eq!(factors[0].email_address_id.as_deref(), Some("idn_1"));
    assert_eq!(factors[1].strategy.as_str(), "smoke_signal");
    assert!(
        drift.contains(&"unknown field $.supported_first_factors[1].hill".to_owned()),
        "{drift:?}"
    );
    assert!(
        drift.contains(&"unknown enum value $.supported_first_factors[1].strategy".to_owned()),
        "{drift:?}"
    );
}

#[tokio::test]
async fn a_client_tells_its_observer() {
    let mut body = session();
    body["status"] = json!("hibernating");
    body["unheard_of"] = json!(1);
    let server = Server::json(200, &json!({"response": body, "client": null})).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let builder = Clerk::builder()
        .base_url(server.url())
        .on_drift(move |operation, drift| {
            sink.lock()
                .unwrap()
                .push((operation.to_owned(), drift.kind, drift.path));
        });
    let session = builder
        .build()
        .unwrap()
        .sessions()
        .get("sess_1")
        .send()
        .await
        .unwrap();
    assert_eq!(session.status.as_str(), "hibernating");
    let expected = [
        (
            "getSession".to_owned(),
            DriftKind::UnknownEnumValue,
            "$.response.status".to_owned(),
        ),
        (
            "getSession".to_owned(),
            DriftKind::UnknownField,
            "$.response.unheard_of".to_owned(),
        ),
    ];
    let seen = seen.lock().unwrap();
    assert!(
        seen.len() == 2 && expected.iter().all(|one| seen.contains(one)),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_strict_client_takes_drift_for_an_error() {
    let mut body = session();
    body["unheard_of"] = json!(1);
    let server = Server::json(200, &json!({"response": body, "client": null})).await;
    let client = Clerk::builder()
        .base_url(server.url())
        .strict(true)
        .build()
        .unwrap();
    let error = client.sessions().get("sess_1").send().await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.json_path(), Some("$.response.unheard_of"));
    client
        .sessions()
        .get("sess_1")
        .send_response()
        .await
        .unwrap_err();

    let server = Server::json(200, &json!({"response": session(), "client": null})).await;
    let client = Clerk::builder()
        .base_url(server.url())
        .strict(true)
        .build()
        .unwrap();
    client.sessions().get("sess_1").send().await.unwrap();
}

/// Nothing a server leaves out breaks an answer, except what must not be made up.
#[test]
fn every_answer_may_be_empty() {
    for api in Api::ALL {
        let responses = api
            .responses()
            .iter()
            .map(|entry| (entry.operation_id, entry.check));
        let schemas = api
            .schemas()
            .iter()
            .map(|entry| (entry.schema, entry.check));
        for (name, check) in responses.chain(schemas) {
            // A list is no object, and an enum is neither.
            let reasons: Vec<_> = [&b"{}"[..], b"[]", b"\"\""]
                .into_iter()
                .map_while(|body| check(body).err())
                .map(|failure| failure.reason)
                .collect();
            let missing = reasons
                .iter()
                .any(|reason| reason.ends_with("found nothing"));
            assert!(reasons.len() < 3 || missing, "{name}: {reasons:?}");
        }
    }
}

#[test]
fn a_client_with_everything_is_read() {
    let body = json!({"id": "client_1", "sessions": [session()], "sign_in": null, "last_active_session_id": "sess_1"});
    let (client, _) = drifting::<Client>(&body);
    assert_eq!(
        client.sessions[0],
        from_slice::<Session>(session().to_string().as_bytes()).unwrap()
    );
    assert_eq!(client.last_active_session_id.as_deref(), Some("sess_1"));
}
