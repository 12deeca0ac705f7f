//! What a wallet stores: values sealed by the client's own StorableBuilder under keys hidden by its
//! own KeyObfuscator.

use prost::Message;
use vss::types::Storable;
use vss::util::key_obfuscator::KeyObfuscator;
use vss::util::storable_builder::{EntropySource, StorableBuilder};

use bitcoin::secp256k1::rand::{self, RngCore};

use crate::client::{World, ANY};
use crate::report::{Check, Report};

/// Nonces from the operating system.
struct Entropy;

impl EntropySource for Entropy {
    fn fill_bytes(&self, buffer: &mut [u8]) {
        rand::rngs::OsRng.fill_bytes(buffer);
    }
}

/// A serialised Storable that holds `value` and `version`.
#[cfg(feature = "storable-aad")]
pub fn seal(key: &[u8; 32], aad: &[u8], version: i64, value: &[u8]) -> Result<Vec<u8>, String> {
    let builder = StorableBuilder::new(Entropy);
    Ok(builder
        .build(value.to_vec(), version, key, aad)
        .encode_to_vec())
}

/// A serialised Storable that holds `value` and `version`.
#[cfg(not(feature = "storable-aad"))]
pub fn seal(key: &[u8; 32], aad: &[u8], version: i64, value: &[u8]) -> Result<Vec<u8>, String> {
    if !aad.is_empty() {
        return Err("this client knows no associated data".into());
    }
    Ok(StorableBuilder::new(*key, Entropy)
        .build(value.to_vec(), version)
        .encode_to_vec())
}

/// The version and the value in a serialised Storable.
#[cfg(feature = "storable-aad")]
pub fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<(i64, Vec<u8>), String> {
    let storable = Storable::decode(sealed).map_err(|error| error.to_string())?;
    let opened = StorableBuilder::new(Entropy).deconstruct(storable, key, aad);
    opened
        .map(|(value, version)| (version, value))
        .map_err(|error| error.to_string())
}

/// The version and the value in a serialised Storable.
#[cfg(not(feature = "storable-aad"))]
pub fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<(i64, Vec<u8>), String> {
    if !aad.is_empty() {
        return Err("this client knows no associated data".into());
    }
    let storable = Storable::decode(sealed).map_err(|error| error.to_string())?;
    // This old client stops the program at nonces of newer ones and at missing metadata.
    std::panic::set_hook(Box::new(|_| {}));
    let key = *key;
    let opened =
        std::panic::catch_unwind(move || StorableBuilder::new(key, Entropy).deconstruct(storable));
    let _ = std::panic::take_hook();
    match opened {
        Ok(Ok((value, version))) => Ok((version, value)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the client panicked".into()),
    }
}

pub async fn check(world: &World, report: &mut Report) {
    report
        .check("obfuscator_known_answer", known_answer())
        .await;
    report
        .check("sealed_values_under_hidden_keys", round_trip(world))
        .await;
    report
        .check("a_changed_sealed_value_does_not_open", changed(world))
        .await;
}

async fn known_answer() -> Check {
    let hidden = KeyObfuscator::new([0x2a; 32]).obfuscate("a_semi_secret_key");
    let want = "cMoet5WTvl0nYds+VW7JPCtXUq24DtMG2dR9apAi/T5jy8eNIEyDrUAJBS4geeUuX+XGXPqlizIByOip2g";
    crate::ensure_eq!(hidden, want, "the obfuscated key");
    Ok(())
}

fn aad_of(key: &str) -> Vec<u8> {
    if cfg!(feature = "storable-aad") {
        key.as_bytes().to_vec()
    } else {
        Vec::new()
    }
}

async fn round_trip(world: &World) -> Check {
    let store = world.store("sealed");
    let (mut data_key, mut hiding_key) = ([0; 32], [0; 32]);
    Entropy.fill_bytes(&mut data_key);
    Entropy.fill_bytes(&mut hiding_key);
    let hide = KeyObfuscator::new(hiding_key);

    // As wallets lay them out: namespace and name hidden apart, joined by `#`.
    let space = hide.obfuscate("monitors#");
    let names = ["manager", "", "0123abcd_1", "network_graph"];
    let mut wanted = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let key = format!("{space}#{}", hide.obfuscate(name));
        let value = vec![i as u8; [0, 1, 114, 100_000][i]];
        let sealed = seal(&data_key, &aad_of(&key), i as i64 - 1, &value)?;
        crate::ensure!(
            value.len() < 16 || !sealed.windows(16).any(|window| window == &value[..16]),
            "the sealed value shows the value"
        );
        store.put(&key, ANY, &sealed).await?;
        wanted.push((key, i as i64 - 1, value));
    }
    for (key, version, value) in &wanted {
        let got = store.get(key).await?;
        let opened = open(&data_key, &aad_of(key), &got.value)?;
        crate::ensure!(
            opened == (*version, value.clone()),
            "{key} opens to something else"
        );
    }
    let listed = store.list_all(Some(&space), None).await?;
    let mut shown = Vec::new();
    for (key, _) in &listed {
        let (left, right) = key.split_once('#').ok_or("a listed key has no #")?;
        crate::ensure_eq!(
            hide.deobfuscate(left).map_err(|e| e.to_string())?,
            "monitors#",
            "space"
        );
        shown.push(hide.deobfuscate(right).map_err(|e| e.to_string())?);
    }
    crate::ensure_eq!(
        shown,
        ["network_graph", "0123abcd_1", "", "manager"],
        "the names listed"
    );
    Ok(())
}

async fn changed(world: &World) -> Check {
    let store = world.store("sealed-changed");
    let key = [7; 32];
    store
        .put("k", 0, seal(&key, &aad_of("k"), -1, b"a value")?)
        .await?;
    let sealed = store.get("k").await?.value;
    crate::ensure!(
        open(&[8; 32], &aad_of("k"), &sealed).is_err(),
        "another key opens it"
    );
    if cfg!(feature = "storable-aad") {
        crate::ensure!(
            open(&key, b"other", &sealed).is_err(),
            "another place opens it"
        );
    }
    let mut bent = sealed.clone();
    bent[4] ^= 1;
    crate::ensure!(
        open(&key, &aad_of("k"), &bent).is_err(),
        "a bent value opens"
    );
    let opened = open(&key, &aad_of("k"), &sealed)?;
    crate::ensure_eq!(opened, (-1, b"a value".to_vec()), "the opened value");
    Ok(())
}
