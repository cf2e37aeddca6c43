//! One file per table: its row, and the statements on it.
