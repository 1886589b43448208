"""``dev/translate``: bring `i18n/` up to date with the sentences of the addon."""

from . import python_env
from .console import clear_ending, say

USAGE = """\
usage: dev/translate

Writes each sentence of the addon into i18n/pos_payment_stripe.pot, and those of the kiosk's
addon into its own, and takes the new ones over into the languages beside them (i18n/*.po), where
they wait for their translation."""

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
    from . import odoo_source, paths, postgres

    odoo = odoo_source.ensure()
    postgres.ensure()
    _translate(odoo, paths.ADDON, paths.ROOT / "i18n")
    kiosk = paths.KIOSK_ADDON
    _translate(odoo, kiosk, paths.KIOSK / kiosk / "i18n", modules=(kiosk,))


def _translate(odoo, addon, folder, modules=()):
    """Bring one addon's folder of translations up to date.

    :param modules: what is installed besides our own addon
    """
    import polib

    from . import database, paths, template

    name = database.temporary_name("translate")
    terms = paths.RUN / "terms.pot"
    template.copy(odoo, name, modules=modules, bundles=None)
    try:
        say(f"Looking for sentences of {addon} …")
        script = template.SHELL / "export_terms.py"
        odoo = odoo.with_kiosk() if modules else odoo
        template.shell(odoo, name, script, TERMS_ADDON=addon, TERMS_FILE=str(terms))
    finally:
        database.drop(name)
    pot = polib.pofile(str(terms))
    for key in DATES:
        pot.metadata.pop(key, None)
    folder.mkdir(exist_ok=True)
    pot.save(str(folder / f"{addon}.pot"))
    say(f"{addon}.pot: {len(pot)} sentences")
    for path in sorted(folder.glob("*.po")):
        language = polib.pofile(str(path))
        language.merge(pot)
        for entry in language.obsolete_entries():
            language.remove(entry)
        language.save(str(path))
        say(f"{path.name}: {len(language.untranslated_entries())} without translation")
