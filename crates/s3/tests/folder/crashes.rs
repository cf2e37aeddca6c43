//! What a dying process leaves behind, and what becomes of it.

use crate::place::{Place, with_bucket};
use s3::folder::Keep;
use s3::{Folder, body};
use std::fs;
use std::path::PathBuf;
use store::table::s3_objects;
use store::{Store, StoreConfig, StoreError};

/// Far enough from when the files were made, whatever the machine's clock says.
const LATER: i64 = 1_000_000_000;

fn incoming(p: &Place) -> Vec<PathBuf> {
    fs::read_dir(p.root().join(".incoming")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// As a process leaves it that dies while bytes arrive: the first name of a file, half written.
#[tokio::test]
async fn a_half_written_file_is_never_seen_and_goes() {
    let p = with_bucket().await;
    p.put("/app/k", "whole").await.ok();
    let first = p.root().join(".incoming").join(format!("{}.app", "ab".repeat(16)));
    fs::write(&first, "ha").unwrap();
    let p = p.reopened().await;
    assert_eq!(p.get("/app").await.ok().all("Key"), ["k"]);
    assert_eq!(incoming(&p).len(), 1, "it may be another node's, still being written");
    p.advance(LATER);
    p.folder.sweep(p.now()).await.unwrap();
    assert_eq!(incoming(&p), Vec::<PathBuf>::new());
    assert_eq!(p.get("/app/k").await.text(), "whole");
}

/// As a process leaves it that dies after its file is in place and before its row is there.
#[tokio::test]
async fn a_file_whose_row_never_came_goes() {
    let p = with_bucket().await;
    let id = "cd".repeat(16);
    let first = p.root().join(".incoming").join(format!("{id}.app"));
    let shelf = p.root().join("app").join("cd");
    fs::create_dir_all(&shelf).unwrap();
    fs::write(&first, "never").unwrap();
    fs::hard_link(&first, shelf.join(&id)).unwrap();
    p.folder.sweep(p.now()).await.unwrap();
    p.advance(LATER);
    p.folder.sweep(p.now()).await.unwrap();
    assert_eq!(p.files(), Vec::<PathBuf>::new());
}

/// As a process leaves it that dies after its row is there and before its first name is gone.
#[tokio::test]
async fn a_file_whose_row_came_stays() {
    let p = with_bucket().await;
    p.put("/app/k", "whole").await.ok();
    let upload = p.call("POST", "/app/m?uploads", &[], "").await.ok().first("UploadId");
    p.put(&format!("/app/m?partNumber=1&uploadId={upload}"), "part").await.ok();
    for file in p.files() {
        let name = format!("{}.app", file.file_name().unwrap().to_str().unwrap());
        fs::hard_link(&file, p.root().join(".incoming").join(name)).unwrap();
    }
    p.advance(LATER);
    p.folder.sweep(p.now()).await.unwrap();
    assert_eq!((incoming(&p).len(), p.files().len()), (0, 2));
    assert_eq!(p.get("/app/k").await.text(), "whole");
}

/// As a process leaves it that dies after an object was replaced and before its file is gone.
#[tokio::test]
async fn a_replaced_file_goes_even_if_nobody_was_left_to_remove_it() {
    let p = with_bucket().await;
    p.put("/app/k", "one").await.ok();
    let old = p.files().remove(0);
    p.put("/app/k", "two").await.ok();
    fs::write(&old, "one").unwrap();
    let p = p.reopened().await;
    assert!(old.exists(), "its note is of later than this machine's clock");
    p.folder.sweep(p.now()).await.unwrap();
    assert!(!old.exists());
    assert_eq!(p.get("/app/k").await.text(), "two");
}

/// A request that is given up at any moment leaves an object as it was, or as it should be.
#[tokio::test]
async fn a_request_that_is_given_up_leaves_whole_objects() {
    let p = with_bucket().await;
    let (old, new) = (vec![b'o'; 2_500_000], vec![b'n'; 2_500_000]);
    p.put("/app/k", old.clone()).await.ok();
    for micros in (0..40).map(|step| step * 500) {
        let put = p.serve("PUT", "/app/k", &[], body::full(new.clone()), None);
        let _ = tokio::time::timeout(std::time::Duration::from_micros(micros), put).await;
        let got = p.get("/app/k").await.ok().body;
        assert!(got == old || got == new, "after {micros} µs");
        p.put("/app/k", old.clone()).await.ok();
    }
    // Tasks that block end by themselves; what they leave is swept.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    p.advance(LATER);
    p.folder.sweep(p.now()).await.unwrap();
    assert_eq!(p.files().len(), 1);
    assert_eq!(p.get("/app/k").await.ok().body, old);
}

/// The row is there before the writer is answered, and the bytes before the row.
#[tokio::test]
async fn a_killed_process_leaves_no_torn_object() {
    let folder = tempfile::tempdir().unwrap();
    let (root, data) = (folder.path().join("s3"), folder.path().join("store.db"));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashes::writes_until_it_is_killed", "--ignored", "--nocapture"])
        .env("FOLDER_OF_THE_VICTIM", folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Until it wrote a few objects, and a little longer.
    for _ in 0..600 {
        if fs::read_dir(root.join("app")).is_ok_and(|shelves| shelves.count() > 5) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    std::thread::sleep(std::time::Duration::from_millis(37));
    child.kill().unwrap();
    child.wait().unwrap();
    let store = Store::open(&StoreConfig::Sqlite(data)).await.unwrap();
    let now = domain::Timestamp::from_millis(crate::place::START + LATER * 1000);
    let kept = Folder::open(root, store.clone(), Keep::Always, now).await.unwrap();
    let rows = store.read(async |tx| s3_objects::list(tx, "app", b"", None, 100_000).await).await;
    let rows: Result<Vec<_>, StoreError> = rows;
    let rows = rows.unwrap();
    assert!(rows.len() > 3, "{} objects", rows.len());
    let p = Place::over(kept, store, folder);
    for row in &rows {
        let got = p.get(&format!("/app/{}", String::from_utf8(row.key.clone()).unwrap())).await.ok();
        let byte = got.body[0];
        assert!(got.body.len() == 300_000 && got.body.iter().all(|other| *other == byte), "{:?}", row.key);
    }
    assert_eq!(p.files().len(), rows.len(), "no file but those of objects");
}

#[test]
#[ignore = "the victim of the test above"]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os("FOLDER_OF_THE_VICTIM").map(PathBuf::from) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&StoreConfig::Sqlite(folder.join("store.db"))).await.unwrap();
        let now = domain::Timestamp::from_millis(crate::place::START);
        let root = Folder::open(folder.join("s3"), store.clone(), Keep::Always, now).await.unwrap();
        let p = Place::over(root, store, tempfile::tempdir().unwrap());
        p.put("/app", crate::place::LOCATION).await.ok();
        for index in 0_u32.. {
            // Some replace others.
            p.put(&format!("/app/k{}", index % 40), vec![index as u8; 300_000]).await.ok();
        }
    });
}

#[tokio::test]
async fn what_belongs_to_a_store_in_memory_goes_with_it() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreConfig::Memory).await.unwrap();
    let path = root.path().join("s3");
    let folder =
        Folder::open(path.clone(), store.clone(), Keep::WhileOpen, domain::Timestamp::default()).await.unwrap();
    let p = Place::over(folder, store, root);
    p.put("/app", crate::place::LOCATION).await.ok();
    p.put("/app/k", "x").await.ok();
    p.folder.wipe().await.unwrap();
    assert_eq!(p.files().len(), 0);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
    p.put("/app/k2", "x").await.ok();
    let outside = p.keep_outside();
    drop(p);
    assert!(!path.exists());
    drop(outside);
}
