"""Uploads, answered here instead of by Gradio: by admins only, each into a folder of its own.

Gradio puts equal bytes at one path, so that two uploads of them meet, keeps form fields of any
length in memory, and takes files from everyone who may look.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradio.route_utils import GradioMultiPartParser, GradioUploadFile
from gradio.utils import get_upload_folder
from gradio_client.utils import strip_invalid_filename_characters
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import require
from reranker_ui.ui.server.identity import signed_in_user

LARGEST = "The file has more than {:,} bytes, which is the limit."


class FileUpload:
    """The route. limit: bytes of a file."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def routes(self) -> list[Route]:
        """Everything to be passed to Gradio's `app_kwargs`."""
        paths = ("/gradio_api/upload", "/gradio_api/upload/")
        progress = Route("/gradio_api/upload_progress", self.progress, methods=["GET"])
        return [progress, *(Route(path, self.upload, methods=["POST"]) for path in paths)]

    async def upload(self, request: Request) -> Response:
        """Write one file to the disk as it comes; answers the list of its path."""
        try:
            require(signed_in_user(request), "admin")
        except Refused as refused:
            return JSONResponse({"detail": str(refused)}, 403)
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return JSONResponse({"detail": "Send the file as multipart/form-data."}, 400)
        folder = Path(get_upload_folder()) / secrets.token_hex(16)
        folder.mkdir(parents=True)
        try:
            path = await self._written(request, folder)
        except MultiPartException as error:
            large = "exceeded maximum allowed size" in error.message
            sentence = LARGEST.format(self.limit) if large else error.message
            return JSONResponse({"detail": sentence}, 413 if large else 400)
        except ClientDisconnect:
            return Response(status_code=400)
        request.app.get_blocks().upload_file_set.add(str(path))
        return JSONResponse([str(path)])

    async def progress(self, _request: Request) -> Response:
        """No progress of uploads is kept: Gradio keeps each name that a client asks for."""
        return JSONResponse({"detail": "The progress of uploads is not kept."}, 404)

    async def _written(self, request: Request, folder: Path) -> Path:
        parser = GradioMultiPartParser(
            request.headers,
            request.stream(),
            max_files=1,
            max_fields=0,  # a field would be kept in memory, however long it is
            upload_dir=folder,
            max_file_size=self.limit,
        )
        with _removed_on_error(folder):
            return _named(await parser.parse(), folder)


def _named(form: FormData, folder: Path) -> Path:
    file = form.get("files")
    if not isinstance(file, GradioUploadFile):
        raise MultiPartException("There is no file in the field `files`.")
    file.file.close()
    name = strip_invalid_filename_characters(Path(file.filename or "").name)
    target = folder / (name.strip(". ") or "upload")
    Path(str(file.file.name)).rename(target)
    return target


@contextmanager
def _removed_on_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
