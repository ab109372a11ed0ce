"""Look up DNS records with dnspython, which only the command line has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from debrief.delivery.dns.lookup import Unresolved

if TYPE_CHECKING:
    from dns.resolver import Answer

_SECONDS = 4.0  # the time for one lookup, with its retries
_MOST_RECORDS, _LONGEST_RECORD = 50, 4096  # limits, because records may be hostile
_NO_ANSWER = "the DNS server does not answer"
_CLOSED = "the DNS server of this computer knows no public names"
_PUBLIC = "com"


class DnsResolver:
    """A Resolver that calls this computer's DNS servers, or the server at `server` (address, port).

    After one lookup without an answer no more lookups are made, because each would wait as long. A record counts as
    missing only if the server knows public names, because servers of closed networks deny all other names.
    """

    def __init__(self, server: tuple[str, int] | None = None, *, seconds: float = _SECONDS) -> None:
        self._server = server
        self._seconds = seconds
        self._unusable = ""
        self._is_public = False

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each cut after 4,096 bytes."""
        answer = self._find(name, "TXT")
        found = [b"".join(record.strings) for record in answer or ()]
        return [text[:_LONGEST_RECORD].decode("ascii", "replace") for text in found[:_MOST_RECORDS]]

    def alias(self, name: str) -> str:
        """Return the target of a name's CNAME record in lower case; blank if it has none."""
        answer = self._find(name, "CNAME")
        return str(answer[0].target).rstrip(".").lower() if answer else ""

    def _find(self, name: str, kind: str) -> Answer | None:
        answer = self._ask(name, kind)
        if answer is None and not self._is_public:
            if self._ask(_PUBLIC, "NS") is None:
                self._unusable = _CLOSED
                raise Unresolved(_CLOSED)
            self._is_public = True
        return answer

    def _ask(self, name: str, kind: str) -> Answer | None:
        try:
            import dns.exception
            import dns.resolver
        except ImportError:
            raise Unresolved("DNS lookups need the `local` extra") from None
        if self._unusable:
            raise Unresolved(self._unusable)
        try:
            resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server:
                resolver.nameservers, resolver.port = [self._server[0]], self._server[1]
            return resolver.resolve(f"{name}.", kind, lifetime=self._seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except dns.resolver.NoResolverConfiguration:
            raise Unresolved("this computer has no DNS server") from None
        except dns.resolver.LifetimeTimeout:
            self._unusable = _NO_ANSWER
            raise Unresolved(_NO_ANSWER) from None
        except (dns.exception.DNSException, OSError, ValueError) as error:  # refused, damaged, or a loop of aliases
            raise Unresolved(f"the lookup of {name} failed ({type(error).__name__})") from None
