"""Odoo's JSON routes as a logged-in user sees them."""

import requests


class OdooError(Exception):
    """Odoo answered with an error; the text is what its user would read."""

    def __init__(self, message, name="", debug=""):
        super().__init__(message)
        self.name = name
        self.debug = debug


class OdooClient:
    """One user's session with an Odoo server.

    :param url: the server's address, without a slash at its end
    :param timeout: seconds that one request may take
    """

    def __init__(self, url, database, login, password, *, timeout=60):
        self.url = url
        self.login = login
        self.timeout = timeout
        self._http = requests.Session()
        info = self.post("/web/session/authenticate", db=database, login=login, password=password)
        self.uid = info["uid"]

    @property
    def session_id(self):
        """The value of the session's cookie."""
        return self._http.cookies["session_id"]

    def post(self, route, **parameters):
        """Call a JSON route and return its result.

        :raises OdooError: Odoo answered with an error
        """
        answer = self._http.post(
            self.url + route,
            json={"jsonrpc": "2.0", "method": "call", "id": 0, "params": parameters},
            timeout=self.timeout,
        )
        answer.raise_for_status()
        body = answer.json()
        if "error" in body:
            data = body["error"].get("data") or {}
            message = data.get("message") or body["error"].get("message")
            raise OdooError(message, data.get("name", ""), data.get("debug", ""))
        return body.get("result")

    def call(self, model, method, *arguments, **keywords):
        """Call a public method of a model and return its result."""
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(arguments),
            kwargs=keywords,
        )

    def create(self, model, **values):
        """Create one record and return its id."""
        return self.call(model, "create", [values])[0]

    def write(self, model, ids, **values):
        """Write ``values`` on the records ``ids`` (one id or a list)."""
        return self.call(model, "write", ids if isinstance(ids, list) else [ids], values)

    def search(self, model, domain, **keywords):
        """Return the ids of the records that match ``domain``."""
        return self.call(model, "search", domain, **keywords)

    def read(self, model, domain, fields, **keywords):
        """Return the records that match ``domain`` as a list of dictionaries with ``fields``."""
        return self.call(model, "search_read", domain, fields, **keywords)

    def ref(self, xml_id):
        """Return the record id that ``module.name`` stands for."""
        module, name = xml_id.split(".")
        found = self.read(
            "ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"]
        )
        if not found:
            raise OdooError(f"there is no record {xml_id}")
        return found[0]["res_id"]
