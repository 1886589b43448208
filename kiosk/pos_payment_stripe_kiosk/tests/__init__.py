from . import (
    test_kiosk_beside_tills,
    test_kiosk_faults,
    test_kiosk_flow,
    test_kiosk_guards,
    test_kiosk_security,
    test_kiosk_stories,
    test_kiosk_translations,
    test_kiosk_uninstall,
    test_kiosk_webhook,
)
