//! Every call, what it gives, and how it is refused.

use std::sync::Arc;

use lss::client::{Client, ClientError, PrivClient};
use lss::proto;
use lss::proto::lightning_storage_client::LightningStorageClient;
use tokio::sync::Barrier;
use tonic::Code;

use crate::ensure;
use crate::ensure_eq;
use crate::report::{Check, Report};
use crate::session::{item, plain, Put, Session, SECRET};

pub async fn check(report: &mut Report, url: &str, is_ours: bool) {
    report.check("ping and info", ping_and_info(url)).await;
    report.check("the first session of the manual", first_session(url)).await;
    report.check("versions go up by one", versions(url)).await;
    report.check("all or nothing", all_or_nothing(url)).await;
    report.check("an empty put", empty_put(url)).await;
    report.check("prefixes", prefixes(url)).await;
    report.check("large values", large_values(url)).await;
    report.check("a thousand items at once", thousand_items(url)).await;
    report.check("tombstones", tombstones(url)).await;
    report.check("clients never meet", clients_never_meet(url)).await;
    report.check("refusals", refusals(url)).await;
    report.check("one of many wins", one_of_many_wins(url)).await;
    if is_ours {
        report.check("what is refused besides", refused_besides(url)).await;
        report.check("a reply that no client can receive", too_large(url)).await;
    }
}

async fn ping_and_info(url: &str) -> Check {
    ensure_eq!(Client::ping(url, "hello").await?, "hello", "ping");
    let (server, version) = PrivClient::get_info(url).await?;
    ensure_eq!(version, "0.1", "version");
    ensure_eq!(PrivClient::get_info(url).await?.0, server, "server id");
    Ok(())
}

async fn first_session(url: &str) -> Check {
    let mut client = Session::new(url).await?.sealing;
    client.put(&SECRET, vec![item("xx1", 0, &[0x11])]).await?;
    match client.put(&SECRET, vec![item("xx1", 0, &[0x11])]).await {
        Err(ClientError::PutConflict(conflicts)) => {
            ensure_eq!(plain(conflicts), [("xx1".to_string(), 0, vec![0x11])], "conflict");
        }
        other => ensure!(false, "no conflict but {other:?}"),
    }
    client.put(&SECRET, vec![item("xy1", 0, &[0x11])]).await?;
    client.put(&SECRET, vec![item("xy2", 0, &[0x22])]).await?;
    let xx1 = ("xx1".to_string(), 0, vec![0x11]);
    let xy1 = ("xy1".to_string(), 0, vec![0x11]);
    let xy2 = ("xy2".to_string(), 0, vec![0x22]);
    for (prefix, want) in [("xx", vec![xx1]), ("xy", vec![xy1.clone(), xy2]), ("xy1", vec![xy1])] {
        let found = client.get(&SECRET, prefix.into()).await?;
        ensure_eq!(plain(found), want, "get {prefix}");
    }
    Ok(())
}

async fn versions(url: &str) -> Check {
    let mut session = Session::new(url).await?;
    for version in 0..5 {
        ensure_eq!(session.put(vec![item("k", version, b"v")]).await?, Put::Done, "{version}");
    }
    let there = || Put::Conflict(vec![("k".into(), 4, b"v".to_vec())]);
    for version in [0, 3, 4, 6, -1, i64::MAX] {
        ensure_eq!(session.put(vec![item("k", version, b"x")]).await?, there(), "{version}");
    }
    let absent = Put::Conflict(vec![("new".into(), -1, vec![])]);
    ensure_eq!(session.put(vec![item("new", 1, b"x")]).await?, absent, "a gap");
    Ok(())
}

async fn all_or_nothing(url: &str) -> Check {
    let mut session = Session::new(url).await?;
    session.put(vec![item("b", 0, b"x")]).await?;
    let put = session.put(vec![item("a", 0, b"1"), item("b", 0, b"2"), item("c", 9, b"3")]).await?;
    let conflict = Put::Conflict(vec![("b".into(), 0, b"x".to_vec()), ("c".into(), -1, vec![])]);
    ensure_eq!(put, conflict, "conflicts in the order of the put");
    ensure_eq!(session.get("").await?, [("b".to_string(), 0, b"x".to_vec())], "nothing written");
    Ok(())
}

async fn empty_put(url: &str) -> Check {
    ensure_eq!(Session::new(url).await?.put(vec![]).await?, Put::Done, "empty put");
    Ok(())
}

async fn prefixes(url: &str) -> Check {
    let mut session = Session::new(url).await?;
    let keys = ["_WRITER", "channel/1", "node/1", "node/1/x", "xWRITER", "é"];
    session.put(keys.iter().map(|key| item(key, 0, key.as_bytes())).collect()).await?;
    for (prefix, want) in [
        ("", &keys[..]),
        ("_", &["_WRITER"]),
        ("node/1", &["node/1", "node/1/x"]),
        ("é", &["é"]),
        ("%", &[]),
        ("nobody", &[]),
    ] {
        let found: Vec<String> = session.get(prefix).await?.into_iter().map(|(key, _, _)| key).collect();
        ensure_eq!(found, want, "prefix {prefix:?}");
    }
    Ok(())
}

async fn large_values(url: &str) -> Check {
    let mut session = Session::new(url).await?;
    let value = vec![0xa5; 1 << 20];
    for key in ["a", "b", "c"] {
        ensure_eq!(session.put(vec![item(key, 0, &value)]).await?, Put::Done, "{key}");
    }
    let found = session.get("").await?;
    ensure_eq!(found.len(), 3, "records");
    ensure!(found.iter().all(|(_, _, stored)| *stored == value), "a value changed");
    Ok(())
}

async fn thousand_items(url: &str) -> Check {
    let mut session = Session::new(url).await?;
    for version in 0..2 {
        let items = (0..1000).map(|n| item(&format!("key/{n:04}"), version, b"value")).collect();
        ensure_eq!(session.put(items).await?, Put::Done, "version {version}");
    }
    ensure_eq!(session.get("key/").await?.len(), 1000, "records");
    Ok(())
}

async fn tombstones(url: &str) -> Check {
    let mut session = Session::new(url).await?;
    session.put(vec![item("gone", 0, b"x")]).await?;
    ensure_eq!(session.put(vec![item("gone", 1, b"")]).await?, Put::Done, "tombstone");
    ensure_eq!(session.get("").await?, [("gone".to_string(), 1, vec![])], "it is still there");
    Ok(())
}

async fn clients_never_meet(url: &str) -> Check {
    let mut alice = Session::new(url).await?;
    let mut bob = Session::new(url).await?;
    alice.put(vec![item("k", 0, b"alice")]).await?;
    ensure_eq!(bob.get("").await?, [], "of another");
    ensure_eq!(bob.put(vec![item("k", 0, b"bob")]).await?, Put::Done, "the same key");
    ensure_eq!(alice.get("").await?, [("k".to_string(), 0, b"alice".to_vec())], "her own");
    Ok(())
}

/// The messages as such, for what no honest client sends.
struct Raw {
    client: LightningStorageClient<tonic::transport::Channel>,
    session: Session,
}

impl Raw {
    async fn new(url: &str) -> Result<Self, crate::report::Why> {
        let client = LightningStorageClient::connect(url.to_string()).await?;
        Ok(Raw { client, session: Session::new(url).await? })
    }

    fn auth(&self) -> proto::Auth {
        let auth = self.session.token();
        proto::Auth { client_id: auth.client_id.serialize().to_vec(), token: auth.auth_token() }
    }

    fn put(&self, items: &[(String, lss::Value)]) -> proto::PutRequest {
        proto::PutRequest {
            auth: Some(self.auth()),
            kvs: items.iter().cloned().map(Into::into).collect(),
            hmac: self.session.hmac(&[1], items),
        }
    }

    async fn refusal_of_put(&mut self, put: proto::PutRequest) -> (Code, String) {
        match self.client.put(put).await {
            Ok(_) => (Code::Ok, String::new()),
            Err(status) => (status.code(), status.message().into()),
        }
    }

    async fn refusal_of_get(&mut self, get: proto::GetRequest) -> (Code, String) {
        match self.client.get(get).await {
            Ok(_) => (Code::Ok, String::new()),
            Err(status) => (status.code(), status.message().into()),
        }
    }
}

fn invalid(text: &str) -> (Code, String) {
    (Code::InvalidArgument, text.into())
}

async fn refusals(url: &str) -> Check {
    let mut raw = Raw::new(url).await?;
    let good = raw.put(&[item("a", 0, b"x")]);

    let mut put = good.clone();
    put.auth = None;
    ensure_eq!(raw.refusal_of_put(put).await, invalid("missing auth"), "no auth");

    let put = raw.put(&[item("b", 0, b"x"), item("a", 0, b"x")]);
    ensure_eq!(raw.refusal_of_put(put).await, invalid("keys are not sorted"), "order");

    let mut put = good.clone();
    put.auth.as_mut().unwrap().token[0] ^= 1;
    ensure_eq!(raw.refusal_of_put(put).await, invalid("invalid auth token"), "token");

    let mut put = good.clone();
    put.auth.as_mut().unwrap().client_id = vec![2; 5];
    let unauthenticated = (Code::Unauthenticated, "invalid client id".to_string());
    ensure_eq!(raw.refusal_of_put(put).await, unauthenticated, "client id");

    let mut put = good.clone();
    put.hmac[0] ^= 1;
    ensure_eq!(raw.refusal_of_put(put).await, invalid("invalid client HMAC"), "HMAC");

    let mut put = good.clone();
    put.kvs[0].value = b"y".to_vec();
    ensure_eq!(raw.refusal_of_put(put).await, invalid("invalid client HMAC"), "another value");

    let get = proto::GetRequest { auth: None, key_prefix: "".into(), nonce: vec![0; 32] };
    ensure_eq!(raw.refusal_of_get(get).await, invalid("missing auth"), "get without auth");
    ensure_eq!(raw.refusal_of_put(good).await.0, Code::Ok, "and what is right passes");
    Ok(())
}

/// Rounds of many clients who all want to write the next version of one key.
async fn one_of_many_wins(url: &str) -> Check {
    const WRITERS: usize = 8;
    const ROUNDS: i64 = 10;
    let key = secp256k1::SecretKey::new(&mut secp256k1::rand::rngs::OsRng);
    let barrier = Arc::new(Barrier::new(WRITERS));
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let mut session = Session::with_key(url, &key).await?;
        let barrier = barrier.clone();
        writers.push(tokio::spawn(async move {
            let mut wins = Vec::new();
            for round in 0..ROUNDS {
                barrier.wait().await;
                let put = session.put(vec![item("k", round, &[writer as u8])]).await;
                wins.push(put.map(|put| put == Put::Done).map_err(|why| why.0));
            }
            wins
        }));
    }
    let mut wins = [0; ROUNDS as usize];
    for writer in writers {
        for (round, won) in writer.await?.into_iter().enumerate() {
            wins[round] += usize::from(won?);
        }
    }
    ensure_eq!(wins, [1; ROUNDS as usize], "winners of each round");
    Ok(())
}

async fn refused_besides(url: &str) -> Check {
    let mut raw = Raw::new(url).await?;
    let put = raw.put(&[item("a", 0, b"x"), item("a", 0, b"y")]);
    ensure_eq!(raw.refusal_of_put(put).await, invalid("a key appears twice in one put"), "twice");

    let put = raw.put(&[item(&"k".repeat(601), 0, b"x")]);
    ensure_eq!(raw.refusal_of_put(put).await.0, Code::InvalidArgument, "a long key");

    let mut put = raw.put(&[item("a", 0, b"x")]);
    let auth = put.auth.as_mut().unwrap();
    auth.client_id = raw.session.token().client_id.serialize_uncompressed().to_vec();
    ensure_eq!(raw.refusal_of_put(put).await.0, Code::Unauthenticated, "an uncompressed id");

    for bytes in [0, 31, 33, 1000] {
        let auth = Some(raw.auth());
        let get = proto::GetRequest { auth, key_prefix: "".into(), nonce: vec![3; bytes] };
        ensure_eq!(raw.refusal_of_get(get).await.0, Code::InvalidArgument, "a nonce of {bytes}");
    }
    Ok(())
}

async fn too_large(url: &str) -> Check {
    let mut raw = Raw::new(url).await?;
    let value = vec![1; 3 << 20];
    for key in ["a", "b"] {
        ensure_eq!(raw.session.put(vec![item(key, 0, &value)]).await?, Put::Done, "{key}");
    }
    let get = proto::GetRequest { auth: Some(raw.auth()), key_prefix: "".into(), nonce: vec![3; 32] };
    let (code, message) = raw.refusal_of_get(get).await;
    ensure_eq!(code, Code::ResourceExhausted, "code");
    ensure!(message.contains("4194304"), "the limit is not named: {message}");
    ensure_eq!(raw.session.get("a").await?.len(), 1, "a part of it");
    let put = raw.put(&[item("c", 0, &vec![1; 5 << 20])]);
    ensure_eq!(raw.refusal_of_put(put).await.0, Code::ResourceExhausted, "a request over the limit");
    Ok(())
}
