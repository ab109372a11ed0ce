"""The flow: reconcile asks for what is missing, export makes a session's documents, deliver mails them.

Stages return the messages for the next one; runners carry them (SQS in Lambda, a loop on a laptop). Every stage may
be killed at any line and run again.
"""

from debrief.pipeline.deliver import deliver, due_deliveries
from debrief.pipeline.export import export_order
from debrief.pipeline.notices import due_notices
from debrief.pipeline.reconcile import reconcile
from debrief.pipeline.services import Services

__all__ = ["Services", "deliver", "due_deliveries", "due_notices", "export_order", "reconcile"]
