//! A proxy on loopback between a client and the server that counts what passes: connections, and
//! requests that wait for their answer.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::report::Why;

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    requests: AtomicUsize,
    waiting_max: AtomicI64,
}

pub struct Tap {
    /// The base URL of the server, by way of the tap.
    pub url: String,
    counts: Arc<Counts>,
    listening: tokio::task::JoinHandle<()>,
}

impl Tap {
    pub async fn open(url: &str) -> Result<Tap, Why> {
        let rest = url
            .strip_prefix("http://")
            .ok_or("the tap needs a plain http:// URL")?;
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://127.0.0.1:{}/{path}", listener.local_addr()?.port());
        let counts = Arc::new(Counts::default());
        let (address, counted) = (address.to_string(), counts.clone());
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(pass(client, address.clone(), counted.clone()));
            }
        });
        Ok(Tap {
            url,
            counts,
            listening,
        })
    }

    pub fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    pub fn requests(&self) -> usize {
        self.counts.requests.load(Ordering::Relaxed)
    }

    /// The most requests that ever waited for their answers on one connection.
    pub fn waiting_max(&self) -> i64 {
        self.counts.waiting_max.load(Ordering::Relaxed)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Finds a word in a stream.  Its first byte must not come again in it.
struct Finder {
    word: &'static [u8],
    matched: usize,
}

impl Finder {
    fn count(&mut self, bytes: &[u8]) -> i64 {
        let mut found = 0;
        for &byte in bytes {
            if byte == self.word[self.matched] {
                self.matched += 1;
            } else {
                self.matched = usize::from(byte == self.word[0]);
            }
            if self.matched == self.word.len() {
                found += 1;
                self.matched = 0;
            }
        }
        found
    }
}

async fn pass(client: TcpStream, address: String, counts: Arc<Counts>) {
    let Ok(server) = TcpStream::connect(&address).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let waiting = Arc::new(AtomicI64::new(0));
    let answered = waiting.clone();

    let up = async move {
        let mut request = Finder {
            word: b"POST /",
            matched: 0,
        };
        let mut buffer = vec![0; 65536];
        loop {
            let n = from_client.read(&mut buffer).await.unwrap_or(0);
            if n == 0 {
                break;
            }
            let found = request.count(&buffer[..n]);
            counts.requests.fetch_add(found as usize, Ordering::Relaxed);
            let now = waiting.fetch_add(found, Ordering::Relaxed) + found;
            counts.waiting_max.fetch_max(now, Ordering::Relaxed);
            if to_server.write_all(&buffer[..n]).await.is_err() {
                break;
            }
        }
        let _ = to_server.shutdown().await;
    };
    let down = async move {
        let mut answer = Finder {
            word: b"HTTP/1.1 ",
            matched: 0,
        };
        let mut buffer = vec![0; 65536];
        loop {
            let n = from_server.read(&mut buffer).await.unwrap_or(0);
            if n == 0 {
                break;
            }
            answered.fetch_sub(answer.count(&buffer[..n]), Ordering::Relaxed);
            if to_client.write_all(&buffer[..n]).await.is_err() {
                break;
            }
        }
        let _ = to_client.shutdown().await;
    };
    tokio::join!(up, down);
}
