"""Uses of tools that wait for somebody to approve them."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Mapping


@dataclass(frozen=True)
class Approval:
    """One use of a tool that waits for approval. Its arguments are content: they are in no event, log or audit entry.

    :ivar id: names it for :meth:`Protection.approve` and :meth:`Protection.deny`
    :ivar agent_id: whose it is
    :ivar tool: the name of the tool
    :ivar arguments: what it is used with, as text, with personal data and secrets replaced as the agent would see them; JSON as a rule
    :ivar call_id: of the LLM call, as in the audit trail
    :ivar model: that wants to use it
    """

    id: str
    agent_id: str
    tool: str
    arguments: str
    call_id: str
    model: str

    @classmethod
    def _of(cls, data: Mapping[str, Any]) -> Approval:
        return cls(data["id"], data["agent_id"], data["tool"], data["arguments"], data["call"], data["model"])
