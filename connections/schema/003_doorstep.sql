-- From order to doorstep: parcels, promises, documents, mail and the customer's page.

-- What was written on an order's account.
create index if not exists writes_order on sync.writes ((coalesce(payload ->> 'order_id', payload #>> '{order,order_id}')));
create index if not exists writes_key on sync.writes (key text_pattern_ops);

-- Settings (settings.toml), rewritten at the start of each run. One row each but for the lists.
create table if not exists settings.shipping (
    account text not null check (account in ('contract', 'non_contract')),
    rule text not null check (rule in ('as_paid', 'cheapest_in_time')),
    max_days integer not null,
    default_weight_g integer not null,
    default_length_mm integer not null,
    default_width_mm integer not null,
    default_height_mm integer not null,
    rate_sheet text,
    customs_hs_code text,
    customs_origin_country text not null,
    complete_orders boolean not null,
    customer_notes boolean not null,
    phone text,
    return_labels boolean not null
);
create table if not exists settings.boxes (
    box text primary key,
    length_mm integer not null,
    width_mm integer not null,
    height_mm integer not null,
    weight_g integer not null,
    max_weight_g integer not null
);
-- A shipping method of the shop, in lower case -> a service of Canada Post.
create table if not exists settings.shipping_services (
    method text not null,
    service_code text not null,
    primary key (method, service_code)
);
create table if not exists settings.promises (
    lead_time_days integer not null,
    receiving_days integer not null,
    answer_days integer not null,
    default_choice text not null check (default_choice in ('ship_now', 'wait')),
    retell_days integer not null
);
create table if not exists settings.documents (
    folder text not null,
    invoice_when text not null check (invoice_when in ('paid', 'shipped')),
    invoice_prefix text not null,
    credit_note_prefix text not null,
    start_date date,
    pick_list_hour integer not null default 6,
    terms_en text not null,
    terms_fr text not null
);
create table if not exists settings.mail (
    sender text not null,
    sender_name text,
    reply_to text,
    start_date date,
    max_per_run integer not null
);
create table if not exists settings.portal (
    link_days integer not null,
    most_per_minute integer not null
);

-- Documents that were issued, each once for its key. A number, the row that bears it and the bytes' hash are one
-- transaction, so a series has no gap. The file is written after it, and again until it is there.
create table if not exists sync.document_numbers (
    series text primary key,
    last_number bigint not null
);
create table if not exists sync.issued_documents (
    document_key text primary key,
    kind text not null,
    series text references sync.document_numbers (series),
    sequence_number bigint,
    document_number text,
    issued_on date not null,
    issued_at timestamptz not null default now(),
    path text not null unique,
    sha256 text not null,
    page_count integer not null,
    unique (series, sequence_number),
    check ((series is null) = (sequence_number is null))
);

-- What the builds were made with: other models than these make the next build look at everything.
create table if not exists settings.models (
    fingerprint text primary key
);
