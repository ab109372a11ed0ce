"""The flow: reconcile asks for what is missing, export makes a session's documents, mailing.deliver mails them.

Stages return the messages for the next one; runners carry them (SQS in Lambda, a loop on a laptop). Every stage may
be killed at any line and run again. Nothing is imported here, because a function starts with its own stage alone.
"""
