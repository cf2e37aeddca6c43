//! A small cache of configuration that is dropped as a whole when the catalog changes.

use moka::sync::Cache as Moka;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;

/// Parsed configuration by key. An entry lives until any catalog row changes: the catalog is small, changes are rare.
#[derive(Debug)]
pub struct Cache<V: Send + Sync + 'static> {
    generation: AtomicU64,
    entries: Moka<String, (u64, Arc<V>)>,
}

impl<V: Send + Sync + 'static> Cache<V> {
    /// A cache of at most `most` entries.
    pub fn new(most: u64) -> Self {
        Self { generation: AtomicU64::new(0), entries: Moka::new(most) }
    }

    /// The entry, from memory or from `load`. Absence is not cached, so a row that was just made is found at once.
    ///
    /// # Errors
    /// Whatever `load` answers.
    pub async fn get_or_load<E>(
        &self,
        store: &Store,
        key: &str,
        load: impl AsyncFnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<Arc<V>>, E> {
        // Read before loading: what is loaded may be older than a change that commits meanwhile, and must not be
        // taken for the state after it.
        let generation = store.generation();
        if self.generation.swap(generation, Ordering::AcqRel) != generation {
            self.entries.invalidate_all();
        }
        if let Some((seen, value)) = self.entries.get(key)
            && seen == generation
        {
            return Ok(Some(value));
        }
        let Some(value) = load().await?.map(Arc::new) else { return Ok(None) };
        self.entries.insert(key.to_owned(), (generation, Arc::clone(&value)));
        Ok(Some(value))
    }
}
