//! A real VSS client as a test peer: it runs every call and every kind of error of one published
//! client version against a server and checks the answers.
//!
//!     peer-06 --url http://127.0.0.1:8080/vss [options]     every check
//!     peer-06 --url ... --through-restart SECONDS           write and read while the server restarts
//!     peer-06 seal | open | obfuscate | deobfuscate | sign  one request a line on stdin, see tool.rs
//!
//! Exit code 0 only if every check passed.

mod calls;
mod client;
mod credentials;
mod listing;
#[path = "../../shared/report.rs"]
mod report;
mod restart;
mod sealed;
mod server_kinds;
mod sharing;
#[path = "../../shared/signer.rs"]
mod signer;
mod tap;
mod tool;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

use client::World;
use credentials::Credentials;
use report::Report;

const USAGE: &str = "usage:
  PEER --url URL [--auth none|signature|jwt] [--secret HEX] [--jwt TOKEN] [--jwt-other TOKEN]
       [--jwt-denied TOKEN]... [--server any|ours] [--expect-reuse] [--through-restart SECONDS]
  PEER seal|open|obfuscate|deobfuscate|sign     one request a line on stdin

  --secret          the signing key of the tenant (default: a new one)
  --jwt-other       a valid token of another tenant, to see that tenants are apart
  --jwt-denied      a token that must be refused
  --server ours     demand our answers where upstream answers differently; any: accept both
  --expect-reuse    demand that 100 calls in a row use one connection
  --through-restart write and read for so long, with the retries of a wallet";

struct Options {
    world: World,
    through_restart: Option<Duration>,
}

fn parse(mut words: VecDeque<String>) -> Result<Options, String> {
    let mut url = None;
    let mut auth = "none".to_string();
    let mut secret = None;
    let mut jwt = None;
    let mut jwt_other = None;
    let mut jwt_denied = Vec::new();
    let mut ours = false;
    let mut expect_reuse = false;
    let mut through_restart = None;
    while let Some(word) = words.pop_front() {
        let mut value = || words.pop_front().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--url" => url = Some(value()?.trim_end_matches('/').to_string()),
            "--auth" => auth = value()?,
            "--secret" => secret = Some(signer::parse_secret(&value()?)?),
            "--jwt" => jwt = Some(value()?),
            "--jwt-other" => jwt_other = Some(value()?),
            "--jwt-denied" => jwt_denied.push(value()?),
            "--server" => {
                ours = match value()?.as_str() {
                    "ours" => true,
                    "any" => false,
                    other => return Err(format!("--server is any or ours, not {other}")),
                }
            }
            "--expect-reuse" => expect_reuse = true,
            "--through-restart" => {
                let seconds = value()?
                    .parse()
                    .map_err(|_| "--through-restart needs seconds")?;
                through_restart = Some(Duration::from_secs(seconds));
            }
            other => return Err(format!("what is {other}?")),
        }
    }
    let credentials = match auth.as_str() {
        "none" => Credentials::None,
        "signature" => Credentials::Signature(secret.unwrap_or_else(signer::new_secret)),
        "jwt" => Credentials::Jwt {
            token: jwt.ok_or("--auth jwt needs --jwt TOKEN")?,
            other: jwt_other,
            denied: jwt_denied,
        },
        other => return Err(format!("--auth is none, signature or jwt, not {other}")),
    };
    let url = url.ok_or("--url is missing")?;
    Ok(Options {
        world: World::new(url, credentials, ours, expect_reuse),
        through_restart,
    })
}

async fn run(options: Options) -> ExitCode {
    let mut report = Report::new();
    let world = &options.world;
    if let Some(time) = options.through_restart {
        restart::check(world, time, &mut report).await;
    } else {
        calls::check(world, &mut report).await;
        listing::check(world, &mut report).await;
        credentials::check(world, &mut report).await;
        sealed::check(world, &mut report).await;
        server_kinds::check(world, &mut report).await;
        sharing::check(world, &mut report).await;
    }
    report.close()
}

fn main() -> ExitCode {
    let words: VecDeque<String> = std::env::args().skip(1).collect();
    if let Some(verb) = words.front().filter(|word| !word.starts_with('-')) {
        return tool::run(verb);
    }
    match parse(words) {
        Ok(options) => tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(run(options)),
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}
