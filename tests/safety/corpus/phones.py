"""Phone numbers that python3-phonenumbers calls valid."""
from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from .source import Source
from .value import Value

#: Regions of which values are made.
REGIONS = (
    "US CA GB IE FR DE AT CH IT ES PT NL BE LU PL CZ SK HU RO BG GR HR SI RS SE NO DK FI IS EE LV LT TR RU UA IL AE SA EG MA ZA NG KE GH "
    "IN PK BD LK SG MY ID TH VN PH HK TW CN JP KR AU NZ BR MX AR CL CO PE EC"
).split()

_FORMATS = {"international": PhoneNumberFormat.INTERNATIONAL, "national": PhoneNumberFormat.NATIONAL, "e164": PhoneNumberFormat.E164}


@lru_cache(maxsize=None)
def _examples(region: str) -> tuple[str, ...]:
    kinds = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    numbers = (phonenumbers.example_number_for_type(region, kind) for kind in kinds)
    return tuple(dict.fromkeys(phonenumbers.national_significant_number(n) for n in numbers if n is not None))


def number(source: Source, region: str) -> phonenumbers.PhoneNumber:
    """A number like an example of the region's, its last digits drawn until it is valid."""
    for _ in range(1000):
        example = source.pick(_examples(region))
        keep = len(example) - source.randint(2, min(6, len(example) - 2))
        text = example[:keep] + source.digits(len(example) - keep)
        drawn = phonenumbers.parse(text if not text.startswith("0") else example, region)
        if phonenumbers.is_valid_number(drawn):
            return drawn
    raise AssertionError(f"no valid number in {region}")


def write(drawn: phonenumbers.PhoneNumber, form: str) -> str:
    return phonenumbers.format_number(drawn, _FORMATS[form])


def phone_number(source: Source) -> Value:
    """The international forms stand alone; a national one needs a word left of it."""
    form = source.pick(("international", "national", "e164"))
    text = write(number(source, source.pick(REGIONS)), form)
    return Value(text, bare=form != "national")
