//! A signer as far as its state goes: keys, a node, and the persister between it and LSS, all of
//! them VLS's own.

use std::ops::Deref;
use std::sync::Arc;

use lightning_signer::bitcoin::Network;
use lightning_signer::node::{Node, NodeConfig, NodeServices};
use lightning_signer::persist::{ExternalPersistHelper, Mutations, Persist, SignerId};
use lightning_signer::policy::simple_validator::SimpleValidatorFactory;
use lightning_signer::signer::derive::KeyDerivationStyle;
use lightning_signer::signer::my_keys_manager::MyKeysManager;
use lightning_signer::signer::ClockStartingTimeFactory;
use lightning_signer::util::clock::StandardClock;
use lss::client::Auth;
use vls_frontend::external_persist::{lss::Client, Error, ExternalPersist};
use vls_persist::kvv::{cloud::CloudKVVStore, memory::MemoryKVVStore, JsonFormat, KVVPersister};

use crate::report::Why;

pub const NETWORK: Network = Network::Regtest;

pub type Store = KVVPersister<CloudKVVStore<MemoryKVVStore>, JsonFormat>;

pub fn keys_of(seed: &[u8; 32]) -> MyKeysManager {
    let time = ClockStartingTimeFactory::new();
    MyKeysManager::new(KeyDerivationStyle::Native, seed, NETWORK, &*time)
}

pub struct Signer {
    pub seed: [u8; 32],
    pub keys: MyKeysManager,
    pub store: Arc<Store>,
    helper: ExternalPersistHelper,
    client: Client,
}

/// What became of a transaction.
pub enum Put {
    Done(usize),
    /// The versions that stand there.
    Conflict(Vec<(String, u64)>),
}

impl Signer {
    /// With an empty local store, as on a new machine.
    pub async fn new(url: &str, seed: [u8; 32], id: SignerId) -> Result<Self, Why> {
        let keys = keys_of(&seed);
        let server = Client::get_server_pubkey(url).await?;
        let auth = Auth {
            client_id: keys.get_persistence_pubkey(),
            token: keys.get_persistence_auth_token(&server.inner).to_vec(),
        };
        let helper = ExternalPersistHelper::new(keys.get_persistence_shared_secret(&server.inner));
        let client = Client::new(url, &server, auth).await?;
        let local = CloudKVVStore::new(MemoryKVVStore::new(id));
        let store = Arc::new(KVVPersister(local, JsonFormat));
        Ok(Signer { seed, keys, store, helper, client })
    }

    pub fn services(&self) -> NodeServices {
        NodeServices {
            validator_factory: Arc::new(SimpleValidatorFactory::new()),
            starting_time_factory: ClockStartingTimeFactory::new(),
            persister: self.store.clone(),
            clock: Arc::new(StandardClock()),
            trusted_oracle_pubkeys: vec![],
        }
    }

    /// The node that the store has.
    pub fn restore(&self) -> Result<Arc<Node>, Why> {
        let (id, entry) = self.store.get_nodes().map_err(debug)?.pop().ok_or("no node is stored")?;
        Node::restore_node(&id, entry, &self.seed, self.services()).map_err(debug)
    }

    pub fn new_node(&self) -> Arc<Node> {
        let node = Node::new(NodeConfig::new(NETWORK), &self.seed, vec![], self.services());
        node.persist_all();
        Arc::new(node)
    }

    /// What `change` leaves goes to the server, and when that has proved it, into the local store.
    pub async fn transact<T>(&self, change: impl FnOnce() -> Result<T, Why>) -> Result<(T, Put), Why> {
        self.store.enter().map_err(debug)?;
        let result = change()?;
        let mutations = self.store.prepare();
        let put = self.put(mutations).await?;
        self.store.commit().map_err(debug)?;
        Ok((result, put))
    }

    async fn put(&self, mutations: Mutations) -> Result<Put, Why> {
        let count = mutations.len();
        if count == 0 {
            return Ok(Put::Done(0));
        }
        let hmac = self.helper.client_hmac(&mutations);
        match self.client.put(mutations.clone(), &hmac).await {
            Ok(proof) if proof == self.helper.server_hmac(&mutations) => Ok(Put::Done(count)),
            Ok(_) => Err("the server's proof of a put is wrong".into()),
            Err(Error::Conflicts(conflicts)) => Ok(Put::Conflict(conflicts)),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn get(&mut self, prefix: &str) -> Result<Mutations, Why> {
        let nonce = self.helper.new_nonce(&self.keys);
        let (records, proof) = self.client.get(prefix.into(), &nonce).await?;
        if !self.helper.check_hmac(&records, proof) {
            return Err("the server's proof of a get is wrong".into());
        }
        Ok(records)
    }

    /// As at every start of a signer.
    pub async fn load(&mut self) -> Result<usize, Why> {
        let records = self.get("").await?;
        let count = records.len();
        self.store.put_batch_unlogged(records).map_err(debug)?;
        Ok(count)
    }

    pub fn writer_is(&self, record: Option<(u64, Vec<u8>)>) -> bool {
        self.store.deref().is_in_sync(record)
    }
}

fn debug(error: impl std::fmt::Debug) -> Why {
    Why(format!("{error:?}"))
}
