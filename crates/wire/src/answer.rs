//! Whole HTTP answers. `Date` and whatever else every answer has in common is the server's.

use bytes::Bytes;
use contract::{Fault, Operation, Value};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::fault::Face;
use crate::{cors, json, query};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-amzn-errormessage");

/// Room for what an answer usually has, `Date` and length included.
const HEADERS: usize = 12;

/// A sentence in a header is cut here; the body has all of it.
const MAX_HEADER: usize = 1024;

/// The answer of an operation that went well.
pub fn answer(operation: &Operation, face: Face, output: &Value, request_id: &str) -> Response<Bytes> {
    let body = match face {
        Face::Json11 => json::write(operation, output),
        Face::Xml { namespace } => query::write(operation, namespace, output, request_id),
        Face::QueryJson => json::write_query(operation, output, request_id),
    };
    respond(StatusCode::OK, face, body, request_id)
}

/// The answer of a fault.
pub fn fault_answer(face: Face, fault: &Fault, request_id: &str) -> Response<Bytes> {
    let code = code(face, fault);
    let body = match face {
        Face::Json11 => json::write_fault(fault, code),
        Face::Xml { namespace } => query::write_fault(fault, namespace, request_id),
        Face::QueryJson => json::write_query_fault(fault, request_id),
    };
    let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = respond(status, face, body, request_id);
    if face == Face::Json11 {
        let headers = response.headers_mut();
        // The colon at the end is the real service's (spec/user-pools-api.md 1, "Error headers").
        put(headers, ERROR_TYPE, &format!("{code}:"));
        if let Some(message) = &fault.message {
            put(headers, ERROR_MESSAGE, message);
        }
    }
    response
}

/// The JSON services have their own word for what broke on our side.
fn code(face: Face, fault: &Fault) -> &str {
    match &*fault.code {
        "InternalFailure" if face == Face::Json11 => "InternalErrorException",
        code => code,
    }
}

fn respond(status: StatusCode, face: Face, body: Vec<u8>, request_id: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    let headers = response.headers_mut();
    let kind = match face {
        Face::Json11 => "application/x-amz-json-1.1",
        Face::Xml { .. } => "text/xml",
        Face::QueryJson => "application/json",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    put(headers, REQUEST_ID, request_id);
    if face == Face::Json11 {
        cors::allow(headers);
    }
    response
}

/// Header values are visible ASCII on one line.
fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if text.len() <= MAX_HEADER
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && let Ok(value) = HeaderValue::from_str(text)
    {
        headers.insert(name, value);
        return;
    }
    let line: String = text
        .chars()
        .take(MAX_HEADER)
        .map(|letter| match letter {
            '\n' | '\r' | '\t' => ' ',
            ' '..='~' => letter,
            _ => '?',
        })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&line) {
        headers.insert(name, value);
    }
}
