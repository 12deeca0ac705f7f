//! The signature scheme of VSS, made here: for clients that bring no provider for it, and for proofs
//! that no client would make.

#![allow(dead_code)]

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bitcoin::hashes::{sha256, Hash, HashEngine};
use bitcoin::secp256k1::{rand, Message, Secp256k1, SecretKey};
use vss::headers::{VssHeaderProvider, VssHeaderProviderError};

pub fn new_secret() -> SecretKey {
    SecretKey::new(&mut rand::rngs::OsRng)
}

pub fn parse_secret(hex: &str) -> Result<SecretKey, String> {
    hex.parse()
        .map_err(|error| format!("a secret is 64 hex digits: {error}"))
}

pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_secs()
}

/// A proof that the caller knows `secret`, as of `time`: key, signature and time in one word.
pub fn proof(secret: &SecretKey, time: u64) -> (String, String, String) {
    let context = Secp256k1::signing_only();
    let public = secret.public_key(&context);
    let mut engine = sha256::Hash::engine();
    let salt = "VSS Signature Authorizer Signing Salt Constant";
    engine.input(format!("{salt:.<64}").as_bytes());
    engine.input(&public.serialize());
    engine.input(time.to_string().as_bytes());
    let digest = sha256::Hash::from_engine(engine);
    let signature = context.sign_ecdsa(&Message::from_digest(digest.to_byte_array()), secret);
    (
        public.to_string(),
        hex(&signature.serialize_compact()),
        time.to_string(),
    )
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn joined(parts: (String, String, String)) -> String {
    parts.0 + &parts.1 + &parts.2
}

/// A provider of our own, for clients that bring none for signatures.
pub struct Signer(pub SecretKey);

#[async_trait]
impl VssHeaderProvider for Signer {
    async fn get_headers(
        &self,
        _request: &[u8],
    ) -> Result<HashMap<String, String>, VssHeaderProviderError> {
        let value = joined(proof(&self.0, now()));
        Ok(HashMap::from([("Authorization".to_string(), value)]))
    }
}
