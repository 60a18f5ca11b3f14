"""Prints the labelled corpus, one JSON object a line; the same seed gives the same corpus everywhere.

usage: generate.py [--seed N] [--count N] [--kinds A,B] [--digests]

--digests prints what golden.tsv holds: name, form, language and digest of a document, without its text. Documents whose values follow data of another
package (numbering plans of phones, structures of IBAN, codes of places) are left out there.
"""
from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Iterator

from corpus.documents import Document, documents

GOLDEN = Path(__file__).with_name("golden.tsv")
_FOLLOWS_DATA = {"PHONE_NUMBER", "IBAN_CODE", "CN_RESIDENT_ID", "MY_NRIC"}


def as_json(document: Document) -> str:
    return json.dumps({
        "name": document.name, "carrier": document.carrier, "language": document.language, "text": document.text,
        "labels": [{"kind": l.kind, "spans": l.spans} for l in document.labels], "tolerated": [vars(t) for t in document.tolerated],
    }, ensure_ascii=False)


def digests(limit: int = 200) -> Iterator[str]:
    for document in documents(seed=1, count=1):
        if not any(label.kind in _FOLLOWS_DATA for label in document.labels):
            digest = hashlib.sha256(as_json(document).encode("utf-8", "surrogatepass")).hexdigest()[:16]
            yield f"{document.name}\t{document.carrier}\t{document.language}\t{digest}"
            limit -= 1
            if not limit:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20, help="values of each kind; of common kinds eight times as many")
    parser.add_argument("--kinds", type=lambda text: text.split(","))
    parser.add_argument("--digests", action="store_true")
    options = parser.parse_args()
    for line in digests() if options.digests else map(as_json, documents(options.seed, options.count, options.kinds)):
        print(line)


if __name__ == "__main__":
    main()
