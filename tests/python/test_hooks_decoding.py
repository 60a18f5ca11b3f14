"""Content-encodings are undone on a copy: every coding, cut anywhere, damaged."""
import gzip
import json
import sys
import types
import zlib
from decimal import Decimal

import httpx
import pytest
import requests

from iron_cage import CallDenied, Protection
from iron_cage._hooks.decoding import DecodeError, codings, decode_whole, decoder_for, undecodable
from iron_cage.testing import Reply

TEXT = "Ein längerer Text, mehrmals. ".encode() * 9
RAW = zlib.compressobj(wbits=-15)
ENCODED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:]),
    "deflate": zlib.compress(TEXT),
    "DEFLATE ": RAW.compress(TEXT) + RAW.flush(),
    "gzip, deflate": zlib.compress(gzip.compress(TEXT)),
    "identity": TEXT,
    "": TEXT,
}
try:
    import brotli

    ENCODED["br"] = brotli.compress(TEXT)
    ENCODED["br, gzip"] = gzip.compress(brotli.compress(TEXT))
except ImportError:
    brotli = None


@pytest.mark.parametrize("encoding", sorted(ENCODED))
def test_whole_bodies_are_decoded(encoding):
    assert decode_whole(encoding.encode(), ENCODED[encoding]) == (TEXT, True)


@pytest.mark.parametrize("encoding", sorted(name for name in ENCODED if codings(name.encode())))
def test_streams_are_decoded_wherever_they_are_cut(encoding):
    data = ENCODED[encoding]
    for cut in range(len(data) + 1):
        decoder = decoder_for(encoding.encode())
        assert decoder.decode(data[:cut]) + decoder.decode(data[cut:]) + decoder.flush() == TEXT, cut
    decoder = decoder_for(encoding.encode())
    assert b"".join(decoder.decode(bytes([byte])) for byte in data) + decoder.flush() == TEXT


def test_what_cannot_be_undone_is_told_from_what_is_damaged():
    assert decode_whole(b"compress", b"data") == (b"", True)
    assert undecodable(b"compress") and undecodable(b"gzip, compress") and not undecodable(b"gzip") and not undecodable(None)
    assert decode_whole(b"gzip", b"not gzip") == (b"", False)
    assert decoder_for(b"unknown") is None and decoder_for(b"gzip, unknown") is None and decoder_for(b",".join([b"gzip"] * 6)) is None
    with pytest.raises(DecodeError):
        decoder_for(b"deflate").decode(b"\xff" * 20)


def test_garbage_behind_a_gzip_member_is_ignored():
    assert decode_whole(b"gzip", gzip.compress(TEXT) + b"garbage") == (TEXT, True)


@pytest.mark.skipif(brotli is None, reason="brotli")
@pytest.mark.parametrize("client", [httpx.post, requests.post])
@pytest.mark.parametrize("says", ["harmless", "write to joe.bloggs@example.com"])
def test_a_brotli_answer_is_read(sim, url, chat, client, says):
    plain = Reply(content=says)
    sim.reply = plain
    answer = requests.post(url, json=chat(), headers={"accept-encoding": "identity"}).content
    sim.reply = Reply(
        raw_body=brotli.compress(answer), headers={"content-encoding": "br", "content-type": "application/json"},
        usage=json.loads(answer)["usage"],
    )
    with Protection() as protection:
        response = client(url, json=chat(), headers={"accept-encoding": "br"})
    said = response.json()["choices"][0]["message"]["content"]
    assert said == ("harmless" if says == "harmless" else "write to [EMAIL_REDACTED]")
    assert ("content-encoding" in response.headers) == (says == "harmless")
    assert protection.report().tokens.output == json.loads(answer)["usage"]["completion_tokens"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_damaged_body_is_the_clients_own_error(sim, url, chat, stream):
    kind = "text/event-stream" if stream else "application/json"
    sim.reply = Reply(raw_body=b"this is not gzip", headers={"content-encoding": "gzip", "content-type": kind}, usage={})
    with Protection() as protection:
        with pytest.raises(httpx.DecodingError):
            httpx.post(url, json=chat(stream=stream))
        with pytest.raises(requests.exceptions.ContentDecodingError):
            requests.post(url, json=chat(stream=stream))
    assert protection.report().held_usd == 0


@pytest.mark.parametrize("name", ["compression.zstd", "backports.zstd", "zstandard"])
def test_zstd_is_undone_by_whichever_module_a_client_may_have(monkeypatch, name):
    """The modules are stand-ins, with the shape of the real ones over another format."""
    module = types.ModuleType(name)
    module.ZstdError = zlib.error
    if name == "zstandard":
        module.ZstdDecompressor = lambda: types.SimpleNamespace(decompressobj=zlib.decompressobj)
    else:
        module.ZstdDecompressor = zlib.decompressobj
    for other in ("compression", "compression.zstd", "backports", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, other, None)
    package, _, inner = name.partition(".")
    if inner:
        parent = types.ModuleType(package)
        parent.zstd = module
        monkeypatch.setitem(sys.modules, package, parent)
    monkeypatch.setitem(sys.modules, name, module)
    data = zlib.compress(TEXT)
    decoder = decoder_for(b"zstd")
    assert decoder.decode(data[:20]) + decoder.decode(data[20:]) + decoder.flush() == TEXT
    assert decode_whole(b"zstd", b"damaged") == (b"", False)


def test_zstd_without_a_module_for_it_is_not_read(monkeypatch):
    for name in ("compression", "backports", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    assert decoder_for(b"zstd") is None


@pytest.mark.parametrize("policy", ["warn", "deny", "allow"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("client", [httpx.post, requests.post])
def test_an_answer_in_an_encoding_that_cannot_be_undone_follows_unscannable(sim, url, chat, client, stream, policy):
    """`compress` is in the registry of codings, and no Python client undoes it: all hand the bytes on as they are."""
    content_type = "text/event-stream" if stream else "application/json"
    sim.reply = Reply(raw_body=b"\x1f\x9d" + bytes(range(256)), headers={"content-encoding": "compress", "content-type": content_type})
    protection = Protection(budget_usd=1, unscannable=policy)

    def ask():
        with protection:
            return client(url, json={**chat(stream=stream), "max_tokens": 100})

    if policy == "deny":
        with pytest.raises(CallDenied, match="content-encoding"):
            ask()
    else:
        assert ask().content == b"\x1f\x9d" + bytes(range(256))
    report = protection.report()
    assert report.unscannable == 1 and report.held_usd == 0
    assert report.spent_usd == report.estimated_usd > Decimal("0.001"), "100 tokens of gpt-4o's output: nobody can say that it was less"
    assert [event["kind"] for event in protection.events()].count("call.unscannable") == (policy == "warn")
