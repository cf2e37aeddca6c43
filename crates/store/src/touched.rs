//! What a transaction changed of what nodes keep in memory, and the numbers that tell them.

use std::ops::BitOrAssign;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one closure, or a batch of them, changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touched {
    /// Pools, clients, providers, roles, policies, keys.
    pub(crate) catalog: bool,
    /// The sessions that were revoked.
    pub(crate) revocations: bool,
}

impl BitOrAssign for Touched {
    fn bitor_assign(&mut self, other: Self) {
        self.catalog |= other.catalog;
        self.revocations |= other.revocations;
    }
}

/// Numbers that rise with every change, one for each kind of memory.
#[derive(Debug)]
pub(crate) struct Generations {
    catalog: AtomicU64,
    revocations: AtomicU64,
}

impl Generations {
    /// Both at 1, so that 0 stands for what was never loaded.
    pub(crate) fn new() -> Self {
        Self { catalog: AtomicU64::new(1), revocations: AtomicU64::new(1) }
    }

    pub(crate) fn catalog(&self) -> u64 {
        self.catalog.load(Ordering::SeqCst)
    }

    pub(crate) fn revocations(&self) -> u64 {
        self.revocations.load(Ordering::SeqCst)
    }

    /// What was touched counts as changed from here on.
    pub(crate) fn raise(&self, touched: Touched) {
        if touched.catalog {
            self.catalog.fetch_add(1, Ordering::SeqCst);
        }
        if touched.revocations {
            self.revocations.fetch_add(1, Ordering::SeqCst);
        }
    }
}
