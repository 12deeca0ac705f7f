//! Where servers differ on purpose: ours is held to its own answers (`--server ours`), any other may
//! also answer as upstream does.

use crate::client::{item, kind_of, must_fail, Kind, World, ANY};
use crate::report::{Check, Report};

pub async fn check(world: &World, report: &mut Report) {
    report.check("unknown_path", unknown_path(world)).await;
    report
        .check("the_same_key_twice", same_key_twice(world))
        .await;
    report
        .check("too_long_and_unstorable_names", bad_names(world))
        .await;
    report
        .check("negative_page_size", negative_page_size(world))
        .await;
    report
        .check("prefixes_are_literal", literal_prefix(world))
        .await;
}

/// Ours: invalid.  Upstream: plain text, which the client cannot read.
async fn unknown_path(world: &World) -> Check {
    let store = world.store_at(&format!("{}/nowhere", world.url), "path");
    let kinds: &[Kind] = if world.ours {
        &[Kind::InvalidRequest]
    } else {
        &[Kind::InvalidRequest, Kind::Internal]
    };
    must_fail("a get on an unknown path", store.get("key").await, kinds)?;
    must_fail(
        "a put on an unknown path",
        store.put("key", 0, "x").await,
        kinds,
    )?;
    world.store("path").must_lack("key").await
}

/// Ours: invalid.  Upstream: one after the other.
async fn same_key_twice(world: &World) -> Check {
    let store = world.store("twice");
    let put = store
        .put_all(None, vec![item("k", 0, "1"), item("k", 1, "2")], vec![])
        .await;
    if !world.ours && put.is_ok() {
        return store.must_hold("k", 2, "2").await;
    }
    must_fail("a key put twice", put, &[Kind::InvalidRequest])?;
    store.must_lack("k").await?;
    store.put("k", 0, "1").await?;
    let put = store
        .put_all(None, vec![item("k", 1, "2")], vec![item("k", 2, "")])
        .await;
    must_fail("a key put and deleted", put, &[Kind::InvalidRequest])?;
    store.put("j", 0, "1").await?;
    let put = store
        .put_all(None, vec![], vec![item("j", 1, ""), item("j", 1, "")])
        .await;
    must_fail("a key deleted twice", put, &[Kind::InvalidRequest])?;
    store.must_hold("k", 1, "1").await
}

/// Ours: invalid in every call.  Upstream: an internal error, or as if absent.
async fn bad_names(world: &World) -> Check {
    let store = world.store("names");
    let long = "k".repeat(601);
    let spaces = format!("{}  ", "k".repeat(600));
    let mut long_store = store.clone();
    long_store.id = "s".repeat(121);
    for (what, store, key) in [
        ("a long key", &store, long.as_str()),
        ("a key with too many spaces", &store, &spaces),
        ("a NUL in a key", &store, "a\0b"),
        ("a long store id", &long_store, "key"),
    ] {
        let answers = [
            ("put", store.put(key, ANY, "x").await.err()),
            ("get", store.get(key).await.err()),
            ("delete", store.delete(key, ANY).await.err()),
            ("list", store.list(Some(key), None, None).await.err()),
        ];
        for (call, error) in answers {
            let kind = error.as_ref().map(kind_of);
            let known = matches!(
                kind,
                None | Some(Kind::InvalidRequest | Kind::InternalServer | Kind::NoSuchKey)
            );
            // A prefix may be longer than any key: it only finds nothing.
            let fine = if world.ours && !(call == "list" && key != "a\0b" && store.id.len() < 121) {
                kind == Some(Kind::InvalidRequest)
            } else {
                known
            };
            crate::ensure!(fine, "{what}: {call} answered {error:?}");
        }
    }
    Ok(())
}

/// Ours: invalid.  Upstream: an empty page, or an internal error.
async fn negative_page_size(world: &World) -> Check {
    let store = world.store("negative");
    store.put("key", 0, "x").await?;
    for size in [-1, -2, i32::MIN] {
        let page = store.list(None, Some(size), None).await;
        if world.ours {
            must_fail(&format!("page size {size}"), page, &[Kind::InvalidRequest])?;
        } else if let Ok(page) = page {
            crate::ensure!(page.key_versions.is_empty(), "page size {size} lists keys");
        } else {
            must_fail(
                "page size",
                page,
                &[Kind::InvalidRequest, Kind::InternalServer],
            )?;
        }
    }
    Ok(())
}

/// Ours and later upstream: literal.  Upstream's snapshot of May 2026: `_`, `%` and `\` are wild.
async fn literal_prefix(world: &World) -> Check {
    let store = world.store("literal");
    let keys = [
        "percent%1",
        "percent-2",
        "under_1",
        "underX2",
        "back\\1",
        "back%2",
    ];
    store
        .put_all(
            None,
            keys.iter().map(|key| item(key, 0, "v")).collect(),
            vec![],
        )
        .await?;
    for (prefix, want) in [
        ("percent%", keys[0]),
        ("under_", keys[2]),
        ("back\\", keys[4]),
    ] {
        for page_size in [None, Some(1)] {
            let listed = store.list_all(Some(prefix), page_size).await?;
            let listed: Vec<&str> = listed.iter().map(|(key, _)| key.as_str()).collect();
            if world.ours {
                crate::ensure_eq!(listed, [want], "prefix {prefix}");
            }
        }
    }
    Ok(())
}
