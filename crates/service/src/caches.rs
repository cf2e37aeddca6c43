//! One cache per kind of parsed configuration, found by the kind itself.

use gate::Cache;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Most entries of one kind that a node keeps.
const MOST: usize = 10_000;

/// The caches of a node. A room asks for `of::<ItsConfiguration>()` and gets the one cache of that type.
#[derive(Debug, Default)]
pub struct Caches {
    by_type: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Caches {
    /// The cache of `V`, made on first use.
    pub fn of<V: Send + Sync + 'static>(&self) -> Arc<Cache<V>> {
        let kind = TypeId::of::<V>();
        let known = self.by_type.read().unwrap_or_else(PoisonError::into_inner).get(&kind).cloned();
        let cache = known.unwrap_or_else(|| {
            let mut caches = self.by_type.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(caches.entry(kind).or_insert_with(|| Arc::new(Cache::<V>::new(MOST))))
        });
        // INVARIANT: an entry is inserted only under the type id of its own `V`.
        cache.downcast().unwrap_or_else(|_| Arc::new(Cache::new(MOST)))
    }
}
