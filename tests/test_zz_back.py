from __future__ import annotations
import os, time
from pathlib import Path
from typing import Any
import pytest
import sandbox
from connections.connection import Connection
from connections.warehouse import rows, session
from counterflow import steps, systems
from counterflow.settings import load
from tests.contract.woocommerce_client import Shop
from tests.contract.conftest import connection_of

def sync(run_id):
    t=time.time()
    steps.prepare(run_id)
    for system in systems.READ:
        try: print(system, [(c.resource, c.counts.refused, c.error) for c in steps.extract(system, run_id) if c.error or c.counts.refused])
        except Exception as e: print('extract', system, e)
    try: steps.build(run_id)
    except Exception as e: print('BUILD', str(e)[:1500])
    try: print(steps.check(run_id))
    except Exception as e: print('CHECK', str(e)[:800])
    for system in systems.WRITTEN:
        try: print(system, {k:v for k,v in vars(steps.deliver(system, run_id)).items() if v and k!='lines'})
        except Exception as e: print('deliver', system, type(e), str(e)[:500])
    try: print('settle', steps.settle(run_id))
    except Exception as e: print('SETTLE', type(e), str(e)[:1500])
    print('seconds', time.time()-t)

def test_e2e(module_warehouse, dbt_home, tmp_path):
    text = Path("settings.toml").read_text()
    place = tmp_path / "settings.toml"; place.write_text(text)
    with sandbox.serve(orders=60, seed=7) as world, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERFLOW_SETTINGS", str(place))
        for system, fields in world.connections.items():
            patch.setenv(f"AIRFLOW_CONN_{system.upper()}", fields)
        patch.setenv("AIRFLOW_CONN_PORTAL", '{"conn_type":"http","schema":"http","host":"127.0.0.1","port":8085,"password":"0123456789abcdef0123456789abcdef0123456789abcdef"}')
        print(world.connections.keys(), load().systems.on)
        sync("first")
        def find(q):
            with session(module_warehouse) as w: return [dict(r) for r in rows(w, q)]
        for q in ("select system, thing, status, reason_class, left(reason,90) as reason, count(*) from sync.writes group by 1,2,3,4,5 order by 1,2,3",
                  "select state, count(*) from marts.planned_shipments group by 1",
                  "select system, count(*), sum(is_last::int) from marts.shipments group by 1",
                  "select state, count(*) from marts.shipment_notes group by 1",
                  "select state, count(*) from marts.odoo_deliveries group by 1",
                  "select is_due, status_wanted, status_seen, count(*) from marts.order_notices group by 1,2,3",
                  "select is_offered, is_due, count(*) from marts.backorder_offers group by 1,2",
                  "select key, payload, read_back, drift from sync.writes where thing in ('delivery') limit 5",
                  "select key, payload from sync.writes where thing in ('order_note','order_status') limit 4"):
            print(q)
            try: [print('   ', r) for r in find(q)]
            except Exception as e: print('   ', str(e)[:200])
        before = find("select shipment_id, system, is_last, total_amount from marts.shipments order by 1")
        sync("second")
        for q in ("select system, thing, status, reason_class, left(reason,90) as reason, count(*), max(attempts) from sync.writes where thing in ('order_note','order_status','delivery','backorder_text') group by 1,2,3,4,5 order by 1,2,3",
                  "select state, count(*) from marts.odoo_deliveries group by 1", "select is_due, status_wanted, status_seen, is_open, count(*) from marts.order_notices group by 1,2,3,4","select count(*) from outbound.out_woocommerce__order_statuses", "select is_offered,is_due,count(*) from marts.backorder_offers group by 1,2"):
            print(q); [print('   ', r) for r in find(q)]
        after = find("select shipment_id, system, is_last, total_amount from marts.shipments order by 1")
        print("SAME", before == after, [x for x in after if x not in before], [x for x in before if x not in after])
