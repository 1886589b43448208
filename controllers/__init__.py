from . import browser_sdk, refund, support, terminal, webhook
