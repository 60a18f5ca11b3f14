"""A Redis server of a test's own, on loopback, in a directory of its own."""
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest


class RedisServer:
    """Started at once; keeps nothing on disk unless its arguments say so."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        if shutil.which("redis-server") is None:
            pytest.skip("redis-server is not installed: apt-get install redis-server")
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.port: int = unused.getsockname()[1]
        self._arguments = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(directory), "--save", "", *arguments]
        self._process: Any = None
        self.start()

    def start(self) -> None:
        """Again, after stop or kill."""
        self._process = subprocess.Popen(self._arguments, stdout=subprocess.DEVNULL)
        while True:
            assert self._process.poll() is None, "redis-server did not start"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)

    def cli(self, *arguments: str) -> str:
        """Runs redis-cli and gives what it wrote."""
        return subprocess.run(["redis-cli", "-p", str(self.port), *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.wait()

    def url(self, options: str = "", credentials: str = "") -> str:
        """The store's, with options such as "lease=off"."""
        return f"redis://{credentials}127.0.0.1:{self.port}/0?{options}"
