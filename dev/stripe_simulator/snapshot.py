"""Keeping everything in a JSON file, so that a demo finds its payments after a restart."""

import json
import logging
import os
import threading
from pathlib import Path

from .auth import ApiKey
from .cards import find_card
from .device import ReaderDevice
from .payments import Presented

_logger = logging.getLogger(__name__)
FORMAT = 1
PAUSE = 0.1  # seconds between a change and the write, so that many changes are one write
DEVICE_FIELDS = (
    "network",
    "receives_in_silence",
    "occupied",
    "phase",
    "unsent",
    "automatic",
    "subject",
    "tipping",
    "chosen_tip",
    "acknowledgement_delay",
    "processing_time",
)


class Snapshot:
    """The state file of one simulator."""

    def __init__(self, simulator, path):
        self.simulator = simulator
        self.path = Path(path)
        self._saved_version = None
        self._writing = threading.Lock()

    def load(self):
        """Bring back what the file holds; a missing file is an empty one."""
        if not self.path.exists():
            return
        data = json.loads(self.path.read_text(encoding="utf-8"))
        if data.get("format") != FORMAT:
            _logger.warning("The state file has another format and is not used")
            return
        simulator = self.simulator
        with simulator.lock:
            simulator.accounts.clear()
            simulator.keys.clear()
            for stored in data["accounts"]:
                self._load_account(stored)
            by_id = {account.id: account for account in simulator.accounts}
            for stored in data["accounts"]:
                by_id[stored["id"]].connected = [by_id[other] for other in stored["connected"]]
            simulator.account = simulator.accounts[0]
            simulator.webhooks.secrets.update(data["webhook_secrets"])

    def resume(self):
        """Go on with payments that were being authorized, and keep the file up to date."""
        with self.simulator.lock:
            for environment in self.simulator.environments():
                for device in environment.devices.values():
                    device.resume()
        threading.Thread(target=self._keep_up, name="stripe-state", daemon=True).start()

    def save(self):
        """Write the file if something changed; a crash leaves the old one."""
        with self._writing:
            with self.simulator.lock:
                if self.simulator.version == self._saved_version:
                    return
                version = self.simulator.version
                text = json.dumps(self._dump())
            draft = self.path.with_name(self.path.name + ".new")
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, self.path)
            self._saved_version = version

    def _keep_up(self):
        version = -1
        while not self.simulator.is_stopping:
            version = self.simulator.wait_for_change(version, 3600)
            self.simulator.sleep(PAUSE)
            self.save()

    def _dump(self):
        simulator = self.simulator
        return {
            "format": FORMAT,
            "accounts": [_dump_account(account) for account in simulator.accounts],
            "webhook_secrets": dict(simulator.webhooks.secrets),
        }

    def _load_account(self, stored):
        simulator = self.simulator
        account = simulator.add_account(
            country=stored["country"],
            currency=stored["currency"],
            name=stored["name"],
            api_version=stored["api_version"],
            keys=stored,
        )
        account.created = stored["created"]
        account.charges_enabled = stored.get("charges_enabled", True)
        for mode, data in stored["environments"].items():
            environment = account.environments[mode == "live"]
            _load_environment(environment, data)
        for key in stored["keys"]:
            environment = account.environments[key["livemode"]]
            permissions = None if key["permissions"] is None else set(key["permissions"])
            restored = ApiKey(key["secret"], environment, permissions)
            restored.expired = key["expired"]
            simulator.keys[key["secret"]] = restored


def _dump_account(account):
    simulator = account.simulator
    keys = [key for key in simulator.keys.values() if key.environment.account is account]
    return {
        "id": account.id,
        "country": account.country,
        "currency": account.currency,
        "name": account.name,
        "created": account.created,
        "charges_enabled": account.charges_enabled,
        "api_version": account.api_version,
        "connected": [other.id for other in account.connected],
        "secret_key": account.secret_key,
        "live_secret_key": account.live_secret_key,
        "publishable_key": account.publishable_key,
        "keys": [
            {
                "secret": key.secret,
                "livemode": key.environment.livemode,
                "permissions": None if key.permissions is None else sorted(key.permissions),
                "expired": key.expired,
            }
            for key in keys
        ],
        "environments": {
            "live" if mode else "test": _dump_environment(environment)
            for mode, environment in account.environments.items()
        },
    }


def _dump_environment(environment):
    return {
        "objects": environment.objects,
        "authorizing": sorted(environment.authorizing),
        "used_codes": sorted(environment.used_codes),
        "idempotency": {
            key: entry
            for key, entry in environment.idempotency.entries.items()
            if entry["answer"] is not None
        },
        "devices": {
            reader_id: {
                **{name: getattr(device, name) for name in DEVICE_FIELDS},
                "presented": _dump_presented(device.presented),
            }
            for reader_id, device in environment.devices.items()
        },
    }


def _load_environment(environment, data):
    environment.objects.update(data["objects"])
    environment.authorizing.update(data["authorizing"])
    environment.used_codes.update(data.get("used_codes", ()))
    environment.idempotency.entries.update(data["idempotency"])
    for reader_id, values in data["devices"].items():
        device = ReaderDevice(environment, environment.objects["terminal.reader"][reader_id])
        presented = values.pop("presented")
        for name, value in values.items():
            setattr(device, name, value)
        if presented:
            device.presented = Presented(find_card(presented.pop("number")), **presented)
        environment.devices[reader_id] = device


def _dump_presented(presented):
    if presented is None:
        return None
    return {
        "number": presented.card.number,
        "read_method": presented.read_method,
        "tip": presented.tip,
        "decline": presented.decline,
        "answer_lost": presented.answer_lost,
    }
