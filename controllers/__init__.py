from . import support, terminal, webhook
