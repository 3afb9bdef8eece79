"""Products, partners, sales, purchases and the till: the fields of the stand-in's models as data."""

TRADE_ORDERS = {
    "product.product": "is_favorite desc, default_code, name, id",
    "product.template": "is_favorite desc, name, id",
    "product.supplierinfo": "sequence, min_qty desc, price, id",
    "res.partner": "complete_name, id desc",
    "res.currency": "active desc, name, id",
    "res.currency.rate": "name desc, id",
    "res.country.state": "code, id",
    "res.country": "name, id",
    "sale.order": "date_order desc, id desc",
    "sale.order.line": "order_id, sequence, id",
    "purchase.order": "priority desc, id desc",
    "purchase.order.line": "order_id, sequence, id",
    "pos.order": "date_order desc, name desc, id desc",
    "pos.payment": "id desc",
    "pos.payment.method": "sequence, id",
    "pos.session": "id desc",
}

TRADE_TABLES = {
    "res.company": """
name char required
currency_id m2o:res.currency
partner_id m2o:res.partner
country_id m2o:res.country
state_id m2o:res.country.state
fiscalyear_lock_date date
tax_lock_date date
sale_lock_date date
purchase_lock_date date
hard_lock_date date
""",
    "res.country": """
name char required
code char index
currency_id m2o:res.currency
state_ids o2m:res.country.state.country_id
""",
    "res.country.state": """
name char required
code char required
country_id m2o:res.country required
""",
    "res.currency": """
name char required index
full_name char
symbol char
rounding float =0.01
decimal_places integer =2
active boolean =true
position selection ="after"
""",
    "res.currency.rate": """
name date required
rate float required
company_rate float computed
inverse_company_rate float computed
currency_id m2o:res.currency required index
company_id m2o:res.company =1
""",
    "res.users": """
name char <partner_id.name
login char required index
partner_id m2o:res.partner
company_id m2o:res.company
active boolean =true
tz selection ="UTC"
lang selection ="en_US"
share boolean
group_ids m2m:res.groups
""",
    "res.groups": """
name char required
full_name char
""",
    "res.partner": """
name char
complete_name char computed
email char index
email_normalized char computed
phone char
street char
street2 char
city char
zip char
state_id m2o:res.country.state
country_id m2o:res.country
vat char
ref char
lang selection ="en_US"
company_name char
is_company boolean
company_type selection computed
parent_id m2o:res.partner
child_ids o2m:res.partner.parent_id living
type selection:contact,invoice,delivery,other ="contact"
active boolean =true
customer_rank integer
supplier_rank integer
company_id m2o:res.company
comment html
""",
    "uom.uom": """
name char required
factor float =1.0
active boolean =true
""",
    "product.category": """
name char required
complete_name char computed
parent_id m2o:product.category
""",
    "product.template": """
name char required
active boolean =true
default_code char computed
barcode char computed
list_price float =1.0 .2
standard_price float computed
type selection:consu,service,combo ="consu"
is_storable boolean
sale_ok boolean =true
purchase_ok boolean =true
available_in_pos boolean
is_favorite boolean
categ_id m2o:product.category
uom_id m2o:uom.uom
taxes_id m2m:account.tax
supplier_taxes_id m2m:account.tax
product_variant_ids o2m:product.product.product_tmpl_id
product_variant_id m2o:product.product computed
product_variant_count integer computed
seller_ids o2m:product.supplierinfo.product_tmpl_id
company_id m2o:res.company
description_sale text
weight float computed
volume float computed
""",
    "product.product": """
product_tmpl_id m2o:product.template required
default_code char index
barcode char index
active boolean =true
standard_price float .2
weight float .2
volume float .2
name char <product_tmpl_id.name
list_price float <product_tmpl_id.list_price
lst_price float <product_tmpl_id.list_price
type selection <product_tmpl_id.type
is_storable boolean <product_tmpl_id.is_storable
sale_ok boolean <product_tmpl_id.sale_ok
purchase_ok boolean <product_tmpl_id.purchase_ok
available_in_pos boolean <product_tmpl_id.available_in_pos
is_favorite boolean <product_tmpl_id.is_favorite
categ_id m2o:product.category <product_tmpl_id.categ_id
uom_id m2o:uom.uom <product_tmpl_id.uom_id
taxes_id m2m:account.tax <product_tmpl_id.taxes_id
supplier_taxes_id m2m:account.tax <product_tmpl_id.supplier_taxes_id
company_id m2o:res.company <product_tmpl_id.company_id
description_sale text <product_tmpl_id.description_sale
seller_ids o2m:product.supplierinfo.product_id
qty_available float computed
free_qty float computed
virtual_available float computed
incoming_qty float computed
outgoing_qty float computed
""",
    "product.supplierinfo": """
partner_id m2o:res.partner required
product_id m2o:product.product
product_tmpl_id m2o:product.template
product_name char
product_code char
sequence integer =1
min_qty float
price float .2
delay integer =1
currency_id m2o:res.currency
company_id m2o:res.company
date_start date
date_end date
discount float
product_uom_id m2o:uom.uom
""",
    "sale.order": """
name char index
state selection ="draft"
date_order datetime required
commitment_date datetime
client_order_ref char index
origin char
partner_id m2o:res.partner required
partner_invoice_id m2o:res.partner
partner_shipping_id m2o:res.partner
currency_id m2o:res.currency
company_id m2o:res.company
user_id m2o:res.users
warehouse_id m2o:stock.warehouse
picking_policy selection:direct,one ="direct"
order_line o2m:sale.order.line.order_id
picking_ids o2m:stock.picking.sale_id
amount_untaxed monetary computed
amount_tax monetary computed
amount_total monetary computed
invoice_status selection computed
delivery_status selection computed
locked boolean
note html
""",
    "sale.order.line": """
order_id m2o:sale.order required
sequence integer =10
name text
product_id m2o:product.product index
product_uom_qty float =1.0 .2
product_uom_id m2o:uom.uom
price_unit float .2
discount float .2
tax_ids m2m:account.tax
display_type selection:line_section,line_subsection,line_note
qty_delivered float
qty_invoiced float
qty_to_invoice float computed
price_subtotal monetary computed
price_tax float computed
price_total monetary computed
state selection <order_id.state
currency_id m2o:res.currency <order_id.currency_id
company_id m2o:res.company <order_id.company_id
order_partner_id m2o:res.partner <order_id.partner_id
warehouse_id m2o:stock.warehouse <order_id.warehouse_id
product_template_id m2o:product.template <product_id.product_tmpl_id
move_ids o2m:stock.move.sale_line_id
""",
    "purchase.order": """
name char index
state selection ="draft"
priority selection ="0"
date_order datetime required
date_planned datetime
date_approve datetime
origin char
partner_ref char
partner_id m2o:res.partner required
currency_id m2o:res.currency
company_id m2o:res.company
user_id m2o:res.users
picking_type_id m2o:stock.picking.type
order_line o2m:purchase.order.line.order_id
picking_ids o2m:stock.picking.purchase_id
amount_untaxed monetary computed
amount_tax monetary computed
amount_total monetary computed
receipt_status selection computed
invoice_status selection computed
""",
    "purchase.order.line": """
order_id m2o:purchase.order required
sequence integer =10
name text
product_id m2o:product.product index
product_qty float =1.0 .2
product_uom_qty float computed
product_uom_id m2o:uom.uom
price_unit float .2
discount float
tax_ids m2m:account.tax
date_planned datetime
qty_received float
qty_invoiced float
display_type selection:line_section,line_subsection,line_note
price_subtotal monetary computed
price_tax float computed
price_total monetary computed
state selection <order_id.state
date_order datetime <order_id.date_order
date_approve datetime <order_id.date_approve
currency_id m2o:res.currency <order_id.currency_id
company_id m2o:res.company <order_id.company_id
partner_id m2o:res.partner <order_id.partner_id
move_ids o2m:stock.move.purchase_line_id
""",
}
