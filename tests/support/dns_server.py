"""A small DNS server on a UDP port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from debrief.delivery.dns.resolver import DnsResolver


@dataclass
class Dns:
    """The records by name and type, with one that every public server knows.

    `broken` makes each answer wrong: silent, refused, garbage or cut.
    """

    records: dict[tuple[str, str], list[str]] = field(default_factory=lambda: {("com", "NS"): ["a.gtld-servers.net."]})
    broken: str = ""
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def text(self, name: str, *values: str | bytes) -> None:
        """Set the TXT records of a name; a long one is split, as DNS demands."""
        self.records[name, "TXT"] = [_quoted(value.encode() if isinstance(value, str) else value) for value in values]

    def alias(self, name: str, target: str) -> None:
        self.records[name, "CNAME"] = [f"{target}."]

    def resolver(self, seconds: float = 5) -> DnsResolver:
        return DnsResolver(("127.0.0.1", self.port), seconds=seconds)

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = str(query.question[0].name).rstrip(".").lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append(name)
        if self.broken == "silent":
            return None
        if self.broken == "garbage":
            return wire[:2] + b"\xff" * 40
        answer = dns.message.make_response(query, recursion_available=True)
        if self.broken == "refused":
            answer.set_rcode(dns.rcode.REFUSED)
            return answer.to_wire()
        known, seen = name, set[str]()
        while (known, "CNAME") in self.records and kind != "CNAME" and known not in seen:
            seen.add(known)
            target = self.records[known, "CNAME"][0]
            answer.answer.append(dns.rrset.from_text(f"{known}.", 60, "IN", "CNAME", target))
            known = target.rstrip(".")
        if found := self.records.get((known, kind)):
            answer.answer.append(dns.rrset.from_text(f"{known}.", 60, "IN", kind, *found))
        elif not any(name == one for one, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        wire = answer.to_wire(max_size=65000)
        return wire[: len(wire) // 2] if self.broken == "cut" else wire


def _quoted(value: bytes) -> str:
    pieces = [value[start : start + 255] for start in range(0, len(value), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{byte:03d}" for byte in piece) + '"' for piece in pieces)


@contextmanager
def dns_server() -> Iterator[Dns]:
    """A server without records of senders."""
    server = Dns()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.05)
        server.port = listener.getsockname()[1]
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                try:
                    wire, client = listener.recvfrom(4096)
                except TimeoutError:
                    continue
                if (answer := server.answer(wire)) is not None:
                    listener.sendto(answer, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            stopped.set()
            thread.join()
