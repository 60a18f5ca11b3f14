"""The labelled corpus of tests/safety: that it is what it says, and that the engine holds on it what floors.toml says."""
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SAFETY = Path(__file__).resolve().parent.parent / "safety"
sys.path.insert(0, str(SAFETY))

import generate  # noqa: E402
import oracles  # noqa: E402
import score  # noqa: E402
from corpus import national, secrets  # noqa: E402
from corpus.documents import Document, documents  # noqa: E402
from corpus.draft import Label, Tolerated  # noqa: E402
from corpus.kinds import groups  # noqa: E402
from corpus.negatives import corrupt  # noqa: E402
from corpus.phones import REGIONS  # noqa: E402
from corpus.source import Source  # noqa: E402
from measure import compare, shape  # noqa: E402

from iron_cage import scan  # noqa: E402

SEED, COUNT = 1, 6


def floors():
    """Tables of kind → floor; the little of TOML that the file uses, since Python 3.9 has no reader of it."""
    tables, current = {}, None
    for line in (SAFETY / "floors.toml").read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            current = tables.setdefault(line.strip("[]"), {})
        elif line:
            name, _, value = line.partition("=")
            current[name.strip().strip('"')] = float(value)
    return tables


@pytest.fixture(scope="module")
def corpus():
    return list(documents(SEED, COUNT))


@pytest.fixture(scope="module")
def scored(corpus):
    return score.score(scan, corpus)


@dataclass(frozen=True)
class Finding:
    kind: str
    start: int
    end: int


def test_every_kind_is_placed_as_often_as_asked_for(corpus):
    placed = [label.kind for document in corpus for label in document.labels]
    assert {kind for kind in groups() if placed.count(kind) < COUNT} == set()
    assert len(secrets.vendor_shapes()) >= 180 and len(REGIONS) >= 45


def test_the_generator_gives_what_it_gave():
    assert list(generate.digests()) == generate.GOLDEN.read_text(encoding="utf-8").splitlines(), "see tests/safety/README.md for how the golden file is written anew"


def test_labels_are_the_values_themselves(corpus):
    for document in corpus:
        for label in document.labels:
            value = document.text[label.start:label.end]
            assert value and value == value.strip() and value[-1] not in ",;\"'" and value[0] not in "\"'", (document.name, label.kind)
    vendors = {kind: [re.compile(shape_) for _, shape_, _ in shapes] for kind, shapes in secrets.vendor_shapes().items()}
    for document in corpus:
        for label in document.labels:
            if label.kind in vendors:
                assert any(each.fullmatch(document.text[label.start:label.end]) for each in vendors[label.kind]), label.kind


def test_labels_of_a_document_do_not_overlap(corpus):
    for document in corpus:
        ends = 0
        for label in document.labels:
            assert label.start >= ends, document.name
            ends = label.end


def test_numbers_with_a_wrong_digit_are_wrong_by_the_judge():
    source = Source("judge")
    for kind in sorted(set(national.JUDGES) - national.UNCHECKED):
        judge, wrong = national.JUDGES[kind], None
        while wrong is None:
            text = national.MAKERS[kind](source).text
            wrong = corrupt(text, judge, source)
        assert judge(text) and not judge(wrong) and len(text) == len(wrong) and sum(a != b for a, b in zip(text, wrong)) == 1, kind


def test_scoring_knows_a_perfect_a_blind_and_a_wild_scanner(corpus):
    answers = {document.text: [Finding(label.kind, label.start, label.end) for label in document.labels] for document in corpus}
    perfect = score.score(answers.__getitem__, corpus).groups["all kinds"]
    assert (perfect.precision, perfect.recall, perfect.false, perfect.covered) == (1, 1, 0, perfect.found)
    blind = score.score(lambda text: [], corpus).groups["all kinds"]
    assert blind.recall == 0 and blind.missed == perfect.found
    wild = score.score(lambda text: [Finding("US_SSN", 0, 1)], corpus).groups["all kinds"]
    assert wild.precision == 0 and wild.false == len(corpus)


def test_scoring_wants_the_exact_span_and_the_kind():
    document = Document("d", "prose", "en", "at 10.0.0.0/8 now 14:30", (Label("IP_ADDRESS", 3, 13, ((3, 11),)),), (Tolerated("DATE_TIME", 18, 23),))
    for span, right in (((3, 13), True), ((3, 11), True), ((3, 12), False), ((2, 13), False)):
        verdict = compare(document, [Finding("IP_ADDRESS", *span)])
        assert (bool(verdict.found), bool(verdict.missed), bool(verdict.false)) == (right, not right, not right)
    assert compare(document, [Finding("URL", 3, 13)]).false and compare(document, [Finding("URL", 3, 13)]).covered
    assert not compare(document, [Finding("DATE_TIME", 18, 23)]).false and compare(document, [Finding("URL", 18, 23)]).false
    assert compare(document, [Finding("IP_ADDRESS", 3, 13)] * 2).false


def test_shapes_show_nothing_of_a_value():
    assert shape("078-05-1120 Ab") == "999-99-9999 Aa"


def test_the_engine_holds_the_floors(scored):
    below = []
    for measure in ("precision", "recall"):
        for name, floor in floors()[measure].items():
            tally = scored.kinds.get(name) or scored.groups.get(name)
            assert tally is not None, f"floors.toml names {name}, which is neither a kind nor a group"
            actual = getattr(tally, measure)
            if actual < floor:
                below.append(f"{measure} of {name} is {actual:.3f}, below {floor}")
    assert not below, "\n".join(below)


def test_the_engine_gives_no_kind_that_the_corpus_does_not_know(scored):
    assert set(scored.kinds) <= set(groups())


def test_wrong_digits_are_rejected():
    rows = list(oracles.numbers(scan, SEED, 8))
    assert sum(row.wrong for row in rows) > 400
    assert sum(row.rejected for row in rows) >= 0.99 * sum(row.wrong for row in rows)


def test_international_phone_numbers_of_every_region_are_found():
    rows = {row.name: row for row in oracles.phone_numbers(scan, SEED, 12)}
    for form in ("phone international", "phone e164"):
        assert rows[form].valid >= len(REGIONS) and rows[form].found >= floors()["phones"][form] * rows[form].valid, form
