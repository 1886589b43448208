"""What of Odoo's the walk through the addon's files finds: nothing that is new stays unseen."""

import pytest

from harness import core_names

SCRIPT = """\
import Validation from "@point_of_sale/app/utils/validation";
import {
    PosStore,
    other as another,
} from "@point_of_sale/app/services/pos_store";
import { ours } from "@pos_payment_stripe/app/ours";

patch(PosStore.prototype, {
    async closeSession() {
        if (this.pos.isReady()) {
            return super.closeSession(...arguments);
        }
    },

    get ownGetter() {
        return 1;
    },
});

patch(OwnThing.prototype, {
    show() {
    },
});

export class OwnThing extends PosStore {
    setup() {
        super.setup(...arguments);
    }
}
"""
TEMPLATE = """\
<templates>
    <t t-name="x.A" t-inherit="point_of_sale.A" t-inherit-mode="extension">
        <xpath expr="//hr" position="before" />
    </t>
    <t t-name="x.B" t-inherit="pos_payment_stripe.B"><xpath expr="//p" position="after" /></t>
</templates>
"""
MODEL = """\
class PosOrder(models.Model):
    _inherit = "pos.order"
    amount = fields.Float()

    def write(self, vals):
        return self._refresh()
"""
CORE = """\
export class PosStore {
    async closeSession(reason = {}, ...others) {
        if (reason) {
        }
    }
    get session() {
    }
    ready(pos) {}
}
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name, text in {
        "static/src/a.js": SCRIPT,
        "static/src/a.xml": TEMPLATE,
        "models/pos_order.py": MODEL,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(core_names, "ROOT", tmp_path)
    monkeypatch.setattr(core_names, "SOURCES", tmp_path / "static" / "src")
    return tmp_path


@pytest.mark.usefixtures("root")
def test_patches_and_subclasses():
    found = [(one.target, one.members) for one in core_names.extensions()]
    assert found == [
        ("PosStore", {"closeSession": True, "ownGetter": False}),
        ("PosStore", {"setup": True}),
    ]


@pytest.mark.usefixtures("root")
def test_imports_mentions_and_places():
    assert list(core_names.imports(SCRIPT)) == [
        ("@point_of_sale/app/utils/validation", "default"),
        ("@point_of_sale/app/services/pos_store", "PosStore"),
        ("@point_of_sale/app/services/pos_store", "other"),
    ]
    assert core_names.mentions()["isReady"] == {"static/src/a.js"}
    assert "closeSession" not in core_names.mentions()
    assert core_names.xpaths() == {("static/src/a.xml", "point_of_sale.A"): ["//hr"]}


@pytest.mark.usefixtures("root")
def test_python():
    assert core_names.calls()["_refresh"] == {"models/pos_order.py"}
    assert set(core_names.definitions()) == {"_inherit", "amount", "write"}
    assert core_names.of_model({"models/pos_order.py"}, "pos.order") == ["models/pos_order.py"]
    assert core_names.of_model({"models/pos_order.py"}, "pos.payment") == []


def test_members_with_their_parameters():
    assert core_names.members(CORE) == {
        "closeSession": "(reason = {}, ...others)",
        "session": "get",
        "ready": "(pos)",
    }
