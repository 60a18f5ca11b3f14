"""Texts that arrive in pieces."""
from __future__ import annotations

from json import loads

from iron_cage import _native
from iron_cage.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from iron_cage._report import StreamPart
    from iron_cage._scanner import Scanner


class ScanStream:
    """One text that arrives in pieces, cut anywhere: what is found is what :meth:`Scanner.scan` finds in the whole. Made by :meth:`Scanner.stream`.

    What is not decided yet is kept back, at most some 500 characters, so a text of any length takes little memory. A long secret (a private key) is
    redacted as soon as it is proven, and is among the findings once its end is there. One thread at a time; a stream belongs to its process.

    ::

        with scanner.stream() as stream:
            for piece in pieces:
                print(stream.feed(piece).redacted, end="")
            print(stream.close().redacted)
    """

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._owned = _native.Owned(_native.new_handle("ironcage_safety_stream_new", scanner._owned.handle), "ironcage_safety_stream_free")
        self._pieces: list[str] = []
        self._decided = 0
        self._closed = False

    @property
    def decided(self) -> int:
        """How many characters of the text are decided: no later finding begins before that."""
        return self._decided

    @property
    def closed(self) -> bool:
        """Whether the text has ended."""
        return self._closed

    def feed(self, text: str) -> StreamPart:
        """Takes the next piece.

        :return: what it decided: the findings, and the text up to there, as it is and redacted
        :raises ConfigError: the stream is closed; the piece is longer than ``max_text_bytes``, which changes nothing; it has more findings than
            ``max_findings``, which ends the stream
        """
        return self._push(text, final=False)

    def close(self, text: str = "") -> StreamPart:
        """Takes the last piece, if there is one, and decides what is left. Closing again gives an empty part."""
        if self._closed and not text:
            return self._part([], 0)
        return self._push(text, final=True)

    def _push(self, text: str, final: bool) -> StreamPart:
        from iron_cage._scanner import encode

        if self._closed:
            raise ConfigError("stream: it is closed; make another one for another text")
        data = encode(text)
        try:
            answer = loads(_native.take("ironcage_safety_stream_push", self._owned.handle, data, len(data), final))
        except ConfigError as error:
            if str(error).startswith("max_findings"):
                self._end()
            raise
        self._pieces.append(text)
        part = self._part(answer.get("findings") or [], int(answer["decided"]) - self._decided)
        if final:
            self._end()
        return part

    def _part(self, items: list[Any], count: int) -> StreamPart:
        from iron_cage._report import StreamPart, findings

        # A long secret comes in parts: it is replaced where the first begins, and told with the last.
        found = findings([item for item in items if not item.get("open")])
        if count <= 0:
            return StreamPart(found, "", "")
        held = "".join(self._pieces)
        text, rest = held[:count], held[count:]
        self._pieces = [rest] if rest else []
        redacted: list[str] = []
        at = 0
        forms = self._scanner._redacted_forms() if items else {}
        for item in items:
            begins = item.get("from", item["start"])
            redacted.append(text[at:begins - self._decided])
            if begins == item["start"]:
                redacted.append(forms[item["kind"]])
            at = item["end"] - self._decided
        redacted.append(text[at:])
        self._decided += count
        return StreamPart(found, text, "".join(redacted))

    def _end(self) -> None:
        self._closed = True
        self._pieces = []
        self._owned.free()

    def __enter__(self) -> ScanStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a stream cannot be pickled; pickle its Scanner")

    def __repr__(self) -> str:
        return f"<ScanStream {'closed' if self._closed else 'open'}, {self._decided} characters decided>"
