//! What a growing number of identities costs: the hot calls on a store of a thousand identities, then ten times as many, and so
//! on. The store is filled directly, in large steps; half of the identities are guests, the others have one login.

use crate::account::Call;
use crate::client::{Connection, Keys, REGION, get, json_call, query_call};
use crate::floor::Work;
use crate::load::Load;
use crate::process::Process;
use aws_lc_rs::digest::{SHA256, digest};
use domain::jwt::{Algorithm, SigningKey, generate_pkcs8};
use domain::{Timestamp, UserPoolId, new_id};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use store::table::user_pool_keys::{self, UserPoolKey};
use store::testing::PostgresServer;
use store::{Param, Store, StoreConfig, StoreError};

/// Where it begins.
const LEAST: usize = 1_000;
/// What counts as flat.
const FLAT: f64 = 1.3;
/// Identities that are asked for, spread over all of them.
const SAMPLES: usize = 2_000;
/// Rows of one statement, and statements of one transaction.
const ROWS: usize = 500;
const STATEMENTS: usize = 40;
const CLIENT: &str = "bench";
const KEY: &str = "bench-growth";

/// Measures both engines, or the one that is named.
pub fn measure(program: &Path, most: usize, each: Duration, engine: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    if engine != "postgres" {
        println!("SQLite");
        let server = Process::serve(program)?;
        let file = StoreConfig::Sqlite(server.data().join("sekisho.db"));
        runtime.block_on(grow(&server, &file, most, each))?;
    }
    if engine != "sqlite" {
        let postgres = PostgresServer::start()?;
        let url = runtime.block_on(postgres.create_database("bench"))?;
        println!("PostgreSQL (the CPU time is that of the server in front of it)");
        let server = Process::serve_with(program, &["--store", &url], &[])?;
        runtime.block_on(grow(&server, &StoreConfig::Postgres(url), most, each))?;
    }
    Ok(())
}

async fn grow(server: &Process, config: &StoreConfig, most: usize, each: Duration) -> Result<(), String> {
    let store = Store::open(config).await.map_err(said)?;
    let place = Place::make(server, &store).await?;
    println!(
        "{:<36} {:>10} {:>10} {:>10} {:>10} {:>12} {:>9}",
        "call", "identities", "req/s", "p50 µs", "p99 µs", "CPU µs/req", "× least"
    );
    let mut least: Vec<Load> = Vec::new();
    let (mut there, mut worst) = (0, (0.0_f64, String::new()));
    let mut size = LEAST.min(most);
    loop {
        let begun = Instant::now();
        place.fill(&store, there, size, matches!(config, StoreConfig::Postgres(_))).await.map_err(said)?;
        println!("{} identities more in {:.1} s", size - there, begun.elapsed().as_secs_f64());
        there = size;
        for (number, call) in place.calls(size)?.iter().enumerate() {
            let load = Load::run(server, call, 1, each)?;
            let first = least.get(number).unwrap_or(&load);
            let times = load.p50_us / first.p50_us;
            println!(
                "{:<36} {size:>10} {:>10.0} {:>10.0} {:>10.0} {:>12.1} {times:>9.2}",
                call.name, load.per_second, load.p50_us, load.p99_us, load.cpu_us
            );
            if times > worst.0 {
                worst = (times, format!("{} at {size}", call.name));
            }
            if least.len() <= number {
                least.push(load);
            }
        }
        if size >= most {
            break;
        }
        size = (size * 10).min(most);
    }
    let (times, which) = worst;
    let verdict = if times <= FLAT { "flat" } else { "NOT FLAT" };
    println!("{verdict}: at most {times:.2} times the median of the smallest ({which})\n");
    Ok(())
}

/// A pool of identities, and the key of a user pool whose tokens are made here.
struct Place {
    address: String,
    root: Keys,
    pool: String,
    provider: String,
    issuer: String,
    key: SigningKey,
}

impl Place {
    async fn make(server: &Process, store: &Store) -> Result<Self, String> {
        let (address, root) = (server.address().to_owned(), server.root_keys()?);
        let call = |service: &str, call: &str, input: Value| {
            let request = json_call(&address, service, call, &input, Some(&root))?;
            Connection::open(&address)?.json(&request).map_err(|error| format!("{call}: {error}"))
        };
        let user_pool = call("cognito-idp", "CreateUserPool", json!({ "PoolName": "growth" }))?;
        let user_pool = text(&user_pool["UserPool"]["Id"])?;
        let provider = format!("cognito-idp.{REGION}.amazonaws.com/{user_pool}");
        let pool = json!({
            "IdentityPoolName": "growth", "AllowUnauthenticatedIdentities": true,
            "CognitoIdentityProviders": [{ "ProviderName": provider, "ClientId": CLIENT }],
        });
        let pool = text(&call("cognito-identity", "CreateIdentityPool", pool)?["IdentityPoolId"])?;
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": pool } },
        }] });
        let members = [("RoleName", "Growth"), ("AssumeRolePolicyDocument", &trust.to_string())];
        let request = query_call(&address, "iam", "CreateRole", &members, Some(&root))?;
        Connection::open(&address)?.json(&request)?;
        let role = "arn:aws:iam::123456789012:role/Growth";
        let roles = json!({ "authenticated": role, "unauthenticated": role });
        call("cognito-identity", "SetIdentityPoolRoles", json!({ "IdentityPoolId": pool, "Roles": roles }))?;

        let private = generate_pkcs8().map_err(said)?;
        let key = SigningKey::from_pkcs8(KEY, Algorithm::Rs256, &private).map_err(said)?;
        let row = UserPoolKey {
            pool_id: UserPoolId::from(user_pool.as_str()),
            key_id: KEY.to_owned(),
            token_use: "id".to_owned(),
            sealed_private: Vec::new(),
            public_modulus: key.verifying_key().modulus().to_vec(),
            public_exponent: key.verifying_key().exponent().to_vec(),
            created_ms: now(),
        };
        let insert = async |tx: &mut store::Tx| {
            user_pool_keys::insert(tx, &row).await?;
            tx.touch_catalog().await
        };
        store.write(insert).await.map_err(said)?;
        let issuer = format!("http://{address}/{user_pool}");
        let place = Self { address, root, pool, provider, issuer, key };
        // The server notices within a second that another process changed the catalog.
        std::thread::sleep(Duration::from_millis(1500));
        Ok(place)
    }

    /// Adds the identities from one number to another.
    async fn fill(&self, store: &Store, from: usize, to: usize, analyze: bool) -> Result<(), StoreError> {
        let numbers: Vec<usize> = (from..to).collect();
        for step in numbers.chunks(ROWS * STATEMENTS) {
            store
                .write(async |tx: &mut store::Tx| {
                    for rows in step.chunks(ROWS) {
                        self.add(tx, rows).await?;
                    }
                    Ok::<_, StoreError>(())
                })
                .await?;
        }
        if analyze {
            // A server in use does this by itself, some time after it grew.
            for table in ["identities", "identity_logins"] {
                store.write(async |tx: &mut store::Tx| tx.exec(&format!("ANALYZE {table}"), &[]).await).await?;
            }
        }
        Ok(())
    }

    async fn add(&self, tx: &mut store::Tx, numbers: &[usize]) -> Result<(), StoreError> {
        let now = now();
        let ids: Vec<String> = numbers.iter().map(|number| identity(*number)).collect();
        let mut identities: Vec<Param<'_>> = Vec::with_capacity(numbers.len() * 6);
        for (number, id) in numbers.iter().zip(&ids) {
            let state = if has_login(*number) { "authenticated" } else { "guest" };
            identities.extend([Param::Text(id), Param::Text(&self.pool), Param::Text(state), Param::Null]);
            identities.extend([Param::from(now), Param::from(now)]);
        }
        let columns = "id, pool_id, state, merged_into, created_ms, modified_ms";
        tx.exec(&insertion("identities", columns, 6, numbers.len()), &identities).await?;

        let owners = numbers.iter().zip(&ids).filter(|(number, _)| has_login(**number));
        let logins: Vec<(String, &String)> = owners.map(|(number, id)| (subject(*number), id)).collect();
        if logins.is_empty() {
            return Ok(());
        }
        let mut values: Vec<Param<'_>> = Vec::with_capacity(logins.len() * 5);
        for (subject, id) in &logins {
            values.extend([Param::Text(&self.pool), Param::Text(&self.provider), Param::Text(subject)]);
            values.extend([Param::Text(id), Param::from(now)]);
        }
        let columns = "pool_id, provider, subject, identity_id, linked_ms";
        tx.exec(&insertion("identity_logins", columns, 5, logins.len()), &values).await?;
        Ok(())
    }

    /// The calls on a store of this size.
    fn calls(&self, size: usize) -> Result<Vec<Call>, String> {
        let identity_call = |call: &str, input: Value| json_call(&self.address, "cognito-identity", call, &input, None);
        let step = (size / SAMPLES).max(1);
        let spread = |login: bool| (0..size).step_by(step).map(move |at| at / 2 * 2 + usize::from(!login));
        let (mut known, mut of_users, mut of_guests) = (Vec::new(), Vec::new(), Vec::new());
        for number in spread(true) {
            let logins = json!({ (self.provider.as_str()): self.token(number)? });
            known.push(identity_call("GetId", json!({ "IdentityPoolId": self.pool, "Logins": logins }))?);
            let input = json!({ "IdentityId": identity(number), "Logins": logins });
            of_users.push(identity_call("GetCredentialsForIdentity", input)?);
        }
        for number in spread(false) {
            of_guests.push(identity_call("GetCredentialsForIdentity", json!({ "IdentityId": identity(number) }))?);
        }
        let new_guest = identity_call("GetId", json!({ "IdentityPoolId": self.pool }))?;
        let pages = self.pages()?;
        let none = Work::default();
        Ok(vec![
            Call::new("no-op", get(&self.address, "/_sekisho/health"), none),
            Call::of_many("GetId, a known login", known, none),
            Call::of_many("GetCredentialsForIdentity, login", of_users, none),
            Call::of_many("GetCredentialsForIdentity, guest", of_guests, none),
            Call::of_many("ListIdentities, 60 of them", pages, none),
            Call::new("GetId, a new guest", new_guest, none),
        ])
    }

    /// The first pages of the listing, a dozen of them.
    fn pages(&self) -> Result<Vec<Vec<u8>>, String> {
        let (mut pages, mut next) = (Vec::new(), Value::Null);
        let mut to = Connection::open(&self.address)?;
        while pages.len() < 12 {
            let input = json!({ "IdentityPoolId": self.pool, "MaxResults": 60, "NextToken": next });
            let request = json_call(&self.address, "cognito-identity", "ListIdentities", &input, Some(&self.root))?;
            next = to.json(&request)?["NextToken"].take();
            pages.push(request);
            if next.is_null() {
                break;
            }
        }
        Ok(pages)
    }

    fn token(&self, number: usize) -> Result<String, String> {
        let now = now().seconds();
        let claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": subject(number), "token_use": "id", "iat": now, "auth_time": now,
            "exp": now + 7200, "cognito:username": "bench", "email": "bench@example.com",
        });
        self.key.sign(&claims).map_err(said)
    }
}

fn insertion(table: &str, columns: &str, width: usize, rows: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO {table} ({columns}) VALUES {} ON CONFLICT DO NOTHING", rows.join(", "))
}

/// Every other identity.
fn has_login(number: usize) -> bool {
    number.is_multiple_of(2)
}

fn identity(number: usize) -> String {
    format!("{REGION}:{}", uuid("identity", number))
}

fn subject(number: usize) -> String {
    uuid("subject", number)
}

/// Random to look at, and the same each time.
fn uuid(kind: &str, number: usize) -> String {
    let hash = digest(&SHA256, format!("{kind} {number}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    new_id::uuid(bytes)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("no text: {value}"))
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
