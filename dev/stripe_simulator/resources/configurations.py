"""Terminal configurations: https://docs.stripe.com/api/terminal/configuration."""

from ..errors import invalid
from ..pagination import page
from ..routing import route
from ..tipping import KEYS, SUGGESTIONS

URL = "/v1/terminal/configurations"
NAME = "terminal.configuration"
PERMISSION = "terminal_configuration"


def new_configuration(environment, is_account_default=False, **values):
    """Return a configuration's object; not stored yet."""
    configuration = environment.new(NAME, created=False)
    configuration.update(is_account_default=is_account_default, name=None)
    _change(configuration, values)
    return configuration


@route("POST", URL, NAME, "terminal._configuration_create_params", PERMISSION)
def create(call):
    """Create a configuration, for locations to refer to."""
    return call.environment.add(new_configuration(call.environment, **call.params))


@route("GET", URL, NAME, "terminal._configuration_list_params", PERMISSION)
def list_all(call):
    """List the configurations, the account's default among them."""
    wanted = call.params.get("is_account_default")
    found = [
        configuration
        for configuration in call.environment.all(NAME)
        if wanted in (None, configuration["is_account_default"])
    ]
    return page(call, found, URL)


@route(
    "GET",
    f"{URL}/<configuration_id>",
    NAME,
    "terminal._configuration_retrieve_params",
    PERMISSION,
)
def retrieve(call, configuration_id):
    """Return a configuration."""
    return call.environment.get(NAME, configuration_id, "configuration")


@route(
    "POST",
    f"{URL}/<configuration_id>",
    NAME,
    "terminal._configuration_update_params",
    PERMISSION,
)
def update(call, configuration_id):
    """Change a configuration; currencies that are not named keep their tips."""
    configuration = call.environment.get(NAME, configuration_id, "configuration")
    draft = call.simulator.copy(configuration)
    _change(draft, call.params)
    configuration.clear()
    configuration.update(draft)
    return configuration


@route(
    "DELETE",
    f"{URL}/<configuration_id>",
    NAME,
    "terminal._configuration_delete_params",
    PERMISSION,
)
def delete(call, configuration_id):
    """Delete a configuration that no location uses."""
    configuration = call.environment.get(NAME, configuration_id, "configuration")
    if configuration["is_account_default"]:
        raise invalid("The account's default configuration cannot be deleted.")
    if any(
        location.get("configuration_overrides") == configuration_id
        for location in call.environment.all("terminal.location")
    ):
        raise invalid("The configuration is used by a location.")
    del call.environment.objects[NAME][configuration_id]
    return {"id": configuration_id, "object": NAME, "deleted": True}


def _change(configuration, params):
    params = dict(params)
    tipping = params.pop("tipping", None)
    for name, value in params.items():
        if value == "":
            configuration.pop(name, None)
        else:
            configuration[name] = value
    if tipping == "":
        configuration.pop("tipping", None)
    elif tipping is not None:
        configuration["tipping"] = _checked({**configuration.get("tipping", {}), **tipping})


def _checked(tipping):
    kinds = set()
    for currency, settings in tipping.items():
        kinds.add(tuple(name for name in KEYS if settings.get(name) is not None))
        for name in KEYS[:2]:
            values = settings.get(name)
            if values is not None and (len(values) != SUGGESTIONS or min(values) < 1):
                raise invalid(
                    f"{name} takes {SUGGESTIONS} positive values.",
                    param=f"tipping[{currency}][{name}]",
                )
        if settings.get("smart_tip_threshold") is not None and not (
            settings.get("percentages") and settings.get("fixed_amounts")
        ):
            raise invalid(
                "smart_tip_threshold needs percentages and fixed_amounts.",
                param=f"tipping[{currency}][smart_tip_threshold]",
            )
        if not settings.get("percentages") and not settings.get("fixed_amounts"):
            raise invalid("Give percentages or fixed_amounts.", param=f"tipping[{currency}]")
    if len(kinds) > 1:
        raise invalid("All currencies must have the same kinds of tips.", param="tipping")
    return tipping
