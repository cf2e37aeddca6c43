//! A `PostgreSQL` server for tests, from the machine's own `initdb` and `postgres`.
