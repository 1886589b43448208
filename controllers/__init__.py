from . import browser_sdk, health, refund, support, terminal, webhook
