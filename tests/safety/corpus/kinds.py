"""Every kind: its group, and how a value of it is made."""
from __future__ import annotations

from functools import lru_cache
from typing import Callable

from . import financial, national, personal, phones, secrets
from .languages import CONTEXTS
from .source import Source
from .value import Value

_PERSONAL: dict[str, Callable[[Source], Value]] = {
    "EMAIL_ADDRESS": personal.email_address, "PHONE_NUMBER": phones.phone_number, "IP_ADDRESS": personal.ip_address, "MAC_ADDRESS": personal.mac_address,
    "URL": personal.url, "DATE_TIME": personal.date_time, "MEDICAL_LICENSE": personal.medical_license,
}
_FINANCIAL: dict[str, Callable[[Source], Value]] = {
    "CREDIT_CARD": financial.credit_card, "IBAN_CODE": financial.iban_code, "SWIFT_CODE": financial.swift_code, "CRYPTO": personal.crypto,
    "ABA_ROUTING_NUMBER": financial.aba_routing_number, "US_BANK_NUMBER": financial.us_bank_number,
}
#: The kinds of the bar for prose.
HEADLINE = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "MAC_ADDRESS", "URL", "CRYPTO", "DATE_TIME")
#: How many times as often as others a kind is placed.
WEIGHTS = {kind: 8 for kind in HEADLINE} | {"GENERIC_SECRET": 8, "PRIVATE_KEY": 3, "JWT": 3, "CONNECTION_STRING": 3, "BASIC_AUTH_URL": 3}


@lru_cache(maxsize=None)
def groups() -> dict[str, str]:
    """Kind → personal, financial, national or secret."""
    return {k: "personal" for k in _PERSONAL} | {k: "financial" for k in _FINANCIAL} | {k: "national" for k in national.MAKERS} | {k: "secret" for k in secrets.kinds()}


def make(kind: str, source: Source) -> Value:
    group = groups()[kind]
    if group == "secret":
        return secrets.make(kind, source)
    value = (_PERSONAL if group == "personal" else _FINANCIAL if group == "financial" else national.MAKERS)[kind](source)
    # Groups of three, two and four digits with spaces could be anything.
    return Value(value.text) if kind == "US_SSN" and "-" not in value.text else value


def languages(kind: str) -> tuple[str, ...]:
    """The languages in which something can be written left of a value of the kind."""
    return tuple(CONTEXTS[kind]) if kind in CONTEXTS else ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "zh", "ja", "ko", "ru")
