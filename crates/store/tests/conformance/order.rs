//! Order and ranges are those of bytes, whatever the server's locale.

use crate::lab::Lab;
use domain::id::{UserPoolId, UserSub};
use store::table::{user_attribute_index, users};
use store::{Store, StoreError, prefix_end};

type Result<T> = std::result::Result<T, StoreError>;

const NAMES: [&str; 12] = ["a", "B", "b", "Z", "_", "ab", "a b", "a-b", "é", "e\u{301}", "\u{10ffff}", "\u{1f511}"];

pub async fn texts_are_ordered_by_bytes(lab: &Lab) {
    let store = filled(lab).await;
    let mut sorted = NAMES;
    sorted.sort_unstable();
    let found = names(&store, "", 100).await;
    assert_eq!(found, sorted);
}

pub async fn pages_neither_skip_nor_repeat(lab: &Lab) {
    let store = filled(lab).await;
    let all = names(&store, "", 100).await;
    for limit in 1..5 {
        let mut paged: Vec<String> = Vec::new();
        loop {
            let page = names(&store, paged.last().map_or("", String::as_str), limit).await;
            assert!(page.len() <= usize::try_from(limit).unwrap());
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, all, "pages of {limit}");
    }
}

pub async fn prefixes_are_ranges(lab: &Lab) {
    let store = filled(lab).await;
    let pool = pool();
    for prefix in ["", "a", "a ", "b", "é", "e", "\u{10ffff}", "\u{1f511}", "nothing"] {
        let mut expected: Vec<&str> = NAMES.into_iter().filter(|name| name.starts_with(prefix)).collect();
        expected.sort_unstable();
        let by_name: Result<Vec<users::User>> =
            store.read(async |tx| users::list_by_name_prefix(tx, &pool, prefix, "", 100).await).await;
        let by_name: Vec<String> = by_name.unwrap().into_iter().map(|user| user.name).collect();
        assert_eq!(by_name, expected, "names of {prefix:?} (below {:?})", prefix_end(prefix));
        // The same through the attribute index, two at a time.
        let mut by_value: Vec<(String, String)> = Vec::new();
        loop {
            let after = by_value.last().cloned().unwrap_or_default();
            let page: Result<Vec<(String, users::User)>> = store
                .read(async |tx| {
                    let after = (after.0.as_str(), after.1.as_str());
                    user_attribute_index::users_with_prefix(tx, &pool, "nickname", prefix, after, 2).await
                })
                .await;
            let page = page.unwrap();
            if page.is_empty() {
                break;
            }
            by_value.extend(page.into_iter().map(|(value, user)| (value, user.sub.to_string())));
        }
        let values: Vec<String> = by_value.into_iter().map(|(value, _)| value).collect();
        assert_eq!(values, expected, "values of {prefix:?}");
    }
}

async fn filled(lab: &Lab) -> Store {
    let store = lab.open().await;
    let pool = pool();
    store
        .write(async |tx| {
            for (index, name) in NAMES.into_iter().enumerate() {
                let sub = UserSub::new(format!("sub-{index:02}"));
                assert!(users::insert(tx, &crate::tables::user(&pool, &sub, name)).await?);
                user_attribute_index::insert(tx, &pool, "nickname", name, &sub).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    store
}

async fn names(store: &Store, after: &str, limit: i64) -> Vec<String> {
    let pool = pool();
    let users: Result<Vec<users::User>> =
        store.read(async |tx| users::list_by_name(tx, &pool, after, limit).await).await;
    users.unwrap().into_iter().map(|user| user.name).collect()
}

fn pool() -> UserPoolId {
    UserPoolId::from("eu-west-1_abcdefghi")
}
