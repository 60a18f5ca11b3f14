"""`python -m iron_cage.testing`: the provider simulator as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from typing import Callable, List, Optional

from ._exchange import Exchange
from ._provider import PROTOCOLS
from ._replies import load
from ._reply import Reply, ReplySource, as_reply
from ._simulator import ProviderSimulator


def main(arguments: Optional[List[str]] = None) -> int:
    """Serves until SIGTERM, SIGINT or, if asked for, the end of standard input. Returns the exit status."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    standing = Reply(content=options.content, completion_tokens=options.completion_tokens, delay=options.delay, chunk_delay=options.chunk_delay)
    try:
        simulator = ProviderSimulator(
            _from_file(options.replies, standing) if options.replies else standing,
            protocol=options.protocol,
            host=options.host,
            port=options.port,
            require_auth=options.require_auth,
            compress=options.compress,
            keep="none",
            on_exchange=_writer(options.log) if options.log else None,
            register=False,
        ).start()
    except (OSError, ValueError) as fault:
        print(f"iron_cage.testing: {fault}", file=sys.stderr)
        return 1
    print(f"listening on {simulator.host}", flush=True)
    if options.until_stdin_closes:
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    while not stop.wait(3600):
        pass
    simulator.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m iron_cage.testing", description="A provider simulator on loopback, in the protocol of OpenAI, Anthropic, Gemini, Bedrock, Ollama or Cohere.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one; the first line of output tells which")
    parser.add_argument("--protocol", choices=PROTOCOLS, default="openai")
    parser.add_argument("--log", metavar="FILE", help="append one JSON line per exchange: usage billed, model, status, sha256 of both bodies")
    parser.add_argument("--content", help="answer this text (default: an echo of the last user message)")
    parser.add_argument("--replies", metavar="FILE", help="a JSON object: text of the last user message -> a reply (fields of Reply, or a text), or a list of replies for one request after the other")
    parser.add_argument("--completion-tokens", type=int, metavar="N", help="bill at least N completion tokens per choice, up to the request's limit")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS", help="before each answer")
    parser.add_argument("--chunk-delay", type=float, default=0.0, metavar="SECONDS", help="between the chunks of a stream")
    parser.add_argument("--require-auth", action="store_true", help="401 without `Authorization: Bearer`")
    parser.add_argument("--compress", action="store_true", help="gzip for clients that accept it")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when standard input ends, so as not to outlive a parent")
    return parser


def _from_file(path: str, standing: Reply) -> ReplySource:
    """The replies of a file, and the standing one for every other request."""
    told = load(path)
    return lambda request: as_reply(told, request) or standing


def _writer(path: str) -> Callable[[Exchange], None]:
    """Appends whole lines; one write each, so that threads and processes do not mix theirs."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(exchange: Exchange) -> None:
        os.write(descriptor, json.dumps(exchange.summary(), separators=(",", ":")).encode() + b"\n")

    return write


def _wait_for_end_of_input(stop: threading.Event) -> None:
    try:
        while sys.stdin.buffer.read(65536):
            pass
    finally:
        stop.set()


if __name__ == "__main__":
    sys.exit(main())
