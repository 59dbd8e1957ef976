//! A server that answers as fast as can be: it reads no more of a request than it needs, and its answers are ready.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::bodies;

const TOKEN: &str = "token-";
/// What the client begins with.
pub(super) const FIRST_TOKEN: &str = "token-0";

pub(super) struct Server {
    pub(super) url: String,
}

struct Answers {
    users: String,
    client: String,
    /// The number of the latest token.
    token: AtomicU64,
}

/// Whether a token is one of the server's.
pub(super) fn is_token(text: &str) -> bool {
    number(text).is_some()
}

fn number(text: &str) -> Option<u64> {
    text.strip_prefix(TOKEN)?.parse().ok()
}

/// Starts the server; it ends with the process.
pub(super) async fn start() -> io::Result<Server> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let listener = socket.listen(1024)?;
    let url = format!("http://{}", listener.local_addr()?);
    let answers = Answers {
        users: bodies::users(),
        client: bodies::client(),
        token: AtomicU64::new(0),
    };
    tokio::spawn(serve(listener, Arc::new(answers)));
    Ok(Server { url })
}

async fn serve(listener: TcpListener, answers: Arc<Answers>) {
    // A client that has left is no concern of the server.
    while let Ok((stream, _)) = listener.accept().await {
        let answers = answers.clone();
        tokio::spawn(async move {
            let _ = connection(stream, &answers).await;
        });
    }
}

/// Answers requests, none of which has a body, until the client leaves.
async fn connection(stream: TcpStream, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    let (mut path, mut token) = (String::new(), None);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let text = line.trim_end();
        if text.is_empty() {
            let response = answers.to(&path, token);
            stream.get_mut().write_all(response.as_bytes()).await?;
            (path, token) = (String::new(), None);
        } else if path.is_empty() {
            text.split(' ')
                .nth(1)
                .unwrap_or_default()
                .clone_into(&mut path);
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("authorization")
        {
            token = number(value.trim());
        }
    }
}

impl Answers {
    fn to(&self, path: &str, token: Option<u64>) -> String {
        match path.split('?').next() {
            Some("/v1/users") => response("200 OK", "", &self.users),
            // Only tokens that were given are good.
            Some("/v1/client") if token.is_some_and(|token| token <= self.latest()) => {
                let new = self.token.fetch_add(1, Ordering::Relaxed) + 1;
                let header = format!("Authorization: {TOKEN}{new}\r\n");
                response("200 OK", &header, &self.client)
            }
            Some("/v1/client") => response("401 Unauthorized", "", "{}"),
            _ => response("404 Not Found", "", "{}"),
        }
    }

    fn latest(&self) -> u64 {
        self.token.load(Ordering::Relaxed)
    }
}

fn response(status: &str, header: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{header}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
