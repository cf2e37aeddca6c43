//! A key is a name, not a path.

use crate::place::with_bucket;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// The name of a content file, and of nothing else.
fn is_ours(path: &Path, root: &Path) -> bool {
    let names: Vec<&str> = path.strip_prefix(root).unwrap().iter().map(|name| name.to_str().unwrap()).collect();
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    matches!(names[..], ["app", shelf, file] if hex(shelf, 2) && hex(file, 32))
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn keys_stay_inside(
        keys in prop::collection::vec(
            prop_oneof![
                "\\PC{1,40}",
                "(\\.\\./){1,6}[a-z/\u{1}\\\\]{1,8}",
                prop::sample::select(vec![".", "..", "/", "//", "/etc/passwd", "../../x", "a/../../b", ".incoming/x", "\u{1}", "a\\..\\b", "%2e%2e/"])
                    .prop_map(str::to_owned),
            ],
            1..8,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let p = with_bucket().await;
            let mut model = BTreeMap::new();
            for (index, key) in keys.iter().enumerate() {
                p.put(&format!("/app/{}", escape(key)), format!("{index}")).await.ok();
                model.insert(key.clone(), format!("{index}"));
            }
            for (key, text) in &model {
                assert_eq!(p.get(&format!("/app/{}", escape(key))).await.text(), text, "{key:?}");
            }
            let files = p.files();
            assert_eq!(files.len(), model.len());
            assert!(files.iter().all(|file| is_ours(file, &p.root())), "{files:?}");
            let beside: Vec<_> = std::fs::read_dir(p.outside()).unwrap().collect();
            assert_eq!(beside.len(), 1, "nothing beside the folder");
            for key in model.keys() {
                p.call("DELETE", &format!("/app/{}", escape(key)), &[], "").await.ok();
            }
            assert_eq!(p.files().len(), 0);
        });
    }
}

#[tokio::test]
async fn a_key_is_not_too_long() {
    let p = with_bucket().await;
    let long = "é".repeat(512);
    p.put(&format!("/app/{}", escape(&long)), "x").await.ok();
    assert_eq!(p.get(&format!("/app/{}", escape(&long))).await.text(), "x");
    assert_eq!(p.put(&format!("/app/{}", escape(&format!("{long}a"))), "x").await.told(), "400 KeyTooLongError");
}
