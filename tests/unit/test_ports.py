"""The port that the API listens on."""

import socket

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Settings
from reranker_ui.ui.api import ports
from tests.support.server import free_port


def test_the_first_free_port_is_used(monkeypatch):
    first = free_port()
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first)
    settings = Settings(server_port=None)
    with ports.listening(settings) as listener:
        assert ports.address_of(listener, settings) == f"http://127.0.0.1:{first}"
        with pytest.raises(Refused, match=f"Port {first} to {first} on 127.0.0.1 cannot be used"):
            ports.listening(settings)
        monkeypatch.setattr(ports, "LAST", first + 50)
        with ports.listening(settings) as second:
            assert first < second.getsockname()[1] <= first + 50


def test_an_address_that_is_not_of_this_machine_is_refused():
    with pytest.raises(Refused, match=r"on 192\.0\.2\.1 cannot be used"):
        ports.listening(Settings(server_name="192.0.2.1", server_port=free_port()))


def test_an_address_of_version_6_has_brackets():
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    settings = Settings(server_name="::1", server_port=free_port())
    with ports.listening(settings) as listener:
        assert ports.address_of(listener, settings).startswith("http://[::1]:")
