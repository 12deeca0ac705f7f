//! The child process: two nodes, and what they are told to do.
//!
//!     node-07 wallet PLAN SETTING=VALUE...
//!
//! Plans: `first` makes a new pair with a channel and payments; `again` starts an old pair;
//! `look` starts an old pair only to report.  With `pay=SECONDS` payments go on for so long, with
//! `stay=1` the process idles until it is killed.
//!
//! It reports on stdout: `fact NAME VALUE` for what must be the same after a restore, `paid HASH`
//! for every payment that was reported as done, `mark NAME` when a step is finished.

use std::collections::HashMap;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bitcoin::secp256k1::SecretKey;
use ldk_node::bitcoin::Network;
use ldk_node::lightning::ln::msgs::SocketAddress;
use ldk_node::lightning_invoice::{Bolt11InvoiceDescription, Description};
use ldk_node::payment::{PaymentDirection, PaymentStatus};
use ldk_node::{Builder, Event, Node};
use serde_json::json;

use crate::chain;
use crate::report::{Check, Why};
use crate::signer::{hex, Signer};

const STEP_TIME_MAX: Duration = Duration::from_secs(90);

struct Settings(HashMap<String, String>);

impl Settings {
    fn get(&self, name: &str) -> Result<&str, Why> {
        self.0
            .get(name)
            .map(String::as_str)
            .ok_or(Why(format!("no {name}")))
    }
}

pub fn run(words: Vec<String>) -> ExitCode {
    let plan = words.first().cloned().unwrap_or_default();
    let pairs = words.iter().skip(1).filter_map(|word| word.split_once('='));
    let settings = Settings(pairs.map(|(k, v)| (k.to_string(), v.to_string())).collect());
    match follow(&plan, &settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Why(why)) => {
            println!("problem {}", why.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn address_of(port: &str) -> Result<SocketAddress, Why> {
    SocketAddress::from_str(&format!("127.0.0.1:{port}"))
        .map_err(|error| Why(format!("port {port}: {error:?}")))
}

/// `Error` and `BuildError` of LDK Node, with what was tried.
fn tried<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) -> Result<T, Why> {
    result.map_err(|error| Why(format!("{what}: {error}")))
}

fn build(name: &str, settings: &Settings) -> Result<Node, Why> {
    let seed = settings.get(&format!("seed-{name}"))?;
    let bytes = |i: usize| u8::from_str_radix(&seed[2 * i..2 * i + 2], 16).expect("hex");
    let mut builder = Builder::new();
    builder.set_network(Network::Regtest);
    builder.set_entropy_seed_bytes(std::array::from_fn::<u8, 64, _>(bytes));
    builder.set_storage_dir_path(format!("{}/{name}", settings.get("dir")?));
    let port = settings.get("chain")?.parse()?;
    builder.set_chain_source_bitcoind_rpc("127.0.0.1".into(), port, "u".into(), "p".into());
    let listen = address_of(settings.get(&format!("port-{name}"))?)?;
    tried(
        "listening address",
        builder.set_listening_addresses(vec![listen]).map(|_| ()),
    )?;

    let (url, store) = (
        settings.get("url")?.to_string(),
        settings.get(&format!("store-{name}"))?,
    );
    let store = store.to_string();
    let built = match settings.get("auth")? {
        "signature" => {
            let secret = SecretKey::from_str(settings.get(&format!("secret-{name}"))?)?;
            let signer = Arc::new(Signer(secret));
            builder.build_with_vss_store_and_header_provider(url, store, signer)
        }
        auth => {
            let mut headers = HashMap::new();
            if auth == "jwt" {
                let token = settings.get("jwt")?;
                headers.insert("Authorization".to_string(), format!("Bearer {token}"));
            }
            builder.build_with_vss_store_and_fixed_headers(url, store, headers)
        }
    };
    tried(&format!("building {name}"), built)
}

/// Both nodes, their events and the chain they live on.
struct Pair {
    alice: Node,
    bob: Node,
    chain: u16,
    bob_address: SocketAddress,
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T, Why> {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if started.elapsed() > STEP_TIME_MAX {
            return Err(Why(format!(
                "{what}: not after {} s",
                STEP_TIME_MAX.as_secs()
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn take_event(node: &Node) -> Option<Event> {
    let event = node.next_event()?;
    let _ = node.event_handled();
    Some(event)
}

impl Pair {
    fn start(settings: &Settings) -> Result<Pair, Why> {
        let started = Instant::now();
        let (alice, bob) = (build("alice", settings)?, build("bob", settings)?);
        let built = started.elapsed();
        tried("starting alice", alice.start())?;
        tried("starting bob", bob.start())?;
        println!(
            "note built both nodes in {} ms, started them in {} ms",
            built.as_millis(),
            (started.elapsed() - built).as_millis()
        );
        let bob_address = address_of(settings.get("port-bob")?)?;
        Ok(Pair {
            alice,
            bob,
            chain: settings.get("chain")?.parse()?,
            bob_address,
        })
    }

    fn sync(&self) -> Check {
        for node in [&self.alice, &self.bob] {
            tried("syncing", node.sync_wallets())?;
        }
        Ok(())
    }

    fn mine(&self, blocks: u64) -> Check {
        chain::ask(self.chain, "mine", json!([blocks]))?;
        self.sync()
    }

    fn meet(&self) -> Check {
        let bob = self.bob.node_id();
        tried(
            "connecting",
            self.alice.connect(bob, self.bob_address.clone(), true),
        )
    }

    /// Money for both and a channel from Alice to Bob.
    fn set_up(&self) -> Check {
        for node in [&self.alice, &self.bob] {
            let address = tried("new address", node.onchain_payment().new_address())?;
            chain::ask(self.chain, "fund", json!([address.to_string(), 2_000_000]))?;
        }
        self.mine(6)?;
        for node in [&self.alice, &self.bob] {
            let sats = node.list_balances().spendable_onchain_balance_sats;
            crate::ensure_eq!(sats, 2_000_000, "the money on the chain");
        }
        self.meet()?;
        let (bob, at) = (self.bob.node_id(), self.bob_address.clone());
        let opened = self
            .alice
            .open_channel(bob, at, 1_000_000, Some(300_000_000), None);
        tried("opening a channel", opened)?;
        for node in [&self.alice, &self.bob] {
            wait_for("a pending channel", || match take_event(node) {
                Some(Event::ChannelPending { .. }) => Some(()),
                _ => None,
            })?;
        }
        // The funding transaction goes out in the background.
        wait_for("the funding transaction", || {
            let waiting = chain::ask(self.chain, "getrawmempool", json!([false])).ok()?;
            (!waiting.as_array()?.is_empty()).then_some(())
        })?;
        self.mine(6)?;
        for node in [&self.alice, &self.bob] {
            wait_for("a ready channel", || match take_event(node) {
                Some(Event::ChannelReady { .. }) => Some(()),
                _ => None,
            })?;
        }
        self.wait_usable()
    }

    fn wait_usable(&self) -> Check {
        wait_for("a usable channel", || {
            let usable = |node: &Node| node.list_channels().iter().any(|c| c.is_usable);
            (usable(&self.alice) && usable(&self.bob)).then_some(())
        })
    }

    /// One payment, from invoice to the reports of both ends.
    fn pay(&self, from: &Node, to: &Node, msats: u64) -> Check {
        let text = Description::new("a peer's test".to_string());
        let text = Bolt11InvoiceDescription::Direct(tried("description", text)?);
        let invoice = tried("invoice", to.bolt11_payment().receive(msats, &text, 3600))?;
        let id = tried("paying", from.bolt11_payment().send(&invoice, None))?;
        let hash = hex(&id.0);
        wait_for(&format!("payment {hash} sent"), || match take_event(from) {
            Some(Event::PaymentSuccessful { payment_hash, .. }) if payment_hash.0 == id.0 => {
                Some(Ok(()))
            }
            Some(Event::PaymentFailed { reason, .. }) => {
                Some(Err(Why(format!("payment {hash} failed: {reason:?}"))))
            }
            _ => None,
        })??;
        wait_for(&format!("payment {hash} received"), || {
            match take_event(to) {
                Some(Event::PaymentReceived { payment_hash, .. }) if payment_hash.0 == id.0 => {
                    Some(())
                }
                _ => None,
            }
        })?;
        println!("paid {hash}");
        Ok(())
    }

    fn pay_both_ways(&self) -> Check {
        self.pay(&self.alice, &self.bob, 20_000_000)?;
        self.pay(&self.bob, &self.alice, 7_000_000)?;
        self.pay(&self.alice, &self.bob, 1_234_567)
    }

    /// What must be there again, word for word.
    fn tell_facts(&self) {
        println!("mark telling");
        for (name, node) in [("alice", &self.alice), ("bob", &self.bob)] {
            println!("fact {name}.id {}", node.node_id());
            println!(
                "fact {name}.signature {}",
                node.sign_message(b"the same node")
            );
            let balances = node.list_balances();
            println!(
                "fact {name}.onchain-sats {}",
                balances.total_onchain_balance_sats
            );
            println!(
                "fact {name}.lightning-sats {}",
                balances.total_lightning_balance_sats
            );
            for channel in node.list_channels() {
                println!(
                    "fact {name}.channel.{} {:?} with {} of {} sats, out {} in {} msats, funded by {:?}",
                    channel.channel_id,
                    channel.user_channel_id,
                    channel.counterparty_node_id,
                    channel.channel_value_sats,
                    channel.outbound_capacity_msat,
                    channel.inbound_capacity_msat,
                    channel.funding_txo.map(|out| out.to_string()),
                );
            }
            for payment in node.list_payments() {
                println!(
                    "fact {name}.payment.{} {:?} {:?} {:?} fee {:?}",
                    hex(&payment.id.0),
                    payment.direction,
                    payment.status,
                    payment.amount_msat,
                    payment.fee_paid_msat,
                );
            }
        }
        for peer in self
            .alice
            .list_peers()
            .iter()
            .filter(|peer| peer.is_persisted)
        {
            println!("fact alice.peer.{} {}", peer.node_id, peer.address);
        }
    }

    /// What must be there even if the last moments before a kill are not: payments once reported.
    fn tell_payments(&self) {
        for (name, node) in [("alice", &self.alice), ("bob", &self.bob)] {
            println!("fact {name}.id {}", node.node_id());
            for payment in node.list_payments() {
                if payment.status == PaymentStatus::Succeeded {
                    let way = match payment.direction {
                        PaymentDirection::Inbound => "in",
                        PaymentDirection::Outbound => "out",
                    };
                    println!("fact {name}.{way}.{} succeeded", hex(&payment.id.0));
                }
            }
            let balances = node.list_balances();
            let channels = node.list_channels().len();
            println!(
                "note {name} has {channels} channels, {} sats on the chain, {} in Lightning",
                balances.total_onchain_balance_sats, balances.total_lightning_balance_sats
            );
        }
    }

    fn stop(self) -> Check {
        tried("stopping alice", self.alice.stop())?;
        tried("stopping bob", self.bob.stop())
    }
}

fn follow(plan: &str, settings: &Settings) -> Check {
    let pair = Pair::start(settings)?;
    match plan {
        "first" => {
            pair.set_up()?;
            println!("mark set-up");
            pair.pay_both_ways()?;
            println!("mark paid");
        }
        "again" => {
            pair.sync()?;
            println!("mark started");
            pair.tell_facts();
            println!("mark told");
            // A new address is new also to a node that forgot everything local.
            for (name, node) in [("alice", &pair.alice), ("bob", &pair.bob)] {
                let address = tried("new address", node.onchain_payment().new_address())?;
                println!("address {name} {address}");
            }
            pair.meet()?;
            pair.wait_usable()?;
            pair.pay_both_ways()?;
            println!("mark paid");
        }
        "look" => {
            pair.sync()?;
            println!("mark started");
            pair.tell_payments();
            println!("mark told");
            return pair.stop();
        }
        other => return Err(Why(format!("no plan {other}"))),
    }
    if let Ok(seconds) = settings.get("pay") {
        let until = Instant::now() + Duration::from_secs(seconds.parse()?);
        let mut slowest = Duration::ZERO;
        println!("mark paying");
        let mut paid = 0;
        while Instant::now() < until {
            let started = Instant::now();
            // Forth and back, so that neither end runs dry.
            pair.pay(&pair.alice, &pair.bob, 1_000_000)?;
            pair.pay(&pair.bob, &pair.alice, 1_000_000)?;
            paid += 2;
            slowest = slowest.max(started.elapsed());
        }
        println!(
            "note {paid} more payments, the slowest pair took {} ms",
            slowest.as_millis()
        );
    }
    pair.sync()?;
    // Nothing is on its way any more.
    std::thread::sleep(Duration::from_secs(2));
    for node in [&pair.alice, &pair.bob] {
        while take_event(node).is_some() {}
    }
    pair.tell_facts();
    println!("mark idle");
    if settings.get("stay").is_ok() {
        std::thread::sleep(Duration::from_secs(600));
    }
    pair.stop()
}
