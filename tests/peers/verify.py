"""Verifies deliveries with the reference library of Standard Webhooks.

Each line of standard input is JSON: {"secret": text, "headers": {name: value}, "body": text}.
Each is answered by one line on standard output, `accepted` or `refused: ` and the reason.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    delivery = json.loads(line)
    try:
        Webhook(delivery["secret"]).verify(delivery["body"], delivery["headers"])
        print("accepted")
    except WebhookVerificationError as error:
        print(f"refused: {error}")
