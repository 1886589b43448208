-- a copy must not take events of the shop, nor remove the shop's webhook
UPDATE payment_provider
   SET stripe_terminal_webhook_secret = NULL,
       stripe_terminal_webhook_id = NULL,
       stripe_terminal_account = NULL;
