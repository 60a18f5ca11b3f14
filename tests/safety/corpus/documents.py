"""The corpus as a list of documents."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Sequence

from . import negatives
from .carriers import PROSE, STRUCTURED
from .draft import Draft, Label, Tolerated
from .kinds import WEIGHTS, groups, languages, make
from .languages import LANGUAGES
from .source import Source


@dataclass(frozen=True)
class Document:
    """One text. Places count Python characters."""

    name: str
    carrier: str
    language: str
    text: str
    labels: tuple[Label, ...]
    tolerated: tuple[Tolerated, ...]

    @property
    def prose(self) -> bool:
        return self.carrier in PROSE


def documents(seed: int = 1, count: int = 10, kinds: Sequence[str] | None = None) -> Iterator[Document]:
    """``count`` values of each kind (more of those in WEIGHTS) in documents of one to three, and as many documents without a value as a sixth of these.

    Each document has its own source of chance, so that one does not change with its neighbours.

    :param kinds: only these; every kind where None
    """
    for kind in kinds or ():
        if kind not in groups():
            raise ValueError(f"no kind is called {kind}")
    places = Source(f"{seed}/places")
    for family in (("personal", "financial", "national"), ("secret",)):
        tasks = [(kind, n) for kind, group in groups().items() if group in family and (kinds is None or kind in kinds) for n in range(count * WEIGHTS.get(kind, 1))]
        places.shuffle(tasks)
        number = 0
        while tasks:
            size = places.randint(1, 3)
            chosen, tasks = tasks[:size], tasks[size:]
            number += 1
            yield _document(f"{'secret' if family == ('secret',) else 'personal'}-{number}", seed, chosen, family == ("secret",))
            if number % 6 == 0:
                yield _without(f"none-{family[0]}-{number}", seed)


def _document(name: str, seed: int, tasks: Sequence[tuple[str, int]], secret: bool) -> Document:
    source = Source(f"{seed}/" + "+".join(f"{kind}:{n}" for kind, n in tasks))
    carriers = PROSE if source.chance(0.35 if secret else 0.65) else STRUCTURED
    carrier = source.pick(tuple(carriers))
    language = source.pick([code for code in languages(tasks[0][0]) if code in LANGUAGES])
    items = [(kind, make(kind, source)) for kind, _ in tasks]
    return _done(name, carrier, language, carriers[carrier](items, language, source))


def _without(name: str, seed: int) -> Document:
    """Nothing but what looks like values."""
    source = Source(f"{seed}/{name}")
    language, technical = source.pick(tuple(LANGUAGES)), source.chance(0.5)
    draft = Draft()
    for _ in range(source.randint(3, 8)):
        draft.join(negatives.technical(source) if technical else negatives.prose(source)).add("\n")
        if not technical:
            draft.add(source.pick(LANGUAGES[language].filler) + "\n")
    return _done(name, "none-technical" if technical else "none-prose", language, draft)


def _done(name: str, carrier: str, language: str, draft: Draft) -> Document:
    return Document(name, carrier, language, draft.text, tuple(sorted(draft.labels, key=lambda l: l.start)), tuple(draft.tolerated))
