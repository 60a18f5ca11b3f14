"""Other hosts of the same protocol, and their keys, which never leave this process but to them."""
from __future__ import annotations

import os
import weakref
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Callable, Mapping, Optional, Union

from iron_cage import _convert
from iron_cage.errors import ConfigError

#: Slot -> who has the key. A protection keeps those that it names.
_slots: weakref.WeakValueDictionary[int, Fallback] = weakref.WeakValueDictionary()
_numbers = count(1)


@dataclass(frozen=True)
class Fallback:
    """Another host of the same protocol, for ``ReliabilityConfig(fallback={"gpt-4o": [Fallback("https://eu.example.com/v1", model="gpt-4o", api_key=get_key)]})`` (docs/retries.md).

    It gets the request with its own key and without the headers of the first host: content type, accept, user agent and versions of the protocol go along, no authorization, cookie or other header.

    :ivar base_url: as its SDK has it: ``https://api.groq.com/openai/v1``, ``https://api.anthropic.com``, ``https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=...``,
        ``https://generativelanguage.googleapis.com/v1beta``; http or https, 1 to 1024 characters, without credentials, and no query but api-version. The host must be known, or named in
        ``IRON_CAGE_LLM_HOSTS``; Bedrock is none, as its requests are signed
    :ivar model: its name there, 1 to 256 characters (default: that of the request). With a deployment in ``base_url`` it is the deployment's name
    :ivar api_key: the key, or a callable that returns it, asked for each attempt in the thread that sends it. Never shown, and kept in this process: sub-processes need ``api_key_env``
    :ivar api_key_env: the environment variable that holds the key instead; it must be set when the protection is made, and is read for each attempt. Without either no key is sent
    :ivar api_key_header: the header that takes the key; "authorization" (as "Bearer KEY"), "x-api-key" or "api-key", for example (default: the usual one of that host)
    :ivar headers: more headers for that host; never shown
    """

    base_url: str
    model: Optional[str] = None
    api_key: Optional[Union[str, Callable[[], str]]] = field(default=None, repr=False)
    api_key_env: Optional[str] = None
    api_key_header: Optional[str] = None
    headers: Optional[Mapping[str, str]] = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _convert.check("Fallback", self, {
            "base_url": _convert.text, "model": _convert.text, "api_key": _key, "api_key_env": _convert.text, "api_key_header": _convert.text, "headers": _headers,
        })
        if self.base_url is None:
            raise ConfigError("Fallback.base_url: must be given")
        if self.api_key is not None and self.api_key_env is not None:
            raise ConfigError("Fallback: api_key and api_key_env set the same option; give one of them")

    def described(self, option: str) -> dict[str, Any]:
        """As the library takes it: without the key, which it finds by the number of its slot."""
        if self.api_key_env is not None and not os.environ.get(self.api_key_env):
            raise ConfigError(f"{option}.api_key_env: the environment variable {self.api_key_env} is not set")
        slot = next(_numbers)
        _slots[slot] = self
        return {"base_url": self.base_url, "model": self.model, "slot": slot, "api_key_env": self.api_key_env, "api_key_header": self.api_key_header}


def credentials(slot: Optional[int], variable: Optional[str], header: str) -> list[tuple[str, str]]:
    """The headers for another host. ConfigError, without the value, where its key cannot be had."""
    if variable is not None:
        # One that a sub-process inherits is as good as the one of the process that has the protection.
        return [*_named(header, os.environ.get(variable), f"the environment variable {variable}"), *_more(slot)]
    owner = _slots.get(slot) if slot is not None else None
    if owner is None:
        if slot is None:
            return []
        raise ConfigError("Fallback.api_key: is known to the process that made the protection alone; sub-processes need api_key_env")
    key: object = owner.api_key
    if key is None:
        return _more(slot)
    if callable(key):
        try:
            key = key()
        except Exception as error:  # noqa: BLE001 - its text may hold the key
            raise ConfigError(f"Fallback.api_key: the callable raised {type(error).__name__}") from None
    return [*_named(header, key, "api_key"), *_more(slot)]


def _named(header: str, key: object, what: str) -> list[tuple[str, str]]:
    if not isinstance(key, str) or not key or not key.isascii() or not key.isprintable():
        raise ConfigError(f"Fallback: {what} is no key: a text of printable ASCII characters")
    return [(header, f"Bearer {key}" if header == "authorization" else key)]


def _more(slot: Optional[int]) -> list[tuple[str, str]]:
    owner = _slots.get(slot) if slot is not None else None
    return [(name.lower(), value) for name, value in ((owner.headers if owner is not None else None) or {}).items()]


def _key(option: str, value: object) -> object:
    if not callable(value) and not (isinstance(value, str) and value):
        raise ConfigError(f"{option}: must be a key, or a callable that returns one")  # what was given may be one
    return value


def _headers(option: str, value: Any) -> dict[str, str]:
    if not hasattr(value, "items") or any(not isinstance(part, str) or not part.isprintable() or not part.isascii() for pair in value.items() for part in pair):
        raise ConfigError(f"{option}: must be a mapping of names to texts of printable ASCII characters")
    if any(name.lower() in ("host", "content-length", "transfer-encoding", "content-encoding", "connection") for name in value):
        raise ConfigError(f"{option}: must not have host, connection, and what tells of the body")
    return dict(value.items())
