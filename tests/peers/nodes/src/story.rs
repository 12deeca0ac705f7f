//! What happens to the two wallets, one child process after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use bitcoin::secp256k1::rand::{self, RngCore};

use crate::report::{Check, Report, Why};
use crate::signer::{hex, new_secret};
use crate::{chain, Server};

const CHILD_TIME_MAX: Duration = Duration::from_secs(240);

/// What lives through everything: the seeds, the chain, and the server's data.
struct World {
    settings: Vec<String>,
    dir: PathBuf,
}

impl World {
    fn new(server: &Server) -> Result<World, Why> {
        let name = format!(
            "{}-{:08x}",
            env!("CARGO_PKG_NAME"),
            rand::thread_rng().next_u32()
        );
        let dir = std::env::temp_dir().join(&name);
        let mut settings = vec![
            format!("url={}", server.url),
            format!("auth={}", server.auth),
            format!("dir={}", dir.display()),
            format!("chain={}", chain::start()?),
        ];
        if let Some(jwt) = &server.jwt {
            settings.push(format!("jwt={jwt}"));
        }
        for wallet in ["alice", "bob"] {
            let mut seed = [0; 64];
            rand::rngs::OsRng.fill_bytes(&mut seed);
            let new = || new_secret().display_secret().to_string();
            let secret = server.secret.clone().unwrap_or_else(new);
            let port = std::net::TcpListener::bind("127.0.0.1:0")?
                .local_addr()?
                .port();
            settings.push(format!("seed-{wallet}={}", hex(&seed)));
            settings.push(format!("secret-{wallet}={secret}"));
            settings.push(format!("store-{wallet}={name}-{wallet}"));
            settings.push(format!("port-{wallet}={port}"));
        }
        Ok(World { settings, dir })
    }

    /// Has `program` write both stores anew, and goes on with what it wrote.  LDK Node 0.6 cannot: it
    /// does not know the layout of new stores.  Its own is still read, to the last record.
    fn rewrite_stores(&mut self, program: &OsStr) -> Check {
        for wallet in ["alice", "bob"] {
            let from = self.setting(&format!("store-{wallet}"));
            let to = format!("{from}-rewritten");
            let status = Command::new(program)
                .args([self.setting("url"), self.setting("auth"), from, to.as_str()])
                .env("WALLET_SEED", self.setting(&format!("seed-{wallet}")))
                .env("WALLET_SECRET", self.setting(&format!("secret-{wallet}")))
                .status()?;
            crate::ensure!(status.success(), "rewriting {wallet}: {status}");
            if env!("CARGO_PKG_NAME") != "node-06" {
                // The last of a name wins.
                self.settings.push(format!("store-{wallet}={to}"));
            }
        }
        Ok(())
    }

    fn forget_everything_local(&self) -> Check {
        match std::fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn setting(&self, name: &str) -> &str {
        let found = self.settings.iter().rev().find_map(|setting| {
            let (key, value) = setting.split_once('=')?;
            (key == name).then_some(value)
        });
        found.unwrap_or_default()
    }

    /// A command that finds all about a wallet in its environment.
    fn run_for(&self, wallet: &str, command: &str, from: &str, to: &str) -> Check {
        let folder = std::env::temp_dir().join(format!("{}-keys", self.setting("store-alice")));
        std::fs::create_dir_all(&folder)?;
        let file = |name: &str| -> Result<PathBuf, Why> {
            use std::os::unix::fs::OpenOptionsExt;
            let path = folder.join(name);
            let hex = self.setting(&format!("{name}-{wallet}"));
            let bytes: Vec<u8> = (0..hex.len() / 2)
                .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex"))
                .collect();
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            std::io::Write::write_all(&mut options.open(&path)?, &bytes)?;
            Ok(path)
        };
        let output = Command::new("bash")
            .args(["-c", command])
            .env("WALLET", wallet)
            .env("WALLET_SEED_FILE", file("seed")?)
            .env("WALLET_SIGNING_KEY_FILE", file("secret")?)
            .env("WALLET_STORE", self.setting(&format!("store-{wallet}")))
            .env("MOVE_FROM", from)
            .env("MOVE_TO", to)
            .output()?;
        std::fs::remove_dir_all(&folder)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        crate::ensure!(output.status.success(), "{said} {complained}");
        Ok(())
    }

    fn start(&self, plan: &str, more: &[&str]) -> Result<Wallets, Why> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command
            .arg("wallet")
            .arg(plan)
            .args(&self.settings)
            .args(more);
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Wallets {
            child,
            lines,
            until: Instant::now() + CHILD_TIME_MAX,
            told: Told::default(),
        })
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.forget_everything_local();
    }
}

#[derive(Default)]
struct Told {
    facts: BTreeMap<String, String>,
    paid: BTreeSet<String>,
    addresses: Vec<String>,
    notes: Vec<String>,
}

/// A child process.  It does not outlive this value.
struct Wallets {
    child: Child,
    lines: Receiver<String>,
    until: Instant,
    told: Told,
}

impl Drop for Wallets {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Wallets {
    /// Listens until the child says `mark NAME`, at most until `until`.  Says whether it did; a
    /// child that ends or has a problem is a failure.
    fn listen(&mut self, mark: &str, until: Instant) -> Result<bool, Why> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let line = match self.lines.recv_timeout(left) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Why(format!("the wallets ended before {mark}")))
                }
            };
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match word {
                "mark" if rest == mark => return Ok(true),
                "mark" if rest == "telling" => self.told.facts.clear(),
                "fact" => {
                    let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                    self.told.facts.insert(name.to_string(), value.to_string());
                }
                "paid" => drop(self.told.paid.insert(rest.to_string())),
                "address" => self.told.addresses.push(rest.to_string()),
                "note" => self.told.notes.push(rest.to_string()),
                "problem" => return Err(Why(rest.to_string())),
                _ => {}
            }
        }
    }

    fn reach(&mut self, mark: &str) -> Check {
        crate::ensure!(self.listen(mark, self.until)?, "no {mark} in time");
        Ok(())
    }

    fn end(mut self) -> Result<Told, Why> {
        match self.listen("the end", self.until) {
            Ok(_) => return Err(Why("the wallets do not end".into())),
            Err(Why(why)) if why.contains("ended before") => {}
            Err(why) => return Err(why),
        }
        let status = self.child.wait()?;
        crate::ensure!(status.success(), "the wallets ended with {status}");
        Ok(std::mem::take(&mut self.told))
    }

    /// SIGKILL.
    fn kill(mut self) -> Result<Told, Why> {
        self.child.kill()?;
        self.child.wait()?;
        // What it said before it died counts.
        let _ = self.listen("the end", Instant::now() + Duration::from_secs(5));
        Ok(std::mem::take(&mut self.told))
    }
}

fn compare(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Check {
    crate::ensure!(before.len() > 10, "only {} facts before", before.len());
    for (name, value) in before {
        crate::ensure_eq!(after.get(name), Some(value), "{name}");
    }
    for name in after.keys() {
        crate::ensure!(before.contains_key(name), "{name} is new");
    }
    Ok(())
}

/// Runs a step and records it.  Says whether to go on.
fn step<T>(report: &mut Report, name: &str, result: Result<T, Why>) -> Option<T> {
    let mut value = None;
    report.record(name, result.map(|got| value = Some(got)));
    value
}

fn note_all(report: &Report, told: &Told) {
    for note in &told.notes {
        report.note(note);
    }
}

pub fn stops_and_kills(server: Server) -> ExitCode {
    let mut report = Report::new();
    let _ = stop_and_kill(&server, &mut report);
    report.close()
}

fn stop_and_kill(server: &Server, report: &mut Report) -> Option<()> {
    let mut world = step(report, "a_chain_of_their_own", World::new(server))?;

    let mut wallets = step(report, "start_with_nothing", world.start("first", &[]))?;
    let opened = wallets.reach("set-up");
    step(report, "fund_and_open_a_channel", opened)?;
    let paid = wallets.reach("paid");
    step(report, "pay_both_ways", paid)?;
    let before = step(report, "stop", wallets.end())?;
    note_all(report, &before);
    step(
        report,
        "delete_everything_local",
        world.forget_everything_local(),
    )?;

    if let Some(program) = std::env::var_os("VSS_REWRITE") {
        let rewritten = world.rewrite_stores(&program);
        step(report, "rewrite_the_stores_through_libvss", rewritten)?;
    }

    let mut addresses = Vec::new();
    let mut facts = before.facts;
    let mut paid = before.paid;
    for (how, then) in [("a_stop", "stay=1"), ("kill_9_while_idle", "pay=60")] {
        let mut wallets = step(
            report,
            &format!("start_after_{how}"),
            world.start("again", &[then]),
        )?;
        let told = wallets.reach("told");
        step(report, &format!("started_after_{how}"), told)?;
        let same = compare(&facts, &wallets.told.facts);
        step(report, &format!("the_same_state_after_{how}"), same)?;
        let again = wallets.reach("paid");
        step(
            report,
            &format!("pay_on_the_old_channel_after_{how}"),
            again,
        )?;
        let told = if then == "stay=1" {
            let idle = wallets.reach("idle");
            step(report, "idle_before_kill_9", idle)?;
            step(report, "kill_9_while_idle", wallets.kill())?
        } else {
            let paying = wallets.reach("paying").and_then(|()| {
                let moment =
                    Duration::from_millis(4000 + u64::from(rand::thread_rng().next_u32() % 3000));
                wallets.listen("idle", Instant::now() + moment)
            });
            step(report, "pay_until_kill_9", paying)?;
            step(report, "kill_9_while_paying", wallets.kill())?
        };
        step(
            report,
            &format!("delete_everything_local_after_{how}"),
            world.forget_everything_local(),
        )?;
        addresses.extend(told.addresses.clone());
        note_all(report, &told);
        facts = told.facts;
        paid.extend(told.paid);
    }
    let count = addresses.len();
    let different: BTreeSet<String> = addresses.into_iter().collect();
    let new = if different.len() == count && count == 4 {
        Ok(())
    } else {
        Err(Why(format!(
            "{} different addresses of {count}",
            different.len()
        )))
    };
    report.record("a_new_address_is_new_after_every_restore", new);

    look_for(&world, &paid, "kill_9_while_paying", report)
}

/// Every payment that was once reported as done is still done, on both ends.
fn look_for(world: &World, paid: &BTreeSet<String>, how: &str, report: &mut Report) -> Option<()> {
    let wallets = step(
        report,
        &format!("start_after_{how}"),
        world.start("look", &[]),
    )?;
    let told = step(
        report,
        &format!("started_and_stopped_after_{how}"),
        wallets.end(),
    )?;
    note_all(report, &told);
    let kept = paid.iter().find(|hash| {
        let ends = [
            (format!("alice.out.{hash}"), format!("bob.in.{hash}")),
            (format!("bob.out.{hash}"), format!("alice.in.{hash}")),
        ];
        let has = |name: &String| told.facts.contains_key(name);
        !ends.iter().any(|(from, to)| has(from) && has(to))
    });
    let kept = match kept {
        None => Ok(()),
        Some(hash) => Err(Why(format!("payment {hash} is lost, of {}", paid.len()))),
    };
    report.note(&format!("{} payments were reported as done", paid.len()));
    step(report, &format!("every_payment_kept_after_{how}"), kept)
}

pub fn through_restart(server: Server, time: Duration) -> ExitCode {
    let mut report = Report::new();
    let _ = restart(&server, time, &mut report);
    report.close()
}

fn restart(server: &Server, time: Duration, report: &mut Report) -> Option<()> {
    let world = step(report, "a_chain_of_their_own", World::new(server))?;
    let pay = format!("pay={}", time.as_secs());
    let mut wallets = step(
        report,
        "start_through_restarts",
        world.start("first", &[&pay]),
    )?;
    let paying = wallets.reach("paying");
    step(report, "pay_before_restarts", paying)?;
    report.note("ready for restarts");
    let idle = wallets.reach("idle");
    step(report, "pay_through_restarts", idle)?;
    let before = step(report, "stop_after_restarts", wallets.end())?;
    note_all(report, &before);
    step(
        report,
        "delete_everything_local",
        world.forget_everything_local(),
    )?;

    let mut wallets = step(report, "start_again", world.start("again", &[]))?;
    let told = wallets.reach("told");
    step(report, "started_again", told)?;
    let same = compare(&before.facts, &wallets.told.facts);
    step(report, "the_same_state_after_restarts", same)?;
    let after = step(report, "pay_and_stop_again", wallets.end())?;
    step(
        report,
        "delete_everything_local_again",
        world.forget_everything_local(),
    )?;
    let paid = before.paid.union(&after.paid).cloned().collect();
    look_for(&world, &paid, "restarts", report)
}

/// What both wallets store is brought to another server; they go on from there.
pub fn moved(server: Server, to: String, command: &str) -> ExitCode {
    let mut report = Report::new();
    let _ = move_wallets(&server, to, command, &mut report);
    report.close()
}

fn move_wallets(server: &Server, to: String, command: &str, report: &mut Report) -> Option<()> {
    let mut world = step(report, "a_chain_of_their_own", World::new(server))?;
    let wallets = step(report, "start_before_the_move", world.start("first", &[]))?;
    let before = step(report, "pay_and_stop_before_the_move", wallets.end())?;
    step(
        report,
        "delete_everything_local",
        world.forget_everything_local(),
    )?;

    for wallet in ["alice", "bob"] {
        let done = world.run_for(wallet, command, &server.url, &to);
        step(report, &format!("move_{wallet}"), done)?;
    }
    world.settings.push(format!("url={to}"));
    let mut wallets = step(report, "start_after_the_move", world.start("again", &[]))?;
    let told = wallets.reach("told");
    step(report, "started_after_the_move", told)?;
    let same = compare(&before.facts, &wallets.told.facts);
    step(report, "the_same_state_after_the_move", same)?;
    let after = step(report, "pay_and_stop_after_the_move", wallets.end())?;
    note_all(report, &after);
    let paid = before.paid.union(&after.paid).cloned().collect();
    look_for(&world, &paid, "the_move", report)
}
