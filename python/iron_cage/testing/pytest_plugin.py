"""pytest fixtures. Nothing is imported before a test asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

import pytest

if TYPE_CHECKING:
    from ._simulator import ProviderSimulator


@pytest.fixture
def provider_simulator() -> Iterator[ProviderSimulator]:
    """A running provider simulator, fresh for each test, known to the protection engine."""
    from ._simulator import ProviderSimulator

    with ProviderSimulator() as simulator:
        yield simulator
