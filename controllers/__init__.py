from . import browser_sdk, support, terminal, webhook
