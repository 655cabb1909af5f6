"""A port that a test reserves belongs to the process which it starts, and to nobody else of the machine."""

import socket

import pytest

from tests.support.ports import reserved_port


def test_nobody_answers_on_a_reserved_port_and_nobody_else_is_given_it() -> None:
    with reserved_port() as port, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with reserved_port() as port, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))


def test_a_server_listens_on_a_reserved_port_again_and_again() -> None:
    with reserved_port() as port:
        for _ in range(2):
            with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)):
                server.accept()[0].close()
