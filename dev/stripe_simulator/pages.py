"""The pages for people: the index, and each reader's screen."""

import functools
import mimetypes
from pathlib import Path

from werkzeug.wrappers import Response

FOLDER = Path(__file__).parent / "screen"


def respond(request):
    """Answer `/`, `/reader/<id or serial number>` and the files that these pages use."""
    if request.method not in ("GET", "HEAD"):
        return Response("Method not allowed", 405)
    if request.path == "/":
        return _file("index.html")
    if request.path.startswith("/reader/"):
        return _file("reader.html")
    if request.path == "/favicon.ico":
        return _file("favicon.svg")
    if request.path.startswith("/screen/"):
        return _file(request.path.removeprefix("/screen/"))
    return Response("Not found", 404)


def _file(name):
    content = _read(name)
    if content is None:
        return Response("Not found", 404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(content, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@functools.cache
def _read(name):
    if name not in {path.name for path in FOLDER.iterdir() if path.is_file()}:
        return None
    return (FOLDER / name).read_bytes()
