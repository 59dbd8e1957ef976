//! A server that does on each connection what a script says, byte by byte.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

/// What is done on one connection, in this order. At its end the connection is closed in good order.
pub(crate) type Script = Vec<Step>;

#[derive(Clone)]
pub(crate) enum Step {
    /// Reads one request to its end.
    Read,
    /// Reads the first byte of a request.
    ReadByte,
    Send(Vec<u8>),
    /// Sends one byte at a time.
    Trickle(Vec<u8>, Duration),
    /// Sends the same again and again, until the client leaves.
    Endless(Vec<u8>),
    /// Does nothing until the client leaves.
    Hang,
    /// Ends the connection the hard way.
    Reset,
    /// Waits for the test, see [`Server::let_go`].
    Await,
    /// Tells the test that it is here, see [`Server::reached`].
    Tell,
}

/// A request as it came, all but its body.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

#[derive(Clone, Default)]
struct Seen {
    connections: usize,
    requests: Vec<Sent>,
    told: usize,
    let_go: bool,
}

pub(crate) struct Server {
    address: SocketAddr,
    seen: watch::Sender<Seen>,
    /// Bound but deaf, until the server is to listen.
    deaf: Option<(TcpSocket, Vec<Script>)>,
}

impl Server {
    /// Plays one script after the other, one for each connection, and answers properly on all connections after those.
    pub(crate) fn start(scripts: Vec<Script>) -> Self {
        let mut server = Self::refusing();
        server.deaf.as_mut().unwrap().1 = scripts;
        server.listen();
        server
    }

    /// Refuses connections until [`listen`](Self::listen).
    pub(crate) fn refusing() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self {
            address: socket.local_addr().unwrap(),
            seen: watch::Sender::new(Seen::default()),
            deaf: Some((socket, Vec::new())),
        }
    }

    pub(crate) fn listen(&mut self) {
        let (socket, scripts) = self.deaf.take().unwrap();
        let listener = socket.listen(64).unwrap();
        tokio::spawn(serve(listener, scripts, self.seen.clone()));
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.borrow().connections
    }

    pub(crate) fn requests(&self) -> Vec<Sent> {
        self.seen.borrow().requests.clone()
    }

    /// Lets scripts go on from [`Step::Await`].
    pub(crate) fn let_go(&self) {
        self.seen.send_modify(|seen| seen.let_go = true);
    }

    /// Returns once a script came to [`Step::Tell`].
    pub(crate) async fn reached(&self) {
        let mut seen = self.seen.subscribe();
        seen.wait_for(|seen| seen.told > 0).await.unwrap();
    }
}

async fn serve(listener: TcpListener, scripts: Vec<Script>, seen: watch::Sender<Seen>) {
    let mut scripts = scripts.into_iter();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.send_modify(|seen| seen.connections += 1);
        tokio::spawn(connection(stream, scripts.next(), seen.clone()));
    }
}

/// Nothing is returned when the client has left.
async fn connection(
    mut stream: TcpStream,
    script: Option<Script>,
    seen: watch::Sender<Seen>,
) -> Option<()> {
    let Some(script) = script else {
        loop {
            read(&mut stream, &seen).await?;
            stream.write_all(&healthy()).await.ok()?;
        }
    };
    for step in script {
        match step {
            Step::Read => read(&mut stream, &seen).await?,
            Step::ReadByte => {
                stream.read_u8().await.ok()?;
            }
            Step::Send(bytes) => stream.write_all(&bytes).await.ok()?,
            Step::Trickle(bytes, pause) => {
                for byte in bytes {
                    stream.write_u8(byte).await.ok()?;
                    tokio::time::sleep(pause).await;
                }
            }
            Step::Endless(bytes) => loop {
                stream.write_all(&bytes).await.ok()?;
            },
            Step::Hang => drain(&mut stream).await,
            Step::Reset => {
                stream.set_zero_linger().unwrap();
                return None;
            }
            Step::Await => {
                let mut seen = seen.subscribe();
                seen.wait_for(|seen| seen.let_go).await.ok()?;
            }
            Step::Tell => seen.send_modify(|seen| seen.told += 1),
        }
    }
    stream.shutdown().await.ok()?;
    // What is still to be read would make a reset of the closing.
    drain(&mut stream).await;
    Some(())
}

async fn drain(stream: &mut TcpStream) {
    let mut rest = [0; 4096];
    while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
}

/// Reads one request.
async fn read(stream: &mut TcpStream, seen: &watch::Sender<Seen>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
    let mut sent = Sent {
        line: line.to_owned(),
        head,
        body: String::new(),
    };
    let length = sent
        .header("content-length")
        .map(|text| text.parse::<usize>());
    let mut body = vec![0; length.map_or(0, Result::unwrap)];
    stream.read_exact(&mut body).await.ok()?;
    sent.body = String::from_utf8(body).unwrap();
    seen.send_modify(|seen| seen.requests.push(sent));
    Some(())
}

/// A whole response; headers without a line break.
pub(crate) fn response(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut response = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        response += &format!("{header}\r\n");
    }
    response += &format!("Content-Length: {}\r\n\r\n", body.len());
    [response.as_bytes(), body].concat()
}

/// What every call of these tests takes for its answer.
pub(crate) const HEALTHY: &str = r#"{"response":{"id":"it_1"},"client":null}"#;

pub(crate) fn healthy() -> Vec<u8> {
    response("200 OK", &["Content-Type: application/json"], HEALTHY)
}

/// The script of one request and these bytes for an answer.
pub(crate) fn answering(bytes: impl Into<Vec<u8>>) -> Script {
    vec![Step::Read, Step::Send(bytes.into())]
}
