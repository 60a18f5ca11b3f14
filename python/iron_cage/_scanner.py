"""The safety engine alone: scanners, and the functions that use one."""
from __future__ import annotations

from json import dumps, loads

from iron_cage import _convert, _engine, _native, _scanner_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AnyStr, Iterable, Mapping, Optional, Union

    from iron_cage._configs import SafetyConfig
    from iron_cage._report import JsonFinding, PiiFinding
    from iron_cage._scan_stream import ScanStream

    External = Union[PiiFinding, Mapping[str, Any], tuple[str, int, int], tuple[str, int, int, float]]


class Scanner:
    """Finds personal data and secrets. Make it once and use it for any number of texts, from any thread, also in forked children; it can be pickled.

    :param config: which kinds, countries, patterns, dictionaries and lists; default: everything. What it says about actions concerns protections only
    :raises ConfigError: an option is of the wrong type or out of range
    """

    def __init__(self, config: Optional[SafetyConfig] = None) -> None:
        if config is not None:
            from iron_cage._configs import SafetyConfig

            if not isinstance(config, SafetyConfig):
                _convert.refuse("config", config, "a SafetyConfig")
        self.config = config
        options = dumps(_scanner_options.build(config)).encode()
        self._owned = _native.Owned(
            _native.new_handle("ironcage_safety_scanner_new", _engine.handle(), options, len(options)), "ironcage_safety_scanner_free"
        )
        self._kinds: Optional[list[dict[str, Any]]] = None

    def scan(self, text: str, *, external: Optional[Iterable[External]] = None) -> list[PiiFinding]:
        """Kind, place, score and evidence of each finding, in order, not overlapping: ``text[finding.start:finding.end]``.

        :param external: findings of a recogniser of your own, such as an NER model: :class:`PiiFinding` objects, mappings, or tuples of kind, start, end (Python
            characters) and perhaps a score above 0 up to 1 (default 0.85). Where findings overlap, the higher score stays, then the longer
        :raises ConfigError: an external finding is malformed or lies outside the text; the text is beyond ``max_text_bytes`` or ``max_findings``
        """
        if external is None:
            data = encode(text)
            return self._findings(_native.take("ironcage_safety_scanner_find", self._owned.handle, data, len(data)))
        from iron_cage._report import findings

        return findings(loads(self._take("ironcage_safety_scanner_scan", text, external)).get("findings"))

    def redact(self, text: str, *, external: Optional[Iterable[External]] = None) -> str:
        """The text with each finding replaced, such as ``[EMAIL_REDACTED]``. Redacting twice changes nothing more.

        :param external: as of :meth:`scan`
        """
        return self._take("ironcage_safety_scanner_redact", text, external).decode("utf-8", "surrogatepass")

    def scan_json(self, body: Union[str, bytes]) -> list[JsonFinding]:
        """Findings in the strings, numbers and names of a JSON document. The name of a member counts as context of its value.

        :param body: the document; places in it count characters of a str, bytes of bytes
        :raises ConfigError: it is no JSON document
        """
        from iron_cage._report import json_findings

        data, in_bytes = _body(body)
        payload = loads(_native.take("ironcage_safety_scanner_scan_json", self._owned.handle, data, len(data)))
        return json_findings(payload.get("findings"), in_bytes)

    def redact_json(self, body: AnyStr) -> AnyStr:
        """The JSON document with each finding of :meth:`scan_json` replaced; all else stays as it is. A number that holds one becomes a string, and redacted names may be
        the same for several members.

        :param body: the document, a str or bytes; so is the result
        :raises ConfigError: it is no JSON document
        """
        data, _ = _body(body)
        redacted = _native.take("ironcage_safety_scanner_redact_json", self._owned.handle, data, len(data))
        return redacted.decode() if isinstance(body, str) else redacted

    def restore(self, text: str, *, state: Optional[str] = None) -> str:
        """The text with the values in place of the tokens of this scanner's configuration: of its ``key`` (default: IRON_CAGE_KEY, else this process) and ``tenant``. Tokens
        that cannot be opened stay. It is your own decision: ``restore_in`` is not asked.

        :param state: the store of the tokens, such as ``sqlite:///tokens.db``; default: IRON_CAGE_STATE with a key, memory without
        :raises ConfigError: the key is none
        :raises StateError: the store cannot be read
        """
        from os import environ

        from iron_cage._options import environment_keys

        data = encode(text)
        options: dict[str, Any] = {}
        key = self.config.key if self.config is not None else None
        keys = environment_keys() if key is None else _convert.keys("SafetyConfig.key", key)
        if keys:
            options["key"] = keys
        if self.config is not None and self.config.tenant is not None:
            options["tenant"] = self.config.tenant
        store = _convert.text("state", state) if state is not None else environ.get("IRON_CAGE_STATE") if keys else None
        if store:
            options["state"] = store
        json = dumps(options).encode()
        answer = _native.take("ironcage_safety_restore", _engine.handle(), json, len(json), data, len(data))
        return answer.decode("utf-8", "surrogatepass")

    def stream(self) -> ScanStream:
        """Opens the scan of one text that arrives in pieces."""
        from iron_cage._scan_stream import ScanStream

        return ScanStream(self)

    def _findings(self, array: bytes) -> list[PiiFinding]:
        """An array of ironcage_finding as objects."""
        if not array:
            return []
        from struct import iter_unpack

        from iron_cage._report import EVIDENCE, PiiFinding

        names = [kind["name"] for kind in self._table()]
        evidence: dict[int, tuple[str, ...]] = {}
        found = []
        for start, end, _, _, score, kind, flags in iter_unpack("=QQQQdII", array):
            raised = evidence.get(flags)
            if raised is None:
                raised = evidence[flags] = tuple(name for bit, name in enumerate(EVIDENCE) if flags >> bit & 1)
            found.append(PiiFinding(names[kind], start, end, score, None, None, raised))
        return found

    def _table(self) -> list[dict[str, Any]]:
        """The kinds of findings, by number."""
        if self._kinds is None:
            self._kinds = loads(_native.take("ironcage_safety_scanner_kinds", self._owned.handle))["kinds"]
        return self._kinds

    def _redacted_forms(self) -> dict[str, str]:
        return {kind["name"]: kind["redacted"] for kind in self._table()}

    def _take(self, name: str, text: str, external: Optional[Iterable[External]]) -> bytes:
        data = encode(text)
        brought = b"" if external is None else dumps({"findings": [_external(n, each) for n, each in enumerate(external)]}).encode()
        return _native.take(name, self._owned.handle, data, len(data), brought, len(brought))

    def __reduce__(self) -> tuple[Any, ...]:
        return Scanner, (self.config,)

    def __repr__(self) -> str:
        return f"<Scanner {self._owned.handle:#x}>"


def scan(text: str, config: Optional[SafetyConfig] = None, *, external: Optional[Iterable[External]] = None) -> list[PiiFinding]:
    """Finds personal data and secrets: kind and place of each, in order, not overlapping.

    Offsets count Python characters: ``text[finding.start:finding.end]``.

    :param config: what to look for, default everything; for many texts make a :class:`Scanner` of it
    :param external: as of :meth:`Scanner.scan`
    """
    return _of(config).scan(text, external=external)


def redact(text: str, config: Optional[SafetyConfig] = None, *, external: Optional[Iterable[External]] = None) -> str:
    """The text with each finding replaced, such as ``[EMAIL_REDACTED]``. Redacting twice changes nothing more.

    :param config: as of :func:`scan`
    :param external: as of :meth:`Scanner.scan`
    """
    return _of(config).redact(text, external=external)


def scan_json(body: Union[str, bytes], config: Optional[SafetyConfig] = None) -> list[JsonFinding]:
    """Findings in the texts of a JSON document; see :meth:`Scanner.scan_json`."""
    return _of(config).scan_json(body)


def redact_json(body: AnyStr, config: Optional[SafetyConfig] = None) -> AnyStr:
    """A JSON document with each finding replaced; see :meth:`Scanner.redact_json`."""
    return _of(config).redact_json(body)


def encode(text: str) -> bytes:
    """UTF-8; lone surrogates go through and come back."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    except AttributeError:
        _convert.refuse("text", text, "a string")


#: Scanners of the functions: the configurations used last, each with its scanner. Keyed by identity, which holds as long as they are kept here.
_recent: dict[int, tuple[Optional[SafetyConfig], Scanner]] = {}
_MOST_RECENT = 8


def _of(config: Optional[SafetyConfig]) -> Scanner:
    known = _recent.get(id(config))
    if known is not None and known[0] is config:
        return known[1]
    scanner = Scanner(config)
    while len(_recent) >= _MOST_RECENT:
        _recent.pop(next(iter(_recent)), None)
    _recent[id(config)] = (config, scanner)
    return scanner


def _body(body: Union[str, bytes]) -> tuple[bytes, bool]:
    """A document in UTF-8, and whether it was bytes."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), True
    return encode(_convert.text("body", body)), False


def _external(number: int, finding: Any) -> dict[str, Any]:
    option = f"external[{number}]"
    if hasattr(finding, "items"):
        parts = dict(finding)
    elif isinstance(finding, tuple) and len(finding) in (3, 4):
        parts = dict(zip(("kind", "start", "end", "score"), finding))
    elif all(hasattr(finding, name) for name in ("kind", "start", "end", "score")):
        parts = {name: getattr(finding, name) for name in ("kind", "start", "end", "score")}
    else:
        _convert.refuse(option, finding, "a PiiFinding, a mapping or a tuple of kind, start, end and perhaps score")
    checks = {"kind": _convert.text, "start": _convert.integer, "end": _convert.integer, "score": _convert.number}
    return {str(name): checks[name](f"{option}[{name!r}]", value) if name in checks else None for name, value in parts.items()}
