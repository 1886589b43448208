"""Tills without a browser, many in one process: the requests of a payment, as the pages make them.

Ours follows ``static/src/app/payments/``: it sends, then asks again when the bus says so or after a
pause. Core's follows ``pos_stripe/static/src/app/payment_stripe.js``, whose part of Stripe's script
is played with the times of the reader and the customer.
"""

import asyncio
import contextlib
import dataclasses
import json
import time
import uuid

import aiohttp

AMOUNT = 4.6
POLL_PAUSE, POLL_PAUSE_TOLD = 1.0, 4.0  # seconds, as in the page
POLL_RESPITE, POLL_RESPITE_MAX = 10, 15.0  # times what an answer took, and seconds, as in the page
SEND_PAUSES = (0.5, 1.5, 3.0)  # seconds, as in the page
POLL_FAILURES = 3
FINAL = ("paid", "declined", "canceled", "unknown")
PATIENCE = 180  # seconds until a till gives a payment up
SECRET_PAUSE = 0.3  # seconds, as in the page
BUS_TRIES = 30
BUS_ROUTE = "/websocket?version=19.0-2"


@dataclasses.dataclass
class Visit:
    """How long the simulated parts of a payment take, in seconds."""

    acknowledgement: float
    tap: float


@dataclasses.dataclass
class Payment:
    """One payment as its till saw it; times in seconds since the epoch."""

    side: str
    clicked: float
    waited: float  # for the reader's acknowledgement and the customer
    sent: float | None = None  # the reader may show the amount
    ended: float | None = None
    problem: str | None = None
    requests: int = 0
    failed_requests: list = dataclasses.field(default_factory=list)

    @property
    def total(self):
        """Seconds from the click to the end."""
        return self.ended - self.clicked


class Network:
    """The connections of all tills to one server.

    :param server: the running :class:`~benchmarks.support.shop.BenchServer`
    :param dict ports: its own, or those of another server of its database
    """

    def __init__(self, server, ports=None):
        self._server = server
        ports = ports or server.ports
        self._http_url = f"http://127.0.0.1:{ports['http_port']}"
        bus_port = ports.get("gevent_port", ports["http_port"])
        self._bus_url = f"http://127.0.0.1:{bus_port}{BUS_ROUTE}"
        self._control_url = f"{server.far_end.url}/_simulator/"

    async def __aenter__(self):
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookies={"session_id": self._server.cashier.session_id},
            timeout=aiohttp.ClientTimeout(total=PATIENCE),
        )
        self._control = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *exc_info):
        await self._http.close()
        await self._control.close()

    async def post(self, route, **parameters):
        """Call a JSON route of the server and return its result.

        :raises OSError: it could not be reached, or answered with an error
        """
        body = {"jsonrpc": "2.0", "method": "call", "id": 0, "params": parameters}
        try:
            async with self._http.post(self._http_url + route, json=body) as answer:
                answer.raise_for_status()
                data = await answer.json()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise OSError(f"{type(error).__name__} at {route}: {error}") from error
        if "error" in data:
            detail = data["error"].get("data") or {}
            raise OSError(f"{route}: {detail.get('message') or data['error']['message']}")
        return data.get("result")

    async def call(self, model, method, *arguments, **keywords):
        """Call a public method of a model, as the pages do."""
        return await self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(arguments),
            kwargs=keywords,
        )

    async def control(self, path, **data):
        """Tell the simulator what customers and readers do."""
        async with self._control.post(self._control_url + path, json=data) as answer:
            answer.raise_for_status()
            return await answer.json()

    @contextlib.asynccontextmanager
    async def bus(self, token):
        """Yield an event that is set whenever the bus has something for a register."""
        changed = asyncio.Event()
        headers = {"Origin": self._http_url}
        async with await self._connect_bus(headers) as socket:
            subscription = {"event_name": "subscribe", "data": {"channels": [token], "last": 0}}
            await socket.send_str(json.dumps(subscription))
            listener = asyncio.create_task(_listen(socket, changed))
            yield changed
            listener.cancel()

    async def _connect_bus(self, headers):
        # The event process listens a moment after the others.
        for _try in range(BUS_TRIES):
            try:
                return await self._http.ws_connect(self._bus_url, headers=headers)
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(1)
        raise RuntimeError(f"There is no bus at {self._bus_url}")


async def _listen(socket, changed):
    async for _message in socket:
        changed.set()


class OurTill:
    """A till with our terminal.

    :param Network network: of its server
    :param dict register: one of :class:`~benchmarks.support.shop.Registers`
    :param changed: the event of its bus, or None where it has none
    """

    side = "ours"

    def __init__(self, network, register, changed=None):
        self._network = network
        self._register = register
        self._changed = changed or asyncio.Event()
        self._has_bus = changed is not None
        self._failures = 0
        self._respite = 0

    async def pay(self, visit):
        """Take one payment; returns the :class:`Payment`."""
        await self._expect(visit)
        self._changed.clear()
        line_uuid = str(uuid.uuid4())
        payment = Payment(self.side, time.time(), visit.acknowledgement + visit.tap)
        try:
            datum = await self._send(payment, line_uuid)
            while datum["state"] not in FINAL:
                if time.time() - payment.clicked > PATIENCE:
                    raise OSError(f"still {datum['state']}")
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), self._pause(datum))
                self._changed.clear()
                datum = await self._status(payment, line_uuid) or datum
            if datum["state"] != "paid":
                payment.problem = f"{datum['state']}: {datum['failure_code']}"
        except OSError as error:
            payment.problem = str(error)
        payment.ended = time.time()
        return payment

    async def _expect(self, visit):
        await self._network.control(
            f"readers/{self._register['reader']}/customer",
            acknowledgement=visit.acknowledgement,
            tap=visit.tap,
        )

    def _pause(self, datum):
        if self._has_bus and datum.get("told"):
            return max(POLL_PAUSE_TOLD, self._respite)
        return min(max(POLL_PAUSE, self._respite), POLL_PAUSE_TOLD)

    async def _send(self, payment, line_uuid):
        register = self._register
        parameters = {
            "session_id": register["session_id"],
            "payment_method_id": register["method_id"],
            "line": {
                "line_uuid": line_uuid,
                "request_uuid": str(uuid.uuid4()),
                "order_uuid": str(uuid.uuid4()),
                "order_ref": register["reader"],
                "amount": AMOUNT,
            },
        }
        for pause in (*SEND_PAUSES, None):
            payment.requests += 1
            began = time.monotonic()
            try:
                datum = await self._network.post("/pos_payment_stripe/send", **parameters)
                self._rest(began)
                return datum
            except OSError as error:
                payment.failed_requests.append(str(error))
                if pause is None:
                    raise
                await asyncio.sleep(pause)

    async def _status(self, payment, line_uuid):
        """Ask for the state; None where the server did not answer, and asking goes on."""
        payment.requests += 1
        began = time.monotonic()
        self._respite = 0
        try:
            (datum,) = await self._network.post(
                "/pos_payment_stripe/status", line_uuids=[line_uuid]
            )
        except OSError as error:
            payment.failed_requests.append(str(error))
            self._failures += 1
            if self._failures >= POLL_FAILURES:
                raise
            return None
        self._failures = 0
        self._rest(began)
        return datum

    def _rest(self, began):
        self._respite = min(POLL_RESPITE * (time.monotonic() - began), POLL_RESPITE_MAX)


class OurTillWithSdk(OurTill):
    """A till with our terminal whose page collects the card with Stripe's script.

    It follows ``static/src/browser_sdk/browser_driver.js``; the script's part is played as for
    core's.

    :param bool connects: whether the reader is connected anew for each payment
    """

    side = "ours_with_sdk"

    def __init__(self, *arguments, connects=False):
        super().__init__(*arguments)
        self._page = str(uuid.uuid4())
        self._connects = connects
        self._has_collected = False

    async def _expect(self, visit):
        """The customer comes when the script asks for a card."""

    async def _status(self, payment, line_uuid):
        datum = await super()._status(payment, line_uuid)
        if datum and datum["collects"] and not self._has_collected:
            self._has_collected = True
            return await self._collect(payment, line_uuid)
        return datum

    async def _collect(self, payment, line_uuid):
        page = {"line_uuid": line_uuid, "collector": self._page}
        while True:
            payment.requests += 1
            answer = await self._network.post("/pos_payment_stripe/collect", **page)
            if "client_secret" in answer:
                break
            if not answer.get("wait"):
                raise OSError("There is nothing to collect")
            await asyncio.sleep(SECRET_PAUSE)
        if self._connects:
            register = self._register
            payment.requests += 1
            await self._network.post(
                "/pos_payment_stripe/connection_token",
                session_id=register["session_id"],
                payment_method_id=register["method_id"],
            )
        payment.sent = time.time()
        await asyncio.sleep(payment.waited)
        intent = answer["client_secret"].partition("_secret_")[0]
        await self._network.control(f"intents/{intent}/authorize")
        payment.requests += 1
        return await self._network.post("/pos_payment_stripe/reported", stage="process", **page)


class CoreTill:
    """A till with core's terminal.

    :param Network network: of its server
    :param int method_id: core's payment method
    :param bool connects: whether the reader is connected anew for each payment
    """

    side = "core"

    def __init__(self, network, method_id, *, connects=False):
        self._network = network
        self._method_id = method_id
        self._connects = connects

    async def pay(self, visit):
        """Take one payment; returns the :class:`Payment`."""
        network = self._network
        payment = Payment(self.side, time.time(), visit.acknowledgement + visit.tap)
        try:
            if self._connects:
                await network.call("pos.payment.method", "stripe_connection_token")
                payment.requests += 1
            intent = await network.call(
                "pos.payment.method", "stripe_payment_intent", [self._method_id], AMOUNT
            )
            payment.requests += 1
            # From here the browser tells the reader, over the shop's own network.
            payment.sent = time.time()
            await asyncio.sleep(visit.acknowledgement + visit.tap)
            await network.control(f"intents/{intent['id']}/authorize")
            await network.call(
                "pos.payment.method", "stripe_capture_payment", intent["id"], amount=None
            )
            payment.requests += 1
        except OSError as error:
            # The page shows an error and leaves the rest to the cashier.
            payment.problem = str(error)
            payment.failed_requests.append(str(error))
        payment.ended = time.time()
        return payment
