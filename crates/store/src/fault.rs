//! What a client hears when the store fails: an internal error, with the cause for the log alone.

use crate::StoreError;
use contract::Fault;

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}
