"""Level 2: a small message that people read, and attachments in richer formats that both sides agreed to."""
