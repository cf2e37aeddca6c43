# Bodies in every framing: what is right arrives, what was changed on the way leaves nothing behind.
data = bytes(range(256)) * 1000  # four chunks, the last one small
out = {}


def stored(key):
    status, _, headers, body = signed("GET", f"/bodies/{key}", headers={"x-amz-checksum-mode": "ENABLED"})
    return [status, sha256(body) == sha256(data), headers.get("x-amz-checksum-crc32")] if status == 200 else [status]


def tried(name, answer):
    out[name] = [answer[0], answer[1], stored(name)]


def flip(at):
    return lambda wire: wire[:at] + bytes([wire[at] ^ 1]) + wire[at + 1:]


assert signed("PUT", "/bodies")[0] == 200
tried("plain", signed("PUT", "/bodies/plain", data))
tried("unsigned", signed("PUT", "/bodies/unsigned", data, claim="UNSIGNED-PAYLOAD"))
tried("chunks", chunked("/bodies/chunks", data))
tried("trailer", chunked("/bodies/trailer", data, trailer=True))
tried("first-chunk-changed", chunked("/bodies/first-chunk-changed", data, change=flip(1000)))
tried("last-chunk-changed", chunked("/bodies/last-chunk-changed", data, change=flip(250_000)))
tried("signature-changed", chunked("/bodies/signature-changed", data, change=flip(30)))
tried("trailer-changed", chunked("/bodies/trailer-changed", data, trailer=True, change=lambda wire: wire.replace(crc32(data).encode(), crc32(b"").encode())))
tried("cut", chunked("/bodies/cut", data, change=lambda wire: wire[:wire.rindex(b"\r\n0;")] + b"\r\n"))
tried("other-length", chunked("/bodies/other-length", data, decoded=len(data) - 1))
tried("small-chunks", chunked("/bodies/small-chunks", data, size=1024))


def unsigned_trailer(name, sum, content=data, decoded=None):
    headers = {"content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32",
               "x-amz-decoded-content-length": str(len(data) if decoded is None else decoded)}
    wire = f"{len(content):x}\r\n".encode() + content + b"\r\n0\r\nx-amz-checksum-crc32:" + sum.encode() + b"\r\n\r\n"
    return signed("PUT", f"/bodies/{name}", wire, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", headers=headers)


tried("unsigned-trailer", unsigned_trailer("unsigned-trailer", crc32(data)))
tried("unsigned-trailer-changed", unsigned_trailer("unsigned-trailer-changed", crc32(data), data[:-1] + b"x"))
tried("false-sha256", signed("PUT", "/bodies/false-sha256", data[:-1] + b"x", claim=sha256(data)))
md5 = base64.b64encode(hashlib.md5(data).digest()).decode()
tried("md5", signed("PUT", "/bodies/md5", data, headers={"content-md5": md5}))
tried("false-md5", signed("PUT", "/bodies/false-md5", data[:-1] + b"x", headers={"content-md5": md5}))
tried("false-crc32", signed("PUT", "/bodies/false-crc32", data, headers={"x-amz-checksum-crc32": crc32(b"")}))

# A connection that breaks in the middle.
signature = Signature("PUT", "/bodies/broken", "", {"host": ENDPOINT.netloc}, sha256(data))
lines = [f"{name}: {value}" for name, value in {**signature.headers, "content-length": len(data)}.items()]
broken = socket.create_connection((ENDPOINT.hostname, ENDPOINT.port))
broken.sendall(("PUT /bodies/broken HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + data[:100_000])
broken.close()
time.sleep(0.5)
out["broken"] = [0, "", stored("broken")]
print(json.dumps(out))
