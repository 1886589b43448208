"""Tips on the reader's screen (page "Collect on-reader tips"), by the reader's configuration."""

from .errors import SimulatorError

SUGGESTIONS = 3  # that a reader shows, besides "no tip" and an amount of the customer's own
KEYS = ("fixed_amounts", "percentages", "smart_tip_threshold")


def configuration_of(environment, location_id):
    """Return the tipping settings of a location's readers: its own, else the account's default."""
    location = environment.find("terminal.location", location_id) or {}
    own = environment.find("terminal.configuration", location.get("configuration_overrides"))
    for configuration in (own, environment.default_configuration()):
        if configuration and configuration.get("tipping"):
            return configuration["tipping"]
    return {}


def offer(environment, reader, details):
    """Return what a reader offers for an action, or None when it asks for no tip.

    :param dict reader: the reader's object
    :param dict details: of the action `process_payment_intent`
    :return: {"eligible": minor units, "choices": [{"amount", "percentage"}]}
    """
    config = details.get("process_config") or {}
    intent = environment.find("payment_intent", details["payment_intent"])
    settings = configuration_of(environment, reader["location"]).get(intent["currency"])
    if config.get("skip_tipping") or not settings:
        return None
    eligible = (config.get("tipping") or {}).get("amount_eligible", intent["amount"])
    if not eligible:
        return None
    return {"eligible": eligible, "choices": _choices(settings, eligible)}


def _choices(settings, eligible):
    percentages = settings.get("percentages")
    is_small = eligible < (settings.get("smart_tip_threshold") or 0)
    if percentages and not (settings.get("fixed_amounts") and is_small):
        return [
            {"amount": (eligible * percent + 50) // 100, "percentage": percent}
            for percent in percentages
        ]
    return [{"amount": amount, "percentage": None} for amount in settings["fixed_amounts"]]


def chosen(device, tip):
    """Return the tip of a payment as the customer chose it; None where the reader did not ask.

    :param int | None tip: what the customer chooses with the card; None leaves it as it is
    :raise SimulatorError: a tip is given where the reader does not ask for one
    """
    if device.tipping:
        return (device.chosen_tip or 0) if tip is None else int(tip)
    if tip:
        raise SimulatorError("The reader does not ask for a tip")
    return None
