"""One connection of TLS to an address that was judged, with every wait bounded.

The name is resolved once and the address of that answer is connected to, so that a second answer cannot lead elsewhere;
the name still stands in the Host header and is what the certificate is checked for.  No proxy is taken from anywhere.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any

from dragoman.attachments import addresses
from dragoman.errors import PeerError, ReadError
from dragoman.text import visible

HEADER = 64 * 1024  # bytes of a response before its body
BUFFER = 16 * 1024

Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them.  Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(slots=True)
class Clock:
    """How long a fetch may still take: `idle` for one wait, `end` (monotonic) for all of it."""

    idle: float
    end: float

    def wait(self) -> float:
        """Seconds for the next wait.  Raises TimeoutError when there are none left."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self.idle, left)


class Timed(io.RawIOBase):
    """What comes out of a socket: each wait is bounded, and so are the bytes until somebody lifts `most`."""

    def __init__(self, sock: socket.socket, clock: Clock, most: int | None) -> None:
        self._socket, self._clock, self.most = sock, clock, most
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._clock.wait())
        count = self._socket.recv_into(buffer)
        self._seen += count
        if self.most is not None and self._seen > self.most:
            raise ReadError(f"more than {self.most} bytes of header")
        return count


class Stream:
    """The little that `http.client` asks of a socket."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self._socket, self._clock = sock, clock
        self.input = Timed(sock, clock, HEADER + BUFFER)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.input, BUFFER)

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(self._clock.wait())
        self._socket.sendall(data)

    def close(self) -> None:
        """`http.client` lets go of a connection that will not be used again while its body is still to come."""

    def end(self) -> None:
        self._socket.close()


def addresses_for(host: str, port: int, may_be_private: bool, resolve: Resolve, seconds: float) -> tuple[str, ...]:
    """The addresses to connect to, if all are allowed.  Raises PeerError, which names the one that is not."""
    found = _in_time(lambda: resolve(host, port), seconds)
    if not found:
        raise PeerError(f"{host} has no address")
    for address in found:
        if not (addresses.public(address) or (may_be_private and addresses.private(address))):
            fix = "name it in private_hosts of [fetch] if it is yours"
            raise PeerError(f"{host} has the address {address}, which is not on the open internet", fix=fix)
    return tuple(found)


def _in_time(work: Callable[[], list[str]], seconds: float) -> list[str]:
    """What some work gives, for which the system knows no time limit.  Raises PeerError."""
    answer: list[list[str] | OSError] = []

    def run() -> None:
        try:
            answer.append(work())
        except (OSError, UnicodeError) as error:
            answer.append(OSError(str(error)))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise PeerError(f"its name was not resolved within {seconds:g} s")
    if isinstance(answer[0], OSError):
        raise PeerError(f"its name cannot be resolved: {answer[0]}")
    return answer[0]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the name and port of the URI, the path with its query, the addresses that were judged."""

    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


@contextmanager
def asked(
    target: Target, headers: dict[str, str], tls: ssl.SSLContext, clock: Clock, connect_seconds: float
) -> Iterator[HTTPResponse]:
    """The response to a GET, its body still to be read.  Raises PeerError, ReadError; also for what reading raises."""
    try:
        connection = HTTPSConnection(target.host, target.port, context=tls)
        stream = _opened(target, tls, clock, connect_seconds)
        connection.sock = stream
        try:
            connection.request("GET", target.path, headers=headers)
            response = connection.getresponse()
            stream.input.most = None
            yield response
        finally:
            stream.end()
    except TimeoutError:
        over = time.monotonic() >= clock.end
        raise PeerError(f"too slow: {'took longer in all than it may' if over else 'nothing came'}") from None
    except (OSError, HTTPException) as error:
        raise PeerError(visible(f"the connection failed: {type(error).__name__}: {error}")) from None


def _connected(target: Target, clock: Clock, seconds: float) -> socket.socket:
    """A socket to the first of the addresses that answers.  Raises OSError."""
    *others, last = target.addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, target.port), min(seconds, clock.wait()))
    return socket.create_connection((last, target.port), min(seconds, clock.wait()))


def _opened(target: Target, tls: ssl.SSLContext, clock: Clock, seconds: float) -> Stream:
    with ExitStack() as unless_done:
        plain = _connected(target, clock, seconds)
        unless_done.callback(plain.close)
        plain.settimeout(min(seconds, clock.wait()))
        stream = Stream(tls.wrap_socket(plain, server_hostname=target.host), clock)
        unless_done.pop_all()
    return stream
