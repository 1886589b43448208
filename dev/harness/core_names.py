"""The names of Odoo's that the addon's files mention: what `tests/test_core_contract.py` walks.

Plain text and syntax trees, so that it needs neither Odoo nor a browser. The JavaScript is as
prettier leaves it: a member of a class or of a patch is one line that ends with a brace.
"""

import ast
import json
import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "static" / "tests" / "unit" / "core_contract.data.js"
SOURCES = ROOT / "static" / "src"
PYTHON = ("models", "wizards", "controllers", "flows", "*.py")

MEMBER = re.compile(
    r"^(?P<indent> +)(?:static )?(?:async )?(?P<kind>get |set )?(?P<name>[\w$]+)"
    r"\((?P<parameters>[^\n]*)\) \{\}?$",
    re.MULTILINE,
)
IMPORT = re.compile(r'^import\s+([^;]+?)\s+from\s+"(@[^"]+)";', re.MULTILINE | re.DOTALL)
PATCH = re.compile(
    r"^(?P<indent> *)patch\((?P<target>[\w.]+?)(?:\.prototype)?, \{\n"
    r"(?P<body>.*?)^(?P=indent)\}\);",
    re.MULTILINE | re.DOTALL,
)
SUBCLASS = re.compile(
    r"^(?P<indent>)(?:export )?class \w+ extends (?P<target>\w+) \{\n(?P<body>.*?)^\}",
    re.MULTILINE | re.DOTALL,
)
MENTION = re.compile(r"\.([A-Za-z_$]\w*)\b")


class Extension(NamedTuple):
    """What one of our files adds to a class of Odoo's.

    :ivar str file: below the addon's folder
    :ivar str target: the class, as the file calls it
    :ivar dict members: whether each calls the original, by name
    """

    file: str
    target: str
    members: dict


def contract():
    """Return the list: what we rely on, with the reasons."""
    text = CONTRACT.read_text()
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def scripts():
    """Return the text of our scripts by file."""
    return {_name(path): path.read_text() for path in sorted(SOURCES.rglob("*.js"))}


def imports(text):
    """Yield module and name of what a script takes from Odoo; “default” is a name too."""
    for names, module in IMPORT.findall(text):
        if module.startswith("@pos_payment_stripe/"):
            continue
        if not names.startswith("{"):
            yield module, "default"
            continue
        for name in filter(None, (name.strip() for name in names.strip("{}\n ").split(","))):
            yield module, name.split(" as ")[0]


def extensions():
    """Yield each :class:`Extension`, by a patch or as a subclass, of what is not our own."""
    own = {name for text in scripts().values() for name in re.findall(r"class (\w+)", text)}
    for file, text in scripts().items():
        for match in [*PATCH.finditer(text), *SUBCLASS.finditer(text)]:
            if match["target"] in own | {"Component"}:
                continue
            body, indent = match["body"], len(match["indent"]) + 4
            found = {
                member["name"]: f"super.{member['name']}(" in body
                for member in MEMBER.finditer(body)
                if len(member["indent"]) == indent
            }
            yield Extension(file, match["target"], found)


def members(text):
    """Return the members of the classes in one of Odoo's scripts, by name.

    :return: “get” for a getter, else the parameters as they are written
    """
    found = {}
    for member in MEMBER.finditer(text):
        if member["name"] not in ("if", "for", "while", "switch", "catch"):
            kind = (member["kind"] or "").strip()
            found.setdefault(member["name"], kind or f"({member['parameters']})")
    return found


def mentions():
    """Return the names of properties that our scripts mention and do not define, with the files."""
    texts, found = scripts(), {}
    own = {member["name"] for text in texts.values() for member in MEMBER.finditer(text)}
    for file, text in texts.items():
        for name in set(MENTION.findall(text)) - own:
            found.setdefault(name, set()).add(file)
    return found


def xpaths():
    """Return the places that our templates select in Odoo's, as lists by file and template."""
    found = {}
    for path in sorted(SOURCES.rglob("*.xml")):
        for template in ElementTree.parse(path).iter():
            inherited = template.get("t-inherit", "")
            if inherited and not inherited.startswith("pos_payment_stripe."):
                places = [node.get("expr") for node in template if node.tag == "xpath"]
                found.setdefault((_name(path), inherited), []).extend(dict.fromkeys(places))
    return found


def calls():
    """Return the names of methods that our Python calls, with the files."""
    found = {}
    for path in _python():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.setdefault(node.func.attr, set()).add(_name(path))
    return found


def definitions():
    """Return the names of methods and fields that our Python defines, with the files."""
    found = {}
    for path in _python():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.name] if isinstance(node, ast.FunctionDef) else []
            if isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            for name in names:
                found.setdefault(name, set()).add(_name(path))
    return found


def _python():
    for place in PYTHON:
        yield from sorted(ROOT.glob(place) if "*" in place else (ROOT / place).glob("*.py"))


def _name(path):
    return path.relative_to(ROOT).as_posix()


def of_model(files, model):
    """Return those of ``files`` that define something of a model of Odoo's, sorted."""
    named = re.compile(rf'_(?:inherit|name) = .*"{re.escape(model)}"')
    return sorted(file for file in files if named.search((ROOT / file).read_text()))


def views_of(view):
    """Return the files that extend a view of Odoo's, sorted."""
    paths = [path for folder in ("views", "wizards") for path in (ROOT / folder).glob("*.xml")]
    return sorted(_name(path) for path in paths if f'ref="{view}"' in path.read_text())
