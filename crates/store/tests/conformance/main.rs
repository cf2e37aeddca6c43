//! One suite for every engine: each case is handed a place to open stores in. No engine is excused.

#![allow(clippy::unwrap_used, clippy::panic)]

mod basics;
mod catalog;
mod concurrency;
mod crash;
mod faults;
mod iam_devices;
mod iam_policies;
mod iam_providers;
mod identity_token_keys;
mod lab;
mod order;
mod s3;
mod s3_settings;
mod schema;
mod session_revocations;
mod tables;

/// A test per case and engine.
macro_rules! suite {
    ($engine:ident: $($module:ident :: $case:ident)*) => {
        mod $engine {
            $(
                #[test]
                fn $case() {
                    crate::lab::run(crate::lab::$engine, async |lab| crate::$module::$case(lab).await);
                }
            )*
        }
    };
}

/// Cases for every engine, and cases for those that outlive the process.
macro_rules! suites {
    (every: $($every:tt)*) => {
        suite!(memory: $($every)*);
        suite!(sqlite: $($every)*);
        suite!(postgres: $($every)*);
    };
    (durable: $($durable:tt)*) => {
        mod durable {
            suite!(sqlite: $($durable)*);
            suite!(postgres: $($durable)*);
        }
    };
}

suites! { every:
    basics::what_was_written_is_read
    basics::parameters_go_by_their_number
    basics::a_closure_error_keeps_nothing
    basics::a_swallowed_failure_is_no_success
    basics::a_taken_key_is_an_error_of_its_own
    basics::a_reader_cannot_write
    basics::one_question_is_one_statement
    basics::a_statement_must_fit_its_values
    basics::a_value_must_fit_its_column
    basics::a_text_with_nul_is_refused
    basics::a_panic_frees_the_writer
    basics::a_closed_store_says_so
    concurrency::no_increment_is_lost
    concurrency::write_skew_is_excluded
    concurrency::one_of_many_gets_the_name
    concurrency::an_acknowledged_write_is_visible_at_once
    concurrency::a_cancelled_writer_leaves_nothing_and_nobody_hangs
    concurrency::cancelling_at_random_loses_no_acknowledged_write
    catalog::a_touch_is_seen_before_its_writer_is_answered
    order::texts_are_ordered_by_bytes
    order::pages_neither_skip_nor_repeat
    order::prefixes_are_ranges
    tables::access_keys
    tables::iam_users_and_roles
    tables::policies_of_a_role
    tables::sealing_keys_and_settings
    tables::user_pools_and_clients
    tables::users
    tables::users_by_attribute_and_alias
    tables::groups_and_members
    tables::sessions_and_tokens_are_used_once
    tables::identities_and_logins
    tables::a_deleted_pool_is_swept_in_pieces
    iam_devices::mfa_devices
    iam_devices::reports_and_deletion_tasks
    iam_policies::managed_policies
    iam_policies::iam_groups_and_members
    iam_policies::last_uses
    iam_providers::oidc_providers
    iam_providers::saml_providers
    iam_providers::instance_profiles
    iam_providers::login_profiles
    iam_providers::accounts
    identity_token_keys::identity_token_keys
    session_revocations::session_revocations
    s3_settings::s3_bucket_settings
    s3::s3_buckets
    s3::s3_objects
    s3::s3_uploads_and_trash
    session_revocations::a_revocation_leaves_the_catalog_alone
}

suites! { durable:
    basics::a_read_sees_one_snapshot
    schema::nodes_that_start_together_agree
    schema::a_newer_store_is_refused
    schema::what_was_written_is_there_after_reopening
    catalog::another_node_sees_the_touch
}
