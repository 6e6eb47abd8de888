"""A real HTTPS server on the loopback with a CA of its own, which serves what a test tells it to, also badly."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Serve = Callable[["Handler"], None]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@cache
def certificates() -> tuple[Path, Path]:
    """The CA's certificate, and a server's key with the certificate that it signed; made once for a run."""
    home = Path(mkdtemp(prefix="dragoman-tls-"))
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    authority, server = _name("Test CA"), _name("localhost")
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = [
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=False)
        .sign(keys[0], hashes.SHA256())
        for subject, key, extension in (
            (authority, keys[0], x509.BasicConstraints(ca=True, path_length=None)),
            (server, keys[1], x509.SubjectAlternativeName(names)),
        )
    ]
    pem = [certificate.public_bytes(serialization.Encoding.PEM) for certificate in signed]
    private = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    ca, both = home / "ca.pem", home / "server.pem"
    ca.write_bytes(pem[0])
    both.write_bytes(private + pem[1])
    return ca, both


@dataclass
class Seen:
    """What one request said."""

    path: str
    headers: dict[str, str]


@dataclass
class Site:
    """What is served: bytes, or a function that answers.  seen: the requests so far."""

    port: int
    pages: dict[str, bytes | Serve] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def uri(self) -> str:
        return f"https://{self.host}"


class Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        self.site.seen.append(Seen(self.path, {name.lower(): value for name, value in self.headers.items()}))
        page = self.site.pages.get(self.path)
        if page is None:
            self.answer(404, b"")
        elif isinstance(page, bytes):
            self.answer(200, page, **({"Content-Type": self.site.types[self.path]} if self.path in self.site.types else {}))
        else:
            page(self)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | {n.replace("_", "-"): v for n, v in headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a test says itself what went wrong."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what many tests are about."""


@contextmanager
def serving() -> Iterator[Site]:
    """A server until the test is over."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificates()[1])
    handler = type("Here", (Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site = handler.site = Site(server.server_address[1])  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
