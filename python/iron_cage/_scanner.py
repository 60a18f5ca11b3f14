"""The safety engine alone: scanners, and the functions that use one."""
from __future__ import annotations

from json import dumps, loads

from iron_cage import _convert, _engine, _native, _scanner_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Mapping, Optional, Union

    from iron_cage._configs import SafetyConfig
    from iron_cage._report import JsonFinding, PiiFinding

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

    def scan(self, text: str, *, external: Optional[Iterable[External]] = None) -> list[PiiFinding]:
        """Kind, place, score and evidence of each finding, in order, not overlapping: ``text[finding.start:finding.end]``.

        :param external: findings of a recogniser of your own, such as an NER model: :class:`PiiFinding` objects, mappings, or tuples of kind, start, end (Python
            characters) and perhaps a score above 0 up to 1 (default 0.85). Where findings overlap, the higher score stays, then the longer
        :raises ConfigError: an external finding is malformed or lies outside the text
        """
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

        if isinstance(body, (bytes, bytearray, memoryview)):
            data, in_bytes = bytes(body), True
        else:
            data, in_bytes = _convert.text("body", body).encode(), False
        payload = loads(_native.take("ironcage_safety_scanner_scan_json", self._owned.handle, data, len(data)))
        return json_findings(payload.get("findings"), in_bytes)

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
