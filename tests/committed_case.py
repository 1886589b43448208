import uuid

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name
from odoo.tools import SQL

from .common import SERIAL_NUMBER


class CommittedCase(BaseCase):
    """Rows that are committed, so that several transactions see them."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.ids = self._make(env)
        self.addCleanup(self._remove)

    def _make(self, env):
        """Commit a session with a provider and two payments on one reader; returns their ids."""
        company = env.company
        provider = env["payment.provider"].create(
            {
                "name": "Collisions",
                "code": "stripe",
                "company_id": company.id,
                "stripe_secret_key": f"sk_test_{uuid.uuid4().hex}",
            }
        )
        journal = env["account.journal"].create(
            {"name": "Collisions", "type": "sale", "code": uuid.uuid4().hex[:5]}
        )
        method = env["pos.payment.method"].create({"name": "Collisions", "company_id": company.id})
        config = env["pos.config"].create(
            {
                "name": "Collisions",
                "journal_id": journal.id,
                "payment_method_ids": [(6, 0, method.ids)],
            }
        )
        session = env["pos.session"].create({"config_id": config.id, "user_id": SUPERUSER_ID})
        rows = env["pos.stripe.payment"]
        for _number in range(2):
            row = rows._insert(
                {
                    "line_uuid": str(uuid.uuid4()),
                    "session_id": session.id,
                    "currency_id": company.currency_id.id,
                    "payment_method_id": method.id,
                    "provider_id": provider.id,
                    "state": "declined",
                }
            )
            row.reader_serial = SERIAL_NUMBER
            rows |= row
        reader = env["pos.stripe.reader"]._store(provider, [{"id": "tmr_1", "label": "Old"}])
        comparison = env["pos.stripe.comparison"]._for_session(session)
        listing = env["pos.stripe.listing"]._for_provider(provider)
        order = env["pos.order"].create(
            {
                "session_id": session.id,
                "amount_tax": 0,
                "amount_total": 12,
                "amount_paid": 12,
                "amount_return": 0,
            }
        )
        records = (
            *rows,
            reader,
            comparison,
            listing,
            order,
            session,
            config,
            method,
            journal,
            provider,
        )
        return [(record._name, record.id) for record in records]

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            tables = [env[name]._table for name, _id in self.ids]
            for table, (_name, record_id) in zip(tables, self.ids, strict=True):
                if table == "pos_config":
                    cr.execute("DELETE FROM ir_sequence WHERE code LIKE %s", [f"%_{record_id}"])
                cr.execute(SQL("DELETE FROM %s WHERE id = %s", SQL.identifier(table), record_id))

    def record(self, env, number=0, model="pos.stripe.payment"):
        ids = [record_id for name, record_id in self.ids if name == model]
        return env[model].browse(ids[number])
