"""Requests to endpoints of others reach public addresses only, once, and no error shows the URL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debrief.delivery.web.endpoint import Endpoint, Network, is_public
from debrief.errors import OutcomeUnknown, RecipientBlocked, Unavailable
from support.receiver import HOST, Receiver, receiver

WHAT = "the endpoint of the channel crm"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Receiver]:
    with receiver(tmp_path) as made:
        yield made


def endpoint(there: Receiver, url: str = "", **network: object) -> Endpoint:
    return Endpoint(url or there.url, WHAT, replace(there.network, **network))  # type: ignore[arg-type]


def test_a_request_goes_to_the_checked_address_under_the_hosts_own_name(there: Receiver) -> None:
    looked_up = []

    def addresses(host: str, port: int) -> list[str]:
        looked_up.append((host, port))
        return ["127.0.0.1"] if len(looked_up) == 1 else ["169.254.169.254"]  # it would be rebound now

    answer = endpoint(there, addresses=addresses).post(b"{}", {"webhook-id": "one"})
    assert (answer.status, answer.is_success) == (204, True)
    (received,) = there.received
    assert (received.path, received.body) == ("/hook?key=a-secret", b"{}")
    assert received.headers["host"] == f"{HOST}:{there.port}"
    assert received.headers["webhook-id"] == "one"
    assert there.names == [HOST]
    assert looked_up == [(HOST, there.port)]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:0:1::1"),
        *("fec0::1", "fec0::a9fe:a9fe", "3fff::1", "::169.254.169.254", "4000::1", "192.88.99.1"),
        *("", "localhost", "127.1"),
    ],
)
def test_no_address_inside_a_network_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14", "64:ff9b::808:808"]
)
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::1", "93.184.215.14"], []])
def test_if_one_address_of_a_host_is_not_public_nothing_is_sent(there: Receiver, found: list[str]) -> None:
    with pytest.raises(RecipientBlocked, match="not on the public internet"):
        endpoint(there, addresses=lambda _host, _port: found, may_reach=is_public).post(b"{}", {})
    assert there.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f000001", "localhost"])
def test_the_real_look_up_refuses_this_machine_in_every_spelling(there: Receiver, host: str) -> None:
    with pytest.raises((RecipientBlocked, Unavailable)):
        Endpoint(f"https://{host}:{there.port}/", WHAT).post(b"{}", {})
    assert there.received == []


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example.com", "http://hooks.example.com/", "https://", "https://user:pass@hooks.example.com/"),
        *(
            "https://hooks.example.com:99999/",
            "https://hooks.example.com/\r\nX: y",
            "file:///etc/passwd",
            "https://[::1",
        ),
        *("https://hooks.example.com\\@10.0.0.1/", "https://höoks.example.com/"),
    ],
)
def test_a_url_that_is_not_plain_https_is_refused_and_no_error_quotes_it(there: Receiver, url: str) -> None:
    with pytest.raises(RecipientBlocked, match="must look like") as caught:
        Endpoint(url, WHAT, there.network).post(b"{}", {})
    assert str(caught.value) == f"The URL of {WHAT} must look like https://hooks.example.com/…."


@given(st.text(max_size=60))
def test_no_text_as_url_is_another_error(url: str) -> None:
    nowhere = Network(lambda _host, _port: [], lambda _address: False)
    with pytest.raises(RecipientBlocked):
        Endpoint(url, WHAT, nowhere).post(b"{}", {})


def test_a_redirect_is_an_answer_and_is_not_followed(there: Receiver) -> None:
    there.answers, there.headers = [(302, b"")], {"Location": there.url}
    assert endpoint(there).post(b"{}", {}).status == 302
    assert len(there.received) == 1


def test_a_proxy_of_the_environment_is_not_used(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert endpoint(there).post(b"{}", {}).is_success


def test_a_server_with_the_certificate_of_another_host_gets_nothing(tmp_path: Path) -> None:
    with receiver(tmp_path, host="other.example.com") as there:
        with pytest.raises(Unavailable, match="could not be reached"):
            endpoint(there).post(b"{}", {})
        assert there.received == []


def test_a_server_of_an_unknown_authority_gets_nothing(there: Receiver) -> None:
    with pytest.raises(Unavailable):
        endpoint(there, ca_file="").post(b"{}", {})
    assert there.received == []


def test_of_several_addresses_the_next_one_is_tried(there: Receiver) -> None:
    assert endpoint(there, addresses=lambda _host, _port: ["127.0.0.2", "127.0.0.1"]).post(b"{}", {}).is_success


def test_a_connection_that_breaks_after_the_request_leaves_a_doubt(there: Receiver) -> None:
    there.answers = ["hang up"]
    with pytest.raises(OutcomeUnknown) as caught:
        endpoint(there).post(b"{}", {})
    assert "a-secret" not in str(caught.value)
    assert len(there.received) == 1


def test_a_host_without_an_address_can_be_tried_again(there: Receiver) -> None:
    def fails(_host: str, _port: int) -> list[str]:
        raise OSError

    with pytest.raises(Unavailable, match="cannot be found"):
        endpoint(there, addresses=fails).post(b"{}", {})


def test_of_a_large_answer_only_the_beginning_is_read(there: Receiver) -> None:
    there.answers = [(200, b"x" * 500_000)]
    assert len(endpoint(there).post(b"{}", {}).body) == 64 * 1024


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("999999999", 86_400.0), ("soon", None), ("-1", None)])
def test_a_pause_is_read_from_the_answer(there: Receiver, header: str, seconds: float | None) -> None:
    there.answers, there.headers = [(429, b"")], {"Retry-After": header}
    assert endpoint(there).post(b"{}", {}).retry_after == seconds
