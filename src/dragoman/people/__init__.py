"""Incidents for people: mails, pages and the notices that authorities ask for, from templates that cannot act."""
