"""A web server on this machine that serves one file, and can be told to behave badly."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_BLOCK = 1 << 16


@dataclass
class ModelServer:
    """What is served and how. `requests` collects the Range header of every request ("" without one)."""

    content: bytes
    address: str = ""
    etag: str = '"version-1"'
    ranges: bool = True
    status: int = 200
    busy_first: int = 0
    """So many requests get 503 before one is served."""
    drop_after: list[int] = field(default_factory=list)
    """For each request in turn: the bytes after which the connection is cut. Later ones are whole."""
    stall_after: int | None = None
    """Bytes after which nothing more comes until `go_on` is set."""
    go_on: threading.Event = field(default_factory=threading.Event)
    stalled: threading.Event = field(default_factory=threading.Event)
    requests: list[str] = field(default_factory=list)


@contextmanager
def serving(content: bytes) -> Iterator[ModelServer]:
    """Serve `content` while the block runs, on a free port."""
    model_server = ModelServer(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, model_server)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        model_server.address = f"http://127.0.0.1:{server.server_port}/model.zip"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield model_server
        finally:
            model_server.go_on.set()
            server.shutdown()


def _answer(handler: BaseHTTPRequestHandler, server: ModelServer) -> None:
    wanted = handler.headers.get("Range", "")
    server.requests.append(wanted)
    if server.status != 200 or len(server.requests) <= server.busy_first:
        handler.send_error(server.status if server.status != 200 else 503)
        return
    start = 0
    same = handler.headers.get("If-Range", server.etag) == server.etag
    if wanted and server.ranges and same:
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
    body = memoryview(server.content)[start:]
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("ETag", server.etag)
    handler.end_headers()
    _send(handler, server, body)


def _send(handler: BaseHTTPRequestHandler, server: ModelServer, body: memoryview) -> None:
    limit = server.drop_after.pop(0) if server.drop_after else len(body)
    sent = 0
    try:
        while sent < min(limit, len(body)):
            if server.stall_after is not None and sent >= server.stall_after:
                server.stalled.set()
                server.go_on.wait(30)
                server.stall_after = None
            block = body[sent : min(sent + _BLOCK, limit)]
            handler.wfile.write(block)
            sent += len(block)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the other side was interrupted, as some tests do
    handler.close_connection = True
