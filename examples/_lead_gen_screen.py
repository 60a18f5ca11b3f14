"""How the demo looks: a progress bar with notes above it, and a box at the end. Plain text where there is no terminal."""
from __future__ import annotations

import os
import shutil
import textwrap
from decimal import Decimal
from typing import NamedTuple, Optional, Sequence, TextIO, Tuple

WIDEST = 80
_COLOURS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


class Glyphs(NamedTuple):
    """What lines are drawn with."""

    full: str
    empty: str
    line: str
    side: str
    corners: str
    tees: str
    more: str


UNICODE = Glyphs("█", "░", "─", "│", "┌┐└┘", "├┤", "…")
ASCII = Glyphs("#", ".", "-", "|", "++++", "++", "~")


class Screen:
    """Writes to one stream. color: None decides by the terminal and NO_COLOR."""

    def __init__(self, stream: TextIO, color: Optional[bool] = None) -> None:
        self._stream = stream
        self._live = stream.isatty()
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._color = self._live and (wanted if color is None else color)
        self._glyphs = UNICODE if self._live and _can_write(stream, UNICODE) else ASCII
        self._bar = ""  # as it stands on the screen, without colours
        self._tenth = -1

    # ---- while it runs

    def progress(self, done: int, total: int, text: str, state: str = "") -> None:
        """Draws the bar anew; without a terminal, a line for each tenth."""
        count = f"{done:{len(str(total))}}/{total}"
        if not self._live:
            if done * 10 // total > self._tenth:
                self._tenth = done * 10 // total
                self._write(f"{count}  {text}\n")
            return
        tail = f" {count}  {state or text}"
        room = self._width() - 1
        cells = min(30, max(room - len(tail), min(8, room - len(count) - 1)))  # the text gives way first, then the bar
        cells = max(0, cells)
        full = cells * done // total
        self._erase()
        self._bar = (self._glyphs.full * full + self._glyphs.empty * (cells - full) + tail)[:room]
        self._write(self._paint(self._bar[:cells], "yellow" if state else "cyan") + self._bar[cells:])

    def finish_progress(self) -> None:
        """Leaves the bar as it is and goes to the next line."""
        if self._bar:
            self._write("\n")
        self._bar = ""
        self._tenth = -1

    def note(self, lead: int, text: str, colour: str = "") -> None:
        """A note above the bar."""
        bar, head = self._bar, f"lead {lead:3}  "
        self._erase()
        for position, line in enumerate(self._wrap(text, self._width() - 1 - len(head))):
            self._write((head if position == 0 else " " * len(head)) + self._paint(line, colour) + "\n")
        if bar:
            self._bar = bar[: self._width() - 1]
            self._write(self._bar)

    def abandon(self) -> None:
        """Leaves a clean line, whatever was being drawn."""
        try:
            self.finish_progress()
        except OSError:
            pass

    # ---- at the end

    def box(self, title: str, rows: Sequence[Optional[Tuple[str, ...]]]) -> None:
        """A box of (label, value[, colour]) rows; None is a rule across."""
        glyphs, width = self._glyphs, max(self._width() - 1, 16)
        inner = width - 4
        labels = max(len(row[0]) for row in rows if row is not None) + 2
        if inner - labels < 12:
            labels = 0  # too narrow for two columns: the label gets a line of its own

        def rule(ends: str, text: str = "") -> str:
            text = f"{glyphs.line} {text[: width - 6]} " if text else ""
            return ends[0] + text + glyphs.line * (width - 2 - len(text)) + ends[1] + "\n"

        out = [rule(glyphs.corners[:2], title)]
        for row in rows:
            if row is None:
                out.append(rule(glyphs.tees))
                continue
            label, value, colour = (*row, "")[:3]
            lines = self._wrap(value, inner - (labels or 2))
            if not labels:
                out.append(f"{glyphs.side} {self._paint(label[:inner].ljust(inner), 'dim')} {glyphs.side}\n")
            for position, line in enumerate(lines):
                head = (label if position == 0 else "").ljust(labels) if labels else "  "
                body = line.ljust(inner - len(head))
                out.append(f"{glyphs.side} {self._paint(head, 'dim')}{self._paint(body, colour)} {glyphs.side}\n")
        out.append(rule(glyphs.corners[2:]))
        self._write("".join(out))

    def problem(self, text: str) -> None:
        """Something that went wrong, below the box."""
        for line in self._wrap(f"FAILED  {text}", self._width() - 1):
            self._write(self._paint(line, "red") + "\n")

    # ---- the pieces

    def _width(self) -> int:
        """Columns to draw in; asked for each time, as a window may be resized."""
        if not self._live:
            return WIDEST
        return max(10, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))

    def _wrap(self, text: str, width: int) -> Sequence[str]:
        text = text.encode("ascii", "replace").decode() if self._glyphs is ASCII else text
        return textwrap.wrap(text, max(8, width)) or [""]

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self._color and colour and text else text

    def _erase(self) -> None:
        if self._bar:
            self._write("\r" + " " * len(self._bar) + "\r")
        self._bar = ""

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _can_write(stream: TextIO, glyphs: Glyphs) -> bool:
    try:
        "".join(glyphs).encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def dollars(amount: Decimal) -> str:
    """Dollars, exact, with at least four decimals."""
    whole, _, decimals = format(amount, "f").partition(".")
    return f"${whole}.{decimals.rstrip('0').ljust(4, '0')}"
