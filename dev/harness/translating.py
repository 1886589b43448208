"""``dev/translate``: bring `i18n/` up to date with the sentences of the addon."""

from . import python_env
from .console import clear_ending, say

USAGE = """\
usage: dev/translate

Writes each sentence of the addon into i18n/pos_payment_stripe.pot, and takes the new ones over into
the languages beside it (i18n/*.po), where they wait for their translation."""

# What would differ each time.
DATES = ("POT-Creation-Date", "PO-Revision-Date")


def main(arguments):
    """Run ``dev/translate``; its only argument asks for help."""
    if arguments:
        print(USAGE)
        return
    with clear_ending("dev/translate"):
        python_env.ensure()
        python_env.enter()
        _run()


def _run():
    import polib

    from . import database, odoo_source, paths, postgres, template

    odoo = odoo_source.ensure()
    postgres.ensure()
    name = database.temporary_name("translate")
    terms = paths.RUN / "terms.pot"
    template.copy(odoo, name)
    try:
        say("Looking for sentences …")
        script = template.SHELL / "export_terms.py"
        template.shell(odoo, name, script, TERMS_FILE=str(terms))
    finally:
        database.drop(name)
    pot = polib.pofile(str(terms))
    for key in DATES:
        pot.metadata.pop(key, None)
    folder = paths.ROOT / "i18n"
    folder.mkdir(exist_ok=True)
    pot.save(str(folder / f"{paths.ADDON}.pot"))
    say(f"{paths.ADDON}.pot: {len(pot)} sentences")
    for path in sorted(folder.glob("*.po")):
        language = polib.pofile(str(path))
        language.merge(pot)
        for entry in language.obsolete_entries():
            language.remove(entry)
        language.save(str(path))
        say(f"{path.name}: {len(language.untranslated_entries())} without translation")
