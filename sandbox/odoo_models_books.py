"""The books, and what the server knows of itself: the fields of the stand-in's models as data."""

BOOKS_ORDERS = {
    "account.account": "code, placeholder_code, id",
    "account.journal": "sequence, type, code, id",
    "account.tax": "sequence, id",
    "account.move": "date desc, name desc, invoice_date desc, id desc",
    "account.move.line": "date desc, move_name desc, id",
    "account.bank.statement.line": "id desc",
    "ir.model.data": "module, model, name, id",
}

BOOKS_TABLES = {
    "account.account": """
name char required
code char required index
placeholder_code char <code
account_type selection required
active boolean =true
reconcile boolean
note text
currency_id m2o:res.currency
company_ids m2m:res.company
company_currency_id m2o:res.currency
company_fiscal_country_code char
internal_group selection computed
tag_ids m2m:account.account.tag
tax_ids m2m:account.tax
""",
    "account.account.tag": """
name char required
applicability selection ="accounts"
active boolean =true
country_id m2o:res.country
""",
    "account.journal": """
name char required
code char required index
type selection required
active boolean =true
sequence integer =10
company_id m2o:res.company
currency_id m2o:res.currency
default_account_id m2o:account.account
suspense_account_id m2o:account.account
""",
    "account.tax.group": """
name char required
sequence integer =10
company_id m2o:res.company
""",
    "account.tax": """
name char required
description html
invoice_label char
type_tax_use selection ="sale" required
amount_type selection ="percent" required
amount float .4
active boolean =true
sequence integer =1
price_include boolean
price_include_override selection
include_base_amount boolean
is_base_affected boolean =true
children_tax_ids m2m:account.tax
tax_group_id m2o:account.tax.group
company_id m2o:res.company
country_id m2o:res.country
country_code char <country_id.code
repartition_line_ids o2m:account.tax.repartition.line.tax_id
invoice_repartition_line_ids o2m:account.tax.repartition.line.tax_id computed
refund_repartition_line_ids o2m:account.tax.repartition.line.tax_id computed
tax_scope selection
""",
    "account.tax.repartition.line": """
tax_id m2o:account.tax
document_type selection
repartition_type selection ="tax"
factor_percent float =100.0
account_id m2o:account.account
tag_ids m2m:account.account.tag
sequence integer =1
company_id m2o:res.company
""",
    "account.fiscal.position": """
name char required
active boolean =true
auto_apply boolean
country_id m2o:res.country
state_ids m2m:res.country.state
company_id m2o:res.company
sequence integer
""",
    "account.move": """
name char
ref char index
date date required
state selection ="draft"
move_type selection:entry,out_invoice,out_refund,in_invoice,in_refund,out_receipt,in_receipt ="entry" required
journal_id m2o:account.journal required
company_id m2o:res.company
currency_id m2o:res.currency
company_currency_id m2o:res.currency
partner_id m2o:res.partner
invoice_date date
invoice_date_due date
invoice_origin char
payment_reference char
narration html
payment_state selection ="not_paid"
auto_post selection:no,at_date,monthly,quarterly,yearly ="no"
posted_before boolean
made_sequence_gap boolean
checked boolean
sequence_prefix char
sequence_number integer
line_ids o2m:account.move.line.move_id
invoice_line_ids o2m:account.move.line.move_id
reversed_entry_id m2o:account.move
statement_line_id m2o:account.bank.statement.line
reversal_move_ids o2m:account.move.reversed_entry_id
amount_untaxed monetary computed
amount_tax monetary computed
amount_total monetary computed
amount_residual monetary computed
amount_total_signed monetary computed
""",
    "account.move.line": """
move_id m2o:account.move required
sequence integer =100
name char
account_id m2o:account.account index
partner_id m2o:res.partner
debit monetary .2
credit monetary .2
balance monetary .2
amount_currency monetary .2
currency_id m2o:res.currency
quantity float
price_unit float
product_id m2o:product.product
display_type selection ="product"
tax_ids m2m:account.tax
tax_line_id m2o:account.tax
tax_group_id m2o:account.tax.group <tax_line_id.tax_group_id
tax_repartition_line_id m2o:account.tax.repartition.line
tax_tag_ids m2m:account.account.tag
tax_base_amount monetary .2
date_maturity date
reconciled boolean
full_reconcile_id m2o:account.full.reconcile
matching_number char
amount_residual monetary
amount_residual_currency monetary
statement_line_id m2o:account.bank.statement.line <move_id.statement_line_id
move_name char <move_id.name
ref char <move_id.ref
date date <move_id.date
parent_state selection <move_id.state
move_type selection <move_id.move_type
journal_id m2o:account.journal <move_id.journal_id
company_id m2o:res.company <move_id.company_id
company_currency_id m2o:res.currency <move_id.company_currency_id
invoice_date date <move_id.invoice_date
account_type selection <account_id.account_type
account_code char <account_id.code
account_name char <account_id.name
""",
    "account.bank.statement.line": """
move_id m2o:account.move required
amount monetary .2
payment_ref char
currency_id m2o:res.currency
foreign_currency_id m2o:res.currency
amount_currency monetary .2
partner_name char
account_number char
transaction_type char
is_reconciled boolean
name char <move_id.name
ref char <move_id.ref
date date <move_id.date
state selection <move_id.state
journal_id m2o:account.journal <move_id.journal_id
company_id m2o:res.company <move_id.company_id
partner_id m2o:res.partner <move_id.partner_id
""",
    "account.full.reconcile": "",
    "account.move.reversal": """
move_ids m2m:account.move
new_move_ids m2m:account.move
date date
reason char
journal_id m2o:account.journal required
company_id m2o:res.company
""",
    "ir.model.data": """
module char required
name char required index
complete_name char computed
model char required index
res_id integer index
reference char computed
noupdate boolean
""",
    "ir.model": """
name char required
model char required index
""",
    "ir.model.access": """
name char required
model_id m2o:ir.model
group_id m2o:res.groups
perm_read boolean
perm_write boolean
perm_create boolean
perm_unlink boolean
""",
    "ir.sequence": """
code char index
prefix char
padding integer =5
number_next integer =1
""",
    "res.config.settings": "company_id m2o:res.company",
}
