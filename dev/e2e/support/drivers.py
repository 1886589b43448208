"""Who talks to the reader."""

import pytest

# Stripe's servers, or the till's page with Stripe's SDK; see the fixture `connection`.
both_drivers = pytest.mark.parametrize("connection", ["server", "browser"])
