//! The token that Clerk replaces as it likes: how calls carry it, and how a new one takes its place.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::{AUTHORIZATION, COOKIE, EXPIRES, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::flights::{Flight, Flights};
use super::token_store::{TokenStore, same};
use crate::runtime::clock;
use crate::runtime::error::Error;

const CLIENT_ID: HeaderName = HeaderName::from_static("x-clerk-client-id");
const DB_JWT: HeaderName = HeaderName::from_static("clerk-db-jwt");
/// The query parameter of the development browser's token.
const DB_JWT_QUERY: &str = "__clerk_db_jwt";
/// The cookie of a production browser.
const CLIENT_COOKIE: &str = "__client";

/// Where in requests and responses the token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Native applications: the header `Authorization`, without a scheme.
    Authorization,
    /// Development browsers: the query, and a header of responses.
    Query,
    /// Production browsers: a cookie.
    Cookie,
}

/// The current token of a client, and what is known with it.
pub(crate) struct Tokens {
    pub(super) carrier: Carrier,
    pub(super) store: Arc<dyn TokenStore>,
    /// Rotations that came with responses and are not in the store yet.
    ///
    /// They are put here at once when a response's head arrives, so that a call dropped right then loses nothing.
    pending: Mutex<VecDeque<Arc<Rotation>>>,
    pub(super) flights: Mutex<Flights>,
    /// Held while a development browser is obtained, so that calls that start together obtain one.
    pub(super) obtaining: futures_util::lock::Mutex<()>,
    known: Mutex<Option<KnownClient>>,
}

/// A token and the one that takes its place; nothing if it is cleared.
pub(super) struct Rotation {
    pub(super) current: Option<SecretString>,
    pub(super) new: Option<SecretString>,
}

/// The client that a token stands for.
struct KnownClient {
    id: String,
    token: Option<SecretString>,
}

impl Tokens {
    pub(crate) fn new(carrier: Carrier, store: Arc<dyn TokenStore>) -> Self {
        Self {
            carrier,
            store,
            pending: Mutex::default(),
            flights: Mutex::default(),
            obtaining: futures_util::lock::Mutex::new(()),
            known: Mutex::default(),
        }
    }

    /// Whether the request brings credentials of its own in the token's place.
    pub(crate) fn is_overridden(&self, headers: &HeaderMap) -> bool {
        match self.carrier {
            Carrier::Authorization => headers.contains_key(AUTHORIZATION),
            Carrier::Query => false,
            Carrier::Cookie => headers.contains_key(COOKIE),
        }
    }

    /// Returns the token to send.
    pub(crate) async fn current(&self) -> Result<Option<SecretString>, Error> {
        self.settle().await?;
        self.store.load().await.map_err(Error::token_store)
    }

    /// Puts the token, and the client's id if it is known, into a request.
    pub(crate) fn put(
        &self,
        token: Option<&SecretString>,
        url: &mut Url,
        headers: &mut HeaderMap,
    ) -> Result<(), Error> {
        if self.carrier == Carrier::Authorization
            && let Some(id) = self.client_id(token)
        {
            headers.insert(
                CLIENT_ID,
                super::super::header_value(&id, "the client's id")?,
            );
        }
        let Some(token) = token.map(ExposeSecret::expose_secret) else {
            return Ok(());
        };
        match self.carrier {
            Carrier::Authorization => {
                headers.insert(AUTHORIZATION, super::secret(token, "the client's token")?);
            }
            Carrier::Query => {
                url.query_pairs_mut().append_pair(DB_JWT_QUERY, token);
            }
            Carrier::Cookie => {
                let cookie = format!("{CLIENT_COOKIE}={token}");
                headers.insert(COOKIE, super::secret(&cookie, "the client's cookie")?);
            }
        }
        Ok(())
    }

    /// Takes note of the token in a response to a request that was sent with `sent`.
    ///
    /// Whoever asks too often is not signed out by that: such an answer may bring a token, and not take one away.
    ///
    /// Nothing is awaited here, see `pending`.
    pub(crate) fn take(
        &self,
        flight: &Flight<'_>,
        sent: Option<&SecretString>,
        status: StatusCode,
        headers: &HeaderMap,
    ) {
        if let Some(new) = self.found(headers)
            && !same(sent, new.as_ref())
            && (new.is_some() || status != StatusCode::TOO_MANY_REQUESTS)
        {
            let current = sent.cloned();
            flight.replace(Rotation { current, new });
        }
    }

    /// The token that is the current one if the response came in time.
    pub(crate) fn expected(
        &self,
        sent: Option<&SecretString>,
        headers: &HeaderMap,
    ) -> Option<SecretString> {
        self.found(headers).unwrap_or_else(|| sent.cloned())
    }

    pub(super) fn replace(&self, rotation: Rotation) {
        self.pending().push_back(Arc::new(rotation));
    }

    /// Brings the store up to date with what came in.
    pub(crate) async fn settle(&self) -> Result<(), Error> {
        loop {
            let Some(rotation) = self.pending().front().cloned() else {
                return Ok(());
            };
            let Rotation { current, new } = &*rotation;
            let stored = self.store.compare_and_set(current.as_ref(), new.as_ref());
            stored.await.map_err(Error::token_store)?;
            // Another call may have settled it meanwhile; the store took it at most once.
            self.pending()
                .retain(|other| !Arc::ptr_eq(other, &rotation));
        }
    }

    /// The token that a response brings: nothing, a new one, or that there is none any more.
    fn found(&self, headers: &HeaderMap) -> Option<Option<SecretString>> {
        let token = match self.carrier {
            Carrier::Authorization => without_scheme(headers.get(AUTHORIZATION)?.to_str().ok()?),
            Carrier::Query => headers.get(DB_JWT)?.to_str().ok()?.trim(),
            Carrier::Cookie => {
                let cookies = headers.get_all(SET_COOKIE).iter();
                let mut values = cookies.filter_map(|value| client_cookie(value, headers));
                values.next_back()?
            }
        };
        Some((!token.is_empty()).then(|| SecretString::from(token)))
    }

    /// Remembers whose token it is.
    pub(crate) fn learn(&self, id: Option<String>, token: Option<&SecretString>) {
        let token = token.cloned();
        *self.known() = id.map(|id| KnownClient { id, token });
    }

    /// The id of the client, if the token is the one that it was learned with: a token from elsewhere may be another's,
    /// and the service refuses a token and an id that do not go together.
    pub(crate) fn client_id(&self, token: Option<&SecretString>) -> Option<String> {
        let known = self.known();
        let known = known.as_ref()?;
        same(known.token.as_ref(), token).then(|| known.id.clone())
    }

    fn pending(&self) -> MutexGuard<'_, VecDeque<Arc<Rotation>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, Option<KnownClient>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}(<redacted>)", self.carrier)
    }
}

/// `Bearer`, which Clerk's services may or may not write before a token, is not part of it.
fn without_scheme(text: &str) -> &str {
    let text = text.trim();
    match text.get(..6) {
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => {
            let rest = text.get(6..).unwrap_or_default();
            if rest.is_empty() || rest.starts_with(' ') {
                rest.trim()
            } else {
                text
            }
        }
        _ => text,
    }
}

/// The value of the client's cookie, empty if the response deletes it.
fn client_cookie<'a>(value: &'a HeaderValue, headers: &HeaderMap) -> Option<&'a str> {
    let mut parts = value.to_str().ok()?.split(';');
    let (name, token) = parts.next()?.split_once('=')?;
    if name.trim() != CLIENT_COOKIE {
        return None;
    }
    let expired = parts.any(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("max-age") {
            value.parse::<i64>().is_ok_and(|seconds| seconds <= 0)
        } else {
            name.eq_ignore_ascii_case(EXPIRES.as_str()) && clock::is_past(value, headers)
        }
    });
    Some(if expired { "" } else { token.trim() })
}

#[cfg(test)]
mod tests {
    use super::super::token_store::MemoryTokenStore;
    use super::*;

    fn tokens(carrier: Carrier) -> Tokens {
        Tokens::new(carrier, Arc::new(MemoryTokenStore::new()))
    }

    fn headers(values: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn found(carrier: Carrier, values: &[(&'static str, &'static str)]) -> Option<String> {
        let found = tokens(carrier).found(&headers(values))?;
        Some(found.map_or_else(String::new, |token| token.expose_secret().to_owned()))
    }

    #[test]
    fn tokens_are_found_where_they_come() {
        use Carrier::{Authorization, Cookie, Query};
        let cookie = |text| found(Cookie, &[("set-cookie", text)]);
        assert_eq!(found(Authorization, &[]), None);
        for (text, token) in [
            ("one", "one"),
            ("Bearer one", "one"),
            ("bearer one", "one"),
            ("", ""),
            ("Bearer", ""),
            ("Bearer ", ""),
            ("Bearerish", "Bearerish"),
        ] {
            assert_eq!(
                found(Authorization, &[("authorization", text)]).unwrap(),
                token,
                "{text:?}"
            );
        }
        assert_eq!(found(Query, &[("clerk-db-jwt", "dvb_1")]).unwrap(), "dvb_1");
        assert_eq!(found(Query, &[("authorization", "one")]), None);
        assert_eq!(
            cookie("__client=one; Path=/; HttpOnly; Max-Age=10").unwrap(),
            "one"
        );
        assert_eq!(cookie("__client_uat=1; Path=/"), None);
        assert_eq!(cookie("__client=; Path=/").unwrap(), "");
        assert_eq!(cookie("__client=one; Max-Age=0").unwrap(), "");
        assert_eq!(
            cookie("__client=one; expires=Thu, 01 Jan 1970 00:00:00 GMT").unwrap(),
            ""
        );
        assert_eq!(
            cookie("__client=one; Expires=Fri, 01 Jan 2106 00:00:00 GMT").unwrap(),
            "one"
        );
        let two = [
            ("set-cookie", "__client=one"),
            ("set-cookie", "a=b"),
            ("set-cookie", "__client=two"),
        ];
        assert_eq!(found(Cookie, &two).unwrap(), "two");
    }

    #[test]
    fn tokens_are_put_where_they_belong() {
        let put = |carrier| {
            let mut url = Url::parse("https://example.com/v1/client?a=b").unwrap();
            let mut headers = HeaderMap::new();
            tokens(carrier)
                .put(Some(&"o+e".into()), &mut url, &mut headers)
                .unwrap();
            (url.query().unwrap().to_owned(), headers)
        };
        let (query, headers) = put(Carrier::Authorization);
        assert_eq!(
            (
                query.as_str(),
                headers.get("authorization").unwrap().to_str().unwrap()
            ),
            ("a=b", "o+e")
        );
        assert!(!format!("{headers:?}").contains("o+e"));
        assert_eq!(put(Carrier::Query).0, "a=b&__clerk_db_jwt=o%2Be");
        let (_, headers) = put(Carrier::Cookie);
        assert_eq!(headers.get("cookie").unwrap(), "__client=o+e");
        assert!(!format!("{headers:?}").contains("o+e"));
    }

    #[tokio::test]
    async fn late_answers_do_not_bring_an_old_token_back() {
        let tokens = tokens(Carrier::Authorization);
        let [one, two] = ["one", "two"].map(SecretString::from);
        let take = |sent: Option<&SecretString>, headers: &HeaderMap| {
            tokens.take(&tokens.depart(sent), sent, StatusCode::OK, headers);
        };
        take(None, &headers(&[("authorization", "one")]));
        take(Some(&one), &headers(&[("authorization", "two")]));
        // Both were sent with `one`; the answer that comes second does not count.
        take(Some(&one), &headers(&[("authorization", "late")]));
        take(Some(&one), &headers(&[("authorization", "")]));
        assert!(same(tokens.current().await.unwrap().as_ref(), Some(&two)));
        take(Some(&two), &headers(&[("authorization", "Bearer")]));
        assert!(tokens.current().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn rate_limits_are_not_sign_outs() {
        let tokens = tokens(Carrier::Authorization);
        let [one, two] = ["one", "two"].map(SecretString::from);
        tokens.take(
            &tokens.depart(None),
            None,
            StatusCode::OK,
            &headers(&[("authorization", "one")]),
        );
        let take = |text| {
            let headers = headers(&[("authorization", text)]);
            tokens.take(
                &tokens.depart(Some(&one)),
                Some(&one),
                StatusCode::TOO_MANY_REQUESTS,
                &headers,
            );
        };
        take("");
        assert!(same(tokens.current().await.unwrap().as_ref(), Some(&one)));
        take("two");
        assert!(same(tokens.current().await.unwrap().as_ref(), Some(&two)));
    }

    #[test]
    fn ids_go_with_the_token_they_were_learned_with() {
        let tokens = tokens(Carrier::Authorization);
        let [one, two] = ["one", "two"].map(SecretString::from);
        assert_eq!(tokens.client_id(Some(&one)), None);
        tokens.learn(Some("client_1".into()), Some(&one));
        assert_eq!(tokens.client_id(Some(&one)).as_deref(), Some("client_1"));
        assert_eq!(tokens.client_id(Some(&two)), None);
        assert_eq!(tokens.client_id(None), None);
        tokens.learn(None, Some(&one));
        assert_eq!(tokens.client_id(Some(&one)), None);
    }
}
