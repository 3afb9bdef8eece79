-- A warehouse after an hour in which something of everything went wrong. Some texts are hostile on purpose.
insert into settings.business (
    name, legal_name, street, city, province, postal_code, country, time_zone, currency, rounding_cap, safety_stock,
    books_start_date
) values ('Shop', 'Shop Ltd', '1 Main', 'Toronto', 'ON', 'M5V 1Z6', 'CA', 'America/Toronto', 'CAD', 1, 0, '2026-01-01');

insert into sync.runs (run_id, started_at, finished_at, status, summary) values
    ('scheduled__2026-11-24T14:00:00+00:00', '2026-11-24 14:00:05Z', '2026-11-24 14:00:48Z', 'green', '{}'),
    (
        'manual__2026-11-24T15:00:00+00:00_aB3', '2026-11-24 15:00:03Z', '2026-11-24 15:01:27Z', 'red',
        jsonb_build_object('alarms', jsonb_build_array(
            'odoo stock_quant was not read: <script>alert(''x'')</script> & "Zoë" 🎁'
        ))
    );

insert into sync.extractions (
    run_id, started_at, finished_at, system, resource, records_read, records_written, records_unchanged,
    records_deleted, records_refused, requests, error
)
select 'manual__2026-11-24T15:00:00+00:00_aB3', now() - interval '1.5 s', now(), given.*
from (values
    ('woocommerce', 'orders', 1234, 12, 1222, 0, 0, 13, null),
    ('woocommerce', 'products', 41, 3, 37, 1, 1, 2, null),
    ('odoo', 'stock_quant', 0, 0, 0, 0, 0, 1, '[req-1] no answer in 30 s <script>alert(''x'')</script>'),
    ('stripe', 'charges', 9, 9, 0, 0, 0, 1, null)
) as given;

-- The second round built what failed in the first.
insert into sync.builds (run_id, version_until, since_version, since_build, status, results) values
    ('manual__2026-11-24T15:00:00+00:00_aB3', 1, -1, 0, 'failed', '{"orders": "success", "stock": "error"}'),
    ('manual__2026-11-24T15:00:00+00:00_aB3', 2, -1, 0, 'succeeded', '{"orders": "success", "stock": "success"}');

insert into sync.writes (
    run_id, hash, kind, outbound_model, payload, system, thing, key, status, reason_class, reason, drift
)
select 'manual__2026-11-24T15:00:00+00:00_aB3', '-', 'level', 'out', '{}', given.*
from (values
    ('odoo', 'ledger_entry', 'woocommerce_order_1001', 'confirmed', null, null, null::jsonb),
    ('odoo', 'ledger_entry', 'woocommerce_order_1002', 'held', 'mapping_missing', 'no account for tax.PST.BC', null),
    (
        'odoo', 'ledger_entry', 'woocommerce_order_1003', 'refused', 'needs_person',
        '<script>alert(''x'')</script>', null
    ),
    ('woocommerce', 'stock_level', 'product:17', 'unknown', 'retry', null, null),
    ('woocommerce', 'stock_level', 'product:18', 'confirmed', null, null, '{"quantity": {"sent": 4, "read": 3}}')
) as given;

-- The same check twice, in two rounds: the second looked at other rows.
insert into sync.check_results (
    run_id, suite, model, expectation, severity, success, rows_checked, rows_failed, message, at
)
select 'manual__2026-11-24T15:00:00+00:00_aB3', 'marts', given.*
from (values
    ('orders', 'total is not null', 'critical', false, 12, 1, '', '2026-11-24 15:00:30Z'::timestamptz),
    ('orders', 'total is not null', 'critical', true, 12, 0, '', '2026-11-24 15:01:00Z'),
    (
        'stock', 'available >= 0', 'warning', false, 40, 2, '<script>alert(''x'')</script>',
        '2026-11-24 15:01:00Z'
    )
) as given;

insert into sync.holds (outbound_model, key, reason, run_id)
values ('out_odoo__ledger_entries', null, 'order_taxes: the rate is known', 'manual__2026-11-24T15:00:00+00:00_aB3');

insert into sync.refused_records (system, resource, key, payload_hash, payload, reason, run_id) values
    ('woocommerce', 'products', null, '-', '{}', 'the record has no id', 'manual__2026-11-24T15:00:00+00:00_aB3');

create table marts.reconciliation_items (
    reconciliation_id text, subject text, record_key text, order_id text, occurred_on date, unit text,
    difference numeric, state text, cause text, age_days integer
);
insert into marts.reconciliation_items values
    ('order:woocommerce:2', 'order', 'woocommerce:2', 'woocommerce:2', '2026-11-20', 'money', -0.01, 'differs',
    'the order asks for 10.00, its payments come to 10.01 <script>alert(''x'')</script>', 4),
    ('payout:stripe:po_1', 'payout', 'stripe:po_1', null, '2026-11-23', 'money', 122.59, 'open',
    'its entry is not posted yet', 1),
    ('stock:sku:84946:web', 'stock', 'sku:84946', null, '2026-11-24', 'units', -3, 'open',
    'the shop offers 3 of 0', 0);

create table marts.reconciliation_totals (
    reconciliation_id text, subject text, record_key text, unit text, occurred_on date, difference numeric,
    state text, cause text
);

create table marts.reconciliation_summary (
    subject text, unit text, is_total boolean, record_count bigint, agree_count bigint, open_count bigint,
    differ_count bigint, open_amount numeric, difference numeric
);
insert into marts.reconciliation_summary values
    ('stock', 'units', false, 100, 99, 1, 0, 3, 0),
    ('order', 'money', false, 1234, 1233, 0, 1, 0, 0.01),
    ('payout', 'money', false, 3, 2, 1, 0, 122.59, 0);

create table marts.reconciliation_counts (
    stage text, entity text, records_in bigint, records_out bigint, quarantined bigint, difference bigint
);
insert into marts.reconciliation_counts values
    ('staging', 'orders', 1234, 1233, 1, 0), ('marts', 'payments', 900, 899, 0, 1);

create table marts.quarantine (entity text, record_key text, order_id text, reason text, build_id bigint);
insert into marts.quarantine values
    ('order', '9', 'woocommerce:9', 'the lines add up to 12.00, the total says <script>alert(''x'')</script>', 1);
