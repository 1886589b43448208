"""Two hundred requests for one line at once end in one row and one PaymentIntent."""

import concurrent.futures
import threading
import uuid

import requests

from support.audit import audit_journal, intents
from support.counter import Counter

CLICKS = 200


def test_two_hundred_sends_create_one_intent(start_server, make_shop):
    server = start_server(options={"db_maxconn": 64}, variables={"ODOO_MAX_HTTP_THREADS": "24"})
    shop = make_shop("Kiosk", server=server)
    counter = Counter(shop)
    line = counter.line()
    gate = threading.Barrier(CLICKS)

    def click(_number):
        request = {**line, "request_uuid": str(uuid.uuid4())}
        gate.wait(30)
        answer = requests.post(
            f"{server.url}/pos_payment_stripe/send",
            json={"jsonrpc": "2.0", "params": counter.send_parameters(request)},
            cookies={"session_id": counter.client.session_id},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json().get("result") or answer.json()["error"]["data"]

    with concurrent.futures.ThreadPoolExecutor(CLICKS) as pool:
        answers = list(pool.map(click, range(CLICKS)))
    refused = [answer for answer in answers if answer.get("line_uuid") != line["line_uuid"]]
    assert not refused, refused[0]
    counter.wait_for(line, "collecting")
    shop.reader.tap()
    counter.wait_for(line, "paid")
    assert len(shop.journal()) == 1
    assert [intent["amount_received"] for intent in intents(shop)] == [460]
    audit_journal(shop)
