"""What a server gets is small, is all that it needs, and sells."""

import re
import zipfile

import pytest
import requests

from harness import packaging, paths
from support.audit import audit
from support.old_version import OldShop, start_from

# Installing comes before the first sale.
pytestmark = pytest.mark.timeout(600)

MOST_BYTES = 1_500_000
NEEDLESS = {"benchmarks", "dev", "docs", "tests"}


def test_the_package_is_small_installs_silently_and_sells(start_server, tmp_path):
    archive = packaging.make()
    assert archive.stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(archive) as package:
        package.extractall(tmp_path)
    folders = {part for path in tmp_path.rglob("*") for part in path.relative_to(tmp_path).parts}
    assert not NEEDLESS & folders

    server = start_from(start_server, tmp_path, ("payment_stripe",))
    log = server.log()
    assert [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line] == []
    page = server.admin.read("ir.module.module", [("name", "=", paths.ADDON)], ["description_html"])
    pictures = re.findall(r'src="([^"]+)"', page[0]["description_html"])
    assert pictures
    for picture in pictures:
        assert requests.get(server.url + picture, timeout=30).ok, picture
    shop = OldShop(server, "Packaged")
    shop.sell()
    audit(shop)
