from . import refund, support, terminal, webhook
