"""The port that a server listens on: the one that is set, else the first free one from 7860."""

import socket

from reranker_ui.core.values.refused import Refused
from reranker_ui.settings import Settings

FIRST, LAST = 7860, 7959  # where Gradio looks for a free port


def listening(settings: Settings) -> socket.socket:
    """A socket that listens on the address in the settings; Refused where no port can be used."""
    port = settings.server_port
    for each in range(FIRST, LAST + 1) if port is None else (port,):
        try:
            return _listening(settings.server_name, each)
        except OSError as error:
            fault = error
    raise unusable(settings) from fault


def unusable(settings: Settings) -> Refused:
    """The refusal where no port can be used."""
    port = f"{FIRST} to {LAST}" if settings.server_port is None else settings.server_port
    return Refused(
        f"Port {port} on {settings.server_name} cannot be used."
        " Free it, or set GRADIO_SERVER_PORT to another one."
    )


def address_of(listener: socket.socket, settings: Settings) -> str:
    """The address of a listening socket, such as `http://127.0.0.1:7860`."""
    name = f"[{settings.server_name}]" if ":" in settings.server_name else settings.server_name
    return f"http://{name}:{listener.getsockname()[1]}"


def _listening(name: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    # With the backlog of uvicorn: clients that come before the workers are ready wait.
    return socket.create_server((name, port), family=family, backlog=2048)
