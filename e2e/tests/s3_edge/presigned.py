# URLs that botocore signs, in both versions and both styles, used by a client that knows nothing of AWS.
import boto3
from botocore.config import Config

domain = sys.argv[1]
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **how: resolve("127.0.0.1" if str(host).endswith(domain) else host, *rest, **how)
virtual = f"http://{domain}:{ENDPOINT.port}"
boto3.client("s3").create_bucket(Bucket="presigned")
out = {}


def use(method, url, body=b"", **headers):
    parts = urllib.parse.urlsplit(url)
    status, code, _, data = send(method, parts.path, headers, body, parts.query, host=parts.netloc)
    return [status, code or data.decode(errors="replace")]


for version in ("s3v4", "s3"):
    for style in ("path", "virtual"):
        config = Config(signature_version=version, s3={"addressing_style": style})
        s3 = boto3.client("s3", config=config, endpoint_url=virtual if style == "virtual" else None)

        def url(operation, expires=60, **parameters):
            return s3.generate_presigned_url(operation, Params={"Bucket": "presigned", **parameters}, ExpiresIn=expires)

        key = f"a b/é+{version}-{style}.txt"
        put, get = url("put_object", Key=key), url("get_object", Key=key, ResponseContentType="text/x-test")
        typed = url("put_object", Key=key + ".typed", ContentType="text/x-typed")
        short = url("get_object", expires=1, Key=key)
        found = out[f"{version} {style}"] = {
            "put": use("PUT", put, b"hello"),
            "get": use("GET", get),
            "head": use("HEAD", url("head_object", Key=key)),
            "typed": use("PUT", typed, b"x", **{"content-type": "text/x-typed"}),
            "other type": use("PUT", typed, b"x", **{"content-type": "text/html"})[:2],
            "list": use("GET", url("list_objects_v2"))[0],
            "other method": use("GET", put),
            "other key": use("GET", get.replace(".txt", ".text")),
            "other parameter": use("GET", get.replace("x-test", "html")),
            "sub-resource added": use("GET", url("list_objects") + "&encryption"),
            "header added": use("PUT", put, b"x", **{"x-amz-acl": "public-read"}),
            "delete": use("DELETE", url("delete_object", Key=key)),
        }
        time.sleep(2.1)
        found["expired"] = use("GET", short)
print(json.dumps(out))
