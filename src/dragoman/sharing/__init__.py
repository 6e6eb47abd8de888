"""Who may see what: the effective marking of every value, what may pass where and when, and taking out what may not."""
