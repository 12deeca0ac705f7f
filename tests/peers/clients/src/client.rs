//! The client under test and what a check needs around it.

use std::sync::Arc;
use std::time::Duration;

use bitcoin::secp256k1::rand::{self, RngCore};
use vss::client::VssClient;
use vss::error::VssError;
use vss::headers::VssHeaderProvider;
use vss::types::{
    DeleteObjectRequest, GetObjectRequest, KeyValue, ListKeyVersionsRequest,
    ListKeyVersionsResponse, PutObjectRequest,
};
use vss::util::retry::{ExponentialBackoffRetryPolicy, MaxAttemptsRetryPolicy, RetryPolicy};

use crate::credentials::Credentials;
use crate::report::{Check, Why};

/// No retry: a check wants to see the first answer.
pub type Once = MaxAttemptsRetryPolicy<ExponentialBackoffRetryPolicy<VssError>>;

pub fn once() -> Once {
    ExponentialBackoffRetryPolicy::new(Duration::from_millis(1)).with_max_attempts(1)
}

pub const ANY: i64 = -1;
pub const GLOBAL_KEY: &str = "global_version";

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Kind {
    NoSuchKey,
    InvalidRequest,
    Conflict,
    Auth,
    InternalServer,
    Internal,
    #[cfg_attr(not(feature = "protocol-version"), allow(dead_code))]
    VersionMismatch,
}

pub fn kind_of(error: &VssError) -> Kind {
    match error {
        VssError::NoSuchKeyError(_) => Kind::NoSuchKey,
        VssError::InvalidRequestError(_) => Kind::InvalidRequest,
        VssError::ConflictError(_) => Kind::Conflict,
        VssError::AuthError(_) => Kind::Auth,
        VssError::InternalServerError(_) => Kind::InternalServer,
        VssError::InternalError(_) => Kind::Internal,
        #[cfg(feature = "protocol-version")]
        VssError::VSSVersionMismatchError { .. } => Kind::VersionMismatch,
    }
}

/// The call must have failed with one of `kinds`.
pub fn must_fail<T: std::fmt::Debug>(
    what: &str,
    result: Result<T, VssError>,
    kinds: &[Kind],
) -> Check {
    match result {
        Err(error) if kinds.contains(&kind_of(&error)) => Ok(()),
        Err(error) => Err(Why(format!(
            "{what}: got {:?} ({error}), expected {kinds:?}",
            kind_of(&error)
        ))),
        Ok(answer) => {
            let mut answer = format!("{answer:?}");
            answer.truncate(200);
            Err(Why(format!(
                "{what}: succeeded with {answer}, expected {kinds:?}"
            )))
        }
    }
}

pub struct World {
    pub url: String,
    pub credentials: Credentials,
    pub ours: bool,
    pub expect_reuse: bool,
    run: String,
}

impl World {
    pub fn new(url: String, credentials: Credentials, ours: bool, expect_reuse: bool) -> Self {
        let run = format!(
            "{}-{:016x}",
            env!("CARGO_PKG_NAME"),
            rand::thread_rng().next_u64()
        );
        World {
            url,
            credentials,
            ours,
            expect_reuse,
            run,
        }
    }

    /// A store nobody has used, with a client of its own.
    pub fn store(&self, name: &str) -> Store {
        self.store_at(&self.url, name)
    }

    /// The same store reached by another way (a proxy).
    pub fn store_at(&self, url: &str, name: &str) -> Store {
        self.store_of(url, name, self.credentials.provider())
    }

    pub fn store_of(&self, url: &str, name: &str, provider: Arc<dyn VssHeaderProvider>) -> Store {
        let client = VssClient::new_with_headers(url.to_string(), once(), provider);
        Store {
            client: Arc::new(client),
            id: format!("{}-{name}", self.run),
        }
    }
}

pub fn item(key: &str, version: i64, value: impl AsRef<[u8]>) -> KeyValue {
    KeyValue {
        key: key.to_string(),
        version,
        value: value.as_ref().to_vec(),
    }
}

/// One store of one tenant, through one client.
pub struct Store<R: RetryPolicy<E = VssError> = Once> {
    pub client: Arc<VssClient<R>>,
    pub id: String,
}

impl<R: RetryPolicy<E = VssError>> Clone for Store<R> {
    fn clone(&self) -> Self {
        Store {
            client: self.client.clone(),
            id: self.id.clone(),
        }
    }
}

impl<R: RetryPolicy<E = VssError>> Store<R> {
    pub async fn get(&self, key: &str) -> Result<KeyValue, VssError> {
        let request = GetObjectRequest {
            store_id: self.id.clone(),
            key: key.to_string(),
        };
        let response = Box::pin(self.client.get_object(&request)).await?;
        Ok(response.value.expect("the client promises a value"))
    }

    pub async fn put_all(
        &self,
        global_version: Option<i64>,
        puts: Vec<KeyValue>,
        deletes: Vec<KeyValue>,
    ) -> Result<(), VssError> {
        let request = PutObjectRequest {
            store_id: self.id.clone(),
            global_version,
            transaction_items: puts,
            delete_items: deletes,
        };
        Box::pin(self.client.put_object(&request)).await.map(|_| ())
    }

    pub async fn put(
        &self,
        key: &str,
        version: i64,
        value: impl AsRef<[u8]>,
    ) -> Result<(), VssError> {
        self.put_all(None, vec![item(key, version, value)], vec![])
            .await
    }

    pub async fn delete(&self, key: &str, version: i64) -> Result<(), VssError> {
        let key_value = Some(item(key, version, ""));
        let request = DeleteObjectRequest {
            store_id: self.id.clone(),
            key_value,
        };
        Box::pin(self.client.delete_object(&request))
            .await
            .map(|_| ())
    }

    pub async fn list(
        &self,
        prefix: Option<&str>,
        page_size: Option<i32>,
        page_token: Option<&str>,
    ) -> Result<ListKeyVersionsResponse, VssError> {
        let request = ListKeyVersionsRequest {
            store_id: self.id.clone(),
            key_prefix: prefix.map(String::from),
            page_size,
            page_token: page_token.map(String::from),
        };
        Box::pin(self.client.list_key_versions(&request)).await
    }

    /// Every key under `prefix` with its version, page after page, newest first.  Checks what must
    /// hold for every page.
    pub async fn list_all(
        &self,
        prefix: Option<&str>,
        page_size: Option<i32>,
    ) -> Result<Vec<(String, i64)>, Why> {
        let mut all = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self.list(prefix, page_size, token.as_deref()).await?;
            let size_max = page_size.unwrap_or(100).min(100) as usize;
            crate::ensure!(
                page.key_versions.len() <= size_max,
                "a page holds more than {size_max}"
            );
            crate::ensure_eq!(
                page.global_version.is_some(),
                token.is_none(),
                "the global version belongs on the first page only"
            );
            for entry in page.key_versions {
                crate::ensure!(
                    entry.value.is_empty(),
                    "a list shows the value of {}",
                    entry.key
                );
                crate::ensure!(entry.key != GLOBAL_KEY, "a list shows {GLOBAL_KEY}");
                all.push((entry.key, entry.version));
            }
            let Some(next) = page.next_page_token else {
                return Err(Why("next_page_token is absent".into()));
            };
            if next.is_empty() {
                return Ok(all);
            }
            crate::ensure!(
                token.as_ref() != Some(&next),
                "the page token does not advance"
            );
            crate::ensure!(all.len() < 100_000, "paging does not end");
            token = Some(next);
        }
    }

    pub async fn must_hold(&self, key: &str, version: i64, value: impl AsRef<[u8]>) -> Check {
        let got = self
            .get(key)
            .await
            .map_err(|error| Why(format!("get {key}: {error}")))?;
        crate::ensure_eq!(got.key, key, "the key of the answer");
        crate::ensure_eq!(got.version, version, "the version of {key}");
        let value = value.as_ref();
        crate::ensure!(
            got.value == value,
            "the value of {key}: got {} bytes, expected {} bytes, or other ones",
            got.value.len(),
            value.len()
        );
        Ok(())
    }

    pub async fn must_lack(&self, key: &str) -> Check {
        must_fail(
            &format!("get {key}"),
            self.get(key).await,
            &[Kind::NoSuchKey],
        )
    }

    pub async fn must_have_global(&self, version: i64) -> Check {
        let page = self.list(None, None, None).await?;
        crate::ensure_eq!(
            page.global_version,
            Some(version),
            "the global version in a list"
        );
        let got = self.get(GLOBAL_KEY).await?;
        crate::ensure_eq!(got.version, version, "the version of the key {GLOBAL_KEY}");
        crate::ensure!(got.value.is_empty(), "the key {GLOBAL_KEY} has a value");
        Ok(())
    }
}
