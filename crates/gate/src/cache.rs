//! A small cache of configuration that is dropped as a whole when the catalog changes.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use store::Store;

/// Parts with a lock of their own.
const SHARDS: usize = 16;

/// Parsed configuration by key. An entry lives until any catalog row changes: the catalog is small, changes are rare.
///
/// Every request reads several entries, so reading is kept cheap: nothing is noted about who was read when. A full part
/// gives up any one of its entries.
#[derive(Debug)]
pub struct Cache<V: Send + Sync + 'static> {
    generation: AtomicU64,
    shards: Vec<RwLock<Shard<V>>>,
    most_in_shard: usize,
    hasher: RandomState,
}

/// Each entry with the generation that it was loaded in.
type Shard<V> = HashMap<String, (u64, Arc<V>)>;

impl<V: Send + Sync + 'static> Cache<V> {
    /// A cache of about `most` entries.
    pub fn new(most: usize) -> Self {
        Self {
            generation: AtomicU64::new(0),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            most_in_shard: most.div_ceil(SHARDS).max(1),
            hasher: RandomState::new(),
        }
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
        if let Some(value) = self.find(generation, key) {
            return Ok(Some(value));
        }
        // On the heap, since it is seldom needed: the future of every request would carry its state otherwise.
        let Some(value) = Box::pin(load()).await?.map(Arc::new) else { return Ok(None) };
        self.insert(generation, key, Arc::clone(&value));
        Ok(Some(value))
    }

    fn find(&self, generation: u64, key: &str) -> Option<Arc<V>> {
        if self.generation.load(Ordering::Acquire) < generation {
            self.forget_older(generation);
        }
        match self.read(key)?.get(key) {
            Some((seen, value)) if *seen == generation => Some(Arc::clone(value)),
            _ => None,
        }
    }

    fn insert(&self, generation: u64, key: &str, value: Arc<V>) {
        let Some(mut shard) = self.write(key) else { return };
        if shard.len() >= self.most_in_shard
            && !shard.contains_key(key)
            && let Some(any) = shard.keys().next().cloned()
        {
            shard.remove(&any);
        }
        // Whoever read the number earlier may come later: what is newer stays.
        if shard.get(key).is_none_or(|(seen, _)| *seen <= generation) {
            shard.insert(key.to_owned(), (generation, value));
        }
    }

    /// The first to see a new generation empties the cache.
    fn forget_older(&self, generation: u64) {
        if self.generation.fetch_max(generation, Ordering::AcqRel) < generation {
            for shard in &self.shards {
                let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
                shard.retain(|_, (seen, _)| *seen >= generation);
            }
        }
    }

    fn read(&self, key: &str) -> Option<RwLockReadGuard<'_, Shard<V>>> {
        Some(self.shard(key)?.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, key: &str) -> Option<RwLockWriteGuard<'_, Shard<V>>> {
        Some(self.shard(key)?.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn shard(&self, key: &str) -> Option<&RwLock<Shard<V>>> {
        let hash = self.hasher.hash_one(key);
        self.shards.get(usize::try_from(hash % SHARDS as u64).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_gone_with_its_generation() {
        let cache = Cache::<u32>::new(100);
        cache.insert(1, "a", Arc::new(1));
        assert_eq!(cache.find(1, "a").as_deref(), Some(&1));
        assert_eq!(cache.find(1, "b"), None);
        assert_eq!(cache.find(2, "a"), None);
        assert!(cache.shards.iter().all(|shard| shard.read().is_ok_and(|shard| shard.is_empty())));
    }

    #[test]
    fn what_was_loaded_before_a_change_is_not_found_after_it() {
        let cache = Cache::<u32>::new(100);
        assert_eq!(cache.find(2, "a"), None);
        cache.insert(1, "a", Arc::new(1));
        assert_eq!(cache.find(2, "a"), None);
        cache.insert(2, "a", Arc::new(2));
        cache.insert(1, "a", Arc::new(1));
        assert_eq!(cache.find(2, "a").as_deref(), Some(&2));
    }

    #[test]
    fn a_full_cache_stays_small() {
        let cache = Cache::<u32>::new(64);
        for number in 0..1_000 {
            cache.insert(1, &number.to_string(), Arc::new(number));
            assert_eq!(cache.find(1, &number.to_string()).as_deref(), Some(&number));
        }
        let kept: usize = cache.shards.iter().map(|shard| shard.read().map_or(0, |shard| shard.len())).sum();
        assert!(kept <= 64, "{kept}");
    }
}
