"""Years of sales, written by SQL: orders, payments, the journal, its events and webhooks."""

import contextlib

DAILY = 1000  # sales of all registers of the database in a day
PER_SESSION = 100
# Of hundred payments, how many ended otherwise than paid.
CANCELED, DECLINED = 2, 2

# %(count)s rows, the last one just now; what was canceled or declined is on no order.
TABLES = (
    "pos_order",
    "pos_payment",
    "pos_stripe_payment",
    "pos_stripe_payment_event",
    "pos_stripe_webhook_event",
)
FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
  FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%(tables)s::regclass[])
"""
INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index WHERE NOT indisunique AND indrelid = ANY (%(tables)s::regclass[])
"""
SESSIONS = """
INSERT INTO pos_session (config_id, user_id, state, name, start_at, stop_at,
                         create_uid, create_date, write_uid, write_date)
SELECT %(config)s, %(user)s, 'closed', 'HISTORY/' || n, at, at + interval '8 hours', 1, at, 1, at
  FROM (SELECT n, now() AT TIME ZONE 'UTC' - make_interval(
          days => (n * %(per_session)s / %(daily)s)::int)
               - interval '1 day' AS at
          FROM generate_series(1, greatest(%(count)s / %(per_session)s, 1)) AS n) AS s
RETURNING id
"""
SALES = """
CREATE TEMPORARY TABLE sale AS
SELECT n, gen_random_uuid()::varchar AS line_uuid, gen_random_uuid()::varchar AS order_uuid,
       sessions[1 + n / %(per_session)s %% array_length(sessions, 1)] AS session_id,
       'Order ' || lpad(n::varchar, 8, '0') AS reference,
       CASE WHEN n %% 100 < %(canceled)s THEN 'canceled'
            WHEN n %% 100 < %(canceled)s + %(declined)s THEN 'declined'
            ELSE 'paid' END AS state,
       now() AT TIME ZONE 'UTC' - make_interval(secs => (%(count)s - n) * 86400.0 / %(daily)s)
         - interval '1 minute' AS at
  FROM generate_series(1, %(count)s) AS n, (SELECT %(sessions)s::int[] AS sessions) AS s
"""
ORDERS = """
INSERT INTO pos_order (company_id, session_id, config_id, name, pos_reference, uuid, state, user_id,
                       amount_tax, amount_total, amount_paid, amount_return, date_order,
                       create_uid, create_date, write_uid, write_date)
SELECT %(company)s, session_id, %(config)s, reference, reference, order_uuid, 'done', %(user)s,
       0, 4.6, 4.6, 0, at, 1, at, 1, at
  FROM sale WHERE state = 'paid'
"""
PAYMENTS = """
INSERT INTO pos_payment (pos_order_id, payment_method_id, amount, payment_date, uuid, session_id,
                         company_id, create_uid, create_date, write_uid, write_date)
SELECT pos_order.id, %(method)s, 4.6, at, line_uuid, sale.session_id, %(company)s, 1, at, 1, at
  FROM sale JOIN pos_order ON pos_order.uuid = order_uuid
"""
JOURNAL = """
INSERT INTO pos_stripe_payment (
    kind, connection, line_uuid, order_uuid, order_ref, session_id, config_id, company_id,
    payment_method_id, payment_id, provider_id, reader_serial, user_id, currency_id,
    amount_minor, state, revision, attempt, command, requested, payment_intent, charge, livemode,
    intent_status, intent_amount, amount_received, reader_action, reachable, card_brand, card_last4,
    card_funding, asked_at, sent_at, last_read_at, settled_at, create_uid, create_date, write_uid,
    write_date)
SELECT 'payment', 'server', line_uuid, order_uuid, reference, sale.session_id, %(config)s,
       %(company)s, %(method)s, pos_payment.id, %(provider)s, 'HISTORY', %(user)s, %(currency)s,
       460, state, 8, 1, 3, true, 'pi_history' || n, 'ch_history' || n, false,
       CASE state WHEN 'paid' THEN 'succeeded' ELSE 'canceled' END, 460,
       CASE state WHEN 'paid' THEN 460 ELSE 0 END, 'succeeded', true, 'visa', '4242', 'credit', at,
       at, at, at, 1, at, 1, at
  FROM sale LEFT JOIN pos_payment ON pos_payment.uuid = line_uuid
 ORDER BY n
"""
EVENTS = """
INSERT INTO pos_stripe_payment_event (stripe_payment_id, date, kind, verb, request_id, milliseconds)
SELECT id, create_date, e.kind, e.verb, 'req_history', 200
  FROM pos_stripe_payment,
       (VALUES ('till', 'send'), ('answer', 'process_intent'), ('state', 'paid')) AS e (kind, verb)
 WHERE reader_serial = 'HISTORY'
"""
# As long as the addon keeps them.
WEBHOOKS = """
INSERT INTO pos_stripe_webhook_event (provider_id, line_uuid, event_id, type, livemode, created,
                                      received_at)
SELECT %(provider)s, line_uuid, 'evt_history' || n || type, type, false, at, at
  FROM sale, (VALUES ('payment_intent.succeeded'), ('terminal.reader.action_succeeded')) AS e (type)
 WHERE at > now() AT TIME ZONE 'UTC' - interval '30 days'
"""


def write(server, register, count):
    """Write the history of a number of card payments.

    :param BenchServer server: its database gets them
    :param dict register: one of :class:`~benchmarks.support.shop.Registers`
    :param int count: how many payments
    """
    (facts,) = server.admin.read(
        "pos.session", [("id", "=", register["session_id"])], ["company_id", "currency_id"]
    )
    provider = server.admin.search("payment.provider", [("code", "=", "stripe")], limit=1)[0]
    values = {
        "count": count,
        "daily": DAILY,
        "per_session": PER_SESSION,
        "canceled": CANCELED,
        "declined": DECLINED,
        "config": register["config_id"],
        "method": register["method_id"],
        "company": facts["company_id"][0],
        "currency": facts["currency_id"][0],
        "provider": provider,
        "user": server.cashier.uid,
    }
    with server.connection() as cursor:
        cursor.execute(SESSIONS, values)
        values["sessions"] = [row[0] for row in cursor.fetchall()]
        # The last ones belong to the session that is open.
        cursor.execute(SALES, values)
        cursor.execute(
            "UPDATE sale SET session_id = %s WHERE n > %s",
            (register["session_id"], count - PER_SESSION),
        )
        cursor.execute("CREATE INDEX ON sale (order_uuid); CREATE INDEX ON sale (line_uuid)")
        with _bare(cursor):
            for statement in (ORDERS, PAYMENTS, JOURNAL, EVENTS, WEBHOOKS):
                cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


@contextlib.contextmanager
def _bare(cursor):
    """Take foreign keys and indexes away for a block: making them at its end is much quicker."""
    made_anew = []
    for statement in (FOREIGN_KEYS, INDEXES):
        cursor.execute(statement, {"tables": list(TABLES)})
        for drop, make in cursor.fetchall():
            cursor.execute(drop)
            made_anew.insert(0, make)
    yield
    for make in made_anew:
        cursor.execute(make)
