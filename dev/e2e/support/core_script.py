"""The script of Stripe's that Odoo's own pos_stripe loads, in a till that reaches no stranger."""

# Core asks Stripe's host for this at each start of a till. The least that core needs of it: one
# reader, which is in use elsewhere.
ADDRESS = "https://js.stripe.com/terminal/v1/"
SCRIPT = """
window.StripeTerminal = {
    create: () => ({
        discoverReaders: async () => ({ discoveredReaders: [{ serial_number: "CORE-1" }] }),
        getConnectionStatus: () => "not_connected",
        connectReader: async () => ({ error: { message: "Reader in use elsewhere" } }),
    }),
};
"""


def serve(till):
    """Answer a till's page in place of Stripe's host."""
    till.page.context.route(
        ADDRESS, lambda route: route.fulfill(content_type="text/javascript", body=SCRIPT)
    )
