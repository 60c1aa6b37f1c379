#!/bin/bash
# Run once, when the server's data folder is made: a user a service, each in its role. `orderflow migrate` grants the roles what
# they need. The server is on a network of its own; where it is not, give each user another password.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
SELECT format('CREATE ROLE orderflow_%s NOLOGIN', service)
  FROM unnest(ARRAY['listener', 'reputation', 'executor', 'dashboard', 'backtest']) AS service
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orderflow_' || service)
\gexec
CREATE USER flow_listener PASSWORD :'password' IN ROLE orderflow_listener;
CREATE USER flow_reputation PASSWORD :'password' IN ROLE orderflow_reputation;
CREATE USER flow_executor PASSWORD :'password' IN ROLE orderflow_executor;
CREATE USER flow_dashboard PASSWORD :'password' IN ROLE orderflow_dashboard;
CREATE USER flow_backtest PASSWORD :'password' IN ROLE orderflow_backtest;
SQL
