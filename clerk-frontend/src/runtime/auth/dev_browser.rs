//! Development browsers: what stands in for the cookies of a browser on development instances.

use std::time::Duration;

use http::StatusCode;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::tokens::{Carrier, Rotation, Tokens};
use crate::runtime::core::Core;
use crate::runtime::error::Error;
use crate::runtime::operation::{Auth, Method, Target};
use crate::runtime::payload::Payload;
use crate::runtime::transport::{self, Outgoing, Received};

const PATH: &str = "/v1/dev_browser";
const REJECTED: &str = "dev_browser_unauthenticated";

impl Tokens {
    /// Returns the token to send; a development browser that has none yet obtains one.
    pub(crate) async fn ready(
        &self,
        core: &Core,
        timeout: Option<Duration>,
    ) -> Result<Option<SecretString>, Error> {
        let current = self.current().await?;
        if current.is_some() || self.carrier != Carrier::Query {
            return Ok(current);
        }
        let _obtaining = self.obtaining.lock().await;
        // Another call may have obtained one while this one waited.
        if let Some(token) = self.current().await? {
            return Ok(Some(token));
        }
        let token = obtain(core, timeout).await?;
        self.replace(Rotation {
            current: None,
            new: Some(token),
        });
        self.current().await
    }

    /// Gives up a development browser that the service no longer knows; true if the call is worth another attempt.
    pub(crate) async fn give_up(
        &self,
        sent: Option<&SecretString>,
        received: &Received,
    ) -> Result<bool, Error> {
        let rejected = self.carrier == Carrier::Query
            && received.status == StatusCode::UNAUTHORIZED
            && Error::status_error(received.status, &received.headers, &received.body)
                .has_code(REJECTED);
        if rejected {
            self.replace(Rotation {
                current: sent.cloned(),
                new: None,
            });
            self.settle().await?;
        }
        Ok(rejected)
    }
}

async fn obtain(core: &Core, timeout: Option<Duration>) -> Result<SecretString, Error> {
    let target = Target::Raw {
        method: Method::Post,
        path: PATH.to_owned(),
    };
    let token = match request(core, timeout).await {
        Ok(received) => token(&received),
        Err(error) => Err(error),
    };
    token.map_err(|error| error.with_target(&target))
}

async fn request(core: &Core, timeout: Option<Duration>) -> Result<Received, Error> {
    let mut url = format!("{}{PATH}", core.base_url);
    let mut headers = core.headers.clone();
    core.credentials
        .apply(Auth::None, &core.api_version, &mut url, &mut headers);
    let url = Url::parse(&url)
        .map_err(|error| Error::build("base URL and path do not make a URL").with_source(error))?;
    let outgoing = Outgoing {
        method: http::Method::POST,
        url,
        headers,
        body: Payload::empty(),
        timeout,
    };
    transport::head(core, outgoing).await?.read(core).await
}

fn token(received: &Received) -> Result<SecretString, Error> {
    let Received {
        status,
        headers,
        body,
        ..
    } = received;
    if !status.is_success() {
        return Err(Error::status_error(*status, headers, body));
    }
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    match answer.get("id").and_then(Value::as_str).map(str::trim) {
        Some(id) if !id.is_empty() => Ok(SecretString::from(id)),
        _ => Err(Error::transport("the answer names no development browser")),
    }
}
