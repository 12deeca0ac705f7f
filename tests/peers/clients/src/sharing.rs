//! Several requests at a time: races for a key, pipelining, and the reuse of connections.

use std::time::Instant;

use crate::client::{item, must_fail, Kind, World, ANY};
use crate::report::{Check, Report, Why};
use crate::tap::Tap;

pub async fn check(world: &World, report: &mut Report) {
    report.check("writers_race_for_a_key", race(world)).await;
    report
        .check("writers_race_for_crossing_keys", crossing_race(world))
        .await;
    report
        .check("fifty_puts_at_once_on_one_client", many_puts(world))
        .await;
    let done = fifty_gets(world).await.map(|note| report.note(&note));
    report.record("fifty_gets_at_once_on_one_client", done);
    report
        .check("fifty_mixed_calls_at_once_on_one_client", mixed(world))
        .await;
    let done = reuse(world).await.map(|note| report.note(&note));
    report.record("a_hundred_calls_in_a_row", done);
}

/// At every version exactly one of 16 clients wins, the others conflict.
async fn race(world: &World) -> Check {
    for version in 0..5 {
        let mut racers = Vec::new();
        for racer in 0..16 {
            let store = world.store("race");
            let value = format!("{version} by {racer}");
            racers.push(tokio::spawn(async move {
                let put = store.put("key", version, &value).await;
                (value, put)
            }));
        }
        let mut winners = Vec::new();
        for racer in racers {
            match racer.await? {
                (value, Ok(())) => winners.push(value),
                (value, error) => must_fail(&value, error, &[Kind::Conflict])?,
            }
        }
        crate::ensure_eq!(winners.len(), 1, "winners at version {version}");
        world
            .store("race")
            .must_hold("key", version + 1, &winners[0])
            .await?;
    }
    Ok(())
}

/// Puts that take the same two keys in opposite order: each is applied whole or conflicts.
async fn crossing_race(world: &World) -> Check {
    let store = world.store("crossing");
    store
        .put_all(None, vec![item("a", 0, "0"), item("b", 0, "0")], vec![])
        .await?;
    for version in 1..6 {
        let mut racers = Vec::new();
        for racer in 0..8 {
            let store = world.store("crossing");
            let value = format!("{version} by {racer}");
            racers.push(tokio::spawn(async move {
                let mut puts = vec![item("a", version, &value), item("b", version, &value)];
                if racer % 2 == 1 {
                    puts.reverse();
                }
                (store.put_all(None, puts, vec![]).await, value)
            }));
        }
        let mut winner = None;
        for racer in racers {
            match racer.await? {
                (Ok(()), value) => {
                    crate::ensure!(winner.is_none(), "two winners at version {version}");
                    winner = Some(value);
                }
                // Upstream's database may see a deadlock, which it reports as its own fault.
                (error, value) if world.ours => must_fail(&value, error, &[Kind::Conflict])?,
                (error, value) => {
                    must_fail(&value, error, &[Kind::Conflict, Kind::InternalServer])?
                }
            }
        }
        let Some(winner) = winner else {
            return Err(Why(format!("nobody wins at version {version}")));
        };
        store.must_hold("a", version + 1, &winner).await?;
        store.must_hold("b", version + 1, &winner).await?;
    }
    Ok(())
}

async fn many_puts(world: &World) -> Check {
    let store = world.store("many-puts");
    let mut puts = Vec::new();
    for i in 0..50 {
        let store = store.clone();
        puts.push(tokio::spawn(async move {
            store.put(&format!("k{i}"), ANY, format!("v{i}")).await
        }));
    }
    for put in puts {
        put.await??;
    }
    crate::ensure_eq!(store.list_all(None, None).await?.len(), 50, "keys");
    for i in 0..50 {
        store
            .must_hold(&format!("k{i}"), 1, format!("v{i}"))
            .await?;
    }
    Ok(())
}

/// Each of 50 gets at once must bring its own value.
async fn fifty_gets(world: &World) -> Result<String, Why> {
    let tap = Tap::open(&world.url).await?;
    let store = world.store_at(&tap.url, "pipeline");
    let puts = (0..50)
        .map(|i| item(&format!("k{i}"), 0, vec![i as u8; 1 + i * 400]))
        .collect();
    store.put_all(None, puts, vec![]).await?;
    let (connections, requests) = (tap.connections(), tap.requests());
    let started = Instant::now();
    for _round in 0..4 {
        let mut gets = Vec::new();
        for i in 0..50 {
            let store = store.clone();
            gets.push(tokio::spawn(async move {
                store
                    .must_hold(&format!("k{i}"), 1, vec![i as u8; 1 + i * 400])
                    .await
            }));
        }
        for get in gets {
            get.await??;
        }
    }
    let waiting = tap.waiting_max();
    if world.expect_reuse && cfg!(feature = "pipelining") {
        crate::ensure!(waiting > 1, "never two requests in flight on a connection");
    }
    Ok(format!(
        "4 x 50 gets at once took {} ms, {} new connections, {} requests sent, at most {waiting} in flight on one",
        started.elapsed().as_millis(),
        tap.connections() - connections,
        tap.requests() - requests,
    ))
}

async fn mixed(world: &World) -> Check {
    let store = world.store("mixed-pipeline");
    let puts = (0..30)
        .map(|i| item(&format!("k{i}"), 0, format!("v{i}")))
        .collect();
    store.put_all(None, puts, vec![]).await?;
    let mut calls = Vec::new();
    for i in 0..50 {
        let store = store.clone();
        calls.push(tokio::spawn(async move {
            match i % 5 {
                0 => {
                    store
                        .must_hold(&format!("k{}", i / 5), 1, format!("v{}", i / 5))
                        .await
                }
                1 => store.must_lack(&format!("absent {i}")).await,
                2 => {
                    let listed = store.list(Some("k1"), None, None).await?.key_versions.len();
                    crate::ensure_eq!(listed, 11, "keys with the prefix k1");
                    Ok(())
                }
                3 => Ok(store.delete(&format!("k{}", 20 + i / 5), 1).await?),
                _ => must_fail(
                    "a stale put",
                    store.put("k0", 0, "x").await,
                    &[Kind::Conflict],
                ),
            }
        }));
    }
    for call in calls {
        call.await??;
    }
    let listed = store.list_all(None, None).await?;
    crate::ensure_eq!(listed.len(), 20, "keys left");
    Ok(())
}

/// How many connections a client needs for calls that do not overlap.
async fn reuse(world: &World) -> Result<String, Why> {
    let tap = Tap::open(&world.url).await?;
    let store = world.store_at(&tap.url, "reuse");
    store.put("key", 0, "value").await?;
    let before = tap.connections();
    let started = Instant::now();
    for _ in 0..100 {
        store.must_hold("key", 1, "value").await?;
    }
    let (took, gets) = (started.elapsed(), tap.connections());
    for _ in 0..10 {
        store.put("key", ANY, "value").await?;
        store.list(None, None, None).await?;
        store.must_lack("nothing").await?;
        must_fail(
            "a stale put",
            store.put("key", 0, "x").await,
            &[Kind::Conflict],
        )?;
    }
    let all = tap.connections();
    // Clients before 0.5 reuse without being told, but may open a second connection when a call
    // comes before the last one's connection is back in the pool.
    let most = match (cfg!(feature = "pipelining"), world.expect_reuse) {
        (false, _) => 5,
        (true, true) => 1,
        (true, false) => usize::MAX,
    };
    crate::ensure!(
        all <= most,
        "1 put, 100 gets and 40 other calls took {all} connections, more than {most}"
    );
    Ok(format!(
        "100 gets in a row took {} ms and {} new connections; 40 puts, lists and refusals {} more",
        took.as_millis(),
        gets - before,
        all - gets
    ))
}
