//! Many bytes, in many or few pieces.

use crate::place::with_bucket;
use bytes::Bytes;
use http_body_util::BodyExt;
use proptest::prelude::*;

fn pieces(bytes: &[u8], sizes: &[usize]) -> s3::Body {
    let (mut frames, mut rest) = (Vec::new(), bytes);
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let (piece, more) = rest.split_at((*sizes.next().unwrap()).clamp(1, rest.len()));
        frames.push(Ok(http_body::Frame::data(Bytes::copy_from_slice(piece))));
        rest = more;
    }
    crate::place::frames(frames)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn pieces_make_the_whole(
        length in prop_oneof![Just(0_usize), 1..100_usize, 500_000..3_000_000_usize],
        sizes in prop::collection::vec(prop_oneof![1_000..20_000_usize, 1_000_000..1_500_000_usize], 1..4),
        cuts in prop::collection::vec((0.0..1.0, 0.0..1.0), 3),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let p = with_bucket().await;
            let bytes: Vec<u8> = (0..length).map(|index| (index * 31 % 251) as u8).collect();
            let put = p.send("PUT", "/app/k", &[], pieces(&bytes, &sizes), None).await.ok();
            let at_once = p.put("/app/same", bytes.clone()).await.ok();
            assert_eq!(put.header("etag"), at_once.header("etag"));
            assert_eq!(put.header("x-amz-checksum-crc64nvme"), at_once.header("x-amz-checksum-crc64nvme"));
            assert_eq!(p.get("/app/k").await.ok().body, bytes);
            for (one, other) in cuts {
                let at = |share: f64| (share * length as f64) as usize;
                let (first, last) = (at(one).min(at(other)), at(one).max(at(other)));
                if length > 0 {
                    let got = p.call("GET", "/app/k", &[("range", &format!("bytes={first}-{last}"))], "").await.ok();
                    assert_eq!(got.body, bytes[first..=last.min(length - 1)]);
                }
            }
        });
    }
}

#[tokio::test]
async fn a_download_tells_its_length_and_may_be_given_up() {
    let p = with_bucket().await;
    p.put("/app/k", vec![1; 4_000_000]).await.ok();
    let response = p.serve("GET", "/app/k", &[], s3::body::empty(), Some(0)).await.unwrap();
    let mut body = response.into_body();
    assert_eq!(http_body::Body::size_hint(&body).exact(), Some(4_000_000));
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(http_body::Body::size_hint(&body).exact(), Some(4_000_000 - first.len() as u64));
    drop(body);
    assert_eq!(p.get("/app/k").await.ok().body.len(), 4_000_000);
}

/// A file that is damaged is an error, never a short answer.
#[tokio::test]
async fn a_damaged_file_is_an_error() {
    let p = with_bucket().await;
    p.put("/app/k", vec![1; 1_000_000]).await.ok();
    let file = p.files().remove(0);
    std::fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(700_000).unwrap();
    let response = p.serve("GET", "/app/k", &[], s3::body::empty(), Some(0)).await.unwrap();
    assert!(response.into_body().collect().await.is_err());
    std::fs::remove_file(&file).unwrap();
    assert_eq!(p.get("/app/k").await.told(), "500 InternalError");
}
