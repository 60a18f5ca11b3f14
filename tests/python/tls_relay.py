"""TLS in front of a plain server, and a proxy that tunnels: threads on loopback, for as long as they are open."""
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any, List, Optional, Tuple


def certificate(folder: Path) -> Tuple[str, str]:
    """(certificate, key) of 127.0.0.1, which nobody trusts unless it is told to."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )
    return str(cert), str(key)


class Relay:
    """Connections that come are passed on: of TLS to a port, or, without one, where CONNECT says."""

    def __init__(self, port: Optional[int] = None, files: Optional[Tuple[str, str]] = None) -> None:
        self._to = port
        self._context: Any = None
        if files is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*files)
        #: What CONNECT named.
        self.asked: List[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, *given: Any) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                given, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(given,), daemon=True).start()

    def _pass(self, given: Any) -> None:
        try:
            if self._context is not None:
                given = self._context.wrap_socket(given, server_side=True)
            port = self._to
            if port is None:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += given.recv(4096)
                self.asked.append(head.split(b" ")[1].decode())
                port = int(self.asked[-1].rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as to:
                if self._to is None:
                    given.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_copy, args=(to, given), daemon=True)
                back.start()
                _copy(given, to)
                back.join()
        except OSError:
            pass
        finally:
            given.close()


def _copy(one: Any, other: Any) -> None:
    try:
        while True:
            piece = one.recv(65536)
            if not piece:
                break
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass
