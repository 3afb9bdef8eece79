# One image for every process of ours: Airflow's services, the workers, the command line, the stand-ins.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 50000 --create-home --home-dir /opt/airflow counterflow \
    && install --directory --owner=counterflow /opt/airflow/logs /opt/counterflow /opt/counterflow/state /opt/counterflow/outbox

WORKDIR /opt/counterflow
# first alone: the packages are installed again only when the lock changes
COPY requirements.txt .
RUN pip install --requirement requirements.txt

COPY --chown=counterflow . .

USER counterflow
ENV AIRFLOW_HOME=/opt/airflow \
    PYTHONPATH=/opt/counterflow
CMD ["airflow", "version"]
