# Each thing that can be wrong with a signature, and what S3 says to it.
out = {}


def told(name, answer):
    status, code, _, data = answer
    elements = re.findall(rb"<([\w-]+)>([^<]*)</", data)
    out[name] = [status, code, {n.decode(): v.decode() for n, v in elements if n not in (b"RequestId", b"HostId")}]


good = signed("PUT", "/edge", b"")
assert good[0] == 200, good
assert signed("PUT", "/edge/a", b"hello")[0] == 200
told("unknown key", signed("GET", "/edge/a", key="AKIAUNKNOWNUNKNOWN00"))
told("wrong secret", signed("GET", "/edge/a", secret="guess"))
told("old", signed("GET", "/edge/a", seconds=-1000))
told("early", signed("GET", "/edge/a", seconds=1000))
told("header outside", signed("GET", "/edge/a", headers={"x-amz-meta-a": "b"}, unsigned=("x-amz-meta-a",)))
told("token of nobody", signed("GET", "/edge/a", key="ASIAUNKNOWNUNKNOWN00", token="bm9ib2R5"))
told("temporary key without token", signed("GET", "/edge/a", key="ASIAUNKNOWNUNKNOWN00", token=None))
told("unknown claim", signed("GET", "/edge/a", claim="STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"))
told("false body", signed("PUT", "/edge/a", b"hallo", claim=sha256(b"hello")))
told("version 2", send("GET", "/edge/a", {"authorization": f"AWS {KEY}:AAAA", "date": "x"}))
told("other mechanism", send("GET", "/edge/a", {"authorization": "AWS4-ECDSA-P256-SHA256 Credential=x/s3/aws4_request"}))
told("incomplete", send("GET", "/edge/a", {"authorization": "AWS4-HMAC-SHA256 Credential=A/20260102/x/s3/aws4_request",
                                            "x-amz-date": "20260102T030405Z"}))
told("presigned, incomplete", send("GET", "/edge/a", {}, query="X-Amz-Signature=0"))
scope = urllib.parse.quote("A/20260102/us-east-1/s3/aws4_request", safe="")
parts = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
told("presigned, a week and more", send("GET", "/edge/a", {}, query=f"{parts}&X-Amz-Date=20260102T030405Z&X-Amz-Expires=604801"))
told("presigned, no date", send("GET", "/edge/a", {}, query=f"{parts}&X-Amz-Date=yesterday&X-Amz-Expires=60"))
told("presigned, over", send("GET", "/edge/a", {}, query=f"{parts}&X-Amz-Date=20260102T030405Z&X-Amz-Expires=60"))
told("two signatures", send("GET", "/edge/a", {"authorization": "AWS4-HMAC-SHA256 Credential=A/20260102/x/s3/aws4_request"},
                            query=parts))
told("anonymous read", send("GET", "/edge/a", {}))
told("anonymous list", send("GET", "/edge", {}))
told("anonymous write", send("PUT", "/edge/b", {}, b"x"))
told("anonymous absence", send("GET", "/edge/no-such-key", {}))
told("anonymous head", send("HEAD", "/edge/a", {}))
told("no such bucket", signed("GET", "/no-such-bucket/a"))
told("unread", signed("GET", "/edge/a"))
print(json.dumps(out))
