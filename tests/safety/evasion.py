"""Values written so that a plain pattern does not see them: found, and with the right span in the text as it stands.

usage: evasion.py [--seed N] [--count N]
"""
from __future__ import annotations

import argparse
import base64
import sys
import urllib.parse
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Iterator

from corpus import financial, national, personal, phones, secrets
from corpus.source import Source

_SECRETS = ("GITHUB_TOKEN", "STRIPE_SECRET_KEY", "SLACK_BOT_TOKEN", "SENDGRID_API_KEY", "ANTHROPIC_API_KEY", "GITLAB_TOKEN", "NPM_TOKEN", "HUGGINGFACE_TOKEN")


@dataclass
class Row:
    form: str
    kind: str
    tried: int = 0
    found: int = 0
    exact: int = 0


def _digits(zero: int) -> Callable[[str, Source], str]:
    return lambda text, source: "".join(chr(zero + int(c)) if c in "0123456789" else c for c in text)


def _inside(sign: str, every: int = 4) -> Callable[[str, Source], str]:
    return lambda text, source: text[0] + "".join(sign + c if n % every == 0 else c for n, c in enumerate(text[1:], 1))


def _replace(*pairs: tuple[str, str]) -> Callable[[str, Source], str]:
    def work(text: str, source: Source) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text
    return work


def _url(text: str, source: Source) -> str:
    return urllib.parse.quote(text, safe="")


def _email(source: Source) -> str:
    return source.until(lambda t: t.isascii() and t.islower(), lambda: personal.email_address(source).text)


def _phone(source: Source) -> str:
    return phones.write(phones.number(source, source.pick(phones.REGIONS)), source.pick(("international", "e164")))


def _card(source: Source) -> str:
    return financial.grouped(financial.card(source, length=16, network=source.pick(("visa", "mastercard", "discover"))), source.pick(("", " ", "-")))


def _ssn(source: Source) -> str:
    return source.until(lambda t: "-" in t, lambda: national.MAKERS["US_SSN"](source).text)


def _iban(source: Source) -> str:
    return financial.iban(source, source.pick(("DE", "FR", "GB", "NL", "PL")))


_MAKERS: dict[str, Callable[[Source], str]] = {"EMAIL_ADDRESS": _email, "PHONE_NUMBER": _phone, "CREDIT_CARD": _card, "US_SSN": _ssn, "IBAN_CODE": _iban}
#: form, kind ("secret": one of _SECRETS), how a value is written
FORMS: list[tuple[str, str, Callable[[str, Source], str]]] = []


def _value(kind: str, source: Source) -> tuple[str, str]:
    """The kind that is to be found, and a value of it."""
    if kind != "secret":
        return kind, _MAKERS[kind](source)
    kind = source.pick(_SECRETS)
    return kind, secrets.make(kind, source).text


def _add(form: str, work: Callable[[str, Source], str], *on: str) -> None:
    FORMS.extend((form, kind, work) for kind in on)


_add("full-width digits", _digits(0xFF10), "PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "IBAN_CODE")
_add("full-width signs", lambda t, s: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t), "EMAIL_ADDRESS", "CREDIT_CARD", "secret")
_add("Arabic-Indic digits", _digits(0x660), "PHONE_NUMBER", "CREDIT_CARD", "US_SSN")
_add("Devanagari digits", _digits(0x966), "PHONE_NUMBER", "CREDIT_CARD")
_add("mathematical bold digits", _digits(0x1D7CE), "CREDIT_CARD", "US_SSN")
_add("zero-width space", _inside("\u200b"), "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "IBAN_CODE", "secret")
_add("zero-width joiner", _inside("\u200d"), "EMAIL_ADDRESS", "CREDIT_CARD", "secret")
_add("word joiner and BOM", _inside("\u2060\ufeff", 7), "EMAIL_ADDRESS", "CREDIT_CARD")
_add("soft hyphen", _inside("\u00ad"), "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "US_SSN", "IBAN_CODE", "secret")
_add("homoglyph dots", lambda t, s: t.replace(".", s.pick("\u3002\uff0e\u2024\uff61")), "EMAIL_ADDRESS")
_add("homoglyph at signs", lambda t, s: t.replace("@", s.pick("\uff20\ufe6b")), "EMAIL_ADDRESS")
_add("homoglyph hyphens", lambda t, s: t.replace("-", s.pick("\u2010\u2011\u2012\u2013\u2212\uff0d")), "US_SSN")
_add("no-break and thin spaces", lambda t, s: t.replace(" ", s.pick("\u00a0\u2009\u202f")), "CREDIT_CARD", "PHONE_NUMBER")
_add("[at] and [dot]", _replace(("@", " [at] "), (".", " [dot] ")), "EMAIL_ADDRESS")
_add("(at) and (dot)", _replace(("@", "(at)"), (".", "(dot)")), "EMAIL_ADDRESS")
_add("at and dot in words", lambda t, s: t.partition("@")[0].replace(".", "-") + " at " + t.partition("@")[2].replace(".", " dot "), "EMAIL_ADDRESS")
_add("URL escapes", _url, "EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD")
_add("URL escape of every sign", lambda t, s: "".join(f"%{b:02X}" for b in t.encode()), "EMAIL_ADDRESS", "US_SSN", "secret")
_add("HTML entity of @", _replace(("@", "&#64;")), "EMAIL_ADDRESS")
_add("HTML hex entities", _replace(("@", "&#x40;"), (".", "&#x2e;")), "EMAIL_ADDRESS")
_add("HTML named entities", _replace(("@", "&commat;"), (".", "&period;")), "EMAIL_ADDRESS")
_add("HTML entity of every sign", lambda t, s: "".join(f"&#{ord(c)};" for c in t), "EMAIL_ADDRESS", "CREDIT_CARD", "secret")
_add("JSON escape of @", _replace(("@", "\\u0040")), "EMAIL_ADDRESS")
_add("JSON escape of every sign", lambda t, s: "".join(f"\\u{ord(c):04x}" for c in t), "EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "secret")
_add("base64", lambda t, s: base64.b64encode(t.encode()).decode(), "secret")
_add("base64url without padding", lambda t, s: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="), "secret")
_add("hex", lambda t, s: t.encode().hex(), "secret")
_add("hex, upper case", lambda t, s: t.encode().hex().upper(), "secret")


def measure(scan: Callable[[str], Iterable[Any]], seed: int, count: int) -> Iterator[Row]:
    """One row for each form and kind."""
    for form, kind, work in FORMS:
        source, row = Source(f"{seed}/evasion/{form}/{kind}"), Row(form, kind)
        while row.tried < count:
            actual, plain = _value(kind, source)
            written = work(plain, source)
            if written == plain:
                continue
            row.tried += 1
            left = source.pick(("Please use ", "note: ", '{"text": "', "My details: ", "> "))
            text = left + written + source.pick((" now.", ", thanks", '"}', "\n", " "))
            hits = [f for f in scan(text) if f.kind == actual and f.start < len(left) + len(written) and f.end > len(left)]
            row.found += bool(hits)
            row.exact += any((f.start, f.end) == (len(left), len(left) + len(written)) for f in hits)
        yield row


def report(rows: list[Row]) -> None:
    print(f"{'form':<28}{'kind':<16}{'tried':>7}{'found':>8}{'span right':>12}")
    for row in rows:
        print(f"{row.form:<28}{row.kind:<16}{row.tried:>7}{row.found / row.tried:>8.0%}{row.exact / row.tried:>12.0%}")
    tried = sum(r.tried for r in rows)
    print(f"\n{len(rows)} forms and kinds: found {sum(r.found for r in rows) / tried:.1%}, span right {sum(r.exact for r in rows) / tried:.1%}")


def main() -> int:
    from iron_cage import scan

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    rows = list(measure(scan, options.seed, options.count))
    report(rows)
    return 0 if all(row.exact == row.tried for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
