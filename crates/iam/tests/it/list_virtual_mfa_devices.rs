use crate::create_virtual_mfa_device::{device, enabled};
use crate::*;

#[tokio::test]
async fn devices_are_listed_by_assignment() {
    let w = world().await;
    user(&w, "ana").await;
    let (phone, _) = enabled(&w, "ana", "phone").await;
    let (watch, _) = device(&w, "watch").await;
    let serials = async |input: Value| -> Vec<Value> {
        let listed = result(&w, "ListVirtualMFADevices", &input).await;
        listed["VirtualMFADevices"].as_array().unwrap().iter().map(|found| found["SerialNumber"].clone()).collect()
    };
    let (phone, watch) = (json!(phone), json!(watch));
    assert_eq!(serials(json!({ "AssignmentStatus": "Assigned" })).await, std::slice::from_ref(&phone));
    assert_eq!(serials(json!({ "AssignmentStatus": "Unassigned" })).await, std::slice::from_ref(&watch));
    assert_eq!(serials(json!({ "AssignmentStatus": "Any" })).await, [phone.clone(), watch.clone()]);
    let first = result(&w, "ListVirtualMFADevices", &json!({ "MaxItems": 1 })).await;
    assert_eq!(first["IsTruncated"], true);
    let found = &first["VirtualMFADevices"][0];
    assert_eq!((&found["User"]["UserName"], &found["EnableDate"]), (&json!("ana"), &json!(1_767_323_045)));
    assert_eq!(found.get("Base32StringSeed"), None);
    assert_eq!(serials(json!({ "Marker": first["Marker"] })).await, [watch]);
}
