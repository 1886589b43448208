"""Checks of a request's parameters against the typed parameters of the installed SDK.

Follows the page "Error codes": `parameter_unknown`, `parameter_missing`, `parameter_invalid_*`.
"""

import functools
import inspect
import re
import typing

import typing_extensions
from stripe._stripe_object import UntypedStripeObject

from . import sdk_types
from .errors import ApiError, rejected

INTEGER = re.compile(r"^-?\d+$")
DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")


def validate(checker, params):
    """Return the parameters with their Python types.

    :param checker: from `checker_for`
    :raise ApiError: 400, for the first parameter that is unknown, missing or of a wrong type
    """
    return checker(params, "")


@functools.cache
def checker_for(name, changes=()):
    """Return the checker of an endpoint's parameters.

    :param str name: place of the parameter class below `stripe.params`
    :param tuple changes: pairs (old name, new name) for parameters that another API version calls
        differently
    """
    cls = sdk_types.params_class(name)
    fields = sdk_types.param_fields(cls)
    for known, renamed in changes:
        if known in fields:
            fields[renamed] = fields.pop(known)
    return _object_checker(fields, cls.__module__)


def _join(path, name):
    return f"{path}[{name}]" if path else name


def _object_checker(fields, module_name):
    compiled = {}

    def checker_of(name):
        if name not in compiled:
            compiled[name] = _compile(fields[name][0], module_name)
        return compiled[name]

    required = [name for name, (_hint, needed) in fields.items() if needed]

    def check(value, path):
        if not isinstance(value, dict):
            raise rejected("Invalid object", param=path)
        unknown = [_join(path, name) for name in value if name not in fields]
        if unknown:
            plural = "s" if len(unknown) > 1 else ""
            message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
            raise rejected(message, "parameter_unknown", unknown[0])
        for name in required:
            if name not in value:
                param = _join(path, name)
                raise rejected(f"Missing required param: {param}.", "parameter_missing", param)
        return {name: checker_of(name)(item, _join(path, name)) for name, item in value.items()}

    return check


def _compile(hint, module_name):
    hint = sdk_types.resolve(hint, module_name)
    if sdk_types.is_union(hint):
        return _union_checker(hint, module_name)
    origin = typing_extensions.get_origin(hint)
    if origin in (typing.Literal, typing_extensions.Literal):
        return _literal_checker(typing_extensions.get_args(hint))
    if origin is list:
        return _list_checker(_compile(typing_extensions.get_args(hint)[0], module_name))
    if origin is dict:
        return _map_checker(_compile(typing_extensions.get_args(hint)[1], module_name))
    if hint in SCALARS:
        return SCALARS[hint]
    if typing_extensions.is_typeddict(hint):
        return _object_checker(sdk_types.param_fields(hint), hint.__module__)
    return lambda value, path: value


def _is_untyped(hint):
    hint = typing_extensions.get_origin(hint) or hint
    return inspect.isclass(hint) and issubclass(hint, UntypedStripeObject)


def _union_checker(hint, module_name):
    literals, rest = [], []
    for member in sdk_types.members(hint):
        member = sdk_types.resolve(member, module_name)
        if typing_extensions.get_origin(member) in (typing.Literal, typing_extensions.Literal):
            literals += typing_extensions.get_args(member)
        elif not _is_untyped(member):
            rest.append(member)
    clearable = "" in literals
    values = tuple(value for value in literals if value != "")
    if values and str in rest:
        # The SDK adds `str` to every enumeration for values of the future; the API refuses them.
        rest.remove(str)
    checkers = [_compile(member, module_name) for member in rest]
    if values:
        checkers.append(_literal_checker(values))

    def check(value, path):
        if clearable and value == "":
            return ""
        problem = None
        for checker in checkers:
            try:
                return checker(value, path)
            except ApiError as error:
                problem = problem or error
        raise problem

    return check


def _literal_checker(values):
    def check(value, path):
        if value in values:
            return value
        name = path.rpartition("[")[2].rstrip("]") if "[" in path else path
        choices = ", ".join(str(item) for item in values[:40])
        raise rejected(f"Invalid {name}: must be one of {choices}", param=path)

    return check


def _list_checker(item_checker):
    def check(value, path):
        if not isinstance(value, dict) or not all(key.isdigit() for key in value):
            raise rejected("Invalid array", param=path)
        items = sorted(value.items(), key=lambda item: int(item[0]))
        return [item_checker(item, f"{path}[{key}]") for key, item in items]

    return check


def _map_checker(item_checker):
    def check(value, path):
        if not isinstance(value, dict):
            raise rejected("Invalid object", param=path)
        return {key: _check_map_item(item_checker, item, path, key) for key, item in value.items()}

    return check


def _check_map_item(item_checker, item, path, key):
    # An empty value removes the key, which the SDK's types do not say.
    return "" if item == "" else item_checker(item, _join(path, key))


def _scalar(kind):
    """Make a checker that first refuses nested and empty values."""

    def wrap(convert):
        def check(value, path):
            if not isinstance(value, str):
                code = "parameter_invalid_integer" if kind == "integer" else None
                raise rejected(f"Invalid {kind}: {_shown(value)}", code, path)
            if value == "":
                message = (
                    f"The value of '{path}' is empty, which would unset it, but it cannot be unset."
                    " Leave the parameter out or give it a value."
                )
                raise rejected(message, "parameter_invalid_empty", path)
            return convert(value, path)

        return check

    return wrap


def _shown(value):
    return str(value)[:100]


@_scalar("integer")
def _integer(value, path):
    if not INTEGER.match(value):
        raise rejected(f"Invalid integer: {_shown(value)}", "parameter_invalid_integer", path)
    return int(value)


@_scalar("decimal")
def _decimal(value, path):
    if not DECIMAL.match(value):
        raise rejected(f"Invalid decimal: {_shown(value)}", param=path)
    return float(value)


@_scalar("boolean")
def _boolean(value, path):
    if value not in ("true", "false"):
        raise rejected(f"Invalid boolean: {_shown(value)}", param=path)
    return value == "true"


@_scalar("string")
def _string(value, path):
    return value


SCALARS = {int: _integer, float: _decimal, bool: _boolean, str: _string}
