//! A server that answers every request in one way and remembers what it was sent.

use clerk_frontend::{Client, Value, backend};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

pub(crate) struct Server {
    server: MockServer,
}

/// A request as the server got it.
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As it was written, percent-encoding included.
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Server {
    /// A server that gives this answer, or what this makes of each request.
    pub(crate) async fn answering(response: impl Respond + 'static) -> Self {
        let server = MockServer::start().await;
        Mock::given(any())
            .respond_with(response)
            .mount(&server)
            .await;
        Self { server }
    }

    pub(crate) async fn json(status: u16, body: &Value) -> Self {
        Self::answering(ResponseTemplate::new(status).set_body_json(body)).await
    }

    pub(crate) fn url(&self) -> String {
        self.server.uri()
    }

    /// A client of the Frontend API, as in a native application.
    pub(crate) fn frontend(&self) -> Client {
        Client::builder()
            .base_url(self.url())
            .native_token("client-token")
            .build()
            .unwrap()
    }

    pub(crate) fn backend(&self) -> backend::Client {
        backend::Client::builder()
            .base_url(format!("{}/v1", self.url()))
            .secret_key("sk_test_key")
            .build()
            .unwrap()
    }

    /// Returns all requests so far.
    pub(crate) async fn all_sent(&self) -> Vec<Sent> {
        let requests = self.server.received_requests().await.unwrap();
        requests.into_iter().map(Sent::from).collect()
    }

    /// Returns the one request there was.
    pub(crate) async fn sent(&self) -> Sent {
        let mut all = self.all_sent().await;
        assert_eq!(all.len(), 1, "one request is sent for one call");
        all.remove(0)
    }
}

impl From<wiremock::Request> for Sent {
    fn from(request: wiremock::Request) -> Self {
        let headers = request.headers.iter();
        Self {
            method: request.method.to_string(),
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            body: request.body,
        }
    }
}

impl Sent {
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns a header that must not be there more than once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} is sent twice");
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn form(&self) -> &str {
        assert_eq!(
            self.header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        self.text()
    }

    pub(crate) fn assert_no_body(&self) {
        assert_eq!((self.text(), self.header("content-type")), ("", None));
    }
}
