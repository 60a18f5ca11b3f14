"""Metrics: what an observation is, and the provider that the API has of its own."""
from typing import Any, Mapping, Optional


class Observation:
    def __init__(self, value: float, attributes: Optional[Mapping[str, Any]] = None) -> None:
        self.value, self.attributes = value, attributes


class NoOpMeterProvider:
    def get_meter(self, name: str, version: Optional[str] = None) -> Any:
        raise AssertionError("the API's own provider is not to be asked")


_provider: Any = NoOpMeterProvider()


def get_meter_provider() -> Any:
    return _provider


def set_meter_provider(provider: Any) -> None:
    global _provider
    _provider = provider
