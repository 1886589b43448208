"""The HTTP/1.1 server: kept-alive connections, one thread each, whole answers in one packet."""

import http.server
import io
import logging
import socket
import socketserver
import threading
from http import HTTPStatus
from urllib.parse import unquote

from .errors import ConnectionDropped

_logger = logging.getLogger(__name__)
IDLE_TIMEOUT = 120  # seconds


class _Handler(http.server.BaseHTTPRequestHandler):
    """Turns one connection's requests into calls of the WSGI application."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # small answers must not wait for the client's ACK
    timeout = IDLE_TIMEOUT
    rbufsize = 64 * 1024

    def handle_one_request(self):
        """Read a request, let the application answer it."""
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._respond(body)
        except ConnectionDropped:
            self._drop()
        except (TimeoutError, ConnectionError):
            self.close_connection = True

    def _respond(self, body):
        answer = {}

        def start_response(status, headers, exc_info=None):
            answer.update(status=status, headers=headers)

        chunks = self.server.application(self._environ(body), start_response)
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        code = int(answer["status"].split(" ", 1)[0])
        lines = [f"HTTP/1.1 {code} {HTTPStatus(code).phrase}"]
        lines += [f"{name}: {value}" for name, value in answer["headers"]]
        if not any(name.lower() == "content-length" for name, _value in answer["headers"]):
            lines.append(f"Content-Length: {len(content)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def _environ(self, body):
        path, _mark, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
        }
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def _drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the client was faster

    def log_message(self, format, *args):
        """Log at debug level only: the simulator has its own log."""
        _logger.debug(format, *args)


class _TcpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address, application):
        self.application = application
        self._connections = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request, client_address):
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self):
        """Close the connections that clients keep open."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request, client_address):
        _logger.exception("The Stripe simulator failed on a connection")


class Server:
    """The listening socket and its thread."""

    def __init__(self, address, application):
        self._server = _TcpServer(address, application)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="stripe-simulator", daemon=True
        )

    @property
    def url(self):
        """The address, without a slash at the end."""
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def start(self):
        """Begin to answer."""
        self._thread.start()

    def stop(self):
        """Stop answering and close everything."""
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()
        self._thread.join(timeout=2)
