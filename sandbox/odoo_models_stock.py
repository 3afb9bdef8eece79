"""Stock and the till: the fields of the stand-in's models as data."""

STOCK_ORDERS = {
    "stock.location": "complete_name, id",
    "stock.warehouse": "sequence, id",
    "stock.picking.type": "is_favorite desc, sequence, id",
    "stock.picking": "priority desc, scheduled_date asc, id desc",
    "delivery.carrier": "sequence, id",
    "stock.move": "sequence, id",
    "stock.warehouse.orderpoint": "location_id, company_id, id",
    "pos.order": "date_order desc, name desc, id desc",
    "pos.payment": "id desc",
    "pos.payment.method": "sequence, id",
    "pos.session": "id desc",
}

STOCK_TABLES = {
    "stock.warehouse": """
name char required
code char required
active boolean =true
sequence integer =10
company_id m2o:res.company
partner_id m2o:res.partner
lot_stock_id m2o:stock.location
view_location_id m2o:stock.location
in_type_id m2o:stock.picking.type
out_type_id m2o:stock.picking.type
pos_type_id m2o:stock.picking.type
reception_steps selection ="one_step"
delivery_steps selection ="ship_only"
""",
    "stock.location": """
name char required
complete_name char computed
active boolean =true
usage selection ="internal" required
location_id m2o:stock.location
child_ids o2m:stock.location.location_id living
parent_path char
company_id m2o:res.company
warehouse_id m2o:stock.warehouse
barcode char
""",
    "stock.picking.type": """
name char required
code selection required
sequence_code char
active boolean =true
sequence integer =10
is_favorite boolean
warehouse_id m2o:stock.warehouse
default_location_src_id m2o:stock.location
default_location_dest_id m2o:stock.location
company_id m2o:res.company
""",
    "stock.quant": """
product_id m2o:product.product required index
product_tmpl_id m2o:product.template <product_id.product_tmpl_id
warehouse_id m2o:stock.warehouse <location_id.warehouse_id
location_id m2o:stock.location required
quantity float .2
reserved_quantity float .2
available_quantity float computed
inventory_quantity float
inventory_quantity_auto_apply float computed
inventory_quantity_set boolean
inventory_diff_quantity float
inventory_date date
in_date datetime
company_id m2o:res.company
lot_id m2o:stock.lot
package_id m2o:stock.package
owner_id m2o:res.partner
""",
    "stock.lot": "name char required",
    "stock.package": "name char required",
    "stock.picking": """
name char index
state selection computed
origin char index
note html
priority selection ="0"
partner_id m2o:res.partner
picking_type_id m2o:stock.picking.type
picking_type_code selection <picking_type_id.code
location_id m2o:stock.location
location_dest_id m2o:stock.location
company_id m2o:res.company
user_id m2o:res.users
move_type selection ="direct"
scheduled_date datetime
date_deadline datetime
date_done datetime
carrier_id m2o:delivery.carrier
carrier_tracking_ref char
backorder_id m2o:stock.picking
backorder_ids o2m:stock.picking.backorder_id
sale_id m2o:sale.order
purchase_id m2o:purchase.order
pos_order_id m2o:pos.order
pos_session_id m2o:pos.session
move_ids o2m:stock.move.picking_id
move_line_ids o2m:stock.move.line.picking_id
""",
    "delivery.carrier": """
name char required
active boolean =true
sequence integer =10
delivery_type selection:base_on_rule,fixed ="fixed"
integration_level selection:rate,rate_and_ship ="rate_and_ship"
product_id m2o:product.product required
company_id m2o:res.company
""",
    "stock.move": """
reference char
description_picking text
state selection ="draft"
origin char
priority selection ="0"
sequence integer =10
picking_id m2o:stock.picking
picking_type_id m2o:stock.picking.type
picking_code selection <picking_type_id.code
location_usage selection <location_id.usage
location_dest_usage selection <location_dest_id.usage
product_id m2o:product.product required index
product_tmpl_id m2o:product.template <product_id.product_tmpl_id
product_uom_qty float =1.0 .2
product_qty float computed
quantity float .2
picked boolean
product_uom m2o:uom.uom
location_id m2o:stock.location required
location_dest_id m2o:stock.location required
location_final_id m2o:stock.location
partner_id m2o:res.partner
company_id m2o:res.company
warehouse_id m2o:stock.warehouse
date datetime
date_deadline datetime
price_unit float
procure_method selection ="make_to_stock"
is_inventory boolean
sale_line_id m2o:sale.order.line
purchase_line_id m2o:purchase.order.line
move_line_ids o2m:stock.move.line.move_id
move_orig_ids m2m:stock.move
move_dest_ids m2m:stock.move
scrap_id m2o:stock.scrap
inventory_name char
""",
    "stock.scrap": "name char",
    "stock.move.line": """
move_id m2o:stock.move
picking_id m2o:stock.picking
product_id m2o:product.product
quantity float .2
picked boolean
product_uom_id m2o:uom.uom
location_id m2o:stock.location
location_dest_id m2o:stock.location
state selection <move_id.state
reference char <move_id.reference
date datetime
company_id m2o:res.company
""",
    "stock.warehouse.orderpoint": """
name char
active boolean =true
trigger selection:auto,manual ="auto"
product_id m2o:product.product required
product_tmpl_id m2o:product.template <product_id.product_tmpl_id
location_id m2o:stock.location required
warehouse_id m2o:stock.warehouse
company_id m2o:res.company
product_min_qty float .2
product_max_qty float .2
replenishment_uom_id m2o:uom.uom
supplier_id m2o:product.supplierinfo
route_id m2o:stock.route
qty_on_hand float <product_id.qty_available
qty_forecast float computed
qty_to_order float computed
snoozed_until date
""",
    "stock.route": "name char required",
    "pos.config": """
name char required
active boolean =true
company_id m2o:res.company
currency_id m2o:res.currency
picking_type_id m2o:stock.picking.type
warehouse_id m2o:stock.warehouse
journal_id m2o:account.journal
payment_method_ids m2m:pos.payment.method
current_session_id m2o:pos.session computed
session_ids o2m:pos.session.config_id
""",
    "pos.session": """
name char
state selection ="opening_control"
config_id m2o:pos.config required
user_id m2o:res.users
company_id m2o:res.company
currency_id m2o:res.currency
start_at datetime
stop_at datetime
opening_notes text
closing_notes text
cash_register_balance_start monetary
cash_register_balance_end_real monetary
order_ids o2m:pos.order.session_id
picking_ids o2m:stock.picking.pos_session_id
move_id m2o:account.move
payment_method_ids m2m:pos.payment.method <config_id.payment_method_ids
""",
    "pos.order": """
name char
pos_reference char
uuid char index
tracking_number char
state selection ="draft"
date_order datetime
session_id m2o:pos.session required
config_id m2o:pos.config <session_id.config_id
company_id m2o:res.company
currency_id m2o:res.currency
partner_id m2o:res.partner
user_id m2o:res.users
lines o2m:pos.order.line.order_id
payment_ids o2m:pos.payment.pos_order_id
picking_ids o2m:stock.picking.pos_order_id
amount_total monetary
amount_tax monetary
amount_paid monetary
amount_return monetary
to_invoice boolean
is_invoiced boolean
is_refund boolean computed
refunded_order_id m2o:pos.order
account_move m2o:account.move
session_move_id m2o:account.move <session_id.move_id
general_customer_note text
fiscal_position_id m2o:account.fiscal.position
shipping_date date
sequence_number integer
""",
    "pos.order.line": """
order_id m2o:pos.order required
uuid char index
name char
full_product_name char
product_id m2o:product.product required index
qty float =1.0 .2
price_unit float
discount float
price_subtotal monetary
price_subtotal_incl monetary
tax_ids m2m:account.tax
tax_ids_after_fiscal_position m2m:account.tax computed
refunded_orderline_id m2o:pos.order.line
refund_orderline_ids o2m:pos.order.line.refunded_orderline_id
customer_note char
company_id m2o:res.company <order_id.company_id
currency_id m2o:res.currency <order_id.currency_id
""",
    "pos.payment": """
name char
uuid char
pos_order_id m2o:pos.order required
amount monetary
payment_date datetime
payment_method_id m2o:pos.payment.method required
payment_method_payment_mode char
payment_status char
card_type char
cardholder_name char
transaction_id char
is_change boolean
session_id m2o:pos.session <pos_order_id.session_id
partner_id m2o:res.partner <pos_order_id.partner_id
company_id m2o:res.company <pos_order_id.company_id
currency_id m2o:res.currency <pos_order_id.currency_id
account_move_id m2o:account.move
""",
    "pos.payment.method": """
name char required
active boolean =true
sequence integer
type selection computed
is_cash_count boolean computed
journal_id m2o:account.journal
outstanding_account_id m2o:account.account
receivable_account_id m2o:account.account
split_transactions boolean
company_id m2o:res.company
config_ids m2m:pos.config
""",
}
