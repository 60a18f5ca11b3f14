"""Values of the kinds that know no country."""
from __future__ import annotations

import ipaddress
from functools import lru_cache
from pathlib import Path

from . import checksums
from .languages import LANGUAGES
from .source import HEX, UPPER, Source
from .value import Value

_DOMAINS = ("example.com example.org example.net mail.example.com nordwind-logistik.de boulangerie-martin.fr acme-widgets.co.uk ferreteria-lopez.es "
            "studio-bianchi.it fietsenwinkel.nl padaria-central.pt sklep-rowerowy.pl brewmail.io kaffeehaus.at stadtwerke.ch proton-garden.me "
            "bluefin.co.jp hanguk-shop.kr greenleaf.com.au maplemail.ca riverside.edu city.gov.sg rosalab.com.br kirana.in kitap.com.tr "
            "research.uni-hamburg.de team.dev startup.ai shop.xyz").split()
_HOSTS = ("example.com www.example.org docs.example.net nordwind-logistik.de shop.acme-widgets.co.uk www.boulangerie-martin.fr api.brewmail.io "
          "studio-bianchi.it status.greenleaf.com.au www.bluefin.co.jp rosalab.com.br maplemail.ca kaffeehaus.at cdn.startup.ai fietsenwinkel.nl").split()
_PATHS = ("", "/", "/about", "/de/kontakt", "/a/b/index.html", "/search?q=red+shoes&page=2", "/items/42#reviews", "/~anna/", "/wiki/Iron_(metal)", "/v2/users/1842?expand=all")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}


@lru_cache(maxsize=None)
def _latin_names() -> tuple[list[str], list[str]]:
    languages = [language for language in LANGUAGES.values() if language.latin]
    return [name for each in languages for name in each.first], [name for each in languages for name in each.last]


def _plain(name: str) -> str:
    for sign, letters in zip("äöüßåøæéèêëáàâãíìîóòôõúùûçñğışłńśżźćęą", "ae oe ue ss a o ae e e e e a a a a i i i o o o o u u u c n g i s l n s z z c e a".split()):
        name = name.replace(sign, letters)
    return "".join(c for c in name if c.isascii() and c.isalnum())


def email_address(source: Source) -> Value:
    first, last = (_plain(source.pick(names).lower()) for names in _latin_names())
    local = source.pick((
        f"{first}.{last}", f"{first}", f"{first[0]}{last}", f"{first}_{last}", f"{first}-{last}", f"{last}{source.randint(1, 99)}",
        f"{first}.{last}+{source.pick(('news', 'shop', 'test1'))}", f"{first[0]}.{last}.{source.randint(60, 99)}", source.pick(("info", "billing", "no-reply", "support.eu")),
    ))
    domain = source.pick(_DOMAINS)
    if source.chance(0.04):
        domain = source.pick(("bücher.example", "münchen.de", "école.fr", "例え.jp"))
    text = f"{local}@{domain}"
    return Value(text.upper() if source.chance(0.04) else text.title() if source.chance(0.04) else text, bare=True)


def ip_address(source: Source) -> Value:
    style = source.randrange(10)
    if style < 6:
        network = source.pick(("10.", "192.168.", "172.16.", "203.0.113.", "198.51.100.", "", "", ""))
        parts = network.count(".")
        address = network + ".".join(str(source.randint(1 if not parts else 0, 223)) for _ in range(4 - parts))
        if style == 0:
            prefix = f"/{source.randint(8, 32)}"
            return Value(address + prefix, bare=True, trims=((0, len(prefix)),))
        return Value(address, bare=True, after=f":{source.randint(1024, 65000)}" if style == 1 else "")
    drawn = ipaddress.IPv6Address(source.pick((
        0x20010DB8 << 96 | source.getrandbits(source.pick((16, 64, 90))), 0x2A02 << 112 | source.getrandbits(100), 0xFE80 << 112 | source.getrandbits(64),
        0xFFFF << 32 | source.getrandbits(32) | 1 << 31, source.getrandbits(128) & ~(0xFF << 120) | 0x24 << 120,
    )))
    text = source.pick((drawn.compressed, drawn.exploded, drawn.compressed.upper()))
    if drawn.ipv4_mapped is not None:
        text = f"::ffff:{drawn.ipv4_mapped}"
    if style == 6 and drawn.ipv4_mapped is None:
        prefix = f"/{source.randint(16, 128)}"
        return Value(text + prefix, bare=True, trims=((0, len(prefix)),))
    if drawn.is_link_local and source.chance(0.5):
        zone = source.pick(("%eth0", "%en1", "%3"))
        return Value(text + zone, bare=True, trims=((0, len(zone)),))
    return Value(text, bare=True, before="[", after=f"]:{source.randint(80, 9000)}") if style == 7 else Value(text, bare=True)


def mac_address(source: Source) -> Value:
    octets = [source.of(HEX, 2) for _ in range(6)]
    text = source.pick((":".join(octets), "-".join(octets), ".".join("".join(octets[n:n + 2]) for n in (0, 2, 4))))
    return Value(text.upper() if source.chance(0.4) else text, bare=True)


def url(source: Source) -> Value:
    host, path = source.pick(_HOSTS), source.pick(_PATHS)
    if source.chance(0.3):
        return Value(host + (path if path != "/" else "/x"), bare=True)
    port = f":{source.pick((8080, 8443, 3000))}" if source.chance(0.15) else ""
    return Value(f"{source.pick(('https', 'https', 'https', 'http', 'ftp'))}://{host}{port}{path}", bare=True)


def date_time(source: Source) -> Value:
    year, month, day = source.date(1960, 2030)
    hour, minute, second = source.randrange(24), source.randrange(60), source.randrange(60)
    names = _MONTHS[source.pick(tuple(_MONTHS))].split()
    text = source.pick((
        f"{year}-{month:02}-{day:02}", f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z",
        f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{source.digits(3)}+02:00", f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}",
        f"{day:02}/{month:02}/{year}", f"{day:02}.{month:02}.{year}", f"{month}/{day}/{year}", f"{day:02}-{month:02}-{year}", f"{year}/{month:02}/{day:02}",
        f"{day} {names[month - 1]} {year}", f"{_MONTHS['en'].split()[month - 1]} {day}, {year}", f"{day}. {_MONTHS['de'].split()[month - 1]} {year}",
        f"{day} {_MONTHS['en'].split()[month - 1][:3]} {year}",
        f"{year}年{month}月{day}日",
    ))
    return Value(text, bare=True)


def medical_license(source: Source) -> Value:
    digits = source.digits(6)
    return Value(source.pick("ABFGMPRX") + source.pick(UPPER) + digits + checksums.dea(digits))


def crypto(source: Source) -> Value:
    def data(count: int) -> bytes:
        return source.getrandbits(8 * count).to_bytes(count, "big")

    style = source.randrange(12)
    if style < 3:
        return Value(checksums.base58check(bytes([source.pick((0, 5))]) + data(20)), bare=True)
    if style < 5:
        return Value(checksums.bech32("bc", 0, data(source.pick((20, 32)))), bare=True)
    if style == 5:
        return Value(checksums.bech32("bc", 1, data(32)), bare=True)
    if style < 9:
        address = data(20).hex()
        return Value("0x" + checksums.eip55(address), bare=True) if style < 8 else Value("0x" + address)
    if style == 9:
        return Value(source.pick((checksums.base58check(b"\x30" + data(20)), checksums.bech32("ltc", 0, data(20)))), bare=True)
    if style == 10:
        return Value(checksums.base58check(bytes([source.pick((0x1E, 0x41, 0x4C))]) + data(20)), bare=True)
    return Value(checksums.base58check(b"\0" + data(20), checksums.RIPPLE58), bare=True)
