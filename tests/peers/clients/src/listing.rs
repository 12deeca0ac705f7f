//! listKeyVersions: order, pages, prefixes, tokens.

use crate::client::{item, must_fail, Kind, World, ANY};
use crate::report::{Check, Report};

pub async fn check(world: &World, report: &mut Report) {
    report.check("list_of_an_empty_store", empty(world)).await;
    report.check("list_newest_first", newest_first(world)).await;
    report.check("list_in_pages", pages(world)).await;
    report.check("list_with_a_prefix", prefix(world)).await;
    report
        .check("list_while_keys_come_and_go", moving(world))
        .await;
    report
        .check("list_refuses_bad_page_tokens", bad_tokens(world))
        .await;
}

fn keys(listed: &[(String, i64)]) -> Vec<&str> {
    listed.iter().map(|(key, _)| key.as_str()).collect()
}

async fn empty(world: &World) -> Check {
    let store = world.store("list-empty");
    let page = store.list(None, None, None).await?;
    crate::ensure!(page.key_versions.is_empty(), "an empty store lists keys");
    crate::ensure_eq!(
        page.next_page_token.as_deref(),
        Some(""),
        "the token of the last page"
    );
    crate::ensure_eq!(page.global_version, Some(0), "the global version");
    Ok(())
}

async fn newest_first(world: &World) -> Check {
    let store = world.store("list-order");
    for (i, key) in ["z", "a", "m"].iter().enumerate() {
        store
            .put_all(Some(i as i64), vec![item(key, 0, "v")], vec![])
            .await?;
    }
    // An update moves nothing; within one put later items are newer.
    store.put("z", 1, "w").await?;
    store.put("a", ANY, "w").await?;
    store
        .put_all(
            None,
            vec![item("p", 0, ""), item("b", 0, ""), item("q", ANY, "")],
            vec![],
        )
        .await?;
    let listed = store.list_all(None, None).await?;
    let want = [("q", 1), ("b", 1), ("p", 1), ("m", 1), ("a", 1), ("z", 2)];
    crate::ensure_eq!(
        listed,
        want.map(|(k, v)| (k.to_string(), v)).to_vec(),
        "the list"
    );
    // Deleted and written again, a key is the newest.
    store.delete("z", 2).await?;
    store.put("z", 0, "v").await?;
    let listed = store.list_all(None, Some(2)).await?;
    crate::ensure_eq!(
        keys(&listed),
        ["z", "q", "b", "p", "m", "a"],
        "the list after re-creation"
    );
    let page = store.list(None, None, None).await?;
    crate::ensure_eq!(page.global_version, Some(3), "the global version");
    Ok(())
}

async fn pages(world: &World) -> Check {
    let store = world.store("list-pages");
    let puts = (0..250).map(|i| item(&format!("{i:03}"), 0, "v")).collect();
    store.put_all(None, puts, vec![]).await?;
    let want: Vec<String> = (0..250).rev().map(|i| format!("{i:03}")).collect();
    for page_size in [
        None,
        Some(1),
        Some(7),
        Some(50),
        Some(100),
        Some(1000),
        Some(i32::MAX),
    ] {
        let listed = store.list_all(None, page_size).await?;
        crate::ensure!(
            keys(&listed) == want,
            "pages of {page_size:?} lose, repeat or mix keys"
        );
    }
    let page = store.list(None, None, None).await?;
    crate::ensure_eq!(page.key_versions.len(), 100, "a page without a size");
    // An exact fit ends at once.
    let page = store.list(Some("00"), Some(10), None).await?;
    crate::ensure_eq!(page.key_versions.len(), 10, "an exact fit");
    crate::ensure_eq!(
        page.next_page_token.as_deref(),
        Some(""),
        "the token of an exact fit"
    );
    let page = store.list(None, Some(0), None).await?;
    crate::ensure_eq!(page.key_versions.len(), 0, "a page of size 0");
    crate::ensure_eq!(
        page.next_page_token.as_deref(),
        Some(""),
        "the token of a page of size 0"
    );
    crate::ensure_eq!(
        page.global_version,
        Some(0),
        "the global version of a page of size 0"
    );
    Ok(())
}

async fn prefix(world: &World) -> Check {
    let store = world.store("list-prefix");
    let puts = (0..20).map(|i| item(&format!("{i}k"), 0, "v")).collect();
    store.put_all(None, puts, vec![]).await?;
    let listed = store.list_all(Some("1"), Some(5)).await?;
    let mut want: Vec<String> = (10..20).rev().map(|i| format!("{i}k")).collect();
    want.push("1k".into());
    crate::ensure!(keys(&listed) == want, "prefix 1 lists {:?}", keys(&listed));
    crate::ensure_eq!(
        store.list_all(Some(""), None).await?.len(),
        20,
        "the empty prefix"
    );
    crate::ensure_eq!(
        store.list_all(Some("K"), None).await?.len(),
        0,
        "a prefix nobody has"
    );
    let listed = store.list_all(Some("19k"), None).await?;
    crate::ensure_eq!(keys(&listed), ["19k"], "a whole key as prefix");
    Ok(())
}

async fn moving(world: &World) -> Check {
    let store = world.store("list-moving");
    let puts = (0..6).map(|i| item(&format!("{i}"), 0, "v")).collect();
    store.put_all(None, puts, vec![]).await?;
    let first = store.list(None, Some(3), None).await?;
    let token = first.next_page_token.clone().unwrap_or_default();
    // Newer keys do not come on later pages, deleted ones go, the token's own key may be gone.
    store.put("6", 0, "v").await?;
    store.delete("3", 1).await?;
    store.delete("1", 1).await?;
    let second = store.list(None, Some(3), Some(&token)).await?;
    let listed: Vec<&str> = second
        .key_versions
        .iter()
        .map(|kv| kv.key.as_str())
        .collect();
    crate::ensure_eq!(listed, ["2", "0"], "the second page");
    crate::ensure_eq!(
        second.next_page_token.as_deref(),
        Some(""),
        "the last token"
    );
    crate::ensure_eq!(
        second.global_version,
        None,
        "the global version of the second page"
    );
    Ok(())
}

async fn bad_tokens(world: &World) -> Check {
    let store = world.store("list-tokens");
    store.put("key", 0, "v").await?;
    for token in ["", "abc", "-1", " 1", "1e3", "99999999999999999999"] {
        let page = store.list(None, None, Some(token)).await;
        must_fail(
            &format!("page token {token:?}"),
            page,
            &[Kind::InvalidRequest],
        )?;
    }
    Ok(())
}
