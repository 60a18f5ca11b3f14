"""Which reply comes next: failure windows first, then the queue, then the standing answer."""

from __future__ import annotations

import threading
from collections import deque
from typing import Callable, Deque, Iterable, List, Optional, Tuple, Union

from ._reply import Reply, ReplySource, as_reply
from ._request import Request

Condition = Union[threading.Event, Callable[[Request], bool]]


class Script:
    """What a test has scripted. Safe to use from any thread."""

    def __init__(self, standing: Optional[ReplySource]) -> None:
        self.standing: Optional[ReplySource] = None
        self.stand(standing)
        self._queue: Deque[ReplySource] = deque()
        self._failures: Deque[Reply] = deque()
        self._windows: List[Tuple[Condition, Reply]] = []

    def __len__(self) -> int:
        return len(self._queue)

    def stand(self, reply: Optional[ReplySource]) -> None:
        """Sets the standing answer."""
        self.standing = Reply(content=reply) if isinstance(reply, str) else reply

    def add(self, replies: Iterable[ReplySource]) -> None:
        """Queues replies, one per request."""
        self._queue.extend(replies)

    def fail_next(self, count: int, reply: Reply) -> None:
        """This reply for the next `count` requests."""
        self._failures.extend([reply] * count)

    def fail_while(self, condition: Condition, reply: Reply) -> None:
        """This reply as long as the condition holds."""
        self._windows.append((condition, reply))

    def recover(self) -> None:
        """Ends all failures."""
        self._failures.clear()
        self._windows.clear()

    def next(self, request: Request) -> Reply:
        """The reply for this request; raises what a function of the test raises."""
        for condition, failure in list(self._windows):
            if condition.is_set() if isinstance(condition, threading.Event) else condition(request):
                return failure
        source: Optional[ReplySource] = _pop(self._failures) or _pop(self._queue)
        reply = as_reply(source, request) if source is not None else None
        if reply is None and self.standing is not None:
            reply = as_reply(self.standing, request)
        return reply or Reply()


def _pop(queue: Union[Deque[Reply], Deque[ReplySource]]) -> Optional[ReplySource]:
    try:
        return queue.popleft()
    except IndexError:
        return None
