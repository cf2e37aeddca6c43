//! A hundred calls at once, on every engine: as if they had come one after the other.

use crate::developers::{Backend, PROVIDER};
use crate::support::{get_credentials, get_id};
use contract::Fault;
use serde_json::json;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::OnceLock;
use store::table::identities;
use store::testing::{self, PostgresServer};
use store::{Store, StoreConfig};
use testkit::{Answer, World};
use tokio::task::spawn_local;

const MANY: usize = 100;

/// Each story on each engine.
macro_rules! stories {
    ($($engine:ident: $($story:ident)*;)*) => {
        $(
            mod $engine {
                $(
                    #[test]
                    fn $story() {
                        super::run(stringify!($story), super::Engine::$engine, async |backend| super::$story(backend).await);
                    }
                )*
            }
        )*
    };
}

stories! {
    memory: one_public_user one_developer_user one_guest_id crossed_merges developer_merges unlinking_and_linking;
    sqlite: one_public_user one_developer_user one_guest_id crossed_merges developer_merges unlinking_and_linking;
    postgres: one_public_user one_developer_user one_guest_id crossed_merges developer_merges unlinking_and_linking;
}

async fn one_public_user(b: Rc<Backend>) {
    let logins = b.people.logins(&b.w, "ana");
    let ids = at_once(&b, async move |b, _| get_id(&b.w, &b.pool, logins.clone()).await).await;
    assert_eq!(ids.len(), 1);
    assert_eq!(stored(&b).await, (1, 1));
}

async fn one_developer_user(b: Rc<Backend>) {
    let ids = at_once(&b, async |b, _| b.user("ana").await).await;
    assert_eq!(ids.len(), 1);
    assert_eq!(stored(&b).await, (1, 1));
}

/// The same guest, which a hundred devices make a user at once.
async fn one_guest_id(b: Rc<Backend>) {
    let guest = b.public_id(json!({})).await;
    let (logins, named) = (b.people.logins(&b.w, "ana"), guest.clone());
    let ids = at_once(&b, async move |b, _| get_credentials(&b.w, &named, logins.clone()).await).await;
    assert_eq!(ids, BTreeSet::from([guest]));
    assert_eq!(stored(&b).await, (1, 1));
}

/// Two identities of which each call shows both logins; half of the calls name one, half the other.
async fn crossed_merges(b: Rc<Backend>) {
    let older = b.public_id(b.people.logins(&b.w, "ana")).await;
    let younger = b.public_id(b.staff.logins(&b.w, "ana7")).await;
    let logins = json!({
        b.people.provider(): b.people.token(&b.w, "ana"), b.staff.provider(): b.staff.token(&b.w, "ana7"),
    });
    let named = [older.clone(), younger];
    let ids = at_once(&b, async move |b, at| get_credentials(&b.w, &named[at % 2], logins.clone()).await).await;
    assert_eq!(ids, BTreeSet::from([older]));
    assert_eq!(stored(&b).await, (2, 1));
}

/// Twenty users, merged in a ring: each into the next, many times over. One identity has them all in the end.
async fn developer_merges(b: Rc<Backend>) {
    for at in 0..20 {
        b.id(&user(at)).await;
    }
    at_once(&b, async |b, at| {
        let input = json!({
            "SourceUserIdentifier": user(at), "DestinationUserIdentifier": user(at + 1), "DeveloperProviderName": PROVIDER,
        });
        b.in_pool("MergeDeveloperIdentities", input).await
    })
    .await;
    let mut ids = BTreeSet::new();
    for at in 0..20 {
        ids.insert(b.id(&user(at)).await);
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(stored(&b).await, (20, 1));
    let owner = ids.pop_first().unwrap();
    let answer = b.in_pool("LookupDeveloperIdentity", json!({"IdentityId": owner})).await;
    assert_eq!(answer.at("DeveloperUserIdentifierList").as_array().unwrap().len(), 20);
}

fn user(at: usize) -> String {
    format!("user{:02}", at % 20)
}

/// Calls that link a user, and calls that unlink it wherever it is: whatever is left, it is one link or none.
async fn unlinking_and_linking(b: Rc<Backend>) {
    let ana = b.id("ana").await;
    let calls: Vec<_> = (0..MANY)
        .map(|at| {
            let (b, ana) = (Rc::clone(&b), ana.clone());
            spawn_local(async move {
                let unlink = json!({
                    "IdentityId": ana, "DeveloperProviderName": PROVIDER, "DeveloperUserIdentifier": "ana",
                });
                if at % 2 == 0 { b.user("ana").await } else { b.in_pool("UnlinkDeveloperIdentity", unlink).await }
            })
        })
        .collect();
    let mut unlinked = 0;
    for call in calls {
        let answer = call.await.unwrap();
        match (answer.status, answer.text.as_str()) {
            (200, "") => unlinked += 1,
            (200, _) => {}
            _ => {
                let code = answer.code();
                assert!(
                    ["ResourceNotFoundException", "ResourceConflictException"].contains(&code.as_str()),
                    "{answer}"
                );
            }
        }
    }
    // That identity had the user once, and gets it back never.
    assert_eq!(unlinked, 1);
    let now = b.id("ana").await;
    assert_ne!(now, ana);
    assert_eq!(stored(&b).await, (2, 2));
    assert_eq!(b.id("ana").await, now);
}

/// A hundred calls at once, each of which must succeed; the identities they answer.
async fn at_once(
    b: &Rc<Backend>,
    call: impl AsyncFn(Rc<Backend>, usize) -> Answer + Clone + 'static,
) -> BTreeSet<String> {
    let calls: Vec<_> = (0..MANY)
        .map(|at| {
            let (b, call) = (Rc::clone(b), call.clone());
            spawn_local(async move { call(b, at).await })
        })
        .collect();
    let mut ids = BTreeSet::new();
    for call in calls {
        ids.insert(call.await.unwrap().text_at("IdentityId"));
    }
    ids
}

/// How many identities of the pool there are, and how many of those are not disabled.
async fn stored(b: &Backend) -> (usize, usize) {
    let pool = b.pool.as_str().into();
    let read = b.w.node.store.read(async |tx| {
        let all = identities::list(tx, &pool, "", 1000).await?;
        Ok::<_, Fault>((all.len(), identities::list_enabled(tx, &pool, "", 1000).await?.len()))
    });
    read.await.unwrap()
}

#[allow(non_camel_case_types)]
enum Engine {
    memory,
    sqlite,
    postgres,
}

/// Runs a story on an empty store of this engine.
fn run(name: &str, engine: Engine, story: impl AsyncFn(Rc<Backend>)) {
    in_place(name, engine, async |config| story(Rc::new(backend(&config).await)).await);
}

/// Runs a story where a store of this engine can be opened.
fn in_place(name: &str, engine: Engine, story: impl AsyncFn(StoreConfig)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let config = match engine {
            Engine::memory => StoreConfig::Memory,
            Engine::sqlite => StoreConfig::Sqlite(folder.path().join("data.db")),
            Engine::postgres if testing::skipped() => return eprintln!("left out: {}=1", testing::SKIP),
            Engine::postgres => StoreConfig::Postgres(server().create_database(name).await.unwrap()),
        };
        story(config).await;
    });
}

async fn backend(config: &StoreConfig) -> Backend {
    Backend::of(node(config).await).await
}

/// A node on this store.
async fn node(config: &StoreConfig) -> World {
    let store = Store::open(config).await.unwrap();
    World::on(store, &[cognito_identity::operations(), sts::operations()]).await
}

/// Two nodes that share nothing but a PostgreSQL: a new user of the user pool and one of the developer come to both at once,
/// as does the need for a key to sign with.
#[test]
fn two_nodes_agree() {
    in_place("two_nodes_agree", Engine::postgres, async |config| {
        let b = Rc::new(backend(&config).await);
        let other = Rc::new(node(&config).await);
        // Worlds draw the same random bytes for requests of the same number.
        for _ in 0..3 * MANY {
            other.call_unsigned("GetId", &json!({})).await;
        }
        let logins = b.people.logins(&b.w, "ana");
        let developer = json!({"IdentityPoolId": b.pool, "Logins": {PROVIDER: "ana"}});
        let calls: Vec<_> = (0..MANY)
            .map(|at| {
                let (b, other, logins, developer) =
                    (Rc::clone(&b), Rc::clone(&other), logins.clone(), developer.clone());
                spawn_local(async move {
                    let w = if at % 2 == 0 { &b.w } else { &*other };
                    if at % 4 < 2 {
                        ("public", get_id(w, &b.pool, logins).await)
                    } else {
                        ("developer", w.call("GetOpenIdTokenForDeveloperIdentity", &developer).await)
                    }
                })
            })
            .collect();
        let mut ids = BTreeSet::new();
        for call in calls {
            let (kind, answer) = call.await.unwrap();
            ids.insert((kind, answer.text_at("IdentityId")));
        }
        assert_eq!(ids.len(), 2, "{ids:?}");
        assert_eq!(stored(&b).await, (2, 2));
    });
}

/// The server that all stories share, each in a database of its own.
fn server() -> &'static PostgresServer {
    static SERVER: OnceLock<PostgresServer> = OnceLock::new();
    SERVER.get_or_init(|| PostgresServer::start().unwrap())
}
