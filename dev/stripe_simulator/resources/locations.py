"""Terminal locations: https://docs.stripe.com/api/terminal/locations."""

from ..errors import invalid
from ..metadata import merge
from ..pagination import page
from ..routing import route

URL = "/v1/terminal/locations"
NAME = "terminal.location"
PERMISSION = "terminal_location"
JAPAN = "JP"
IN_JAPAN = ("display_name_kana", "display_name_kanji", "address_kana", "address_kanji")
JAPANESE_ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state", "town")
REQUIRED_IN_ADDRESS = ("line1",)
REQUIRED_IN_JAPAN = ("city", "line1", "postal_code", "state", "town")
OPTIONAL = (
    "address_kana",
    "address_kanji",
    "configuration_overrides",
    "display_name_kana",
    "display_name_kanji",
    "phone",
)
ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")


def new_location(environment, display_name, address=None, metadata=None, **optional):
    """Return a location's object; not stored yet."""
    location = environment.new(NAME, created=False)
    for name in ("address_kana", "address_kanji"):
        if name in optional:
            given = {"country": JAPAN, **optional[name]}
            optional[name] = {field: given.get(field) for field in JAPANESE_ADDRESS_FIELDS}
            address = address or {"country": JAPAN}
    location.update(
        address={name: address.get(name) for name in ADDRESS_FIELDS},
        display_name=display_name,
        metadata=merge({}, metadata),
        **{name: value for name, value in optional.items() if value},
    )
    return location


@route("POST", URL, NAME, "terminal._location_create_params", PERMISSION)
def create(call):
    """Create a location; name and address are required outside Japan."""
    params = dict(call.params)
    if not params.get("display_name"):
        raise invalid("Missing required param: display_name.", "parameter_missing", "display_name")
    _check_address(call)
    _check_configuration(call)
    return call.environment.add(new_location(call.environment, **params))


@route("GET", URL, NAME, "terminal._location_list_params", PERMISSION)
def list_all(call):
    """List the locations."""
    return page(call, call.environment.all(NAME), URL)


@route("GET", f"{URL}/<location_id>", NAME, "terminal._location_retrieve_params", PERMISSION)
def retrieve(call, location_id):
    """Return a location."""
    return call.environment.get(NAME, location_id, "location")


@route("POST", f"{URL}/<location_id>", NAME, "terminal._location_update_params", PERMISSION)
def update(call, location_id):
    """Change a location; its country stays what it is."""
    location = call.environment.get(NAME, location_id, "location")
    params = call.params
    address = params.get("address") or {}
    for name in ("address_kana", "address_kanji"):
        if name in params and not location.get(name):
            raise invalid(f"{name} is for Japan only.", param=name)
    if address and location.get("address_kanji"):
        raise invalid("The address cannot be set for locations in Japan.", param="address")
    if address.get("country", location["address"]["country"]) != location["address"]["country"]:
        raise invalid("The country of a location cannot be changed.", param="address[country]")
    _check_configuration(call)
    location["address"].update(address)
    if params.get("display_name"):
        location["display_name"] = params["display_name"]
    if "metadata" in params:
        location["metadata"] = merge(location["metadata"], params["metadata"])
    for name in OPTIONAL:
        if params.get(name):
            location[name] = (
                {**location.get(name, {}), **params[name]} if "address" in name else params[name]
            )
        elif name in params:
            location.pop(name, None)
    return location


def _check_address(call):
    """Refuse an address that is incomplete, and one that another country has."""
    params = call.params
    if not any(name in params for name in IN_JAPAN):
        _require(params, "address", REQUIRED_IN_ADDRESS)
        if params["address"]["country"] == JAPAN:
            raise invalid(
                "Locations in Japan take address_kana and address_kanji, not address.",
                param="address",
            )
        return
    if "address" in params:
        raise invalid("The address cannot be set for locations in Japan.", param="address")
    for name in IN_JAPAN:
        _require(params, name, REQUIRED_IN_JAPAN if name.startswith("address") else ())
        if name.startswith("address") and params[name].get("country", JAPAN) != JAPAN:
            raise invalid(f"{name} is for Japan only.", param=f"{name}[country]")


def _require(params, name, parts):
    wanted = [
        (params, name, name),
        *((params.get(name), part, f"{name}[{part}]") for part in parts),
    ]
    for holder, key, param in wanted:
        if not holder.get(key):
            raise invalid(f"Missing required param: {param}.", "parameter_missing", param)


def _check_configuration(call):
    configuration = call.params.get("configuration_overrides")
    if configuration:
        call.environment.get(
            "terminal.configuration", configuration, "configuration_overrides", 400
        )


@route("DELETE", f"{URL}/<location_id>", NAME, "terminal._location_delete_params", PERMISSION)
def delete(call, location_id):
    """Delete a location that no reader is assigned to."""
    call.environment.get(NAME, location_id, "location")
    if any(reader["location"] == location_id for reader in call.environment.all("terminal.reader")):
        raise invalid("The location still has readers: delete or move them first.")
    del call.environment.objects[NAME][location_id]
    return {"id": location_id, "object": NAME, "deleted": True}
