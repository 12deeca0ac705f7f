//! The Validating Lightning Signer's persister against a running server of LSS: ours, or the
//! original.

#[path = "../../shared/report.rs"]
mod report;
mod signer;

use std::process::ExitCode;

use lightning_signer::bitcoin::secp256k1::PublicKey;
use lightning_signer::persist::Persist;
use lightning_signer::signer::my_keys_manager::MyKeysManager;
use report::{Check, Report};
use signer::{keys_of, Put, Signer};
use vls_persist::kvv::{cloud::LAST_WRITER_KEY, KVVStore};

fn new_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom").unwrap(), &mut seed).unwrap();
    seed
}

/// What every implementation derives from the seed that the vectors have.
async fn derives_its_key() -> Check {
    let keys: MyKeysManager = keys_of(&[0x11; 32]);
    let server = "02466d7fcae563e5cb09a0d1870bb580344804617879a14949cf22285f1bae3f27";
    let server: PublicKey = server.parse()?;
    ensure_eq!(
        keys.get_persistence_pubkey().to_string(),
        "021d3db6abfeceace16d3e3f9ece0430985042513f27812c5fa989712ab68360d1",
        "the client's id"
    );
    ensure_eq!(
        hex::encode(keys.get_persistence_auth_token(&server)),
        "81a7c0f298ab9924e8a2c3d0aa9451ee3b37cd3d08f114274b68f2da32b2e921",
        "the token"
    );
    Ok(())
}

/// A node is made, its signer is lost, and another one goes on with the state that the server has.
async fn is_restored_elsewhere(url: &str) -> Check {
    let seed = new_seed();
    let first = Signer::new(url, seed, [1; 16]).await?;
    let (node, put) = first.transact(|| Ok(first.new_node())).await?;
    ensure!(matches!(put, Put::Done(n) if n >= 4), "the new node is not stored");
    for dbid in 1..=20 {
        let new_channel = || {
            let made = node.new_channel(dbid, &[2; 33], &node);
            made.map(|(id, _)| id).map_err(|error| format!("{error:?}").into())
        };
        let (_, put) = first.transact(new_channel).await?;
        ensure!(matches!(put, Put::Done(_)), "channel {dbid} meets a conflict");
    }
    let allowed = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080".to_string();
    let allow = || Ok(first.store.update_node_allowlist(&node.get_id(), vec![allowed.clone()])?);
    first.transact(allow).await?;
    drop(first);

    let mut second = Signer::new(url, seed, [2; 16]).await?;
    let records = second.load().await?;
    ensure!(records >= 24, "{records} records came back");
    let (restored, _) = second.transact(|| second.restore()).await?;
    ensure_eq!(restored.get_id(), node.get_id(), "the node");
    ensure_eq!(restored.get_channels().len(), 20, "the number of channels");
    Ok(())
}

/// Of two signers with one seed, the one that fell behind meets the other's record and stops.
async fn stops_when_another_went_on(url: &str) -> Check {
    let seed = new_seed();
    let mut old = Signer::new(url, seed, [1; 16]).await?;
    old.transact(|| Ok(old.store.put("channel/1", b"open".to_vec())?)).await?;
    let mut new = Signer::new(url, seed, [2; 16]).await?;
    new.load().await?;
    new.transact(|| Ok(new.store.put("channel/1", b"closed".to_vec())?)).await?;

    let (_, put) = old.transact(|| Ok(old.store.put("channel/2", b"open".to_vec())?)).await?;
    let Put::Conflict(conflicts) = put else {
        return Err("the signer that fell behind may write".into());
    };
    ensure_eq!(conflicts, vec![(LAST_WRITER_KEY.to_string(), 1)], "the conflict");
    let writer = old.get(LAST_WRITER_KEY).await?.into_inner().pop().map(|(_, record)| record);
    ensure!(!old.writer_is(writer.clone()), "the old one is in step");
    ensure!(new.writer_is(writer), "the new one is not in step");
    let all = new.get("").await?.into_inner();
    ensure_eq!(all.len(), 2, "nothing of the refused put is stored: records");
    Ok(())
}

/// What is deleted stays as an empty record, and several changes of one key are one version.
async fn leaves_tombstones(url: &str) -> Check {
    let mut signer = Signer::new(url, new_seed(), [1; 16]).await?;
    signer
        .transact(|| {
            signer.store.put("channel/1", b"one".to_vec())?;
            Ok(signer.store.put("channel/1", b"two".to_vec())?)
        })
        .await?;
    signer.transact(|| Ok(signer.store.delete("channel/1")?)).await?;
    let (_, put) = signer.transact(|| Ok(())).await?;
    ensure!(matches!(put, Put::Done(0)), "an empty transaction is sent");
    let all = signer.get("channel/").await?.into_inner();
    ensure_eq!(all, vec![("channel/1".to_string(), (1, vec![]))], "the records");
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [flag, url] = words.as_slice() else {
        eprintln!("usage: vls-1 --url URL");
        return ExitCode::from(2);
    };
    if flag != "--url" {
        eprintln!("usage: vls-1 --url URL");
        return ExitCode::from(2);
    }
    let mut report = Report::new();
    report.check("a signer derives its key", derives_its_key()).await;
    report.check("a signer is restored elsewhere", is_restored_elsewhere(url)).await;
    report.check("a signer stops when another went on", stops_when_another_went_on(url)).await;
    report.check("a signer leaves tombstones", leaves_tombstones(url)).await;
    report.close()
}
