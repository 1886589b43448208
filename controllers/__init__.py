from . import terminal, webhook
