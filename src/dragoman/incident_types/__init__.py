"""Incident types: templates that say which custom fields an incident of a kind has, and what their values are."""
