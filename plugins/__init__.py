"""What Counterflow adds to Airflow's UI."""
