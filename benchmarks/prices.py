"""AWS's list prices in US dollars for us-east-1 (N. Virginia), without free tiers. Prices change: check them.

`CHECKED` ones were found on pages of 2025 and 2026 that quote AWS's; the others are from memory of AWS's price lists
and are to be checked before anybody relies on them.
"""

from __future__ import annotations

AS_OF = "November 2026"
CHECKED = {
    "lambda_gb_second": 0.0000133334,  # arm64
    "lambda_request": 0.20e-6,
    "dynamodb_write_unit": 0.625e-6,  # on demand
    "dynamodb_read_unit": 0.125e-6,
    "s3_gb_month": 0.023,  # Standard
    "cloudwatch_log_gb": 0.50,
    "cloudwatch_metric": 0.30,
    "cloudwatch_dashboard": 3.00,
    "ses_mail": 0.10e-3,
    "scheduler_call": 1.00e-6,
}
TO_CHECK = {
    "s3_put": 0.005e-3,
    "s3_get": 0.0004e-3,
    "sqs_request": 0.40e-6,
    "dynamodb_gb_month": 0.25,
    "dynamodb_recovery_gb_month": 0.20,  # point-in-time recovery
    "secret": 0.40,
    "secret_call": 0.05e-4,
    "cloudwatch_alarm": 0.10,
    "cloudwatch_log_gb_month": 0.03,
    "xray_trace": 5.00e-6,
    "ses_attachment_gb": 0.12,
    "sns_publish": 0.50e-6,
    "transfer_out_gb": 0.09,
}
PRICES = CHECKED | TO_CHECK
