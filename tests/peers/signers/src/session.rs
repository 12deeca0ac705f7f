//! A client with a key of its own.

use lss::client::{Auth, Client, ClientError, PrivAuth, PrivClient};
use lss::Value;
use secp256k1::{rand::rngs::OsRng, SecretKey};

use crate::report::Why;

pub const SECRET: [u8; 32] = [7; 32];

/// The same client twice: one that seals its values, and one that leaves messages as they are.
pub struct Session {
    pub auth: PrivAuth,
    pub sealing: PrivClient,
    pub plain: Client,
}

impl Session {
    /// With a new key, which has nothing stored yet.
    pub async fn new(url: &str) -> Result<Self, Why> {
        Self::with_key(url, &SecretKey::new(&mut OsRng)).await
    }

    pub async fn with_key(url: &str, key: &SecretKey) -> Result<Self, Why> {
        let (server, _) = PrivClient::get_info(url).await?;
        let auth = PrivAuth::new_for_client(key, &server);
        Ok(Session {
            sealing: PrivClient::new(url, auth.clone()).await?,
            plain: Client::new(url, auth.auth()).await?,
            auth,
        })
    }

    pub fn token(&self) -> Auth {
        self.auth.auth()
    }

    pub fn hmac(&self, tag: &[u8], items: &[(String, Value)]) -> Vec<u8> {
        lss::util::compute_shared_hmac(&self.auth.shared_secret, tag, items)
    }

    /// Puts items as they are, as VLS does, and checks what came back.
    pub async fn put(&mut self, items: Vec<(String, Value)>) -> Result<Put, Why> {
        let hmac = self.hmac(&[1], &items);
        match self.plain.put(items.clone(), &hmac).await {
            Ok(received) if received == self.hmac(&[2], &items) => Ok(Put::Done),
            Ok(_) => Err(Why("the HMAC of the server is wrong".into())),
            Err(ClientError::PutConflict(conflicts)) => Ok(Put::Conflict(plain(conflicts))),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn get(&mut self, prefix: &str) -> Result<Vec<(String, i64, Vec<u8>)>, Why> {
        let nonce = [9; 32];
        let (items, hmac) = self.plain.get(prefix.into(), &nonce).await?;
        if hmac != self.hmac(&nonce, &items) {
            return Err(Why("the HMAC of the server is wrong".into()));
        }
        Ok(plain(items))
    }
}

#[derive(Debug, PartialEq)]
pub enum Put {
    Done,
    Conflict(Vec<(String, i64, Vec<u8>)>),
}

pub fn item(key: &str, version: i64, value: &[u8]) -> (String, Value) {
    let value = value.to_vec();
    (key.into(), Value { version, value })
}

pub fn plain(items: Vec<(String, Value)>) -> Vec<(String, i64, Vec<u8>)> {
    items.into_iter().map(|(key, value)| (key, value.version, value.value)).collect()
}
