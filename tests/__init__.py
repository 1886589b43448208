from . import (
    test_access,
    test_closing,
    test_guards,
    test_location,
    test_money,
    test_payment,
    test_payment_method,
    test_reader,
    test_recovery,
    test_webhook,
)
