"""Mails to customers: what is said, and to whom, before it leaves for good."""

from expectations.rules import Suite, matches, never, never_null, one_of, unique

MESSAGES = Suite(
    model="out_mail__messages",
    layer="outbound",
    key=("write_key",),
    holds="write_key",
    rules=(
        *never_null("write_key", "kind", "order_id", "language", "payload", "payload_hash"),
        unique("write_key"),
        one_of("write_kind", "posting"),
        one_of("kind", "invoice", "backorder", "delay", "shipped", "refund"),
        one_of("language", "en", "fr"),
        matches(
            "write_key",
            "^(invoice|backorder|delay|shipped|refund):.+$",
            says="the key names a kind and what it is of",
        ),
        never("a mail has a sender", "coalesce(payload -> 'sender' ->> 'address', '') !~ '.@.'"),
        never(
            "a mail has one recipient",
            "hold_class is null"
            " and payload -> 'recipient' ->> 'address' !~ '^[^@[:space:],;<>]+@[^@[:space:],;<>]+$'",
            severity="warning",
        ),
        never(
            "a paper goes along with the mail that speaks of it",
            "kind in ('invoice', 'refund') and jsonb_array_length(payload -> 'documents') = 0",
        ),
        never(
            "a question has a page where it is answered",
            "(payload ->> 'asks')::boolean and payload ->> 'link_expires_at' is null",
        ),
        never(
            "a new day is later than the one told",
            "kind = 'delay' and payload ->> 'moved_to' <= payload ->> 'told_date'",
        ),
        never("a held mail says why", "(hold_class is null) <> (hold_reason is null)"),
    ),
)
SUITES = (MESSAGES,)
