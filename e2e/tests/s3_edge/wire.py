"""Requests to S3 written by hand, signed without any AWS library: what a test needs to say something wrong on purpose."""
import base64, datetime, hashlib, hmac, http.client, json, os, re, socket, sys, time, urllib.parse, zlib

ENDPOINT = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
KEY, SECRET = os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", "")
TOKEN = os.environ.get("AWS_SESSION_TOKEN")
EMPTY = hashlib.sha256(b"").hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def quote(text):
    return urllib.parse.quote(text, safe="-._~")


class Signature:
    """Signature Version 4 in the header."""

    def __init__(self, method, path, query, headers, claim, key=KEY, secret=SECRET, token=TOKEN, region="us-east-1",
                 service="s3", seconds=0, unsigned=()):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        self.stamp = at.strftime("%Y%m%dT%H%M%SZ")
        self.scope = f"{self.stamp[:8]}/{region}/{service}/aws4_request"
        headers = {name.lower(): str(value).strip() for name, value in headers.items()}
        headers["x-amz-date"] = self.stamp
        headers["x-amz-content-sha256"] = claim
        if token:
            headers["x-amz-security-token"] = token
        signed = sorted(name for name in headers if name not in unsigned)
        pairs = sorted((quote(n), quote(v)) for n, v in urllib.parse.parse_qsl(query, keep_blank_values=True))
        canonical = "\n".join([
            method, path, "&".join(f"{n}={v}" for n, v in pairs),
            *[f"{name}:{headers[name]}" for name in signed], "", ";".join(signed), claim])
        self.key = ("AWS4" + secret).encode()
        for part in self.scope.split("/"):
            self.key = mac(self.key, part)
        text = "\n".join(["AWS4-HMAC-SHA256", self.stamp, self.scope, sha256(canonical.encode())])
        self.value = mac(self.key, text).hex()
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={key}/{self.scope}, "
                                    f"SignedHeaders={';'.join(signed)}, Signature={self.value}")
        self.headers = headers

    def chunk(self, previous, data):
        text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", self.stamp, self.scope, previous, EMPTY, sha256(data)])
        return mac(self.key, text).hex()

    def trailer(self, previous, lines):
        text = "\n".join(["AWS4-HMAC-SHA256-TRAILER", self.stamp, self.scope, previous, sha256(lines.encode())])
        return mac(self.key, text).hex()


def send(method, path, headers, body=b"", query="", host=None):
    """Sends what is given and nothing else; answers status, S3's code, headers, body."""
    connection = http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=60)
    connection.putrequest(method, path + ("?" + query if query else ""), skip_host=True, skip_accept_encoding=True)
    headers = dict(headers)
    headers.setdefault("host", host or ENDPOINT.netloc)
    if method in ("PUT", "POST") or body:
        headers.setdefault("content-length", str(len(body)))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        connection.send(body)
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    found = re.search(rb"<Code>(\w+)</Code>", data)
    return answer.status, found.group(1).decode() if found else "", dict(answer.getheaders()), data


def signed(method, path, body=b"", claim=None, query="", headers=None, **how):
    """A request signed as it should be, unless `how` says otherwise."""
    headers = {"host": ENDPOINT.netloc, **(headers or {})}
    signature = Signature(method, path, query, headers, claim or sha256(body), **how)
    return send(method, path, signature.headers, body, query)


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def chunked(path, data, size=64 * 1024, trailer=False, change=None, decoded=None):
    """A body of signed chunks, with a signed trailer if asked; `change` spoils what goes over the wire."""
    claim = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    headers = {"host": ENDPOINT.netloc, "content-encoding": "aws-chunked",
               "x-amz-decoded-content-length": str(len(data) if decoded is None else decoded)}
    if trailer:
        headers["x-amz-trailer"] = "x-amz-checksum-crc32"
    signature = Signature("PUT", path, "", headers, claim)
    previous, wire = signature.value, b""
    for at in list(range(0, len(data), size)) + [len(data)]:
        piece = data[at:at + size]
        previous = signature.chunk(previous, piece)
        wire += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + (b"\r\n" if piece else b"")
    if trailer:
        line = f"x-amz-checksum-crc32:{crc32(data)}\n"
        wire += line.strip().encode() + b"\r\n"
        wire += f"x-amz-trailer-signature:{signature.trailer(previous, line)}\r\n".encode()
    wire += b"\r\n"
    return send("PUT", path, signature.headers, change(wire) if change else wire)
