//! The table of operations: which function answers which call.

use crate::{Cx, Node};
use contract::{Fault, Operation, Value};
use gate::{Caller, Context};
use std::future::Future;
use std::pin::Pin;

/// A future that stays on its worker thread.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Answers one call: checked input in, output out (null: the operation answers nothing).
pub type Handler = for<'a> fn(&'a Cx, Value) -> LocalBoxFuture<'a, Result<Value, Fault>>;

/// The condition keys that depend on what a call is about (tags of its resource, a policy's ARN), for the decision whether the
/// caller may make it. Everything else the gate knows by itself.
pub type ConditionKeys =
    for<'a> fn(&'a Node, &'a Caller, &'a Operation, &'a Value) -> LocalBoxFuture<'a, Result<Context, Fault>>;

/// One operation that this build answers.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The contract: name, schemas, action, resources.
    pub operation: &'static Operation,
    /// The function behind it.
    pub run: Handler,
    /// The service's own condition keys, if it has any.
    pub condition_keys: Option<ConditionKeys>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("operation", &self.operation.name).finish_non_exhaustive()
    }
}

/// Writes a service's table: `operations![model::sts::GetCallerIdentity => ops::get_caller_identity]`.
///
/// Each module has `pub async fn run(cx: &Cx, input: Input) -> Result<Output, Fault>`, where input and output are the
/// model's types for that operation. A service whose resources carry tags begins with `condition_keys: function;`.
#[macro_export]
macro_rules! operations {
    ($($call:path => $module:path),+ $(,)?) => {
        $crate::operations![@ None; $($call => $module),+]
    };
    (condition_keys: $keys:path; $($call:path => $module:path),+ $(,)?) => {
        $crate::operations![
            @ Some(|node, caller, operation, input| ::std::boxed::Box::pin($keys(node, caller, operation, input)));
            $($call => $module),+
        ]
    };
    (@ $keys:expr; $($call:path => $module:path),+) => {
        &[$({
            use $call as TheCall;
            use $module as the_module;
            $crate::Entry {
                operation: <TheCall as ::contract::Call>::OPERATION,
                run: |cx, input| ::std::boxed::Box::pin(async move {
                    let input = <<TheCall as ::contract::Call>::Input as ::contract::FromValue>::from_value(input)?;
                    let output: <TheCall as ::contract::Call>::Output = the_module::run(cx, input).await?;
                    Ok(::contract::IntoValue::into_value(output))
                }),
                condition_keys: $keys,
            }
        }),+]
    };
}
