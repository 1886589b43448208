"""The objects of one account in one mode (test or live), and the events about them."""

import copy
import itertools
import time

from . import ids
from .errors import resource_missing
from .idempotency import IdempotencyStore

COLLECTIONS = (
    "balance_transaction",
    "charge",
    "event",
    "payment_intent",
    "payment_method",
    "refund",
    "terminal.configuration",
    "terminal.location",
    "terminal.reader",
    "webhook_endpoint",
)


class Environment:
    """All that an account sees with its test keys, or with its live keys.

    Not thread-safe by itself: callers hold `simulator.lock`.
    """

    def __init__(self, simulator, account, livemode):
        self.simulator = simulator
        self.account = account
        self.livemode = livemode
        self.objects = {name: {} for name in COLLECTIONS}
        self.devices = {}  # reader id -> ReaderDevice
        self.increments = {}  # id of an intent -> how often more was authorized
        self.authorizing = set()  # ids of intents that a card network is being asked about
        self.used_codes = set()  # registration codes, each good for one reader
        self.idempotency = IdempotencyStore()
        self._counter = itertools.count(1)

    @property
    def now(self):
        """Seconds since the epoch, by the simulator's clock."""
        return int(time.time() + self.simulator.clock_offset)

    def add(self, obj):
        """Store a new object of the API and return it."""
        self.objects[obj["object"]][obj["id"]] = obj
        return obj

    def new(self, object_name, created=True):
        """Return the members that all objects of a kind begin with."""
        start = {"id": ids.new_id(object_name), "object": object_name}
        if created:
            start["created"] = self.now
        start["livemode"] = self.livemode
        return start

    def find(self, object_name, object_id):
        """Return an object or None."""
        return self.objects[object_name].get(object_id)

    def get(self, object_name, object_id, param="id", status=404):
        """Return an object.

        :param str param: which parameter carried the id
        :param int status: 404 for an id in the path, 400 for one in a parameter
        :raise ApiError: `resource_missing`
        """
        obj = self.find(object_name, object_id)
        if obj is None:
            raise resource_missing(object_name, object_id, param, status, self._hint(object_id))
        return obj

    def all(self, object_name):
        """Return the objects of a kind, newest first."""
        return list(reversed(self.objects[object_name].values()))

    def default_configuration(self):
        """Return the configuration of the account's readers whose location has none."""
        configurations = self.objects["terminal.configuration"].values()
        return next((one for one in configurations if one["is_account_default"]), None)

    def find_any(self, object_id):
        """Return the object of any kind with this id, or None."""
        for collection in self.objects.values():
            if object_id in collection:
                return collection[object_id]
        return None

    def emit(self, event_type, obj, previous=None, call=None):
        """Record an event about an object as it is now, and send it to the webhook endpoints.

        :param dict previous: values before an update, for `*.updated` events
        :param Call call: the request that caused it, if one did
        """
        data = {"object": copy.deepcopy(obj)}
        if previous:
            data["previous_attributes"] = previous
        event = self.new("event")
        event.update(
            api_version=self.account.api_version,
            data=data,
            pending_webhooks=0,
            request={
                "id": call.request_id if call else None,
                "idempotency_key": call.idempotency_key if call else None,
            },
            type=event_type,
        )
        self.add(event)
        self.simulator.webhooks.deliver(self, event)
        return event

    def _hint(self, object_id):
        other = self.account.environments[not self.livemode]
        if other.find_any(object_id) is None:
            return ""
        there, here = ("test", "live") if self.livemode else ("live", "test")
        return f"; it exists in {there} mode, but a {here} mode key was used."
