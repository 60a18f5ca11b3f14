"""A service model of Bedrock's runtime for botocores that have none, as small as the tests need it, and clients made with it."""
import json
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

MODEL = {
    "version": "2.0",
    "metadata": {
        "apiVersion": "2023-09-30", "endpointPrefix": "bedrock-runtime", "jsonVersion": "1.1", "protocol": "rest-json", "serviceFullName": "Amazon Bedrock Runtime",
        "serviceId": "Bedrock Runtime", "signatureVersion": "v4", "signingName": "bedrock", "uid": "bedrock-runtime-2023-09-30",
    },
    "operations": {},
    "shapes": {
        "String": {"type": "string"}, "Integer": {"type": "integer"}, "Blob": {"type": "blob"}, "Document": {"type": "structure", "members": {}, "document": True},
    },
}
ERRORS = {"AccessDeniedException": 403, "ThrottlingException": 429, "ValidationException": 400, "InternalServerException": 500, "ServiceUnavailableException": 503}
STREAM_ERRORS = {"throttlingException": "ThrottlingException", "internalServerException": "InternalServerException"}
DOCUMENTS = ("messages", "system", "inferenceConfig", "toolConfig", "additionalModelRequestFields")


def _structure(members: Any, **more: Any) -> Any:
    return {"type": "structure", "members": {name: {"shape": shape} if isinstance(shape, str) else shape for name, shape in members.items()}, **more}


def build() -> Any:
    """The model: what is a union of many blocks in the real one is a document here."""
    shapes: Any = dict(MODEL["shapes"])
    for name, status in ERRORS.items():
        shapes[name] = _structure({"message": "String"}, error={"httpStatusCode": status}, exception=True)
    model_id = {"shape": "String", "location": "uri", "locationName": "modelId"}
    shapes["ConverseRequest"] = _structure({"modelId": model_id, **{name: "Document" for name in DOCUMENTS}}, required=["modelId"])
    shapes["ConverseResponse"] = _structure({"output": "Document", "stopReason": "String", "usage": "Document", "metrics": "Document"})
    event = {"event": True}
    for name, members in {
        "MessageStartEvent": {"role": "String"}, "ContentBlockStartEvent": {"start": "Document", "contentBlockIndex": "Integer"},
        "ContentBlockDeltaEvent": {"delta": "Document", "contentBlockIndex": "Integer"}, "ContentBlockStopEvent": {"contentBlockIndex": "Integer"},
        "MessageStopEvent": {"stopReason": "String"}, "MetadataEvent": {"usage": "Document", "metrics": "Document"},
    }.items():
        shapes[name] = _structure(members, **event)
    shapes["PayloadPart"] = _structure({"bytes": "Blob"}, **event)
    events = {name: name[0].upper() + name[1:] + "Event" for name in ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata")}
    shapes["ConverseStreamOutput"] = _structure({**events, **STREAM_ERRORS}, eventstream=True)
    shapes["ResponseStream"] = _structure({"chunk": "PayloadPart", **STREAM_ERRORS}, eventstream=True)
    shapes["ConverseStreamResponse"] = _structure({"stream": "ConverseStreamOutput"}, payload="stream")
    header = {"shape": "String", "location": "header", "locationName": "Content-Type"}
    accept = {"shape": "String", "location": "header", "locationName": "Accept"}
    shapes["InvokeRequest"] = _structure({"body": "Blob", "contentType": header, "accept": accept, "modelId": model_id}, required=["modelId"], payload="body")
    shapes["InvokeResponse"] = _structure({"body": "Blob", "contentType": header}, payload="body")
    shapes["InvokeStreamResponse"] = _structure({"body": "ResponseStream", "contentType": header}, payload="body")
    operations = {
        name: {
            "name": name, "http": {"method": "POST", "requestUri": f"/model/{{modelId}}/{path}", "responseCode": 200},
            "input": {"shape": given}, "output": {"shape": taken}, "errors": [{"shape": error} for error in ERRORS],
        }
        for name, path, given, taken in (
            ("Converse", "converse", "ConverseRequest", "ConverseResponse"), ("ConverseStream", "converse-stream", "ConverseRequest", "ConverseStreamResponse"),
            ("InvokeModel", "invoke", "InvokeRequest", "InvokeResponse"),
            ("InvokeModelWithResponseStream", "invoke-with-response-stream", "InvokeRequest", "InvokeStreamResponse"),
        )
    }
    return {**MODEL, "operations": operations, "shapes": shapes}


@lru_cache(maxsize=None)
def _session() -> Any:
    """A session that knows the model: loaders read it from a folder."""
    from botocore.session import Session

    session = Session()
    loader = session.get_component("data_loader")
    with TemporaryDirectory() as folder:
        home = Path(folder) / "bedrock-runtime" / "2023-09-30"
        home.mkdir(parents=True)
        (home / "service-2.json").write_text(json.dumps(build()))
        loader.search_paths.insert(0, folder)
        client_of(session, "http://127.0.0.1:1")  # the loader keeps what it has read
        loader.search_paths.remove(folder)
    return session


def client(endpoint: str, **config: Any) -> Any:
    """A client of botocore at an endpoint, by this model."""
    return client_of(_session(), endpoint, **config)


def client_of(session: Any, endpoint: str, **config: Any) -> Any:
    """A client of a session."""
    from botocore.config import Config

    settings: Any = {"retries": {"max_attempts": 0}, "read_timeout": 10, **config}
    return session.create_client(
        "bedrock-runtime", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="wJalrXUtnFEMI", config=Config(**settings),
    )


def is_signed(exchange: Any, secret: str = "wJalrXUtnFEMI") -> bool:
    """Whether the signature of a request that a server got is right for its method, path, headers and body: AWS's Signature Version 4, reckoned apart from botocore."""
    import hashlib
    import hmac
    import re
    from urllib.parse import quote

    found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=[^/]+/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})", exchange.headers["authorization"])
    assert found is not None
    scope, names, signature = found.groups()
    headers = "".join(f"{name}:{' '.join(exchange.headers[name].split())}\n" for name in names.split(";"))
    canonical = "\n".join((exchange.method, quote(exchange.path, safe="/-_.~"), "", headers, names, hashlib.sha256(exchange.body).hexdigest()))
    signed = "\n".join(("AWS4-HMAC-SHA256", exchange.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(hmac.new(key, signed.encode(), hashlib.sha256).hexdigest(), signature)
