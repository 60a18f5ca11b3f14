"""The texts that values are placed in. Each takes the items of one document and gives a draft."""
from __future__ import annotations

import json
from typing import Callable, Sequence

from . import negatives, personal
from .draft import Draft
from .languages import CONTEXTS, LANGUAGES
from .sentences import name_for, sentence
from .source import Source
from .value import Value

Items = Sequence[tuple[str, Value]]
Carrier = Callable[[Items, str, Source], Draft]


def _language(kind: str, value: Value, language: str, source: Source) -> str:
    known = CONTEXTS.get(kind)
    return language if known is None or value.labels or language in known else "en" if "en" in known else source.pick(tuple(known))


def _name(kind: str, value: Value, language: str, source: Source) -> str:
    return name_for(kind, value, _language(kind, value, language, source), source)


def _body(items: Items, language: str, source: Source, separator: str = " ") -> Draft:
    """Sentences with the values, others between them."""
    draft, spoken = Draft(), LANGUAGES[language]
    for kind, value in items:
        if source.chance(0.6):
            draft.add(source.pick(spoken.filler) + separator)
        if source.chance(0.5):
            draft.join(negatives.prose(source)).add(separator)
        draft.join(sentence(kind, value, language, source)).add(separator)
    return draft.add(source.pick(spoken.filler))


def _stamp(source: Source) -> str:
    year, month, day = source.date(2022, 2026)
    return f"{year}-{month:02}-{day:02}T{source.randrange(24):02}:{source.randrange(60):02}:{source.randrange(60):02}Z"


def prose(items: Items, language: str, source: Source) -> Draft:
    return _body(items, language, source)


def email(items: Items, language: str, source: Source) -> Draft:
    spoken = LANGUAGES[language]
    draft = Draft("From: ").place("EMAIL_ADDRESS", personal.email_address(source)).add("\nTo: ").place("EMAIL_ADDRESS", personal.email_address(source))
    draft.add("\nDate: ").tolerate("Tue, 04 Mar 2025 10:12:33 +0100", "DATE_TIME").add(f"\nSubject: Re: #{source.randint(1000, 99999)}\n\n{source.pick(spoken.greeting)}\n\n")
    return draft.join(_body(items, language, source)).add(f"\n\n{source.pick(spoken.first)} {source.pick(spoken.last)}\n{source.pick(spoken.place)}\n")


def chat(items: Items, language: str, source: Source) -> Draft:
    spoken, draft = LANGUAGES[language], Draft()
    people = (source.pick(spoken.first), source.pick(spoken.first))
    minute = source.randrange(40)
    lines = [Draft(source.pick(spoken.greeting)), *(sentence(kind, value, language, source) for kind, value in items), Draft(source.pick(spoken.filler))]
    for turn, line in enumerate(lines):
        draft.add("[").tolerate(f"14:{minute + turn:02}", "DATE_TIME").add(f"] {people[turn % 2]}: ").join(line).add("\n")
    return draft


def ticket(items: Items, language: str, source: Source) -> Draft:
    spoken = LANGUAGES[language]
    draft = Draft(f"Ticket {source.randint(10_000, 99_999)} · priority {source.randint(1, 4)}\n{source.pick(spoken.first)} {source.pick(spoken.last)}, {source.pick(spoken.place)}\n---\n")
    return draft.join(_body(items, language, source, "\n"))


def markdown(items: Items, language: str, source: Source) -> Draft:
    spoken, draft = LANGUAGES[language], Draft("# Notes\n\n")
    for kind, value in items:
        draft.add(source.pick(("- ", "* ", "> ", "\n"))).join(sentence(kind, value, language, source)).add("\n")
        if source.chance(0.5):
            draft.add("\n```\n").join(negatives.technical(source)).add("\n```\n")
    return draft.add(f"\n**{source.pick(spoken.filler)}**\n")


def llm_json(items: Items, language: str, source: Source) -> Draft:
    """The body of a call to a model, written as clients write it: half of them escape all that is not ASCII."""
    ascii_only = source.chance(0.4)

    def escape(char: str) -> str:
        return json.dumps(char, ensure_ascii=ascii_only)[1:-1]

    draft = Draft('{"model": "gpt-4o", "temperature": 0.' + str(source.randint(1, 9)) + ', "messages": [{"role": "system", "content": "You are a helpful assistant."}')
    for kind, value in items:
        content = Draft().join(sentence(kind, value, language, source))
        if source.chance(0.4):
            content.add("\n" + source.pick(LANGUAGES[language].filler))
        draft.add(', {"role": "user", "content": "').join(content, escape).add('"}')
    return draft.add(f'], "user": "{source.of("0123456789abcdef", 12)}", "max_tokens": {source.randint(64, 4096)}}}')


def csv(items: Items, language: str, source: Source) -> Draft:
    draft = Draft("id,field,value,note\n")
    for number, (kind, value) in enumerate(items):
        quoted = value.block or any(c in value.before + value.text + value.after for c in ',\n ')
        draft.add(f"{1000 + number},{_name(kind, value, language, source)},").add('"' * quoted)
        # A cell beside another is no assignment.
        draft.add("password: " if kind == "GENERIC_SECRET" else "").place(kind, value).add('"' * quoted)
        draft.add(f",{source.pick(('ok', 'checked', 'new'))}\n{2000 + number},hash,{source.of('0123456789abcdef', 40)},\n")
    return draft


def yaml(items: Items, language: str, source: Source) -> Draft:
    draft = Draft(f"version: '3.{source.randint(1, 9)}'\nservice:\n  replicas: {source.randint(1, 9)}\n")
    for kind, value in items:
        if value.block:
            draft.add("  private_key: |\n    ").join(Draft().place(kind, value), lambda c: "\n    " if c == "\n" else c).add("\n")
            continue
        quote = source.pick(("'", '"')) if value.before + value.text + value.after and (source.chance(0.6) or any(c in value.text for c in ":#!%@ ")) else ""
        draft.add(f"  {_name(kind, value, language, source)}: {quote}").place(kind, value).add(quote + "\n")
        draft.add("  # ").join(negatives.technical(source)).add("\n")
    return draft


def env(items: Items, language: str, source: Source) -> Draft:
    draft = Draft(f"# settings\nDEBUG=false\nPORT={source.randint(3000, 9999)}\n")
    for kind, value in items:
        quote = '"' if value.block or " " in value.before + value.text else source.pick(("", "", '"', "'"))
        draft.add(f"{source.pick(('', '', 'export '))}{_name(kind, value, language, source).upper()}={quote}").place(kind, value).add(quote + "\n")
        if source.chance(0.5):
            draft.join(negatives.technical(source)).add("\n")
    return draft


def ini(items: Items, language: str, source: Source) -> Draft:
    draft = Draft("[main]\ntimeout = 30\n")
    for kind, value in items:
        if value.block:
            draft.add("; ").join(negatives.technical(source)).add("\n").place(kind, value).add("\n")
        else:
            draft.add(f"{_name(kind, value, language, source)} = ").place(kind, value).add("\n")
    return draft


def code(items: Items, language: str, source: Source) -> Draft:
    draft = Draft(source.pick(("import os\nimport sys\n\n", "// generated by build 4.2.1\n", "package main\n\n")))
    assign = source.pick(("{} = ", "const {} = ", "String {} = ", "let {}: &str = ", "var {} = "))
    for kind, value in items:
        draft.join(negatives.technical(source)).add("\n")
        if value.block:
            draft.add(assign.format("key") + '"""').place(kind, value).add('"""\n')
        else:
            draft.add(assign.format(_name(kind, value, language, source)) + '"').place(kind, value).add('"\n')
    return draft.add("for i in range(10): print(os.path.basename(sys.argv[0]))\n")


def json_settings(items: Items, language: str, source: Source) -> Draft:
    draft = Draft('{\n  "retries": 3')
    for kind, value in items:
        draft.add(f',\n  "{_name(kind, value, language, source)}": "').join(Draft().place(kind, value), lambda c: json.dumps(c, ensure_ascii=False)[1:-1]).add('"')
    return draft.add(f',\n  "etag": "{source.of("0123456789abcdef", 40)}"\n}}\n')


def log(items: Items, language: str, source: Source) -> Draft:
    draft = Draft()
    for kind, value in items:
        draft.tolerate(_stamp(source), "DATE_TIME").add(f" {source.pick(('INFO', 'WARN', 'DEBUG', 'ERROR'))} [worker-{source.randint(1, 32)}] ").join(negatives.technical(source)).add("\n")
        draft.tolerate(_stamp(source), "DATE_TIME").add(f" INFO took={source.randint(1, 900)}ms ")
        if value.block:
            draft.add("\n").place(kind, value).add("\n")
        else:
            draft.add(f"{_name(kind, value, language, source)}={source.pick(('', chr(34)))}")
            quote = draft.text[-1] if draft.text[-1] == '"' else ""
            draft.place(kind, value).add(quote + " done\n")
    return draft


def shell(items: Items, language: str, source: Source) -> Draft:
    draft = Draft("$ cd /srv/app && ls\n")
    for kind, value in items:
        if value.block:
            draft.add("$ cat id_key\n").place(kind, value).add("\n")
        elif value.bare and value.names and source.chance(0.5) and not value.before and not value.text.startswith("http"):
            draft.add('$ curl -s -H "X-Api-Key: ').place(kind, value).add('" ').tolerate("https://api.example.com/v1/items", "URL").add("\n")
        else:
            draft.add(f"$ export {_name(kind, value, language, source).upper()}='").place(kind, value).add("'\n")
        draft.join(negatives.technical(source)).add("\n")
    return draft


#: The prose of the bar.
PROSE: dict[str, Carrier] = {"prose": prose, "email": email, "chat": chat, "ticket": ticket, "markdown": markdown}
STRUCTURED: dict[str, Carrier] = {"llm_json": llm_json, "csv": csv, "yaml": yaml, "env": env, "ini": ini, "code": code, "json": json_settings, "log": log, "shell": shell}
