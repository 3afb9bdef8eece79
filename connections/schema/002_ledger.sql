-- The books: how events are posted, what is owed in commissions, and what things are called.

create table if not exists settings.ledger (
    mode text not null check (mode in ('per_order', 'daily')),
    counter_sales text not null check (counter_sales in ('odoo', 'counterflow')),
    cost_of_goods text not null check (cost_of_goods in ('odoo', 'counterflow')),
    bank_lines text not null check (bank_lines in ('odoo', 'file')),
    lapse_days integer not null
);
insert into settings.ledger (mode, counter_sales, cost_of_goods, bank_lines, lapse_days)
select 'per_order', 'odoo', 'odoo', 'odoo', 7
where not exists (select from settings.ledger);

create table if not exists settings.commissions (
    payee text not null,
    coupon text,
    source text,
    rate numeric not null,
    base text not null check (base in ('goods', 'total')),
    tax text,
    tax_province text,
    tax_rate numeric,
    valid_from date,
    valid_to date
);

-- Text in lower case: names and words are compared without their case.
create table if not exists settings.lists (
    list text not null,
    value text not null,
    primary key (list, value)
);

-- A class of the shop -> the class of seeds/tax_classes.csv. What is not here is standard.
create table if not exists settings.tax_classes (
    source_class text primary key,
    product_class text not null
);

-- When a system was last read is asked by every build.
create index if not exists extractions_read on sync.extractions (system, resource, started_at);
