//! Any document is a list of keys or a refusal, and a list that is written anew is read as the same list. What
//! follows a NUL is what a server behind us could answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use s3::deletes::{Deletes, DeletesDecided, DeniedDelete};

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let (document, answer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(deletes) = Deletes::parse(document) else { return };
    assert_eq!(Deletes::parse(&deletes.document()).ok().as_ref(), Some(&deletes));
    let denied = deletes.objects.iter().take(3);
    let denied = denied.map(|delete| DeniedDelete { delete: delete.clone(), message: "Access Denied".to_owned() });
    let decided = DeletesDecided { denied: denied.collect(), allowed: deletes };
    if let Ok(written) = decided.answer(Some(answer)) {
        assert!(decided.answer(Some(&written)).is_ok(), "what is written can be read");
    }
    assert!(decided.answer(None).is_ok());
});
