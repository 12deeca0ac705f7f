//! Writes and reads, with the retries of a wallet, while somebody kills and restarts the server.
//! Whatever was acknowledged must be there, at once and in the end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use vss::client::VssClient;
use vss::error::VssError;
use vss::util::retry::{
    ExponentialBackoffRetryPolicy, FilteredRetryPolicy, JitteredRetryPolicy,
    MaxAttemptsRetryPolicy, MaxTotalDelayRetryPolicy, RetryPolicy,
};

use crate::client::{kind_of, Kind, Store, World, ANY};
use crate::report::{Report, Why};

type Patient = FilteredRetryPolicy<
    JitteredRetryPolicy<
        MaxTotalDelayRetryPolicy<MaxAttemptsRetryPolicy<ExponentialBackoffRetryPolicy<VssError>>>,
    >,
    fn(&VssError) -> bool,
>;

/// How often a call failed and was tried again.
static RETRIES: AtomicUsize = AtomicUsize::new(0);

/// Retries as LDK Node does, but gives up after a minute.
fn patient() -> Patient {
    let hopeless: fn(&VssError) -> bool = |error| {
        use Kind::*;
        let kind = kind_of(error);
        let hopeless = matches!(
            kind,
            NoSuchKey | InvalidRequest | Conflict | VersionMismatch
        );
        RETRIES.fetch_add(usize::from(!hopeless), Ordering::Relaxed);
        hopeless
    };
    ExponentialBackoffRetryPolicy::new(Duration::from_millis(10))
        .with_max_attempts(100)
        .with_max_total_delay(Duration::from_secs(60))
        .with_max_jitter(Duration::from_millis(100))
        .skip_retry_on_error(hopeless)
}

fn store(world: &World, name: &str) -> Store<Patient> {
    let provider = world.credentials.provider();
    let client = VssClient::new_with_headers(world.url.clone(), patient(), provider);
    Store {
        client: Arc::new(client),
        id: world.store(name).id,
    }
}

struct Sum {
    acknowledged: usize,
    in_doubt: usize,
    slowest: Duration,
}

pub async fn check(world: &World, time: Duration, report: &mut Report) {
    let mut tasks = Vec::new();
    for i in 0..3 {
        let (a, b, c) = (
            store(world, "overwrite"),
            store(world, "count"),
            store(world, "add"),
        );
        let name = |kind: &str| format!("{kind}_through_restarts_{i}");
        tasks.push((
            name("overwrites"),
            tokio::spawn(async move { overwrite(a, i, time).await }),
        ));
        tasks.push((
            name("versions"),
            tokio::spawn(async move { count(b, i, time).await }),
        ));
        tasks.push((
            name("additions"),
            tokio::spawn(async move { add(c, i, time).await }),
        ));
    }
    report.note("ready for restarts");
    let mut all = Sum {
        acknowledged: 0,
        in_doubt: 0,
        slowest: Duration::ZERO,
    };
    for (name, task) in tasks {
        let done = match tokio::time::timeout(time + Duration::from_secs(180), task).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => Err(Why(error.to_string())),
            Err(_) => Err(Why("not done three minutes after its time".into())),
        };
        let done = done.map(|sum| {
            all.acknowledged += sum.acknowledged;
            all.in_doubt += sum.in_doubt;
            all.slowest = all.slowest.max(sum.slowest);
        });
        report.record(&name, done);
    }
    let retries = RETRIES.load(Ordering::Relaxed);
    let away = match retries {
        0 => Err(Why("no call had to be tried again".into())),
        _ => Ok(()),
    };
    report.record("the_server_was_away", away);
    report.note(&format!(
        "{} writes acknowledged, {} found out by reading, {retries} retries, slowest call {} ms",
        all.acknowledged,
        all.in_doubt,
        all.slowest.as_millis()
    ));
}

/// Overwrites a few keys unconditionally, as LDK Node does.
async fn overwrite(store: Store<Patient>, who: usize, time: Duration) -> Result<Sum, Why> {
    let started = Instant::now();
    let mut last = BTreeMap::new();
    let mut sum = Sum {
        acknowledged: 0,
        in_doubt: 0,
        slowest: Duration::ZERO,
    };
    while started.elapsed() < time {
        let key = format!("{who}/{}", sum.acknowledged % 8);
        let value = format!("{key} no. {} {}", sum.acknowledged, "x".repeat(1000));
        let call = Instant::now();
        store
            .put(&key, ANY, &value)
            .await
            .map_err(|e| Why(format!("put {key}: {e}")))?;
        sum.slowest = sum.slowest.max(call.elapsed());
        sum.acknowledged += 1;
        if sum.acknowledged % 3 == 0 {
            store.must_hold(&key, 1, &value).await?;
        }
        last.insert(key, value);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for (key, value) in &last {
        store.must_hold(key, 1, value).await?;
    }
    Ok(sum)
}

/// Counts one key up by its versions.  A conflict after a retry may be our own write: read it.
async fn count(store: Store<Patient>, who: usize, time: Duration) -> Result<Sum, Why> {
    let started = Instant::now();
    let key = format!("{who}");
    let mut version = 0;
    let mut sum = Sum {
        acknowledged: 0,
        in_doubt: 0,
        slowest: Duration::ZERO,
    };
    let value_at = |version: i64| format!("{who} at {version}");
    while started.elapsed() < time {
        let value = value_at(version + 1);
        let call = Instant::now();
        match store.put(&key, version, &value).await {
            Ok(()) => sum.acknowledged += 1,
            Err(error) if kind_of(&error) == Kind::Conflict => {
                store.must_hold(&key, version + 1, &value).await?;
                sum.in_doubt += 1;
            }
            Err(error) => return Err(Why(format!("put at {version}: {error}"))),
        }
        sum.slowest = sum.slowest.max(call.elapsed());
        version += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    store.must_hold(&key, version, value_at(version)).await?;
    Ok(sum)
}

/// Adds new keys in pairs, all or nothing, and lists them in the end.
async fn add(store: Store<Patient>, who: usize, time: Duration) -> Result<Sum, Why> {
    let started = Instant::now();
    let mut sum = Sum {
        acknowledged: 0,
        in_doubt: 0,
        slowest: Duration::ZERO,
    };
    let mut pairs: usize = 0;
    while started.elapsed() < time {
        let keys = [format!("{who}/{pairs:06}a"), format!("{who}/{pairs:06}b")];
        let puts = keys
            .iter()
            .map(|key| crate::client::item(key, 0, key))
            .collect();
        let call = Instant::now();
        match store.put_all(None, puts, vec![]).await {
            Ok(()) => sum.acknowledged += 1,
            Err(error) if kind_of(&error) == Kind::Conflict => {
                for key in &keys {
                    store.must_hold(key, 1, key).await?;
                }
                sum.in_doubt += 1;
            }
            Err(error) => return Err(Why(format!("put of a pair: {error}"))),
        }
        sum.slowest = sum.slowest.max(call.elapsed());
        pairs += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let listed = store.list_all(Some(&format!("{who}/")), None).await?;
    let mut wanted = Vec::new();
    for pair in (0..pairs).rev() {
        wanted.push((format!("{who}/{pair:06}b"), 1));
        wanted.push((format!("{who}/{pair:06}a"), 1));
    }
    crate::ensure!(
        listed == wanted,
        "{} keys listed, {} written",
        listed.len(),
        wanted.len()
    );
    Ok(sum)
}
