import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { StripePaymentStatus } from "@pos_payment_stripe/app/payments/stripe_payment_status";

PaymentScreenPaymentLines.components = {
    ...PaymentScreenPaymentLines.components,
    StripePaymentStatus,
};
