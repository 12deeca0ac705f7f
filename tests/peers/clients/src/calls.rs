//! get, put and delete: results, versions, conflicts and refusals.

use vss::types::DeleteObjectRequest;

use crate::client::{item, must_fail, Kind, World, ANY};
use crate::report::{Check, Report};

pub async fn check(world: &World, report: &mut Report) {
    report
        .check("get_of_an_absent_key", absent_key(world))
        .await;
    report
        .check("first_write_then_read", first_write(world))
        .await;
    report
        .check(
            "conditional_writes_count_versions",
            conditional_writes(world),
        )
        .await;
    report
        .check("stale_and_future_versions_conflict", stale_versions(world))
        .await;
    report
        .check(
            "unconditional_write_resets_the_version",
            unconditional(world),
        )
        .await;
    report
        .check("many_items_are_all_or_nothing", all_or_nothing(world))
        .await;
    report.check("global_version", global_version(world)).await;
    report
        .check(
            "global_version_can_be_deleted",
            global_version_deleted(world),
        )
        .await;
    report
        .check("put_with_deletes", put_with_deletes(world))
        .await;
    report.check("empty_put", empty_put(world)).await;
    report.check("delete", delete(world)).await;
    report
        .check(
            "delete_without_an_item_is_invalid",
            delete_without_item(world),
        )
        .await;
    report
        .check("a_thousand_items_and_no_more", item_limit(world))
        .await;
    report
        .check("values_of_every_size", value_sizes(world))
        .await;
    report.check("keys_of_every_kind", key_kinds(world)).await;
    report.check("stores_are_apart", stores_apart(world)).await;
    report
        .check("the_empty_store_id", empty_store_id(world))
        .await;
}

async fn absent_key(world: &World) -> Check {
    let store = world.store("absent");
    store.must_lack("nothing").await?;
    store.put("something", 0, "1").await?;
    store.must_lack("nothing").await
}

async fn first_write(world: &World) -> Check {
    let store = world.store("first");
    store.put("key", 0, b"\x00\xff binary").await?;
    store.must_hold("key", 1, b"\x00\xff binary").await?;
    must_fail(
        "a second first write",
        store.put("key", 0, "x").await,
        &[Kind::Conflict],
    )?;
    store.must_hold("key", 1, b"\x00\xff binary").await
}

async fn conditional_writes(world: &World) -> Check {
    let store = world.store("conditional");
    for version in 0..5 {
        store
            .put("key", version, format!("value {version}"))
            .await?;
        store
            .must_hold("key", version + 1, format!("value {version}"))
            .await?;
    }
    Ok(())
}

async fn stale_versions(world: &World) -> Check {
    let store = world.store("stale");
    store.put("key", 0, "1").await?;
    store.put("key", 1, "2").await?;
    for version in [0, 1, 3, i64::MAX, -2, i64::MIN] {
        let put = store.put("key", version, "x").await;
        must_fail(&format!("put at version {version}"), put, &[Kind::Conflict])?;
    }
    let put = store.put("absent", 1, "x").await;
    must_fail("an update of an absent key", put, &[Kind::Conflict])?;
    store.must_lack("absent").await?;
    store.must_hold("key", 2, "2").await
}

async fn unconditional(world: &World) -> Check {
    let store = world.store("unconditional");
    store.put("key", ANY, "1").await?;
    store.must_hold("key", 1, "1").await?;
    store.put("key", 1, "2").await?;
    store.put("key", 2, "3").await?;
    store.must_hold("key", 3, "3").await?;
    store.put("key", ANY, "4").await?;
    store.must_hold("key", 1, "4").await?;
    store.put("key", ANY, "4").await?;
    store.must_hold("key", 1, "4").await
}

async fn all_or_nothing(world: &World) -> Check {
    let store = world.store("atomic");
    store
        .put_all(None, vec![item("a", 0, "a1"), item("b", 0, "b1")], vec![])
        .await?;
    store
        .put_all(None, vec![item("a", 1, "a2"), item("b", 1, "b2")], vec![])
        .await?;
    for puts in [
        vec![item("a", 2, "a3"), item("b", 1, "b3")],
        vec![item("a", 1, "a3"), item("b", 2, "b3")],
        vec![item("new", 0, "x"), item("a", ANY, "x"), item("b", 0, "x")],
    ] {
        must_fail(
            "one stale item",
            store.put_all(None, puts, vec![]).await,
            &[Kind::Conflict],
        )?;
        store.must_hold("a", 2, "a2").await?;
        store.must_hold("b", 2, "b2").await?;
        store.must_lack("new").await?;
    }
    Ok(())
}

async fn global_version(world: &World) -> Check {
    let store = world.store("global");
    store.must_have_global(0).await?;
    store
        .put_all(Some(0), vec![item("a", 0, "1")], vec![])
        .await?;
    store.must_have_global(1).await?;
    let put = store
        .put_all(Some(0), vec![item("a", 1, "x")], vec![])
        .await;
    must_fail("a stale global version", put, &[Kind::Conflict])?;
    let put = store
        .put_all(Some(1), vec![item("a", 0, "x")], vec![])
        .await;
    must_fail(
        "a stale item with a good global version",
        put,
        &[Kind::Conflict],
    )?;
    store.must_have_global(1).await?;
    store.must_hold("a", 1, "1").await?;
    // Without the field it is neither looked at nor moved, and a delete never moves it.
    store.put("b", 0, "1").await?;
    store.delete("b", 1).await?;
    store.must_have_global(1).await?;
    // Once for a request, whatever it holds, and also for one that holds nothing.
    store
        .put_all(Some(1), vec![item("c", 0, ""), item("d", 0, "")], vec![])
        .await?;
    store.must_have_global(2).await?;
    store.put_all(Some(2), vec![], vec![]).await?;
    store.must_have_global(3).await?;
    store
        .put_all(Some(3), vec![], vec![item("c", 1, "")])
        .await?;
    store.must_have_global(4).await?;
    store.put_all(Some(ANY), vec![], vec![]).await?;
    store.must_have_global(1).await
}

async fn global_version_deleted(world: &World) -> Check {
    let store = world.store("global-deleted");
    store
        .put_all(Some(0), vec![item("a", 0, "1")], vec![])
        .await?;
    store.delete(crate::client::GLOBAL_KEY, ANY).await?;
    store.must_have_global(0).await?;
    store.put_all(Some(0), vec![], vec![]).await?;
    store.must_have_global(1).await
}

async fn put_with_deletes(world: &World) -> Check {
    let store = world.store("mixed");
    store.put("old", 0, "1").await?;
    store
        .put_all(None, vec![item("new", 0, "2")], vec![item("old", 1, "")])
        .await?;
    store.must_hold("new", 1, "2").await?;
    store.must_lack("old").await?;
    for (what, delete) in [
        ("an absent delete item", item("old", 1, "")),
        ("an absent delete item at -1", item("old", ANY, "")),
        ("a delete item at another version", item("new", 2, "")),
        ("a delete item at version 0", item("new", 0, "")),
    ] {
        let put = store
            .put_all(None, vec![item("more", 0, "3")], vec![delete])
            .await;
        must_fail(what, put, &[Kind::Conflict])?;
        store.must_lack("more").await?;
        store.must_hold("new", 1, "2").await?;
    }
    let put = store
        .put_all(None, vec![item("more", 1, "3")], vec![item("new", 1, "")])
        .await;
    must_fail("a stale put beside a good delete", put, &[Kind::Conflict])?;
    store.must_hold("new", 1, "2").await?;
    store
        .put_all(None, vec![], vec![item("new", ANY, "")])
        .await?;
    store.must_lack("new").await
}

async fn empty_put(world: &World) -> Check {
    let store = world.store("empty-put");
    store.put_all(None, vec![], vec![]).await?;
    store.must_have_global(0).await
}

async fn delete(world: &World) -> Check {
    let store = world.store("delete");
    store.put("key", 0, "1").await?;
    store.put("key", 1, "2").await?;
    // Never reports; removes only at the right version.
    for version in [0, 1, 3, -2] {
        store.delete("key", version).await?;
        store.must_hold("key", 2, "2").await?;
    }
    store.delete("key", 2).await?;
    store.must_lack("key").await?;
    store.delete("key", 2).await?;
    store.delete("never", ANY).await?;
    store.put("key", 0, "3").await?;
    store.must_hold("key", 1, "3").await?;
    store.delete("key", ANY).await?;
    store.must_lack("key").await
}

async fn delete_without_item(world: &World) -> Check {
    let store = world.store("delete-nothing");
    let request = DeleteObjectRequest {
        store_id: store.id.clone(),
        key_value: None,
    };
    let deleted = store.client.delete_object(&request).await;
    must_fail("a delete without an item", deleted, &[Kind::InvalidRequest])
}

async fn item_limit(world: &World) -> Check {
    let store = world.store("limit");
    let puts = |n: usize| {
        (0..n)
            .map(|i| item(&format!("k{i}"), ANY, "v"))
            .collect::<Vec<_>>()
    };
    let put = store.put_all(None, puts(1001), vec![]).await;
    must_fail("1001 items", put, &[Kind::InvalidRequest])?;
    store.must_lack("k0").await?;
    store.put_all(Some(0), puts(1000), vec![]).await?;
    store.must_hold("k999", 1, "v").await?;
    let deletes = (0..501)
        .map(|i| item(&format!("k{i}"), ANY, ""))
        .collect::<Vec<_>>();
    let put = store.put_all(None, puts(500), deletes).await;
    must_fail("500 puts and 501 deletes", put, &[Kind::InvalidRequest])
}

async fn value_sizes(world: &World) -> Check {
    let store = world.store("sizes");
    for size in [0, 1, 127, 128, 65_536, 1 << 20, 8 << 20] {
        let value: Vec<u8> = (0..size).map(|i: usize| (i * 131 % 251) as u8).collect();
        store.put("value", ANY, &value).await?;
        store.must_hold("value", 1, &value).await?;
    }
    Ok(())
}

async fn key_kinds(world: &World) -> Check {
    let store = world.store("keys");
    let long = "k".repeat(600);
    let wide = "é".repeat(600);
    let keys = [
        "",
        " ",
        "a/b+c=#d",
        "%_\\",
        "\"'; --",
        "schlüssel",
        "鍵",
        "e\u{301}",
        "é",
        &long,
        &wide,
    ];
    for (i, key) in keys.iter().enumerate() {
        store.put(key, 0, format!("{i}")).await?;
    }
    for (i, key) in keys.iter().enumerate() {
        store.must_hold(key, 1, format!("{i}")).await?;
    }
    store.must_lack("SCHLÜSSEL").await?;
    crate::ensure_eq!(
        store.list_all(None, None).await?.len(),
        keys.len(),
        "keys listed"
    );
    for key in keys {
        store.delete(key, 1).await?;
        store.must_lack(key).await?;
    }
    Ok(())
}

async fn stores_apart(world: &World) -> Check {
    let (one, other) = (world.store("apart"), world.store("apart-too"));
    one.put_all(Some(0), vec![item("key", 0, "one")], vec![])
        .await?;
    other.must_lack("key").await?;
    other.must_have_global(0).await?;
    other.put("key", 0, "other").await?;
    other.delete("key", ANY).await?;
    one.must_hold("key", 1, "one").await
}

async fn empty_store_id(world: &World) -> Check {
    let mut store = world.store("empty-id");
    let key = std::mem::take(&mut store.id);
    store.put(&key, 0, "1").await?;
    store.must_hold(&key, 1, "1").await?;
    store.delete(&key, 1).await?;
    store.must_lack(&key).await
}
