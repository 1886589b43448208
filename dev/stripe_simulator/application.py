"""The WSGI application: hands requests to the API, the control API or the pages."""

import logging

from werkzeug.wrappers import Request, Response

from . import control, control_js_sdk, pages  # noqa: F401 (registers requests)
from .errors import ConnectionDropped

_logger = logging.getLogger(__name__)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "86400",
}


class Application:
    """One simulator as a WSGI application."""

    def __init__(self, simulator):
        self.simulator = simulator

    def __call__(self, environ, start_response):
        request = Request(environ)
        try:
            response = self._respond(request)
        except ConnectionDropped:
            raise
        except Exception:
            _logger.exception("The Stripe simulator failed on %s", request.path)
            response = Response("The simulator failed, see its log.", 500)
        return response(environ, start_response)

    def _respond(self, request):
        if request.path.startswith("/v1/"):
            return self._api(request)
        if request.path.startswith(control.PREFIX):
            return self._control(request)
        return pages.respond(request)

    def _api(self, request):
        body = request.get_data(as_text=True)
        query = request.query_string.decode("ascii", "replace")
        text = "&".join(part for part in (query, body) if part)
        answer = self.simulator.api.handle(request.method, request.path, request.headers, text)
        response = Response(answer.body, answer.status, content_type="application/json")
        response.headers.extend(answer.headers)
        return response

    def _control(self, request):
        if request.method == "OPTIONS":
            response = Response(status=204)
        else:
            response = control.respond(self.simulator, request)
        response.headers.extend(CORS)
        return response
