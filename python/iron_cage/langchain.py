"""Attribution of LLM calls to LangChain's chains, tools and retrievers, LangGraph's nodes among the chains.

    from iron_cage.langchain import IronCageCallbackHandler

    agent.invoke(question, config={"callbacks": [IronCageCallbackHandler()]})

Each call made inside is then reported under the tags ``chain:NAME``, ``tool:NAME`` and ``retriever:NAME`` of everything that it is nested in, besides those of its protections: ``spend(by="tag")``,
``python -m iron_cage spend --by tag``. What a tool sends by itself, through whatever client, is attributed, too. Needs ``langchain-core``, which is imported with this module alone.
"""
from __future__ import annotations

from typing import Any, Optional
from uuid import UUID
from weakref import WeakValueDictionary

from iron_cage import _labels

try:
    from langchain_core.callbacks import BaseCallbackHandler
except ImportError as fault:
    raise ImportError("iron_cage.langchain needs langchain-core: pip install langchain-core") from fault

__all__ = ["IronCageCallbackHandler"]


class IronCageCallbackHandler(BaseCallbackHandler):  # type: ignore[misc]
    """Tells iron_cage in which chain, tool or retriever a call is made. One serves any number of runs, threads and tasks at a time, in sync and async code.

    At most the 16 innermost names are told, each cut to 100 characters. It never raises, and keeps nothing of what runs have said.
    """

    #: In async code, too, callbacks have to execute in the context that goes on with the run.
    run_inline = True

    def __init__(self) -> None:
        super().__init__()
        # Held by the contexts in which they are under way: a run that nobody ends leaves nothing behind.
        self._runs: WeakValueDictionary[UUID, _labels.Scope] = WeakValueDictionary()

    def on_chain_start(self, serialized: Optional[dict[str, Any]], inputs: Any, *, run_id: UUID, parent_run_id: Optional[UUID] = None, **kwargs: Any) -> None:
        """A chain, a graph or one of its nodes begins."""
        self._enter("chain", serialized, run_id, parent_run_id, kwargs)

    def on_tool_start(self, serialized: Optional[dict[str, Any]], input_str: str, *, run_id: UUID, parent_run_id: Optional[UUID] = None, **kwargs: Any) -> None:
        """A tool begins."""
        self._enter("tool", serialized, run_id, parent_run_id, kwargs)

    def on_retriever_start(self, serialized: Optional[dict[str, Any]], query: str, *, run_id: UUID, parent_run_id: Optional[UUID] = None, **kwargs: Any) -> None:
        """A retriever begins: embeddings are calls, too."""
        self._enter("retriever", serialized, run_id, parent_run_id, kwargs)

    def on_chat_model_start(self, serialized: Optional[dict[str, Any]], messages: Any, *, run_id: UUID, parent_run_id: Optional[UUID] = None, **kwargs: Any) -> None:
        """A model is about to be called: by the chain that says so, whatever other one this context is in the middle of."""
        self._enter("", serialized, run_id, parent_run_id, kwargs)

    on_llm_start = on_chat_model_start

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Whatever began has ended, well or not."""
        self._leave(run_id)

    on_chain_error = on_tool_end = on_tool_error = on_retriever_end = on_retriever_error = on_llm_end = on_llm_error = on_chain_end

    def _enter(self, kind: str, serialized: Optional[dict[str, Any]], run_id: UUID, parent_run_id: Optional[UUID], told: dict[str, Any]) -> None:
        parent = self._runs.get(parent_run_id) if parent_run_id is not None else None
        names = parent.names if parent is not None else ()
        if kind:
            own = serialized or {}
            names = (*names, _labels.clean(kind, told.get("name") or own.get("name") or (own.get("id") or ["unnamed"])[-1]))
        self._runs[run_id] = begun = _labels.Scope(names)
        _labels.scope.set(begun)

    def _leave(self, run_id: UUID) -> None:
        begun = self._runs.pop(run_id, None)
        if begun is not None:
            begun.open = False
