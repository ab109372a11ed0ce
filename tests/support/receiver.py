"""A small web server with TLS, as a customer or a chat has one, and a network in which its name is known."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from debrief.delivery.web.endpoint import Network

HOST = "hooks.example.com"


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and how the next requests are answered: a status with a body, or `hang up`."""

    port: int
    ca_file: str
    received: list[Received] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # for which name TLS was asked
    answers: list[tuple[int, bytes] | str] = field(default_factory=list)  # the last one is repeated
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/hook?key=a-secret"

    @property
    def network(self) -> Network:
        """A network in which the host's name leads here, and which may be reached."""
        return Network(lambda _host, _port: ["127.0.0.1"], lambda _address: True, self.ca_file, self.port)


@contextmanager
def receiver(folder: Path, host: str = HOST) -> Iterator[Receiver]:
    """Run a server whose certificate is for `host`."""
    ca_file, chain = _certificates(folder, host)
    made = Receiver(0, str(ca_file))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.before()
            made.received.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0] if made.answers else (204, b"")
            if isinstance(answer, str):
                self.connection.close()
                return
            self.send_response(answer[0])
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.sni_callback = lambda _socket, name, _context: made.names.append(name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def _certificates(folder: Path, host: str) -> tuple[Path, Path]:
    """Write the certificate of an authority, and a chain with the key of the host."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Test authority")
    authority = _built(name, name, key, key, x509.BasicConstraints(ca=True, path_length=None))
    own = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    certificate = _built(_name(host), name, own, key, names)
    ca_file, chain = folder / "ca.pem", folder / "chain.pem"
    ca_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return ca_file, chain


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _built(subject: x509.Name, issuer: x509.Name, key: Any, signer: Any, extension: x509.ExtensionType) -> Any:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    issuing = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(issuing, critical=False)
    if isinstance(extension, x509.BasicConstraints):
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    return builder.sign(signer, hashes.SHA256())
