"""Which fields Stripe answers `null` where there is nothing, and which it leaves out then.

The Python package declares both as optional. This is what `stripe` for Node.js 23.1 (API version
2026-10-28.endive) declares: `field: T | null` and `field?: T`.
"""

NULL_WITHOUT_VALUE = {
    "payment_intent": """
        allowed_payment_method_types application application_fee_amount
        automatic_payment_methods canceled_at cancellation_reason client_secret customer
        customer_account description excluded_payment_method_types last_payment_error
        latest_charge managed_payments next_action on_behalf_of payment_method
        payment_method_configuration_details payment_method_options payment_record processing
        receipt_email review setup_future_usage shipping source statement_descriptor
        statement_descriptor_suffix transfer_group
    """,
    "charge": """
        application application_fee application_fee_amount balance_transaction
        calculated_statement_descriptor customer description failure_balance_transaction
        failure_code failure_message fraud_details on_behalf_of outcome payment_intent
        payment_method payment_method_details receipt_email receipt_number receipt_url review
        shipping source source_transfer statement_descriptor statement_descriptor_suffix
        transfer_data transfer_group
    """,
    "refund": """
        balance_transaction charge customer customer_account metadata payment_intent
        payment_method reason receipt_number source_transfer_reversal status transfer_reversal
    """,
    "terminal.reader": "action device_sw_version ip_address last_seen_at location status",
    "action": "api_error failure_code failure_message",
    "card_present": """
        amount_authorized brand brand_product cardholder_name country emv_auth_data fingerprint
        funding generated_card last4 network network_transaction_id offline preferred_locales
        read_method receipt
    """,
    "interac_present": """
        brand cardholder_name country emv_auth_data fingerprint funding generated_card last4
        network network_transaction_id preferred_locales read_method receipt
    """,
    "receipt": """
        application_cryptogram application_preferred_name authorization_code
        authorization_response_code cardholder_verification_method dedicated_file_name
        terminal_verification_results transaction_status_information
    """,
    "balance_transaction": "description exchange_rate source",
    "payment_method": "customer customer_account metadata",
    "webhook_endpoint": "api_version application description",
    "outcome": """
        advice_code network_advice_code network_decline_code network_status reason
        seller_message
    """,
    "billing_details": "address email name phone tax_id",
}
ABSENT_WITHOUT_VALUE = {
    "payment_intent": "amount_details hooks payment_details presentment_details",
    "charge": "authorization_code level3 presentment_details radar_options transfer",
    "refund": """
        description destination_details failure_balance_transaction failure_reason
        instructions_email next_action pending_reason presentment_details
    """,
    "action": """
        collect_inputs collect_payment_method confirm_payment_intent print_content
        process_payment_intent process_setup_intent refund_payment set_reader_display
    """,
    "card_present": "capture_before location reader wallet",
    "interac_present": "location reader",
    "receipt": "account_type",
    "destination_details.card": "reference reference_status reference_type",
    "payment_method": "allow_redisplay card_present interac_present",
    "webhook_endpoint": "secret",
    "terminal.location": """
        address_kana address_kanji configuration_overrides display_name_kana display_name_kanji
        phone
    """,
    "outcome": "risk_level risk_score rule",
}
