//! The command line: every flag, its environment variable, and the words that teach it.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A self-hosted checkpoint that speaks Amazon Cognito, IAM and STS.
#[derive(Debug, Parser)]
#[command(name = "sekisho", version, about, long_about = LONG_ABOUT, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const LONG_ABOUT: &str = "\
Sekisho is a self-hosted checkpoint that speaks the wire APIs of Amazon Cognito identity pools, Cognito user pools, \
IAM and STS, and guards S3. Unmodified AWS clients use it: point AWS_ENDPOINT_URL at it.

Start here:
  sekisho demo               builds the four ways of choosing a role, walks them, explains each, stays up
  sekisho serve              serves what is in ./sekisho-data
  eval \"$(sekisho env)\"      lets the AWS CLI of this shell talk to it

Every flag can also be set by its environment variable (SEKISHO_…) or in sekisho.toml, in this order of precedence: \
flag, environment, file, default.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the APIs until told to stop (SIGINT or SIGTERM).
    #[command(after_help = SERVE_HELP)]
    Serve(ServeArgs),
    /// Serve, build the four ways of choosing a role, walk and explain each, and stay up.
    Demo(ServeArgs),
    /// Print the exports that let the AWS CLI of this shell talk to the server.
    #[command(after_help = ENV_HELP)]
    Env(EnvArgs),
    /// Tell why a request was answered as it was, what would happen, or what a token is.
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArgs),
    /// Refuse from now on what was issued so far to an identity or for a role.
    #[command(after_help = REVOKE_HELP)]
    Revoke(RevokeArgs),
    /// List the keys that sign identity pools' tokens, or put new ones in their place.
    #[command(after_help = KEYS_HELP)]
    Keys(KeysArgs),
    /// Empty an ephemeral server, in milliseconds (refused by a server that keeps its data).
    Reset(ResetArgs),
}

const SERVE_HELP: &str = "\
Examples:
  sekisho serve
  sekisho serve --data /var/lib/sekisho --listen 0.0.0.0:4566 --base-url https://auth.example.com
  sekisho serve --store postgres://sekisho@db.example.com/sekisho
  sekisho serve --s3-upstream http://127.0.0.1:9000 --s3-domain s3.example.com
  sekisho serve --ephemeral                 everything in memory: for test suites, with `sekisho reset`

The data folder holds the master key (master.key) and the root access key (credentials), both readable by their owner \
only, and the objects of S3 (s3). SEKISHO_MASTER_KEY brings the master key instead (32 bytes, base64); with several \
nodes on one PostgreSQL every node needs the same one. SEKISHO_ROOT_ACCESS_KEY_ID and SEKISHO_ROOT_SECRET_ACCESS_KEY \
fix the root access key.

With --s3-upstream, the access key of that server is in SEKISHO_S3_UPSTREAM_ACCESS_KEY_ID and \
SEKISHO_S3_UPSTREAM_SECRET_ACCESS_KEY (and SEKISHO_S3_UPSTREAM_SESSION_TOKEN, if it is a temporary one).

Reverse proxies ask /_sekisho/authorize who a request is from and whether it may pass: those on this machine, or, with \
SEKISHO_AUTHORIZE_SECRET, those that know it (docs/reverse-proxy.md).";

const ENV_HELP: &str = "\
Example:
  eval \"$(sekisho env)\"
  aws sts get-caller-identity";

macro_rules! keys_help {
    () => {
        "\
The call is signed with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN if they are set, else with \
SEKISHO_ROOT_ACCESS_KEY_ID and SEKISHO_ROOT_SECRET_ACCESS_KEY, else with the root key in the data folder."
    };
}

const EXPLAIN_HELP: &str = concat!(
    "\
Examples:
  sekisho explain 8f14e45f-ceea-467f-9c3a-2b1d0e6a7c55
  sekisho explain identity --pool us-east-1:1b4e… --login cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC=@id-token
  sekisho explain identity --pool us-east-1:1b4e… --action s3:GetObject --resource arn:aws:s3:::photos/cat.jpg
  sekisho explain token - <id-token

",
    keys_help!(),
);

const REVOKE_HELP: &str = concat!(
    "\
Examples:
  sekisho revoke --identity us-east-1:7a1e… --reason 'lost phone'
  sekisho revoke --role Fan
  sekisho revoke --list

Credentials and tokens that were issued before are refused at once, on other nodes within a second; so are the sessions that \
were assumed with them. What is issued afterwards is good.

",
    keys_help!(),
);

const KEYS_HELP: &str = concat!(
    "\
Examples:
  sekisho keys list
  sekisho keys rotate
  sekisho keys rotate --now                 after a leak

Keys are rotated by themselves after 90 days: the new one is in the key set for an hour before it signs, the old one goes on \
verifying until every token that it signed has expired. `rotate` begins that now. `rotate --now` has the new one sign at \
once and removes all others: tokens that they signed are refused, on other nodes within a second, and wherever else keys are \
kept, once they are fetched again.

",
    keys_help!(),
);

/// What `serve` and `demo` take. An absent value falls back to the file, then to the default.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:4566]
    #[arg(long, env = "SEKISHO_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Data folder: database, master key, root access key [default: ./sekisho-data]
    #[arg(long, env = "SEKISHO_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where the data lives: sqlite:PATH or postgres://… [default: sqlite in the data folder]
    #[arg(long, env = "SEKISHO_STORE", value_name = "URL")]
    pub store: Option<String>,
    /// Keep everything in memory; nothing survives the process
    #[arg(long, env = "SEKISHO_EPHEMERAL", conflicts_with = "store")]
    pub ephemeral: bool,
    /// The account of a new data folder: twelve digits [default: 123456789012]
    #[arg(long, env = "SEKISHO_ACCOUNT_ID", value_name = "ID")]
    pub account_id: Option<String>,
    /// Region of requests that name none [default: us-east-1]
    #[arg(long, env = "SEKISHO_REGION", value_name = "REGION")]
    pub region: Option<String>,
    /// Issuer of user-pool tokens: `self` (this server's base URL) or `aws` [default: self]
    #[arg(long, env = "SEKISHO_ISSUER", value_name = "self|aws")]
    pub issuer: Option<String>,
    /// The URL under which clients reach this server [default: http://LISTEN]
    #[arg(long, env = "SEKISHO_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// Host of an OpenID Connect provider that may have an internal address, with `:PORT` if need be; repeat it or separate
    /// by commas [default: none: keys are fetched from public addresses only]
    #[arg(long, env = "SEKISHO_INTERNAL_PROVIDER", value_name = "HOST", value_delimiter = ',')]
    pub internal_provider: Vec<String>,
    /// Fetch providers' keys over http:// too
    #[arg(long, env = "SEKISHO_HTTP_PROVIDERS")]
    pub http_providers: bool,
    #[command(flatten)]
    pub providers: ProviderArgs,
    #[command(flatten)]
    pub s3: S3Args,
    /// Worker threads [default: one per core]
    #[arg(long, env = "SEKISHO_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// Log format: `human`, `json`, or `auto` (human on a terminal) [default: auto]
    #[arg(long, env = "SEKISHO_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// What to log, such as `info` or `sekisho=debug` [default: info]
    #[arg(long, env = "SEKISHO_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Configuration file [default: sekisho.toml in the working folder, if there]
    #[arg(long, env = "SEKISHO_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Where the objects of S3 are, and under which names.
#[derive(Args, Clone, Debug, Default)]
pub struct S3Args {
    /// S3 server to guard, http://HOST:PORT or https://HOST (`https://{bucket}.HOST` for buckets in host names) [default: none:
    /// objects are files in the data folder]
    #[arg(long, env = "SEKISHO_S3_UPSTREAM", value_name = "URL")]
    pub s3_upstream: Option<String>,
    /// Region to sign for at that server [default: --region]
    #[arg(long, env = "SEKISHO_S3_UPSTREAM_REGION", value_name = "REGION")]
    pub s3_upstream_region: Option<String>,
    /// Certificate authorities to trust at that server besides the public ones, PEM [default: none]
    #[arg(long, env = "SEKISHO_S3_UPSTREAM_CA", value_name = "FILE")]
    pub s3_upstream_ca: Option<PathBuf>,
    /// Host name of which BUCKET.DOMAIN names a bucket; repeat it or separate by commas [default: none: buckets are in the path,
    /// or in AWS's own host names]
    #[arg(long, env = "SEKISHO_S3_DOMAIN", value_name = "DOMAIN", value_delimiter = ',')]
    pub s3_domain: Vec<String>,
    /// Make buckets without a public access block, so that their policies may let in anyone
    #[arg(long, env = "SEKISHO_S3_PUBLIC_BUCKETS")]
    pub s3_public_buckets: bool,
}

/// Where the public providers of identities are asked whose a token is. A place that is named may have an internal address.
#[derive(Args, Clone, Debug, Default)]
pub struct ProviderArgs {
    /// Where Facebook is asked about access tokens [default: https://graph.facebook.com]
    #[arg(long, env = "SEKISHO_FACEBOOK_ENDPOINT", value_name = "URL")]
    pub facebook_endpoint: Option<String>,
    /// Where Login with Amazon is asked about access tokens [default: https://api.amazon.com]
    #[arg(long, env = "SEKISHO_AMAZON_ENDPOINT", value_name = "URL")]
    pub amazon_endpoint: Option<String>,
    /// Where Twitter is asked about tokens [default: https://api.twitter.com]
    #[arg(long, env = "SEKISHO_TWITTER_ENDPOINT", value_name = "URL")]
    pub twitter_endpoint: Option<String>,
    /// Below which URL Google's discovery document is [default: https://accounts.google.com]
    #[arg(long, env = "SEKISHO_GOOGLE_ENDPOINT", value_name = "URL")]
    pub google_endpoint: Option<String>,
    /// Below which URL Apple's discovery document is [default: https://appleid.apple.com]
    #[arg(long, env = "SEKISHO_APPLE_ENDPOINT", value_name = "URL")]
    pub apple_endpoint: Option<String>,
}

/// Where a running server is, for the commands that talk to one.
#[derive(Args, Clone, Debug, Default)]
pub struct EnvArgs {
    /// Data folder of the server [default: ./sekisho-data]
    #[arg(long, env = "SEKISHO_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The server's URL [default: the one it wrote into its data folder]
    #[arg(long, env = "SEKISHO_BASE_URL", value_name = "URL")]
    pub base_url: Option<String>,
    /// Region to export [default: us-east-1]
    #[arg(long, env = "SEKISHO_REGION", value_name = "REGION")]
    pub region: Option<String>,
}

/// What `reset` takes: the server's address, and the root key from the environment or the data folder.
#[derive(Args, Clone, Debug, Default)]
pub struct ResetArgs {
    #[command(flatten)]
    pub server: EnvArgs,
}

/// What `explain` takes.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ExplainArgs {
    #[command(subcommand)]
    pub what: Option<ExplainWhat>,
    /// The request id: `x-amzn-RequestId` of the answer (`aws --debug` shows it, SDK errors carry it)
    #[arg(value_name = "REQUEST_ID", required = true)]
    pub request_id: Option<String>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: EnvArgs,
}

#[derive(Clone, Debug, Subcommand)]
pub enum ExplainWhat {
    /// What identity and credentials these logins would get, and why; nothing is written or issued.
    Identity(ExplainIdentityArgs),
    /// What a token is: whose, good or not, which roles it names, which identity it stands for.
    Token(ExplainTokenArgs),
}

/// What `explain identity` takes.
#[derive(Args, Clone, Debug)]
pub struct ExplainIdentityArgs {
    /// The identity pool
    #[arg(long, value_name = "ID")]
    pub pool: String,
    /// A login as in the Logins map; repeat it for several. `PROVIDER=@FILE` reads the token from a file, `@-` from standard
    /// input. None: a guest
    #[arg(long = "login", value_name = "PROVIDER=TOKEN")]
    pub logins: Vec<String>,
    /// The identity that the client names [default: none, as a client that asks GetId first]
    #[arg(long, value_name = "ID")]
    pub identity: Option<String>,
    /// The CustomRoleArn of the call
    #[arg(long, value_name = "ARN")]
    pub custom_role: Option<String>,
    /// Would the credentials permit this action?
    #[arg(long, value_name = "SERVICE:NAME")]
    pub action: Option<String>,
    /// On this resource
    #[arg(long, value_name = "ARN", requires = "action")]
    pub resource: Option<String>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: EnvArgs,
}

/// What `explain token` takes.
#[derive(Args, Clone, Debug)]
pub struct ExplainTokenArgs {
    /// An ID or access token of a user pool, an OpenID token of an identity pool, or a session token; `@FILE` reads it from a
    /// file, `-` from standard input
    #[arg(value_name = "TOKEN")]
    pub token: String,
    /// The access key id that belongs to a session token, without which it does not open
    #[arg(long, value_name = "ID")]
    pub access_key_id: Option<String>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: EnvArgs,
}

/// What `revoke` takes.
#[derive(Args, Clone, Debug)]
pub struct RevokeArgs {
    #[command(flatten)]
    pub whose: RevokeWhose,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", conflicts_with = "list")]
    pub reason: Option<String>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: EnvArgs,
}

/// Whose credentials `revoke` is about.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct RevokeWhose {
    /// An identity of an identity pool
    #[arg(long, value_name = "ID")]
    pub identity: Option<String>,
    /// A role, by name or ARN
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// List what is revoked
    #[arg(long)]
    pub list: bool,
}

/// What `keys` takes.
#[derive(Args, Clone, Debug)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub what: KeysWhat,
}

#[derive(Clone, Debug, Subcommand)]
pub enum KeysWhat {
    /// Every key: how old it is, and whether it signs, will sign, or only verifies.
    List(KeysCommonArgs),
    /// Give the key of every region a successor.
    Rotate(KeysRotateArgs),
}

/// What both take.
#[derive(Args, Clone, Debug)]
pub struct KeysCommonArgs {
    /// For programs
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: EnvArgs,
}

/// What `keys rotate` takes.
#[derive(Args, Clone, Debug)]
pub struct KeysRotateArgs {
    /// Sign with the new key at once, and refuse what the others signed: after a leak
    #[arg(long)]
    pub now: bool,
    #[command(flatten)]
    pub common: KeysCommonArgs,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn explain_takes_a_request_or_a_question() {
        let parses = |line: &str| Cli::try_parse_from(line.split(' ')).is_ok();
        assert!(parses("sekisho explain 8f14e45f"));
        assert!(parses("sekisho explain 8f14e45f --json"));
        assert!(parses("sekisho explain identity --pool p --login a=b --login c=d --json"));
        assert!(parses("sekisho explain token t --access-key-id ASIA"));
        assert!(!parses("sekisho explain"));
        assert!(!parses("sekisho explain identity"));
        assert!(!parses("sekisho explain identity --pool p --resource r"));
        assert!(parses("sekisho revoke --list"));
        assert!(parses("sekisho revoke --role r --reason x"));
        assert!(!parses("sekisho revoke"));
        assert!(parses("sekisho keys list --json"));
        assert!(parses("sekisho keys rotate --now --json"));
        assert!(!parses("sekisho keys"));
        assert!(!parses("sekisho keys list --now"));
        assert!(!parses("sekisho revoke --role r --identity i"));
    }
}
