//! Counts tests from what `cargo test` prints.

use std::fmt;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    /// The test program that is running: started, and its result not seen yet.
    running: Option<String>,
    failures: Vec<String>,
}

impl Tally {
    /// Takes one line of output.
    pub fn line(&mut self, line: &str) {
        let line = line.trim_end();
        let trimmed = line.trim_start();
        // Cargo indents its own words by at least three; what tests print is not mistaken for them.
        let of_cargo = line.len() - trimmed.len() >= 3;
        if of_cargo && (trimmed.starts_with("Running ") || trimmed.starts_with("Doc-tests ")) {
            self.end();
            self.running = Some(trimmed.to_owned());
        } else if let Some(counts) = line.strip_prefix("test result: ").and_then(counts) {
            self.running = None;
            self.passed += counts.passed;
            self.failed += counts.failed;
            self.skipped += counts.skipped;
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
    }

    /// Ends the running test program: one that never gave its result counts as one failure.
    pub fn end(&mut self) {
        if let Some(program) = self.running.take() {
            self.fail(&format!("a test program ended before it gave its result: {program}"));
        }
    }

    /// Counts something that failed outside a test.
    pub fn fail(&mut self, what: &str) {
        self.failed += 1;
        self.failures.push(what.to_owned());
    }

    /// How many failed.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// The names of what failed.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Reads `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`.
fn counts(text: &str) -> Option<Counts> {
    let (_, numbers) = text.split_once(". ")?;
    let number = |what: &str| {
        numbers.split("; ").find_map(|part| part.strip_suffix(what)).and_then(|number| number.trim().parse().ok())
    };
    Some(Counts { passed: number(" passed")?, failed: number(" failed")?, skipped: number(" ignored")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(text: &str) -> Tally {
        let mut tally = Tally::default();
        text.lines().for_each(|line| tally.line(line));
        tally.end();
        tally
    }

    #[test]
    fn all_programs_are_added_up() {
        let seen = tally(
            "     Running unittests src/lib.rs (target/debug/deps/a-1)\n\
             test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             \x20  Doc-tests a\n\
             test b::c ... FAILED\n\
             test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 1.20s\n",
        );
        assert_eq!(seen.to_string(), "4 passed, 2 failed, 1 skipped");
        assert_eq!(seen.failures(), ["b::c"]);
    }

    #[test]
    fn a_program_that_dies_counts_as_failed() {
        let seen = tally(
            "     Running unittests src/lib.rs (target/debug/deps/a-1)\n\
             running 3 tests\n\
             error: test failed, to rerun pass `-p a --lib`\n\
             \n\
             Caused by:\n\
             \x20 process didn't exit successfully (signal: 6, SIGABRT: process abort signal)\n\
             \x20    Running tests/b.rs (target/debug/deps/b-1)\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(seen.to_string(), "2 passed, 1 failed");
        assert!(seen.failures()[0].contains("a-1"), "{:?}", seen.failures());
    }

    #[test]
    fn what_tests_print_is_not_counted() {
        assert_eq!(tally("test result: all is well\nRunning fast\n").to_string(), "0 passed, 0 failed");
    }
}
