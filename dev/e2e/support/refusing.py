"""A database that refuses to record something, as a third party's rule may."""

from contextlib import contextmanager


@contextmanager
def refusing(shop, doing, condition, why):
    """Have the database refuse rows while the block runs.

    :param shop: the :class:`~support.shop.Shop` whose server it is
    :param doing: what is refused, such as ``"INSERT ON pos_order_line"``
    :param condition: SQL about the row ``NEW``
    :param why: what it says then
    """
    sql = shop.server.sql
    table = doing.split()[-1]
    sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN RAISE EXCEPTION ''{why}''; END'"
    )
    sql(
        f"CREATE TRIGGER refuse BEFORE {doing} FOR EACH ROW WHEN ({condition})"
        " EXECUTE FUNCTION refuse()"
    )
    try:
        yield
    finally:
        sql(f"DROP TRIGGER refuse ON {table}")
        sql("DROP FUNCTION refuse")
