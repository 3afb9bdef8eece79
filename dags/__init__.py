"""When things run: the only place that knows Airflow. Thin files; the work is in counterflow.steps."""
