//! Two LDK Nodes that keep their state in a VSS server, as wallets do.
//!
//!     node-07 --url http://127.0.0.1:8080/vss [options]
//!
//! The nodes run in a child process (`wallet.rs`), on a chain of their own that lives in this one
//! (`chain.rs`).  They fund themselves, open a channel, pay, and are stopped or killed; everything
//! local is deleted; then a new process starts them from their seeds and must find the same state.
//!
//! Exit code 0 only if every check passed.

mod chain;
#[path = "../../shared/report.rs"]
mod report;
#[path = "../../shared/signer.rs"]
mod signer;
mod story;
mod wallet;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage:
  NODE --url URL [--auth none|signature|jwt] [--secret HEX] [--jwt TOKEN]
       [--through-restart SECONDS | --move-to URL --move COMMAND]

  --secret          the signing key of both wallets (default: a new one for each)
  --through-restart pay for so long while somebody kills and restarts the server
  --move            run this for each wallet, to bring what it stores to the server of --move-to,
                    and start from there";

/// How the nodes reach the server.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    pub auth: String,
    pub secret: Option<String>,
    pub jwt: Option<String>,
}

fn main() -> ExitCode {
    let mut words: VecDeque<String> = std::env::args().skip(1).collect();
    if words.front().is_some_and(|word| word == "wallet") {
        return wallet::run(words.into_iter().skip(1).collect());
    }
    let mut server = Server {
        url: String::new(),
        auth: "none".into(),
        secret: None,
        jwt: None,
    };
    let mut through_restart = None;
    let mut move_to = None;
    let mut move_command = None;
    while let Some(word) = words.pop_front() {
        let Some(value) = words.pop_front() else {
            eprintln!("{word} needs a value\n{USAGE}");
            return ExitCode::from(2);
        };
        match (word.as_str(), value.parse()) {
            ("--url", _) => server.url = value.trim_end_matches('/').to_string(),
            ("--auth", _) => server.auth = value,
            ("--secret", _) => server.secret = Some(value),
            ("--jwt", _) => server.jwt = Some(value),
            ("--move-to", _) => move_to = Some(value.trim_end_matches('/').to_string()),
            ("--move", _) => move_command = Some(value),
            ("--through-restart", Ok(seconds)) => {
                through_restart = Some(Duration::from_secs(seconds))
            }
            _ => {
                eprintln!("what is {word} {value}?\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let known = ["none", "signature", "jwt"].contains(&server.auth.as_str());
    if server.url.is_empty() || !known || (server.auth == "jwt" && server.jwt.is_none()) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    match (through_restart, move_to, move_command) {
        (Some(time), _, _) => story::through_restart(server, time),
        (_, Some(to), Some(command)) => story::moved(server, to, &command),
        _ => story::stops_and_kills(server),
    }
}
