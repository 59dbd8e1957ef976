//! The client that comes along with the answer to something else.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::models::Client;
use crate::runtime::{Patch, Target};

/// Where the client itself is what is asked for.
const CLIENT_PATH: &str = "/v1/client";

/// What a body says about the client.
pub(super) enum News {
    None,
    Client(Box<Client>),
    NoClient,
}

/// Reads what a body says about the client: in `client` beside the answer, in `meta.client` of errors, and in the answer itself where
/// that is the client.
///
/// A null client beside an answer says nothing; alone, it says that there is none. What is not a client is not news.
pub(super) fn news(target: &Target, body: &[u8]) -> News {
    let parsed = if target.path() == CLIENT_PATH {
        serde_json::from_slice::<Body<Patch<Client>>>(body).map(|body| match body {
            // The client that is asked for is the answer, whatever is beside it.
            Body {
                response: Some(response),
                ..
            } => response,
            Body { client, meta, .. } => or_meta(client, meta),
        })
    } else {
        serde_json::from_slice::<Body<IgnoredAny>>(body).map(|body| match body {
            Body {
                response: Some(_),
                client: Patch::Null,
                ..
            } => Patch::Absent,
            Body { client, meta, .. } => or_meta(client, meta),
        })
    };
    match parsed {
        Ok(Patch::Value(client)) if !client.id.is_empty() => News::Client(Box::new(client)),
        Ok(Patch::Null) => News::NoClient,
        Ok(_) | Err(_) => News::None,
    }
}

/// `client`, else `meta.client`, where null says nothing.
fn or_meta(client: Patch<Client>, meta: Patch<Client>) -> Patch<Client> {
    match (client, meta) {
        (Patch::Absent, Patch::Value(client)) => Patch::Value(client),
        (client, _) => client,
    }
}

/// The parts of a body that matter here.
struct Body<R> {
    response: Option<R>,
    client: Patch<Client>,
    meta: Patch<Client>,
}

impl<'de, R: Deserialize<'de>> Deserialize<'de> for Body<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor(std::marker::PhantomData))
    }
}

struct BodyVisitor<R>(std::marker::PhantomData<R>);

impl<'de, R: Deserialize<'de>> Visitor<'de> for BodyVisitor<R> {
    type Value = Body<R>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<R>, A::Error> {
        let mut body = Body {
            response: None,
            client: Patch::Absent,
            meta: Patch::Absent,
        };
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match key.as_ref() {
                "response" => body.response = Some(map.next_value()?),
                "client" => body.client = map.next_value()?,
                "meta" => body.meta = map.next_value::<Option<Meta>>()?.unwrap_or_default().0,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(body)
    }
}

/// The `client` in the `meta` of an error.
#[derive(Default)]
struct Meta(Patch<Client>);

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body: Body<IgnoredAny> = Body::deserialize(deserializer)?;
        Ok(Self(body.client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Method;

    fn at(path: &str, body: &str) -> String {
        let target = Target::Raw {
            method: Method::Get,
            path: path.to_owned(),
        };
        match news(&target, body.as_bytes()) {
            News::None => "nothing".to_owned(),
            News::NoClient => "no client".to_owned(),
            News::Client(client) => client.id,
        }
    }

    #[test]
    fn the_client_comes_beside_the_answer() {
        let found = |body| at("/v1/me", body);
        assert_eq!(
            found(r#"{"response":{"id":"user_1"},"client":{"id":"client_1"}}"#),
            "client_1"
        );
        assert_eq!(
            found(r#"{"client":{"id":"client_1"},"response":null}"#),
            "client_1"
        );
        assert_eq!(
            found(r#"{"response":{"id":"user_1"},"client":null}"#),
            "nothing"
        );
        assert_eq!(found(r#"{"response":null,"client":null}"#), "nothing");
        assert_eq!(found(r#"{"client":null}"#), "no client");
        assert_eq!(found(r#"{"id":"user_1"}"#), "nothing");
        assert_eq!(
            found(r#"{"response":[],"client":{"id":"client_1","a":{"b":[1]}}}"#),
            "client_1"
        );
    }

    #[test]
    fn errors_have_it_in_their_meta() {
        let found = |body| at("/v1/me", body);
        assert_eq!(
            found(r#"{"errors":[],"meta":{"client":{"id":"client_1"}}}"#),
            "client_1"
        );
        assert_eq!(found(r#"{"errors":[],"meta":{"client":null}}"#), "nothing");
        assert_eq!(found(r#"{"errors":[],"meta":null}"#), "nothing");
        assert_eq!(
            found(r#"{"client":{"id":"a"},"meta":{"client":{"id":"b"}}}"#),
            "a"
        );
    }

    #[test]
    fn the_client_can_be_the_answer() {
        let found = |body| at("/v1/client", body);
        assert_eq!(
            found(r#"{"response":{"id":"client_1"},"client":null}"#),
            "client_1"
        );
        assert_eq!(found(r#"{"response":null,"client":null}"#), "no client");
        assert_eq!(
            found(r#"{"errors":[],"meta":{"client":{"id":"client_1"}}}"#),
            "client_1"
        );
        assert_eq!(found(r#"{"errors":[]}"#), "nothing");
    }

    #[test]
    fn anything_else_is_not_news() {
        for body in [
            "",
            "null",
            "[]",
            "{",
            r#""text""#,
            "<html>",
            r#"{"client":3}"#,
            r#"{"client":{}}"#,
        ] {
            assert_eq!(at("/v1/me", body), "nothing", "{body}");
            assert_eq!(at("/v1/client", body), "nothing", "{body}");
        }
    }
}
