"""The provider simulator: what users and tests hold in their hands."""

from __future__ import annotations

import threading
import warnings
from dataclasses import replace
from decimal import Decimal
from types import TracebackType
from typing import Callable, Iterable, List, Optional, Sequence, Type, Union

from ._bill import Prices, bill
from ._delivery import Delivery
from ._exchange import Exchange
from ._provider import PROTOCOLS, Provider
from ._reply import Reply, ReplySource
from ._script import Condition, Script
from ._server import Server


class ProviderSimulator:
    """An LLM provider on 127.0.0.1 that speaks OpenAI's chat completions, responses, embeddings, legacy completions, images and audio, Anthropic's messages,
    Gemini's generateContent and embedContent, Bedrock's converse and invoke (Anthropic's models and Amazon's Nova; streams in its binary form), Ollama's chat,
    generate and embed, or Cohere's chat (v2 and v1), embed and rerank.

        with ProviderSimulator() as sim:
            sim.script(["first answer", Reply(status=429, retry_after=0.01), "third answer"])
            client = OpenAI(base_url=sim.base_url, api_key="any")

    The answer to a chat request is, in this order: a failure window that is open (`fail_next`, `fail_while`), the next scripted reply, what
    `reply` gives, an echo of the last user message. Models, errors and bad requests are answered as the provider would.

    protocol: "openai" (at Azure's paths, too: /openai/deployments/NAME/...?api-version=...), "anthropic", "gemini", "bedrock", "ollama" or "cohere".
    reply: a Reply, a text, or a function of the Request that returns either (None: the echo). It is called on the connection's thread.
    port: 0 takes a free one.
    models: the only models that exist; empty: any model is served, and a usual list is shown by /v1/models.
    require_auth: 401 for requests without an `Authorization: Bearer` header; Bedrock answers 403, and takes signed requests, too (it checks no signature).
    compress: True or "gzip", "deflate": compress answers to clients that accept it. A Reply can say otherwise.
    created: the `created` field of all answers, Unix seconds; None: the time.
    keep: "bodies" keeps everything in the log, "digests" drops bodies, JSON and headers, "none" keeps no log.
    on_exchange: called once with each Exchange, on the connection's thread, before the client has the end of the answer.
    register: announce the host to the protection engine, so that calls to it are protected like calls to the provider.
    """

    def __init__(
        self,
        reply: Optional[ReplySource] = None,
        *,
        protocol: str = "openai",
        host: str = "127.0.0.1",
        port: int = 0,
        models: Sequence[str] = (),
        require_auth: bool = False,
        compress: Union[bool, str] = False,
        created: Optional[int] = None,
        keep: str = "bodies",
        on_exchange: Optional[Callable[[Exchange], None]] = None,
        register: bool = True,
    ) -> None:
        if protocol not in PROTOCOLS:
            raise ValueError(f"protocol must be one of {', '.join(PROTOCOLS)}, not {protocol!r}")
        if keep not in ("bodies", "digests", "none"):
            raise ValueError(f'keep must be "bodies", "digests" or "none", not {keep!r}')
        if compress not in (True, False, "gzip", "deflate"):
            raise ValueError(f'compress must be a bool, "gzip" or "deflate", not {compress!r}')
        self._bind = (host, port)
        self._keep = keep
        self._on_exchange = on_exchange
        self._register = register
        self._script = Script(reply)
        self._provider = Provider(self._script.next, tuple(models), require_auth, compress, created, protocol)
        self._server: Optional[Server] = None
        self._changed = threading.Condition()
        self._log: List[Exchange] = []

    # ---- lifetime

    def start(self) -> "ProviderSimulator":
        """Listens and serves. `with` does this."""
        if self._server is not None:
            raise RuntimeError("this simulator has been started before; make another one")
        self._server = Server(*self._bind, decide=self._provider.decide, record=self._record)
        self._server.start()
        if self._register:
            _register(self.host, self._provider.protocol)
        return self

    def close(self) -> None:
        """Closes the port and all connections. Idempotent; the log stays readable."""
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> "ProviderSimulator":
        return self.start()

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self.close()
        if self._provider.fault is not None and error is None:
            raise RuntimeError("a reply function or condition given to the provider simulator failed") from self._provider.fault

    async def __aenter__(self) -> "ProviderSimulator":
        return self.start()

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]) -> None:
        self.__exit__(kind, error, trace)

    # ---- addresses

    @property
    def port(self) -> int:
        """The TCP port."""
        if self._server is None:
            raise RuntimeError("the simulator is not running: use it in a `with` statement or call start()")
        return self._server.address[1]

    @property
    def host(self) -> str:
        """ "127.0.0.1:PORT"."""
        return f"{self._bind[0]}:{self.port}"

    @property
    def url(self) -> str:
        """ "http://127.0.0.1:PORT"."""
        return f"http://{self.host}"

    @property
    def base_url(self) -> str:
        """What the provider's SDK calls base_url: "http://127.0.0.1:PORT/v1" for OpenAI, "http://127.0.0.1:PORT" for the others (boto3: endpoint_url)."""
        return f"{self.url}/v1" if self._provider.protocol == "openai" else self.url

    # ---- scripting

    @property
    def reply(self) -> Optional[ReplySource]:
        """The standing answer; may be set at any time."""
        return self._script.standing

    @reply.setter
    def reply(self, source: Optional[ReplySource]) -> None:
        self._script.stand(source)

    def script(self, replies: Iterable[ReplySource]) -> None:
        """Queues replies, one per chat request, served before `reply`. Texts and functions are fine too."""
        self._script.add(replies)

    @property
    def scripted(self) -> int:
        """How many scripted replies are still queued."""
        return len(self._script)

    def fail_next(self, count: int = 1, status: int = 500, reply: Optional[Reply] = None) -> None:
        """Answers the next `count` chat requests with this status, or with this reply (a reset, say)."""
        self._script.fail_next(count, reply or Reply(status=status))

    def fail_while(self, condition: Condition, status: int = 503, reply: Optional[Reply] = None) -> None:
        """Fails chat requests as long as the event is set, or those requests of which the function says so, until `recover`."""
        self._script.fail_while(condition, reply or Reply(status=status))

    def recover(self) -> None:
        """Ends all failures asked for by fail_next and fail_while."""
        self._script.recover()

    # ---- the log

    @property
    def log(self) -> List[Exchange]:
        """A copy of the log, in order of completion. An exchange is in it before its client can have read the end of the answer."""
        with self._changed:
            return list(self._log)

    def clear(self) -> None:
        """Empties the log."""
        with self._changed:
            self._log.clear()

    def wait_for(self, count: int, timeout: float = 5.0) -> List[Exchange]:
        """The log once it holds at least `count` exchanges; TimeoutError after `timeout` seconds. For answers that a client left early."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._log) >= count, timeout):
                raise TimeoutError(f"{len(self._log)} of {count} exchanges after {timeout} s")
            return list(self._log)

    def bill(self, prices: Prices) -> Decimal:
        """What the provider charges for the log, in dollars, exact. prices: model -> (input, cached input, output), dollars per million tokens.
        Anthropic's cache writes cost 1.25 times the input, those kept for an hour twice the input.

        Raises KeyError for a billed model without a price.
        """
        return bill(self.log, prices)

    def _record(self, delivery: Delivery, complete: bool) -> None:
        if self._keep == "none" and self._on_exchange is None:
            return
        exchange = _exchange(delivery, complete, self._keep == "bodies")
        with self._changed:
            if delivery.amended:
                self._log = [exchange if one.index == exchange.index else one for one in self._log]
                return
            if self._keep != "none":
                self._log.append(exchange)
            self._changed.notify_all()
        if self._on_exchange is not None:
            self._on_exchange(exchange)


def _exchange(delivery: Delivery, complete: bool, keep: bool) -> Exchange:
    request, answer, sent = delivery.request, delivery.answer, delivery.body
    exchange = Exchange(
        index=request.index,
        time=delivery.arrived,
        method=request.method,
        path=request.path,
        headers=request.headers,
        body=request.body,
        json=request.json,
        status=delivery.status,
        response_body=sent,
        response_encoding=answer.encoding,
        usage=answer.billed(len(sent), complete),
        completed=complete,
        streamed=answer.streamed,
        connection=request.connection,
        model=request.model,
    )
    if keep:
        return exchange
    digests = {"request": exchange.request_sha256, "response": exchange.response_sha256}
    return replace(exchange, headers={}, body=b"", json=None, response_body=b"", digests=digests)


def _register(host: str, protocol: str) -> None:
    """Tells the protection engine which protocol this host speaks. The only place that touches the rest of the package."""
    try:
        from iron_cage import _engine, errors
    except (ImportError, OSError) as fault:
        _warn(host, fault)
        return
    try:
        _engine.add_hosts(f"{host}={protocol}")
    except errors.NativeError as fault:
        _warn(host, fault)


def _warn(host: str, fault: Exception) -> None:
    warnings.warn(
        f"the provider simulator at {host} is not known to the protection engine, so calls to it are not protected: iron_cage could not be loaded "
        f"({fault}). Pass register=False if that is intended.",
        RuntimeWarning,
        stacklevel=5,
    )
