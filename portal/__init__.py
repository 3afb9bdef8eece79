"""What people open in a browser: the customer's page of one order, and the staff's pages behind a sign-in.

Two processes (`python -m portal`, `python -m portal staff`), so that the one that the world reaches has
no more rights than its page needs. Pages are plain HTML without any script.
"""
