#!/bin/sh
# WordPress is installed, WooCommerce is active and its REST API answers. Safe to repeat. Runs in a folder
# with WordPress's files, by WordPress's own command `wp`. The API key: WooCommerce > Settings > Advanced.
set -eu

: "${WORDPRESS_ADMIN_PASSWORD:?the password of the administrator}"

if ! wp core is-installed; then
    printf '%s\n' "$WORDPRESS_ADMIN_PASSWORD" | wp core install --url="${WORDPRESS_URL:-http://localhost:8070}" \
        --title="Maple Lane Goods" --admin_user=admin --admin_email=admin@example.ca --skip-email --prompt=admin_password
fi
# the version that the stand-in was compared with
wp plugin is-installed woocommerce || wp plugin install woocommerce --version=11.0.1
wp plugin is-active woocommerce || wp plugin activate woocommerce
# the REST API needs addresses with names
wp rewrite structure '/%postname%/'
wp option update timezone_string America/Toronto
wp option update woocommerce_currency CAD
wp option update woocommerce_default_country CA:ON
