"""What a process that is started in a run gets in its environment, and how both sides prove that they have it."""
from __future__ import annotations

import os

from iron_cage.errors import StateError

#: The one variable. It holds an address and a key that is good for nothing but going on with the run: no option, key, path or text of the user's.
VARIABLE = "IRON_CAGE_RUN"
_VERSION = "1"
_NONCE = 32


class Handshake:
    """Where a run is lent, and the key to it.

    :ivar address: of a socket: "@NAME" in Linux's abstract namespace, else a path; "" when the run is lent to nobody
    :ivar loan: which run, 16 hexadecimal digits
    :ivar key: 32 bytes
    """

    __slots__ = ("address", "loan", "key")

    def __init__(self, address: str, loan: str, key: bytes) -> None:
        self.address = address
        self.loan = loan
        self.key = key

    @classmethod
    def new(cls, address: str) -> Handshake:
        """For a run that has none."""
        return cls(address, os.urandom(8).hex(), os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> Handshake:
        """StateError if it is none."""
        parts = text.split(":", 3)
        try:
            version, loan, key, address = parts
            if version == _VERSION and len(loan) == 16 and len(key) == 64:
                return cls(address, loan, bytes.fromhex(key))
        except ValueError:
            pass
        raise StateError(f"{VARIABLE} is damaged, or of another version of iron_cage: whose run this process goes on with cannot be told, so its LLM calls are refused")

    def __str__(self) -> str:
        return ":".join((_VERSION, self.loan, self.key.hex(), self.address))

    def __repr__(self) -> str:
        return f"<Handshake {self.loan}>"  # the key is nobody's business

    def proof(self, side: bytes, challenge: bytes) -> bytes:
        """That this side ("borrower" or "lender") has the key."""
        from hmac import digest

        return digest(self.key, side + b"\0" + challenge, "sha256")


#: For a process that loses its run by being replaced (exec), or that cannot lend.
GONE = Handshake("", "0" * 16, bytes(32))


def challenge() -> bytes:
    """Something that was never asked before."""
    return os.urandom(_NONCE)


def address(text: str) -> str:
    """As the socket module wants it."""
    return "\0" + text[1:] if text.startswith("@") else text
