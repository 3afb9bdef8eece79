"""Stand-ins that speak WooCommerce's, Odoo's and Stripe's own protocols, over one seeded story of a shop.

    with sandbox.serve(orders=60, seed=7, systems=("woocommerce", "stripe")) as world:
        world.connections["woocommerce"]   # AIRFLOW_CONN_WOOCOMMERCE
        world.fault("stripe", "429_retry_after", times=2, path="/v1/charges")
        world.trade_hour()
        world.truth["woocommerce"]["stock"]

Only tests and the demo import it; it imports nothing of Counterflow's.
"""

from sandbox.server import SYSTEMS, World, serve

__all__ = ["SYSTEMS", "World", "serve"]
