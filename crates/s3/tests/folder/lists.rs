//! Lists of objects.

use crate::place::{Place, with_bucket};
use proptest::prelude::*;
use std::collections::BTreeSet;

async fn filled(keys: &[&str]) -> Place {
    let p = with_bucket().await;
    for key in keys {
        p.put(&format!("/app/{key}"), "x").await.ok();
    }
    p
}

#[tokio::test]
async fn keys_in_order_and_rolled_up() {
    let p = filled(&["b", "a/1", "a/2", "A", "c%20d", "%C3%A9", "a"]).await;
    let all = p.get("/app?list-type=2").await.ok();
    assert_eq!(all.all("Key"), ["A", "a", "a/1", "a/2", "b", "c d", "é"]);
    assert_eq!(
        (all.first("KeyCount"), all.first("MaxKeys"), all.first("IsTruncated")),
        ("7".into(), "1000".into(), "false".into())
    );
    assert!(!all.text().contains("Owner"));
    let rolled = p.get("/app?list-type=2&delimiter=/&fetch-owner=true&encoding-type=url").await.ok();
    assert_eq!(rolled.all("Key"), ["A", "a", "b", "c+d", "%C3%A9"]);
    assert_eq!(rolled.all("CommonPrefixes"), ["<Prefix>a/</Prefix>"]);
    assert_eq!(
        (rolled.first("KeyCount"), rolled.first("EncodingType"), rolled.first("Delimiter")),
        ("6".into(), "url".into(), "/".into())
    );
    assert!(rolled.text().contains("<Owner><ID>"));
    assert_eq!(p.get("/app?list-type=2&prefix=a/").await.ok().all("Key"), ["a/1", "a/2"]);
    assert_eq!(p.get("/app?list-type=2&start-after=a/1").await.ok().all("Key"), ["a/2", "b", "c d", "é"]);
    let first = p.get("/app?delimiter=/&max-keys=3").await.ok();
    assert_eq!((first.all("Key"), first.first("NextMarker")), (vec!["A".to_owned(), "a".to_owned()], "a/".to_owned()));
    assert_eq!(p.get("/app?delimiter=/&marker=a/").await.ok().all("Key"), ["b", "c d", "é"]);
    assert_eq!(p.get("/app?max-keys=1").await.ok().first("NextMarker"), "", "without a delimiter, the last key");
    let none = p.get("/app?list-type=2&max-keys=0").await.ok();
    assert_eq!((none.first("KeyCount"), none.first("IsTruncated")), ("0".into(), "false".into()));
    assert_eq!(p.get("/app?max-keys=5000").await.ok().first("MaxKeys"), "1000");
    for query in ["max-keys=-1", "max-keys=x", "encoding-type=base64", "list-type=2&continuation-token=%21"] {
        assert_eq!(p.get(&format!("/app?{query}")).await.told(), "400 InvalidArgument", "{query}");
    }
    assert_eq!(p.get("/none").await.told(), "404 NoSuchBucket");
}

#[tokio::test]
async fn each_object_is_its_only_version() {
    let p = filled(&["a", "b/1"]).await;
    let all = p.get("/app?versions&delimiter=/").await.ok();
    assert_eq!(
        (all.all("Key"), all.all("VersionId"), all.all("IsLatest")),
        (vec!["a".into()], vec!["null".into()], vec!["true".into()])
    );
    assert_eq!(all.all("CommonPrefixes"), ["<Prefix>b/</Prefix>"]);
    let page = p.get("/app?versions&max-keys=1").await.ok();
    assert_eq!((page.first("NextKeyMarker"), page.first("NextVersionIdMarker")), ("a".into(), "null".into()));
    let rest = p.get("/app?versions&key-marker=a&version-id-marker=null").await.ok();
    assert_eq!(rest.all("Key"), ["b/1"]);
    assert_eq!(p.get("/app?versions&version-id-marker=null").await.told(), "400 InvalidArgument");
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What S3 says it lists: keys and prefixes, in order.
fn naive(keys: &BTreeSet<String>, prefix: &str, delimiter: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for key in keys.iter().filter(|key| key.starts_with(prefix)) {
        let rest = &key[prefix.len()..];
        let entry = match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
            None => format!("key {key}"),
            Some(at) => format!("prefix {}{}", prefix, &rest[..at + delimiter.len()]),
        };
        if entries.last() != Some(&entry) {
            entries.push(entry);
        }
    }
    entries.sort();
    entries
}

async fn paged(p: &Place, query: &str, most: usize, version: u8) -> Vec<String> {
    let (mut entries, mut next) = (Vec::new(), String::new());
    loop {
        let kind = if version == 2 { "list-type=2&" } else { "" };
        let page = p.get(&format!("/app?{kind}{query}&max-keys={most}{next}&encoding-type=url")).await.ok();
        let plain = |text: &String| {
            percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned()
        };
        let keys: Vec<String> = page.all("Key").iter().map(plain).collect();
        entries.extend(keys.iter().map(|key| format!("key {key}")));
        let prefixes = page.all("CommonPrefixes");
        let prefixes: Vec<String> =
            prefixes.iter().map(|text| plain(&text.replace("<Prefix>", "").replace("</Prefix>", ""))).collect();
        entries.extend(prefixes.iter().map(|prefix| format!("prefix {prefix}")));
        assert!(keys.len() + prefixes.len() <= most);
        if page.first("IsTruncated") == "false" {
            entries.sort();
            return entries;
        }
        next = match version {
            2 => format!("&continuation-token={}", page.first("NextContinuationToken")),
            _ => {
                let marker = page.all("NextMarker").first().map(plain).or(keys.last().cloned()).unwrap();
                format!("&marker={}", escape(&marker))
            }
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_list_is_what_a_naive_list_is(
        keys in prop::collection::btree_set("[ab/+é\u{1f511}]{1,5}", 0..25),
        prefix in "[a/]{0,2}",
        delimiter in prop::sample::select(vec!["", "/", "a", "é", "//"]),
        most in 1_usize..9,
        version in 1_u8..3,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let p = with_bucket().await;
            for key in &keys {
                p.put(&format!("/app/{}", escape(key)), "x").await.ok();
            }
            let query = format!("prefix={}&delimiter={}", escape(&prefix), escape(delimiter));
            assert_eq!(paged(&p, &query, most, version).await, naive(&keys, &prefix, delimiter));
        });
    }
}
