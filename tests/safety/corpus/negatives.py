"""What looks like a value and is none: each is a sentence, a line of code or of a log in which nothing must be found."""
from __future__ import annotations

import hashlib
from typing import Callable

from . import checksums, financial, national
from .draft import Draft
from .kinds import languages
from .languages import CONTEXTS
from .source import ALNUM, HEX, UPPER, Source

#: In prose.
PROSE: list[Callable[[Source], str]] = [
    lambda s: f"Your order number is {s.digits(3)}-{s.digits(7)}-{s.digits(7)}.",
    lambda s: f"Invoice INV-{s.randint(2015, 2026)}-{s.digits(5)} is still open.",
    lambda s: f"Ticket #{s.randint(10000, 999999)} was closed, see also #{s.randint(100, 9999)}.",
    lambda s: f"We run version {s.randint(1, 20)}.{s.randint(0, 40)}.{s.randint(0, 99)} since March.",
    lambda s: f"The build {s.randint(10, 11)}.0.{s.randint(10000, 22000)}.{s.randint(300, 5000)} has the fix.",
    lambda s: f"The paper has ISBN 978-{s.digits(1)}-{s.digits(3)}-{s.digits(5)}-{s.digits(1)}.",
    lambda s: f"The price went from ${s.randint(1, 9)},{s.digits(3)}.{s.digits(2)} to ${s.randint(10, 99)},{s.digits(3)}.{s.digits(2)}.",
    lambda s: f"Das kostet {s.randint(1, 99)}.{s.digits(3)},{s.digits(2)} € im Jahr.",
    lambda s: f"The office is at {s.randint(-80, 80)}.{s.digits(6)}, {s.randint(-170, 170)}.{s.digits(6)}.",
    lambda s: f"Part number {s.digits(4)}-{s.digits(4)}-{s.digits(2)} is out of stock.",
    lambda s: f"Serial {s.of(UPPER, 2)}{s.digits(4)}{s.of(UPPER, 1)}{s.digits(3)} was replaced.",
    lambda s: f"The table has {s.digits(1)},{s.digits(3)},{s.digits(3)},{s.digits(3)} rows and {s.randint(10, 99)} columns.",
    lambda s: f"It took {s.randint(100, 999)}-{s.randint(1000, 1999)} ms, pages {s.randint(10, 99)}-{s.randint(100, 199)}.",
    lambda s: f"The seasons {s.randint(1990, 2009)}-{s.randint(2010, 2026)} and {s.randint(60, 69)}/{s.randint(70, 79)} were the best.",
    lambda s: f"According to RFC {s.randint(100, 9600)} and ISO {s.randint(1000, 30000)}-{s.randint(1, 9)} it is allowed.",
    lambda s: f"CVE-{s.randint(2014, 2025)}-{s.digits(5)} is fixed in that release.",
    lambda s: f"Tracking: 1Z{s.of(UPPER + '0123456789', 6)}{s.digits(10)}.",
    lambda s: f"The epoch {s.randint(1_500_000_000, 1_800_000_000)} is in seconds, {s.randint(1_500_000_000_000, 1_800_000_000_000)} in milliseconds.",
    lambda s: f"Pi is 3.14159265358979 and the ratio {s.random():.12f}.",
    lambda s: f"The screen has 1920x1080, the poster {s.randint(100, 900)}x{s.randint(100, 900)}x{s.randint(2, 40)} mm.",
    lambda s: f"Call ext. {s.randint(100, 9999)} on port {s.randint(1024, 60000)}.",
    lambda s: "My password does not work, please reset the password.",
    lambda s: "Where do I find the API key? The token expired yesterday.",
    lambda s: "Open README.md and main.py first, then run setup.sh and lib.rs.",
    lambda s: "Ask for e.g. the blue one, i.e. model B.The other is sold out.",
    lambda s: f"The score was {s.randint(0, 9)}:{s.randint(0, 9)}, ranked {s.randint(1, 99)}/{s.randint(100, 999)}.",
    lambda s: f"Article {s.randint(1, 99)} § {s.randint(1, 9)} of Regulation (EU) 20{s.randint(10, 24)}/{s.randint(100, 2999)}.",
    lambda s: f"Lot {s.digits(6)}/{s.digits(2)} of {s.digits(8)} pieces.",
    lambda s: f"My passport is in the drawer {s.digits(2)}, the licence in box {s.digits(3)}.",
    lambda s: f"The card has {s.digits(4)} points and ends in {s.digits(4)}.",
]
#: In code, settings and logs.
TECHNICAL: list[Callable[[Source], str]] = [
    lambda s: f"commit {s.of(HEX, 40)}",
    lambda s: f"sha256:{s.of(HEX, 64)}",
    lambda s: f"md5sum: {s.of(HEX, 32)}  archive-{s.randint(1, 9)}.{s.randint(0, 9)}.tar.gz",
    lambda s: f"request_id={s.uuid()}",
    lambda s: f"Merge branch 'main' at {s.of(HEX, 7)}..{s.of(HEX, 9)}",
    lambda s: 'api_key = "YOUR_API_KEY"',
    lambda s: "OPENAI_API_KEY=sk-" + "x" * s.randint(20, 48),
    lambda s: "token: <your-token-here>",
    lambda s: "GITHUB_TOKEN=ghp_" + "X" * 36,
    lambda s: "aws_access_key_id = AKIA" + "IOSFODNN7" + "EXAMPLE",
    lambda s: "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCY" + "EXAMPLEKEY",
    lambda s: "password: ${DB_PASSWORD}",
    lambda s: "password = os.environ['DB_PASSWORD']",
    lambda s: 'secret: "{{ vault_password }}"',
    lambda s: "password: ********",
    lambda s: "api_key = get_secret('billing/api-key')",
    lambda s: "token_count = 4096; max_tokens: 1024",
    lambda s: "DB_PASSWORD=changeme",
    lambda s: "secret = None",
    lambda s: "const token = await fetchToken(client);",
    lambda s: "password_hash = bcrypt.hashpw(raw, salt)",
    lambda s: "Authorization: Bearer $TOKEN",
    lambda s: "postgres://localhost/db",
    lambda s: "redis://${USER}:${PASSWORD}@cache/0",
    lambda s: "path = os.path.join(self.root, sys.argv[1])",
    lambda s: "System.out.println(user.name); console.log(window.location);",
    lambda s: "std::vector<int> v; Foo::bar(); a::b::c",
    lambda s: f"pointer 0x{s.of(HEX, 12)} at offset 0x{s.of(HEX, 8)}",
    lambda s: f"color: #{s.of(HEX, 6)}; margin: 0 {s.randint(1, 99)}px",
    lambda s: "import @angular/core@15.2.0, lodash@4.17.21, icon@2x.png",
    lambda s: "@app.route('/users') @staticmethod @Override",
    lambda s: "root@debian:~# ls -la",
    lambda s: f"image: registry/app:{s.randint(1, 9)}.{s.randint(0, 9)}@sha256:{s.of(HEX, 64)}",
    lambda s: f"src=data:image/png;base64,iVBORw0KGgo{s.of(ALNUM + '+/', s.randint(40, 120))}",
    lambda s: "fingerprint " + ":".join(s.of(HEX, 2).upper() for _ in range(20)),
    lambda s: "SHA256:" + s.of(ALNUM + "+/", 43),
    lambda s: "libssl.so.1.1 libfoo.so.2.0.0 config.yaml index.html style.css data.json",
    lambda s: f"etag: \"{s.of(HEX, 8)}-{s.of(HEX, 4)}\" length={s.digits(7)}",
    lambda s: f"trace_id={s.of(HEX, 32)} span_id={s.of(HEX, 16)}",
    lambda s: f"integrity=sha512-{s.of(ALNUM + '+/', 86)}==",
    lambda s: f"wallet {financial.wallet_noise(s)}",
    lambda s: "wallet 0x" + _wrong_case(s),
    lambda s: "DROP TABLE users; SELECT id, token FROM sessions WHERE secret IS NOT NULL",
    lambda s: f"id={s.digits(18)} ts={s.randint(1_500_000_000_000, 1_800_000_000_000)} dur={s.randint(1, 9)}.{s.digits(6)}s",
    lambda s: f"checksum {hashlib.sha1(s.digits(4).encode()).hexdigest()} ok",
    lambda s: "ssn: 000-12-" + s.digits(4),
    lambda s: "ssn: 666-45-" + s.digits(4),
    lambda s: "ssn = '123-00-" + s.digits(4) + "'",
    lambda s: "card: " + _wrong_card(s),
    lambda s: f"ip_range 300.{s.randint(1, 255)}.{s.randint(256, 999)}.1 and 1.2.3",
]
_WRONG = tuple(k for k in national.JUDGES if k not in national.UNCHECKED)


def _wrong_case(source: Source) -> str:
    """An Ethereum address of mixed case that its checksum does not give."""
    right = checksums.eip55(source.of(HEX, 40))
    at = source.pick([n for n, c in enumerate(right) if c.isalpha()])
    return right[:at] + right[at].swapcase() + right[at + 1:]


def _wrong_card(source: Source) -> str:
    digits = financial.card(source, length=16, network=source.pick(("visa", "mastercard", "discover", "jcb")))
    wrong = digits[:-1] + str((int(digits[-1]) + source.randint(1, 9)) % 10)
    return source.pick((wrong, financial.grouped(wrong, " ")))


def corrupt(text: str, judge: Callable[[str], bool], source: Source) -> str | None:
    """One digit changed so that the judge says no; None if it said no before, or says yes to all that were tried."""
    if not judge(text):
        return None
    places = [n for n, c in enumerate(text) if c.isdigit()]
    for _ in range(20):
        at = source.pick(places)
        wrong = text[:at] + str((int(text[at]) + source.randint(1, 9)) % 10) + text[at + 1:]
        if not judge(wrong):
            return wrong
    return None


def wrong_digit(source: Source) -> Draft:
    """A number with its word left of it, whose check digit is wrong."""
    kind, wrong = "", None
    while wrong is None:
        kind = source.pick(_WRONG)
        wrong = corrupt(national.MAKERS[kind](source).text, national.JUDGES[kind], source)
    language = "en" if "en" in languages(kind) else source.pick(languages(kind))
    return Draft(f"{source.pick(CONTEXTS[kind][language])}: {wrong}")


def prose(source: Source) -> Draft:
    return wrong_digit(source) if source.chance(0.15) else Draft(source.pick(PROSE)(source))


def technical(source: Source) -> Draft:
    if source.chance(0.1):
        return Draft("git clone ").tolerate("git@git.example.com:team/repo.git", "EMAIL_ADDRESS", "URL")
    return wrong_digit(source) if source.chance(0.1) else Draft(source.pick(TECHNICAL)(source))
