//! A client, everything around it under the test's control, and what all cases check.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_frontend::{
    CallOptions, Client, ClientBuilder, Error, ErrorKind, MemoryTokenStore, Native, Retry,
    TokenStore, http_client_builder, reqwest,
};
use secrecy::ExposeSecret;

use crate::clock::VirtualClock;
use crate::server::{Script, Server};

thread_local! {
    /// One for all cases of a test: reading the certificates takes longer than everything else.
    static HTTP: reqwest::Client = http_client_builder().unwrap().build().unwrap();
}

pub(crate) const TOKEN: &str = "token-1";

/// What `on_attempt` was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) number: u32,
    pub(crate) status: Option<u16>,
    pub(crate) failure: Option<ErrorKind>,
    pub(crate) retry_in: Option<Duration>,
}

/// The two kinds of calls: one that may be made twice, and one that may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Get,
    Post,
}

pub(crate) const BOTH: [Which; 2] = [Which::Get, Which::Post];

pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) client: Client,
    pub(crate) clock: VirtualClock,
    pub(crate) store: Arc<MemoryTokenStore>,
    reports: Arc<Mutex<Vec<Report>>>,
}

impl Scene {
    pub(crate) fn new(scripts: Vec<Script>) -> Self {
        Self::with(scripts, |builder| builder)
    }

    pub(crate) fn with(
        scripts: Vec<Script>,
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Self {
        Self::before(Server::start(scripts), settings)
    }

    pub(crate) fn before(
        server: Server,
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Self {
        Self::on(server, VirtualClock::new(), settings)
    }

    pub(crate) fn on(
        server: Server,
        clock: VirtualClock,
        settings: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Self {
        let store = Arc::new(MemoryTokenStore::with_token(TOKEN));
        let reports = Arc::new(Mutex::new(Vec::new()));
        let told = reports.clone();
        let builder = Client::builder()
            .base_url(server.url())
            .http_client(HTTP.with(Clone::clone))
            .authentication(Native::new().shared_token_store(store.clone()))
            .retry(Retry::new().seed(7))
            .clock(clock.clone())
            .on_attempt(move |attempt| {
                told.lock().unwrap().push(Report {
                    number: attempt.number,
                    status: attempt.status,
                    failure: attempt.failure,
                    retry_in: attempt.retry_in,
                });
            });
        Self {
            client: settings(builder).build().unwrap(),
            server,
            clock,
            store,
            reports,
        }
    }

    /// Makes a call; its value is the answer's id.
    pub(crate) async fn call(&self, which: Which) -> Result<String, Error> {
        self.call_with(which, CallOptions::new()).await
    }

    pub(crate) async fn call_with(
        &self,
        which: Which,
        options: CallOptions,
    ) -> Result<String, Error> {
        self.reports.lock().unwrap().clear();
        self.clock.forget();
        match which {
            Which::Get => {
                let call = self.client.sign_ins().get("it_1").options(options);
                call.send().await.map(|sign_in| sign_in.id)
            }
            Which::Post => {
                let call = self.client.sign_ins().create().password("hush");
                call.options(options).send().await.map(|sign_in| sign_in.id)
            }
        }
    }

    pub(crate) fn reports(&self) -> Vec<Report> {
        self.reports.lock().unwrap().clone()
    }

    pub(crate) async fn token(&self) -> Option<String> {
        let token = self.store.load().await.unwrap();
        token.map(|token| token.expose_secret().to_owned())
    }

    /// Checks what the last call told about its attempts: each but the last was followed by the wait it announced.
    #[track_caller]
    pub(crate) fn assert_attempts(
        &self,
        attempts: usize,
        status: Option<u16>,
        failure: Option<ErrorKind>,
    ) {
        let reports = self.reports();
        let numbers: Vec<_> = reports
            .iter()
            .map(|report| report.number as usize)
            .collect();
        assert_eq!(numbers, (1..=attempts).collect::<Vec<_>>(), "{reports:?}");
        let (last, others) = reports.split_last().unwrap();
        assert_eq!(
            (last.status, last.failure, last.retry_in),
            (status, failure, None)
        );
        let waits: Vec<_> = others.iter().filter_map(|report| report.retry_in).collect();
        assert_eq!(waits.len(), others.len(), "{reports:?}");
        assert_eq!(waits, self.clock.sleeps());
    }

    /// Checks that the waits were those of the client's own choice.
    #[track_caller]
    pub(crate) fn assert_backoff(&self) {
        for (index, wait) in self.clock.sleeps().into_iter().enumerate() {
            let floor = Duration::from_millis(500 << index);
            assert!(floor <= wait && wait <= floor * 2, "{wait:?}");
        }
    }

    /// Checks that the token is the one there was, and that the next calls succeed with it.
    pub(crate) async fn assert_nothing_lost(&self) {
        assert_eq!(self.token().await.as_deref(), Some(TOKEN));
        let before = self.server.requests().len();
        for which in BOTH {
            assert_eq!(self.call(which).await.unwrap(), "it_1");
            self.assert_attempts(1, Some(200), None);
        }
        let requests = self.server.requests();
        for sent in &requests[before..] {
            assert_eq!(sent.header("authorization"), Some(TOKEN));
        }
        assert_eq!(requests.len(), before + 2);
    }

    #[track_caller]
    pub(crate) fn assert_failed(&self, error: &Error, kind: ErrorKind, attempts: usize) {
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(error.attempts() as usize, attempts, "{error:?}");
        assert!(!error.is_unauthenticated());
        assert!(!format!("{error:?} {error}").contains(TOKEN));
        // A status is an answer, and so is a body that cannot be read.
        let answered = matches!(
            kind,
            ErrorKind::Status | ErrorKind::Redirect | ErrorKind::Decode
        );
        let failure = (!answered).then_some(kind);
        self.assert_attempts(attempts, error.status(), failure);
        self.assert_backoff();
    }
}

/// A fault after which the request may have been handled or not: only what may be made twice is made again.
pub(crate) async fn repeated_if_safe(fault: Script, kind: ErrorKind) {
    repeated_if_safe_with(fault, kind, CallOptions::new()).await;
}

pub(crate) async fn repeated_if_safe_with(fault: Script, kind: ErrorKind, options: CallOptions) {
    let call = async |scripts: Vec<Script>, which| {
        let scene = Scene::new(scripts);
        let outcome = scene.call_with(which, options.clone()).await;
        (scene, outcome)
    };
    let (scene, outcome) = call(vec![fault.clone()], Which::Get).await;
    assert_eq!(outcome.unwrap(), "it_1");
    scene.assert_attempts(2, Some(200), None);
    scene.assert_backoff();
    assert_eq!(scene.reports()[0].failure, Some(kind));
    assert_eq!(scene.server.connections(), 2);
    scene.assert_nothing_lost().await;

    let (scene, outcome) = call(vec![fault.clone(); 3], Which::Get).await;
    scene.assert_failed(&outcome.unwrap_err(), kind, 3);
    assert_eq!(scene.server.connections(), 3);
    scene.assert_nothing_lost().await;

    let (scene, outcome) = call(vec![fault], Which::Post).await;
    scene.assert_failed(&outcome.unwrap_err(), kind, 1);
    assert_eq!(scene.server.connections(), 1);
    scene.assert_nothing_lost().await;
}

/// A fault that another attempt would only meet again, or that is an answer: no call is made again.
pub(crate) async fn never_repeated(fault: Script, kind: ErrorKind) -> Error {
    let mut errors = Vec::new();
    for which in BOTH {
        let scene = Scene::new(vec![fault.clone()]);
        let error = scene.call(which).await.unwrap_err();
        scene.assert_failed(&error, kind, 1);
        assert_eq!(scene.server.connections(), 1);
        scene.assert_nothing_lost().await;
        errors.push(error);
    }
    errors.remove(0)
}

/// What looks like a fault and is none.
pub(crate) async fn survived(script: Script) {
    for which in BOTH {
        let scene = Scene::new(vec![script.clone()]);
        assert_eq!(scene.call(which).await.unwrap(), "it_1");
        scene.assert_attempts(1, Some(200), None);
        assert_eq!(scene.server.connections(), 1);
        scene.assert_nothing_lost().await;
    }
}
