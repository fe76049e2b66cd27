"""Gradio's files: compressed once by brotli, kept by the browser."""

import brotli
from starlette.testclient import TestClient

from reranker_ui.ui.compression import CompressedFiles
from reranker_ui.ui.gradio_build import FRONTEND

NAME = min(path.name for path in (FRONTEND / "assets").glob("index-*.js"))
FOREVER = "public, max-age=31536000, immutable"


async def gradio(scope, _receive, send):
    """Another application: it answers its name."""
    status = 404 if scope["path"].endswith("absent.js") else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"gradio"})


def answer(path, accepted):
    client = TestClient(CompressedFiles(gradio))
    with client.stream("GET", path, headers={"accept-encoding": accepted}) as reply:
        return reply.headers, b"".join(reply.iter_raw())


def test_a_file_of_gradio_is_compressed_by_brotli_and_kept():
    headers, body = answer(f"/assets/{NAME}", "gzip, deflate, br")
    content = (FRONTEND / "assets" / NAME).read_bytes()
    assert brotli.decompress(body) == content and len(body) < len(content) / 2
    assert (headers["content-encoding"], headers["cache-control"]) == ("br", FOREVER)
    assert headers["content-type"].startswith("text/javascript")
    assert headers["vary"] == "accept-encoding"


def test_other_clients_and_files_are_answered_by_gradio():
    assert answer(f"/assets/{NAME}", "gzip")[1] == b"gradio"
    headers, body = answer("/assets/other.js", "br")
    assert (headers["cache-control"], body) == (FOREVER, b"gradio")
    assert "cache-control" not in answer("/assets/absent.js", "br")[0]
    assert "cache-control" not in answer("/assets", "br")[0]
