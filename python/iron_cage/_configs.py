"""Option groups: frozen, and checked for types when made. Ranges are checked by the library when a protection is made of them."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable, Mapping, Optional, Sequence, Union

from iron_cage import _convert, _price_files, _scanner_options
from iron_cage._convert import Money

_Numbers = Union[float, Sequence[float]]
_Keys = Union[str, bytes, Sequence[Union[str, bytes]]]

if TYPE_CHECKING:
    import os

    from iron_cage._approvals import Approval
    from iron_cage._budget import Budget
    from iron_cage._fallback import Fallback
    from iron_cage._price import Price

    _OnePrices = Union[str, "os.PathLike[str]", Mapping[str, Price]]
    _Prices = Union[_OnePrices, Sequence[_OnePrices]]


def _budget(option: str, value: object) -> object:
    """A budget with a name. Whoever has one has imported its class, which knows this module's users in turn."""
    from iron_cage._budget import Budget

    if not isinstance(value, Budget):
        _convert.refuse(option, value, "a Budget")
    return value


@dataclass(frozen=True)
class BudgetConfig:
    """How money is limited, and what happens before it stops an agent (docs/budgets.md). Everything left out keeps its default.

    :ivar max_usd: dollars, > 0; None: spend is tracked, not limited
    :ivar shared: a :class:`Budget` to draw on instead of ``max_usd``
    :ivar warn_at: one or more shares of the budget in (0, 1]; a warning event as each is crossed (default 0.9)
    :ivar hold_wait: seconds a call waits for other calls to settle, 0 to 3600 (default 30)
    :ivar lower_output: lower the output limit of a call that would not fit otherwise (default True)
    :ivar scope: "protection" (default), or "run": a fresh budget for each invocation
    :ivar bound: "default", or "strict": one token per UTF-8 byte of input
    :ivar prices: prices of your own, which go before the catalogue's: the path of a price file (docs/prices.md), a mapping of model names to :class:`Price`, or a
        list of these, of which the last that knows a model counts. Files also name deployments: ``"aliases": {"our-chat": "gpt-4o"}``. A file is read when a
        protection is made; one that is wrong is a ConfigError with its line
    :ivar degrade: model -> cheaper model, 1 to 100 names as requests have them, such as ``{"gpt-5": "gpt-5-mini"}``; chains are followed, circles refused. A call that does not
        fit the budget goes to the first cheaper one that is cheaper for this very call and fits. Each must have a price, unless ``unpriced`` says otherwise. It is your
        word that the cheaper model takes the same requests. Models in URLs (Azure's deployments, Gemini, Bedrock) are replaced there
    :ivar degrade_at: the share of the budget, spent and held, from which on the cheaper model is asked even if the other fits: above 0, at most 1 (default 1)
    :ivar reserve_usd: dollars, > 0 and below the budget, that every call leaves but the last ones of a run (default: none)
    :ivar wrap_up_calls: how many calls of a run may draw on the reserve, once one does not fit beside it: 1 to 1000 (default 1). Calls that the provider
        answered with an error do not count
    :ivar wrap_up_note: a message of the user, 1 to 4000 characters, that is appended to these requests, so that the model knows it must come to an end (default: none)
    """

    max_usd: Optional[Money] = None
    warn_at: Optional[_Numbers] = None
    hold_wait: Optional[float] = None
    lower_output: Optional[bool] = None
    scope: Optional[str] = None
    bound: Optional[str] = None
    prices: Optional[_Prices] = None
    degrade: Optional[Mapping[str, str]] = None
    degrade_at: Optional[float] = None
    reserve_usd: Optional[Money] = None
    wrap_up_calls: Optional[int] = None
    wrap_up_note: Optional[str] = None
    shared: Optional[Budget] = None

    def __post_init__(self) -> None:
        _convert.check("BudgetConfig", self, {
            "max_usd": _convert.money, "warn_at": _convert.shares, "hold_wait": _convert.number, "lower_output": _convert.boolean,
            "scope": _convert.text, "bound": _convert.text, "prices": _price_files.build, "degrade": _convert.models, "degrade_at": _convert.number,
            "reserve_usd": _convert.money, "wrap_up_calls": _convert.integer, "wrap_up_note": _convert.text, "shared": _budget,
        })


@dataclass(frozen=True)
class SafetyConfig:
    r"""What happens to personal data and secrets. Everything left out keeps its default.

    :ivar detection: look for them at all (default True)
    :ivar action: "redact" (default), "mask", "hash", "tokenise", "block", "warn" or "ignore"; what stands for a finding then: docs/safety.md
    :ivar actions: finding kind, or group of kinds ("personal", "national", "secret", "own"), -> action, where it differs; the kind's own goes first
    :ivar scan_output: responses and streams too (default True)
    :ivar key: of tokens and hashes: 32 bytes, or their base64 or hexadecimal text; or several, of which the first names and seals, and the others
        open what they sealed once. Default: IRON_CAGE_KEY (several are separated by commas), else one that lives with the process. Never shown
    :ivar tenant: 1 to 200 characters; tokens and hashes of different tenants have nothing to do with each other (default: none)
    :ivar restore_in: where values come back in place of their tokens: "answer", "tool:NAME" (default: the answer)
    :ivar unscannable: content that no one can read, and texts beyond ``max_text_bytes`` or ``max_findings``: "warn" (default), "deny" or "allow"
    :ivar kinds: names of kinds and of the groups "personal", "national", "secret", "all"; "-URL" is an exclusion. Default: all
    :ivar regions: countries (ISO 3166-1, two letters) whose kinds are looked for, also where no word beside a value says what it is
    :ivar min_score: findings of a lower score are dropped, 0 (default) to 1
    :ivar patterns: regular expressions of your own, ``{"EMPLOYEE_ID": r"\bEMP-\d{6}\b"}``, or a list of mappings with "name", "regex" and perhaps "score" (above 0 up to 1,
        default 0.85) and "context" (words of which one must stand left of a match). Names: 2 to 63 of A-Z, 0-9, _; a match has at most 250 bytes. Backreferences and
        lookaround are refused: time is linear in the text
    :ivar dictionaries: words and phrases of your own, ``{"PROJECT": ["Blue Falcon", ...]}``, or a list of mappings with "name", "terms" (up to 1,000,000) and perhaps
        "score" and "ignore_case" (default True)
    :ivar allow: values to leave alone, or a mapping with "values", "domains" (of e-mail addresses and URLs) and "patterns" (of whole values)
    :ivar deny: values that are always found: a list (kind "DENIED"), or a mapping of kind -> list
    :ivar max_text_bytes: the longest text, document or piece of a stream in UTF-8, 1 to 2,000,000,000 (default 134,217,728). A longer one is a ConfigError, never cut;
        in traffic ``unscannable`` decides about it
    :ivar max_findings: the most findings of one, 1 to 100,000,000 (default 10,000,000); more are treated likewise
    """

    detection: Optional[bool] = None
    action: Optional[str] = None
    actions: Optional[Mapping[str, str]] = None
    scan_output: Optional[bool] = None
    unscannable: Optional[str] = None
    key: Optional[_Keys] = field(default=None, repr=False)
    tenant: Optional[str] = None
    restore_in: Optional[Sequence[str]] = None
    kinds: Optional[Sequence[str]] = None
    regions: Optional[Sequence[str]] = None
    min_score: Optional[float] = None
    patterns: Optional[Union[Mapping[str, str], Sequence[Mapping[str, object]]]] = None
    dictionaries: Optional[Union[Mapping[str, Sequence[str]], Sequence[Mapping[str, object]]]] = None
    allow: Optional[Union[Sequence[str], Mapping[str, Sequence[str]]]] = None
    deny: Optional[Union[Sequence[str], Mapping[str, Sequence[str]], Sequence[Mapping[str, object]]]] = None
    max_text_bytes: Optional[int] = None
    max_findings: Optional[int] = None

    def __post_init__(self) -> None:
        _convert.check("SafetyConfig", self, {
            "key": _convert.keys, "tenant": _convert.text, "restore_in": _convert.names,
            "detection": _convert.boolean, "action": _convert.text, "actions": _convert.texts, "scan_output": _convert.boolean,
            "unscannable": _convert.text,
        })
        _scanner_options.build(self)


@dataclass(frozen=True)
class ReliabilityConfig:
    """What is done about providers that fail (docs/retries.md, docs/reliability.md): when the circuit of a host and model opens, how failed requests are sent again, and how many calls go to it.
    Everything left out keeps its default.

    :ivar failure_threshold: failures in a row, 1 to 1,000,000 (default 3)
    :ivar recovery_timeout: seconds until one probe is let through, 0.001 to 86,400 (default 60)
    :ivar failure_ratio: the share of recent calls whose failure opens it, too, in a row or not: above 0, at most 1 (default: only failures in a row do)
    :ivar failure_window: seconds that count as recent, 1 to 86,400 (default 60)
    :ivar minimum_calls: how many calls must have ended recently before ``failure_ratio`` is looked at, 1 to 1,000,000 (default 10)
    :ivar requests_per_minute: calls to a provider host and model that begin in any 60 seconds, 1 to 1,000,000 (default: not limited). More wait for their turn
    :ivar tokens_per_minute: tokens of the calls that begin in any 60 seconds, 1 to 2,000,000,000 (default: not limited): the input and the output that a call may have, then, once it
        has ended, what it used. A call that counts more than a minute has is refused at once
    :ivar max_concurrent: calls in flight at once, 1 to 100,000 (default: not limited)
    :ivar max_wait: seconds that a call waits for its turn before :class:`~iron_cage.errors.LimitReached`, 0 to 3,600 (default: ``hold_wait``)
    :ivar provider_limits: whether calls wait where the provider said that nothing remains (429 with ``Retry-After``, ``x-ratelimit-remaining-*: 0``) instead of being sent in vain
        (default True). Such a wait never refuses a call
    :ivar max_retries: the most attempts of a request beyond its first, those of its SDK included, 0 to 10 (default 2). 0: none is added, and nothing is capped
    :ivar retry_delay: seconds before the first retry where the provider asks for no pause, 0.001 to 8 (default 0.5); doubles with each up to 8, up to a quarter less by chance
    :ivar retry_after_ceiling: seconds, 0 to 3600 (default 60): where the provider asks for a longer pause there is no retry, and no call waits for it
    :ivar attempt_timeout: seconds that an attempt may take, 0.001 to 86,400 (default: as long as the client lets it): a whole answer up to its end, a stream up to its head
    :ivar total_timeout: the same for all attempts of a request together, with the waits before and between them
    :ivar fallback: model -> other models of the same host and :class:`Fallback`, other hosts of the same protocol, such as ``{"gpt-4o": ["gpt-4.1", Fallback("https://...", ...)]}``: which
        are called, in order, when the attempts at a model are over or its circuit is open (default: none). 1 to 100 models, 1 to 10 behind each. It is your word that they take the same
        requests
    :ivar fallback_to_memory: when all that fails, give the last whole answer to the very same request in this run, if there was one (default False). Answers are kept in memory, 64 of
        up to 256 KB for a run; streams are not
    :ivar hedge_after: seconds, 0.001 to 3600 (default: none): where a whole answer has not begun by then, the request is sent a second time beside the first, and whichever is answered
        first is taken. Both cost: what was given up costs its hold. httpx alone; requests of other clients that could be hedged are refused
    """

    failure_threshold: Optional[int] = None
    recovery_timeout: Optional[float] = None
    failure_ratio: Optional[float] = None
    failure_window: Optional[float] = None
    minimum_calls: Optional[int] = None
    requests_per_minute: Optional[int] = None
    tokens_per_minute: Optional[int] = None
    max_concurrent: Optional[int] = None
    max_wait: Optional[float] = None
    provider_limits: Optional[bool] = None
    max_retries: Optional[int] = None
    retry_delay: Optional[float] = None
    retry_after_ceiling: Optional[float] = None
    attempt_timeout: Optional[float] = None
    total_timeout: Optional[float] = None
    fallback_to_memory: Optional[bool] = None
    fallback: Optional[Mapping[str, Union[str, Fallback, Sequence[Union[str, Fallback]]]]] = None
    hedge_after: Optional[float] = None

    def __post_init__(self) -> None:
        _convert.check("ReliabilityConfig", self, {
            "failure_threshold": _convert.integer, "recovery_timeout": _convert.number, "failure_ratio": _convert.number, "failure_window": _convert.number,
            "minimum_calls": _convert.integer, "requests_per_minute": _convert.integer, "tokens_per_minute": _convert.integer, "max_concurrent": _convert.integer,
            "max_wait": _convert.number, "provider_limits": _convert.boolean, "max_retries": _convert.integer, "retry_delay": _convert.number, "retry_after_ceiling": _convert.number,
            "attempt_timeout": _convert.number, "total_timeout": _convert.number, "fallback": _convert.fallbacks, "fallback_to_memory": _convert.boolean,
            "hedge_after": _convert.number,
        })


@dataclass(frozen=True)
class ControlConfig:
    """What a run may do, and for how long. Everything left out is not limited.

    :ivar max_calls: LLM calls per run, 1 to 1,000,000,000
    :ivar max_tokens: tokens of a run, input and output, after which it makes no further call, 1 to 2,000,000,000. Calls that began before may pass it: what must never be
        passed is a budget
    :ivar timeout: seconds that a run may last, 0.001 to 2,592,000. After that its calls are refused, waits for money end, and of answers in flight nothing more is handed on
    :ivar tools: names of the tools that the model may use, up to 1,000 of 1 to 256 characters; ``*`` stands for any characters, ``?`` for one. An answer that uses another
        never reaches the agent (a stream ends there); so does a request with a tool that the provider would run itself, such as web search
    :ivar denied_tools: names as of ``tools`` that may not be used, whatever is allowed
    :ivar loop_detection: True, or ``{"nudge_after": 3, "stop_after": 5, "note": "..."}`` (2 to 1,000 each; the note 1 to 4,000 characters): a run whose answers repeat themselves
        is told so by a message of the user that is appended to its next request, and stopped when that does not help. The same is: the same tools with the same arguments, each time
        or in a cycle of up to four answers; a few such answers in any order with nothing new among them; the same words in answer to the same last message
    :ivar approve_tools: names as of ``tools`` of those whose every use must be approved: an answer that uses one waits, before the agent sees it (a stream from there on), until
        ``approve`` or somebody else says yes. What is denied, or not approved in time, is a :class:`ToolDenied`
    :ivar approve: a callable, plain or async, that is given an :class:`Approval` and says True, or a text that says why not; whatever else it returns, and what it raises, denies.
        Blocking clients call it in their thread; asynchronous ones await it, or run it in a thread. None: :meth:`Protection.approvals` lists what waits
    :ivar approval_timeout: seconds that a use waits, 0.001 to 86,400 (default 300)
    :ivar kill_file: the path of a file that stops the agent by being there: its first line, up to 200 characters, is the reason. It is looked at every 100 ms, and as a run begins; one
        that cannot be looked at counts as one that is there. To go on, remove it and call :meth:`Protection.resume`, or start anew
    :ivar stop_signal: the name of a signal that stops the agent, such as "SIGUSR1". Its handler is set where the protection is made, which must be in the main thread, goes on to the
        handler of Python's that was there before, and gives its place back when the protection is closed. What the system would do by default is not done
    """

    max_calls: Optional[int] = None
    max_tokens: Optional[int] = None
    timeout: Optional[float] = None
    tools: Optional[Sequence[str]] = None
    denied_tools: Optional[Sequence[str]] = None
    loop_detection: Optional[Union[bool, Mapping[str, object]]] = None
    approve_tools: Optional[Sequence[str]] = None
    approve: Optional[Callable[[Approval], object]] = None
    approval_timeout: Optional[float] = None
    kill_file: Optional[Union[str, os.PathLike[str]]] = None
    stop_signal: Optional[str] = None

    def __post_init__(self) -> None:
        _convert.check("ControlConfig", self, {
            "max_calls": _convert.integer, "max_tokens": _convert.integer, "timeout": _convert.number, "tools": _convert.names, "denied_tools": _convert.names,
            "loop_detection": _convert.loops, "approve_tools": _convert.names, "approve": _convert.approver, "approval_timeout": _convert.number, "kill_file": _convert.absolute, "stop_signal": _convert.signal,
        })


@dataclass(frozen=True)
class TelemetryConfig:
    """Who is told what happens (docs/telemetry.md). Everything left out is off. No text of a request or an answer is ever told, and no value that was found.

    :ivar opentelemetry: True: every call is a span, and metrics are kept, by the conventions for generative AI; needs the package opentelemetry-api (``iron-cage[otel]``).
        "auto": if it is installed. False: never. Default: whether a provider is given here
    :ivar tracer_provider: where spans go; default: the global one, as it is at each call
    :ivar meter_provider: where metrics go; default: the global one, as it is at each call
    :ivar log_file: path of a file to which every event is appended as a line of JSON. Any number of protections and processes may share one; what is given last says how large it
        gets. A thread of the library writes it; what happens to the file never breaks a call, and is told once as a warning
    :ivar log_max_mb: megabytes (10⁶ bytes) at which a new file is begun, 0.1 to 100,000 (default 10)
    :ivar log_backups: earlier files that are kept beside it, as ``FILE.1`` (the youngest) and so on, 0 to 1,000 (default 5)
    :ivar log_level: events at or above it are written: "debug" (default: all), "info", "warning" or "error"
    """

    opentelemetry: Optional[Union[bool, str]] = None
    tracer_provider: Optional[object] = None
    meter_provider: Optional[object] = None
    log_file: Optional[Union[str, os.PathLike[str]]] = None
    log_max_mb: Optional[float] = None
    log_backups: Optional[int] = None
    log_level: Optional[str] = None

    def __post_init__(self) -> None:
        if self.opentelemetry not in (None, True, False, "auto") or isinstance(self.opentelemetry, (int, float)) and not isinstance(self.opentelemetry, bool):
            _convert.refuse("TelemetryConfig.opentelemetry", self.opentelemetry, 'True, False or "auto"')
        _provider("tracer_provider", self.tracer_provider, "get_tracer")
        _provider("meter_provider", self.meter_provider, "get_meter")
        _convert.check("TelemetryConfig", self, {"log_file": _convert.path, "log_max_mb": _convert.number, "log_backups": _convert.integer, "log_level": _convert.text})


def _provider(name: str, value: object, method: str) -> None:
    if value is not None and not callable(getattr(value, method, None)):
        _convert.refuse(f"TelemetryConfig.{name}", value, f"an object with {method}(), as OpenTelemetry's have it,")
