"""`python -m debrief` is the `debrief` command."""

import sys

from debrief.cli.main import main

sys.exit(main())
