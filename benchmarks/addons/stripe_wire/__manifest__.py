{
    "name": "Benchmark: Stripe at the end of a simulated wire",
    "summary": "Loaded with server_wide_modules, never installed",
    "license": "LGPL-3",
    "depends": ["web"],
    "installable": True,
}
