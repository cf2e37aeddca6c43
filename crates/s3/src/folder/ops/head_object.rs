//! HeadObject: what GetObject answers, without the bytes.

use crate::folder::visit::{Answer, Visit};

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    super::get_object::answer(v, false).await
}
