"""Passing an incident on: a message of ours made from one that we received, and the record of which came from which.

A receiver must not be able to learn from whom we had it (REQUIREMENTS PR-1 to PR-8).
"""
