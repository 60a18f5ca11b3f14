"""A value in a sentence of a language."""
from __future__ import annotations

import re

from .draft import Draft
from .kinds import languages
from .languages import CONTEXTS, LANGUAGES
from .source import Source
from .value import Value

#: What joins the words of a name: signs and spaces, but no vowel sign of Devanagari or Thai, which Python's \\w leaves out.
_SIGNS = re.compile(r"[^\w\u0900-\u097f\u0e00-\u0e7f]+")


def label_for(kind: str, value: Value, language: str, source: Source) -> str:
    return source.pick(value.labels or CONTEXTS[kind][language])


def name_for(kind: str, value: Value, language: str, source: Source) -> str:
    """What a setting, a column or a field with the value is called."""
    return source.pick(value.names) if value.names else _SIGNS.sub("_", label_for(kind, value, language, source).lower()).strip("_")


def sentence(kind: str, value: Value, language: str, source: Source) -> Draft:
    """With a word left of the value, or without where the value needs none and chance says so."""
    if language not in languages(kind):
        language = "en" if "en" in languages(kind) else source.pick(languages(kind))
    if value.block:
        return Draft(source.pick(("Here is the key:\n", "\n", "-- \n"))).place(kind, value).add("\n")
    bare = value.bare and (source.chance(0.4) or not (value.labels or kind in CONTEXTS))
    if kind == "GENERIC_SECRET":
        return Draft(f"{label_for(kind, value, language, source)}: ").place(kind, value).add("\n")
    spoken = LANGUAGES[language]
    templates = spoken.without if bare else spoken.with_label
    template = source.pick(templates)
    # Behind a link or a token a letter would belong to it.
    while not (kind in ("EMAIL_ADDRESS", "DATE_TIME")) and re.search(r"\{value\}\w", template):
        template = source.pick(templates)
    left, right = template.split("{value}")
    draft = Draft()
    if bare:
        draft.add(left)
    else:
        before, after = left.split("{label}")
        label = label_for(kind, value, language, source)
        # The names of some vendors, and some abbreviations, could be those of hosts.
        draft.add(before).tolerate(label, *(("URL",) if "." in label else ())).add(after)
    if draft.text[-1:].isalnum() and draft.text[-1:].isascii():
        draft.add(" ")
    return draft.place(kind, value).add(right)
