"""What the installed `stripe` package says about parameters and resources, read from its types."""

import ast
import functools
import importlib
import inspect
import sys
import threading
import typing

import typing_extensions
from stripe._list_object import ListObject
from stripe._object_classes import get_object_class
from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject, UntypedStripeObject

NONE = type(None)
OPTIONS = frozenset(RequestOptions.__annotations__)


def is_union(hint):
    """Return whether a type is `Union[…]` or `a | b`."""
    origin = typing.get_origin(hint)
    return origin is typing.Union or getattr(origin, "__name__", "") == "UnionType"


def members(hint):
    """Return the members of a union, or the type alone."""
    return typing.get_args(hint) if is_union(hint) else (hint,)


# Python 3.11 counts the depth of a tree wrongly when two threads parse.
_parsing = threading.Lock()


@functools.cache
def _imports_for_typing(module_name):
    """Return {name: module} of the imports that a module makes for type checkers only."""
    with _parsing:
        tree = ast.parse(inspect.getsource(sys.modules[module_name]))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.update({alias.asname or alias.name: node for alias in node.names})
    return {name: (node.module, name) for name, node in found.items()}


class _Namespace(dict):
    """A module's names, with those it imports for type checkers only."""

    def __init__(self, module_name):
        super().__init__(vars(sys.modules[module_name]))
        self._module_name = module_name

    def __missing__(self, name):
        imports = _imports_for_typing(self._module_name)
        if name not in imports:
            raise KeyError(name)
        module, attribute = imports[name]
        return getattr(importlib.import_module(module), attribute)


def resolve(hint, module_name):
    """Return the type behind a string or forward reference that a module of the SDK wrote."""
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    if isinstance(hint, str):
        return resolve(eval(hint, {}, _Namespace(module_name)), module_name)
    return hint


def params_class(name):
    """Return a parameter class by its place, such as `terminal._reader_list_params`."""
    module = importlib.import_module(f"stripe.params.{name}")
    stem = name.rpartition(".")[2].strip("_")
    return getattr(module, "".join(part.capitalize() for part in stem.split("_")))


def param_fields(cls):
    """Return {name: (type, required)} of a parameter class, without the SDK's own options."""
    fields = {}
    for name, hint in cls.__annotations__.items():
        if name in OPTIONS:
            continue
        hint = resolve(hint, cls.__module__)
        required = typing_extensions.get_origin(hint) is not typing_extensions.NotRequired
        if not required:
            hint = resolve(typing_extensions.get_args(hint)[0], cls.__module__)
        fields[name] = (hint, required)
    return fields


def resource_class(object_name):
    """Return the SDK's class of an `object`, such as `terminal.reader`."""
    return get_object_class("V1", object_name)


@functools.cache
def resource_fields(cls):
    """Return {name: type} of a resource class or of a nested class of one."""
    return {
        name: hint
        for name, hint in cls.__annotations__.items()
        if not name.startswith("_") and typing.get_origin(hint) is not typing.ClassVar
    }


def always_present(hint):
    """Return whether a resource's field has a value in every answer."""
    return NONE not in members(hint)


def nested_class(hint):
    """Return the class of a field that is a plain nested object, else None."""
    for member in members(hint):
        if inspect.isclass(member) and issubclass(member, StripeObject):
            return None if issubclass(member, (UntypedStripeObject, ListObject)) else member
    return None


def expandable_class(cls, hint):
    """Return the resource class that a field's id can be expanded to, else None."""
    choices = members(hint)
    if str not in choices:
        return None
    for member in choices:
        if isinstance(member, typing.ForwardRef):
            return resolve(member, cls.__module__)
    return None


def listed_class(cls, hint):
    """Return the resource class of a field that is a list of objects, else None."""
    for member in members(hint):
        if typing.get_origin(member) is ListObject:
            return resolve(typing.get_args(member)[0], cls.__module__)
    return None
