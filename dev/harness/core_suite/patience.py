"""Odoo's time limits, which are for a fast machine that has nothing else to do, made longer."""

import re

from odoo.addons.base.models.assetsbundle import AssetsBundle
from odoo.tests import common

FACTOR = 6
# How long a unit test of hoot may take, in the address of its page; the first one loads everything.
UNIT_TEST = re.compile(r"(?<=&timeout=)\d+")
# How long a step of a tour waits for its element, in the script that a page loads.
STEP = re.compile(r"(step\.timeout\s*\|\|\s*this\.timeout\s*\|\|\s*)10000\b")


def be_patient():
    """Multiply by `FACTOR` what tours, unit tests, browsers, requests and cursors may take."""
    # Odoo's browser sets it to 1 when it is made.
    common.ChromeBrowser.throttling_factor = property(lambda browser: FACTOR, lambda *values: None)
    common.BaseCase.test_cursor_lock_timeout *= FACTOR
    request, wait = common.Opener.request, common.HttpCase._wait_remaining_requests
    save, open_page = AssetsBundle.save_attachment, common.HttpCase.browser_js

    def patient_request(opener, *args, **kwargs):
        if kwargs.get("timeout"):
            kwargs["timeout"] *= FACTOR
        return request(opener, *args, **kwargs)

    def patient_wait(case, timeout=10):
        return wait(case, timeout * FACTOR)

    def patient_page(case, url_path, *args, **kwargs):
        patient_path = UNIT_TEST.sub(lambda limit: str(int(limit[0]) * FACTOR), url_path)
        return open_page(case, patient_path, *args, **kwargs)

    def patient_save(bundle, extension, content):
        if isinstance(content, str):
            content = STEP.sub(rf"\g<1>{10000 * FACTOR}", content)
        return save(bundle, extension, content)

    common.Opener.request = patient_request
    common.HttpCase._wait_remaining_requests = patient_wait
    common.HttpCase.browser_js = patient_page
    AssetsBundle.save_attachment = patient_save
