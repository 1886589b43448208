"""``dev/porting``: make ``docs/PORTING.md`` of the list of what the addon relies on in Odoo."""

from . import core_names

USAGE = """\
usage: dev/porting

Writes docs/PORTING.md anew: what to look at in each file for another version of Odoo, from
static/tests/unit/core_contract.data.js and what the files mention."""

PAGE = core_names.ROOT / "docs" / "PORTING.md"
BEGIN = "<!-- From here on dev/porting writes. -->\n"


def main(arguments):
    """Run ``dev/porting``; its only argument asks for help."""
    if arguments:
        print(USAGE)
        return
    PAGE.write_text(page())


def page():
    """Return the page: what a person wrote at its beginning, and the names file by file."""
    parts = [PAGE.read_text().partition(BEGIN)[0] + BEGIN]
    for file, rows in sorted(by_file().items()):
        parts.append(f"\n### `{file}`\n\n")
        parts += [f"- {row}\n" for row in rows]
    return "".join(parts)


def by_file():
    """Return what each file relies on, as lines of Markdown by file."""
    contract, found = core_names.contract(), {}
    for files, line in (*_of_pages(contract), *_of_server(contract)):
        for file in files:
            found.setdefault(file, []).append(line)
    return found


def _of_pages(contract):
    """Yield files and a line for each name of Odoo's pages."""
    classes, mentions = contract["classes"], core_names.mentions()
    for extension in core_names.extensions():
        listed = classes.get(extension.target, {"extended": {}})["extended"]
        for name in filter(listed.get, extension.members):
            member = f"{classes[extension.target]['module']} {name}"
            yield [extension.file], _line("extends", member, *listed[name])
    for one in classes.values():
        for name, entry in one["called"].items():
            files = sorted(mentions.get(name, ()))
            yield files, _line("uses", f"{one['module']} {name}", *entry)
    for (file, template), places in core_names.xpaths().items():
        for place in places:
            why = contract["templates"].get(template, {}).get(place, "")
            yield [file], _line("selects", f"{template} {place}", "", why)


def _of_server(contract):
    """Yield files and a line for each name of Odoo's server."""
    definitions, calls = core_names.definitions(), core_names.calls()
    for model, names in contract["overridden"].items():
        for name, entry in names.items():
            files = core_names.of_model(definitions.get(name, ()), model)
            yield files, _line("overrides", f"{model}.{name}", *entry)
    for model, names in contract["called"].items():
        for name, entry in names.items():
            yield sorted(calls.get(name, ())), _line("calls", f"{model}.{name}", *entry)
    for view, places in contract["views"].items():
        for place, why in places.items():
            yield core_names.views_of(view), _line("selects", f"{view} {place}", "", why)


def _line(verb, name, signature, why):
    shown = signature if signature.startswith("(") else ""
    return f"{verb} `{name}{shown}`: {why}"
