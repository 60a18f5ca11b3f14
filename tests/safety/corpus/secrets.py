"""Tokens of vendors by the shapes in data/secret_shapes.tsv, and secrets that have no vendor."""
from __future__ import annotations

import base64
import json
import re
import string
from functools import lru_cache

from . import shapes
from .languages import rows
from .source import ALNUM, Source
from .value import Value

_GENERAL = ("PRIVATE_KEY", "JWT", "CONNECTION_STRING", "BASIC_AUTH_URL", "GENERIC_SECRET")
#: What must stand directly around a value whose word is not a name but syntax.
_SYNTAX = {
    "AZURE_SAS_SIGNATURE": ("https://acct01.blob.core.windows.net/reports/q3.csv?sv=2022-11-02&se=2026-09-01T00%3A00Z&sr=b&sp=r&sig=", ("URL", "DATE_TIME")),
    "KUBERNETES_BOOTSTRAP_TOKEN": ("kubeadm join k8s.example.com:6443 --token ", ("URL",)),
}


@lru_cache(maxsize=None)
def vendor_shapes() -> dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]]:
    """Kind → (vendor, shape, words of which one must stand left)."""
    out: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {}
    for kind, vendor, shape, words in rows("secret_shapes.tsv"):
        out[kind] = (*out.get(kind, ()), (vendor, shape, () if words == "-" else tuple(words.split(", "))))
    return out


def kinds() -> tuple[str, ...]:
    return (*vendor_shapes(), *_GENERAL)


def make(kind: str, source: Source) -> Value:
    if kind in _GENERAL:
        return {"PRIVATE_KEY": private_key, "JWT": jwt, "CONNECTION_STRING": connection_string, "BASIC_AUTH_URL": basic_auth_url, "GENERIC_SECRET": generic_secret}[kind](source)
    vendor, shape, words = source.pick(vendor_shapes()[kind])
    # A full stop at the end would be the sentence's.
    text = source.until(lambda t: not t.endswith("."), lambda: shapes.draw(source, shape))
    if kind in _SYNTAX:
        before, tolerates = _SYNTAX[kind]
        return Value(text, bare=True, before=before, tolerates=tolerates, labels=("link", "command"), names=("command", "link"))
    if not words:
        name = kind.lower()
        tolerates = ("URL",) if text.startswith("https:") else ("EMAIL_ADDRESS",) if "@" in text else ()
        return Value(text, bare=True, tolerates=tolerates, labels=(f"{vendor} key", f"{vendor} token", "token", "API key", "key"), names=(name, name, "api_key", "token", "key"))
    return Value(text, labels=tuple(_label(word, source) for word in words), names=tuple(_name(word, source) for word in words if re.fullmatch("[a-z0-9_]+", word)))


def _label(word: str, source: Source) -> str:
    return word.rstrip("=") if re.search(r"(key|secret|token|password|apikey=?)$", word) else f"{word} {source.pick(('key', 'token', 'secret', 'API key'))}"


def _name(word: str, source: Source) -> str:
    return word if re.search(r"(key|secret|token|password)$", word) else f"{word}_{source.pick(('key', 'token', 'secret', 'api_key'))}"


def _base64(source: Source, count: int) -> str:
    return base64.b64encode(source.getrandbits(8 * count).to_bytes(count, "big")).decode()


def private_key(source: Source) -> Value:
    name = source.pick(("RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "DSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"))
    body = _base64(source, source.randint(120, 700))
    lines = [body[n:n + 64] for n in range(0, len(body), 64)]
    if name.startswith("PGP"):
        lines = ["", *lines, "=" + source.of(ALNUM, 4)]
    return Value("\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"]), bare=True, labels=("private key",), names=("private_key",), block=True)


def _part(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).rstrip(b"=").decode()


def jwt(source: Source) -> Value:
    header = {"alg": source.pick(("HS256", "RS256", "ES256", "EdDSA")), "typ": "JWT"}
    payload = {"sub": source.uuid(), "iat": source.randint(1_600_000_000, 1_900_000_000), "role": source.pick(("admin", "user"))}
    signature = source.of(ALNUM + "-_", source.pick((43, 86, 342)) - 1) + source.pick(ALNUM)
    return Value(f"{_part(header)}.{_part(payload)}.{signature}", bare=True, labels=("token", "JWT", "session token"), names=("jwt", "id_token", "session"))


def _password(source: Source) -> str:
    """As people make them up, or a manager does."""
    word = source.pick(("sunflower", "Galway", "hunter", "Tromso", "velvet", "Kestrel", "marble", "Orchid"))
    return source.pick((
        f"{word.title()}{source.pick('!%*-_+')}{source.digits(3)}{source.of(string.ascii_lowercase, 2)}", f"{source.of(ALNUM, 6)}{source.pick('!%*+')}{source.of(ALNUM, 6)}{source.digits(1)}",
        source.of(ALNUM, 14) + source.digits(2)))


def generic_secret(source: Source) -> Value:
    text = source.pick((lambda: source.of(ALNUM, source.randint(20, 40)) + source.digits(2), lambda: source.of("0123456789abcdef", source.pick((32, 48, 64))),
                        lambda: _password(source), lambda: source.of(ALNUM + "-_", source.randint(22, 40)) + source.digits(2)))()
    names = ("db_password", "api_key", "apikey", "client_secret", "auth_token", "access_token", "secret_key", "password", "passwd", "SECRET", "admin_pwd")
    return Value(text, labels=("password", "API key", "secret", "access token"), names=names)


def connection_string(source: Source) -> Value:
    host = source.pick(("tcp:db1.example.com,1433", "localhost", "sql.internal.example.org", "10.2.3.4"))
    before, after = source.pick((
        (f"Server={host};Database=orders;User Id=svc_orders;Password=", ";Encrypt=True;"), (f"Data Source={host};Initial Catalog=crm;User ID=crm_app;Pwd=", ";MultipleActiveResultSets=true"),
        (f"Driver={{ODBC Driver 18 for SQL Server}};Server={host};UID=report;PWD=", ";TrustServerCertificate=yes"), ("Host=pg.example.com;Port=5432;Username=app;Password=", ";Database=app"),
    ))
    return Value(_password(source), bare=True, before=before, after=after, tolerates=("URL", "IP_ADDRESS"), names=("connection_string", "conn"))


def basic_auth_url(source: Source) -> Value:
    scheme, host = source.pick((("postgres", "db.example.com:5432/app"), ("postgresql", "10.0.0.5/crm"), ("mysql", "mysql.internal.example.org:3306/shop"), ("mongodb+srv", "cluster0.example.net/prod"),
                                ("redis", "cache.example.com:6379/0"), ("amqp", "mq.example.com:5672/vhost"), ("https", "git.example.com/team/repo.git"), ("ftp", "files.example.org/in"), ("http", "proxy.example.com:3128")))
    user = source.pick(("app", "admin", "svc-deploy", "root", "reporting_user"))
    return Value(f"{user}:{_password(source)}", bare=True, before=f"{scheme}://", after="@" + host, tolerates=("URL", "IP_ADDRESS"), labels=("DSN", "link"), names=("database_url", "url", "dsn"))
