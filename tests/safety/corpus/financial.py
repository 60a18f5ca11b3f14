"""Cards, accounts and the codes of banks."""
from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from stdnum import iban as stdnum_iban
from stdnum import luhn as stdnum_luhn
from stdnum.us import rtn

from . import checksums
from .grouping import fours, split
from .source import UPPER, Source
from .value import Value

#: network, first digits (low and high of the range), lengths in use
CARDS: tuple[tuple[str, tuple[tuple[str, str], ...], tuple[int, ...]], ...] = (
    ("visa", (("4", "4"),), (13, 16, 19)),
    ("mastercard", (("51", "55"),), (16,)),
    ("mastercard2", (("2221", "2720"),), (16,)),
    ("amex", (("34", "34"), ("37", "37")), (15,)),
    ("diners", (("300", "305"), ("36", "36"), ("38", "39")), (14,)),
    ("discover", (("6011", "6011"), ("644", "649"), ("65", "65")), (16,)),
    ("jcb", (("3528", "3589"),), (16,)),
    ("unionpay", (("62", "62"),), (16, 17, 18, 19)),
    ("maestro", (("5018", "5018"), ("5020", "5020"), ("5038", "5038"), ("5893", "5893"), ("6304", "6304"), ("6759", "6759"), ("6761", "6763")), (12, 13, 14, 15, 16, 17, 18, 19)),
    ("mir", (("2200", "2204"),), (16,)),
    ("rupay", (("6521", "6522"), ("8172", "8172")), (16,)),
    ("troy", (("9792", "9792"),), (16,)),
    ("elo", (("636368", "636368"), ("506699", "506778")), (16,)),
    ("hipercard", (("606282", "606282"),), (16,)),
)


def card(source: Source, network: str | None = None, length: int | None = None) -> str:
    """The digits of a card of a network and a length, of all in use where they are left open."""
    _, ranges, lengths = source.pick([c for c in CARDS if network in (None, c[0])])
    low, high = source.pick(ranges)
    count = length or source.pick(lengths)
    prefix = str(source.randint(int(low), int(high)))
    payload = prefix + source.digits(count - 1 - len(prefix))
    return payload + str(stdnum_luhn.calc_check_digit(payload))


def grouped(digits: str, separator: str) -> str:
    """As it stands on the card."""
    groups = {14: (4, 6, 4), 15: (4, 6, 5)}.get(len(digits)) if digits[0] == "3" else None
    return fours(digits, separator) if groups is None else split(digits, groups, separator)


def credit_card(source: Source) -> Value:
    digits = card(source)
    style = source.randrange(4)
    if style < 2 or len(digits) < 14:
        return Value(digits, bare=len(digits) in (15, 16) and digits[0] in "3456")
    return Value(grouped(digits, " " if style == 2 else "-"), bare=len(digits) in (14, 15, 16, 19))


@lru_cache(maxsize=None)
def iban_structures() -> dict[str, str]:
    """Country → structure of the account part such as 8n10n, of stdnum's registry."""
    out = {}
    for first in UPPER:
        for second in UPPER:
            found: Any = dict(stdnum_iban._ibandb.info(first + second)[0][1])
            if found.get("bban"):
                out[first + second] = found["bban"]
    return out


def _account(source: Source, structure: str) -> str:
    out = ""
    for count, sort in re.findall(r"(\d+)!?([nac])", structure):
        out += source.of({"n": "0123456789", "a": UPPER, "c": UPPER + "0123456789"}[sort], int(count))
    return out


def iban(source: Source, country: str) -> str:
    structure = iban_structures()[country]

    def make() -> str:
        account = _account(source, structure)
        rest = int("".join(str(int(c, 36)) for c in account + country + "00")) % 97
        return f"{country}{98 - rest:02}{account}"

    return source.until(stdnum_iban.is_valid, make)


def iban_code(source: Source) -> Value:
    text = iban(source, source.pick(tuple(iban_structures())))
    style = source.randrange(6)
    if style < 3:
        return Value(fours(text, " "), bare=True)
    if style == 3:
        return Value(fours(text, "-"), bare=True)
    return Value(text.lower() if style == 4 else text, bare=True)


def swift_code(source: Source) -> Value:
    country = source.pick(("DE", "FR", "GB", "US", "ES", "IT", "NL", "CH", "SE", "PL", "JP", "SG", "AU", "BR"))
    # XXX is the head office
    branch = source.pick(("", "", "XXX", source.of(UPPER + "0123456789", 3)))
    return Value(source.of(UPPER, 4) + country + source.pick(UPPER + "23456789") + source.pick("ABCDEFGHIJKLMNPQRSTUVWXYZ23456789") + branch)


def aba_routing_number(source: Source) -> Value:
    def make() -> str:
        return f"{source.pick((*range(1, 13), *range(21, 33), *range(61, 73))):02}" + source.digits(7)

    return Value(source.until(rtn.is_valid, make))


def us_bank_number(source: Source) -> Value:
    return Value(source.pick("123456789") + source.digits(source.randint(7, 15)))


def wallet_noise(source: Source) -> str:
    """A string of base58 whose checksum is wrong."""
    good = checksums.base58check(b"\0" + source.getrandbits(160).to_bytes(20, "big"))
    at = source.randrange(2, len(good) - 1)
    other = source.pick([c for c in checksums.BASE58 if c != good[at]])
    return good[:at] + other + good[at + 1:]
