// What the addon relies on in Odoo: every name that it extends, overrides, calls or selects, as it was
// read in Odoo 19, and why. tests/test_core_contract.py and core_contract.test.js hold Odoo and the addon
// to it, and dev/porting makes docs/PORTING.md of it. It is JSON, which Python reads too.
// prettier-ignore
export const CONTRACT = {
    "classes": {
        "PosStore": {
            "module": "@point_of_sale/app/services/pos_store",
            "export": "PosStore",
            "extended": {
                "_onBeforeDeleteOrder": ["(order)", "An order with a card payment is not deleted, also by Cancel Orders."],
                "afterProcessServerData": ["()", "Orders that a page left unsent go to Odoo before core sends its own."],
                "canEditPayment": ["(order)", "What Stripe has settled is not offered for editing."],
                "closePos": ["()", "No reader asks for a card when the till has been left."],
                "closeSession": ["()", "No reader asks for a card when the register has closed."],
                "getClosePosInfo": ["()", "What compares with Stripe is loaded before the closing popup is shown."],
                "navigate": ["(routeName, routeParams = {})", "Leaving the payment screen takes the running request back."],
                "preSyncAllOrders": ["(orders)", "A draft that is under way is awaited: two synchronisations must not overlap."],
                "syncAllOrders": ["(options = {})", "Offline, core sends nothing: a finished order is kept in the browser's storage. Online, it goes before all others."],
                "validateOrderFast": ["(paymentMethod)", "The product screen's payment buttons do not pass by the payment screen."]
            },
            "called": {
                "addLineToOrder": ["(vals, order, opts = {}, configure = true)", "The tip that was given on the reader becomes an order line."],
                "getCashier": ["()", "Who forces, refunds or closes is noted with the payment."],
                "getOrder": ["()", "The order on the screen."],
                "getSyncAllOrdersContext": ["(orders, options = {})", "A kept order is sent with the context that core would send."],
                "postSyncAllOrders": ["(orders)", "What core and its addons do after a synchronisation is done for a kept order too."],
                "printOptions": ["get", "The decline slip is printed as core prints a receipt."],
                "removePendingOrder": ["(order)", "A kept order that has arrived is not sent again by core."],
                "session": ["get", "Payments belong to the register's session."],
                "setOrder": ["(order)", "A cashier who stays gets the order back."]
            }
        },
        "PosData": {
            "module": "@point_of_sale/app/services/data_service",
            "export": "PosData",
            "extended": {
                "call": ["(model, method, args = [], kwargs = {}, queue = false)", "Each synchronisation of an order with our payments is watched here."],
                "missingRecursive": ["(recordMap, idsMap = {}, acc = {})", "What is read of the server passes here: a stale draft is left out."]
            },
            "called": {
                "checkConnectivity": ["()", "A server that is away is asked again, so that core sends what waits."],
                "connectWebSocket": ["(channel, method)", "The server tells the till which payment has changed."],
                "databaseName": ["get", "Kept orders of one database are not another's."],
                "loadServerOrders": ["(domain)", "The tip of a captured payment is read with its order."],
                "searchRead": ["(model, domain = [], fields = [], options = {}, queue = false)", "Whether another register holds an order is asked of the server."],
                "synchronizeLocalDataInIndexedDB": ["()", "The browser keeps a line before its request leaves."]
            }
        },
        "DataServiceOptions": {
            "module": "@point_of_sale/app/models/data_service_options",
            "export": "DataServiceOptions",
            "extended": {},
            "called": {
                "dynamicModels": ["get", "The models that an order consists of, left out with a stale draft."]
            }
        },
        "NumberBuffer": {
            "module": "@point_of_sale/app/services/number_buffer_service",
            "export": null,
            "extended": {},
            "called": {
                "getFloat": ["()", "The amount that a cashier types for a refund."],
                "reset": ["()", "The next digits begin a new amount."]
            }
        },
        "PosOrder": {
            "module": "@point_of_sale/app/models/pos_order",
            "export": "PosOrder",
            "extended": {
                "addPaymentline": ["(payment_method)", "Another payment takes the place of a declined card, and a part has its amount."]
            },
            "called": {
                "config": ["get", "Whose reader a line asks, and how cash is rounded."],
                "currency": ["get", "Amounts are rounded and shown as the order's."],
                "finalized": ["get", "A finished order is told from one that is being paid."],
                "getName": ["()", "The order's name in sentences."],
                "getPartner": ["()", "The customer goes to Stripe where the method wants it."],
                "getSelectedPaymentline": ["()", "The customer display shows the line that asks for a card."],
                "isPaid": ["()", "Nothing is finished, tipped or refunded before."],
                "isRefundInProcess": ["()", "A refund that is under way is told from a sale."],
                "removePaymentline": ["(line)", "A line goes when Stripe took nothing for it."],
                "selectPaymentline": ["(line)", "The next line of a split or a refund is at hand."]
            }
        },
        "PosOrderAccounting": {
            "module": "@point_of_sale/app/models/accounting/pos_order_accounting",
            "export": "PosOrderAccounting",
            "extended": {},
            "called": {
                "getDefaultAmountDueToPayIn": ["(paymentMethod)", "A refund line begins with what is due."],
                "priceIncl": ["get", "What the order is worth, and what a tip may be given for."],
                "remainingDue": ["get", "What is charged is what is due."],
                "setOrderPrices": ["()", "A basket is kept with the totals of now."],
                "totalDue": ["get", "What a split is made of."]
            }
        },
        "PosOrderline": {
            "module": "@point_of_sale/app/models/pos_order_line",
            "export": "PosOrderline",
            "extended": {},
            "called": {
                "isTipLine": ["()", "A tip is not tipped again."],
                "setUnitPrice": ["(price)", "The tip line is what the customer gave."]
            }
        },
        "PosPayment": {
            "module": "@point_of_sale/app/models/pos_payment",
            "export": "PosPayment",
            "extended": {
                "handlePaymentResponse": ["(isPaymentSuccessful)", "Core turns every failure into retry; ours keep the server's status."],
                "updateRefundPaymentLine": ["(refundedPaymentLine)", "The card that was charged gets the money."]
            },
            "called": {
                "getAmount": ["()", "What is asked of the card."],
                "getPaymentStatus": ["()", "Where a payment stands, in core's words."],
                "isDone": ["()", "Whether core counts a line as paid."],
                "setAmount": ["(value)", "A line that waits follows what is due."],
                "setPaymentStatus": ["(value)", "The server's state in core's words."]
            }
        },
        "Base": {
            "module": "@point_of_sale/app/models/related_models/base",
            "export": "Base",
            "extended": {},
            "called": {
                "id": ["get", "Of a record; a text until the server has it."],
                "isDirty": ["()", "Whether an order waits to be synchronised."],
                "isSynced": ["get", "Whether the server has the order, or only the basket of a payment."],
                "models": ["get", "From a record to those of another model."],
                "restoreState": ["(uiState)", "A kept order gets back what only this till knows."],
                "serializeForORM": ["(opts = {})", "A kept order is what core would have sent."],
                "serializeState": ["()", "A kept order keeps what only this till knows."]
            }
        },
        "Models": {
            "module": "@point_of_sale/app/models/related_models/index",
            "export": null,
            "extended": {},
            "called": {
                "commands": ["get", "What was deleted of a failed synchronisation is marked again."],
                "fields": ["get", "Which field of a record holds other records."],
                "getAll": ["()", "Every payment line that this till knows."],
                "getBy": ["()", "An order or a payment line by its uuid."],
                "getFirst": ["()", "The register's own record."],
                "loadConnectedData": ["(data, modelsToLoad = [])", "What the server answers to a kept order is shown as core shows it."]
            }
        },
        "OrderPaymentValidation": {
            "module": "@point_of_sale/app/utils/order_payment_validation",
            "export": "default",
            "extended": {
                "askBeforeValidation": ["()", "Core drops unpaid lines here, also while a reader asks a card for one."]
            },
            "called": {
                "validateOrder": ["(isForceValidate)", "An order whose last card is charged is finished without another press."]
            }
        },
        "PaymentInterface": {
            "module": "@point_of_sale/app/utils/payment/payment_interface",
            "export": "PaymentInterface",
            "extended": {
                "fastPayments": ["get", "Whether choosing the method asks for the card, or Send does."],
                "sendPaymentCancel": ["(order, uuid)", "Cancel ends with Stripe's answer."],
                "sendPaymentRequest": ["(uuid)", "Send: the journal gets the line, the reader the amount."]
            },
            "called": {}
        },
        "PaymentScreen": {
            "module": "@point_of_sale/app/screens/payment_screen/payment_screen",
            "export": "PaymentScreen",
            "extended": {
                "addNewPaymentLine": ["(paymentMethod)", "A refund gets a line for each card, a declined card is tried again."],
                "deletePaymentLine": ["(uuid)", "A line goes only when nothing was charged for it."],
                "onMounted": ["()", "Running payments are shown again; lines of other registers are not dropped."],
                "sendForceDone": ["(line)", "Stripe is asked before a payment is forced."],
                "sendPaymentCancel": ["(line)", "Cancel ends with Stripe's answer."],
                "sendPaymentRequest": ["(line)", "A refund is approved first; after a part the next line is at hand."],
                "setup": ["()", "The screen has our service."],
                "updateSelectedPaymentline": ["(amount = false)", "A part may be refunded to a card; core keeps terminals' amounts."]
            },
            "called": {
                "currentOrder": ["get", "The order that is being paid."],
                "isRefundOrder": ["get", "A refund's lines are chosen by card."],
                "paymentLines": ["get", "The order's lines on the screen."],
                "selectPaymentLine": ["(uuid)", "The next line of a split or a refund is at hand."],
                "selectedPaymentLine": ["get", "The line that digits change."]
            }
        },
        "PaymentScreenPaymentLines": {
            "module": "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines",
            "export": "PaymentScreenPaymentLines",
            "extended": {},
            "called": {}
        },
        "TicketScreen": {
            "module": "@point_of_sale/app/screens/ticket_screen/ticket_screen",
            "export": "TicketScreen",
            "extended": {
                "getStatus": ["(order)", "The list of orders says which are unverified."]
            },
            "called": {}
        },
        "ClosePosPopup": {
            "module": "@point_of_sale/app/components/popups/closing_popup/closing_popup",
            "export": "ClosePosPopup",
            "extended": {
                "closeSession": ["()", "A register closes when its payments agree with Stripe, or a manager says so."],
                "handleClosingError": ["(response)", "The server's refusal leads to the comparison."],
                "setup": ["()", "The comparison begins when the popup opens."]
            },
            "called": {
                "confirm": ["()", "Closing is confirmed as core confirms it."]
            }
        },
        "CustomerDisplayPosAdapter": {
            "module": "@point_of_sale/app/customer_display/customer_display_adapter",
            "export": "CustomerDisplayPosAdapter",
            "extended": {
                "formatOrderData": ["(order)", "The customer reads what to do with the card."]
            },
            "called": {}
        },
        "page.component": {
            "module": "@pos_restaurant/app/screens/split_bill_screen/split_bill_screen",
            "export": null,
            "extended": {
                "createSplittedOrder": ["()", "An order keeps the products that its cards have paid."],
                "paySplittedOrder": ["()", "An order keeps the products that its cards have paid."],
                "transferSplittedOrder": ["(event)", "An order keeps the products that its cards have paid."]
            },
            "called": {
                "newOrderPrice": ["get", "What is left on the order that is split."]
            }
        },
        "pos": {
            "module": "@pos_restaurant/app/services/pos_store",
            "export": null,
            "extended": {
                "mergeOrders": ["(sourceOrder, destOrder)", "Card payments of an order that is emptied are asked about first."],
                "mergeTableOrders": ["(orderUuid, destinationTable)", "A table whose order stays is not linked."]
            },
            "called": {}
        },
        "pos_loyalty": {
            "module": "@pos_loyalty/app/services/pos_store",
            "export": null,
            "extended": {},
            "called": {
                "orderUpdateLoyaltyPrograms": ["()", "An order that is restored gives the points that it gave before."]
            }
        }
    },
    "unrelated": ["execute", "ref", "round", "add", "addEventListener", "confirm", "create", "delete", "every", "filter", "find", "flatMap", "forEach", "get", "length", "map", "order", "read", "reduce", "set", "some", "update"],
    "imports": {
        "@odoo/owl": {
            "Component": "What our parts of the screens extend; OWL 3 may change it.",
            "onMounted": "A part begins when it is shown.",
            "onWillStart": "A part loads what it shows.",
            "onWillUnmount": "A part that is closed stops asking.",
            "onWillUpdateProps": "Another order comes to the same payment screen.",
            "reactive": "The services' state redraws who shows it.",
            "status": "Whether a screen is still there after an answer.",
            "useEffect": "A widget reads again when its record changes.",
            "useState": "A part is redrawn with its state.",
            "xml": "A widget's template in its file."
        },
        "@point_of_sale/app/components/popups/closing_popup/closing_popup": {
            "ClosePosPopup": "Extended."
        },
        "@point_of_sale/app/components/popups/number_popup/number_popup": {
            "NumberPopup": "A PIN and an amount are typed on core's pad."
        },
        "@point_of_sale/app/components/popups/selection_popup/selection_popup": {
            "SelectionPopup": "Which card gets the money back."
        },
        "@point_of_sale/app/customer_display/customer_display_adapter": {
            "CustomerDisplayPosAdapter": "Extended."
        },
        "@point_of_sale/app/hooks/pos_hook": {
            "usePos": "The line's status prints a decline slip."
        },
        "@point_of_sale/app/models/pos_order": {
            "PosOrder": "Extended."
        },
        "@point_of_sale/app/models/pos_payment": {
            "PosPayment": "Extended."
        },
        "@point_of_sale/app/models/utils/currency": {
            "formatCurrency": "The customer reads amounts as core writes them."
        },
        "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines": {
            "PaymentScreenPaymentLines": "Extended."
        },
        "@point_of_sale/app/screens/payment_screen/payment_screen": {
            "PaymentScreen": "Extended."
        },
        "@point_of_sale/app/screens/receipt_screen/receipt/receipt_header/receipt_header": {
            "ReceiptHeader": "The decline slip begins as a receipt does."
        },
        "@point_of_sale/app/screens/ticket_screen/ticket_screen": {
            "TicketScreen": "Extended."
        },
        "@point_of_sale/app/services/data_service": {
            "PosData": "Extended."
        },
        "@point_of_sale/app/services/pos_store": {
            "PosStore": "Extended.",
            "register_payment_method": "How a terminal is made known to the till."
        },
        "@point_of_sale/app/utils/make_awaitable_dialog": {
            "ask": "A question to the cashier, answered yes or no.",
            "makeAwaitable": "A dialog whose answer is awaited."
        },
        "@point_of_sale/app/utils/order_payment_validation": {
            "default": "Extended."
        },
        "@point_of_sale/app/utils/payment/payment_interface": {
            "PaymentInterface": "What a terminal extends."
        },
        "@point_of_sale/utils": {
            "uuidv4": "Each request of a till has an id of its own."
        },
        "@web/core/assets": {
            "AssetsLoadingError": "What cannot be loaded is a lost connection.",
            "loadBundle": "What is seldom needed is loaded when it is."
        },
        "@web/core/browser/browser": {
            "browser": "The browser's storage, replaceable in tests."
        },
        "@web/core/confirmation_dialog/confirmation_dialog": {
            "AlertDialog": "A sentence that has to be read."
        },
        "@web/core/dialog/dialog": {
            "Dialog": "The frame of our dialogs."
        },
        "@web/core/l10n/translation": {
            "_t": "Sentences in the user's language."
        },
        "@web/core/network/rpc": {
            "ConnectionAbortedError": "An answer that will not come.",
            "ConnectionLostError": "A network that is away, as core tells it.",
            "rpc": "How our routes are called."
        },
        "@web/core/registry": {
            "registry": "Where services, widgets and lazy parts are found."
        },
        "@web/core/utils/concurrency": {
            "KeepLast": "Only the newest answer counts.",
            "delay": "A pause."
        },
        "@web/core/utils/hooks": {
            "useService": "Parts reach their services."
        },
        "@web/core/utils/patch": {
            "patch": "How core's classes are extended."
        },
        "@web/core/utils/timing": {
            "useDebounced": "Typing asks the server once."
        },
        "@web/search/layout": {
            "Layout": "The frame of the page about readers."
        },
        "@web/views/fields/parsers": {
            "parseFloat": "An amount in the user's notation."
        },
        "@web/views/widgets/standard_widget_props": {
            "standardWidgetProps": "What a widget of a form is given."
        },
        "@web/webclient/actions/action_service": {
            "standardActionServiceProps": "What a page of the backend is given."
        }
    },
    "templates": {
        "point_of_sale.ClosePosPopup": {
            "//hr": "The comparison with Stripe stands above the payment methods."
        },
        "point_of_sale.PaymentScreenPaymentLines": {
            "//div[hasclass('electronic_payment')]": "One component of ours does what core's block does for terminals.",
            "//span[hasclass('payment-name')]": "Which card gets the money, on the selected line.",
            "//t[@t-esc='line.payment_method_id?.name']": "Which card gets the money, on the other lines.",
            "//div[hasclass('payment-infos')]": "Which card has paid, on the selected line.",
            "//t[@t-else='']//div[hasclass('payment-infos')]": "Which card has paid, on the other lines.",
            "//div[hasclass('send_refund_request')]": "The key that refunds is a button, which the keyboard reaches."
        },
        "point_of_sale.PaymentScreenButtons": {
            "//div[hasclass('payment-buttons')]": "The key that splits what is due."
        },
        "point_of_sale.PaymentScreenMethods": {
            "//div[hasclass('paymentmethod')]": "The keyboard reaches a method with a Stripe reader."
        },
        "point_of_sale.PaymentScreenDue": {
            "//section": "Payments without an order stand below what is due."
        },
        "point_of_sale.OrderReceipt": {
            "//div[hasclass('paymentlines')]/t[1]": "A receipt says which payment is unverified."
        },
        "point_of_sale.ReceiptScreen": {
            "//div[hasclass('receipt-options')]": "The cashier reads that a payment is unverified."
        },
        "point_of_sale.PosPaymentProviderCards": {
            "//img": "Stripe's card in the settings has our picture."
        },
        "point_of_sale.CustomerDisplay": {
            "//div[@t-if='order.amount and !order.finalized']": "The customer reads what to do with the card."
        }
    },
    "overridden": {
        "payment.provider": {
            "web_save": ["(self, vals, specification, next_id=None)", "The form asks Stripe about a key that was just entered."],
            "write": ["(self, vals)", "A key of the other mode has no webhook."]
        },
        "pos.config": {
            "write": ["(self, vals)", "Only managers change who has which rights at a register."]
        },
        "pos.load.mixin": {
            "_load_pos_data_fields": ["(self, config)", "Fields that only the office shows are not sent to a till, of whatever model."],
            "_load_pos_data_read": ["(self, records, config)", "Fields that only the office shows are not sent to a till, of whatever model."]
        },
        "pos.order": {
            "_clean_payment_lines": ["(self)", "An online payment method does not take our lines from their draft."],
            "_process_order": ["(self, order, existing_order)", "An order that is sent again is made once, whatever became of its draft."],
            "_process_saved_order": ["(self, draft)", "A finished order is linked with the journal, and its tip charged."],
            "sync_from_ui": ["(self, orders)", "The payments of orders that arrive are taken from the runner first."],
            "write": ["(self, vals)", "A canceled order takes its running payments back; a tipped one has its cards charged."]
        },
        "pos.order.line": {
            "create": ["(self, vals_list)", "A tip that comes after the payment has the card charged."]
        },
        "pos.payment": {
            "_load_pos_data_read": ["(self, records, config)", "Payments by other means are loaded without what is ours."],
            "create": ["(self, vals_list)", "A line becomes a card's only with a journal row, or by a manager."],
            "unlink": ["(self)", "What Stripe has settled is not removed."],
            "write": ["(self, vals)", "Method and amount of what Stripe has settled do not change."]
        },
        "pos.payment.method": {
            "_get_payment_terminal_selection": ["(self)", "How a terminal is made known to the backend."],
            "_get_view": ["(self, view_id=None, view_type='form', **options)", "A form of pos_online_payment opens for others than administrators."],
            "_load_pos_data_fields": ["(self, config)", "What a till has to know of a method."],
            "_onchange_use_payment_terminal": ["(self)", "The serial number goes with another terminal."],
            "_validate_fields": ["(self, field_names, excluded_names=())", "Methods may share a reader, which pos_stripe refuses."],
            "copy_data": ["(self, default=None)", "A copy shares the reader, without which it could not be saved."],
            "create": ["(self, vals_list)", "The serial number comes from the reader."],
            "get_provider_status": ["(self, modules_list)", "The Stripe card of the form sets up this terminal."],
            "onchange": ["(self, values, field_names, fields_spec)", "A new form keeps the terminal that it was opened for."],
            "write": ["(self, vals)", "The serial number comes from the reader."]
        },
        "pos.session": {
            "_cannot_close_session": ["(self, bank_payment_method_diffs=None)", "A session closes when its payments agree with Stripe."],
            "_load_pos_data_relations": ["(self, model, fields)", "Fields that only the office shows are no relations of a till."],
            "_validate_session": ["(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None)", "Differences that a manager closes with are noted, and held payments captured."],
            "action_pos_session_closing_control": ["(self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None)", "The backend shows the comparison before it closes."],
            "update_closing_control_state_session": ["(self, notes)", "The till's way to close compares too."]
        },
        "res.config.settings": {
            "get_values": ["(self)", "The switch is read."],
            "set_values": ["(self)", "The switch is set, unless methods need it."]
        }
    },
    "called": {
        "payment.provider": {
            "_stripe_get_country": ["(self, country_code)", "Some territories are another country to Stripe."],
            "action_start_onboarding": ["(self, menu_id=None)", "Stripe Connect's onboarding, where it works."],
            "web_read": ["(self, specification)", "The form is answered with what Stripe said of the key."]
        },
        "pos.config": {
            "_notify": ["(self, *notifications, private=True)", "The bus tells tills which payment has changed; its id only."],
            "open_ui": ["(self)", "The set-up ends with an open register."]
        },
        "pos.order": {
            "_compute_prices": ["(self)", "Totals after a tip line."],
            "activity_schedule": ["(self, act_type_xmlid='', date_deadline=None, summary='', note='', **act_values)", "Managers are told on the order."],
            "message_post": ["(self, body='', subject=None, message_type='notification', email_from=None, author_id=None, parent_id=False, subtype_xmlid=None, subtype_id=False, partner_ids=None, outgoing_email_to=False, incoming_email_to=False, incoming_email_cc=False, attachments=None, attachment_ids=None, body_is_html=False, **kwargs)", "What happened to the money stands in the chatter."],
            "read_pos_data": ["(self, data, config)", "A restored order is answered as a synchronised one."]
        },
        "pos.order.line": {
            "_onchange_amount_line_all": ["(self)", "The tip line's amounts, as core computes them."]
        },
        "pos.session": {
            "_get_closed_orders": ["(self)", "The orders that are compared with Stripe."]
        },
        "res.currency": {
            "compare_amounts": ["(self, amount1, amount2)", "Whether a card pays more than is due, in the currency's own steps."],
            "is_zero": ["(self, amount)", "Whether anything is left, in the currency's own steps."]
        }
    },
    "views": {
        "payment_stripe.payment_provider_form": {
            "//group[@name='payment_state']": "Which state needs which key.",
            "//button[@name='action_start_onboarding']": "Connect Stripe, where it does not work.",
            "//button[@name='action_stripe_create_webhook']/parent::div": "Two webhooks are told apart.",
            "//group[@name='provider_credentials']": "What a card reader needs of the keys.",
            "//group[@name='stripe_credentials']": "What Stripe says of the account."
        },
        "point_of_sale.pos_payment_method_view_form": {
            "//field[@name='use_payment_terminal']": "The reader, the connection and when the reader hears.",
            "//sheet": "What is wrong with a reader, above all else."
        },
        "point_of_sale.res_config_settings_view_form": {
            "//block[@id='pos_payment_section']": "Refunds that need a manager's PIN, a setting of the register.",
            "//div[@id='tip_product']": "Tips on the reader.",
            "//setting[@id='stripe_payment_terminal_setting']": "The switch and the steps of the set-up."
        },
        "point_of_sale.view_pos_order_filter": {
            "//filter[@name='cancelled']": "Orders with an unverified payment are found."
        },
        "point_of_sale.view_pos_order_tree": {
            "//list": "Orders with an unverified payment are coloured.",
            "//field[@name='state']": "Orders with an unverified payment are marked."
        },
        "point_of_sale.view_pos_payment_form": {
            "//field[@name='amount']": "An unverified payment is marked.",
            "//field[@name='transaction_id']": "The journal's row and the card slip."
        },
        "point_of_sale.view_pos_payment_search": {
            "//field[@name='pos_order_id']": "Unverified payments are found."
        },
        "point_of_sale.view_pos_payment_tree": {
            "//list": "Unverified payments are coloured.",
            "//field[@name='amount']": "Unverified payments are marked."
        },
        "point_of_sale.view_pos_pos_form": {
            "//field[@name='payment_ids']/list/field[@name='amount']": "Unverified payments of an order are marked.",
            "//field[@name='payment_ids']/list/field[@name='cardholder_name']": "The slip, and adopting a payment of pos_stripe.",
            "//sheet": "What was refunded elsewhere, or is unverified, stands over the order.",
            "//sheet/div[@name='button_box']": "A ribbon on an order with an unverified payment."
        }
    }
};
