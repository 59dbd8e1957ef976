//! The `decode` command, as it is run.

use std::path::PathBuf;
use std::process::Command;

use clerk_frontend::Value;
use serde_json::json;
use tempfile::TempDir;

/// A folder with an index and payloads.
struct Payloads {
    folder: TempDir,
    entries: Vec<Value>,
}

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Payloads {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            entries: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a payload and its entry; `facts` are the entry's keys but for the file.
    fn with(mut self, file: &str, payload: &Value, facts: Value) -> Self {
        std::fs::write(self.path(file), payload.to_string()).unwrap();
        let mut entry = facts;
        entry["file"] = json!(file);
        self.entries.push(entry);
        self
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let index = Value::Array(self.entries.clone());
        std::fs::write(self.path("index.json"), index.to_string()).unwrap();
        self.decode("index.json", arguments)
    }

    fn decode(&self, index: &str, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_decode"))
            .current_dir(self.folder.path())
            .arg(index)
            .args(arguments)
            .output()
            .unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn client() -> Value {
    json!({"response": {"id": "client_1", "object": "client", "sessions": [], "captcha_bypass": false, "created_at": 1.0, "updated_at": 2}, "client": null})
}

fn error() -> Value {
    json!({"errors": [{"code": "session_not_found", "message": "none", "long_message": "None.", "meta": {"id": "sess_1"}}], "clerk_trace_id": "t"})
}

#[test]
fn payloads_of_every_kind_pass() {
    let run = Payloads::new()
        .with("client.json", &client(), json!({"api": "fapi", "operation_id": "getClient", "direction": "response", "status": "200", "more": 1}))
        .with("bare.json", &client()["response"], json!({"api": "fapi", "operation_id": "getClient", "direction": "response"}))
        .with("token.json", &json!({"jwt": "a.b.c"}), json!({"api": "fapi", "schema": "Token", "direction": "response", "status": null}))
        .with("list.json", &json!([{"id": "oa_1"}]), json!({"api": "bapi", "operation_id": "ListOAuthApplications", "direction": "response", "status": 200}))
        .with("page.json", &json!({"data": [{"id": "oa_1"}], "total_count": 1}), json!({"api": "bapi", "operation_id": "ListOAuthApplications", "direction": "response", "status": 200}))
        .with("error.json", &error(), json!({"api": "fapi", "schema": "ClerkErrors", "direction": "error"}))
        .with("oauth.json", &json!({"error": "invalid_grant", "error_description": "d"}), json!({"api": "fapi", "operation_id": "getOAuthToken", "direction": "response", "status": "400"}))
        .with("body.json", &json!({"name": "a", "redirect_uris": ["x"], "scopes": null}), json!({"api": "bapi", "operation_id": "CreateOAuthApplication", "direction": "request"}))
        .with("form.json", &json!({"strategy": "oauth_x", "additional_scope": ["a", "b"], "redirect_url": null}), json!({"api": "fapi", "operation_id": "postOAuthAccounts", "direction": "request"}))
        .with("hook.json", &json!("anything"), json!({"api": "webhook", "operation_id": "user.created", "direction": "response"}))
        .run(&[]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (0, "9 passed, 0 failed, 1 skipped\n", "")
    );
}

#[test]
fn failures_are_listed_and_counted() {
    let get_client =
        json!({"api": "fapi", "operation_id": "getClient", "direction": "response", "status": 200});
    let mut wrong = client();
    wrong["response"]["sessions"] = json!([{"id": 7}]);
    let run = Payloads::new()
        .with("good.json", &client(), get_client.clone())
        .with("wrong.json", &wrong, get_client.clone())
        .with("no-jwt.json", &json!({}), json!({"api": "fapi", "schema": "Token", "direction": "response"}))
        .with("body.json", &json!({"scopes": "a"}), json!({"api": "bapi", "operation_id": "CreateOAuthApplication", "direction": "request"}))
        .with("body-type.json", &json!({"name": 7}), json!({"api": "bapi", "operation_id": "CreateOAuthApplication", "direction": "request"}))
        .with("error.json", &json!({"errors": [{"code": "a", "meta": "b"}]}), json!({"api": "bapi", "direction": "error", "status": 422}))
        .run(&[]);
    assert_eq!(run.code, 1);
    let expected = [
        "failed: wrong.json (getClient) $.response.sessions[0].id: expected string, found integer",
        "failed: no-jwt.json (Token) $.jwt: expected string, found nothing",
        "failed: body.json (CreateOAuthApplication) $.name: would be sent although the payload does not have it",
        "failed: body-type.json (CreateOAuthApplication) $.name: expected string, found integer",
        "failed: error.json (error) $.errors[0].meta: string is not written back",
        "1 passed, 5 failed",
    ];
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), expected);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_payload_that_is_not_json_fails() {
    let payloads = Payloads::new().with(
        "a.json",
        &json!(1),
        json!({"api": "fapi", "schema": "Token", "direction": "response"}),
    );
    std::fs::write(payloads.path("a.json"), "{\n  \"jwt\": \"x\",\n}").unwrap();
    let run = payloads.run(&[]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.starts_with("failed: a.json (Token) $"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("line 3 column 1"), "{}", run.stdout);
}

#[test]
fn drift_is_listed_when_asked_for() {
    let mut body = client();
    body["response"]["unheard_of"] = json!(1);
    body["response"]["sign_in"] = json!({"status": "hibernating"});
    let payloads = Payloads::new()
        .with("client.json", &body, json!({"api": "fapi", "operation_id": "getClient", "direction": "response"}))
        .with("body.json", &json!({"name": "a", "color": "b"}), json!({"api": "bapi", "operation_id": "CreateOAuthApplication", "direction": "request"}));
    let quiet = payloads.run(&[]);
    assert_eq!(
        (quiet.code, quiet.stdout.as_str()),
        (0, "2 passed, 0 failed\n")
    );
    let loud = payloads.run(&["--drift"]);
    assert_eq!(loud.code, 0);
    let lines: Vec<_> = loud.stdout.lines().collect();
    for line in [
        "client.json (getClient)",
        "  unknown field: $.response.unheard_of",
        "  corrected: $.response.sign_in.id",
        "body.json (CreateOAuthApplication)",
        "  unknown field: $.color",
        "2 passed, 0 failed",
    ] {
        assert!(lines.contains(&line), "{line} is not in {lines:#?}");
    }
    assert!(
        loud.stdout
            .contains("  unknown enum value: $.response.sign_in.status \"hibernating\""),
        "{}",
        loud.stdout
    );
}

#[test]
fn an_index_with_unknown_names_is_refused_as_a_whole() {
    let run = Payloads::new()
        .with(
            "good.json",
            &client(),
            json!({"api": "fapi", "operation_id": "getClient", "direction": "response"}),
        )
        .with(
            "a.json",
            &json!(1),
            json!({"api": "fapi", "operation_id": "getNothing", "direction": "response"}),
        )
        .with(
            "b.json",
            &json!(1),
            json!({"api": "bapi", "operation_id": "getClient", "direction": "error"}),
        )
        .with(
            "c.json",
            &json!(1),
            json!({"api": "bapi", "schema": "Nothing", "direction": "response"}),
        )
        .with(
            "d.json",
            &json!(1),
            json!({"api": "bapi", "direction": "request"}),
        )
        .with(
            "e.json",
            &json!(1),
            json!({"api": "webhook", "operation_id": "getNothing", "direction": "response"}),
        )
        .run(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let expected = [
        "error: index.json: entry 1, a.json: the Frontend API has no operation `getNothing`",
        "error: index.json: entry 2, b.json: the Backend API has no operation `getClient`",
        "error: index.json: entry 3, c.json: the Backend API has no schema `Nothing`",
        "error: index.json: entry 4, d.json: neither `operation_id` nor `schema` is given",
    ];
    assert_eq!(run.stderr.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn bad_use_and_bad_indexes_are_told() {
    let payloads = Payloads::new();
    let bad = |index: &str, text: Option<&str>| {
        if let Some(text) = text {
            std::fs::write(payloads.path(index), text).unwrap();
        }
        let run = payloads.decode(index, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.stderr
    };
    let missing = bad("missing.json", None);
    assert!(
        missing.starts_with("error: cannot read missing.json: "),
        "{missing}"
    );
    let broken = bad("broken.json", Some("[\n  {\"file\" 1}\n]"));
    assert!(
        broken.starts_with("error: broken.json is no index of payloads: "),
        "{broken}"
    );
    assert!(broken.contains("at line 2 column 11"), "{broken}");
    let object = bad("object.json", Some("{}"));
    assert!(
        object.contains("expected a sequence at line 1 column 0")
            || object.contains("expected a sequence"),
        "{object}"
    );
    let direction = bad(
        "direction.json",
        Some("[{\"file\": \"a\", \"api\": \"fapi\", \"direction\": \"up\"}]"),
    );
    assert!(
        direction.contains("unknown variant `up`") && direction.contains("line 1"),
        "{direction}"
    );
    let status = bad(
        "status.json",
        Some(
            "[{\"file\": \"a\", \"api\": \"fapi\", \"direction\": \"error\", \"status\": \"2xx\"}]",
        ),
    );
    assert!(
        status.contains("`status` is not an HTTP status at line 1"),
        "{status}"
    );
    let file = bad(
        "file.json",
        Some(
            "[{\"file\": \"none.json\", \"api\": \"fapi\", \"schema\": \"Token\", \"direction\": \"response\"}]",
        ),
    );
    assert!(file.starts_with("error: cannot read none.json: "), "{file}");

    let run = payloads.decode("index.json", &["--wat"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("--wat") && run.stderr.contains("Usage: decode"),
        "{}",
        run.stderr
    );
}

#[test]
fn help_names_the_exit_codes() {
    let run = Payloads::new().decode("--help", &[]);
    assert_eq!(run.code, 0);
    for text in ["Usage: decode", "--drift", "Exit codes:"] {
        assert!(run.stdout.contains(text), "{}", run.stdout);
    }
}
