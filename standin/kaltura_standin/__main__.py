"""Run the stand-in by hand: `python -m kaltura_standin [--port N]`; Ctrl-C stops it."""

from __future__ import annotations

import argparse
import sys
import threading
from contextlib import suppress

from kaltura_standin.sample_account import sample_account
from kaltura_standin.server import StandIn


def main() -> None:
    """Serve the sample account until interrupted, and print the settings to try it with."""
    parser = argparse.ArgumentParser(
        prog="python -m kaltura_standin",
        description="Run a stand-in for Kaltura on this machine, with a sample account, until Ctrl-C.",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; default: any free port")
    with StandIn(sample_account(), parser.parse_args().port) as kaltura:
        account, token = kaltura.account, kaltura.account.app_tokens[0]
        settings = {
            "KALTURA_SERVICE_URL": kaltura.url,
            "KALTURA_CHAT_URL": kaltura.chat_url,
            "KALTURA_PARTNER_ID": account.partner_id,
            "KALTURA_APP_TOKEN_ID": token.id,
            "KALTURA_APP_TOKEN": token.token,
        }
        sys.stdout.writelines(f"export {name}={value}\n" for name, value in settings.items())
        sys.stdout.write(f"# instead of the app token: export KALTURA_ADMIN_SECRET={account.admin_secret}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
