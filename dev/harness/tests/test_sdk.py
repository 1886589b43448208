"""The versions of Stripe's SDK that are asked for, warned of and tested are the same."""

import ast
import importlib.util
import re

from harness import paths
from harness.parts.sdk import MAJORS


def test_all_name_the_same_versions():
    spec = importlib.util.spec_from_file_location("sdk", paths.ROOT / "sdk.py")
    sdk = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sdk)
    first = ".".join(map(str, sdk.FIRST))
    required = (paths.ROOT / "requirements.txt").read_text()
    assert required == f"stripe>={first},<{sdk.LAST_MAJOR + 1}\n"
    manifest = ast.literal_eval((paths.ROOT / "__manifest__.py").read_text())
    # The bare name: a newer one is warned of, and does not keep the addon from being installed.
    assert manifest["external_dependencies"]["python"] == ["stripe"]
    (locked,) = re.findall(r"(?m)^stripe==(\d+)", paths.LOCK_FILE.read_text())
    assert int(locked) == sdk.LAST_MAJOR == MAJORS[-1]
    assert sdk.FIRST[0] in MAJORS
