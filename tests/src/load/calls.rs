//! The two kinds of calls, each in two ways.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clerk_frontend::reqwest::{self, RequestBuilder, Response};
use clerk_frontend::{
    Client, Error, ExposeSecret, MemoryTokenStore, Native, TokenStore, backend, http_client_builder,
};
use serde::de::DeserializeOwned;

use super::bodies::{CLIENT, USERS};
use super::plain;
use super::server::{FIRST_TOKEN, Server, is_token};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A list of users from the Backend API.
    ListUsers,
    /// The client from the Frontend API; each answer brings a new token.
    GetClient,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::ListUsers, Self::GetClient];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Through `clerk-frontend`.
    Typed,
    /// With reqwest and serde's derive.
    Plain,
}

/// Everything calls are made with; both ways share one HTTP client and its connections.
pub(super) struct Ways {
    frontend: Client,
    backend: backend::Client,
    store: Arc<MemoryTokenStore>,
    http: reqwest::Client,
    url: String,
    token: Mutex<String>,
}

impl Ways {
    pub(super) fn new(server: &Server) -> Result<Self, Box<dyn std::error::Error>> {
        let http = http_client_builder()?.no_proxy().build()?;
        let store = Arc::new(MemoryTokenStore::with_token(FIRST_TOKEN));
        Ok(Self {
            frontend: Client::builder()
                .base_url(&server.url)
                .http_client(http.clone())
                .authentication(Native::new().shared_token_store(store.clone()))
                .build()?,
            backend: backend::Client::builder()
                .base_url(format!("{}/v1", server.url))
                .http_client(http.clone())
                .secret_key("sk_test_key")
                .build()?,
            store,
            http,
            url: server.url.clone(),
            token: Mutex::new(FIRST_TOKEN.to_owned()),
        })
    }

    /// Makes a call and looks whether the answer is the right one.
    pub(super) async fn call(&self, way: Way, kind: Kind) -> Result<(), String> {
        let failed = |error: Error| error.to_string();
        match (way, kind) {
            (Way::Typed, Kind::ListUsers) => {
                let users = self.backend.users().list().send().await.map_err(failed)?;
                expect(users.data.len() == USERS)
            }
            (Way::Typed, Kind::GetClient) => {
                let client = self.frontend.client().get().send().await.map_err(failed)?;
                expect(client.is_some_and(|client| client.id == CLIENT))
            }
            (Way::Plain, Kind::ListUsers) => {
                let request = self.get("/v1/users").bearer_auth("sk_test_key");
                let users: Vec<plain::User> = read(send(request).await?).await?;
                expect(users.len() == USERS)
            }
            (Way::Plain, Kind::GetClient) => {
                let token = self.plain_token().clone();
                let request = self
                    .get("/v1/client?_is_native=true")
                    .header("authorization", &token);
                let response = send(request).await?;
                let new = response.headers().get("authorization");
                if let Some(new) = new.and_then(|value| value.to_str().ok()) {
                    let mut current = self.plain_token();
                    if *current == token {
                        new.clone_into(&mut current);
                    }
                }
                let envelope: plain::Envelope = read(response).await?;
                expect(envelope.response.id == CLIENT)
            }
        }
    }

    /// Returns what is wrong after all calls.
    pub(super) async fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let token = match self.store.load().await {
            Ok(token) => token,
            Err(error) => return vec![error.to_string()],
        };
        if !token.is_some_and(|token| {
            let token = token.expose_secret();
            is_token(token) && token != FIRST_TOKEN
        }) {
            wrong.push("the token in the store is none that the server gave".to_owned());
        }
        if self
            .frontend
            .current_client()
            .is_none_or(|client| client.id != CLIENT)
        {
            wrong.push("the client that came with the answers is not known".to_owned());
        }
        wrong
    }

    fn get(&self, path: &str) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.url));
        request.timeout(Duration::from_secs(30))
    }

    fn plain_token(&self) -> std::sync::MutexGuard<'_, String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn expect(right: bool) -> Result<(), String> {
    right
        .then_some(())
        .ok_or_else(|| "the answer is another one".to_owned())
}

async fn send(request: RequestBuilder) -> Result<Response, String> {
    let response = request.send().await.and_then(Response::error_for_status);
    response.map_err(|error| error.to_string())
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, String> {
    let body = response.bytes().await.map_err(|error| error.to_string())?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}
