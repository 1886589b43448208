import os
import time

import psutil

from odoo import http, sql_db


class StripeWireSample(http.Controller):
    @http.route("/stripe_wire/sample", type="jsonrpc", auth="none")
    def sample(self):
        """Return what the process has used so far: queries, CPU seconds, bytes of memory."""
        memory = psutil.Process(os.getpid()).memory_info()
        return {
            "queries": sql_db.sql_counter,
            "cpu": time.process_time(),
            "rss": memory.rss,
            "vms": memory.vms,
        }
