//! Which operations are answered, found by what the router says.

use contract::{Operation, Service};
use service::Entry;

/// The operations behind a door.
#[derive(Debug)]
pub struct Table {
    services: Vec<&'static Service>,
    /// Sorted by service and name.
    entries: Vec<Entry>,
}

impl Table {
    /// All entries of these tables, and every service that one of them belongs to.
    pub fn new(tables: &[&'static [Entry]]) -> Self {
        let mut entries: Vec<Entry> = tables.iter().flat_map(|table| table.iter().copied()).collect();
        entries.sort_by_key(key);
        let mut services: Vec<&'static Service> = entries.iter().map(|entry| entry.operation.service).collect();
        services.dedup_by_key(|service| service.name);
        Self { services, entries }
    }

    /// The services, each with every operation of its model.
    pub fn services(&self) -> &[&'static Service] {
        &self.services
    }

    /// The entry of an operation; `None`: not built yet.
    pub fn find(&self, operation: &Operation) -> Option<&Entry> {
        let wanted = (operation.service.name, operation.name);
        let at = self.entries.binary_search_by(|entry| key(entry).cmp(&wanted)).ok()?;
        self.entries.get(at)
    }
}

fn key(entry: &Entry) -> (&'static str, &'static str) {
    (entry.operation.service.name, entry.operation.name)
}
