"""What goes over the socket: messages of a JSON head and bytes, and which exports of the library are lent.

Only what belongs to runs and money is lent. Scanning, counting and prices need nothing of the lender and are a matter of the borrower's own library.
"""
from __future__ import annotations

from json import dumps, loads
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any, Sequence

#: Parameters: V verdict, B buffer, H new handle, I int32 (these four are answers), e engine, r run (0: the one that is lent), h other handle (0: none),
#: n number, d bytes with their length.
EXPORTS = {
    "ironcage_engine_add_hosts": "ed",
    "ironcage_engine_drain": "Ben",
    "ironcage_engine_agent_states": "Be",
    "ironcage_engine_flush": "en",
    "ironcage_lang_recognise": "Ied",
    "ironcage_spend": "Bed",
    "ironcage_budget_open": "Hed",
    "ironcage_budget_report": "Bh",
    "ironcage_budget_change": "Bhd",
    "ironcage_budget_history": "Bhn",
    "ironcage_budget_free": "h",
    "ironcage_hold_new": "Vhrnnnd",
    "ironcage_hold_wait": "Vhn",
    "ironcage_hold_settle": "hn",
    "ironcage_hold_release": "h",
    "ironcage_hold_free": "h",
    "ironcage_protection_new": "Hehd",
    "ironcage_protection_stop": "hd",
    "ironcage_protection_change": "Bhd",
    "ironcage_protection_report": "Bh",
    "ironcage_protection_agent_state": "Bh",
    "ironcage_protection_restore": "Bhdd",
    "ironcage_protection_free": "h",
    "ironcage_run_open": "Hhr",
    "ironcage_run_close": "Bh",
    "ironcage_run_free": "h",
    "ironcage_call_begin": "Vrendddd",
    "ironcage_call_wait": "Vhn",
    "ironcage_call_response": "Vhnndd",
    "ironcage_call_retry": "Vhnndd",
    "ironcage_stream_open": "hnd",
    "ironcage_stream_feed": "Vhd",
    "ironcage_stream_finish": "Vh",
    "ironcage_call_interrupted": "Vhn",
    "ironcage_call_end": "hn",
    "ironcage_call_facts": "Bh",
    "ironcage_call_end_facts": "Bhn",
}
#: Asks for a handshake for one of the borrower's own runs: its number is a run, its answer the text.
LEND = "lend"
#: Asks which hosts were named to the lender.
HOSTS = "hosts"
#: The most bytes of a message before both sides know each other.
HELLO = 4096

_SIZES = Struct("<II")


def send(connection: socket.socket, head: Sequence[Any], blob: bytes = b"") -> None:
    """One message."""
    said = dumps(head).encode()
    connection.sendall(_SIZES.pack(len(said), len(blob)) + said + blob)


def receive(connection: socket.socket, most: int = 1 << 33) -> tuple[list[Any], bytes]:
    """The next message, of so many bytes at most. ConnectionError at the end, or if it is longer."""
    said, more = _SIZES.unpack(_exactly(connection, _SIZES.size))
    if said + more > most:
        raise ConnectionError
    data = _exactly(connection, said + more)
    head: list[Any] = loads(data[:said])
    return head, data[said:]


def _exactly(connection: socket.socket, size: int) -> bytes:
    pieces = []
    while size:
        data = connection.recv(min(size, 1 << 20))
        if not data:
            raise ConnectionError
        pieces.append(data)
        size -= len(data)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def split(blob: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The pieces of a blob."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(blob[at:at + size])
        at += size
    return pieces
