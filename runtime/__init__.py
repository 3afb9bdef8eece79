"""What Counterflow runs on here when it runs nowhere else: PostgreSQL, the stand-ins and Airflow."""
